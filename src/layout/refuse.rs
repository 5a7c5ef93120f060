//! Why a text was not laid out.

use crate::diag::Diagnostic;
use thiserror::Error;

/// Why a text was left as it is.
#[derive(Debug, Error)]
pub enum NotFormatted {
    /// It is not one valid document; what is wrong, with its places.
    #[error("the file is not valid YAML")]
    Invalid(Vec<Diagnostic>),
    /// Our layout of it would be read as something else.
    #[error("the canonical layout of the file would not say the same")]
    SaysAnother,
    /// Our layout of it would lack a comment.
    #[error("the canonical layout of the file would lose a comment")]
    LosesComment,
}
