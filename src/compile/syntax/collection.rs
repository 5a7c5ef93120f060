//! Collections: opening and closing them, hanging values where they belong, merging, and keys that stand twice.

use super::alias::{ALIASES, Size};
use super::builder::{Builder, DEPTH, Flow, Frame, GO_ON, Key, Place};
use super::diags::{BadMerge, DuplicateKey, KeyFault, NestedTooDeep, TooManyAliases, UndefinedAlias};
use super::parse::anchored;
use super::tree::{Content, Entry, Node, NodeId, Tree};
use crate::text::Span;
use granit_parser::Tag;

impl Builder<'_> {
    pub(super) fn open(&mut self, is_mapping: bool, is_flow: bool, anchor: usize, tag: Option<&Tag>, place: &Place) -> Flow {
        self.spend(1 + anchored(anchor))?;
        if self.wants_key() {
            self.skipping = 1;
            return self.refuse_key(KeyFault::Collection, place);
        }
        if self.frames.len() >= DEPTH {
            return self.stop_with(NestedTooDeep { span: self.span_at(place.start as usize), limit: DEPTH });
        }
        self.tagged_collection(tag, is_mapping, place);
        let content = if is_mapping { Content::Mapping(0, 0) } else { Content::Sequence(0, 0) };
        let node = self.push(Node { start: place.start, end: place.end, content });
        self.anchors.open(anchor, node);
        let first = if is_mapping { self.pending_entries.len() } else { self.pending_items.len() };
        let size = Size { weight: 1, height: 0 };
        self.frames.push(Frame { node, anchor, first, key: Key::Wanted, size, is_mapping, is_flow, end: place.end, merges: Vec::new() });
        GO_ON
    }

    pub(super) fn close(&mut self, end: u32) -> Flow {
        let Some(frame) = self.frames.pop() else { return GO_ON };
        self.seal(&frame, end);
        let end = self.tree.nodes[frame.node.0 as usize].end;
        self.anchors.close(frame.anchor, frame.node, frame.size);
        self.place(frame.node, end, frame.size)
    }

    /// Moves a collection's children from the pending ones to their run in the tree.
    pub(super) fn seal(&mut self, frame: &Frame, end: u32) {
        let content = if frame.is_mapping {
            self.refuse_duplicates(frame);
            let first = self.tree.entries.len();
            self.tree.entries.extend(self.pending_entries.drain(frame.first..));
            Content::Mapping(first as u32, (self.tree.entries.len() - first) as u32)
        } else {
            let first = self.tree.items.len();
            self.tree.items.extend(self.pending_items.drain(frame.first..));
            Content::Sequence(first as u32, (self.tree.items.len() - first) as u32)
        };
        let node = &mut self.tree.nodes[frame.node.0 as usize];
        node.content = content;
        node.end = if frame.is_flow { end } else { frame.end };
    }

    pub(super) fn alias(&mut self, number: usize, place: &Place) -> Flow {
        self.anchors.used += 1;
        if self.anchors.used > ALIASES {
            return self.stop_with(TooManyAliases { span: self.span(place), limit: ALIASES });
        }
        match self.anchors.get(number) {
            _ if self.wants_key() => self.refuse_key(KeyFault::Alias, place),
            Some(anchor) if !anchor.open => self.alias_to(anchor.node, anchor.size, place),
            found => {
                let name = self.tree.source(self.span(place)).trim_start_matches('*').to_owned();
                self.undefined_alias(&name, found.is_some(), place)
            }
        }
    }

    pub(super) fn alias_to(&mut self, target: NodeId, size: Size, place: &Place) -> Flow {
        self.spend_at(size.weight, place)?;
        if self.frames.len() + size.height > DEPTH {
            return self.stop_with(NestedTooDeep { span: self.span(place), limit: DEPTH });
        }
        let node = self.push(Node { start: place.start, end: place.end, content: Content::Alias(target) });
        self.place(node, place.end, size)
    }

    pub(super) fn undefined_alias(&mut self, name: &str, inside_itself: bool, place: &Place) -> Flow {
        if self.wants_key() {
            return self.refuse_key(KeyFault::Alias, place);
        }
        self.spend(1)?;
        self.complain(UndefinedAlias { span: self.span(place), name: name.to_owned(), inside_itself });
        let content = self.missing();
        let node = self.push(Node { start: place.start, end: place.end, content });
        self.place(node, place.end, Size::of_text(0))
    }

    pub(super) fn push(&mut self, node: Node) -> NodeId {
        self.tree.nodes.push(node);
        NodeId(self.tree.nodes.len() as u32 - 1)
    }

    /// Hangs a finished value where it belongs.
    pub(super) fn place(&mut self, node: NodeId, end: u32, size: Size) -> Flow {
        let Some(frame) = self.frames.last_mut() else {
            self.tree.root = node;
            return GO_ON;
        };
        frame.size.add(size);
        frame.end = frame.end.max(end);
        match std::mem::replace(&mut frame.key, Key::Wanted) {
            Key::Have { start, end, owned } => self.pending_entries.push(Entry { start, end, owned, value: node }),
            Key::Merge { start, end } => return self.merge(node, (start, end)),
            Key::Refused => {}
            Key::Wanted => self.pending_items.push(node),
        }
        GO_ON
    }

    pub(super) fn merge(&mut self, node: NodeId, key: (u32, u32)) -> Flow {
        let mappings: Vec<NodeId> = match self.tree.content(node) {
            Content::Sequence(first, len) => self.tree.items[first as usize..(first + len) as usize].to_vec(),
            _ => vec![node],
        };
        for mapping in mappings {
            match self.tree.content(mapping) {
                Content::Mapping(first, len) => {
                    self.spend(u64::from(len))?;
                    let from = self.pending_entries.len();
                    self.pending_entries.extend_from_slice(&self.tree.entries[first as usize..(first + len) as usize]);
                    let to = self.pending_entries.len();
                    let frame = self.frames.last_mut().expect("a merge key stands in a mapping");
                    frame.merges.push((from, to, key));
                }
                Content::Missing => {}
                _ => self.complain(BadMerge { span: self.tree.span(mapping) }),
            }
        }
        GO_ON
    }

    /// Tells of every key that stands twice, and keeps the first.
    pub(super) fn refuse_duplicates(&mut self, frame: &Frame) {
        let entries = &self.pending_entries[frame.first..];
        let pairs = repeated(&self.tree, entries);
        if pairs.is_empty() {
            return;
        }
        for (earlier, later) in &pairs {
            let name = self.tree.key(&self.pending_entries[frame.first + later]).to_owned();
            let (first, _) = self.key_place(frame, *earlier);
            let (span, merged) = self.key_place(frame, *later);
            self.complain(DuplicateKey { name, span, first, merged });
        }
        let mut dropped = pairs.into_iter().map(|(_, later)| frame.first + later).peekable();
        let mut at = 0;
        self.pending_entries.retain(|_| {
            at += 1;
            dropped.next_if_eq(&(at - 1)).is_none()
        });
    }

    /// Where a key stands in this very mapping: of one that a merge brought in, the merge key.
    pub(super) fn key_place(&self, frame: &Frame, at: usize) -> (Span, bool) {
        let at = frame.first + at;
        match frame.merges.iter().find(|(from, to, _)| (*from..*to).contains(&at)) {
            Some((_, _, (start, end))) => (Span { file: self.tree.file, start: *start, end: *end }, true),
            None => (self.tree.key_span(&self.pending_entries[at]), false),
        }
    }
}

/// Pairs of places in a list of entries where the later repeats the key of the earlier, by the later.
fn repeated(tree: &Tree, entries: &[Entry]) -> Vec<(usize, usize)> {
    const FEW: usize = 24;
    let mut pairs = Vec::new();
    if entries.len() <= FEW {
        for (later, entry) in entries.iter().enumerate().skip(1) {
            let key = tree.key(entry);
            if let Some(earlier) = entries[..later].iter().position(|earlier| tree.key(earlier) == key) {
                pairs.push((earlier, later));
            }
        }
        return pairs;
    }
    // Sorted, not hashed: the time does not depend on what the keys are.
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|a, b| tree.key(&entries[*a]).cmp(tree.key(&entries[*b])));
    for run in order.chunk_by(|a, b| tree.key(&entries[*a]) == tree.key(&entries[*b])) {
        pairs.extend(run[1..].iter().map(|later| (run[0], *later)));
    }
    pairs.sort_by_key(|(_, later)| *later);
    pairs
}
