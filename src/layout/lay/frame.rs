//! Collections under construction, and what is known of the item that comes next.

use crate::layout::marks::Comment;
use crate::layout::sheet::{Item, Node, Note};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Document,
    Mapping,
    Sequence,
}

/// What was read last.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    Nothing,
    Key,
    Value,
    Opening,
}

/// A collection under construction. A closed one stays until the next mark, because comments may still belong to it.
pub(super) struct Frame<'t> {
    pub(super) number: usize,
    pub(super) sort: Sort,
    pub(super) is_flow: bool,
    pub(super) column: usize,
    pub(super) closed: bool,
    pub(super) is_pinned: bool,
    pub(super) props: String,
    pub(super) items: Vec<Item<'t>>,
    pub(super) coming: Coming<'t>,
    pub(super) tail: Vec<Note<'t>>,
}

/// What is known of the next item.
#[derive(Default)]
pub(super) struct Coming<'t> {
    pub(super) above: Vec<Note<'t>>,
    pub(super) blank: bool,
    pub(super) key: Option<Node<'t>>,
    pub(super) head: Option<&'t str>,
    pub(super) before: Vec<Note<'t>>,
}

impl<'t> Frame<'t> {
    pub(super) fn new(sort: Sort, is_flow: bool, column: usize, props: String) -> Self {
        let coming = Coming::default();
        Frame { number: 0, sort, is_flow, column, closed: false, is_pinned: false, props, items: Vec::new(), coming, tail: Vec::new() }
    }

    pub(super) fn awaits_value(&self) -> bool {
        self.coming.key.is_some()
    }
}

impl<'t> Coming<'t> {
    /// Takes a comment that stands between a key (or dash) and its value.
    pub(super) fn take_inner(&mut self, comment: Comment<'t>) {
        if self.head.is_none() && !comment.alone {
            self.head = Some(comment.text);
        } else {
            self.before.push(note(comment));
        }
    }
}

pub(super) fn note(comment: Comment<'_>) -> Note<'_> {
    Note { text: comment.text, blank: comment.blank, is_marker: comment.is_marker }
}
