//! `lock`, `users`, `tokens` and `applications`: looking after a served broker. The embedded one has a single user, who may
//! do everything, and a lock that ends with its process.

use super::opened;
use super::platform::{self, Platform, call_failure};
use crate::cli::args::{
    Applications, ApplicationsCommand, BrokerArgs, Lock, LockCommand, ProjectArgs, ServedArgs, TextOrJson, Tokens, TokensCommand, Users,
    UsersCommand,
};
use crate::cli::exit::Exit;
use crate::cli::report::json;
use crate::cli::report::page::Tone;
use crate::cli::report::status_text::{Row, table};
use crate::cli::talk::{Failure, Talk};
use crate::remote::{CallError, Http};
use crate::resource::access::PrincipalKind;
use crate::wire::{self, ApplicationWritten, NewToken, TokenMade, UserWritten};
use serde::Serialize;
use serde_json::json;

const FAILED: &str = "the broker did not do it";

pub(crate) fn lock(args: &Lock, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let http = open(&args.served, talk)?;
    match &args.what {
        LockCommand::List => {
            let leases = http.leases().map_err(failed)?;
            let row = |lease: &wire::Lease| Row {
                address: lease.project.clone(),
                state: lease.holder.clone(),
                tone: Tone::Plain,
                detail: format!("since {}, until {} unless renewed", lease.started_at, lease.expires_at),
            };
            list("leases", &leases, row, "Nobody applies anything.", &args.served, talk);
        }
        LockCommand::Release { project } => {
            http.break_lease(project).map_err(failed)?;
            say("Released", &format!("whoever applied {project} stops at the next write"), talk);
        }
    }
    Ok(Exit::Done)
}

pub(crate) fn users(args: &Users, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let http = open(&args.served, talk)?;
    match &args.what {
        UsersCommand::List => {
            let users = http.users().map_err(failed)?;
            list("users", &users, user_row, "There is nobody.", &args.served, talk);
        }
        UsersCommand::Set { name, role, service, title, disabled } => {
            let kind = if *service { PrincipalKind::Service } else { PrincipalKind::Person };
            let written = UserWritten { kind, role: *role, title: title.clone(), disabled: *disabled };
            let user = http.put_user(name, &written).map_err(failed)?;
            list("users", &[user], user_row, "", &args.served, talk);
        }
        UsersCommand::Remove { name } => {
            http.delete_user(name).map_err(failed)?;
            say("Removed", &format!("{name}, with all tokens"), talk);
        }
    }
    Ok(Exit::Done)
}

fn user_row(user: &wire::User) -> Row {
    let (tone, off) = match &user.disabled {
        Some(since) => (Tone::Caution, format!(", disabled since {since}")),
        None => (Tone::Plain, String::new()),
    };
    let title = if user.title.is_empty() { String::new() } else { format!(", {}", user.title) };
    let kind = match user.kind {
        PrincipalKind::Person => "person",
        PrincipalKind::Service => "service",
    };
    Row { address: user.name.clone(), state: user.role.to_string(), tone, detail: format!("{kind}{title}{off}") }
}

pub(crate) fn tokens(args: &Tokens, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let http = open(&args.served, talk)?;
    match &args.what {
        TokensCommand::List { user } => {
            let tokens = http.tokens(&whose(&http, user)?).map_err(failed)?;
            list("tokens", &tokens, token_row, "There are no tokens.", &args.served, talk);
        }
        TokensCommand::Create { user, title, scopes, projects, life } => {
            let wanted = NewToken {
                title: title.clone(),
                scopes: scopes.iter().copied().collect(),
                projects: (!projects.is_empty()).then(|| projects.iter().cloned().collect()),
                ttl_seconds: Some(life.as_secs()),
            };
            let made = http.new_token(&whose(&http, user)?, &wanted).map_err(failed)?;
            show_once(&made, &args.served, talk);
        }
        TokensCommand::Rotate { id, user } => {
            let made = http.rotate_token(&whose(&http, user)?, id).map_err(failed)?;
            show_once(&made, &args.served, talk);
        }
        TokensCommand::Revoke { id, user } => {
            http.revoke_token(&whose(&http, user)?, id).map_err(failed)?;
            say("Revoked", &format!("{id} is good for nothing from now on"), talk);
        }
    }
    Ok(Exit::Done)
}

/// The name that was given, or who asks.
fn whose(http: &Http, named: &Option<String>) -> Result<String, Failure> {
    named.clone().map_or_else(|| http.me().map(|me| me.name).map_err(failed), Ok)
}

fn token_row(token: &wire::Token) -> Row {
    let scopes = token.scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let (tone, state) = match (&token.revoked, &token.expires) {
        (Some(_), _) => (Tone::Caution, "revoked".to_owned()),
        (None, Some(expires)) => (Tone::Plain, format!("until {expires}")),
        (None, None) => (Tone::Plain, "without end".to_owned()),
    };
    let projects = token.projects.iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    let only = if projects.is_empty() { String::new() } else { format!(" for {projects}") };
    let title = if token.title.is_empty() { String::new() } else { format!(", {}", token.title) };
    Row { address: token.id.clone(), state, tone, detail: format!("{scopes}{only}{title}") }
}

/// The one time that a token is shown: alone on standard output, so that it can be taken up by a program.
fn show_once(made: &TokenMade, served: &ServedArgs, talk: &mut Talk<'_>) {
    match served.format {
        TextOrJson::Json => talk.data(&json(&json!({ "format_version": "1.0", "token": made.token, "about": made.about }))),
        TextOrJson::Text => {
            talk.aside("This is the only time that the token is shown:\n");
            talk.data(&format!("{}\n", made.token.0.expose()));
        }
    }
}

pub(crate) fn applications(args: &Applications, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let http = open(&args.served, talk)?;
    let row = |application: &wire::Application| Row {
        address: application.name.to_string(),
        state: application.title.clone(),
        tone: Tone::Plain,
        detail: format!("made by {}", application.maker),
    };
    match &args.what {
        ApplicationsCommand::List => {
            let found = http.applications().map_err(failed)?;
            list("applications", &found, row, "There are no applications.", &args.served, talk);
        }
        ApplicationsCommand::Set { name, title } => {
            let made = http.put_application(name, &ApplicationWritten { title: title.clone() }).map_err(failed)?;
            list("applications", &[made], row, "", &args.served, talk);
        }
        ApplicationsCommand::Remove { name } => {
            http.delete_application(name).map_err(failed)?;
            say("Removed", name, talk);
        }
    }
    Ok(Exit::Done)
}

/// The served broker that was named, or the one of the project's environment.
fn open(args: &ServedArgs, talk: &mut Talk<'_>) -> Result<Http, Failure> {
    if let Some(api) = &args.api {
        return platform::at(api, None, talk);
    }
    let opened = opened::open(&ProjectArgs { env: args.env.clone(), variables: Vec::new() }, talk)?;
    match platform::look(&opened, &BrokerArgs { data_dir: None }, talk)? {
        Platform::There(http) => Ok(http),
        Platform::Here(_) => Err(Failure::new(Exit::Usage, "the embedded broker has one user, who may do everything, and no leases")
            .hint("name an environment with an `api:` of its own, or a broker with `--api`")),
    }
}

fn list<T: Serialize>(word: &str, items: &[T], row: impl Fn(&T) -> Row, none: &str, served: &ServedArgs, talk: &mut Talk<'_>) {
    match served.format {
        TextOrJson::Json => talk.data(&json(&json!({ "format_version": "1.0", (word): items }))),
        TextOrJson::Text => {
            let mut page = talk.page();
            if items.is_empty() {
                page.line(none);
            }
            table(&items.iter().map(row).collect::<Vec<_>>(), &mut page);
            talk.data(&page.into_text());
        }
    }
}

fn say(what: &str, about: &str, talk: &mut Talk<'_>) {
    let mut page = talk.page();
    page.put(Tone::Good, what).line(&format!(": {about}"));
    talk.data(&page.into_text());
}

fn failed(error: CallError) -> Failure {
    call_failure(FAILED, error)
}
