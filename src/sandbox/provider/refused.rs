//! A refusal as RFC 6749 section 5.2 has it.

use crate::sandbox::answer::{self, Answer};
use crate::sandbox::fields::GivenTwice;
use crate::sandbox::ledger::Worthless;
use crate::sandbox::stats::Stats;
use http::{HeaderValue, StatusCode, header};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) code: &'static str,
    pub(super) description: String,
}

impl Refused {
    pub(super) fn new(code: &'static str, description: impl Into<String>) -> Refused {
        Refused { code, description: description.into() }
    }

    pub(super) fn client(description: impl Into<String>) -> Refused {
        Refused::new("invalid_client", description)
    }

    pub(super) fn request(description: impl Into<String>) -> Refused {
        Refused::new("invalid_request", description)
    }

    /// Counts it and puts it in words.
    pub(super) fn answer(&self, stats: &mut Stats) -> Answer {
        stats.refused(self.code);
        let status = if self.code == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
        let mut answer = answer::refusal(status, self.code, &self.description);
        if self.code == "invalid_client" {
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"bowline-sandbox\""));
        }
        answer
    }
}

impl From<GivenTwice> for Refused {
    fn from(GivenTwice(name): GivenTwice) -> Self {
        Refused::request(format!("`{name}` is given twice"))
    }
}

impl From<Worthless> for Refused {
    fn from(worthless: Worthless) -> Self {
        Refused::new("invalid_grant", worthless.words())
    }
}
