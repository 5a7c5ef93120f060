//! Which files `include` names.

use super::diags::{BadPattern, EscapingPattern, MatchesNothing, Unreadable};
use super::folder::{Folder, Listing, Unseen};
use super::front::PROJECT_FILE;
use super::syntax::Tree;
use crate::diag::Diagnostics;
use crate::text::Span;
use globset::{GlobBuilder, GlobMatcher};
use std::collections::BTreeMap;

/// How many places are told that nobody can look into.
const COMPLAINTS: usize = 200;

/// What the project file includes.
#[derive(Debug, Default)]
pub(super) struct Included {
    /// Paths, each with the first pattern that names it. The order is that of the paths, whatever the folder and the
    /// patterns say.
    pub(super) paths: BTreeMap<String, Span>,
    /// Whether there may be more that nobody sees.
    pub(super) is_partial: bool,
}

/// Finds out what a list of the project file names: `include`, or `catalogue`.
pub(super) fn included(diags: &mut Diagnostics, tree: &Tree, key: &str, folder: &dyn Folder) -> Included {
    let mut found = Included::default();
    let patterns = patterns(diags, tree, key);
    if patterns.is_empty() {
        return found;
    }
    let (files, mut unseen) = match folder.listing() {
        Ok(Listing { mut files, unseen }) => {
            files.retain(|path| may_be_included(path));
            files.sort();
            (files, unseen)
        }
        Err(error) => {
            diags.push(Unreadable { path: ".", named: Some(patterns[0].span), error });
            return Included { is_partial: true, ..found };
        }
    };
    let mut told = 0;
    for pattern in &patterns {
        let before = unseen.len();
        for Unseen { path, error } in unseen.extract_if(.., |unseen| pattern.may_reach(&unseen.path)) {
            told += 1;
            if told <= COMPLAINTS {
                diags.push(Unreadable { path: &path, named: Some(pattern.span), error });
            }
        }
        let mut matches = files.iter().filter(|path| pattern.matcher.is_match(path.as_str())).peekable();
        if matches.peek().is_none() && before == unseen.len() {
            diags.push(MatchesNothing { span: pattern.span, pattern: pattern.text, files: &files });
        }
        for path in matches {
            found.paths.entry(path.clone()).or_insert(pattern.span);
        }
    }
    found.is_partial = told > 0;
    found
}

/// One pattern of `include`.
struct Pattern<'t> {
    span: Span,
    text: &'t str,
    matcher: GlobMatcher,
}

impl Pattern<'_> {
    /// Whether it matches a path, or may match something below it. In doubt it does.
    fn may_reach(&self, path: &str) -> bool {
        if self.matcher.is_match(path) {
            return true;
        }
        let mut wanted = plain(self.text).split('/');
        for part in path.split('/') {
            let Some(pattern) = wanted.next() else { return false };
            let is_open = |open, close| pattern.matches(open).count() != pattern.matches(close).count();
            if pattern.contains("**") || is_open('{', '}') || is_open('[', ']') {
                return true;
            }
            if glob(pattern).is_some_and(|matcher| !matcher.is_match(part)) {
                return false;
            }
        }
        wanted.next().is_some()
    }
}

fn may_be_included(path: &str) -> bool {
    path != PROJECT_FILE && !path.split('/').any(|part| part.starts_with('.'))
}

fn patterns<'t>(diags: &mut Diagnostics, tree: &'t Tree, key: &str) -> Vec<Pattern<'t>> {
    let Some(entry) = tree.entry(tree.root(), key) else { return Vec::new() };
    let mut patterns = Vec::new();
    for item in tree.items(entry.value) {
        let Some(text) = tree.string(*item) else { continue };
        let span = tree.span(*item);
        if escapes(text) {
            diags.push(EscapingPattern { span, pattern: text });
            continue;
        }
        match glob(plain(text)) {
            Some(matcher) => patterns.push(Pattern { span, text, matcher }),
            None => diags.push(BadPattern { span, pattern: text }),
        }
    }
    patterns
}

fn plain(pattern: &str) -> &str {
    pattern.strip_prefix("./").unwrap_or(pattern)
}

fn glob(pattern: &str) -> Option<GlobMatcher> {
    GlobBuilder::new(pattern).literal_separator(true).build().ok().map(|glob| glob.compile_matcher())
}

fn escapes(pattern: &str) -> bool {
    let is_drive = pattern.as_bytes().get(1) == Some(&b':');
    pattern.starts_with(['/', '~']) || pattern.contains('\\') || is_drive || pattern.split('/').any(|part| part == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_may_reach_into_what_it_could_match_below() {
        let reaches = |text, path| {
            let span = Span::new(crate::text::FileId(0), 0, 0);
            Pattern { span, text, matcher: glob(plain(text)).expect("a pattern") }.may_reach(path)
        };
        for (pattern, path) in [
            ("a/*.yaml", "a"),
            ("./a/*/x.yaml", "a/b"),
            ("**/*.yaml", "q/r"),
            ("*.yaml", "x.yaml"),
            ("{a,b/c}/*.yaml", "b"),
            ("a/b/*", "a"),
        ] {
            assert!(reaches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [("a/*.yaml", "b"), ("*.yaml", "a"), ("a/*.yaml", "a/b"), ("a/x.yaml", "a/x.yml")] {
            assert!(!reaches(pattern, path), "{pattern} {path}");
        }
    }
}
