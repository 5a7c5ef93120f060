//! What all files of a project may hold together.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The values that all files of a project together may still hold.
#[derive(Debug)]
pub struct Budget {
    left: AtomicU64,
    is_spent: AtomicBool,
}

impl Budget {
    pub fn new(values: u64) -> Self {
        Budget { left: AtomicU64::new(values), is_spent: AtomicBool::new(false) }
    }

    /// Takes values; `false` where there are not as many left.
    pub fn take(&self, values: u64) -> bool {
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(values)).is_ok()
    }

    /// Gives back what was taken and not used.
    pub fn give_back(&self, values: u64) {
        if !self.is_spent() {
            self.left.fetch_add(values, Ordering::Relaxed);
        }
    }

    /// Whether a file had to stop because nothing was left.
    pub fn is_spent(&self) -> bool {
        self.is_spent.load(Ordering::Relaxed)
    }

    /// Leaves nothing, so that whoever asks next stops too.
    pub fn exhaust(&self) {
        self.is_spent.store(true, Ordering::Relaxed);
        self.left.store(0, Ordering::Relaxed);
    }
}
