//! Findings that are known: a file of fingerprints, published as `schemas/baseline.schema.json`. Lines may move, and a
//! finding is still known by its code, its file and its line's text.

use super::fingerprint;
use crate::diag::{Diagnostic, Severity};
use crate::text::Sources;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The findings of one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    format_version: String,
    findings: Vec<Known>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    code: String,
    fingerprint: String,
    message: String,
}

/// What a baseline leaves of the findings.
pub(crate) struct Compared {
    pub found: Vec<Diagnostic>,
    pub known: usize,
    /// Entries that nothing is found for any more, as `file: code: message`.
    pub stale: Vec<String>,
}

impl Baseline {
    /// The findings of now. Errors of an invalid configuration are left out: nobody can live with them.
    pub(crate) fn of(found: &[Diagnostic], sources: &Sources) -> Baseline {
        let marked = marked(found, sources);
        let mut findings: Vec<Known> = marked.filter_map(|(one, fingerprint)| Some(known(one, fingerprint?, sources))).collect();
        findings.sort();
        Baseline { format_version: "1.0".to_owned(), findings }
    }

    /// Reads a file; `None` where it is none of ours.
    pub(crate) fn parse(text: &str) -> Option<Baseline> {
        let read: Baseline = serde_json::from_str(text).ok()?;
        read.format_version.starts_with("1.").then_some(read)
    }

    /// Takes the known ones out of the findings.
    pub(crate) fn compare(&self, found: Vec<Diagnostic>, sources: &Sources) -> Compared {
        let known: BTreeSet<&str> = self.findings.iter().map(|known| known.fingerprint.as_str()).collect();
        let marks: Vec<Option<String>> = marked(&found, sources).map(|(_, fingerprint)| fingerprint).collect();
        let seen: BTreeSet<&str> = marks.iter().flatten().map(String::as_str).collect();
        let stale = self.findings.iter().filter(|known| !seen.contains(known.fingerprint.as_str())).map(Known::words).collect();
        let is_known = |mark: &Option<String>| mark.as_deref().is_some_and(|mark| known.contains(mark));
        let before = found.len();
        let found: Vec<Diagnostic> = found.into_iter().zip(&marks).filter(|(_, mark)| !is_known(mark)).map(|(one, _)| one).collect();
        Compared { known: before - found.len(), found, stale }
    }
}

impl Known {
    fn words(&self) -> String {
        let file = self.file.as_ref().map(|file| format!("{file}: ")).unwrap_or_default();
        format!("{file}{}: {}", self.code, self.message)
    }
}

/// Each finding with its fingerprint; errors that no baseline may know have none.
fn marked<'a>(found: &'a [Diagnostic], sources: &'a Sources) -> impl Iterator<Item = (&'a Diagnostic, Option<String>)> {
    let mut seen = BTreeMap::new();
    found.iter().map(move |one| {
        let mark = fingerprint::of(one, sources, &mut seen);
        (one, (one.code.severity() != Severity::Error || one.severity != Severity::Error).then_some(mark))
    })
}

fn known(found: &Diagnostic, fingerprint: String, sources: &Sources) -> Known {
    let file = found.at.as_ref().map(|at| sources.get(at.span.file).path.to_string());
    Known { file, code: found.code.id().to_owned(), fingerprint, message: found.headline.clone() }
}
