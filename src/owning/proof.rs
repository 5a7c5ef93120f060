//! That changed files are the project they should be: compiled again, in every environment.

use super::choice::Left;
use super::pages::NewText;
use crate::compile::{Compiled, Folder, Front, Overlaid, Setting, check_all, compile};
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::resource::Address;
use crate::text::Sources;
use std::collections::{BTreeMap, BTreeSet};

/// Why no file is changed.
#[derive(Debug)]
pub enum Refused {
    /// Nothing is live under that name.
    NotLive { address: Address, known: BTreeSet<Address> },
    /// It is this project's already.
    Owned { address: Address },
    /// It is not the one's whose objects were asked for; `None` is nobody.
    OwnedElsewhere { address: Address, owner: Option<String> },
    /// It needs something that is neither declared nor can be taken along.
    Needs(Left),
    /// Nothing is declared under that name.
    NotDeclared { address: Address, known: BTreeSet<Address> },
    /// A file is there and says something else.
    Taken { path: String },
    /// A file cannot be changed for sure as it is written.
    Manner { path: String, what: &'static str },
    /// A path from the platform at which nothing is written.
    Path { address: Address, path: String },
    /// The result would be no valid project.
    Worse { found: Vec<Diagnostic>, sources: Box<Sources> },
    /// Something else would read differently.
    Differs { address: Address },
}

/// The project as the new texts make it, in the environment of the setting.
pub(super) fn compiled(folder: &dyn Folder, texts: &[NewText], setting: &Setting) -> Result<(Front, Compiled), Refused> {
    let files: BTreeMap<&str, &[u8]> = texts.iter().map(|text| (text.path.as_str(), text.after.as_bytes())).collect();
    let overlaid = Overlaid { folder, files };
    let mut front = Front::read(&overlaid);
    let mut diags = Diagnostics::default();
    check_all(&mut diags, &mut front, &overlaid, &setting.variables);
    let worse = |diags: Diagnostics, front: &Front| {
        let found = diags.finish().into_iter().filter(|found| found.severity == Severity::Error).collect();
        Refused::Worse { found, sources: Box::new(front.sources().clone()) }
    };
    if diags.has_errors() {
        return Err(worse(diags, &front));
    }
    let mut diags = Diagnostics::default();
    match compile(&mut diags, &mut front, &overlaid, setting) {
        Ok(compiled) => Ok((front, compiled)),
        Err(_) => Err(worse(diags, &front)),
    }
}

/// Refuses a project in which anything but the named resources is another than before.
pub(super) fn else_the_same(before: &Compiled, after: &Compiled, but: &BTreeSet<&Address>) -> Result<(), Refused> {
    let all: BTreeSet<&Address> = before.project.resources.keys().chain(after.project.resources.keys()).collect();
    let is_same = |address: &Address| before.project.resources.get(address) == after.project.resources.get(address);
    match all.into_iter().find(|address| !but.contains(address) && !is_same(address)) {
        Some(address) => Err(Refused::Differs { address: address.clone() }),
        None => Ok(()),
    }
}
