//! `backup` and `restore`: a copy of an environment's data, and the way back.

use super::{opened, platform};
use crate::cli::args::{Backup, Restore, TextOrJson};
use crate::cli::exit::Exit;
use crate::cli::report::page::Tone;
use crate::cli::report::{counted, json};
use crate::cli::talk::{Failure, Talk};
use crate::embedded::{self, BackupError};
use serde_json::json;
use std::path::Path;

pub(crate) fn backup(args: &Backup, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    let opening = platform::opening(&opened, &args.broker, talk)?;
    let target = talk.path(&args.file);
    may_be_made(&target, &args.file)?;
    let made = embedded::backup(&opening, &target).map_err(|error| failed("could not back the data up", error))?;
    let after = "The vault's key is not in it: keep a copy of that elsewhere, or nobody can open the secrets.";
    tell(&made, ("Backed up", &args.file), after, args.format, talk);
    Ok(Exit::Done)
}

/// Asked before the data is: what is wrong with the target is no trouble of theirs.
fn may_be_made(target: &Path, said: &Path) -> Result<(), Failure> {
    if target.symlink_metadata().is_ok() {
        let failure = Failure::new(Exit::Failed, format!("`{}` is there already", said.display()));
        return Err(failure.hint("a backup replaces nothing: name a new file"));
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Goes away again at once. Its own words would name a file that nobody asked for.
    match tempfile::NamedTempFile::new_in(folder) {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::new(Exit::Failed, format!("could not write `{}`: {}", said.display(), error.kind()))),
    }
}

pub(crate) fn restore(args: &Restore, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    let opening = platform::opening(&opened, &args.broker, talk)?;
    let path = talk.path(&args.file);
    let restored = embedded::restore(&opening, &path, args.replace).map_err(|error| failed("could not restore the backup", error))?;
    let after = "Access that was renewed since the backup may have to be connected again: `bowline status` says which.";
    tell(&restored, ("Restored", &args.file), after, args.format, talk);
    Ok(Exit::Done)
}

fn tell(backup: &embedded::Backup, (done, file): (&str, &Path), after: &str, format: TextOrJson, talk: &mut Talk<'_>) {
    let keys: Vec<String> = backup.keys.iter().map(ToString::to_string).collect();
    if format == TextOrJson::Json {
        let told = json!({
            "format_version": "1.0", "file": file, "objects": backup.objects, "audit_lines": backup.lines, "keys": keys,
        });
        talk.data(&json(&told));
        return;
    }
    let mut page = talk.page();
    let (objects, lines) = (counted(backup.objects, "object"), counted(backup.lines as usize, "line"));
    page.put(Tone::Good, done).line(&format!(": {objects} and {lines} of the audit, {}", file.display()));
    page.line(&format!("  Its secrets are sealed with {}.", if keys.is_empty() { "no key yet".to_owned() } else { keys.join(", ") }));
    page.line(&format!("  {after}"));
    talk.data(&page.into_text());
}

fn failed(message: &str, error: BackupError) -> Failure {
    let hint = match &error {
        BackupError::NoData => Some("`bowline apply` makes it on first use"),
        BackupError::DataThere { .. } => Some("with --replace the backup takes its place; back it up first"),
        BackupError::NoKey | BackupError::KeyNotAtHand(_) => Some("the file `vault.key` of the data folder, or BOWLINE_VAULT_KEY"),
        BackupError::Unknown | BackupError::Open(_) | BackupError::Data { .. } => None,
    };
    let failure = Failure::because(Exit::Failed, message, error);
    if let Some(hint) = hint { failure.hint(hint) } else { failure }
}
