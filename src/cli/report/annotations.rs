//! Findings as workflow commands of GitHub Actions and as GitLab's code-quality report.

use super::fingerprint;
use super::page::visible;
use crate::diag::{Diagnostic, Severity};
use crate::text::Sources;
use serde_json::json;
use std::collections::BTreeMap;

/// `::error file=…,line=…::…`, a line each. No text of the user's can start a command or end its properties.
/// `place` is the project's in the repository, as in `sub/`.
pub(crate) fn github(found: &[Diagnostic], sources: &Sources, place: &str) -> String {
    found.iter().map(|diagnostic| github_line(diagnostic, sources, place)).collect()
}

fn github_line(diagnostic: &Diagnostic, sources: &Sources, place: &str) -> String {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(at) = &diagnostic.at {
        let source = sources.get(at.span.file);
        let (start, end) = (source.position(at.span.start), source.position(at.span.end));
        properties.push(format!("file={}", property(&format!("{place}{}", source.path))));
        properties.push(format!("line={},endLine={}", start.line, end.line));
        if start.line == end.line {
            properties.push(format!("col={},endColumn={}", start.column, end.column));
        }
    }
    properties.push(format!("title={}", property(diagnostic.code.id())));
    let mut message = visible(&diagnostic.headline).into_owned();
    for help in &diagnostic.help {
        message.push_str(&format!("\n{}", visible(&help.text)));
    }
    format!("::{command} {}::{}\n", properties.join(","), data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}

/// GitLab's code-quality report: a JSON array. `place` as for GitHub.
pub(crate) fn gitlab(found: &[Diagnostic], sources: &Sources, place: &str) -> String {
    let mut seen = BTreeMap::new();
    let rows: Vec<serde_json::Value> = found
        .iter()
        .map(|diagnostic| {
            let (path, line) = diagnostic.at.as_ref().map_or(("bowline.yaml", 1), |at| {
                let (path, position) = sources.place(at.span);
                (path, position.line)
            });
            json!({
                "description": diagnostic.headline,
                "check_name": diagnostic.code.id(),
                "fingerprint": fingerprint::of(diagnostic, sources, &mut seen),
                "severity": match diagnostic.severity { Severity::Error => "major", Severity::Warning => "minor", Severity::Note => "info" },
                "location": { "path": format!("{place}{path}"), "lines": { "begin": line } },
            })
        })
        .collect();
    super::json(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_start_a_command_of_its_own() {
        assert_eq!(data("100%\n::error::x"), "100%25%0A::error::x");
        assert_eq!(property("a:b,c\nd"), "a%3Ab%2Cc\\u{a}d");
    }
}
