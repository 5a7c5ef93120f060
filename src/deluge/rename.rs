//! Another name for a connection, everything else byte for byte as it was, and what about it is not sure.

use super::ast::{Expr, ExprKind, Statement, StatementKind};
use super::literal::escaped;
use super::script::{FindingKind, Script};
use super::variables::{Variables, inside};
use super::walk::{Scope, expressions, scopes, statements};
use std::collections::BTreeMap;
use std::ops::Range;

/// A script after a rename. All places are bytes of the script before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    pub text: String,
    /// The names that were replaced, in the order of the text.
    pub places: Vec<Range<usize>>,
    pub doubts: Vec<Doubt>,
}

/// A place where a rename cannot be sure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    pub span: Range<usize>,
    pub kind: DoubtKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DoubtKind {
    /// The connection is chosen when the script runs, and it may be this one. It was left as it is.
    Dynamic,
    /// The name is held by a variable that is read for other things too. It was replaced.
    ReadElsewhere,
    /// A call that we do not know: its last text is perhaps no connection. It was replaced.
    Guess,
    /// The same text, where no connection is named. It was left as it is, and most likely rightly.
    SameText,
}

impl DoubtKind {
    /// Whether the script may break on it: a text that only looks the same is worth a look, not more.
    pub fn matters(self) -> bool {
        match self {
            DoubtKind::Dynamic | DoubtKind::ReadElsewhere => true,
            DoubtKind::Guess | DoubtKind::SameText => false,
        }
    }
}

/// The script with every use of the connection `from` renamed to `to`, the places that were replaced and those that are in doubt. A bare name
/// that `to` cannot be gets quotes.
pub fn rename(script: &str, from: &str, to: &str) -> Renamed {
    let read = Script::read(script);
    let mut places: Vec<_> = read.connections().iter().filter(|used| used.name == from).map(|used| used.span.clone()).collect();
    places.sort_by_key(|span| span.start);
    places.dedup();
    let mut written = String::with_capacity(script.len() + places.len() * to.len());
    let mut copied = 0;
    for span in &places {
        written.push_str(&script[copied..span.start]);
        written.push_str(&replacement(script, span.start, to));
        copied = span.end;
    }
    written.push_str(&script[copied..]);
    let doubts = doubts(&read, from, &places);
    Renamed { text: written, places, doubts }
}

fn doubts(script: &Script, from: &str, places: &[Range<usize>]) -> Vec<Doubt> {
    let mut doubts: Vec<Doubt> = Vec::new();
    let dynamic = script.findings().iter().filter(|finding| match &finding.kind {
        FindingKind::DynamicConnection { begins } => from.starts_with(begins.as_str()),
        _ => false,
    });
    doubts.extend(dynamic.map(|finding| Doubt { span: finding.span.clone(), kind: DoubtKind::Dynamic }));
    let guesses = script.connections().iter().filter(|used| used.name == from && !used.sure);
    doubts.extend(guesses.map(|used| Doubt { span: used.span.clone(), kind: DoubtKind::Guess }));
    let text = script.text();
    for scope in scopes(script.statements()) {
        let variables = Variables::of(text, &scope);
        doubts.extend(read_elsewhere(script, &scope, &variables, places));
        expressions(scope.statements, &mut |expr| {
            if expr.said(text).is_none_or(|said| said != from) {
                return;
            }
            let span = inside(expr.span, text).range();
            if !places.contains(&span) {
                doubts.push(Doubt { span, kind: DoubtKind::SameText });
            }
        });
    }
    doubts.sort_by_key(|doubt| (doubt.span.start, doubt.span.end, doubt.kind));
    doubts.dedup();
    doubts
}

/// Names that a variable holds, where more reads it than the calls that were renamed.
fn read_elsewhere(script: &Script, scope: &Scope<'_>, variables: &Variables<'_>, places: &[Range<usize>]) -> Vec<Doubt> {
    let text = script.text();
    let mut reads: BTreeMap<usize, usize> = BTreeMap::new();
    expressions(scope.statements, &mut |expr| {
        if expr.kind == ExprKind::Name {
            let behind = variables.behind(expr);
            if behind.is_text() {
                *reads.entry(inside(behind.span, text).range().start).or_default() += 1;
            }
        }
    });
    for (literal, passed_on) in passed_on(scope.statements, variables, text) {
        reads.entry(literal).and_modify(|count| *count = count.saturating_sub(passed_on));
    }
    let uses = |place: &Range<usize>| script.connections().iter().filter(|used| used.span == *place).count();
    let held = |place: &&Range<usize>| reads.get(&place.start).is_some_and(|reads| *reads > uses(place));
    places.iter().filter(held).map(|place| Doubt { span: place.clone(), kind: DoubtKind::ReadElsewhere }).collect()
}

/// How often a literal is only handed from one variable to another, which reads nothing; the target of an assignment is no
/// read either.
fn passed_on(of: &[Statement], variables: &Variables<'_>, text: &str) -> BTreeMap<usize, usize> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    statements(of, &mut |statement| {
        let StatementKind::Assign { target, value, .. } = &statement.kind else { return };
        let name = |expr: &Expr| expr.kind == ExprKind::Name;
        for expr in [target, value].into_iter().filter(|expr| name(expr)) {
            let behind = variables.behind(expr);
            if behind.is_text() {
                *counts.entry(inside(behind.span, text).range().start).or_default() += 1;
            }
        }
    });
    counts
}

/// `to` as it has to be written at a place: between the quotes that stand there, or bare.
fn replacement(script: &str, at: usize, to: &str) -> String {
    match script[..at].chars().next_back() {
        Some(quote @ ('"' | '\'')) => escaped(to, quote),
        Some(_) | None if is_word(to) => to.to_owned(),
        Some(_) | None => super::literal(to),
    }
}

fn is_word(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_change() {
        let script = "// crm_read\r\nc = 'crm_read';\r\nx = invokeurl [ url : \"https://crm_read/\" connection : c ];\r\n\
                      y = invokeurl [ url : u connection :crm_read ];\r\nz = \"crm_read\";";
        let renamed = rename(script, "crm_read", "crm-reader").text;
        assert_eq!(
            renamed,
            "// crm_read\r\nc = 'crm-reader';\r\nx = invokeurl [ url : \"https://crm_read/\" connection : c ];\r\n\
             y = invokeurl [ url : u connection :\"crm-reader\" ];\r\nz = \"crm_read\";"
        );
        assert_eq!(rename(script, "other", "x").text, script);
    }

    fn doubted(script: &str) -> Vec<(DoubtKind, String)> {
        let renamed = rename(script, "crm_read", "crm_reader");
        renamed.doubts.into_iter().map(|doubt| (doubt.kind, script[doubt.span].to_owned())).collect()
    }

    #[test]
    fn a_variable_is_followed_and_told_where_more_than_calls_read_it() {
        assert_eq!(doubted("c = \"crm_read\"; r = invokeurl [ url : u connection : c ];"), []);
        assert_eq!(
            doubted("c = \"crm_read\"; d = c; r = invokeurl [ url : u connection : d ]; s = invokeurl [ url : u connection : c ];"),
            []
        );
        assert_eq!(
            doubted("c = \"crm_read\"; r = invokeurl [ url : u connection : c ]; info \"asked \" + c;"),
            [(DoubtKind::ReadElsewhere, "crm_read".to_owned())]
        );
    }

    #[test]
    fn a_name_put_together_is_in_doubt_unless_it_begins_otherwise() {
        assert_eq!(
            doubted("r = invokeurl [ url : u connection : \"crm_\" + mode ];"),
            [(DoubtKind::Dynamic, "\"crm_\" + mode".to_owned())]
        );
        assert_eq!(doubted("r = invokeurl [ url : u connection : \"desk_\" + mode ];"), []);
        assert_eq!(
            doubted("c = \"crm_read\"; if(a) { c = \"crm_write\"; } r = invokeurl [ url : u connection : c ];"),
            [(DoubtKind::SameText, "crm_read".to_owned()), (DoubtKind::Dynamic, "c".to_owned())]
        );
    }

    #[test]
    fn the_same_text_elsewhere_is_only_told() {
        let said = doubted("r = invokeurl [ url : u connection : \"crm_read\" ]; info \"crm_read\";");
        assert_eq!(said, [(DoubtKind::SameText, "crm_read".to_owned())]);
        assert!(!DoubtKind::SameText.matters());
    }
}
