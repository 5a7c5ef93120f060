//! A served broker, opened: who asks is told by the environment or by files, never by the project.

pub(super) mod unpacked;

use crate::cli::args::BrokerArgs;
use crate::cli::commands::opened::Opened;
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::oauth::{ClientSecrets, Provider};
use crate::remote::{BadApi, Credential, Http};
use crate::resource::OAuth2;
use crate::secret::Secret;
use crate::workspace;
use serde_json::json;
use std::path::Path;

/// Bytes of a token or a certificate file that are read at most.
const FILE_LIMIT: u64 = 1 << 20;

pub(super) const HOW_TO_SAY_WHO: &str = "set BOWLINE_TOKEN (or BOWLINE_TOKEN_<ENVIRONMENT>, or BOWLINE_TOKEN_FILE) to a token of that broker, or BOWLINE_API_CLIENT_ID, \
     BOWLINE_API_CLIENT_SECRET and BOWLINE_API_TOKEN_URL to a client's";

/// Prepares the way there. Nothing is asked yet.
pub(super) fn open(url: &str, opened: &Opened, args: &BrokerArgs, talk: &Talk<'_>) -> Result<Http, Failure> {
    if args.data_dir.is_some() {
        return Err(Failure::new(Exit::Usage, format!("`--data-dir` is for the embedded broker, and this environment's is at {url}")));
    }
    at(url, opened.compiled.environment.name.as_deref(), talk)
}

/// The same for an address that stands in no project's file.
pub(in crate::cli::commands) fn at(url: &str, environment: Option<&str>, talk: &Talk<'_>) -> Result<Http, Failure> {
    let credential = credential(environment, talk)?;
    let roots = match variable("BOWLINE_API_CA_FILE", talk) {
        Some(path) => vec![file(path, "the certificates of BOWLINE_API_CA_FILE", talk)?.into_bytes()],
        None => Vec::new(),
    };
    Http::new(url, credential, talk.world.clock.clone(), roots).map_err(|error| {
        let exit = match &error {
            BadApi::NotAUrl(_) | BadApi::Plain(_) => Exit::Invalid,
            BadApi::Client(_) => Exit::Failed,
        };
        Failure::because(exit, "the API cannot be used", error)
    })
}

/// The most particular one that is set.
fn credential(environment: Option<&str>, talk: &Talk<'_>) -> Result<Credential, Failure> {
    let own = environment.map(|name| format!("BOWLINE_TOKEN_{}", name.to_uppercase().replace('-', "_")));
    let token = own.as_deref().and_then(|name| variable(name, talk)).or_else(|| variable("BOWLINE_TOKEN", talk));
    if let Some(token) = token {
        return Ok(Credential::Token(Secret::new(token.trim().to_owned())));
    }
    if let Some(path) = variable("BOWLINE_TOKEN_FILE", talk) {
        let text = file(path, "the token of BOWLINE_TOKEN_FILE", talk)?;
        return Ok(Credential::Token(Secret::new(text.trim().to_owned())));
    }
    let Some(id) = variable("BOWLINE_API_CLIENT_ID", talk) else { return Ok(Credential::Nothing) };
    let needed = |name: &str| {
        variable(name, talk).ok_or_else(|| Failure::new(Exit::Usage, format!("BOWLINE_API_CLIENT_ID is set and {name} is not")))
    };
    let (secret, token_url) = (needed("BOWLINE_API_CLIENT_SECRET")?, needed("BOWLINE_API_TOKEN_URL")?);
    let provider = client(id, Secret::new(secret.to_owned()), token_url)
        .map_err(|error| Failure::because(Exit::Usage, "BOWLINE_API_TOKEN_URL cannot be used", error))?;
    Ok(Credential::client(provider, talk.world.clock.clone(), talk.world.random.clone()))
}

/// A client that proves itself with HTTP Basic, which every authorization server has to take (RFC 6749 section 2.3.1).
fn client(id: &str, secret: Secret<String>, token_url: &str) -> Result<Provider, crate::oauth::ProviderError> {
    let declared = json!({ "grant": "client_credentials", "token_url": token_url, "client_authentication": "basic" });
    let oauth2: OAuth2 = serde_json::from_value(declared).expect("it is what a service's declaration looks like");
    Provider::of(&oauth2, ClientSecrets { id: id.to_owned(), secret: Some(secret), private_key: None })
}

fn variable<'t>(name: &str, talk: &'t Talk<'_>) -> Option<&'t str> {
    talk.world.env.get(name).map(String::as_str).filter(|value| !value.is_empty())
}

fn file(path: &str, what: &str, talk: &Talk<'_>) -> Result<String, Failure> {
    let read = workspace::read_file(&talk.path(Path::new(path)), FILE_LIMIT);
    read.map_err(|error| Failure::because(Exit::Failed, format!("could not read {what}"), error))
}
