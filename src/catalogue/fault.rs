//! What the schema cannot say of an entry: that its parts fit each other. Held by a test for the catalogue's own files, and
//! asked of a project's own.

use super::entry::Entry;
use super::service::next_variable;
use crate::resource::HostPattern;
use std::collections::BTreeSet;

/// One thing that does not fit, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryFault {
    /// A JSON pointer into the entry.
    pub at: String,
    /// A phrase for people.
    pub words: String,
}

/// Names in braces that are no variables of the entry: parts of the client, the credential or the operator.
const GIVEN: [&str; 5] = ["client_id", "refresh_token", "token", "app_contact", "role"];

impl Entry {
    /// Everything about it that does not fit.
    pub fn faults(&self) -> Vec<EntryFault> {
        let mut faults = Vec::new();
        let mut tell = |at: String, words: String| faults.push(EntryFault { at, words });
        for (name, pattern) in self.variables.iter().filter_map(|(name, variable)| Some((name, variable.pattern.as_ref()?))) {
            if regex::Regex::new(pattern).is_err() {
                tell(format!("/variables/{name}/pattern"), format!("`{pattern}` is not a regular expression"));
            }
        }
        let declared = self.names();
        for (at, url) in self.oauth_urls().into_iter().chain(self.api_urls()) {
            for name in variables_of(url).into_iter().filter(|name| !declared.contains(name)) {
                tell(at.clone(), format!("`{{{name}}}` is not declared under `variables`"));
            }
        }
        for (at, url) in self.oauth_urls() {
            if !covered(&self.auth_hosts, host(url)) {
                tell(at, format!("`{}` is not among `auth_hosts`", host(url)));
            }
        }
        for (number, url) in self.api.base_urls.iter().enumerate() {
            // An application's own domain is any of those below the data centre's, and its pattern says so.
            if host(url) != "{iot_host}" && !covered(&self.allowed_hosts, host(url)) {
                tell(format!("/api/base_urls/{number}"), format!("`{}` is not among `allowed_hosts`", host(url)));
            }
        }
        for (number, scope) in self.scopes.default.iter().enumerate() {
            if self.scope(scope).is_none() {
                tell(format!("/scopes/default/{number}"), format!("`{scope}` is not among the scopes that are offered"));
            }
        }
        faults
    }

    fn names(&self) -> BTreeSet<&str> {
        let shared = self.variables.values().filter_map(|variable| variable.table).flat_map(|table| table.gives().iter().copied());
        let fields = self.fields.iter().map(|field| field.name.as_str());
        self.variables.keys().map(String::as_str).chain(shared).chain(fields).chain(GIVEN).collect()
    }

    /// Endpoints that see the client's secret, or a token in exchange, each with its place.
    fn oauth_urls(&self) -> Vec<(String, &str)> {
        let mut urls: Vec<(String, &str)> = Vec::new();
        if let Some(facts) = &self.oauth2 {
            urls.push(("/oauth2/token_url".to_owned(), &facts.token_url));
            let optional = [
                ("authorize_url", &facts.authorize_url),
                ("refresh_url", &facts.refresh_url),
                ("introspection_url", &facts.introspection_url),
                ("userinfo_url", &facts.userinfo_url),
                ("device_url", &facts.device_url),
            ];
            urls.extend(optional.into_iter().filter_map(|(key, url)| Some((format!("/oauth2/{key}"), url.as_deref()?))));
            urls.extend(facts.revocation.token_url().map(|url| ("/oauth2/revocation/url".to_owned(), url)));
            for (which, exchange) in facts.exchanges.iter().flat_map(|both| [("first", &both.first), ("again", &both.again)]) {
                urls.push((format!("/oauth2/exchanges/{which}/url"), &exchange.url));
            }
        }
        if let Some(facts) = &self.oauth1 {
            urls.push(("/oauth1/request_token_url".to_owned(), &facts.request_token_url));
            urls.push(("/oauth1/authorize_url".to_owned(), &facts.authorize_url));
            urls.push(("/oauth1/access_token_url".to_owned(), &facts.access_token_url));
        }
        urls
    }

    fn api_urls(&self) -> Vec<(String, &str)> {
        let base = self.api.base_urls.iter().enumerate().map(|(number, url)| (format!("/api/base_urls/{number}"), url.as_str()));
        base.chain(self.api.health.iter().map(|call| ("/api/health/url".to_owned(), call.url.as_str()))).collect()
    }
}

fn host(url: &str) -> &str {
    url.split("://").nth(1).unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default()
}

fn covered(hosts: &[String], host: &str) -> bool {
    hosts.iter().any(|pattern| pattern == host || HostPattern(pattern.clone()).covers(host))
}

fn variables_of(mut text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    while let Some((_, name, after)) = next_variable(text) {
        names.push(name);
        text = after;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::super::{all, find};

    #[test]
    fn no_entry_of_the_catalogue_has_a_fault() {
        for entry in all() {
            assert_eq!(entry.faults(), Vec::new(), "{}", entry.key);
        }
    }

    #[test]
    fn each_fault_is_told_at_its_place() {
        let mut entry = find("zoho-crm").expect("it is there");
        entry.scopes.default.push("nobody.knows".to_owned());
        entry.api.base_urls[0] = "https://evil.example/{nothing}".to_owned();
        let facts = entry.oauth2.as_mut().expect("it has OAuth 2");
        facts.token_url = "https://evil.example/token".to_owned();
        let variable = entry.variables.get_mut("dc").expect("it has one");
        variable.pattern = Some("^[".to_owned());
        let places: Vec<String> = entry.faults().into_iter().map(|fault| fault.at).collect();
        let expected =
            ["/variables/dc/pattern", "/api/base_urls/0", "/oauth2/token_url", "/api/base_urls/0", "/scopes/default/4"].map(str::to_owned);
        assert_eq!(places, expected);
    }
}
