//! A consent through a served broker: its link in a browser anywhere, and a look now and then whether it was given.

use super::{Said, nobody, say_connected, show_link};
use crate::broker::Report;
use crate::cli::args::Connect;
use crate::cli::commands::party;
use crate::cli::commands::platform::{Platform, call_failure};
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::remote::{CallError, Http};
use crate::resource::ConnectionState;
use crate::wire::{Code, ConsentAsked};
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};
use url::Url;

const LOOK: Duration = Duration::from_secs(1);

pub(super) fn connect((platform, http): (&Platform, &Http), report: &Report, args: &Connect, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let name = report.address.name.as_str();
    let user = party::user(platform, report, args.as_user.as_deref(), talk);
    let asked = ConsentAsked { user: user.clone(), application: args.application.clone(), allow_other_account: args.allow_other_account };
    let failed = |error: CallError| call_failure("could not connect", error);
    let whose = match &user {
        Some(user) => user.clone(),
        None if report.use_login_user_credentials => http.me().map_err(failed)?.name,
        None => String::new(),
    };
    let before = standing(report, &whose);
    match http.begin_consent(name, &asked) {
        Ok(begun) => {
            let link = Url::parse(&begun.link).map_err(|_| Failure::new(Exit::Failed, "the broker's link is no URL"))?;
            show_link(&link, "where you are signed in to the service", args, talk);
            wait(platform, report, &whose, before, args, talk)
        }
        Err(error) if error.code() == Some(Code::NothingToConsent) => {
            http.authorize(name, args.application.as_ref()).map_err(failed)?;
            let now = party::named(platform, name)?;
            if now.state != ConnectionState::Connected {
                return Err(Failure::new(Exit::Failed, format!("`{}` could not be connected: {}", now.address, now.message)));
            }
            say_connected(&now, &Said::default(), args, talk);
            Ok(Exit::Done)
        }
        Err(error) => Err(failed(error)),
    }
}

/// State, message, since when.
type Standing = (ConnectionState, String, Option<SystemTime>);

fn standing(report: &Report, user: &str) -> Standing {
    match report.users.iter().find(|one| one.user == user) {
        Some(one) => (one.state, one.message.clone(), Some(one.since)),
        None if user.is_empty() => (report.state, report.message.clone(), report.since),
        None => (ConnectionState::NotConnected, String::new(), None),
    }
}

fn wait(platform: &Platform, report: &Report, user: &str, before: Standing, args: &Connect, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let looks = (args.timeout.as_millis() / LOOK.as_millis()).max(1);
    for _ in 0..looks {
        std::thread::sleep(LOOK);
        if talk.world.interrupted.load(Ordering::SeqCst) {
            return Ok(Exit::Interrupted);
        }
        let now = party::named(platform, report.address.name.as_str())?;
        let stands = standing(&now, user);
        match stands.0 {
            ConnectionState::Connected if stands != before => {
                let held = now.users.iter().find(|one| one.user == user).map_or(&now.held, |one| &one.held);
                let missing = now.scopes.difference(&held.granted).map(|scope| scope.0.as_str()).collect();
                let expires = held.expires.map(crate::clock::rfc3339);
                say_connected(&now, &Said { user, missing, expires }, args, talk);
                return Ok(Exit::Done);
            }
            ConnectionState::Error if stands != before => {
                return Err(Failure::new(Exit::Failed, format!("`{}` could not be connected: {}", now.address, stands.1)));
            }
            _ => {}
        }
    }
    Err(nobody(args))
}
