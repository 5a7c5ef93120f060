//! Checks one file and hands out what holds.

use super::diags::EmptyFile;
use super::mend::{Mended, Unknown, mend};
use super::schemas::{self, Schema};
use super::translate::translate;
use crate::compile::syntax::{ArenaNode, Entry, NodeId, Tree, Value, names_after_break};
use crate::diag::{Diagnostic, Diagnostics, nearest};
use crate::resource::{Address, Kind, Resource};
use crate::text::Span;
use std::collections::BTreeSet;

/// How many findings of one file are told.
const COMPLAINTS: usize = 2_000;

/// What a file is to its project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// `bowline.yaml`.
    Project,
    /// Named by `include`.
    Included,
}

/// A resource whose shape holds, or that can be read in part. Only this room makes one.
#[derive(Debug, Clone)]
pub(crate) struct Shaped {
    address: Address,
    key: Span,
    node: NodeId,
    mended: Option<Box<Mended>>,
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

    /// What was read where the shape does not hold, which is told, and what is not known of it.
    pub(crate) fn mended(self) -> Option<(Resource, Unknown)> {
        self.mended.map(|mended| (mended.resource, mended.unknown))
    }
}

/// What one file comes to.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// In order of the file.
    pub(crate) shaped: Vec<Shaped>,
    /// Entries of which nothing can be read; their names are taken all the same.
    pub(crate) failed: Vec<(Address, Span)>,
    /// Names that a broken file seems to declare behind the break, and any file below a misspelt section.
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
    checked.guessed.extend(misplaced(tree, &faulty));
    for kind in Kind::ALL {
        check_kind(&mut findings, &mut checked, tree, kind, &faulty);
    }
    checked
}

/// Names that a misspelt section declares. `faulty` holds the places that the file's own schema complained about.
fn misplaced(tree: &Tree, faulty: &BTreeSet<Span>) -> Vec<Address> {
    let kind = |section: &Entry| {
        let near = nearest(tree.key(section), Kind::ALL.iter().map(|kind| kind.plural()))?;
        Kind::ALL.into_iter().find(|kind| kind.plural() == near)
    };
    let unknown = tree.entries(tree.root()).iter().filter(|section| faulty.contains(&tree.key_span(section)));
    let declared = |section: &Entry| Some((kind(section)?, section.value));
    let sections = unknown.filter_map(declared);
    sections.flat_map(|(kind, section)| tree.entries(section).iter().map(move |entry| Address::new(kind, tree.key(entry)))).collect()
}

/// Checks every entry of one kind. `faulty` holds the places that the file's own schema complained about.
fn check_kind(findings: &mut Findings<'_>, checked: &mut Checked, tree: &Tree, kind: Kind, faulty: &BTreeSet<Span>) {
    let Some(section) = tree.entry(tree.root(), kind.plural()) else { return };
    for entry in tree.entries(section.value) {
        let key = tree.key_span(entry);
        let address = Address::new(kind, tree.key(entry));
        let is_name = !faulty.contains(&key);
        match findings.read(tree, entry, kind, is_name) {
            Some(mended) => checked.shaped.push(Shaped { address, key, node: entry.value, mended }),
            None => checked.failed.push((address, key)),
        }
    }
}

/// Tells findings, up to a number.
struct Findings<'d> {
    diags: &'d mut Diagnostics,
    told: usize,
}

impl Findings<'_> {
    /// Tells what does not hold of an entry. What can be read of it where anything does not; `None` where that is nothing.
    fn read(&mut self, tree: &Tree, entry: &Entry, kind: Kind, is_name: bool) -> Option<Option<Box<Mended>>> {
        let schema = schemas::of(kind);
        if tree.is_cut_off(entry.value) {
            return None;
        }
        let holds = schema.validator.is_valid(ArenaNode::In(tree, entry.value));
        if holds && is_name && !tree.holds_missing(entry.value) {
            return Some(None);
        }
        self.check(tree, entry.value, Some(entry), schema);
        // Who reads that many complaints mends those first.
        let mut mended = if self.told > COMPLAINTS { None } else { mend(tree, entry.value, kind, schema) }?;
        mended.unknown.name = !is_name;
        Some(Some(Box::new(mended)))
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
