//! Checks signatures (RFC 5849 section 3), with code of its own: shared with the client, one mistake would cancel the other.

use crate::sandbox::answer::Asked;
use crate::sandbox::fields::is_form;
use crate::sandbox::known::CONSUMER_SECRET;
use crate::sandbox::site::Site;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header;
use percent::{decoded, encoded};

/// A call that carries a signature, which may be wrong.
pub(in crate::sandbox) struct Signed {
    /// The protocol's parameters (`oauth_…`), decoded.
    protocol: Vec<(String, String)>,
    base_string: String,
}

/// Reads a signed call. `Err` says what is missing.
pub(in crate::sandbox) fn signed(site: &Site, asked: &Asked) -> Result<Signed, &'static str> {
    let mut all: Vec<(String, String)> = Vec::new();
    if let Some(value) = asked.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) {
        let rest = value.get(..6).filter(|scheme| scheme.eq_ignore_ascii_case("oauth ")).map(|_| &value[6..]);
        all.extend(rest.map(in_header).unwrap_or_default());
    }
    let pairs =
        |bytes: &[u8]| url::form_urlencoded::parse(bytes).map(|(name, value)| (name.into_owned(), value.into_owned())).collect::<Vec<_>>();
    all.extend(pairs(asked.uri().query().unwrap_or_default().as_bytes()));
    if is_form(asked.headers()) {
        all.extend(pairs(asked.body()));
    }
    let protocol: Vec<_> = all.iter().filter(|(name, _)| name.starts_with("oauth_")).cloned().collect();
    let mut names: Vec<&str> = protocol.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err("a parameter of the protocol is given twice");
    }
    let base_string = base_string(asked.method().as_str(), &format!("{}{}", site.base, asked.uri().path()), &all);
    let signed = Signed { protocol, base_string };
    signed.get("oauth_signature").ok_or("the request is not signed")?;
    Ok(signed)
}

/// Section 3.5.1. `realm` is no parameter of the signature.
fn in_header(text: &str) -> Vec<(String, String)> {
    text.split(',')
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (decoded(name), decoded(value.trim_matches('"'))))
        .filter(|(name, _)| name != "realm")
        .collect()
}

/// Section 3.4.1: method, address and parameters, encoded, sorted after encoding.
fn base_string(method: &str, address: &str, all: &[(String, String)]) -> String {
    let mut pairs: Vec<(String, String)> =
        all.iter().filter(|(name, _)| name != "oauth_signature").map(|(name, value)| (encoded(name), encoded(value))).collect();
    pairs.sort();
    let joined = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    format!("{}&{}&{}", method.to_ascii_uppercase(), encoded(address), encoded(&joined))
}

impl Signed {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.protocol.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(in crate::sandbox) fn token(&self) -> &str {
        self.get("oauth_token").unwrap_or_default()
    }

    pub(super) fn consumer(&self) -> &str {
        self.get("oauth_consumer_key").unwrap_or_default()
    }

    pub(super) fn nonce(&self) -> Option<&str> {
        self.get("oauth_nonce").filter(|nonce| !nonce.is_empty())
    }

    pub(super) fn timestamp(&self) -> Option<u64> {
        self.get("oauth_timestamp")?.parse().ok()
    }

    /// Whether the sandbox's consumer made the signature, with this token's secret.
    pub(super) fn fits(&self, token_secret: &str) -> bool {
        let algorithm = match self.get("oauth_signature_method") {
            Some("HMAC-SHA1") => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Some("HMAC-SHA256") => hmac::HMAC_SHA256,
            Some(_) | None => return false,
        };
        let key = format!("{}&{}", encoded(CONSUMER_SECRET), encoded(token_secret));
        let given = self.get("oauth_signature").and_then(|text| BASE64_STANDARD.decode(text).ok()).unwrap_or_default();
        hmac::verify(&hmac::Key::new(algorithm, key.as_bytes()), self.base_string.as_bytes(), &given).is_ok()
    }
}

/// Section 3.6: everything but letters, digits, `-`, `.`, `_` and `~` is encoded.
mod percent {
    pub(super) fn encoded(text: &str) -> String {
        text.bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
                other => format!("%{other:02X}"),
            })
            .collect()
    }

    pub(super) fn decoded(text: &str) -> String {
        // A `+` stands for itself here, unlike in a form.
        let form = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
        url::form_urlencoded::parse(form.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_string_is_that_of_the_specification() {
        // RFC 5849 section 3.4.1.1.
        let mut all: Vec<(String, String)> = in_header(
            "realm=\"Example\", oauth_consumer_key=\"9djdj82h48djs9d2\", oauth_token=\"kkk9d7dh3k39sjv7\", oauth_signature_method=\"HMAC-SHA1\", \
             oauth_timestamp=\"137131201\", oauth_nonce=\"7d8f3e4a\", oauth_signature=\"bYT5CMsGcbgUdFHObYMEfcx6bsw%3D\"",
        );
        for (name, value) in [("b5", "=%3D"), ("a3", "a"), ("c@", ""), ("a2", "r b"), ("c2", ""), ("a3", "2 q")] {
            all.push((name.to_owned(), value.to_owned()));
        }
        let expected = "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D\
                        %26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp\
                        %3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7";
        assert_eq!(base_string("post", "http://example.com/request", &all), expected);
    }
}
