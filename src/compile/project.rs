//! Trees → a compiled project, for one environment.

use super::compiled::{Api, Compiled, Environment};
use super::declare::{Declaration, declare};
use super::diags::{Duplicate, ProjectHoldsTooMuch};
use super::folder::Folder;
use super::front::Front;
use super::own_services::shelf;
use super::policies::policies;
use super::pool::in_parallel;
use super::resolve::resolve;
use super::resolving::{AdoptedEntry, Header, MovedEntry, Resolving};
use super::shape::{Checked, check};
use super::syntax::{Budget, NodeId, Tree};
use super::variables::{Assignment, Choice, assign, expand};
use crate::catalogue::Shelf;
use crate::diag::{Diagnostics, Stopped};
use crate::resource::Address;
use crate::text::{Sources, Span, Spanned};
use std::collections::{BTreeMap, BTreeSet};

/// What expressions may make of the files of a project, in bytes.
const EXPANDED_BYTES: u64 = 48 << 20;
/// How many duplicates are told.
const COMPLAINTS: usize = 2_000;

/// What the command line says about an environment.
#[derive(Debug, Clone)]
pub struct Setting {
    pub choice: Choice,
    /// Values of variables, before those of the environment.
    pub variables: BTreeMap<String, String>,
}

/// Compiles a project for one environment. Everything that is wrong is told at once; `Stopped` says that some of it is.
pub fn compile(diags: &mut Diagnostics, front: &mut Front, folder: &dyn Folder, setting: &Setting) -> Result<Compiled, Stopped> {
    let assignment = assign(diags, &front.declared, &setting.choice, &setting.variables);
    compile_with(diags, front, folder, &setting.choice, &assignment)
}

/// Checks a project for every environment that it declares, or where it declares none for its defaults. Environments in
/// which nothing differs are looked at once.
pub fn check_all(diags: &mut Diagnostics, front: &mut Front, folder: &dyn Folder, variables: &BTreeMap<String, String>) {
    let mut choices: Vec<Choice> = front.environments().map(|name| Choice::Environment(name.to_owned())).collect();
    if choices.is_empty() {
        choices.push(Choice::Default);
    }
    let mut seen: Vec<(Assignment, Option<String>)> = Vec::new();
    for choice in choices {
        let assignment = assign(diags, &front.declared, &choice, variables);
        let this = (assignment, application(front, &choice));
        if !seen.contains(&this) {
            // Whether it stops is for all environments together to say.
            let _ = compile_with(diags, front, folder, &choice, &this.0);
            seen.push(this);
        }
    }
}

/// The catalogue as a project sees it, and what is wrong with the project's own part of it. Reads no more than that.
pub fn own_catalogue(folder: &dyn Folder) -> (Shelf, Diagnostics, Sources) {
    let front = Front::read_own(folder);
    let mut diags = front.found.clone();
    let shelf = shelf(&mut diags, &front.own.by_file);
    (shelf, diags, front.sources)
}

fn compile_with(
    diags: &mut Diagnostics,
    front: &mut Front,
    folder: &dyn Folder,
    choice: &Choice,
    assignment: &Assignment,
) -> Result<Compiled, Stopped> {
    diags.extend(front.found.clone());
    if front.too_much {
        diags.gate()?;
    }
    let input = declarations(diags, front, assignment);
    let header = header(front, choice);
    let Declared { declarations, failed, incomplete } = input;
    let shelf = shelf(diags, &front.own.by_file);
    let files = front.files.clone();
    let (trees, sources) = (&front.trees, &mut front.sources);
    let mut compiled = resolve(diags, Resolving { declarations, failed, incomplete, header, trees, shelf, sources, files, folder });
    compiled.policies = policies(diags, &front.trees, &front.sources);
    diags.gate().map(|()| compiled)
}

/// What all files declare together.
struct Declared {
    declarations: Vec<Declaration>,
    failed: BTreeSet<Address>,
    incomplete: bool,
}

fn declarations(diags: &mut Diagnostics, front: &mut Front, assignment: &Assignment) -> Declared {
    let room = Budget::new(EXPANDED_BYTES);
    let literal = &front.literal;
    let trees: Vec<&mut Tree> = front.trees.by_file.values_mut().collect();
    let files = in_parallel(trees, |tree| {
        let mut found = Diagnostics::default();
        let role = Front::role(tree.file());
        let literal = if tree.file().0 == 0 { literal.as_slice() } else { &[] };
        expand(&mut found, tree, assignment, literal, &room);
        let mut checked = check(&mut found, tree, role);
        let declarations = declare(tree, std::mem::take(&mut checked.shaped));
        (found, checked, declarations)
    });
    if room.is_spent() {
        diags.push(ProjectHoldsTooMuch);
    }
    let mut all = Declared { declarations: Vec::new(), failed: BTreeSet::new(), incomplete: front.incomplete };
    let mut failures = Vec::new();
    for (found, checked, declarations) in files {
        diags.extend(found);
        let Checked { failed, guessed, is_whole, .. } = checked;
        all.declarations.extend(declarations);
        all.failed.extend(guessed);
        all.incomplete |= !is_whole;
        failures.extend(failed);
    }
    refuse_duplicates(diags, &mut all, failures);
    all
}

/// Tells of every name that is declared twice, keeps the first, and puts declarations in the order of their addresses.
fn refuse_duplicates(diags: &mut Diagnostics, all: &mut Declared, failures: Vec<(Address, Span)>) {
    let mut places: BTreeMap<Address, Span> = BTreeMap::new();
    let mut told = 0;
    let mut tell = |duplicate: Duplicate<'_>| {
        told += 1;
        if told <= COMPLAINTS {
            diags.push(duplicate);
        }
    };
    all.declarations.sort_by(|a, b| (&a.address, a.key).cmp(&(&b.address, b.key)));
    all.declarations.dedup_by(|later, first| {
        let is_repeated = later.address == first.address;
        if is_repeated {
            tell(Duplicate { address: &later.address, span: later.key, first: first.key });
        }
        is_repeated
    });
    if failures.is_empty() {
        return;
    }
    places.extend(all.declarations.iter().map(|declaration| (declaration.address.clone(), declaration.key)));
    for (address, key) in failures {
        match places.get(&address) {
            Some(place) => {
                let (first, span) = if *place < key { (*place, key) } else { (key, *place) };
                tell(Duplicate { address: &address, span, first });
            }
            None => {
                places.insert(address.clone(), key);
            }
        }
        all.failed.insert(address);
    }
}

fn header(front: &Front, choice: &Choice) -> Header {
    let name = match choice {
        Choice::Default => None,
        Choice::Environment(name) => Some(name.clone()),
    };
    let section = name.as_ref().and_then(|name| front.declared.environments.get(name));
    let api = match section.and_then(|section| section.api.as_deref()) {
        None | Some("embedded") => Api::Embedded,
        Some(url) => Api::Url(url.to_owned()),
    };
    let project = front.root().and_then(|root| root.string(root.entry(root.root(), "project")?.value)).unwrap_or_default();
    let moved = front.trees.by_file.values().flat_map(moved).collect();
    let adopted = front.trees.by_file.values().flat_map(adopted).collect();
    let forgotten = front.trees.by_file.values().flat_map(forgotten).collect();
    let environment = Environment { name, api };
    Header { name: project.to_owned(), application: application(front, choice), environment, moved, adopted, forgotten }
}

/// The application of an environment: its own, or the project's.
fn application(front: &Front, choice: &Choice) -> Option<String> {
    let own = match choice {
        Choice::Default => None,
        Choice::Environment(name) => front.declared.environments.get(name).and_then(|section| section.application.clone()),
    };
    own.or_else(|| {
        let root = front.root()?;
        root.string(root.entry(root.root(), "application")?.value).map(str::to_owned)
    })
}

/// The entries of `moved` that can be read; the others were complained about.
fn moved(tree: &Tree) -> Vec<MovedEntry> {
    let entry = |item| Some(MovedEntry { from: address_under(tree, item, "from")?, to: address_under(tree, item, "to")? });
    items(tree, "moved").filter_map(entry).collect()
}

/// The same of `adopt`.
fn adopted(tree: &Tree) -> Vec<AdoptedEntry> {
    let from = |item| tree.string(tree.entry(item, "from")?.value).map(str::to_owned);
    let entry = |item| Some(AdoptedEntry { address: address_under(tree, item, "address")?, from: from(item) });
    items(tree, "adopt").filter_map(entry).collect()
}

/// The same of `forget`.
fn forgotten(tree: &Tree) -> Vec<Spanned<Address>> {
    items(tree, "forget").filter_map(|item| address(tree, item)).collect()
}

fn items<'t>(tree: &'t Tree, section: &str) -> impl Iterator<Item = NodeId> + use<'t> {
    let section = tree.entry(tree.root(), section).map(|entry| tree.items(entry.value));
    section.into_iter().flatten().copied()
}

fn address_under(tree: &Tree, item: NodeId, key: &str) -> Option<Spanned<Address>> {
    address(tree, tree.entry(item, key)?.value)
}

fn address(tree: &Tree, node: NodeId) -> Option<Spanned<Address>> {
    Some(Spanned { value: tree.string(node)?.parse().ok()?, span: tree.span(node) })
}
