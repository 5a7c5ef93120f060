//! What a finding is recognised by from run to run, although lines above it come and go.

use crate::diag::Diagnostic;
use crate::text::Sources;
use aws_lc_rs::digest::{SHA256, digest};
use std::collections::BTreeMap;

/// A digest of the code, the file and the line's text without its indentation, and which of several equal ones it is.
pub(super) fn of(diagnostic: &Diagnostic, sources: &Sources, seen: &mut BTreeMap<String, usize>) -> String {
    let mut text = diagnostic.code.id().to_owned();
    match &diagnostic.at {
        Some(at) => {
            let source = sources.get(at.span.file);
            text.push_str(&format!("\0{}\0{}", source.path, source.line(source.line_of(at.span.start)).trim()));
        }
        None => text.push_str(&format!("\0{}", diagnostic.headline)),
    }
    let hash = hex::encode(&digest(&SHA256, text.as_bytes()).as_ref()[..8]);
    let nth = seen.entry(hash.clone()).or_default();
    *nth += 1;
    format!("{hash}:{nth}")
}
