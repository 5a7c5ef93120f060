//! The project's folder, as the compiler sees it: handed in, so that compiling touches no disk.

use std::io;

/// Reads the files of one project. All paths are below the project's root and written with `/`.
pub trait Folder: Sync {
    /// The bytes of a regular file. Symbolic links are followed, and must stay below the root.
    ///
    /// `limit` is the largest number of bytes that the caller will take.
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FolderError>;

    /// Every regular file below the root that an `include` pattern may match, in any order: never anything inside a
    /// hidden folder.
    fn files(&self) -> Result<Vec<String>, FolderError>;
}

/// A file of the project cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("it does not exist")]
    Missing,
    #[error("it leads out of the project's folder")]
    Escapes,
    #[error("it is not a regular file")]
    NotAFile,
    #[error("it is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("the system says: {0}")]
    Io(#[from] io::Error),
}
