//! Settings of a file as if they stood on the command line: the same names, judged by the same rules. An option goes before
//! the environment, and that before the file.

use super::args::Cli;
use super::exit::Exit;
use super::talk::Failure;
use crate::compile::syntax::{self, Budget, Tree, Value};
use crate::diag::{Diagnostics, nearest};
use crate::text::{Source, Sources, Span};
use clap::builder::Resettable;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory as _};
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

/// What is about one start and has no place in a file.
const OF_ONE_START: [&str; 4] = ["config", "check-config", "format", "help"];
/// Values that a file of settings may hold.
const VALUES: u64 = 10_000;

/// The command line with a file's settings behind it. The failure says everything that is wrong with the file, with its place.
pub(super) fn with_file(arguments: &[OsString], command: &str, shown: &Path, path: &Path) -> Result<Vec<OsString>, Failure> {
    let unread = |error| Failure::because(Exit::Failed, format!("could not read the settings in {}", shown.display()), error);
    let text: Arc<str> = read(path).map_err(unread)?.into();
    let mut sources = Sources::default();
    let file = sources.add(Source::new(shown.display().to_string(), Arc::clone(&text)));
    let mut diags = Diagnostics::default();
    let tree = syntax::parse(&mut diags, file, &text, &Budget::new(VALUES));
    let mut found = Found { faults: Vec::new(), settings: Vec::new() };
    for diagnostic in diags.finish() {
        found.faults.push((diagnostic.at.map(|label| label.span), diagnostic.headline));
    }
    let whole = Cli::command();
    let known = whole.find_subcommand(command).expect("the command is the one that was just read");
    found.read(&tree, known);
    if found.faults.is_empty() {
        let taken = matches(arguments, command);
        let is_open = |id: &str| taken.as_ref().is_none_or(|taken| is_default(taken, id));
        let open = found.settings.into_iter().filter(|setting| is_open(&setting.id));
        return Ok(arguments.iter().cloned().chain(open.flat_map(|setting| setting.words)).collect());
    }
    let line = |(span, words): &(Option<Span>, String)| match span.map(|span| sources.place(span)) {
        Some((path, at)) => format!("{path}:{}:{}: {words}", at.line, at.column),
        None => format!("{}: {words}", shown.display()),
    };
    let lines: Vec<String> = found.faults.iter().map(line).collect();
    Err(Failure::new(Exit::Invalid, "the settings are not right").notes(lines))
}

#[expect(clippy::disallowed_methods, reason = "a file of settings is part of how the program is started")]
fn read(path: &Path) -> std::io::Result<String> {
    std::fs::read_to_string(path)
}

struct Found {
    faults: Vec<(Option<Span>, String)>,
    settings: Vec<Setting>,
}

struct Setting {
    /// The argument's.
    id: String,
    words: Vec<OsString>,
}

impl Found {
    fn read(&mut self, tree: &Tree, known: &Command) {
        match tree.value(tree.root()) {
            Value::Mapping(_) | Value::Null | Value::Missing => {}
            _ => self.faults.push((Some(tree.span(tree.root())), "settings are `name: value`, one a line".to_owned())),
        }
        let named = |arg: &&Arg| arg.get_long().is_some_and(|long| !OF_ONE_START.contains(&long)) && !arg.is_hide_set();
        let args: Vec<&Arg> = known.get_arguments().filter(named).collect();
        for entry in tree.entries(tree.root()) {
            let key = tree.key(entry);
            match args.iter().find(|arg| arg.get_long() == Some(key)) {
                Some(arg) => self.take(tree, entry.value, key, arg, known),
                None => {
                    let names = args.iter().filter_map(|arg| arg.get_long());
                    let hint = nearest(key, names).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                    self.faults.push((Some(tree.key_span(entry)), format!("no setting has the name `{key}`{hint}")));
                }
            }
        }
    }

    fn take(&mut self, tree: &Tree, node: syntax::NodeId, key: &str, arg: &Arg, known: &Command) {
        let span = tree.span(node);
        let is_list = matches!(arg.get_action(), ArgAction::Append);
        let is_switch = matches!(arg.get_action(), ArgAction::SetTrue);
        let words: Vec<(Span, String)> = match (tree.value(node), is_list, is_switch) {
            (Value::Bool(true), _, true) => vec![(span, format!("--{key}"))],
            (Value::Bool(false), _, true) => vec![],
            (_, _, true) => return self.faults.push((Some(span), format!("`{key}` is true or false"))),
            (Value::Sequence(items), true, _) => items.iter().map(|item| (tree.span(*item), said(tree, *item, key))).collect(),
            (Value::Sequence(_) | Value::Mapping(_) | Value::Null | Value::Missing, ..) => {
                return self.faults.push((Some(span), format!("`{key}` is one value")));
            }
            _ => vec![(span, said(tree, node, key))],
        };
        for (span, word) in &words {
            if let Some(why) = refused(known, word) {
                self.faults.push((Some(*span), format!("`{key}`: {why}")));
            }
        }
        let words = words.into_iter().map(|(_, word)| word.into()).collect();
        self.settings.push(Setting { id: arg.get_id().to_string(), words });
    }
}

/// `--name=value`, with the value as it stands in the file.
fn said(tree: &Tree, node: syntax::NodeId, key: &str) -> String {
    match tree.string(node) {
        Some(text) => format!("--{key}={text}"),
        None => format!("--{key}={}", tree.source(tree.span(node))),
    }
}

/// Why the command line would not take one word, in its own words. What it asks of others is judged with all of them together.
fn refused(known: &Command, word: &str) -> Option<String> {
    let alone = known.clone().mut_args(|arg| arg.env(Resettable::Reset));
    let refused = alone.try_get_matches_from([known.get_name(), word]).err()?;
    if refused.kind() == clap::error::ErrorKind::MissingRequiredArgument {
        return None;
    }
    let text = refused.render().to_string();
    let first = text.lines().next().unwrap_or_default();
    Some(first.strip_prefix("error: ").unwrap_or(first).to_owned())
}

fn matches(arguments: &[OsString], command: &str) -> Option<ArgMatches> {
    Cli::command().try_get_matches_from(arguments).ok()?.remove_subcommand().filter(|(name, _)| name == command).map(|(_, taken)| taken)
}

fn is_default(taken: &ArgMatches, id: &str) -> bool {
    matches!(taken.value_source(id), None | Some(ValueSource::DefaultValue))
}
