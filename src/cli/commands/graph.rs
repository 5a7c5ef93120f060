//! `graph`: who uses what, as a picture's source or as data.

use super::opened;
use crate::cli::args::{Graph, GraphFormat};
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::render;

pub(crate) fn run(args: &Graph, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    let graph = &opened.compiled.project.graph;
    if let Some(focus) = &args.focus {
        opened::known_address(focus, graph.addresses())?;
    }
    let options = render::GraphOptions { focus: args.focus.clone(), used_by: args.used_by };
    let text = match args.format {
        GraphFormat::Dot => render::dot(graph, &options),
        GraphFormat::Mermaid => render::mermaid(graph, &options),
        GraphFormat::Json => render::json(graph, &options),
    };
    talk.data(&text);
    Ok(Exit::Done)
}
