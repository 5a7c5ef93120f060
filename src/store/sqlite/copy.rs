//! Copies of a database file: taken while others write, looked through before they are trusted, and put into place whole.

use super::SqliteStore;
use super::open::refuse_newer;
use super::session::lock;
use crate::store::StoreError;
use crate::store::column::damaged;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a restore waits for processes that use the file to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// What may lie at a database's place, by ending. The logs first: they must not be taken for those of the new file.
const OLD: [&str; 4] = ["-wal", "-shm", "-journal", ""];

/// How many of [`OLD`] are logs.
const LOGS: usize = 3;

impl SqliteStore {
    /// Writes what was committed by now into a new file (0600), which is there whole and on the disk or not at all. Others may
    /// write meanwhile. A file that is there is not written over.
    pub fn copy_to(&self, file: &Path) -> Result<(), StoreError> {
        if file.exists() {
            return Err(unavailable(Error::new(ErrorKind::AlreadyExists, "a file of that name is there already")));
        }
        let beside = vacuumed(&lock(&self.connection), folder_of(file))?;
        beside.persist_noclobber(file).map_err(|error| unavailable(error.error))?;
        sync_folder(folder_of(file)).map_err(unavailable)
    }

    /// A private copy of a backup in a folder, to be looked at there and put into place. Damage of the file is found: of its
    /// pages, its indexes and its references.
    pub fn copy_of(backup: &Path, folder: &Path) -> Result<tempfile::TempPath, StoreError> {
        let connection = Connection::open_with_flags(backup, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(PATIENCE)?;
        if refuse_newer(&connection)? == 0 {
            return Err(StoreError::Damaged { what: "the file holds no data of this program".to_owned() });
        }
        look_through(&connection)?;
        Ok(vacuumed(&connection, folder)?.into_temp_path())
    }

    /// Puts a checked copy in the place of a database, at once and durably. Refused while another process has the old one
    /// open: it would go on writing into a file that is gone. A damaged old one is kept beside, under another ending, and so
    /// are logs that lie there, with a database or without: they would be read into the new one. Nobody has the copy open any
    /// more.
    pub fn put_into_place(copy: tempfile::TempPath, database: &Path) -> Result<(), StoreError> {
        close(&copy)?;
        let is_damaged = match database.exists().then(|| close(database)) {
            Some(Err(StoreError::Damaged { .. })) => true,
            Some(Err(other)) => return Err(other),
            Some(Ok(())) | None => false,
        };
        let endings = if is_damaged { &OLD[..] } else { &OLD[..LOGS] };
        keep_aside(database, endings).and_then(|()| sync_folder(folder_of(database))).map_err(unavailable)?;
        copy.persist(database).map_err(|error| unavailable(error.error))?;
        sync_folder(folder_of(database)).map_err(unavailable)
    }
}

/// A new file beside its place, complete and on the disk.
fn vacuumed(connection: &Connection, folder: &Path) -> Result<tempfile::NamedTempFile, StoreError> {
    let file = tempfile::NamedTempFile::new_in(folder).map_err(unavailable)?;
    let path = file.path().to_str().ok_or_else(|| unavailable(Error::other("the path is not UTF-8")))?;
    connection.execute("VACUUM INTO ?1", [path])?;
    file.as_file().sync_all().map_err(unavailable)?;
    Ok(file)
}

fn look_through(connection: &Connection) -> Result<(), StoreError> {
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(StoreError::Damaged { what: found });
    }
    let mut loose = connection.prepare("PRAGMA foreign_key_check")?;
    if loose.exists([])? { Err(damaged("a reference")) } else { Ok(()) }
}

/// Ends the write-ahead log: all of it is in the one file then, and nobody else has that open.
fn close(database: &Path) -> Result<(), StoreError> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    match connection.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0)) {
        Ok(mode) if mode == "delete" => Ok(()),
        Ok(_) => Err(in_use()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Err(in_use()),
        Err(error) => Err(error.into()),
    }
}

fn in_use() -> StoreError {
    StoreError::Unavailable("another process has the data open: stop it first".into())
}

fn keep_aside(database: &Path, endings: &[&str]) -> Result<(), Error> {
    for ending in endings {
        let (from, to) = (with_ending(database, ending), with_ending(database, &format!(".damaged{ending}")));
        match std::fs::rename(from, to) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

fn with_ending(database: &Path, ending: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[expect(clippy::disallowed_methods, reason = "the folder is only synced")]
fn sync_folder(folder: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    std::fs::File::open(folder)?.sync_all()?;
    Ok(())
}

fn unavailable(error: Error) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance::noon;
    use crate::store::{AuditEntry, AuditHead, Store, verify};
    use std::sync::atomic::{AtomicBool, Ordering};

    fn write(store: &SqliteStore) {
        let entry = AuditEntry {
            at: noon(),
            actor: "ada".to_owned(),
            action: "put".to_owned(),
            address: None,
            outcome: "done".to_owned(),
            detail: [].into(),
        };
        let mut tx = store.begin().expect("the file is writable");
        tx.next_revision().expect("counts");
        tx.append_audit(&entry).expect("a new line");
        tx.commit().expect("the file is writable");
    }

    /// How many transactions a file holds, each whole.
    fn whole(file: &Path) -> u64 {
        let store = SqliteStore::open(file).expect("it is a database");
        let read = store.read().expect("it can be read");
        let lines = read.audit(0, 100_000).expect("it can be read");
        assert_eq!(verify(AuditHead::start(), &lines), Ok(read.audit_head().expect("it can be read")));
        assert_eq!(read.revision().expect("it can be read"), lines.len() as u64);
        lines.len() as u64
    }

    #[test]
    #[cfg(unix)]
    fn copies_are_taken_while_others_write_and_each_is_whole() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("a.db");
        let (writer, copier) = (SqliteStore::open(&path).expect("writable"), SqliteStore::open(&path).expect("writable"));
        let stop = AtomicBool::new(false);
        let held: Vec<u64> = std::thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Ordering::SeqCst) {
                    write(&writer);
                }
            });
            let held = (0..6)
                .map(|at| {
                    let before = copier.read().and_then(|read| read.revision()).expect("it can be read");
                    let copy = folder.path().join(format!("copy{at}.db"));
                    copier.copy_to(&copy).expect("nobody is in the way");
                    let mode = std::fs::metadata(&copy).expect("it is there").permissions().mode();
                    let held = whole(&copy);
                    assert!(held >= before, "what was committed before is in it");
                    assert_eq!(mode & 0o777, 0o600);
                    held
                })
                .collect();
            stop.store(true, Ordering::SeqCst);
            held
        });
        assert!(held[0] < held[5], "it was written meanwhile: {held:?}");
        assert!(copier.copy_to(&folder.path().join("copy0.db")).is_err(), "nothing is written over");
        assert!(copier.copy_to(&folder.path().join("nowhere/copy.db")).is_err());
    }

    #[test]
    fn a_copy_is_put_into_place_once_nobody_has_the_old_one_open() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (path, backup) = (folder.path().join("a.db"), folder.path().join("backup.db"));
        let store = SqliteStore::open(&path).expect("writable");
        write(&store);
        store.copy_to(&backup).expect("nobody is in the way");
        write(&store);
        let copy = || SqliteStore::copy_of(&backup, folder.path()).expect("it is whole");
        assert!(matches!(SqliteStore::put_into_place(copy(), &path), Err(StoreError::Unavailable(_))), "it is open");
        write(&store);
        drop(store);
        assert_eq!(whole(&path), 3, "nothing was lost by the refusal");
        SqliteStore::put_into_place(copy(), &path).expect("nobody has it open");
        assert_eq!(whole(&path), 1);
        SqliteStore::put_into_place(copy(), &folder.path().join("new.db")).expect("nothing is there");
        assert_eq!(whole(&folder.path().join("new.db")), 1);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test takes files away from outside")]
    fn logs_of_a_database_that_is_gone_are_not_read_into_the_new_one() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (path, backup) = (folder.path().join("a.db"), folder.path().join("backup.db"));
        let store = SqliteStore::open(&path).expect("writable");
        write(&store);
        store.copy_to(&backup).expect("nobody is in the way");
        (0..40).for_each(|_| write(&store));
        // As a process leaves them that is killed: the logs hold all that came after.
        let left = |ending: &str| std::fs::read(with_ending(&path, ending)).expect("the database is open");
        let (wal, shm) = (left("-wal"), left("-shm"));
        drop(store);
        for has_main in [false, true] {
            if !has_main {
                std::fs::remove_file(&path).expect("it is there");
            }
            std::fs::write(with_ending(&path, "-wal"), &wal).expect("writable");
            std::fs::write(with_ending(&path, "-shm"), &shm).expect("writable");
            std::fs::write(with_ending(&path, "-journal"), "an old one").expect("writable");
            let copy = SqliteStore::copy_of(&backup, folder.path()).expect("it is whole");
            SqliteStore::put_into_place(copy, &path).expect("nobody has it open");
            assert_eq!(whole(&path), 1, "{has_main}");
        }
        assert_eq!(std::fs::read(folder.path().join("a.db.damaged-wal")).expect("it is kept"), wal);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test damages files from outside")]
    fn a_damaged_backup_is_found_out_and_a_damaged_database_makes_way() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (path, backup) = (folder.path().join("a.db"), folder.path().join("backup.db"));
        let store = SqliteStore::open(&path).expect("writable");
        (0..300).for_each(|_| write(&store));
        store.copy_to(&backup).expect("nobody is in the way");
        let whole_head = store.read().and_then(|read| read.audit_head()).expect("it can be read");
        drop(store);
        let good = std::fs::read(&backup).expect("it is there");
        let mut found = 0;
        for at in (0..good.len()).step_by(good.len() / 40) {
            let mut bad = good.clone();
            bad[at..(at + 64).min(good.len())].fill(0xA5);
            std::fs::write(&backup, bad).expect("writable");
            let copied = SqliteStore::copy_of(&backup, folder.path());
            // Where the bytes are some line's text the pages are fine, and the chain of the audit tells.
            let seen = copied.and_then(|copy| {
                let store = SqliteStore::open(&copy)?;
                let read = store.read()?;
                let (lines, head) = (read.audit(0, 1000)?, read.audit_head()?);
                Ok((verify(AuditHead::start(), &lines) == Ok(head.clone())).then_some(head))
            });
            match seen {
                Ok(Some(head)) => assert_eq!(head, whole_head, "the damage lies where nothing is kept"),
                Ok(None) | Err(_) => found += 1,
            }
        }
        assert!(found > 10, "{found} of 40 damages were found");
        for (bytes, why) in
            [(&good[..good.len() / 2], "half of it"), (&[][..], "nothing"), (&b"no database at all, and not a short one"[..], "text")]
        {
            std::fs::write(&backup, bytes).expect("writable");
            assert!(SqliteStore::copy_of(&backup, folder.path()).is_err(), "{why}");
        }
        std::fs::write(&backup, &good).expect("writable");
        std::fs::write(&path, vec![7; 8192]).expect("writable");
        SqliteStore::put_into_place(SqliteStore::copy_of(&backup, folder.path()).expect("it is whole"), &path).expect("it makes way");
        assert_eq!(whole(&path), 300);
        assert_eq!(std::fs::read(folder.path().join("a.db.damaged")).expect("it is kept"), vec![7; 8192]);
    }
}
