//! What can be told of an expression before anything is judged by it: fields that no plan has, answers that are neither
//! true nor false, patterns that are none. Says nothing of what depends on a plan.

use super::cost::visit;
use super::expression::ROOTS;
use super::facts;
use cel::common::ast::{Expr, LiteralValue};
use cel::parser::Expression as Node;
use serde_json::Value as Json;

/// A field that is asked of something that never has it.
pub(super) struct Stranger {
    /// `change`, `plan.summary`.
    pub(super) of: String,
    pub(super) field: String,
    pub(super) known: Vec<String>,
}

/// The first field that no change and no plan has.
pub(super) fn unknown_field(node: &Node) -> Option<Stranger> {
    let mut found = None;
    visit(node, &mut Vec::new(), &mut |part, bound| {
        if found.is_none() {
            found = stranger(part, bound);
        }
    });
    found
}

fn stranger(part: &Expr, bound: &[String]) -> Option<Stranger> {
    let (of, field) = member(part)?;
    let (of, members) = fact(of, bound)?;
    let members = members.as_object()?;
    let known = || members.keys().cloned().collect();
    (!members.contains_key(field)).then(|| Stranger { of, field: field.to_owned(), known: known() })
}

/// What an expression is a member of, and by which name: `a.b`, `a["b"]`.
fn member(part: &Expr) -> Option<(&Expr, &str)> {
    match part {
        Expr::Select(select) => Some((&select.operand.expr, &select.field)),
        Expr::Call(call) if call.func_name == "_[_]" => match call.args.as_slice() {
            [of, key] => match &key.expr {
                Expr::Literal(LiteralValue::String(key)) => Some((&of.expr, key.inner())),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// What is known of a fact whatever the plan, and how it is called.
fn fact(part: &Expr, bound: &[String]) -> Option<(String, &'static Json)> {
    if let Expr::Ident(name) = part {
        return if bound.contains(name) { None } else { Some((name.clone(), facts::known().get(name)?)) };
    }
    let (of, field) = member(part)?;
    let (name, of) = fact(of, bound)?;
    Some((format!("{name}.{field}"), of.get(field)?))
}

/// Whether it is neither true nor false, whatever the plan.
pub(super) fn is_never_truth(node: &Node) -> bool {
    match &node.expr {
        Expr::Literal(literal) => !matches!(literal, LiteralValue::Boolean(_)),
        Expr::List(_) | Expr::Map(_) | Expr::Struct(_) => true,
        Expr::Ident(name) => ROOTS.contains(&name.as_str()),
        // `map` and `filter` gather into a list; `all` and `exists` do not.
        Expr::Comprehension(loops) => matches!(&loops.accu_init.expr, Expr::List(_) | Expr::Map(_)),
        Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
            ("_&&_" | "_||_" | "!_", parts) => parts.iter().any(is_never_truth),
            ("_?_:_", [condition, yes, no]) => is_never_truth(condition) || (is_never_truth(yes) && is_never_truth(no)),
            ("_+_" | "_-_" | "_*_" | "_/_" | "_%_" | "-_", _) => true,
            ("size" | "string" | "int" | "uint" | "double" | "bytes" | "type", _) => true,
            _ => false,
        },
        Expr::Select(_) | Expr::Unspecified => false,
    }
}

/// The first pattern of a `matches` that is written out and is none, with what is wrong with it.
pub(super) fn bad_pattern(node: &Node) -> Option<(String, String)> {
    let mut found = None;
    visit(node, &mut Vec::new(), &mut |part, _| {
        if let (None, Expr::Call(call)) = (&found, part)
            && call.func_name == "matches"
            && let Some(Expr::Literal(LiteralValue::String(pattern))) = call.args.last().map(|last| &last.expr)
            && let Err(error) = regex::Regex::new(pattern.inner())
        {
            let error = error.to_string();
            let why = error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            found = Some((pattern.inner().to_owned(), why));
        }
    });
    found
}
