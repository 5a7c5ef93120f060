//! What an operator sees of a running server: figures to be fetched, and one line for each thing that happened. Neither can
//! hold a secret: labels and fields are from closed sets, and nothing of a body, a header, a query or a token is at hand here.

mod journal;
mod meter;
mod trace;

pub use journal::{Event, Journal, Level, Style};
pub(super) use meter::{Meter, Now, outcome};
pub(super) use trace::Trace;
