//! What the lines of a broken file seem to declare. The parser stops at a syntax error; the names behind it are still
//! wanted, so that a reference to one of them is not called a mistake.

use crate::resource::{Address, Kind};
use std::collections::BTreeSet;

/// How many names are guessed.
const NAMES: usize = 20_000;

/// The addresses that a file declares, judged by its indentation alone. May name too many, never fails.
pub fn names_after_break(text: &str) -> BTreeSet<Address> {
    let mut names = BTreeSet::new();
    let mut kind = None;
    let mut depth = None;
    for line in text.lines() {
        let word = line.trim_start();
        let indent = line.len() - word.len();
        let Some(key) = key(word) else { continue };
        if indent == 0 {
            kind = Kind::from_plural(key);
            depth = None;
        } else if let Some(kind) = kind
            && names.len() < NAMES
            && *depth.get_or_insert(indent) == indent
        {
            names.insert(Address::new(kind, key));
        }
    }
    names
}

/// The key that a line starts with, quotes taken off.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once(':')?;
    let key = key.trim().trim_matches(['"', '\'']);
    let holds = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    holds.then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_at_the_first_level_below_a_kind_and_no_deeper() {
        let text = "services:\n  a:\n    auth: {\nconnections:\n    \"b\": [\n    c:\n       d: x\nvariables:\n  d: 1\n";
        let names: Vec<String> = names_after_break(text).iter().map(ToString::to_string).collect();
        assert_eq!(names, ["services.a", "connections.b", "connections.c"]);
    }
}
