//! The broker's way out over the guarded client. Translates and decides nothing.

use crate::broker::{Inbound, Outbound, Outward, OutwardError};
use crate::oauth::{HttpRequest, HttpResponse, SendError};
use crate::upstream::{Limits, Policy, Upstream, UpstreamError};

/// The guarded client as the broker uses it.
#[derive(Clone)]
pub struct Guarded(Upstream);

impl Guarded {
    pub fn new(policy: Policy) -> Result<Self, UpstreamError> {
        Upstream::new(policy).map(Guarded)
    }
}

impl Outward for Guarded {
    fn token_call(&self, request: HttpRequest) -> Result<HttpResponse, SendError> {
        self.0.send_token_call(request)
    }

    fn call(&self, outbound: Outbound, body_cap: u64) -> Result<Inbound, OutwardError> {
        let limits = Limits { total: outbound.patience, body: usize::try_from(body_cap).unwrap_or(usize::MAX) };
        self.0.send(outbound.request, limits).map_err(translated)
    }
}

fn translated(error: UpstreamError) -> OutwardError {
    match error {
        UpstreamError::NotSent(why) | UpstreamError::Setup(why) => OutwardError::NotSent(why),
        UpstreamError::Forbidden(forbidden) => OutwardError::Forbidden(forbidden.to_string()),
        UpstreamError::MayHaveBeenSent(why) => OutwardError::MayHaveBeenSent(why),
        UpstreamError::TooLarge { limit, .. } => OutwardError::TooLarge { limit: limit as u64 },
        UpstreamError::BadAnswer(why) => OutwardError::BadAnswer(why),
    }
}
