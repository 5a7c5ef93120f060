//! Policies over a plan.

use super::expression::{Expression, NoValue, on_a_deep_stack};
use super::facts;
use super::model::Policy;
use crate::plan::{Change, Effect, Plan, Verdict};
use crate::resource::{Address, Resource};
use cel::Value;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What all policies together may cost for one plan, in values looked at.
const BUDGET: u64 = 500_000_000;

/// What a plan is judged with, beside what it says itself.
pub struct Case<'a> {
    pub project: &'a str,
    pub environment: Option<&'a str>,
    pub api: &'a str,
    /// What is live at an address.
    pub before: &'a (dyn Fn(&Address) -> Option<&'a Resource> + Sync),
}

/// Every policy that does not hold, by policy and then by change. Changes that are refused are not done, and not judged.
pub fn judge(policies: &[Policy], plan: &Plan, case: &Case<'_>) -> Vec<Verdict> {
    if policies.is_empty() { Vec::new() } else { on_a_deep_stack(|| verdicts(policies, plan, case)) }
}

fn verdicts(policies: &[Policy], plan: &Plan, case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    let mut budget = BUDGET;
    let mut facts = facts::of_plan(plan, case);
    let (of_changes, of_plan): (Vec<&Policy>, Vec<&Policy>) = policies.iter().partition(|policy| policy.is_about_changes());
    for policy in of_plan {
        verdicts.extend(apply(policy, None, &facts, &mut budget));
    }
    for change in plan.changes.iter().filter(|change| change.refused.is_none()) {
        let before = (case.before)(change.previous_address.as_ref().unwrap_or(&change.address));
        facts.insert("change", facts::of_change(change, before));
        for policy in &of_changes {
            verdicts.extend(apply(policy, Some(change), &facts, &mut budget));
        }
    }
    verdicts.sort_by(|a, b| a.policy.cmp(&b.policy));
    verdicts
}

/// What one policy says: that it denies, or else that it warns. One that cannot be judged says so, as strictly as it can.
fn apply(policy: &Policy, change: Option<&Change>, facts: &BTreeMap<&'static str, Json>, budget: &mut u64) -> Option<Verdict> {
    let strictest = if policy.deny.is_some() { Effect::Deny } else { Effect::Warn };
    let unjudged = |NoValue(why): NoValue| verdict(policy, strictest, change, format!("the policy cannot be judged: {why}"));
    match policy.when.as_ref().map_or(Ok(true), |when| holds(when, facts, budget)) {
        Ok(true) => {}
        Ok(false) => return None,
        Err(why) => return Some(unjudged(why)),
    }
    for (expression, effect) in [(&policy.deny, Effect::Deny), (&policy.warn, Effect::Warn)] {
        match expression.as_ref().map_or(Ok(false), |expression| holds(expression, facts, budget)) {
            Ok(false) => {}
            Ok(true) => {
                let words = policy.message.as_ref().map(|message| message.words(facts, budget));
                return Some(verdict(policy, effect, change, words.unwrap_or_else(|| policy.name.replace(['_', '-'], " "))));
            }
            Err(why) => return Some(unjudged(why)),
        }
    }
    None
}

fn holds(expression: &Expression, facts: &BTreeMap<&str, Json>, budget: &mut u64) -> Result<bool, NoValue> {
    match expression.value(facts, budget)? {
        Value::Bool(truth) => Ok(truth),
        _ => Err(NoValue("it is neither true nor false".to_owned())),
    }
}

fn verdict(policy: &Policy, effect: Effect, change: Option<&Change>, message: String) -> Verdict {
    Verdict {
        policy: policy.name.clone(),
        effect,
        change: change.map(|change| change.id.clone()),
        address: change.map(|change| change.address.clone()),
        message,
        source: policy.source.clone(),
    }
}
