//! Keyed fingerprints: whether two secrets are the same, without either.

use super::envelope::{CannotOpen, Owner, Sealed, open, seal};
use super::keyring::{KEY_LENGTH, Keyring};
use crate::clock::Random;
use crate::resource::Fingerprint;
use crate::secret::Secret;
use aws_lc_rs::hmac;

/// The key under which a broker tells secrets apart (HMAC-SHA-256). It belongs to the store, is kept there sealed, and stays
/// the same when master keys come and go, so that fingerprints can always be compared.
#[derive(Debug, Clone)]
pub struct FingerprintKey {
    bytes: Secret<Vec<u8>>,
}

impl FingerprintKey {
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = vec![0; KEY_LENGTH];
        random.fill(&mut bytes);
        FingerprintKey { bytes: Secret::new(bytes) }
    }

    pub fn seal(&self, keyring: &Keyring) -> Sealed {
        seal(keyring, &owner(), &self.bytes)
    }

    /// Fails with a master key that is not the store's: the test to make before anything else is done with a store.
    pub fn open(keyring: &Keyring, sealed: &Sealed) -> Result<Self, CannotOpen> {
        open(keyring, &owner(), sealed).map(|bytes| FingerprintKey { bytes })
    }

    /// `fp:` and the first 16 hex digits of the keyed digest.
    pub fn fingerprint(&self, value: &Secret<String>) -> Fingerprint {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.bytes.expose());
        let tag = hmac::sign(&key, value.expose().as_bytes());
        Fingerprint(format!("fp:{}", hex::encode(&tag.as_ref()[..8])))
    }
}

fn owner() -> Owner {
    Owner { kind: "vault".to_owned(), name: "fingerprints".to_owned(), field: "key".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(u8);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn of(key: &FingerprintKey, value: &str) -> String {
        key.fingerprint(&Secret::new(value.to_owned())).0
    }

    #[test]
    fn equal_values_have_equal_fingerprints_under_one_key_only() {
        let key = FingerprintKey::generate(&Counting(1));
        assert_eq!(of(&key, "canary"), of(&key, "canary"));
        assert_ne!(of(&key, "canary"), of(&key, "Canary"));
        assert_ne!(of(&key, "canary"), of(&FingerprintKey::generate(&Counting(2)), "canary"));
        assert!(of(&key, "canary").strip_prefix("fp:").is_some_and(|digits| digits.len() == 16));
    }

    #[test]
    fn a_new_master_key_leaves_fingerprints_as_they_are() {
        let (old, new) = (Keyring::generate(&Counting(3)), Keyring::generate(&Counting(4)));
        let key = FingerprintKey::generate(&Counting(1));
        let again = FingerprintKey::open(&old, &key.seal(&old)).expect("it is the key it was sealed with");
        let resealed = FingerprintKey::open(&new, &again.seal(&new)).expect("it is the key it was sealed with");
        assert_eq!(of(&resealed, "canary"), of(&key, "canary"));
        assert_eq!(FingerprintKey::open(&new, &key.seal(&old)).err(), Some(CannotOpen::UnknownKey(old.newest_id())));
    }
}
