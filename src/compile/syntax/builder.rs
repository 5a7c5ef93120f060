//! The tree while it is being built: what is open, what is pending, what may still be spent.

use super::alias::{Anchors, Size};
use super::budget::Budget;
use super::diags::TooManyValues;
use super::tree::{Content, Entry, Node, NodeId, Tree};
use crate::diag::{Diagnostic, Diagnostics};
use crate::text::{FileId, Span};
use std::sync::Arc;

/// How deep values may be nested, aliases written out.
pub(super) const DEPTH: usize = 32;
/// How many values one file may hold, aliases written out.
const FILE_VALUES: u64 = 2_000_000;
/// How many values are taken from the project's budget at once.
const HANDFUL: u64 = 4096;
/// How many complaints are made about one file's syntax.
const COMPLAINTS: usize = 200;

pub(super) type Flow = std::ops::ControlFlow<()>;
pub(super) const GO_ON: Flow = Flow::Continue(());

/// The bytes of an event, and of the tag on it.
pub(super) struct Place {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) tag: Option<(usize, usize)>,
}

impl Place {
    pub(super) fn of(span: &granit_parser::Span) -> Self {
        let range = span.byte_range().unwrap_or(0..0);
        let tag = span.tag_span().and_then(|tag| tag.byte_range()).map(|tag| (tag.start, tag.end));
        Place { start: range.start as u32, end: range.end as u32, tag }
    }
}

/// A collection that is being read.
pub(super) struct Frame {
    pub(super) node: NodeId,
    pub(super) anchor: usize,
    /// Where its children start among those of all open collections of its sort.
    pub(super) first: usize,
    pub(super) key: Key,
    pub(super) size: Size,
    pub(super) is_mapping: bool,
    pub(super) is_flow: bool,
    /// The end of its last child so far.
    pub(super) end: u32,
    /// Entries that a merge key brought in: a run of `pending_entries`, and the merge key.
    pub(super) merges: Vec<(usize, usize, (u32, u32))>,
}

/// Where a mapping stands between a key and its value.
#[derive(Clone, Copy)]
pub(super) enum Key {
    /// A key comes next (or it is a sequence, which has none).
    Wanted,
    Have {
        start: u32,
        end: u32,
        owned: u32,
    },
    Merge {
        start: u32,
        end: u32,
    },
    /// It was refused; its value is read and dropped.
    Refused,
}

pub(super) struct Builder<'a> {
    pub(super) diags: &'a mut Diagnostics,
    pub(super) complaints: usize,
    pub(super) tree: Tree,
    pub(super) frames: Vec<Frame>,
    pub(super) pending_items: Vec<NodeId>,
    pub(super) pending_entries: Vec<Entry>,
    pub(super) anchors: Anchors,
    pub(super) budget: &'a Budget,
    pub(super) weight: u64,
    /// What was taken from the budget and not used yet.
    pub(super) in_hand: u64,
    pub(super) documents: usize,
    /// How many collections are open inside one that stands where a key should.
    pub(super) skipping: usize,
    pub(super) may_hold_templates: bool,
}

impl<'a> Builder<'a> {
    pub(super) fn new(diags: &'a mut Diagnostics, file: FileId, text: &Arc<str>, budget: &'a Budget) -> Self {
        let mut tree = Tree::blank(file, text);
        tree.nodes.reserve(text.len() / 32 + 1);
        tree.entries.reserve(text.len() / 40);
        tree.nodes.push(Node { start: 0, end: 0, content: Content::Null });
        Builder {
            diags,
            complaints: 0,
            tree,
            frames: Vec::new(),
            pending_items: Vec::new(),
            pending_entries: Vec::new(),
            anchors: Anchors::default(),
            budget,
            weight: 0,
            in_hand: 0,
            documents: 0,
            skipping: 0,
            may_hold_templates: text.contains("${{"),
        }
    }

    pub(super) fn span(&self, place: &Place) -> Span {
        Span { file: self.tree.file, start: place.start, end: place.end.max(place.start) }
    }

    /// The one character at an offset.
    pub(super) fn span_at(&self, at: usize) -> Span {
        let at = at.min(self.tree.text.len());
        let len = self.tree.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Span::new(self.tree.file, at, at + len)
    }

    pub(super) fn spend(&mut self, weight: u64) -> Flow {
        self.weight = self.weight.saturating_add(weight);
        if self.weight > FILE_VALUES || !self.draw(weight) {
            return self.over_budget(None);
        }
        GO_ON
    }

    pub(super) fn spend_at(&mut self, weight: u64, place: &Place) -> Flow {
        self.weight = self.weight.saturating_add(weight);
        if self.weight > FILE_VALUES || !self.draw(weight) {
            return self.over_budget(Some(self.span(place)));
        }
        GO_ON
    }

    /// Takes from the project's budget, a handful at a time.
    pub(super) fn draw(&mut self, weight: u64) -> bool {
        if weight > self.in_hand {
            let missing = weight - self.in_hand;
            // Where no handful is left, what is needed may be.
            let Some(taken) = [missing.max(HANDFUL), missing].into_iter().find(|values| self.budget.take(*values)) else { return false };
            self.in_hand += taken;
        }
        self.in_hand -= weight;
        true
    }

    pub(super) fn over_budget(&mut self, at: Option<Span>) -> Flow {
        if self.weight <= FILE_VALUES {
            // Told once for the whole project: which file comes to it first is a matter of chance.
            self.budget.exhaust();
            return self.stop(self.tree.text.len() as u32);
        }
        let end = self.tree.nodes.last().map_or(0, |node| node.start as usize);
        let span = at.unwrap_or_else(|| self.span_at(end));
        self.stop_with(TooManyValues { span, limit: FILE_VALUES })
    }

    pub(super) fn complain(&mut self, complaint: impl Into<Diagnostic>) {
        self.complaints += 1;
        if self.complaints <= COMPLAINTS {
            self.diags.push(complaint);
        }
    }

    pub(super) fn stop_with(&mut self, complaint: impl Into<Diagnostic>) -> Flow {
        let complaint = complaint.into();
        let at = complaint.at.as_ref().map_or(0, |label| label.span.start);
        self.complain(complaint);
        self.stop(at)
    }

    pub(super) fn stop(&mut self, at: u32) -> Flow {
        self.tree.broken_at = Some(at);
        Flow::Break(())
    }

    /// Closes what a break left open.
    pub(super) fn finish(mut self) -> Tree {
        self.budget.give_back(std::mem::take(&mut self.in_hand));
        let cut_off: Vec<NodeId> = self.frames.iter().map(|frame| frame.node).collect();
        if !cut_off.is_empty() && self.tree.broken_at.is_none() {
            self.tree.broken_at = Some(self.tree.text.len() as u32);
        }
        while let Some(frame) = self.frames.last() {
            if let Key::Have { end, .. } = frame.key {
                let content = self.missing();
                let node = self.push(Node { start: end, end, content });
                let _ = self.place(node, end, Size::default());
            }
            let _ = self.close(self.tree.text.len() as u32);
        }
        self.tree.cut_off = cut_off;
        if self.tree.broken_at.is_some() {
            self.tree.cut_off.extend(last_path(&self.tree));
        }
        self.tree.missing_in_file = self.tree.has_missing;
        self.tree.owned_in_file = self.tree.owned.len();
        self.tree.nodes.shrink_to_fit();
        self.tree.entries.shrink_to_fit();
        self.tree
    }
}

/// The last value of the file with everything around it: a break just behind it may have been meant as part of it.
fn last_path(tree: &Tree) -> Vec<NodeId> {
    let mut path = vec![tree.root];
    while let Some(last) = path.last().and_then(|node| match tree.nodes[node.0 as usize].content {
        Content::Sequence(first, len) if len > 0 => Some(tree.items[(first + len - 1) as usize]),
        Content::Mapping(first, len) if len > 0 => Some(tree.entries[(first + len - 1) as usize].value),
        _ => None,
    }) {
        path.push(last);
    }
    path
}
