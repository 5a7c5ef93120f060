//! How a row is put together.

use crate::wire::operation::Operation;
use crate::wire::parameter::Parameter as P;
use crate::wire::problem::Code;
use crate::wire::route::{API, Access, Answer, Method, Route, Shape};

/// What every change of an object may end with.
pub(super) const CHANGE: [Code; 7] =
    [Code::Stale, Code::NotFound, Code::NotOwned, Code::Invalid, Code::KeyReused, Code::LeaseHeld, Code::LeaseLost];
/// What every change of an object takes.
pub(super) const HOW: [P; 4] = [P::IF_MATCH, P::KEY, P::PROJECT, P::FENCE];

/// What is asked for, and where below [`API`].
pub(super) struct At<'a>(pub(super) Operation, pub(super) Method, pub(super) &'a str);

impl At<'_> {
    /// A row that takes nothing and answers nothing yet.
    pub(super) fn row(self, tag: &'static str, access: Access, id: &str, summary: &str) -> Route {
        let At(operation, method, path) = self;
        Route {
            operation,
            id: id.to_owned(),
            method,
            path: format!("{API}{path}"),
            tag,
            summary: summary.to_owned(),
            access,
            parameters: Vec::new(),
            body: Shape::Nothing,
            answers: Vec::new(),
            problems: Vec::new(),
        }
    }
}

impl Route {
    /// Not below [`API`].
    pub(super) fn at_the_root(self) -> Self {
        let path = self.path.strip_prefix(API).map(str::to_owned).expect("every row begins below it");
        Route { path, ..self }
    }

    pub(super) fn takes(mut self, parameters: &[P]) -> Self {
        self.parameters.extend(parameters);
        self
    }

    pub(super) fn reads(mut self, body: Shape) -> Self {
        self.body = body;
        self
    }

    pub(super) fn answers(mut self, status: u16, shape: Shape, words: &'static str) -> Self {
        self.answers.push(Answer { status, shape, words, etag: false });
        self
    }

    /// As [`Route::answers`], with the revision in `ETag`.
    pub(super) fn names(mut self, status: u16, shape: Shape, words: &'static str) -> Self {
        self.answers.push(Answer { status, shape, words, etag: true });
        self
    }

    pub(super) fn may_end(mut self, problems: &[Code]) -> Self {
        self.problems.extend(problems);
        self
    }
}
