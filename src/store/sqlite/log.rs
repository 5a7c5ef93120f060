//! Group commit: many commits, one wait for the disk. SQLite writes each commit into its log without waiting; before a commit
//! is told to be done, the log is synced, by one thread for all that are waiting by then. Whoever comes while a sync is under
//! way starts another one rather than wait for two.

use std::fs::File;
use std::io::Error;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Syncs that are under way at once.
const AT_ONCE: usize = 2;

/// The write-ahead log of one file, and how far it is on the disk.
#[derive(Debug)]
pub(super) struct Log {
    /// `None` for a database in memory, which nothing makes durable.
    path: Option<PathBuf>,
    progress: Mutex<Progress>,
    moved: Condvar,
}

/// Counted in commits of this process.
#[derive(Debug, Default)]
struct Progress {
    /// The log, opened; those that nobody syncs at the moment.
    files: Vec<File>,
    committed: u64,
    durable: u64,
    /// How far each sync reaches that is under way.
    syncing: Vec<u64>,
}

/// A commit that is in the log, on the disk or not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Commit(u64);

impl Log {
    /// The log of a database file.
    pub(super) fn of(database: &Path) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push("-wal");
        Log { path: Some(path.into()), progress: Mutex::default(), moved: Condvar::new() }
    }

    pub(super) fn of_memory() -> Self {
        Log { path: None, progress: Mutex::default(), moved: Condvar::new() }
    }

    /// Counts a commit. To be called by the one writer, before it lets the next one write.
    pub(super) fn committed(&self) -> Commit {
        let mut progress = self.progress();
        progress.committed += 1;
        Commit(progress.committed)
    }

    /// Waits until a commit is on the disk. Where the disk refuses, the commit may be lost with the machine's power.
    pub(super) fn wait(&self, commit: Commit) -> Result<(), Error> {
        let Some(path) = &self.path else { return Ok(()) };
        let mut progress = self.progress();
        while progress.durable < commit.0 {
            if progress.syncing.len() == AT_ONCE || progress.syncing.iter().any(|reach| *reach >= commit.0) {
                progress = self.moved.wait(progress).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let (reach, file) = (progress.committed, progress.files.pop());
            progress.syncing.push(reach);
            drop(progress);
            let synced = sync(path, file);
            progress = self.progress();
            let under_way = progress.syncing.iter().position(|one| *one == reach).expect("it was put there");
            progress.syncing.swap_remove(under_way);
            self.moved.notify_all();
            progress.files.push(synced?);
            progress.durable = progress.durable.max(reach);
        }
        Ok(())
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The log is there while the database is open, and always the same file.
fn sync(path: &Path, file: Option<File>) -> Result<File, Error> {
    #[expect(clippy::disallowed_methods, reason = "the database's own log")]
    let file = file.map_or_else(|| File::open(path), Ok)?;
    file.sync_data()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_is_woken_and_a_lost_log_is_told() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let log = Log::of(&folder.path().join("a.db"));
        let first = log.committed();
        assert!(log.wait(first).is_err(), "there is no log yet");
        let log_file = folder.path().join("a.db-wal");
        std::fs::OpenOptions::new().create_new(true).write(true).open(log_file).expect("the folder is writable");
        std::thread::scope(|scope| {
            let waits: Vec<_> = (0..16).map(|_| scope.spawn(|| log.wait(log.committed()))).collect();
            for wait in waits {
                wait.join().expect("no thread panics").expect("the log is there");
            }
        });
        assert_eq!(log.progress().durable, 17);
    }
}
