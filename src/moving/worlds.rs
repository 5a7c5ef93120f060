//! A project as all of its environments see it: compiled for each, with what is said about it.

use crate::compile::{Choice, Compiled, Folder, Front, Mention, Setting, compile};
use crate::diag::{Diagnostic, Diagnostics};
use crate::resource::{Address, Resource};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is known of a project's files.
pub(super) struct Worlds {
    pub(super) front: Front,
    pub(super) found: Vec<Diagnostic>,
    /// One for each environment, or the only one; fewer where some do not compile.
    pub(super) compiled: Vec<Compiled>,
    /// Of all environments together: a variable may choose what is named.
    pub(super) mentions: BTreeSet<Mention>,
}

impl Worlds {
    pub(super) fn read(folder: &dyn Folder, variables: &BTreeMap<String, String>) -> Worlds {
        let mut front = Front::read(folder);
        let mut diags = Diagnostics::default();
        let mut choices: Vec<Choice> = front.environments().map(|name| Choice::Environment(name.to_owned())).collect();
        if choices.is_empty() {
            choices.push(Choice::Default);
        }
        let (mut compiled, mut mentions) = (Vec::new(), BTreeSet::new());
        for choice in choices {
            let setting = Setting { choice, variables: variables.clone() };
            compiled.extend(compile(&mut diags, &mut front, folder, &setting).ok());
            mentions.extend(front.mentions());
        }
        Worlds { front, found: diags.finish(), compiled, mentions }
    }

    /// Everything that is declared anywhere.
    pub(super) fn addresses(&self) -> BTreeSet<&Address> {
        self.compiled.iter().flat_map(|compiled| compiled.project.resources.keys()).collect()
    }

    /// The scripts of all functions, by path.
    pub(super) fn scripts(&self) -> BTreeSet<&str> {
        let resources = self.compiled.iter().flat_map(|compiled| compiled.project.resources.values());
        resources
            .filter_map(|resource| match resource.as_ref() {
                Resource::Function(function) => Some(function.script.path.as_str()),
                Resource::Service(_) | Resource::Connection(_) | Resource::Webhook(_) => None,
            })
            .collect()
    }
}
