//! What a row of the table says: where an operation is asked for, who may, with what, and what is answered.

use super::operation::Operation;
use super::parameter::Parameter;
use super::problem::Code;
use crate::resource::Kind;
use crate::resource::access::Right;
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// What every path of the API begins with.
pub const API: &str = "/api/v1";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    Get,
    Put,
    Post,
    Patch,
    Delete,
}

impl Method {
    pub fn word(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Put => "PUT",
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Whoever can reach the server.
    Open,
    /// Whoever proves who they are.
    SignedIn,
    /// Who has this right, to the object in question where there is one.
    May(Right),
    /// Who has one of these rights; which of them counts is a matter of what exactly is asked for.
    Either(Right, Right),
}

/// Makes the schema of a type, as a part of the document that the generator gathers.
pub type Schemed = fn(&mut SchemaGenerator) -> Schema;

/// What a body is.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A type of this room.
    Of(Schemed),
    /// As [`Shape::Of`], and it may be left out.
    Maybe(Schemed),
    /// [`super::Live`] with the body of a kind.
    Live(Kind),
    /// [`super::Page`] of those.
    Page(Kind),
    /// [`super::Written`] with the body of a kind.
    Written(Kind),
    /// A document of this media type that is described elsewhere.
    Document(&'static str),
    Nothing,
}

impl Shape {
    pub(crate) const fn of<T: JsonSchema>() -> Self {
        Shape::Of(SchemaGenerator::subschema_for::<T>)
    }

    pub(super) const fn maybe<T: JsonSchema>() -> Self {
        Shape::Maybe(SchemaGenerator::subschema_for::<T>)
    }
}

/// One way in which an operation succeeds.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    pub status: u16,
    pub shape: Shape,
    pub words: &'static str,
    /// Whether it names the revision in `ETag`.
    pub etag: bool,
}

/// One row.
#[derive(Debug, Clone)]
pub struct Route {
    pub operation: Operation,
    /// `getConnection`
    pub id: String,
    pub method: Method,
    /// `/api/v1/connections/{name}`
    pub path: String,
    /// For a heading: `Connections`.
    pub tag: &'static str,
    /// A phrase.
    pub summary: String,
    pub access: Access,
    pub parameters: Vec<Parameter>,
    pub body: Shape,
    pub answers: Vec<Answer>,
    /// Beside those that every operation of its sort may end with.
    pub problems: Vec<Code>,
}

impl Route {
    /// Every problem that may be answered.
    pub fn all_problems(&self) -> Vec<Code> {
        let mut codes = self.problems.clone();
        codes.extend([Code::BadParameter, Code::BadPath, Code::BadFraming, Code::Timeout, Code::TooManyRequests, Code::HeadersTooLarge]);
        codes.extend([Code::Internal, Code::Busy, Code::Unavailable, Code::Sealed]);
        match self.access {
            Access::Open => {}
            Access::SignedIn | Access::May(_) | Access::Either(..) => codes.extend([Code::Unauthenticated, Code::NotPermitted]),
        }
        match self.body {
            Shape::Nothing => {}
            Shape::Of(_) | Shape::Maybe(_) | Shape::Live(_) | Shape::Page(_) | Shape::Written(_) | Shape::Document(_) => {
                codes.extend([Code::Malformed, Code::TooLarge, Code::UnsupportedMediaType, Code::BadShape]);
            }
        }
        codes.sort();
        codes.dedup();
        codes
    }
}
