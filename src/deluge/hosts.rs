//! The host of a URL that may be known only in its beginning, and the data centre of a Zoho host.

use std::ops::Range;

/// Scheme and host of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) scheme: Scheme,
    /// Lower case, without port; empty where it is put together at run time.
    pub(super) host: String,
    /// Bytes of `host` in the URL.
    pub(super) at: Range<usize>,
    /// Where the URL begins: blanks before it mean nothing.
    pub(super) begins: usize,
    /// A `\\` ends the host, which some clients read as `/` and others as a part of it.
    pub(super) backslash: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Https,
    Http,
    /// `//a.example/`, `a.example/`: whatever the platform takes it for.
    Missing,
}

/// Reads the beginning of a URL. `whole` says that nothing unknown follows.
pub(super) fn target(url: &str, whole: bool) -> Option<Target> {
    let trimmed = url.trim_start();
    let begins = url.len() - trimmed.len();
    let (scheme, rest) = match trimmed.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Scheme::Https, rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Scheme::Http, rest),
        Some((scheme, _)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => return None,
        Some(_) | None => (Scheme::Missing, trimmed.strip_prefix("//").unwrap_or(trimmed)),
    };
    let authority_end = rest.find(['/', '?', '#', '\\']);
    let authority = rest[..authority_end.unwrap_or(rest.len())].trim_end();
    let start = url.len() - rest.len() + authority.rfind('@').map_or(0, |at| at + 1);
    let host = without_port(authority.rsplit('@').next().unwrap_or(authority));
    let known = authority_end.is_some() || whole;
    if scheme == Scheme::Missing && !(known && reads_like_a_host(host)) {
        return None;
    }
    let host = if known { host } else { "" };
    let backslash = authority_end.is_some_and(|end| rest[end..].starts_with('\\'));
    Some(Target { scheme, host: host.to_ascii_lowercase(), at: start..start + host.len(), begins, backslash })
}

/// The colons of `[::1]` are its own.
fn without_port(authority: &str) -> &str {
    let address = authority.find(']').map_or(0, |end| end + 1);
    let port = authority[address..].find(':').map_or(authority.len(), |at| address + at);
    &authority[..port]
}

/// A name with a top-level domain, which a path of one's own rarely begins with.
fn reads_like_a_host(host: &str) -> bool {
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_top = |label: &str| label.len() >= 2 && label.bytes().all(|byte| byte.is_ascii_alphabetic());
    host.rsplit_once('.').is_some_and(|(below, top)| is_top(top) && below.split('.').all(is_label))
}

/// Suffixes of the data centres. <https://zoho.com/accounts/protocol/oauth/multi-dc.html>
const DATA_CENTRES: [&str; 10] = ["com", "eu", "in", "com.au", "jp", "com.cn", "ca", "sa", "uk", "ae"];

/// The data centre that a Zoho host belongs to: `www.zohoapis.com.au` to `com.au`. None for other hosts.
pub fn data_centre(host: &str) -> Option<&'static str> {
    DATA_CENTRES.into_iter().filter(|suffix| belongs(host, suffix)).max_by_key(|suffix| suffix.len())
}

fn belongs(host: &str, suffix: &str) -> bool {
    const DOMAINS: [&str; 8] = ["zoho", "zohoapis", "zohoiot", "zohocloud", "zohocreator", "zohopublic", "zohostratus", "zohomeeting"];
    let Some(rest) = host.strip_suffix(suffix).and_then(|rest| rest.strip_suffix('.')) else { return false };
    DOMAINS.contains(&rest.rsplit('.').next().unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_what_a_client_would_call() {
        let host = |url: &str| target(url, true).map(|target| target.host);
        assert_eq!(host("https://user:pw@API.example.com:8443/x@y"), Some("api.example.com".to_owned()));
        assert_eq!(host("ftp://example.com"), None);
        assert_eq!(target("https://www.zohoapis.", false).map(|target| target.host), Some(String::new()));
        let known = target("http://a.example/x", false).expect("it has a scheme");
        assert_eq!((known.scheme, known.at), (Scheme::Http, 7..16));
    }

    #[test]
    fn blanks_ports_and_a_missing_scheme_hide_no_host() {
        let read = |url: &str| target(url, true).map(|target| (target.scheme, target.host));
        let is = |scheme: Scheme, host: &str| Some((scheme, host.to_owned()));
        assert_eq!(read(" https://a.example/x"), is(Scheme::Https, "a.example"));
        assert_eq!(read("https://[::1]/x"), is(Scheme::Https, "[::1]"));
        assert_eq!(read("http://[::1]:8080/x"), is(Scheme::Http, "[::1]"));
        assert_eq!(read("//a.example/x"), is(Scheme::Missing, "a.example"));
        assert_eq!(read("a.example:8443/x?u=https://b.example"), is(Scheme::Missing, "a.example"));
        for path in ["/crm/v8/Leads", "crm/v8/Leads", "Leads", "", "v2.1/Leads", "page?x=1"] {
            assert_eq!(read(path), None, "{path}");
        }
        assert!(target("https://a.example\\b.example/", true).is_some_and(|target| target.backslash));
    }

    #[test]
    fn only_hosts_of_zoho_have_a_data_centre() {
        assert_eq!(data_centre("www.zohoapis.com.au"), Some("com.au"));
        assert_eq!(data_centre("app1.zohoiot.in"), Some("in"));
        assert_eq!(data_centre("accounts.zohocloud.ca"), Some("ca"));
        assert_eq!(data_centre("zoho.com.evil.example"), None);
        assert_eq!(data_centre("notzoho.com"), None);
    }
}
