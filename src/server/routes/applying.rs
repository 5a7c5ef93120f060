//! What a plan and its apply need: everything at once, fingerprints, plans that are spent, leases.

use super::objects::shown;
use crate::broker::LeaseWanted;
use crate::clock::rfc3339;
use crate::resource::{Address, Etag, Trace};
use crate::secret::Secret;
use crate::server::answer::Answer;
use crate::server::asked::Asked;
use crate::server::served::Served;
use crate::server::trouble;
use crate::store::ApplyLease;
use crate::wire::{self, Estate, Fingerprinted, LeaseAsked, LeaseRenewed, Leases, Parameter, Problem, Spent, ToFingerprint, Traces};
use aws_lc_rs::digest::{Context, SHA256};
use http::StatusCode;
use serde::Serialize;
use std::io::Write;
use std::time::Duration;

pub(in crate::server) fn estate(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let observed = asked.admitted(served).observe().map_err(trouble::broker)?;
    let objects = observed.objects.into_iter().map(|(address, live)| shown(address, live)).collect();
    let estate = Estate { revision: observed.revision, objects };
    let etag = tag_of(&estate);
    if asked.knows(&etag) {
        return Ok(Answer::empty(StatusCode::NOT_MODIFIED).tagged(Some(&etag)));
    }
    let answer = if asked.takes_gzip() { Answer::gzipped(&estate) } else { Answer::ok(&estate) };
    Ok(answer.tagged(Some(&etag)).with(http::header::VARY, http::HeaderValue::from_static("accept-encoding")))
}

pub(in crate::server) fn fingerprints(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let ToFingerprint { values } = asked.body()?;
    let values: Vec<Secret<String>> = values.into_iter().map(|clear| clear.0).collect();
    let fingerprints = asked.admitted(served).fingerprint(&values).map_err(trouble::broker)?;
    Ok(Answer::ok(&Fingerprinted { fingerprints }))
}

pub(in crate::server) fn spent(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let plan_id = asked.part(Parameter::PLAN).to_owned();
    let at = asked.admitted(served).spent(&plan_id).map_err(trouble::broker)?;
    Ok(Answer::ok(&Spent { plan_id, spent_at: at.map(rfc3339) }))
}

pub(in crate::server) fn spend(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let plan_id = asked.part(Parameter::PLAN).to_owned();
    let admitted = asked.admitted(served);
    let key = asked.key();
    admitted.spend(&asked.how(&key)?, &plan_id).map_err(trouble::broker)?;
    let at = admitted.spent(&plan_id).map_err(trouble::broker)?;
    Ok(Answer::ok(&Spent { plan_id, spent_at: at.map(rfc3339) }))
}

pub(in crate::server) fn traces(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let traces = asked.admitted(served).traces(asked.part(Parameter::PROJECT_NAME)).map_err(trouble::broker)?;
    let shown = |(address, trace): (Address, Trace)| {
        let revoked = trace.revoked.map(|(by, at)| wire::TakenAway { by, at });
        wire::Trace { address, by: trace.by, at: trace.at, deed: trace.deed, revoked }
    };
    Ok(Answer::ok(&Traces { items: traces.into_iter().map(shown).collect() }))
}

pub(in crate::server) fn leases(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let leases = asked.admitted(served).leases().map_err(trouble::broker)?;
    Ok(Answer::ok(&Leases { items: leases.into_iter().map(lease).collect() }))
}

pub(in crate::server) fn take_lease(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let LeaseAsked { ttl_seconds, claim } = asked.body()?;
    let wanted = LeaseWanted { project: asked.part(Parameter::PROJECT_NAME), claim: &claim, ttl: Duration::from_secs(ttl_seconds) };
    let taken = asked.admitted(served).take_lease(wanted).map_err(trouble::broker)?;
    Ok(Answer::json(StatusCode::CREATED, &lease(taken)))
}

pub(in crate::server) fn renew_lease(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let LeaseRenewed { ttl_seconds } = asked.body()?;
    let fence = asked.number(Parameter::FENCE).expect("the table requires it");
    let admitted = asked.admitted(served);
    let renewed = admitted.renew_lease(asked.part(Parameter::PROJECT_NAME), fence, Duration::from_secs(ttl_seconds));
    Ok(Answer::ok(&lease(renewed.map_err(trouble::broker)?)))
}

pub(in crate::server) fn release_lease(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let admitted = asked.admitted(served);
    admitted.release_lease(asked.part(Parameter::PROJECT_NAME), asked.number(Parameter::FENCE)).map_err(trouble::broker)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// Names all that is shown: how a connection stands moves on without the revision, and not everybody sees the same.
fn tag_of(estate: &impl Serialize) -> Etag {
    let mut digesting = Digesting(Context::new(&SHA256));
    serde_json::to_writer(&mut digesting, estate).expect("an answer has text keys only, and a digest takes everything");
    Etag(hex::encode(&digesting.0.finish().as_ref()[..16]))
}

/// Takes what is written into a digest, so that the whole of it is never in memory.
struct Digesting(Context);

impl Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A lease in the API's words.
fn lease(lease: ApplyLease) -> wire::Lease {
    let held = lease.held.expect("the broker hands out leases that are held");
    wire::Lease {
        project: lease.project,
        holder: held.holder,
        fence: lease.fence,
        started_at: rfc3339(held.since),
        expires_at: rfc3339(held.until),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_tag_of_everything_follows_what_the_revision_does_not() {
        let estate = |state: &str| json!({ "revision": 7, "objects": [{ "address": "webhooks.door", "etag": "3", "state": state }] });
        assert_eq!(tag_of(&estate("active")), tag_of(&estate("active")));
        assert_ne!(tag_of(&estate("active")), tag_of(&estate("blocked")));
    }
}
