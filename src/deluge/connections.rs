//! Which connections a scope names.

use super::ast::{Call, Expr, ExprKind};
use super::calls::{Outgoing, OutgoingKind, outgoing};
use super::integration::{Known, look_up, subject_at};
use super::script::{ConnectionUse, Finding, FindingKind, TaskKind};
use super::token::Extent;
use super::variables::{Variables, inside};

/// What an expression in the place of a connection says.
pub(super) enum Named<'t> {
    /// The name and its bytes, without quotes where it has them.
    Literal {
        name: String,
        span: Extent,
        quoted: bool,
    },
    /// Chosen at run time.
    Dynamic(&'t Expr),
    Nothing,
}

/// How well a call is known whose last text may be a connection.
#[derive(Clone, Copy)]
struct Certainty {
    sure: bool,
    likely: bool,
}

impl Certainty {
    const SURE: Certainty = Certainty { sure: true, likely: true };
}

pub(super) struct Reader<'a, 't> {
    pub(super) text: &'t str,
    pub(super) variables: &'a Variables<'t>,
    pub(super) uses: &'a mut Vec<ConnectionUse>,
    pub(super) findings: &'a mut Vec<Finding>,
}

impl<'t> Reader<'_, 't> {
    /// Notes the connections that one expression names itself; inner expressions come on their own.
    pub(super) fn read(&mut self, expr: &'t Expr) {
        if let Some(call) = outgoing(self.text, expr) {
            return self.outgoing(&call);
        }
        if let Some(call) = expr.named_call(self.text) {
            self.integration(&call);
        }
    }

    fn outgoing(&mut self, call: &Outgoing<'t>) {
        let OutgoingKind::Task(task) = &call.kind else { return };
        let url = call.url.map(|url| self.variables.fold(url)).unwrap_or_default();
        let word = |expr: &'t Expr| self.word(expr);
        let method = call.method.and_then(word).map(|method| method.to_ascii_uppercase());
        let service = call.service.and_then(word);
        let url_start = Some(url.text).filter(|text| !text.is_empty());
        let url = url_start.clone().filter(|_| url.whole);
        for connection in &call.connections {
            let named = self.name(connection, true);
            if matches!(named, Named::Nothing) && self.word(connection).is_some_and(|name| name.is_empty()) {
                self.findings.push(Finding { kind: FindingKind::NamelessConnection, span: connection.span.range() });
            }
            self.note(named, |name, span| ConnectionUse {
                name,
                span,
                at: call.span.range(),
                task: task.clone(),
                url: url.clone(),
                url_start: url_start.clone(),
                method: method.clone(),
                service: service.clone(),
                subject: None,
                sure: true,
                likely: true,
            });
        }
    }

    fn integration(&mut self, call: &Call<'t>) {
        let known = look_up(&call.name);
        let Some((last, before)) = call.arguments.split_last() else { return };
        let (trusted, certain) = match known {
            Known::NoApp => return,
            Known::App => (false, false),
            Known::Task(place) => (before.len() >= place.from, before.len() >= place.full),
        };
        if call.name.get(1).is_some_and(|app| app.eq_ignore_ascii_case("cliq")) {
            call.arguments.iter().for_each(|argument| self.cliq(call, argument));
        }
        match self.name(last, false) {
            Named::Dynamic(_) if certain && !is_collection(last) => self.dynamic(last),
            named @ Named::Literal { .. } if trusted => self.note_task(call, named, Certainty::SURE),
            Named::Literal { name, span, quoted } if !before.is_empty() && could_be_link_name(&name) => {
                let likely = known == Known::App && before.len() >= 2;
                self.note_task(call, Named::Literal { name, span, quoted }, Certainty { sure: false, likely });
            }
            Named::Literal { .. } | Named::Dynamic(_) | Named::Nothing => {}
        }
    }

    fn dynamic(&mut self, expr: &'t Expr) {
        let begins = self.variables.fold(expr).text;
        self.findings.push(Finding { kind: FindingKind::DynamicConnection { begins }, span: expr.span.range() });
    }

    /// Cliq's tasks take `{"connections": "name"}`.
    fn cliq(&mut self, call: &Call<'t>, argument: &'t Expr) {
        let ExprKind::Map(entries) = &self.variables.behind(argument).kind else { return };
        for (key, value) in entries {
            let key = self.variables.fold(key).text;
            if key.eq_ignore_ascii_case("connections") || key.eq_ignore_ascii_case("connection") {
                let named = self.name(value, false);
                self.note_task(call, named, Certainty::SURE);
            }
        }
    }

    fn note_task(&mut self, call: &Call<'t>, named: Named<'t>, certainty: Certainty) {
        let task = TaskKind::Integration(call.name.join("."));
        let at = call.span.range();
        let subject = call.arguments.get(subject_at(&call.name)).map(|first| self.variables.fold(first)).filter(|folded| folded.whole);
        let subject = subject.map(|folded| folded.text).filter(|text| !text.is_empty());
        self.note(named, |name, span| ConnectionUse {
            name,
            span,
            at,
            task,
            url: None,
            url_start: None,
            method: None,
            service: None,
            subject,
            sure: certainty.sure,
            likely: certainty.likely,
        });
    }

    fn note(&mut self, named: Named<'t>, make: impl FnOnce(String, std::ops::Range<usize>) -> ConnectionUse) {
        match named {
            Named::Literal { name, span, quoted } => {
                if !quoted {
                    self.findings.push(Finding { kind: FindingKind::UnquotedConnection { name: name.clone() }, span: span.range() });
                }
                self.uses.push(make(name, span.range()));
            }
            Named::Dynamic(expr) => self.dynamic(expr),
            Named::Nothing => {}
        }
    }

    /// A bare word is a name where `bare` allows it and no variable has that name.
    fn name(&self, expr: &'t Expr, bare: bool) -> Named<'t> {
        let written = alone(expr);
        let behind = self.variables.behind(written);
        if let Some(name) = behind.said(self.text) {
            let span = inside(behind.span, self.text);
            return if name.is_empty() { Named::Nothing } else { Named::Literal { name, span, quoted: true } };
        }
        if matches!(behind.kind, ExprKind::Missing | ExprKind::Null) {
            return Named::Nothing;
        }
        match self.bare(written) {
            Some(name) if bare => Named::Literal { name: name.to_owned(), span: written.span, quoted: false },
            Some(_) | None => Named::Dynamic(expr),
        }
    }

    /// A bare word or a literal.
    fn word(&self, expr: &'t Expr) -> Option<String> {
        let written = alone(expr);
        let bare = self.bare(written).map(str::to_owned);
        bare.or_else(|| self.variables.behind(written).said(self.text))
    }

    /// A word that is no variable of the script: it stands for itself.
    fn bare(&self, expr: &'t Expr) -> Option<&'t str> {
        let word = (expr.kind == ExprKind::Name).then(|| expr.span.of(self.text))?;
        (!self.variables.is_variable(word)).then_some(word)
    }
}

/// `[GET]`, as documents mark what is optional, is `GET`.
fn alone(expr: &Expr) -> &Expr {
    let ExprKind::List(values) = &expr.kind else { return expr };
    if let [value] = &values[..] { value } else { expr }
}

fn is_collection(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Map(_) | ExprKind::List(_) | ExprKind::Number | ExprKind::Bool(_))
}

fn could_be_link_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
