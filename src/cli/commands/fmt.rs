//! `fmt`: files in their canonical layout, written, compared, or shown as a difference.

use super::{difference, opened};
use crate::cli::args::Fmt;
use crate::cli::exit::Exit;
use crate::cli::report::diagnostics_text;
use crate::cli::report::page::Tone;
use crate::cli::talk::{Failure, Talk};
use crate::compile::Front;
use crate::compile::syntax::FILE_BYTES;
use crate::layout::{self, NotFormatted};
use crate::text::{Source, Sources};
use crate::workspace;
use std::io::Read as _;
use std::path::Path;

/// The name of standard input on the command line, and in what is said about it.
const STDIN: (&str, &str) = ("-", "<stdin>");

/// A file, and what it would look like.
struct File {
    path: String,
    text: String,
    laid_out: String,
}

pub(crate) fn run(args: &Fmt, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let texts = if args.files.is_empty() { project(talk)? } else { named(args, talk)? };
    // Nothing is written before everything was read and could be laid out.
    let files = lay_out(texts, talk)?;
    let changed: Vec<&File> = files.iter().filter(|file| file.text != file.laid_out).collect();
    if args.diff {
        changed.iter().for_each(|file| difference::show(&file.path, &file.text, &file.laid_out, talk));
    } else if !args.check {
        write(&files, talk)?;
    }
    if args.check && !args.diff {
        let mut page = talk.page();
        for file in &changed {
            page.put(Tone::Caution, "differs  ").line(&file.path);
        }
        talk.data(&page.into_text());
    }
    if args.check {
        talk.aside(&format!("{} of {} files are laid out canonically\n", files.len() - changed.len(), files.len()));
    }
    Ok(if args.check && !changed.is_empty() { Exit::Differences } else { Exit::Done })
}

/// The project's own files: the project file and what it includes.
fn project(talk: &mut Talk<'_>) -> Result<Vec<(String, String)>, Failure> {
    let folder = opened::folder(talk)?;
    let front = Front::read(&folder);
    let paths = front.sources().iter().map(|(_, source)| source.path.to_string());
    // Sources are texts as the compiler takes them; the bytes are wanted, with line breaks as they are.
    let texts: Result<Vec<(String, String)>, Failure> = paths.map(|path| read(&path, &folder.root().join(&path))).collect();
    match texts {
        Ok(texts) if texts.is_empty() => {
            Err(Failure::new(Exit::Invalid, "there is no `bowline.yaml` in this folder").hint("name files, or `-` for standard input"))
        }
        other => other,
    }
}

/// The files that were named, each once.
fn named(args: &Fmt, talk: &mut Talk<'_>) -> Result<Vec<(String, String)>, Failure> {
    let mut texts: Vec<(String, String)> = Vec::new();
    for file in &args.files {
        let shown = file.display().to_string();
        if shown == STDIN.0 {
            texts.push((STDIN.1.to_owned(), read_stdin(talk)?));
        } else if texts.iter().all(|(path, _)| *path != shown) {
            let path = talk.path(file);
            texts.push(read(&shown, &path)?);
        }
    }
    Ok(texts)
}

fn read(shown: &str, path: &Path) -> Result<(String, String), Failure> {
    let text = workspace::read_file(path, FILE_BYTES);
    let text = text.map_err(|error| Failure::because(Exit::Failed, format!("could not read `{shown}`"), error))?;
    Ok((shown.to_owned(), text))
}

fn read_stdin(talk: &mut Talk<'_>) -> Result<String, Failure> {
    let mut text = String::new();
    let read = (&mut talk.world.stdin).take(FILE_BYTES + 1).read_to_string(&mut text);
    match read {
        Ok(read) if read as u64 > FILE_BYTES => {
            Err(Failure::new(Exit::Invalid, format!("standard input holds more than {FILE_BYTES} bytes")))
        }
        Ok(_) => Ok(text),
        Err(error) => Err(Failure::because(Exit::Failed, "could not read standard input", error)),
    }
}

/// Lays every file out, and tells of all that cannot be.
fn lay_out(texts: Vec<(String, String)>, talk: &mut Talk<'_>) -> Result<Vec<File>, Failure> {
    let (all, mut files) = (texts.len(), Vec::new());
    let mut exit = None;
    for (path, text) in texts {
        match layout::format(&text) {
            Ok(laid_out) => files.push(File { path, text, laid_out }),
            Err(NotFormatted::Invalid(found)) => {
                exit.get_or_insert(Exit::Invalid);
                let mut sources = Sources::default();
                sources.add(Source::new(path, text.trim_start_matches('\u{feff}')));
                let told = diagnostics_text::diagnostics(&found, &sources, talk.talk_look(), diagnostics_text::LIMIT);
                talk.insist(&told);
            }
            Err(refused @ (NotFormatted::SaysAnother | NotFormatted::LosesComment)) => {
                exit = Some(Exit::Failed);
                talk.failure(&Failure::because(Exit::Failed, format!("could not lay out `{path}`"), refused));
            }
        }
    }
    match exit {
        None => Ok(files),
        Some(exit) => Err(Failure::new(exit, format!("{} of {all} files cannot be laid out; none was written", all - files.len()))),
    }
}

fn write(files: &[File], talk: &mut Talk<'_>) -> Result<(), Failure> {
    let mut written = 0;
    for file in files {
        if file.path == STDIN.1 {
            talk.data(&file.laid_out);
        } else if file.text != file.laid_out {
            workspace::replace_file(&talk.path(Path::new(&file.path)), file.laid_out.as_bytes())
                .map_err(|error| Failure::because(Exit::Failed, "could not write the files", error))?;
            let mut page = talk.page();
            page.line(&file.path);
            talk.data(&page.into_text());
            written += 1;
        }
    }
    if files.iter().any(|file| file.path != STDIN.1) {
        talk.aside(&format!("{written} of {} files laid out anew\n", files.len()));
    }
    Ok(())
}
