//! What name resolution is given: all declarations with the way back to their text. No stage before it knows another file.

use super::compiled::{ConfigFile, Environment};
use super::declare::{Body, Declaration};
use super::folder::Folder;
use super::syntax::{Located, Tree};
use crate::catalogue::Shelf;
use crate::resource::Address;
use crate::text::{FileId, Sources, Spanned};
use std::collections::{BTreeMap, BTreeSet};

/// The input of `resolve`.
pub(super) struct Resolving<'a> {
    /// In order of address, each address once.
    pub(super) declarations: Vec<Declaration>,
    /// Resources that stand in the files but whose shape does not hold: nothing is known of them but the name, and a
    /// reference to one is no mistake.
    pub(super) failed: BTreeSet<Address>,
    /// Whether a file could not be read to its end. What is missing may be in it: say nothing about what is unused.
    pub(super) incomplete: bool,
    pub(super) header: Header,
    pub(super) trees: &'a Trees,
    /// The catalogue, with the project's own entries in front.
    pub(super) shelf: Shelf,
    /// Scripts that complaints are about are added here.
    pub(super) sources: &'a mut Sources,
    /// The YAML files; scripts are to be added, and all sorted.
    pub(super) files: Vec<ConfigFile>,
    pub(super) folder: &'a dyn Folder,
}

/// What the project file says beside its resources, for the environment that was chosen.
#[derive(Debug, Clone, Default)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) application: Option<String>,
    pub(super) environment: Environment,
    pub(super) moved: Vec<MovedEntry>,
    pub(super) adopted: Vec<AdoptedEntry>,
    pub(super) forgotten: Vec<Spanned<Address>>,
}

/// One entry of `adopt`.
#[derive(Debug, Clone)]
pub(super) struct AdoptedEntry {
    pub(super) address: Spanned<Address>,
    pub(super) from: Option<String>,
}

/// One entry of `moved`.
#[derive(Debug, Clone)]
pub(super) struct MovedEntry {
    pub(super) from: Spanned<Address>,
    pub(super) to: Spanned<Address>,
}

/// The trees of all files, to find the text of a declaration again.
#[derive(Debug, Default)]
pub(super) struct Trees {
    pub(super) by_file: BTreeMap<FileId, Tree>,
}

impl Trees {
    /// The tree of a declaration's file.
    pub(super) fn of(&self, body: Body) -> &Tree {
        self.by_file.get(&body.file).expect("a declaration is read from one of these trees")
    }

    /// Walks a JSON pointer down from a declaration's body.
    pub(super) fn locate(&self, body: Body, pointer: &str) -> Option<Located> {
        self.of(body).locate(body.node, pointer)
    }
}
