//! What snippets promise: hostile data stays data, and the same input gives the same bytes.

use super::*;
use crate::diag::Code;
use crate::resource::{Graph, Kind, Name, Service};
use crate::text::{FileId, Source, Sources};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;

fn project(resources: impl IntoIterator<Item = (Address, Json)>) -> Project {
    let resources: BTreeMap<Address, Arc<Resource>> = resources
        .into_iter()
        .map(|(address, body)| {
            let resource = Resource::deserialize(address.kind, body).expect("a body of the kind");
            (address, Arc::new(resource))
        })
        .collect();
    let graph = Graph::of(resources.iter().map(|(address, resource)| (address, resource.as_ref())));
    Project {
        name: "cold_chain".to_owned(),
        application: None,
        resources,
        default_services: BTreeMap::new(),
        graph,
        moved: Vec::new(),
        ..Project::default()
    }
}

fn sample(text: &str) -> Project {
    let service = json!({ "name": text, "hosts": ["*.zohoiot.com"], "auth": { "type": "basic" } });
    let connection = json!({ "name": text, "service": "iot", "scopes": [text, "ZohoIOT.modules.devices.READ"] });
    let webhook = json!({ "name": text, "description": text, "url": text, "auth": { "connection": "reader" },
        "headers": { text: text, "X-Key": { "env": "KEY" } }, "body": { "json": { text: [text, 1, null] } } });
    let form = json!({ "name": text, "url": text, "method": "GET", "query": { text: text }, "body": { "form": { text: text } } });
    let function = json!({ "name": text, "category": "alarm_rule", "module": text, "script": "f.ds", "connections": ["reader"] });
    project([
        (Address::new(Kind::Service, "iot"), service),
        (Address::new(Kind::Connection, "reader"), connection),
        (Address::new(Kind::Webhook, "hook"), webhook),
        (Address::new(Kind::Webhook, "form"), form),
        (Address::new(Kind::Function, "average"), function),
    ])
}

fn rendered(project: &Project, templates: &Templates) -> BTreeMap<String, String> {
    let snippets = render(project, templates).map_err(Diagnostics::finish).expect("good templates");
    snippets.into_iter().map(|snippet| (snippet.path, snippet.text)).collect()
}

fn own(files: &[(&str, &str)]) -> (Sources, Result<Templates, Diagnostics>) {
    let mut sources = Sources::default();
    let names: Vec<(String, FileId)> =
        files.iter().map(|(name, text)| ((*name).to_owned(), sources.add(Source::new(format!("templates/{name}"), *text)))).collect();
    let templates = Templates::overlaid(&sources, names);
    (sources, templates)
}

/// `line:column headline [label]` of the only finding.
fn complaint(files: &[(&str, &str)]) -> String {
    let (sources, templates) = own(files);
    let diags = match templates {
        Ok(templates) => render(&sample("a"), &templates).expect_err("a bad template"),
        Err(diags) => diags,
    };
    let found = diags.finish();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].code, Code::BadTemplate);
    let at = found[0].at.as_ref().expect("a place");
    let (path, position) = sources.place(at.span);
    format!("{path}:{}:{} {} [{}]", position.line, position.column, found[0].headline, at.text)
}

#[test]
fn a_connection_has_a_deluge_and_a_json_tab() {
    let all = rendered(&sample("Reader"), &Templates::built_in());
    let paths: Vec<&str> = all.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "connections/reader.ds",
            "connections/reader.json",
            "connections/reader.widget.json",
            "functions/average.json",
            "webhooks/form.json",
            "webhooks/hook.json"
        ]
    );
    let json: Json = serde_json::from_str(&all["connections/reader.json"]).expect("JSON");
    assert_eq!(
        json,
        json!({ "connectionLinkName": "reader", "connectionName": "Reader", "serviceName": "iot", "userAccess": false,
            "isUserDefinedService": true, "sharedBy": null, "scope": ["Reader", "ZohoIOT.modules.devices.READ"] })
    );
    let deluge = &all["connections/reader.ds"];
    assert!(deluge.contains("\turl : \"https://your-application.zohoiot.com/iot/v1/devices\"\n\ttype : GET\n"), "{deluge}");
    assert!(deluge.contains("// Used by webhooks.hook.\n// Used by functions.average.\n"), "{deluge}");
    assert!(deluge.ends_with("];\ninfo response;\n"), "{deluge}");
}

#[test]
fn a_default_service_has_the_platforms_spelling() {
    let connection = |service: &str| json!({ "name": "A", "service": service, "use_login_user_credentials": true });
    let project = project([
        (Address::new(Kind::Connection, "a"), connection("zoho-oauth")),
        (Address::new(Kind::Connection, "b"), connection("zoho-crm")),
    ]);
    let all = rendered(&project, &Templates::built_in());
    let json = |path: &str| serde_json::from_str::<Json>(&all[path]).expect("JSON");
    assert_eq!(json("connections/a.json")["serviceName"], "zlabs_integration");
    assert_eq!(json("connections/a.json")["userAccess"], true);
    assert_eq!(json("connections/a.json")["scope"], json!([]));
    assert_eq!(json("connections/b.json")["serviceName"], "zoho_crm");
    assert_eq!(json("connections/b.json")["isUserDefinedService"], false);
}

#[test]
fn each_kind_of_call_is_read_back_as_what_it_is() {
    let body = json!({ "name": "CRM", "service": "zoho-crm", "scopes": ["ZohoCRM.modules.leads.READ"], "parameters": { "dc": "com" } });
    let service = json!({ "name": "Zoho CRM", "hosts": ["www.zohoapis.com"], "auth": { "type": "basic" } });
    let mut project = project([(Address::new(Kind::Connection, "crm"), body)]);
    let service: Service = serde_json::from_value(service).expect("a service");
    project.default_services.insert(Name::new("zoho-crm"), Arc::new(service));
    let text = &rendered(&project, &Templates::built_in())["connections/crm.ds"];
    let script = crate::deluge::parse(text);
    assert_eq!(
        (script.errors(), script.findings().iter().any(|found| !matches!(found.kind, crate::deluge::FindingKind::Host { .. }))),
        (&[][..], false)
    );
    let keys = |task: &crate::deluge::Task| task.entries.iter().map(|entry| entry.key.of(text).to_owned()).collect::<Vec<_>>().join(" ");
    let tasks: Vec<String> = script.tasks().into_iter().map(|task| format!("{}: {}", task.name.of(text), keys(task))).collect();
    assert_eq!(
        tasks,
        [
            "invokeurl: url type parameters connection",
            "invokeurl: url type parameters connection detailed",
            "invokeurl: url type headers parameters connection",
            "invokeurl: url type parameters connection",
            "invokeurl: url type files connection",
            "invokeapi: service path type parameters connection",
        ]
    );
    let last = script.connections().last().expect("a call");
    assert_eq!((last.service.as_deref(), last.url.as_deref()), (Some("ZohoCRM"), Some("/crm/v8/Leads")));
}

#[test]
fn an_address_of_several_webhooks_is_shown_once() {
    let webhook = |url: &str| json!({ "name": "W", "url": url, "auth": { "connection": "chat" } });
    let project = project([
        (Address::new(Kind::Connection, "chat"), json!({ "name": "Chat", "service": "slack" })),
        (Address::new(Kind::Webhook, "a"), webhook("https://slack.com/api/chat.postMessage")),
        (Address::new(Kind::Webhook, "b"), webhook("https://slack.com/api/chat.postMessage")),
        (Address::new(Kind::Webhook, "c"), webhook("https://slack.com/${alarm.id}")),
    ]);
    let text = &rendered(&project, &Templates::built_in())["connections/chat.ds"];
    assert_eq!(text.matches("invokeurl").count(), 7, "{text}");
    assert!(text.contains("// The address that is called by webhooks.a, webhooks.b.\n"), "{text}");
    assert!(text.contains("// The address that is called by webhooks.c. Put a value for each `${…}`.\n"), "{text}");
}

#[test]
fn a_secret_is_shown_as_its_reference() {
    let all = rendered(&sample("a"), &Templates::built_in());
    let json: Json = serde_json::from_str(&all["webhooks/hook.json"]).expect("JSON");
    assert_eq!(json["headers"][0], json!({ "name": "X-Key", "value": "env:KEY", "secret": true }));
    assert_eq!(json["authentication"], json!({ "type": "connection", "connection": "reader" }));
}

#[test]
fn a_link_name_cannot_leave_the_folder() {
    let project = project([(
        Address { kind: Kind::Function, name: Name::new("../../etc/x") },
        json!({ "name": "", "category": "command", "script": "" }),
    )]);
    assert!(rendered(&project, &Templates::built_in()).contains_key("functions/%2e%2e%2f%2e%2e%2fetc%2fx.json"));
}

#[test]
fn a_projects_own_template_overlays_and_adds() {
    let (_, templates) = own(&[
        ("connection.ds", "// {{ connection.name | comment }}{% include \"_end.txt\" %}"),
        ("_end.txt", "!"),
        ("service.md", "{{ service.name | markdown }} {{ service.hosts | json }}"),
        ("project.md", "{% for r in project.resources %}{{ r.address | markdown }};{% endfor %}"),
    ]);
    let all = rendered(&sample("A"), &templates.map_err(Diagnostics::finish).expect("good templates"));
    assert_eq!(all["connections/reader.ds"], "// A!");
    assert_eq!(all["services/iot.md"], "`A` [\"*.zohoiot.com\"]");
    assert!(all["project.md"].starts_with("`services.iot`;`connections.reader`;"));
    assert!(all.contains_key("webhooks/hook.json"));
}

#[test]
fn a_bad_template_is_shown_at_its_place() {
    let cannot = "the template `connection.ds` cannot be rendered";
    assert!(
        complaint(&[("connection.ds", "a\n  {{ connection.nmae | deluge }}")])
            .starts_with(&format!("templates/connection.ds:2:6 {cannot} ["))
    );
    assert!(complaint(&[("connection.ds", "a\n{% if %}")]).starts_with(&format!("templates/connection.ds:2:7 {cannot} [")));
    let undefined = |text| complaint(&[("connection.ds", text)]);
    assert_eq!(undefined("{{ nothing | json }}"), format!("templates/connection.ds:1:4 {cannot} [this is not defined]"));
    assert_eq!(undefined("{{ nothing | deluge }}"), format!("templates/connection.ds:1:4 {cannot} [this is not defined]"));
    assert!(undefined("{{ nothing.x | json }}").contains("Available variables: connection, project, service"));
    assert!(complaint(&[("connection.ds", "{{ connection.scopes | deluge }}")]).starts_with("templates/connection.ds:1:4 "));
    assert!(complaint(&[("conection.ds", "")]).starts_with("templates/conection.ds:1:1 the template `conection.ds` is for nothing"));
    assert_eq!(
        complaint(&[("connection.ds", "\n{% include \"_gone\" %}")]),
        format!("templates/connection.ds:2:12 {cannot} [Unknown template `_gone`]")
    );
    assert!(complaint(&[("_a", "{{ 1 | jsn }}")]).ends_with("[Unknown filter `jsn`]"));
    assert!(complaint(&[("_a", "{% include \"_a\" %}")]).ends_with("[an included template includes another]"));
}

#[test]
fn a_value_without_a_language_is_refused_and_safe_does_not_help() {
    let bare = "the template `connection.ds` prints a value without saying in which language [needs a filter]";
    assert_eq!(
        complaint(&[("connection.ds", "{{ connection.name | json }}\n {{ connection.name }}")]),
        format!("templates/connection.ds:2:2 {bare}")
    );
    assert_eq!(complaint(&[("connection.ds", "{{ connection.name | upper }}")]), format!("templates/connection.ds:1:1 {bare}"));
    assert!(complaint(&[("connection.ds", "{{ connection.name | safe }}")]).contains("`safe` is switched off"));
    let partial = complaint(&[("connection.ds", "{% include \"_a\" %}"), ("_a", "{{ connection.name }}")]);
    assert!(partial.starts_with("templates/_a:1:1 the template `_a` prints a value"), "{partial}");
}

#[test]
fn escaping_an_escaped_value_keeps_it_a_literal() {
    let (_, templates) = own(&[("connection.ds", "{{ connection.name | deluge | deluge }}")]);
    let all = rendered(&sample("\""), &templates.map_err(Diagnostics::finish).expect("good templates"));
    assert_eq!(all["connections/reader.ds"], r#""\"\\\"\"""#);
}

#[test]
fn data_is_never_template_source() {
    let all = rendered(&sample("{{ 1 + 1 }}{% include 'x' %}"), &Templates::built_in());
    assert!(all["connections/reader.json"].contains("{{ 1 + 1 }}{% include 'x' %}"));
}

#[test]
fn output_without_end_is_stopped() {
    let text = "x".repeat(60_000);
    let print = format!("{{% for r in project.resources %}}{{% for c in r.address %}}{text}{{% endfor %}}{{% endfor %}}");
    assert!(complaint(&[("connection.ds", &print)]).contains("it writes more than"));
}

#[test]
fn a_templates_work_is_bounded() {
    let complain = |text: &str| complaint(&[("connection.ds", text)]);
    let over = "[a loop goes over something that is no list of the project]";
    assert!(complain("\n{% for i in range(end=100000) %}{% endfor %}").starts_with("templates/connection.ds:2:1 "));
    for text in ["range(end=9)", "[1, 2]", "\"a b\" | split(pat=\" \")", "connection.name | split(pat=\"\")"] {
        assert!(complain(&format!("{{%- for i in {text} -%}}{{% endfor %}}")).ends_with(over), "{text}");
    }
    let each = "{% for r in project.resources %}";
    assert!(complain(&format!("{}{}", each.repeat(3), "{% endfor %}".repeat(3))).ends_with("[loops stand more than two deep]"));
    for text in ["{% set_global a = 1 %}", "{% filter upper %}a{% endfilter %}", "{% block a %}{% endblock %}"] {
        assert!(complain(text).ends_with("[this tag is not for templates of a project]"), "{text}");
    }
    for text in ["{% set a = service.name ~ service.name %}", "{% set a %}a{% endset %}", "{% set a = [service] %}"] {
        assert!(complain(text).contains("`set` gives a name to more than"), "{text}");
    }
    assert!(complain("{{ service.name | replace(from=\"a\", to=\"aa\") | json }}").contains("could grow without end"));
    assert!(complain("{{ range(end=9) | json }}").ends_with("[`range` is switched off]"));
    assert!(complain("{{ [a for a in project.resources] | json }}").ends_with("[a loop stands inside of an expression]"));
    assert!(complain(&format!("{{{{ 1 {} }}}}", "| json ".repeat(9))).contains("more than eight"));
    assert!(complain("a\rb").ends_with("[the control character U+000D]"));
    assert!(complain("a\u{1b}[2J").ends_with("[the control character U+001B]"));
    let fine = "{# {% for x in range(end=9) %} #}{% raw %}{% set_global a %}{% endraw %}{% set a = service.name %}{{ (\"}} ~ range(\" ~ a) | json }}\r\n\t";
    let (_, templates) = own(&[("connection.ds", fine)]);
    let all = rendered(&sample("A"), &templates.map_err(Diagnostics::finish).expect("good templates"));
    assert_eq!(all["connections/reader.ds"], "{% set_global a %}\"}} ~ range(A\"\r\n\t");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_survives_in_json_and_deluge(text in "(?s).{0,40}") {
        let all = rendered(&sample(&text), &Templates::built_in());
        let json = |path: &str| serde_json::from_str::<Json>(&all[path]).expect("JSON");
        prop_assert_eq!(&json("connections/reader.json")["connectionName"], &json!(text));
        prop_assert!(json("connections/reader.json")["scope"].as_array().is_some_and(|scopes| scopes.contains(&json!(text))));
        prop_assert_eq!(&json("webhooks/hook.json")["url"], &json!(text));
        let content = json("webhooks/hook.json")["body"]["content"].as_str().map(serde_json::from_str::<Json>);
        prop_assert_eq!(content.expect("a raw body").expect("JSON in JSON"), json!({ &text: [text, 1, null] }));
        prop_assert_eq!(&json("webhooks/form.json")["query"], &json!([{ "name": text, "value": text, "secret": false }]));
        prop_assert_eq!(&json("webhooks/form.json")["body"]["parameters"], &json!([{ "name": text, "value": text, "secret": false }]));
        prop_assert_eq!(&json("functions/average.json")["module"], &json!(text));
        // The webhook's URL is the last call's; what is a string in the text is a string of ours, whatever the comments say.
        let script = crate::deluge::parse(&all["connections/reader.ds"]);
        prop_assert!(script.errors().is_empty());
        let asked = ("GET", Some("https://your-application.zohoiot.com/iot/v1/devices"));
        let sent = ("POST", Some("https://your-application.zohoiot.com/"));
        // Of a URL that says nothing, nothing can be told.
        let own = ("POST", Some(text.as_str()).filter(|text| !text.is_empty()));
        let calls: Vec<_> = script.connections().iter().map(|call| (call.method.as_deref().unwrap_or(""), call.url.as_deref())).collect();
        prop_assert_eq!(calls, vec![asked, asked, sent, sent, sent, own]);
        prop_assert!(script.connections().iter().all(|call| call.name == "reader"));
        let widget = json("connections/reader.widget.json");
        prop_assert_eq!(&widget["desk"]["connectionLinkName"], "reader");
        prop_assert_eq!(&widget["finance"]["connection_link_name"], "reader");
    }

    #[test]
    fn rendering_is_a_function_of_its_input(text in "(?s).{0,20}") {
        prop_assert_eq!(rendered(&sample(&text), &Templates::built_in()), rendered(&sample(&text), &Templates::built_in()));
    }
}
