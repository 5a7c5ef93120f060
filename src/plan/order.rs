//! Draft steps → steps in an order that respects what each waits for, the same on every run (Kahn's algorithm).

use super::draft::{Score, StepNumber, Tie};
use super::options::PlanError;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// The numbers of the steps of all changes that are not refused, in order. Ties that had to be given up are taken out.
pub(super) fn order(score: &mut Score) -> Result<Vec<StepNumber>, PlanError> {
    let taken: Vec<bool> = score.steps.iter().map(|step| score.drafts[step.change].refused.is_none()).collect();
    let total = taken.iter().filter(|taken| **taken).count();
    let all = sorted(score, &taken, |_| true);
    if all.len() == total {
        return Ok(all);
    }
    let must = sorted(score, &taken, |tie| tie == Tie::Must);
    if must.len() < total {
        return Err(circle(score, &taken, &must));
    }
    drop_contradicted(score, &must);
    Ok(must)
}

/// Kahn's algorithm; among steps that are ready the one of the first change goes first.
fn sorted(score: &Score, taken: &[bool], counts: impl Fn(Tie) -> bool) -> Vec<StepNumber> {
    let mut waits = vec![0_usize; taken.len()];
    let mut followers: Vec<Vec<StepNumber>> = vec![Vec::new(); taken.len()];
    for (number, step) in score.steps.iter().enumerate().filter(|(number, _)| taken[*number]) {
        for (before, tie) in &step.after {
            if taken[*before] && counts(*tie) {
                followers[*before].push(number);
                waits[number] += 1;
            }
        }
    }
    let key = |number: StepNumber| Reverse((score.steps[number].change, number));
    let mut ready: BinaryHeap<_> = (0..taken.len()).filter(|number| taken[*number] && waits[*number] == 0).map(key).collect();
    let mut order = Vec::new();
    while let Some(Reverse((_, number))) = ready.pop() {
        order.push(number);
        for follower in &followers[number] {
            waits[*follower] -= 1;
            if waits[*follower] == 0 {
                ready.push(key(*follower));
            }
        }
    }
    order
}

fn drop_contradicted(score: &mut Score, order: &[StepNumber]) {
    let mut position = vec![usize::MAX; score.steps.len()];
    for (at, number) in order.iter().enumerate() {
        position[*number] = at;
    }
    for number in order {
        score.steps[*number].after.retain(|(before, _)| position[*before] < position[*number]);
    }
}

/// The changes in the circle: of the steps that never got ready, those that others of them wait for.
fn circle(score: &Score, taken: &[bool], sorted: &[StepNumber]) -> PlanError {
    let sorted: BTreeSet<&StepNumber> = sorted.iter().collect();
    let mut stuck: BTreeSet<StepNumber> = (0..taken.len()).filter(|number| taken[*number]).collect();
    stuck.retain(|number| !sorted.contains(number));
    loop {
        let waited_for: BTreeSet<StepNumber> = stuck
            .iter()
            .flat_map(|number| &score.steps[*number].after)
            .filter(|(_, tie)| *tie == Tie::Must)
            .map(|(before, _)| *before)
            .collect();
        let left: BTreeSet<StepNumber> = stuck.intersection(&waited_for).copied().collect();
        if left.len() == stuck.len() {
            break;
        }
        stuck = left;
    }
    let changes: BTreeSet<usize> = stuck.iter().map(|number| score.steps[*number].change).collect();
    PlanError::Circle { addresses: changes.into_iter().map(|change| score.drafts[change].address.clone()).collect() }
}
