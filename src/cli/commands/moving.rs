//! `move`: another link name for a resource, in every file that names it; all of them or none.

use super::{difference, opened};
use crate::cli::args::Move;
use crate::cli::exit::Exit;
use crate::cli::report::counted;
use crate::cli::report::page::{Page, Tone};
use crate::cli::talk::{Failure, Talk};
use crate::moving::{self, Moving, Refused, Remark, Rewritten, Wish};
use crate::workspace::{self, ProjectFolder, Replacement};
use std::path::PathBuf;

pub(crate) fn run(args: &Move, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let wish = wish(args)?;
    let folder = opened::folder(talk)?;
    let moving = moving::rewrite(&folder, &wish).map_err(|refused| refusal(refused, &wish, talk))?;
    if args.diff {
        for file in &moving.files {
            difference::show(&file.path, &file.before, &file.after, talk);
        }
    } else {
        write(&folder, &moving.files)?;
        list(&moving, talk);
    }
    say(&moving, &wish, args.diff, talk);
    Ok(Exit::Done)
}

fn wish(args: &Move) -> Result<Wish, Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, message);
    if args.from.kind != args.to.kind {
        return Err(usage(format!("a {} stays a {}: only the name changes", args.from.kind.word(), args.from.kind.word())));
    }
    if args.from == args.to {
        return Err(usage(format!("`{}` has that name already", args.from)));
    }
    let variables = args.variables.iter().cloned().collect();
    Ok(Wish { from: args.from.clone(), to: args.to.clone(), despite_doubts: args.despite_doubts, variables })
}

fn refusal(refused: Refused, wish: &Wish, talk: &mut Talk<'_>) -> Failure {
    match refused {
        Refused::Invalid { found, sources } => opened::invalid(&found, &sources, talk).hint("mend the project first, then move"),
        Refused::Unknown { known } => opened::unknown_address(&wish.from, &known),
        Refused::Taken => Failure::new(Exit::Usage, format!("`{}` is declared already", wish.to)).hint("choose another name"),
        Refused::Unsure { places, only_scripts } => {
            let mut page = talk.aside_page();
            remarks(&places, &mut page);
            talk.insist(&page.into_text());
            let mend =
                if only_scripts { "mend them, or leave them to yourself with `--despite-doubts`" } else { "mend them first, then move" };
            Failure::new(Exit::Failed, format!("nothing was changed: {} cannot be rewritten for sure", counted(places.len(), "place")))
                .hint(mend)
        }
        Refused::Worse { found, sources } => {
            let _ = opened::invalid(&found, &sources, talk);
            Failure::new(Exit::Invalid, "nothing was changed: with the new name, `bowline check` would find what is shown above")
        }
        Refused::Differs { address } => {
            Failure::new(Exit::Failed, format!("nothing was changed: more than the name of `{address}` would be different"))
                .hint("move it by hand, and tell us how the files are written")
        }
        Refused::Unreadable { path, error } => Failure::because(Exit::Failed, format!("could not read `{path}`"), error),
    }
}

fn write(folder: &ProjectFolder, files: &[Rewritten]) -> Result<(), Failure> {
    let paths: Vec<PathBuf> = files.iter().map(|file| folder.root().join(&file.path)).collect();
    let replacements: Vec<Replacement<'_>> = files
        .iter()
        .zip(&paths)
        .map(|(file, path)| Replacement { path, before: Some(file.before.as_bytes()), after: file.after.as_bytes() })
        .collect();
    workspace::replace_files(folder.root(), &replacements).map_err(|error| Failure::because(Exit::Failed, "nothing was changed", error))
}

fn list(moving: &Moving, talk: &mut Talk<'_>) {
    let mut page = talk.page();
    for file in &moving.files {
        page.line(&file.path);
    }
    talk.data(&page.into_text());
}

/// What was done in one line, then what a person should look at.
fn say(moving: &Moving, wish: &Wish, only_shown: bool, talk: &mut Talk<'_>) {
    let (places, files) = (moving.files.iter().map(|file| file.places).sum(), moving.files.len());
    let verb = if only_shown { "would become" } else { "is now" };
    let line = format!("{} {verb} {}: {} in {}\n", wish.from, wish.to, counted(places, "name"), counted(files, "file"));
    let mut page = talk.aside_page();
    remarks(&moving.remarks, &mut page);
    talk.aside(&line);
    talk.aside(&page.into_text());
}

fn remarks(remarks: &[Remark], page: &mut Page) {
    for remark in remarks {
        page.put(Tone::Accent, &format!("{}:{}:{}", remark.path, remark.at.line, remark.at.column));
        page.say(": ").line(&remark.what);
    }
}
