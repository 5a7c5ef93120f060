//! The language of scripts, tested from outside: a corpus with its summaries, and hostile text.

mod corpus;
mod hostile;
mod reference;
