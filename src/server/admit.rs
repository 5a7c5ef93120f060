//! Who asks: the token is proved, and the table's answer for it is given, before anything else of the request is looked at.

use super::pass::Peer;
use super::served::{Served, Sort};
use super::trouble;
use super::watch::Trace;
use crate::broker::{BrokerError, Unauthentic};
use crate::resource::access::{Denied, Principal, Right, allowed};
use crate::secret::Secret;
use crate::wire::{Access, Code, Problem, Route};
use http::{HeaderMap, header};
use std::net::IpAddr;
use std::sync::{Arc, PoisonError};

/// Lets in who may use a row of the table. `None` where it lets in anybody.
pub(super) async fn admit(
    served: &Arc<Served>,
    route: &'static Route,
    headers: &HeaderMap,
    peer: Option<Peer>,
    trace: &mut Trace,
) -> Result<Option<Principal>, Problem> {
    if route.access == Access::Open {
        return Ok(None);
    }
    let token = bearer(headers).inspect_err(|_| served.meter.unproved("missing"))?;
    let principal = served.on_thread(Sort::Store, move |served| prove(served, &token, peer)).await?;
    trace.principal = Some(principal.name.clone());
    trace.token = Some(principal.token.clone());
    paced(served, &principal.token)?;
    judge(&principal, route.access).map_err(trouble::denied)?;
    Ok(Some(principal))
}

/// One token may ask so often.
fn paced(served: &Served, token: &str) -> Result<(), Problem> {
    let taken = served.rates.lock().unwrap_or_else(PoisonError::into_inner).take(token, tokio::time::Instant::now());
    taken.map_err(|wait| {
        served.meter.limited("token");
        let retry_after = Some(wait.as_secs_f64().ceil().max(1.0) as u64);
        Problem { retry_after, ..Problem::new(Code::TooManyRequests, "this token asks too often") }
    })
}

/// The table's answer, without an object: whether there is anything that this principal could do here.
pub(super) fn judge(principal: &Principal, access: Access) -> Result<(), Denied> {
    let may = |right: Right| allowed(principal, right, None);
    match access {
        Access::Open | Access::SignedIn => Ok(()),
        Access::May(right) => may(right),
        Access::Either(one, other) => may(one).or_else(|denied| may(other).map_err(|_| denied)),
    }
}

/// A token that is good always gets in, however often others failed from the same address: behind a proxy everybody has the
/// same one. Who fails too often hears that, and no more.
fn prove(served: &Served, token: &Secret<String>, peer: Option<Peer>) -> Result<Principal, Problem> {
    served.broker.authenticate(token).inspect_err(|error| served.meter.unproved(reason(error))).map_err(|error| match (&error, peer) {
        (BrokerError::Unauthenticated(_), Some(Peer(address))) if served.limits.failures => {
            failed(served, address).unwrap_or_else(|| trouble::broker(error))
        }
        (_, _) => trouble::broker(error),
    })
}

pub(super) fn reason(error: &BrokerError) -> &'static str {
    match error {
        BrokerError::Unauthenticated(Unauthentic::Unknown) => "unknown",
        BrokerError::Unauthenticated(Unauthentic::Expired) => "expired",
        BrokerError::Unauthenticated(Unauthentic::Revoked) => "revoked",
        BrokerError::Unauthenticated(Unauthentic::Disabled) => "disabled",
        _ => "unavailable",
    }
}

/// Notes a failure; a problem where there were too many.
pub(super) fn failed(served: &Served, address: IpAddr) -> Option<Problem> {
    let (name, now) = (address.to_string(), served.clock.now());
    let mut tries = served.tries.lock().unwrap_or_else(PoisonError::into_inner);
    let waits = tries.admit(&name, now).err();
    tries.failed(&name, now);
    waits.map(|wait| {
        served.meter.limited("address");
        let retry_after = Some(trouble::seconds_until(&*served.clock, wait.until));
        Problem { retry_after, ..Problem::new(Code::TooManyRequests, "too many tokens from this address were no good") }
    })
}

/// `Authorization: Bearer …`, once.
fn bearer(headers: &HeaderMap) -> Result<Secret<String>, Problem> {
    let unproved = |why: &str| Problem::new(Code::Unauthenticated, why);
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (all.next(), all.next()) else {
        return Err(unproved("send a token: `Authorization: Bearer bwl_…`"));
    };
    let text = value.to_str().map_err(|_| unproved("the token is no text"))?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() => Ok(Secret::new(token.trim().to_owned())),
        Some(_) | None => Err(unproved("send a token: `Authorization: Bearer bwl_…`")),
    }
}
