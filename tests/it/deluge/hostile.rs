//! Hostile text: nothing panics, nothing is slow, and every place is a place.
#![expect(clippy::disallowed_methods, reason = "a test reads its corpus and measures time")]

use std::path::Path;
use std::time::{Duration, Instant};

use bowline::deluge;
use proptest::prelude::*;

/// A small generator that needs nothing: the same numbers on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }
}

const WORDS: &[&str] = &[
    "if",
    "else",
    "for",
    "each",
    "index",
    "in",
    "try",
    "catch",
    "finally",
    "info",
    "return",
    "throw",
    "break",
    "continue",
    "while",
    "invokeurl",
    "invokeapi",
    "sendmail",
    "zoho",
    "crm",
    "getRecords",
    "url",
    "type",
    "connection",
    "content",
    "x",
    "y",
    "List",
    "String",
    "void",
    "true",
    "null",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ";",
    ",",
    ":",
    ".",
    "=",
    "==",
    "+",
    "-",
    "*",
    "/",
    "%",
    "!",
    "&&",
    "||",
    "+=",
    "\"a\"",
    "'b'",
    "\"",
    "'",
    "\\",
    "//",
    "/*",
    "*/",
    "\n",
    "\r\n",
    "\t",
    "1",
    "2.5",
    ".5",
    "3.",
    "é",
    "“",
    "\u{0}",
    "#",
    "\"http://x/\" + ",
    "put(\"Authorization\",",
];

fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/deluge");
    let mut scripts = Vec::new();
    for folder in [folder.clone(), folder.join("broken")] {
        for entry in std::fs::read_dir(folder).expect("the corpus is checked in") {
            let path = entry.expect("the corpus can be listed").path();
            if path.extension().is_some_and(|extension| extension == "ds") {
                scripts.push(std::fs::read_to_string(path).expect("the corpus is UTF-8"));
            }
        }
    }
    scripts.sort();
    scripts
}

fn soup(dice: &mut Dice) -> String {
    let length = dice.roll(60);
    let glue = if dice.roll(3) == 0 { "" } else { " " };
    (0..length).map(|_| WORDS[dice.roll(WORDS.len())]).collect::<Vec<_>>().join(glue)
}

/// A script with pieces cut out, doubled, moved or replaced.
fn mutated(dice: &mut Dice, corpus: &[String]) -> String {
    let mut characters: Vec<char> = corpus[dice.roll(corpus.len())].chars().collect();
    for _ in 0..=dice.roll(4) {
        let at = dice.roll(characters.len());
        let end = (at + dice.roll(20)).min(characters.len());
        match dice.roll(4) {
            0 => drop(characters.drain(at..end)),
            1 => drop(characters.splice(at..at, WORDS[dice.roll(WORDS.len())].chars())),
            2 => {
                let piece = characters[at..end].to_vec();
                let to = dice.roll(characters.len());
                characters.splice(to..to, piece);
            }
            _ => characters.truncate(at.max(1)),
        }
        if characters.is_empty() {
            characters.push(';');
        }
    }
    characters.into_iter().collect()
}

/// A script with bytes of it changed, which need be no text any more.
fn byte_mutated(dice: &mut Dice, corpus: &[String]) -> String {
    let mut bytes = corpus[dice.roll(corpus.len())].clone().into_bytes();
    for _ in 0..=dice.roll(8) {
        let at = dice.roll(bytes.len());
        match dice.roll(3) {
            0 => bytes[at] ^= 1 << dice.roll(8),
            1 => bytes.insert(at, dice.roll(256) as u8),
            _ => drop(bytes.remove(at)),
        }
        if bytes.is_empty() {
            bytes.push(b';');
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The words and marks of a script, as far as a knife can tell them.
fn cut(script: &str) -> Vec<&str> {
    let mut pieces: Vec<&str> = Vec::new();
    let mut rest = script;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let end = if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// Pieces of the grammar of one script in the place of pieces of another.
fn crossed(dice: &mut Dice, corpus: &[String]) -> String {
    let (one, other) = (cut(&corpus[dice.roll(corpus.len())]), cut(&corpus[dice.roll(corpus.len())]));
    let mut pieces = one;
    for _ in 0..=dice.roll(6) {
        let (at, from) = (dice.roll(pieces.len()), dice.roll(other.len()));
        let (end, to) = ((at + dice.roll(12)).min(pieces.len()), (from + dice.roll(12)).min(other.len()));
        pieces.splice(at..end, other.get(from..to).unwrap_or_default().iter().copied());
    }
    pieces.concat()
}

fn holds(text: &str) {
    let script = deluge::parse(text);
    let spans = script.errors().iter().map(|error| &error.span);
    let spans = spans.chain(script.connections().iter().flat_map(|used| [&used.span, &used.at]));
    for span in spans.chain(script.findings().iter().map(|finding| &finding.span)) {
        assert!(text.get(span.clone()).is_some(), "{span:?} of {text:?}");
    }
    for used in script.connections().iter().take(1) {
        let renamed = deluge::rename(text, &used.name, "other_name").text;
        let count = |script: &deluge::Script, name: &str| script.connections().iter().filter(|one| one.name == name).count();
        assert!(count(&deluge::parse(&renamed), "other_name") >= count(&script, &used.name), "{text:?}");
        for doubt in deluge::rename(text, &used.name, "other_name").doubts {
            assert!(text.get(doubt.span.clone()).is_some(), "{doubt:?} of {text:?}");
        }
    }
}

fn roll_many(times: usize) {
    let corpus = corpus();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for round in 0..times {
        match round % 4 {
            0 => holds(&soup(&mut dice)),
            1 => holds(&mutated(&mut dice, &corpus)),
            2 => holds(&byte_mutated(&mut dice, &corpus)),
            _ => holds(&crossed(&mut dice, &corpus)),
        }
    }
}

/// How many inputs are tried where `BOWLINE_FUZZ` does not say.
const ROUNDS: usize = 20_000;

/// The same inputs on every run. A million of them: `BOWLINE_FUZZ=1000000 cargo test --release --test it hostile_inputs`.
#[test]
fn hostile_inputs_are_survived() {
    let rounds = std::env::var("BOWLINE_FUZZ").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS);
    roll_many(rounds);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_text_is_survived(text in "(?s).{0,200}") {
        holds(&text);
    }

    #[test]
    fn any_literal_reads_back_the_same(text in "(?s).{0,80}") {
        let script = deluge::parse(&format!("x = {};", deluge::literal(&text)));
        prop_assert_eq!(script.errors(), &[]);
        prop_assert_eq!(script.texts(), vec![text]);
    }
}

/// How much text is read in one piece: a megabyte; less where the checks of a debug build would only make it slow.
const SIZE: usize = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };

/// Text that would be slow or deep in a careless reader.
fn megabytes() -> Vec<(&'static str, String)> {
    let repeated = |piece: &str| piece.repeat(SIZE / piece.len());
    let mut all: Vec<(&'static str, String)> = [
        "(",
        "[",
        "{",
        "-",
        "!",
        "if(",
        "a.",
        "a[",
        "x = [",
        "f(",
        "{\"a\":",
        "try{",
        "if(a){",
        "\"",
        "'",
        "\"\n \\",
        "'\"",
        "/*",
        "/",
        "a-",
        "a[b-",
        "1+",
        "a.b().",
        "x=y;",
        "else ",
        "if(a)",
        "}",
        "]",
        ")",
        "\"a\" ",
        "é",
        "\\",
        "a:b ",
        "for each ",
        "invokeurl[",
        "invokeurl[url:",
        "\"\\\"\n",
        "x=x+x;",
        "c=\"n\";r=invokeurl[connection:c];",
        "x=\"a\"+\"b\"+",
        "void f(",
        "zoho.crm.getRecords(\"L\",\"c\");",
        "else if(a){}",
        "+ ;",
    ]
    .into_iter()
    .map(|piece| (piece, repeated(piece)))
    .collect();
    all.push(("corpus", {
        let corpus = corpus().join("\n");
        corpus.repeat(SIZE / corpus.len() + 1)
    }));
    all.push(("doubling", format!("a0=\"x\";{}", (1..SIZE / 16).map(|n| format!("a{n}=a{0}+a{0};", n - 1)).collect::<String>())));
    all.push(("chained", format!("a0=\"x\";{}", (1..SIZE / 25).map(|n| format!("a{n}=a{};r=getUrl(a{n});", n - 1)).collect::<String>())));
    all
}

#[test]
fn a_megabyte_of_anything_is_read_in_time() {
    let limit = if cfg!(debug_assertions) { Duration::from_secs(5) } else { Duration::from_secs(2) };
    for (name, text) in megabytes() {
        let begun = Instant::now();
        let script = deluge::parse(&text);
        let taken = begun.elapsed();
        assert!(taken < limit, "{name:?} took {taken:?}");
        assert!(script.errors().len() <= 100, "{name:?} has {} errors", script.errors().len());
    }
}

/// Ratios need a machine with time to spare.
#[test]
#[ignore = "measures: run it in release on a quiet machine"]
fn twice_the_text_takes_at_most_a_little_over_twice_the_time() {
    for (name, text) in megabytes() {
        let half = &text[..text.floor_char_boundary(text.len() / 2)];
        let time = |text: &str| {
            (0..5)
                .map(|_| {
                    let begun = Instant::now();
                    let _ = deluge::parse(text);
                    begun.elapsed()
                })
                .min()
                .expect("five runs")
        };
        let (one, two) = (time(half), time(&text));
        assert!(two < one * 4 + Duration::from_millis(100), "{name:?}: {one:?}, then {two:?}");
    }
}
