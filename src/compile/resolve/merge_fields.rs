//! Merge fields such as `${alarm.device}`: filled in by the platform when a webhook fires. Knows their form, not their names.

use super::diags::{BadMergeField, MergeFault};
use crate::diag::Diagnostics;
use crate::text::Span;
use std::borrow::Cow;

/// Says of every merge field in a text whether it is well formed.
pub(super) fn check(diags: &mut Diagnostics, text: &str, at: impl Fn() -> Span) {
    for fault in split(text).filter_map(|piece| piece.err()) {
        diags.push(BadMergeField { at: at(), fault });
    }
}

/// The text with each merge field replaced by a letter: what can be read of a URL before the fields are filled in.
pub(super) fn filled(text: &str) -> Cow<'_, str> {
    if !text.contains("${") {
        return Cow::Borrowed(text);
    }
    let pieces = split(text).map(|piece| match piece {
        Ok(Piece::Text(text)) => text,
        Ok(Piece::Field) | Err(_) => "x",
    });
    Cow::Owned(pieces.collect())
}

/// Whether a merge field stands in the host, port or user part of a URL.
pub(super) fn decides_host(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    url.split_once("://").is_some_and(|(scheme, _)| scheme.contains("${")) || rest[..end].contains("${")
}

enum Piece<'t> {
    Text(&'t str),
    Field,
}

fn split(text: &str) -> impl Iterator<Item = Result<Piece<'_>, MergeFault>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(start) = rest.find("${") else { return Some(Ok(Piece::Text(std::mem::take(&mut rest)))) };
        if start > 0 {
            let (plain, field) = rest.split_at(start);
            rest = field;
            return Some(Ok(Piece::Text(plain)));
        }
        // Whatever follows a field that is not closed belongs to it, up to where the next one starts.
        let end = rest[2..].find(['}', '{', '\n']).map(|at| at + 2);
        let (field, after) = match end {
            Some(end) if rest[end..].starts_with('}') => (Some(&rest[2..end]), end + 1),
            Some(_) | None => (None, rest[2..].find("${").map_or(rest.len(), |at| at + 2)),
        };
        rest = &rest[after..];
        Some(match field {
            None => Err(MergeFault::Open),
            Some(field) => well_formed(field).map(|()| Piece::Field),
        })
    })
}

/// Names joined by dots, after an optional `!` as in `${!Leads.Email}`.
fn well_formed(field: &str) -> Result<(), MergeFault> {
    let path = field.strip_prefix('!').unwrap_or(field);
    let is_name = |part: &str| {
        let part_is_plain = part.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | ' '));
        part_is_plain && !part.is_empty() && part.trim() == part
    };
    match path {
        _ if path.trim().is_empty() => Err(MergeFault::Empty),
        _ if path.split('.').all(is_name) => Ok(()),
        _ => Err(MergeFault::NotAName),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<MergeFault> {
        split(text).filter_map(|piece| piece.err()).collect()
    }

    #[test]
    fn well_formed_fields_and_plain_dollars() {
        for text in ["${alarm.device}", "a ${a} b ${b.c} c", "${!Leads.Last Name}", "5 $", "$5 {x}", ""] {
            assert_eq!(faults(text), [], "{text}");
        }
    }

    #[test]
    fn broken_fields_are_told_apart() {
        assert_eq!(faults("Door: ${alarm.device"), [MergeFault::Open]);
        assert_eq!(faults("${a ${b}"), [MergeFault::Open]);
        assert_eq!(faults("${}${ }"), [MergeFault::Empty, MergeFault::Empty]);
        assert_eq!(faults("${a..b} ${a;b}"), [MergeFault::NotAName, MergeFault::NotAName]);
    }

    #[test]
    fn the_host_must_not_depend_on_a_field() {
        assert!(decides_host("https://${alarm.host}/x"));
        assert!(decides_host("https://a.example:${port}/x"));
        assert!(decides_host("${url}"));
        assert!(!decides_host("https://a.example/${alarm.id}"));
        assert!(!decides_host("https://a.example?at=${alarm.id}"));
        assert_eq!(filled("https://a.example/${alarm.id}/x"), "https://a.example/x/x");
    }
}
