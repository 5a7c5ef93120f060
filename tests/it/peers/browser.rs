//! A browser small enough for a consent: keeps cookies, follows redirects, fills in the one form. Where it is sent to our
//! own redirect address it stops and hands the address over. It knows no OAuth.

use super::server::sent;
use bowline::upstream::Response;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use std::collections::BTreeMap;
use url::Url;

/// What the person in front of it does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Person {
    Allows,
    /// Leaves these boxes only.
    AllowsOnly(&'static [&'static str]),
    Denies,
}

/// Opens a link and goes all the way to our redirect address.
pub(super) fn consent(link: &Url, redirect_uri: &Url, person: Person) -> Url {
    let mut cookies = BTreeMap::new();
    let mut request = http::Request::get(link.as_str()).body(Vec::new()).expect("a request");
    let mut at = link.clone();
    // A consent takes four redirects and a form; more is a loop.
    for _ in 0..12 {
        let jar = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        request.headers_mut().insert(COOKIE, jar.parse().expect("cookies can be sent back"));
        let answer = sent(request);
        keep(&mut cookies, &answer);
        if !answer.status().is_redirection() {
            request = filled_in(&at, &answer, person);
            continue;
        }
        let location = answer.headers()[LOCATION].to_str().expect("a text");
        at = at.join(location).expect("a URL");
        if at.as_str().starts_with(redirect_uri.as_str()) {
            return at;
        }
        request = http::Request::get(at.as_str()).body(Vec::new()).expect("a request");
    }
    panic!("the consent does not end, last at {at}")
}

fn keep(cookies: &mut BTreeMap<String, String>, answer: &Response) {
    for set in answer.headers().get_all(SET_COOKIE) {
        let pair = set.to_str().expect("a text").split(';').next().unwrap_or_default();
        let (name, value) = pair.split_once('=').expect("a cookie has a name");
        // Removed by an empty value. Its path is not looked at: there is one consent per browser.
        match value {
            "" => cookies.remove(name),
            value => cookies.insert(name.to_owned(), value.to_owned()),
        };
    }
}

fn filled_in(at: &Url, answer: &Response, person: Person) -> http::Request<Vec<u8>> {
    let page = String::from_utf8_lossy(answer.body());
    assert!(answer.status().is_success(), "{at}: {} {page}", answer.status());
    let action = after_each(&page, "action=\"").next().expect("the page has a form");
    let boxes = after_each(&page, "name=\"scope\" value=\"");
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    match person {
        Person::Allows => form.append_pair("decision", "allow").extend_pairs(boxes.map(|scope| ("scope", scope))),
        Person::AllowsOnly(only) => {
            form.append_pair("decision", "allow").extend_pairs(boxes.filter(|scope| only.contains(scope)).map(|scope| ("scope", scope)))
        }
        Person::Denies => form.append_pair("decision", "deny"),
    };
    http::Request::post(at.join(action).expect("a URL").as_str())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form.finish().into_bytes())
        .expect("a request")
}

/// The attribute values that follow each place where a text stands.
fn after_each<'a>(page: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    page.split(start).skip(1).filter_map(|rest| rest.split('"').next())
}
