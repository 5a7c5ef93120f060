//! `policies:` of all files: read, their expressions too, with the places of what is wrong in them.

use super::diags::{BadPolicy, DuplicatePolicy, EmptyPolicy, PolicyFault};
use super::resolving::Trees;
use super::syntax::{NodeId, Tree};
use crate::diag::Diagnostics;
use crate::policy::{BadExpression, BadMessage, Expression, Message, Policy};
use crate::text::{Sources, Span};
use std::collections::BTreeMap;

/// Reads every policy. What is not of the right shape is left out, and told by the schema.
pub(super) fn policies(diags: &mut Diagnostics, trees: &Trees, sources: &Sources) -> Vec<Policy> {
    let mut found: BTreeMap<String, (Policy, Span)> = BTreeMap::new();
    for tree in trees.by_file.values() {
        let Some(section) = tree.entry(tree.root(), "policies") else { continue };
        for entry in tree.entries(section.value) {
            let (name, key) = (tree.key(entry), tree.key_span(entry));
            if let Some((_, first)) = found.get(name) {
                diags.push(DuplicatePolicy { name, span: key, first: *first });
                continue;
            }
            let (file, place) = sources.place(key);
            let mut policy = Policy::named(name, file, place.line, place.column);
            read(diags, tree, entry.value, key, &mut policy);
            found.insert(name.to_owned(), (policy, key));
        }
    }
    found.into_values().map(|(policy, _)| policy).collect()
}

fn read(diags: &mut Diagnostics, tree: &Tree, node: NodeId, key: Span, policy: &mut Policy) {
    let text = |key: &str| {
        let value = tree.entry(node, key)?.value;
        Some((value, tree.string(value)?))
    };
    let mut expression = |key: &str| {
        let (node, text) = text(key)?;
        Expression::parse_condition(text).map_err(|error| diags.push(complaint(tree, node, text, 0, &error))).ok()
    };
    (policy.when, policy.deny, policy.warn) = (expression("when"), expression("deny"), expression("warn"));
    if let Some((node, text)) = text("message") {
        policy.message = match Message::parse(text) {
            Ok(message) => Some(message),
            Err(BadMessage::Brace { at }) => {
                diags.push(BadPolicy { span: span(tree, node, text, at), fault: PolicyFault::Brace });
                None
            }
            Err(BadMessage::Expression { at, error }) => {
                diags.push(complaint(tree, node, text, at, &error));
                None
            }
        };
    }
    if tree.entry(node, "deny").is_none() && tree.entry(node, "warn").is_none() && !tree.entries(node).is_empty() {
        diags.push(EmptyPolicy { name: &policy.name, span: key });
    }
}

/// `from` is where in the text the expression starts.
fn complaint<'e>(tree: &Tree, node: NodeId, text: &str, from: usize, error: &'e BadExpression) -> BadPolicy<'e> {
    let (at, fault) = match error {
        BadExpression::Syntax { at, message } => (*at, PolicyFault::Syntax(message)),
        BadExpression::UnknownName { at, name } => (*at, PolicyFault::UnknownName(name)),
        BadExpression::UnknownFunction { at, name } => (*at, PolicyFault::UnknownFunction(name)),
        BadExpression::UnknownField { at, of, name, known } => (*at, PolicyFault::UnknownField { of, name, known }),
        BadExpression::BadPattern { at, message } => (*at, PolicyFault::BadPattern(message)),
        BadExpression::NotTruth => return BadPolicy { span: tree.span(node), fault: PolicyFault::NotTruth },
        BadExpression::TooLong { limit } => (0, PolicyFault::TooLong(*limit)),
    };
    let mut span = span(tree, node, text, from + at);
    if let PolicyFault::UnknownName(name) | PolicyFault::UnknownFunction(name) | PolicyFault::UnknownField { name, .. } = fault
        && tree.source(Span { end: span.start + name.len() as u32, ..span }) == name
    {
        span.end = span.start + name.len() as u32;
    }
    BadPolicy { span, fault }
}

/// The place of a byte of a scalar's text: exact where the text stands in the file as it is, or line by line in a literal
/// block; else the whole scalar.
fn span(tree: &Tree, node: NodeId, text: &str, at: usize) -> Span {
    let whole = tree.span(node);
    let written = tree.source(whole);
    let offset = match written.find(text.trim_end()) {
        Some(start) => Some(start + at),
        None => in_block(written, text, at),
    };
    match offset.filter(|offset| *offset <= written.len()) {
        None => whole,
        Some(offset) => {
            let start = whole.start + offset as u32;
            // At its end there is nothing to underline but what is before.
            let start = if offset == written.len() && offset > 0 { start - 1 } else { start };
            Span { start, end: start + 1, ..whole }
        }
    }
}

fn in_block(written: &str, text: &str, at: usize) -> Option<usize> {
    let before = &text[..at.min(text.len())];
    let (line, column) = (before.matches('\n').count(), before.len() - before.rfind('\n').map_or(0, |end| end + 1));
    let said = text.lines().nth(line)?;
    let header = usize::from(written.starts_with('|'));
    let start: usize = written.split_inclusive('\n').take(line + header).map(str::len).sum();
    let here = written.split_inclusive('\n').nth(line + header)?;
    Some(start + here.find(said)? + column)
}
