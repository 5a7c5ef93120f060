//! The default services as the embedded broker is told of them: the catalogue, and the clients that its operator registered
//! with each, out of the environment or of `clients.yaml` in the data folder.

use super::opened::Opened;
use crate::apply::Material;
use crate::broker::{CallRules, DefaultServices, Spelling};
use crate::catalogue::{self, Shelf, Told};
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::oauth::{ClientSecrets, Provider, ProviderError};
use crate::resource::{Service, Value, ValueFrom};
use crate::secret::Secret;
use crate::workspace::{self, ProjectFolder, ProjectMaterial};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Bytes of `clients.yaml` that are read at most.
const LIMIT: u64 = 1 << 20;

/// The catalogue, and who Bowline is at each of its services.
pub(super) struct Catalogue {
    /// With the project's own entries in front.
    shelf: Shelf,
    clients: BTreeMap<String, Result<ClientSecrets, String>>,
}

/// One service in `clients.yaml`. A secret is never written out there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Registered {
    id: Value,
    #[serde(default)]
    secret: Option<ValueFrom>,
    #[serde(default)]
    private_key: Option<ValueFrom>,
}

impl Catalogue {
    pub(super) fn new(opened: &Opened, data_dir: &Path, talk: &Talk<'_>) -> Result<Self, Failure> {
        Catalogue::of(opened.compiled.catalogue.clone(), &opened.material(), &data_dir.join("clients.yaml"), talk)
    }

    /// For a server: files that are named in the list lie beside it.
    pub(super) fn beside(path: &Path, talk: &Talk<'_>) -> Result<Self, Failure> {
        let folder = path.parent().filter(|folder| folder.exists()).unwrap_or(&talk.world.folder);
        let folder = ProjectFolder::open(folder).map_err(|error| Failure::because(Exit::Failed, "could not read the clients", error))?;
        Catalogue::of(Shelf::default(), &ProjectMaterial::new(&folder, &talk.world.env), path, talk)
    }

    fn of(shelf: Shelf, material: &dyn Material, path: &Path, talk: &Talk<'_>) -> Result<Self, Failure> {
        let mut clients = listed(material, &shelf, path)?;
        clients.extend(named(&shelf, &talk.world.env));
        Ok(Catalogue { shelf, clients })
    }
}

impl DefaultServices for Catalogue {
    fn service(&self, name: &str, parameters: &BTreeMap<String, String>) -> Option<Service> {
        self.shelf.find(name)?.service(parameters).ok()
    }

    fn provider(
        &self,
        name: &str,
        parameters: &BTreeMap<String, String>,
        client: ClientSecrets,
    ) -> Option<Result<Provider, ProviderError>> {
        self.shelf.find(name)?.provider(parameters, client)
    }

    fn rules(&self, name: &str, parameters: &BTreeMap<String, String>) -> CallRules {
        let Some(entry) = self.shelf.find(name) else { return CallRules::default() };
        let rules = entry.api_rules(parameters);
        let (expired_status, expired_words) = rules.expired;
        let said = |when: Told| rules.told.iter().filter(|(told, _)| *told == when).map(|(_, words)| (*words).to_owned()).collect();
        CallRules {
            spelling: Some(Spelling { place: rules.place, format: rules.format }),
            headers: rules.headers,
            expired_status,
            expired_words,
            asks_scopes: rules.asks_scopes,
            redirect_is_a_name: rules.redirect_is_a_name,
            before_consent: said(Told::AtConsent),
            when_narrower: said(Told::WhenNarrower),
            when_refused: said(Told::WhenRefused),
        }
    }

    fn renewals_in_ten_minutes(&self, host: &str) -> Option<u32> {
        catalogue::renewals_in_ten_minutes(host)
    }

    fn client(&self, name: &str) -> Result<ClientSecrets, String> {
        let key = name.replace('_', "-");
        let word = word(&key);
        self.clients.get(&key).cloned().unwrap_or_else(|| {
            Err(format!("register a client with `{key}` and set BOWLINE_CLIENT_{word}_ID and BOWLINE_CLIENT_{word}_SECRET"))
        })
    }
}

/// The part of a variable's name that means a service.
fn word(key: &str) -> String {
    key.to_ascii_uppercase().replace('-', "_")
}

/// Clients whose id is in the environment.
fn named(shelf: &Shelf, env: &BTreeMap<String, String>) -> BTreeMap<String, Result<ClientSecrets, String>> {
    let value = |word: &str, part: &str| env.get(&format!("BOWLINE_CLIENT_{word}_{part}")).filter(|value| !value.is_empty());
    let secret = |word: &str, part: &str| value(word, part).map(|value| Secret::new(value.clone()));
    shelf
        .keys()
        .iter()
        .filter_map(|key| {
            let word = word(key);
            let id = value(&word, "ID")?.clone();
            let client = ClientSecrets { id, secret: secret(&word, "SECRET"), private_key: secret(&word, "PRIVATE_KEY") };
            Some(((*key).to_owned(), Ok(client)))
        })
        .collect()
}

/// Clients of the file, which need not be there.
fn listed(material: &dyn Material, shelf: &Shelf, path: &Path) -> Result<BTreeMap<String, Result<ClientSecrets, String>>, Failure> {
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let failed = |why: &str| Failure::new(Exit::Invalid, format!("`{}` {why}", path.display()));
    let text = workspace::read_file(path, LIMIT).map_err(|error| Failure::because(Exit::Failed, "could not read the clients", error))?;
    // The reader's own words are left out: they would show lines of the file.
    let all: BTreeMap<String, Registered> = serde_yaml::from_str(&text).map_err(|_| {
        failed("is not of the form `slack: { id: …, secret: { env: … } }`").hint("secrets are references there: env or file")
    })?;
    if let Some(unknown) = all.keys().find(|key| !shelf.has(key)) {
        return Err(failed(&format!("names `{unknown}`, which is no default service")));
    }
    Ok(all.into_iter().map(|(key, registered)| (key.replace('_', "-"), fetched(material, &registered))).collect())
}

fn fetched(material: &dyn Material, registered: &Registered) -> Result<ClientSecrets, String> {
    let fetch = |from: &ValueFrom| material.secret(from).map_err(|error| format!("its client in clients.yaml cannot be used: {error}"));
    let id = match &registered.id {
        Value::Literal(text) => Secret::new(text.clone()),
        Value::From(from) => fetch(from)?,
    };
    let secret = registered.secret.as_ref().map(fetch).transpose()?;
    Ok(ClientSecrets::of(&id, secret, registered.private_key.as_ref().map(fetch).transpose()?))
}
