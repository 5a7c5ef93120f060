//! `apply`: a plan made now and confirmed, or a saved one, carried out.

use super::opened::{self, Opened};
use super::planning::{self, Asked};
use super::platform;
use crate::apply::{self, Applying, LIFETIME, PlanFile, Present, Remote, Report};
use crate::cli::args::{Apply, ApplyFormat, BrokerArgs, CarryingOut, LabelArgs};
use crate::cli::exit::Exit;
use crate::cli::report::events::{self, Events};
use crate::cli::report::page::Tone;
use crate::cli::report::progress::Progress;
use crate::cli::report::{json, outcome_text};
use crate::cli::talk::{Failure, Talk};
use crate::clock::rfc3339;
use crate::embedded::{Embedded, LockError};
use crate::plan::Mode;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::Ordering;

pub(crate) fn run(args: &Apply, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    match &args.plan {
        Some(path) => {
            no_planning_flags(args)?;
            saved(path, args, talk)
        }
        None => {
            must_be_able_to_ask(&args.carrying_out, talk)?;
            let opened = opened::open_under(&args.rules, &args.project, talk)?;
            let asked = Asked {
                mode: Mode::Apply,
                targets: &args.planning.targets,
                allow_empty: args.planning.allow_empty,
                expires: LIFETIME,
                labels: args.planning.labels.over(&BTreeMap::new()),
            };
            carry_out_now(&opened, &args.broker, &args.carrying_out, &asked, talk)
        }
    }
}

/// A saved plan says all that a planning flag could; one beside it would be ignored, so it is refused.
fn no_planning_flags(args: &Apply) -> Result<(), Failure> {
    let flag = if !args.planning.targets.is_empty() {
        "--target"
    } else if args.planning.allow_empty {
        "--allow-empty"
    } else if !args.project.variables.is_empty() {
        "--var"
    } else {
        return Ok(());
    };
    Err(Failure::new(Exit::Usage, format!("`{flag}` cannot be given with a saved plan")).hint("give it to `bowline plan --save` instead"))
}

/// Without a terminal nobody can answer: said before any work is done.
pub(crate) fn must_be_able_to_ask(args: &CarryingOut, talk: &Talk<'_>) -> Result<(), Failure> {
    if args.auto_approve || talk.can_ask() {
        return Ok(());
    }
    Err(Failure::new(Exit::Usage, "nobody can be asked for approval here")
        .hint("approve beforehand with `--auto-approve`, or apply a saved plan"))
}

/// Plans, asks and carries out, all under the apply lock so that nothing of ours moves between.
pub(crate) fn carry_out_now(
    opened: &Opened,
    broker: &BrokerArgs,
    args: &CarryingOut,
    asked: &Asked<'_>,
    talk: &mut Talk<'_>,
) -> Result<Exit, Failure> {
    // Looking makes nothing: what is refused or needs no step leaves the folder as it was.
    let looked = platform::look(opened, broker, talk)?;
    let mut file = planning::plan(opened, &looked, asked, talk)?;
    drop(looked);
    if args.format == ApplyFormat::Text {
        planning::print(&file, talk);
    }
    planning::not_denied(&file.plan)?;
    if !has_steps(&file) {
        return Ok(nothing_to_do(&file, args, talk));
    }
    if !args.auto_approve && !talk.confirm("Carry this out?") {
        return Err(Failure::new(Exit::Failed, "not approved: nothing was changed"));
    }
    planning::all_material_there(&file, opened)?;
    let platform = platform::open(opened, broker, talk)?;
    let _lock = platform.lock().map_err(locked)?;
    if platform.observe().map_err(platform::failure)?.revision != file.observed_revision {
        if !args.auto_approve {
            return Err(Failure::new(Exit::PlanRefused, "something was changed while you were reading the plan: nothing was done")
                .hint("run it again and look at the plan that is made now"));
        }
        file = planning::plan(opened, &platform, asked, talk)?;
        planning::not_denied(&file.plan)?;
    }
    carry_out(&file, opened, &platform, args, talk)
}

fn has_steps(file: &PlanFile) -> bool {
    file.plan.changes.iter().any(|change| !change.steps.is_empty())
}

fn saved(path: &Path, args: &Apply, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let file = planning::read(path, talk)?;
    let opened = opened::open_for(&file, &args.rules, &args.project, talk)?;
    // Looked at first, and again under the lock: what is refused leaves the folder as it was.
    let looked = platform::look(&opened, &args.broker, talk)?;
    still_good(&file, &opened, &looked, &args.planning.labels, talk)?;
    drop(looked);
    if args.carrying_out.format == ApplyFormat::Text {
        planning::print(&file, talk);
    }
    if !has_steps(&file) {
        return Ok(nothing_to_do(&file, &args.carrying_out, talk));
    }
    planning::all_material_there(&file, &opened)?;
    let platform = platform::open(&opened, &args.broker, talk)?;
    let _lock = platform.lock().map_err(locked)?;
    still_good(&file, &opened, &platform, &args.planning.labels, talk)?;
    carry_out(&file, &opened, &platform, &args.carrying_out, talk)
}

/// Whether a saved plan may be applied to what is there.
fn still_good(file: &PlanFile, opened: &Opened, platform: &Embedded, labels: &LabelArgs, talk: &mut Talk<'_>) -> Result<(), Failure> {
    if let Some(at) = platform.broker().spent(&file.plan_id).map_err(|error| platform::broker_failure("could not read the state", error))? {
        return Err(Failure::new(Exit::PlanRefused, format!("the plan is refused: it was applied before, at {}", rfc3339(at)))
            .hint("a plan is good for one apply: run `bowline plan` again"));
    }
    let observed = platform.observe().map_err(platform::failure)?;
    let environment = &opened.compiled.environment;
    let refusals = file.refusals(Present {
        now: talk.world.clock.now(),
        environment: environment.name.as_deref(),
        api: platform::api(&environment.api),
        project: &opened.compiled.project.name,
        files: opened.files(),
        observed: &observed,
    });
    if !refusals.is_empty() {
        return Err(planning::refused(&refusals));
    }
    planning::secrets_unchanged(file, opened, platform)?;
    planning::still_follows(file, opened, platform, labels, talk)
}

fn locked(error: LockError) -> Failure {
    match &error {
        LockError::Held { .. } => Failure::new(Exit::Locked, error.to_string()).hint("wait for it to end, then run this again"),
        LockError::Unusable { .. } => Failure::because(Exit::Failed, "could not take the apply lock", error),
    }
}

fn carry_out(file: &PlanFile, opened: &Opened, platform: &Embedded, args: &CarryingOut, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let steps = file.plan.changes.iter().map(|change| change.steps.len()).sum();
    platform.spend(&file.plan_id).map_err(platform::failure)?;
    let report = run_steps(file, opened, platform, args, steps, talk);
    tell(&report, file, args, talk);
    if talk.world.interrupted.load(Ordering::SeqCst) {
        let mut page = talk.aside_page();
        page.put(Tone::Caution, "interrupted").line(": what was running was finished; run it again to go on");
        talk.insist(&page.into_text());
        return Ok(Exit::Interrupted);
    }
    Ok(exit(&report, args.detailed_exitcode))
}

/// A plan without a step: refusals and waiting people are all that there is to tell.
fn nothing_to_do(file: &PlanFile, args: &CarryingOut, talk: &mut Talk<'_>) -> Exit {
    let waiting = file.plan.waiting.iter().map(|waiting| waiting.address.clone()).collect();
    let report = Report { refused: refused(file), waiting, ..Report::default() };
    if args.format == ApplyFormat::Ndjson {
        talk.data(&events::opening(file, &*talk.world.clock.clone()));
    }
    if args.format != ApplyFormat::Text {
        tell(&report, file, args, talk);
    }
    exit(&report, args.detailed_exitcode)
}

fn tell(report: &Report, file: &PlanFile, args: &CarryingOut, talk: &mut Talk<'_>) {
    match args.format {
        ApplyFormat::Ndjson => talk.data(&events::closing(report, &file.plan_id, &*talk.world.clock.clone())),
        ApplyFormat::Json => talk.data(&json(&outcome_text::machine(report, &file.plan_id))),
        ApplyFormat::Text => {
            let mut page = talk.page();
            page.end();
            outcome_text::outcome(report, &mut page);
            talk.data(&page.into_text());
        }
    }
}

fn refused(file: &PlanFile) -> Vec<(crate::resource::Address, crate::plan::Refused)> {
    file.plan.changes.iter().filter_map(|change| Some((change.address.clone(), change.refused.clone()?))).collect()
}

fn run_steps(file: &PlanFile, opened: &Opened, platform: &Embedded, args: &CarryingOut, steps: usize, talk: &mut Talk<'_>) -> Report {
    if args.format == ApplyFormat::Ndjson {
        talk.data(&events::opening(file, &*talk.world.clock.clone()));
    }
    let (look, quiet) = (talk.talk_look(), talk.is_quiet());
    let interrupted = talk.world.interrupted;
    let terminal = talk.world.terminal.stderr;
    let mut progress = Progress::new(&mut *talk.world.stderr, look, terminal, quiet, steps);
    let applying = Applying {
        plan_id: &file.plan_id,
        project: &opened.compiled.project.name,
        remote: platform,
        material: &opened.material(),
        parallelism: args.parallelism.into(),
        cancelled: interrupted,
    };
    let clock = talk.world.clock.clone();
    let mut events = Events::new(&mut *talk.world.stdout, &*clock);
    let report = apply::apply(&file.plan, applying, &mut |event| {
        progress.tell(&event);
        if args.format == ApplyFormat::Ndjson {
            events.tell(&event);
        }
    });
    progress.finish();
    report
}

fn exit(report: &Report, detailed: bool) -> Exit {
    if !report.is_complete() || !report.refused.is_empty() {
        Exit::Incomplete
    } else if detailed && !report.waiting.is_empty() {
        Exit::Waiting
    } else {
        Exit::Done
    }
}
