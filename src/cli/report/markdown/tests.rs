//! What a comment shows when it is read as GitHub reads it, whatever the plan says.

use super::{SMALLEST, plan};
use crate::apply::{Binding, FromSnapshot, PlanFile, Remark, ScriptPlace};
use crate::plan::{
    Action, Actor, Affects, Change, DiffOp, DiffValue, Difference, Do, Drift, DriftKind, Drifted, Hazard, Plan, Reason, Refused, Side,
    SourcePlace, Step, StepId, Summary, Waiting,
};
use crate::resource::{Address, ConnectionState, Kind, Resource, ScopeClass};
use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};
use proptest::prelude::*;
use regex::Regex;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

/// What has been used against comments before.
const ATTACKS: &[&str] = &[
    "@zoe",
    "@acme/ops",
    "#1",
    "GH-1",
    "acme/shop#1",
    "acme@deadbeef1",
    "!1",
    "~bug",
    "%m1",
    "&3",
    "$1",
    ":tada:",
    "https://evil.example",
    "www.evil.example",
    "a@evil.example",
    "xmpp:a@b.c",
    "<https://evil.example>",
    "<script>alert(1)</script>",
    "<img src=x onerror=y>",
    "</details>",
    "</summary>",
    "</code>",
    "-->",
    "--!>",
    "<!--",
    "<![CDATA[",
    "<?x",
    "[x](https://evil.example)",
    "![x](https://evil.example)",
    "[x]: https://evil",
    "[[wiki]]",
    "`",
    "``",
    "```",
    "````diff",
    "~~~",
    "|",
    "| --- |",
    "\\",
    "\\`",
    "*x*",
    "__x__",
    "~~x~~",
    "# x",
    "- x",
    "> x",
    "1. x",
    "---",
    "===",
    "\n",
    "\r\n",
    "\n\n",
    "\n/approve",
    "\n/close",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "\0",
    "\x1b[2J",
    "\t",
    "    ",
    "&lt;",
    "&#64;zoe",
    "\"",
    "'",
    "] --> n0[",
    "\"]:::x",
    "click n0 \"javascript:alert(1)\"",
    "%%{init: {}}%%",
    "end",
    "subgraph x",
    ";",
    "日本",
    "e\u{301}",
    "$(id)",
    "'; id; '",
];

fn hostile() -> impl Strategy<Value = String> {
    let attack = prop::sample::select(ATTACKS).prop_map(str::to_owned);
    let piece = prop_oneof![4 => attack, 1 => any::<String>(), 1 => "`{1,90}", 1 => "[a-z]{1,400}"];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

fn file(texts: &[String], changes: usize) -> PlanFile {
    let text = |at: usize| texts[at % texts.len()].clone();
    let changes: Vec<Change> = (0..changes).map(|at| change(at, &text)).collect();
    let drifted = Drifted { difference: difference(DiffOp::Replace, &text, 2), declared: Side::default() };
    let drift = vec![Drift {
        address: address(Kind::Webhook, text(1)),
        kind: DriftKind::default(),
        owner: None,
        state: None,
        by: None,
        at: None,
        diff: vec![drifted],
    }];
    let waiting = vec![Waiting { address: address(Kind::Connection, text(3)), state: ConnectionState::AwaitingConsent }];
    let summary = Summary { create: 1, users_affected: 14, webhooks_paused: 2, scope_escalations: 1, ..Summary::default() };
    let plan = Plan { summary, changes, drift, waiting, ..Plan::default() };
    let source = Some(SourcePlace { file: text(4), line: 3, column: 1 });
    let binding = Binding {
        snapshot: (plan.changes.len() % 2 == 1).then(|| FromSnapshot { taken_at: text(3), digest: text(4) }),
        project: &text(5),
        environment: Some(&text(6)),
        api: &text(7),
        observed_revision: 1,
        created_at: SystemTime::UNIX_EPOCH,
        lifetime: Duration::from_secs(60),
        files: &[],
        variables: &[(text(2), text(3))].into(),
        places: &[(address(Kind::Connection, format!("0{}", text(0))), source.clone().expect("it is there"))].into(),
        scripts: (0..4).map(|at| script(at, &text)).collect(),
        diagnostics: vec![Remark { code: text(0), message: text(1), source }],
    };
    PlanFile::new(plan, binding)
}

fn script(at: usize, text: &dyn Fn(usize) -> String) -> ScriptPlace {
    ScriptPlace {
        place: SourcePlace { file: text(at), line: at, column: 1 },
        function: address(Kind::Function, text(at + 1)),
        connection: (at > 0).then(|| address(Kind::Connection, text(at + 2))),
        how: text(at + 3),
        call: (at < 3).then(|| text(at + 4)),
        sure: at == 1,
    }
}

fn address(kind: Kind, name: String) -> Address {
    Address::new(kind, name)
}

/// Every action, every hazard, every sort of difference, in turn.
fn change(at: usize, text: &dyn Fn(usize) -> String) -> Change {
    let actions = [Action::Create, Action::Update, Action::Reconnect, Action::Replace, Action::Move, Action::Delete];
    let hazards = [
        Hazard::LosesTokens,
        Hazard::NeedsConsent,
        Hazard::PausesWebhooks,
        Hazard::WidensScopes,
        Hazard::BreaksFunctions,
        Hazard::ChangesIdentity,
        Hazard::Destroys,
        Hazard::PlainHttp,
        Hazard::TouchesProtected,
        Hazard::Unprotects,
        Hazard::SendsElsewhere,
        Hazard::TakesFromAnotherProject,
        Hazard::Forgets,
    ];
    let ops = [DiffOp::Add, DiffOp::Remove, DiffOp::Replace, DiffOp::SetAdd, DiffOp::SetRemove, DiffOp::SecretWrite];
    let action = actions[at % actions.len()];
    let body = serde_json::json!({ "name": text(at), "service": text(at + 1), "scopes": [text(at + 2)] });
    Change {
        id: format!("c{at}"),
        address: address(Kind::Connection, format!("{at}{}", text(at))),
        previous_address: (action == Action::Move).then(|| address(Kind::Connection, text(at + 1))),
        from: (at % 3 == 1).then(|| text(at + 3)),
        action,
        source: None,
        reasons: vec![Reason { code: text(at + 2), path: None }],
        diff: ops.iter().enumerate().map(|(nth, op)| difference(*op, text, at + nth)).collect(),
        hazards: hazards[..at % (hazards.len() + 1)].to_vec(),
        affects: Affects {
            users: (0..3).map(|nth| text(at + nth)).collect(),
            asked: (1..4).map(|nth| text(at + nth)).collect(),
            connections: [address(Kind::Connection, text(at + 3))].into(),
            webhooks: [address(Kind::Webhook, text(at + 4))].into(),
            functions: [address(Kind::Function, text(at + 5))].into(),
        },
        precondition: None,
        refused: (at % 7 == 5).then(|| Refused { code: text(at), message: text(at + 1) }),
        after: (action != Action::Delete).then(|| Arc::new(Resource::deserialize(Kind::Connection, body).expect("a body"))),
        steps: [Do::Revoke, Do::Authorize]
            .map(|action| Step {
                id: StepId(text(at)),
                action,
                target: Some(address(Kind::Connection, text(at + 2))),
                actor: Some(Actor::EachUser),
                precondition: None,
                after: Vec::new(),
            })
            .to_vec(),
    }
}

fn difference(op: DiffOp, text: &dyn Fn(usize) -> String, at: usize) -> Difference {
    let secret = DiffValue::Secret { reference: text(at), fingerprint: None };
    let value = if op == DiffOp::SecretWrite { secret } else { DiffValue::Plain(text(at).into()) };
    let path = if op == DiffOp::SetAdd { "/scopes".to_owned() } else { format!("/{}", text(at + 1)) };
    Difference { path, op, before: Some(value.clone()), value: Some(value), class: Some(ScopeClass::Admin) }
}

/// As GitHub and GitLab read a comment, and then some: every extension that could turn text into something.
fn options() -> Options<'static> {
    let mut options = Options::default();
    let on = &mut options.extension;
    on.strikethrough = true;
    on.table = true;
    on.autolink = true;
    on.tasklist = true;
    on.footnotes = true;
    on.alerts = true;
    on.math_dollars = true;
    on.math_code = true;
    on.wikilinks_title_after_pipe = true;
    on.description_lists = true;
    on.multiline_block_quotes = true;
    on.superscript = true;
    on.subscript = true;
    on.spoiler = true;
    options.parse.relaxed_autolinks = true;
    options
}

/// Everything that is not code must be of the words that we say ourselves.
fn assert_inert(markdown: &str) {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options());
    for node in root.descendants() {
        look_at(node, markdown);
    }
    let count = |text: &str| root.descendants().filter(|node| is_html_with(node, text)).count();
    assert_eq!(count("<details>"), count("</details>"), "{markdown}");
}

fn is_html_with(node: &AstNode<'_>, text: &str) -> bool {
    matches!(&node.data.borrow().value, NodeValue::HtmlBlock(html) if html.literal.contains(text))
}

fn look_at<'a>(node: &'a AstNode<'a>, markdown: &str) {
    match &node.data.borrow().value {
        NodeValue::Document
        | NodeValue::Paragraph
        | NodeValue::Heading(_)
        | NodeValue::List(_)
        | NodeValue::Item(_)
        | NodeValue::Table(_)
        | NodeValue::TableRow(_)
        | NodeValue::TableCell
        | NodeValue::Strong
        | NodeValue::SoftBreak => {}
        NodeValue::Code(code) => assert!(code.literal.chars().all(is_seen), "{:?} in {markdown}", code.literal),
        NodeValue::Text(text) => {
            let ours = |c: char| c.is_ascii_alphanumeric() || " .,:;·→…()'".contains(c) || c == '-';
            assert!(text.chars().all(ours), "{text:?} in {markdown}");
            let said = text.chars().filter(char::is_ascii_digit).count() < 30 && !text.contains("evil") && !text.contains("zoe");
            assert!(said && !text.contains("GH-") && !text.contains("www"), "{text:?} in {markdown}");
        }
        NodeValue::CodeBlock(block) => {
            assert!(["diff", "mermaid", "console"].contains(&block.info.as_str()), "{:?} in {markdown}", block.info);
            assert!(block.literal.chars().all(|c| c == '\n' || is_seen(c)), "{markdown}");
            block.literal.lines().for_each(|line| look_at_line(&block.info, line, markdown));
        }
        NodeValue::HtmlBlock(html) => html.literal.lines().for_each(|line| look_at_html(line, markdown)),
        other => panic!("{other:?} in {markdown}"),
    }
}

fn is_seen(c: char) -> bool {
    !crate::text::is_hidden(c)
}

fn look_at_line(language: &str, line: &str, markdown: &str) {
    let good = match language {
        "diff" => ["+ ", "- ", "! "].iter().any(|sign| line.starts_with(sign)),
        "mermaid" => is_mermaid(line),
        _ => line.starts_with("bowline "),
    };
    assert!(good, "{line:?} in {markdown}");
}

fn is_mermaid(line: &str) -> bool {
    static FORMS: LazyLock<Regex> = LazyLock::new(|| {
        let node = r#"n[0-9]+\["[A-Za-z0-9._#; -]*"\]:::[a-z]+"#;
        let (link, class) = (r"n[0-9]+ -->\|[a-z ]+\| n[0-9]+", r"classDef [a-z]+ [a-z0-9:#,\- ]+");
        Regex::new(&format!("^(flowchart LR|  ({node}|{link}|{class}))$")).expect("an expression")
    });
    FORMS.is_match(line)
}

/// The marker, and folds whose titles hold nothing but `<code>` with signs as numbers.
fn look_at_html(line: &str, markdown: &str) {
    static FORMS: LazyLock<Regex> = LazyLock::new(|| {
        let marker = "<!-- bowline:plan:[A-Za-z0-9_.%~-]*(:[A-Za-z0-9_.%~-]*)? -->";
        let code = "<code>([A-Za-z0-9._/ -]|&#[0-9]+;)*</code>( … [0-9]+ more characters)?";
        Regex::new(&format!("^({marker}|<details><summary>([a-z0-9: ]|{code})*</summary>|</details>|)$")).expect("an expression")
    });
    let inside = line.strip_prefix("<!--").and_then(|line| line.strip_suffix("-->")).unwrap_or_default();
    assert!(FORMS.is_match(line) && !inside.contains("--"), "{line:?} in {markdown}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn nothing_in_a_plan_is_more_than_text(texts in prop::collection::vec(hostile(), 1..9), changes in 0..14usize) {
        let file = file(&texts, changes);
        let markdown = plan(&file, 1 << 20);
        assert_inert(&markdown);
        prop_assert_eq!(plan(&file, 1 << 20), markdown);
    }

    #[test]
    fn no_plan_is_longer_than_asked_and_none_loses_a_warning(texts in prop::collection::vec(hostile(), 1..9), changes in 0..200usize) {
        let file = file(&texts, changes);
        for budget in [SMALLEST, 32_768, 65_536] {
            let markdown = plan(&file, budget);
            prop_assert!(markdown.len() <= budget, "{} of {budget}", markdown.len());
            assert_inert(&markdown);
            prop_assert!(markdown.contains("\nPlan `sha256:"));
        }
    }
}

#[test]
fn every_attack_alone_is_text() {
    for attack in ATTACKS {
        for text in [(*attack).to_owned(), format!("a {attack} b"), format!("{attack}\n{attack}"), attack.repeat(9)] {
            assert_inert(&plan(&file(&[text], 6), 1 << 20));
        }
    }
}

#[test]
fn what_needs_attention_outlives_everything_else() {
    let plain: Vec<String> = (0..40).map(|at| format!("name_{at}")).collect();
    let all = file(&plain, 300);
    let markdown = plan(&all, 65_536);
    let attention: Vec<&Change> = all.plan.changes.iter().filter(|change| super::super::gravity::needs_attention(change)).collect();
    assert!(attention.len() > 200);
    for change in attention {
        assert!(markdown.contains(&format!("`{}`", change.address)), "{} is not shown", change.address);
    }
    assert!(markdown.contains("Left out to stay within 65536 bytes: the particulars of "), "{markdown}");
    let tight = plan(&all, SMALLEST);
    assert!(tight.contains("more need attention and do not fit here: do not approve before"), "{tight}");
}
