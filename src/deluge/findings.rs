//! What a reviewer should see in a scope: secrets in the text, hosts, plain HTTP, calls on their way out.

use std::collections::BTreeMap;

use super::ast::{Expr, ExprKind, StatementKind, Step, StepKind, Task};
use super::calls::{METHODS, Outgoing, OutgoingKind, block_keys, names_connection, outgoing};
use super::hosts::{Scheme, Target, data_centre, target};
use super::script::{Finding, FindingKind, TaskKind, UrlSlip};
use super::secrets;
use super::token::Extent;
use super::variables::{Folded, Variables, inside};
use super::walk::{Scope, expressions, statements};

pub(super) struct Reviewer<'a, 't> {
    pub(super) text: &'t str,
    pub(super) variables: &'a Variables<'t>,
    /// The connections of each call that names some, by where the call begins.
    pub(super) connection_at: &'a BTreeMap<usize, Vec<String>>,
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
        if let ExprKind::Task(task) = &expr.kind {
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

    /// What the platform would pass over in the block of a call, and what it would miss.
    fn block(&mut self, task: &'t Task) {
        let Some(block) = block_keys(task.name.of(self.text)) else { return };
        let known = |word: &str, all: &[&str]| all.iter().any(|known| known.eq_ignore_ascii_case(word));
        let keys: Vec<&str> = task.entries.iter().map(|entry| entry.key.of(self.text)).collect();
        for (at, (entry, key)) in task.entries.iter().zip(&keys).enumerate().filter(|(_, (_, key))| !key.is_empty()) {
            let same = |before: &&str| before.eq_ignore_ascii_case(key) || (names_connection(before) && names_connection(key));
            let key = (*key).to_owned();
            if !known(&key, block.keys) {
                self.push(FindingKind::UnknownKey { task: block.task, key }, entry.key);
            } else if keys[..at].iter().any(same) {
                self.push(FindingKind::RepeatedKey { task: block.task, key }, entry.key);
            }
        }
        for key in block.needed.iter().filter(|key| !known(key, &keys)) {
            self.push(FindingKind::MissingKey { task: block.task, key }, task.name);
        }
        if let Some(method) = task.entry(self.text, "type") {
            self.method(block.task, method);
        }
    }

    fn method(&mut self, task: &'static str, method: &'t Expr) {
        let bare = (method.kind == ExprKind::Name).then(|| method.span.of(self.text)).filter(|word| !self.variables.is_variable(word));
        let span = if method.is_text() { inside(method.span, self.text) } else { method.span };
        let said = bare.map(str::to_owned).or_else(|| method.said(self.text));
        if let Some(method) = said.filter(|said| !METHODS.iter().any(|known| known.eq_ignore_ascii_case(said))) {
            self.push(FindingKind::UnknownMethod { task, method }, span);
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
        let is_path = matches!(call.kind, OutgoingKind::Task(TaskKind::InvokeApi));
        for folded in self.variables.folds(url) {
            if let Some(target) = target(&folded.text, folded.whole).filter(|target| !is_path || target.scheme != Scheme::Missing) {
                self.target(call, &folded, target, url.span);
            }
        }
    }

    fn target(&mut self, call: &Outgoing<'t>, folded: &Folded, target: Target, otherwise: Extent) {
        let place = self.place(folded, &target.at, otherwise);
        let slips = [(UrlSlip::Backslash, target.backslash), (UrlSlip::NoScheme, target.scheme == Scheme::Missing)];
        for (slip, _) in slips.into_iter().filter(|(_, is_there)| *is_there) {
            self.push(FindingKind::BadUrl { slip }, place);
        }
        if target.scheme == Scheme::Http {
            let begin = self.place(folded, &(target.begins..target.begins + 4), otherwise);
            self.push(FindingKind::PlainHttp { host: target.host.clone() }, Extent { start: begin.start.min(place.start), end: place.end });
        }
        if target.host.is_empty() {
            return;
        }
        let (data_centre, host) = (data_centre(&target.host), target.host);
        let named = self.connection_at.get(&call.span.range().start).map_or(&[] as &[String], Vec::as_slice);
        let connections = if named.is_empty() { vec![None] } else { named.iter().cloned().map(Some).collect() };
        for connection in connections {
            self.push(FindingKind::Host { host: host.clone(), data_centre, connection }, place);
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

    /// The entry of a map: perhaps a header.
    fn entry(&mut self, key: &'t Expr, value: &'t Expr) {
        let key = self.variables.fold(key);
        if key.whole {
            self.named(&key.text, value);
        }
    }

    fn named(&mut self, name: &str, value: &'t Expr) {
        let folded = self.variables.fold(value);
        let written = folded.begins.and_then(|literal| Some((literal, secrets::under_name(name, &folded.text)?)));
        let is_nothing = matches!(self.variables.behind(value).kind, ExprKind::Null | ExprKind::Missing);
        if let Some((literal, what)) = written {
            self.push(FindingKind::HardCodedSecret { what }, inside(literal, self.text));
        } else if secrets::is_authorization(name) && !folded.whole && !is_nothing {
            self.push(FindingKind::OwnAuthorization, value.span);
        }
    }

    /// `token = "…"`, `headers["Authorization"] = "…"`, `headers.Authorization = "…"`
    fn assignment(&mut self, target: &'t Expr, value: &'t Expr) {
        match &target.kind {
            ExprKind::Name => {
                let Some(said) = value.said(self.text) else { return };
                if let Some(what) = secrets::in_variable(target.span.of(self.text), &said) {
                    self.push(FindingKind::HardCodedSecret { what }, inside(value.span, self.text));
                }
            }
            ExprKind::Path { steps, .. } => match steps.last().map(|step| (&step.kind, step.span)) {
                Some((StepKind::Member, name)) => self.named(name.of(self.text), value),
                Some((StepKind::Index(indices), _)) => indices.iter().take(1).for_each(|index| self.entry(index, value)),
                Some((StepKind::Call(_), _)) | None => {}
            },
            _ => {}
        }
    }

    fn literal(&mut self, literal: Extent) {
        for (_, what) in secrets::in_text(&literal.unquoted(self.text)) {
            self.push(FindingKind::HardCodedSecret { what }, inside(literal, self.text));
        }
    }

    fn push(&mut self, kind: FindingKind, span: Extent) {
        self.findings.push(Finding { kind, span: span.range() });
    }
}

/// Secrets that comments keep.
pub(super) fn in_comments(text: &str, comments: &[Extent]) -> Vec<Finding> {
    let mut found = Vec::new();
    for comment in comments {
        for (at, what) in secrets::in_text(comment.of(text)) {
            let start = comment.range().start;
            found.push(Finding { kind: FindingKind::HardCodedSecret { what }, span: start + at.start..start + at.end });
        }
    }
    found
}
