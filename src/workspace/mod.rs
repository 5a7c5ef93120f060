//! Files of a project, on the disk: reads what the compiler asks for, fetches secrets and scripts when an apply needs them,
//! writes what is handed out. Everything stays below the project's folder, symbolic links resolved. Knows nothing of what
//! the files mean.

mod journal;
mod material;
mod read;
mod replace;
mod root;
mod write;

pub use journal::{Unfinished, finish_change};
pub use material::ProjectMaterial;
pub use read::{holds, read_file};
pub use replace::{Replacement, replace_file, replace_files};
pub use root::ProjectFolder;
pub use write::{WriteError, check_writable, refuse_link_out, write_file, write_tree};
