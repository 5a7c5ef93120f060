//! What an operator does with a served broker: figures, lines, limits, TLS, settings, a graceful stop.

mod limits;
mod settings;
mod tls;
mod watching;
