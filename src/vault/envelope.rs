//! The sealed form of one secret: AES-256-GCM-SIV (RFC 8452) under a data key of its own, wrapped by a master key (RFC 3394).

use super::keyring::{KEY_LENGTH, KeyId, Keyring, MasterKey};
use crate::secret::Secret;
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap};
use aws_lc_rs::rand;
use zeroize::{Zeroize, Zeroizing};

/// The form of [`Sealed`] bytes that this program writes.
const VERSION: u8 = 1;
/// RFC 3394 adds eight bytes.
const WRAPPED_LENGTH: usize = KEY_LENGTH + 8;
const NONCE_LENGTH: usize = 12;
/// Version, key id, wrapped data key, nonce: what stands before the sealed text.
const HEAD_LENGTH: usize = 1 + 8 + WRAPPED_LENGTH + NONCE_LENGTH;

/// Whose secret it is. Bound in as associated data, so that a row that was moved elsewhere does not open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub kind: String,
    pub name: String,
    pub field: String,
}

/// A sealed secret: `version, key id, wrapped data key, nonce, sealed text and tag`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

impl Sealed {
    /// The key that it is sealed with; `None` where it is in no form that this program knows.
    pub fn key_id(&self) -> Option<KeyId> {
        let id = self.0.get(1..9).filter(|_| self.0.first() == Some(&VERSION))?;
        Some(KeyId(id.try_into().expect("eight bytes were taken")))
    }
}

/// The secret stays closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotOpen {
    #[error("it is not in a form that this program knows")]
    Form,
    #[error("it is sealed with the key {0}, which is not at hand")]
    UnknownKey(KeyId),
    #[error("it was altered, or it belongs to another object")]
    Altered,
}

/// Seals a secret for its owner with the newest key.
pub fn seal(keyring: &Keyring, owner: &Owner, secret: &Secret<Vec<u8>>) -> Sealed {
    seal_bytes(keyring, owner, secret.expose())
}

/// As [`seal`], for a secret that is text.
pub fn seal_text(keyring: &Keyring, owner: &Owner, secret: &Secret<String>) -> Sealed {
    seal_bytes(keyring, owner, secret.expose().as_bytes())
}

fn seal_bytes(keyring: &Keyring, owner: &Owner, secret: &[u8]) -> Sealed {
    let mut data_key = Zeroizing::new([0; KEY_LENGTH]);
    rand::fill(&mut *data_key).expect("the operating system gives random bytes");
    // Room for the tag from the start: a vector that grows would leave the secret behind in its old place.
    let mut text = Vec::with_capacity(secret.len() + AES_256_GCM_SIV.tag_len());
    text.extend_from_slice(secret);
    let nonce = cipher(&data_key)
        .seal_in_place_append_tag(Aad::from(associated(owner)), &mut text)
        .expect("a secret is far below the cipher's limit of 64 GiB");

    let mut sealed = Vec::with_capacity(HEAD_LENGTH + text.len());
    sealed.push(VERSION);
    sealed.extend_from_slice(&keyring.newest().id.0);
    sealed.extend_from_slice(&wrap(keyring.newest(), &data_key));
    sealed.extend_from_slice(nonce.as_ref());
    sealed.extend_from_slice(&text);
    Sealed(sealed)
}

/// Opens what was sealed for this owner, with whichever key it was sealed.
pub fn open(keyring: &Keyring, owner: &Owner, sealed: &Sealed) -> Result<Secret<Vec<u8>>, CannotOpen> {
    let (head, text) = sealed.0.split_at_checked(HEAD_LENGTH).ok_or(CannotOpen::Form)?;
    let (version, head) = head.split_at(1);
    let (id, head) = head.split_at(8);
    let (wrapped, nonce) = head.split_at(WRAPPED_LENGTH);
    if version != [VERSION] {
        return Err(CannotOpen::Form);
    }
    let id = KeyId(id.try_into().expect("eight bytes were split off"));
    let data_key = unwrap(keyring.find(id).ok_or(CannotOpen::UnknownKey(id))?, wrapped)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).expect("twelve bytes were split off");

    let mut text = Zeroizing::new(text.to_vec());
    let length = cipher(&data_key).open_in_place(nonce, Aad::from(associated(owner)), &mut text).map_err(|_| CannotOpen::Altered)?.len();
    // Wiped before it is cut: the tail past the length would stay in memory.
    text[length..].zeroize();
    text.truncate(length);
    Ok(Secret::new(std::mem::take(&mut *text)))
}

/// As [`open`], for a secret that is text.
pub fn open_text(keyring: &Keyring, owner: &Owner, sealed: &Sealed) -> Result<Secret<String>, CannotOpen> {
    let bytes = open(keyring, owner, sealed)?;
    String::from_utf8(bytes.expose().clone()).map(Secret::new).map_err(|_| CannotOpen::Form)
}

fn cipher(data_key: &[u8; KEY_LENGTH]) -> RandomizedNonceKey {
    RandomizedNonceKey::new(&AES_256_GCM_SIV, data_key).expect("a data key has the cipher's length")
}

fn wrap(key: &MasterKey, data_key: &[u8; KEY_LENGTH]) -> [u8; WRAPPED_LENGTH] {
    let mut wrapped = [0; WRAPPED_LENGTH];
    kek(key).wrap(data_key, &mut wrapped).expect("a data key is a multiple of eight bytes, and there is room for it");
    wrapped
}

fn unwrap(key: &MasterKey, wrapped: &[u8]) -> Result<Zeroizing<[u8; KEY_LENGTH]>, CannotOpen> {
    let mut data_key = Zeroizing::new([0; KEY_LENGTH]);
    kek(key).unwrap(wrapped, &mut *data_key).map_err(|_| CannotOpen::Altered)?;
    Ok(data_key)
}

fn kek(key: &MasterKey) -> AesKek {
    AesKek::new(&AES_256, key.bytes.expose()).expect("a master key has the cipher's length")
}

/// Version and owner, each part with its length in front so that no two owners read the same.
fn associated(owner: &Owner) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    for part in [&owner.kind, &owner.name, &owner.field] {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keyring(lines: &[u8]) -> Keyring {
        let text: String = lines.iter().map(|byte| format!("{}\n", hex::encode([*byte; 32]))).collect();
        Keyring::parse(&Secret::new(text)).expect("every line is a key")
    }

    fn owner(kind: &str, name: &str, field: &str) -> Owner {
        Owner { kind: kind.to_owned(), name: name.to_owned(), field: field.to_owned() }
    }

    fn opened(keyring: &Keyring, owner: &Owner, sealed: &Sealed) -> Result<Vec<u8>, CannotOpen> {
        open(keyring, owner, sealed).map(|secret| secret.expose().clone())
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_to_the_same(bytes: Vec<u8>, kind: String, name: String, field: String) {
            let owner = Owner { kind, name, field };
            let sealed = seal(&keyring(&[1]), &owner, &Secret::new(bytes.clone()));
            prop_assert_eq!(opened(&keyring(&[1]), &owner, &sealed), Ok(bytes));
        }

        #[test]
        fn any_flipped_bit_keeps_it_closed(bytes in proptest::collection::vec(any::<u8>(), 0..64), at: prop::sample::Index, bit in 0..8_u8) {
            let owner = owner("connection", "crm", "/credentials/key");
            let mut sealed = seal(&keyring(&[1]), &owner, &Secret::new(bytes));
            let at = at.index(sealed.0.len());
            sealed.0[at] ^= 1 << bit;
            prop_assert!(opened(&keyring(&[1]), &owner, &sealed).is_err());
        }

        #[test]
        fn another_owner_cannot_open_it(a in "[a-z/]{0,3}", b in "[a-z/]{0,3}", c in "[a-z/]{0,3}", cut in 0..3_usize) {
            let mine = owner(&a, &b, &c);
            let sealed = seal(&keyring(&[1]), &mine, &Secret::new(b"canary".to_vec()));
            let joined = format!("{a}{b}{c}");
            let cut = cut.min(joined.len());
            let other = owner(&joined[..cut], &joined[cut..], "");
            prop_assume!(other != mine);
            prop_assert_eq!(opened(&keyring(&[1]), &other, &sealed), Err(CannotOpen::Altered));
        }

        #[test]
        fn cut_short_or_made_up_bytes_never_panic(bytes: Vec<u8>) {
            let mut bytes = bytes;
            if let Some(first) = bytes.first_mut() { *first = VERSION; }
            prop_assert!(opened(&keyring(&[1]), &owner("", "", ""), &Sealed(bytes)).is_err());
        }
    }

    #[test]
    fn the_newest_key_writes_and_any_reads() {
        let owner = owner("service", "crm", "/auth/client_secret");
        let old = seal_text(&keyring(&[1]), &owner, &Secret::new("canary".to_owned()));
        let rotated = keyring(&[2, 1]);
        assert_eq!(opened(&rotated, &owner, &old), Ok(b"canary".to_vec()));
        let new = seal_text(&rotated, &owner, &Secret::new("canary".to_owned()));
        assert_eq!(opened(&keyring(&[2]), &owner, &new), Ok(b"canary".to_vec()));
        assert_eq!(opened(&keyring(&[1]), &owner, &new), Err(CannotOpen::UnknownKey(keyring(&[2]).newest_id())));
    }

    #[test]
    fn sealing_twice_gives_different_bytes_and_none_of_the_secret() {
        let owner = owner("service", "crm", "/auth/client_secret");
        let [a, b] = [(); 2].map(|()| seal_text(&keyring(&[1]), &owner, &Secret::new("canary".to_owned())));
        assert_ne!(a, b);
        assert!(!a.0.windows(6).any(|window| window == b"canary"));
    }
}
