//! Files → trees: what is read once, whatever environments it is compiled for.

use super::compiled::ConfigFile;
use super::diags::{MissingProject, ProjectHoldsTooMuch, ProjectTooLarge, Unreadable};
use super::folder::{Folder, FolderError};
use super::include::{Included, included};
use super::pool::in_parallel;
use super::resolving::Trees;
use super::rules::rules;
use super::shape::Role;
use super::syntax::{Budget, FILE_BYTES, NodeId, Tree, Value, admit, parse};
use super::variables::{Declared, declared, refuse_in_section};
use crate::diag::{Diagnostics, Rules};
use crate::resource::Kind;
use crate::text::{FileId, Source, Sources, Span};

/// The file that makes a folder a project.
pub const PROJECT_FILE: &str = "bowline.yaml";
/// The bytes that all files of a project may have together.
const PROJECT_BYTES: u64 = 128 << 20;
/// What one compilation may take of the machine's memory, in bytes, beside what it hands out.
const MEMORY: u64 = 240 << 20;
/// What a value takes, in bytes: its node, its key, and what is made of it.
const VALUE_BYTES: u64 = 56;
/// How many resources a project may declare.
const RESOURCES: usize = 250_000;
/// Sections that are the same in every environment: they are read before any variable has a value.
const LITERAL_SECTIONS: [&str; 8] = ["bowline", "project", "include", "catalogue", "variables", "environments", "rules", "baseline"];

/// A project's files, read. Compile it for as many environments as there are.
#[derive(Debug, Default)]
pub struct Front {
    pub(super) sources: Sources,
    pub(super) trees: Trees,
    pub(super) files: Vec<ConfigFile>,
    /// Catalogue entries of the project's own; they hold no expressions and declare nothing.
    pub(super) own: Trees,
    pub(super) declared: Declared,
    /// Templates of the project file that stay as they are written.
    pub(super) literal: Vec<NodeId>,
    /// How much the project's findings matter.
    pub(super) rules: Rules,
    /// What is wrong with the files whatever the environment.
    pub(super) found: Diagnostics,
    /// Whether a file could not be read to its end, or at all.
    pub(super) incomplete: bool,
    /// Whether the files hold more than is looked at: nothing else is told then.
    pub(super) too_much: bool,
}

impl Front {
    /// Reads the project file and everything that it includes.
    pub fn read(folder: &dyn Folder) -> Front {
        let mut front = Front::default();
        let budget = Budget::new(MEMORY / VALUE_BYTES);
        let Some(bytes) = front.read_project_file(folder) else {
            front.incomplete = true;
            return front;
        };
        let size = bytes.len() as u64;
        front.take_in(vec![(PROJECT_FILE.to_owned(), bytes)], &budget);
        front.take_in_own(folder, &budget);
        if let Some(root) = front.root() {
            let mut found = Diagnostics::default();
            let declared = declared(root);
            let literal = LITERAL_SECTIONS.iter().flat_map(|section| refuse_in_section(&mut found, root, section)).collect();
            let rules = rules(&mut found, root);
            let Included { mut paths, is_partial } = included(&mut found, root, "include", folder);
            paths.retain(|path, _| !front.files.iter().any(|file| file.path == *path));
            (front.declared, front.literal, front.rules) = (declared, literal, rules);
            front.incomplete |= is_partial;
            front.found.extend(found);
            let files = front.read_included(folder, paths, size);
            front.take_in(files, &budget);
        }
        if budget.is_spent() || front.resources() > RESOURCES {
            front.found.push(ProjectHoldsTooMuch);
            front.too_much = true;
        }
        front
    }

    /// Reads no more of a project than its own catalogue entries.
    pub(super) fn read_own(folder: &dyn Folder) -> Front {
        let mut front = Front::default();
        let budget = Budget::new(MEMORY / VALUE_BYTES);
        if let Some(bytes) = front.read_project_file(folder) {
            front.take_in(vec![(PROJECT_FILE.to_owned(), bytes)], &budget);
            front.take_in_own(folder, &budget);
        }
        front
    }

    fn take_in_own(&mut self, folder: &dyn Folder, budget: &Budget) {
        let mut found = Diagnostics::default();
        let Some(root) = self.root().filter(|root| root.entry(root.root(), "catalogue").is_some()) else { return };
        let Included { paths, is_partial } = included(&mut found, root, "catalogue", folder);
        self.incomplete |= is_partial;
        self.found.extend(found);
        let files = self.read_included(folder, paths, 0);
        let first = FileId(self.sources.len() as u32);
        self.take_in(files, budget);
        self.own.by_file = self.trees.by_file.split_off(&first);
    }

    /// The files, to show places in. Scripts that complaints are about are added by compiling.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Every text in the files that may be a path: what a script or a secret is named by is one of them.
    pub fn texts_like_paths(&self) -> impl Iterator<Item = String> {
        let mut found = Vec::new();
        self.trees.by_file.values().for_each(|tree| texts_like_paths(tree, tree.root(), &mut found));
        found.into_iter()
    }

    /// The file of findings that are known, as the project names it.
    pub fn baseline(&self) -> Option<&str> {
        let root = self.root()?;
        root.string(root.entry(root.root(), "baseline")?.value)
    }

    /// The environments that the project declares.
    pub fn environments(&self) -> impl Iterator<Item = &str> {
        self.declared.environments.keys().map(String::as_str)
    }

    fn resources(&self) -> usize {
        let sections =
            |tree: &Tree| Kind::ALL.map(|kind| tree.entry(tree.root(), kind.plural()).map_or(0, |entry| tree.entries(entry.value).len()));
        self.trees.by_file.values().flat_map(sections).sum()
    }

    pub(super) fn root(&self) -> Option<&Tree> {
        self.trees.by_file.get(&FileId(0))
    }

    pub(super) fn role(file: FileId) -> Role {
        if file == FileId(0) { Role::Project } else { Role::Included }
    }

    fn read_project_file(&mut self, folder: &dyn Folder) -> Option<Vec<u8>> {
        match folder.read(PROJECT_FILE, FILE_BYTES) {
            Ok(bytes) => Some(bytes),
            Err(FolderError::Missing) => {
                let files = folder.files().unwrap_or_default();
                let meant =
                    |path: &&String| path.ends_with("bowline.yml") || path.ends_with(PROJECT_FILE) || path.ends_with("bowline.json");
                let instead = files.iter().filter(meant).min().cloned();
                self.found.push(MissingProject { instead });
                None
            }
            Err(error) => {
                self.found.push(Unreadable { path: PROJECT_FILE, named: None, error });
                None
            }
        }
    }

    fn read_included(
        &mut self,
        folder: &dyn Folder,
        paths: std::collections::BTreeMap<String, Span>,
        mut size: u64,
    ) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        for (path, named) in paths {
            match folder.read(&path, FILE_BYTES) {
                Ok(bytes) => {
                    size += bytes.len() as u64;
                    if size > PROJECT_BYTES {
                        self.found.push(ProjectTooLarge { limit: PROJECT_BYTES });
                        self.incomplete = true;
                        break;
                    }
                    files.push((path, bytes));
                }
                Err(error) => {
                    self.found.push(Unreadable { path: &path, named: Some(named), error });
                    self.incomplete = true;
                }
            }
        }
        files
    }

    /// Reads bytes as trees, several files at once, and takes them in in their order.
    fn take_in(&mut self, files: Vec<(String, Vec<u8>)>, budget: &Budget) {
        let first = self.sources.len() as u32;
        // Text takes memory too: the more there is of it, the fewer values may stand in it.
        let text: u64 = files.iter().map(|(_, bytes)| bytes.len() as u64).sum();
        if !budget.take(text / VALUE_BYTES) {
            budget.exhaust();
        }
        let numbered = files.into_iter().zip(first..).map(|((path, bytes), number)| (path, bytes, FileId(number)));
        let read = in_parallel(numbered.collect(), |(path, bytes, file)| read_file(path, bytes, file, budget));
        for File { source, tree, config, found } in read {
            self.incomplete |= tree.broken_at().is_some();
            self.trees.by_file.insert(tree.file(), tree);
            self.sources.add(source);
            self.files.push(config);
            self.found.extend(found);
        }
    }
}

fn texts_like_paths(tree: &Tree, node: NodeId, found: &mut Vec<String>) {
    match tree.value(node) {
        Value::String(text) if text.len() < 1024 && !text.contains(['\n', '\0']) && !text.contains("://") => {
            found.push(text.to_owned());
        }
        Value::Sequence(items) => items.iter().for_each(|item| texts_like_paths(tree, *item, found)),
        Value::Mapping(entries) => entries.iter().for_each(|entry| texts_like_paths(tree, entry.value, found)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Unsigned(_) | Value::Float(_) | Value::Missing => {}
    }
}

struct File {
    source: Source,
    tree: Tree,
    config: ConfigFile,
    found: Diagnostics,
}

fn read_file(path: String, bytes: Vec<u8>, file: FileId, budget: &Budget) -> File {
    let mut found = Diagnostics::default();
    let config = ConfigFile::of(path.as_str(), &bytes);
    let (text, may_be_read) = admit(&mut found, file, bytes);
    let tree = if may_be_read { parse(&mut found, file, &text, budget) } else { Tree::unread(file, &text) };
    File { source: Source::new(path, text), tree, config, found }
}
