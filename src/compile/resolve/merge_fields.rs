//! Merge fields in declarations: whether each is well formed, and what can be read of a URL before they are filled in.

use super::diags::BadMergeField;
use crate::diag::Diagnostics;
use crate::resource::{Piece, merge_pieces};
use crate::text::Span;
use std::borrow::Cow;

/// How many faults are told of one text, which all stand at the same place.
const TOLD: usize = 3;

/// Says of every merge field in a text whether it is well formed, up to a number. `false` where one is not.
pub(super) fn check(diags: &mut Diagnostics, text: &str, at: impl Fn() -> Span) -> bool {
    let mut is_sound = true;
    for fault in merge_pieces(text).filter_map(|piece| piece.err()).take(TOLD) {
        diags.push(BadMergeField { at: at(), fault });
        is_sound = false;
    }
    is_sound
}

/// The text with each merge field replaced by a letter: what can be read of a URL before the fields are filled in.
pub(super) fn filled(text: &str) -> Cow<'_, str> {
    if !text.contains("${") {
        return Cow::Borrowed(text);
    }
    let pieces = merge_pieces(text).map(|piece| match piece {
        Ok(Piece::Text(text)) => text,
        Ok(Piece::Field(_)) | Err(_) => "x",
    });
    Cow::Owned(pieces.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_url_read_as_letters() {
        assert_eq!(filled("https://a.example/${alarm.id}/x"), "https://a.example/x/x");
    }
}
