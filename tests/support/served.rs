//! A served broker as a process: `bowline serve` on a free port of this machine.

use crate::child::first_line;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running server; killed at the end.
pub(crate) struct Served {
    child: Child,
    pub(crate) api: String,
    folder: PathBuf,
    store: String,
}

/// Of every server in the tests: replicas have to share it.
pub(crate) const VAULT_KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";

impl Served {
    /// Serves the SQLite database of a folder, on a free port.
    pub(crate) fn start(folder: &Path) -> Self {
        Served::over(folder, &format!("sqlite:{}", folder.join("bowline.db").display()), "127.0.0.1:0")
    }

    pub(crate) fn over(folder: &Path, store: &str, listen: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bowline"))
            .args(["serve", "--listen", listen, "--allow-loopback", "--format", "json", "--store", store])
            .arg("--admin-token-file")
            .arg(folder.join("token"))
            .env("BOWLINE_VAULT_KEY", VAULT_KEY)
            .env_remove("BOWLINE_STORE")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let line = first_line(&mut child);
        let said: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        let api = said["base_url"].as_str().expect("an address").to_owned();
        Served { child, api, folder: folder.to_owned(), store: store.to_owned() }
    }

    /// Of the first administrator.
    pub(crate) fn token(&self) -> String {
        fs::read_to_string(self.folder.join("token")).expect("it was written").trim().to_owned()
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        // One that ended by itself is as dead.
        let _ = self.child.kill();
        self.child.wait().expect("it can be waited for");
    }

    /// Starts it again at the same address.
    pub(crate) fn again(&mut self) {
        let listen = self.api.trim_start_matches("http://").to_owned();
        *self = Served::over(&self.folder.clone(), &self.store.clone(), &listen);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.kill();
    }
}
