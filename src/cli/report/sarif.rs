//! Findings as SARIF 2.1.0 (OASIS), the subset that code-scanning services read: stable rule ids, paths relative to the
//! repository, fingerprints that survive moved lines, fixes.

use crate::diag::{Code, Diagnostic, Edit, Help, Label, Severity};
use crate::text::{Sources, Span, is_unreserved, percent_encoded};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One run of `check`.
/// `place` is the project's in the repository, as in `sub/`.
pub(crate) fn sarif(found: &[Diagnostic], sources: &Sources, place: &str) -> String {
    let files = Files { sources, place };
    let rules: Vec<Value> = Code::ALL.iter().map(|code| rule(*code)).collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let results: Vec<Value> = found.iter().map(|diagnostic| result(diagnostic, &files, &mut seen)).collect();
    super::json(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "bowline", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "originalUriBaseIds": { files.base(): { "description": { "text": files.base_in_words() } } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

/// The files, and where they lie.
struct Files<'a> {
    sources: &'a Sources,
    place: &'a str,
}

impl Files<'_> {
    fn base(&self) -> &'static str {
        if self.place.is_empty() { "PROJECT" } else { "REPOSITORY" }
    }

    fn base_in_words(&self) -> &'static str {
        if self.place.is_empty() { "the folder that holds bowline.yaml" } else { "the repository, which holds the project's folder" }
    }
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.id(),
        "shortDescription": { "text": code.title() },
        "help": { "text": code.title(), "markdown": code.explanation() },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result(diagnostic: &Diagnostic, files: &Files<'_>, seen: &mut BTreeMap<String, usize>) -> Value {
    let rule = Code::ALL.iter().position(|code| *code == diagnostic.code).expect("every code is in the list");
    let mut text = diagnostic.headline.clone();
    for help in &diagnostic.help {
        text.push_str(&format!("\n{}", help.text));
    }
    let mut result = json!({
        "ruleId": diagnostic.code.id(),
        "ruleIndex": rule,
        "level": level(diagnostic.severity),
        "message": { "text": text },
        "locations": [],
        "partialFingerprints": { "primaryLocationLineHash": super::fingerprint::of(diagnostic, files.sources, seen) },
    });
    if let Some(at) = &diagnostic.at {
        result["locations"] = json!([location(at, files, None)]);
    }
    if !diagnostic.related.is_empty() {
        let related: Vec<Value> = diagnostic.related.iter().enumerate().map(|(id, label)| location(label, files, Some(id))).collect();
        result["relatedLocations"] = related.into();
    }
    let fixes: Vec<Value> = diagnostic.help.iter().filter_map(|help| Some(fix(help, help.edit.as_ref()?, files))).collect();
    if !fixes.is_empty() {
        result["fixes"] = fixes.into();
    }
    result
}

fn location(label: &Label, files: &Files<'_>, id: Option<usize>) -> Value {
    let mut location = json!({
        "physicalLocation": { "artifactLocation": artifact(label.span, files), "region": region(label.span, files) },
    });
    if !label.text.is_empty() {
        location["message"] = json!({ "text": label.text });
    }
    if let Some(id) = id {
        location["id"] = id.into();
    }
    location
}

fn artifact(span: Span, files: &Files<'_>) -> Value {
    let path = format!("{}{}", files.place, files.sources.get(span.file).path);
    json!({ "uri": uri(&path), "uriBaseId": files.base() })
}

/// A relative path as a URI reference (RFC 3986): everything but unreserved characters and `/` is encoded.
fn uri(path: &str) -> String {
    percent_encoded(path, |byte| is_unreserved(byte) || byte == b'/')
}

fn region(span: Span, files: &Files<'_>) -> Value {
    let source = files.sources.get(span.file);
    let (start, end) = (source.position(span.start), source.position(span.end));
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

fn fix(help: &Help, edit: &Edit, files: &Files<'_>) -> Value {
    json!({
        "description": { "text": help.text },
        "artifactChanges": [{
            "artifactLocation": artifact(edit.span, files),
            "replacements": [{ "deletedRegion": region(edit.span, files), "insertedContent": { "text": edit.replacement } }],
        }],
    })
}
