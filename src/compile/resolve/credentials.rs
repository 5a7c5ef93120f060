//! What a connection brings to its service: exactly the credentials and parameters that the service asks for.

use super::diags::{BadParameter, LiteralSecret, MissingCredential, NoParameters, UnknownCredential};
use super::offered::{Asked, Offered};
use super::site::Site;
use super::world::World;
use crate::catalogue::ParameterProblem;
use crate::diag::Diagnostics;
use crate::resource::{Connection, Value};
use std::collections::BTreeMap;

pub(super) fn check(diags: &mut Diagnostics, world: &World<'_>, site: Site<'_>, connection: &Connection, offered: Offered<'_>) {
    let asked = offered.credentials();
    check_given(diags, world, site, connection, offered, &asked);
    // A login-user connection has none of its own: each user is asked.
    if !connection.use_login_user_credentials && site.knows(&["use_login_user_credentials"]) {
        let known = |key: &str| site.knows(&["credentials", key]) && offered.knows(&["auth", "parameters", key]);
        let lacks = |key: &str, asked: &Asked| !asked.optional && !connection.credentials.contains_key(key) && known(key);
        for (key, _) in asked.iter().filter(|(key, asked)| lacks(key, asked)) {
            let service = connection.service.to_string();
            diags.push(MissingCredential { at: site.entry(&["credentials"]), key: (*key).to_owned(), service });
        }
    }
    check_parameters(diags, world, site, connection, offered);
}

fn check_given(
    diags: &mut Diagnostics,
    world: &World<'_>,
    site: Site<'_>,
    connection: &Connection,
    offered: Offered<'_>,
    asked: &BTreeMap<&str, Asked>,
) {
    if connection.credentials.is_empty() {
        return;
    }
    for (key, place) in site.entries(&["credentials"]) {
        match (asked.get(key), connection.credentials.get(key)) {
            (Some(Asked { secret: true, .. }), Some(Value::Literal(_))) => {
                diags.push(LiteralSecret { at: place.value, what: key.to_owned() })
            }
            (Some(_), _) => {}
            (None, _) if !offered.knows(&["auth", "parameters", key]) => {}
            (None, _) => diags.push(UnknownCredential {
                at: place.key,
                key: key.to_owned(),
                service: connection.service.to_string(),
                near: world.suggest.near(key, asked.keys().copied()),
                asked: asked.keys().map(|known| (*known).to_owned()).collect(),
            }),
        }
    }
}

fn check_parameters(diags: &mut Diagnostics, world: &World<'_>, site: Site<'_>, connection: &Connection, offered: Offered<'_>) {
    let service = || connection.service.to_string();
    match offered {
        Offered::Default(default) => {
            let known = |problem: &&ParameterProblem| match problem.parameter() {
                Some(name) => site.knows(&["parameters", name]),
                None => site.knows(&["parameters"]),
            };
            for problem in default.problems(&connection.parameters).iter().filter(known) {
                let given = problem.parameter().filter(|name| connection.parameters.contains_key(*name));
                let at = given.map_or_else(|| site.entry(&["parameters"]), |name| site.value(&["parameters", name]));
                let near = unknown_near(world, problem);
                diags.push(BadParameter { at, service: service(), near, problem: problem.clone() });
            }
        }
        Offered::Custom(..) if connection.parameters.is_empty() => {}
        Offered::Custom(..) => diags.push(NoParameters { at: site.entry(&["parameters"]), service: service() }),
    }
}

fn unknown_near(world: &World<'_>, problem: &ParameterProblem) -> Option<String> {
    match problem {
        ParameterProblem::Unknown { name, known } => world.suggest.near(name, known.iter().map(String::as_str)),
        ParameterProblem::CannotAuthenticate { .. }
        | ParameterProblem::Missing { .. }
        | ParameterProblem::NotAllowed { .. }
        | ParameterProblem::BadForm { .. }
        | ParameterProblem::HostElsewhere { .. } => None,
    }
}
