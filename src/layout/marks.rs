//! Text → marks: what the parser says stands where, and the comments beside it. Knows no layout.

use super::lines::Lines;
use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Starts a document.
const MARKER: &str = "---";

/// One thing in the text, in order of the file.
pub(super) struct Mark<'t> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) what: What<'t>,
    /// Its anchor and tag as they are written, and where they start.
    pub(super) props: Vec<(usize, &'t str)>,
    /// The anchor that it defines; 0 where it defines none.
    pub(super) anchor: usize,
}

pub(super) enum What<'t> {
    Scalar { value: Cow<'t, str>, style: ScalarStyle },
    Alias { anchor: usize },
    Open { is_mapping: bool, is_flow: bool },
    Close,
}

/// A comment; or a directive or document marker, which like a comment is kept as a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comment<'t> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: &'t str,
    /// Whether it has its line for itself.
    pub(super) alone: bool,
    /// Whether an empty line stands above it.
    pub(super) blank: bool,
    pub(super) column: usize,
    pub(super) is_marker: bool,
}

pub(super) struct Marks<'t> {
    pub(super) marks: Vec<Mark<'t>>,
    pub(super) comments: Vec<Comment<'t>>,
    /// Whether one anchor's name is defined twice, so that what an alias means depends on what stands before it.
    pub(super) redefines: bool,
    /// Where the document begins: behind its `---`, whose dashes are none of a sequence.
    pub(super) begins: usize,
}

impl Marks<'_> {
    /// The texts of all comments, sorted.
    pub(super) fn comments(&self) -> Vec<String> {
        let comments = self.comments.iter().filter(|comment| !comment.is_marker);
        let mut texts: Vec<String> = comments.map(|comment| comment.text.to_owned()).collect();
        texts.sort_unstable();
        texts
    }
}

/// Reads a text that is known to be one valid document.
pub(super) fn read<'t>(text: &'t str, lines: &Lines) -> Marks<'t> {
    let mut options = granit_parser::options! {
        emit_anchor_events: true, flow_nesting_limit: 64, block_nesting_limit: 64, max_buffered_comment_events: text.len().max(1)
    };
    options.set_emit_comments(true);
    let mut found = Marks { marks: Vec::new(), comments: Vec::new(), redefines: false, begins: 0 };
    let mut names = BTreeSet::new();
    let mut parser = Parser::new_from_str_with_options(text, options);
    // What the parser refuses was refused before, so an error only ends the reading.
    while let Some(Ok((event, span))) = parser.next_event() {
        let range = span.byte_range().unwrap_or(0..0);
        let (start, end) = (range.start, range.end);
        let tag = span.tag_span().and_then(|tag| tag.byte_range()).and_then(|tag| Some((tag.start, text.get(tag)?)));
        let mut push = |what, anchor| {
            found.marks.push(Mark { start, end, what, props: tag.into_iter().collect(), anchor });
        };
        match event {
            Event::Scalar(value, style, anchor, _) => push(What::Scalar { value, style }, anchor),
            Event::Alias(anchor) => push(What::Alias { anchor }, 0),
            Event::MappingStart(style, anchor, _) => push(What::Open { is_mapping: true, is_flow: is_flow(style) }, anchor),
            Event::SequenceStart(style, anchor, _) => push(What::Open { is_mapping: false, is_flow: is_flow(style) }, anchor),
            Event::MappingEnd | Event::SequenceEnd => push(What::Close, 0),
            Event::Anchor(_, name) => {
                found.redefines |= !names.insert(name.into_owned());
                if let (Some(mark), Some(written)) = (found.marks.last_mut(), text.get(range)) {
                    mark.props.push((start, written));
                    mark.props.sort_unstable();
                }
            }
            Event::Comment(..) => found.comments.push(comment(text, lines, start, end)),
            Event::DocumentStart(true, _) => {
                found.begins = start + MARKER.len();
                found.comments.extend(directives(text, lines, start));
            }
            _ => {}
        }
    }
    found.comments.sort_by_key(|comment| comment.start);
    found
}

fn is_flow(style: StructureStyle) -> bool {
    style == StructureStyle::Flow
}

fn comment<'t>(text: &'t str, lines: &Lines, start: usize, end: usize) -> Comment<'t> {
    Comment {
        start,
        end,
        text: text.get(start..end).unwrap_or("").trim_end(),
        alone: lines.is_first(start),
        blank: lines.blank_before(start),
        column: lines.column(start),
        is_marker: false,
    }
}

/// The directives before a document's start, and then the marker, which without any is dropped.
fn directives<'t>(text: &'t str, lines: &Lines, marker: usize) -> Vec<Comment<'t>> {
    let starts = (0..lines.of(marker)).map(|line| (lines.start(line), lines.end(line)));
    let mut found: Vec<Comment<'t>> = starts
        .filter(|(start, _)| text[*start..].starts_with('%'))
        .map(|(start, end)| {
            // A comment behind a directive is an event of its own.
            let end = text[start..end].find(" #").map_or(end, |at| start + at);
            Comment { is_marker: true, ..comment(text, lines, start, end) }
        })
        .collect();
    if !found.is_empty() {
        found.push(Comment { is_marker: true, ..comment(text, lines, marker, marker + MARKER.len()) });
    }
    found
}
