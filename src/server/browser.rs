//! The pages that a consent leads through: plain, without scripts or anything from elsewhere. Whatever stands in one that is
//! not ours is escaped.

use super::answer::Answer;
use crate::text::is_hidden;
use http::{HeaderValue, StatusCode, header};

/// What came of it, for a person.
pub(super) fn told(status: StatusCode, headline: &str, sentence: &str) -> Answer {
    page(status, headline, &format!("<p>{}</p>", escaped(sentence)))
}

/// Who asked for what, with a button to go on. Whoever did not ask for it themselves has nothing to do here.
pub(super) fn asked(connection: &str, service: &str, actor: &str) -> Answer {
    let [connection, service, actor] = [connection, service, actor].map(escaped);
    let body = format!(
        "<p><b>{actor}</b> asked to connect <b>{connection}</b> to the service <b>{service}</b>.</p>\
         <p>You will be sent to the service to consent there. Go on only if you are {actor} and asked for this yourself.</p>\
         <form method=\"post\"><button>Go on to {service}</button></form>"
    );
    // No `form-action`: browsers hold it against the redirect that follows the form.
    page(StatusCode::OK, "Connect", &body)
}

fn page(status: StatusCode, headline: &str, body: &str) -> Answer {
    let headline = escaped(headline);
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{headline} · Bowline</title></head><body><main><h1>{headline}</h1>{body}</main></body></html>"
    );
    Answer::page(status, html)
}

/// On to somewhere else; what follows is a GET.
pub(super) fn see_other(to: &str) -> Answer {
    let to = HeaderValue::from_str(to).expect("a URL is ASCII without control characters");
    Answer::empty(StatusCode::SEE_OTHER).with(header::LOCATION, to)
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            one if is_hidden(one) => {}
            one => out.push(one),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_others_is_markup() {
        let answer = told(StatusCode::OK, "<b>", "<script>\u{202e}\u{7}'\"&");
        let html = String::from_utf8(answer.body).expect("it is text");
        assert!(html.contains("<p>&lt;script&gt;&#39;&quot;&amp;</p>") && html.contains("<h1>&lt;b&gt;</h1>"), "{html}");
    }
}
