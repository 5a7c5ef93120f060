//! Declarations → project: what names mean, and what has to hold between one part of a project and another.
//!
//! One pass that gathers everything and never stops: on mistakes the project still holds what there is. Each file is a
//! family of rules; their words stand in `diags/`. Shape is the schemas' matter and not looked at again. Of a resource
//! whose shape does not hold the rest is judged all the same: a rule that concludes something from what is left out, or
//! from what another resource says, asks whether that is known ([`site::Site::knows`]), and nothing is said of a place that
//! was complained about. One of which nothing could be read is known by name only, so a reference to it is no mistake. Knows
//! nothing of what is live, of the network or of templates.
//!
//! To add a rule: a function in the file of its family, called for each declaration of its kind; places through
//! [`site::Site`], only once there is something to say; a struct in `diags/`; a case in `tests/cases/check/`.

mod apps;
mod bodies;
mod circles;
mod connections;
mod credentials;
mod defaults;
mod diags;
mod endpoints;
mod headers;
mod hosts;
mod merge_fields;
mod moved;
mod names;
mod offered;
mod ownership;
mod references;
mod scopes;
mod script_files;
mod scripts;
mod secrets;
mod services;
mod site;
mod suggest;
#[cfg(test)]
mod tests;
mod unused;
mod webhooks;
mod world;

use super::compiled::Compiled;
use super::declare::Declaration;
use super::resolving::Resolving;
use super::shape::Unknown;
use crate::diag::{Diagnostics, Label};
use crate::resource::{Graph, Project, Resource};
use defaults::Defaults;
pub use hosts::of_service as credential_hosts;
use names::Names;
use script_files::ScriptFiles;
use scripts::Reading;
use std::sync::Arc;
use suggest::Suggest;
use world::World;

/// Resolves what declarations refer to, and checks what has to hold between them.
pub(super) fn resolve(diags: &mut Diagnostics, mut input: Resolving<'_>) -> Compiled {
    let names = Names::of(&input.declarations, &input.failed);
    let suggest = Suggest::default();
    let defaults = Defaults::name(&mut input.declarations, &names, &input.shelf);
    let mut files = ScriptFiles::among(input.sources);
    let reading = Reading { names: &names, suggest: &suggest, trees: input.trees, folder: input.folder, files: &mut files };
    let scripts = scripts::read(diags, &mut input.declarations, reading);

    let shelf = &input.shelf;
    let world =
        World { declarations: &input.declarations, names: &names, defaults: &defaults, shelf, trees: input.trees, suggest: &suggest };
    for declaration in world.declarations {
        match &declaration.unknown {
            None => check(diags, &world, declaration),
            Some(unknown) => check_beside(diags, &world, declaration, unknown),
        }
    }
    scripts::check_targets(diags, &world, &scripts, &mut files);
    let moved = moved::check(diags, &world, &input.header.moved);
    let adopted = ownership::adopted(diags, &world, &input.header.adopted);
    let forgotten = ownership::forgotten(diags, &world, &moved, &input.header.forgotten);
    if !input.incomplete {
        unused::check(diags, &world, &scripts);
    }
    let graph = Graph::of(world.declarations.iter().map(|declaration| (&declaration.address, &declaration.resource)));
    circles::check(diags, &world, &graph);

    let scope_classes = defaults.scope_classes(&input.declarations);
    let places = input.declarations.iter().map(|declaration| (declaration.address.clone(), declaration.key)).collect();
    let resources = input.declarations.into_iter().map(|declaration| (declaration.address, Arc::new(declaration.resource))).collect();
    let (name, application) = (input.header.name, input.header.application);
    let project =
        Project { name, application, resources, default_services: defaults.services(), scope_classes, graph, moved, adopted, forgotten };
    let mut files = input.files;
    files.extend(scripts.files());
    files.sort();
    let environment = input.header.environment;
    Compiled { project, places, environment, policies: Vec::new(), catalogue: input.shelf, files }
}

/// The rules for one declaration.
fn check(diags: &mut Diagnostics, world: &World<'_>, declaration: &Declaration) {
    let site = world.site(declaration);
    match &declaration.resource {
        Resource::Service(service) => services::check(diags, world.shelf, site, service),
        Resource::Connection(connection) => connections::check(diags, world, site, connection),
        Resource::Webhook(webhook) => webhooks::check(diags, world, site, webhook),
        Resource::Function(_) => {}
    }
    references::check(diags, world, site);
    secrets::check_references(diags, site);
}

/// The same for one that is not known in full: nothing more is said of a place that was complained about.
fn check_beside(diags: &mut Diagnostics, world: &World<'_>, declaration: &Declaration, unknown: &Unknown) {
    let mut found = Diagnostics::default();
    check(&mut found, world, declaration);
    let is_told = |at: &Label| unknown.covers(at.span);
    found.finish().into_iter().filter(|one| !one.at.as_ref().is_some_and(is_told)).for_each(|one| diags.push(one));
}
