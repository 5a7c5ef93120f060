//! The steps of one change and their order among themselves. What the platform demands is asked of
//! [`lifecycle`](crate::resource::lifecycle); how changes wait for each other is `link`'s matter.

use super::change::{Action, DiffOp, Difference, Reason};
use super::diff::{Secrets, differences};
use super::draft::{Draft, Marks, Score, StepNumber, Tie};
use super::fate::Fate;
use super::model::{Actor, Do};
use super::worlds::{Worlds, etag, held};
use crate::resource::lifecycle::{self, Refusal};
use crate::resource::{Address, Connection, ConnectionState, Live, Resource, Status, WebhookState};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Why something is created.
pub const NOT_THERE_YET: &str = "not-there-yet";
/// Why something is created that was there before; known to those who may read the audit.
pub const DELETED_ELSEWHERE: &str = "deleted-elsewhere";

/// Adds the change of one object and its steps, or nothing where nothing has to be done.
pub(super) fn draft(worlds: &Worlds<'_>, score: &mut Score, address: &Address, fate: Fate<'_>) {
    let change = score.drafts.len();
    match fate {
        Fate::Create(wanted) => create(worlds, score, address, wanted),
        Fate::Foreign(live, wanted) => foreign(worlds, score, address, live, wanted),
        Fate::Keep(live, wanted) => keep(worlds, score, address, live, wanted),
        Fate::Replace(live, wanted) => replace(worlds, score, address, live, wanted),
        Fate::Move(from, live, wanted) => rename(worlds, score, (from, address), live, wanted),
        Fate::Delete(live) => delete(worlds, score, address, live),
        Fate::Forget(live) => forget(score, address, live),
    }
    if worlds.adopts(address) {
        adopt(worlds, score, address, change);
    }
}

/// Adds the adoption to the object's change, which may have been nothing so far.
fn adopt(worlds: &Worlds<'_>, score: &mut Score, address: &Address, change: usize) {
    if score.drafts.len() == change {
        let mut draft = Draft::new(address, Action::Adopt);
        draft.precondition = worlds.live(address).map(etag);
        draft.after = worlds.wanted(address).cloned();
        score.add(draft);
    }
    score.drafts[change].because("to-be-adopted", None);
    score.drafts[change].from = worlds.live(address).and_then(|live| live.owner.clone());
    score.step(change, Do::Adopt, None);
}

fn forget(score: &mut Score, address: &Address, live: &Live) {
    let mut draft = Draft::new(address, Action::Forget);
    draft.because("to-be-forgotten", None);
    draft.precondition = Some(etag(live));
    let change = score.add(draft);
    // What an interrupted apply left set aside is put back first, or nobody ever would.
    let detached = live.status == Status::Webhook(WebhookState::Detached);
    let attach = detached.then(|| score.step(change, Do::Attach, None));
    score.drafts[change].marks.attach = attach;
    score.step(change, Do::Forget, attach);
}

/// What differs, with scopes classed as the project knows their service.
fn compared(worlds: &Worlds<'_>, before: Option<&Resource>, wanted: &Resource, secrets: Secrets<'_>) -> Vec<Difference> {
    let mut diff = differences(before, wanted, secrets);
    if let Resource::Connection(connection) = wanted {
        for difference in diff.iter_mut().filter(|difference| difference.path == "/scopes") {
            let scope = difference.scope().map(|scope| worlds.desired.scope_class(&connection.service, &scope));
            difference.class = scope.or(difference.class);
        }
    }
    diff
}

fn create(worlds: &Worlds<'_>, score: &mut Score, address: &Address, wanted: &Arc<Resource>) {
    let mut draft = Draft::new(address, Action::Create);
    draft.because(if worlds.was_deleted(address) { DELETED_ELSEWHERE } else { NOT_THERE_YET }, None);
    draft.diff = compared(worlds, None, wanted, secrets(worlds, address, None, true));
    draft.after = Some(wanted.clone());
    let change = score.add(draft);
    make(worlds, score, change, wanted, None);
}

/// The steps are drafted all the same: what waits for them is refused with them.
fn foreign(worlds: &Worlds<'_>, score: &mut Score, address: &Address, live: &Live, wanted: &Arc<Resource>) {
    let mut draft = Draft::new(address, Action::Create);
    draft.because("not-owned", None);
    draft.after = Some(wanted.clone());
    draft.refuse(&Refusal::NotOwned { owner: live.owner.clone() });
    let change = score.add(draft);
    make(worlds, score, change, wanted, None);
}

fn replace(worlds: &Worlds<'_>, score: &mut Score, address: &Address, live: &Live, wanted: &Arc<Resource>) {
    let mut draft = Draft::new(address, Action::Replace);
    draft.diff = compared(worlds, Some(&live.resource), wanted, secrets(worlds, address, Some(live), true));
    explain(&mut draft);
    going(&mut draft, live);
    draft.after = Some(wanted.clone());
    let change = score.add(draft);
    let gone = take_away(score, change, live, None, None);
    make(worlds, score, change, wanted, Some(gone));
}

fn rename(worlds: &Worlds<'_>, score: &mut Score, (from, to): (&Address, &Address), live: &Live, wanted: &Arc<Resource>) {
    let mut draft = Draft::new(to, Action::Move);
    draft.previous = Some(from.clone());
    draft.because("moved", None);
    draft.diff = compared(worlds, Some(&live.resource), wanted, secrets(worlds, to, Some(live), true));
    explain(&mut draft);
    going(&mut draft, live);
    draft.after = Some(wanted.clone());
    let change = score.add(draft);
    let made = make(worlds, score, change, wanted, None);
    let delete = take_away(score, change, live, Some(from), Some(made).filter(|_| !worlds.reauthenticates(live)));
    score.tie(made, delete, Tie::Must);
}

fn delete(worlds: &Worlds<'_>, score: &mut Score, address: &Address, live: &Live) {
    let mut draft = Draft::new(address, Action::Delete);
    draft.because(if worlds.destroys() { "to-be-destroyed" } else { "no-longer-declared" }, None);
    going(&mut draft, live);
    let change = score.add(draft);
    take_away(score, change, live, None, None);
}

/// What holds for everything that goes away. Protection counts as it is live: it outlasts the declaration.
fn going(draft: &mut Draft, live: &Live) {
    draft.precondition = Some(etag(live));
    if live.resource.protect() {
        draft.refuse(&Refusal::Protected);
    }
}

/// Create, and authorize where it is a connection. Returns the last step.
fn make(worlds: &Worlds<'_>, score: &mut Score, change: usize, wanted: &Resource, after: Option<StepNumber>) -> StepNumber {
    let create = score.step(change, Do::Create, after);
    score.drafts[change].marks.write = Some(create);
    match wanted {
        Resource::Connection(connection) => authorize(worlds, score, change, connection, Some(create)),
        Resource::Service(_) | Resource::Webhook(_) | Resource::Function(_) => create,
    }
}

fn authorize(worlds: &Worlds<'_>, score: &mut Score, change: usize, wanted: &Connection, after: Option<StepNumber>) -> StepNumber {
    let step = score.step(change, Do::Authorize, after);
    score.steps[step].actor = Some(actor(worlds, wanted));
    score.drafts[change].marks.authorize = Some(step);
    step
}

fn actor(worlds: &Worlds<'_>, connection: &Connection) -> Actor {
    match worlds.auth(connection) {
        Some(auth) if !auth.needs_consent() => Actor::Broker,
        Some(_) | None if connection.use_login_user_credentials => Actor::EachUser,
        Some(_) | None => Actor::Owner,
    }
}

/// Revoke where it is connected, then delete. Of a move, `target` is the old address, and `after` what was made at the
/// new one, unless a service waits for the revocation.
fn take_away(score: &mut Score, change: usize, live: &Live, target: Option<&Address>, after: Option<StepNumber>) -> StepNumber {
    let connected = live.connection_status().is_some_and(|status| status.is_connected());
    let revoke = connected.then(|| score.step(change, Do::Revoke, after));
    let delete = score.step(change, Do::Delete, revoke.or(after));
    for step in revoke.into_iter().chain([delete]) {
        score.steps[step].target = target.cloned();
    }
    let marks = &mut score.drafts[change].marks;
    (marks.revoke, marks.delete) = (revoke, Some(delete));
    delete
}

fn keep(worlds: &Worlds<'_>, score: &mut Score, address: &Address, live: &Live, wanted: &Arc<Resource>) {
    let known = secrets(worlds, address, Some(live), false);
    // Most of an estate is as it should be: that is told without looking at single fields.
    let same_secrets = known.wanted.iter().all(|(path, wanted)| known.held.get(path) == Some(wanted));
    let diff = if live.resource == *wanted && same_secrets { Vec::new() } else { compared(worlds, Some(&live.resource), wanted, known) };
    let mut draft = Draft::new(address, Action::Update);
    draft.precondition = Some(etag(live));
    draft.after = Some(wanted.clone());
    draft.diff = diff;
    explain(&mut draft);
    match (&live.status, live.resource.as_ref(), wanted.as_ref()) {
        (Status::Connection(_), Resource::Connection(before), Resource::Connection(after)) => {
            keep_connection(worlds, score, draft, live, (before, after));
        }
        (Status::Webhook(state), _, _) => keep_webhook(score, draft, *state),
        (Status::Service | Status::Connection(_) | Status::Function, _, _) => {
            if !draft.diff.is_empty() {
                let change = score.add(draft);
                update(score, change, None);
            }
        }
    }
}

fn update(score: &mut Score, change: usize, after: Option<StepNumber>) -> StepNumber {
    let step = score.step(change, Do::Update, after);
    score.drafts[change].marks.write = Some(step);
    step
}

/// A webhook that an interrupted apply left set aside is attached again.
fn keep_webhook(score: &mut Score, mut draft: Draft, state: WebhookState) {
    let detached = !lifecycle::selects(state);
    if draft.diff.is_empty() && !detached {
        return;
    }
    if detached {
        draft.because("detached", None);
    }
    let updates = !draft.diff.is_empty();
    let change = score.add(draft);
    let updated = updates.then(|| update(score, change, None));
    if detached {
        let attach = score.step(change, Do::Attach, updated);
        score.drafts[change].marks.attach = Some(attach);
    }
}

/// Revoke, update and authorize, each only where it is called for.
fn keep_connection(worlds: &Worlds<'_>, score: &mut Score, mut draft: Draft, live: &Live, (before, after): (&Connection, &Connection)) {
    let status = live.connection_status().expect("the caller saw that it is a connection's");
    let new_secrets = draft.diff.iter().any(|difference| difference.op == DiffOp::SecretWrite);
    let new_authentication = status.is_connected() && worlds.reauthenticates(live);
    let revokes = new_authentication || lifecycle::revoke_before_update(before, after, status, new_secrets);
    let state = if revokes { ConnectionState::Revoked } else { status.state };
    let updates = !draft.diff.is_empty();
    let authorizes = !settled(worlds, after, state) || (updates && state == ConnectionState::Error);
    if !updates && !authorizes {
        return;
    }
    if new_authentication {
        draft.because("service-changed", Some("/service".to_owned()));
    }
    if authorizes {
        draft.action = Action::Reconnect;
        if !revokes {
            draft.because(state_code(state), None);
        }
    }
    let change = score.add(draft);
    let revoked = revokes.then(|| score.step(change, Do::Revoke, None));
    score.drafts[change].marks = Marks { revoke: revoked, ..Marks::default() };
    let updated = updates.then(|| update(score, change, revoked)).or(revoked);
    if authorizes {
        authorize(worlds, score, change, after, updated);
    }
}

fn settled(worlds: &Worlds<'_>, wanted: &Connection, state: ConnectionState) -> bool {
    match worlds.auth(wanted) {
        Some(auth) => lifecycle::settled(state, auth),
        // Of a service that nobody describes no more is known than that a person may be asked.
        None => matches!(state, ConnectionState::Connected | ConnectionState::AwaitingConsent),
    }
}

fn state_code(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::NotConnected => "not-connected",
        ConnectionState::AwaitingConsent => "consent-not-needed",
        ConnectionState::Connected => "connected",
        ConnectionState::Expired => "expired",
        ConnectionState::Revoked => "revoked",
        ConnectionState::Error => "error",
    }
}

fn secrets<'a>(worlds: &Worlds<'a>, address: &Address, live: Option<&'a Live>, all: bool) -> Secrets<'a> {
    Secrets { held: held(live), wanted: worlds.fingerprints(address), all }
}

/// Reasons for people, from the differences: `scope-added`, `secret-changed`, `name-changed`.
fn explain(draft: &mut Draft) {
    let mut said = BTreeSet::new();
    for difference in &draft.diff {
        let (code, path) = (reason(difference), difference.path.clone());
        if said.insert((code.clone(), path.clone())) {
            draft.reasons.push(Reason { code, path: Some(path) });
        }
    }
}

fn reason(difference: &Difference) -> String {
    let field = difference.path.split('/').nth(1).unwrap_or_default();
    match (difference.op, field) {
        (DiffOp::SetAdd, "scopes") => "scope-added".to_owned(),
        (DiffOp::SetRemove, "scopes") => "scope-removed".to_owned(),
        // A new object under another name needs the same value again.
        (DiffOp::SecretWrite, _) if difference.before == difference.value => "secret-written-again".to_owned(),
        (DiffOp::SecretWrite, _) => "secret-changed".to_owned(),
        (DiffOp::Add | DiffOp::Remove | DiffOp::Replace | DiffOp::SetAdd | DiffOp::SetRemove, field) => {
            format!("{}-changed", field.replace('_', "-"))
        }
    }
}
