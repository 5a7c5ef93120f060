//! The calls that a connection's Deluge snippet shows: those that ask and those that send, at an address that fits.

use crate::resource::lifecycle::host_allowed;
use crate::resource::{Address, Auth, Connection, Link, Project, Resource, Scope, Service};
use serde::Serialize;
use std::collections::BTreeMap;
use url::Url;

/// One `invokeurl`, or one `invokeapi` where it names a service.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(super) struct Call {
    /// What it is for, in a few words.
    title: String,
    method: &'static str,
    /// Of an `invokeapi`, the path.
    url: String,
    sends: Sends,
    parameters: Vec<Parameter>,
    /// Whether the answer is to tell its status and headers too.
    detailed: bool,
    /// What an `invokeapi` names in place of a host: a bare word.
    service: Option<&'static str>,
}

/// How parameters travel.
#[derive(Debug, Clone, Copy, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Sends {
    Query,
    Json,
    Form,
    File,
}

#[derive(Debug, Serialize, PartialEq, Eq)]
struct Parameter {
    name: &'static str,
    value: &'static str,
}

/// One call of each kind at the service, then each address of a webhook, which is known to be one of the service.
pub(super) fn calls(project: &Project, address: &Address, connection: &Connection, service: Option<&Service>) -> Vec<Call> {
    let url = |method| service.map_or_else(|| NOWHERE.to_owned(), |service| url(connection, service, method));
    let call = |title: &str, method, sends, url| Call {
        title: title.to_owned(),
        method,
        url,
        sends,
        parameters: parameters(method),
        detailed: false,
        service: None,
    };
    let mut calls = vec![
        call("Ask: parameters travel in the query.", "GET", Sends::Query, url("GET")),
        Call { detailed: true, ..call("Ask, and look at the status of the answer.", "GET", Sends::Query, url("GET")) },
        call("Send: parameters travel as JSON.", "POST", Sends::Json, url("POST")),
        call("Send: parameters travel as a form.", "POST", Sends::Form, url("POST")),
        call("Send a file: `attachment` is one that the script has from elsewhere.", "POST", Sends::File, url("POST")),
    ];
    calls.extend(invokeapi(connection, &url("GET")).map(|(service, path)| Call {
        service: Some(service),
        ..call("Ask without a host: the platform finds it for the data centre.", "GET", Sends::Query, path)
    }));
    for ((url, method), users) in called_by_webhooks(project, address) {
        // What a webhook's merge fields stand for is unknown to a script.
        let fill = if url.contains("${") { " Put a value for each `${…}`." } else { "" };
        let sends = if method == "GET" { Sends::Query } else { Sends::Json };
        calls.push(call(&format!("The address that is called by {}.{fill}", users.join(", ")), method, sends, url.to_owned()));
    }
    calls
}

/// The word and the path for services that `invokeapi` is known to take.
/// <https://www.zoho.com/deluge/help/webhook/invokeapitask.html>
fn invokeapi(connection: &Connection, url: &str) -> Option<(&'static str, String)> {
    const SERVICES: [(&str, &str); 2] = [("zoho-crm", "ZohoCRM"), ("zoho-bookings", "ZohoBookings")];
    let (_, word) = SERVICES.into_iter().find(|(key, _)| *key == connection.service.as_str())?;
    let path = Url::parse(url).ok()?.path().to_owned();
    (path != "/").then_some((word, path))
}

/// Where nothing is known of a service's addresses.
const NOWHERE: &str = "https://api.example.com/";

fn called_by_webhooks<'p>(project: &'p Project, connection: &Address) -> BTreeMap<(&'p str, &'static str), Vec<String>> {
    let mut called: BTreeMap<(&str, &'static str), Vec<String>> = BTreeMap::new();
    for (user, link) in project.graph.used_by(connection) {
        match project.resources.get(user).map(AsRef::as_ref) {
            Some(Resource::Webhook(webhook)) if link == Link::SignedBy => {
                called.entry((&webhook.url, webhook.method.word())).or_default().push(user.to_string());
            }
            Some(Resource::Service(_) | Resource::Connection(_) | Resource::Webhook(_) | Resource::Function(_)) | None => {}
        }
    }
    called
}

fn parameters(method: &str) -> Vec<Parameter> {
    if method == "GET" {
        vec![Parameter { name: "page", value: "1" }, Parameter { name: "per_page", value: "20" }]
    } else {
        vec![Parameter { name: "name", value: "value" }]
    }
}

/// The address that one of the connection's scopes opens, or else the root of the service.
fn url(connection: &Connection, service: &Service, method: &str) -> String {
    let opened = connection.scopes.iter().find_map(|scope| {
        let (domain, path) = opened(scope, method)?;
        Some(format!("https://{}{path}", host(connection, service, |host| host.contains(domain))?))
    });
    let root = || host(connection, service, |_| true).map(|host| format!("https://{host}/"));
    opened.or_else(root).unwrap_or_else(|| NOWHERE.to_owned())
}

/// The host that calls most likely go to: one that the connection gives as a parameter, or the plainest of those that
/// may have the service's credential. Of a pattern, the part that everybody has of their own is left to fill in.
fn host(connection: &Connection, service: &Service, fits: impl Fn(&str) -> bool) -> Option<String> {
    if let Some(own) = connection.parameters.values().find(|value| host_allowed(&service.hosts, value) && fits(value)) {
        return Some(own.clone());
    }
    let oddity =
        |host: &str| (host.starts_with("*."), !host.ends_with(".com"), !host.starts_with("www.") && !host.starts_with("api."), host.len());
    let listed = service.hosts.iter().map(|pattern| pattern.0.as_str()).filter(|host| fits(host)).min_by_key(|host| oddity(host));
    match listed {
        Some(pattern) => Some(pattern.replacen("*.", "your-application.", 1)),
        None => endpoint(&service.auth).and_then(|url| Url::parse(url).ok()?.host_str().map(str::to_owned)).filter(|host| fits(host)),
    }
}

fn endpoint(auth: &Auth) -> Option<&str> {
    match auth {
        Auth::Oauth2(oauth2) => Some(&oauth2.token_url),
        Auth::Oauth1(oauth1) => Some(&oauth1.access_token_url),
        Auth::ApiKey(_) | Auth::Basic => None,
    }
}

/// Part of a host, and the path, that a scope opens, where its name says so: `ZohoIOT.modules.devices.READ` (zoho.com, IoT
/// developer documentation, "Scopes"), `ZohoCRM.modules.leads.READ` (CRM: paths begin with a capital).
fn opened(scope: &Scope, method: &str) -> Option<(&'static str, String)> {
    let (subject, operation) = scope.0.rsplit_once('.')?;
    let fits = operation == "ALL" || operation == if method == "GET" { "READ" } else { "CREATE" };
    let plain = |module: &str| !module.is_empty() && module.chars().all(|c| c.is_ascii_alphanumeric() || "_.".contains(c));
    let under = |prefix: &str| subject.strip_prefix(prefix).filter(|module| fits && plain(module));
    if let Some(module) = under("ZohoIOT.modules.") {
        return Some((".zohoiot.", format!("/iot/v1/{}", module.replace('.', "/"))));
    }
    // `custom` stands for every custom module, none of which has that path.
    let module = under("ZohoCRM.modules.").filter(|module| *module != "custom")?;
    Some((".zohoapis.", format!("/crm/v8/{}{}", module[..1].to_uppercase(), &module[1..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_tells_the_path_that_it_opens() {
        let path = |scope: &str, method| Some(opened(&Scope(scope.to_owned()), method)?.1);
        assert_eq!(path("ZohoIOT.modules.datapoints.data.CREATE", "POST").as_deref(), Some("/iot/v1/datapoints/data"));
        assert_eq!(path("ZohoIOT.modules.devices.READ", "GET").as_deref(), Some("/iot/v1/devices"));
        assert_eq!(path("ZohoIOT.modules.devices.READ", "POST"), None);
        assert_eq!(path("ZohoIOT.modules.READ", "GET"), None);
        assert_eq!(path("ZohoCRM.modules.leads.ALL", "POST").as_deref(), Some("/crm/v8/Leads"));
        assert_eq!(path("chat:write", "POST"), None);
    }

    #[test]
    fn the_host_is_the_connections_own_or_the_plainest() {
        let service = |hosts: &[&str]| -> Service {
            serde_json::from_value(serde_json::json!({ "name": "S", "hosts": hosts, "auth": { "type": "basic" } })).expect("a service")
        };
        let connection = |parameters: serde_json::Value| -> Connection {
            let body =
                serde_json::json!({ "name": "C", "service": "s", "scopes": ["ZohoIOT.modules.devices.READ"], "parameters": parameters });
            serde_json::from_value(body).expect("a connection")
        };
        let zoho = service(&["*.zohoiot.com", "*.zohoiot.in", "desk.zoho.com", "www.zohoapis.com"]);
        let none = connection(serde_json::json!({}));
        assert_eq!(url(&none, &zoho, "GET"), "https://your-application.zohoiot.com/iot/v1/devices");
        assert_eq!(url(&none, &zoho, "POST"), "https://www.zohoapis.com/");
        let own = connection(serde_json::json!({ "dc": "in", "iot_host": "app1.zohoiot.in" }));
        assert_eq!(url(&own, &zoho, "GET"), "https://app1.zohoiot.in/iot/v1/devices");
        assert_eq!(url(&none, &service(&["files.slack.com", "slack.com"]), "GET"), "https://slack.com/");
        assert_eq!(url(&none, &service(&[]), "GET"), NOWHERE);
    }
}
