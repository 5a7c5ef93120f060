//! The scripts of functions: read, digested, checked as Deluge, and searched for the connections that they name.

use super::apps::{self, AppCall};
use super::diags::{
    BadScriptUrl, DeprecatedCall, DynamicConnection, EscapingFile, HostNotAllowed, MissingBlockKey, MissingScript, NamelessConnection,
    OwnAuthorization, PlainHttp, RepeatedBlockKey, ScriptMistake, ScriptTooLarge, SecretInScript, UndeclaredConnection, UnknownBlockKey,
    UnknownMethod, UnquotedConnection, UnreadableScript,
};
use super::endpoints::is_loopback;
use super::names::Names;
use super::script_files::ScriptFiles;
use super::secrets::escapes;
use super::site::Site;
use super::suggest::Suggest;
use super::world::World;
use crate::compile::compiled::ConfigFile;
use crate::compile::declare::Declaration;
use crate::compile::folder::{Folder, FolderError};
use crate::compile::resolving::Trees;
use crate::compile::syntax::admit;
use crate::deluge::{self, ConnectionUse, Finding, FindingKind, METHODS, Script, block_keys};
use crate::diag::Diagnostics;
use crate::resource::lifecycle::host_allowed;
use crate::resource::{Kind, Name, Resource};
use crate::text::{FileId, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// The largest script that is read, in bytes.
const SCRIPT_BYTES: u64 = 256 << 10;

/// What reading all scripts has shown, by path; `None` where one could not be read.
#[derive(Debug, Default)]
pub(super) struct Scripts {
    by_path: BTreeMap<String, Option<Facts>>,
}

/// What matters of one script.
#[derive(Debug)]
struct Facts {
    sha256: String,
    connections: BTreeSet<Name>,
    /// Whether it may name more than those: it is broken, or chooses a connection when it runs.
    open: bool,
    calls: Vec<Call>,
    app_calls: Vec<AppCall>,
    text: Arc<str>,
}

/// A call that takes a connection's credential to a host.
#[derive(Debug)]
struct Call {
    host: String,
    connection: String,
    span: Range<usize>,
}

/// What reading scripts needs beside the declarations.
pub(super) struct Reading<'a, 's> {
    pub(super) names: &'a Names,
    pub(super) suggest: &'a Suggest,
    pub(super) trees: &'a Trees,
    pub(super) folder: &'a dyn Folder,
    pub(super) files: &'a mut ScriptFiles<'s>,
}

impl Scripts {
    /// The files that could be read.
    pub(super) fn files(&self) -> impl Iterator<Item = ConfigFile> {
        let read = self.by_path.iter().filter_map(|(path, facts)| Some((path, facts.as_ref()?)));
        read.map(|(path, facts)| ConfigFile { path: path.clone(), sha256: facts.sha256.clone() })
    }

    /// Whether a script may name connections that are not known here.
    pub(super) fn may_name_others(&self) -> bool {
        self.by_path.values().any(|facts| facts.as_ref().is_none_or(|facts| facts.open))
    }
}

/// Reads the script of every function, and fills in its digest and the connections that it names.
pub(super) fn read(diags: &mut Diagnostics, declarations: &mut [Declaration], mut reading: Reading<'_, '_>) -> Scripts {
    let mut scripts = Scripts::default();
    for declaration in declarations {
        let Resource::Function(function) = &declaration.resource else { continue };
        // What is lent for a script that is not known names none.
        if !declaration.knows(&["script"]) {
            continue;
        }
        let path = function.script.path.clone();
        // A script that several functions share is judged once; one that cannot be read is missed at each of them.
        if !matches!(scripts.by_path.get(&path), Some(Some(_))) {
            let facts = load(diags, Site { declaration, trees: reading.trees }, &path, &mut reading);
            scripts.by_path.insert(path.clone(), facts);
        }
        if let (Resource::Function(function), Some(Some(facts))) = (&mut declaration.resource, scripts.by_path.get(&path)) {
            function.script.sha256 = facts.sha256.clone();
            function.connections = facts.connections.clone();
        }
    }
    scripts
}

fn load(diags: &mut Diagnostics, site: Site<'_>, path: &str, reading: &mut Reading<'_, '_>) -> Option<Facts> {
    let (at, path_owned) = (|| site.value(&["script"]), || path.to_owned());
    if escapes(path) {
        diags.push(EscapingFile { at: at(), path: path_owned() });
        return None;
    }
    match reading.folder.read(path, SCRIPT_BYTES) {
        Ok(bytes) => return judge(diags, path, bytes, reading),
        Err(FolderError::Missing) => diags.push(MissingScript { at: at(), path: path_owned(), near: near_path(path, reading) }),
        Err(FolderError::Escapes) => diags.push(EscapingFile { at: at(), path: path_owned() }),
        Err(FolderError::TooLarge { limit }) => diags.push(ScriptTooLarge { at: at(), path: path_owned(), limit }),
        Err(error @ (FolderError::NotAFile | FolderError::FolderLink | FolderError::NameNotText | FolderError::Io(_))) => {
            diags.push(UnreadableScript { at: at(), path: path_owned(), why: error.to_string() });
        }
    }
    None
}

/// Reads a script under the rules of every file of the project: UTF-8, and no character that hides what it says. Its text
/// joins the sources only if there is something to say about it.
fn judge(diags: &mut Diagnostics, path: &str, bytes: Vec<u8>, reading: &mut Reading<'_, '_>) -> Option<Facts> {
    let sha256 = ConfigFile::of(path, &bytes).sha256;
    let file = reading.files.id(path);
    let mut found = Diagnostics::default();
    let (text, is_text) = admit(&mut found, file, bytes);
    let script = if is_text { deluge::parse(&text) } else { Script::default() };
    complain(&mut found, &script, file, reading);
    if !found.is_empty() {
        reading.files.show(path, &text);
    }
    diags.extend(found);
    let dynamic = script.findings().iter().any(|finding| matches!(finding.kind, FindingKind::DynamicConnection { .. }));
    let open = dynamic || !script.errors().is_empty();
    is_text.then(|| Facts {
        sha256,
        connections: named(&script, reading.names),
        open,
        calls: calls(&script),
        app_calls: apps::calls(&script),
        text,
    })
}

fn complain(diags: &mut Diagnostics, script: &Script, file: FileId, reading: &Reading<'_, '_>) {
    let span = |range: &Range<usize>| Span::new(file, range.start, range.end);
    for error in script.errors() {
        diags.push(ScriptMistake { at: span(&error.span), message: error.message.clone(), help: error.help.clone() });
    }
    let is_told = |found: &&ConnectionUse| (found.sure || found.likely) && !reading.names.knows(Kind::Connection, &found.name);
    for found in script.connections().iter().filter(is_told) {
        let near = reading.suggest.near(&found.name, reading.names.all(Kind::Connection));
        diags.push(UndeclaredConnection { at: span(&found.span), name: found.name.clone(), near, sure: found.sure });
    }
    for finding in script.findings() {
        let at = span(&finding.span);
        match &finding.kind {
            FindingKind::HardCodedSecret { what } => diags.push(SecretInScript { at, what }),
            FindingKind::PlainHttp { host } => diags.push(PlainHttp { at, loopback: is_loopback(host) }),
            FindingKind::BadUrl { slip } => diags.push(BadScriptUrl { at, slip: *slip }),
            FindingKind::OwnAuthorization => diags.push(OwnAuthorization { at }),
            FindingKind::UnknownKey { task, key } => {
                let near = block_keys(task).and_then(|block| reading.suggest.near(key, block.keys.iter().copied()));
                diags.push(UnknownBlockKey { at, task, key: key.clone(), near });
            }
            FindingKind::MissingKey { task, key } => diags.push(MissingBlockKey { at, task, key }),
            FindingKind::RepeatedKey { task, key } => diags.push(RepeatedBlockKey { at, task, key: key.clone() }),
            FindingKind::UnknownMethod { task, method } => {
                diags.push(UnknownMethod { at, task, method: method.clone(), near: reading.suggest.near(method, METHODS) });
            }
            FindingKind::NamelessConnection => diags.push(NamelessConnection { at }),
            FindingKind::DynamicConnection { .. } => diags.push(DynamicConnection { at }),
            FindingKind::Deprecated { call, instead } => diags.push(DeprecatedCall { at, call: call.clone(), instead }),
            FindingKind::UnquotedConnection { name } => diags.push(UnquotedConnection { at, name: name.clone() }),
            // Judged with what the connection's service allows.
            FindingKind::Host { .. } => {}
        }
    }
}

fn calls(script: &Script) -> Vec<Call> {
    let call = |finding: &Finding| {
        let FindingKind::Host { host, connection: Some(connection), .. } = &finding.kind else { return None };
        Some(Call { host: host.clone(), connection: connection.clone(), span: finding.span.clone() })
    };
    script.findings().iter().filter_map(call).collect()
}

/// Rule L9, for the calls of scripts as far as it can be told where they go.
pub(super) fn check_targets(diags: &mut Diagnostics, world: &World<'_>, scripts: &Scripts, files: &mut ScriptFiles<'_>) {
    for (path, facts) in scripts.by_path.iter().filter_map(|(path, facts)| Some((path, facts.as_ref()?))) {
        let file = files.id(path);
        let span = |range: &Range<usize>| Span::new(file, range.start, range.end);
        let mut found = Diagnostics::default();
        for call in &facts.calls {
            let Some((service, allowed)) = world.hosts_of_connection(&call.connection) else { continue };
            if !host_allowed(&allowed, &call.host) {
                found.push(HostNotAllowed::new(span(&call.span), None, &call.host, service, allowed));
            }
        }
        for call in &facts.app_calls {
            apps::check(&mut found, world, call, span(&call.span));
        }
        if !found.is_empty() {
            files.show(path, &facts.text);
        }
        diags.extend(found);
    }
}

/// The connections that a script surely names, and those that it perhaps does and that are there.
fn named(script: &Script, names: &Names) -> BTreeSet<Name> {
    let uses = script.connections().iter().filter(|found| found.sure || names.knows(Kind::Connection, &found.name));
    uses.map(|found| Name::new(found.name.as_str())).collect()
}

/// A script of the project whose path is near a misspelt one.
fn near_path(path: &str, reading: &Reading<'_, '_>) -> Option<String> {
    let files = reading.folder.files().ok()?;
    let is_script = |file: &&str| [".ds", ".dg", ".deluge"].iter().any(|ending| file.ends_with(ending));
    reading.suggest.near(path, files.iter().map(String::as_str).filter(is_script))
}
