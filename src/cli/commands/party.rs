//! Which live connection is meant, and on whose behalf: shared by the commands that act with one.

use super::platform::{self, Platform};
use crate::broker::{BrokerError, Report};
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::diag::nearest;
use crate::resource::{Address, Kind};

/// The report of a connection named `crm` or `connections.crm`.
pub(super) fn named(platform: &Platform, name: &str) -> Result<Report, Failure> {
    let address: Address = match name.parse() {
        Ok(address) => address,
        Err(_) => Address::new(Kind::Connection, name),
    };
    if address.kind != Kind::Connection {
        return Err(Failure::new(Exit::Usage, format!("`{name}` is not a connection")));
    }
    match platform.status_of(&address)? {
        Some(report) => Ok(report),
        None => Err(not_live(platform, &address)?),
    }
}

fn not_live(platform: &Platform, address: &Address) -> Result<Failure, Failure> {
    let known: Vec<String> = platform.status()?.iter().map(|report| report.address.to_string()).collect();
    let failure = Failure::new(Exit::Usage, format!("no live connection is named `{}`", address.name));
    Ok(match nearest(&address.to_string(), known.iter().map(String::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`bowline apply` creates what the project declares; `bowline status` shows what is live"),
    })
}

/// The login user: who was named, or who works here; a served broker knows itself who asks. Nobody where the owner's
/// authorization counts for all.
pub(super) fn user(platform: &Platform, report: &Report, named: Option<&str>, talk: &Talk<'_>) -> Option<String> {
    let here = || match platform {
        Platform::Here(_) => Some(platform::person(talk)),
        Platform::There(_) => None,
    };
    if report.use_login_user_credentials { named.map(str::to_owned).or_else(here) } else { None }
}

/// A broker's refusal as the end of a command, with what can be done about it.
pub(super) fn failure(message: &str, name: &str, error: BrokerError) -> Failure {
    let (exit, hint) = match &error {
        BrokerError::NotConnected { user, .. } => {
            let with = if user.is_empty() { String::new() } else { format!(" --as {user}") };
            (Exit::Failed, Some(format!("to connect it: bowline connect {name}{with}")))
        }
        BrokerError::NeedsLoginUser { .. } => (Exit::Usage, Some("name one with `--as USER`".to_owned())),
        BrokerError::OtherAccount { .. } => {
            (Exit::Failed, Some("sign in there with the first account, or allow the other one with `--allow-other-account`".to_owned()))
        }
        BrokerError::AccountUntold { .. } => {
            let hint = "ask for the scope that lets the service tell, try again, or do without with `--allow-other-account`";
            (Exit::Failed, Some(hint.to_owned()))
        }
        BrokerError::UnknownConsent => (Exit::Failed, Some(format!("begin anew: bowline connect {name}"))),
        _ => (Exit::Failed, None),
    };
    let failure = Failure::because(exit, message, error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
