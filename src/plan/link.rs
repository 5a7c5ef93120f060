//! How the steps of one change wait for those of others, and what stands in the way of a change for good.
//!
//! Three ties: what is needed is there first; what refers to something lets go before that goes away; the credentials of
//! a service are taken away before it authenticates differently. `Must` ties alone never close a circle unless the
//! declarations do: an object goes away before anything new is waited for.

use super::change::{Action, Refused};
use super::draft::{Draft, DraftStep, Score, StepNumber, Tie};
use super::model::Do;
use super::worlds::{Worlds, etag};
use crate::resource::lifecycle::{self, Refusal};
use crate::resource::{Address, Kind, Link};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn link(worlds: &Worlds<'_>, score: &mut Score) {
    for change in 0..score.drafts.len() {
        wait_for_needs(worlds, score, change);
        release(worlds, score, change);
        succeed(worlds, score, change);
        reauthenticate(worlds, score, change);
        put_back(worlds, score, change);
    }
    while_ours(score);
}

/// A webhook that is forgotten selects its connection again only when that is as wanted.
fn put_back(worlds: &Worlds<'_>, score: &mut Score, change: usize) {
    let draft = &score.drafts[change];
    let (Action::Forget, Some(attach)) = (draft.action, draft.marks.attach) else { return };
    let links = worlds.live(&draft.address).map(|live| live.resource.links()).unwrap_or_default();
    let signs = links.iter().filter(|(_, link)| *link == Link::SignedBy);
    let ready: Vec<StepNumber> = signs.filter_map(|(needed, _)| score.at(needed)?.ready()).collect();
    ready.into_iter().for_each(|ready| score.tie(ready, attach, Tie::Must));
}

/// Whatever is done to an object is done between its adoption and its being forgotten.
fn while_ours(score: &mut Score) {
    let ends = |step: &DraftStep| matches!(step.action, Do::Adopt | Do::Forget);
    let objects = score.steps.iter().enumerate().filter(|(_, step)| ends(step));
    let objects: BTreeMap<Address, StepNumber> =
        objects.map(|(number, step)| (score.drafts[step.change].address.clone(), number)).collect();
    if objects.is_empty() {
        return;
    }
    for number in 0..score.steps.len() {
        let step = &score.steps[number];
        let object = step.target.as_ref().unwrap_or(&score.drafts[step.change].address);
        match objects.get(object).copied().filter(|end| *end != number) {
            Some(end) if score.steps[end].action == Do::Adopt => score.tie(end, number, Tie::Must),
            Some(end) => score.tie(number, end, Tie::Must),
            None => {}
        }
    }
}

/// What a declared resource needs is as wanted before it is written itself.
fn wait_for_needs(worlds: &Worlds<'_>, score: &mut Score, change: usize) {
    let draft = &score.drafts[change];
    let Some(first) = first_waiting(worlds, draft) else { return };
    for ready in ready(worlds, score, &draft.address) {
        score.tie(ready, first, Tie::Must);
    }
}

/// The steps after which all that a resource needs is as wanted. Through something that does not change itself, what that
/// one is made of is needed too: a webhook's call goes to hosts of its connection's service (rule L9).
fn ready(worlds: &Worlds<'_>, score: &Score, address: &Address) -> BTreeSet<StepNumber> {
    let mut steps = BTreeSet::new();
    for (needed, link) in worlds.needs(address) {
        match score.at(needed) {
            Some(draft) => steps.extend(draft.ready()),
            None if lifecycle::holds(link) => steps.extend(ready(worlds, score, needed)),
            None => {}
        }
    }
    steps
}

/// The first step that needs what the resource refers to. A connection is not revoked before it can be updated, so that
/// nothing is lost for nothing, unless its service waits for that.
fn first_waiting(worlds: &Worlds<'_>, draft: &Draft) -> Option<StepNumber> {
    let revokes_late = matches!(draft.action, Action::Update | Action::Reconnect) && !revokes_early(worlds, draft);
    let revoke = draft.marks.revoke.filter(|_| revokes_late);
    revoke.or(draft.marks.write).or(draft.marks.authorize).or(draft.marks.attach)
}

/// Whether a service waits for the revocation, so that it must wait for nothing itself.
fn revokes_early(worlds: &Worlds<'_>, draft: &Draft) -> bool {
    worlds.live(draft.leaves().unwrap_or(&draft.address)).is_some_and(|live| worlds.reauthenticates(live))
}

/// How a dependent lets go of something that goes away.
enum Release {
    After(StepNumber, Tie),
    /// A webhook is set aside, and selects its connection again afterwards where it stays.
    SetAside,
    /// It does not matter.
    Free,
    Never,
}

/// Whatever refers to something that goes away lets go first; what cannot refuses the change.
fn release(worlds: &Worlds<'_>, score: &mut Score, change: usize) {
    let Some(leaving) = score.drafts[change].leaves().cloned() else { return };
    let closing = closing(worlds, &score.drafts[change]);
    let mut obstacles = BTreeSet::new();
    for (dependent, link) in worlds.live_users(&leaving) {
        match how_released(worlds, score, change, &leaving, (dependent, link)) {
            Release::After(step, tie) => score.tie(step, closing, tie),
            Release::SetAside => set_aside(worlds, score, change, dependent),
            Release::Free => {}
            Release::Never => {
                obstacles.insert(dependent.clone());
            }
        }
    }
    if !obstacles.is_empty() {
        score.drafts[change].refuse(&Refusal::DeleteWhileReferenced { dependents: obstacles });
    }
}

/// The first of the steps that take an object away.
fn closing(worlds: &Worlds<'_>, draft: &Draft) -> StepNumber {
    let revoke = draft.marks.revoke.filter(|_| !revokes_early(worlds, draft));
    revoke.or(draft.marks.delete).expect("what leaves is deleted")
}

fn how_released(worlds: &Worlds<'_>, score: &Score, change: usize, leaving: &Address, (dependent, link): (&Address, Link)) -> Release {
    // A webhook that is put back before it is forgotten stands in the way again, unless there is something to put it back to.
    let put_back = score.at(dependent).is_some_and(|draft| draft.action == Action::Forget && draft.marks.attach.is_some());
    let again = put_back && lifecycle::holds(link) && score.drafts[change].action != Action::Replace;
    let holds = worlds.stands_in_the_way(dependent, link) || again;
    let otherwise = if holds { Release::Never } else { Release::Free };
    if worlds.owned(dependent).is_none() {
        return otherwise;
    }
    let tie = if holds { Tie::Must } else { Tie::Should };
    let draft = score.at(dependent);
    let stays = draft.is_none_or(|draft| draft.leaves() != Some(dependent) || draft.action == Action::Replace);
    if score.drafts[change].action == Action::Replace && dependent.kind == Kind::Webhook && holds {
        return match draft {
            // Unless it waits itself for a successor that may need the replacement.
            Some(draft) if draft.action == Action::Delete && !worlds.succession.contains_key(dependent) => after(draft.marks.delete, tie),
            Some(_) | None => Release::SetAside,
        };
    }
    match draft {
        None => otherwise,
        // It stays as it is live.
        Some(draft) if draft.action == Action::Forget => otherwise,
        Some(draft) if !stays || (draft.action == Action::Replace && link != Link::Named) => after(draft.marks.delete, tie),
        Some(draft) => match link {
            // Bookkeeping: it only orders what goes away.
            Link::DependsOn => Release::Free,
            Link::Service | Link::SignedBy | Link::Named if still_refers(draft, leaving, link) => otherwise,
            Link::Service | Link::SignedBy | Link::Named => after(draft.marks.write, tie),
        },
    }
}

fn after(step: Option<StepNumber>, tie: Tie) -> Release {
    step.map_or(Release::Free, |step| Release::After(step, tie))
}

fn still_refers(draft: &Draft, leaving: &Address, link: Link) -> bool {
    draft.after.as_ref().is_some_and(|wanted| wanted.links().contains(&(leaving.clone(), link)))
}

/// Detaches a webhook before its connection is replaced, and attaches it again where it stays.
fn set_aside(worlds: &Worlds<'_>, score: &mut Score, change: usize, webhook: &Address) {
    let draft = &score.drafts[change];
    let (closing, made) = (closing(worlds, draft), draft.ready());
    let detach = score.step(change, Do::Detach, None);
    score.steps[detach].target = Some(webhook.clone());
    score.tie(detach, closing, Tie::Must);
    let own = score.number(webhook);
    let Some(own) = own else {
        score.steps[detach].precondition = worlds.live(webhook).map(etag);
        attach(score, change, webhook, made);
        return;
    };
    let draft = &score.drafts[own];
    let (leaves, last) = (draft.leaves() == Some(webhook), draft.ready());
    if let Some(first) = first_on(draft, webhook) {
        score.tie(detach, first, Tie::Must);
    }
    if leaves {
        // It would be left set aside if it stayed after all.
        score.bound.push((own, change));
    } else {
        let attach = attach(score, change, webhook, made);
        last.into_iter().for_each(|last| score.tie(last, attach, Tie::Must));
    }
}

fn attach(score: &mut Score, change: usize, webhook: &Address, after: Option<StepNumber>) -> StepNumber {
    let attach = score.step(change, Do::Attach, after);
    score.steps[attach].target = Some(webhook.clone());
    attach
}

/// The first step of a webhook's own change that is done to the live object.
fn first_on(draft: &Draft, webhook: &Address) -> Option<StepNumber> {
    if draft.leaves() == Some(webhook) { draft.marks.delete } else { draft.marks.write.or(draft.marks.attach) }
}

/// What was half moved before goes away only when its successor is as wanted.
fn succeed(worlds: &Worlds<'_>, score: &mut Score, change: usize) {
    let draft = &score.drafts[change];
    let (Action::Delete, Some(delete)) = (draft.action, draft.marks.delete) else { return };
    let ready = worlds.succession.get(&draft.address).and_then(|to| score.at(to)).and_then(Draft::ready);
    if let Some(ready) = ready {
        let closing = closing(worlds, draft).min(delete);
        score.tie(ready, closing, Tie::Must);
    }
}

/// Credentials of the old kind are taken away before their service changes. Those of other projects cannot be.
fn reauthenticate(worlds: &Worlds<'_>, score: &mut Score, change: usize) {
    let draft = &score.drafts[change];
    let Some(write) = draft.marks.write.filter(|_| draft.action == Action::Update && worlds.reauthenticated.contains(&draft.address))
    else {
        return;
    };
    let mut foreign = BTreeSet::new();
    let mut revoked = Vec::new();
    for (user, link) in worlds.live_users(&draft.address) {
        let live = worlds.live(user).filter(|_| link == Link::Service);
        if !live.and_then(|live| live.connection_status()).is_some_and(|status| status.is_connected()) {
            continue;
        }
        match score.at(user).filter(|_| worlds.owned(user).is_some()).and_then(|user| user.marks.revoke) {
            Some(revoke) => revoked.push(revoke),
            None => drop(foreign.insert(user.name.clone())),
        }
    }
    revoked.into_iter().for_each(|revoke| score.tie(revoke, write, Tie::Must));
    if !foreign.is_empty() {
        score.drafts[change].refuse(&Refusal::AuthenticationWhileConnected { connections: foreign });
    }
}

/// Refuses what waits for something refused, however far.
pub(super) fn spread_refusals(score: &mut Score) {
    let mut open: Vec<usize> = (0..score.drafts.len()).filter(|number| score.drafts[*number].refused.is_some()).collect();
    if open.is_empty() {
        return;
    }
    let mut waiting: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for step in &score.steps {
        for (before, _) in &step.after {
            let needed = score.steps[*before].change;
            if needed != step.change {
                waiting.entry(needed).or_default().insert(step.change);
            }
        }
    }
    for (needed, change) in &score.bound {
        waiting.entry(*needed).or_default().insert(*change);
    }
    while let Some(refused) = open.pop() {
        for dependent in waiting.remove(&refused).unwrap_or_default() {
            if score.drafts[dependent].refused.is_none() {
                let message = format!("it depends on `{}`, whose change is refused", score.drafts[refused].address);
                score.drafts[dependent].refused = Some(Refused { code: "depends-on-refused".to_owned(), message });
                open.push(dependent);
            }
        }
    }
}
