//! Signs a request (RFC 5849 section 3). The secrets make the key; only the signature travels.

use crate::clock::Random;
use crate::oauth::pkce::unguessable;
use crate::oauth::placement::{Body, Call, Place, Placed, PlacementError, check_free, put};
use crate::resource::{Placement, SignatureMethod};
use crate::secret::Secret;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::time::{SystemTime, UNIX_EPOCH};
use url::Url;

/// What signs: the client, and the token it acts with.
#[derive(Debug, Clone)]
pub struct Oauth1Credential {
    pub consumer_key: String,
    pub consumer_secret: Secret<String>,
    /// Absent in the request for a request token.
    pub token: Option<Secret<String>>,
    pub token_secret: Option<Secret<String>>,
    pub method: SignatureMethod,
    /// Where the `oauth_` parameters go: the header, unless the service wants them elsewhere.
    pub place: Placement,
}

impl Oauth1Credential {
    pub(in crate::oauth) fn secrets(&self) -> Vec<&str> {
        [Some(&self.consumer_secret), self.token.as_ref(), self.token_secret.as_ref()]
            .into_iter()
            .flatten()
            .map(|secret| secret.expose().as_str())
            .collect()
    }
}

/// Signs a call and puts the parameters where the service wants them.
pub(in crate::oauth) fn attach(
    credential: &Oauth1Credential,
    call: &mut Call,
    random: &dyn Random,
    now: SystemTime,
) -> Result<(), PlacementError> {
    sign(credential, call, &[], &Stamp::fresh(random, now))
}

/// The parts of a signature that must differ from one request to the next.
pub(super) struct Stamp {
    pub(super) nonce: String,
    pub(super) timestamp: u64,
}

impl Stamp {
    pub(super) fn fresh(random: &dyn Random, now: SystemTime) -> Self {
        let timestamp = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        Stamp { nonce: unguessable(random).expose().clone(), timestamp }
    }
}

/// Signs with further `oauth_` parameters (`oauth_callback`, `oauth_verifier`).
pub(super) fn sign(credential: &Oauth1Credential, call: &mut Call, further: &[(&str, &str)], stamp: &Stamp) -> Result<(), PlacementError> {
    let mut parameters = protocol_parameters(credential, further, stamp);
    let place = place_of(credential.place);
    for (name, _) in &parameters {
        check_free(&place(name), call)?;
    }
    let base = base_string(call.method.as_str(), &call.url, &all_parameters(call, &parameters));
    parameters.push(("oauth_signature".to_owned(), signature(credential, &base)));
    match credential.place {
        Placement::Header => {
            let fields: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
            let format = "OAuth {}".to_owned();
            put(&Placed { value: Secret::new(fields.join(", ")), place: Place::Header { name: "Authorization".to_owned(), format } }, call)
        }
        Placement::Query | Placement::Form => {
            parameters.into_iter().try_for_each(|(name, value)| put(&Placed { value: Secret::new(value), place: place(&name) }, call))
        }
    }
}

fn place_of(placement: Placement) -> impl Fn(&str) -> Place {
    move |name| match placement {
        Placement::Header => Place::Header { name: "Authorization".to_owned(), format: "OAuth {}".to_owned() },
        Placement::Query => Place::Query { name: name.to_owned() },
        Placement::Form => Place::Form { name: name.to_owned() },
    }
}

fn protocol_parameters(credential: &Oauth1Credential, further: &[(&str, &str)], stamp: &Stamp) -> Vec<(String, String)> {
    let method = match credential.method {
        SignatureMethod::HmacSha1 => "HMAC-SHA1",
        SignatureMethod::HmacSha256 => "HMAC-SHA256",
    };
    let timestamp = stamp.timestamp.to_string();
    let mut parameters = vec![("oauth_consumer_key", credential.consumer_key.as_str())];
    parameters.extend(credential.token.as_ref().map(|token| ("oauth_token", token.expose().as_str())));
    parameters.extend([("oauth_signature_method", method), ("oauth_timestamp", &timestamp), ("oauth_nonce", &stamp.nonce)]);
    parameters.extend(further);
    parameters.push(("oauth_version", "1.0"));
    parameters.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Section 3.4.1.3.1: the query, the `oauth_` parameters, and a form body; no other body is signed.
fn all_parameters(call: &Call, protocol: &[(String, String)]) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = call.url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    all.extend(protocol.iter().cloned());
    match &call.body {
        Body::Form(fields) => all.extend(fields.iter().cloned()),
        Body::Empty | Body::Raw { .. } => {}
    }
    all
}

/// Section 3.4.1: method, address and sorted parameters.
pub(super) fn base_string(method: &str, url: &Url, parameters: &[(String, String)]) -> String {
    let mut encoded: Vec<(String, String)> = parameters.iter().map(|(name, value)| (escaped(name), escaped(value))).collect();
    encoded.sort();
    let normal = encoded.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    let mut address = url.clone();
    address.set_query(None);
    address.set_fragment(None);
    [method.to_ascii_uppercase(), escaped(address.as_str()), escaped(&normal)].join("&")
}

fn signature(credential: &Oauth1Credential, base: &str) -> String {
    let token_secret = credential.token_secret.as_ref().map_or("", |secret| secret.expose().as_str());
    let key = Secret::new(format!("{}&{}", escaped(credential.consumer_secret.expose()), escaped(token_secret)));
    let algorithm = match credential.method {
        SignatureMethod::HmacSha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        SignatureMethod::HmacSha256 => hmac::HMAC_SHA256,
    };
    let tag = hmac::sign(&hmac::Key::new(algorithm, key.expose().as_bytes()), base.as_bytes());
    BASE64_STANDARD.encode(tag)
}

/// Section 3.6: everything but letters, digits and `-._~`, in upper-case hexadecimal.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte.into()),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
