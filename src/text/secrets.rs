//! What reads like a secret: by the name that it stands under, by the form that tokens of well-known services have, by its
//! place in a URL. Judges names and values, and never hands a value on. Knows no file and no resource.

use std::ops::Range;

/// Names that stand for a secret whatever their value.
const NAMES: &[&str] = &[
    "auth",
    "authorization",
    "bearer",
    "cookie",
    "credential",
    "credentials",
    "passphrase",
    "passwd",
    "password",
    "proxy_authorization",
    "pwd",
    "secret",
    "token",
];

/// Endings of such names: `X-Api-Key`, `client_secret`, `authtoken`.
const ENDINGS: &[&str] = &[
    "token",
    "secret",
    "password",
    "passwd",
    "apikey",
    "api_key",
    "access_key",
    "secret_key",
    "private_key",
    "auth_key",
    "account_key",
    "subscription_key",
    "_credentials",
    "_authorization",
];

/// Names that may stand for a secret; their value decides.
const PERHAPS: &[&str] = &["key", "sig", "signature", "code", "sid"];

/// How the tokens of well-known services begin, how long they are at least, and what they are. (Each from the service's own documentation
/// of its token formats; a test's stand-ins are shorter than the real ones.)
const TOKENS: &[(&str, usize, &str)] = &[
    ("xoxa-", 16, "a Slack token"),
    ("xoxb-", 16, "a Slack token"),
    ("xoxe-", 16, "a Slack token"),
    ("xoxp-", 16, "a Slack token"),
    ("xoxr-", 16, "a Slack token"),
    ("xoxs-", 16, "a Slack token"),
    ("xapp-", 16, "a Slack token"),
    ("ghp_", 16, "a GitHub token"),
    ("gho_", 16, "a GitHub token"),
    ("ghr_", 16, "a GitHub token"),
    ("ghs_", 16, "a GitHub token"),
    ("ghu_", 16, "a GitHub token"),
    ("github_pat_", 16, "a GitHub token"),
    ("glpat-", 16, "a GitLab token"),
    ("sk_live_", 16, "a Stripe key"),
    ("rk_live_", 16, "a Stripe key"),
    ("AKIA", 16, "an AWS access key"),
    ("AIza", 16, "a Google API key"),
    ("ya29.", 16, "a Google token"),
    ("SG.", 40, "a SendGrid key"),
    ("shpat_", 30, "a Shopify token"),
    ("bwl_", 60, "a Bowline token"),
];

/// Addresses that let in whoever knows them: what comes before the secret, and how long its longest part is at least.
const PATHS: &[(&str, usize)] = &[
    ("hooks.slack.com/services/", 16),
    ("hooks.slack.com/triggers/", 16),
    ("hooks.slack.com/workflows/", 16),
    ("discord.com/api/webhooks/", 32),
    ("discordapp.com/api/webhooks/", 32),
    ("webhook.office.com/webhookb2/", 32),
    ("api.telegram.org/bot", 30),
];

/// What stands where a secret could and says which sort is meant, or that there is none.
const NO_VALUES: &[&str] =
    &["basic", "bearer", "disabled", "enabled", "false", "no", "none", "null", "oauth", "oauth2", "optional", "required", "true", "yes"];

/// What stands in front of a credential in a header.
const SCHEMES: &[&str] = &["Bearer ", "bearer ", "Basic ", "basic ", "Token ", "token ", "Zoho-oauthtoken "];

/// Whether a header, parameter or field of this name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    let name = snake_case(name);
    NAMES.contains(&name.as_str()) || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// `X-Api-Key` and `apiKey` are one name.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut was_small = false;
    for letter in name.chars() {
        if was_small && letter.is_ascii_uppercase() {
            snake.push('_');
        }
        was_small = letter.is_ascii_lowercase();
        snake.push(if matches!(letter, '-' | '.' | ' ') { '_' } else { letter.to_ascii_lowercase() });
    }
    snake
}

/// Whether `name: value` writes a secret out. What a merge field brings is none.
pub fn is_literal_secret(name: &str, value: &str) -> bool {
    let bare = bare(value.trim());
    if bare.is_empty() || NO_VALUES.contains(&bare.to_ascii_lowercase().as_str()) {
        return false;
    }
    if !in_text(value).is_empty() {
        return true;
    }
    if let Some(rest) = beside_fields(bare) {
        return is_secret_name(name) && looks_random(&rest);
    }
    is_secret_name(name) || is_perhaps(name, bare)
}

/// Whether a name that may stand for a secret does so with this value.
pub(super) fn is_perhaps(name: &str, value: &str) -> bool {
    PERHAPS.contains(&name.to_ascii_lowercase().as_str()) && looks_random(value)
}

fn bare(value: &str) -> &str {
    SCHEMES.iter().find_map(|scheme| value.strip_prefix(scheme)).unwrap_or(value).trim()
}

/// What is written beside the merge fields of a text; `None` where it has none.
fn beside_fields(text: &str) -> Option<String> {
    let mut rest = text;
    let mut beside = String::new();
    while let Some(start) = rest.find("${") {
        beside.push_str(&rest[..start]);
        rest = rest[start..].split_once('}').map_or("", |(_, after)| after);
    }
    (rest.len() < text.len()).then(|| beside + rest)
}

/// Whether letters and digits alternate in one long run, as nobody writes them. Words with a number behind them do not, and
/// neither do identifiers in groups (UUIDs), slugs and dates.
fn looks_random(value: &str) -> bool {
    let is_run = |run: &str| {
        let bytes = run.as_bytes();
        run.len() >= 16 && bytes.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count() >= 4
    };
    value.split(|letter: char| !letter.is_ascii_alphanumeric()).any(is_run)
}

/// The parts of a text that are secrets by their own form, wherever they stand.
pub(super) fn in_text(text: &str) -> Vec<Range<usize>> {
    secrets_by_form(text).into_iter().map(|(range, _)| range).collect()
}

/// The same, each with what it is: `a GitHub token`.
pub fn secrets_by_form(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut found: Vec<_> = words(text).filter_map(|word| Some((word.clone(), token(&text[word])?))).collect();
    for (before, least) in PATHS {
        let at = text.match_indices(before).filter_map(|(at, _)| in_path(text, at + before.len(), *least));
        found.extend(at.map(|range| (range, "an address that lets in whoever knows it")));
    }
    found.extend(private_key(text).map(|range| (range, "a private key")));
    found.sort_by_key(|(range, _)| range.start);
    found
}

/// RFC 7468: up to the end of the text, which may hold only a line of the key.
fn private_key(text: &str) -> Option<Range<usize>> {
    let start = text.find("-----BEGIN ")?;
    text[start..].contains("PRIVATE KEY-----").then_some(start..text.len())
}

fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let ends = |letter: char| letter.is_whitespace() || "\"'`<>()[]{},;:=&|/?#@\\".contains(letter);
    let start = text.as_ptr() as usize;
    text.split(ends).filter(|word| word.len() >= 16).map(move |word| {
        let at = word.as_ptr() as usize - start;
        at..at + word.len()
    })
}

fn token(word: &str) -> Option<&'static str> {
    if !word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'+')) {
        return None;
    }
    let known = TOKENS.iter().find(|(begin, least, _)| word.starts_with(begin) && word.len() >= *least);
    known
        .map(|(_, _, what)| *what)
        .or_else(|| is_json_web_token(word).then_some("a signed token"))
        .or_else(|| is_zoho_token(word).then_some("a Zoho OAuth token"))
}

/// RFC 7519: three parts, the first of which begins with `{"` in base64.
fn is_json_web_token(word: &str) -> bool {
    word.starts_with("eyJ") && word.split('.').count() == 3
}

/// `1000.` (or another data centre's number) and two runs of 32 hexadecimal digits.
fn is_zoho_token(word: &str) -> bool {
    let mut parts = word.split('.');
    let is_number = parts.next().is_some_and(|part| part.len() == 4 && part.starts_with("100"));
    let is_hex = |part: Option<&str>| part.is_some_and(|part| part.len() == 32 && part.bytes().all(|byte| byte.is_ascii_hexdigit()));
    is_number && is_hex(parts.next()) && is_hex(parts.next()) && parts.next().is_none()
}

/// The rest of an address that lets in whoever knows it, from `start` on; placeholders (`XXXX…`) and merge fields are none.
fn in_path(text: &str, start: usize, least: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let end = rest.find(|letter: char| letter.is_whitespace() || "\"'`<>?#,;)]\\".contains(letter)).unwrap_or(rest.len());
    let is_secret = |part: &str| {
        let first = part.chars().next();
        part.len() >= least && !part.contains("${") && part.chars().any(|letter| Some(letter) != first)
    };
    rest[..end].split('/').any(is_secret).then_some(start..start + end)
}

/// The values in a text of JSON or XML, with the names that they stand under: `"name": "value"` and `<name>value</name>`.
/// Reads no more of either, for with merge fields in it a text may be neither.
pub fn named_values(text: &str) -> Vec<(&str, Range<usize>)> {
    let mut found = in_json(text);
    found.extend(in_xml(text));
    found
}

fn in_json(text: &str) -> Vec<(&str, Range<usize>)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(key) = quoted(text, from) {
        from = key.end + 1;
        let Some(colon) = next_letter(text, from, ':') else { continue };
        let Some(open) = next_letter(text, colon, '"') else { continue };
        let Some(value) = quoted(text, open - 1) else { break };
        from = value.end + 1;
        found.push((&text[key], value));
    }
    found
}

/// What stands between the next two quotes.
fn quoted(text: &str, from: usize) -> Option<Range<usize>> {
    let start = from + text.get(from..)?.find('"')? + 1;
    let mut is_escaped = false;
    let end = text[start..].bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    })?;
    Some(start..start + end)
}

/// The byte behind a letter that comes next but for blanks.
fn next_letter(text: &str, from: usize, wanted: char) -> Option<usize> {
    let rest = text[from..].trim_start();
    rest.starts_with(wanted).then(|| text.len() - rest.len() + 1)
}

fn in_xml(text: &str) -> Vec<(&str, Range<usize>)> {
    let mut found = Vec::new();
    for (open, _) in text.match_indices('<') {
        let rest = &text[open + 1..];
        let len = rest.find(|letter: char| !(letter.is_ascii_alphanumeric() || "_-.:".contains(letter))).unwrap_or(0);
        let Some(inside) = rest[len..].strip_prefix('>').filter(|_| len > 0) else { continue };
        let (start, name) = (open + 1 + len + 1, &rest[..len]);
        let end = inside.find('<').unwrap_or(0);
        if inside[end..].strip_prefix("</").is_some_and(|closing| closing.starts_with(name)) {
            found.push((name, start..start + end));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hold_secrets_and_names_that_only_sound_so() {
        let names =
            ["Authorization", "X-Api-Key", "apikey", "apiKey", "access_token", "authtoken", "client_secret", "Password", "X-Auth-Token"];
        for name in names {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["token_access_type", "X-Site", "prompt", "key", "author", "Idempotency-Key", "tokens", "monkey"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn a_value_decides_where_the_name_does_not() {
        assert!(is_literal_secret("key", "AIzaSyA1234567890abcdef"));
        assert!(!is_literal_secret("key", "north"));
        assert!(!is_literal_secret("token", ""));
        assert!(is_literal_secret("X-Anything", "Bearer xoxb-1234567890123456"));
        assert!(is_literal_secret("sig", "q7Zr2mWx81LpTn4VbKc0"));
    }

    #[test]
    fn words_identifiers_and_slugs_are_no_secrets() {
        for value in [
            "550e8400-e29b-41d4-a716-446655440000",
            "door-open-alarm-2024-north-warehouse-b12",
            "temperatureSensor01",
            "MonthlyReport2024Final",
            "2024-01-31T10:00:00Z",
            "WAREHOUSE-NORTH-0012",
            "a whole sentence about 16 doors",
            "123456789012345678",
        ] {
            assert!(!is_literal_secret("key", value) && !is_literal_secret("code", value), "{value}");
            assert!(!is_literal_secret("device", value) && in_text(value).is_empty(), "{value}");
            assert!(!is_literal_secret("token", &format!("{value}${{alarm.id}}")), "{value}");
        }
        for value in ["none", "Bearer", "required", "True"] {
            assert!(!is_literal_secret("auth", value), "{value}");
        }
        assert!(["hunter2", "changeme", "default"].iter().all(|word| is_literal_secret("password", word)));
    }

    #[test]
    fn a_merge_field_is_no_secret_and_what_stands_beside_it_may_be_one() {
        for value in ["${alarm.token}", "Bearer ${alarm.token}", "device-${alarm.id}"] {
            assert!(!is_literal_secret("token", value), "{value}");
        }
        assert!(is_literal_secret("token", "a1b2c3d4e5f6a7b8${alarm.id}"));
        assert!(is_literal_secret("note", "ghp_0123456789abcdef ${alarm.id}"));
    }

    #[test]
    fn tokens_are_seen_in_the_middle_of_a_text() {
        let half = "0123456789abcdef0123456789abcdef";
        for token in
            [format!("1000.{half}.{half}"), "AKIA0123456789ABCDEF".to_owned(), format!("bwl_0123456789abcdef_{half}{half}01234567")]
        {
            let text = format!("use \"{token}\" for it");
            assert_eq!(in_text(&text).as_slice(), std::slice::from_ref(&(5..5 + token.len())), "{token}");
        }
        assert_eq!(secrets_by_form("ghp_0123456789abcdef"), [(0..20, "a GitHub token")]);
        assert_eq!(secrets_by_form("x -----BEGIN RSA PRIVATE KEY-----\nMII"), [(2..37, "a private key")]);
        for text in [
            "1000.50",
            "-----BEGIN CERTIFICATE-----",
            "ghp_",
            "AKIAlike",
            "see https://slack.com/api/chat.postMessage",
            "SG.short-and-harmless",
        ] {
            assert!(in_text(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn addresses_that_let_in_whoever_knows_them() {
        let slack = "https://hooks.slack.com/services/T0123ABCD/B0123ABCD/abcdEFGHijklMNOPqrstUVWX";
        assert_eq!(in_text(slack).as_slice(), std::slice::from_ref(&(33..slack.len())));
        for harmless in [
            "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
            "https://hooks.slack.com/services/${alarm.workspace_and_more}",
            "https://hooks.slack.com/services/",
        ] {
            assert!(in_text(harmless).is_empty(), "{harmless}");
        }
    }

    #[test]
    fn named_values_of_json_and_xml_are_found() {
        let text = r#"{ "a\"b" : "c", "n": 1, "password":"d e" } <Password>f</Password><x>"#;
        let found: Vec<(&str, &str)> = named_values(text).into_iter().map(|(name, value)| (name, &text[value])).collect();
        assert_eq!(found, [(r#"a\"b"#, "c"), ("password", "d e"), ("Password", "f")]);
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_text_its_parts_are_parts_of_it(text in "[a-z_:\"\\\\'{}<>/, \n\u{e9}@?&=.-]{0,120}") {
            for range in in_text(&text).into_iter().chain(named_values(&text).into_iter().map(|(_, range)| range)) {
                proptest::prop_assert!(text.get(range).is_some());
            }
        }
    }
}
