//! What an operator does with a served broker: figures, lines, limits, TLS, settings, a graceful stop.

mod contract;
mod examples;
mod grant;
mod limits;
mod settings;
mod tls;
mod watching;
