//! Where a resource is named, and what the calls behind those names need. Pure: the project comes compiled, its scripts
//! through [`Folder`](crate::compile::Folder). Knows nothing of what is live.
//!
//! `uses.rs` says who names what, with what call; `families.rs` which scope a call needs, for the Zoho services whose paths
//! and scopes follow one rule and only where the catalogue knows the scope; `advice.rs` what that means for the scopes
//! that a connection asks for. All of it is advice: a call that cannot be told is said to be one, and nothing is an error.

mod advice;
mod families;
mod uses;

pub use advice::{Advice, Excess, Lack, advise};
pub use families::{Need, need};
pub use uses::{Call, How, Place, Use, all_uses, script_uses, uses};
