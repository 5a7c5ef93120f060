//! Comments that still say the old name: they are the author's words, so they are only pointed at.

use super::places::{Remark, words};
use crate::text::Source;

/// How many are told of one file.
const TOLD: usize = 5;

/// Lines of a text whose comment holds the name.
pub(super) fn comments(path: &str, text: &str, name: &str) -> Vec<Remark> {
    let marks: &[&str] = if path.ends_with(".yaml") || path.ends_with(".yml") { &["#"] } else { &["//", "/*", "*"] };
    let source = Source::new(path, text);
    let mut at = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        let comment = marks.iter().filter_map(|mark| begins(line, mark)).min();
        let word = comment.and_then(|from| words(&line[from..], name).next().map(|word| from + word.start));
        found.extend(word.map(|word| Remark::new(&source, at + word, format!("a comment says `{name}`: left as it is"))));
        at += line.len();
    }
    found.truncate(TOLD);
    found
}

/// Where a comment begins: at the start of a line or after a blank, so that no URL and no colour is one.
fn begins(line: &str, mark: &str) -> Option<usize> {
    line.match_indices(mark).map(|(at, _)| at).find(|at| match mark {
        "*" => line[..*at].trim().is_empty(),
        _ => *at == 0 || line[..*at].ends_with([' ', '\t', ';', '}']),
    })
}
