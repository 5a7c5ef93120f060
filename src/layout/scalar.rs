//! Plain and quoted scalars: quotes only where something would be misread without them.

use super::sheet::{Quote, Scalar};

/// Where a scalar is going to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Block,
    Flow,
}

/// The lines of a scalar, the later ones without their indentation. More than one only where it is written on several.
pub(super) fn lines(scalar: &Scalar<'_>, tagged: bool, place: Place) -> Vec<String> {
    if scalar.raw.contains('\n') {
        return written_lines(scalar);
    }
    vec![one_line(scalar, tagged, place)]
}

/// A key as one line, whatever it was written as.
pub(super) fn key(scalar: &Scalar<'_>, tagged: bool, place: Place) -> String {
    if scalar.raw.contains('\n') { text(&scalar.value, tagged, place) } else { one_line(scalar, tagged, place) }
}

/// Text on one line, in double quotes where it needs any.
pub(super) fn text(text: &str, tagged: bool, place: Place) -> String {
    if !tagged && is_safe(text, place) { text.to_owned() } else { double(text) }
}

/// Text in double quotes, with escapes for what cannot stand there.
pub(super) fn double(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() => quoted.push_str(&format!("\\u{:04x}", control as u32)),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn one_line(scalar: &Scalar<'_>, tagged: bool, place: Place) -> String {
    match scalar.quote {
        Quote::None => scalar.raw.to_owned(),
        Quote::Single | Quote::Double if tagged => scalar.raw.to_owned(),
        Quote::Single | Quote::Double if is_safe(&scalar.value, place) => scalar.value.to_string(),
        Quote::Single if !scalar.value.contains(['"', '\\']) => double(&scalar.value),
        Quote::Single | Quote::Double => scalar.raw.to_owned(),
    }
}

/// The lines as they are written. Blanks around a line break say nothing; an escaped one at the end of a line does.
fn written_lines(scalar: &Scalar<'_>) -> Vec<String> {
    let lines: Vec<&str> = scalar.raw.split('\n').collect();
    let last = lines.len() - 1;
    let trimmed = |at: usize, line: &str| {
        let line = if at == 0 { line } else { line.trim_start_matches([' ', '\t']) };
        if at == last { line.to_owned() } else { trim_end(line, scalar.quote == Quote::Double) }
    };
    lines.iter().enumerate().map(|(at, line)| trimmed(at, line)).collect()
}

fn trim_end(line: &str, escapes: bool) -> String {
    let short = line.trim_end_matches([' ', '\t']);
    let backslashes = short.len() - short.trim_end_matches('\\').len();
    if escapes && backslashes % 2 == 1 && short.len() < line.len() {
        // The blank belongs to the escape.
        return line[..=short.len()].to_owned();
    }
    short.to_owned()
}

/// Whether text means the same without quotes, to readers of YAML 1.1 too, and cannot be mistaken by a person.
fn is_safe(text: &str, place: Place) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let starts_well = first.is_alphabetic() || matches!(first, '_' | '/' | '$' | '(');
    let ends_well = !text.ends_with([' ', ':']);
    let is_printable = text.chars().all(|character| !character.is_control() && !is_invisible(character));
    let splits = text.contains(": ") || text.contains(" #");
    // A value put in place of an expression may need what the quotes say.
    let is_template = text.contains("${{");
    let closes_flow = place == Place::Flow && text.contains([',', '[', ']', '{', '}']);
    starts_well && ends_well && is_printable && !splits && !is_template && !closes_flow && !is_word(text)
}

fn is_invisible(character: char) -> bool {
    matches!(character, '\u{a0}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{3000}')
}

/// Words that YAML 1.1 or 1.2 reads as something else than text (<https://yaml.org/type/bool.html>, `null.html`).
fn is_word(text: &str) -> bool {
    let words = ["y", "yes", "n", "no", "on", "off", "true", "false", "null"];
    text.len() <= 5 && words.contains(&text.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    fn written(raw: &str, value: &str, place: Place) -> String {
        let quote = match raw.as_bytes()[0] {
            b'"' => Quote::Double,
            b'\'' => Quote::Single,
            _ => Quote::None,
        };
        one_line(&Scalar { raw, value: Cow::Borrowed(value), quote }, false, place)
    }

    #[test]
    fn quotes_go_where_nothing_is_misread_without_them() {
        assert_eq!(written("\"Telemetry reader\"", "Telemetry reader", Place::Block), "Telemetry reader");
        assert_eq!(written("'https://a.example/b?c=d'", "https://a.example/b?c=d", Place::Flow), "https://a.example/b?c=d");
        assert_eq!(written("'${alarm.device}'", "${alarm.device}", Place::Block), "${alarm.device}");
    }

    #[test]
    fn quotes_stay_where_a_reader_would_see_something_else() {
        for value in ["no", "On", "y", "NULL", "2026-11-24", "1_000", "1:30", "010", "-", "a: b", "a #b", "a:", "*.b", " a", "~", "=", "<<"]
        {
            let raw = format!("\"{value}\"");
            assert_eq!(written(&raw, value, Place::Block), raw);
            assert_eq!(written(&format!("'{value}'"), value, Place::Block), raw);
        }
        assert_eq!(written("\"a, b\"", "a, b", Place::Flow), "\"a, b\"");
        assert_eq!(written("\"${{ var.a }}\"", "${{ var.a }}", Place::Block), "\"${{ var.a }}\"");
        assert_eq!(written("'\"no\": say'", "\"no\": say", Place::Flow), "'\"no\": say'");
        assert_eq!(written("no", "no", Place::Block), "no");
    }
}
