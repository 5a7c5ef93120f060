//! Resources that depend on each other in a circle: told once for each, with the place of every link.

use super::diags::{DependencyCycle, Edge};
use super::site::Site;
use super::world::World;
use crate::diag::Diagnostics;
use crate::resource::{Address, Graph, Link};
use crate::text::Span;

pub(super) fn check(diags: &mut Diagnostics, world: &World<'_>, graph: &Graph) {
    for circle in graph.cycles() {
        let next = circle.iter().cycle().skip(1);
        let edges: Vec<Edge> = circle.iter().zip(next).filter_map(|(from, to)| edge(world, from, to)).collect();
        if !edges.is_empty() {
            diags.push(DependencyCycle { edges });
        }
    }
}

/// The link between two neighbours. Where there are several, the one that is the easiest to remove: `depends_on`.
fn edge(world: &World<'_>, from: &Address, to: &Address) -> Option<Edge> {
    let site = world.declaration(from).map(|declaration| world.site(declaration))?;
    let links = site.declaration.resource.links();
    let link = links.into_iter().filter(|(target, _)| target == to).map(|(_, link)| link).max()?;
    Some(Edge { from: from.clone(), link, to: to.clone(), at: place(site, link, to) })
}

fn place(site: Site<'_>, link: Link, to: &Address) -> Span {
    match link {
        Link::Service => site.value(&["service"]),
        Link::SignedBy => site.value(&["auth", "connection"]),
        Link::Named => site.value(&["script"]),
        Link::DependsOn => {
            let text = to.to_string();
            let items = site.items(&["depends_on"]);
            items.into_iter().find(|(item, _)| *item == text).map_or_else(|| site.entry(&["depends_on"]), |(_, span)| span)
        }
    }
}
