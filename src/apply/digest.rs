//! SHA-256 as text.

use aws_lc_rs::digest::{SHA256, digest};

/// Lower-case hex.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(digest(&SHA256, bytes))
}

/// As plans write it: `sha256:` and lower-case hex.
pub(super) fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", sha256_hex(bytes))
}
