//! What evaluating an expression can cost at most, worked out before it is evaluated: from its text and the sizes of the
//! facts that it looks at. Knows no policy.

use cel::common::ast::{ComprehensionExpr, EntryExpr, Expr, LiteralValue};
use cel::parser::Expression as Node;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// What one evaluation may cost, in values looked at.
pub(super) const LIMIT: u64 = 50_000_000;

/// Bounds of one part.
#[derive(Debug, Clone, Copy)]
struct Bound<'f> {
    cost: u64,
    /// Members and bytes of its value.
    size: u64,
    /// Its value, where that is one of the facts.
    fact: Option<&'f Json>,
}

type Scope<'f> = Vec<(String, Bound<'f>)>;

/// A bound of what the expression costs over these facts.
pub(super) fn bound(node: &Node, facts: &BTreeMap<&str, Json>) -> u64 {
    let scope = facts.iter().map(|(name, fact)| ((*name).to_owned(), Bound { cost: 1, size: size(fact), fact: Some(fact) }));
    let bound = weigh(node, &mut scope.collect());
    bound.cost.saturating_add(bound.size)
}

/// The names that an expression does not bind itself.
pub(super) fn free_names(node: &Node) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    visit(node, &mut Vec::new(), &mut |part, bound| {
        if let Expr::Ident(name) = part
            && !bound.contains(name)
        {
            found.insert(name.clone());
        }
    });
    found
}

/// The functions that an expression calls, operators too.
pub(super) fn functions(node: &Node) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    visit(node, &mut Vec::new(), &mut |part, _| {
        if let Expr::Call(call) = part {
            found.insert(call.func_name.clone());
        }
    });
    found
}

fn size(fact: &Json) -> u64 {
    match fact {
        Json::Null | Json::Bool(_) | Json::Number(_) => 1,
        Json::String(text) => 1 + text.len() as u64,
        Json::Array(items) => 1 + items.iter().map(size).sum::<u64>(),
        Json::Object(members) => 1 + members.iter().map(|(key, value)| 1 + key.len() as u64 + size(value)).sum::<u64>(),
    }
}

fn weigh<'f>(node: &Node, scope: &mut Scope<'f>) -> Bound<'f> {
    match &node.expr {
        Expr::Unspecified => Bound { cost: 1, size: 1, fact: None },
        Expr::Literal(literal) => {
            let size = match literal {
                LiteralValue::String(text) => 1 + text.inner().len() as u64,
                LiteralValue::Bytes(bytes) => 1 + bytes.inner().len() as u64,
                LiteralValue::Boolean(_) | LiteralValue::Double(_) | LiteralValue::Int(_) | LiteralValue::Null | LiteralValue::UInt(_) => 1,
            };
            Bound { cost: 1, size, fact: None }
        }
        Expr::Ident(name) => {
            let bound = scope.iter().rev().find(|(bound, _)| bound == name).map(|(_, bound)| *bound);
            let bound = bound.unwrap_or(Bound { cost: 1, size: 1, fact: None });
            Bound { cost: 1, ..bound }
        }
        Expr::Select(select) => {
            let operand = weigh(&select.operand, scope);
            let fact = operand.fact.and_then(|fact| fact.get(&select.field));
            Bound { cost: operand.cost.saturating_add(1), size: fact.map_or(operand.size, size), fact }
        }
        Expr::Call(call) => {
            let parts: Vec<Bound<'_>> =
                call.target.iter().map(|target| &**target).chain(&call.args).map(|part| weigh(part, scope)).collect();
            called(&call.func_name, &parts)
        }
        Expr::List(list) => all(list.elements.iter(), scope),
        Expr::Map(map) => all(map.entries.iter().flat_map(|entry| members(&entry.expr)), scope),
        Expr::Struct(record) => all(record.entries.iter().flat_map(|entry| members(&entry.expr)), scope),
        Expr::Comprehension(loops) => comprehension(loops, scope),
    }
}

fn called<'f>(function: &str, parts: &[Bound<'_>]) -> Bound<'f> {
    let sum = |of: fn(&Bound<'_>) -> u64| parts.iter().fold(0_u64, |sum, part| sum.saturating_add(of(part)));
    let (cost, size) = (sum(|part| part.cost), sum(|part| part.size));
    let work = match function {
        // The linear engine: a pattern against a text, and the pattern made ready.
        "matches" => parts.iter().fold(64, |product: u64, part| product.saturating_mul(part.size)),
        // An `in` may compare with every member.
        _ => size,
    };
    let answer = match function {
        "string" | "bytes" => size.saturating_mul(4),
        "size" | "contains" | "startsWith" | "endsWith" | "matches" | "_==_" | "_!=_" | "_&&_" | "_||_" | "!_" | "@in" => 1,
        _ => size,
    };
    Bound { cost: cost.saturating_add(work).saturating_add(1), size: answer, fact: None }
}

fn all<'n, 'f>(parts: impl Iterator<Item = &'n Node>, scope: &mut Scope<'f>) -> Bound<'f> {
    let mut bound = Bound { cost: 1, size: 1, fact: None };
    for part in parts {
        let part = weigh(part, scope);
        bound.cost = bound.cost.saturating_add(part.cost).saturating_add(part.size);
        bound.size = bound.size.saturating_add(part.size);
    }
    bound
}

fn members(entry: &EntryExpr) -> Vec<&Node> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}

/// `range.map(x, …)` and its like: the step as often as the range has members. What gathers is copied at each step.
fn comprehension<'f>(loops: &ComprehensionExpr, scope: &mut Scope<'f>) -> Bound<'f> {
    let range = weigh(&loops.iter_range, scope);
    let (times, each) = match range.fact {
        Some(Json::Array(items)) => (items.len() as u64, items.iter().map(size).max().unwrap_or(1)),
        Some(Json::Object(items)) => (items.len() as u64, range.size),
        Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_)) => (1, range.size),
        None => (range.size, range.size),
    };
    let start = weigh(&loops.accu_init, scope);
    let depth = scope.len();
    let member = Bound { cost: 1, size: each, fact: None };
    scope.push((loops.iter_var.clone(), member));
    scope.extend(loops.iter_var2.iter().map(|name| (name.clone(), member)));
    scope.push((loops.accu_var.clone(), Bound { cost: 1, size: 0, fact: None }));
    let (step, condition) = (weigh(&loops.loop_step, scope), weigh(&loops.loop_cond, scope));
    let gathered = start.size.saturating_add(times.saturating_mul(step.size));
    scope.truncate(depth);
    scope.push((loops.accu_var.clone(), Bound { cost: 1, size: gathered, fact: None }));
    let result = weigh(&loops.result, scope);
    scope.truncate(depth);
    let once = step.cost.saturating_add(condition.cost).saturating_add(each).saturating_add(1);
    let gathers = matches!(&loops.accu_init.expr, Expr::List(_) | Expr::Map(_));
    let copied = if gathers { times.saturating_mul(times) } else { 0 };
    let cost = [range.cost, start.cost, times.saturating_mul(once), copied, result.cost];
    Bound { cost: cost.into_iter().fold(0, u64::saturating_add), size: gathered.max(result.size), fact: None }
}

/// Every part, with the names that the expression itself binds around it.
pub(super) fn visit(node: &Node, bound: &mut Vec<String>, found: &mut dyn FnMut(&Expr, &[String])) {
    found(&node.expr, bound);
    match &node.expr {
        Expr::Unspecified | Expr::Literal(_) | Expr::Ident(_) => {}
        Expr::Select(select) => visit(&select.operand, bound, found),
        Expr::Call(call) => call.target.iter().map(|target| &**target).chain(&call.args).for_each(|part| visit(part, bound, found)),
        Expr::List(list) => list.elements.iter().for_each(|part| visit(part, bound, found)),
        Expr::Map(map) => map.entries.iter().flat_map(|entry| members(&entry.expr)).for_each(|part| visit(part, bound, found)),
        Expr::Struct(record) => record.entries.iter().flat_map(|entry| members(&entry.expr)).for_each(|part| visit(part, bound, found)),
        Expr::Comprehension(loops) => {
            visit(&loops.iter_range, bound, found);
            visit(&loops.accu_init, bound, found);
            let depth = bound.len();
            bound.push(loops.iter_var.clone());
            bound.extend(loops.iter_var2.clone());
            bound.push(loops.accu_var.clone());
            [&loops.loop_cond, &loops.loop_step, &loops.result].into_iter().for_each(|part| visit(part, bound, found));
            bound.truncate(depth);
        }
    }
}
