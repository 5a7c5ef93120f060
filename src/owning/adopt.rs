//! Declarations of what is live, and the entries that take it over, as the files they make.

use super::choice::Choice;
use super::declaration::declaration;
use super::pages::{NewText, Page};
use super::proof::{Refused, compiled, else_the_same};
use crate::compile::{Compiled, Folder, FolderError, Front, Overlaid, PROJECT_FILE, Setting};
use crate::layout;
use crate::resource::{Address, Kind, Live, Observed, Resource};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of a file that are read at most; the compiler has already read it under its own limits.
const LIMIT: u64 = 64 << 20;

/// A file has to say something.
pub(super) const NOTHING_FORGOTTEN: &str = "forget: []\n";

/// An adoption, nothing of it written yet.
#[derive(Debug)]
pub struct Adoption {
    pub texts: Vec<NewText>,
    /// Declared as they are live, and read differently by the compiler all the same: a plan will say what changes.
    pub differs: BTreeSet<Address>,
}

/// Writes what was chosen into one file of the project, which is included if it is not yet, and scripts beside it.
///
/// `scripts` holds the text of every function without a declaration; `into` is a path below the project's root.
///
/// # Errors
/// When a file cannot be changed for sure, or the project would not be a valid one that is the same for the rest.
pub(super) fn adopt(
    folder: &dyn Folder,
    before: &Compiled,
    setting: &Setting,
    observed: &Observed,
    choice: &Choice,
    scripts: &BTreeMap<Address, String>,
    into: &str,
) -> Result<Adoption, Refused> {
    let live = undeclared(observed, choice);
    let remembered = remembered(folder, before, choice)?;
    let so_far = Overlaid { folder, files: remembered.iter().map(|text| (text.path.as_str(), text.after.as_bytes())).collect() };
    let mut texts = vec![declared(&so_far, before, choice, &live, into)?];
    texts.extend(script_texts(folder, &live, scripts, into)?);
    if let Some(text) = included(&so_far, &texts, into)? {
        texts.push(text);
    }
    let texts = together(remembered, texts);
    let (_, after) = compiled(folder, &texts, setting)?;
    let chosen = choice.all();
    else_the_same(before, &after, &chosen)?;
    if let Some(missing) = chosen.into_iter().find(|address| after.project.adopted.get(*address) != Some(&choice.from)) {
        return Err(Refused::Differs { address: missing.clone() });
    }
    let differs = |(address, live): &(&Address, &Live)| after.project.resources.get(*address) != Some(&live.resource);
    let differs = live.into_iter().filter(differs).map(|(address, _)| address.clone()).collect();
    Ok(Adoption { texts, differs })
}

pub(super) fn undeclared<'a>(observed: &'a Observed, choice: &'a Choice) -> BTreeMap<&'a Address, &'a Live> {
    choice.undeclared.iter().filter_map(|address| Some((address, observed.objects.get(address)?))).collect()
}

/// The files that let go of something chosen, without that.
fn remembered(folder: &dyn Folder, before: &Compiled, choice: &Choice) -> Result<Vec<NewText>, Refused> {
    let back: Vec<String> =
        choice.all().into_iter().filter(|address| before.project.forgotten.contains(*address)).map(Address::to_string).collect();
    if back.is_empty() {
        return Ok(Vec::new());
    }
    let mut texts = Vec::new();
    for file in before.files.iter().filter(|file| file.path.ends_with(".yaml") || file.path.ends_with(".yml")) {
        let mut text = changed(&file.path, read(folder, &file.path)?, |page| Ok(page.cut(page.items_of("forget", &back)?)))?;
        if text.after.is_empty() {
            text.after = NOTHING_FORGOTTEN.to_owned();
        }
        if text.before.as_ref() != Some(&text.after) {
            texts.push(text);
        }
    }
    Ok(texts)
}

/// Texts over earlier ones of the same files, each from how its file reads now.
fn together(earlier: Vec<NewText>, mut texts: Vec<NewText>) -> Vec<NewText> {
    for one in earlier {
        match texts.iter_mut().find(|text| text.path == one.path) {
            Some(text) => text.before = one.before,
            None => texts.push(one),
        }
    }
    texts
}

/// The file of declarations and entries.
fn declared(
    folder: &dyn Folder,
    before: &Compiled,
    choice: &Choice,
    live: &BTreeMap<&Address, &Live>,
    into: &str,
) -> Result<NewText, Refused> {
    let known = read(folder, into)?;
    if known.is_some() && !before.files.iter().any(|file| file.path == into) {
        return Err(Refused::Taken { path: into.to_owned() });
    }
    let from = choice.from.as_ref().map(|from| format!(", from: {}", serde_json::json!(from))).unwrap_or_default();
    let entries = choice.all().into_iter().map(|address| format!("  - {{ address: {address}{from} }}\n")).collect();
    let mut sections = vec![laid_out("adopt", entries)];
    for kind in Kind::ALL {
        let declarations: String =
            live.iter().filter(|(address, _)| address.kind == kind).map(|(address, live)| declaration(address, &live.resource)).collect();
        if !declarations.is_empty() {
            sections.push(laid_out(kind.plural(), declarations));
        }
    }
    changed(into, known, |page| page.with(&sections))
}

/// Lines of a section as the canonical layout has them.
fn laid_out(section: &'static str, lines: String) -> (&'static str, String) {
    let text = format!("{section}:\n{lines}");
    let laid_out = layout::format(&text).ok().and_then(|text| Some(text.split_once('\n')?.1.to_owned()));
    (section, laid_out.unwrap_or(lines))
}

/// The scripts of functions, as files that are not there yet.
fn script_texts(
    folder: &dyn Folder,
    live: &BTreeMap<&Address, &Live>,
    scripts: &BTreeMap<Address, String>,
    into: &str,
) -> Result<Vec<NewText>, Refused> {
    let mut texts: BTreeMap<&str, NewText> = BTreeMap::new();
    for (address, live) in live {
        let (Resource::Function(function), Some(script)) = (live.resource.as_ref(), scripts.get(address)) else { continue };
        let path = function.script.path.as_str();
        let refused = || Refused::Path { address: (*address).clone(), path: path.to_owned() };
        if path == into || !may_be_a_script(path) || texts.get(path).is_some_and(|text| text.after != *script) {
            return Err(refused());
        }
        match folder.read(path, LIMIT) {
            Ok(bytes) if bytes == script.as_bytes() => {}
            Ok(_) => return Err(Refused::Taken { path: path.to_owned() }),
            Err(FolderError::Missing) => {
                drop(texts.insert(path, NewText { path: path.to_owned(), before: None, after: script.clone() }));
            }
            Err(_) => return Err(refused()),
        }
    }
    Ok(texts.into_values().collect())
}

/// Whether a script may be written there: the path is the platform's word, so it leads to no hidden file and to none that
/// the project is made of.
pub(super) fn may_be_a_script(path: &str) -> bool {
    let plain = path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
    let says_else = [".yaml", ".yml", ".json"].iter().any(|end| path.to_ascii_lowercase().ends_with(end));
    plain && !says_else && !path.contains(['\\', ':']) && !path.chars().any(char::is_control)
}

/// The project file with the new one included, where no pattern names that yet.
fn included(folder: &dyn Folder, texts: &[NewText], into: &str) -> Result<Option<NewText>, Refused> {
    let files = texts.iter().map(|text| (text.path.as_str(), text.after.as_bytes())).collect();
    let front = Front::read(&Overlaid { folder, files });
    if front.sources().iter().any(|(_, source)| &*source.path == into) {
        return Ok(None);
    }
    let known = read(folder, PROJECT_FILE)?;
    let pattern = globset::escape(into);
    changed(PROJECT_FILE, known, |page| page.with_item("include", &pattern)).map(Some)
}

pub(super) fn read(folder: &dyn Folder, path: &str) -> Result<Option<String>, Refused> {
    let unreadable = || Refused::Manner { path: path.to_owned(), what: "it cannot be read" };
    match folder.read(path, LIMIT) {
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| unreadable()),
        Err(FolderError::Missing) => Ok(None),
        Err(_) => Err(unreadable()),
    }
}

/// A file's text after a change of it; in canonical layout if it was before.
pub(super) fn changed(
    path: &str,
    before: Option<String>,
    change: impl FnOnce(&Page<'_>) -> Result<String, Refused>,
) -> Result<NewText, Refused> {
    let known = before.as_deref().unwrap_or_default();
    let text = known.strip_prefix('\u{feff}').unwrap_or(known);
    let mark = &known[..known.len() - text.len()];
    let mut after = change(&Page::read(path, text))?;
    if before.is_none() {
        after = layout::format(&after).unwrap_or_else(|_| after.trim_start().to_owned());
    } else if layout::format(text).is_ok_and(|laid_out| laid_out == text) {
        after = layout::format(&after).unwrap_or(after);
    }
    Ok(NewText { path: path.to_owned(), after: format!("{mark}{after}"), before })
}
