//! How a service takes a grant back, from the words of its file to the request that `oauth` makes of them.

use super::oauth::{Revocation as Declared, RevocationProof as Proof, RevocationSends as Sends};
use super::service::fill;
use crate::oauth::{DeclaredRevocation, ProviderError, Revocation, RevocationProof, RevocationToken, Revokes};
use http::Method;
use std::collections::BTreeMap;
use url::Url;

type Values = BTreeMap<String, String>;

pub(super) fn revocation(declared: &Declared, values: &Values) -> Result<Revocation, ProviderError> {
    let url = |text: &str| Url::parse(&fill(text, values)).map_err(|_| ProviderError::BadUrl { field: "revoke_url" });
    Ok(match declared {
        Declared::Rfc7009 { url: endpoint } => Revocation::Rfc7009(url(endpoint)?),
        Declared::QueryToken { url: endpoint } => {
            let sends = Revokes::Query { name: "token".to_owned(), token: RevocationToken::Refresh };
            own(Method::POST, url(endpoint)?, RevocationProof::Nothing, sends)
        }
        Declared::Declared { method, url: endpoint, proof, sends } => {
            let endpoint = url(&endpoint.replace("{refresh_token}", "{}"))?;
            let method = Method::from_bytes(method.as_bytes()).map_err(|_| ProviderError::BadUrl { field: "revocation" })?;
            own(method, endpoint, proved(*proof), sent(*sends))
        }
        Declared::None { instead } => Revocation::None { instead: instead.clone() },
        Declared::Unknown => Revocation::None { instead: None },
    })
}

fn own(method: Method, url: Url, proof: RevocationProof, sends: Revokes) -> Revocation {
    Revocation::Declared(Box::new(DeclaredRevocation { method, url, proof, sends }))
}

fn proved(proof: Proof) -> RevocationProof {
    match proof {
        Proof::Nothing => RevocationProof::Nothing,
        Proof::ClientBasic => RevocationProof::ClientBasic,
        Proof::ClientInBody => RevocationProof::ClientInBody,
        Proof::AccessToken => RevocationProof::AccessToken,
        Proof::ClientScheme => RevocationProof::ClientScheme,
        // The client secret of Stripe Connect is the platform account's key.
        Proof::PlatformKey => RevocationProof::SecretAsBearer,
    }
}

fn sent(sends: Sends) -> Revokes {
    let named = |name: &str| name.to_owned();
    match sends {
        Sends::Nothing => Revokes::Nothing,
        Sends::Path => Revokes::Path { token: RevocationToken::Refresh },
        Sends::QueryAccessToken => Revokes::Query { name: named("access_token"), token: RevocationToken::Access },
        Sends::FormAccessToken => Revokes::Form { name: named("access_token"), token: RevocationToken::Access },
        Sends::FormRefreshToken => Revokes::Form { name: named("token"), token: RevocationToken::Refresh },
        Sends::JsonAccessToken => Revokes::Json { name: named("access_token"), token: RevocationToken::Access },
        Sends::FormClientAndAccount => Revokes::ClientAndAccount { field: named("stripe_user_id") },
        Sends::JsonClientAndAccessToken => Revokes::JsonWithClient { name: named("access_token"), token: RevocationToken::Access },
    }
}
