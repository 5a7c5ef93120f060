//! `connect`: a consent from link to connection, in a browser; or at once where nobody has to consent.

mod there;

use super::opened::Opened;
use super::platform::{self, Platform};
use super::{opened, party};
use crate::broker::{Arrival, BrokerError, Call, Connected, Consent, Expect, Report};
use crate::cli::args::{Connect, TextOrJson};
use crate::cli::exit::Exit;
use crate::cli::report::json;
use crate::cli::report::page::Tone;
use crate::cli::report::status_text::{Row, table};
use crate::cli::talk::{Failure, Talk};
use crate::clock::rfc3339;
use crate::embedded::{Embedded, LOOK, Receiver, Visit};
use crate::oauth::FlowError;
use crate::resource::ConnectionState;
use crate::store::Outcome;
use indicatif::ProgressBar;
use serde_json::json;
use std::sync::atomic::Ordering;

pub(crate) fn run(args: &Connect, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    match &args.name {
        None => pending(&opened, args, talk),
        Some(name) => connect(&opened, name, args, talk),
    }
}

/// What is not connected, and how it would be.
fn pending(opened: &Opened, args: &Connect, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let platform = platform::look(opened, &args.broker, talk)?;
    let mut reports = platform.status()?;
    reports.retain(|report| report.state != ConnectionState::Connected && report.owner.as_deref() == Some(&*opened.compiled.project.name));
    if args.format == TextOrJson::Json {
        let rows: Vec<_> = reports
            .iter()
            .map(
                |report| json!({ "address": report.address, "state": report.state, "message": report.message, "connect": command(report) }),
            )
            .collect();
        talk.data(&json(&json!({ "format_version": "1.0", "pending": rows })));
        return Ok(Exit::Done);
    }
    let mut page = talk.page();
    if reports.is_empty() {
        page.line("Nothing waits to be connected.");
    }
    let row = |report: &Report| Row {
        address: report.address.to_string(),
        state: report.state.words().to_owned(),
        tone: Tone::Caution,
        detail: command(report),
    };
    table(&reports.iter().map(row).collect::<Vec<_>>(), &mut page);
    talk.data(&page.into_text());
    Ok(Exit::Done)
}

fn command(report: &Report) -> String {
    format!("bowline connect {}", report.address.name)
}

fn connect(opened: &Opened, name: &str, args: &Connect, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let platform = platform::open(opened, &args.broker, talk)?;
    let report = party::named(&platform, name)?;
    match &platform {
        Platform::Here(embedded) => here(embedded, &platform, &report, args, talk),
        Platform::There(http) => there::connect((&platform, http), &report, args, talk),
    }
}

fn here(embedded: &Embedded, platform: &Platform, report: &Report, args: &Connect, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let user = party::user(platform, report, args.as_user.as_deref(), talk);
    know_application(embedded, args)?;
    let receiver = Receiver::bind(args.port, &report.service)
        .map_err(|error| Failure::because(Exit::Failed, "could not listen for the answer on this machine", error))?;
    let consent = Consent {
        actor: embedded.actor(),
        connection: &report.address.name,
        user: user.as_deref(),
        application: args.application.as_ref(),
        redirect_uri: receiver.redirect_uri(),
    };
    match embedded.broker().begin_consent(consent) {
        Ok(begun) => {
            for word in &begun.before {
                talk.aside(&format!("Good to know: {word}\n"));
            }
            show_link(&begun.link, "on this machine", args, talk);
            let mut page = talk.aside_page();
            page.put(Tone::Quiet, &format!("Waiting for the answer at {}", receiver.redirect_uri())).end();
            talk.insist(&page.into_text());
            wait(embedded, report, &receiver, args, talk)
        }
        Err(BrokerError::NothingToConsent { .. }) => at_once(embedded, platform, report, args, talk),
        Err(error) => Err(failed(report, error)),
    }
}

/// Here whoever works is an administrator, so an application that is named is one that there is to be.
fn know_application(platform: &Embedded, args: &Connect) -> Result<(), Failure> {
    let Some(name) = &args.application else { return Ok(()) };
    let failed = |error| platform::broker_failure("could not choose the application", error);
    let known = platform.broker().applications().map_err(failed)?;
    if known.iter().all(|one| one.application.name != *name) {
        platform.broker().put_application(platform.actor(), name, name.as_str()).map_err(failed)?;
    }
    Ok(())
}

/// API keys, passwords and client credentials.
fn at_once(embedded: &Embedded, platform: &Platform, report: &Report, args: &Connect, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let call = Call { actor: embedded.actor(), project: None, key: None, expect: Expect::Whatever, fence: None };
    let answer =
        embedded.broker().authorize_for(&call, &report.address, args.application.as_ref()).map_err(|error| failed(report, error))?;
    if answer.outcome == Outcome::Connection(ConnectionState::Connected) {
        say_connected(report, &Said::default(), args, talk);
        return Ok(Exit::Done);
    }
    let now = party::named(platform, report.address.name.as_str())?;
    Err(Failure::new(Exit::Failed, format!("`{}` could not be connected: {}", now.address, now.message)))
}

/// Opens the link, or shows it for a browser that is `place`.
fn show_link(link: &url::Url, place: &str, args: &Connect, talk: &mut Talk<'_>) {
    let opened = !args.no_browser && (talk.world.browser)(link).is_ok();
    let mut page = talk.aside_page();
    if opened {
        page.line("A browser was opened for your consent. Should it not come up, open this link:");
    } else {
        page.line(&format!("Open this link in a browser {place}:"));
    }
    page.end().say("  ").line(link.as_str()).end();
    talk.insist(&page.into_text());
}

fn wait(platform: &Embedded, report: &Report, receiver: &Receiver, args: &Connect, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let looks = (args.timeout.as_millis() / LOOK.as_millis()).max(1);
    let interrupted = talk.world.interrupted;
    let bar = (talk.world.terminal.stderr && !talk.is_quiet()).then(ProgressBar::new_spinner);
    let mut looked = 0;
    let mut goes_on = || {
        looked += 1;
        if let Some(bar) = &bar {
            let left = (looks - looked.min(looks)) * LOOK.as_millis() / 1000;
            bar.set_message(format!("waiting for your consent, {}:{:02} left", left / 60, left % 60));
            bar.tick();
        }
        looked < looks && !interrupted.load(Ordering::SeqCst)
    };
    let ended = loop {
        let heard = receiver.next(&mut goes_on);
        match heard.map_err(|error| Failure::because(Exit::Failed, "could not listen for the answer any more", error)) {
            Err(failure) => break Err(failure),
            Ok(None) => break Ok(None),
            Ok(Some(visit)) => match answered(platform, visit, args.allow_other_account) {
                // Somebody else's visit, or an old page that was loaded again: the person may still come.
                Err(BrokerError::UnknownConsent) => {}
                Ok(connected) => break Ok(Some(connected)),
                Err(error) => break Err(failed(report, error)),
            },
        }
    };
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    match ended? {
        Some(connected) => {
            let missing: Vec<&str> = connected.scopes.missing.iter().map(|scope| scope.0.as_str()).collect();
            let expires = connected.expires.map(rfc3339);
            let (user, note) = (&*connected.user, connected.replaced.words());
            say_connected(report, &Said { user, missing, expires, knows_account: Some(connected.knows_account), note }, args, talk);
            Ok(Exit::Done)
        }
        None if interrupted.load(Ordering::SeqCst) => Ok(Exit::Interrupted),
        None => Err(nobody(args)),
    }
}

fn nobody(args: &Connect) -> Failure {
    Failure::new(Exit::Waiting, format!("nobody consented within {}", humantime(args.timeout)))
        .hint("the link is good for ten minutes at most; `--timeout` says how long to wait")
}

fn humantime(time: std::time::Duration) -> String {
    format!("{} seconds", time.as_secs())
}

/// Finishes the consent, and tells the person in the browser what came of it.
fn answered(platform: &Embedded, visit: Visit, allow_other_account: bool) -> Result<Connected, BrokerError> {
    let redeemed = platform.broker().redeem(Arrival { actor: platform.actor(), is_user: false, url: &visit.url, allow_other_account });
    match &redeemed {
        Ok(connected) => visit.answer("Connected", &format!("{} is connected. You can close this page.", connected.address)),
        Err(BrokerError::UnknownConsent) => visit.answer("Not expected", "This answer belongs to no consent that is waited for."),
        Err(BrokerError::OtherAccount { .. }) => visit.answer("Not connected", "This is another account than before. Nothing was changed."),
        Err(BrokerError::AccountUntold { .. }) => {
            visit.answer("Not connected", "The service does not say whose account this is. Nothing was changed.")
        }
        Err(_) => visit.answer("Not connected", "It did not work out. The terminal says why; you can close this page."),
    }
    redeemed
}

fn failed(report: &Report, error: BrokerError) -> Failure {
    let denied = matches!(&error, BrokerError::Flow { error, .. } if matches!(**error, FlowError::Denied { .. }));
    let failure = party::failure("could not connect", report.address.name.as_str(), error);
    if denied { failure.hint("nothing was granted; connect again when you want to") } else { failure }
}

/// What there is to say of a connection that was made.
#[derive(Default)]
struct Said<'a> {
    /// Empty for the owner.
    user: &'a str,
    missing: Vec<&'a str>,
    expires: Option<String>,
    /// Whether the service says whose account it is; `None` where it is nobody's.
    knows_account: Option<bool>,
    /// What becomes of the access from before; empty where there is nothing to say.
    note: &'a str,
}

fn say_connected(report: &Report, said: &Said<'_>, args: &Connect, talk: &mut Talk<'_>) {
    let Said { user, missing, expires, knows_account, note } = said;
    let user = Some(*user).filter(|user| !user.is_empty());
    if args.format == TextOrJson::Json {
        talk.data(&json(&json!({
            "format_version": "1.0",
            "address": report.address,
            "user": user,
            "state": "connected",
            "missing_scopes": missing,
            "access_expires": expires,
            "knows_account": knows_account,
            "note": note,
        })));
        return;
    }
    let mut page = talk.page();
    page.put(Tone::Good, "Connected").say(&format!(": {}", report.address));
    if let Some(user) = user {
        page.say(&format!(" for {user}"));
    }
    page.end();
    if !missing.is_empty() {
        page.put(Tone::Caution, &format!("  not granted: {}", missing.join(", "))).end();
    }
    if !note.is_empty() {
        page.put(Tone::Quiet, &format!("  {note}")).end();
    }
    if *knows_account == Some(false) {
        page.put(Tone::Quiet, "  the service does not say whose account it is: another one would take its place unnoticed").end();
    }
    for address in report.blocked() {
        let whose = if report.use_login_user_credentials { " on this user's behalf: `bowline webhook trigger`" } else { "" };
        page.line(&format!("  {address} can fire now{whose}"));
    }
    talk.data(&page.into_text());
}
