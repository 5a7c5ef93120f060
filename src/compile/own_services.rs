//! A project's own catalogue entries: the files that `catalogue` names, read as the catalogue's own files are. Each is laid
//! over the entry of the same key, and what comes of it has to be an entry in full.

use super::diags::{DoesNotFit, RepeatedEntry};
use super::shape::{check_entry, is_entry};
use super::syntax::Tree;
use crate::catalogue::{Entry, Shelf, laid_over};
use crate::diag::Diagnostics;
use crate::text::{FileId, Span};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Makes a shelf of the trees. Without any it is the catalogue, and nothing is parsed.
pub(super) fn shelf(diags: &mut Diagnostics, trees: &BTreeMap<FileId, Tree>) -> Shelf {
    let mut shelf = Shelf::default();
    let mut places: BTreeMap<String, Span> = BTreeMap::new();
    for tree in trees.values() {
        let Some((entry, place)) = entry(diags, tree) else { continue };
        match places.get(&entry.key) {
            Some(first) => diags.push(RepeatedEntry { span: place, key: &entry.key, first: *first }),
            None => {
                places.insert(entry.key.clone(), place);
                shelf.add(entry);
            }
        }
    }
    shelf
}

/// The entry of one file, with the place of its key; `None` where something is wrong with it, which is told.
fn entry(diags: &mut Diagnostics, tree: &Tree) -> Option<(Entry, Span)> {
    if tree.broken_at().is_some() {
        return None;
    }
    let own = Value::deserialize(tree.at(tree.root())).ok()?;
    let whole = laid_over(own);
    if !is_entry(&whole) {
        check_entry(diags, tree, &whole);
        return None;
    }
    let entry: Entry = serde_json::from_value(whole).expect("the schema describes what an entry is read from");
    let faults = entry.faults();
    for fault in &faults {
        diags.push(DoesNotFit { span: nearest(tree, &fault.at), words: fault.words.clone() });
    }
    faults.is_empty().then(|| (entry, nearest(tree, "/key")))
}

/// The place of a part, or of what is around it: a part may come from the catalogue.
fn nearest(tree: &Tree, pointer: &str) -> Span {
    let ends = pointer.char_indices().filter(|(_, letter)| *letter == '/').map(|(at, _)| at);
    let mut around: Vec<&str> = ends.map(|end| &pointer[..end]).collect();
    around.push(pointer);
    around.iter().rev().find_map(|pointer| tree.locate(tree.root(), pointer)).map_or_else(|| tree.span(tree.root()), |at| at.value)
}
