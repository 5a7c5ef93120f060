//! Merge fields such as `${alarm.device}`: their form, and where one must not stand. Knows no event and no place to fill.

/// A piece of a text that may hold merge fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'t> {
    Text(&'t str),
    /// The name between the braces, without the `!` that some products put in front.
    Field(&'t str),
}

/// What is wrong with a merge field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MergeFault {
    #[error("a merge field `${{` is not closed")]
    Open,
    #[error("a merge field `${{}}` is empty")]
    Empty,
    #[error("a merge field is not a name")]
    NotAName,
}

/// Takes a text apart, in order.
pub fn merge_pieces(text: &str) -> impl Iterator<Item = Result<Piece<'_>, MergeFault>> {
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
            Some(field) => well_formed(field).map(Piece::Field),
        })
    })
}

/// Whether a merge field stands in the scheme, host, port or user part of a URL, and so would decide who is called.
pub fn merge_decides_host(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    url.split_once("://").is_some_and(|(scheme, _)| scheme.contains("${")) || rest[..end].contains("${")
}

/// Names joined by dots, after an optional `!` as in `${!Leads.Email}`.
fn well_formed(field: &str) -> Result<&str, MergeFault> {
    let path = field.strip_prefix('!').unwrap_or(field);
    let is_name = |part: &str| {
        let part_is_plain = part.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | ' '));
        part_is_plain && !part.is_empty() && part.trim() == part
    };
    match path {
        _ if path.trim().is_empty() => Err(MergeFault::Empty),
        _ if path.split('.').all(is_name) => Ok(path),
        _ => Err(MergeFault::NotAName),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<MergeFault> {
        merge_pieces(text).filter_map(|piece| piece.err()).collect()
    }

    #[test]
    fn well_formed_fields_and_plain_dollars() {
        for text in ["${alarm.device}", "a ${a} b ${b.c} c", "${!Leads.Last Name}", "5 $", "$5 {x}", ""] {
            assert_eq!(faults(text), [], "{text}");
        }
        let pieces: Vec<_> = merge_pieces("a ${!b.c} d").map(|piece| piece.expect("well-formed")).collect();
        assert_eq!(pieces, [Piece::Text("a "), Piece::Field("b.c"), Piece::Text(" d")]);
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
        assert!(merge_decides_host("https://${alarm.host}/x"));
        assert!(merge_decides_host("https://a.example:${port}/x"));
        assert!(merge_decides_host("${url}"));
        assert!(!merge_decides_host("https://a.example/${alarm.id}"));
        assert!(!merge_decides_host("https://a.example?at=${alarm.id}"));
    }
}
