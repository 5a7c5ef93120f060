//! Draws tokens from the seed that was handed in.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// An endless row of texts that nobody can foretell without the seed. The same seed draws the same row.
pub(super) struct Unguessable {
    key: hmac::Key,
    drawn: u64,
}

impl Unguessable {
    pub(super) fn of(seed: &[u8; 32]) -> Unguessable {
        Unguessable { key: hmac::Key::new(hmac::HMAC_SHA256, seed), drawn: 0 }
    }

    /// The next one, with a prefix that says what it is for.
    pub(super) fn draw(&mut self, prefix: &str) -> String {
        self.drawn += 1;
        let tag = hmac::sign(&self.key, &self.drawn.to_be_bytes());
        format!("{prefix}{}", BASE64_URL_SAFE_NO_PAD.encode(tag))
    }
}
