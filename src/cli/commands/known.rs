//! Findings that are known: the baseline that the command line names, or else the project.

use crate::cli::args::RuleArgs;
use crate::cli::exit::Exit;
use crate::cli::report::baseline::Baseline;
use crate::cli::talk::{Failure, Talk};
use crate::compile::{Folder as _, Front};
use crate::workspace::{self, ProjectFolder};
use std::io::Error;

/// Bytes of a baseline that are read at most.
pub(super) const LIMIT: u64 = 64 << 20;

/// The baseline that holds here; `None` where none does.
pub(super) fn baseline(args: &RuleArgs, front: &Front, folder: &ProjectFolder, talk: &Talk<'_>) -> Result<Option<Baseline>, Failure> {
    match (&args.baseline, front.baseline()) {
        (Some(path), _) => read(&path.display().to_string(), workspace::read_file(&talk.path(path), LIMIT)).map(Some),
        // A project names files of its own and no others.
        (None, Some(path)) => {
            let text = folder.read(path, LIMIT).map_err(Error::other);
            read(path, text.and_then(|bytes| String::from_utf8(bytes).map_err(Error::other))).map(Some)
        }
        (None, None) => Ok(None),
    }
}

fn read(path: &str, text: Result<String, Error>) -> Result<Baseline, Failure> {
    let hint = "`bowline check --write-baseline FILE` writes one";
    let text = text.map_err(|error| Failure::because(Exit::Failed, format!("could not read the baseline `{path}`"), error).hint(hint))?;
    Baseline::parse(&text).ok_or_else(|| Failure::new(Exit::Usage, format!("`{path}` is no baseline")).hint(hint))
}
