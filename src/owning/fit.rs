//! Of everything that could be taken in, what can be declared: the rest is left out and named, instead of stopping all of it.

use super::adopt::{Adoption, adopt, undeclared};
use super::choice::{Asked, Choice, choose};
use super::pages::Page;
use super::proof::Refused;
use crate::compile::{Compiled, Folder, Setting};
use crate::diag::Diagnostic;
use crate::resource::{Address, Kind, Live, Name, Observed, Resource};
use crate::text::Sources;
use std::collections::{BTreeMap, BTreeSet};

/// What can be taken in, as files.
#[derive(Debug)]
pub struct Fit {
    pub choice: Choice,
    /// `None` where no file has to change.
    pub adoption: Option<Adoption>,
    /// What cannot be declared although nobody owns it, and why.
    pub unfit: BTreeMap<Address, String>,
}

/// Chooses and declares. `script` reads the text of a live function.
///
/// # Errors
/// When something that was named cannot be taken in, or what stands in the way is no object's own matter.
pub fn fit<E: From<Refused>>(
    (folder, before, setting): (&dyn Folder, &Compiled, &Setting),
    observed: &Observed,
    asked: &Asked,
    into: &str,
    mut script: impl FnMut(&Address) -> Result<String, E>,
) -> Result<Fit, E> {
    let mut asked = asked.clone();
    let mut scripts = BTreeMap::new();
    let mut unfit = BTreeMap::new();
    loop {
        let choice = choose(&before.project, observed, &asked)?;
        if choice.is_empty() {
            return Ok(Fit { choice, adoption: None, unfit });
        }
        for function in choice.undeclared.iter().filter(|address| address.kind == Kind::Function) {
            if !scripts.contains_key(function) {
                scripts.insert(function.clone(), script(function)?);
            }
        }
        let refused = match adopt(folder, before, setting, observed, &choice, &scripts, into) {
            Ok(adoption) => return Ok(Fit { choice, adoption: Some(adoption), unfit }),
            Err(refused) => refused,
        };
        let culprits = culprits(&refused, into, &undeclared(observed, &choice));
        // What was asked for by name is not left out.
        if culprits.is_empty() || !asked.addresses.is_empty() {
            return Err(refused.into());
        }
        asked.but.extend(culprits.keys().cloned());
        unfit.extend(culprits);
    }
}

/// The objects that a refusal is about, with what is wrong; none where it is not about objects that are taken in.
fn culprits(refused: &Refused, into: &str, live: &BTreeMap<&Address, &Live>) -> BTreeMap<Address, String> {
    let found = match refused {
        Refused::Worse { found, sources } => {
            let page = sources.iter().find(|(_, source)| *source.path == *into).map(|(_, source)| Page::read(into, &source.text));
            found.iter().flat_map(|one| about(one, sources, (into, page.as_ref()), live)).collect()
        }
        Refused::Path { address, path } => vec![(address.clone(), format!("its script cannot be written to {path:?}"))],
        Refused::Taken { path } => {
            scripted(path, live).map(|address| (address, format!("`{path}` is there and is something else"))).collect()
        }
        Refused::Differs { address } => vec![(address.clone(), "it would not read as it is".to_owned())],
        Refused::NotLive { .. }
        | Refused::Owned { .. }
        | Refused::OwnedElsewhere { .. }
        | Refused::Needs(_)
        | Refused::NotDeclared { .. }
        | Refused::Manner { .. } => Vec::new(),
    };
    let first_of_each = found.into_iter().rev().filter(|(address, _)| live.contains_key(address));
    first_of_each.collect()
}

/// Whose declaration or script a finding stands in.
fn about(
    found: &Diagnostic,
    sources: &Sources,
    (into, page): (&str, Option<&Page<'_>>),
    live: &BTreeMap<&Address, &Live>,
) -> Vec<(Address, String)> {
    let Some(at) = &found.at else { return Vec::new() };
    let path = &sources.get(at.span.file).path;
    let addresses: BTreeSet<Address> = match page.filter(|_| **path == *into) {
        Some(page) => page.declared_at(at.span.start as usize).and_then(|(section, key)| address(section, key)).into_iter().collect(),
        None => scripted(path, live).collect(),
    };
    addresses.into_iter().map(|address| (address, found.headline.clone())).collect()
}

fn address(section: &str, key: &str) -> Option<Address> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.plural() == section)?;
    Some(Address { kind, name: Name::new(key) })
}

/// The functions with a script at a path.
fn scripted<'a>(path: &'a str, live: &'a BTreeMap<&Address, &Live>) -> impl Iterator<Item = Address> + 'a {
    let is_there = move |live: &Live| matches!(live.resource.as_ref(), Resource::Function(function) if function.script.path == path);
    live.iter().filter(move |(_, live)| is_there(live)).map(|(address, _)| (*address).clone())
}
