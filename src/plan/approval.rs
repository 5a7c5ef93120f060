//! Which changes of a finished plan are carried out, and which are left out and why. Takes changes away whole, and never
//! one that another of the chosen needs. Knows nothing of who approves.

use super::change::{Action, Change, Hazard};
use super::model::{Do, Plan, Step, StepId};
use crate::resource::Address;
use std::collections::{BTreeMap, BTreeSet};

/// What is approved of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approval {
    /// Everything.
    All,
    /// What has no hazard, and needs nothing that has one.
    Safe,
    /// These changes, by id or address, and what they need as far as that has no hazard.
    Only(BTreeSet<String>),
}

/// A plan without what is not approved.
#[derive(Debug, Clone, PartialEq)]
pub struct Approved {
    /// With the ids of the whole plan. Its counts are the whole plan's too.
    pub plan: Plan,
    /// In the plan's order.
    pub left_out: Vec<LeftOut>,
}

/// A change that is not carried out although nothing refuses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub id: String,
    pub address: Address,
    pub action: Action,
    /// What speaks against it without somebody's look at it.
    pub hazards: Vec<Hazard>,
    /// The changes that it needs and that are left out themselves.
    pub needs: BTreeSet<String>,
}

/// The plan cannot be narrowed like that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    #[error("the plan has no change `{name}`")]
    Unknown { name: String, known: Vec<String> },
    /// `whole` is what was chosen and `needs` together.
    #[error("what is approved needs more that wants a look, and that is not approved: {}", .needs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    Needs { needs: BTreeSet<Address>, whole: BTreeSet<Address> },
}

/// Takes what is not approved out of a plan. Refused changes stay in it: they are told, and have no steps.
pub fn approve(plan: &Plan, approval: &Approval) -> Result<Approved, ApprovalError> {
    let needs = needs(plan);
    let kept = match approval {
        Approval::All => (0..plan.changes.len()).collect(),
        Approval::Safe => safe(plan, &needs),
        Approval::Only(names) => only(plan, &needs, &chosen(plan, names)?)?,
    };
    let left_out = plan.changes.iter().enumerate().filter(|(number, change)| !kept.contains(number) && change.refused.is_none());
    let left_out = left_out.map(|(number, change)| left_out_of(plan, &kept, &needs, (number, change))).collect();
    let stays = |number: &usize, change: &Change| kept.contains(number) || change.refused.is_some();
    let changes = plan.changes.iter().enumerate().filter(|(number, change)| stays(number, change));
    let changes = changes.map(|(_, change)| change.clone()).collect();
    Ok(Approved { plan: Plan { changes, ..plan.clone() }, left_out })
}

/// Of a plan what makes objects of nobody's the project's as they are, and no other step: whatever differs, or is done to
/// them beside, is for a plan that somebody has looked at. Its counts are the whole plan's.
pub fn adoptions(plan: &Plan, addresses: &BTreeSet<Address>) -> Plan {
    let is_pure = |change: &&Change| {
        addresses.contains(&change.address) && change.refused.is_none() && change.from.is_none() && change.diff.is_empty()
    };
    let adoption = |change: &Change| {
        let steps: Vec<Step> = change.steps.iter().filter(|step| step.action == Do::Adopt).cloned().collect();
        (!steps.is_empty()).then(|| Change { steps, ..change.clone() })
    };
    Plan { changes: plan.changes.iter().filter(is_pure).filter_map(adoption).collect(), waiting: Vec::new(), ..plan.clone() }
}

/// The changes that each change needs: whose steps it waits for, and whose object it touches.
type Needs = Vec<BTreeSet<usize>>;

fn needs(plan: &Plan) -> Needs {
    let steps = plan.changes.iter().enumerate().flat_map(|(number, change)| change.steps.iter().map(move |step| (&step.id, number)));
    let owners: BTreeMap<&StepId, usize> = steps.collect();
    let subjects = plan.changes.iter().enumerate().flat_map(|(number, change)| {
        [Some(&change.address), change.previous_address.as_ref()].into_iter().flatten().map(move |address| (address, number))
    });
    let subjects: BTreeMap<&Address, usize> = subjects.collect();
    let of = |number: usize, change: &Change| {
        let waits = change.steps.iter().flat_map(|step| &step.after).filter_map(|id| owners.get(id).copied());
        let touches = change.steps.iter().filter_map(|step| step.target.as_ref()).filter_map(|address| subjects.get(address).copied());
        waits.chain(touches).filter(|other| *other != number).collect()
    };
    plan.changes.iter().enumerate().map(|(number, change)| of(number, change)).collect()
}

fn safe(plan: &Plan, needs: &Needs) -> BTreeSet<usize> {
    let mut kept: BTreeSet<usize> = (0..plan.changes.len()).filter(|number| plan.changes[*number].hazards.is_empty()).collect();
    loop {
        let before = kept.len();
        let there = kept.clone();
        kept.retain(|number| needs[*number].is_subset(&there));
        if kept.len() == before {
            return kept;
        }
    }
}

fn chosen(plan: &Plan, names: &BTreeSet<String>) -> Result<BTreeSet<usize>, ApprovalError> {
    let named = |name: &str| plan.changes.iter().position(|change| change.id == name || change.address.to_string() == name);
    let known = || plan.changes.iter().flat_map(|change| [change.id.clone(), change.address.to_string()]).collect();
    names.iter().map(|name| named(name).ok_or_else(|| ApprovalError::Unknown { name: name.clone(), known: known() })).collect()
}

/// The chosen and what they need. What has a hazard is not taken along unnamed.
fn only(plan: &Plan, needs: &Needs, chosen: &BTreeSet<usize>) -> Result<BTreeSet<usize>, ApprovalError> {
    let mut whole = BTreeSet::new();
    let mut open: Vec<usize> = chosen.iter().copied().collect();
    while let Some(next) = open.pop() {
        if whole.insert(next) {
            open.extend(&needs[next]);
        }
    }
    let unnamed: BTreeSet<usize> =
        whole.iter().copied().filter(|number| !chosen.contains(number) && !plan.changes[*number].hazards.is_empty()).collect();
    let address = |number: &usize| plan.changes[*number].address.clone();
    if unnamed.is_empty() {
        return Ok(whole);
    }
    Err(ApprovalError::Needs { needs: unnamed.iter().map(address).collect(), whole: chosen.union(&unnamed).map(address).collect() })
}

fn left_out_of(plan: &Plan, kept: &BTreeSet<usize>, needs: &Needs, (number, change): (usize, &Change)) -> LeftOut {
    LeftOut {
        id: change.id.clone(),
        address: change.address.clone(),
        action: change.action,
        hazards: change.hazards.clone(),
        needs: needs[number].difference(kept).map(|other| plan.changes[*other].id.clone()).collect(),
    }
}
