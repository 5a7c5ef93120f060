//! What holds for every project: the order of files means nothing, and nothing here panics.

use super::run;
use proptest::prelude::*;

const FILES: &[(&str, &str)] = &[
    (
        "a.yaml",
        "connections:\n  chat: { name: Chat, service: slak, scopes: [chat:write] }\n  crm: { name: CRM, service: zoho_crm, scopes: [nothing] }\n",
    ),
    ("b.yaml", "webhooks:\n  one: { name: One, url: 'http://a.example/${', auth: { connection: chatt }, depends_on: [webhooks.two] }\n"),
    (
        "c.yaml",
        "webhooks:\n  two: { name: Two, method: GET, url: https://b.example/, body: { json: [] }, depends_on: [webhooks.one, services.x] }\n",
    ),
    ("d.yaml", "functions:\n  f: { name: F, category: schedule, script: f.ds }\n  g: { name: G, category: schedule, script: g.ds }\n"),
    (
        "e.yaml",
        "services:\n  own: { name: Own, auth: { type: basic }, hosts: ['*.com'] }\nmoved:\n  - { from: webhooks.one, to: webhooks.three }\n",
    ),
    ("f.ds", "x = invokeurl [ url : \"https://a.example\" connection : \"nobody\" ];\n"),
];

proptest! {
    #[test]
    fn any_order_of_files_gives_the_same_findings(order in Just((0..FILES.len()).collect::<Vec<_>>()).prop_shuffle()) {
        let shuffled: Vec<(&str, &str)> = order.into_iter().map(|at| FILES[at]).collect();
        let (shuffled, straight) = (run(&shuffled), run(FILES));
        prop_assert!(straight.found.len() > 8);
        prop_assert_eq!(shuffled.lines(), straight.lines());
        prop_assert_eq!(shuffled.found, straight.found);
    }

    #[test]
    fn odd_texts_in_odd_places_never_panic(text in "[ -~éü]{0,40}") {
        // An expression in a key is a finding of the reader, which this test does not run.
        prop_assume!(!text.contains("${{"));
        let quoted = serde_json::to_string(&text).expect("text is JSON");
        let yaml = format!(
            "services:\n  own: {{ name: Own, auth: {{ type: basic }}, hosts: [{quoted}] }}\nconnections:\n  c: {{ name: C, service: {quoted}, scopes: [{quoted}], credentials: {{ {quoted}: {quoted} }}, parameters: {{ {quoted}: {quoted} }} }}\n  d: {{ name: D, service: own, credentials: {{ {quoted}: {quoted} }} }}\nwebhooks:\n  w: {{ name: W, url: {quoted}, auth: {{ connection: {quoted} }}, headers: {{ {quoted}: {quoted} }}, query: {{ {quoted}: {quoted} }}, body: {{ json: {quoted} }} }}\nfunctions:\n  f: {{ name: F, category: schedule, script: {quoted} }}\n"
        );
        let found = run(&[("bowline.yaml", &yaml)]);
        for line in found.lines() {
            prop_assert!(!line.chars().any(char::is_control));
        }
    }
}

#[test]
fn hostile_lists_take_no_quadratic_time() {
    let scopes: Vec<String> = (0..20_000).map(|at| format!("chat:scope{at}")).collect();
    let headers: Vec<String> = (0..20_000).map(|at| format!("Token{at}Secret: x")).collect();
    let yaml = format!(
        "connections:\n  c: {{ name: C, service: slack, scopes: [{}] }}\nwebhooks:\n  w: {{ name: W, url: https://slack.com/, auth: {{ connection: c }}, headers: {{ {} }} }}\n",
        scopes.join(", "),
        headers.join(", ")
    );
    assert_eq!(run(&[("bowline.yaml", &yaml)]).found.len(), 40_000);
}
