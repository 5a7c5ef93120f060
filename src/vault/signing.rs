//! Signs messages with a secret that sender and receiver share.

use crate::secret::Secret;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

/// Says that base64 of the key follows (Standard Webhooks, "Signature scheme").
const ENCODED: &str = "whsec_";

/// A key for HMAC-SHA256.
pub struct SigningKey(hmac::Key);

/// The text is no key. Never says what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSigningKey {
    #[error("the signing secret is empty")]
    Empty,
    #[error("the signing secret starts with `whsec_`, and what follows is not base64")]
    NotBase64,
}

impl SigningKey {
    /// Reads a shared secret: base64 behind `whsec_`, or else the text's own bytes.
    pub fn parse(secret: &Secret<String>) -> Result<Self, BadSigningKey> {
        let bytes = match secret.expose().strip_prefix(ENCODED) {
            Some(encoded) => Zeroizing::new(BASE64_STANDARD.decode(encoded).map_err(|_| BadSigningKey::NotBase64)?),
            None => Zeroizing::new(secret.expose().as_bytes().to_vec()),
        };
        if bytes.is_empty() { Err(BadSigningKey::Empty) } else { Ok(SigningKey(hmac::Key::new(hmac::HMAC_SHA256, &bytes))) }
    }

    /// The signature over parts that are joined as they stand, in base64.
    pub fn sign(&self, parts: &[&[u8]]) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        parts.iter().for_each(|part| context.update(part));
        BASE64_STANDARD.encode(context.sign())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Result<SigningKey, BadSigningKey> {
        SigningKey::parse(&Secret::new(text.to_owned()))
    }

    /// The worked example of the Standard Webhooks reference libraries.
    #[test]
    fn the_published_example() {
        let key = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("it is base64");
        let parts: [&[u8]; 5] = [b"msg_p5jXN8AQM9LWM0D4loKWxJek", b".", b"1614265330", b".", br#"{"test": 2432232314}"#];
        assert_eq!(key.sign(&parts), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    /// RFC 4231, test case 2: the text's own bytes are the key.
    #[test]
    fn a_plain_secret_is_its_bytes() {
        let signature = key("Jefe").expect("it is text").sign(&[b"what do ya want ", b"for nothing?"]);
        assert_eq!(
            hex::encode(BASE64_STANDARD.decode(signature).expect("base64")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn what_is_no_key_is_refused_without_showing_it() {
        assert_eq!(key("").err(), Some(BadSigningKey::Empty));
        assert_eq!(key("whsec_").err(), Some(BadSigningKey::Empty));
        assert_eq!(key("whsec_***").err(), Some(BadSigningKey::NotBase64));
    }
}
