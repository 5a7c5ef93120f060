//! `revoke`: takes a connection's authorizations away, here and at the service, and says which of it happened.

use super::platform::{self, Platform, call_failure};
use super::{opened, party};
use crate::broker::{Call, Expect, Report};
use crate::cli::args::{Revoke, TextOrJson};
use crate::cli::exit::Exit;
use crate::cli::report::json;
use crate::cli::report::page::Tone;
use crate::cli::talk::{Failure, Talk};
use crate::diag::nearest;
use crate::embedded::Embedded;
use crate::remote::Http;
use crate::resource::WebhookState;
use crate::server::words;
use crate::wire::{RevokeAsked, Told, ToldOutcome};
use serde_json::json;

pub(crate) fn run(args: &Revoke, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    let platform = platform::open(&opened, &args.broker, talk)?;
    let report = party::named(&platform, &args.name)?;
    if args.as_user.is_some() && !report.use_login_user_credentials {
        return Err(Failure::new(Exit::Usage, format!("`{}` runs with its owner's credentials, not with each user's", report.address)));
    }
    if let Some(user) = args.as_user.as_deref().filter(|user| report.users.iter().all(|one| one.user != *user)) {
        return Err(nobody(user, &report));
    }
    let told = match &platform {
        Platform::Here(embedded) => here(embedded, &report, args.as_user.as_deref())?,
        Platform::There(http) => there(http, &report, args.as_user.as_deref())?,
    };
    let now = party::named(&platform, &args.name)?;
    let blocked: Vec<_> = now.webhooks.iter().filter(|(_, state)| **state == WebhookState::Blocked).map(|(address, _)| address).collect();
    match args.format {
        TextOrJson::Json => talk.data(&json(&json!({
            "format_version": "1.0",
            "address": report.address,
            "state": now.state,
            "services": told.iter().map(machine).collect::<Vec<_>>(),
            "blocked_webhooks": blocked,
        }))),
        TextOrJson::Text => {
            let mut page = talk.page();
            page.put(Tone::Good, "Revoked").say(&format!(": nothing uses {} from now on", report.address));
            page.line(&args.as_user.as_ref().map(|user| format!(" for {user}")).unwrap_or_default());
            for one in &told {
                let whose = if one.user.is_empty() { String::new() } else { format!("{}: ", one.user) };
                page.put(tone(one.outcome), &format!("  {whose}{}", one.message)).end();
            }
            if matches!(&platform, Platform::Here(_)) && told.iter().any(|one| one.outcome == ToldOutcome::Queued) {
                let how = "  the next `bowline webhook deliver`, `apply`, `invoke` or `connect` after a while tries it again";
                page.put(Tone::Quiet, how).end();
            }
            for address in blocked {
                page.put(Tone::Caution, &format!("  {address} is blocked until it is connected again")).end();
            }
            talk.data(&page.into_text());
        }
    }
    let failed = told.iter().any(|one| one.outcome == ToldOutcome::Failed);
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

fn nobody(user: &str, report: &Report) -> Failure {
    let failure = Failure::new(Exit::Usage, format!("`{}` holds nothing of a login user `{user}`", report.address));
    match nearest(user, report.users.iter().map(|one| one.user.as_str())) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`bowline status` shows whose accounts it is connected with"),
    }
}

/// What the services made of it, in the API's words.
fn here(embedded: &Embedded, report: &Report, user: Option<&str>) -> Result<Vec<Told>, Failure> {
    let call = Call { actor: embedded.actor(), project: None, key: None, expect: Expect::Whatever, fence: None };
    let (_, mut told) = embedded
        .broker()
        .revoke_and_tell(&call, &report.address, user)
        .map_err(|error| party::failure("could not revoke", report.address.name.as_str(), error))?;
    // What had to wait before is told along; only this connection's outcome counts here.
    told.retain(|one| one.connection == report.address.name);
    Ok(told.iter().map(words::told).collect())
}

fn there(http: &Http, report: &Report, user: Option<&str>) -> Result<Vec<Told>, Failure> {
    let asked = RevokeAsked { user: user.map(str::to_owned) };
    let revoked = http.revoke(report.address.name.as_str(), &asked).map_err(|error| call_failure("could not revoke", error))?;
    Ok(revoked.told)
}

fn tone(outcome: ToldOutcome) -> Tone {
    match outcome {
        ToldOutcome::Revoked => Tone::Good,
        ToldOutcome::NoEndpoint | ToldOutcome::Queued => Tone::Caution,
        ToldOutcome::Failed => Tone::Bad,
    }
}

fn machine(told: &Told) -> serde_json::Value {
    json!({ "user": told.user, "outcome": told.outcome, "detail": told.message })
}
