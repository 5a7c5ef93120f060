//! The platform over HTTP: `/api/v1` as `wire` has it, the pages that a consent leads a browser through, and the worker that
//! delivers webhooks. Every use-case is the broker's; nothing here knows a rule of the platform, SQL or a key.
//!
//! A request goes `running` (connections, time limits) → `pass` (id, framing, path, marks of every answer) → `router` (the
//! table of `wire`) → `admit` (who asks, and whether the table lets them) → `asked` (parameters, body, judged by the schemas
//! that the OpenAPI document shows) → one plain function in `routes`, on a thread of its own, → `answer`. What goes wrong
//! becomes a problem in `trouble`, and nowhere else.
//!
//! Why plain functions on threads: the broker is synchronous, and a slow store must not hold up the threads that serve
//! sockets. How many run at once is bounded, and calls to other services have a bound of their own.
//!
//! To add an endpoint: see `wire`; then a function in `routes` and its line in `handlers`, where the compiler asks for it.

mod admit;
mod answer;
mod asked;
mod body;
mod browser;
mod grant;
mod handlers;
mod line;
mod openapi;
mod options;
mod pass;
mod path;
mod peer;
mod peers;
mod rates;
mod router;
mod routes;
mod running;
mod schemas;
mod served;
mod strict;
mod ticket;
mod tls;
mod trouble;
mod watch;
pub mod words;
mod worker;

pub use openapi::document;
pub use options::{Limits, Options, Proxies, Upkeep};
pub use running::{Running, StartError, start};
pub use tls::{TlsError, TlsFiles};
pub use watch::{Event, Journal, Level, Style};
