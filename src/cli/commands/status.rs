//! `status`: what is live, what waits for whom, what is blocked because of it.

use super::{opened, platform};
use crate::apply::Remote;
use crate::broker::Report;
use crate::cli::args::{Status, TextOrJson};
use crate::cli::exit::Exit;
use crate::cli::report::page::{Page, Tone};
use crate::cli::report::status_text::{Row, table};
use crate::cli::report::{self, counted, json};
use crate::cli::talk::{Failure, Talk};
use crate::clock::rfc3339;
use crate::resource::{Address, ConnectionState, Kind, Live, Observed, Status as LiveStatus, WebhookState};
use serde::Serialize;

pub(crate) fn run(args: &Status, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    let platform = platform::look(&opened, &args.broker, talk)?;
    let mut observed = platform.observe().map_err(platform::failure)?;
    let mut reports = platform.broker().status().map_err(|error| platform::broker_failure("could not read the state", error))?;
    if !args.all {
        let own = |owner: &Option<String>| owner.as_deref() == Some(opened.compiled.project.name.as_str());
        observed.objects.retain(|_, live| own(&live.owner));
        reports.retain(|report| own(&report.owner));
    }
    match args.format {
        TextOrJson::Json => talk.data(&json(&machine(&observed, &reports))),
        TextOrJson::Text => {
            let mut page = talk.page();
            people(&observed, &reports, &mut page);
            talk.data(&page.into_text());
        }
    }
    Ok(Exit::Done)
}

fn people(observed: &Observed, reports: &[Report], page: &mut Page) {
    if observed.objects.is_empty() {
        page.line("Nothing is live yet. `bowline apply` creates what the project declares.");
        return;
    }
    let mut rows: Vec<Row> = reports.iter().map(connection_row).collect();
    rows.extend(observed.objects.iter().filter_map(|(address, live)| webhook_row(address, live)));
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
    let tone = match report.state {
        ConnectionState::Connected => Tone::Good,
        ConnectionState::NotConnected | ConnectionState::AwaitingConsent => Tone::Caution,
        ConnectionState::Expired | ConnectionState::Revoked | ConnectionState::Error => Tone::Bad,
    };
    let mut detail = report.service.to_string();
    if !report.scopes.is_empty() {
        detail.push_str(&format!(", {}", counted(report.scopes.len(), "scope")));
    }
    if report.use_login_user_credentials {
        detail.push_str(&format!(", each user's own account ({})", counted(report.users.len(), "user")));
    }
    if !report.message.is_empty() {
        detail.push_str(&format!(": {}", report.message));
    }
    Row { address: report.address.to_string(), state: report.state.words().to_owned(), tone, detail }
}

/// Webhooks that can fire need no line of their own.
fn webhook_row(address: &Address, live: &Live) -> Option<Row> {
    let (state, detail) = match &live.status {
        LiveStatus::Webhook(WebhookState::Blocked) => ("blocked", "its connection is not connected"),
        LiveStatus::Webhook(WebhookState::Detached) => ("detached", "set aside by an apply that did not finish: apply again"),
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
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<ConnectionDetail>,
}

#[derive(Debug, Serialize)]
struct ConnectionDetail {
    service: String,
    scopes: Vec<String>,
    use_login_user_credentials: bool,
    message: String,
    since: Option<String>,
    users: Vec<User>,
    blocked_webhooks: Vec<Address>,
}

#[derive(Debug, Serialize)]
struct User {
    user: String,
    state: ConnectionState,
    message: String,
    since: String,
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
        message: report.message.clone(),
        since: report.since.map(rfc3339),
        users: report
            .users
            .iter()
            .map(|user| User { user: user.user.clone(), state: user.state, message: user.message.clone(), since: rfc3339(user.since) })
            .collect(),
        blocked_webhooks: report.blocked().cloned().collect(),
    }
}
