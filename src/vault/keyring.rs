//! Master keys: read from text, made, and found by their ids.

use crate::clock::Random;
use crate::secret::Secret;
use aws_lc_rs::hkdf;
use std::fmt;
use zeroize::Zeroizing;

/// Bytes of a master key.
pub(super) const KEY_LENGTH: usize = 32;

/// Names a master key without giving it away: eight bytes derived from the key (HKDF, RFC 5869).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub(super) [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// The master keys at hand, at least one. The newest writes, any reads.
#[derive(Debug, Clone)]
pub struct Keyring {
    newest_first: Vec<MasterKey>,
}

#[derive(Debug, Clone)]
pub(super) struct MasterKey {
    pub(super) id: KeyId,
    pub(super) bytes: Secret<Vec<u8>>,
}

/// The text holds no usable key. Never says what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    #[error("there is no key in it")]
    Empty,
    #[error("its line {line} is neither 64 hex digits nor the base64 of 32 bytes")]
    NotAKey { line: usize },
}

impl Keyring {
    /// Reads keys, one a line, newest first; empty lines and those that start with `#` are skipped.
    pub fn parse(text: &Secret<String>) -> Result<Self, BadKey> {
        let mut newest_first: Vec<MasterKey> = Vec::new();
        for (at, line) in text.expose().lines().map(str::trim).enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = decode(line).map(MasterKey::new).ok_or(BadKey::NotAKey { line: at + 1 })?;
            if newest_first.iter().all(|known| known.id != key.id) {
                newest_first.push(key);
            }
        }
        if newest_first.is_empty() { Err(BadKey::Empty) } else { Ok(Keyring { newest_first }) }
    }

    /// Makes one new key.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = vec![0; KEY_LENGTH];
        random.fill(&mut bytes);
        Keyring { newest_first: vec![MasterKey::new(Secret::new(bytes))] }
    }

    /// The keys as [`Keyring::parse`] reads them.
    pub fn to_text(&self) -> Secret<String> {
        let mut text = String::with_capacity(self.newest_first.len() * (2 * KEY_LENGTH + 1));
        for key in &self.newest_first {
            text.push_str(&Zeroizing::new(hex::encode(key.bytes.expose())));
            text.push('\n');
        }
        Secret::new(text)
    }

    /// With a new key in front: it writes from now on, and the others still read.
    pub fn with_new(&self, random: &dyn Random) -> Self {
        let mut made = Keyring::generate(random);
        made.newest_first.extend(self.newest_first.iter().filter(|key| key.id != made.newest_id()).cloned().collect::<Vec<_>>());
        made
    }

    /// The newest key alone.
    pub fn newest_only(&self) -> Self {
        Keyring { newest_first: vec![self.newest().clone()] }
    }

    /// The ids of all keys, the newest first.
    pub fn ids(&self) -> Vec<KeyId> {
        self.newest_first.iter().map(|key| key.id).collect()
    }

    /// The id of the key that writes.
    pub fn newest_id(&self) -> KeyId {
        self.newest().id
    }

    pub(super) fn newest(&self) -> &MasterKey {
        &self.newest_first[0]
    }

    pub(super) fn find(&self, id: KeyId) -> Option<&MasterKey> {
        self.newest_first.iter().find(|key| key.id == id)
    }
}

impl MasterKey {
    fn new(bytes: Secret<Vec<u8>>) -> Self {
        let mut id = [0; 8];
        hkdf::Salt::new(hkdf::HKDF_SHA256, b"bowline vault")
            .extract(bytes.expose())
            .expand(&[b"key id"], IdLength)
            .and_then(|okm| okm.fill(&mut id))
            .expect("eight bytes are within what HKDF-SHA-256 can give");
        MasterKey { id: KeyId(id), bytes }
    }
}

struct IdLength;

impl hkdf::KeyType for IdLength {
    fn len(&self) -> usize {
        8
    }
}

/// 32 bytes from 64 hex digits or from base64 (RFC 4648 section 4 or 5, padded or not).
fn decode(text: &str) -> Option<Secret<Vec<u8>>> {
    let bytes = if text.len() == 2 * KEY_LENGTH { hex::decode(text).ok()? } else { base64(text)? };
    let bytes = Secret::new(bytes);
    (bytes.expose().len() == KEY_LENGTH).then_some(bytes)
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    // More room than is ever needed: a vector that grows would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let (mut bits, mut held) = (0_u32, 0_u32);
    for digit in digits.bytes() {
        let six = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(std::mem::take(&mut *bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Keyring, BadKey> {
        Keyring::parse(&Secret::new(text.to_owned()))
    }

    #[test]
    fn hex_and_both_base64_alphabets_name_the_same_key() {
        let id = |text: &str| parse(text).map(|keyring| keyring.newest_id());
        let hex = id(&"fb".repeat(32));
        assert!(hex.is_ok());
        assert_eq!(hex, id("+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s="));
        assert_eq!(hex, id("-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s"));
    }

    #[test]
    fn the_first_line_is_the_newest_and_comments_do_not_count() {
        let text = format!("# made on Tuesday\n\n{}\n{}\n{}\n", "01".repeat(32), "02".repeat(32), "01".repeat(32));
        let keyring = parse(&text).expect("it holds two keys");
        assert_eq!(keyring.newest_first.len(), 2);
        assert_eq!(Ok(keyring.newest_id()), parse(&"01".repeat(32)).map(|keyring| keyring.newest_id()));
        assert_eq!(parse(keyring.to_text().expose()).map(|again| again.newest_id()), Ok(keyring.newest_id()));
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_quoted() {
        assert_eq!(parse("# only talk\n").err(), Some(BadKey::Empty));
        for text in ["canary", &"zz".repeat(32), &"ab".repeat(31), &"ab".repeat(33), "AAAA"] {
            let error = parse(text).expect_err("it is no key");
            assert_eq!(error, BadKey::NotAKey { line: 1 });
            assert!(!format!("{error} {error:?}").contains(text));
        }
        assert!(!format!("{:?}", parse(&"ab".repeat(32))).contains("abab"));
    }
}
