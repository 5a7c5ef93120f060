//! Which platform an environment is applied to, opened for looking or for writing.

use super::opened::Opened;
use crate::apply::RemoteError;
use crate::broker::{Actor, BrokerError, DefaultServices};
use crate::catalogue;
use crate::cli::args::BrokerArgs;
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::compile::Api;
use crate::embedded::{Embedded, OpenError, Opening};
use crate::resource::Service;
use crate::secret::Secret;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Opens the platform for reading: makes nothing where nothing is there yet.
pub(super) fn look(opened: &Opened, args: &BrokerArgs, talk: &Talk<'_>) -> Result<Embedded, Failure> {
    Embedded::open_read_only(opening(opened, args, talk)?).map_err(open_failure)
}

/// Opens the platform for reading and writing.
pub(super) fn open(opened: &Opened, args: &BrokerArgs, talk: &mut Talk<'_>) -> Result<Embedded, Failure> {
    let embedded = Embedded::open(opening(opened, args, talk)?).map_err(open_failure)?;
    if let Some(key) = embedded.key_created() {
        let shown = key.strip_prefix(&talk.world.folder).unwrap_or(key).display().to_string();
        let mut page = talk.aside_page();
        page.line(&format!("Made the vault's key in {shown}. Without it nobody can open the secrets again: keep a copy elsewhere.")).end();
        talk.aside(&page.into_text());
    }
    Ok(embedded)
}

/// The API as a plan file names it.
pub(super) fn api(api: &Api) -> &str {
    match api {
        Api::Embedded => "embedded",
        Api::Url(url) => url,
    }
}

fn opening<'a>(opened: &'a Opened, args: &BrokerArgs, talk: &'a Talk<'_>) -> Result<Opening<'a>, Failure> {
    match &opened.compiled.environment.api {
        Api::Embedded => Ok(Opening {
            data_dir: args.data_dir.as_ref().map_or_else(|| opened.root().join(".bowline"), |folder| talk.path(folder)),
            environment: opened.compiled.environment.name.as_deref(),
            vault_key: talk.world.env.get("BOWLINE_VAULT_KEY").map(|key| Secret::new(key.clone())),
            clock: talk.world.clock.clone(),
            random: talk.world.random,
            actor: Actor { name: person(talk) },
            default_services: Arc::new(Catalogue),
        }),
        Api::Url(url) => Err(Failure::new(Exit::Failed, format!("this version speaks to the embedded broker only, not to {url}"))
            .hint("set `api: embedded` for this environment")),
    }
}

/// Who works, for the audit.
fn person(talk: &Talk<'_>) -> String {
    let named = ["BOWLINE_ACTOR", "USER", "LOGNAME"].iter().find_map(|name| talk.world.env.get(*name).filter(|value| !value.is_empty()));
    named.cloned().unwrap_or_else(|| "cli".to_owned())
}

struct Catalogue;

impl DefaultServices for Catalogue {
    fn service(&self, name: &str, parameters: &BTreeMap<String, String>) -> Option<Service> {
        catalogue::find(name)?.service(parameters).ok()
    }
}

fn open_failure(error: OpenError) -> Failure {
    Failure::because(Exit::Failed, "could not open the embedded broker", error)
}

/// A platform's refusal as the end of a command.
pub(super) fn failure(error: RemoteError) -> Failure {
    let exit = match &error {
        RemoteError::Stale { .. } | RemoteError::Spent { .. } => Exit::PlanRefused,
        RemoteError::NotPermitted(_) => Exit::NotPermitted,
        RemoteError::NotFound { .. } | RemoteError::Refused(_) | RemoteError::Invalid(_) | RemoteError::Unavailable(_) => Exit::Failed,
    };
    Failure::because(exit, "the platform did not do it", error)
}

pub(super) fn broker_failure(message: &str, error: BrokerError) -> Failure {
    Failure::because(Exit::Failed, message, error)
}
