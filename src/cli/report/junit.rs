//! Findings as JUnit XML: a suite a file, a failed case an error; warnings and notes are passed cases with their words.

use super::page::visible;
use crate::diag::{Diagnostic, Severity};
use crate::text::Sources;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One run of `check`. A clean run has one passed case, so that a consumer sees that something ran.
pub(crate) fn junit(found: &[Diagnostic], sources: &Sources) -> String {
    let mut suites: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    for diagnostic in found {
        let file = diagnostic.at.as_ref().map_or("bowline.yaml", |at| &*sources.get(at.span.file).path);
        suites.entry(file).or_default().push(diagnostic);
    }
    let failures = found.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"bowline check\" tests=\"{}\" failures=\"{failures}\" errors=\"0\">\n",
        found.len().max(1)
    );
    if found.is_empty() {
        text.push_str("  <testsuite name=\"bowline.yaml\" tests=\"1\" failures=\"0\" errors=\"0\">\n    <testcase name=\"check\" classname=\"bowline\"/>\n  </testsuite>\n");
    }
    for (file, diagnostics) in suites {
        suite(&mut text, file, &diagnostics, sources);
    }
    text.push_str("</testsuites>\n");
    text
}

fn suite(text: &mut String, file: &str, diagnostics: &[&Diagnostic], sources: &Sources) {
    let failures = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    let file = escaped(file);
    let _ = writeln!(text, "  <testsuite name=\"{file}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\">", diagnostics.len());
    for diagnostic in diagnostics {
        let place = diagnostic.at.as_ref().map(|at| sources.get(at.span.file).position(at.span.start));
        let place = place.map_or(String::new(), |position| format!(" at {}:{}", position.line, position.column));
        let name = escaped(&format!("{}{place}", diagnostic.code.id()));
        let headline = escaped(&diagnostic.headline);
        let help: String = diagnostic.help.iter().map(|help| format!("\n{}", escaped(&help.text))).collect();
        let _ = match diagnostic.severity {
            Severity::Error => writeln!(
                text,
                "    <testcase name=\"{name}\" classname=\"{file}\">\n      <failure type=\"{}\" message=\"{headline}\">{headline}{help}</failure>\n    </testcase>",
                diagnostic.code.id()
            ),
            Severity::Warning | Severity::Note => writeln!(
                text,
                "    <testcase name=\"{name}\" classname=\"{file}\">\n      <system-out>{}: {headline}{help}</system-out>\n    </testcase>",
                diagnostic.severity.word()
            ),
        };
    }
    text.push_str("  </testsuite>\n");
}

/// Text inside XML; what XML 1.0 cannot hold at all is written out.
fn escaped(text: &str) -> String {
    visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
