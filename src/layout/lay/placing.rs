//! Where a comment belongs: one behind something on the same line belongs to that; one on a line of its own belongs to what
//! follows, unless it is indented deeper: then it ends the innermost collection that is closed there and is not indented
//! deeper than it.

use super::Desk;
use super::frame::{Coming, Last, Sort, note};
use crate::layout::marks::Comment;
use crate::layout::sheet::Note;
use std::mem::take;

impl<'t> Desk<'_, 't> {
    /// Gives the comments before a place their places, and puts away the collections that were closed before it.
    pub(super) fn gap(&mut self, upto: usize) {
        let item = self.significant(self.cursor, upto);
        self.level = self.frames.len() - 1;
        while let Some(comment) = self.comments.get(self.next).copied().filter(|comment| comment.start < upto) {
            self.next += 1;
            self.place(comment, item);
        }
        self.settle();
        let Coming { above, head, before, .. } = take(&mut self.waiting);
        let coming = &mut self.top().coming;
        coming.above.extend(above);
        coming.head = coming.head.or(head);
        coming.before.extend(before);
        let blank = self.lines.blank_before(item) && !self.is_below_block(item);
        let is_first = self.frames.len() == 1 && self.last == Last::Nothing;
        let frame = self.top();
        if !frame.awaits_value() {
            frame.coming.blank = blank;
        }
        if is_first {
            self.sheet.header = take(&mut self.top().coming.above);
            self.sheet.gap = blank;
        }
    }

    /// Where the next item starts: its dash, `?`, anchor, tag or text.
    pub(super) fn significant(&self, from: usize, upto: usize) -> usize {
        let mut at = from;
        let mut next = self.next;
        while self.comments.get(next).is_some_and(|comment| comment.start < from) {
            next += 1;
        }
        while at < upto {
            if self.comments.get(next).is_some_and(|comment| comment.start == at) {
                at = self.comments[next].end;
                next += 1;
                continue;
            }
            match self.text.as_bytes()[at] {
                b' ' | b'\t' | b'\n' | b',' | b':' => at += 1,
                _ => return at,
            }
        }
        upto
    }

    /// Whether a place is on the line below a block's last one: an empty line there is content.
    fn is_below_block(&self, at: usize) -> bool {
        self.lines.of(at) == self.block_end + 1
    }

    fn place(&mut self, mut comment: Comment<'t>, item: usize) {
        comment.blank &= !self.is_below_block(comment.start);
        let open = self.innermost_open();
        let is_dashed = self.frames[open].sort == Sort::Sequence && !self.frames[open].is_flow && comment.start > item;
        let awaits_value = open == self.frames.len() - 1 && self.frames[open].awaits_value();
        if awaits_value || is_dashed {
            return self.waiting.take_inner(comment);
        }
        if comment.alone {
            return self.place_alone(comment, open);
        }
        if self.is_behind(comment) {
            let slot = match self.last {
                Last::Value => self.top().items.last_mut().map(|item| &mut item.behind),
                Last::Opening => {
                    let parent = self.frames.len().saturating_sub(2);
                    self.frames.get_mut(parent).map(|frame| &mut frame.coming.head)
                }
                Last::Nothing | Last::Key => None,
            };
            if let Some(slot @ None) = slot {
                *slot = Some(comment.text);
                return;
            }
        }
        self.waiting.above.push(note(comment));
    }

    /// Whether a comment stands on the line on which the last mark ended.
    fn is_behind(&self, comment: Comment<'t>) -> bool {
        self.lines.of(self.cursor) == self.lines.of(comment.start)
    }

    fn place_alone(&mut self, comment: Comment<'t>, open: usize) {
        let top = self.frames.len() - 1;
        // Inside an entry without a value: most often the value, taken out.
        if self.level == top && !self.frames[top].is_flow && self.last == Last::Value && comment.column > self.frames[top].column {
            let frame = &mut self.frames[top];
            if let Some(item) = frame.items.last_mut().filter(|item| item.value.is_nothing() && frame.sort != Sort::Document) {
                return item.before.push(note(comment));
            }
        }
        let floor = match self.frames[open].sort {
            Sort::Document => self.frames.get(open + 1).map(|root| root.column),
            Sort::Mapping | Sort::Sequence => Some(self.frames[open].column),
        };
        let closed = open + 1..=self.level.max(open);
        let is_deeper = floor.is_some_and(|floor| comment.column > floor);
        let holder = closed.clone().rev().find(|at| self.frames[*at].column <= comment.column).or(closed.clone().next());
        if let (true, Some(at)) = (is_deeper && !closed.is_empty(), holder) {
            self.level = at;
            self.frames[at].tail.push(note(comment));
        } else {
            self.level = open;
            self.waiting.above.push(note(comment));
        }
    }

    /// Leaves in the header what stays on top: all before the last empty line, or a whole first block that speaks to the
    /// editor. What is left travels with the first key.
    pub(super) fn below_header(&mut self) -> Vec<Note<'t>> {
        let header = &mut self.sheet.header;
        let first_block = header.iter().skip(1).position(|note| note.blank).map_or(header.len(), |at| at + 1);
        let speaks = header[..first_block].iter().any(|note| note.text.starts_with("# yaml-language-server:"));
        let marker = header.iter().rposition(|note| note.is_marker).map_or(0, |at| at + 1);
        let last_gap = if self.sheet.gap { header.len() } else { header.iter().rposition(|note| note.blank).unwrap_or(0) };
        let kept = last_gap.max(marker).max(if speaks { first_block } else { 0 });
        let below = header.split_off(kept);
        if let (Some(first), true) = (below.first(), kept > 0) {
            self.sheet.gap = first.blank;
        }
        below
    }
}
