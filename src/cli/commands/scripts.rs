//! Where scripts name what a plan changes. A script that stays as it is may still be what a reviewer has to read: its calls
//! go through what is revoked, replaced or deleted.

use super::opened::Opened;
use crate::apply::ScriptPlace;
use crate::cli::report::refs_text;
use crate::plan::{Action, Plan, SourcePlace};
use crate::refs::{self, How, Place, Use};
use crate::resource::{Address, Kind};
use crate::text::veil;
use std::collections::BTreeSet;

/// The places in scripts that name a connection which is live and changes, itself or through its service, in the order of
/// the files.
pub(super) fn touched(plan: &Plan, opened: &Opened) -> Vec<ScriptPlace> {
    let changing = plan.changes.iter().filter(|change| change.action != Action::Create);
    let connections: BTreeSet<&Address> = changing
        .flat_map(|change| change.affects.connections.iter().chain([&change.address]))
        .filter(|address| address.kind == Kind::Connection)
        .collect();
    let uses = refs::script_uses(&opened.compiled, opened.folder(), &connections);
    // A choice that is made when the script runs is one place, whatever it may choose.
    let places: BTreeSet<ScriptPlace> = uses.into_iter().filter_map(|(connection, one)| place(connection, one)).collect();
    places.into_iter().collect()
}

fn place(connection: Address, mut one: Use) -> Option<ScriptPlace> {
    one.call.url = one.call.url.map(|url| veiled("url", url));
    one.call.subject = one.call.subject.map(|subject| veiled("subject", subject));
    let call = refs_text::call(&one.call);
    let how = refs_text::how(&one).to_owned();
    let connection = (one.how != How::Perhaps).then_some(connection);
    let Place { file, line, column } = one.place;
    Some(ScriptPlace { place: SourcePlace { file, line, column }, function: one.by?, connection, how, call, sure: one.sure })
}

/// A plan is shown to many: what reads like a secret in a script stays out of it.
fn veiled(name: &str, text: String) -> String {
    let mut value = text.into();
    veil(name, &mut value);
    value.as_str().unwrap_or_default().to_owned()
}
