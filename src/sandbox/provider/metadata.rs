//! What the provider can do, for clients that ask (RFC 8414).

use crate::sandbox::answer::{self, Answer, Asked};
use crate::sandbox::known::SCOPES;
use crate::sandbox::site::Site;
use http::StatusCode;
use serde_json::json;

pub(crate) fn metadata(site: &Site, _: &Asked) -> Answer {
    let base = &site.base;
    let proofs = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
    let with_public = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
    let body = json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/oauth/authorize"),
        "token_endpoint": format!("{base}/oauth/token"),
        "revocation_endpoint": format!("{base}/oauth/revoke"),
        "introspection_endpoint": format!("{base}/oauth/introspect"),
        "userinfo_endpoint": format!("{base}/oauth/userinfo"),
        "scopes_supported": SCOPES.map(|(scope, _)| scope),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": with_public,
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "revocation_endpoint_auth_methods_supported": with_public,
        "introspection_endpoint_auth_methods_supported": proofs,
        "authorization_response_iss_parameter_supported": true,
        "x_bowline_sandbox": true,
    });
    answer::json(StatusCode::OK, &body)
}
