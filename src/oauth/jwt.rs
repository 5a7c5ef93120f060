//! Client assertions (RFC 7523): a short-lived, once-used token that the client signs with its private key.

use super::pkce::unguessable;
use crate::clock::Random;
use crate::secret::Secret;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const LIFETIME: Duration = Duration::from_secs(60);

/// A client's signing key.
#[derive(Debug, Clone)]
pub struct JwtKey {
    /// PEM, PKCS#8. An RSA key signs RS256, P-256 ES256, P-384 ES384, Ed25519 EdDSA.
    pub pem: Secret<String>,
    /// `kid`, where the service has several keys of this client.
    pub key_id: Option<String>,
    /// `aud`, where it is neither the issuer nor the token URL.
    pub audience: Option<String>,
}

/// The key is not a PEM private key of a known kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the private key is not a PEM key (PKCS#8) of RSA, P-256, P-384 or Ed25519")]
pub struct BadKey;

/// Signs a fresh assertion: issued now, valid for a minute, with an identifier that never returns.
pub(super) fn assertion(
    client_id: &str,
    key: &JwtKey,
    audience: &str,
    now: SystemTime,
    random: &dyn Random,
) -> Result<Secret<String>, BadKey> {
    let seconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let claims = json!({
        "iss": client_id,
        "sub": client_id,
        "aud": key.audience.as_deref().unwrap_or(audience),
        "jti": unguessable(random).expose(),
        "iat": seconds,
        "exp": seconds + LIFETIME.as_secs(),
    });
    signers(key.pem.expose().as_bytes())
        .into_iter()
        .find_map(|(algorithm, signer)| {
            let header = Header { kid: key.key_id.clone(), ..Header::new(algorithm) };
            jsonwebtoken::encode(&header, &claims, &signer).ok()
        })
        .map(Secret::new)
        .ok_or(BadKey)
}

/// The PEM does not say its curve where it is easily read, so that the first that can sign is taken.
fn signers(pem: &[u8]) -> Vec<(Algorithm, EncodingKey)> {
    let rsa = EncodingKey::from_rsa_pem(pem).map(|key| (Algorithm::RS256, key));
    let p256 = EncodingKey::from_ec_pem(pem).map(|key| (Algorithm::ES256, key));
    let p384 = EncodingKey::from_ec_pem(pem).map(|key| (Algorithm::ES384, key));
    let edwards = EncodingKey::from_ed_pem(pem).map(|key| (Algorithm::EdDSA, key));
    [rsa, p256, p384, edwards].into_iter().flatten().collect()
}
