//! The change of one file as a unified difference.

use crate::cli::report::page::Tone;
use crate::cli::talk::Talk;
use similar::TextDiff;

/// Prints a unified difference: on a terminal in colour, otherwise as it is, so that `patch` takes it.
pub(super) fn show(path: &str, before: &str, after: &str, talk: &mut Talk<'_>) {
    let diff = TextDiff::from_lines(before, after);
    let text = diff.unified_diff().header(&format!("a/{path}"), &format!("b/{path}")).to_string();
    if !talk.look().colour {
        return talk.data(&text);
    }
    let mut page = talk.page();
    for line in text.lines() {
        let tone = match line.as_bytes().first() {
            Some(b'+') => Tone::Good,
            Some(b'-') => Tone::Bad,
            Some(b'@') => Tone::Accent,
            Some(_) | None => Tone::Plain,
        };
        page.put(tone, line).end();
    }
    talk.data(&page.into_text());
}
