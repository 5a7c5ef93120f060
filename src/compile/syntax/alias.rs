//! Anchors, and what standing for them costs.

use super::tree::NodeId;
use rustc_hash::FxHashMap;

/// How many aliases one file may hold.
pub(super) const ALIASES: usize = 100;

/// A node that has a name, as far as it has been read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchor {
    pub(super) node: NodeId,
    pub(super) size: Size,
    /// Its end was not read yet: an alias to it would stand inside the value that it stands for.
    pub(super) open: bool,
}

/// What a value amounts to with every alias in it written out.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Size {
    /// Values, long texts counting for several.
    pub(super) weight: u64,
    /// Levels of nesting below it.
    pub(super) height: usize,
}

impl Size {
    /// Thirty-two bytes of text weigh as much as a value: both bound the memory of what is made from them.
    pub(super) fn of_text(len: usize) -> Self {
        Size { weight: 1 + len as u64 / 32, height: 0 }
    }

    pub(super) fn add(&mut self, child: Size) {
        self.weight = self.weight.saturating_add(child.weight);
        self.height = self.height.max(child.height + 1);
    }
}

/// The anchors of one file by the parser's numbers.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    by_number: FxHashMap<usize, Anchor>,
    /// How many aliases were read.
    pub(super) used: usize,
}

impl Anchors {
    /// Zero is the parser's word for no anchor.
    pub(super) fn open(&mut self, number: usize, node: NodeId) {
        if number != 0 {
            self.by_number.insert(number, Anchor { node, size: Size::default(), open: true });
        }
    }

    pub(super) fn close(&mut self, number: usize, node: NodeId, size: Size) {
        if number != 0 {
            self.by_number.insert(number, Anchor { node, size, open: false });
        }
    }

    pub(super) fn get(&self, number: usize) -> Option<Anchor> {
        self.by_number.get(&number).copied()
    }
}
