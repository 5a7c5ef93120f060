//! What looks like a secret where a reference should stand. Judges names and values, and never hands a value on.

use super::diags::EscapingFile;
use super::site::Site;
use crate::diag::Diagnostics;
use crate::resource::ValueFrom;

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

/// How the tokens of well-known services begin. (Each from the service's own documentation of its token formats.)
const TOKENS: &[&str] =
    &["xoxb-", "xoxp-", "xapp-", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "sk_live_", "rk_live_", "AKIA", "AIza", "ya29."];

/// Whether a header or parameter of this name holds a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace(['-', '.', ' '], "_");
    NAMES.contains(&name.as_str()) || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Whether `name: value` writes a secret out.
pub(super) fn is_literal_secret(name: &str, value: &str) -> bool {
    let bare = value.trim();
    if bare.is_empty() || bare.starts_with("${") {
        return false;
    }
    is_secret_name(name) || is_token(bare) || (PERHAPS.contains(&name.to_ascii_lowercase().as_str()) && looks_random(bare))
}

fn is_token(value: &str) -> bool {
    let value = ["Bearer ", "bearer ", "Basic ", "Zoho-oauthtoken "].iter().find_map(|scheme| value.strip_prefix(scheme)).unwrap_or(value);
    value.len() >= 16 && !value.contains(' ') && (TOKENS.iter().any(|token| value.starts_with(token)) || is_json_web_token(value))
}

/// RFC 7519: three parts, the first of which begins with `{"` in base64.
fn is_json_web_token(value: &str) -> bool {
    value.starts_with("eyJ") && value.split('.').count() == 3
}

fn looks_random(value: &str) -> bool {
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    value.len() >= 16 && letters > 0 && digits > 0 && !value.contains([' ', '$'])
}

/// References to files stay below the project's root. (Whether the file is there is a matter of the moment it is needed.)
pub(super) fn check_references(diags: &mut Diagnostics, site: Site<'_>) {
    for (path, from) in site.declaration.resource.secrets() {
        if let ValueFrom::File(file) = from
            && escapes(file)
        {
            let keys: Vec<String> = path.0.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~")).collect();
            let mut keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            keys.push("file");
            diags.push(EscapingFile { at: site.value(&keys), path: file.clone() });
        }
    }
}

/// Whether a path is not plainly one below the root.
pub(super) fn escapes(path: &str) -> bool {
    path.starts_with('/') || path.contains('\\') || path.contains(':') || path.split('/').any(|part| part == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hold_secrets_and_names_that_only_sound_so() {
        for name in ["Authorization", "X-Api-Key", "apikey", "access_token", "authtoken", "client_secret", "Password", "X-Auth-Token"] {
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
        assert!(!is_literal_secret("token", "${alarm.token}"));
        assert!(!is_literal_secret("token", ""));
        assert!(is_literal_secret("X-Anything", "Bearer xoxb-1234567890123456"));
    }

    #[test]
    fn paths_below_the_root_only() {
        for path in ["/etc/passwd", "../key", "a/../../key", "C:/key", "a\\b"] {
            assert!(escapes(path), "{path}");
        }
        assert!(!escapes("keys/..zoho"));
        assert!(!escapes("keys/zoho.pem"));
    }
}
