//! The tree of one file: nodes in an arena, each with the bytes that it was read from. Knows nothing of what keys mean.
//!
//! Text stays in the file wherever the file says it as it is; only unescaped, folded and expanded text is owned. Aliases
//! stay references, so a tree is never larger than its file; entries that a merge key `<<` brings in stand in the
//! mapping's own list, with the spans of where they were written.

use crate::text::{FileId, Span};
use std::sync::Arc;

/// Names one node of a [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

/// What a node is, aliases followed.
#[derive(Debug, Clone, Copy)]
pub enum Value<'t> {
    Null,
    Bool(bool),
    Integer(i64),
    /// An integer above `i64::MAX`.
    Unsigned(u64),
    Float(f64),
    String(&'t str),
    Sequence(&'t [NodeId]),
    Mapping(&'t [Entry]),
    /// Something that could not be had and was complained about: an undefined alias, a variable without a value.
    Missing,
}

/// One key of a mapping with its value.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Where the key's text is owned, its place in `owned`; otherwise [`Entry::IN_FILE`].
    pub(super) owned: u32,
    pub value: NodeId,
}

impl Entry {
    pub(super) const IN_FILE: u32 = u32::MAX;
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) content: Content,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Content {
    Null,
    Bool(bool),
    Integer(i64),
    Unsigned(u64),
    Float(f64),
    /// Bytes of the file.
    Text(u32, u32),
    /// Text in `owned`.
    Owned(u32),
    /// A run of `items`.
    Sequence(u32, u32),
    /// A run of `entries`.
    Mapping(u32, u32),
    Alias(NodeId),
    Missing,
}

/// Where something stands: the value, and the key that it hangs on where it hangs on one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located {
    pub key: Option<Span>,
    pub value: Span,
}

impl Located {
    /// The key where there is one, otherwise the value: the place for a complaint about the thing as a whole.
    pub fn key_or_value(&self) -> Span {
        self.key.unwrap_or(self.value)
    }
}

/// What one file holds.
#[derive(Debug, Clone)]
pub struct Tree {
    pub(super) file: FileId,
    pub(super) text: Arc<str>,
    pub(super) nodes: Vec<Node>,
    pub(super) items: Vec<NodeId>,
    pub(super) entries: Vec<Entry>,
    pub(super) owned: Vec<Box<str>>,
    pub(super) root: NodeId,
    /// Scalars that hold `${{`, in order of the file, with their content as written.
    pub(super) templates: Vec<(NodeId, Content)>,
    /// Nodes that were open where a syntax error ended the file, and the last ones before it; more may belong to them.
    pub(super) cut_off: Vec<NodeId>,
    /// Where reading ended early.
    pub(super) broken_at: Option<u32>,
    /// Whether [`Value::Missing`] may stand anywhere in it.
    pub(super) has_missing: bool,
    /// The same of the file as it was read, before any expansion.
    pub(super) missing_in_file: bool,
    /// How much of `owned` belongs to the file as it was read.
    pub(super) owned_in_file: usize,
}

impl Tree {
    /// A tree of a file that could not be read as YAML at all: everything about it is unknown.
    pub fn unread(file: FileId, text: &Arc<str>) -> Self {
        let root = Node { start: 0, end: 0, content: Content::Null };
        Tree { nodes: vec![root], broken_at: Some(0), ..Tree::blank(file, text) }
    }

    pub(super) fn blank(file: FileId, text: &Arc<str>) -> Self {
        Tree {
            file,
            text: text.clone(),
            nodes: Vec::new(),
            items: Vec::new(),
            entries: Vec::new(),
            owned: Vec::new(),
            root: NodeId(0),
            templates: Vec::new(),
            cut_off: Vec::new(),
            broken_at: None,
            has_missing: false,
            missing_in_file: false,
            owned_in_file: 0,
        }
    }

    pub fn file(&self) -> FileId {
        self.file
    }

    pub fn root(&self) -> NodeId {
        self.root
    }

    /// What a node is, aliases followed.
    pub fn value(&self, node: NodeId) -> Value<'_> {
        match self.content(node) {
            Content::Null => Value::Null,
            Content::Bool(value) => Value::Bool(value),
            Content::Integer(value) => Value::Integer(value),
            Content::Unsigned(value) => Value::Unsigned(value),
            Content::Float(value) => Value::Float(value),
            Content::Text(start, end) => Value::String(&self.text[start as usize..end as usize]),
            Content::Owned(at) => Value::String(&self.owned[at as usize]),
            Content::Sequence(first, len) => Value::Sequence(&self.items[first as usize..(first + len) as usize]),
            Content::Mapping(first, len) => Value::Mapping(&self.entries[first as usize..(first + len) as usize]),
            Content::Alias(_) => unreachable!("aliases are followed, and an alias never names an alias"),
            Content::Missing => Value::Missing,
        }
    }

    pub(super) fn content(&self, node: NodeId) -> Content {
        match self.nodes[node.0 as usize].content {
            Content::Alias(target) => self.nodes[target.0 as usize].content,
            content => content,
        }
    }

    /// The bytes of a node as it is written; of an alias, those of `*name`.
    pub fn span(&self, node: NodeId) -> Span {
        let node = &self.nodes[node.0 as usize];
        Span { file: self.file, start: node.start, end: node.end }
    }

    /// The node that an alias stands for; `None` of any other node.
    pub fn target(&self, node: NodeId) -> Option<NodeId> {
        match self.nodes[node.0 as usize].content {
            Content::Alias(target) => Some(target),
            _ => None,
        }
    }

    /// The bytes of every alias that stands for the node with these bytes.
    pub fn aliases_of(&self, target: Span) -> Vec<Span> {
        let ids = (0..self.nodes.len() as u32).map(NodeId);
        let aliases = ids.filter(|node| self.target(*node).is_some_and(|named| self.span(named) == target));
        aliases.map(|node| self.span(node)).collect()
    }

    pub fn key(&self, entry: &Entry) -> &str {
        match entry.owned {
            Entry::IN_FILE => &self.text[entry.start as usize..entry.end as usize],
            at => &self.owned[at as usize],
        }
    }

    pub fn key_span(&self, entry: &Entry) -> Span {
        Span { file: self.file, start: entry.start, end: entry.end }
    }

    /// The entry of a mapping with this key. `None` also where the node is no mapping.
    pub fn entry(&self, node: NodeId, key: &str) -> Option<&Entry> {
        self.entries(node).iter().find(|entry| self.key(entry) == key)
    }

    /// The entries of a mapping; none where the node is no mapping.
    pub fn entries(&self, node: NodeId) -> &[Entry] {
        match self.value(node) {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; none where the node is no sequence.
    pub fn items(&self, node: NodeId) -> &[NodeId] {
        match self.value(node) {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The text of a string; `None` where the node is something else.
    pub fn string(&self, node: NodeId) -> Option<&str> {
        match self.value(node) {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Walks a JSON pointer (RFC 6901) down from a node, through aliases and merges.
    pub fn locate(&self, node: NodeId, pointer: &str) -> Option<Located> {
        let (node, key) = self.walk(node, pointer)?;
        Some(Located { key, value: self.span(node) })
    }

    /// As [`Tree::locate`], but to the node itself.
    pub fn find(&self, node: NodeId, pointer: &str) -> Option<NodeId> {
        self.walk(node, pointer).map(|(node, _)| node)
    }

    fn walk(&self, node: NodeId, pointer: &str) -> Option<(NodeId, Option<Span>)> {
        let mut here = (node, None);
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            here = match self.value(here.0) {
                Value::Mapping(_) => {
                    let entry = self.entry(here.0, &step)?;
                    (entry.value, Some(self.key_span(entry)))
                }
                Value::Sequence(items) => (*items.get(step.parse::<usize>().ok()?)?, None),
                _ => return None,
            };
        }
        Some(here)
    }

    /// The whole file.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The source text of a span of this file.
    pub fn source(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Where a syntax error ended the file, if one did.
    pub fn broken_at(&self) -> Option<u32> {
        self.broken_at
    }

    /// Whether a syntax error ended the file inside a node or just behind it, so that more may have been meant to stand in it.
    pub fn is_cut_off(&self, node: NodeId) -> bool {
        self.cut_off.contains(&node)
    }

    /// Whether something that could not be had stands at or below a node.
    pub fn holds_missing(&self, node: NodeId) -> bool {
        self.has_missing
            && match self.value(node) {
                Value::Missing => true,
                Value::Sequence(items) => items.iter().any(|item| self.holds_missing(*item)),
                Value::Mapping(entries) => entries.iter().any(|entry| self.holds_missing(entry.value)),
                Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Unsigned(_) | Value::Float(_) | Value::String(_) => false,
            }
    }

    /// The number of nodes, for budgets.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}
