//! What all files of a project may hold together.

use std::sync::atomic::{AtomicU64, Ordering};

/// The values that all files of a project together may still hold.
#[derive(Debug)]
pub struct Budget(AtomicU64);

impl Budget {
    pub fn new(values: u64) -> Self {
        Budget(AtomicU64::new(values))
    }

    /// Takes values; `false` where there are not as many left.
    pub fn take(&self, values: u64) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(values)).is_ok()
    }

    /// Whether a file had to stop because nothing was left.
    pub fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    /// Leaves nothing, so that whoever asks next stops too.
    pub fn exhaust(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}
