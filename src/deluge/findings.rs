//! What a reviewer should see in a scope: secrets in the text, hosts, plain HTTP, calls on their way out.

use std::collections::BTreeMap;

use super::ast::{Expr, ExprKind, StatementKind, Step, StepKind, Task};
use super::calls::{INVOKEURL_KEYS, METHODS, Outgoing, OutgoingKind, outgoing};
use super::hosts::{data_centre, target};
use super::script::{Finding, FindingKind};
use super::secrets;
use super::token::Extent;
use super::variables::{Folded, Variables, inside};
use super::walk::{Scope, expressions, statements};

pub(super) struct Reviewer<'a, 't> {
    pub(super) text: &'t str,
    pub(super) variables: &'a Variables<'t>,
    /// The connection of each call that names one, by where the call begins.
    pub(super) connection_at: &'a BTreeMap<usize, String>,
    pub(super) findings: &'a mut Vec<Finding>,
}

impl<'t> Reviewer<'_, 't> {
    pub(super) fn review(&mut self, scope: &Scope<'t>) {
        expressions(scope.statements, &mut |expr| self.expression(expr));
        statements(scope.statements, &mut |statement| {
            if let StatementKind::Assign { target, value, .. } = &statement.kind {
                self.assignment(target, value);
            }
        });
    }

    fn expression(&mut self, expr: &'t Expr) {
        if let Some(call) = outgoing(self.text, expr) {
            self.call(&call);
        }
        if let ExprKind::Task(task) = &expr.kind
            && task.is(self.text, "invokeurl")
        {
            self.block(task);
        }
        if expr.is_text() {
            self.literal(expr.span);
        } else if let ExprKind::Map(entries) = &expr.kind {
            entries.iter().for_each(|(key, value)| self.entry(key, value));
        } else if let ExprKind::Path { steps, .. } = &expr.kind {
            steps.windows(2).for_each(|pair| self.put(&pair[0], &pair[1]));
        }
    }

    /// What the platform would pass over in an `invokeurl` block.
    fn block(&mut self, task: &'t Task) {
        let known = |word: &str, all: &[&str]| all.iter().any(|known| known.eq_ignore_ascii_case(word));
        for entry in &task.entries {
            let key = entry.key.of(self.text);
            if !key.is_empty() && !known(key, &INVOKEURL_KEYS) {
                self.push(FindingKind::UnknownKey { key: key.to_owned() }, entry.key);
            }
        }
        let Some(method) = task.entry(self.text, "type") else { return };
        let bare = (method.kind == ExprKind::Name).then(|| method.span.of(self.text)).filter(|word| !self.variables.is_variable(word));
        let span = if method.is_text() { inside(method.span, self.text) } else { method.span };
        let said = bare.map(str::to_owned).or_else(|| method.said(self.text));
        if let Some(method) = said.filter(|said| !known(said, &METHODS)) {
            self.push(FindingKind::UnknownMethod { method }, span);
        }
    }

    /// `headers.put("Authorization", …)`
    fn put(&mut self, member: &'t Step, call: &'t Step) {
        let StepKind::Call(arguments) = &call.kind else { return };
        if let ([key, value], true) = (&arguments[..], member.span.of(self.text).eq_ignore_ascii_case("put")) {
            self.entry(key, value);
        }
    }

    fn call(&mut self, call: &Outgoing<'t>) {
        if let OutgoingKind::Deprecated(name) = &call.kind {
            let name_span = Extent { start: call.span.start, end: call.span.start + name.len() as u32 };
            self.push(FindingKind::Deprecated { call: name.clone(), instead: "invokeurl [ … ]" }, name_span);
        }
        let Some(url) = call.url else { return };
        let folded = self.variables.fold(url);
        let Some(target) = target(&folded.text, folded.whole) else { return };
        let place = self.place(&folded, &target.at, url.span);
        if !target.secure {
            let whole = self.place(&folded, &(0..4), url.span);
            self.push(FindingKind::PlainHttp { host: target.host.clone() }, Extent { start: whole.start.min(place.start), end: place.end });
        }
        if !target.host.is_empty() {
            let connection = self.connection_at.get(&call.span.range().start).cloned();
            let data_centre = data_centre(&target.host);
            self.push(FindingKind::Host { host: target.host, data_centre, connection }, place);
        }
    }

    /// Where a part of a folded text stands: in the literal that begins it, or else the whole expression.
    fn place(&self, folded: &Folded, part: &std::ops::Range<usize>, otherwise: Extent) -> Extent {
        let Some(literal) = folded.begins.map(|literal| inside(literal, self.text)) else { return otherwise };
        let written = literal.of(self.text);
        let same = folded.text.get(part.clone()).is_some_and(|said| !said.is_empty() && written.get(part.clone()) == Some(said));
        match same {
            true => Extent { start: literal.start + part.start as u32, end: literal.start + part.end as u32 },
            false if written.is_empty() => otherwise,
            false => literal,
        }
    }

    /// A header, if that is what the entry of a map is.
    fn entry(&mut self, key: &'t Expr, value: &'t Expr) {
        let header = self.variables.fold(key);
        let Folded { text, begins: Some(literal), .. } = self.variables.fold(value) else { return };
        if let (true, Some(what)) = (header.whole, secrets::in_header(&header.text, &text)) {
            self.push(FindingKind::HardCodedSecret { what }, inside(literal, self.text));
        }
    }

    fn assignment(&mut self, target: &'t Expr, value: &'t Expr) {
        let (ExprKind::Name, Some(said)) = (&target.kind, value.said(self.text)) else { return };
        if let Some(what) = secrets::in_variable(target.span.of(self.text), &said) {
            self.push(FindingKind::HardCodedSecret { what }, inside(value.span, self.text));
        }
    }

    fn literal(&mut self, literal: Extent) {
        let inside = inside(literal, self.text);
        let said = inside.of(self.text);
        if let Some(what) = secrets::by_shape(said).or_else(|| secrets::in_url(said)) {
            self.push(FindingKind::HardCodedSecret { what }, inside);
        }
    }

    fn push(&mut self, kind: FindingKind, span: Extent) {
        self.findings.push(Finding { kind, span: span.range() });
    }
}
