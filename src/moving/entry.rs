//! The line of `moved`: a new entry, in the manner of the file.

use super::places::Edits;
use crate::compile::SectionPlace;
use crate::text::Source;

/// Adds an entry to the list of a file, or the list with it where there is none.
pub(super) fn add(source: &Source, place: &SectionPlace, from: &str, to: &str, edits: &mut Edits) {
    let text: &str = &source.text;
    let is_json = text[place.root.start as usize..].starts_with('{');
    let item = if is_json { format!("{{ \"from\": \"{from}\", \"to\": \"{to}\" }}") } else { format!("{{ from: {from}, to: {to} }}") };
    let line = if text.contains("\r\n") { "\r\n" } else { "\n" };
    match (place.list, place.last) {
        (Some(list), last) if text[list.start as usize..].starts_with('[') => {
            let (at, put) = match last {
                Some(last) => (last.end as usize, format!(", {item}")),
                None => (list.start as usize + 1, item),
            };
            edits.put(at..at, put);
        }
        (Some(_), Some(last)) => {
            let start = last.start as usize;
            let dash = text[..start].rfind('-').unwrap_or(start);
            let indent = &text[text[..dash].rfind('\n').map_or(0, |at| at + 1)..dash];
            let indent: String = indent.chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            after_line(text, last.end as usize, line, &format!("{indent}- {item}"), edits);
        }
        (Some(list), None) => {
            let at = list.end as usize;
            edits.put(at..at, format!("{line}  - {item}"));
        }
        (None, _) if is_json => {
            let inside = text[..place.root.end as usize].trim_end();
            let at = inside.strip_suffix('}').unwrap_or(inside).trim_end().len();
            edits.put(at..at, format!(",{line}  \"moved\": [{item}]"));
        }
        (None, _) => after_line(text, place.root.end as usize, line, &format!("{line}moved:{line}  - {item}"), edits),
    }
}

/// Puts lines below the one that an offset stands on, comments at its end included.
fn after_line(text: &str, from: usize, line: &str, put: &str, edits: &mut Edits) {
    let from = text[..from].trim_end().len();
    match text[from..].find('\n') {
        Some(length) => {
            let at = from + length + 1;
            edits.put(at..at, format!("{put}{line}"));
        }
        None => edits.put(text.len()..text.len(), format!("{line}{put}{line}")),
    }
}
