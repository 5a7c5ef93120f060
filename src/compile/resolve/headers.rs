//! Headers and query parameters of a webhook: each once, none that the platform or the connection sets, no secret in clear.

use super::diags::{BrokenHeader, Contradiction, DuplicateHeader, ForbiddenHeader, LiteralSecret};
use super::merge_fields;
use super::offered::Written;
use super::site::{Place, Site};
use super::webhooks::signer;
use super::world::World;
use crate::diag::Diagnostics;
use crate::resource::{Value, Webhook};
use crate::text::is_literal_secret;
use std::collections::BTreeMap;

/// RFC 9110 section 7.6.1 and what decides where a request goes or ends; `Cookie` holds a session and nothing else; the
/// `webhook-` headers say which delivery it is (Standard Webhooks).
const SET_BY_PLATFORM: &[&str] = &[
    "connection",
    "content-length",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
];

pub(super) fn check(diags: &mut Diagnostics, world: &World<'_>, site: Site<'_>, webhook: &Webhook) {
    if !webhook.headers.is_empty() {
        let entries = site.entries(&["headers"]);
        check_duplicates(diags, &entries);
        for (name, place) in &entries {
            check_name(diags, name, *place);
        }
        check_values(diags, &entries, &webhook.headers, true);
        check_against_connection(diags, world, site, webhook, &entries, |written| &written.headers);
    }
    if !webhook.query.is_empty() {
        let entries = site.entries(&["query"]);
        check_values(diags, &entries, &webhook.query, false);
        check_against_connection(diags, world, site, webhook, &entries, |written| &written.query);
    }
}

fn check_name(diags: &mut Diagnostics, name: &str, place: Place) {
    if SET_BY_PLATFORM.contains(&name.to_ascii_lowercase().as_str()) {
        diags.push(ForbiddenHeader { at: place.key, name: name.to_owned() });
    }
}

fn check_duplicates(diags: &mut Diagnostics, entries: &[(&str, Place)]) {
    let mut seen: BTreeMap<String, Place> = BTreeMap::new();
    for (name, place) in entries {
        match seen.entry(name.to_ascii_lowercase()) {
            std::collections::btree_map::Entry::Vacant(new) => {
                new.insert(*place);
            }
            std::collections::btree_map::Entry::Occupied(first) => {
                diags.push(DuplicateHeader { at: place.key, first: first.get().key, name: (*name).to_owned() });
            }
        }
    }
}

fn check_values(diags: &mut Diagnostics, entries: &[(&str, Place)], values: &BTreeMap<String, Value>, in_headers: bool) {
    for (name, place) in entries {
        let Some(Value::Literal(text)) = values.get(*name) else { continue };
        merge_fields::check(diags, text, || place.value);
        if in_headers && text.contains(['\r', '\n']) {
            diags.push(BrokenHeader { at: place.value, name: (*name).to_owned() });
        }
        if is_literal_secret(name, text) {
            diags.push(LiteralSecret { at: place.value, what: (*name).to_owned() });
        }
    }
}

/// What the connection writes into the call must not be written by hand as well.
fn check_against_connection(
    diags: &mut Diagnostics,
    world: &World<'_>,
    site: Site<'_>,
    webhook: &Webhook,
    entries: &[(&str, Place)],
    part: impl Fn(&Written) -> &Vec<String>,
) {
    let Some(connection) = signer(site, webhook).and_then(|name| world.connection(name.as_str())) else { return };
    let Some(offered) = world.service(connection.service.as_str()) else { return };
    if !offered.knows_place() {
        return;
    }
    let written = offered.written();
    for (name, place) in entries.iter().filter(|(name, _)| part(&written).contains(&name.to_ascii_lowercase())) {
        diags.push(Contradiction {
            at: place.key,
            headline: format!("the connection already writes `{name}`"),
            help: "remove it, or use `auth: general` and no connection",
            other: Some((site.value(&["auth", "connection"]), "the connection")),
        });
    }
}
