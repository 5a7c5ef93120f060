//! Whose account a grant is of, as far as the service's own answer tells. Nothing here is a proof to others: it comes
//! straight from the token endpoint, so it needs no signature to be believed (OpenID Connect Core section 3.1.3.7).

use super::oauth1::Token1;
use super::token::TokenSet;
use crate::secret::Secret;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// The member of a token answer that names an account; captured for the while under this name.
pub const ID_TOKEN: &str = "id_token";
/// Captured fields that name an account and not a place or a host.
const NAMED: [&str; 6] = ["realm_id", "account_id", "team_id", "user_id", "stripe_user_id", "open_id"];

/// Takes the account out of a fresh grant; `None` where the service does not say. The ID token is kept no longer.
pub fn account(tokens: &mut TokenSet) -> Option<Secret<String>> {
    let id_token = tokens.extra.remove(ID_TOKEN).map(Secret::new);
    let subject = id_token.as_ref().and_then(|token| subject(token.expose()));
    let named = || NAMED.iter().find_map(|name| Some(format!("{name}:{}", tokens.extra.get(*name)?)));
    subject.or_else(named).map(Secret::new)
}

/// As [`account`], of OAuth 1.
pub fn account1(token: &Token1) -> Option<Secret<String>> {
    NAMED.iter().find_map(|name| Some(Secret::new(format!("{name}:{}", token.extra.get(*name)?))))
}

/// Issuer and subject of an ID token, which together name a person for good.
fn subject(id_token: &str) -> Option<String> {
    let payload = BASE64_URL_SAFE_NO_PAD.decode(id_token.split('.').nth(1)?).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&payload).ok()?;
    let text = |name: &str| claims.get(name)?.as_str();
    Some(format!("{} {}", text("iss").unwrap_or_default(), text("sub")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuer_and_subject_name_a_person() {
        let token = |payload: &str| format!("e30.{}.sig", BASE64_URL_SAFE_NO_PAD.encode(payload));
        assert_eq!(subject(&token(r#"{"iss":"https://id.example","sub":"7"}"#)).as_deref(), Some("https://id.example 7"));
        for bad in [token("{}"), token("no json"), "one.part".to_owned(), String::new(), "a.###.c".to_owned()] {
            assert_eq!(subject(&bad), None, "{bad}");
        }
    }
}
