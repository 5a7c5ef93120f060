//! Which client of the peer speaks, and how it proves itself.

use super::server::Peer;
use bowline::oauth::{ClientSecrets, Issuer, Provider, Rotation};
use bowline::secret::Secret;
use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Party {
    Basic,
    Post,
    PrivateKeyJwt,
    Public,
}

impl Party {
    pub(super) fn client_id(self) -> &'static str {
        match self {
            Party::Basic => "basic",
            Party::Post => "post",
            Party::PrivateKeyJwt => "private_key_jwt",
            Party::Public => "public",
        }
    }

    /// What a service says in its `client_authentication`.
    fn declared(self) -> &'static str {
        match self {
            Party::Basic | Party::Public => "basic",
            Party::Post => "post",
            Party::PrivateKeyJwt => "private_key_jwt",
        }
    }

    /// The `auth` of a service, as a file would have it.
    pub(super) fn oauth2(self, peer: &Peer, grant: &str) -> Value {
        json!({
            "grant": grant,
            "authorize_url": peer.url("/auth"),
            "token_url": peer.url("/token"),
            "revoke_url": peer.url("/token/revocation"),
            "client_authentication": self.declared(),
            "scope_delimiter": "space",
        })
    }

    pub(super) fn client(self, peer: &Peer) -> ClientSecrets {
        let secret = Secret::new(peer.secret.clone());
        let private_key = Secret::new(peer.private_key.clone());
        ClientSecrets {
            id: self.client_id().to_owned(),
            secret: matches!(self, Party::Basic | Party::Post).then_some(secret),
            private_key: (self == Party::PrivateKeyJwt).then_some(private_key),
        }
    }

    pub(super) fn provider(self, peer: &Peer, grant: &str) -> Provider {
        let oauth2 = serde_json::from_value(self.oauth2(peer, grant)).expect("a service");
        Provider {
            issuer: Some(Issuer { identifier: peer.issuer.clone(), promised: true }),
            rotation: Rotation::Rotates,
            ..Provider::of(&oauth2, self.client(peer)).expect("it can be used")
        }
    }
}
