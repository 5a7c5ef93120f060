//! Connections: the service that they are of, and what follows from it. Scopes and credentials have files of their own.

use super::credentials;
use super::diags::{Contradiction, UnknownService};
use super::offered::{How, Offered};
use super::scopes;
use super::site::Site;
use super::world::World;
use crate::diag::Diagnostics;
use crate::resource::{Connection, Grant, Kind};

pub(super) fn check(diags: &mut Diagnostics, world: &World<'_>, site: Site<'_>, connection: &Connection) {
    if !site.knows(&["service"]) {
        return;
    }
    let name = connection.service.as_str();
    if let Some(offered) = world.service(name) {
        if !offered.knows(&["auth", "type"]) {
            return;
        }
        scopes::check(diags, world, site, connection, offered);
        credentials::check(diags, world, site, connection, offered);
        check_login_user(diags, site, connection, offered);
    } else if !world.names.knows(Kind::Service, name) {
        diags.push(UnknownService { at: site.value(&["service"]), name: name.to_owned(), near: world.near(Kind::Service, name) });
    }
}

/// A login-user connection has no credential but the ones that its users bring, and never falls back to the owner's.
fn check_login_user(diags: &mut Diagnostics, site: Site<'_>, connection: &Connection, offered: Offered<'_>) {
    if !connection.use_login_user_credentials || !site.knows(&["use_login_user_credentials"]) {
        return;
    }
    if offered.how() == How::Oauth2(Grant::ClientCredentials) && offered.knows(&["auth", "grant"]) {
        diags.push(Contradiction {
            at: site.entry(&["use_login_user_credentials"]),
            headline: "no user can authorise a service of `grant: client_credentials`".to_owned(),
            help: "set `use_login_user_credentials: false`: there the application speaks for itself",
            other: Some((site.value(&["service"]), "the service's grant involves no user")),
        });
    }
    if !connection.credentials.is_empty() {
        diags.push(Contradiction {
            at: site.entry(&["credentials"]),
            headline: "credentials written here would be everybody's, yet every user is to bring their own".to_owned(),
            help: "remove `credentials`, or set `use_login_user_credentials: false`",
            other: Some((site.entry(&["use_login_user_credentials"]), "every user authorises with an own account")),
        });
    }
}
