//! The clients, people and keys that every sandbox knows. They are published: none of them is secret.

/// The private key of the client `sandbox-jwt`: PEM, PKCS#8, P-256. Published, like everything here.
pub const CLIENT_KEY: &str = include_str!("not_secret_key.pem");

pub(super) const CLIENT_PUBLIC_KEY: &str = include_str!("not_secret_key.pub.pem");

/// How a client proves itself, and with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    Basic(&'static str),
    Post(&'static str),
    /// With [`CLIENT_KEY`], ES256.
    PrivateKeyJwt,
    /// It cannot, so PKCE is asked of it.
    Public,
}

/// A registered client. Each has one way of proving itself; another is refused.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    pub id: &'static str,
    pub name: &'static str,
    pub proof: Proof,
    /// Whether a person may consent to it.
    pub code: bool,
    /// Whether it may speak for itself.
    pub client_credentials: bool,
}

pub const CLIENTS: [Client; 5] = [
    Client {
        id: "sandbox-basic",
        name: "Sandbox application",
        proof: Proof::Basic("sandbox-basic-not-secret"),
        code: true,
        client_credentials: true,
    },
    Client {
        id: "sandbox-post",
        name: "Sandbox application (secret in the body)",
        proof: Proof::Post("sandbox-post-not-secret"),
        code: true,
        client_credentials: true,
    },
    Client {
        id: "sandbox-jwt",
        name: "Sandbox application (signs with a key)",
        proof: Proof::PrivateKeyJwt,
        code: true,
        client_credentials: true,
    },
    Client { id: "sandbox-public", name: "Sandbox application (public)", proof: Proof::Public, code: true, client_credentials: false },
    Client {
        id: "sandbox-machine",
        name: "Sandbox machine",
        proof: Proof::Basic("sandbox-machine-not-secret"),
        code: false,
        client_credentials: true,
    },
];

/// Scopes and what they allow.
pub const SCOPES: [(&str, &str); 5] = [
    ("devices.read", "See the cold rooms and their sensors"),
    ("readings.read", "See what the sensors measured"),
    ("alarms.write", "Raise alarms"),
    ("messages.write", "Post messages"),
    ("profile", "See the name of the account"),
];

/// The OAuth 1.0a consumer.
pub const CONSUMER_KEY: &str = "sandbox-consumer";
pub const CONSUMER_SECRET: &str = "sandbox-consumer-not-secret";

/// User name and password for Basic authentication of calls.
pub const BASIC_USER: &str = "sandbox";
pub const BASIC_PASSWORD: &str = "sandbox-password";

/// API keys and the scopes that they hold.
pub const KEYS: [(&str, &[&str]); 2] = [
    ("sandbox-api-key", &["devices.read", "readings.read", "alarms.write", "messages.write", "profile"]),
    ("sandbox-api-key-read", &["devices.read", "readings.read"]),
];

/// The secret of the webhook `signed`.
pub const HOOK_SECRET: &str = "whsec_c2FuZGJveC1ob29rLW5vdC1zZWNyZXQ=";

/// A person who can consent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) email: &'static str,
}

/// The first is who consents unless another is chosen.
pub(super) const ACCOUNTS: [Account; 2] = [
    Account { id: "alex", name: "Alex Example", email: "alex@sandbox.example" },
    Account { id: "robin", name: "Robin Example", email: "robin@sandbox.example" },
];

impl Client {
    pub(super) fn of(id: &str) -> Option<&'static Client> {
        CLIENTS.iter().find(|client| client.id == id)
    }
}

impl Account {
    pub(super) fn of(id: &str) -> Option<&'static Account> {
        ACCOUNTS.iter().find(|account| account.id == id)
    }
}

pub(super) fn every_scope() -> std::collections::BTreeSet<String> {
    SCOPES.iter().map(|(scope, _)| (*scope).to_owned()).collect()
}

/// What a scope allows, in words.
pub(super) fn meaning(scope: &str) -> Option<&'static str> {
    SCOPES.iter().find(|(known, _)| *known == scope).map(|(_, meaning)| *meaning)
}
