//! A person's consent through the server: the link, the page behind it, and the address that services send browsers back to.
//!
//! What begins a consent is a token; what finishes it is a browser. They are held together by a cookie that only the page
//! behind the link hands out, so that an answer which arrives in another browser is refused (login CSRF). The page says who
//! asked, and goes nowhere by itself.

use super::connections;
use crate::broker::{Actor, Arrival, Connected, ConsentWanted};
use crate::clock::rfc3339;
use crate::server::answer::Answer;
use crate::server::asked::Asked;
use crate::server::browser::{asked as asking_page, see_other, told};
use crate::server::served::Served;
use crate::server::ticket::{self, Link, Remember};
use crate::server::trouble;
use crate::wire::{Begun, ConsentAsked, Parameter, Problem};
use http::{HeaderValue, StatusCode, header};
use url::Url;

/// Seconds that the cookie is kept: as long as a consent is waited for.
const KEPT: u32 = 600;

pub(in crate::server) fn begin(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let ConsentAsked { user, application, allow_other_account } = asked.body()?;
    let service = connections::service_of(served, asked)?;
    let redirect_uri = below(&served.public_url, &format!("callback/{service}"));
    let connection = asked.name();
    let wanted =
        ConsentWanted { connection: &connection, user: user.as_deref(), application: application.as_ref(), redirect_uri: &redirect_uri };
    let begun = asked.admitted(served).begin_consent(wanted).map_err(trouble::broker)?;
    let until = rfc3339(begun.expires_at);
    let consent = begun.consent.clone();
    let remember = Remember { consent: begun.consent, actor: asked.who().name.clone(), allow_other_account, until: until.clone() };
    let link = Link { to: begun.link.into(), remember, connection: connection.to_string(), service: service.to_string() };
    let link = below(&served.public_url, &format!("consent/{}", ticket::seal(served, ticket::LINK, &link)));
    Ok(Answer::json(StatusCode::CREATED, &Begun { link: link.into(), consent, expires_at: until }))
}

/// The page behind the link.
pub(in crate::server) fn page(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    Ok(match link(served, asked) {
        Some(link) => asking_page(&link.connection, &link.service, &link.remember.actor),
        None => over(),
    })
}

/// On to the service, once the person said so on our own page.
pub(in crate::server) fn go(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let site = asked.headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let origin = asked.headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let own = served.public_url.origin().ascii_serialization();
    // A page of somebody else's may not press the button. Without a referrer, some browsers say `null` for their own page.
    let is_own = site.is_none_or(|site| site == b"same-origin") && origin.is_none_or(|origin| origin == own || origin == "null");
    Ok(match link(served, asked).filter(|_| is_own) {
        Some(link) => {
            let value = ticket::seal(served, ticket::COOKIE, &link.remember);
            let secure = if served.is_https() { "; Secure" } else { "" };
            let path = below(&served.public_url, "callback/").path().to_owned();
            let name = cookie_name(&link.remember.consent);
            let cookie = format!("{name}={value}; Path={path}; Max-Age={KEPT}; HttpOnly; SameSite=Lax{secure}");
            see_other(&link.to).with(header::SET_COOKIE, HeaderValue::from_str(&cookie).expect("it is plain ASCII"))
        }
        None => over(),
    })
}

/// Where a service sends the browser back to.
pub(in crate::server) fn back(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let arrived = arrived(served, asked);
    let remembered = arrived.as_ref().and_then(|url| remembered(served, asked, url));
    let (Some(url), Some(remember)) = (arrived, remembered) else {
        let why = "This browser is not the one that the consent was begun in, or it was begun too long ago. Begin again.";
        return Ok(told(StatusCode::BAD_REQUEST, "Not connected", why));
    };
    let actor = Actor { name: remember.actor };
    let redeemed =
        served.broker.redeem(Arrival { actor: &actor, is_user: true, url: &url, allow_other_account: remember.allow_other_account });
    let answer = match redeemed {
        Ok(connected) => told(StatusCode::OK, "Connected", &sentence(&connected)),
        Err(error) => {
            let problem = trouble::broker(error);
            let status = StatusCode::from_u16(problem.status).expect("the table of codes has statuses only");
            told(status, "Not connected", &problem.detail)
        }
    };
    let name = cookie_name(&remember.consent);
    let gone = format!("{name}=; Path={}; Max-Age=0; HttpOnly; SameSite=Lax", below(&served.public_url, "callback/").path());
    Ok(answer.with(header::SET_COOKIE, HeaderValue::from_str(&gone).expect("it is plain ASCII")))
}

fn sentence(connected: &Connected) -> String {
    let address = &connected.address;
    let less = connected.scopes.missing.iter().map(ToString::to_string).collect::<Vec<_>>();
    match less[..] {
        [] => format!("`{address}` is connected. You can close this page."),
        _ => format!("`{address}` is connected, but the service granted less than was asked for: {} is missing.", less.join(", ")),
    }
}

/// The link, while it is good.
fn link(served: &Served, asked: &Asked) -> Option<Link> {
    let link: Link = ticket::open(served, ticket::LINK, asked.part(Parameter::TICKET))?;
    link.remember.holds(served).then_some(link)
}

fn over() -> Answer {
    told(StatusCode::BAD_REQUEST, "The link is no longer good", "Begin again: links are good for ten minutes.")
}

/// Our own configured address with the path and query that were asked for: never what a header says.
fn arrived(served: &Served, asked: &Asked) -> Option<Url> {
    let query = asked.target.split_once('?').map_or("", |(_, query)| query);
    let mut url = below(&served.public_url, &format!("callback/{}", asked.part(Parameter::SERVICE)));
    url.set_query((!query.is_empty()).then_some(query));
    Some(url)
}

/// What the browser that went to the service was given.
fn remembered(served: &Served, asked: &Asked, url: &Url) -> Option<Remember> {
    let consent = served.broker.consent_of(url)?;
    let name = cookie_name(&consent);
    let cookies = asked.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.find(|(key, _)| *key == name).map(|(_, value)| value)?;
    let remember: Remember = ticket::open(served, ticket::COOKIE, value)?;
    (remember.consent == consent && remember.holds(served)).then_some(remember)
}

/// One for each consent, so that several may be under way in one browser.
fn cookie_name(consent: &str) -> String {
    let plain: String = consent.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
    format!("bowline-consent-{plain}")
}

/// A path below the public address, which may have a path of its own.
fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}
