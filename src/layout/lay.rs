//! Marks → sheet: builds the nodes. `placing` gives every comment its place.

mod frame;
mod placing;

use super::block;
use super::lines::Lines;
use super::marks::{Comment, Mark, Marks, What};
use super::sheet::{Body, Group, Item, Node, Quote, Scalar, Sheet};
use frame::{Coming, Frame, Last, Sort};
use granit_parser::ScalarStyle;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::mem::take;

/// Lays the marks of a text out as a sheet.
pub(super) fn lay<'t>(text: &'t str, lines: &Lines, marks: Marks<'t>) -> Sheet<'t> {
    let mut desk = Desk {
        text,
        lines,
        comments: marks.comments,
        next: 0,
        frames: vec![Frame::new(Sort::Document, false, 0, String::new())],
        waiting: Coming::default(),
        cursor: marks.begins,
        block_end: 0,
        last: Last::Nothing,
        level: 0,
        sheet: Sheet::default(),
        anchors: BTreeMap::new(),
        frame_count: 0,
    };
    for mark in marks.marks {
        desk.take(mark);
    }
    desk.finish()
}

struct Desk<'a, 't> {
    text: &'t str,
    lines: &'a Lines,
    comments: Vec<Comment<'t>>,
    /// The first comment that has no place yet.
    next: usize,
    frames: Vec<Frame<'t>>,
    /// The comments for the next item, until the collections before it are put away.
    waiting: Coming<'t>,
    /// Where the last mark ended.
    cursor: usize,
    /// The last line of the last block scalar.
    block_end: usize,
    last: Last,
    /// The frame that the last comment went to: later ones go no deeper.
    level: usize,
    sheet: Sheet<'t>,
    /// Where each anchor stands: the number of every collection around it, and the item of it.
    anchors: BTreeMap<usize, Vec<(usize, usize)>>,
    frame_count: usize,
}

impl<'t> Desk<'_, 't> {
    fn take(&mut self, mark: Mark<'t>) {
        let props: Vec<&str> = mark.props.iter().map(|(_, text)| *text).collect();
        let props = props.join(" ");
        match mark.what {
            What::Close => self.close(mark.start, mark.end),
            What::Scalar { value, style: style @ (ScalarStyle::Literal | ScalarStyle::Folded) } => {
                let header = self.header(mark.start);
                self.gap(header);
                self.remember(mark.anchor);
                let node = self.block(header, mark.end, value, style, props);
                self.hang(node);
                self.cursor = mark.start.max(self.text[..mark.end].trim_end().len());
            }
            What::Scalar { value, style } => {
                self.gap(mark.start);
                self.remember(mark.anchor);
                let quote = match style {
                    ScalarStyle::SingleQuoted => Quote::Single,
                    ScalarStyle::DoubleQuoted => Quote::Double,
                    _ => Quote::None,
                };
                let raw = &self.text[mark.start..mark.end];
                self.hang(Node { props, body: Body::Scalar(Scalar { raw, value, quote }) });
                self.cursor = mark.end;
            }
            What::Alias { anchor } => {
                self.gap(mark.start);
                self.pin(anchor);
                self.hang(Node { props, body: Body::Alias(&self.text[mark.start..mark.end]) });
                self.cursor = mark.end;
            }
            What::Open { is_mapping, is_flow } => {
                let is_dashed = !is_mapping && !is_flow;
                let (start, end) = if is_dashed { (self.first_dash(&mark), self.first_dash(&mark)) } else { (mark.start, mark.end) };
                self.gap(start);
                self.remember(mark.anchor);
                self.open(if is_mapping { Sort::Mapping } else { Sort::Sequence }, is_flow, start, end, props);
            }
        }
    }

    /// Where a block's `|` or `>` stands: the first one after what was read last.
    fn header(&self, content: usize) -> usize {
        let mut at = self.cursor;
        let mut comments = self.comments[self.next..].iter();
        let mut comment = comments.next();
        while at < content {
            while comment.is_some_and(|comment| comment.end <= at) {
                comment = comments.next();
            }
            match self.text.as_bytes()[at] {
                b'#' if comment.is_some_and(|comment| comment.start == at) => at = comment.map_or(at + 1, |comment| comment.end),
                // A tag or an anchor may hold anything but blanks.
                b'!' | b'&' => at += self.text[at..].find([' ', '\t', '\n']).unwrap_or(content - at),
                b'|' | b'>' => return at,
                _ => at += 1,
            }
        }
        content
    }

    fn block(&mut self, header: usize, end: usize, value: Cow<'t, str>, style: ScalarStyle, props: String) -> Node<'t> {
        let header_line = self.lines.of(header);
        let line_end = self.lines.end(header_line);
        let mut comment = None;
        while let Some(found) = self.comments.get(self.next).filter(|found| found.start < line_end) {
            comment = Some(found.text);
            self.next += 1;
        }
        let content = self.text.get(line_end + 1..end).unwrap_or("");
        let parent = match self.frames.last() {
            Some(frame) if frame.sort != Sort::Document => frame.column,
            Some(_) | None => 0,
        };
        let head = &self.text[header..line_end];
        let is_folded = style == ScalarStyle::Folded;
        let block = block::read(head, is_folded, comment, content, parent, value);
        self.block_end = header_line + block.lines.len();
        Node { props, body: Body::Block(block) }
    }

    fn innermost_open(&self) -> usize {
        self.frames.iter().rposition(|frame| !frame.closed).unwrap_or(0)
    }

    fn top(&mut self) -> &mut Frame<'t> {
        self.frames.last_mut().expect("the document's frame is never taken away")
    }

    /// Puts closed collections where they belong.
    fn settle(&mut self) {
        while self.frames.last().is_some_and(|frame| frame.closed) {
            let Some(frame) = self.frames.pop() else { return };
            self.put_away(frame);
        }
    }

    fn put_away(&mut self, mut frame: Frame<'t>) {
        frame.tail.extend(frame.coming.above);
        if frame.items.is_empty() {
            // `[]` has no room for comments.
            self.top().coming.before.append(&mut frame.tail);
        }
        let group = Group { is_flow: frame.is_flow, is_pinned: frame.is_pinned, items: frame.items, tail: frame.tail };
        let body = if frame.sort == Sort::Mapping { Body::Mapping(group) } else { Body::Sequence(group) };
        self.hang(Node { props: frame.props, body });
    }

    fn open(&mut self, sort: Sort, is_flow: bool, start: usize, end: usize, props: String) {
        self.frame_count += 1;
        let number = self.frame_count;
        let mut frame = Frame { number, ..Frame::new(sort, is_flow, self.lines.column(start), props) };
        if !is_flow {
            frame.coming.above = take(&mut self.top().coming.before);
            if self.frames.len() == 1 && sort == Sort::Mapping {
                frame.coming.above = self.below_header();
            }
        }
        self.frames.push(frame);
        self.last = Last::Opening;
        self.cursor = end;
    }

    /// Where the first dash of a sequence stands: the parser has one that is not indented start behind it.
    fn first_dash(&self, mark: &Mark<'t>) -> usize {
        let top = self.innermost_open();
        let is_item = self.frames[top].sort == Sort::Sequence && !self.frames[top].is_flow;
        let from = if is_item { self.significant(self.cursor, mark.start) + 1 } else { self.cursor };
        let behind_props = mark.props.last().map_or(0, |(start, text)| start + text.len());
        let dash = self.significant(from.max(behind_props), mark.start);
        if self.text.as_bytes().get(dash) == Some(&b'-') { dash } else { mark.start }
    }

    fn close(&mut self, start: usize, end: usize) {
        let open = self.innermost_open();
        if !self.frames[open].is_flow {
            self.frames[open].closed = true;
            return;
        }
        self.gap(start);
        if let Some(frame) = self.frames.pop() {
            self.put_away(frame);
        }
        self.cursor = end;
    }

    /// Takes a finished node: as the next key, or as the value of the next item.
    fn hang(&mut self, node: Node<'t>) {
        let frame = self.top();
        if frame.sort == Sort::Mapping && !frame.awaits_value() {
            frame.coming.key = Some(node);
            self.last = Last::Key;
            return;
        }
        let Coming { above, blank, key, head, before } = take(&mut frame.coming);
        frame.items.push(Item { above, blank, key, head, before, value: node, behind: None });
        self.last = Last::Value;
    }

    fn path(&self) -> Vec<(usize, usize)> {
        self.frames.iter().map(|frame| (frame.number, frame.items.len())).collect()
    }

    fn remember(&mut self, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, self.path());
        }
    }

    /// Keeps the order of the collection in which an alias and its anchor part.
    fn pin(&mut self, anchor: usize) {
        let Some(there) = self.anchors.get(&anchor) else { return };
        let parting = self.frames.iter_mut().zip(there).find(|(frame, there)| frame.number == there.0 && frame.items.len() != there.1);
        if let Some((frame, _)) = parting {
            frame.is_pinned = true;
        }
    }

    fn finish(mut self) -> Sheet<'t> {
        self.gap(self.text.len());
        let mut document = self.frames.swap_remove(0);
        self.sheet.root = document.items.pop();
        self.sheet.tail = document.coming.above;
        self.sheet
    }
}
