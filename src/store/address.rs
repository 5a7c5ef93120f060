//! Which database: `sqlite:PATH` or `postgres://…`. Knows the words of such addresses, and no SQL.

use super::port::{Store, StoreError};
use super::postgres::{Encryption, PostgresAddress, PostgresStore};
use super::sqlite::SqliteStore;
use std::path::PathBuf;
use std::str::FromStr;

/// Where the broker's tables are. Its Debug form shows no password.
#[derive(Debug, Clone)]
pub enum StoreUrl {
    Sqlite(PathBuf),
    Postgres(Box<PostgresAddress>),
}

/// No address of a store. Holds nothing of the text but the names of its options: it may have a password in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadStoreUrl {
    #[error("the store is `sqlite:PATH` or `postgres://user@host/database`")]
    Scheme,
    #[error("`sqlite:` wants the path of a file behind it")]
    NoPath,
    #[error("the address of the PostgreSQL server cannot be read: {0}")]
    Address(String),
    #[error("the option `{option}` of the PostgreSQL address {why}")]
    Option { option: &'static str, why: &'static str },
}

/// Opens a store and brings its schema up to date. Any number of processes may do so at once.
pub fn open(url: &StoreUrl) -> Result<Box<dyn Store>, StoreError> {
    Ok(match url {
        StoreUrl::Sqlite(path) => Box::new(SqliteStore::open(path)?),
        StoreUrl::Postgres(address) => Box::new(PostgresStore::open(address)?),
    })
}

impl FromStr for StoreUrl {
    type Err = BadStoreUrl;

    fn from_str(text: &str) -> Result<Self, BadStoreUrl> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            // `sqlite:///var/lib/b.db` is how URLs with an empty host are written.
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() { Err(BadStoreUrl::NoPath) } else { Ok(StoreUrl::Sqlite(PathBuf::from(path))) };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return postgres(text).map(Box::new).map(StoreUrl::Postgres);
        }
        Err(BadStoreUrl::Scheme)
    }
}

/// Takes our own options out; the rest is the client's to read.
fn postgres(text: &str) -> Result<PostgresAddress, BadStoreUrl> {
    let (base, query) = text.split_once('?').unwrap_or((text, ""));
    let (mut encryption, mut root, mut connections, mut rest) = (None, None, PostgresAddress::CONNECTIONS, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = url::form_urlencoded::parse(pair.as_bytes()).next().unwrap_or_default();
        match &*name {
            "sslmode" => encryption = Some(encryption_of(&value)?),
            "sslrootcert" if value != "system" => root = Some(PathBuf::from(&*value)),
            "sslrootcert" => {}
            "pool_size" => {
                let size = value.parse().ok().filter(|size| (1..=1000).contains(size));
                connections = size.ok_or(BadStoreUrl::Option { option: "pool_size", why: "is a number from 1 to 1000" })?;
            }
            "sslcert" | "sslkey" => {
                return Err(BadStoreUrl::Option { option: "sslcert", why: "is not supported: log in with a password" });
            }
            _ => rest.push(pair),
        }
    }
    let joined = if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) };
    let config = ::postgres::Config::from_str(&joined).map_err(|error| BadStoreUrl::Address(cause(&error)))?;
    Ok(PostgresAddress::new(config, encryption, root, connections))
}

fn encryption_of(word: &str) -> Result<Encryption, BadStoreUrl> {
    Ok(match word {
        "disable" => Encryption::Disable,
        "allow" | "prefer" => Encryption::Prefer,
        "require" => Encryption::Require,
        "verify-ca" => Encryption::VerifyCa,
        "verify-full" => Encryption::VerifyFull,
        _ => {
            let why = "is one of disable, prefer, require, verify-ca, verify-full";
            return Err(BadStoreUrl::Option { option: "sslmode", why });
        }
    })
}

/// What the client's reader says; it names options and never repeats their values' text beyond a number that is none.
fn cause(error: &::postgres::Error) -> String {
    std::error::Error::source(error).map_or_else(|| "it is no URL".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<StoreUrl, BadStoreUrl> {
        text.parse()
    }

    fn encryption(text: &str) -> Encryption {
        match read(text).expect("it is an address") {
            StoreUrl::Postgres(address) => address.encryption(),
            StoreUrl::Sqlite(path) => panic!("{}", path.display()),
        }
    }

    #[test]
    fn files_are_named_by_path() {
        for (text, path) in [("sqlite:b.db", "b.db"), ("sqlite:/x/b.db", "/x/b.db"), ("sqlite:///x/b.db", "/x/b.db")] {
            assert!(matches!(read(text), Ok(StoreUrl::Sqlite(found)) if found.as_os_str() == path), "{text}");
        }
        assert_eq!(read("sqlite:").err(), Some(BadStoreUrl::NoPath));
        for text in ["", "b.db", "mysql://x/y", "/x/b.db"] {
            assert_eq!(read(text).err(), Some(BadStoreUrl::Scheme), "{text}");
        }
    }

    #[test]
    fn far_servers_are_verified_unless_the_address_says_otherwise() {
        assert_eq!(encryption("postgres://u@db.example.com/b"), Encryption::VerifyFull);
        assert_eq!(encryption("postgresql://u@10.0.0.7/b?sslmode=require"), Encryption::Require);
        assert_eq!(encryption("postgres://u@127.0.0.1/b"), Encryption::Prefer);
        assert_eq!(encryption("postgres://u@[::1]/b"), Encryption::Prefer);
        assert_eq!(encryption("postgres://u@localhost:5433/b"), Encryption::Prefer);
        assert_eq!(encryption("postgres://u@localhost,db.example.com/b"), Encryption::VerifyFull);
        assert_eq!(encryption("postgres://u@%2Frun%2Fpostgresql/b"), Encryption::Disable);
        assert_eq!(encryption("postgres://u@db/b?sslmode=disable&connect_timeout=3"), Encryption::Disable);
    }

    #[test]
    fn a_wrong_option_is_named_and_no_password_shown() {
        for text in ["sslmode=maybe", "pool_size=0", "pool_size=x", "sslcert=/x", "wrong=canary-password", "connect_timeout=x"] {
            let error = read(&format!("postgres://u:canary-password@h/b?{text}")).expect_err(text);
            assert!(!format!("{error} {error:?}").contains("canary-password"), "{error}");
        }
        let url = read("postgres://u:canary-password@h/b?pool_size=4").expect("it is an address");
        assert!(!format!("{url:?}").contains("canary-password"), "{url:?}");
    }
}
