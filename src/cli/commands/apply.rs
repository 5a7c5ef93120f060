//! `apply`: a plan made now and confirmed, or a saved one, carried out.

use super::approving;
use super::opened::{self, Opened};
use super::planning::{self, Asked};
use super::platform::{self, Platform};
use crate::apply::{self, Applying, LIFETIME, PlanFile, Present, Remote, Report};
use crate::cli::args::{Apply, ApplyFormat, BrokerArgs, CarryingOut, LabelArgs};
use crate::cli::exit::Exit;
use crate::cli::report::events::{self, Events};
use crate::cli::report::page::Tone;
use crate::cli::report::progress::Progress;
use crate::cli::report::{json, outcome_text};
use crate::cli::talk::{Failure, Talk};
use crate::plan::{self, Approved, Change, Hazard, Mode};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::Ordering;

pub(crate) fn run(args: &Apply, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    match &args.plan {
        Some(path) => {
            let file = planning::read(path, talk)?;
            no_planning_flags(args, &file)?;
            saved(path, file, args, talk)
        }
        None => {
            approving::must_be_able_to_ask(&args.carrying_out, args.carrying_out.expect.is_some(), talk)?;
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

/// A saved plan says all that a planning flag could; one that says something else would be ignored, so it is refused.
fn no_planning_flags(args: &Apply, file: &PlanFile) -> Result<(), Failure> {
    let is_new = |(name, value): &(String, String)| file.variables.get(name) != Some(value);
    let flag = if !args.planning.targets.is_empty() {
        "--target"
    } else if args.planning.allow_empty {
        "--allow-empty"
    } else if args.project.variables.iter().any(is_new) {
        "--var"
    } else {
        return Ok(());
    };
    Err(Failure::new(Exit::Usage, format!("`{flag}` cannot be given with a saved plan")).hint("give it to `bowline plan --save` instead"))
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
    if args.format == ApplyFormat::Text {
        planning::print(&file, talk);
    }
    planning::not_denied(&file.plan)?;
    expected(&file, args, &looked)?;
    drop(looked);
    let mut approved = approving::narrow(&file, args, talk)?;
    if !has_steps(&approved.plan) {
        return Ok(nothing_to_do(&file, &approved, args, talk));
    }
    let asks = approving::asks(args, args.expect.is_some(), talk);
    if asks && !confirm(&approved.plan, opened, talk) {
        return Err(Failure::new(Exit::Failed, "not approved: nothing was changed"));
    }
    planning::all_material_there(&approved.plan, opened)?;
    let platform = platform::open(opened, broker, talk)?;
    let random = talk.world.random.clone();
    platform.while_locked(&opened.compiled.project.name, &*random, || {
        if platform.observe().map_err(platform::failure)?.revision != file.observed_revision {
            if asks {
                return Err(Failure::new(Exit::PlanRefused, "something was changed while you were reading the plan: nothing was done")
                    .hint("run it again and look at the plan that is made now"));
            }
            file = planning::plan(opened, &platform, asked, talk)?;
            planning::not_denied(&file.plan)?;
            expected(&file, args, &platform)?;
            approved = approving::narrow(&file, args, talk)?;
        }
        carry_out(&file, &approved, (opened, &platform), args, talk)
    })?
}

/// Refuses a plan that is not the one that was named.
fn expected(file: &PlanFile, args: &CarryingOut, platform: &Platform) -> Result<(), Failure> {
    let Some(expected) = args.expect.as_ref().filter(|expected| **expected != file.plan_id) else { return Ok(()) };
    let why = match platform.applied(expected)? {
        Some((at, actor)) => format!("an apply of it was begun before, by {actor} at {at}"),
        None => format!("the plan made now is {}", file.plan_id),
    };
    Err(Failure::new(Exit::PlanRefused, format!("the plan {expected} is refused: {why}"))
        .hint("files, variables, the environment or what is live differ from what was reviewed: look at the plan above"))
}

/// Asks for approval. Where people's authorisations would be lost for good, what is typed says so.
fn confirm(plan: &plan::Plan, opened: &Opened, talk: &mut Talk<'_>) -> bool {
    let lost: Vec<String> = plan.changes.iter().filter(|change| loses_for_good(change)).map(|change| change.address.to_string()).collect();
    if lost.is_empty() {
        return talk.confirm("Carry this out?", "yes");
    }
    let question = format!("Carry this out, and take these authorisations away for good: {}?", lost.join(", "));
    talk.confirm(&question, &opened.compiled.project.name)
}

fn loses_for_good(change: &Change) -> bool {
    change.refused.is_none() && change.hazards.contains(&Hazard::LosesTokens) && change.hazards.contains(&Hazard::Destroys)
}

fn has_steps(plan: &plan::Plan) -> bool {
    plan.changes.iter().any(|change| !change.steps.is_empty())
}

fn saved(path: &Path, file: PlanFile, args: &Apply, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    if let Some(expected) = args.carrying_out.expect.as_ref().filter(|expected| **expected != file.plan_id) {
        return Err(Failure::new(Exit::PlanRefused, format!("`{}` is the plan {}, not {expected}", path.display(), file.plan_id)));
    }
    let opened = opened::open_for(&file, &args.rules, &args.project, talk)?;
    // Looked at first, and again under the lock: what is refused leaves the folder as it was.
    let looked = platform::look(&opened, &args.broker, talk)?;
    still_good(&file, &opened, &looked, &args.planning.labels, talk)?;
    drop(looked);
    if args.carrying_out.format == ApplyFormat::Text {
        planning::print(&file, talk);
    }
    let approved = approving::narrow(&file, &args.carrying_out, talk)?;
    if !has_steps(&approved.plan) {
        return Ok(nothing_to_do(&file, &approved, &args.carrying_out, talk));
    }
    planning::all_material_there(&approved.plan, &opened)?;
    let platform = platform::open(&opened, &args.broker, talk)?;
    let random = talk.world.random.clone();
    platform.while_locked(&opened.compiled.project.name, &*random, || {
        still_good(&file, &opened, &platform, &args.planning.labels, talk)?;
        carry_out(&file, &approved, (&opened, &platform), &args.carrying_out, talk)
    })?
}

/// Whether a saved plan may be applied to what is there.
fn still_good(file: &PlanFile, opened: &Opened, platform: &Platform, labels: &LabelArgs, talk: &mut Talk<'_>) -> Result<(), Failure> {
    if let Some(at) = platform.spent(&file.run_id())? {
        return Err(Failure::new(Exit::PlanRefused, format!("the plan is refused: an apply of it was begun before, at {at}"))
            .hint("a plan is good for one apply, also where that was broken off: `bowline plan --save` shows what is left"));
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

fn carry_out(
    file: &PlanFile,
    approved: &Approved,
    (opened, platform): (&Opened, &Platform),
    args: &CarryingOut,
    talk: &mut Talk<'_>,
) -> Result<Exit, Failure> {
    platform.spend(&file.run_id()).map_err(platform::failure)?;
    let mut report = run_steps(file, &approved.plan, (opened, platform), args, talk);
    report.left_out = approved.left_out.clone();
    tell(&report, file, args, talk);
    if talk.world.interrupted.load(Ordering::SeqCst) {
        let mut page = talk.aside_page();
        page.put(Tone::Caution, "interrupted").line(": what was running was finished; run it again to go on");
        talk.insist(&page.into_text());
        return Ok(Exit::Interrupted);
    }
    Ok(exit(&report, approved, args))
}

/// A plan without a step: refusals, what is left out and waiting people are all that there is to tell.
fn nothing_to_do(file: &PlanFile, approved: &Approved, args: &CarryingOut, talk: &mut Talk<'_>) -> Exit {
    let mut report = Report { refused: refused(file), left_out: approved.left_out.clone(), ..Report::default() };
    report.stands(&file.plan);
    if args.format == ApplyFormat::Ndjson {
        talk.data(&events::opening(file, &*talk.world.clock.clone()));
    }
    if args.format != ApplyFormat::Text {
        tell(&report, file, args, talk);
    }
    exit(&report, approved, args)
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

fn run_steps(
    file: &PlanFile,
    plan: &plan::Plan,
    (opened, platform): (&Opened, &Platform),
    args: &CarryingOut,
    talk: &mut Talk<'_>,
) -> Report {
    if args.format == ApplyFormat::Ndjson {
        talk.data(&events::opening(file, &*talk.world.clock.clone()));
    }
    let steps = plan.changes.iter().map(|change| change.steps.len()).sum();
    let (look, quiet) = (talk.talk_look(), talk.is_quiet());
    let interrupted = talk.world.interrupted;
    let terminal = talk.world.terminal.stderr;
    let mut progress = Progress::new(&mut *talk.world.stderr, look, terminal, quiet, steps);
    let applying = Applying {
        run_id: &file.run_id(),
        project: &opened.compiled.project.name,
        remote: platform,
        material: &opened.material(),
        parallelism: args.parallelism.into(),
        cancelled: interrupted,
    };
    let clock = talk.world.clock.clone();
    let mut events = Events::new(&mut *talk.world.stdout, &*clock);
    let report = apply::apply(plan, applying, &mut |event| {
        progress.tell(&event);
        if args.format == ApplyFormat::Ndjson {
            events.tell(&event);
        }
    });
    progress.finish();
    report
}

fn exit(report: &Report, approved: &Approved, args: &CarryingOut) -> Exit {
    if !report.is_complete() || !report.refused.is_empty() || approving::remains(args, approved) {
        Exit::Incomplete
    } else if args.detailed_exitcode && !(report.waiting.is_empty() && report.not_connected.is_empty()) {
        Exit::Waiting
    } else {
        Exit::Done
    }
}
