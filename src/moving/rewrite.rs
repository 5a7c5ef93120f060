//! All files of a project with another link name in them, or why that cannot be.

use super::entry;
use super::places::{Edits, Remark, words};
use super::proof::same_but_for_the_name;
use super::remarks::comments;
use super::scripts::script;
use super::worlds::Worlds;
use crate::compile::{Folder, FolderError, Mention, MentionRole, Overlaid, SectionPlace, Written};
use crate::diag::{Diagnostic, Severity};
use crate::resource::{Address, Kind};
use crate::text::{FileId, Source, Sources, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of a file that are read at most; the compiler has already read it under its own limits.
const LIMIT: u64 = 64 << 20;

/// What is to be moved.
#[derive(Debug, Clone)]
pub struct Wish {
    pub from: Address,
    /// Of the same kind.
    pub to: Address,
    /// Go on where a script may break, and leave those places to the person.
    pub despite_doubts: bool,
    /// Values of variables, as the command line gives them.
    pub variables: BTreeMap<String, String>,
}

/// A project after a move, nothing of it written yet.
#[derive(Debug)]
pub struct Moving {
    /// The files that change, by path.
    pub files: Vec<Rewritten>,
    /// What a person should look at.
    pub remarks: Vec<Remark>,
}

/// One file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    pub path: String,
    pub before: String,
    pub after: String,
    /// How many names changed in it.
    pub places: usize,
}

/// Why nothing is moved.
#[derive(Debug)]
pub enum Refused {
    /// The project has mistakes already.
    Invalid {
        found: Vec<Diagnostic>,
        sources: Box<Sources>,
    },
    /// Nothing is declared at `from`.
    Unknown {
        known: BTreeSet<Address>,
    },
    /// Something is declared at `to` already.
    Taken,
    /// Places where it cannot be told what to write. Those of scripts can be left to the person; with those of YAML the
    /// project would not compile.
    Unsure {
        places: Vec<Remark>,
        only_scripts: bool,
    },
    /// The result would have findings that are not there now.
    Worse {
        found: Vec<Diagnostic>,
        sources: Box<Sources>,
    },
    /// The result would differ in more than the name.
    Differs {
        address: Address,
    },
    Unreadable {
        path: String,
        error: FolderError,
    },
}

/// Rewrites a project's files, and proves that only the name has changed.
pub fn rewrite(folder: &dyn Folder, wish: &Wish) -> Result<Moving, Refused> {
    let before = Worlds::read(folder, &wish.variables);
    admissible(&before, wish)?;
    let mut moving = Moving { files: Vec::new(), remarks: Vec::new() };
    let mut doubts = Vec::new();
    yaml(folder, &before, wish, &mut moving, &mut doubts)?;
    let only_scripts = doubts.is_empty();
    if wish.from.kind == Kind::Connection {
        for path in before.scripts() {
            let text = text(folder, path)?;
            let script = script(path, &text, wish.from.name.as_str(), wish.to.name.as_str());
            doubts.extend(script.doubts);
            moving.remarks.extend(script.remarks);
            moving.files.extend(script.rewritten);
        }
    }
    if !only_scripts || (!doubts.is_empty() && !wish.despite_doubts) {
        return Err(Refused::Unsure { places: doubts, only_scripts });
    }
    moving.remarks.extend(doubts);
    moving.files.sort_by(|a, b| a.path.cmp(&b.path));
    moving.remarks.extend(moving.files.iter().flat_map(|file| comments(&file.path, &file.after, wish.from.name.as_str())));
    moving.remarks.sort();
    let overlaid = Overlaid { folder, files: moving.files.iter().map(|file| (file.path.as_str(), file.after.as_bytes())).collect() };
    same_but_for_the_name(&before, Worlds::read(&overlaid, &wish.variables), wish)?;
    Ok(moving)
}

fn admissible(before: &Worlds, wish: &Wish) -> Result<(), Refused> {
    let errors: Vec<Diagnostic> = before.found.iter().filter(|found| found.severity == Severity::Error).cloned().collect();
    if !errors.is_empty() {
        return Err(Refused::Invalid { found: errors, sources: Box::new(before.front.sources().clone()) });
    }
    let known = before.addresses();
    if !known.contains(&wish.from) {
        return Err(Refused::Unknown { known: known.into_iter().cloned().collect() });
    }
    if known.contains(&wish.to) { Err(Refused::Taken) } else { Ok(()) }
}

/// The edits of every YAML file, the `moved` entry among them.
fn yaml(folder: &dyn Folder, before: &Worlds, wish: &Wish, moving: &mut Moving, doubts: &mut Vec<Remark>) -> Result<(), Refused> {
    let mut edits: BTreeMap<FileId, Edits> = BTreeMap::new();
    let sources = before.front.sources();
    let arrives = redirect(before, wish, &mut edits);
    for mention in before.mentions.iter().filter(|mention| mention.of == wish.from && !is_entry(mention)) {
        match mention.written {
            Written::Here => replace(before, mention.span, &written(mention, &wish.from), &written(mention, &wish.to), &mut edits),
            Written::Behind(anchor) if before.mentions.iter().any(|other| other.span == anchor && other.of == wish.from) => {}
            Written::Behind(_) => {
                edits.entry(mention.span.file).or_default().put(range(mention.span), plain(&written(mention, &wish.to)));
            }
            Written::Template => {
                let what = format!("a variable puts `{}` together here: write the name out, or change the variable", wish.from);
                doubts.push(Remark::new(sources.get(mention.span.file), mention.span.start as usize, what));
            }
        }
    }
    let names: BTreeMap<FileId, usize> = edits.iter().map(|(file, edits)| (*file, edits.len())).collect();
    if !arrives {
        add_entry(before, wish, &mut edits);
    }
    for (file, edits) in edits {
        let source = sources.get(file);
        let text = text(folder, &source.path)?;
        // The compiler's text has no byte-order mark; the file keeps its own.
        let mark = text.len() - source.text.len();
        let after = format!("{}{}", &text[..mark], edits.apply(&text[mark..]));
        let places = names.get(&file).copied().unwrap_or_default();
        moving.files.push(Rewritten { path: source.path.to_string(), before: text, after, places });
    }
    Ok(())
}

fn is_entry(mention: &Mention) -> bool {
    matches!(mention.role, MentionRole::MovedFrom | MentionRole::MovedTo)
}

/// The name, or the whole address where that stands.
fn written(mention: &Mention, address: &Address) -> String {
    match mention.role {
        MentionRole::Declaration | MentionRole::Service | MentionRole::Auth => address.name.to_string(),
        MentionRole::DependsOn | MentionRole::MovedFrom | MentionRole::MovedTo => address.to_string(),
    }
}

/// Puts the new name where the old one is written, between the quotes that stand there. Whatever else an anchor at that
/// place is used for keeps the old one.
fn replace(before: &Worlds, span: Span, old: &str, new: &str, edits: &mut BTreeMap<FileId, Edits>) {
    let text = &before.front.sources().get(span.file).text;
    let source = &text[range(span)];
    let edits = edits.entry(span.file).or_default();
    let mut found = words(source, old);
    match (found.next(), found.next()) {
        (Some(word), None) => {
            let is_quoted = source.starts_with(['"', '\'']);
            let start = span.start as usize;
            let put = if is_quoted || source.len() > old.len() { new.to_owned() } else { plain(new) };
            edits.put(start + word.start..start + word.end, put);
        }
        _ => edits.put(range(span), format!("\"{new}\"")),
    }
    for alias in before.front.aliases_of(span) {
        if !before.mentions.iter().any(|mention| mention.span == alias) {
            edits.put(range(alias), plain(old));
        }
    }
}

/// A name as a plain scalar, or quoted where it would be read as something else.
fn plain(name: &str) -> String {
    if matches!(name, "null" | "true" | "false") { format!("\"{name}\"") } else { name.to_owned() }
}

fn range(span: Span) -> std::ops::Range<usize> {
    span.start as usize..span.end as usize
}

/// Lets entries of `moved` that lead to the old name lead to the new one, and one that leads back turn round. Says whether
/// the old name itself leads to the new one now: an environment may have the resource under any of its names.
fn redirect(before: &Worlds, wish: &Wish, edits: &mut BTreeMap<FileId, Edits>) -> bool {
    let entries: Vec<&Mention> = before.mentions.iter().filter(|mention| is_entry(mention)).collect();
    let mut arrives = false;
    // The schema holds that each entry has both ends, so that they stand side by side.
    for pair in entries.chunks(2) {
        let (Some(from), Some(to)) =
            (pair.iter().find(|end| end.role == MentionRole::MovedFrom), pair.iter().find(|end| end.role == MentionRole::MovedTo))
        else {
            continue;
        };
        if to.of != wish.from {
            continue;
        }
        if from.of == wish.to {
            arrives = true;
            replace(before, from.span, &wish.to.to_string(), &wish.from.to_string(), edits);
        }
        replace(before, to.span, &wish.from.to_string(), &wish.to.to_string(), edits);
    }
    arrives
}

/// A new entry: in the file that has a list already, the declaration's own before others, or else in the project file.
fn add_entry(before: &Worlds, wish: &Wish, edits: &mut BTreeMap<FileId, Edits>) {
    let own = before.mentions.iter().find(|mention| mention.of == wish.from && mention.role == MentionRole::Declaration);
    let own = own.map(|mention| mention.span.file);
    let places = before.front.layout_of("moved");
    let rank = |place: &&SectionPlace| (place.list.is_none(), Some(place.root.file) != own && place.list.is_some(), place.root.file);
    let Some(place) = places.iter().min_by_key(rank) else { return };
    let source: &Source = before.front.sources().get(place.root.file);
    entry::add(source, place, &wish.from.to_string(), &wish.to.to_string(), edits.entry(place.root.file).or_default());
}

fn text(folder: &dyn Folder, path: &str) -> Result<String, Refused> {
    let unreadable = |error| Refused::Unreadable { path: path.to_owned(), error };
    let bytes = folder.read(path, LIMIT).map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|_| unreadable(FolderError::Io(std::io::ErrorKind::InvalidData.into())))
}
