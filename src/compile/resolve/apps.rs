//! Calls that name an app of Zoho's in place of a URL: whether their connection is one for it. The platform sends them to
//! that app's hosts, so this is rule L9 for calls without a host.

use super::diags::{ForeignConnection, Misfit};
use super::offered::Offered;
use super::world::World;
use crate::catalogue::{ANY_ZOHO_APP, stands_for};
use crate::deluge::{Script, TaskKind, data_centre};
use crate::diag::Diagnostics;
use crate::resource::Name;
use crate::text::Span;
use std::ops::Range;

/// A call whose app is known.
#[derive(Debug)]
pub(super) struct AppCall {
    /// `crm`
    app: String,
    /// As written: `zoho.crm.getRecords`, `ZohoCRM`.
    call: String,
    connection: String,
    pub(super) span: Range<usize>,
}

/// The calls of a script that surely name a connection.
pub(super) fn calls(script: &Script) -> Vec<AppCall> {
    let uses = script.connections().iter().filter(|used| used.sure);
    let call = uses.filter_map(|used| {
        let call = match &used.task {
            TaskKind::Integration(name) => name.clone(),
            TaskKind::InvokeUrl | TaskKind::InvokeApi => used.service.clone()?,
        };
        Some(AppCall { app: used.app()?, call, connection: used.name.clone(), span: used.span.clone() })
    });
    call.collect()
}

/// Says that a call has the connection of another service.
pub(super) fn check(diags: &mut Diagnostics, world: &World<'_>, call: &AppCall, at: Span) {
    if let Some((service, misfit)) = misfit(world, call) {
        let wanted = world.shelf.zoho_app(&call.app).map(|entry| entry.key.clone());
        let (call, connection) = (call.call.clone(), call.connection.clone());
        diags.push(ForeignConnection { at, call, connection, service: service.to_string(), wanted, misfit });
    }
}

/// A connection of a service that has no host of Zoho's is surely wrong. One of another of Zoho's services most likely is, if
/// it asks for no scope of the app.
fn misfit<'a>(world: &World<'a>, call: &AppCall) -> Option<(&'a Name, Misfit)> {
    let connection = world.connection(&call.connection)?;
    let (service, hosts) = world.hosts_of_connection(&call.connection)?;
    let wanted = world.shelf.zoho_app(&call.app);
    let fits = service.as_str() == ANY_ZOHO_APP || wanted.as_ref().is_some_and(|entry| stands_for(service.as_str(), &entry.key));
    if fits || hosts.is_empty() {
        return None;
    }
    if !hosts.iter().any(|host| data_centre(&host.0).is_some()) {
        return Some((service, Misfit::NotZoho));
    }
    let is_default = matches!(world.service(service.as_str()), Some(Offered::Default(_)));
    let offered = &wanted?.scopes;
    let asks = connection.scopes.iter().any(|scope| offered.find(&scope.0).is_some());
    (is_default && !asks).then_some((service, Misfit::OtherApp))
}
