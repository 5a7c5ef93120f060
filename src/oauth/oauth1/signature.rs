//! Signs a request (RFC 5849 section 3). The secrets make the key; only the signature travels.

use crate::clock::Random;
use crate::oauth::pkce::unguessable;
use crate::oauth::placement::{Body, Call, Place, Placed, PlacementError, check_free, put};
use crate::resource::{Placement, SignatureMethod};
use crate::secret::Secret;
use crate::text::{is_unreserved, percent_encoded};
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
    percent_encoded(text, is_unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, Method};

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    fn photos(token: Option<(&str, &str)>, method: SignatureMethod) -> Oauth1Credential {
        let (token, token_secret) = token.map(|(token, token_secret)| (secret(token), secret(token_secret))).unzip();
        let consumer_secret = secret("kd94hf93k423kf44");
        Oauth1Credential {
            consumer_key: "dpf43f3p2l4k3l03".to_owned(),
            consumer_secret,
            token,
            token_secret,
            method,
            place: Placement::Header,
        }
    }

    fn owned(parameters: &[(&str, &str)]) -> Vec<(String, String)> {
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// Section 1.2 signs without `oauth_version`, which is optional.
    fn example(credential: &Oauth1Credential, method: &str, at: &str, parameters: &[(&str, &str)]) -> String {
        let url = Url::parse(at).expect("a URL");
        let mut all: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        all.extend(owned(parameters));
        signature(credential, &base_string(method, &url, &all))
    }

    #[test]
    fn the_three_signatures_of_rfc_5849_section_1_2() {
        let signed = |token, method, http_method: &str, at: &str, further: &[(&str, &str)]| {
            let word = if method == SignatureMethod::HmacSha1 { "HMAC-SHA1" } else { "HMAC-SHA256" };
            let common = [("oauth_consumer_key", "dpf43f3p2l4k3l03"), ("oauth_signature_method", word)];
            example(&photos(token, method), http_method, at, &[&common, further].concat())
        };
        let (sha1, sha256) = (SignatureMethod::HmacSha1, SignatureMethod::HmacSha256);
        let initiate =
            [("oauth_timestamp", "137131200"), ("oauth_nonce", "wIjqoS"), ("oauth_callback", "http://printer.example.com/ready")];
        assert_eq!(signed(None, sha1, "POST", "https://photos.example.net/initiate", &initiate), "74KNZJeDHnMBp0EMJ9ZHt/XKycU=");
        let token = [
            ("oauth_token", "hh5s93j4hdidpola"),
            ("oauth_timestamp", "137131201"),
            ("oauth_nonce", "walatlh"),
            ("oauth_verifier", "hfdp7dh39dks9884"),
        ];
        let temporary = Some(("hh5s93j4hdidpola", "hdhd0244k9j7ao03"));
        assert_eq!(signed(temporary, sha1, "POST", "https://photos.example.net/token", &token), "gKgrFCywp7rO0OXSjdot/IHF7IU=");
        let photo = [("oauth_token", "nnch734d00sl2jdk"), ("oauth_timestamp", "137131202"), ("oauth_nonce", "chapoH")];
        let lasting = Some(("nnch734d00sl2jdk", "pfkkdhi9sl3r4s00"));
        let at = "http://photos.example.net/photos?file=vacation.jpg&size=original";
        assert_eq!(signed(lasting, sha1, "GET", at, &photo), "MdpQcU8iPSUjWoN/UDMsK2sui9I=");
        // The same with SHA-256, computed by Python's hmac module.
        assert_eq!(signed(lasting, sha256, "GET", at, &photo), "HtMwoX2zenlFjgGg/SNEoKEQmL7CzxYFEKzs7er044Y=");
    }

    /// The request of sections 3.1 and 3.4.1.1, without `oauth_version` as there.
    fn request_of_section_3() -> Vec<(String, String)> {
        let url = Url::parse("http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b").expect("a URL");
        let protocol = [
            ("oauth_consumer_key", "9djdj82h48djs9d2"),
            ("oauth_token", "kkk9d7dh3k39sjv7"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131201"),
            ("oauth_nonce", "7d8f3e4a"),
        ];
        let body = Body::Form(owned(&[("c2", ""), ("a3", "2 q")]));
        all_parameters(&Call { method: Method::POST, url, headers: HeaderMap::new(), body }, &owned(&protocol))
    }

    #[test]
    fn the_base_string_of_rfc_5849_section_3_4_1_1() {
        let expected = "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D\
                        %26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1\
                        %26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7";
        let url = Url::parse("HTTP://EXAMPLE.com:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b#part").expect("a URL");
        let base = base_string("post", &url, &request_of_section_3());
        assert_eq!(base, expected);
        // As corrected by erratum 2550.
        let credential = Oauth1Credential {
            consumer_secret: secret("j49sk3j29djd"),
            ..photos(Some(("kkk9d7dh3k39sjv7", "dh893hdasih9")), SignatureMethod::HmacSha1)
        };
        assert_eq!(signature(&credential, &base), "r6/TJjbCOr97/+UU0NsvSne7s5g=");
    }

    #[test]
    fn escaping_as_section_3_6_wants_it() {
        assert_eq!(escaped("aZ9-._~ +&=*ü"), "aZ9-._~%20%2B%26%3D%2A%C3%BC");
    }

    #[test]
    fn each_place_holds_the_parameters_and_no_secret() {
        for place in [Placement::Header, Placement::Query, Placement::Form] {
            let credential =
                Oauth1Credential { place, ..photos(Some(("nnch734d00sl2jdk", "pfkkdhi9sl3r4s00")), SignatureMethod::HmacSha1) };
            let url = Url::parse("https://photos.example.net/photos").expect("a URL");
            let mut call = Call { method: Method::POST, url, headers: HeaderMap::new(), body: Body::Form(owned(&[("file", "a b")])) };
            let stamp = Stamp { nonce: "n".to_owned(), timestamp: 1 };
            sign(&credential, &mut call, &[], &stamp).expect("it fits");
            assert!(matches!(sign(&credential, &mut call, &[], &stamp), Err(PlacementError::Occupied(_))), "not twice");
            let request = call.into_request().expect("it can be sent");
            let body = String::from_utf8_lossy(request.body()).into_owned();
            let header = request.headers().get("authorization").map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default();
            let holds = [
                header.contains("oauth_signature="),
                request.uri().to_string().contains("oauth_signature="),
                body.contains("oauth_signature="),
            ];
            let expected = [Placement::Header, Placement::Query, Placement::Form].map(|one| one == place);
            assert_eq!(holds, expected);
            let all = format!("{header}{}{body}", request.uri());
            assert!(!all.contains("kd94hf93k423kf44") && !all.contains("pfkkdhi9sl3r4s00"));
        }
    }
}
