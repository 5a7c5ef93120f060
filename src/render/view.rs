//! What templates see. Lists, not maps, wherever the user chooses the keys; a secret is its reference's text.

use super::calls::{Call, calls};
use super::literal;
use crate::resource::{
    Address, Body, Category, Connection, Function, HostPattern, Kind, Language, Link, Name, Project, RawFormat, Scope, Service, Value,
    Webhook,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// `project` in every template.
#[derive(Serialize)]
pub(super) struct ProjectView<'a> {
    project: ProjectFields<'a>,
}

#[derive(Serialize)]
struct ProjectFields<'a> {
    name: &'a str,
    application: Option<&'a str>,
    resources: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    address: String,
    kind: &'static str,
    link_name: &'a str,
    name: &'a str,
}

impl<'a> ProjectView<'a> {
    pub(super) fn of(project: &'a Project) -> Self {
        let entry = |(address, resource): (&'a Address, &'a std::sync::Arc<crate::resource::Resource>)| Entry {
            address: address.to_string(),
            kind: address.kind.word(),
            link_name: address.name.as_str(),
            name: resource.display_name(),
        };
        let resources = project.resources.iter().map(entry).collect();
        ProjectView { project: ProjectFields { name: &project.name, application: project.application.as_deref(), resources } }
    }
}

/// `service` in the templates of services and connections.
#[derive(Serialize)]
pub(super) struct ServiceView<'a> {
    service: ServiceFields<'a>,
}

#[derive(Serialize)]
struct ServiceFields<'a> {
    link_name: &'a str,
    /// As the platform spells it in a connection's JSON.
    platform_name: String,
    name: &'a str,
    custom: bool,
    auth: &'static str,
    hosts: Vec<&'a HostPattern>,
}

impl<'a> ServiceView<'a> {
    pub(super) fn of(project: &Project, name: &'a Name, service: &'a Service) -> Self {
        ServiceView { service: service_fields(project, name, Some(service)) }
    }
}

/// `connection` and `service` in the templates of connections.
#[derive(Serialize)]
pub(super) struct ConnectionView<'a> {
    connection: ConnectionFields<'a>,
    service: ServiceFields<'a>,
}

#[derive(Serialize)]
struct ConnectionFields<'a> {
    link_name: &'a str,
    name: &'a str,
    description: &'a str,
    scopes: Vec<&'a Scope>,
    use_login_user_credentials: bool,
    parameters: Vec<Parameter<'a>>,
    used_by: Vec<String>,
    calls: Vec<Call>,
}

impl<'a> ConnectionView<'a> {
    pub(super) fn of(project: &'a Project, address: &'a Address, connection: &'a Connection) -> Self {
        let service = project.service(&connection.service);
        ConnectionView {
            connection: ConnectionFields {
                link_name: address.name.as_str(),
                name: &connection.name,
                description: &connection.description,
                scopes: connection.scopes.iter().collect(),
                use_login_user_credentials: connection.use_login_user_credentials,
                parameters: texts(&connection.parameters),
                used_by: users(project, address),
                calls: calls(project, address, connection, service),
            },
            service: service_fields(project, &connection.service, service),
        }
    }
}

/// Who calls through it; what only has to come after it does not.
fn users(project: &Project, connection: &Address) -> Vec<String> {
    let used_by = project.graph.used_by(connection).into_iter();
    used_by.filter(|(_, link)| *link != Link::DependsOn).map(|(user, _)| user.to_string()).collect()
}

fn service_fields<'a>(project: &Project, name: &'a Name, service: Option<&'a Service>) -> ServiceFields<'a> {
    let custom = project.resources.contains_key(&Address { kind: Kind::Service, name: name.clone() });
    ServiceFields {
        link_name: name.as_str(),
        platform_name: if custom { name.to_string() } else { platform_name(name.as_str()) },
        name: service.map_or(name.as_str(), |service| &service.name),
        custom,
        auth: service.map_or("", |service| service.auth.word()),
        hosts: service.iter().flat_map(|service| &service.hosts).collect(),
    }
}

/// The platform's own spelling of a default service: underscores, and an older name for Zoho OAuth (zoho.com, Sprints
/// extension guide, "Connectors").
fn platform_name(key: &str) -> String {
    if key == "zoho-oauth" { "zlabs_integration".to_owned() } else { key.replace('-', "_") }
}

/// A name and a text, or the reference to a secret.
#[derive(Serialize)]
struct Parameter<'a> {
    name: &'a str,
    value: String,
    secret: bool,
}

fn texts(map: &BTreeMap<String, String>) -> Vec<Parameter<'_>> {
    map.iter().map(|(name, value)| Parameter { name, value: value.clone(), secret: false }).collect()
}

fn values(map: &BTreeMap<String, Value>) -> Vec<Parameter<'_>> {
    map.iter()
        .map(|(name, value)| match value {
            Value::Literal(text) => Parameter { name, value: text.clone(), secret: false },
            Value::From(reference) => Parameter { name, value: reference.to_string(), secret: true },
        })
        .collect()
}

/// `webhook` in the templates of webhooks, under the names of the platform's form.
#[derive(Serialize)]
pub(super) struct WebhookView<'a> {
    webhook: WebhookFields<'a>,
}

#[derive(Serialize)]
struct WebhookFields<'a> {
    link_name: &'a str,
    name: &'a str,
    description: &'a str,
    method: &'static str,
    url: &'a str,
    connection: Option<&'a Name>,
    headers: Vec<Parameter<'a>>,
    query: Vec<Parameter<'a>>,
    body: BodyFields<'a>,
}

/// `none`, `form_data` with parameters, or `raw` with a format and content.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum BodyFields<'a> {
    None,
    FormData { parameters: Vec<Parameter<'a>> },
    Raw { format: &'static str, content: String },
}

impl<'a> WebhookView<'a> {
    pub(super) fn of(address: &'a Address, webhook: &'a Webhook) -> Self {
        WebhookView {
            webhook: WebhookFields {
                link_name: address.name.as_str(),
                name: &webhook.name,
                description: &webhook.description,
                method: webhook.method.word(),
                url: &webhook.url,
                connection: webhook.connection(),
                headers: values(&webhook.headers),
                query: values(&webhook.query),
                body: body(&webhook.body),
            },
        }
    }
}

fn body(body: &Body) -> BodyFields<'_> {
    match body {
        Body::None => BodyFields::None,
        Body::Form(parameters) => BodyFields::FormData { parameters: texts(parameters) },
        Body::Json(value) => BodyFields::Raw { format: "JSON", content: literal::json(value).expect("a JSON value is JSON") },
        Body::Raw { format, content } => BodyFields::Raw { format: format_word(*format), content: content.clone() },
    }
}

fn format_word(format: RawFormat) -> &'static str {
    match format {
        RawFormat::Json => "JSON",
        RawFormat::Xml => "XML",
        RawFormat::Text => "Text",
        RawFormat::Html => "HTML",
    }
}

/// `function` in the templates of functions.
#[derive(Serialize)]
pub(super) struct FunctionView<'a> {
    function: FunctionFields<'a>,
}

#[derive(Serialize)]
struct FunctionFields<'a> {
    link_name: &'a str,
    name: &'a str,
    description: &'a str,
    category: Category,
    language: Language,
    module: Option<&'a str>,
    script: ScriptFields<'a>,
    connections: Vec<&'a Name>,
}

#[derive(Serialize)]
struct ScriptFields<'a> {
    path: &'a str,
    sha256: &'a str,
}

impl<'a> FunctionView<'a> {
    pub(super) fn of(address: &'a Address, function: &'a Function) -> Self {
        FunctionView {
            function: FunctionFields {
                link_name: address.name.as_str(),
                name: &function.name,
                description: &function.description,
                category: function.category,
                language: function.language,
                module: function.module.as_deref(),
                script: ScriptFields { path: &function.script.path, sha256: &function.script.sha256 },
                connections: function.connections.iter().collect(),
            },
        }
    }
}
