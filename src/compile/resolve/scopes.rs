//! The scopes of a connection (rule L6): an error outside a custom service's own list, a warning outside the catalogue's.

use super::defaults::DefaultService;
use super::diags::{DeprecatedScope, MissingOfflineAccess, MissingScope, OfflineBy, ScopeNotInService, ScopeWithoutService, UnknownScope};
use super::offered::{How, Offered};
use super::site::Site;
use super::world::World;
use crate::diag::Diagnostics;
use crate::resource::{Auth, Connection, Grant, Scope, Service};
use std::collections::BTreeMap;

pub(super) fn check(diags: &mut Diagnostics, world: &World<'_>, site: Site<'_>, connection: &Connection, offered: Offered<'_>) {
    let grant = match offered.how() {
        How::Oauth2(grant) => grant,
        How::WithoutScopes(auth) => {
            if !connection.scopes.is_empty() {
                diags.push(ScopeWithoutService { at: site.entry(&["scopes"]), service: connection.service.to_string(), auth });
            }
            return;
        }
    };
    match offered {
        Offered::Custom(service, _) => check_custom(diags, world, site, connection, service, offered),
        Offered::Default(default) => check_default(diags, world, site, connection, default),
    }
    if grant == Grant::AuthorizationCode
        && site.knows(&["scopes"])
        && offered.knows(&["auth", "grant"])
        && offered.knows(&["auth", "scopes"])
    {
        check_missing(diags, site, connection, offered);
        check_offline(diags, site, connection, offered);
    }
}

/// The scopes of a custom service. (One without OAuth 2 has none.)
fn listed(service: &Service) -> Option<&BTreeMap<Scope, String>> {
    match &service.auth {
        Auth::Oauth2(oauth2) => Some(&oauth2.scopes),
        Auth::Oauth1(_) | Auth::ApiKey(_) | Auth::Basic => None,
    }
}

fn check_custom(
    diags: &mut Diagnostics,
    world: &World<'_>,
    site: Site<'_>,
    connection: &Connection,
    service: &Service,
    offered: Offered<'_>,
) {
    let Some(listed) = listed(service) else { return };
    if connection.scopes.iter().all(|scope| listed.contains_key(scope)) {
        return;
    }
    let is_stranger = |scope: &str| !listed.contains_key(scope) && offered.knows(&["auth", "scopes", scope]);
    for (scope, at) in site.items(&["scopes"]).into_iter().filter(|(scope, _)| is_stranger(scope)) {
        diags.push(ScopeNotInService {
            at,
            scope: scope.to_owned(),
            service: connection.service.to_string(),
            near: world.suggest.near(scope, listed.keys().map(|known| known.0.as_str())),
            offered: listed.keys().take(9).map(|known| known.0.clone()).collect(),
        });
    }
}

fn check_default(diags: &mut Diagnostics, world: &World<'_>, site: Site<'_>, connection: &Connection, default: &DefaultService) {
    if connection.scopes.iter().all(|scope| default.is_current_scope(&scope.0)) {
        return;
    }
    for (scope, at) in site.items(&["scopes"]).into_iter().filter(|(scope, _)| !default.is_current_scope(scope)) {
        let (scope, service) = (scope.to_owned(), connection.service.to_string());
        match default.entry.scope(&scope).and_then(|info| info.deprecated) {
            Some(successor) => diags.push(DeprecatedScope { at, scope, service, successor: successor.scope, note: successor.note }),
            None => {
                let near = world.suggest.near(&scope, default.entry.scopes.offered.iter());
                diags.push(UnknownScope { at, scope, service, near });
            }
        }
    }
}

/// A service that lists scopes wants to be asked for some.
fn check_missing(diags: &mut Diagnostics, site: Site<'_>, connection: &Connection, offered: Offered<'_>) {
    let wants_some = match offered {
        Offered::Custom(service, _) => listed(service).is_some_and(|listed| !listed.is_empty()),
        Offered::Default(default) => default.entry.needs_scope(),
    };
    if wants_some && connection.scopes.is_empty() {
        diags.push(MissingScope { at: site.entry(&["scopes"]), service: connection.service.to_string() });
    }
}

/// Where a scope asks for the refresh token, a connection that leaves it out dies with its first access token.
fn check_offline(diags: &mut Diagnostics, site: Site<'_>, connection: &Connection, offered: Offered<'_>) {
    if connection.scopes.is_empty() || connection.scopes.iter().any(|scope| asks_for_refresh(&scope.0)) {
        return;
    }
    let scope = match offered {
        Offered::Custom(service, _) => {
            listed(service).and_then(|listed| listed.keys().map(|scope| scope.0.as_str()).find(|scope| asks_for_refresh(scope)))
        }
        Offered::Default(default) => default.offline_scope(),
    };
    if let Some(scope) = scope {
        diags.push(MissingOfflineAccess { at: site.entry(&["scopes"]), by: OfflineBy::Scope(scope.to_owned()) });
    }
}

/// OpenID Connect Core section 11, and its spelling at X.
pub(super) fn asks_for_refresh(scope: &str) -> bool {
    matches!(scope, "offline_access" | "offline.access")
}
