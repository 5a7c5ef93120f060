//! The person of the tour: opens the consent page, fills in its form as it stands, allows, and follows the way back. Knows
//! the page's form and nothing of OAuth.

use crate::upstream::{Limits, Policy, Request, Response, Upstream, UpstreamError};
use http::StatusCode;
use http::header::{CONTENT_TYPE, LOCATION};
use std::io;
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use url::Url;

/// Opens links as a browser does: beside what goes on in the terminal.
pub(super) struct Visitor {
    upstream: Upstream,
    visit: Mutex<Option<JoinHandle<Result<Visited, String>>>>,
}

/// What the person saw.
pub(super) struct Visited {
    /// The consent page's status.
    pub(super) page: StatusCode,
    /// The boxes that were ticked on it.
    pub(super) scopes: Vec<String>,
    /// The status of our own page at the end of the way back.
    pub(super) back: StatusCode,
}

impl Visitor {
    pub(super) fn new() -> Result<Visitor, UpstreamError> {
        let upstream = Upstream::new(Policy { loopback: true, ..Policy::default() })?;
        Ok(Visitor { upstream, visit: Mutex::default() })
    }

    pub(super) fn open(&self, link: &Url) -> io::Result<()> {
        let (upstream, link) = (self.upstream.clone(), link.clone());
        let visit = std::thread::Builder::new().name("visitor".to_owned()).spawn(move || allow(&upstream, &link))?;
        *self.visit.lock().unwrap_or_else(PoisonError::into_inner) = Some(visit);
        Ok(())
    }

    /// The visit that was made last, once it is over.
    pub(super) fn visited(&self) -> Result<Visited, String> {
        let visit = self.visit.lock().unwrap_or_else(PoisonError::into_inner).take();
        let visit = visit.ok_or("no link was opened")?;
        visit.join().map_err(|_| "the visit ended in the middle".to_owned())?
    }

    pub(super) fn get(&self, url: &str) -> Result<Response, String> {
        get(&self.upstream, url)
    }
}

fn allow(upstream: &Upstream, link: &Url) -> Result<Visited, String> {
    let page = get(upstream, link.as_str())?;
    let text = String::from_utf8_lossy(page.body()).into_owned();
    let form = Form::of(&text).ok_or_else(|| format!("the consent page has no form: status {}", page.status()))?;
    let action = link.join(form.action).map_err(|error| error.to_string())?;
    let decided = send(
        upstream,
        http::Request::post(action.as_str()).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.allowed().into_bytes()),
    )?;
    let location = decided.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let location = location.ok_or_else(|| format!("the consent page sends nobody back: status {}", decided.status()))?;
    let back = get(upstream, location)?.status();
    Ok(Visited { page: page.status(), scopes: form.scopes.iter().map(|scope| (*scope).to_owned()).collect(), back })
}

/// What a page's one form asks for.
struct Form<'p> {
    action: &'p str,
    ticket: &'p str,
    account: &'p str,
    scopes: Vec<&'p str>,
}

impl<'p> Form<'p> {
    fn of(page: &'p str) -> Option<Self> {
        let first = |start| after_each(page, start).next();
        Some(Form {
            action: first("action=\"")?,
            ticket: first("name=\"ticket\" value=\"")?,
            account: first("name=\"account\" value=\"")?,
            scopes: after_each(page, "name=\"grant:").collect(),
        })
    }

    /// With every box as it is ticked, and the button that allows.
    fn allowed(&self) -> String {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("ticket", self.ticket).append_pair("account", self.account);
        form.extend_pairs(self.scopes.iter().map(|scope| (format!("grant:{scope}"), "on")));
        form.append_pair("decision", "allow").finish()
    }
}

/// The texts between each place where `start` stands and the next quotation mark.
fn after_each<'p>(page: &'p str, start: &'p str) -> impl Iterator<Item = &'p str> {
    page.split(start).skip(1).filter_map(|rest| rest.split('"').next())
}

fn get(upstream: &Upstream, url: &str) -> Result<Response, String> {
    send(upstream, http::Request::get(url).body(Vec::new()))
}

fn send(upstream: &Upstream, request: http::Result<Request>) -> Result<Response, String> {
    let request = request.map_err(|error| error.to_string())?;
    upstream.send(request, Limits::OAUTH).map_err(|error| error.to_string())
}
