//! What is worth showing of an entry, as titled rows. How it is printed is the door's business.

use super::api::{Expired, Organisation, RateLimit};
use super::entry::{Alternative, Entry};
use super::evidence::Source;
use super::show_oauth::{oauth1, oauth2};
use super::variable::Parameter;

/// A titled group of rows: label and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub title: &'static str,
    pub rows: Vec<(String, String)>,
}

impl Entry {
    /// The entry in sections; those without a row are left out. Scopes and sources are [`Entry::scope_section`] and
    /// [`Entry::source_section`].
    pub fn sections(&self) -> Vec<Section> {
        let sections = [
            Section { title: "service", rows: self.about() },
            Section { title: "parameters", rows: self.parameters().iter().map(parameter).collect() },
            Section { title: "oauth", rows: self.oauth() },
            Section { title: "credential", rows: self.credential() },
            Section { title: "hosts", rows: rows("token", &self.allowed_hosts).chain(rows("client secret", &self.auth_hosts)).collect() },
            Section { title: "api", rows: self.calls() },
            Section { title: "oddities", rows: self.quirks.iter().map(|quirk| (String::new(), quirk.words().to_owned())).collect() },
            Section { title: "notes", rows: rows("", &self.notes).collect() },
        ];
        sections.into_iter().filter(|section| !section.rows.is_empty()).collect()
    }

    /// Every scope with its class and what else is known of it.
    pub fn scope_section(&self) -> Section {
        let known = |scope: &str| {
            let info = self.scope(scope).expect("it is offered");
            let unconfirmed = (!info.confirmed).then(|| "found in one place only".to_owned());
            let deprecated = info.deprecated.map(|successor| format!("deprecated, use {}", successor.scope));
            let class = format!("{:?}", info.class).to_lowercase();
            [Some(class), info.description, deprecated, unconfirmed].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        };
        Section { title: "scopes", rows: self.scopes.offered.iter().map(|scope| (scope.to_owned(), known(scope))).collect() }
    }

    /// Who says what of the entry, and how sure it is.
    pub fn source_section(&self) -> Section {
        let source = |source: &Source| (source.name().to_owned(), source.url().to_owned());
        let sure =
            [("grade", format!("{:?}", self.evidence.grade)), ("confidence", format!("{:?}", self.evidence.confidence).to_lowercase())];
        let sure = sure.into_iter().map(|(label, text)| (label.to_owned(), text));
        Section { title: "evidence", rows: sure.chain(self.evidence.sources.iter().map(source)).collect() }
    }

    fn about(&self) -> Vec<(String, String)> {
        let rows = [
            ("name", self.name.as_str()),
            ("vendor", &self.vendor),
            ("category", &self.category),
            ("authentication", self.auth.words()),
            ("documentation", &self.documentation),
        ];
        let others = self.alternatives.iter().map(|way| row("another way in", alternative(*way)));
        rows.into_iter().map(|(label, text)| row(label, text)).chain(others).collect()
    }

    /// Default scopes last: they are asked for where a connection is made with none in mind.
    fn oauth(&self) -> Vec<(String, String)> {
        let default = (!self.scopes.default.is_empty()).then(|| row("default scopes", &self.scopes.default.join(", ")));
        let facts = self.oauth2.iter().flat_map(oauth2).chain(self.oauth1.iter().flat_map(oauth1));
        facts.chain(default).collect()
    }

    fn credential(&self) -> Vec<(String, String)> {
        let rule = &self.api.credential;
        let fields = self.fields.iter().map(|field| {
            let remarks = [(field.secret, "secret"), (field.optional, "optional")];
            let remarks: String = remarks.iter().filter(|(holds, _)| *holds).map(|(_, word)| format!(", {word}")).collect();
            row(&field.name, &format!("{}{remarks}", field.title))
        });
        [row(&rule.name, &rule.format)].into_iter().chain(fields).collect()
    }

    fn calls(&self) -> Vec<(String, String)> {
        let headers = self.api.headers.iter().map(|(name, value)| row(name, value));
        let health = self.api.health.iter().map(|call| row("health", &format!("{} {}", call.method, call.url)));
        let organisation = self.api.organisation.iter().map(|organisation| match organisation {
            Organisation::Header(name) => row("organisation", &format!("header {name}")),
            Organisation::Parameter(name) => row("organisation", &format!("parameter {name}")),
        });
        let limited = self.api.rate_limit.iter().map(|limit| row("called too often", &rate_limit(limit)));
        let refused = [row("token expired", &expired(&self.api.expired))].into_iter().chain(limited);
        rows("base", &self.api.base_urls).chain(headers).chain(organisation).chain(health).chain(refused).collect()
    }
}

fn alternative(way: Alternative) -> &'static str {
    match way {
        Alternative::DeviceFlow => "a code typed on another device",
        Alternative::SelfClient => "a code made in the provider's console",
        Alternative::KeyAsUserName => "the key as a user name",
        Alternative::KeyInQuery => "the key in the query",
    }
}

/// What tells that a token is no longer good.
fn expired(expired: &Expired) -> String {
    let words = (!expired.body.is_empty()).then(|| format!(" with {}", expired.body.join(" or ")));
    format!("{}{}", status(&expired.status), words.unwrap_or_default())
}

fn rate_limit(limit: &RateLimit) -> String {
    let headers = [&limit.retry_after, &limit.remaining, &limit.reset_epoch, &limit.reset_seconds, &limit.reset_duration];
    let headers: Vec<&str> = headers.into_iter().filter_map(|header| header.as_deref()).collect();
    let told = if headers.is_empty() { String::new() } else { format!(", told by {}", headers.join(", ")) };
    format!("{}{told}", status(&limit.status))
}

fn status(all: &[u16]) -> String {
    format!("status {}", all.iter().map(u16::to_string).collect::<Vec<_>>().join(" or "))
}

pub(super) fn row(label: &str, text: &str) -> (String, String) {
    (label.to_owned(), text.to_owned())
}

fn rows(label: &str, texts: &[String]) -> impl Iterator<Item = (String, String)> {
    texts.iter().map(move |text| row(label, text))
}

fn parameter(parameter: &Parameter) -> (String, String) {
    let allowed = (!parameter.allowed.is_empty()).then(|| format!("one of {}", parameter.allowed.join(", ")));
    let default = parameter.default.as_ref().map(|default| format!("default {default}"));
    let automated = parameter.automated.then(|| "known once connected".to_owned());
    let text = [Some(parameter.title.clone()), allowed, default, automated].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    row(&parameter.name, &text)
}
