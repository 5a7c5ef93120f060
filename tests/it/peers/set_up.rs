//! Installs the peers' packages once below `target`, exactly as their lock file has them.

use crate::required::or_left_out;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The folder from which the peers run; `None` where they cannot and need not.
pub(crate) fn installed() -> Option<&'static Path> {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let folder = FOLDER.get_or_init(install).as_ref();
    or_left_out("tests against what others wrote", folder.map(PathBuf::as_path).map_err(String::clone))
}

fn install() -> Result<PathBuf, String> {
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in the target folder").join("peers");
    let said = |error: io::Error| format!("{}: {error}", target.display());
    run(Command::new("node").args(["-e", "process.exit(typeof require('crypto').hash === 'function' ? 0 : 1)"]), "Node.js 20.12 or newer")?;
    fs::create_dir_all(&target).map_err(said)?;
    let lock = fs::OpenOptions::new().create(true).write(true).truncate(false).open(target.join("lock")).map_err(said)?;
    lock.lock().map_err(said)?;
    for entry in fs::read_dir(&source).map_err(said)? {
        copy_where_different(&entry.map_err(said)?.path(), &target).map_err(said)?;
    }
    let wanted = fs::read(source.join("package-lock.json")).map_err(said)?;
    let stamp = target.join("installed.json");
    if fs::read(&stamp).ok().as_ref() != Some(&wanted) {
        let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--silent"];
        run(Command::new("npm").args(arguments).current_dir(&target), "npm")?;
        fs::write(&stamp, wanted).map_err(said)?;
    }
    Ok(target)
}

fn copy_where_different(path: &Path, folder: &Path) -> io::Result<()> {
    let (to, bytes) = (folder.join(path.file_name().expect("an entry has a name")), fs::read(path)?);
    if fs::read(&to).ok().as_ref() == Some(&bytes) { Ok(()) } else { fs::write(to, bytes) }
}

fn run(command: &mut Command, what: &str) -> Result<(), String> {
    let ended = command.stdin(Stdio::null()).output().map_err(|error| format!("{what}: {error}"))?;
    if ended.status.success() { Ok(()) } else { Err(format!("{what}: {} {}", ended.status, String::from_utf8_lossy(&ended.stderr).trim())) }
}
