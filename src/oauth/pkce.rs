//! Unguessable texts, and the proof key of RFC 7636. Only S256: `plain` would hand the verifier to whoever sees the link.

use crate::clock::Random;
use crate::secret::Secret;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use zeroize::Zeroize;

/// 256 random bits as 43 characters that need no escaping in a URL; the form that RFC 7636 section 4.1 recommends.
pub(super) fn unguessable(random: &dyn Random) -> Secret<String> {
    let mut bytes = [0_u8; 32];
    random.fill(&mut bytes);
    let text = BASE64_URL_SAFE_NO_PAD.encode(bytes);
    bytes.zeroize();
    Secret::new(text)
}

/// A digest under which a one-time text is stored and looked up, so that reading the store gives nobody a live one.
pub(super) fn digest_of(text: &str) -> String {
    hex::encode(digest(&SHA256, text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b() {
        let verifier = oauth2::PkceCodeVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        let challenge = oauth2::PkceCodeChallenge::from_code_verifier_sha256(&verifier);
        assert_eq!(challenge.as_str(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(challenge.method().as_str(), "S256");
    }

    #[test]
    fn the_bytes_of_rfc_7636_appendix_b_make_its_verifier() {
        struct Appendix;
        impl Random for Appendix {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&[
                    116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191, 240, 91,
                    88, 5, 88, 83, 132, 141, 121,
                ]);
            }
        }
        assert_eq!(unguessable(&Appendix).expose(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    }
}
