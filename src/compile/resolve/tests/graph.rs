//! Dependencies, moves, circles, leftovers.

use super::world::run_with;
use super::{check, codes, run};

fn hooks(extra: [&str; 3]) -> String {
    let [a, b, c] = extra;
    format!(
        "webhooks:\n  a: {{ name: A, url: https://a.example/{a} }}\n  b: {{ name: B, url: https://b.example/{b} }}\n  c: {{ name: C, url: https://c.example/{c} }}\n"
    )
}

#[test]
fn dependencies_are_declared() {
    let run = check(&hooks([", depends_on: [webhooks.b, webhooks.d, connections.c]", "", ""]));
    assert_eq!(
        run.lines(),
        [
            "unknown-dependency bowline.yaml:2:67 nothing is declared at `webhooks.d`",
            "unknown-dependency bowline.yaml:2:79 nothing is declared at `connections.c`",
        ]
    );
}

#[test]
fn a_circle_is_told_once_with_each_of_its_links() {
    let yaml = hooks([", depends_on: [webhooks.b]", ", depends_on: [webhooks.c]", ", depends_on: [webhooks.a]"]);
    let run = check(&yaml);
    assert_eq!(
        run.lines(),
        [
            "dependency-cycle bowline.yaml:2:55 resources depend on each other in a circle: `webhooks.a` → `webhooks.b` → `webhooks.c` → `webhooks.a`"
        ]
    );
    let labels = run.found[0].at.iter().chain(&run.found[0].related);
    assert_eq!(
        labels.map(|label| label.text.as_str()).collect::<Vec<_>>(),
        ["`webhooks.a` depends on `webhooks.b`", "`webhooks.b` depends on `webhooks.c`", "`webhooks.c` depends on `webhooks.a`"]
    );
    assert_eq!(run.compiled.project.graph.links().len(), 3);
}

#[test]
fn a_long_circle_is_still_one_finding() {
    let mut yaml = String::from("webhooks:\n");
    for at in 0..2_000 {
        let next = (at + 1) % 2_000;
        yaml += &format!("  w{at}: {{ name: W, url: https://a.example/, depends_on: [webhooks.w{next}] }}\n");
    }
    let run = check(&yaml);
    assert_eq!(run.found.len(), 1);
    assert!(run.found[0].headline.contains("1995 more"));
    assert!(run.found[0].related.len() < 30);
}

#[test]
fn moves_lead_from_former_names_to_declared_ones() {
    let with = |moved: &str| hooks(["", "", ""]) + "moved:\n" + moved;
    assert_eq!(codes(&with("  - { from: webhooks.old, to: webhooks.a }\n")), [] as [&str; 0]);
    let run = check(&with("  - { from: webhooks.old, to: webhooks.aa }\n"));
    assert_eq!(run.lines(), ["unknown-moved bowline.yaml:6:31 nothing is declared at `webhooks.aa`"]);
    assert!(check(&with("  - { from: webhooks.b, to: webhooks.a }\n")).lines()[0].contains("declared still"));
    assert!(check(&with("  - { from: webhooks.a, to: webhooks.a }\n")).lines()[0].contains("itself"));
    assert!(check(&with("  - { from: connections.old, to: webhooks.a }\n")).lines()[0].contains("another kind"));
    let twice = with("  - { from: webhooks.x, to: webhooks.a }\n  - { from: webhooks.x, to: webhooks.b }\n");
    assert!(check(&twice).lines()[0].contains("has moved twice"));
    let meet = with("  - { from: webhooks.x, to: webhooks.a }\n  - { from: webhooks.y, to: webhooks.a }\n");
    assert_eq!(codes(&meet), [] as [&str; 0], "a resource has had two names before");
    let chain = check(&with("  - { from: webhooks.x, to: webhooks.y }\n  - { from: webhooks.y, to: webhooks.a }\n"));
    assert_eq!(chain.lines(), ["unknown-moved bowline.yaml:6:29 `webhooks.y` moves on in another entry"]);
    assert_eq!(chain.compiled.project.moved.len(), 1);
}

#[test]
fn leftovers_are_told_unless_something_unknown_may_use_them() {
    let yaml = "services:\n  own: { name: Own, auth: { type: basic }, hosts: [a.example] }\nconnections:\n  chat: { name: Chat, service: slack, scopes: [chat:write] }\n";
    assert_eq!(codes(yaml), ["unused-service", "unused-connection"]);
    let files = [("bowline.yaml", yaml)];
    assert!(run_with(&files, &["webhooks.broken"], false).found.is_empty());
    assert!(run_with(&files, &[], true).found.is_empty());
    let used = format!("{yaml}webhooks:\n  a: {{ name: A, url: https://a.example/, depends_on: [connections.chat, services.own] }}\n");
    assert_eq!(codes(&used), [] as [&str; 0]);
}

#[test]
fn a_script_that_chooses_at_run_time_may_use_any_connection() {
    let yaml = "connections:\n  chat: { name: Chat, service: slack, scopes: [chat:write] }\nfunctions:\n  f: { name: F, category: schedule, script: f.ds }\n";
    assert_eq!(run(&[("bowline.yaml", yaml), ("f.ds", "info \"nothing\";\n")]).found.len(), 1);
    let missing = run(&[("bowline.yaml", yaml)]);
    assert_eq!(missing.found.iter().map(|found| found.code.id()).collect::<Vec<_>>(), ["missing-script"]);
}
