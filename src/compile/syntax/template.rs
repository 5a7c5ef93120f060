//! Scalars that hold expressions: what they say as written, and what is put in their place for one environment. A tree is
//! read once and expanded for each.

use super::tree::{Content, NodeId, Tree};
use crate::text::Span;

/// What stands in place of a scalar once its expressions are known.
#[derive(Debug, Clone, PartialEq)]
pub enum Expanded {
    Null,
    Bool(bool),
    Integer(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
    /// Nobody knows, and it was complained about.
    Missing,
}

impl Tree {
    /// The scalars that hold `${{`, in order of the file.
    pub fn templates(&self) -> Vec<NodeId> {
        self.templates.iter().map(|(node, _)| *node).collect()
    }

    /// A template as it is written.
    pub fn template(&self, node: NodeId) -> &str {
        let written = self.templates.binary_search_by_key(&node, |(template, _)| *template).map(|at| self.templates[at].1);
        match written {
            Ok(Content::Text(start, end)) => &self.text[start as usize..end as usize],
            Ok(Content::Owned(at)) => &self.owned[at as usize],
            _ => "",
        }
    }

    /// Puts every template back as it is written.
    pub fn restore(&mut self) {
        for at in 0..self.templates.len() {
            let (node, content) = self.templates[at];
            self.nodes[node.0 as usize].content = content;
        }
        self.owned.truncate(self.owned_in_file);
        self.has_missing = self.missing_in_file;
    }

    /// Puts a value in place of a template.
    pub fn expand(&mut self, node: NodeId, value: Expanded) {
        let content = match value {
            Expanded::Null => Content::Null,
            Expanded::Bool(value) => Content::Bool(value),
            Expanded::Integer(value) => Content::Integer(value),
            Expanded::Unsigned(value) => Content::Unsigned(value),
            Expanded::Float(value) => Content::Float(value),
            Expanded::Text(text) => {
                self.owned.push(text.into_boxed_str());
                Content::Owned(self.owned.len() as u32 - 1)
            }
            Expanded::Missing => {
                self.has_missing = true;
                Content::Missing
            }
        };
        self.nodes[node.0 as usize].content = content;
    }

    /// The bytes of the `nth` expression (from 0) of a template in the file; all of the template where its text is written
    /// so that they cannot be told apart.
    pub fn expression_span(&self, node: NodeId, nth: usize) -> Span {
        let whole = self.span(node);
        let written = self.source(whole);
        let Some((at, _)) = written.match_indices("${{").nth(nth) else { return whole };
        let Some(len) = written[at..].find("}}") else { return whole };
        Span { start: whole.start + at as u32, end: whole.start + (at + len + 2) as u32, ..whole }
    }
}
