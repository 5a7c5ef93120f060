//! Which headers may travel on (security rule P3): what a caller brings along for this hop or for itself does not go out,
//! and what an answer says to a browser does not come back.

use http::{HeaderMap, HeaderName, Method};

/// Of the caller's own hop or person: never sent on with a connection's credential.
const NOT_OUT: [&str; 16] = [
    "cookie",
    "host",
    "connection",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
    "expect",
    "forwarded",
    "via",
    "x-real-ip",
    "x-original-host",
];

const NOT_BACK: [&str; 18] = [
    "set-cookie",
    "set-cookie2",
    "content-security-policy",
    "content-security-policy-report-only",
    "strict-transport-security",
    "public-key-pins",
    "clear-site-data",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authentication-info",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "alt-svc",
    "nel",
    "report-to",
];

pub(super) fn clean_outgoing(headers: &mut HeaderMap) {
    drop_all(headers, stays_here);
}

fn stays_here(name: &str) -> bool {
    NOT_OUT.contains(&name) || name.starts_with("x-forwarded-") || name.starts_with("proxy-")
}

/// The first header that a caller named and that would not go out: to be refused where a person can still mend it.
pub fn not_sent(headers: &HeaderMap) -> Option<&HeaderName> {
    headers.keys().find(|name| stays_here(name.as_str()))
}

/// The methods of the platform's `invokeurl` (zoho.com, Deluge help, "invokeurl task").
pub const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

pub(super) fn clean_incoming(headers: &mut HeaderMap) {
    drop_all(headers, |name| NOT_BACK.contains(&name) || name.starts_with("access-control-") || name.starts_with("cross-origin-"));
}

fn drop_all(headers: &mut HeaderMap, goes: impl Fn(&str) -> bool) {
    let names: Vec<_> = headers.keys().filter(|name| goes(name.as_str())).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(names: &[&str]) -> HeaderMap {
        names.iter().map(|name| (name.parse().expect("a name"), "v".parse().expect("a value"))).collect()
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        headers.keys().map(|name| name.as_str()).collect()
    }

    #[test]
    fn only_what_is_the_message_s_own_goes_out() {
        let mut headers = map(&["accept", "cookie", "host", "x-forwarded-for", "forwarded", "x-request-id", "proxy-connection", "te"]);
        clean_outgoing(&mut headers);
        assert_eq!(names(&headers), ["accept", "x-request-id"]);
    }

    #[test]
    fn what_would_stay_here_is_named() {
        assert_eq!(not_sent(&map(&["accept", "x-forwarded-for"])).map(HeaderName::as_str), Some("x-forwarded-for"));
        assert_eq!(not_sent(&map(&["accept", "x-request-id"])), None);
    }

    #[test]
    fn nothing_that_speaks_to_a_browser_comes_back() {
        let mut headers = map(&["content-type", "set-cookie", "strict-transport-security", "access-control-allow-origin", "etag", "nel"]);
        clean_incoming(&mut headers);
        assert_eq!(names(&headers), ["content-type", "etag"]);
    }
}
