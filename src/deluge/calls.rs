//! The outgoing calls of a script: what carries a URL, a method or a connection.

use super::ast::{Expr, ExprKind, Task};
use super::script::TaskKind;
use super::token::Extent;

/// What the block of a calling task may hold.
#[derive(Debug, PartialEq, Eq)]
pub struct BlockKeys {
    /// `invokeurl`
    pub task: &'static str,
    pub keys: &'static [&'static str],
    /// Those without which there is nothing to call.
    pub needed: &'static [&'static str],
}

/// <https://www.zoho.com/deluge/help/webhook/invokeurl-api-task.html>,
/// <https://www.zoho.com/deluge/help/webhook/invokeapitask.html>; `connections` is read by some who write it.
const BLOCKS: [BlockKeys; 2] = [
    BlockKeys {
        task: "invokeurl",
        keys: &[
            "url",
            "type",
            "parameters",
            "body",
            "headers",
            "content-type",
            "connection",
            "connections",
            "detailed",
            "files",
            "response-format",
            "response-decoding",
        ],
        needed: &["url"],
    },
    BlockKeys {
        task: "invokeapi",
        keys: &["service", "path", "type", "parameters", "body", "headers", "connection", "response-format", "response-decoding"],
        needed: &["service", "path"],
    },
];

/// What the block of a task may hold, whatever the case of its name; none of tasks that do not call out.
pub fn block_keys(task: &str) -> Option<&'static BlockKeys> {
    BLOCKS.iter().find(|block| block.task.eq_ignore_ascii_case(task))
}

/// Whether a key names a connection.
pub(super) fn names_connection(key: &str) -> bool {
    key.eq_ignore_ascii_case("connection") || key.eq_ignore_ascii_case("connections")
}

/// What a block's `type` may be.
pub const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// One call that leaves the platform.
pub(super) struct Outgoing<'t> {
    pub(super) kind: OutgoingKind,
    pub(super) span: Extent,
    pub(super) url: Option<&'t Expr>,
    pub(super) method: Option<&'t Expr>,
    /// `invokeapi` names a service where `invokeurl` has a URL.
    pub(super) service: Option<&'t Expr>,
    /// More than one only by mistake.
    pub(super) connections: Vec<&'t Expr>,
}

pub(super) enum OutgoingKind {
    Task(TaskKind),
    /// `getUrl`, `postUrl`, `invokeUrl(…)`: as written, and what replaces it.
    Deprecated(String),
}

/// Reads an `invokeurl` or `invokeapi` block, or one of the functions that came before them.
pub(super) fn outgoing<'t>(text: &'t str, expr: &'t Expr) -> Option<Outgoing<'t>> {
    let ExprKind::Task(task) = &expr.kind else { return function(text, expr) };
    if task.is(text, "invokeurl") {
        Some(block(text, expr, task, TaskKind::InvokeUrl))
    } else if task.is(text, "invokeapi") {
        Some(block(text, expr, task, TaskKind::InvokeApi))
    } else {
        None
    }
}

fn block<'t>(text: &str, expr: &'t Expr, task: &'t Task, kind: TaskKind) -> Outgoing<'t> {
    let connections = task.entries.iter().filter(|entry| names_connection(entry.key.of(text)));
    Outgoing {
        kind: OutgoingKind::Task(kind),
        span: expr.span,
        url: task.entry(text, "url").or_else(|| task.entry(text, "path")),
        method: task.entry(text, "type"),
        service: task.entry(text, "service"),
        connections: connections.filter_map(|entry| entry.values.first()).collect(),
    }
}

fn function<'t>(text: &'t str, expr: &'t Expr) -> Option<Outgoing<'t>> {
    const NAMES: [&str; 3] = ["getUrl", "postUrl", "invokeUrl"];
    let call = expr.named_call(text)?;
    let [name] = call.name[..] else { return None };
    NAMES.iter().find(|known| known.eq_ignore_ascii_case(name))?;
    let method = if name.eq_ignore_ascii_case("invokeUrl") { call.arguments.get(1) } else { None };
    Some(Outgoing {
        kind: OutgoingKind::Deprecated(name.to_owned()),
        span: call.span,
        url: call.arguments.first(),
        method,
        service: None,
        connections: Vec::new(),
    })
}
