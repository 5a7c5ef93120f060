//! Which files `include` names.

use super::diags::{BadPattern, EscapingPattern, MatchesNothing, Unreadable};
use super::folder::Folder;
use super::front::PROJECT_FILE;
use super::syntax::Tree;
use crate::diag::Diagnostics;
use crate::text::Span;
use globset::{GlobBuilder, GlobMatcher};
use std::collections::BTreeMap;

/// The paths that the project file includes, each with the first pattern that names it. The order is that of the paths,
/// whatever the folder and the patterns say.
pub(super) fn included(diags: &mut Diagnostics, tree: &Tree, folder: &dyn Folder) -> BTreeMap<String, Span> {
    let mut found = BTreeMap::new();
    let patterns = patterns(diags, tree);
    if patterns.is_empty() {
        return found;
    }
    let files = match folder.files() {
        Ok(mut files) => {
            files.retain(|path| may_be_included(path));
            files.sort();
            files
        }
        Err(error) => {
            diags.push(Unreadable { path: ".", named: Some(patterns[0].0), error });
            return found;
        }
    };
    for (span, pattern, matcher) in &patterns {
        let mut matches = files.iter().filter(|path| matcher.is_match(path.as_str())).peekable();
        if matches.peek().is_none() {
            diags.push(MatchesNothing { span: *span, pattern, files: &files });
        }
        for path in matches {
            found.entry(path.clone()).or_insert(*span);
        }
    }
    found
}

fn may_be_included(path: &str) -> bool {
    path != PROJECT_FILE && !path.split('/').any(|part| part.starts_with('.'))
}

fn patterns<'t>(diags: &mut Diagnostics, tree: &'t Tree) -> Vec<(Span, &'t str, GlobMatcher)> {
    let Some(entry) = tree.entry(tree.root(), "include") else { return Vec::new() };
    let mut patterns = Vec::new();
    for item in tree.items(entry.value) {
        let Some(pattern) = tree.string(*item) else { continue };
        let span = tree.span(*item);
        if escapes(pattern) {
            diags.push(EscapingPattern { span, pattern });
            continue;
        }
        let plain = pattern.strip_prefix("./").unwrap_or(pattern);
        match GlobBuilder::new(plain).literal_separator(true).build() {
            Ok(glob) => patterns.push((span, pattern, glob.compile_matcher())),
            Err(_) => diags.push(BadPattern { span, pattern }),
        }
    }
    patterns
}

fn escapes(pattern: &str) -> bool {
    let is_drive = pattern.as_bytes().get(1) == Some(&b':');
    pattern.starts_with(['/', '~']) || pattern.contains('\\') || is_drive || pattern.split('/').any(|part| part == "..")
}
