//! The signature of Standard Webhooks: `webhook-signature: v1,<base64>`, HMAC-SHA256 over `id.timestamp.body`.

use crate::secret::Secret;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::HeaderMap;

/// How far the timestamp may be from now, in seconds.
const WINDOW: u64 = 300;

/// `Ok` where one of the signatures fits.
pub(super) fn verify(secret: &Secret<String>, headers: &HeaderMap, body: &[u8], now: u64) -> Result<(), &'static str> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty());
    let id = text("webhook-id").ok_or("webhook-id is missing")?;
    let stamp = text("webhook-timestamp").ok_or("webhook-timestamp is missing")?;
    let signatures = text("webhook-signature").ok_or("webhook-signature is missing")?;
    let at: u64 = stamp.parse().map_err(|_| "webhook-timestamp is not a number of seconds")?;
    if at.abs_diff(now) > WINDOW {
        return Err("webhook-timestamp is more than five minutes from now");
    }
    let mut message = format!("{id}.{stamp}.").into_bytes();
    message.extend_from_slice(body);
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key(secret).ok_or("the sandbox's secret is not base64 after `whsec_`")?);
    // Several stand there while a secret is rotated.
    let given = signatures.split(' ').filter_map(|one| one.strip_prefix("v1,")).filter_map(|text| BASE64_STANDARD.decode(text).ok());
    match given.into_iter().any(|tag| hmac::verify(&key, &message, &tag).is_ok()) {
        true => Ok(()),
        false => Err("no signature fits"),
    }
}

/// `whsec_` stands before a key in base64; anything else is the key itself.
fn key(secret: &Secret<String>) -> Option<Vec<u8>> {
    match secret.expose().strip_prefix("whsec_") {
        Some(encoded) => BASE64_STANDARD.decode(encoded).ok(),
        None => Some(secret.expose().as_bytes().to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_verifies() {
        // The example of the Standard Webhooks specification's libraries: id, timestamp, body and secret are public.
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".parse().expect("a value"));
        headers.insert("webhook-timestamp", "1614265330".parse().expect("a value"));
        headers.insert("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".parse().expect("a value"));
        let verdict = |body: &[u8], now| verify(&secret, &headers, body, now);
        assert_eq!(verdict(br#"{"test": 2432232314}"#, 1614265330), Ok(()));
        assert_eq!(verdict(br#"{"test": 2432232315}"#, 1614265330), Err("no signature fits"));
        assert!(verdict(br#"{"test": 2432232314}"#, 1614265330 + 301).is_err());
    }
}
