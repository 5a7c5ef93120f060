//! `status`: what is live, what waits for whom, what is blocked because of it.

use super::{opened, platform};
use crate::apply::Remote;
use crate::broker::{HeldReport, Report, UserReport};
use crate::cli::args::{Status, TextOrJson};
use crate::cli::exit::Exit;
use crate::cli::report::page::{Page, Tone};
use crate::cli::report::status_text::{Row, table};
use crate::cli::report::{self, counted, json};
use crate::cli::talk::{Failure, Talk};
use crate::clock::rfc3339;
use crate::resource::{Address, ConnectionState, Kind, Live, Observed, Status as LiveStatus, WebhookState};
use serde::Serialize;
use std::time::SystemTime;

pub(crate) fn run(args: &Status, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    let platform = platform::look(&opened, &args.broker, talk)?;
    let mut observed = platform.observe().map_err(platform::failure)?;
    let mut reports = platform.status()?;
    if !args.all {
        let own = |owner: &Option<String>| owner.as_deref() == Some(opened.compiled.project.name.as_str());
        observed.objects.retain(|_, live| own(&live.owner));
        reports.retain(|report| own(&report.owner));
    }
    let soon = args.expiring.map(|within| talk.world.clock.now() + within);
    if let Some(until) = soon {
        reports.retain(|report| needs_somebody(report, until));
        observed.objects.retain(|address, _| reports.iter().any(|report| report.address == *address));
    }
    match args.format {
        TextOrJson::Json => talk.data(&json(&machine(&observed, &reports))),
        TextOrJson::Text => {
            let mut page = talk.page();
            match soon {
                None => people(&observed, &reports, &mut page),
                Some(_) => expiring(&reports, &mut page),
            }
            talk.data(&page.into_text());
        }
    }
    Ok(if soon.is_some() && !reports.is_empty() { Exit::Differences } else { Exit::Done })
}

/// Whether a person has to connect it, or one of its users, again by then.
fn needs_somebody(report: &Report, until: SystemTime) -> bool {
    let is_over = |state| matches!(state, ConnectionState::Expired | ConnectionState::Error);
    let ends = |held: &HeldReport| held.ends.is_some_and(|ends| ends <= until);
    is_over(report.state) || ends(&report.held) || report.users.iter().any(|user| is_over(user.state) || ends(&user.held))
}

fn expiring(reports: &[Report], page: &mut Page) {
    if reports.is_empty() {
        page.line("Nothing expires within that time, as far as the services say.");
    }
    table(&reports.iter().flat_map(rows).collect::<Vec<_>>(), page);
}

/// A connection, and each of its users.
fn rows(report: &Report) -> Vec<Row> {
    std::iter::once(connection_row(report)).chain(report.users.iter().map(user_row)).collect()
}

fn people(observed: &Observed, reports: &[Report], page: &mut Page) {
    if observed.objects.is_empty() {
        page.line("Nothing is live yet. `bowline apply` creates what the project declares.");
        return;
    }
    let mut rows: Vec<Row> = reports.iter().flat_map(rows).collect();
    rows.extend(observed.objects.iter().filter_map(|(address, live)| webhook_row(address, live, needs_login_user(address, reports))));
    table(&rows, page);
    if !rows.is_empty() {
        page.end();
    }
    let counts: Vec<String> = Kind::ALL
        .into_iter()
        .map(|kind| counted(observed.objects.keys().filter(|address| address.kind == kind).count(), kind.word()))
        .collect();
    page.line(&format!("Live: {}", counts.join(", ")));
    let waiting = reports.iter().filter(|report| report.state == ConnectionState::AwaitingConsent).count();
    if waiting > 0 {
        page.put(Tone::Caution, &format!("{} for a person's consent", report::waits(waiting))).end();
    }
}

fn connection_row(report: &Report) -> Row {
    let mut detail = report.service.to_string();
    if !report.scopes.is_empty() {
        detail.push_str(&format!(", {}", counted(report.scopes.len(), "scope")));
    }
    if report.use_login_user_credentials {
        detail.push_str(&format!(", each user's own account ({})", counted(report.users.len(), "user")));
    }
    detail.push_str(&held_words(&report.held, &report.message));
    if !report.message.is_empty() {
        detail.push_str(&format!(": {}", report.message));
    }
    Row { address: report.address.to_string(), state: report.state.words().to_owned(), tone: tone(report.state), detail }
}

fn user_row(user: &UserReport) -> Row {
    let mut detail = held_words(&user.held, &user.message).trim_start_matches(", ").to_owned();
    if !user.message.is_empty() {
        detail = if detail.is_empty() { user.message.clone() } else { format!("{detail}: {}", user.message) };
    }
    Row { address: format!("  {}", user.user), state: user.state.words().to_owned(), tone: tone(user.state), detail }
}

fn tone(state: ConnectionState) -> Tone {
    match state {
        ConnectionState::Connected => Tone::Good,
        ConnectionState::NotConnected | ConnectionState::AwaitingConsent => Tone::Caution,
        ConnectionState::Expired | ConnectionState::Revoked | ConnectionState::Error => Tone::Bad,
    }
}

/// What is held, in words that follow others. `message` is said beside them, and nothing twice.
fn held_words(held: &HeldReport, message: &str) -> String {
    let mut words = String::new();
    let mut say = |what: &str, time: Option<SystemTime>| {
        if let Some(time) = time {
            words.push_str(&format!(", {what} {}", rfc3339(time)));
        }
    };
    say("access until", held.expires);
    say("to be connected again by", held.ends.filter(|ends| Some(*ends) != held.expires));
    if let Some(account) = &held.account {
        words.push_str(&format!(", account {}", account.0));
    }
    if held.account_untold {
        words.push_str(", whose account is not told");
    }
    if let Some(time) = held.last_used {
        words.push_str(&format!(", last used {}", rfc3339(time)));
    }
    if !held.last_error.is_empty() && !message.contains(&held.last_error) {
        words.push_str(&format!(", last error: {}", held.last_error));
    }
    words
}

/// Whether a webhook is signed with a login user's own account, which no event has.
fn needs_login_user(webhook: &Address, reports: &[Report]) -> bool {
    reports.iter().any(|report| report.use_login_user_credentials && report.webhooks.contains_key(webhook))
}

/// Webhooks that fire by themselves need no line of their own.
fn webhook_row(address: &Address, live: &Live, needs_login_user: bool) -> Option<Row> {
    let (state, detail) = match &live.status {
        LiveStatus::Webhook(WebhookState::Blocked) => ("blocked", "its connection is not connected"),
        LiveStatus::Webhook(WebhookState::Detached) => ("detached", "set aside by an apply that did not finish: apply again"),
        LiveStatus::Webhook(WebhookState::Active) if needs_login_user => {
            ("active", "only on a login user's behalf: `webhook trigger --as`")
        }
        LiveStatus::Webhook(WebhookState::Active) | LiveStatus::Service | LiveStatus::Connection(_) | LiveStatus::Function => return None,
    };
    Some(Row { address: address.to_string(), state: state.to_owned(), tone: Tone::Caution, detail: detail.to_owned() })
}

/// The report for machines.
#[derive(Debug, Serialize)]
struct Machine {
    format_version: &'static str,
    objects: Vec<Object>,
}

#[derive(Debug, Serialize)]
struct Object {
    address: Address,
    name: String,
    owner: Option<String>,
    protect: bool,
    etag: String,
    /// The state of a connection or webhook.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    /// Whether a webhook fires only on a login user's behalf.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    needs_login_user: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<ConnectionDetail>,
}

#[derive(Debug, Serialize)]
struct ConnectionDetail {
    service: String,
    scopes: Vec<String>,
    use_login_user_credentials: bool,
    /// The application of the portal that it was connected for.
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<String>,
    message: String,
    since: Option<String>,
    users: Vec<User>,
    blocked_webhooks: Vec<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<HeldDetail>,
}

/// What is held of a grant. Scopes that were asked for and not granted are told apart.
#[derive(Debug, Serialize)]
struct HeldDetail {
    granted: Vec<String>,
    missing: Vec<String>,
    access_expires: Option<String>,
    ends: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    account_untold: bool,
    last_used: Option<String>,
    last_error: String,
    retry_at: Option<String>,
}

#[derive(Debug, Serialize)]
struct User {
    user: String,
    state: ConnectionState,
    message: String,
    since: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<HeldDetail>,
}

fn machine(observed: &Observed, reports: &[Report]) -> Machine {
    let objects = observed
        .objects
        .iter()
        .map(|(address, live)| Object {
            address: address.clone(),
            name: live.resource.display_name().to_owned(),
            owner: live.owner.clone(),
            protect: live.resource.protect(),
            etag: live.etag.0.clone(),
            state: state(&live.status),
            needs_login_user: needs_login_user(address, reports),
            connection: reports.iter().find(|report| report.address == *address).map(detail),
        })
        .collect();
    Machine { format_version: "1.0", objects }
}

fn state(status: &LiveStatus) -> Option<String> {
    let word = |value: serde_json::Value| value.as_str().map(str::to_owned);
    match status {
        LiveStatus::Service | LiveStatus::Function => None,
        LiveStatus::Connection(status) => word(serde_json::json!(status.state)),
        LiveStatus::Webhook(state) => word(serde_json::json!(state)),
    }
}

fn detail(report: &Report) -> ConnectionDetail {
    ConnectionDetail {
        service: report.service.to_string(),
        scopes: report.scopes.iter().map(|scope| scope.0.clone()).collect(),
        use_login_user_credentials: report.use_login_user_credentials,
        application: report.application.as_ref().map(ToString::to_string),
        message: report.message.clone(),
        since: report.since.map(rfc3339),
        users: report
            .users
            .iter()
            .map(|user| User {
                user: user.user.clone(),
                state: user.state,
                message: user.message.clone(),
                since: rfc3339(user.since),
                application: user.application.as_ref().map(ToString::to_string),
                held: held_detail(report, &user.held),
            })
            .collect(),
        blocked_webhooks: report.blocked().cloned().collect(),
        held: held_detail(report, &report.held),
    }
}

/// `None` where nothing was ever held or used.
fn held_detail(report: &Report, held: &HeldReport) -> Option<HeldDetail> {
    if *held == HeldReport::default() {
        return None;
    }
    let words = |scopes: &mut dyn Iterator<Item = &crate::resource::Scope>| scopes.map(|scope| scope.0.clone()).collect();
    let missing = if held.granted.is_empty() { Vec::new() } else { words(&mut report.scopes.difference(&held.granted)) };
    Some(HeldDetail {
        granted: words(&mut held.granted.iter()),
        missing,
        access_expires: held.expires.map(rfc3339),
        ends: held.ends.map(rfc3339),
        account: held.account.as_ref().map(|account| account.0.clone()),
        account_untold: held.account_untold,
        last_used: held.last_used.map(rfc3339),
        last_error: held.last_error.clone(),
        retry_at: held.retry_at.map(rfc3339),
    })
}
