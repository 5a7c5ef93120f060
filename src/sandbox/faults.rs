//! Faults that were asked for: which path, how often, what happens.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

/// The longest that a request is held back.
const LONGEST: u64 = 600_000;
const HUGE: u64 = 64 * 1024 * 1024;
const HUGEST: u64 = 256 * 1024 * 1024;
/// Faults that may wait at a time.
const MOST: usize = 1000;

/// What happens to the next requests below a path.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Paths that start so.
    pub path: String,
    /// This many such requests pass unharmed first.
    pub skip: u32,
    /// And then so many do not.
    pub times: u32,
    /// Held back for so long before anything else.
    pub delay: Duration,
    pub kind: FaultKind,
}

/// What happens. The first group answers without carrying the request out, the second carries it out first.
#[derive(Debug, Clone, PartialEq)]
pub enum FaultKind {
    /// Nothing but the delay.
    Latency,
    /// The connection is reset.
    ResetBefore,
    /// 429, with Retry-After as given.
    TooManyRequests { retry_after: Option<String> },
    /// A status of 500 and above.
    ServerError { status: StatusCode },
    /// 200 with bytes that are neither JSON nor text.
    Garbage,
    /// 200 with a body of so many bytes.
    Huge { bytes: u64 },
    /// 307 to another address.
    Redirect { to: String },
    /// 200 with an error inside.
    ErrorIn200 { error: String },

    /// Carried out, then the connection is reset: the answer is lost.
    ResetAfter,
    /// Carried out, then the connection ends in the middle of the answer.
    Truncated,
    /// The token answer without its refresh token.
    NoRefreshToken,
    /// The token answer with this for `expires_in`; without it where the value is null.
    OddExpiresIn { value: Value },
    /// The token answer as a form.
    FormEncoded,
    /// The callback with another issuer.
    WrongIss,
    /// The callback with another state.
    WrongState,
}

impl Fault {
    /// The next request below the path.
    pub fn once(path: &str, kind: FaultKind) -> Fault {
        Fault { path: path.to_owned(), skip: 0, times: 1, delay: Duration::ZERO, kind }
    }
}

impl FaultKind {
    /// The word in `/control/faults`.
    pub fn word(&self) -> &'static str {
        match self {
            FaultKind::Latency => "latency",
            FaultKind::ResetBefore => "reset_before",
            FaultKind::TooManyRequests { .. } => "too_many_requests",
            FaultKind::ServerError { .. } => "server_error",
            FaultKind::Garbage => "garbage",
            FaultKind::Huge { .. } => "huge",
            FaultKind::Redirect { .. } => "redirect",
            FaultKind::ErrorIn200 { .. } => "error_in_200",
            FaultKind::ResetAfter => "reset_after",
            FaultKind::Truncated => "truncated",
            FaultKind::NoRefreshToken => "no_refresh_token",
            FaultKind::OddExpiresIn { .. } => "odd_expires_in",
            FaultKind::FormEncoded => "form_encoded",
            FaultKind::WrongIss => "wrong_iss",
            FaultKind::WrongState => "wrong_state",
        }
    }
}

/// The faults that wait for their requests. The first that fits is taken.
#[derive(Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        if self.0.len() < MOST && fault.times > 0 {
            self.0.push(fault);
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// What happens to a request that arrives now.
    pub(super) fn take(&mut self, path: &str) -> Option<Fault> {
        let at = self.0.iter().position(|fault| path.starts_with(&fault.path))?;
        if self.0[at].skip > 0 {
            self.0[at].skip -= 1;
            return None;
        }
        self.0[at].times -= 1;
        if self.0[at].times == 0 { Some(self.0.remove(at)) } else { Some(self.0[at].clone()) }
    }

    pub(super) fn waiting(&self) -> Vec<Waiting> {
        self.0
            .iter()
            .map(|fault| Waiting { path: fault.path.clone(), fault: fault.kind.word(), skip: fault.skip, times: fault.times })
            .collect()
    }
}

/// A fault that has not happened yet, as it is listed.
#[derive(Debug, Serialize)]
pub(super) struct Waiting {
    path: String,
    fault: &'static str,
    skip: u32,
    times: u32,
}

/// A fault as it is asked for in JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    path: String,
    fault: String,
    #[serde(default)]
    skip: u32,
    #[serde(default = "one")]
    times: u32,
    #[serde(default)]
    milliseconds: u64,
    #[serde(default)]
    retry_after: Option<String>,
    #[serde(default)]
    status: Option<u16>,
    #[serde(default)]
    bytes: Option<u64>,
    #[serde(default)]
    to: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    value: Value,
}

fn one() -> u32 {
    1
}

impl Wish {
    /// `Err` says what cannot be done.
    pub(super) fn fault(self) -> Result<Fault, String> {
        let delay = Duration::from_millis(self.milliseconds.min(LONGEST));
        let (path, skip, times) = (self.path.clone(), self.skip, self.times);
        Ok(Fault { path, skip, times, delay, kind: self.kind()? })
    }

    fn kind(self) -> Result<FaultKind, String> {
        Ok(match self.fault.as_str() {
            "latency" => FaultKind::Latency,
            "reset_before" => FaultKind::ResetBefore,
            "too_many_requests" => FaultKind::TooManyRequests { retry_after: self.retry_after },
            "server_error" => {
                let status = StatusCode::from_u16(self.status.unwrap_or(503)).ok().filter(StatusCode::is_server_error);
                FaultKind::ServerError { status: status.ok_or("`status` is not from 500 to 599")? }
            }
            "garbage" => FaultKind::Garbage,
            "huge" => FaultKind::Huge { bytes: self.bytes.unwrap_or(HUGE).min(HUGEST) },
            "redirect" => FaultKind::Redirect { to: self.to.unwrap_or_else(|| "https://elsewhere.example/".to_owned()) },
            "error_in_200" => FaultKind::ErrorIn200 { error: self.error.unwrap_or_else(|| "invalid_grant".to_owned()) },
            "reset_after" => FaultKind::ResetAfter,
            "truncated" => FaultKind::Truncated,
            "no_refresh_token" => FaultKind::NoRefreshToken,
            "odd_expires_in" => FaultKind::OddExpiresIn { value: self.value },
            "form_encoded" => FaultKind::FormEncoded,
            "wrong_iss" => FaultKind::WrongIss,
            "wrong_state" => FaultKind::WrongState,
            other => return Err(format!("there is no fault `{other}`")),
        })
    }
}
