//! Tells a token or password that is written into a script. Says what it is, never what it reads.

/// What kind of secret a header holds whose value begins with these literal words, if it holds one.
pub(super) fn in_header(header: &str, value: &str) -> Option<&'static str> {
    const KEYS: [&str; 8] = ["x-api-key", "api-key", "apikey", "x-auth-token", "x-access-token", "x-authtoken", "private-token", "token"];
    if header.eq_ignore_ascii_case("authorization") || header.eq_ignore_ascii_case("proxy-authorization") {
        return (!credential(value).is_empty()).then_some("an `Authorization` header");
    }
    let is_key = KEYS.iter().any(|key| key.eq_ignore_ascii_case(header));
    (is_key && looks_random(value)).then_some("an API key header")
}

/// The part of an `Authorization` value after its scheme.
fn credential(value: &str) -> &str {
    let value = value.trim();
    match value.split_once(char::is_whitespace) {
        Some((_, credential)) => credential.trim(),
        None if SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(value)) => "",
        None => value,
    }
}

const SCHEMES: [&str; 7] = ["bearer", "basic", "token", "zoho-oauthtoken", "zoho-authtoken", "apikey", "digest"];

/// What kind of secret a text is by its own shape.
pub(super) fn by_shape(text: &str) -> Option<&'static str> {
    const PREFIXES: [(&str, usize, &str); 14] = [
        ("xoxb-", 20, "a Slack token"),
        ("xoxp-", 20, "a Slack token"),
        ("xapp-", 20, "a Slack token"),
        ("ghp_", 30, "a GitHub token"),
        ("gho_", 30, "a GitHub token"),
        ("github_pat_", 30, "a GitHub token"),
        ("glpat-", 20, "a GitLab token"),
        ("sk_live_", 20, "a Stripe key"),
        ("rk_live_", 20, "a Stripe key"),
        ("AKIA", 20, "an AWS access key"),
        ("AIza", 35, "a Google API key"),
        ("SG.", 40, "a SendGrid key"),
        ("shpat_", 30, "a Shopify token"),
        ("-----BEGIN ", 11, "a private key"),
    ];
    let word = text.split_whitespace().next_back().unwrap_or_default();
    let known = PREFIXES.iter().find(|(prefix, least, _)| (text.starts_with(prefix) || word.starts_with(prefix)) && text.len() >= *least);
    known
        .map(|(_, _, what)| *what)
        .or_else(|| is_zoho_token(word).then_some("a Zoho OAuth token"))
        .or_else(|| is_jwt(word).then_some("a signed token"))
}

/// `1000.` and two runs of 32 hexadecimal digits.
fn is_zoho_token(word: &str) -> bool {
    let mut parts = word.split('.');
    let is_hex = |part: Option<&str>| part.is_some_and(|part| part.len() == 32 && part.bytes().all(|byte| byte.is_ascii_hexdigit()));
    parts.next() == Some("1000") && is_hex(parts.next()) && is_hex(parts.next()) && parts.next().is_none()
}

fn is_jwt(word: &str) -> bool {
    word.starts_with("eyJ") && word.split('.').count() == 3 && word.len() > 40
}

/// What kind of secret the query or the user part of a URL holds.
pub(super) fn in_url(url: &str) -> Option<&'static str> {
    const KEYS: [&str; 9] =
        ["authtoken", "access_token", "api_key", "apikey", "token", "client_secret", "password", "auth_token", "zapikey"];
    let authority = url.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
    let password = authority.and_then(|authority| authority.rsplit_once('@')).and_then(|(user, _)| user.split_once(':'));
    if password.is_some_and(|(_, password)| !password.is_empty()) {
        return Some("a password in a URL");
    }
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let named = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut secret = named.filter(|(key, value)| KEYS.iter().any(|known| known.eq_ignore_ascii_case(key)) && looks_random(value));
    secret.next().map(|_| "a token in a URL")
}

/// What kind of secret a variable holds by its name.
pub(super) fn in_variable(name: &str, value: &str) -> Option<&'static str> {
    const ENDS: [&str; 9] = ["token", "secret", "password", "passwd", "apikey", "api_key", "authtoken", "accesskey", "private_key"];
    let name = name.to_ascii_lowercase();
    (ENDS.iter().any(|end| name.ends_with(end)) && looks_random(value)).then_some("a credential in a variable")
}

/// Long enough, without spaces, with letters and digits, and no placeholder.
fn looks_random(value: &str) -> bool {
    const PLACEHOLDERS: [&str; 6] = ["your", "xxxx", "example", "placeholder", "change", "<"];
    let lower = value.to_ascii_lowercase();
    value.len() >= 12
        && !value.contains(char::is_whitespace)
        && !value.contains("://")
        && !value.contains("${")
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !PLACEHOLDERS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_alone_is_no_secret_and_what_follows_it_is() {
        assert_eq!(in_header("authorization", "Zoho-oauthtoken "), None);
        assert_eq!(in_header("Authorization", "Bearer "), None);
        assert!(in_header("AUTHORIZATION", "Basic dXNlcjpwYXNz").is_some());
        assert!(in_header("X-Api-Key", "a1b2c3d4e5f6").is_some());
        assert_eq!(in_header("X-Api-Key", "YOUR_KEY_HERE_1"), None);
        assert_eq!(in_header("Content-Type", "application/json"), None);
    }

    #[test]
    fn shapes_urls_and_names_tell() {
        let half = "0123456789abcdef0123456789abcdef";
        assert_eq!(by_shape(&format!("1000.{half}.{half}")), Some("a Zoho OAuth token"));
        assert_eq!(by_shape("1000.50"), None);
        assert_eq!(in_url("https://u:p@example.com/"), Some("a password in a URL"));
        assert_eq!(in_url("https://example.com/?token=a1b2c3d4e5f6&x=1"), Some("a token in a URL"));
        assert_eq!(in_url("https://example.com/?page=1"), None);
        assert_eq!(in_variable("accessToken", "a1b2c3d4e5f6"), Some("a credential in a variable"));
        assert_eq!(in_variable("tokens_used", "a1b2c3d4e5f6"), None);
    }
}
