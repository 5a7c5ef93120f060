//! Making a plan of what is declared and what is live, and trusting one that was saved.

use super::opened::Opened;
use super::platform::{self, Platform};
use super::scripts;
use crate::apply::{FromSnapshot, Material, PlanFile, PlanRefusal, Remote, SnapshotFile};
use crate::cli::args::LabelArgs;
use crate::cli::exit::Exit;
use crate::cli::report::page::{Page, Tone};
use crate::cli::report::plan_text::{self, Heading};
use crate::cli::report::plan_words::NOT_COMPARED;
use crate::cli::talk::{Failure, Talk};
use crate::plan::{self, Change, DiffOp, DiffValue, Do, Fingerprints, Mode, PlanError, PlanOptions, Verdict};
use crate::policy::{self, Case};
use crate::resource::{Address, Fingerprint, Observed, SecretPath, Traces, ValueFrom};
use crate::secret::Secret;
use crate::workspace;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

/// Missing secrets that are named at most.
const MISSING_SHOWN: usize = 10;
/// Denials that are named at most.
const DENIALS_SHOWN: usize = 10;
/// Bytes of a plan file that are read at most.
const PLAN_LIMIT: u64 = 1 << 30;

/// What a plan is asked to be.
pub(crate) struct Asked<'a> {
    pub mode: Mode,
    pub targets: &'a [Address],
    pub allow_empty: bool,
    pub expires: Duration,
    /// What people say about the plan, for policies.
    pub labels: BTreeMap<String, String>,
}

/// Plans, checks the plan with its own checker, and seals it.
pub(super) fn plan(opened: &Opened, platform: &Platform, asked: &Asked<'_>, talk: &mut Talk<'_>) -> Result<PlanFile, Failure> {
    let (file, missing) = plan_silently(opened, platform, asked, talk)?;
    say_missing(&missing, talk);
    Ok(file)
}

/// The same, with the references that cannot be read instead of a word about them.
pub(super) fn plan_silently(
    opened: &Opened,
    platform: &Platform,
    asked: &Asked<'_>,
    talk: &Talk<'_>,
) -> Result<(PlanFile, BTreeSet<String>), Failure> {
    let observed = platform.observe().map_err(platform::failure)?;
    let (fingerprints, missing) = fingerprints(opened, platform)?;
    let traces = traces(opened, platform, &observed)?;
    let file = made(opened, (&observed, traces), &fingerprints, asked, None, talk)?;
    Ok((file, missing))
}

/// Who did what last, where something that is declared is not there or not this project's: all that a plan tells of it. The
/// audit is read whole for that, so it is not read in vain.
fn traces(opened: &Opened, platform: &Platform, observed: &Observed) -> Result<Traces, Failure> {
    let project = &opened.compiled.project;
    let is_ours = |address: &Address| observed.objects.get(address).is_some_and(|live| live.owner.as_deref() == Some(&project.name));
    if observed.revision == 0 || project.resources.keys().all(is_ours) {
        return Ok(Traces::new());
    }
    // Not everybody may know it, and no plan depends on it.
    Ok(platform.traces(&project.name).unwrap_or_default())
}

/// The same from a snapshot: no platform is asked, and no secret is read.
pub(super) fn plan_from(
    opened: &Opened,
    snapshot: &SnapshotFile,
    observed: &Observed,
    asked: &Asked<'_>,
    talk: &Talk<'_>,
) -> Result<PlanFile, Failure> {
    made(opened, (observed, Traces::new()), &Fingerprints::new(), asked, Some(snapshot.origin()), talk)
}

fn made(
    opened: &Opened,
    (observed, traces): (&Observed, Traces),
    fingerprints: &Fingerprints,
    asked: &Asked<'_>,
    snapshot: Option<FromSnapshot>,
    talk: &Talk<'_>,
) -> Result<PlanFile, Failure> {
    let project = &opened.compiled.project;
    let targets = asked.targets.iter().cloned().collect();
    let options = PlanOptions { mode: asked.mode, targets, allow_empty: asked.allow_empty, traces };
    let mut plan = plan::plan(project, observed, fingerprints, &options).map_err(|error| no_plan(error, opened))?;
    let findings = plan::inspect(&plan, project, observed);
    assert!(findings.is_empty(), "the plan does not pass its own checker: {findings:?}");
    plan.labels.clone_from(&asked.labels);
    plan.policies = verdicts(&plan, opened, observed);
    let now = talk.world.clock.now();
    let scripts = scripts::touched(&plan, opened);
    Ok(PlanFile::new(plan, opened.binding(now, asked.expires, observed.revision, snapshot, scripts)))
}

/// The project's policies that do not hold for a plan.
fn verdicts(plan: &plan::Plan, opened: &Opened, observed: &Observed) -> Vec<Verdict> {
    let environment = &opened.compiled.environment;
    let case = Case {
        project: &opened.compiled.project.name,
        environment: environment.name.as_deref(),
        api: platform::api(&environment.api),
        before: &|address| observed.objects.get(address).map(|live| live.resource.as_ref()),
    };
    policy::judge(&opened.compiled.policies, plan, &case)
}

/// Nothing of a plan that a policy denies is carried out.
pub(super) fn not_denied(plan: &plan::Plan) -> Result<(), Failure> {
    let said: Vec<String> = plan.denials().take(DENIALS_SHOWN).map(plan_text::verdict).collect();
    if said.is_empty() {
        return Ok(());
    }
    let more = plan.denials().count() - said.len();
    let more = if more == 0 { String::new() } else { format!("; and {more} more") };
    Err(Failure::new(Exit::Denied, format!("nothing was changed, a policy denies it: {}{more}", said.join("; "))))
}

/// The fingerprints of all secrets that can be read here, and the references that cannot.
fn fingerprints(opened: &Opened, platform: &Platform) -> Result<(Fingerprints, BTreeSet<String>), Failure> {
    let resources = &opened.compiled.project.resources;
    let references: BTreeSet<&ValueFrom> = resources.values().flat_map(|resource| resource.secrets().into_values()).collect();
    let (mut known, mut values, mut missing) = (Vec::new(), Vec::new(), BTreeSet::new());
    let material = opened.material();
    for reference in references {
        match material.secret(reference) {
            Ok(value) => {
                known.push(reference);
                values.push(value);
            }
            Err(_) => drop(missing.insert(reference.to_string())),
        }
    }
    let made = platform.fingerprint(&values).map_err(platform::failure)?;
    let made: BTreeMap<&ValueFrom, Fingerprint> = known.into_iter().zip(made.unwrap_or_default()).collect();
    let of = |from: &ValueFrom| made.get(from).cloned();
    let all = resources.iter().map(|(address, resource)| {
        let paths: BTreeMap<SecretPath, Fingerprint> =
            resource.secrets().into_iter().filter_map(|(path, from)| Some((path, of(from)?))).collect();
        (address.clone(), paths)
    });
    Ok((all.filter(|(_, paths)| !paths.is_empty()).collect(), missing))
}

fn say_missing(missing: &BTreeSet<String>, talk: &mut Talk<'_>) {
    if missing.is_empty() {
        return;
    }
    let mut page = talk.aside_page();
    page.put(Tone::Caution, "note").say(": not readable here, so taken as unchanged where something is live: ");
    page.line(&missing.iter().cloned().collect::<Vec<_>>().join(", "));
    talk.aside(&page.into_text());
}

fn no_plan(error: PlanError, opened: &Opened) -> Failure {
    match &error {
        PlanError::UnknownTarget { target, known } => super::opened::unknown_address(target, known),
        PlanError::EmptyProject { .. } => Failure::new(Exit::Invalid, error.to_string())
            .hint("`bowline destroy` deletes on purpose; `--allow-empty` says that nothing is meant to be declared"),
        PlanError::Circle { .. } => {
            Failure::new(Exit::Invalid, error.to_string()).hint(format!("rename in two steps in {}", opened.root().display()))
        }
    }
}

/// Prints a plan for people.
pub(super) fn print(file: &PlanFile, talk: &mut Talk<'_>) {
    let text = text(file, talk.page());
    talk.data(&text);
}

/// A plan for people, on a page of their making.
pub(super) fn text(file: &PlanFile, mut page: Page) -> String {
    let api = if file.api == "embedded" { "the embedded broker" } else { &file.api };
    let from = file.snapshot.as_ref().map(|snapshot| format!("a snapshot of {api} taken at {}; {NOT_COMPARED}", snapshot.taken_at));
    let api = from.as_deref().unwrap_or(api);
    let environment = file.environment.as_deref();
    let heading = Heading { project: &file.project, environment, api, plan_id: &file.plan_id, variables: &file.variables };
    plan_text::plan(&file.plan, heading, &file.scripts, &mut page);
    page.into_text()
}

/// Reads a saved plan. What is not a plan, or is not as it was saved, is refused.
pub(super) fn read(path: &Path, talk: &Talk<'_>) -> Result<PlanFile, Failure> {
    let text = workspace::read_file(&talk.path(path), PLAN_LIMIT)
        .map_err(|error| Failure::because(Exit::Failed, format!("could not read the plan `{}`", path.display()), error))?;
    PlanFile::parse(&text).map_err(|error| Failure::because(Exit::PlanRefused, format!("`{}` is refused", path.display()), error))
}

/// Only a plan is written over: anything else that is there was put there by somebody.
pub(super) fn may_be_written(path: &Path, talk: &Talk<'_>) -> Result<(), Failure> {
    let place = talk.path(path);
    if !place.exists() || workspace::read_file(&place, PLAN_LIMIT).is_ok_and(|text| PlanFile::parse(&text).is_ok()) {
        return Ok(());
    }
    Err(Failure::new(Exit::Usage, format!("`{}` is there and is no plan: it is not written over", path.display()))
        .hint("choose another file"))
}

/// Every reason at once, so that one look is enough.
pub(super) fn refused(refusals: &[PlanRefusal]) -> Failure {
    let reasons: Vec<String> = refusals.iter().map(ToString::to_string).collect();
    Failure::new(Exit::PlanRefused, format!("the plan is refused: {}", reasons.join("; "))).hint(LOOK_AGAIN)
}

/// What to do about a plan that is refused.
const LOOK_AGAIN: &str = "run `bowline plan` again and review what it shows now";

/// Whether a saved plan is what the same files make of the same estate now. A digest can be made anew by whoever changes a
/// plan; what it says must follow from what was reviewed all the same.
///
/// It is judged again too, by the policies of now and with the labels that are given now beside its own.
pub(super) fn still_follows(
    file: &PlanFile,
    opened: &Opened,
    platform: &Platform,
    labels: &LabelArgs,
    talk: &mut Talk<'_>,
) -> Result<(), Failure> {
    let targets: Vec<Address> = file.plan.targets.iter().cloned().collect();
    let asked = Asked {
        mode: file.plan.mode,
        targets: &targets,
        allow_empty: true,
        expires: Duration::ZERO,
        labels: labels.over(&file.plan.labels),
    };
    let again = plan(opened, platform, &asked, talk)?;
    if steady(&file.plan) == steady(&again.plan) {
        return not_denied(&again.plan);
    }
    let said = |plan: &plan::Plan| -> BTreeMap<Address, serde_json::Value> {
        plan.changes.iter().map(|change| (change.address.clone(), without_fingerprints(done(change)))).collect()
    };
    let (then, now) = (said(&file.plan), said(&again.plan));
    let differs = then.keys().chain(now.keys()).find(|address| then.get(*address) != now.get(*address));
    let about = differs.map_or_else(|| "its summary".to_owned(), ToString::to_string);
    Err(Failure::new(Exit::PlanRefused, format!("the plan is refused: the same files plan something else now, about {about}"))
        .hint(LOOK_AGAIN))
}

/// What a plan does and says of it, without what may be known at one time and not at another, or to one and not to another:
/// fingerprints, that something was there before, and objects that are not changed.
fn steady(plan: &plan::Plan) -> serde_json::Value {
    let changes: Vec<serde_json::Value> = plan.changes.iter().map(done).collect();
    without_fingerprints(serde_json::json!({ "summary": plan.summary, "changes": changes }))
}

fn done(change: &Change) -> serde_json::Value {
    let mut change = change.clone();
    for reason in change.reasons.iter_mut().filter(|reason| reason.code == plan::DELETED_ELSEWHERE) {
        plan::NOT_THERE_YET.clone_into(&mut reason.code);
    }
    serde_json::json!(change)
}

fn without_fingerprints(mut value: serde_json::Value) -> serde_json::Value {
    match &mut value {
        serde_json::Value::Object(map) => {
            map.shift_remove("fingerprint");
            map.values_mut().for_each(|inner| *inner = without_fingerprints(inner.take()));
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(|inner| *inner = without_fingerprints(inner.take())),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) | serde_json::Value::String(_) => {}
    }
    value
}

/// The references whose value a plan's steps will send: of everything created, and of everything said to be written.
fn sent(change: &Change) -> BTreeMap<SecretPath, &ValueFrom> {
    let Some(after) = &change.after else { return BTreeMap::new() };
    let writes = change.steps.iter().any(|step| matches!(step.action, Do::Create | Do::Update));
    let creates = change.steps.iter().any(|step| step.action == Do::Create);
    let said = |path: &SecretPath| change.diff.iter().any(|one| one.op == DiffOp::SecretWrite && one.path == path.0);
    after.secrets().into_iter().filter(|(path, _)| writes && (creates || said(path))).collect()
}

/// Whether every secret that will be sent can be read: asked before the first step, so that nothing stops half-way.
pub(super) fn all_material_there(plan: &plan::Plan, opened: &Opened) -> Result<(), Failure> {
    let mut missing = Vec::new();
    for change in &plan.changes {
        for (path, from) in sent(change) {
            if let Err(error) = opened.material().secret(from) {
                missing.push(format!("{}{path} needs {from}: {error}", change.address));
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let shown = missing.iter().take(MISSING_SHOWN).cloned().collect::<Vec<_>>().join("; ");
    let more = missing.len().saturating_sub(MISSING_SHOWN);
    let more = if more == 0 { String::new() } else { format!("; and {more} more") };
    Err(Failure::new(Exit::Failed, format!("nothing was changed: {shown}{more}")).hint("set them where `bowline apply` runs"))
}

/// Whether each secret still has the value that the plan's fingerprints were made of.
pub(super) fn secrets_unchanged(file: &PlanFile, opened: &Opened, platform: &Platform) -> Result<(), Failure> {
    for change in &file.plan.changes {
        let Some(after) = &change.after else { continue };
        let references = after.secrets();
        for one in change.diff.iter().filter(|one| one.op == DiffOp::SecretWrite) {
            let Some(DiffValue::Secret { fingerprint: Some(planned), .. }) = &one.value else { continue };
            let Some(from) = references.get(&SecretPath(one.path.clone())) else { continue };
            let Ok(value) = opened.material().secret(from) else { continue };
            let now = platform.fingerprint(&[Secret::clone(&value)]).map_err(platform::failure)?;
            if now.is_some_and(|now| now.first() != Some(planned)) {
                return Err(Failure::new(
                    Exit::PlanRefused,
                    format!("the plan is refused: the secret {from} of {} has changed since", change.address),
                )
                .hint(LOOK_AGAIN));
            }
        }
    }
    Ok(())
}
