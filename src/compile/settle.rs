//! Findings as the project wants to see them: what its comments ignore is left out, its rules set the rest's severity.

use super::front::Front;
use super::ignores::Ignores;
use crate::diag::{Diagnostic, Diagnostics, Rules, Severity};
use crate::text::FileId;

/// Findings after ignore comments and rules.
#[derive(Debug)]
pub struct Settled {
    pub found: Vec<Diagnostic>,
    /// How many findings comments ignored.
    pub ignored: usize,
}

/// Settles the findings of a run. `rules` come before the project's own. Where `all` environments were looked at, comments
/// that had nothing to ignore are told: in one environment alone nobody knows.
pub fn settle(front: &Front, found: Diagnostics, rules: Rules, all: bool) -> Settled {
    let rules = rules.over(&front.rules);
    let mut settled = Diagnostics::default();
    let yaml = front.trees.by_file.keys().copied();
    let mut ignores = Ignores::read(&mut settled, &front.sources, yaml.collect::<Vec<FileId>>().into_iter());
    let found = found.finish();
    // Behind an error there may be what a comment is for.
    let is_whole = !front.incomplete && found.iter().all(|one| one.severity != Severity::Error);
    let before = found.len();
    let kept: Vec<Diagnostic> = found.into_iter().filter(|one| !ignores.takes(one, &front.sources)).collect();
    let ignored = before - kept.len();
    kept.into_iter().for_each(|one| settled.push(one));
    if all && is_whole {
        ignores.tell_unused(&mut settled);
    }
    let mut judged = Diagnostics::default();
    settled.finish().into_iter().filter_map(|one| rules.judge(one)).for_each(|one| judged.push(one));
    Settled { found: judged.finish(), ignored }
}
