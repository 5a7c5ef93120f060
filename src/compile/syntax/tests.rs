//! The syntax stage as a whole: places, limits, hostile input, and its two views as JSON.

use super::{Budget, Tree, Value, admit, parse};
use crate::diag::{Code, Diagnostics};
use crate::text::FileId;
use proptest::prelude::*;
use serde::Deserialize as _;
use std::fmt::Write as _;

fn read(text: &str) -> (Tree, Vec<(Code, String)>) {
    let mut diags = Diagnostics::default();
    let (text, clean) = admit(&mut diags, FileId(0), text.as_bytes().to_vec());
    let tree = if clean { parse(&mut diags, FileId(0), &text, &Budget::new(u64::MAX)) } else { Tree::unread(FileId(0), &text) };
    let found = diags.finish();
    let place = |found: &crate::diag::Diagnostic| {
        let span = found.at.as_ref().expect("a finding about syntax has a place").span;
        let source = tree.source(span);
        format!("{}:{}", span.start, source)
    };
    (tree.clone(), found.iter().map(|found| (found.code, place(found))).collect())
}

fn json(text: &str) -> serde_json::Value {
    let (tree, found) = read(text);
    assert_eq!(found, [], "{text}");
    serde_json::Value::deserialize(tree.at(tree.root())).expect("a tree without faults is JSON")
}

fn codes(text: &str) -> Vec<Code> {
    read(text).1.into_iter().map(|(code, _)| code).collect()
}

#[test]
fn values_are_those_of_the_core_schema() {
    let text = "a: no\nb: 010\nc: 1_000\nd: ~\ne:\nf: 'true'\ng: \"x\\ty\"\nh: [1, -2.5, true, {i: 18446744073709551615}]\nj: |\n  one\n  two\nk: >-\n  folded\n  text\nl: a\n  b\nm: !!str 5\nn: !!int '5'\n";
    let expected = serde_json::json!({
        "a": "no", "b": 10, "c": "1_000", "d": null, "e": null, "f": "true", "g": "x\ty",
        "h": [1, -2.5, true, { "i": 18446744073709551615u64 }], "j": "one\ntwo\n", "k": "folded text", "l": "a b", "m": "5", "n": 5
    });
    assert_eq!(json(text), expected);
    assert_eq!(json(&text.replace('\n', "\r\n")), expected);
    assert_eq!(json(&format!("\u{feff}---\n{text}...\n")), expected);
}

#[test]
fn every_value_and_key_knows_its_place() {
    let text = "auth:\n  type: oauth2\n  \"q\": 'it''s'\nlist:\n  - a\n  - {b: c}\nblock: |\n  text\n\nlast:\n";
    let (tree, _) = read(text);
    let source = |pointer: &str| {
        let located = tree.locate(tree.root(), pointer).expect("it is there");
        (located.key.map(|key| tree.source(key).to_owned()), tree.source(located.value).to_owned())
    };
    assert_eq!(source("/auth/type"), (Some("type".into()), "oauth2".into()));
    assert_eq!(source("/auth/q"), (Some("\"q\"".into()), "'it''s'".into()));
    assert_eq!(source("/auth"), (Some("auth".into()), "type: oauth2\n  \"q\": 'it''s'".into()));
    assert_eq!(source("/list/1"), (None, "{b: c}".into()));
    assert_eq!(source("/list/1/b"), (Some("b".into()), "c".into()));
    assert_eq!(source("/block").1.trim_start(), "text");
    assert_eq!(source("/last"), (Some("last".into()), "".into()));
    assert!(tree.locate(tree.root(), "/auth/none").is_none());
    assert!(tree.locate(tree.root(), "/list/7").is_none());
}

#[test]
fn aliases_and_merges_are_walked_through() {
    let text = "base: &base {a: 1, b: &b [x, y]}\ncopy: *base\nmore: {<<: *base, c: *b}\nlist: {<<: [*base, {d: 4}]}\n";
    let (tree, found) = read(text);
    assert_eq!(found, []);
    let value: serde_json::Value = serde_json::Value::deserialize(tree.at(tree.root())).expect("JSON");
    assert_eq!(value["copy"], serde_json::json!({ "a": 1, "b": ["x", "y"] }));
    assert_eq!(value["more"], serde_json::json!({ "a": 1, "b": ["x", "y"], "c": ["x", "y"] }));
    assert_eq!(value["list"], serde_json::json!({ "a": 1, "b": ["x", "y"], "d": 4 }));
    let located = tree.locate(tree.root(), "/copy/b/1").expect("through the alias");
    assert_eq!((located.value.start, tree.source(located.value)), (29, "y"));
    let located = tree.locate(tree.root(), "/more/a").expect("through the merge");
    assert_eq!((located.key.map(|key| key.start), located.value.start), (Some(13), 16));
}

#[test]
fn what_yaml_would_take_in_silence_is_refused_with_its_place() {
    for (text, code, place) in [
        ("a: 1\nb: 2\na: 3\n", Code::DuplicateKey, "10:a"),
        ("1: x\n\"1\": y\n", Code::DuplicateKey, "5:\"1\""),
        ("b: &b {x: 1}\na: {x: 2, <<: *b}\n", Code::DuplicateKey, "23:<<"),
        ("b: &b {x: 1}\na: {<<: *b, x: 2}\n", Code::DuplicateKey, "25:x"),
        ("a: {<<: 5}\n", Code::BadMerge, "8:5"),
        ("a: {<<: [x]}\n", Code::BadMerge, "9:x"),
        ("? [a]\n: b\n", Code::BadKey, "2:["),
        ("{a: {b: c}, {d: e}: f}", Code::BadKey, "12:{"),
        (": b\n", Code::BadKey, "0:"),
        ("a: &x b\n*x : c\n", Code::BadKey, "8:*x"),
        ("a: !include b.yaml\n", Code::UnknownTag, "3:!include"),
        ("a: !ENV {b: c}\n", Code::UnknownTag, "3:!ENV"),
        ("a: !!binary aGk=\n", Code::UnknownTag, "3:!!binary"),
        ("a: 1\n---\nb: 2\n", Code::SecondDocument, "5:---"),
        ("a: *x\n", Code::UndefinedAlias, "3:*x"),
        ("a: &x [1, *x]\n", Code::UndefinedAlias, "10:*x"),
        ("a: .inf\n", Code::BadValue, "3:.inf"),
        ("a: \"\\u202e\"\n", Code::ControlCharacter, "3:\"\\u202e\""),
        ("a: \"\\0\"\n", Code::ControlCharacter, "3:\"\\0\""),
        ("${{ var.x }}: 1\n", Code::BadInterpolation, "0:${{ var.x }}"),
    ] {
        assert_eq!(read(text).1, [(code, place.to_owned())], "{text}");
    }
}

#[test]
fn a_syntax_error_keeps_what_stands_before_it() {
    let (tree, found) = read("a: 1\nb:\n  c: 2\n  d: [1, 2\ne: 3\n");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, Code::YamlSyntax);
    assert!(tree.broken_at().is_some());
    assert!(tree.is_cut_off(tree.root()));
    assert!(matches!(tree.find(tree.root(), "/b/c").map(|node| tree.value(node)), Some(Value::Integer(2))));
    for text in ["a:\n\tb: 1\n", "a: 'x\n", "a: \"x\\q\"\n", "a: @x\n", "a: b: c\n", "- a\nb: c\n", "a: [}\n", "%YAML 3.0\n---\na: 1\n"] {
        assert_eq!(codes(text), [Code::YamlSyntax], "{text:?}");
    }
}

#[test]
fn nesting_is_bounded_also_through_aliases() {
    let nested = |depth: usize| format!("a: {}x{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(codes(&nested(31)), []);
    assert_eq!(codes(&nested(32)), [Code::NestedTooDeep]);
    for text in ["[".repeat(200_000), "? ".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000)] {
        assert_eq!(codes(&text).last(), Some(&Code::NestedTooDeep));
    }
    let mut text = "a0: &a0 [x]\n".to_owned();
    for level in 1..40 {
        let _ = writeln!(text, "a{level}: &a{level} [*a{}]", level - 1);
    }
    assert_eq!(codes(&text), [Code::NestedTooDeep]);
}

#[test]
fn bombs_of_aliases_go_off_at_the_budget() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let alias = format!("*a{}", level - 1);
        let _ = writeln!(text, "a{level}: &a{level} [{}]", vec![alias; 10].join(", "));
    }
    assert_eq!(codes(&text), [Code::TooManyValues]);
    let text = format!("a: &a x\nb: [{}]\n", "*a, ".repeat(101));
    assert_eq!(codes(&text), [Code::TooManyValues]);
    let long = format!("a: &a '{}'\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(100));
    assert_eq!(codes(&long), [Code::TooManyValues]);
    let merges = format!("a: &a {{{}}}\n", (0..12_000).map(|n| format!("k{n}: 1, ")).collect::<String>());
    let merges = (0..95).fold(merges, |text, n| format!("{text}m{n}: {{<<: *a}}\n"));
    assert_eq!(codes(&merges), [Code::TooManyValues]);
}

#[test]
fn a_project_budget_stops_quietly() {
    let mut diags = Diagnostics::default();
    let budget = Budget::new(5_000);
    let tree = parse(&mut diags, FileId(0), &"- a\n".repeat(20_000).into(), &budget);
    assert!(budget.is_spent() && tree.broken_at().is_some() && !diags.has_errors());
}

#[test]
fn complaints_of_one_file_are_bounded() {
    let text = "a: !x 1\n".repeat(100_000);
    assert!(codes(&text).len() <= 200);
}

#[test]
fn many_keys_are_compared_in_time() {
    let mut text: String = (0..60_000).map(|n| format!("k{n}: 1\n")).collect();
    text.push_str("k77: 2\n");
    assert_eq!(codes(&text), [Code::DuplicateKey]);
}

#[test]
fn reading_typed_values_is_what_serde_json_does() {
    use crate::resource::{Kind, Resource};
    let bodies = [
        (
            Kind::Service,
            "name: S\nauth: {type: oauth2, token_url: https://a.example/t, client_id: {env: A}, client_secret: {file: f}, scopes: {a: A}, pkce: false}\nhosts: ['*.example']\n",
        ),
        (Kind::Service, "name: S\nauth: {type: basic}\n"),
        (
            Kind::Connection,
            "name: C\nservice: slack\nscopes: [b, a]\ncredentials: {k: {env: K}, p: x}\ndepends_on: [services.a]\nprotect: true\n",
        ),
        (
            Kind::Webhook,
            "name: W\nurl: https://a.example\nmethod: GET\nauth: {connection: c}\nheaders: {X: y}\nbody: {json: {a: [1, null, 2.5]}}\n",
        ),
        (Kind::Webhook, "name: W\nurl: https://a.example\nauth: general\nbody: {raw: {format: xml, content: <a/>}}\n"),
        (Kind::Webhook, "name: W\nurl: https://a.example\nbody: none\n"),
        (Kind::Function, "name: F\ncategory: api_trigger\nscript: a.ds\n"),
    ];
    for (kind, text) in bodies {
        let (tree, found) = read(text);
        assert_eq!(found, []);
        let ours = Resource::deserialize(kind, tree.at(tree.root())).expect(text);
        let theirs = Resource::deserialize(kind, json(text)).expect(text);
        assert_eq!(ours, theirs);
    }
}

#[test]
fn errors_of_reading_hold_no_value() {
    let (tree, _) = read("name: 5\nservice: [canary]\n");
    let error = crate::resource::Connection::deserialize(tree.at(tree.root())).expect_err("no connection");
    assert!(!error.to_string().contains("canary") && !error.to_string().contains('5'), "{error}");
}

/// Text that is YAML but for a few bytes, so that the parser gets far.
fn nearly_yaml() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a: ",
        "b:\n",
        "  ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "&x ",
        "*x",
        "<<: ",
        "!!str ",
        "!t ",
        "\"",
        "'",
        "|\n",
        ">-\n",
        "#c\n",
        "\n",
        "---\n",
        "...\n",
        "? ",
        ": ",
        "${{ var.a }}",
        "$${{",
        "é",
        "\t",
        "\r\n",
        "0x1f",
        "1e5",
        "~",
        "%TAG ! x\n",
        "\\u0041",
        "\u{feff}",
    ]);
    prop::collection::vec(pieces, 0..80).prop_map(|pieces| pieces.concat())
}

/// Looks at everything that a tree holds.
fn look_around(tree: &Tree, node: super::NodeId, seen: &mut usize) {
    *seen += 1;
    let _ = tree.source(tree.span(node));
    for entry in tree.entries(node) {
        let _ = (tree.key(entry), tree.source(tree.key_span(entry)));
        look_around(tree, entry.value, seen);
    }
    for item in tree.items(node) {
        look_around(tree, *item, seen);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut diags = Diagnostics::default();
        let (text, _) = admit(&mut diags, FileId(0), bytes);
        let tree = parse(&mut diags, FileId(0), &text, &Budget::new(u64::MAX));
        look_around(&tree, tree.root(), &mut 0);
    }

    #[test]
    fn no_nearly_yaml_makes_it_panic(text in nearly_yaml()) {
        let mut diags = Diagnostics::default();
        let tree = parse(&mut diags, FileId(0), &text.as_str().into(), &Budget::new(u64::MAX));
        look_around(&tree, tree.root(), &mut 0);
        let _ = serde_json::Value::deserialize(tree.at(tree.root()));
    }

    #[test]
    fn json_reads_as_serde_json_reads_it(value in any_json()) {
        let text = serde_json::to_string(&value).expect("JSON");
        prop_assert_eq!(json(&text), value);
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "[ -~äöü\n\t]{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::btree_map("[a-z]{1,8}", inner, 0..6).prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}
