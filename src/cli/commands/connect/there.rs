//! A consent through a served broker: its link in a browser anywhere, and a look now and then what became of it.

use super::{Said, nobody, say_connected, show_link};
use crate::broker::Report;
use crate::cli::args::Connect;
use crate::cli::commands::party;
use crate::cli::commands::platform::{Platform, call_failure};
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::remote::{CallError, Http};
use crate::resource::{ConnectionState, Name};
use crate::wire::{ApplicationWritten, Code, ConsentAsked, ConsentState};
use std::sync::atomic::Ordering;
use std::time::Duration;
use url::Url;

const LOOK: Duration = Duration::from_secs(1);

pub(super) fn connect((platform, http): (&Platform, &Http), report: &Report, args: &Connect, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let name = report.address.name.as_str();
    if let Some(application) = &args.application {
        know_application(http, application)?;
    }
    let user = party::user(platform, report, args.as_user.as_deref(), talk);
    let asked = ConsentAsked { user: user.clone(), application: args.application.clone(), allow_other_account: args.allow_other_account };
    let failed = |error: CallError| call_failure("could not connect", error);
    let whose = match &user {
        Some(user) => user.clone(),
        None if report.use_login_user_credentials => http.me().map_err(failed)?.name,
        None => String::new(),
    };
    match http.begin_consent(name, &asked) {
        Ok(begun) => {
            let link = Url::parse(&begun.link).map_err(|_| Failure::new(Exit::Failed, "the broker's link is no URL"))?;
            show_link(&link, "where you are signed in to the service", args, talk);
            wait((platform, http), report, (&whose, &begun.consent), args, talk)
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

/// Makes an application that is not there yet, where whoever asks may.
fn know_application(http: &Http, name: &Name) -> Result<(), Failure> {
    let failed = |error: CallError| call_failure("could not choose the application", error);
    let known = http.applications().map_err(failed)?;
    if known.iter().any(|one| one.name == *name) {
        return Ok(());
    }
    match http.put_application(name.as_str(), &ApplicationWritten { title: name.to_string() }) {
        Ok(_) => Ok(()),
        Err(error) if error.is_about_permission() => {
            Err(Failure::because(Exit::NotPermitted, format!("there is no application `{name}`, and it could not be made"), error)
                .hint("`bowline applications list` shows those that there are"))
        }
        Err(error) => Err(failed(error)),
    }
}

/// Asks what became of this consent, and of no other, until somebody answered.
fn wait(
    (platform, http): (&Platform, &Http),
    report: &Report,
    (user, consent): (&str, &str),
    args: &Connect,
    talk: &mut Talk<'_>,
) -> Result<Exit, Failure> {
    let name = report.address.name.as_str();
    let looks = (args.timeout.as_millis() / LOOK.as_millis()).max(1);
    for _ in 0..looks {
        std::thread::sleep(LOOK);
        if talk.world.interrupted.load(Ordering::SeqCst) {
            return Ok(Exit::Interrupted);
        }
        let end = http.consent_end(name, consent).map_err(|error| call_failure("could not ask what became of the consent", error))?;
        match end.state {
            ConsentState::Pending => {}
            ConsentState::Failed => {
                return Err(Failure::new(Exit::Failed, format!("`{}` could not be connected: {}", report.address, end.message)));
            }
            ConsentState::Connected => {
                let now = party::named(platform, name)?;
                let held = now.users.iter().find(|one| one.user == user).map_or(&now.held, |one| &one.held);
                let missing = now.scopes.difference(&held.granted).map(|scope| scope.0.as_str()).collect();
                let expires = held.expires.map(crate::clock::rfc3339);
                let (knows_account, note) = (Some(held.account.is_some()), &*end.message);
                say_connected(&now, &Said { user, missing, expires, knows_account, note }, args, talk);
                return Ok(Exit::Done);
            }
        }
    }
    Err(nobody(args))
}
