//! Which server, and how the way to it is kept: what an address says beyond what the client reads by itself.

use postgres::Config;
use postgres::config::{Host, SslMode};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// A PostgreSQL server and database. Its Debug form shows no password.
#[derive(Debug, Clone)]
pub struct PostgresAddress {
    config: Config,
    encryption: Encryption,
    pub(super) root: Option<PathBuf>,
    pub(super) connections: usize,
}

/// How the way is encrypted, in libpq's words and with its meanings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    Disable,
    /// Where the server offers it; anybody in between can take it away.
    Prefer,
    /// Always, with whoever answers.
    Require,
    /// Always, with a server that a known authority vouches for, whatever its name.
    VerifyCa,
    /// Always, with the server of that name.
    VerifyFull,
}

impl PostgresAddress {
    /// Connections that one process holds at most, unless the address says otherwise.
    pub const CONNECTIONS: usize = 16;

    /// Without a word about encryption, what leaves this machine is encrypted, and the server has to prove its name.
    pub(in crate::store) fn new(mut config: Config, encryption: Option<Encryption>, root: Option<PathBuf>, connections: usize) -> Self {
        let encryption = match encryption {
            // With an authority of its own, libpq's `require` verifies too.
            Some(Encryption::Require) if root.is_some() => Encryption::VerifyCa,
            Some(encryption) => encryption,
            None => usual(&config),
        };
        config.ssl_mode(match encryption {
            Encryption::Disable => SslMode::Disable,
            Encryption::Prefer => SslMode::Prefer,
            Encryption::Require | Encryption::VerifyCa | Encryption::VerifyFull => SslMode::Require,
        });
        if config.get_application_name().is_none() {
            config.application_name("bowline");
        }
        // A server that is gone without a word is found out in half a minute, also in the middle of an answer.
        config.keepalives_idle(Duration::from_secs(10)).keepalives_interval(Duration::from_secs(5)).keepalives_retries(3);
        config.tcp_user_timeout(Duration::from_secs(30));
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        PostgresAddress { config, encryption, root, connections }
    }

    pub fn encryption(&self) -> Encryption {
        self.encryption
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }
}

fn usual(config: &Config) -> Encryption {
    let hosts = config.get_hosts();
    if config.get_hostaddrs().iter().any(|address| !address.is_loopback()) {
        Encryption::VerifyFull
    } else if hosts.iter().all(is_socket) && !hosts.is_empty() {
        Encryption::Disable
    } else if hosts.iter().all(is_here) {
        Encryption::Prefer
    } else {
        Encryption::VerifyFull
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn is_socket(host: &Host) -> bool {
    !matches!(host, Host::Tcp(_))
}
