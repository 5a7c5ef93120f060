//! What `adopt` declared becomes the project's: the plan of an apply, and of it the adoptions alone.

use super::opened::{self, Opened};
use super::planning::{self, Asked};
use super::platform::{self, Platform};
use crate::apply::{self, Applying, LIFETIME, PlanFile, Remote as _, Report};
use crate::cli::args::Adopt;
use crate::cli::exit::Exit;
use crate::cli::report::counted;
use crate::cli::talk::{Failure, Talk};
use crate::plan::{self, Do, Mode, Plan};
use crate::resource::Address;
use std::collections::{BTreeMap, BTreeSet};

/// What to do where the files are written and nothing, or not all, is taken over.
const LATER: &str = "the files say it already: `bowline apply` takes over";

/// Makes what is declared and nobody's the project's. Files that were written before stay, however this ends.
pub(super) fn take_over(before: &Opened, addresses: &BTreeSet<Address>, args: &Adopt, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open_again(before, talk)?;
    let (planned, report) = adopted(&opened, addresses, args, talk).map_err(|failure| failure.hint(LATER))?;
    let taken: BTreeSet<&Address> = report.done.iter().map(|(task, _)| &task.address).collect();
    if !taken.is_empty() {
        talk.aside(&format!("{} taken over\n", counted(taken.len(), "object")));
    }
    say_remaining(&planned, addresses, &taken, talk);
    match report.failed.into_iter().next() {
        Some((task, error)) => {
            let message = format!("{} of {} not taken over", addresses.len() - taken.len(), counted(addresses.len(), "object"));
            Err(Failure::because(Exit::Incomplete, format!("{message}, {} among them", task.address), error).hint(LATER))
        }
        None if !report.not_attempted.is_empty() => Ok(Exit::Interrupted),
        None => Ok(Exit::Done),
    }
}

/// The plan of what was chosen, and how its adoptions ended.
fn adopted(opened: &Opened, addresses: &BTreeSet<Address>, args: &Adopt, talk: &mut Talk<'_>) -> Result<(Plan, Report), Failure> {
    let platform = platform::open(opened, &args.broker, talk)?;
    let targets: Vec<Address> = addresses.iter().cloned().collect();
    let asked = Asked { mode: Mode::Apply, targets: &targets, allow_empty: false, expires: LIFETIME, labels: BTreeMap::new() };
    let random = talk.world.random.clone();
    platform.while_locked(&opened.compiled.project.name, &*random, || {
        let (file, _) = planning::plan_silently(opened, &platform, &asked, talk)?;
        planning::not_denied(&file.plan)?;
        let adoptions = plan::adoptions(&file.plan, addresses);
        let report = match adoptions.changes.is_empty() {
            true => Report::default(),
            false => carry_out(&file, &adoptions, (opened, &platform), args, talk)?,
        };
        Ok((file.plan, report))
    })?
}

fn carry_out(
    file: &PlanFile,
    adoptions: &Plan,
    (opened, platform): (&Opened, &Platform),
    args: &Adopt,
    talk: &Talk<'_>,
) -> Result<Report, Failure> {
    platform.spend(&file.run_id()).map_err(platform::failure)?;
    let applying = Applying {
        run_id: &file.run_id(),
        project: &opened.compiled.project.name,
        remote: platform,
        material: &opened.material(),
        parallelism: args.parallelism.into(),
        cancelled: talk.world.interrupted,
    };
    Ok(apply::apply(adoptions, applying, &mut |_| {}))
}

/// What is chosen and differs from what is live still, and what will be done to it beside.
fn say_remaining(plan: &Plan, addresses: &BTreeSet<Address>, taken: &BTreeSet<&Address>, talk: &mut Talk<'_>) {
    for change in plan.changes.iter().filter(|change| addresses.contains(&change.address)) {
        let address = &change.address;
        if !taken.contains(address) {
            talk.aside(&format!("{address} is not taken over yet, for it changes with that: see `bowline plan`\n"));
            continue;
        }
        let remaining: Vec<&str> = change.steps.iter().filter(|step| step.action != Do::Adopt).map(|step| step.action.word()).collect();
        if !remaining.is_empty() {
            talk.aside(&format!("{address} is this project's as it is; what is left for `bowline apply`: {}\n", remaining.join(", ")));
        }
    }
}
