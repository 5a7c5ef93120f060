//! What policies see, what they say, and that none of them can run away.

use super::*;
use crate::plan::{Action, Affects, Change, Effect, Hazard, Plan, Verdict};
use crate::resource::{Address, Kind, Resource};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

fn connection(scopes: &[&str]) -> Arc<Resource> {
    let body = json!({ "name": "CRM", "service": "zoho-crm", "scopes": scopes });
    Arc::new(Resource::deserialize(Kind::Connection, body).expect("a connection"))
}

fn change(id: &str, address: &str, scopes: &[&str]) -> Change {
    Change {
        id: id.to_owned(),
        address: address.parse().expect("an address"),
        previous_address: None,
        from: None,
        action: Action::Update,
        source: None,
        reasons: Vec::new(),
        diff: Vec::new(),
        hazards: vec![Hazard::WidensScopes],
        affects: Affects { users: ["ada".to_owned(), "zoe".to_owned()].into(), ..Affects::default() },
        precondition: None,
        refused: None,
        after: Some(connection(scopes)),
        steps: Vec::new(),
    }
}

fn plan() -> Plan {
    let changes = vec![change("c1", "connections.all", &["A.ALL", "B.READ"]), change("c2", "connections.read", &["B.READ"])];
    Plan { changes, labels: [("reviewed-by".to_owned(), "ada".to_owned())].into(), ..Plan::default() }
}

fn judged(policy: Policy, plan: &Plan) -> Vec<Verdict> {
    let live = connection(&["OLD.READ"]);
    let before = |address: &Address| (address.name.as_str() == "all").then_some(live.as_ref());
    judge(&[policy], plan, &Case { project: "p", environment: Some("prod"), api: "embedded", before: &before })
}

fn deny(expression: &str, message: &str) -> Policy {
    let expression = Expression::parse(expression).expect("the test's expressions can be read");
    let message = Some(Message::parse(message).expect("the test's messages can be read"));
    Policy { deny: Some(expression), message, ..Policy::named("rule", "bowline.yaml", 3, 5) }
}

fn said(expression: &str, message: &str) -> Vec<String> {
    judged(deny(expression, message), &plan()).into_iter().map(|verdict| verdict.message).collect()
}

#[test]
fn a_policy_is_judged_for_every_change_and_says_what_its_message_makes_of_it() {
    let said =
        said("change.after.scopes.exists(s, s.endsWith('.ALL'))", "{change.address} asks for {change.after.scopes} in {environment}");
    assert_eq!(said, ["connections.all asks for A.ALL, B.READ in prod"]);
}

#[test]
fn a_policy_sees_whose_object_is_taken_and_counts_that_files_leave_out() {
    let mut taken = plan();
    taken.changes[1].from = Some("theirs".to_owned());
    taken.summary.taken_over = 1;
    let verdicts = judged(deny("change.from != null && change.from != 'ours'", "{change.address} is {change.from}'s"), &taken);
    assert_eq!(verdicts.iter().map(|verdict| verdict.message.as_str()).collect::<Vec<_>>(), ["connections.read is theirs's"]);
    let counted = |plan: &Plan| judged(deny("plan.summary.taken_over > 0 || plan.summary.unprotected > 0", "x"), plan).len();
    assert_eq!((counted(&taken), counted(&plan())), (1, 0));
}

#[test]
fn a_policy_sees_before_after_hazards_people_labels_and_counts() {
    assert_eq!(said("change.before == null", "{change.name}"), ["read"]);
    assert_eq!(said("change.before != null && 'OLD.READ' in change.before.scopes", "{change.id}"), ["c1"]);
    assert_eq!(said("'widens-scopes' in change.hazards && !('reviewed-by' in labels)", "x"), [""; 0]);
    assert_eq!(said("size(change.affects.users) > 1 && labels['reviewed-by'] == 'ada'", "{change.affects.users}"), ["ada, zoe"; 2]);
    assert_eq!(said("change.kind == 'connection' && change.action == 'update' && project == 'p' && api == 'embedded'", "x").len(), 2);
    assert_eq!(said("!change.after.use_login_user_credentials && change.after.service == 'zoho-crm'", "x").len(), 2);
}

#[test]
fn a_policy_that_names_no_change_is_judged_once() {
    let verdicts = judged(deny("plan.summary.delete == 0", "{{nothing}} is deleted: {plan.summary.delete}"), &plan());
    assert_eq!(verdicts.len(), 1);
    assert_eq!((verdicts[0].address.as_ref(), verdicts[0].message.as_str()), (None, "{nothing} is deleted: 0"));
}

#[test]
fn a_policy_that_cannot_be_judged_denies() {
    assert_eq!(said("change.after.nothing == 1", "x"), ["the policy cannot be judged: there is no `nothing`"; 2]);
    assert_eq!(said("change.name", "x"), ["the policy cannot be judged: it is neither true nor false"; 2]);
    let mut policy = deny("false", "x");
    policy.when = Some(Expression::parse("change.after.nothing").expect("it can be read"));
    assert_eq!(judged(policy, &plan())[0].effect, Effect::Deny);
}

#[test]
fn a_message_that_has_no_value_stands_in_nobodys_way() {
    assert_eq!(said("change.id == 'c1'", "because {change.after.nothing}"), ["because ?"]);
}

#[test]
fn a_refused_change_is_not_judged() {
    let mut plan = plan();
    plan.changes[0].refused = Some(crate::plan::Refused { code: "protected".to_owned(), message: "it is protected".to_owned() });
    assert_eq!(judged(deny("change.id != ''", "{change.id}"), &plan).len(), 1);
}

#[test]
fn slips_are_told_at_their_byte() {
    let bad = |text: &str| Expression::parse(text).expect_err("it is wrong");
    assert_eq!(bad("1 < chnge.x"), BadExpression::UnknownName { at: 4, name: "chnge".to_owned() });
    assert_eq!(bad("change.a.exists(x, y == 1)"), BadExpression::UnknownName { at: 19, name: "y".to_owned() });
    assert_eq!(bad("sizes(change.a)"), BadExpression::UnknownFunction { at: 0, name: "sizes".to_owned() });
    assert!(matches!(bad("change.a == "), BadExpression::Syntax { at, .. } if at >= 11));
    assert!(matches!(bad(&format!("'{}'", "x".repeat(3000))), BadExpression::TooLong { .. }));
    assert!(matches!(Message::parse("a {b"), Err(BadMessage::Brace { at: 2 })));
    assert!(matches!(Message::parse("a } b"), Err(BadMessage::Brace { at: 2 })));
    assert!(matches!(Message::parse("ab {nobody}"), Err(BadMessage::Expression { at: 4, .. })));
}

/// Each doubles what it is given, or loops over loops: written out it would not end.
#[test]
fn no_expression_can_run_away() {
    let doubling = format!("size({}) > 0", (0..60).fold("['x']".to_owned(), |inner, _| format!("{inner}.map(a, a + a)")));
    let many = format!("[{}]", vec!["1"; 300].join(","));
    let loops = format!("{many}.all(a, {many}.all(b, {many}.all(c, true)))");
    for expression in [doubling.as_str(), loops.as_str()] {
        let Ok(parsed) = Expression::parse(expression) else { continue };
        let facts = BTreeMap::new();
        let answer = parsed.value(&facts, &mut u64::MAX.clone()).map_err(|why| why.0);
        assert_eq!(answer, Err("it would take too long".to_owned()), "{expression}");
    }
    let growing = "size(['xxxxxxxxxxxxxxxx'].map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a)[0]) > 0";
    assert_eq!(said(growing, "x"), ["the policy cannot be judged: it would take too long"]);
}

/// On a stack of two megabytes, which is what a test's thread has.
#[test]
fn no_expression_is_too_deep_to_be_read_or_judged() {
    let around = |open: &str, inside: &str, close: &str| {
        let times = (2_048 - inside.len()) / (open.len() + close.len());
        format!("{}{inside}{}", open.repeat(times), close.repeat(times))
    };
    let shapes = [
        around("(", "1", ")"),
        around("[", "1", "]"),
        around("!", "true", ""),
        around("-", "1", ""),
        around("1+", "1", ""),
        around("1?1:", "1", ""),
        around("true&&", "true", ""),
        around("", "change", ".a"),
        around("", "change", "[0]"),
        around("size(", "1", ")"),
        around("{1:", "1", "}"),
    ];
    for shape in shapes {
        if let Ok(expression) = Expression::parse(&shape) {
            let policy = Policy { deny: Some(expression), ..Policy::named("rule", "bowline.yaml", 1, 1) };
            judged(policy, &plan());
        }
    }
}

#[test]
fn ordinary_rules_over_ten_thousand_people_are_judged() {
    let mut plan = plan();
    plan.changes[0].affects.users = (0..10_000).map(|at| format!("person-{at}@example.com")).collect();
    let verdicts = judged(deny("change.affects.users.exists(u, !u.endsWith('@example.com'))", "x"), &plan);
    assert!(verdicts.iter().all(|verdict| verdict.change.as_deref() != Some("c1")), "{verdicts:?}");
}

proptest! {
    #[test]
    fn nothing_that_is_written_brings_the_reader_down(text in any::<String>(), parts in prop::collection::vec("[a-z.()\\[\\]{}'\"<>=!&|+*0-9? ,:-]", 0..60)) {
        let _ = Expression::parse(&text);
        let _ = Message::parse(&text);
        let text = parts.concat();
        if let Ok(expression) = Expression::parse(&text) {
            let _ = expression.value(&BTreeMap::new(), &mut 1_000_000);
        }
    }
}

#[test]
fn the_fields_of_a_change_and_of_a_plan_are_known_before_there_is_one() {
    let facts = facts::of_change(&change("c1", "connections.all", &["A"]), None);
    let fields: Vec<&String> = facts.as_object().expect("an object").keys().collect();
    let mut known = facts::CHANGE.to_vec();
    known.sort_unstable();
    let mut sorted: Vec<&str> = fields.iter().map(|field| field.as_str()).collect();
    sorted.sort_unstable();
    assert_eq!(sorted, known);
    let told = [include_str!("../diag/explain/bad-policy.md"), include_str!("../../schemas/project.schema.json")];
    for field in facts::CHANGE {
        assert!(told.iter().all(|text| text.contains(&format!("`{field}`"))), "{field}");
    }
}

#[test]
fn what_can_never_be_is_told_before_there_is_a_plan() {
    let field = |text: &str| match Expression::parse(text) {
        Err(BadExpression::UnknownField { at, of, name, .. }) => format!("{of} {name} {at}"),
        other => format!("{other:?}"),
    };
    assert_eq!(field("change.address == change.adress"), "change adress 25");
    assert_eq!(field("plan.summary.creates > 0"), "plan.summary creates 13");
    assert_eq!(field("size(plan.changes) > 0"), "plan changes 10");
    assert_eq!(field("change['adress'] == ''"), "change adress 8");
    assert_eq!(field("has(change.adress)"), "change adress 11");
    for text in ["change.after.anything.at_all", "plan.summary.create", "change.diff.exists(change, change.before == 1)", "labels.anything"]
    {
        assert!(Expression::parse(text).is_ok(), "{text}");
    }
    for text in
        ["'x'", "1 + 1", "size(change.hazards)", "[true]", "true && 'x'", "!1", "change.diff.map(d, d.path)", "labels", "true ? 1 : 2"]
    {
        assert_eq!(Expression::parse_condition(text).err(), Some(BadExpression::NotTruth), "{text}");
        assert!(Expression::parse(text).is_ok(), "{text}");
    }
    for text in
        ["true", "change.after.protect", "change.diff.all(d, d.path != '')", "labels['a'] == 'b' || !change.after.x", "bool('true')"]
    {
        assert!(Expression::parse_condition(text).is_ok(), "{text}");
    }
    assert!(matches!(Expression::parse("change.name.matches('a[')"), Err(BadExpression::BadPattern { at: 21, .. })));
    assert!(Expression::parse("change.name.matches('^a.*$') && change.name.matches(project)").is_ok());
}
