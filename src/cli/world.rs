//! The real world, as one value: what a command may ask and where it may speak. Tests hand in another.

use crate::clock::{Clock, Random};
use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Everything outside the program that a command may touch.
pub struct World<'w> {
    /// The folder that relative paths start from.
    pub folder: PathBuf,
    /// Environment variables whose name and value are UTF-8.
    pub env: BTreeMap<String, String>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// Opens a link for the person.
    pub browser: &'w dyn Fn(&url::Url) -> std::io::Result<()>,
    pub stdin: &'w mut dyn BufRead,
    /// Data.
    pub stdout: &'w mut dyn Write,
    /// Talk.
    pub stderr: &'w mut dyn Write,
    pub terminal: Terminal,
    /// Set when the person asked to stop.
    pub interrupted: &'w AtomicBool,
}

/// Which streams a person is looking at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal {
    pub stdin: bool,
    pub stdout: bool,
    pub stderr: bool,
    /// Columns; 0 where nobody knows.
    pub width: usize,
}
