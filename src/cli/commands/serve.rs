//! `serve`: opens the data, sees to it that somebody can get in, and serves until it is asked to stop.

use super::default_services::Catalogue;
use crate::broker::Actor;
use crate::cli::args::{Serve, TextOrJson};
use crate::cli::exit::Exit;
use crate::cli::report::page::Tone;
use crate::cli::talk::{Failure, Talk};
use crate::embedded::{self, Guarded, Opening};
use crate::secret::Secret;
use crate::server::{self, Limits, Options, Running};
use crate::store::{SqliteStore, Store, StoreError};
use crate::upstream::Policy;
use crate::wire::Clear;
use crate::workspace;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use url::{Host, Url};

/// Who is made where nobody is there yet.
const ADMINISTRATOR: &str = "admin";

pub(crate) fn run(args: &Serve, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let database = Database::read(args, talk)?;
    let public_url = public_url(args)?;
    let opened = embedded::open_served(opening(args, &database, talk)?, Some(database.file.clone()), || database.open());
    let served = opened.map_err(|error| Failure::because(Exit::Failed, "could not open the data", error))?;
    if let Some(key) = &served.key_created {
        let text =
            format!("Made the vault's key in {}. Without it nobody can open the secrets again: keep a copy elsewhere.\n", key.display());
        talk.aside(&text);
    }
    let broker = Arc::new(served.broker);
    let first = broker.first_administrator(ADMINISTRATOR);
    let first = first.map_err(|error| Failure::because(Exit::Failed, "could not make the first administrator", error))?;
    if let Some(issued) = first {
        hand_out(Clear(issued.text), args, talk)?;
    }
    let options = Options {
        listen: args.listen,
        public_url: public_url.clone().unwrap_or_else(|| at(args.listen)),
        broker,
        clock: talk.world.clock.clone(),
        random: talk.world.random.clone(),
        limits: Limits { failures: !args.no_failure_limit, ..Limits::default() },
        works: !args.no_deliveries,
    };
    let running = server::start(options).map_err(|error| Failure::because(Exit::Failed, "the server does not start", error))?;
    announce(args, &running, talk);
    running.wait(talk.world.interrupted);
    let is_whole = running.stop();
    talk.aside(if is_whole { "The server has stopped.\n" } else { "The server has stopped; some requests were cut off.\n" });
    Ok(Exit::Done)
}

/// Where the data is.
struct Database {
    file: PathBuf,
}

impl Database {
    fn read(args: &Serve, talk: &Talk<'_>) -> Result<Self, Failure> {
        let path = args.store.strip_prefix("sqlite:").filter(|path| !path.is_empty());
        let path = path.ok_or_else(|| Failure::new(Exit::Usage, "`--store` is `sqlite:PATH`"))?;
        Ok(Database { file: talk.path(path.strip_prefix("//").unwrap_or(path).as_ref()) })
    }

    fn folder(&self) -> PathBuf {
        self.file.parent().map(Path::to_owned).unwrap_or_default()
    }

    fn open(&self) -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(SqliteStore::open(&self.file)?))
    }
}

fn opening<'a>(args: &Serve, database: &Database, talk: &'a Talk<'_>) -> Result<Opening<'a>, Failure> {
    let folder = database.folder();
    let clients = args.clients.as_ref().map_or_else(|| folder.join("clients.yaml"), |path| talk.path(path));
    let policy = Policy { loopback: args.allow_loopback, allowed: args.allowed.clone(), ..Policy::default() };
    let outward = Guarded::new(policy).map_err(|error| Failure::because(Exit::Failed, "could not prepare the HTTP client", error))?;
    Ok(Opening {
        environment: None,
        vault_key: talk.world.env.get("BOWLINE_VAULT_KEY").map(|key| Secret::new(key.clone())),
        key_file: args.vault_key_file.as_ref().map(|path| talk.path(path)),
        clock: talk.world.clock.clone(),
        random: talk.world.random.clone(),
        actor: Actor { name: ADMINISTRATOR.to_owned() },
        default_services: Arc::new(Catalogue::beside(&clients, talk)?),
        outward: Arc::new(outward),
        data_dir: folder,
    })
}

/// What is said; `None` where it follows from where it listens.
fn public_url(args: &Serve) -> Result<Option<Url>, Failure> {
    let usage = |message: &str| Failure::new(Exit::Usage, message);
    let Some(url) = &args.public_url else {
        let is_local = args.listen.ip().is_loopback();
        let hint = "say where people's browsers reach it: `--public-url https://connections.example.com`";
        return if is_local { Ok(None) } else { Err(usage("others can reach this server, and `--public-url` is not said").hint(hint)) };
    };
    let is_loopback = match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if is_loopback => {}
        _ => return Err(usage("`--public-url` is an https address: tokens and consents go there")),
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(usage("`--public-url` is a plain address, without user, query or fragment"));
    }
    Ok(Some(url.clone()))
}

fn at(address: std::net::SocketAddr) -> Url {
    Url::parse(&format!("http://{address}")).expect("an address with a port is a URL")
}

/// The only time that the token is seen.
fn hand_out(token: Clear, args: &Serve, talk: &mut Talk<'_>) -> Result<(), Failure> {
    let mut page = talk.aside_page();
    page.put(Tone::Strong, "Nobody could get in yet").line(&format!(", so the administrator `{ADMINISTRATOR}` was made."));
    match &args.admin_token_file {
        Some(path) => {
            workspace::write_file(&talk.path(path), format!("{}\n", token.text()).as_bytes())
                .map_err(|error| Failure::because(Exit::Failed, "could not write the administrator's token", error))?;
            page.line(&format!("The token is in {}. Keep it elsewhere: it is not shown again.", path.display()));
        }
        None => {
            page.line("The token, shown this once:").end().say("  ").line(token.text()).end();
        }
    }
    talk.insist(&page.into_text());
    Ok(())
}

fn announce(args: &Serve, running: &Running, talk: &mut Talk<'_>) {
    let base = at(running.address);
    match args.format {
        TextOrJson::Text => talk.data(&format!("{}\n", base.as_str().trim_end_matches('/'))),
        TextOrJson::Json => {
            let start = json!({ "format_version": "1.0", "base_url": base.as_str().trim_end_matches('/'), "port": running.address.port(), "public_url": running.public_url().as_str() });
            talk.data(&format!("{start}\n"));
        }
    }
    talk.aside(&format!("The API is at {base}api/v1, its description at {base}api/v1/openapi.json. Stop it with Ctrl-C.\n"));
}
