//! `render`: the Deluge and JSON that use the connections, printed, written or compared.

use super::{opened, planning, services};
use crate::cli::args::{Render, RenderCommand};
use crate::cli::exit::Exit;
use crate::cli::report::counted;
use crate::cli::report::page::Tone;
use crate::cli::talk::{Failure, Talk};
use crate::diag::Diagnostics;
use crate::render::{self, Snippet, Templates};
use crate::text::{FileId, Source, Sources, Span};
use crate::workspace;
use std::collections::BTreeMap;
use std::path::Path;

pub(crate) fn run(args: &Render, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    if let Some(RenderCommand::Runbook { plan }) = &args.what {
        let saved = planning::read(plan, talk)?;
        let shelf = services::shelf(talk)?;
        talk.data(&render::runbook(&saved.plan, &|name| shelf.find(name.as_str()).map(|entry| entry.name.clone())));
        return Ok(Exit::Done);
    }
    let opened = opened::open(&args.project, talk)?;
    let (sources, own) = own_templates(&opened, talk)?;
    let rendered = Templates::overlaid(&sources, own).and_then(|templates| render::render(&opened.compiled.project, &templates));
    let snippets = rendered.map_err(|diags| opened::invalid(&diags.finish(), &sources, talk))?;
    match &args.out {
        None => print(&snippets, talk),
        Some(out) if args.check => return compare(&snippets, "snippet", &talk.path(out), talk),
        Some(out) => write(&snippets, "snippet", out, talk)?,
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

/// Writes what is not there yet as it should be, below a folder that does not lead out of the project.
pub(super) fn write(snippets: &[Snippet], noun: &str, out: &Path, talk: &mut Talk<'_>) -> Result<(), Failure> {
    workspace::refuse_link_out(&talk.path(Path::new("")), out).map_err(not_written)?;
    let out = &talk.path(out);
    let stale = snippets.iter().filter(|snippet| !workspace::holds(&out.join(&snippet.path), snippet.text.as_bytes()));
    let files: BTreeMap<String, Vec<u8>> = stale.map(|snippet| (snippet.path.clone(), snippet.text.clone().into_bytes())).collect();
    workspace::write_tree(out, &files).map_err(not_written)?;
    talk.aside(&format!("{} of {} written, the others were up to date\n", files.len(), counted(snippets.len(), noun)));
    Ok(())
}

fn not_written(error: workspace::WriteError) -> Failure {
    Failure::because(Exit::Failed, "could not write the snippets", error)
}

pub(super) fn compare(snippets: &[Snippet], noun: &str, out: &Path, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let stale: Vec<&Snippet> =
        snippets.iter().filter(|snippet| !workspace::holds(&out.join(&snippet.path), snippet.text.as_bytes())).collect();
    let mut page = talk.page();
    for snippet in &stale {
        let word = if out.join(&snippet.path).exists() { "differs" } else { "missing" };
        page.put(Tone::Caution, &format!("{word}  ")).line(&snippet.path);
    }
    talk.data(&page.into_text());
    talk.aside(&format!("{} of {} up to date\n", snippets.len() - stale.len(), counted(snippets.len(), noun)));
    Ok(if stale.is_empty() { Exit::Done } else { Exit::Differences })
}

/// The templates of the project's own `templates/` folder, by name.
fn own_templates(opened: &opened::Opened, talk: &mut Talk<'_>) -> Result<(Sources, Vec<(String, FileId)>), Failure> {
    let mut sources = Sources::default();
    let texts = opened.own_templates().map_err(|error| Failure::because(Exit::Failed, "could not read the project's templates", error))?;
    let mut diags = Diagnostics::default();
    let mut own = Vec::new();
    for (name, bytes) in texts {
        let broken = std::str::from_utf8(&bytes).err().map(|error| error.valid_up_to());
        let file = sources.add(Source::new(format!("templates/{name}"), String::from_utf8_lossy(&bytes).into_owned()));
        if let Some(at) = broken {
            diags.push(render::not_text(&name, Span::new(file, at, at + '\u{fffd}'.len_utf8())));
        }
        own.push((name, file));
    }
    if diags.has_errors() { Err(opened::invalid(&diags.finish(), &sources, talk)) } else { Ok((sources, own)) }
}
