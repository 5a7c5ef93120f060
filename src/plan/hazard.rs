//! What a reviewer must not overlook about a change, and whom it touches beside its own object.

use super::change::{Action, Affects, DiffOp, Difference, Hazard};
use super::draft::{Draft, Score};
use super::model::Actor;
use super::reach::sends_elsewhere;
use super::worlds::Worlds;
use crate::resource::{Address, Auth, Kind, Link, Live, Resource, ScopeClass, Status, WebhookState};
use std::collections::BTreeSet;

/// Fills in `hazards` and `affects` of every change.
pub(super) fn weigh(worlds: &Worlds<'_>, score: &mut Score) {
    for number in 0..score.drafts.len() {
        let draft = &score.drafts[number];
        let affects = affects(worlds, score, draft);
        let hazards = hazards(worlds, score, draft, &affects);
        score.drafts[number].affects = affects;
        score.drafts[number].hazards = hazards;
    }
}

/// The live object that a change is about, where it is ours.
fn subject<'a>(worlds: &Worlds<'a>, draft: &Draft) -> Option<&'a Live> {
    worlds.owned(draft.leaves().unwrap_or(&draft.address))
}

fn affects(worlds: &Worlds<'_>, score: &Score, draft: &Draft) -> Affects {
    let mut affects = Affects::default();
    let address = draft.leaves().unwrap_or(&draft.address);
    match subject(worlds, draft).map(|live| live.resource.as_ref()) {
        Some(Resource::Service(_)) => {
            let connections = worlds.live_users(address).into_iter().filter(|(_, link)| *link == Link::Service);
            for (connection, _) in connections {
                affects.connections.insert(connection.clone());
                users_and_webhooks(worlds, score, connection, &mut affects);
            }
        }
        Some(Resource::Connection(_)) if draft.marks.revoke.is_some() || draft.leaves().is_some() => {
            users_and_webhooks(worlds, score, address, &mut affects);
            affects.functions = naming(worlds, score, address);
        }
        Some(Resource::Connection(_) | Resource::Webhook(_) | Resource::Function(_)) | None => {}
    }
    affects.asked = asked(worlds, score, draft);
    affects
}

/// Where each user has an own account, everybody whom the connection knows, also those whose authorisation was taken away
/// before.
fn asked(worlds: &Worlds<'_>, score: &Score, draft: &Draft) -> BTreeSet<String> {
    let each = draft.marks.authorize.is_some_and(|step| score.steps[step].actor == Some(Actor::EachUser));
    let status = subject(worlds, draft).and_then(Live::connection_status).filter(|_| each);
    status.into_iter().flat_map(|status| status.users.iter().map(|user| user.user.clone())).collect()
}

fn users_and_webhooks(worlds: &Worlds<'_>, score: &Score, connection: &Address, affects: &mut Affects) {
    affects.users.extend(worlds.live(connection).map(|live| users(worlds, live)).unwrap_or_default());
    let fires = |webhook: &Address| worlds.live(webhook).is_some_and(|live| live.status == Status::Webhook(WebhookState::Active));
    for (webhook, link) in worlds.live_users(connection) {
        if link == Link::SignedBy && fires(webhook) && !goes_on_without(score, webhook, connection) {
            affects.webhooks.insert(webhook.clone());
        }
    }
}

/// Whether a webhook goes away, or is given another connection that nobody has to consent to first.
fn goes_on_without(score: &Score, webhook: &Address, connection: &Address) -> bool {
    let Some(draft) = score.at(webhook).filter(|draft| draft.refused.is_none()) else { return false };
    let Some(Resource::Webhook(wanted)) = draft.after.as_deref() else { return draft.action == Action::Delete };
    let Some(other) = wanted.connection().filter(|name| **name != connection.name) else { return wanted.connection().is_none() };
    let other = score.at(&Address { kind: Kind::Connection, name: other.clone() });
    let actor = other.and_then(|draft| draft.marks.authorize).and_then(|step| score.steps[step].actor);
    !matches!(actor, Some(Actor::Owner | Actor::EachUser))
}

/// The people whose authorisation a connection holds. The owner's name is not known to a plan: the word stands for it.
fn users(worlds: &Worlds<'_>, live: &Live) -> Vec<String> {
    let (Some(status), Resource::Connection(connection)) = (live.connection_status(), live.resource.as_ref()) else { return Vec::new() };
    let personal = worlds.live_auth(connection).is_none_or(Auth::needs_consent);
    let owner = personal && status.is_connected() && !connection.use_login_user_credentials;
    status.connected_users().map(str::to_owned).chain(owner.then(|| "owner".to_owned())).collect()
}

/// Functions whose scripts will still name a connection.
fn naming(worlds: &Worlds<'_>, score: &Score, connection: &Address) -> BTreeSet<Address> {
    let live = worlds.live_users(connection).into_iter();
    let live = live.filter(|(function, link)| *link == Link::Named && keeps_naming(worlds, score, function, connection));
    let declared = worlds.declared_users(connection).into_iter().filter(|(_, link)| *link == Link::Named);
    live.chain(declared).map(|(function, _)| function.clone()).collect()
}

fn keeps_naming(worlds: &Worlds<'_>, score: &Score, function: &Address, connection: &Address) -> bool {
    match score.at(function).filter(|draft| draft.refused.is_none() && worlds.owned(function).is_some()) {
        None => true,
        Some(draft) if draft.leaves() == Some(function) => false,
        Some(draft) if draft.action == Action::Forget => true,
        Some(draft) => draft.after.as_ref().is_some_and(|wanted| wanted.links().contains(&(connection.clone(), Link::Named))),
    }
}

fn hazards(worlds: &Worlds<'_>, score: &Score, draft: &Draft, affects: &Affects) -> BTreeSet<Hazard> {
    let actor = draft.marks.authorize.and_then(|step| score.steps[step].actor);
    let by_person = matches!(actor, Some(Actor::Owner | Actor::EachUser));
    let of_connection = draft.address.kind == Kind::Connection;
    // What nobody has to give again is not lost.
    let loses = draft.marks.revoke.is_some() && (by_person || actor.is_none() || !affects.users.is_empty() || draft.leaves().is_some());
    let sides = subject(worlds, draft).map(|live| live.resource.as_ref()).zip(draft.after.as_deref());
    let gone_for_good = matches!(draft.action, Action::Delete | Action::Move);
    [
        (Hazard::LosesTokens, loses),
        (Hazard::NeedsConsent, by_person),
        (Hazard::PausesWebhooks, of_connection && !affects.webhooks.is_empty()),
        (Hazard::WidensScopes, escalations(draft.action, by_person, draft.after.as_deref(), &draft.diff) > 0),
        (Hazard::BreaksFunctions, gone_for_good && !affects.functions.is_empty()),
        (Hazard::ChangesIdentity, draft.diff.iter().any(|difference| difference.path == "/use_login_user_credentials")),
        (Hazard::Destroys, matches!(draft.action, Action::Delete | Action::Replace)),
        (Hazard::PlainHttp, draft.after.as_ref().is_some_and(|wanted| plain_http(wanted))),
        (Hazard::TouchesProtected, subject(worlds, draft).is_some_and(|live| live.resource.protect()) && draft.action != Action::Adopt),
        (Hazard::Unprotects, sides.is_some_and(|(before, after)| before.protect() && !after.protect())),
        (Hazard::SendsElsewhere, sides.is_some_and(|(before, after)| sends_elsewhere(before, after, &worlds.succession))),
        (Hazard::TakesFromAnotherProject, draft.from.is_some()),
        (Hazard::Forgets, draft.action == Action::Forget),
    ]
    .into_iter()
    .filter_map(|(hazard, applies)| applies.then_some(hazard))
    .collect()
}

/// How many scopes are added to a connection that reach further than before: they are not for reading only, or the
/// connection had none at all. A new one escalates where it asks for more than reading and no person consents to that.
pub(super) fn escalations(action: Action, by_person: bool, after: Option<&Resource>, diff: &[Difference]) -> usize {
    let Some(Resource::Connection(after)) = after else { return 0 };
    if action == Action::Create && by_person {
        return 0;
    }
    let of = |op: DiffOp| diff.iter().filter(move |difference| difference.path == "/scopes" && difference.op == op);
    let had_some = action == Action::Create || of(DiffOp::SetRemove).count() > 0 || after.scopes.len() > of(DiffOp::SetAdd).count();
    of(DiffOp::SetAdd).filter(|difference| !had_some || difference.class > Some(ScopeClass::Read)).count()
}

/// Whether credentials may travel over plain HTTP; `check` allows that to this machine only.
fn plain_http(wanted: &Resource) -> bool {
    let plain = |url: &str| url.trim_start().to_ascii_lowercase().starts_with("http://");
    match wanted {
        Resource::Service(service) => match &service.auth {
            Auth::Oauth2(oauth2) => [&oauth2.authorize_url, &oauth2.refresh_url, &oauth2.revoke_url, &oauth2.userinfo_url]
                .into_iter()
                .flatten()
                .chain([&oauth2.token_url])
                .any(|url| plain(url)),
            Auth::Oauth1(oauth1) => {
                [&oauth1.request_token_url, &oauth1.authorize_url, &oauth1.access_token_url].into_iter().any(|url| plain(url))
            }
            Auth::ApiKey(_) | Auth::Basic => false,
        },
        Resource::Webhook(webhook) => plain(&webhook.url),
        Resource::Connection(_) | Resource::Function(_) => false,
    }
}
