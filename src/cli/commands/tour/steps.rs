//! The steps: each does one thing, makes sure at both ends that it happened, and says in one line what was seen.

use super::stage::{Missed, Ran, Stage};
use crate::cli::exit::Exit;
use crate::clock::parse_rfc3339;
use serde_json::Value;
use std::time::Duration;

/// One stop of the tour.
pub(super) struct Step {
    pub(super) name: &'static str,
    /// What was seen.
    pub(super) take: fn(&Stage) -> Result<String, Missed>,
}

/// In this order; each builds on the ones before it.
pub(super) const STEPS: &[Step] = &[
    Step { name: "plan", take: plan },
    Step { name: "apply", take: apply },
    Step { name: "consent", take: consent },
    Step { name: "call", take: call },
    Step { name: "expiry", take: expiry },
    Step { name: "refresh", take: refresh },
    Step { name: "webhook", take: webhook },
    Step { name: "revoke", take: revoke },
    Step { name: "refused", take: refused },
    Step { name: "audit", take: audit },
];

/// How long the sandbox's access tokens are good for.
const LIFETIME: Duration = Duration::from_secs(3600);
const DEVICES: &str = "/api/devices";

fn plan(stage: &Stage) -> Result<String, Missed> {
    let plan = stage.bowline(&["plan", "--format", "json"]).done()?;
    let (create, consents) = (number(&plan, "/summary/create")?, number(&plan, "/summary/consents")?);
    ensure(create > 0 && stage.stats().requests.is_empty(), || "a plan creates something and asks nobody".to_owned())?;
    Ok(format!("{create} objects to create, {consents} of them wait for a person's consent"))
}

fn apply(stage: &Stage) -> Result<String, Missed> {
    let report = stage.bowline(&["apply", "--auto-approve", "--format", "json"]).done()?;
    ensure(report["complete"] == true, || "the apply is incomplete".to_owned())?;
    let live = list(&stage.bowline(&["status", "--format", "json"]).done()?, "/objects")?.len();
    let (done, waiting) = (list(&report, "/done")?.len(), list(&report, "/waiting")?.len());
    let own = stage.stats().token_requests.get("client_credentials").copied().unwrap_or_default();
    ensure(own == 1 && waiting == 2, || format!("{own} tokens for machines, {waiting} connections waiting"))?;
    Ok(format!("{done} steps done, {live} objects live; `nightly_report` is connected already: no person is needed for it"))
}

fn consent(stage: &Stage) -> Result<String, Missed> {
    let connected = stage.bowline(&["connect", "readings", "--timeout", "30s", "--format", "json"]);
    let visited = stage.visited()?;
    let connected = connected.done()?;
    let allowed = stage.stats().consents_allowed;
    ensure(connected["state"] == "connected" && allowed == 1, || format!("{allowed} consents at the sandbox"))?;
    ensure(visited.page.is_success() && visited.back.is_success(), || "a page was not shown".to_owned())?;
    let scopes = visited.scopes.join(", ");
    Ok(format!("the sandbox's consent page: {}; `Allow` was pressed for you; granted: {scopes}", visited.page.as_u16()))
}

fn call(stage: &Stage) -> Result<String, Missed> {
    let (status, generation) = called(stage)?;
    ensure(generation == 1, || format!("the first token is of generation {generation}"))?;
    Ok(format!("GET {DEVICES}: {status} from the sandbox, with token generation {generation}"))
}

fn expiry(stage: &Stage) -> Result<String, Missed> {
    stage.put_clock_forward(LIFETIME);
    let status = stage.bowline(&["status", "--format", "json"]).done()?;
    let mut objects = list(&status, "/objects")?.iter();
    let readings = objects.find(|object| object["address"] == "connections.readings").cloned().unwrap_or_default();
    let ends = text(&readings, "/connection/held/access_expires")?;
    let is_over = parse_rfc3339(ends).is_some_and(|ends| ends <= stage.now());
    ensure(is_over, || format!("the access goes on until {ends}"))?;
    Ok("the clock of the sandbox and of Bowline was put forward by an hour: the token is over".to_owned())
}

fn refresh(stage: &Stage) -> Result<String, Missed> {
    let (status, generation) = called(stage)?;
    let stats = stage.stats();
    let refreshes = stats.token_requests.get("refresh_token").copied().unwrap_or_default();
    ensure(generation == 2 && refreshes == 1 && stats.reuse_detections == 0, || {
        format!("generation {generation} after {refreshes} refresh requests, {} reuses", stats.reuse_detections)
    })?;
    Ok(format!("the same call: {status} with token generation {generation}; one token request, the refresh token rotated"))
}

fn webhook(stage: &Stage) -> Result<String, Missed> {
    let event = r#"{"alarm":{"device":"cold-room-1","message":"too warm"}}"#;
    let delivery = stage.bowline(&["webhook", "trigger", "too_warm", "--data", event, "--format", "json"]).done()?;
    let log = stage.at_sandbox("/hooks/signed/log")?;
    let received = list(&log, "/received")?;
    let arrived = received.first().cloned().unwrap_or_default();
    ensure(received.len() == 1 && arrived["id"] == delivery["id"] && arrived["signature"] == "valid", || {
        format!("{} deliveries at the sandbox, signature {}", received.len(), arrived["signature"])
    })?;
    let status = number(&delivery, "/attempts/0/status")?;
    Ok(format!("`too_warm`: {status}, arrived once with this connection; the sandbox found the signature valid"))
}

fn revoke(stage: &Stage) -> Result<String, Missed> {
    let revoked = stage.bowline(&["revoke", "readings", "--format", "json"]).done()?;
    let outcome = text(&revoked, "/services/0/outcome")?;
    ensure(outcome == "revoked" && stage.stats().revocations > 0, || format!("the sandbox was not told: {outcome}"))?;
    let consents = stage.at_sandbox("/control/consents")?;
    let alive = list(&consents, "/consents")?.iter().filter(|one| !one["account"].is_null() && one["revoked"].is_null()).count();
    ensure(alive == 0, || format!("{alive} consents are alive at the sandbox"))?;
    ensure(revoked["blocked_webhooks"][0] == "webhooks.too_warm", || "its webhook is not blocked".to_owned())?;
    Ok("taken away here and at the sandbox; `too_warm` is blocked until somebody consents again".to_owned())
}

fn refused(stage: &Stage) -> Result<String, Missed> {
    let before = stage.stats();
    let refused = invoke(stage);
    ensure(refused.exit == Exit::Failed && refused.says("is revoked"), || "the call was not refused".to_owned())?;
    ensure(stage.stats() == before, || "something was sent all the same".to_owned())?;
    Ok("the same call: refused here, and nothing was sent to the sandbox".to_owned())
}

fn audit(stage: &Stage) -> Result<String, Missed> {
    let verified = stage.bowline(&["audit", "verify"]);
    ensure(verified.exit == Exit::Done && verified.says("Whole"), || "the audit's chain is broken".to_owned())?;
    let lines = list(&stage.bowline(&["audit", "--last", "1000", "--format", "json"]).done()?, "/lines")?.len();
    Ok(format!("{lines} lines say who did what; their chain is whole"))
}

fn invoke(stage: &Stage) -> Ran {
    stage.bowline(&["invoke", "readings", "GET", &stage.sandbox.url(DEVICES), "--detailed"])
}

/// Status, and the generation of the token that the audit noted before it was sent.
fn called(stage: &Stage) -> Result<(u64, u64), Missed> {
    let calls = |stage: &Stage| stage.stats().api_calls.get(DEVICES).copied().unwrap_or_default();
    let before = calls(stage);
    let answer = invoke(stage).done()?;
    let status = number(&answer, "/status")?;
    ensure(status == 200 && calls(stage) == before + 1, || format!("status {status}"))?;
    let audit = stage.bowline(&["audit", "--last", "1", "--format", "json"]).done()?;
    let generation = text(&audit, "/lines/0/detail/generation")?.parse().map_err(|_| Missed("no generation in the audit".to_owned()))?;
    Ok((status, generation))
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Missed> {
    if holds { Ok(()) } else { Err(Missed(otherwise())) }
}

fn number(answer: &Value, at: &str) -> Result<u64, Missed> {
    answer.pointer(at).and_then(Value::as_u64).ok_or_else(|| missing(at))
}

fn text<'a>(answer: &'a Value, at: &str) -> Result<&'a str, Missed> {
    answer.pointer(at).and_then(Value::as_str).ok_or_else(|| missing(at))
}

fn list<'a>(answer: &'a Value, at: &str) -> Result<&'a Vec<Value>, Missed> {
    answer.pointer(at).and_then(Value::as_array).ok_or_else(|| missing(at))
}

fn missing(at: &str) -> Missed {
    Missed(format!("an answer has no `{at}`"))
}
