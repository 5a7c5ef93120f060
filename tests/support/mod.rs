//! Runs commands in this process, in a world that stands still, and knows folders.

pub(crate) mod served;

use bowline::cli::{Terminal, World, run};
use bowline::clock::{FixedClock, Random};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

/// What a command answered.
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) exit: u8,
}

/// Runs one command line, words separated by white space, in a folder.
pub(crate) fn bowline(line: &str, folder: &Path, env: &BTreeMap<String, String>) -> Ran {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let world = World {
        folder: folder.to_path_buf(),
        env: env.clone(),
        clock: Arc::new(FixedClock(SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000))),
        random: Arc::new(Counting),
        browser: &|_| Err(io::Error::other("there is no browser here")),
        stdin: &mut io::empty(),
        stdout: &mut stdout,
        stderr: &mut stderr,
        terminal: Terminal::default(),
        interrupted: &AtomicBool::new(false),
    };
    let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
    let exit = run(arguments, world).code();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what is printed is UTF-8");
    Ran { stdout: text(stdout), stderr: text(stderr), exit }
}

/// Randomness that is the same on every run.
struct Counting;

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = at as u8;
        }
    }
}

/// Every file below a folder, by path with `/`.
pub(crate) fn tree(folder: &Path) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    if folder.exists() {
        gather(folder, folder, &mut files)?;
    }
    Ok(files)
}

fn gather(folder: &Path, root: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(&path, root, files)?;
        } else {
            let name = path.strip_prefix(root).expect("it lies below the root").to_string_lossy().replace('\\', "/");
            files.insert(name, fs::read(&path)?);
        }
    }
    Ok(())
}

/// Writes files below a folder.
pub(crate) fn write_tree(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a file lies in a folder"))?;
        fs::write(path, bytes)?;
    }
    Ok(())
}
