//! The way to the server: encrypted, and with whom.

use super::*;

/// Whether the way is encrypted, or why there is none.
fn encrypted(url: &str) -> Result<bool, String> {
    let store = PostgresStore::open(&address(url)).map_err(|error| chain(&error))?;
    let mut lent = store.pool.lend().map_err(|error| chain(&error))?;
    Ok(lent.client.query_one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[]).expect("readable").get(0))
}

fn chain(error: &dyn std::error::Error) -> String {
    let source = error.source().map(chain);
    format!("{error}: {}", source.unwrap_or_default())
}

#[test]
fn the_address_decides_whom_to_trust() {
    let Some(server) = Server::shared() else { return };
    let base = server.database();
    let base = base.split('?').next().expect("it has a beginning");
    let (by_number, by_name) = (base.to_owned(), base.replace("127.0.0.1", "localhost"));
    let root = format!("sslrootcert={}", server.authority().display());
    let folder = tempfile::tempdir().expect("a folder can be made");
    let empty = folder.path().join("empty.pem");
    std::fs::OpenOptions::new().create_new(true).write(true).open(&empty).expect("the folder is writable");
    assert_eq!(encrypted(&format!("{by_number}?sslmode=disable")), Ok(false));
    assert_eq!(encrypted(&by_number), Ok(true), "preferred where the server has it");
    assert_eq!(encrypted(&format!("{by_number}?sslmode=require")), Ok(true), "with anybody");
    assert_eq!(encrypted(&format!("{by_number}?sslmode=verify-ca&{root}")), Ok(true), "whatever its name");
    assert_eq!(encrypted(&format!("{by_name}?sslmode=verify-full&{root}")), Ok(true));
    for (url, why) in [
        (format!("{by_number}?sslmode=verify-full&{root}"), "another name"),
        (format!("{by_name}?sslmode=verify-full"), "nobody here knows the authority"),
        (format!("{by_name}?sslmode=verify-ca"), "nobody here knows the authority"),
        (format!("{by_name}?sslmode=verify-full&sslrootcert={}", empty.display()), "an empty file"),
        (format!("{by_name}?sslmode=verify-full&sslrootcert=/nowhere"), "no file"),
    ] {
        let refused = encrypted(&url).expect_err(why);
        assert!(!refused.contains("canary-database-password"), "{refused}");
    }
}

#[test]
fn a_wrong_password_is_not_repeated() {
    let Some(server) = Server::shared() else { return };
    let url = server.database().replace("canary-database-password", "canary-wrong-password");
    let refused = encrypted(&url).expect_err("the password is wrong");
    assert!(refused.contains("password authentication failed"), "{refused}");
    assert!(!refused.contains("canary-wrong-password"), "{refused}");
}
