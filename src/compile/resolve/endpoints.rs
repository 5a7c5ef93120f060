//! URLs that something is sent to: read as a client reads them, so that what is judged is what is called.

use super::diags::{BadUrl, PlainHttp, SecretInUrl, UrlFault, UrlSecret};
use super::merge_fields;
use crate::diag::Diagnostics;
use crate::text::{Span, is_literal_secret, secrets_within};
use url::{Url, form_urlencoded};

/// Reads a URL and says what is wrong with it. `None` where no client could call it.
pub(super) fn check(diags: &mut Diagnostics, text: &str, at: impl Fn() -> Span) -> Option<Url> {
    read_and_judge(diags, text, text, at)
}

/// The same of a URL that may hold merge fields: what they bring is no secret of the file.
pub(super) fn check_with_fields(diags: &mut Diagnostics, text: &str, at: impl Fn() -> Span) -> Option<Url> {
    read_and_judge(diags, &merge_fields::filled(text), text, at)
}

fn read_and_judge(diags: &mut Diagnostics, filled: &str, written: &str, at: impl Fn() -> Span) -> Option<Url> {
    match read(filled) {
        Ok(url) => {
            judge(diags, &url, written, at);
            Some(url)
        }
        Err(fault) => {
            diags.push(BadUrl { at: at(), fault });
            None
        }
    }
}

/// The parser mends some things on the way; a file should say what is meant.
fn read(text: &str) -> Result<Url, UrlFault> {
    if text.contains('\\') {
        return Err(UrlFault::Backslash);
    }
    Url::parse(text).map_err(UrlFault::Unreadable)
}

fn judge(diags: &mut Diagnostics, url: &Url, written: &str, at: impl Fn() -> Span) {
    if url.password().is_some() {
        diags.push(SecretInUrl { at: at(), secret: UrlSecret::Password });
    } else if !url.username().is_empty() {
        diags.push(BadUrl { at: at(), fault: UrlFault::UserName });
    }
    if url.fragment().is_some() {
        diags.push(BadUrl { at: at(), fault: UrlFault::Fragment });
    }
    if url.scheme() == "http" {
        diags.push(PlainHttp { at: at(), loopback: url.host_str().is_some_and(is_loopback) });
    }
    if let Some(host) = url.host_str()
        && !secrets_within(&format!("{host}{}", url.path())).is_empty()
    {
        diags.push(SecretInUrl { at: at(), secret: UrlSecret::Path });
    }
    for (name, _) in parameters(url, written).filter(|(name, value)| is_literal_secret(name, value)) {
        diags.push(SecretInUrl { at: at(), secret: UrlSecret::Query(name.into_owned()) });
    }
}

/// The query's parameters, with merge fields as they are written.
fn parameters<'u>(url: &'u Url, written: &'u str) -> form_urlencoded::Parse<'u> {
    match written.split_once('?') {
        Some((_, query)) if query.contains("${") => form_urlencoded::parse(query.as_bytes()),
        Some(_) | None => url.query_pairs(),
    }
}

/// Whether a host, as a URL parser gives it, is a spelling of this machine that may be plain HTTP, for trying things out.
pub(super) fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Code, Severity};
    use crate::text::FileId;

    fn found(text: &str) -> Vec<(Code, Severity)> {
        let mut diags = Diagnostics::default();
        check(&mut diags, text, || Span::new(FileId(0), 0, 1));
        diags.finish().into_iter().map(|diagnostic| (diagnostic.code, diagnostic.severity)).collect()
    }

    #[test]
    fn what_no_client_could_call() {
        for text in ["https://a.example\\@b.example/", "https://a.example:99999/", "https://a..%/", "https://1.2.3.4.5/"] {
            assert_eq!(found(text), [(Code::BadUrl, Severity::Error)], "{text}");
        }
    }

    #[test]
    fn what_should_not_stand_in_it() {
        assert_eq!(found("https://ops:word@a.example/"), [(Code::LiteralSecret, Severity::Error)]);
        assert_eq!(
            found("https://hooks.slack.com/services/T0123ABCD/B0123ABCD/abcdEFGHijklMNOPqrstUVWX"),
            [(Code::LiteralSecret, Severity::Error)]
        );
        assert_eq!(found("https://a.example/xoxb-0123456789012345/send"), [(Code::LiteralSecret, Severity::Error)]);
        assert_eq!(found("https://ops@a.example/"), [(Code::BadUrl, Severity::Error)]);
        assert_eq!(found("https://a.example/#x"), [(Code::BadUrl, Severity::Error)]);
        assert_eq!(found("https://a.example/?access_token=x"), [(Code::LiteralSecret, Severity::Error)]);
        assert_eq!(found("https://a.example/?access_type=offline&prompt=consent"), []);
    }

    #[test]
    fn what_a_merge_field_brings_is_no_secret_and_what_stands_beside_it_is() {
        let found = |text: &str| {
            let mut diags = Diagnostics::default();
            check_with_fields(&mut diags, text, || Span::new(FileId(0), 0, 1));
            diags.finish().len()
        };
        assert_eq!(found("https://a.example/${alarm.id}?token=${alarm.token}&site=${alarm.site}"), 0);
        assert_eq!(found("https://a.example/?site=${alarm.site}&token=canary"), 1);
        assert_eq!(found("https://a.example/${alarm.id}?token=canary"), 1);
    }

    #[test]
    fn plain_http_only_on_this_machine_and_not_without_a_word() {
        assert_eq!(found("http://a.example/"), [(Code::PlainHttp, Severity::Error)]);
        assert_eq!(found("http://localhost.example/"), [(Code::PlainHttp, Severity::Error)]);
        for text in ["http://localhost:8080/", "http://127.0.0.1/", "http://[::1]:8080/"] {
            assert_eq!(found(text), [(Code::PlainHttp, Severity::Warning)], "{text}");
        }
    }
}
