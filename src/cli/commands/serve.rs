//! `serve`: opens the data, sees to it that somebody can get in, and serves until it is asked to stop.

use super::default_services::Catalogue;
use crate::broker::{Actor, Broker};
use crate::cli::args::{Serve, TextOrJson};
use crate::cli::exit::Exit;
use crate::cli::report::page::Tone;
use crate::cli::talk::{Failure, Talk};
use crate::embedded::{self, Guarded, Opening};
use crate::secret::Secret;
use crate::server::{self, Event, Journal, Limits, Options, Proxies, Running, TlsFiles, Upkeep};
use crate::store::{self, StoreUrl};
use crate::upstream::Policy;
use crate::wire::Clear;
use crate::workspace;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

/// Who is made where nobody is there yet.
const ADMINISTRATOR: &str = "admin";
/// Who recovers an administrator, in the audit: nobody who asked over the network can have that name.
const RECOVERY: &str = "broker";

pub(crate) fn run(args: &Serve, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let database = Database::read(args, talk)?;
    let public_url = public_url(args)?;
    let upkeep = upkeep(args, talk)?;
    if args.check_config {
        talk.aside("The settings are right.\n");
        return Ok(Exit::Done);
    }
    let journal = upkeep.journal.clone();
    let opened = embedded::open_served(opening(args, &database, talk)?, database.file().map(Path::to_owned), || store::open(&database.url));
    let served = opened.map_err(|error| Failure::because(Exit::Failed, "could not open the data", error))?;
    if let Some(key) = &served.key_created {
        let text =
            format!("Made the vault's key in {}. Without it nobody can open the secrets again: keep a copy elsewhere.\n", key.display());
        talk.aside(&text);
    }
    let broker = Arc::new(served.broker);
    let_in(&broker, args, talk)?;
    let options = Options {
        listen: args.listen,
        public_url: public_url.clone().unwrap_or_else(|| at(args, args.listen)),
        broker,
        clock: talk.world.clock.clone(),
        random: talk.world.random.clone(),
        limits: limits(args),
        works: !args.no_deliveries,
        upkeep,
    };
    let running = server::start(options).map_err(|error| Failure::because(Exit::Failed, "the server does not start", error))?;
    announce(args, &running, talk);
    let metrics = running.metrics.map(|address| address.to_string());
    journal.note(&Event::Started { address: running.address.to_string(), metrics, tls: args.encryption.tls_cert.is_some() });
    running.wait(talk.world.interrupted);
    let is_whole = running.stop();
    talk.aside(if is_whole { "The server has stopped.\n" } else { "The server has stopped; some requests were cut off.\n" });
    Ok(Exit::Done)
}

/// Where the data is.
struct Database {
    url: StoreUrl,
}

impl Database {
    fn read(args: &Serve, talk: &Talk<'_>) -> Result<Self, Failure> {
        let url = args.store.parse().map_err(|error| Failure::because(Exit::Usage, "`--store` cannot be used", error))?;
        let database = Database {
            url: match url {
                StoreUrl::Sqlite(path) => StoreUrl::Sqlite(talk.path(&path)),
                elsewhere @ StoreUrl::Postgres(_) => elsewhere,
            },
        };
        let keyless = args.vault_key_file.is_none() && !talk.world.env.contains_key("BOWLINE_VAULT_KEY");
        if database.file().is_none() && keyless {
            return Err(Failure::new(Exit::Usage, "a database that others may share needs a vault key that they share too")
                .hint("give it as BOWLINE_VAULT_KEY, or in a file with `--vault-key-file`"));
        }
        Ok(database)
    }

    /// The database's own file, where it is one.
    fn file(&self) -> Option<&Path> {
        match &self.url {
            StoreUrl::Sqlite(path) => Some(path),
            StoreUrl::Postgres(_) => None,
        }
    }

    /// Where what belongs to it lies.
    fn folder(&self, talk: &Talk<'_>) -> PathBuf {
        self.file().and_then(Path::parent).map_or_else(|| talk.world.folder.clone(), Path::to_owned)
    }
}

fn opening<'a>(args: &Serve, database: &Database, talk: &'a Talk<'_>) -> Result<Opening<'a>, Failure> {
    let folder = database.folder(talk);
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

fn limits(args: &Serve) -> Limits {
    let caps = &args.caps;
    let size = |count: u32| usize::try_from(count).expect("a count fits");
    let seconds = |count: u32| Duration::from_secs(count.into());
    Limits {
        body: size(caps.max_body),
        depth: size(caps.max_depth),
        head_patience: seconds(caps.head_timeout),
        body_patience: seconds(caps.body_timeout),
        write_patience: seconds(caps.write_timeout),
        connections: size(caps.max_connections),
        work: size(caps.max_work),
        calls: size(caps.max_calls),
        rate: caps.rate_per_token,
        grace: seconds(caps.grace),
        failures: !args.no_failure_limit,
        ..Limits::default()
    }
}

/// What the operator added. Certificates are read here once, so that a wrong one is said before anything is opened.
fn upkeep(args: &Serve, talk: &Talk<'_>) -> Result<Upkeep, Failure> {
    let (watching, encryption) = (&args.watching, &args.encryption);
    let sink = Box::new(std::io::stderr());
    let journal = Journal::new(watching.log_format.into(), watching.log_level.into(), talk.world.clock.clone(), sink)
        .map_err(|error| Failure::because(Exit::Failed, "could not start the journal", error))?;
    let tls = match (&encryption.tls_cert, &encryption.tls_key) {
        (Some(certificate), Some(key)) => Some(TlsFiles { certificate: talk.path(certificate), key: talk.path(key) }),
        (Some(_), None) | (None, Some(_)) | (None, None) => None,
    };
    if let Some(files) = &tls {
        files.check().map_err(|error| Failure::because(Exit::Failed, "could not use the certificate", error))?;
    }
    let nets = encryption.trust_proxy.clone();
    let is_ours = move |address| nets.iter().any(|net| net.holds(address));
    let proxies = Proxies((!encryption.trust_proxy.is_empty()).then(|| Arc::new(is_ours) as Arc<_>));
    let farewell = Duration::from_secs(args.caps.farewell.into());
    Ok(Upkeep { journal, metrics: watching.metrics_listen, tls, proxies, farewell })
}

fn at(args: &Serve, address: std::net::SocketAddr) -> Url {
    let scheme = if args.encryption.tls_cert.is_some() { "https" } else { "http" };
    Url::parse(&format!("{scheme}://{address}")).expect("an address with a port is a URL")
}

/// Sees to it that somebody can get in. Where the token is to go is tried out first: one that nobody sees is lost.
fn let_in(broker: &Broker, args: &Serve, talk: &mut Talk<'_>) -> Result<(), Failure> {
    let failed = |error| Failure::because(Exit::Failed, "could not make an administrator's token", error);
    let is_wanted = args.recover_administrator.is_some() || broker.users().map_err(failed)?.is_empty();
    if let Some(path) = args.admin_token_file.as_ref().filter(|_| is_wanted) {
        workspace::check_writable(&talk.path(path)).map_err(unwritten)?;
    }
    if let Some(name) = &args.recover_administrator {
        let issued = broker.recover_administrator(&Actor { name: RECOVERY.to_owned() }, name).map_err(failed)?;
        let why = format!(": `{name}` is an administrator, and has another token.");
        return hand_out(Clear(issued.text), ("As was asked for", &why), args, talk);
    }
    let Some(issued) = broker.first_administrator(ADMINISTRATOR).map_err(failed)? else { return Ok(()) };
    let why = format!(", so the administrator `{ADMINISTRATOR}` was made.");
    hand_out(Clear(issued.text), ("Nobody could get in yet", &why), args, talk)
}

fn unwritten(error: workspace::WriteError) -> Failure {
    Failure::because(Exit::Failed, "could not write the administrator's token", error)
}

/// The only time that the token is seen.
fn hand_out(token: Clear, (what, why): (&str, &str), args: &Serve, talk: &mut Talk<'_>) -> Result<(), Failure> {
    let mut page = talk.aside_page();
    page.put(Tone::Strong, what).line(why);
    match &args.admin_token_file {
        Some(path) => {
            workspace::write_file(&talk.path(path), format!("{}\n", token.text()).as_bytes()).map_err(unwritten)?;
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
    let base = at(args, running.address);
    match args.format {
        TextOrJson::Text => talk.data(&format!("{}\n", base.as_str().trim_end_matches('/'))),
        TextOrJson::Json => {
            let start = json!({ "format_version": "1.0", "base_url": base.as_str().trim_end_matches('/'), "port": running.address.port(), "public_url": running.public_url().as_str() });
            talk.data(&format!("{start}\n"));
        }
    }
    talk.aside(&format!("The API is at {base}api/v1, its description at {base}api/v1/openapi.json. Stop it with Ctrl-C.\n"));
    if let Some(metrics) = running.metrics {
        talk.aside(&format!("Figures are at http://{metrics}/metrics, for anybody who reaches that address.\n"));
    }
}
