//! One apply at a time: an advisory lock that the kernel frees when its process ends, however it ends.

use super::Embedded;
use crate::clock::rfc3339;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Error, Read, Write};
use std::path::PathBuf;

/// Held while an apply runs; dropping it frees the lock.
#[derive(Debug)]
pub struct ApplyLock {
    file: File,
}

#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("another apply is at work: {by}")]
    Held { by: String },
    #[error("could not use `{}`", path.display())]
    Unusable {
        path: PathBuf,
        #[source]
        source: Error,
    },
}

impl Embedded {
    /// Takes the apply lock, without waiting.
    pub fn lock(&self) -> Result<ApplyLock, LockError> {
        let path = self.data_dir.join("apply.lock");
        let unusable = |source| LockError::Unusable { path: path.clone(), source };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Held { by: holder(&mut file) }),
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
        let holder = format!("process {} of {}, since {}\n", std::process::id(), self.actor.name, rfc3339(self.clock.now()));
        let written = file.set_len(0).and_then(|()| file.write_all(holder.as_bytes()));
        written.map_err(unusable)?;
        Ok(ApplyLock { file })
    }
}

impl Drop for ApplyLock {
    fn drop(&mut self) {
        // For who reads the file. The lock goes with the open file, whether this works or not.
        let _ = self.file.set_len(0);
    }
}

/// What the holder wrote about itself; it may be just about to.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.take(1024).read_to_string(&mut text);
    let line = text.lines().next().unwrap_or_default().trim();
    if read.is_err() || line.is_empty() { "another process".to_owned() } else { line.to_owned() }
}
