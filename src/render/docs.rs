//! A project as a page for people: what connects to what, with which rights, as whom, and where it is used. Markdown; every
//! text of the project stands in a code span, where it steers nothing. Knows no files: places come in as texts.

use super::graph::{GraphOptions, mermaid};
use super::literal::markdown;
use super::snippets::Snippet;
use crate::resource::{Address, Auth, Connection, Function, Grant, Graph, Kind, Name, Project, Resource, Service, Webhook, WebhookAuth};
use std::collections::{BTreeMap, BTreeSet};

/// Where each resource is named: `functions/one.ds:6:16`, and by whom.
pub type Places = BTreeMap<Address, Vec<(String, String)>>;

/// The page of a project.
pub fn docs(project: &Project, places: &Places) -> Snippet {
    let mut page =
        format!("# {}\n\nMade by `bowline docs` from the project's files: change those, not this page.\n", markdown(&project.name));
    if let Some(application) = &project.application {
        line(&mut page, &format!("\nApplication: {}", markdown(application)));
    }
    overview(project, &mut page);
    page.push_str(&format!("\n## How it hangs together\n\n```mermaid\n{}```\n", mermaid(&drawn(project), &GraphOptions::default())));
    each(project, Kind::Connection, "Connections", &mut page, &mut |page, address, resource| {
        if let Resource::Connection(connection) = resource {
            connection_section(project, address, connection, places, page);
        }
    });
    services(project, &mut page);
    each(project, Kind::Webhook, "Webhooks", &mut page, &mut |page, address, resource| {
        if let Resource::Webhook(webhook) = resource {
            webhook_section(address, webhook, places, page);
        }
    });
    each(project, Kind::Function, "Functions", &mut page, &mut |page, address, resource| {
        if let Resource::Function(function) = resource {
            function_section(address, function, places, page);
        }
    });
    Snippet { path: format!("{}.md", file_name(&project.name)), text: page }
}

/// The project's graph with the default services that it uses.
fn drawn(project: &Project) -> Graph {
    let default = project.default_services.iter().map(|(name, service)| {
        let address = Address { kind: Kind::Service, name: name.clone() };
        (address, Resource::Service(service.as_ref().clone()))
    });
    let default: Vec<(Address, Resource)> = default.filter(|(address, _)| !project.resources.contains_key(address)).collect();
    let declared = project.resources.iter().map(|(address, resource)| (address, resource.as_ref()));
    Graph::of(declared.chain(default.iter().map(|(address, resource)| (address, resource))))
}

/// A project's name is a plain word; were it none, its page could still not leave the folder.
fn file_name(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || "_-".contains(c) { c } else { '_' }).collect();
    if plain.is_empty() { "project".to_owned() } else { plain }
}

fn line(page: &mut String, text: &str) {
    page.push_str(text);
    page.push('\n');
}

/// Counts, and what a reader should know first.
fn overview(project: &Project, page: &mut String) {
    let count = |kind: Kind| project.resources.keys().filter(|address| address.kind == kind).count();
    let used: BTreeSet<&Name> = connections(project).map(|(_, connection)| &connection.service).collect();
    let each_user = connections(project).filter(|(_, connection)| connection.use_login_user_credentials).count();
    page.push('\n');
    let to = format!("- {} to {}", counted(count(Kind::Connection), "connection"), counted(used.len(), "service"));
    line(page, &format!("{to}, {each_user} of them with each user's own account"));
    line(page, &format!("- {}, {}", counted(count(Kind::Webhook), "webhook"), counted(count(Kind::Function), "function")));
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn connections(project: &Project) -> impl Iterator<Item = (&Address, &Connection)> {
    project.resources.iter().filter_map(|(address, resource)| match resource.as_ref() {
        Resource::Connection(connection) => Some((address, connection)),
        Resource::Service(_) | Resource::Webhook(_) | Resource::Function(_) => None,
    })
}

fn each(project: &Project, kind: Kind, title: &str, page: &mut String, section: &mut dyn FnMut(&mut String, &Address, &Resource)) {
    let of_kind: Vec<_> = project.resources.iter().filter(|(address, _)| address.kind == kind).collect();
    if !of_kind.is_empty() {
        line(page, &format!("\n## {title}"));
    }
    for (address, resource) in of_kind {
        section(page, address, resource);
    }
}

fn heading(address: &Address, name: &str, description: &str, page: &mut String) {
    line(page, &format!("\n### {}\n", markdown(address.name.as_str())));
    line(page, &format!("- Name: {}", markdown(name)));
    if !description.is_empty() {
        line(page, &format!("- Description: {}", markdown(description)));
    }
}

fn connection_section(project: &Project, address: &Address, connection: &Connection, places: &Places, page: &mut String) {
    heading(address, &connection.name, &connection.description, page);
    line(page, &format!("- Service: {}", markdown(connection.service.as_str())));
    let runs_as = if connection.use_login_user_credentials { "each user, who consents with an own account" } else { "its owner" };
    line(page, &format!("- Runs as: {runs_as}"));
    for (key, value) in &connection.parameters {
        line(page, &format!("- Parameter {}: {}", markdown(key), markdown(value)));
    }
    for (path, from) in &Resource::Connection(connection.clone()).secrets() {
        line(page, &format!("- Secret {}: from {}", markdown(path.0.trim_start_matches('/')), markdown(&from.to_string())));
    }
    if connection.protect {
        line(page, "- Protected: Bowline refuses to delete or replace it");
    }
    scopes(project, connection, page);
    used(address, places, page);
}

/// Each scope with what its service says of it, and how far it reaches.
fn scopes(project: &Project, connection: &Connection, page: &mut String) {
    let described = match project.service(&connection.service).map(|service| &service.auth) {
        Some(Auth::Oauth2(oauth2)) => Some(&oauth2.scopes),
        Some(Auth::Oauth1(_) | Auth::ApiKey(_) | Auth::Basic) | None => None,
    };
    if connection.scopes.is_empty() {
        return;
    }
    line(page, "- Scopes:");
    for scope in &connection.scopes {
        let class = serde_json::to_value(project.scope_class(&connection.service, scope)).expect("a word is JSON");
        let words = described.and_then(|all| all.get(scope)).filter(|words| **words != scope.0);
        let words = words.map(|words| format!(": {}", markdown(words))).unwrap_or_default();
        line(page, &format!("  - {} ({}){words}", markdown(&scope.0), class.as_str().unwrap_or_default()));
    }
}

fn used(address: &Address, places: &Places, page: &mut String) {
    match places.get(address).filter(|places| !places.is_empty()) {
        None => line(page, "- Used: nowhere in this project"),
        Some(places) => {
            line(page, "- Used:");
            for (place, by) in places {
                line(page, &format!("  - {} at {}", markdown(by), markdown(place)));
            }
        }
    }
}

/// Services that the project declares, and default ones that it uses.
fn services(project: &Project, page: &mut String) {
    let own: BTreeMap<&Name, &Service> = project
        .resources
        .iter()
        .filter_map(|(address, resource)| match resource.as_ref() {
            Resource::Service(service) => Some((&address.name, service)),
            Resource::Connection(_) | Resource::Webhook(_) | Resource::Function(_) => None,
        })
        .collect();
    let default = project.default_services.iter().map(|(name, service)| (name, service.as_ref(), false));
    let all: BTreeMap<&Name, (&Service, bool)> = default
        .chain(own.into_iter().map(|(name, service)| (name, service, true)))
        .map(|(name, service, own)| (name, (service, own)))
        .collect();
    if !all.is_empty() {
        line(page, "\n## Services");
    }
    for (name, (service, own)) in all {
        heading(&Address { kind: Kind::Service, name: name.clone() }, &service.name, &service.description, page);
        line(page, if own { "- Declared by this project" } else { "- A default service" });
        authentication(&service.auth, page);
        for host in &service.hosts {
            line(page, &format!("- Its credentials may go to {}", markdown(&host.0)));
        }
        let users = connections(project).filter(|(_, connection)| connection.service == *name);
        for (address, _) in users {
            line(page, &format!("- Used by {}", markdown(&address.to_string())));
        }
    }
}

fn authentication(auth: &Auth, page: &mut String) {
    line(page, &format!("- Authentication: {}", markdown(auth.word())));
    let Auth::Oauth2(oauth2) = auth else { return };
    let consent = match oauth2.grant {
        Grant::AuthorizationCode => "a person consents in a browser",
        Grant::ClientCredentials => "nobody has to consent",
    };
    line(page, &format!("- Grant: {consent}"));
    if let Some(url) = &oauth2.authorize_url {
        line(page, &format!("- Authorize URL: {}", markdown(url)));
    }
    line(page, &format!("- Token URL: {}", markdown(&oauth2.token_url)));
}

fn webhook_section(address: &Address, webhook: &Webhook, places: &Places, page: &mut String) {
    heading(address, &webhook.name, &webhook.description, page);
    line(page, &format!("- Calls: {} {}", webhook.method.word(), markdown(&webhook.url)));
    match &webhook.auth {
        WebhookAuth::General => line(page, "- Authentication: general"),
        WebhookAuth::Connection(name) => line(page, &format!("- Authentication: the connection {}", markdown(name.as_str()))),
    }
    for (path, from) in &Resource::Webhook(webhook.clone()).secrets() {
        line(page, &format!("- Secret {}: from {}", markdown(path.0.trim_start_matches('/')), markdown(&from.to_string())));
    }
    used_if_any(address, places, page);
}

fn function_section(address: &Address, function: &Function, places: &Places, page: &mut String) {
    heading(address, &function.name, &function.description, page);
    let category = serde_json::to_value(function.category).expect("a word is JSON");
    line(page, &format!("- Category: {}", markdown(category.as_str().unwrap_or_default())));
    line(page, &format!("- Script: {}", markdown(&function.script.path)));
    for connection in &function.connections {
        line(page, &format!("- Calls through {}", markdown(&format!("connections.{connection}"))));
    }
    used_if_any(address, places, page);
}

fn used_if_any(address: &Address, places: &Places, page: &mut String) {
    if places.get(address).is_some_and(|places| !places.is_empty()) {
        used(address, places, page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Graph;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn project(text: &str) -> Project {
        let resource = |address: &str, body: serde_json::Value| {
            let address: Address = address.parse().expect("an address");
            let resource = Arc::new(Resource::deserialize(address.kind, body).expect("a body of the kind"));
            (address, resource)
        };
        let auth = serde_json::json!({ "type": "oauth2", "token_url": text, "scopes": { "a.READ": text, "b.DELETE": "b.DELETE" } });
        let resources = BTreeMap::from([
            resource("services.s", serde_json::json!({ "name": text, "description": text, "auth": auth, "hosts": [text] })),
            resource(
                "connections.c",
                serde_json::json!({ "name": text, "service": "s", "scopes": ["a.READ", "b.DELETE", text], "parameters": { text: text } }),
            ),
            resource("webhooks.w", serde_json::json!({ "name": text, "url": text, "auth": { "connection": "c" } })),
            resource("functions.f", serde_json::json!({ "name": text, "category": "schedule", "script": text, "connections": ["c"] })),
        ]);
        let graph = Graph::of(resources.iter().map(|(address, resource)| (address, resource.as_ref())));
        Project {
            name: text.to_owned(),
            application: Some(text.to_owned()),
            resources,
            default_services: BTreeMap::new(),
            graph,
            moved: vec![],
            ..Project::default()
        }
    }

    #[test]
    fn a_page_says_who_may_do_what_and_where() {
        let places = Places::from([(Address::new(Kind::Connection, "c"), vec![("f.ds:1:2".to_owned(), "functions.f".to_owned())])]);
        let page = docs(&project("shop"), &places);
        assert_eq!(page.path, "shop.md");
        for said in [
            "# `shop`\n",
            "- 1 connection to 1 service, 0 of them with each user's own account\n",
            "- Runs as: its owner\n",
            "  - `a.READ` (read): `shop`\n  - `b.DELETE` (delete)\n",
            "- Used:\n  - `functions.f` at `f.ds:1:2`\n",
            "```mermaid\nflowchart LR\n",
            "- Grant: a person consents in a browser\n",
            "- Calls through `connections.c`\n",
        ] {
            assert!(page.text.contains(said), "{said} in\n{}", page.text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn hostile_text_adds_no_line_and_no_file(text in "(?s).{0,30}") {
            let page = docs(&project(&text), &Places::new());
            let plain = docs(&project("plain"), &Places::new());
            // A description that is empty has no line.
            let missing = usize::from(text.is_empty());
            prop_assert_eq!(page.text.lines().count() + missing, plain.text.lines().count());
            prop_assert!(!page.path.contains(['/', '\\']) && page.path.ends_with(".md"));
        }
    }
}
