//! Who the client is: by the one way that is registered for it.

use super::refused::Refused;
use crate::sandbox::answer::Asked;
use crate::sandbox::fields::Fields;
use crate::sandbox::known::{CLIENT_PUBLIC_KEY, Client, Proof};
use crate::sandbox::site::{Site, seconds};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use std::time::{Duration, UNIX_EPOCH};

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// An assertion may be valid for this long at most.
const LONGEST: u64 = 3600;

/// The client that sent the request and proved it.
pub(super) fn client(site: &Site, asked: &Asked, fields: &Fields) -> Result<&'static Client, Refused> {
    let basic = asked.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match (basic, fields.get("client_secret"), fields.get("client_assertion")) {
        (Some(header), None, None) => by_header(header, fields),
        (None, Some(secret), None) => by_secret(id(fields)?, secret, |client| matches!(client.proof, Proof::Post(_))),
        (None, None, Some(assertion)) => by_assertion(site, assertion, fields),
        (None, None, None) => match known(id(fields)?)? {
            client if client.proof == Proof::Public => Ok(client),
            client => Err(Refused::client(format!("`{}` must prove itself", client.id))),
        },
        (Some(_), _, _) | (None, Some(_), Some(_)) => Err(Refused::request("the client proves itself in more than one way")),
    }
}

fn id(fields: &Fields) -> Result<&str, Refused> {
    fields.get("client_id").ok_or_else(|| Refused::client("no client is named"))
}

fn known(id: &str) -> Result<&'static Client, Refused> {
    Client::of(id).ok_or_else(|| Refused::client("the client is not known"))
}

/// Id and secret are form-encoded before they are joined (RFC 6749 section 2.3.1).
fn by_header(header: &str, fields: &Fields) -> Result<&'static Client, Refused> {
    let malformed = || Refused::client("the Authorization header is not Basic with an id and a secret");
    let (scheme, encoded) = header.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let decoded = BASE64_STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(malformed)?;
    let (id, secret) = decoded.split_once(':').ok_or_else(malformed)?;
    let plain = |text: &str| url::form_urlencoded::parse(format!("x={text}").as_bytes()).next().map(|(_, value)| value.into_owned());
    let (id, secret) = (plain(id).ok_or_else(malformed)?, plain(secret).ok_or_else(malformed)?);
    if fields.get("client_id").is_some_and(|named| named != id) {
        return Err(Refused::request("the body names another client than the header"));
    }
    by_secret(&id, &secret, |client| matches!(client.proof, Proof::Basic(_)))
}

fn by_secret(id: &str, given: &str, registered: impl Fn(&Client) -> bool) -> Result<&'static Client, Refused> {
    let client = known(id)?;
    if !registered(client) {
        return Err(Refused::client(format!("`{id}` is registered to prove itself in another way")));
    }
    match client.proof {
        Proof::Basic(secret) | Proof::Post(secret) if verify_slices_are_equal(secret.as_bytes(), given.as_bytes()).is_ok() => Ok(client),
        Proof::Basic(_) | Proof::Post(_) | Proof::PrivateKeyJwt | Proof::Public => Err(Refused::client("the client's secret is wrong")),
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: OneOrMany,
    jti: String,
    exp: u64,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

fn by_assertion(site: &Site, assertion: &str, fields: &Fields) -> Result<&'static Client, Refused> {
    if fields.get("client_assertion_type") != Some(ASSERTION) {
        return Err(Refused::client("client_assertion_type is not that of RFC 7523"));
    }
    let key = DecodingKey::from_ec_pem(CLIENT_PUBLIC_KEY.as_bytes()).expect("the published key is one");
    // Times are checked below, by the clock that was handed in.
    let mut signed = Validation::new(Algorithm::ES256);
    signed.validate_exp = false;
    signed.validate_aud = false;
    signed.required_spec_claims.clear();
    let claims = jsonwebtoken::decode::<Claims>(assertion, &key, &signed)
        .map_err(|_| Refused::client("the assertion is not signed by the client's key"))?
        .claims;
    let client = known(&claims.iss)?;
    if client.proof != Proof::PrivateKeyJwt {
        return Err(Refused::client(format!("`{}` is registered to prove itself in another way", client.id)));
    }
    if claims.sub != claims.iss || fields.get("client_id").is_some_and(|named| named != claims.iss) {
        return Err(Refused::client("the assertion is about another client"));
    }
    if !is_for(site, &claims.aud) {
        return Err(Refused::client("the assertion is for another audience"));
    }
    spend(site, &claims)?;
    Ok(client)
}

fn is_for(site: &Site, audience: &OneOrMany) -> bool {
    let accepted = [site.base.clone(), format!("{}/oauth/token", site.base)];
    match audience {
        OneOrMany::One(one) => accepted.contains(one),
        OneOrMany::Many(many) => many.iter().any(|one| accepted.contains(one)),
    }
}

fn spend(site: &Site, claims: &Claims) -> Result<(), Refused> {
    let now = seconds(site.now());
    if claims.exp <= now || claims.exp > now + LONGEST {
        return Err(Refused::client("the assertion has expired, or is valid for longer than an hour"));
    }
    let until = UNIX_EPOCH + Duration::from_secs(claims.exp);
    match site.state().ledger.first_use(&claims.jti, until, site.now()) {
        true => Ok(()),
        false => Err(Refused::client("the assertion was used before")),
    }
}
