//! People, services, their tokens, and the applications of the portal.

use crate::broker::{ApplicationUse, IssuedToken, TokenWanted, UserWanted};
use crate::clock::rfc3339;
use crate::resource::Name;
use crate::server::answer::Answer;
use crate::server::asked::Asked;
use crate::server::served::Served;
use crate::server::trouble;
use crate::store::{StoredToken, StoredUser};
use crate::wire::{
    Application, ApplicationWritten, Applications, Clear, Me, NewToken, Parameter, Problem, Token, TokenMade, TokenRotated, Tokens, User,
    UserWritten, Users,
};
use http::StatusCode;
use std::time::Duration;

pub(in crate::server) fn me(_: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let who = asked.who().clone();
    Ok(Answer::ok(&Me { name: who.name, kind: who.kind, role: who.role, scopes: who.scopes, projects: who.projects }))
}

pub(in crate::server) fn users(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let users = asked.admitted(served).users().map_err(trouble::broker)?;
    Ok(Answer::ok(&Users { items: users.into_iter().map(shown).collect() }))
}

pub(in crate::server) fn user(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let user = asked.admitted(served).user(asked.part(Parameter::USER)).map_err(trouble::broker)?;
    Ok(Answer::ok(&shown(user)))
}

pub(in crate::server) fn put_user(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let UserWritten { kind, role, title, disabled } = asked.body()?;
    let wanted = UserWanted { name: asked.part(Parameter::USER), kind, title: &title, role, disabled };
    let user = asked.admitted(served).put_user(wanted).map_err(trouble::broker)?;
    Ok(Answer::ok(&shown(user)))
}

pub(in crate::server) fn delete_user(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    asked.admitted(served).delete_user(asked.part(Parameter::USER)).map_err(trouble::broker)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn shown(user: StoredUser) -> User {
    User {
        name: user.name,
        kind: user.kind,
        title: user.title,
        role: user.role,
        created: rfc3339(user.created),
        disabled: user.disabled.map(rfc3339),
    }
}

pub(in crate::server) fn tokens(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let tokens = asked.admitted(served).tokens(Some(asked.part(Parameter::USER))).map_err(trouble::broker)?;
    Ok(Answer::ok(&Tokens { items: tokens.into_iter().map(token).collect() }))
}

pub(in crate::server) fn new_token(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let NewToken { title, scopes, projects, ttl_seconds } = asked.body()?;
    let life = ttl_seconds.map(Duration::from_secs);
    let wanted = TokenWanted { user: asked.part(Parameter::USER), title: &title, scopes, projects, life };
    let issued = asked.admitted(served).new_token(wanted).map_err(trouble::broker)?;
    Ok(made(issued))
}

pub(in crate::server) fn rotate_token(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let TokenRotated { grace_seconds } = asked.body()?;
    let (user, id) = (asked.part(Parameter::USER), asked.part(Parameter::TOKEN));
    let issued = asked.admitted(served).rotate_token(user, id, Duration::from_secs(grace_seconds)).map_err(trouble::broker)?;
    Ok(made(issued))
}

pub(in crate::server) fn revoke_token(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let (user, id) = (asked.part(Parameter::USER), asked.part(Parameter::TOKEN));
    asked.admitted(served).revoke_token(user, id).map_err(trouble::broker)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn made(issued: IssuedToken) -> Answer {
    Answer::json(StatusCode::CREATED, &TokenMade { token: Clear(issued.text), about: token(issued.token) })
}

fn token(token: StoredToken) -> Token {
    Token {
        id: token.id,
        user: token.user,
        title: token.title,
        scopes: token.scopes,
        projects: token.projects,
        created: rfc3339(token.created),
        expires: token.expires.map(rfc3339),
        last_used: token.last_used.map(rfc3339),
        revoked: token.revoked.map(rfc3339),
    }
}

pub(in crate::server) fn applications(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let all = asked.admitted(served).applications().map_err(trouble::broker)?;
    let shown = |ApplicationUse { application, connections }| Application {
        name: application.name,
        title: application.title,
        maker: application.maker,
        created: rfc3339(application.created),
        connections,
    };
    Ok(Answer::ok(&Applications { items: all.into_iter().map(shown).collect() }))
}

pub(in crate::server) fn put_application(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let ApplicationWritten { title } = asked.body()?;
    let name = Name::new(asked.part(Parameter::APPLICATION));
    let application = asked.admitted(served).put_application(&name, &title).map_err(trouble::broker)?;
    Ok(Answer::ok(&Application {
        name: application.name,
        title: application.title,
        maker: application.maker,
        created: rfc3339(application.created),
        connections: Default::default(),
    }))
}

pub(in crate::server) fn delete_application(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let name = Name::new(asked.part(Parameter::APPLICATION));
    asked.admitted(served).delete_application(&name).map_err(trouble::broker)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
