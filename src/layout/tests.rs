//! What the layout does, by example; and its laws, on generated files and on broken ones.

use super::{NotFormatted, format};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

/// Formats, and holds every answer to be stable.
fn formatted(text: &str) -> String {
    let once = format(text).unwrap_or_else(|refused| panic!("{refused}: {refused:?}\n{text}"));
    let twice = format(&once).unwrap_or_else(|refused| panic!("again: {refused}: {refused:?}\n{once}"));
    assert_eq!(once, twice, "not stable, from:\n{text}");
    once
}

#[test]
fn keys_stand_in_the_order_of_the_schemas_and_names_in_that_of_the_user() {
    let text = "connections:\n  b:\n    scopes: [x]\n    note: 1\n    service: slack\n    name: B\n  a: { service: s, name: A }\nproject: p\nx: 1\nbowline: 1\n";
    let wanted = "bowline: 1\nproject: p\n\nconnections:\n  b:\n    name: B\n    service: slack\n    scopes: [x]\n    note: 1\n\n  a: { name: A, service: s }\n\nx: 1\n";
    assert_eq!(formatted(text), wanted);
}

#[test]
fn fields_of_an_authentication_stand_in_the_order_of_their_type() {
    let text = "services:\n  a:\n    auth:\n      parameters: { k: K }\n      param_type: query\n      type: api_key\n    name: A\n";
    let wanted = "services:\n  a:\n    name: A\n    auth:\n      type: api_key\n      param_type: query\n      parameters: { k: K }\n";
    assert_eq!(formatted(text), wanted);
}

#[test]
fn comments_travel_with_the_key_below_them() {
    let text = "# on top\n\n# of p\nproject: p # behind p\n# of b\nbowline: 1\n# last\n";
    assert_eq!(formatted(text), "# on top\n\n# of b\nbowline: 1\n\n# of p\nproject: p # behind p\n# last\n");
    let text = "# yaml-language-server: $schema=x\n# more\nproject: p\nbowline: 1\n";
    assert_eq!(formatted(text), "# yaml-language-server: $schema=x\n# more\nbowline: 1\nproject: p\n");
}

#[test]
fn comments_keep_their_depth() {
    let text = "a:\n    # first\n    b: # head\n          - 1\n          # inner tail\n    # outer tail\n# of c\nc:\n    # value taken out\nd: # nothing\n-x: [1, # one\n  2] # two\n# end\n";
    let wanted = "a:\n  # first\n  b: # head\n    - 1\n    # inner tail\n  # outer tail\n# of c\nc:\n  # value taken out\nd: # nothing\n-x: # two\n  - 1 # one\n  - 2\n# end\n";
    assert_eq!(formatted(text), wanted);
}

#[test]
fn a_comment_at_the_dashes_of_a_sequence_ends_it() {
    assert_eq!(formatted("a:\n  b:\n  - 1\n  # of b\nc: 1\n"), "a:\n  b:\n    - 1\n    # of b\nc: 1\n");
    assert_eq!(formatted("a:\n- 1\n# of c\nc: 1\n"), "a:\n  - 1\n# of c\nc: 1\n");
}

#[test]
fn one_blank_line_between_resources_and_sections_and_none_at_the_ends() {
    let text = "\n\nbowline: 1\n\n\n\nproject: p\nvariables:\n\n  a: 1\n\n\n  b: 2\nwebhooks:\n  a:\n    name: A\n  b:\n    name: B\n\n\n";
    let wanted = "bowline: 1\n\nproject: p\n\nvariables:\n  a: 1\n\n  b: 2\n\nwebhooks:\n  a:\n    name: A\n\n  b:\n    name: B\n";
    assert_eq!(formatted(text), wanted);
}

#[test]
fn short_flow_stays_and_long_flow_breaks() {
    assert_eq!(formatted("a: {b:   [1,2 ,3],c: {}, \"d\":[ ], e: }\n"), "a: { b: [1, 2, 3], c: {}, d: [], e: null }\n");
    let long = format!("a: [{}]\n", ["abcdefghijklmno"; 7].join(", "));
    assert_eq!(formatted(&long), format!("a:\n{}", "  - abcdefghijklmno\n".repeat(7)));
    assert_eq!(formatted("a: [\n  b,\n  c\n]\n"), "a: [b, c]\n");
}

#[test]
fn blocks_keep_their_content_byte_for_byte() {
    let text = "a:\n      b: |\n            one\n              two \n\n            three\n\n      c: >-\n        x\n      d: |2\n          deep\n      e: |+\n        kept\n\n\nf: 1\n";
    let wanted = "a:\n  b: |\n    one\n      two \n\n    three\n\n  c: >-\n    x\n  d: |2\n      deep\n  e: |+\n    kept\n\n\nf: 1\n";
    assert_eq!(formatted(text), wanted);
}

#[test]
fn words_that_are_misread_elsewhere_keep_their_quotes() {
    let text = "a: \"no\"\nb: 'on'\nc: no\nd: \"2026-11-24\"\ne: \"plain\"\nf: 'it''s'\ng: \"\\u00e9\"\nh: \"\"\n";
    assert_eq!(formatted(text), "a: \"no\"\nb: \"on\"\nc: no\nd: \"2026-11-24\"\ne: plain\nf: it's\ng: é\nh: \"\"\n");
}

#[test]
fn text_on_several_lines_is_indented_anew() {
    let text = "a:   one\n          two\n\n          three\nb: \"x\\\n       \\ y\n     z\"\n";
    assert_eq!(formatted(text), "a: one\n  two\n\n  three\nb: \"x\\\n  \\ y\n  z\"\n");
}

#[test]
fn keys_stand_on_one_line() {
    assert_eq!(formatted("{a\n  b: 1, ? c : 2}\n"), "{ a b: 1, c: 2 }\n");
    assert_eq!(formatted("? |\n  a\n: 1\n? b # c\n: 2\n"), "\"a\\n\": 1\nb: # c\n  2\n");
}

#[test]
fn anchors_aliases_and_merges_stay_and_hold_the_order_that_they_need() {
    let text = "services:\n  a: &a !!map\n    auth: &b {type: basic}\n    name: A\n  b:\n    auth: *b\n    <<: {name: B}\n";
    let wanted = "services:\n  a: &a !!map\n    name: A\n    auth: &b { type: basic }\n\n  b:\n    <<: { name: B }\n    auth: *b\n";
    assert_eq!(formatted(text), wanted);
    let text = "project: &p x\nbowline: *p\n";
    assert_eq!(formatted(text), text);
}

#[test]
fn markers_go_and_directives_stay() {
    assert_eq!(formatted("\u{feff}--- # top\r\na: 1\r\n...\r\n# end"), "# top\na: 1\n# end\n");
    let text = "# c\n%YAML 1.2\n---\na: 1\n";
    assert_eq!(formatted(text), text);
    assert_eq!(formatted(""), "");
    assert_eq!(formatted("\n\n# only\n\n\n# comments\n"), "# only\n\n# comments\n");
    assert_eq!(formatted("plain"), "plain\n");
    assert_eq!(formatted("---\n\n\n# c\n\n"), "# c\n");
    // Its dashes are no entries.
    assert_eq!(formatted("---\n- # c\n  - |2-\n     a\n"), "- # c\n  - |2-\n     a\n");
}

#[test]
fn what_is_not_one_valid_document_is_refused_with_its_place() {
    for (text, line) in [("a: [1\nb: 2\n", 2), ("a: 1\na: 2\n", 2), ("a: 1\n---\nb: 2\n", 2), ("a: *b\n", 1), ("a: \u{1}\n", 1)] {
        let Err(NotFormatted::Invalid(found)) = format(text) else { panic!("it was taken: {text:?}") };
        let at = found[0].at.as_ref().expect("a finding in a file has a place").span.start as usize;
        assert_eq!(text[..at].matches('\n').count() + 1, line, "{text:?}: {found:?}");
    }
}

#[test]
fn the_examples_are_canonical() {
    let files = examples();
    assert!(files.len() >= 9, "{files:?}");
    for (path, text) in files {
        assert_eq!(formatted(&text), text, "{}", path.display());
    }
}

#[test]
fn time_grows_with_the_text() {
    // Each would take minutes if it were quadratic.
    let many = 100_000;
    let wide = format!("a: [{}]\n", vec!["b"; many].join(","));
    let entries: String = (0..many / 2).map(|at| format!("k{at}: {at} # c\n")).collect();
    let comments: String = (0..many).map(|at| format!("# {at}\n")).collect::<String>() + "a: 1\n";
    let blanks = format!("a: 1\n{}b: 2\n", " \n".repeat(many));
    let block = format!("a: |\n{}", "  x\n\n".repeat(many));
    let folded = format!("a: \"{}\"\n", "x\n".repeat(many));
    for text in [wide, entries, comments, blanks, block, folded] {
        format(&text).unwrap_or_else(|refused| panic!("{refused} at {}", &text[..20]));
    }
}

proptest! {
    #[test]
    fn any_tree_in_any_style_says_the_same_and_keeps_every_comment(tree in tree(), dice in prop::collection::vec(any::<u8>(), 1..200)) {
        let mut pen = Pen { out: String::new(), dice, at: 0, comments: 0 };
        pen.document(&tree);
        let printed = formatted(&pen.out);
        for number in 0..pen.comments {
            prop_assert_eq!(printed.matches(&format!("# c{number};")).count(), 1, "comment {}\n{}", number, printed);
        }
        // In a block scalar, and nowhere else, empty lines are content.
        prop_assert!(!printed.contains("\n\n\n") || pen.out.contains('|'), "{}", printed);
        prop_assert!(printed.is_empty() || printed.ends_with('\n'));
    }

    #[test]
    fn broken_files_are_refused_or_laid_out_but_never_panic(
        which in any::<prop::sample::Index>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..4, "[-:#&*!|>'\"{}\\[\\],? \t\na-z\u{e9}]{0,3}"), 1..4),
    ) {
        let files = examples();
        let (_, mut text) = which.get(&files).clone();
        for (at, len, put) in cuts {
            let at = floor(&text, at.index(text.len() + 1));
            let end = floor(&text, (at + len).min(text.len())).max(at);
            text.replace_range(at..end, &put);
        }
        if let Ok(once) = format(&text) {
            let twice = format(&once);
            prop_assert!(matches!(&twice, Ok(twice) if *twice == once), "not stable:\n{}\n{:?}", once, twice);
        }
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[expect(clippy::disallowed_methods, reason = "the examples are files")]
fn examples() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).expect("the examples can be listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                let text = std::fs::read_to_string(&path).expect("an example is UTF-8");
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).expect("the examples can be listed") {
        let folder = entry.expect("an entry").path();
        // Others hold files of other programs.
        if folder.join("bowline.yaml").exists() {
            walk(&folder, &mut found);
        }
    }
    found.sort();
    found
}

#[derive(Debug, Clone)]
enum Generated {
    /// Plain text as it is.
    Word(String),
    Text(String),
    Map(Vec<(String, Generated)>),
    Seq(Vec<Generated>),
}

fn tree() -> impl Strategy<Value = Generated> {
    let word = prop::sample::select(vec!["", "null", "~", "12", "010", "true", "no", "1.5", "plain words", "a:b", "x#y", "2026-11-24"]);
    let text = prop_oneof![
        "[ -~]{0,12}",
        "[a-z:#,\\[\\]{} \n'\"\\\\-]{0,10}",
        prop::sample::select(vec!["no", "", " a", "a ", "two\nlines\n", "\n", "é", "${{ var.a }}", "=", "- a", "a\n\n b\n"])
            .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![word.prop_map(|word| Generated::Word(word.to_owned())), text.prop_map(Generated::Text)];
    let known = prop::sample::select(vec![
        "bowline",
        "project",
        "include",
        "variables",
        "services",
        "connections",
        "webhooks",
        "name",
        "auth",
        "type",
        "scopes",
        "service",
        "url",
    ]);
    let key = prop_oneof![known.prop_map(str::to_owned), "[a-z]{1,4}", "[ -~]{1,6}"];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::btree_map(key.clone(), inner.clone(), 0..5).prop_shuffle_map(),
            prop::collection::vec(inner, 0..5).prop_map(Generated::Seq),
        ]
    })
}

/// A map in an order that is not that of its keys.
trait ShuffleMap {
    fn prop_shuffle_map(self) -> BoxedStrategy<Generated>;
}

impl<S: Strategy<Value = std::collections::BTreeMap<String, Generated>> + 'static> ShuffleMap for S {
    fn prop_shuffle_map(self) -> BoxedStrategy<Generated> {
        self.prop_map(|map| map.into_iter().collect::<Vec<_>>()).prop_shuffle().prop_map(Generated::Map).boxed()
    }
}

/// Writes a tree in whatever style the dice say.
struct Pen {
    out: String,
    dice: Vec<u8>,
    at: usize,
    comments: usize,
}

impl Pen {
    fn roll(&mut self, sides: u8) -> u8 {
        self.at += 1;
        // Not only the dice as they are: a short row of them would repeat itself in step with the tree.
        (self.dice[self.at % self.dice.len()] ^ (self.at / self.dice.len()) as u8) % sides
    }

    fn document(&mut self, tree: &Generated) {
        if self.roll(6) == 0 {
            self.out.push_str("---\n");
        }
        self.lines_between(0);
        match tree {
            Generated::Map(_) | Generated::Seq(_) => self.block(tree, 0),
            Generated::Word(_) | Generated::Text(_) => {
                self.inline(tree);
                self.out.push('\n');
            }
        }
        self.lines_between(0);
    }

    fn comment(&mut self) {
        self.out.push_str(&format!("# c{}; text: [x", self.comments));
        self.comments += 1;
    }

    fn lines_between(&mut self, indent: usize) {
        for _ in 0..self.roll(4) {
            match self.roll(4) {
                0 => self.out.push('\n'),
                1 => self.out.push_str("   \n"),
                2 => {
                    self.out.push_str(&" ".repeat(indent));
                    self.comment();
                    self.out.push('\n');
                }
                _ => {}
            }
        }
    }

    fn block(&mut self, tree: &Generated, indent: usize) {
        let pad = " ".repeat(indent);
        match tree {
            Generated::Map(entries) if !entries.is_empty() => {
                for (key, value) in entries {
                    self.lines_between(indent);
                    self.out.push_str(&pad);
                    self.quoted(key);
                    self.out.push(':');
                    self.value(value, indent, true);
                }
            }
            Generated::Seq(items) if !items.is_empty() => {
                for item in items {
                    self.lines_between(indent);
                    self.out.push_str(&pad);
                    self.out.push('-');
                    self.value(item, indent, false);
                }
            }
            Generated::Map(_) | Generated::Seq(_) | Generated::Word(_) | Generated::Text(_) => {
                self.out.push_str(&pad);
                self.inline(tree);
                self.out.push('\n');
            }
        }
        self.lines_between(indent);
    }

    fn value(&mut self, tree: &Generated, indent: usize, in_map: bool) {
        let nested =
            matches!(tree, Generated::Map(entries) if !entries.is_empty()) || matches!(tree, Generated::Seq(items) if !items.is_empty());
        if nested && self.roll(4) > 0 {
            if self.roll(4) == 0 {
                self.out.push(' ');
                self.comment();
            }
            self.out.push('\n');
            let step = usize::from(self.roll(5));
            let step = if in_map && matches!(tree, Generated::Seq(_)) { step } else { step.max(1) };
            return self.block(tree, indent + step);
        }
        match tree {
            Generated::Text(text) if self.roll(2) == 0 && is_literal(text) => return self.literal(text, indent),
            Generated::Text(_) | Generated::Word(_) if self.roll(6) == 0 => {
                self.out.push(' ');
                self.comment();
                self.out.push('\n');
                self.lines_between(indent + 3);
                self.out.push_str(&" ".repeat(indent + 2));
                self.inline(tree);
            }
            Generated::Map(_) | Generated::Seq(_) | Generated::Text(_) | Generated::Word(_) => {
                self.out.push(' ');
                self.inline(tree);
            }
        }
        if self.roll(4) == 0 {
            self.out.push_str("  ");
            self.comment();
        }
        self.out.push('\n');
    }

    fn literal(&mut self, text: &str, indent: usize) {
        let step = 1 + usize::from(self.roll(4));
        let body = text.trim_end_matches('\n');
        let breaks = text.len() - body.len();
        self.out.push_str(" |");
        if body.starts_with([' ', '\n']) {
            self.out.push_str(&step.to_string());
        }
        self.out.push_str(["-", "", "+"][breaks.min(2)]);
        if self.roll(4) == 0 {
            self.out.push(' ');
            self.comment();
        }
        self.out.push('\n');
        for line in body.split('\n') {
            if !line.is_empty() {
                self.out.push_str(&" ".repeat(indent + step));
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
        self.out.push_str(&"\n".repeat(breaks.saturating_sub(1)));
    }

    fn inline(&mut self, tree: &Generated) {
        match tree {
            Generated::Word(word) => self.out.push_str(word),
            Generated::Text(text) => self.quoted(text),
            Generated::Seq(items) => {
                self.out.push('[');
                for (at, item) in items.iter().enumerate() {
                    self.comma(at);
                    // Nothing at all is no item of a flow sequence.
                    match item {
                        Generated::Word(word) if word.is_empty() => self.out.push('~'),
                        Generated::Word(_) | Generated::Text(_) | Generated::Map(_) | Generated::Seq(_) => self.inline(item),
                    }
                }
                self.out.push(']');
            }
            Generated::Map(entries) => {
                self.out.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    self.comma(at);
                    self.quoted(key);
                    self.out.push_str(": ");
                    self.inline(value);
                }
                self.out.push('}');
            }
        }
    }

    fn comma(&mut self, at: usize) {
        if at > 0 {
            let comma = if self.roll(2) == 0 { "," } else { ", " };
            self.out.push_str(comma);
        }
    }

    fn quoted(&mut self, text: &str) {
        if !text.contains(['\n']) && self.roll(2) == 0 {
            self.out.push_str(&format!("'{}'", text.replace('\'', "''")));
        } else {
            self.out.push_str(&super::scalar::double(text));
        }
    }
}

/// Whether a block scalar can say it, with the header that the pen writes.
fn is_literal(text: &str) -> bool {
    let body = text.trim_end_matches('\n');
    !body.is_empty() && body.lines().all(|line| line.trim() == line || line.starts_with(' ') && !line.trim().is_empty())
}
