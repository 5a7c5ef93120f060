//! Every script of the corpus against the summary beside it. `UPDATE=1` rewrites the summaries; read the difference.
//!
//! To add a case: put `<name>.ds` into `tests/corpus/deluge/` (or its `broken/`), run with `UPDATE=1`, read the new file.
#![expect(clippy::disallowed_methods, reason = "a test reads its corpus and asks whether to rewrite it")]

use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use bowline::deluge::{self, FindingKind, Script, TaskKind};
use bowline::text::Source;

#[test]
fn sound_scripts_have_no_errors_and_say_what_their_summary_says() {
    let scripts = scripts("");
    assert!(scripts.len() >= 60, "the corpus holds {} scripts", scripts.len());
    for path in &scripts {
        let text = read(path);
        assert_eq!(deluge::parse(&text).errors(), &[], "{}", path.display());
    }
    compare(&scripts);
}

#[test]
fn broken_scripts_have_the_errors_of_their_summary() {
    let scripts = scripts("broken");
    for path in &scripts {
        assert_ne!(deluge::parse(&read(path)).errors(), &[], "{}", path.display());
    }
    compare(&scripts);
}

#[test]
fn a_rename_changes_the_names_and_nothing_else() {
    for path in scripts("").into_iter().chain(scripts("broken")) {
        let text = read(&path);
        let before = deluge::parse(&text);
        for used in before.connections() {
            let renamed = deluge::rename(&text, &used.name, "a_new_name").text;
            let after = deluge::parse(&renamed);
            let expected = before.connections().iter().map(|one| if one.name == used.name { "a_new_name" } else { &one.name });
            assert!(after.connections().iter().map(|one| one.name.as_str()).eq(expected), "{}", path.display());
            assert_eq!(deluge::rename(&renamed, "a_new_name", &used.name).text, text, "{}", path.display());
        }
    }
}

#[test]
fn no_error_and_no_finding_quotes_a_secret() {
    for path in scripts("").into_iter().chain(scripts("broken")) {
        let script = deluge::parse(&read(&path));
        let said = format!("{:?} {:?}", script.errors(), script.findings());
        for secret in ["abcdef0123456789", "k3y0123456789abc", "q1w2e3r4t5y6u7i8", "abc123abc123abc1", "hunter2hunter2"] {
            assert!(!said.contains(secret), "{}: {said}", path.display());
        }
    }
}

fn scripts(below: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/deluge").join(below);
    let entries = std::fs::read_dir(folder).expect("the corpus is checked in");
    let paths = entries.map(|entry| entry.expect("the corpus can be listed").path());
    let mut scripts: Vec<_> = paths.filter(|path| path.extension().is_some_and(|extension| extension == "ds")).collect();
    scripts.sort();
    scripts
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("the corpus is UTF-8")
}

fn compare(scripts: &[PathBuf]) {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = String::new();
    for path in scripts {
        let summary = summary(&deluge::parse(&read(path)));
        let expected = path.with_extension("txt");
        if update {
            std::fs::write(&expected, &summary).expect("the corpus can be written");
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != summary {
            let _ = writeln!(wrong, "--- {} now says\n{summary}", expected.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn summary(script: &Script) -> String {
    let source = Source::new("script.ds", script.text());
    let place = |span: &Range<usize>| {
        let (start, end) = (source.position(span.start as u32), source.position(span.end as u32));
        if start.line == end.line {
            format!("{}:{}-{}", start.line, start.column, end.column)
        } else {
            format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column)
        }
    };
    let mut lines = String::new();
    for error in script.errors() {
        let help = error.help.as_deref().map(|help| format!(" ({help})")).unwrap_or_default();
        let _ = writeln!(lines, "error {} {}{help}", place(&error.span), error.message);
    }
    for used in script.connections() {
        let sure = if used.sure { "" } else { " unsure" };
        let url = match (&used.url, &used.url_start) {
            (Some(url), _) => format!(" {url}"),
            (None, Some(start)) => format!(" {start}…"),
            (None, None) => String::new(),
        };
        let words = [used.method.as_deref(), used.service.as_deref()].into_iter().flatten().map(|word| format!(" {word}"));
        let _ =
            writeln!(lines, "connection {} {} {}{}{url}{sure}", place(&used.span), used.name, task(&used.task), words.collect::<String>());
    }
    for finding in script.findings() {
        let _ = writeln!(lines, "finding {} {}", place(&finding.span), words(&finding.kind));
    }
    lines
}

fn task(task: &TaskKind) -> &str {
    match task {
        TaskKind::InvokeUrl => "invokeurl",
        TaskKind::InvokeApi => "invokeapi",
        TaskKind::Integration(name) => name,
    }
}

fn words(kind: &FindingKind) -> String {
    match kind {
        FindingKind::DynamicConnection { .. } => "dynamic connection".to_owned(),
        FindingKind::HardCodedSecret { what } => format!("secret: {what}"),
        FindingKind::PlainHttp { host } => format!("plain http: {host}"),
        FindingKind::Deprecated { call, instead } => format!("deprecated: {call}, instead {instead}"),
        FindingKind::Host { host, data_centre, connection } => {
            format!("host {host} dc {} for {}", data_centre.unwrap_or("-"), connection.as_deref().unwrap_or("-"))
        }
        FindingKind::BadUrl { slip } => format!("bad url: {slip:?}"),
        FindingKind::OwnAuthorization => "own authorization".to_owned(),
        FindingKind::UnknownKey { task, key } => format!("unknown key {key} of {task}"),
        FindingKind::MissingKey { task, key } => format!("no {key} in {task}"),
        FindingKind::RepeatedKey { task, key } => format!("again {key} in {task}"),
        FindingKind::UnknownMethod { task, method } => format!("unknown method {method} of {task}"),
        FindingKind::NamelessConnection => "nameless connection".to_owned(),
        FindingKind::UnquotedConnection { name } => format!("unquoted {name}"),
    }
}
