//! The words of the HTTP API `/api/v1`: bodies of requests and answers, problems, header names, cursors, and the one table of
//! routes. Both ends use them, so that they cannot drift apart. Knows no HTTP library, no broker and no behaviour.
//!
//! A body's schema is made from the type that reads and writes it (`JsonSchema`), with its limits; the bodies of resources
//! are the nouns' own, whose schemas lie in `schemas/`. The server checks requests with the very schemas that its OpenAPI
//! document shows.
//!
//! To add an endpoint: a variant of [`Operation`], its row in `routes`, the types of its bodies here, a handler in
//! `server`, and a test. The compiler points at the rest.

mod apply;
mod audit;
mod connection;
mod cursor;
mod form;
mod grant;
mod object;
mod operation;
mod parameter;
mod people;
mod problem;
mod refusal;
mod route;
mod routes;
mod secret;
mod webhook;

pub use apply::{
    Estate, FINGERPRINTS_AT_ONCE, Fingerprinted, Lease, LeaseAsked, LeaseRenewed, Leases, ServerInfo, Spent, TakenAway, ToFingerprint,
    Trace, Traces,
};
pub use audit::{AuditEnd, AuditLine, AuditPage, AuditVerdict, Health, Key, Keys, Ready, Resealed};
pub use connection::{
    AnsweredBody, Begun, CallBody, ConsentAsked, ConsentEnd, ConsentState, Dependent, Dependents, FormField, Held, Invocation, Invoked,
    Report, RevokeAsked, Revoked, Script, Snippet, Snippets, Told, ToldOutcome, UserReport,
};
pub use cursor::Cursor;
pub use grant::{GrantAsked, GrantFault, GrantRefused, Granted, TOKEN_PATH};
pub use object::{Done, Live, Page, State, Written};
pub use operation::Operation;
pub use parameter::{Form, Parameter, Place, header};
pub use people::{
    Application, ApplicationWritten, Applications, Me, NewToken, Token, TokenMade, TokenRotated, Tokens, User, UserWritten, Users,
};
pub use problem::{Code, Fault, PROBLEM, Problem};
pub use refusal::Refusal;
pub use route::{API, Access, Answer, Method, Route, Schemed, Shape};
pub use routes::{route, routes};
pub use secret::Clear;
pub use webhook::{Attempt, Delivery, DeliveryDetail, DeliveryState, Event};
