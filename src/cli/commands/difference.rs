//! The change of one file as a unified difference, secrets hidden.

use crate::cli::report::page::Tone;
use crate::cli::talk::Talk;
use crate::text::masked_text;
use similar::{ChangeTag, TextDiff};

/// Prints a unified difference: on a terminal in colour, otherwise as it is, so that `patch` takes it, which it does not where
/// a secret is hidden. What differs is judged in clear: a secret that changes is shown as a line that does.
pub(super) fn show(path: &str, before: &str, after: &str, talk: &mut Talk<'_>) {
    let text = unified(path, before, after);
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

fn unified(path: &str, before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let (old, new) = (format!("a/{path}"), format!("b/{path}"));
    let (masked_before, masked_after) = (masked_text(before), masked_text(after));
    if masked_before.is_none() && masked_after.is_none() {
        return diff.unified_diff().header(&old, &new).to_string();
    }
    // A mask keeps every line break, so lines have the same numbers.
    let shown = TextDiff::from_lines(masked_before.as_deref().unwrap_or(before), masked_after.as_deref().unwrap_or(after));
    let mut text = String::new();
    for hunk in diff.unified_diff().iter_hunks() {
        if text.is_empty() {
            text.push_str(&format!("--- {old}\n+++ {new}\n"));
        }
        text.push_str(&format!("{}\n", hunk.header()));
        for change in hunk.iter_changes() {
            let line = match change.tag() {
                ChangeTag::Delete | ChangeTag::Equal => change.old_index().and_then(|at| shown.old_slice(at)),
                ChangeTag::Insert => change.new_index().and_then(|at| shown.new_slice(at)),
            };
            text.push_str(&format!("{}{}", change.tag(), line.unwrap_or_default()));
            if change.missing_newline() {
                text.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_and_a_changed_one_is_still_a_change() {
        let script =
            |name: &str, token: &str| format!("x = invokeurl [\n  url: \"{name}\"\n  headers: {{\"Authorization\":\"{token}\"}}\n];");
        let shown = unified("a.ds", &script("crm_read", "canary"), &script("crm_reader", "canary"));
        assert!(shown.contains("-  url: \"crm_read\"\n+  url: \"crm_reader\"\n   headers:") && !shown.contains("canary"), "{shown}");
        let shown = unified("a.yaml", "token: canary1\n", "token: canary2\n");
        assert!(shown.contains("-token: •••••••\n+token: •••••••\n") && !shown.contains("canary"), "{shown}");
    }

    #[test]
    fn without_secrets_it_is_what_patch_takes() {
        let (before, after) = ("a\nb\nc", "a\nB\nc");
        let plain = TextDiff::from_lines(before, after).unified_diff().header("a/x", "b/x").to_string();
        assert_eq!(unified("x", before, after), plain);
        let secret = |text: &str| format!("password: z\n{text}");
        let masked = unified("x", &secret(before), &secret(after));
        let plain = TextDiff::from_lines(&*secret(before), &*secret(after)).unified_diff().header("a/x", "b/x").to_string();
        assert_eq!(masked, plain.replace("password: z", "password: •"));
    }
}
