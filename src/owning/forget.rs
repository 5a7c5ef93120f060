//! Declarations taken out of the files, each with the entry that lets it stay live.

use super::adopt::{NOTHING_FORGOTTEN, changed, read};
use super::pages::NewText;
use super::proof::{Refused, compiled, else_the_same};
use crate::compile::{Compiled, Folder, Front, PROJECT_FILE, Setting};
use crate::resource::Address;
use crate::text::FileId;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Takes declarations out, entries of `adopt` about them too, and adds them to `forget`. Scripts stay where they are.
///
/// # Errors
/// When something is not declared, a file cannot be changed for sure, or the project would not be a valid one that is the same
/// for the rest.
pub fn forget(
    folder: &dyn Folder,
    front: &Front,
    before: &Compiled,
    setting: &Setting,
    addresses: &BTreeSet<Address>,
) -> Result<Vec<NewText>, Refused> {
    let mut by_file: BTreeMap<FileId, BTreeSet<&Address>> = BTreeMap::new();
    for address in addresses {
        let Some(place) = before.places.get(address) else {
            let known = before.project.resources.keys().cloned().collect();
            return Err(Refused::NotDeclared { address: address.clone(), known });
        };
        by_file.entry(place.file).or_default().insert(address);
    }
    let mut texts: BTreeMap<String, NewText> = BTreeMap::new();
    for (file, source) in front.sources().iter().filter(|(_, source)| source.path.ends_with(".yaml") || source.path.ends_with(".yml")) {
        let here = by_file.remove(&file).unwrap_or_default();
        let text = without(folder, &source.path, &here, addresses)?;
        if text.before.as_ref() != Some(&text.after) {
            texts.insert(text.path.clone(), text);
        }
    }
    let new: String =
        addresses.iter().filter(|address| !before.project.forgotten.contains(*address)).map(|address| format!("  - {address}\n")).collect();
    if !new.is_empty() {
        // A file has to say something: one that would not takes the entries.
        let path = texts.values().find(|text| text.after.is_empty()).map_or(PROJECT_FILE.to_owned(), |text| text.path.clone());
        let (earlier, now) = match texts.remove(&path) {
            Some(text) => (text.before, Some(text.after)),
            None => read(folder, &path).map(|text| (text.clone(), text))?,
        };
        let text = changed(&path, now, |page| page.with_items("forget", addresses_to_add(addresses, before), &new))?;
        let after = text.after.trim_start_matches('\n').to_owned();
        texts.insert(path, NewText { before: earlier, after, ..text });
    }
    texts.values_mut().filter(|text| text.after.is_empty()).for_each(|text| text.after = NOTHING_FORGOTTEN.to_owned());
    let texts: Vec<NewText> = texts.into_values().collect();
    let (_, after) = compiled(folder, &texts, setting)?;
    else_the_same(before, &after, &addresses.iter().collect())?;
    let stays = |address: &&Address| after.project.resources.contains_key(*address) || !after.project.forgotten.contains(*address);
    match addresses.iter().find(stays) {
        Some(address) => Err(Refused::Differs { address: address.clone() }),
        None => Ok(texts),
    }
}

fn addresses_to_add(addresses: &BTreeSet<Address>, before: &Compiled) -> Vec<String> {
    addresses.iter().filter(|address| !before.project.forgotten.contains(*address)).map(Address::to_string).collect()
}

/// A file without the declarations that stand in it and without entries of `adopt` about any.
fn without(folder: &dyn Folder, path: &str, here: &BTreeSet<&Address>, all: &BTreeSet<Address>) -> Result<NewText, Refused> {
    let known = read(folder, path)?;
    changed(path, known.clone(), |page| {
        let mut ranges: Vec<Range<usize>> = page.items_of("adopt", &all.iter().map(Address::to_string).collect::<Vec<_>>())?;
        let mut by_kind: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for address in here {
            by_kind.entry(address.kind.plural()).or_default().push(address.name.as_str());
        }
        for (section, keys) in by_kind {
            ranges.extend(page.lines_of(section, &keys)?);
        }
        Ok(page.cut(ranges))
    })
}
