//! Which platform an environment is applied to, opened for looking or for writing: the embedded broker, or a served one.
//! Commands ask [`Platform`] and do not care which; what only one of them can do says so.

mod there;
mod uses;

pub(super) use there::at;
pub(super) use uses::hook_failure;

use super::default_services::Catalogue;
use super::opened::Opened;
use crate::apply::{Done, IdempotencyKey, Order, Remote, RemoteError};
use crate::broker::{Actor, BrokerError};
use crate::cli::args::BrokerArgs;
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::compile::Api;
use crate::embedded::{Embedded, Guarded, OpenError, Opening};
use crate::remote::{CallError, Http};
use crate::resource::{Fingerprint, Observed};
use crate::secret::Secret;
use crate::upstream::Policy;
use std::path::PathBuf;
use std::sync::Arc;

/// The platform of an environment.
pub(super) enum Platform {
    Here(Box<Embedded>),
    There(Http),
}

/// Opens the platform for reading: makes nothing where nothing is there yet.
pub(super) fn look(opened: &Opened, args: &BrokerArgs, talk: &Talk<'_>) -> Result<Platform, Failure> {
    match &opened.compiled.environment.api {
        Api::Embedded => look_here(opened, args, talk).map(|embedded| Platform::Here(Box::new(embedded))),
        Api::Url(url) => there::open(url, opened, args, talk).map(Platform::There),
    }
}

/// Opens the platform for reading and writing.
pub(super) fn open(opened: &Opened, args: &BrokerArgs, talk: &mut Talk<'_>) -> Result<Platform, Failure> {
    match &opened.compiled.environment.api {
        Api::Embedded => open_here(opened, args, talk).map(|embedded| Platform::Here(Box::new(embedded))),
        Api::Url(url) => there::open(url, opened, args, talk).map(Platform::There),
    }
}

/// The embedded broker for reading; refused where the environment's broker is served elsewhere.
pub(super) fn look_here(opened: &Opened, args: &BrokerArgs, talk: &Talk<'_>) -> Result<Embedded, Failure> {
    Embedded::open_read_only(opening(opened, args, talk)?).map_err(open_failure)
}

/// The embedded broker for reading and writing; refused where the environment's broker is served elsewhere.
pub(super) fn open_here(opened: &Opened, args: &BrokerArgs, talk: &mut Talk<'_>) -> Result<Embedded, Failure> {
    let embedded = Embedded::open(opening(opened, args, talk)?).map_err(open_failure)?;
    if let Some(key) = embedded.key_created() {
        let shown = key.strip_prefix(&talk.world.folder).unwrap_or(key).display().to_string();
        let mut page = talk.aside_page();
        page.line(&format!("Made the vault's key in {shown}. Without it nobody can open the secrets again: keep a copy elsewhere.")).end();
        talk.aside(&page.into_text());
    }
    // No process stands by to do it: whoever works with the data goes on with what services have still to be told. That one
    // cannot be told now is no failure of theirs; `status` shows what came of it.
    let _ = embedded.broker().tell_services(None);
    Ok(embedded)
}

/// The API as a plan file names it.
pub(super) fn api(api: &Api) -> &str {
    match api {
        Api::Embedded => "embedded",
        Api::Url(url) => url,
    }
}

/// What opening the embedded broker of this project needs.
pub(super) fn opening<'a>(opened: &'a Opened, args: &BrokerArgs, talk: &'a Talk<'_>) -> Result<Opening<'a>, Failure> {
    let data_dir = data_dir(opened, args, talk);
    match &opened.compiled.environment.api {
        Api::Embedded => Ok(Opening {
            environment: opened.compiled.environment.name.as_deref(),
            vault_key: talk.world.env.get("BOWLINE_VAULT_KEY").map(|key| Secret::new(key.clone())),
            key_file: None,
            clock: talk.world.clock.clone(),
            random: talk.world.random.clone(),
            actor: Actor { name: person(talk) },
            default_services: Arc::new(Catalogue::new(opened, &data_dir, talk)?),
            outward: Arc::new(outward()?),
            data_dir,
        }),
        Api::Url(url) => Err(Failure::new(Exit::Usage, format!("this is for the embedded broker, and this environment's is at {url}"))
            .hint("do it where that broker runs")),
    }
}

/// Where the embedded broker keeps its data.
pub(super) fn data_dir(opened: &Opened, args: &BrokerArgs, talk: &Talk<'_>) -> PathBuf {
    args.data_dir.as_ref().map_or_else(|| opened.root().join(".bowline"), |folder| talk.path(folder))
}

/// The guarded way out. Services on this machine may be called, over http too, which `check` warns of.
fn outward() -> Result<Guarded, Failure> {
    Guarded::new(Policy { loopback: true, ..Policy::default() })
        .map_err(|error| Failure::because(Exit::Failed, "could not prepare the HTTP client", error))
}

/// Who works, for the audit, and whose account it is where each user has an own one.
pub(super) fn person(talk: &Talk<'_>) -> String {
    let named = ["BOWLINE_ACTOR", "USER", "LOGNAME"].iter().find_map(|name| talk.world.env.get(*name).filter(|value| !value.is_empty()));
    named.cloned().unwrap_or_else(|| "cli".to_owned())
}

fn open_failure(error: OpenError) -> Failure {
    Failure::because(Exit::Failed, "could not open the embedded broker", error)
}

/// A platform's refusal as the end of a command.
pub(super) fn failure(error: RemoteError) -> Failure {
    let exit = match &error {
        RemoteError::Stale { .. } | RemoteError::Spent { .. } => Exit::PlanRefused,
        RemoteError::LeaseHeld { .. } | RemoteError::LeaseLost { .. } => Exit::Locked,
        RemoteError::NotPermitted(_) => Exit::NotPermitted,
        RemoteError::NotFound { .. } | RemoteError::Refused(_) | RemoteError::Invalid(_) | RemoteError::Unavailable(_) => Exit::Failed,
    };
    Failure::because(exit, "the platform did not do it", error)
}

pub(super) fn broker_failure(message: &str, error: BrokerError) -> Failure {
    Failure::because(Exit::Failed, message, error)
}

/// A served broker's refusal as the end of a command.
pub(super) fn call_failure(message: &str, error: CallError) -> Failure {
    let exit = if error.is_about_permission() { Exit::NotPermitted } else { Exit::Failed };
    let hint = match &error {
        CallError::NoCredential { .. } => Some(there::HOW_TO_SAY_WHO),
        CallError::Problem(_) | CallError::Unreachable { .. } | CallError::Odd { .. } | CallError::NoToken { .. } => None,
    };
    let failure = Failure::because(exit, message.to_owned(), error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

impl Remote for Platform {
    fn observe(&self) -> Result<Observed, RemoteError> {
        match self {
            Platform::Here(embedded) => embedded.observe(),
            Platform::There(http) => http.observe(),
        }
    }

    fn fingerprint(&self, values: &[Secret<String>]) -> Result<Option<Vec<Fingerprint>>, RemoteError> {
        match self {
            Platform::Here(embedded) => embedded.fingerprint(values),
            Platform::There(http) => http.fingerprint(values),
        }
    }

    fn spend(&self, run_id: &str) -> Result<(), RemoteError> {
        match self {
            Platform::Here(embedded) => embedded.spend(run_id),
            Platform::There(http) => http.spend(run_id),
        }
    }

    fn carry_out(&self, order: &Order<'_>, key: &IdempotencyKey) -> Result<Done, RemoteError> {
        match self {
            Platform::Here(embedded) => embedded.carry_out(order, key),
            Platform::There(http) => http.carry_out(order, key),
        }
    }
}
