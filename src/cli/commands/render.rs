//! `render`: the Deluge and JSON that use the connections, printed, written or compared.

use super::opened;
use crate::cli::args::Render;
use crate::cli::exit::Exit;
use crate::cli::report::page::Tone;
use crate::cli::talk::{Failure, Talk};
use crate::render::{self, Snippet, Templates};
use crate::text::{FileId, Source, Sources};
use crate::workspace;
use std::collections::BTreeMap;
use std::path::Path;

pub(crate) fn run(args: &Render, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    let (sources, own) = own_templates(&opened)?;
    let rendered = Templates::overlaid(&sources, own).and_then(|templates| render::render(&opened.compiled.project, &templates));
    let snippets = rendered.map_err(|diags| opened::invalid(&diags.finish(), &sources, talk))?;
    match &args.out {
        None => print(&snippets, talk),
        Some(out) if args.check => return compare(&snippets, &talk.path(out), talk),
        Some(out) => write(&snippets, &talk.path(out), talk)?,
    }
    Ok(Exit::Done)
}

fn print(snippets: &[Snippet], talk: &mut Talk<'_>) {
    for snippet in snippets {
        let mut page = talk.page();
        page.put(Tone::Strong, &format!("=== {}", snippet.path)).end();
        talk.data(&page.into_text());
        talk.data(&snippet.text);
        talk.data("\n");
    }
}

fn write(snippets: &[Snippet], out: &Path, talk: &mut Talk<'_>) -> Result<(), Failure> {
    let stale = snippets.iter().filter(|snippet| !workspace::holds(&out.join(&snippet.path), snippet.text.as_bytes()));
    let files: BTreeMap<String, Vec<u8>> = stale.map(|snippet| (snippet.path.clone(), snippet.text.clone().into_bytes())).collect();
    workspace::write_tree(out, &files).map_err(|error| Failure::because(Exit::Failed, "could not write the snippets", error))?;
    talk.aside(&format!("{} of {} snippets written, the others were up to date\n", files.len(), snippets.len()));
    Ok(())
}

fn compare(snippets: &[Snippet], out: &Path, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let stale: Vec<&Snippet> =
        snippets.iter().filter(|snippet| !workspace::holds(&out.join(&snippet.path), snippet.text.as_bytes())).collect();
    let mut page = talk.page();
    for snippet in &stale {
        let word = if out.join(&snippet.path).exists() { "differs" } else { "missing" };
        page.put(Tone::Caution, &format!("{word}  ")).line(&snippet.path);
    }
    talk.data(&page.into_text());
    talk.aside(&format!("{} of {} snippets are up to date\n", snippets.len() - stale.len(), snippets.len()));
    Ok(if stale.is_empty() { Exit::Done } else { Exit::Differences })
}

/// The templates of the project's own `templates/` folder, by name.
fn own_templates(opened: &opened::Opened) -> Result<(Sources, Vec<(String, FileId)>), Failure> {
    let mut sources = Sources::default();
    let texts = opened.own_templates().map_err(|error| Failure::because(Exit::Failed, "could not read the project's templates", error))?;
    let own = texts.into_iter().map(|(name, text)| {
        let file = sources.add(Source::new(format!("templates/{name}"), text));
        (name, file)
    });
    let own = own.collect();
    Ok((sources, own))
}
