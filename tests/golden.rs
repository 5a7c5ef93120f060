//! Golden cases: a folder below `tests/cases/` is a test.
//!
//! `in/` is the project, copied to a fresh folder. `args` has one command line a line (default: the verb's name), `env`
//! has `KEY=VALUE` lines. `out/stdout.txt`, `out/stderr.txt` and `out/exit` hold what is answered, and
//! `out/files/` the files that a case asks to keep with a line in `keep`. `UPDATE=1` writes `out/` anew.

#![allow(clippy::disallowed_methods, reason = "the harness makes folders and reads the environment")]

#[path = "support/mod.rs"]
mod support;

use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use support::{bowline, tree, write_tree};

fn main() {
    let arguments = Arguments::from_args();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut trials = Vec::new();
    for verb in folders(&cases) {
        for case in folders(&verb) {
            let name = format!("{}/{}", name_of(&verb), name_of(&case));
            let verb = name_of(&verb);
            trials.push(Trial::test(name, move || check(&case, &verb)));
        }
    }
    assert!(!trials.is_empty(), "no golden case was found");
    libtest_mimic::run(&arguments, trials).exit();
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(of)
        .expect("tests/cases can be listed")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

fn name_of(path: &Path) -> String {
    path.file_name().expect("a folder has a name").to_string_lossy().into_owned()
}

/// Runs the case's commands and compares the whole answer with `out/`.
fn check(case: &Path, verb: &str) -> Result<(), Failed> {
    let answer = answer(case, verb)?;
    let out = case.join("out");
    if std::env::var_os("UPDATE").is_some() {
        let _ = fs::remove_dir_all(&out);
        write_tree(&out, &answer)?;
        return Ok(());
    }
    let expected = tree(&out)?;
    let names: std::collections::BTreeSet<&String> = answer.keys().chain(expected.keys()).collect();
    let mut wrong = String::new();
    for name in names {
        let (is, should) = (answer.get(name), expected.get(name));
        if is != should {
            let show =
                |bytes: Option<&Vec<u8>>| bytes.map_or("(no such file)".to_owned(), |bytes| String::from_utf8_lossy(bytes).into_owned());
            wrong.push_str(&format!("--- expected {name}\n{}\n+++ answered {name}\n{}\n", show(should), show(is)));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("{wrong}\nUPDATE=1 writes the answer; read its diff").into()) }
}

fn answer(case: &Path, verb: &str) -> Result<BTreeMap<String, Vec<u8>>, Failed> {
    let folder = tempfile::tempdir()?;
    write_tree(folder.path(), &tree(&case.join("in"))?)?;
    let lines = lines(&case.join("args")).unwrap_or_else(|| vec![verb.to_owned()]);
    let env: BTreeMap<String, String> = lines_of(&case.join("env"))
        .iter()
        .filter_map(|line| line.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())))
        .collect();
    let (mut stdout, mut stderr, mut exits) = (Vec::new(), Vec::new(), String::new());
    for line in &lines {
        if lines.len() > 1 {
            let heading = if line.starts_with('!') { format!("{line}\n") } else { format!("$ bowline {line}\n") };
            stdout.extend(heading.bytes());
            stderr.extend(heading.bytes());
        }
        exits.push_str(&format!("{}\n", command(line, folder.path(), &env, &mut stdout, &mut stderr)));
    }
    let mut answer = BTreeMap::from([
        ("stdout.txt".to_owned(), scrubbed(&stdout, folder.path())),
        ("stderr.txt".to_owned(), scrubbed(&stderr, folder.path())),
        ("exit".to_owned(), exits.into_bytes()),
    ]);
    answer.retain(|_, bytes| !bytes.is_empty());
    for kept in lines_of(&case.join("keep")) {
        let path = folder.path().join(&kept);
        let files = if path.is_file() {
            BTreeMap::from([(kept.clone(), fs::read(path)?)])
        } else {
            tree(&path)?.into_iter().map(|(name, bytes)| (format!("{kept}/{name}"), bytes)).collect()
        };
        answer.extend(files.into_iter().map(|(name, bytes)| (format!("files/{name}"), scrubbed(&bytes, folder.path()))));
    }
    Ok(answer)
}

fn lines(path: &Path) -> Option<Vec<String>> {
    let text = fs::read_to_string(path).ok()?;
    Some(text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect())
}

fn lines_of(path: &Path) -> Vec<String> {
    lines(path).unwrap_or_default()
}

/// The temporary folder's path differs from run to run.
fn scrubbed(bytes: &[u8], folder: &Path) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
    text.replace(&*real.to_string_lossy(), "[folder]").replace(&*folder.to_string_lossy(), "[folder]").into_bytes()
}

/// Lines that start with `!` change the project between two commands: `! write FILE | TEXT`, `! replace FILE | FROM | TO`,
/// `! remove FILE`.
fn command(line: &str, folder: &Path, env: &BTreeMap<String, String>, stdout: &mut Vec<u8>, stderr: &mut Vec<u8>) -> String {
    if let Some(change) = line.strip_prefix("! ") {
        let (verb, rest) = change.split_once(' ').expect("a change has a verb and a file");
        let words: Vec<&str> = std::iter::once(verb).chain(rest.split(" | ")).collect();
        match words.as_slice() {
            ["write", file, text] => fs::write(folder.join(file), text.replace("\\n", "\n")).expect("the file can be written"),
            ["replace", file, from, to] => {
                let path = folder.join(file);
                let text = fs::read_to_string(&path).expect("the file can be read");
                assert!(text.contains(from), "`{from}` does not stand in {file}");
                fs::write(&path, text.replace(from, &to.replace("\\n", "\n"))).expect("the file can be written");
            }
            ["remove", file] => fs::remove_file(folder.join(file)).expect("the file can be removed"),
            _ => panic!("not a change that the harness knows: {line}"),
        }
        return "-".to_owned();
    }
    let ran = bowline(line, folder, env);
    stdout.extend(ran.stdout.into_bytes());
    stderr.extend(ran.stderr.into_bytes());
    ran.exit.to_string()
}
