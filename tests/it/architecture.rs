//! The house holds: arrows point down, doors are used, every file says what it is for, every code has its case.

use bowline::diag::Code;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each room and the rooms that it may name. What is not listed may not be named.
const FLOORS: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("clock", &[]),
    ("secret", &[]),
    ("diag", &["text"]),
    ("resource", &["text"]),
    ("catalogue", &["resource", "oauth"]),
    ("deluge", &["text", "diag"]),
    ("policy", &["plan", "resource"]),
    ("compile", &["text", "diag", "resource", "catalogue", "deluge", "policy"]),
    ("layout", &["text", "diag", "resource", "compile"]),
    ("refs", &["text", "diag", "resource", "catalogue", "compile", "deluge"]),
    ("owning", &["text", "diag", "resource", "compile", "layout"]),
    ("moving", &["text", "diag", "resource", "compile", "deluge"]),
    ("plan", &["text", "resource"]),
    ("render", &["text", "diag", "resource", "deluge", "plan"]),
    ("vault", &["secret", "clock", "resource"]),
    ("oauth", &["text", "secret", "clock", "resource"]),
    ("wire", &["resource", "secret"]),
    ("apply", &["text", "plan", "resource", "clock", "secret"]),
    ("store", &["resource", "vault", "clock", "secret"]),
    ("broker", &["text", "clock", "oauth", "vault", "store", "resource", "secret"]),
    ("sandbox", &["clock", "secret"]),
    ("server", &["text", "broker", "wire", "resource", "store", "compile", "render", "oauth", "clock", "secret"]),
    ("upstream", &["oauth"]),
    ("vcs", &["upstream", "secret"]),
    ("remote", &["text", "apply", "wire", "plan", "resource", "secret", "clock", "oauth", "upstream"]),
    ("embedded", &["apply", "broker", "store", "vault", "plan", "resource", "secret", "clock", "oauth", "upstream"]),
    ("workspace", &["text", "diag", "compile", "apply", "resource", "secret", "render"]),
];

/// The door puts the rooms together, so it may name every one.
const DOOR: &str = "cli";

/// Words that only some rooms may say, and why.
const BANS: &[(&str, &[&str], &str)] = &[
    ("rusqlite", &["store"], "SQL lives in the store"),
    ("postgres", &["store"], "SQL lives in the store"),
    ("rustls", &["store", "server"], "the HTTP client brings its own, and the server serves it"),
    ("granit_parser", &["compile", "layout"], "two rooms read YAML: what it says, and how it is laid out"),
    ("jsonschema", &["compile"], "one place judges shape"),
    ("tera", &["render"], "one place renders templates"),
    ("cel", &["policy"], "one place evaluates expressions"),
    ("miette", &["cli"], "only the door draws"),
    ("clap", &["cli"], "only the door reads flags"),
    (
        "aws_lc_rs",
        &["vault", "oauth", "compile", "apply", "store", "broker", "cli", "sandbox", "server"],
        "one crypto library, in few rooms",
    ),
    (
        "expose",
        &["secret", "vault", "oauth", "wire", "remote", "embedded", "sandbox", "vcs", "server", "cli"],
        "secrets are in the clear in few places",
    ),
    ("reqwest", &["upstream"], "one guarded client calls out"),
    ("jsonwebtoken", &["oauth", "sandbox"], "one place signs for a client, and the sandbox checks it"),
    ("hyper", &["server"], "only the server serves by hand"),
    ("schemars", &["wire", "resource", "server"], "schemas are made from the types of bodies"),
    ("axum", &["sandbox", "server"], "only what serves HTTP routes it"),
    ("tokio", &["sandbox", "server"], "only what serves HTTP waits without a thread"),
    ("async", &["sandbox", "server"], "everything is synchronous but serving"),
    ("await", &["sandbox", "server"], "everything is synchronous but serving"),
];

/// Names under which anything would fit.
const VAGUE: &[&str] = &["core", "util", "utils", "common", "helpers", "types", "manager", "misc"];

struct File {
    path: PathBuf,
    room: String,
    text: String,
    words: Vec<String>,
}

#[test]
fn arrows_point_down() {
    let floors: BTreeMap<&str, &[&str]> = FLOORS.iter().copied().collect();
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| !["lib", "main", DOOR].contains(&file.room.as_str())) {
        let Some(allowed) = floors.get(file.room.as_str()) else {
            wrong.push(format!("{} is in no room of the table", file.path.display()));
            continue;
        };
        for named in rooms_named(&file.words, &floors) {
            if named != file.room && !allowed.contains(&named.as_str()) {
                wrong.push(format!("{}: `{}` may not name `{named}`", file.path.display(), file.room));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_of_rooms_is_that_of_the_map() {
    let map = fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs can be read");
    for (room, _) in FLOORS {
        assert_eq!(map.matches(&format!("[`{room}`]")).count(), 1, "the map in src/lib.rs shows each room once: `{room}`");
        assert!(map.contains(&format!("pub mod {room};")), "src/lib.rs has no room `{room}`");
    }
}

#[test]
fn words_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for file in files() {
        for (word, rooms, why) in BANS {
            if file.words.iter().any(|said| said == word) && !rooms.contains(&file.room.as_str()) {
                wrong.push(format!("{} says `{word}`: {why}", file.path.display()));
            }
        }
        let stem = file.path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        if VAGUE.contains(&stem.as_str()) || VAGUE.contains(&file.room.as_str()) {
            wrong.push(format!("{}: anything would fit under that name", file.path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> =
        files().iter().filter(|file| !file.text.starts_with("//!")).map(|file| file.path.display().to_string()).collect();
    assert!(silent.is_empty(), "no `//!` in front of:\n{}", silent.join("\n"));
}

#[test]
fn every_code_has_an_explanation_and_a_case() {
    let answers: String = cases().iter().map(|path| fs::read_to_string(path).unwrap_or_default()).collect();
    let mut wrong = Vec::new();
    for code in Code::ALL {
        let page = code.explanation();
        for part in ["## What", "## Why", "## Wrong", "## Right"] {
            if !page.contains(part) {
                wrong.push(format!("explain/{}.md has no `{part}`", code.id()));
            }
        }
        if !answers.contains(&format!("{}\n", code.id())) && !answers.contains(&format!("\"{}\"", code.id())) {
            wrong.push(format!("no golden case shows `{}`", code.id()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn paths_in_documents_exist() {
    let mut wrong = Vec::new();
    let mut documents: Vec<(PathBuf, String)> = files().into_iter().map(|file| (file.path, only_docs(&file.text))).collect();
    documents.push((root().join("README.md"), fs::read_to_string(root().join("README.md")).unwrap_or_default()));
    for (path, text) in documents {
        for quoted in text.split('`').skip(1).step_by(2) {
            let is_path = ["src/", "tests/", "schemas/", "templates/", "examples/"].iter().any(|start| quoted.starts_with(start));
            let plain = !quoted.contains(['<', '*', '{', ' ', '…']);
            if is_path && plain && !root().join(quoted).exists() {
                wrong.push(format!("{} names `{quoted}`, which is not there", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_test_file_is_wired_in() {
    let folder = root().join("tests/it");
    let main = fs::read_to_string(folder.join("main.rs")).expect("tests/it/main.rs can be read");
    for entry in fs::read_dir(&folder).expect("tests/it can be listed") {
        let path = entry.expect("an entry").path();
        let stem = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        assert!(stem == "main" || main.contains(&format!("mod {stem};")), "tests/it/main.rs does not name `{stem}`");
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files() -> Vec<File> {
    let src = root().join("src");
    let mut files = Vec::new();
    let tests = test_modules(&src);
    walk(&src, &mut |path| {
        let is_test = path.ancestors().any(|above| tests.contains(&above.with_extension("")));
        if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
            let below = path.strip_prefix(&src).expect("it lies below src");
            let first = below.components().next().expect("it has a name").as_os_str().to_string_lossy().into_owned();
            let text = fs::read_to_string(path).expect("a source file is UTF-8");
            let words = words(&text);
            files.push(File { path: path.to_path_buf(), room: first.trim_end_matches(".rs").to_owned(), text, words });
        }
    });
    files
}

/// Modules that are compiled for tests only (`#[cfg(test)] mod x;`), as paths without an ending. They may reach anywhere.
fn test_modules(src: &Path) -> BTreeSet<PathBuf> {
    let mut modules = BTreeSet::new();
    walk(src, &mut |path| {
        let text = fs::read_to_string(path).unwrap_or_default();
        for after in text.split("#[cfg(test)]\n").skip(1) {
            let line = after.lines().next().unwrap_or_default();
            if let Some((_, name)) = line.strip_suffix(';').and_then(|line| line.split_once("mod ")) {
                let is_door = path.file_stem().is_some_and(|stem| stem == "mod" || stem == "lib");
                let folder = if is_door { path.parent().expect("a file lies in a folder").to_path_buf() } else { path.with_extension("") };
                modules.insert(folder.join(name));
            }
        }
    });
    modules
}

fn cases() -> Vec<PathBuf> {
    let mut outs = Vec::new();
    walk(&root().join("tests/cases"), &mut |path| {
        if path.components().any(|component| component.as_os_str() == "out") {
            outs.push(path.to_path_buf());
        }
    });
    outs
}

fn walk(folder: &Path, found: &mut dyn FnMut(&Path)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() { walk(&path, found) } else { found(&path) }
    }
}

/// The identifiers and `::`, `{`, `,`, `}`, `;` of a source file, without comments, strings and its tests at the end.
fn words(text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(end) = character_end(rest) {
            end
        } else if let Some(raw) = raw_string_end(rest) {
            raw
        } else if first == '"' {
            string_end(rest)
        } else if first.is_alphabetic() || first == '_' {
            let end = rest.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(rest.len());
            words.push(rest[..end].to_owned());
            end
        } else {
            let mark = if rest.starts_with("::") { "::" } else { &rest[..first.len_utf8()] };
            if ["::", "{", "}", ",", ";"].contains(&mark) {
                words.push(mark.to_owned());
            }
            mark.len()
        };
        rest = &rest[taken..];
    }
    words
}

/// The length of a character literal, which may hold a quote; a lifetime is none.
fn character_end(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('\'')?;
    let character = inside.chars().next()?;
    if character == '\\' {
        return inside[2..].find('\'').map(|end| end + 4);
    }
    inside[character.len_utf8()..].starts_with('\'').then_some(character.len_utf8() + 2)
}

fn raw_string_end(text: &str) -> Option<usize> {
    let hashes = text.strip_prefix('r')?.chars().take_while(|character| *character == '#').count();
    if text[1 + hashes..].starts_with('"') {
        let close = format!("\"{}", "#".repeat(hashes));
        return text[2 + hashes..].find(&close).map(|end| end + 2 + hashes + close.len());
    }
    None
}

fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return at + 1,
            _ => escaped = false,
        }
    }
    text.len()
}

/// Rooms after `crate::` or `super::`, also inside a group `crate::{a, b::c}`.
fn rooms_named(words: &[String], rooms: &BTreeMap<&str, &[&str]>) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for at in 0..words.len() {
        if words[at] != "crate" || words.get(at + 1).is_none_or(|next| next != "::") {
            continue;
        }
        match words.get(at + 2).map(String::as_str) {
            Some("{") => {
                let mut depth = 0;
                let mut start = true;
                for word in &words[at + 2..] {
                    match word.as_str() {
                        "{" => {
                            depth += 1;
                            start = depth == 1;
                        }
                        "}" => {
                            depth -= 1;
                            if depth == 0 {
                                break;
                            }
                        }
                        "," => start = depth == 1,
                        name => {
                            if start && rooms.contains_key(name) {
                                named.insert(name.to_owned());
                            }
                            start = false;
                        }
                    }
                }
            }
            Some(room) if rooms.contains_key(room) => {
                named.insert(room.to_owned());
            }
            Some(_) | None => {}
        }
    }
    named
}

fn only_docs(text: &str) -> String {
    text.lines().filter(|line| line.trim_start().starts_with("//!") || line.trim_start().starts_with("///")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_reader_of_arrows_sees_groups_and_inline_paths() {
    let rooms: BTreeMap<&str, &[&str]> = FLOORS.iter().copied().collect();
    let seen = rooms_named(&words("use crate::{plan::{Plan}, store}; fn f() { crate::broker::x() } // crate::cli"), &rooms);
    assert_eq!(seen, BTreeSet::from(["plan".to_owned(), "store".to_owned(), "broker".to_owned()]));
}

#[test]
fn the_readme_shows_every_command_and_exit_code() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md can be read");
    for exit in bowline::cli::Exit::ALL {
        assert!(readme.contains(&format!("| {} | {} |", exit.code(), exit.meaning())), "README.md does not show exit code {}", exit.code());
    }
    for command in bowline::cli::command_names() {
        assert!(readme.contains(&format!("`{command}`")), "README.md does not show `{command}`");
    }
}
