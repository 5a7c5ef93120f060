//! Where the YAML files name resources: declarations and references, each with its bytes. Scripts are not looked at here.

use super::front::Front;
use super::syntax::{NodeId, Tree};
use crate::resource::{Address, Kind};
use crate::text::Span;

/// One place that names a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    /// The name as it is written there; of an alias, `*name`.
    pub span: Span,
    pub of: Address,
    pub role: MentionRole,
    /// The declaration that it stands in; none for the entries of `moved`.
    pub by: Option<Address>,
    pub written: Written,
}

/// What a name does in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MentionRole {
    /// The key of its declaration.
    Declaration,
    /// `service:` of a connection.
    Service,
    /// `auth: { connection: … }` of a webhook.
    Auth,
    DependsOn,
    MovedFrom,
    MovedTo,
}

/// How a name is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Written {
    /// In its place, quoted or not.
    Here,
    /// Somewhere else, where an anchor stands.
    Behind(Span),
    /// With a variable of the project.
    Template,
}

impl Front {
    /// Every place where the files name a resource, in the order of the files, as they read in the environment that was
    /// compiled last.
    pub fn mentions(&self) -> Vec<Mention> {
        let mut found = Vec::new();
        for tree in self.trees.by_file.values() {
            Walk { tree, templates: tree.templates(), found: &mut found }.file();
        }
        found.sort();
        found.dedup();
        found
    }

    /// The aliases that stand for a scalar, by the bytes of the scalar.
    pub fn aliases_of(&self, scalar: Span) -> Vec<Span> {
        self.trees.by_file.get(&scalar.file).map(|tree| tree.aliases_of(scalar)).unwrap_or_default()
    }

    /// What the project file says at its top, to add to it: `None` where it cannot be read.
    pub fn layout_of(&self, section: &str) -> Vec<SectionPlace> {
        self.trees.by_file.values().filter_map(|tree| SectionPlace::of(tree, section)).collect()
    }
}

/// Where a list of the top level stands in a file, or where it could.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionPlace {
    /// All that the file says.
    pub root: Span,
    /// The list, where there is one.
    pub list: Option<Span>,
    /// Its last item, where it has one.
    pub last: Option<Span>,
}

impl SectionPlace {
    fn of(tree: &Tree, section: &str) -> Option<SectionPlace> {
        let root = tree.root();
        if tree.entries(root).is_empty() {
            return None;
        }
        let list = tree.entry(root, section).map(|entry| entry.value);
        let last = list.and_then(|list| tree.items(list).last().copied());
        Some(SectionPlace { root: tree.span(root), list: list.map(|list| tree.span(list)), last: last.map(|last| tree.span(last)) })
    }
}

struct Walk<'a> {
    tree: &'a Tree,
    templates: Vec<NodeId>,
    found: &'a mut Vec<Mention>,
}

impl Walk<'_> {
    fn file(&mut self) {
        let (tree, root) = (self.tree, self.tree.root());
        for kind in Kind::ALL {
            let Some(section) = tree.entry(root, kind.plural()) else { continue };
            for entry in tree.entries(section.value) {
                let address = Address::new(kind, tree.key(entry));
                let (span, by) = (tree.key_span(entry), Some(address.clone()));
                self.found.push(Mention { span, of: address.clone(), role: MentionRole::Declaration, by, written: Written::Here });
                self.body(&address, entry.value);
            }
        }
        let moved = tree.entry(root, "moved").map_or(&[][..], |section| tree.items(section.value));
        for item in moved {
            for (key, role) in [("from", MentionRole::MovedFrom), ("to", MentionRole::MovedTo)] {
                if let Some(entry) = tree.entry(*item, key) {
                    self.address(entry.value, role, None);
                }
            }
        }
    }

    fn body(&mut self, by: &Address, body: NodeId) {
        let tree = self.tree;
        let reference = match by.kind {
            Kind::Connection => Some((Kind::Service, MentionRole::Service, tree.find(body, "/service"))),
            Kind::Webhook => Some((Kind::Connection, MentionRole::Auth, tree.find(body, "/auth/connection"))),
            Kind::Service | Kind::Function => None,
        };
        if let Some((kind, role, Some(node))) = reference
            && let Some(name) = tree.string(node)
        {
            self.put(node, Address::new(kind, name), role, Some(by));
        }
        let depends = tree.find(body, "/depends_on").map_or(&[][..], |list| tree.items(list));
        for item in depends {
            self.address(*item, MentionRole::DependsOn, Some(by));
        }
    }

    fn address(&mut self, node: NodeId, role: MentionRole, by: Option<&Address>) {
        if let Some(address) = self.tree.string(node).and_then(|text| text.parse().ok()) {
            self.put(node, address, role, by);
        }
    }

    fn put(&mut self, node: NodeId, of: Address, role: MentionRole, by: Option<&Address>) {
        let written = match self.tree.target(node) {
            Some(target) if self.templates.contains(&target) => Written::Template,
            None if self.templates.contains(&node) => Written::Template,
            Some(target) => Written::Behind(self.tree.span(target)),
            None => Written::Here,
        };
        self.found.push(Mention { span: self.tree.span(node), of, role, by: by.cloned(), written });
    }
}
