//! A project in memory: YAML files and scripts by path.

use crate::compile::compiled::{Compiled, ConfigFile, Environment};
use crate::compile::declare::{Body, Declaration};
use crate::compile::folder::{Folder, FolderError, Listing};
use crate::compile::resolve::resolve;
use crate::compile::resolving::{Header, MovedEntry, Resolving, Trees};
use crate::compile::syntax::{Budget, NodeId, Tree, parse};
use crate::diag::{Diagnostic, Diagnostics};
use crate::resource::{Address, Kind, Resource};
use crate::text::{Source, Sources, Spanned};
use std::collections::{BTreeMap, BTreeSet};

/// What one run found and made.
pub(super) struct Run {
    pub(super) found: Vec<Diagnostic>,
    pub(super) compiled: Compiled,
    pub(super) sources: Sources,
}

impl Run {
    /// Each finding as `code file:line:column headline`.
    pub(super) fn lines(&self) -> Vec<String> {
        self.found.iter().map(|found| self.line(found)).collect()
    }

    fn line(&self, found: &Diagnostic) -> String {
        let place = found.at.as_ref().map(|label| {
            let (path, at) = self.sources.place(label.span);
            format!("{path}:{}:{}", at.line, at.column)
        });
        format!("{} {} {}", found.code.id(), place.unwrap_or_default(), found.headline)
    }

    /// The text that the only finding underlines.
    pub(super) fn underlined(&self) -> &str {
        let [found] = self.found.as_slice() else { panic!("one finding, not {:?}", self.lines()) };
        let span = found.at.as_ref().expect("it has a place").span;
        &self.sources.get(span.file).text[span.start as usize..span.end as usize]
    }

    /// All that the only finding says on how to mend it.
    pub(super) fn help(&self) -> String {
        let [found] = self.found.as_slice() else { panic!("one finding, not {:?}", self.lines()) };
        found.help.iter().map(|help| help.text.as_str()).collect::<Vec<_>>().join("; ")
    }
}

/// Files that are no YAML are the folder's; YAML files are declarations, in the order given.
pub(super) fn run(files: &[(&str, &str)]) -> Run {
    run_with(files, &[], false)
}

pub(super) fn run_with(files: &[(&str, &str)], failed: &[&str], incomplete: bool) -> Run {
    let (mut diags, mut sources, mut trees) = (Diagnostics::default(), Sources::default(), Trees::default());
    let mut header = Header { name: "cold_chain".to_owned(), environment: Environment::default(), ..Header::default() };
    let mut declarations = BTreeMap::new();
    let mut yaml: Vec<_> = files.iter().filter(|(path, _)| path.ends_with(".yaml")).collect();
    yaml.sort();
    for (path, text) in yaml {
        let file = sources.add(Source::new(*path, *text));
        let tree = parse(&mut diags, file, &sources.get(file).text, &Budget::new(1_000_000));
        for declaration in declared(&tree) {
            declarations.insert(declaration.address.clone(), declaration);
        }
        header.moved.extend(moved(&tree));
        trees.by_file.insert(file, tree);
    }
    assert!(diags.is_empty(), "the YAML of a test is well formed: {:?}", diags.finish());
    let folder = Memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect());
    let input = Resolving {
        shelf: crate::catalogue::Shelf::default(),
        declarations: declarations.into_values().collect(),
        failed: failed.iter().map(|address| address.parse::<Address>().expect("a test names real addresses")).collect::<BTreeSet<_>>(),
        incomplete,
        header,
        trees: &trees,
        sources: &mut sources,
        files: Vec::<ConfigFile>::new(),
        folder: &folder,
    };
    let compiled = resolve(&mut diags, input);
    Run { found: diags.finish(), compiled, sources }
}

/// The findings of one project file.
pub(super) fn check(yaml: &str) -> Run {
    run(&[("bowline.yaml", yaml)])
}

/// The codes found in one project file.
pub(super) fn codes(yaml: &str) -> Vec<&'static str> {
    check(yaml).found.iter().map(|found| found.code.id()).collect()
}

fn declared(tree: &Tree) -> Vec<Declaration> {
    let mut declarations = Vec::new();
    for kind in Kind::ALL {
        let Some(map) = tree.entry(tree.root(), kind.plural()) else { continue };
        for entry in tree.entries(map.value) {
            let resource = Resource::deserialize(kind, tree.at(entry.value)).unwrap_or_else(|error| panic!("{}: {error}", tree.key(entry)));
            let body = Body { file: tree.file(), node: entry.value };
            declarations.push(Declaration {
                address: Address::new(kind, tree.key(entry)),
                resource,
                key: tree.key_span(entry),
                body,
                unknown: None,
            });
        }
    }
    declarations
}

fn moved(tree: &Tree) -> Vec<MovedEntry> {
    let Some(list) = tree.entry(tree.root(), "moved") else { return Vec::new() };
    let end = |node: NodeId, key: &str| {
        let value = tree.entry(node, key).expect("both ends are there").value;
        Spanned { value: tree.string(value).expect("text").parse::<Address>().expect("an address"), span: tree.span(value) }
    };
    tree.items(list.value).iter().map(|node| MovedEntry { from: end(*node, "from"), to: end(*node, "to") }).collect()
}

struct Memory(BTreeMap<String, String>);

impl Folder for Memory {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FolderError> {
        let text = self.0.get(path).ok_or(FolderError::Missing)?;
        if text.len() as u64 > limit { Err(FolderError::TooLarge { limit }) } else { Ok(text.clone().into_bytes()) }
    }

    fn listing(&self) -> Result<Listing, FolderError> {
        Ok(Listing { files: self.0.keys().cloned().collect(), ..Listing::default() })
    }
}
