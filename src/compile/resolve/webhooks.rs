//! Webhooks: where they go, what signs them, and what they send.

use super::bodies;
use super::diags::{Contradiction, HostDecidedLater, HostNotAllowed, NeedsLoginUser, UnknownConnection};
use super::endpoints;
use super::headers;
use super::merge_fields;
use super::site::Site;
use super::world::World;
use crate::diag::Diagnostics;
use crate::resource::lifecycle::host_allowed;
use crate::resource::{Body, Kind, Method, Name, Webhook, merge_decides_host};
use url::Url;

pub(super) fn check(diags: &mut Diagnostics, world: &World<'_>, site: Site<'_>, webhook: &Webhook) {
    if let Some(name) = signer(site, webhook)
        && !world.names.knows(Kind::Connection, name.as_str())
    {
        let (at, near) = (site.value(&["auth", "connection"]), world.near(Kind::Connection, name.as_str()));
        diags.push(UnknownConnection { at, name: name.to_string(), near });
    }
    merge_fields::check(diags, &webhook.url, || site.value(&["url"]));
    if site.knows(&["url"])
        && let Some(url) = check_url(diags, site, webhook)
    {
        check_host(diags, world, site, webhook, &url);
    }
    check_body(diags, site, webhook);
    headers::check(diags, world, site, webhook);
    check_signing(diags, world, site, webhook);
    check_login_user(diags, world, site, webhook);
}

/// The connection that signs the call, where it is known which.
pub(super) fn signer<'w>(site: Site<'_>, webhook: &'w Webhook) -> Option<&'w Name> {
    webhook.connection().filter(|_| site.knows(&["auth"]))
}

/// A signature is over the body, so nothing may be written into that afterwards.
fn check_signing(diags: &mut Diagnostics, world: &World<'_>, site: Site<'_>, webhook: &Webhook) {
    let connection = signer(site, webhook).filter(|_| webhook.signing.is_some()).and_then(|name| world.connection(name.as_str()));
    let Some(offered) = connection.and_then(|connection| world.service(connection.service.as_str())) else { return };
    if offered.knows_place() && offered.writes_into_body() {
        diags.push(Contradiction {
            at: site.entry(&["signing"]),
            headline: "the connection writes its credential into the body, which then differs from what was signed".to_owned(),
            help: "remove `signing`, or use a service whose credential goes into a header",
            other: Some((site.value(&["auth", "connection"]), "the connection")),
        });
    }
}

/// An event of the platform's own has no login user, so nobody's account signs what it sends.
fn check_login_user(diags: &mut Diagnostics, world: &World<'_>, site: Site<'_>, webhook: &Webhook) {
    let connection = webhook.connection().and_then(|name| world.connection(name.as_str()));
    if let Some(connection) = connection.filter(|connection| connection.use_login_user_credentials) {
        diags.push(NeedsLoginUser { at: site.value(&["auth", "connection"]), connection: connection.name.clone() });
    }
}

fn check_url(diags: &mut Diagnostics, site: Site<'_>, webhook: &Webhook) -> Option<Url> {
    let at = || site.value(&["url"]);
    if merge_decides_host(&webhook.url) {
        diags.push(HostDecidedLater { at: at(), signed: signer(site, webhook).is_some() });
        return None;
    }
    endpoints::check_with_fields(diags, &webhook.url, at)
}

/// Rule L9.
fn check_host(diags: &mut Diagnostics, world: &World<'_>, site: Site<'_>, webhook: &Webhook, url: &Url) {
    let allowed = signer(site, webhook).and_then(|name| world.hosts_of_connection(name.as_str()));
    let (Some((service, allowed)), Some(host)) = (allowed, url.host_str()) else { return };
    if !host_allowed(&allowed, host) {
        let signed_by = Some(site.value(&["auth", "connection"]));
        diags.push(HostNotAllowed::new(site.value(&["url"]), signed_by, host, service, allowed));
    }
}

fn check_body(diags: &mut Diagnostics, site: Site<'_>, webhook: &Webhook) {
    if site.knows(&["method"]) && webhook.method == Method::Get && webhook.body != Body::None {
        diags.push(Contradiction {
            at: site.entry(&["body"]),
            headline: "a GET request carries no body".to_owned(),
            help: "use `method: POST`, or move the values to `query`",
            other: Some((site.value(&["method"]), "the method")),
        });
    }
    let within: &[&str] = match &webhook.body {
        Body::None => return,
        Body::Form(_) => &["body", "form"],
        Body::Json(_) => &["body", "json"],
        Body::Raw { .. } => &["body", "raw", "content"],
    };
    if let Some(node) = site.node(within) {
        bodies::check(diags, site.tree(), node);
    }
}
