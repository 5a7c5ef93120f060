//! Collections on one line: `[a, b]`, `{ a: b }`, as long as they fit.

use super::print::{WIDTH, key_text};
use super::scalar::{self, Place};
use super::sheet::{Body, Group, Item, Node, Quote};

/// Whether a value is a collection that has to be printed on several lines when its text would start at a column.
pub(super) fn is_broken(node: &Node<'_>, column: usize) -> bool {
    let (Body::Mapping(group) | Body::Sequence(group)) = &node.body else { return false };
    let props = if node.props.is_empty() { 0 } else { node.props.chars().count() + 1 };
    !group.items.is_empty() && (!group.is_flow || body(node, WIDTH.saturating_sub(column + props)).is_none())
}

/// A node on one line without its anchor and tag; `None` where that takes more than `room` characters, or where something
/// in it needs a line of its own.
pub(super) fn body(node: &Node<'_>, room: usize) -> Option<String> {
    let mut line = Line { text: String::new(), used: 0, room };
    line.body(node)?;
    Some(line.text)
}

/// Whether nothing is written but perhaps an anchor or a tag.
pub(super) fn is_empty_scalar(node: &Node<'_>) -> bool {
    matches!(&node.body, Body::Scalar(scalar) if scalar.quote == Quote::None && scalar.raw.is_empty())
}

struct Line {
    text: String,
    used: usize,
    room: usize,
}

impl Line {
    /// Adds text, and gives up as soon as there is no room: the work is never more than a line's.
    fn put(&mut self, text: &str) -> Option<()> {
        self.used += text.chars().count();
        self.text.push_str(text);
        (self.used <= self.room).then_some(())
    }

    fn node(&mut self, node: &Node<'_>) -> Option<()> {
        self.put(&node.props)?;
        if !node.props.is_empty() && !is_empty_scalar(node) {
            self.put(" ")?;
        }
        self.body(node)
    }

    fn body(&mut self, node: &Node<'_>) -> Option<()> {
        match &node.body {
            Body::Alias(name) => self.put(name),
            Body::Scalar(found) => match scalar::lines(found, !node.props.is_empty(), Place::Flow).as_slice() {
                [line] => self.put(line),
                _ => None,
            },
            Body::Block(_) => None,
            Body::Mapping(group) if group.items.is_empty() && group.tail.is_empty() => self.put("{}"),
            Body::Sequence(group) if group.items.is_empty() && group.tail.is_empty() => self.put("[]"),
            Body::Mapping(group) => self.group(group, "{ ", " }"),
            Body::Sequence(group) => self.group(group, "[", "]"),
        }
    }

    fn group(&mut self, group: &Group<'_>, open: &str, close: &str) -> Option<()> {
        if !group.tail.is_empty() {
            return None;
        }
        self.put(open)?;
        for (at, item) in group.items.iter().enumerate() {
            if at > 0 {
                self.put(", ")?;
            }
            self.item(item)?;
        }
        self.put(close)
    }

    fn item(&mut self, item: &Item<'_>) -> Option<()> {
        let has_comment = item.head.is_some() || item.behind.is_some() || !item.above.is_empty() || !item.before.is_empty();
        if has_comment {
            return None;
        }
        if let Some(key) = &item.key {
            self.put(&key_text(key, Place::Flow))?;
            self.put(": ")?;
            if item.value.is_nothing() {
                // Written out: `{ a: , b: c }` puzzles readers, people among them.
                return self.put("null");
            }
        }
        self.node(&item.value)
    }
}
