//! Who names a resource, where, and with what call.

use crate::compile::{Compiled, Folder, Front, Mention, MentionRole};
use crate::deluge::{self, ConnectionUse, FindingKind, TaskKind};
use crate::resource::{Address, Kind, Resource};
use crate::text::{Source, Span};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Bytes of a script that are read at most; the compiler has read it under its own limit.
const LIMIT: u64 = 64 << 20;

/// One place that names a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Use {
    #[serde(flatten)]
    pub place: Place,
    pub how: How,
    /// Who names it; none for the entries of `moved`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Address>,
    #[serde(flatten)]
    pub call: Call,
    /// False where a call that we do not know only seems to name it.
    pub sure: bool,
}

/// A place as people count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    pub file: String,
    pub line: usize,
    pub column: usize,
}

/// What a name does in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    Declared,
    Service,
    Auth,
    DependsOn,
    MovedFrom,
    MovedTo,
    Script,
    /// A script chooses its connection when it runs: perhaps this one.
    Perhaps,
}

impl How {
    pub fn words(self) -> &'static str {
        match self {
            How::Declared => "declared",
            How::Service => "is of it",
            How::Auth => "is signed by it",
            How::DependsOn => "depends on it",
            How::MovedFrom => "moved from it",
            How::MovedTo => "moved to it",
            How::Script => "names it",
            How::Perhaps => "may choose it",
        }
    }
}

/// The call that a name is given to, as far as it can be told.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Call {
    /// `invokeurl`, `zoho.crm.getRecords`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// With `…` at its end where only its beginning can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What an `invokeapi` names in place of a host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// What an integration task is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

impl Call {
    /// Whether anything leaves the platform here.
    pub fn is_one(&self) -> bool {
        self.url.is_some() || self.task.is_some()
    }
}

/// Every place that names anything, by what it names; each file is looked at once. Choices that scripts make when they run
/// are left out.
pub fn all_uses(front: &Front, compiled: &Compiled, folder: &dyn Folder) -> BTreeMap<Address, Vec<Use>> {
    let mut all: BTreeMap<Address, Vec<Use>> = BTreeMap::new();
    for mention in front.mentions() {
        all.entry(mention.of.clone()).or_default().push(of_mention(front, compiled, &mention));
    }
    for (by, resource) in &compiled.project.resources {
        let Resource::Function(function) = resource.as_ref() else { continue };
        for name in &function.connections {
            let uses = in_script(folder, &function.script.path, by, name.as_str()).into_iter().filter(|one| one.how == How::Script);
            all.entry(Address { kind: Kind::Connection, name: name.clone() }).or_default().extend(uses);
        }
    }
    all.values_mut().for_each(|uses| uses.sort());
    all
}

/// Every place that names a resource, in the order of the files.
pub fn uses(front: &Front, compiled: &Compiled, folder: &dyn Folder, address: &Address) -> Vec<Use> {
    let mut found: Vec<Use> = Vec::new();
    for mention in front.mentions().iter().filter(|mention| names(compiled, &mention.of, address)) {
        found.push(of_mention(front, compiled, mention));
    }
    if address.kind == Kind::Connection {
        for (by, resource) in &compiled.project.resources {
            if let Resource::Function(function) = resource.as_ref() {
                found.extend(in_script(folder, &function.script.path, by, address.name.as_str()));
            }
        }
    }
    found.sort();
    found
}

/// Every place in a script that names one of some connections, or may choose it, each with that connection; each script is
/// read once, however many they are.
pub fn script_uses(compiled: &Compiled, folder: &dyn Folder, connections: &BTreeSet<&Address>) -> Vec<(Address, Use)> {
    let mut found: Vec<(Address, Use)> = Vec::new();
    for (by, resource) in compiled.project.resources.iter().filter(|_| !connections.is_empty()) {
        let Resource::Function(function) = resource.as_ref() else { continue };
        let Some((source, script)) = read(folder, &function.script.path) else { continue };
        for connection in connections {
            let uses = in_read(&source, &script, &function.script.path, by, connection.name.as_str());
            found.extend(uses.into_iter().map(|one| ((*connection).clone(), one)));
        }
    }
    found
}

fn of_mention(front: &Front, compiled: &Compiled, mention: &Mention) -> Use {
    let call = mention.by.as_ref().filter(|_| mention.role == MentionRole::Auth).map(|by| webhook(compiled, by)).unwrap_or_default();
    Use { place: place(front, mention.span), how: how(mention.role), by: mention.by.clone(), call, sure: true }
}

/// A default service may be spelt with `-` or `_`.
fn names(compiled: &Compiled, said: &Address, wanted: &Address) -> bool {
    let is_default = |address: &Address| address.kind == Kind::Service && !compiled.project.resources.contains_key(address);
    let key = |address: &Address| compiled.catalogue.find(address.name.as_str()).map(|entry| entry.key.clone());
    said == wanted
        || (is_default(said)
            && is_default(wanted)
            && said.name.as_str().len() == wanted.name.as_str().len()
            && key(said).is_some()
            && key(said) == key(wanted))
}

fn how(role: MentionRole) -> How {
    match role {
        MentionRole::Declaration => How::Declared,
        MentionRole::Service => How::Service,
        MentionRole::Auth => How::Auth,
        MentionRole::DependsOn => How::DependsOn,
        MentionRole::MovedFrom => How::MovedFrom,
        MentionRole::MovedTo => How::MovedTo,
    }
}

fn place(front: &Front, span: Span) -> Place {
    let (file, position) = front.sources().place(span);
    Place { file: file.to_owned(), line: position.line, column: position.column }
}

fn webhook(compiled: &Compiled, by: &Address) -> Call {
    match compiled.project.resources.get(by).map(AsRef::as_ref) {
        Some(Resource::Webhook(webhook)) => {
            Call { method: Some(webhook.method.word().to_owned()), url: Some(webhook.url.clone()), ..Call::default() }
        }
        Some(Resource::Service(_) | Resource::Connection(_) | Resource::Function(_)) | None => Call::default(),
    }
}

/// The places of one script that name a connection, and those that may choose it.
fn in_script(folder: &dyn Folder, path: &str, by: &Address, name: &str) -> Vec<Use> {
    read(folder, path).map(|(source, script)| in_read(&source, &script, path, by, name)).unwrap_or_default()
}

/// Whatever cannot be read was complained about when the project was compiled.
fn read(folder: &dyn Folder, path: &str) -> Option<(Source, deluge::Script)> {
    let text = folder.read(path, LIMIT).ok().and_then(|bytes| String::from_utf8(bytes).ok())?;
    let script = deluge::parse(&text);
    Some((Source::new(path, text), script))
}

fn in_read(source: &Source, script: &deluge::Script, path: &str, by: &Address, name: &str) -> Vec<Use> {
    let place = |span: &Range<usize>| {
        let position = source.position(span.start as u32);
        Place { file: path.to_owned(), line: position.line, column: position.column }
    };
    let named = script.connections().iter().filter(|used| used.name == name);
    let named =
        named.map(|used| Use { place: place(&used.span), how: How::Script, by: Some(by.clone()), call: call(used), sure: used.sure });
    let may_choose = |kind: &FindingKind| matches!(kind, FindingKind::DynamicConnection { begins } if name.starts_with(begins.as_str()));
    let chosen = script.findings().iter().filter(|finding| may_choose(&finding.kind));
    let chosen = chosen.map(|finding| Use {
        place: place(&finding.span),
        how: How::Perhaps,
        by: Some(by.clone()),
        call: Call::default(),
        sure: false,
    });
    named.chain(chosen).collect()
}

fn call(used: &ConnectionUse) -> Call {
    let (task, default) = match &used.task {
        TaskKind::InvokeUrl => ("invokeurl", Some("GET")),
        TaskKind::InvokeApi => ("invokeapi", Some("GET")),
        TaskKind::Integration(name) => (name.as_str(), None),
    };
    let url = used.url.clone().or_else(|| used.url_start.as_ref().map(|start| format!("{start}…")));
    // `type` may be left out; such a block is taken for one that asks.
    let method = used.method.clone().or_else(|| default.map(str::to_owned));
    Call { task: Some(task.to_owned()), method, url, service: used.service.clone(), subject: used.subject.clone() }
}
