//! Where credentials may go: the places that a resource adds to those it had. Knows no plan.

use crate::resource::{Address, Auth, HostPattern, Kind, Name, Resource, Service, Webhook};
use std::collections::{BTreeMap, BTreeSet};
use url::Url;

/// Old address → new, of what moves.
type Succession<'a> = BTreeMap<&'a Address, &'a Address>;

/// Whether credentials may go to a place afterwards that they could not go to before.
pub(super) fn sends_elsewhere(before: &Resource, after: &Resource, succession: &Succession<'_>) -> bool {
    match (before, after) {
        (Resource::Service(before), Resource::Service(after)) => service(before, after),
        // The parameters of a default service stand in the hosts of its URLs.
        (Resource::Connection(before), Resource::Connection(after)) => before.parameters != after.parameters,
        (Resource::Webhook(before), Resource::Webhook(after)) => webhook(before, after, succession),
        (Resource::Service(_) | Resource::Connection(_) | Resource::Webhook(_) | Resource::Function(_), _) => false,
    }
}

/// An endpoint is a place of its own, path and all: many clients' endpoints may stand on one host.
fn service(before: &Service, after: &Service) -> bool {
    let (old, new) = (endpoints(&before.auth), endpoints(&after.auth));
    let (had, has) = (hosts(before), hosts(after));
    !new.is_subset(&old) || has.iter().any(|host| !had.iter().any(|old| within(host, old)))
}

/// Each endpoint under its name, for not all of them are given the same.
fn endpoints(auth: &Auth) -> BTreeSet<(&'static str, &str)> {
    match auth {
        Auth::Oauth2(oauth2) => [
            ("authorize_url", &oauth2.authorize_url),
            ("refresh_url", &oauth2.refresh_url),
            ("revoke_url", &oauth2.revoke_url),
            ("userinfo_url", &oauth2.userinfo_url),
        ]
        .into_iter()
        .filter_map(|(name, url)| Some((name, url.as_deref()?)))
        .chain([("token_url", oauth2.token_url.as_str())])
        .collect(),
        Auth::Oauth1(oauth1) => [
            ("request_token_url", oauth1.request_token_url.as_str()),
            ("authorize_url", oauth1.authorize_url.as_str()),
            ("access_token_url", oauth1.access_token_url.as_str()),
        ]
        .into(),
        Auth::ApiKey(_) | Auth::Basic => BTreeSet::new(),
    }
}

/// The hosts that calls may go to: without any named, those of the endpoints.
fn hosts(service: &Service) -> BTreeSet<HostPattern> {
    if !service.hosts.is_empty() {
        return service.hosts.clone();
    }
    let host = |url: &str| Some(HostPattern(Url::parse(url).ok()?.host_str()?.to_owned()));
    endpoints(&service.auth).into_iter().filter_map(|(_, url)| host(url)).collect()
}

/// Whether a pattern allows nothing that another does not.
fn within(pattern: &HostPattern, other: &HostPattern) -> bool {
    let name = pattern.0.to_ascii_lowercase();
    name == other.0.to_ascii_lowercase() || other.covers(&name)
}

/// A connection that signs is a credential, and so is a secret header or parameter. One that only moves is the same one.
fn webhook(before: &Webhook, after: &Webhook, succession: &Succession<'_>) -> bool {
    let sends = |webhook: &Webhook| [&webhook.headers, &webhook.query].into_iter().flatten().any(|(_, value)| value.reference().is_some());
    let signed_by = before.connection().map(|name| successor(name, succession));
    let another = after.connection().is_some() && after.connection() != signed_by.as_ref();
    another || ((after.connection().is_some() || sends(after)) && origin(&before.url) != origin(&after.url))
}

fn successor(connection: &Name, succession: &Succession<'_>) -> Name {
    let address = Address { kind: Kind::Connection, name: connection.clone() };
    succession.get(&address).map_or(address.name, |to| to.name.clone())
}

/// Scheme, host and port; the whole text where a merge field leaves that open.
fn origin(url: &str) -> String {
    match Url::parse(url) {
        Ok(parsed) if parsed.has_host() => parsed.origin().ascii_serialization(),
        Ok(_) | Err(_) => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn elsewhere(kind: Kind, before: Value, after: Value) -> bool {
        let body = |value| Resource::deserialize(kind, value).expect("the body is well-formed");
        sends_elsewhere(&body(before), &body(after), &BTreeMap::new())
    }

    #[test]
    fn a_host_that_was_covered_is_no_new_place() {
        let with = |hosts: Value| json!({ "name": "n", "auth": { "type": "basic" }, "hosts": hosts });
        let case = |before, after| elsewhere(Kind::Service, with(before), with(after));
        assert!(case(json!(["a.example"]), json!(["a.example", "b.example"])));
        assert!(case(json!(["a.example"]), json!(["*.a.example"])));
        assert!(!case(json!(["*.a.example"]), json!(["b.a.example", "*.c.a.example"])));
        assert!(!case(json!(["a.example", "b.example"]), json!(["A.example"])));
    }

    #[test]
    fn every_endpoint_counts_and_one_that_goes_away_does_not() {
        let oauth2 = |more: Value| {
            let mut auth = json!({ "type": "oauth2", "token_url": "https://a.example/token", "userinfo_url": "https://a.example/me" });
            auth.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            json!({ "name": "n", "auth": auth, "hosts": ["a.example"] })
        };
        for url in ["token_url", "authorize_url", "refresh_url", "revoke_url", "userinfo_url"] {
            let changed = oauth2(json!({ url: "https://b.example/x" }));
            assert!(elsewhere(Kind::Service, oauth2(json!({})), changed), "{url}");
        }
        assert!(!elsewhere(Kind::Service, oauth2(json!({})), oauth2(json!({ "userinfo_url": null }))));
        assert!(!elsewhere(Kind::Service, oauth2(json!({})), oauth2(json!({ "pkce": false }))));
    }

    #[test]
    fn a_webhook_counts_where_it_carries_a_credential() {
        let hook = |url: &str, more: Value| {
            let mut hook = json!({ "name": "n", "url": url });
            hook.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            hook
        };
        let signed = json!({ "auth": { "connection": "c" } });
        let secret = json!({ "headers": { "X-Key": { "env": "KEY" } } });
        let case = |before, after| elsewhere(Kind::Webhook, before, after);
        for carries in [&signed, &secret] {
            assert!(case(hook("https://a.example/x", carries.clone()), hook("https://b.example/x", carries.clone())));
            assert!(!case(hook("https://a.example/x", carries.clone()), hook("https://a.example/y", carries.clone())));
        }
        assert!(case(hook("https://a.example", json!({})), hook("https://a.example", signed.clone())));
        assert!(!case(hook("https://a.example", json!({})), hook("https://b.example", json!({}))));
    }

    #[test]
    fn a_signing_connection_that_moves_is_the_same_one() {
        let hook = |connection: &str| {
            let body = json!({ "name": "n", "url": "https://a.example", "auth": { "connection": connection } });
            Resource::deserialize(Kind::Webhook, body).expect("the body is well-formed")
        };
        let [old, new] = ["old", "new"].map(|name| Address::new(Kind::Connection, name));
        let moved = Succession::from([(&old, &new)]);
        assert!(!sends_elsewhere(&hook("old"), &hook("new"), &moved));
        assert!(sends_elsewhere(&hook("old"), &hook("other"), &moved));
        assert!(sends_elsewhere(&hook("old"), &hook("old"), &moved), "something else is called so now");
        assert!(sends_elsewhere(&hook("old"), &hook("new"), &Succession::new()));
    }

    #[test]
    fn parameters_of_a_connection_decide_hosts() {
        let connection = |parameters: Value| json!({ "name": "n", "service": "s", "parameters": parameters });
        assert!(elsewhere(Kind::Connection, connection(json!({ "domain": "a" })), connection(json!({ "domain": "b" }))));
        assert!(!elsewhere(Kind::Connection, connection(json!({})), connection(json!({}))));
    }
}
