//! `refs`: where a resource is named, in the files and in the scripts, and what scopes the calls behind it need.

use super::opened::{self, Opened};
use crate::cli::args::{Refs, TextOrJson};
use crate::cli::exit::Exit;
use crate::cli::report::{counted, json, refs_text};
use crate::cli::talk::{Failure, Talk};
use crate::refs::{self, Advice, Use};
use crate::resource::{Address, Kind, Resource};
use serde::Serialize;

#[derive(Serialize)]
struct Answer<'a> {
    format_version: &'static str,
    address: &'a Address,
    uses: &'a [Use],
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<&'a Advice>,
}

pub(crate) fn run(args: &Refs, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    known(&args.address, &opened)?;
    let uses = refs::uses(&opened.front, &opened.compiled, opened.folder(), &args.address);
    let advice = if args.scopes { Some(advice(&args.address, &opened, &uses)?) } else { None };
    match args.format {
        TextOrJson::Json => {
            talk.data(&json(&Answer { format_version: "1.0", address: &args.address, uses: &uses, scopes: advice.as_ref() }))
        }
        TextOrJson::Text => {
            let mut page = talk.page();
            refs_text::uses(&uses, &mut page);
            if let Some(advice) = &advice {
                refs_text::advice(advice, &mut page);
            }
            talk.data(&page.into_text());
            talk.aside(&format!("{} of {}\n", counted(uses.len(), "mention"), args.address));
        }
    }
    Ok(Exit::Done)
}

/// Declared here, or a service of the catalogue as the project sees it: others can only be misspelt.
fn known(address: &Address, opened: &Opened) -> Result<(), Failure> {
    let resources = &opened.compiled.project.resources;
    let is_default = address.kind == Kind::Service && opened.compiled.catalogue.has(address.name.as_str());
    if is_default || resources.contains_key(address) { Ok(()) } else { Err(opened::unknown_address(address, resources.keys())) }
}

fn advice(address: &Address, opened: &Opened, uses: &[Use]) -> Result<Advice, Failure> {
    match opened.compiled.project.resources.get(address).map(AsRef::as_ref) {
        Some(Resource::Connection(connection)) => {
            let custom = Address { kind: Kind::Service, name: connection.service.clone() };
            let custom = opened.compiled.project.resources.get(&custom).and_then(|resource| match resource.as_ref() {
                Resource::Service(service) => Some(service),
                Resource::Connection(_) | Resource::Webhook(_) | Resource::Function(_) => None,
            });
            Ok(refs::advise(&opened.compiled.catalogue, connection, custom, uses))
        }
        Some(Resource::Service(_) | Resource::Webhook(_) | Resource::Function(_)) | None => {
            Err(Failure::new(Exit::Usage, format!("`{address}` is no connection: only those ask for scopes")))
        }
    }
}
