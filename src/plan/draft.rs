//! Changes and steps while they are being put together: steps by number, before they have ids.

use super::change::{Action, Affects, Difference, Hazard, Reason, Refused};
use super::model::{Actor, Do};
use crate::resource::lifecycle::Refusal;
use crate::resource::{Address, Etag, Resource};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The number of a step in [`Score::steps`].
pub(super) type StepNumber = usize;

/// Why a step waits for another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tie {
    /// The platform or a reference demands it.
    Must,
    /// It is better so; given up where it would close a circle.
    Should,
}

pub(super) struct DraftStep {
    /// The number of its change in [`Score::drafts`].
    pub(super) change: usize,
    pub(super) action: Do,
    pub(super) target: Option<Address>,
    pub(super) actor: Option<Actor>,
    pub(super) precondition: Option<Etag>,
    pub(super) after: Vec<(StepNumber, Tie)>,
}

pub(super) struct Draft {
    pub(super) address: Address,
    pub(super) previous: Option<Address>,
    /// The other project that it is taken from.
    pub(super) from: Option<String>,
    pub(super) action: Action,
    pub(super) reasons: Vec<Reason>,
    pub(super) diff: Vec<Difference>,
    pub(super) hazards: BTreeSet<Hazard>,
    pub(super) affects: Affects,
    pub(super) precondition: Option<Etag>,
    pub(super) refused: Option<Refused>,
    pub(super) after: Option<Arc<Resource>>,
    pub(super) marks: Marks,
}

/// The steps of a change that other changes wait for, or that wait for them.
#[derive(Default)]
pub(super) struct Marks {
    pub(super) revoke: Option<StepNumber>,
    /// Create or update.
    pub(super) write: Option<StepNumber>,
    pub(super) authorize: Option<StepNumber>,
    /// A webhook selects its connection again.
    pub(super) attach: Option<StepNumber>,
    pub(super) delete: Option<StepNumber>,
}

impl Draft {
    pub(super) fn new(address: &Address, action: Action) -> Self {
        Draft {
            address: address.clone(),
            previous: None,
            from: None,
            action,
            reasons: Vec::new(),
            diff: Vec::new(),
            hazards: BTreeSet::new(),
            affects: Affects::default(),
            precondition: None,
            refused: None,
            after: None,
            marks: Marks::default(),
        }
    }

    /// The address at which a live object goes away.
    pub(super) fn leaves(&self) -> Option<&Address> {
        match self.action {
            Action::Delete | Action::Replace => Some(&self.address),
            Action::Move => self.previous.as_ref(),
            Action::Create | Action::Update | Action::Reconnect | Action::Adopt | Action::Forget => None,
        }
    }

    /// The step after which the object is as wanted.
    pub(super) fn ready(&self) -> Option<StepNumber> {
        let Marks { write, authorize, attach, .. } = self.marks;
        attach.or(authorize).or(write)
    }

    /// Refuses the change, unless it is refused for a reason that was found before.
    pub(super) fn refuse(&mut self, refusal: &Refusal) {
        self.refused.get_or_insert_with(|| Refused { code: refusal.code().to_owned(), message: refusal.to_string() });
    }

    pub(super) fn because(&mut self, code: &str, path: Option<String>) {
        let reason = Reason { code: code.to_owned(), path };
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }
}

/// All changes and all steps.
#[derive(Default)]
pub(super) struct Score {
    pub(super) drafts: Vec<Draft>,
    pub(super) steps: Vec<DraftStep>,
    /// Pairs of changes: the second is refused where the first is, although no step waits.
    pub(super) bound: Vec<(usize, usize)>,
    /// By address, of a move by its old address too.
    index: BTreeMap<Address, usize>,
}

impl Score {
    pub(super) fn add(&mut self, draft: Draft) -> usize {
        let number = self.drafts.len();
        self.index.insert(draft.address.clone(), number);
        if let Some(previous) = &draft.previous {
            self.index.insert(previous.clone(), number);
        }
        self.drafts.push(draft);
        number
    }

    /// The change that touches the object at an address.
    pub(super) fn at(&self, address: &Address) -> Option<&Draft> {
        self.index.get(address).map(|number| &self.drafts[*number])
    }

    pub(super) fn number(&self, address: &Address) -> Option<usize> {
        self.index.get(address).copied()
    }

    /// Adds a step to a change, after another of its steps where one is given.
    pub(super) fn step(&mut self, change: usize, action: Do, after: Option<StepNumber>) -> StepNumber {
        let after = after.into_iter().map(|step| (step, Tie::Must)).collect();
        self.steps.push(DraftStep { change, action, target: None, actor: None, precondition: None, after });
        self.steps.len() - 1
    }

    pub(super) fn tie(&mut self, first: StepNumber, then: StepNumber, tie: Tie) {
        self.steps[then].after.push((first, tie));
    }
}
