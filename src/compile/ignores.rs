//! `# bowline: ignore[code] reason`: a finding that somebody looked at and accepted, on its line or on the next one that
//! says something.

use super::diags::{BadIgnore, IgnoreFault, UnusedIgnore};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::text::{FileId, Source, Sources, Span};
use granit_parser::{Event, Parser};
use std::collections::BTreeMap;

/// What a comment starts with that wants to ignore something.
const MARK: &str = "bowline: ignore";

/// The comments of all files that ignore something.
#[derive(Debug, Default)]
pub(super) struct Ignores {
    /// By file and line (from 0) that they are about.
    by_line: BTreeMap<(FileId, usize), Vec<Ignore>>,
}

#[derive(Debug)]
struct Ignore {
    code: Code,
    span: Span,
    used: bool,
}

impl Ignores {
    /// Finds the comments in YAML files; those that are not well formed are told, and ignore nothing.
    pub(super) fn read(diags: &mut Diagnostics, sources: &Sources, files: impl Iterator<Item = FileId>) -> Ignores {
        let mut ignores = Ignores::default();
        for file in files {
            let source = sources.get(file);
            // Few files have any, and the others are not read a second time.
            if source.text.contains(MARK) {
                ignores.read_file(diags, file, source);
            }
        }
        ignores
    }

    fn read_file(&mut self, diags: &mut Diagnostics, file: FileId, source: &Source) {
        for (start, end) in comments(&source.text) {
            let comment = source.text[start..end].trim_end();
            let Some(rest) = comment.trim_start_matches(['#', ' ', '\t']).strip_prefix(MARK) else { continue };
            let span = Span::new(file, start, start + comment.len());
            match read(rest) {
                Ok(codes) => {
                    let line = about(source, start);
                    let ignores = codes.into_iter().map(|code| Ignore { code, span, used: false });
                    self.by_line.entry((file, line)).or_default().extend(ignores);
                }
                Err(fault) => diags.push(BadIgnore { span, fault }),
            }
        }
    }

    /// Whether a finding is ignored. An error of an invalid configuration never is.
    pub(super) fn takes(&mut self, found: &Diagnostic, sources: &Sources) -> bool {
        let (Some(at), true) = (&found.at, found.severity != Severity::Error) else { return false };
        let line = sources.get(at.span.file).line_of(at.span.start);
        let Some(here) = self.by_line.get_mut(&(at.span.file, line)) else { return false };
        let mut taken = false;
        for ignore in here.iter_mut().filter(|ignore| ignore.code == found.code) {
            ignore.used = true;
            taken = true;
        }
        taken
    }

    /// Tells of those that had nothing to ignore.
    pub(super) fn tell_unused(&self, diags: &mut Diagnostics) {
        for ignore in self.by_line.values().flatten().filter(|ignore| !ignore.used) {
            diags.push(UnusedIgnore { code: ignore.code, span: ignore.span });
        }
    }
}

/// The comments of a text as the YAML parser sees them, so that what stands in a quoted or block text is none.
fn comments(text: &str) -> Vec<(usize, usize)> {
    let mut options =
        granit_parser::options! { flow_nesting_limit: 64, block_nesting_limit: 64, max_buffered_comment_events: text.len().max(1) };
    options.set_emit_comments(true);
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut found = Vec::new();
    // An error ends the reading, and is told elsewhere.
    while let Some(Ok((event, span))) = parser.next_event() {
        if let (Event::Comment(..), Some(range)) = (event, span.byte_range()) {
            found.push((range.start, range.end));
        }
    }
    found
}

/// The line that a comment is about: its own, and where it has that for itself the next that says something.
fn about(source: &Source, start: usize) -> usize {
    let line = source.line_of(start as u32);
    let says_nothing = |line: &usize| {
        let text = source.line(*line).trim_start();
        text.is_empty() || text.starts_with('#')
    };
    if !says_nothing(&line) {
        return line;
    }
    (line + 1..source.line_starts().len()).find(|line| !says_nothing(line)).unwrap_or(line)
}

/// `[code, code] reason`.
fn read(rest: &str) -> Result<Vec<Code>, IgnoreFault> {
    let (codes, reason) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).ok_or(IgnoreFault::NoCode)?;
    let codes: Vec<&str> = codes.split(',').map(str::trim).filter(|code| !code.is_empty()).collect();
    if codes.is_empty() {
        return Err(IgnoreFault::NoCode);
    }
    let code = |id: &str| match Code::from_id(id) {
        None => Err(IgnoreFault::UnknownCode(id.to_owned())),
        Some(code) if !code.is_adjustable() => Err(IgnoreFault::Fixed(code)),
        Some(code) => Ok(code),
    };
    let codes = codes.into_iter().map(code).collect::<Result<Vec<Code>, IgnoreFault>>()?;
    if reason.trim_start_matches([':', '-', ' ']).trim().is_empty() { Err(IgnoreFault::NoReason) } else { Ok(codes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> (Vec<usize>, usize) {
        let (mut diags, mut sources) = (Diagnostics::default(), Sources::default());
        let file = sources.add(Source::new("a.yaml", text));
        let ignores = Ignores::read(&mut diags, &sources, [file].into_iter());
        (ignores.by_line.keys().map(|(_, line)| *line).collect(), diags.finish().len())
    }

    #[test]
    fn a_comment_is_about_its_line_or_the_next_that_says_something() {
        assert_eq!(lines("a: 1 # bowline: ignore[unused-service] kept for later\n"), (vec![0], 0));
        assert_eq!(lines("# bowline: ignore[unused-service] kept\n\n# more\na: 1\n"), (vec![3], 0));
        assert_eq!(lines("a: '# bowline: ignore[unused-service] no comment'\nb: |\n  # bowline: ignore[unused-service] x\n"), (vec![], 0));
    }

    #[test]
    fn a_reason_and_a_known_code_are_needed() {
        for bad in ["", "[unused-service]", "[unused-service] ", "[] why", "[unused-servic] why", "[unknown-service] why", " why"] {
            assert_eq!(lines(&format!("# bowline: ignore{bad}\na: 1\n")), (vec![], 1), "{bad}");
        }
    }
}
