//! A project's own rules: expressions of the Common Expression Language over the changes of a plan, that deny or warn.
//! Pure: no I/O, no clock, no YAML, and nothing is known of how a plan is made or carried out.
//!
//! A policy is read once (`expression`, `message`), looked through for what can never be (`inspect`), and judged for every change of a plan that names one (`judge`), from
//! facts that are plain JSON (`facts`). What judging may cost is worked out before it starts (`cost`): an expression has
//! no loop of its own, so a bound follows from its text and the sizes of what it looks at. A policy that cannot be judged
//! denies where it would have denied.

mod cost;
mod expression;
mod facts;
mod inspect;
mod judge;
mod message;
mod model;

#[cfg(test)]
mod tests;

pub use expression::{BadExpression, Expression, ROOTS};
pub use judge::{Case, judge};
pub use message::{BadMessage, Message};
pub use model::Policy;
