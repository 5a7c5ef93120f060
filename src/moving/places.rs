//! Edits of a few bytes in a text, and places in it as people count.

use crate::text::{Position, Source};
use std::collections::BTreeMap;
use std::ops::Range;

/// Something that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    pub path: String,
    pub at: Position,
    pub what: String,
}

impl Remark {
    pub(super) fn new(source: &Source, offset: usize, what: impl Into<String>) -> Self {
        Remark { path: source.path.to_string(), at: source.position(offset as u32), what: what.into() }
    }
}

/// What is put in place of which bytes of one text, in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Edits {
    by_start: BTreeMap<usize, (usize, String)>,
}

impl Edits {
    /// Bytes are replaced once, whoever asks for it.
    pub(super) fn put(&mut self, range: Range<usize>, text: String) {
        self.by_start.entry(range.start).or_insert((range.end, text));
    }

    pub(super) fn len(&self) -> usize {
        self.by_start.len()
    }

    pub(super) fn apply(&self, text: &str) -> String {
        let mut written = String::with_capacity(text.len() + 64);
        let mut copied = 0;
        for (start, (end, put)) in &self.by_start {
            written.push_str(&text[copied..*start]);
            written.push_str(put);
            copied = *end;
        }
        written.push_str(&text[copied..]);
        written
    }
}

/// Whether a character may stand in a link name: next to one, a name is part of a longer one.
pub(super) fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-')
}

/// Where a name stands in a text as a whole word.
pub(super) fn words<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    text.match_indices(name).map(|(at, word)| at..at + word.len()).filter(|range| {
        let before = text[..range.start].chars().next_back().is_some_and(is_name);
        let after = text[range.end..].chars().next().is_some_and(is_name);
        !before && !after
    })
}
