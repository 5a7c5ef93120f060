//! Opens a database file: private to its user, of a schema that is known, brought up to date.

use super::SqliteStore;
use super::log::Log;
use super::readers::Readers;
use super::uses::Waiting;
use crate::store::StoreError;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

/// Numbered from 1 without a gap; each is applied once, and never edited after it was released.
const MIGRATIONS: [&str; 8] = [
    include_str!("../migrations/0001_estate.sqlite.sql"),
    include_str!("../migrations/0002_grants.sqlite.sql"),
    include_str!("../migrations/0003_delivery.sqlite.sql"),
    include_str!("../migrations/0004_people.sqlite.sql"),
    include_str!("../migrations/0005_renewals.sqlite.sql"),
    include_str!("../migrations/0006_consent_ends.sqlite.sql"),
    include_str!("../migrations/0007_safety.sqlite.sql"),
    include_str!("../migrations/0008_whose.sqlite.sql"),
];

/// How long a writer waits for the one before it.
const PATIENCE: Duration = Duration::from_secs(30);

impl SqliteStore {
    /// Opens a file for reading and writing, made where it is not there (0600), and brings its schema up to date. A file of
    /// a newer schema is left as it is.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        create_private(path).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(PATIENCE)?;
        refuse_newer(&connection)?;
        write_ahead(&connection)?;
        SqliteStore::ready(connection, Log::of(path), Some(Readers::of(path)))
    }

    /// Opens a file for reading. `None` where nothing was ever kept in it, or it is not there.
    pub fn open_read_only(path: &Path) -> Result<Option<Self>, StoreError> {
        if !path.exists() {
            return Ok(None);
        }
        let connection = to_read(path)?;
        if refuse_newer(&connection)? == 0 {
            return Ok(None);
        }
        let (readers, log, waiting) = (Some(Readers::of(path)), Log::of(path), Waiting::default());
        Ok(Some(SqliteStore { readers, connection: Mutex::new(connection), log, waiting, read_only: true }))
    }

    /// A database that is gone with the process.
    pub fn in_memory() -> Result<Self, StoreError> {
        SqliteStore::ready(Connection::open_in_memory()?, Log::of_memory(), None)
    }

    /// Refuses every write from here on.
    pub fn into_read_only(self) -> Self {
        SqliteStore { read_only: true, ..self }
    }

    fn ready(connection: Connection, log: Log, readers: Option<Readers>) -> Result<Self, StoreError> {
        set_up(&connection)?;
        migrate(&connection)?;
        Ok(SqliteStore { readers, connection: Mutex::new(connection), log, waiting: Waiting::default(), read_only: false })
    }
}

/// A connection to a file that is there, for reading.
pub(super) fn to_read(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    set_up(&connection)?;
    Ok(connection)
}

/// SQLite gives its log files the mode of the main file, so that is made first. An existing file is drawn in.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    drop(file);
    Ok(())
}

fn set_up(connection: &Connection) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch(
        // The log is synced by `Log`, once for many commits; SQLite itself syncs before it moves the log into the file.
        "PRAGMA synchronous = NORMAL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA trusted_schema = OFF;",
    )?;
    Ok(())
}

/// Switches the file to a write-ahead log, which it remembers. The switch does not wait for others by itself.
fn write_ahead(connection: &Connection) -> Result<(), StoreError> {
    let mut tries = 0;
    loop {
        let switched = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0));
        match switched {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && tries < 500 => {
                tries += 1;
                std::thread::sleep(Duration::from_millis(10));
            }
            other => return other.map(drop).map_err(StoreError::from),
        }
    }
}

/// The file's schema; 0 where it has none yet.
pub(super) fn refuse_newer(connection: &Connection) -> Result<u32, StoreError> {
    let found = version(connection)?;
    let known = MIGRATIONS.len() as u32;
    if found > known { Err(StoreError::Newer { found, known }) } else { Ok(found) }
}

fn version(connection: &Connection) -> Result<u32, StoreError> {
    let named = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'";
    if connection.query_row(named, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(0);
    }
    Ok(connection.query_row("SELECT coalesce(max(version), 0) FROM schema_version", [], |row| row.get(0))?)
}

/// All or nothing, and by one process: the version is read again once the file is ours.
fn migrate(connection: &Connection) -> Result<(), StoreError> {
    if version(connection)? == MIGRATIONS.len() as u32 {
        return Ok(());
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let done = migrate_from(connection).and_then(|()| Ok(connection.execute_batch("COMMIT")?));
    if done.is_err() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    done
}

fn migrate_from(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY) STRICT")?;
    let from = refuse_newer(connection)?;
    for (number, sql) in (1_u32..).zip(MIGRATIONS).skip(from as usize) {
        connection.execute_batch(sql)?;
        connection.execute("INSERT INTO schema_version VALUES (?1)", [number])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn file() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("bowline.db");
        (folder, path)
    }

    #[test]
    #[cfg(unix)]
    fn its_files_are_private_also_where_they_were_not() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, path) = file();
        drop(SqliteStore::open(&path).expect("the folder is writable"));
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).expect("it is ours");
        let store = SqliteStore::open(&path).expect("the folder is writable");
        store.begin().expect("nobody else writes").next_revision().expect("nobody else writes");
        let modes: Vec<u32> = std::fs::read_dir(folder.path())
            .expect("the folder is there")
            .map(|entry| entry.and_then(|entry| entry.metadata()).expect("it is there").permissions().mode() & 0o777)
            .collect();
        assert_eq!(modes, [0o600; 3]);
    }

    #[test]
    fn a_newer_schema_is_refused_and_the_file_left_alone() {
        let (_folder, path) = file();
        drop(SqliteStore::open(&path).expect("the folder is writable"));
        Connection::open(&path)
            .and_then(|connection| connection.execute("INSERT INTO schema_version VALUES (99)", []))
            .expect("the table is there");
        let before = std::fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("it is there");
        for refused in [SqliteStore::open(&path).err(), SqliteStore::open_read_only(&path).err()] {
            assert!(matches!(refused, Some(StoreError::Newer { found: 99, known }) if known as usize == MIGRATIONS.len()), "{refused:?}");
        }
        assert_eq!(std::fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("it is there"), before);
    }

    #[test]
    fn an_older_file_is_brought_up_to_date_with_all_that_it_holds() {
        let (_folder, path) = file();
        let connection = Connection::open(&path).expect("the folder is writable");
        let version = "CREATE TABLE schema_version (version INTEGER PRIMARY KEY) STRICT; INSERT INTO schema_version VALUES (1), (2), (3)";
        let rows = "INSERT INTO objects (kind, name, body, revision, created, updated)
                    VALUES ('connections', 'c', '{\"name\":\"C\",\"service\":\"s\"}', 1, '2027-01-15T08:00:00Z', '2027-01-15T08:00:00Z');
                    INSERT INTO authorizations (connection, user, state, message, updated)
                    VALUES ('c', '', 'connected', '', '2027-01-15T08:00:00Z')";
        for sql in MIGRATIONS[..3].iter().chain([&version, &rows]) {
            connection.execute_batch(sql).expect("an older program's schema");
        }
        drop(connection);
        let store = SqliteStore::open(&path).expect("it is brought up to date");
        let read = store.read().expect("it can be read");
        let objects = read.objects().expect("it can be read");
        assert_eq!(objects.into_values().map(|object| (object.revision, object.maker)).collect::<Vec<_>>(), [(1, None)]);
        let standing = read.all_authorizations().expect("it can be read").into_values().flatten();
        assert_eq!(standing.map(|one| one.application).collect::<Vec<_>>(), [None]);
        assert_eq!(read.users().expect("it can be read"), []);
    }

    #[test]
    fn reading_makes_nothing_and_writes_nothing() {
        let (folder, path) = file();
        assert!(SqliteStore::open_read_only(&path).expect("nothing is there").is_none());
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder is there").count(), 0);
        drop(SqliteStore::open(&path).expect("the folder is writable"));
        let reader = SqliteStore::open_read_only(&path).expect("it is there").expect("it has a schema");
        assert!(matches!(reader.begin().err(), Some(StoreError::ReadOnly)));
        assert_eq!(reader.read().and_then(|snapshot| snapshot.revision()).expect("it can be read"), 0);
    }

    #[test]
    fn what_is_no_database_is_said_to_be_damaged() {
        let (_folder, path) = file();
        std::io::Write::write_all(&mut OpenOptions::new().create_new(true).write(true).open(&path).expect("new"), &[7; 4096])
            .expect("the disk has room");
        assert!(matches!(SqliteStore::open(&path), Err(StoreError::Damaged { .. })));
    }

    #[test]
    fn many_may_open_a_new_file_at_once() {
        let (_folder, path) = file();
        std::thread::scope(|scope| {
            let opened: Vec<_> = (0..8).map(|_| scope.spawn(|| SqliteStore::open(&path).map(drop))).collect();
            for opened in opened {
                opened.join().expect("no thread panics").expect("each waits for the others");
            }
        });
    }
}
