//! A file as its layout sees it: nodes as they are written, each with the comments and empty lines that belong to it.

use std::borrow::Cow;

/// The whole file.
#[derive(Debug, Default)]
pub(super) struct Sheet<'t> {
    /// What stays on top whatever becomes of the keys below.
    pub(super) header: Vec<Note<'t>>,
    /// Whether an empty line follows the header.
    pub(super) gap: bool,
    pub(super) root: Option<Item<'t>>,
    pub(super) tail: Vec<Note<'t>>,
}

/// A comment on a line of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Note<'t> {
    pub(super) text: &'t str,
    /// Whether an empty line stands above it.
    pub(super) blank: bool,
    /// Whether it is a directive or a document marker.
    pub(super) is_marker: bool,
}

/// An entry of a mapping, an item of a sequence, or the root.
#[derive(Debug)]
pub(super) struct Item<'t> {
    pub(super) above: Vec<Note<'t>>,
    /// Whether an empty line stands above its first line.
    pub(super) blank: bool,
    pub(super) key: Option<Node<'t>>,
    /// The comment behind `key:` or `-` where the value starts on a later line.
    pub(super) head: Option<&'t str>,
    /// Comments between that line and the value.
    pub(super) before: Vec<Note<'t>>,
    pub(super) value: Node<'t>,
    /// The comment behind the value.
    pub(super) behind: Option<&'t str>,
}

#[derive(Debug)]
pub(super) struct Node<'t> {
    /// Anchor and tag as written, with a blank between them; empty where there are none.
    pub(super) props: String,
    pub(super) body: Body<'t>,
}

#[derive(Debug)]
pub(super) enum Body<'t> {
    Alias(&'t str),
    Scalar(Scalar<'t>),
    Block(Block<'t>),
    Mapping(Group<'t>),
    Sequence(Group<'t>),
}

/// A plain or quoted scalar.
#[derive(Debug)]
pub(super) struct Scalar<'t> {
    /// As written, quotes included; empty where nothing is written.
    pub(super) raw: &'t str,
    pub(super) value: Cow<'t, str>,
    pub(super) quote: Quote,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quote {
    None,
    Single,
    Double,
}

/// A literal or folded block.
#[derive(Debug)]
pub(super) struct Block<'t> {
    /// `|` or `>`, and `-` or `+` where they are written.
    pub(super) head: String,
    pub(super) comment: Option<&'t str>,
    /// The lines of its content without their common indentation.
    pub(super) lines: Vec<&'t str>,
    pub(super) value: Cow<'t, str>,
}

/// The children of a collection.
#[derive(Debug)]
pub(super) struct Group<'t> {
    pub(super) is_flow: bool,
    /// Whether the order of its entries decides what an alias stands for.
    pub(super) is_pinned: bool,
    pub(super) items: Vec<Item<'t>>,
    /// Comments after the last child, at the depth of the children.
    pub(super) tail: Vec<Note<'t>>,
}

impl Node<'_> {
    /// Whether nothing at all is written.
    pub(super) fn is_nothing(&self) -> bool {
        self.props.is_empty() && matches!(&self.body, Body::Scalar(scalar) if scalar.quote == Quote::None && scalar.raw.is_empty())
    }

    /// The text of a plain or quoted scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.body {
            Body::Scalar(scalar) => Some(&scalar.value),
            Body::Alias(_) | Body::Block(_) | Body::Mapping(_) | Body::Sequence(_) => None,
        }
    }
}
