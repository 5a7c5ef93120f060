//! What went wrong, as a problem: the one place where the broker's words become the API's.

use crate::broker::hook::HookError;
use crate::broker::{BrokerError, Invalid, OutwardError};
use crate::clock::{Clock, rfc3339};
use crate::resource::access::Denied;
use crate::resource::{Address, lifecycle};
use crate::wire::{Code, Problem, Refusal};
use std::error::Error;
use std::time::SystemTime;

/// A use-case's refusal or failure.
pub(super) fn broker(error: BrokerError) -> Problem {
    let said = chain(&error);
    let about = |code, address: Address| Problem { address: Some(address), ..Problem::new(code, said.clone()) };
    match error {
        BrokerError::Stale { address } => about(Code::Stale, address),
        BrokerError::NotFound { address } => about(Code::NotFound, address),
        BrokerError::Refused { address, refusal } => refused(address, refusal, said),
        BrokerError::Spent { at } => Problem { spent_at: Some(rfc3339(at)), ..Problem::new(Code::Spent, said) },
        BrokerError::Invalid(Invalid::Unfit { pointer, .. }) => {
            Problem { pointer: Some(pointer.to_owned()), ..Problem::new(Code::Invalid, said) }
        }
        BrokerError::Invalid(invalid) => Problem::new(of_invalid(&invalid), said),
        BrokerError::NotConnected { address, .. } => about(Code::NotConnected, address),
        BrokerError::NeedsLoginUser { address } => about(Code::NeedsLoginUser, address),
        BrokerError::Unready { address, .. } => about(Code::NotReady, address),
        BrokerError::NothingToConsent { address } => about(Code::NothingToConsent, address),
        BrokerError::UnknownConsent => Problem::new(Code::UnknownConsent, said),
        BrokerError::Flow { address, .. } | BrokerError::Flow1 { address, .. } => about(Code::ConsentFailed, address),
        BrokerError::OtherAccount { address, .. } | BrokerError::AccountUntold { address, .. } => about(Code::OtherAccount, address),
        BrokerError::Busy { address, .. } => Problem { retry_after: Some(5), ..about(Code::NoAccessNow, address) },
        BrokerError::ServiceFault { address, .. } => about(Code::ServiceFault, address),
        BrokerError::Placement(_) => Problem::new(Code::CannotCarry, said),
        BrokerError::Call(OutwardError::Forbidden(_)) => Problem::new(Code::Invalid, said),
        BrokerError::Call(_) => Problem::new(Code::CallFailed, said),
        BrokerError::ForeignKey(_) | BrokerError::KeyMoved => Problem { retry_after: Some(30), ..Problem::new(Code::Sealed, said) },
        BrokerError::Audit(_) => Problem::new(Code::AuditBroken, said),
        BrokerError::Unauthenticated(_) => Problem::new(Code::Unauthenticated, said),
        BrokerError::Forbidden(no) => denied(no),
        BrokerError::NoSuch { .. } => Problem::new(Code::NotFound, said),
        BrokerError::LastAdministrator { .. } => Problem::new(Code::LastAdministrator, said),
        BrokerError::LeaseHeld { holder, until, .. } => {
            Problem { holder: Some(holder), expires_at: Some(rfc3339(until)), ..Problem::new(Code::LeaseHeld, said) }
        }
        BrokerError::LeaseLost { .. } => Problem::new(Code::LeaseLost, said),
        BrokerError::NeedsApplication { address, .. } => about(Code::NeedsApplication, address),
        BrokerError::ApplicationInUse { connections, .. } => {
            Problem { dependents: connections, ..Problem::new(Code::ApplicationInUse, said) }
        }
        // What the database says about itself is the operator's, not the caller's.
        BrokerError::Store(_) => {
            Problem { retry_after: Some(1), ..Problem::new(Code::Unavailable, "the data cannot be reached at the moment") }
        }
    }
}

/// A rule's refusal, with everything that stands in the way.
fn refused(address: Address, refusal: lifecycle::Refusal, said: String) -> Problem {
    let refusal = Refusal::from(refusal);
    let dependents = match &refusal {
        Refusal::DeleteWhileReferenced { dependents } => dependents.clone(),
        Refusal::UpdateWhileConnected
        | Refusal::ScopesWhileInUse { .. }
        | Refusal::AuthenticationWhileConnected { .. }
        | Refusal::ServiceOfConnection
        | Refusal::ScopesOutsideService { .. }
        | Refusal::HostOutsideService { .. }
        | Refusal::PlainHttp { .. }
        | Refusal::Protected
        | Refusal::NotOwned { .. } => Default::default(),
    };
    Problem {
        address: Some(address),
        dependents,
        ..Problem { refusal: Some(refusal.clone()), ..Problem::new(Code::of_rule(&refusal), said) }
    }
}

fn of_invalid(invalid: &Invalid) -> Code {
    match invalid {
        Invalid::KeyReused { .. } => Code::KeyReused,
        Invalid::Kind { .. }
        | Invalid::Undeclarable { .. }
        | Invalid::UnknownService { .. }
        | Invalid::UnknownConnection { .. }
        | Invalid::NoReference { .. }
        | Invalid::ScriptMissing { .. }
        | Invalid::ScriptDiffers { .. }
        | Invalid::NoLoginUsers { .. }
        | Invalid::NotHttp { .. }
        | Invalid::Unfit { .. }
        | Invalid::UserName { .. }
        | Invalid::UserTaken { .. }
        | Invalid::UserKind { .. }
        | Invalid::NoScopes
        | Invalid::PersonsImpersonate
        | Invalid::StrongerToken
        | Invalid::TooManyTokens { .. }
        | Invalid::TooManyClientTokens { .. }
        | Invalid::ClientToken
        | Invalid::TokenOver { .. }
        | Invalid::FenceWithoutProject
        | Invalid::UnknownApplication { .. } => Code::Invalid,
    }
}

/// A webhook's or its queue's.
pub(super) fn hook(error: HookError) -> Problem {
    let said = chain(&error);
    match error {
        HookError::Unfilled { webhook, .. } => {
            Problem { address: Some(webhook), pointer: Some("/event".to_owned()), ..Problem::new(Code::Unfilled, said) }
        }
        HookError::NoDelivery(_) => Problem::new(Code::NotFound, said),
        HookError::KeyReused(_) => Problem::new(Code::KeyReused, said),
        HookError::UnderWay(_) => Problem { retry_after: Some(5), ..Problem::new(Code::UnderWay, said) },
        HookError::Broker(error) => broker(error),
    }
}

/// The table's no. What may not be known of looks like what is not there.
pub(super) fn denied(denied: Denied) -> Problem {
    match denied {
        Denied::Hidden => Problem::new(Code::NotFound, "there is nothing of that name"),
        Denied::Role { .. } | Denied::Scope { .. } | Denied::Limited { .. } | Denied::NotYours { .. } => {
            Problem::new(Code::NotPermitted, denied.to_string())
        }
    }
}

/// Whole seconds until a time, at least one.
pub(super) fn seconds_until(clock: &dyn Clock, at: SystemTime) -> u64 {
    at.duration_since(clock.now()).map_or(1, |left| left.as_secs().max(1))
}

/// Each layer says its own part.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        said = format!("{said}: {error}");
        cause = error.source();
    }
    said
}
