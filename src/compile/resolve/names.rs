//! Which link names stand in the project. Knows nothing of what they stand for.

use crate::compile::declare::Declaration;
use crate::resource::{Address, Kind, Name};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// The link names of each kind, for looking up only: nothing ever walks the maps in their own order.
#[derive(Debug)]
pub(super) struct Names {
    by_kind: [FxHashMap<Name, Standing>; 4],
    any_failed: bool,
}

/// How far a name is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// The place of its declaration in the list of them.
    Declared(usize),
    /// It stands in the files, but nothing of it could be read: nothing can be said of it, nor of what refers to it.
    Failed,
}

impl Names {
    pub(super) fn of(declarations: &[Declaration], failed: &BTreeSet<Address>) -> Names {
        let mut by_kind: [FxHashMap<Name, Standing>; 4] = Default::default();
        for address in failed {
            by_kind[address.kind as usize].insert(address.name.clone(), Standing::Failed);
        }
        for (at, declaration) in declarations.iter().enumerate() {
            by_kind[declaration.address.kind as usize].insert(declaration.address.name.clone(), Standing::Declared(at));
        }
        Names { by_kind, any_failed: !failed.is_empty() }
    }

    pub(super) fn standing(&self, kind: Kind, name: &str) -> Option<Standing> {
        self.by_kind[kind as usize].get(name).copied()
    }

    pub(super) fn knows(&self, kind: Kind, name: &str) -> bool {
        self.standing(kind, name).is_some()
    }

    /// All names of a kind, in no order: what a misspelt one is compared with (the nearest is the same in any order).
    pub(super) fn all(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.by_kind[kind as usize].keys().map(Name::as_str)
    }

    /// Whether something stands in the files of which nothing is known, and so may refer to anything.
    pub(super) fn any_failed(&self) -> bool {
        self.any_failed
    }
}
