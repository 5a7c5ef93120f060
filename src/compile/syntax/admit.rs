//! Bytes → text: UTF-8 only, no control characters, nothing that changes the direction of what a reader sees.

use super::diags::{ControlCharacter, InvalidUtf8};
use crate::diag::Diagnostics;
use crate::text::{FileId, Span, is_forbidden};
use std::sync::Arc;

/// The largest file that is read, in bytes.
pub const FILE_BYTES: u64 = 16 << 20;

/// How many of one file's forbidden characters are told.
const TOLD: usize = 20;

/// Bytes as text, and whether they may be read as YAML. Text that may not be is still handed out, to show the places in it.
pub fn admit(diags: &mut Diagnostics, file: FileId, bytes: Vec<u8>) -> (Arc<str>, bool) {
    match String::from_utf8(bytes) {
        Ok(text) => {
            let text: Arc<str> = text.strip_prefix('\u{feff}').unwrap_or(&text).into();
            let clean = check(diags, file, &text);
            (text, clean)
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = shown(error.as_bytes());
            let skipped = text.len() - text.strip_prefix('\u{feff}').unwrap_or(&text).len();
            let at = at.saturating_sub(skipped);
            diags.push(InvalidUtf8 { span: Span::new(file, at, at + '\u{fffd}'.len_utf8()) });
            (text.strip_prefix('\u{feff}').unwrap_or(&text).into(), false)
        }
    }
}

fn check(diags: &mut Diagnostics, file: FileId, text: &str) -> bool {
    if !suspicious(text.as_bytes()) {
        return true;
    }
    let mut clean = true;
    for (at, character) in text.char_indices().filter(|(_, character)| is_forbidden(*character)).take(TOLD) {
        diags.push(ControlCharacter { span: Span::new(file, at, at + character.len_utf8()), character });
        clean = false;
    }
    clean
}

/// Text with a mark for what is not UTF-8. Never much longer than the bytes, whatever they are.
fn shown(bytes: &[u8]) -> String {
    const MARKED: usize = 1_000;
    let mut text = String::with_capacity(bytes.len());
    for (at, chunk) in bytes.utf8_chunks().enumerate() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(if at < MARKED { char::REPLACEMENT_CHARACTER } else { '?' });
        }
    }
    text
}

/// Whether a closer look is needed: a control byte, or the first byte of a character that may be forbidden.
pub(super) fn suspicious(bytes: &[u8]) -> bool {
    // Whole blocks at a time, without a branch per byte, so that the common clean file costs next to nothing.
    bytes.chunks(4096).any(|block| block.iter().fold(false, |found, byte| found | is_suspicious(*byte)))
}

fn is_suspicious(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\n' && byte != b'\r' && byte != b'\t')
        | (byte == 0x7f)
        | (byte == 0xc2)
        | (byte == 0xd8)
        | (byte == 0xe2)
        | (byte == 0xef)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;

    fn admitted(bytes: &[u8]) -> (String, bool, Vec<(Code, u32)>) {
        let mut diags = Diagnostics::default();
        let (text, clean) = admit(&mut diags, FileId(0), bytes.to_vec());
        let found = diags.finish();
        (text.to_string(), clean, found.iter().map(|found| (found.code, found.at.as_ref().map_or(0, |at| at.span.start))).collect())
    }

    #[test]
    fn a_byte_order_mark_is_taken_off_and_line_breaks_stay() {
        assert_eq!(admitted("\u{feff}a: é\r\n\tb".as_bytes()), ("a: é\r\n\tb".to_owned(), true, vec![]));
    }

    #[test]
    fn control_and_direction_characters_are_refused_where_they_stand() {
        assert_eq!(admitted(b"a: \0").2, [(Code::ControlCharacter, 3)]);
        assert_eq!(admitted("a: x\u{202e}y".as_bytes()).2, [(Code::ControlCharacter, 4)]);
        assert_eq!(admitted("a: \u{85}\u{1b}".as_bytes()).2, [(Code::ControlCharacter, 3), (Code::ControlCharacter, 5)]);
        assert!(admitted("a: “quoted” … ü".as_bytes()).1);
    }

    #[test]
    fn the_first_byte_that_is_not_utf8_is_the_place() {
        let (_, clean, found) = admitted(b"\xef\xbb\xbfa: \xff\xfe");
        assert!(!clean);
        assert_eq!(found, [(Code::InvalidUtf8, 3)]);
    }
}
