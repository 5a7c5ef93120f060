//! Tells a token or password that is written into a script. What a secret looks like is [`crate::text`]'s matter; here stands
//! where a script writes one. Says what it is, never what it reads.

use crate::text::{is_literal_secret, named_values, secrets_by_form, secrets_in_urls};
use std::ops::Range;

/// The secrets that a text writes out: tokens, URLs that hold one, values of JSON and XML under a name that says so.
pub(super) fn in_text(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut found = secrets_by_form(text);
    found.extend(secrets_in_urls(text).into_iter().filter_map(|range| Some((range.clone(), in_url(text, &range)?))));
    let named = named_values(text).into_iter();
    found.extend(named.filter_map(|(name, value)| Some((value.clone(), under_name(name, &text[value])?))));
    found.sort_by_key(|(range, _)| range.start);
    found
}

/// What stands at a place of a URL's user part or query.
fn in_url(text: &str, range: &Range<usize>) -> Option<&'static str> {
    let value = &text[range.clone()];
    if text[..range.start].ends_with("://") {
        let (_, password) = value.split_once(':')?;
        return (!password.is_empty() && !is_placeholder(password)).then_some("a password in a URL");
    }
    looks_random(value).then_some("a token in a URL")
}

/// What kind of secret `name: value` writes out, where the value begins with these literal words. What has the form of a
/// token is left to [`in_text`].
pub(super) fn under_name(name: &str, value: &str) -> Option<&'static str> {
    if is_authorization(name) {
        return (!credential(value).is_empty()).then_some("an `Authorization` header");
    }
    let is_own = is_literal_secret(name, value) && looks_random(credential(value)) && secrets_by_form(value).is_empty();
    let is_header = name.contains('-') || name.eq_ignore_ascii_case("apikey");
    is_own.then_some(if is_header { "an API key header" } else { "a credential under a name that says so" })
}

/// What kind of secret a variable holds by its name.
pub(super) fn in_variable(name: &str, value: &str) -> Option<&'static str> {
    under_name(name, value).map(|_| "a credential in a variable")
}

pub(super) fn is_authorization(header: &str) -> bool {
    header.eq_ignore_ascii_case("authorization") || header.eq_ignore_ascii_case("proxy-authorization")
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

/// Long enough, without spaces, with letters and digits, and no placeholder.
fn looks_random(value: &str) -> bool {
    value.len() >= 12
        && !value.contains(char::is_whitespace)
        && !value.contains("://")
        && !value.contains("${")
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !is_placeholder(value)
}

fn is_placeholder(value: &str) -> bool {
    const PLACEHOLDERS: [&str; 6] = ["your", "xxxx", "example", "placeholder", "change", "<"];
    let lower = value.to_ascii_lowercase();
    PLACEHOLDERS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<&'static str> {
        in_text(text).into_iter().map(|(_, what)| what).collect()
    }

    #[test]
    fn a_scheme_alone_is_no_secret_and_what_follows_it_is() {
        assert_eq!(under_name("authorization", "Zoho-oauthtoken "), None);
        assert_eq!(under_name("Authorization", "Bearer "), None);
        assert!(under_name("AUTHORIZATION", "Basic dXNlcjpwYXNz").is_some());
        assert_eq!(under_name("X-Api-Key", "a1b2c3d4e5f6"), Some("an API key header"));
        assert_eq!(under_name("X-Api-Key", "YOUR_KEY_HERE_1"), None);
        assert_eq!(under_name("Content-Type", "application/json"), None);
        assert_eq!(under_name("client_secret", "abcd1234efgh5678ijkl"), Some("a credential under a name that says so"));
        assert_eq!(under_name("token", "ghp_0123456789abcdef"), None);
    }

    #[test]
    fn shapes_urls_and_names_tell() {
        let half = "0123456789abcdef0123456789abcdef";
        assert_eq!(kinds(&format!("1000.{half}.{half}")), ["a Zoho OAuth token"]);
        assert_eq!(kinds("https://u:p@example.com/"), ["a password in a URL"]);
        assert_eq!(kinds("https://example.com/?token=a1b2c3d4e5f6&x=1"), ["a token in a URL"]);
        assert_eq!(kinds("{\"Authorization\":\"Bearer abcd1234efgh5678\"}"), ["an `Authorization` header"]);
        assert_eq!(kinds("{\"password\":\"hunter2hunter2\"}"), ["a credential under a name that says so"]);
        let slack = "https://hooks.slack.com/services/T0123ABCD/B0123ABCD/abcdEFGHijklMNOPqrstUVWX";
        assert_eq!(kinds(slack), ["an address that lets in whoever knows it"]);
        for harmless in [
            "1000.50",
            "https://example.com/?page=1",
            "https://me@example.com/",
            "https://example.com/?token=YOUR_TOKEN_1234",
            "{\"token\":\"",
        ] {
            assert_eq!(kinds(harmless), [] as [&str; 0], "{harmless}");
        }
        assert_eq!(in_variable("accessToken", "a1b2c3d4e5f6"), Some("a credential in a variable"));
        assert_eq!(in_variable("tokens_used", "a1b2c3d4e5f6"), None);
    }
}
