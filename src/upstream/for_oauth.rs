//! The way out that the grants are handed: one request, on a connection of its own, within the limits of OAuth answers.

use super::{Limits, Upstream, UpstreamError};
use crate::oauth::{HttpRequest, HttpResponse, SendError};

impl Upstream {
    /// Fits `oauth::Outside::send`: `send: &|request| upstream.send_token_call(request)`.
    pub fn send_token_call(&self, request: HttpRequest) -> Result<HttpResponse, SendError> {
        self.send_alone(request, Limits::OAUTH).map_err(SendError::from)
    }
}

impl From<UpstreamError> for SendError {
    fn from(error: UpstreamError) -> Self {
        match error {
            UpstreamError::NotSent(why) | UpstreamError::Setup(why) => SendError::NotSent(why),
            UpstreamError::Forbidden(forbidden) => SendError::Forbidden(forbidden.to_string()),
            UpstreamError::MayHaveBeenSent(why) => SendError::MayHaveBeenSent(why),
            UpstreamError::TooLarge { .. } | UpstreamError::BadAnswer(_) => SendError::BadAnswer(error.to_string()),
        }
    }
}
