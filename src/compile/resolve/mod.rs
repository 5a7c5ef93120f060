//! Declarations → project: names, links and cycles. A stand-in: it takes every declaration as it is.

use super::compiled::Compiled;
use super::resolving::Resolving;
use crate::diag::Diagnostics;
use crate::resource::{Graph, Project};
use std::sync::Arc;

/// Resolves what declarations refer to.
pub(super) fn resolve(_diags: &mut Diagnostics, input: Resolving<'_>) -> Compiled {
    let places = input.declarations.iter().map(|declaration| (declaration.address.clone(), declaration.key)).collect();
    let resources = input.declarations.into_iter().map(|declaration| (declaration.address, Arc::new(declaration.resource))).collect();
    let graph = Graph::default();
    let project = Project { name: input.header.name, application: input.header.application, resources, graph, ..Project::default() };
    let mut files = input.files;
    files.sort();
    Compiled { project, places, environment: input.header.environment, files }
}
