//! `revoke`: takes a connection's authorizations away, here and at the service, and says which of it happened.

use super::{opened, party, platform};
use crate::broker::{Call, Expect, Told, ToldOutcome};
use crate::cli::args::{Revoke, TextOrJson};
use crate::cli::exit::Exit;
use crate::cli::report::json;
use crate::cli::report::page::Tone;
use crate::cli::talk::{Failure, Talk};
use crate::resource::WebhookState;
use serde_json::json;

pub(crate) fn run(args: &Revoke, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    let platform = platform::open(&opened, &args.broker, talk)?;
    let report = party::named(&platform, &args.name)?;
    if args.as_user.is_some() && !report.use_login_user_credentials {
        return Err(Failure::new(Exit::Usage, format!("`{}` runs with its owner's credentials, not with each user's", report.address)));
    }
    let call = Call { actor: platform.actor(), project: None, key: None, expect: Expect::Whatever, fence: None };
    let (_, mut told) = platform
        .broker()
        .revoke_and_tell(&call, &report.address, args.as_user.as_deref())
        .map_err(|error| party::failure("could not revoke", report.address.name.as_str(), error))?;
    // What had to wait before is told along; only this connection's outcome counts here.
    told.retain(|one| one.connection == report.address.name);
    let _ = platform.broker().tell_services(None);
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
                page.put(tone(&one.outcome), &format!("  {whose}{}", one.outcome.words())).end();
            }
            for address in blocked {
                page.put(Tone::Caution, &format!("  {address} is blocked until it is connected again")).end();
            }
            talk.data(&page.into_text());
        }
    }
    let failed = told.iter().any(|one| matches!(one.outcome, ToldOutcome::Failed { .. }));
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

fn tone(outcome: &ToldOutcome) -> Tone {
    match outcome {
        ToldOutcome::Revoked => Tone::Good,
        ToldOutcome::NoEndpoint { .. } | ToldOutcome::Queued { .. } => Tone::Caution,
        ToldOutcome::Failed { .. } => Tone::Bad,
    }
}

fn machine(told: &Told) -> serde_json::Value {
    let outcome = match &told.outcome {
        ToldOutcome::Revoked => "revoked",
        ToldOutcome::NoEndpoint { .. } => "no_endpoint",
        ToldOutcome::Queued { .. } => "queued",
        ToldOutcome::Failed { .. } => "failed",
    };
    json!({ "user": told.user, "outcome": outcome, "detail": told.outcome.words() })
}
