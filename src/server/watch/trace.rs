//! What is known of a request when its answer goes out.

/// Handed from the route to what counts and writes: an extension of the answer.
#[derive(Debug, Clone, Default)]
pub(in crate::server) struct Trace {
    /// Of the table of routes; `None` where it has no such row.
    pub(in crate::server) operation: Option<&'static str>,
    /// Who asked, once that was proved.
    pub(in crate::server) principal: Option<String>,
    /// The id of the token that proved it; no secret.
    pub(in crate::server) token: Option<String>,
    /// The problem's, where it came to one.
    pub(in crate::server) code: Option<String>,
}

impl Trace {
    /// How it is named where every request has a name.
    pub(in crate::server) fn operation(&self) -> &'static str {
        self.operation.unwrap_or("none")
    }
}
