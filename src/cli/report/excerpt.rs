//! The few lines of a file that a finding shows: secrets masked, hidden characters made visible, long lines clipped.
//!
//! Every character is replaced by exactly one, so that columns stay what they are in the file.

use crate::text::is_hidden;
use crate::text::{Masked, Position, Source, Span};
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// Characters of one line that are shown at most.
const LINE_LIMIT: usize = 200;
/// Characters before the underlined text that a clipped line keeps.
const LINE_LEAD: usize = 60;

/// Some lines of one file, rewritten for showing, with the way back to their places.
#[derive(Debug)]
pub(super) struct Excerpt {
    name: String,
    /// The file's line (from 0) that `text` starts with.
    first_line: usize,
    text: String,
    lines: Vec<Shown>,
}

/// One line as shown.
#[derive(Debug)]
struct Shown {
    /// Where it starts in the excerpt's text.
    start: usize,
    /// How many characters of the line are left out in front.
    skipped: usize,
}

impl Excerpt {
    /// The lines from one before `first` to one after `last` (from 0), clipped around `column` (in characters, from 0).
    pub(super) fn new(source: &Source, masked: &Masked<'_>, first: usize, last: usize, column: usize) -> Self {
        // A file that ends in a line break has no further line, unless that end is what is pointed at.
        let lines = (source.line_starts().len() - usize::from(source.text.ends_with('\n'))).max(last + 1);
        let skipped = if column > LINE_LIMIT - LINE_LEAD { column - LINE_LEAD } else { 0 };
        let mut excerpt =
            Excerpt { name: source.path.to_string(), first_line: first.saturating_sub(1), text: String::new(), lines: Vec::new() };
        for line in (first.saturating_sub(1)..=last + 1).take_while(|line| *line < lines).map(|line| masked.line(line)) {
            excerpt.lines.push(Shown { start: excerpt.text.len(), skipped });
            let kept = line.chars().skip(skipped).take(LINE_LIMIT);
            excerpt.text.extend(kept.map(|character| if is_hidden(character) && character != '\t' { '\u{fffd}' } else { character }));
            excerpt.text.push('\n');
        }
        excerpt
    }

    /// Where a span of the file stands in this excerpt. What is not shown shrinks to the nearest shown place.
    pub(super) fn locate(&self, source: &Source, span: Span) -> SourceSpan {
        let start = self.offset(source.position(span.start));
        let end = self.offset(source.position(span.end)).max(start);
        (start, end - start).into()
    }

    fn offset(&self, position: Position) -> usize {
        let line = (position.line - 1).saturating_sub(self.first_line).min(self.lines.len() - 1);
        let shown = &self.lines[line];
        let text = self.line(line);
        let at = (position.column - 1).saturating_sub(shown.skipped);
        shown.start + text.char_indices().nth(at).map_or(text.len(), |(offset, _)| offset)
    }

    fn line(&self, line: usize) -> &str {
        let end = self.lines.get(line + 1).map_or(self.text.len(), |next| next.start);
        self.text[self.lines[line].start..end].trim_end_matches('\n')
    }

    fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|line| line.start <= offset).saturating_sub(1)
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(&'a self, span: &SourceSpan, before: usize, after: usize) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (from, to) = (span.offset(), span.offset() + span.len());
        if to > self.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let (line, last) = (self.line_of(from), self.line_of(to));
        let first = line.saturating_sub(before);
        let start = self.lines[first].start;
        let end = self.lines.get(last + after + 1).map_or(self.text.len(), |next| next.start);
        // The header prints this column; it has to be the file's, not the clipped line's.
        let column = match before {
            0 => self.lines[line].skipped + self.text[self.lines[line].start..from].chars().count(),
            _ => 0,
        };
        let data = &self.text.as_bytes()[start..end];
        let contents = MietteSpanContents::new_named(
            self.name.clone(),
            data,
            (start, end - start).into(),
            self.first_line + first,
            column,
            last - first + 1,
        );
        Ok(Box::new(contents))
    }
}
