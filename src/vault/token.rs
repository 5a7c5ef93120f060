//! Tokens that whoever shows them is let in with: made once, told apart, and kept as a digest only.
//!
//! `bwl_` and an id of 16 hex digits, `_`, a secret of 256 random bits in hex, and a checksum of all that in 8 hex digits.
//! Scanners for leaked secrets find it by its form and can tell by the checksum that it is none of chance.
//! Why a plain digest and no slow one: what is 256 bits of randomness cannot be guessed at any speed.

use crate::clock::Random;
use crate::secret::Secret;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use std::fmt;
use zeroize::Zeroizing;

const PREFIX: &str = "bwl_";
const ID_DIGITS: usize = 16;
const SECRET_BYTES: usize = 32;
const CHECK_DIGITS: usize = 8;
const LENGTH: usize = PREFIX.len() + ID_DIGITS + 1 + 2 * SECRET_BYTES + CHECK_DIGITS;

/// The SHA-256 of a token's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenDigest([u8; 32]);

/// A new token. Its text is shown to one person once.
#[derive(Debug)]
pub struct MintedToken {
    pub id: String,
    pub text: Secret<String>,
    pub digest: TokenDigest,
}

/// A token that somebody shows, in the form of one: whether it is good is not known yet.
#[derive(Debug)]
pub struct ShownToken {
    pub id: String,
    digest: TokenDigest,
}

impl MintedToken {
    pub fn mint(random: &dyn Random) -> Self {
        let (mut id, mut secret) = ([0; ID_DIGITS / 2], Zeroizing::new([0; SECRET_BYTES]));
        random.fill(&mut id);
        random.fill(&mut *secret);
        let id = hex::encode(id);
        // All the room at once: a text that grows would leave copies behind.
        let mut text = String::with_capacity(LENGTH);
        text.push_str(PREFIX);
        text.push_str(&id);
        text.push('_');
        text.push_str(&Zeroizing::new(hex::encode(*secret)));
        let check = checksum(&text);
        text.push_str(&check);
        let digest = TokenDigest::of(&text);
        MintedToken { id, text: Secret::new(text), digest }
    }
}

impl ShownToken {
    /// Reads the text of a token; `None` where it has not the form of one, or was mistyped.
    pub fn read(text: &Secret<String>) -> Option<Self> {
        let text = text.expose();
        let is_hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let (id, rest) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let is_formed = text.len() == LENGTH && id.len() == ID_DIGITS && is_hex(id) && is_hex(rest);
        if !is_formed || checksum(&text[..LENGTH - CHECK_DIGITS]) != text[LENGTH - CHECK_DIGITS..] {
            return None;
        }
        Some(ShownToken { id: id.to_owned(), digest: TokenDigest::of(text) })
    }

    /// Whether it is the kept one, in a time that does not depend on where they differ.
    pub fn is(&self, kept: &TokenDigest) -> bool {
        verify_slices_are_equal(&self.digest.0, &kept.0).is_ok()
    }
}

impl TokenDigest {
    /// Reads 64 hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        hex::decode(text).ok()?.try_into().ok().map(TokenDigest)
    }

    fn of(text: &str) -> Self {
        TokenDigest(digest(&SHA256, text.as_bytes()).as_ref().try_into().expect("SHA-256 gives 32 bytes"))
    }
}

impl fmt::Display for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

fn checksum(text: &str) -> String {
    hex::encode(&digest(&SHA256, text.as_bytes()).as_ref()[..CHECK_DIGITS / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(u8);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            (self.0..).zip(bytes).for_each(|(number, byte)| *byte = number);
        }
    }

    fn read(text: &str) -> Option<ShownToken> {
        ShownToken::read(&Secret::new(text.to_owned()))
    }

    #[test]
    fn what_was_minted_reads_back_and_is_itself_only() {
        let (one, other) = (MintedToken::mint(&Counting(0)), MintedToken::mint(&Counting(1)));
        let shown = ShownToken::read(&one.text).expect("it has the form");
        assert_eq!(shown.id, one.id);
        assert!(shown.is(&one.digest));
        assert!(!shown.is(&other.digest));
        assert_eq!(TokenDigest::from_hex(&one.digest.to_string()), Some(one.digest));
    }

    #[test]
    fn it_has_the_form_that_scanners_look_for() {
        let minted = MintedToken::mint(&Counting(0));
        let form = regex::Regex::new("^bwl_[0-9a-f]{16}_[0-9a-f]{72}$").expect("a pattern");
        assert!(form.is_match(minted.text.expose()));
        assert!(!format!("{minted:?}").contains(&minted.text.expose()[21..]));
    }

    #[test]
    fn any_slip_of_a_letter_is_noticed_before_anything_is_looked_up() {
        let text = MintedToken::mint(&Counting(9)).text.expose().clone();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            let slipped = String::from_utf8(bytes).expect("still ASCII");
            assert!(read(&slipped).is_none(), "{at}");
        }
        for other in ["", "bwl_", "bwl__", "Bearer x", &text[1..], &text.to_uppercase(), &format!("{text} "), &"é".repeat(48)] {
            assert!(read(other).is_none(), "{other}");
        }
    }
}
