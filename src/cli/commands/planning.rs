//! Making a plan of what is declared and what is live, and trusting one that was saved.

use super::opened::Opened;
use super::platform;
use crate::apply::{Material, PlanFile, PlanRefusal, Remote};
use crate::cli::exit::Exit;
use crate::cli::report::page::Tone;
use crate::cli::report::plan_text::{self, Heading};
use crate::cli::talk::{Failure, Talk};
use crate::embedded::Embedded;
use crate::plan::{self, Change, DiffOp, DiffValue, Do, Fingerprints, Mode, PlanError, PlanOptions};
use crate::resource::{Address, Fingerprint, SecretPath, ValueFrom};
use crate::secret::Secret;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

/// Bytes of a plan file that are read at most.
const PLAN_LIMIT: u64 = 1 << 30;

/// What a plan is asked to be.
pub(crate) struct Asked<'a> {
    pub mode: Mode,
    pub targets: &'a [Address],
    pub allow_empty: bool,
    pub expires: Duration,
}

/// Plans, checks the plan with its own checker, and seals it.
pub(super) fn plan(opened: &Opened, platform: &Embedded, asked: &Asked<'_>, talk: &mut Talk<'_>) -> Result<PlanFile, Failure> {
    let project = &opened.compiled.project;
    let observed = platform.observe().map_err(platform::failure)?;
    let (fingerprints, missing) = fingerprints(opened, platform)?;
    let options =
        PlanOptions { mode: asked.mode, targets: asked.targets.iter().cloned().collect::<BTreeSet<_>>(), allow_empty: asked.allow_empty };
    let plan = plan::plan(project, &observed, &fingerprints, &options).map_err(|error| no_plan(error, opened))?;
    let findings = plan::inspect(&plan, project, &observed);
    assert!(findings.is_empty(), "the plan does not pass its own checker: {findings:?}");
    say_missing(&missing, talk);
    let now = talk.world.clock.now();
    Ok(PlanFile::new(plan, opened.binding(now, asked.expires, observed.revision)))
}

/// The fingerprints of all secrets that can be read here, and the references that cannot.
fn fingerprints(opened: &Opened, platform: &Embedded) -> Result<(Fingerprints, BTreeSet<String>), Failure> {
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
    let api = if file.api == "embedded" { "the embedded broker" } else { &file.api };
    let heading = Heading { project: &file.project, environment: file.environment.as_deref(), api, plan_id: &file.plan_id };
    let mut page = talk.page();
    plan_text::plan(&file.plan, heading, &mut page);
    talk.data(&page.into_text());
}

/// Reads a saved plan. What is not a plan, or is not as it was saved, is refused.
pub(super) fn read(path: &Path, talk: &Talk<'_>) -> Result<PlanFile, Failure> {
    let text = crate::workspace::read_file(&talk.path(path), PLAN_LIMIT)
        .map_err(|error| Failure::because(Exit::Failed, format!("could not read the plan `{}`", path.display()), error))?;
    PlanFile::parse(&text).map_err(|error| Failure::because(Exit::PlanRefused, format!("`{}` is refused", path.display()), error))
}

/// Every reason at once, so that one look is enough.
pub(super) fn refused(refusals: &[PlanRefusal]) -> Failure {
    let reasons: Vec<String> = refusals.iter().map(|refusal| format!("  {refusal}")).collect();
    Failure::new(Exit::PlanRefused, format!("the plan is refused: {}", reasons.join(";").trim_start()))
        .hint("run `bowline plan` again and review what it shows now")
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
pub(super) fn all_material_there(file: &PlanFile, opened: &Opened) -> Result<(), Failure> {
    let mut missing = Vec::new();
    for change in &file.plan.changes {
        for (path, from) in sent(change) {
            if let Err(error) = opened.material().secret(from) {
                missing.push(format!("{}{path} needs {from}: {error}", change.address));
            }
        }
    }
    match missing.as_slice() {
        [] => Ok(()),
        [first, ..] => {
            let more = if missing.len() == 1 { String::new() } else { format!(" (and {} more)", missing.len() - 1) };
            Err(Failure::new(Exit::Failed, format!("nothing was changed: {first}{more}")).hint("set them where `bowline apply` runs"))
        }
    }
}

/// Whether each secret still has the value that the plan's fingerprints were made of.
pub(super) fn secrets_unchanged(file: &PlanFile, opened: &Opened, platform: &Embedded) -> Result<(), Failure> {
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
                .hint("run `bowline plan` again and review what it shows now"));
            }
        }
    }
    Ok(())
}
