//! Puts values in place of expressions.

use super::assign::Assignment;
use super::declared::Scalar;
use super::diags::{BadExpression, NotHere, TooLong, UnknownVariable};
use super::expression::{Piece, pieces};
use crate::compile::syntax::{Budget, Expanded, NodeId, Tree};
use crate::diag::Diagnostics;

/// The longest template that is expanded, in bytes.
const LONGEST: usize = 1 << 20;
/// What an expanded text takes beside its characters, in bytes.
const OVERHEAD: u64 = 48;
/// How many templates of one file are complained about.
const COMPLAINTS: usize = 200;

/// Expands every template of a tree but those in `literal`. May be called again, with other values. `room` is what all
/// files together may make of it, in bytes.
pub(crate) fn expand(diags: &mut Diagnostics, tree: &mut Tree, values: &Assignment, literal: &[NodeId], room: &Budget) {
    tree.restore();
    let mut complaints = 0;
    for node in tree.templates() {
        if literal.contains(&node) {
            continue;
        }
        let mut found = Diagnostics::default();
        let value = expanded(&mut found, tree, node, values, room);
        complaints += usize::from(found.has_errors());
        if complaints <= COMPLAINTS {
            diags.extend(found);
        }
        tree.expand(node, value);
    }
}

/// The templates inside a section that must be the same in every environment, each complained about.
pub(crate) fn refuse_in_section(diags: &mut Diagnostics, tree: &Tree, section: &str) -> Vec<NodeId> {
    let Some(entry) = tree.entry(tree.root(), section) else { return Vec::new() };
    let (from, to) = (tree.key_span(entry).end, tree.span(entry.value).end);
    let inside = |node: &NodeId| (from..to).contains(&tree.span(*node).start);
    let found: Vec<NodeId> = tree.templates().into_iter().filter(inside).collect();
    for node in &found {
        diags.push(NotHere { span: tree.expression_span(*node, 0), section });
    }
    found
}

fn expanded(diags: &mut Diagnostics, tree: &Tree, node: NodeId, values: &Assignment, room: &Budget) -> Expanded {
    let template = tree.template(node);
    if template.len() > LONGEST {
        diags.push(TooLong { span: tree.span(node) });
        return Expanded::Missing;
    }
    if !room.take(OVERHEAD) {
        room.exhaust();
        return Expanded::Missing;
    }
    let pieces = pieces(template);
    if let [Piece::Variable(name)] = pieces[..] {
        let Some(scalar) = lookup(diags, tree, node, 0, name, values) else { return Expanded::Missing };
        // Text that is nothing but a variable is as long as the others.
        if !room.take(scalar.text.len() as u64) {
            room.exhaust();
            return Expanded::Missing;
        }
        return scalar.value.clone();
    }
    let mut text = String::new();
    let mut nth = 0;
    for piece in &pieces {
        let part = match piece {
            Piece::Text(piece) => Some(*piece),
            Piece::Escaped => Some("${{"),
            Piece::Variable(name) => lookup(diags, tree, node, nth, name, values).map(|scalar| scalar.text.as_str()),
            Piece::Broken(fault) => {
                diags.push(BadExpression { span: tree.expression_span(node, nth), fault: *fault });
                None
            }
        };
        // One complaint a text is enough, and more would cost a walk through it each.
        let Some(part) = part else { return Expanded::Missing };
        if !room.take(part.len() as u64) {
            room.exhaust();
            return Expanded::Missing;
        }
        text.push_str(part);
        nth += usize::from(!matches!(piece, Piece::Text(_)));
    }
    Expanded::Text(text)
}

fn lookup<'v>(diags: &mut Diagnostics, tree: &Tree, node: NodeId, nth: usize, name: &str, values: &'v Assignment) -> Option<&'v Scalar> {
    match values.values.get(name) {
        // Where it has no value, that was told at its declaration.
        Some(value) => value.as_ref(),
        None => {
            diags.push(UnknownVariable { name, span: Some(tree.expression_span(node, nth)), known: values.values.keys() });
            None
        }
    }
}
