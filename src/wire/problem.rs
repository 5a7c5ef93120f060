//! What is answered instead of what was asked for: problem details (RFC 9457) with a stable code.

use super::form;
use super::refusal::Refusal;
use crate::resource::Address;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The media type of a problem.
pub const PROBLEM: &str = "application/problem+json";

/// A problem. Holds no value of a secret, and nothing of what was sent but names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// `urn:bowline:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same for every problem of a code.
    pub title: String,
    #[schemars(range(min = 400, max = 599))]
    pub status: u16,
    /// A sentence about this one.
    pub detail: String,
    /// For machines; it never changes its meaning.
    #[schemars(schema_with = "codes")]
    pub code: String,
    /// The object that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_address")]
    pub address: Option<Address>,
    /// The first field that is wrong, as a JSON pointer into the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The parameter of path, query or header that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Every field that is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
    /// Everything that stands in the way.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[schemars(schema_with = "form::addresses")]
    pub dependents: BTreeSet<Address>,
    /// The platform's rule, where one refuses, with all that it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// Who holds the lease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Until when the lease is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_time")]
    pub expires_at: Option<String>,
    /// When the plan was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_time")]
    pub spent_at: Option<String>,
    /// Seconds; also in the header `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// Of the request, also in `X-Request-Id`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_id: String,
}

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fault {
    /// A JSON pointer into the body.
    pub pointer: String,
    pub detail: String,
}

impl Problem {
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Problem {
            kind: format!("urn:bowline:problem:{}", code.word()),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            code: code.word().to_owned(),
            address: None,
            pointer: None,
            parameter: None,
            errors: Vec::new(),
            dependents: BTreeSet::new(),
            refusal: None,
            holder: None,
            expires_at: None,
            spent_at: None,
            retry_after: None,
            request_id: String::new(),
        }
    }

    /// The code, where this program knows it.
    pub fn known(&self) -> Option<Code> {
        Code::ALL.into_iter().find(|code| code.word() == self.code)
    }
}

fn codes(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": Code::ALL.map(Code::word).to_vec() })
}

macro_rules! codes {
    ($count:literal: $($variant:ident $word:literal $status:literal $title:literal,)*) => {
        /// Every code that a problem may have.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $($variant,)* }

        impl Code {
            pub const ALL: [Code; $count] = [$(Code::$variant,)*];

            pub fn word(self) -> &'static str {
                match self { $(Code::$variant => $word,)* }
            }

            /// The status that it always comes with.
            pub fn status(self) -> u16 {
                match self { $(Code::$variant => $status,)* }
            }

            pub fn title(self) -> &'static str {
                match self { $(Code::$variant => $title,)* }
            }
        }
    };
}

codes! { 54:
    Malformed "malformed" 400 "The body cannot be read",
    BadParameter "bad-parameter" 400 "A parameter is not of its form",
    BadPath "bad-path" 400 "The path is not in its plain form",
    BadFraming "bad-framing" 400 "The request's length is not clear",
    Unauthenticated "unauthenticated" 401 "Nobody proved who asks",
    NotPermitted "not-permitted" 403 "Not permitted",
    NotFound "not-found" 404 "Not there",
    NoSuchRoute "no-such-route" 404 "No such path",
    MethodNotAllowed "method-not-allowed" 405 "Not a method of this path",
    Timeout "timeout" 408 "The request took too long to arrive",
    Spent "spent" 409 "An apply of the plan was begun before",
    LeaseHeld "lease-held" 409 "Somebody else holds the lease",
    LeaseLost "lease-lost" 409 "The lease is somebody else's by now",
    AlreadyThere "already-there" 409 "Already there",
    ApplicationInUse "application-in-use" 409 "Something is connected for it",
    LastAdministrator "last-administrator" 409 "Somebody has to administer",
    UpdateWhileConnected "update-while-connected" 409 "It is connected",
    ScopesWhileInUse "scopes-while-in-use" 409 "Webhooks use it",
    DeleteWhileReferenced "delete-while-referenced" 409 "Others refer to it",
    AuthenticationWhileConnected "authentication-while-connected" 409 "Connections use it",
    ServiceOfConnection "service-of-connection" 409 "A connection stays with its service",
    ScopesOutsideService "scopes-outside-service" 409 "The service does not offer these scopes",
    HostOutsideService "host-outside-service" 409 "The host is none of the service's",
    PlainHttp "plain-http" 409 "A credential would travel unencrypted",
    Protected "protected" 409 "It is protected",
    NotOwned "not-owned" 409 "Another project owns it, or none does",
    NotConnected "not-connected" 409 "It has to be connected first",
    NeedsLoginUser "needs-login-user" 409 "Nobody's credentials were named",
    NeedsApplication "needs-application" 409 "Name the application that it is for",
    NotReady "not-ready" 409 "Something has to be set up first",
    NothingToConsent "nothing-to-consent" 409 "Nobody has to consent",
    OtherAccount "other-account" 409 "It was another account of the service",
    UnknownConsent "unknown-consent" 409 "No such consent is waited for",
    ConsentFailed "consent-failed" 409 "The consent came to nothing",
    UnderWay "under-way" 409 "It is being tried at this moment",
    Stale "stale" 412 "Changed by somebody else",
    TooLarge "too-large" 413 "The body is too large",
    UnsupportedMediaType "unsupported-media-type" 415 "The body is not JSON",
    BadShape "bad-shape" 422 "The body does not fit its schema",
    Invalid "invalid" 422 "It makes no sense as it is",
    KeyReused "key-reused" 422 "The idempotency key stands for another call",
    CannotCarry "cannot-carry" 422 "The call cannot carry the credential",
    Unfilled "unfilled" 422 "The event does not fill the webhook",
    PreconditionRequired "precondition-required" 428 "Say which revision is meant",
    TooManyRequests "too-many-requests" 429 "Too many requests",
    HeadersTooLarge "headers-too-large" 431 "The headers are too large",
    Internal "internal" 500 "A fault of the server",
    AuditBroken "audit-broken" 500 "The audit does not hold together",
    CallFailed "call-failed" 502 "The call did not come back",
    ServiceFault "service-fault" 502 "The service's settings are at fault",
    NoAccessNow "no-access-now" 503 "No access at the moment",
    Busy "busy" 503 "The server is busy",
    Sealed "sealed" 503 "The vault's key does not fit the data",
    Unavailable "unavailable" 503 "The data cannot be reached",
}

impl Code {
    /// The code of a platform's rule.
    pub fn of_rule(refusal: &Refusal) -> Code {
        match refusal {
            Refusal::UpdateWhileConnected => Code::UpdateWhileConnected,
            Refusal::ScopesWhileInUse { .. } => Code::ScopesWhileInUse,
            Refusal::DeleteWhileReferenced { .. } => Code::DeleteWhileReferenced,
            Refusal::AuthenticationWhileConnected { .. } => Code::AuthenticationWhileConnected,
            Refusal::ServiceOfConnection => Code::ServiceOfConnection,
            Refusal::ScopesOutsideService { .. } => Code::ScopesOutsideService,
            Refusal::HostOutsideService { .. } => Code::HostOutsideService,
            Refusal::PlainHttp { .. } => Code::PlainHttp,
            Refusal::Protected => Code::Protected,
            Refusal::NotOwned { .. } => Code::NotOwned,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_s_code_is_the_word_of_the_rule() {
        let refusals = [Refusal::Protected, Refusal::NotOwned { owner: None }, Refusal::PlainHttp { host: String::new() }];
        for refusal in refusals {
            let json = serde_json::to_value(&refusal).expect("it is data");
            assert_eq!(json["code"], Code::of_rule(&refusal).word());
        }
    }

    #[test]
    fn words_are_distinct_and_a_problem_reads_back() {
        let words: BTreeSet<&str> = Code::ALL.map(Code::word).into();
        assert_eq!(words.len(), Code::ALL.len());
        let problem = Problem { pointer: Some("/body/name".to_owned()), ..Problem::new(Code::BadShape, "`name` is missing") };
        let json = serde_json::to_string(&problem).expect("it is data");
        assert!(!json.contains("null"), "{json}");
        let back: Problem = serde_json::from_str(&json).expect("it reads back");
        assert_eq!((back.known(), back), (Some(Code::BadShape), problem));
    }
}
