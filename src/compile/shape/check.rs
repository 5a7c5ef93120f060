//! Checks one file and hands out what holds.

use super::diags::EmptyFile;
use super::schemas::{self, Schema};
use super::translate::translate;
use crate::compile::syntax::{ArenaNode, Entry, NodeId, Tree, Value, names_after_break};
use crate::diag::{Diagnostic, Diagnostics};
use crate::resource::{Address, Kind};
use crate::text::Span;
use std::collections::BTreeSet;

/// How many findings of one file are told.
const COMPLAINTS: usize = 2_000;

/// Keys that no other key and no other resource is judged by: what is wrong with one hides nothing else.
const APART: [&str; 2] = ["description", "protect"];

/// What a file is to its project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// `bowline.yaml`.
    Project,
    /// Named by `include`.
    Included,
}

/// A resource whose shape holds, but for keys that stand apart. Only this room makes one.
#[derive(Debug, Clone)]
pub(crate) struct Shaped {
    address: Address,
    key: Span,
    node: NodeId,
    without: Vec<&'static str>,
}

impl Shaped {
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// The link name, in the file.
    pub(crate) fn key(&self) -> Span {
        self.key
    }

    pub(crate) fn node(&self) -> NodeId {
        self.node
    }

    /// Keys to leave out in reading: their values do not hold, which is told.
    pub(crate) fn without(&self) -> &[&'static str] {
        &self.without
    }
}

/// What one file comes to.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// In order of the file.
    pub(crate) shaped: Vec<Shaped>,
    /// Entries whose shape does not hold; their names are taken all the same.
    pub(crate) failed: Vec<(Address, Span)>,
    /// Names that a broken file seems to declare behind the break.
    pub(crate) guessed: BTreeSet<Address>,
    /// Whether the file was read to its end.
    pub(crate) is_whole: bool,
}

/// Checks one file against its schemas.
pub(crate) fn check(diags: &mut Diagnostics, tree: &Tree, role: Role) -> Checked {
    let mut checked = Checked { is_whole: tree.broken_at().is_none(), ..Checked::default() };
    if !checked.is_whole {
        checked.guessed = names_after_break(tree.text());
    }
    if matches!(tree.value(tree.root()), Value::Null) {
        if checked.is_whole {
            diags.push(EmptyFile { span: tree.span(tree.root()), role });
        }
        return checked;
    }
    let mut findings = Findings { diags, told: 0 };
    let schema = match role {
        Role::Project => schemas::project(),
        Role::Included => schemas::included(),
    };
    let faulty = findings.check(tree, tree.root(), None, schema);
    for kind in Kind::ALL {
        check_kind(&mut findings, &mut checked, tree, kind, &faulty);
    }
    checked
}

/// Checks every entry of one kind. `faulty` holds the places that the file's own schema complained about.
fn check_kind(findings: &mut Findings<'_>, checked: &mut Checked, tree: &Tree, kind: Kind, faulty: &BTreeSet<Span>) {
    let Some(section) = tree.entry(tree.root(), kind.plural()) else { return };
    let schema = schemas::of(kind);
    for entry in tree.entries(section.value) {
        let key = tree.key_span(entry);
        let address = Address::new(kind, tree.key(entry));
        let is_whole = !tree.is_cut_off(entry.value);
        let without = if is_whole { findings.broken_apart(tree, entry, schema) } else { None };
        match without {
            Some(without) if !tree.holds_missing(entry.value) && !faulty.contains(&key) => {
                checked.shaped.push(Shaped { address, key, node: entry.value, without });
            }
            Some(_) | None => checked.failed.push((address, key)),
        }
    }
}

/// A key with its value.
fn extent(tree: &Tree, entry: &Entry) -> Span {
    Span { end: tree.span(entry.value).end, ..tree.key_span(entry) }
}

fn holds(extent: Span, place: Span) -> bool {
    extent.start <= place.start && place.end <= extent.end
}

/// Tells findings, up to a number.
struct Findings<'d> {
    diags: &'d mut Diagnostics,
    told: usize,
}

impl Findings<'_> {
    /// Tells what does not hold of an entry. The keys that stand apart and do not hold; `None` where anything else does not.
    fn broken_apart(&mut self, tree: &Tree, entry: &Entry, schema: &'static Schema) -> Option<Vec<&'static str>> {
        if schema.validator.is_valid(ArenaNode::In(tree, entry.value)) {
            return Some(Vec::new());
        }
        let places = self.check(tree, entry.value, Some(entry), schema);
        let apart: Vec<(&str, Span)> =
            APART.into_iter().filter_map(|key| Some((key, extent(tree, tree.entry(entry.value, key)?)))).collect();
        let broken = |place: &Span| apart.iter().find(|(_, extent)| holds(*extent, *place)).map(|(key, _)| *key);
        // Without a place it is not known what does not hold.
        if places.is_empty() { None } else { places.iter().map(broken).collect() }
    }

    /// Tells what does not hold, and where.
    fn check(&mut self, tree: &Tree, node: NodeId, entry: Option<&Entry>, schema: &'static Schema) -> BTreeSet<Span> {
        let mut places = BTreeSet::new();
        let value = ArenaNode::In(tree, node);
        if self.told > COMPLAINTS || schema.validator.is_valid(value) {
            return places;
        }
        for error in schema.validator.iter_errors(value) {
            for finding in translate(tree, node, entry, &schema.document, &error) {
                places.extend(finding.at.as_ref().map(|at| at.span));
                self.tell(finding);
            }
        }
        places
    }

    fn tell(&mut self, finding: Diagnostic) {
        self.told += 1;
        if self.told <= COMPLAINTS {
            self.diags.push(finding);
        }
    }
}
