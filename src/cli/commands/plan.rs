//! `plan`: what would change, for people and as a file that `apply` takes.

use super::planning::{self, Asked};
use super::{opened, platform, reporting, snapshot};
use crate::apply::PlanFile;
use crate::cli::args::{Plan, PlanFormat};
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::plan::Mode;
use crate::workspace;
use std::collections::BTreeMap;
use std::path::Path;

pub(crate) fn run(args: &Plan, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    reporting::may_be_written(&args.reports, args.snapshot.as_deref(), talk)?;
    let asked = Asked {
        mode: if args.destroy { Mode::Destroy } else { Mode::Apply },
        targets: &args.planning.targets,
        allow_empty: args.planning.allow_empty,
        expires: args.expires,
        labels: args.planning.labels.over(&BTreeMap::new()),
    };
    let file = match &args.snapshot {
        None => {
            let opened = opened::open_under(&args.rules, &args.project, talk)?;
            let platform = platform::look(&opened, &args.broker, talk)?;
            planning::plan(&opened, &platform, &asked, talk)?
        }
        Some(path) => from_snapshot(path, args, &asked, talk)?,
    };
    if let Some(path) = &args.save {
        planning::may_be_written(path, talk)?;
        workspace::write_file(&talk.path(path), file.to_text().as_bytes())
            .map_err(|error| Failure::because(Exit::Failed, "could not save the plan", error))?;
    }
    reporting::report(&file, &args.reports, talk)?;
    if file.plan.denials().next().is_some() {
        return Ok(Exit::Denied);
    }
    if let (Some(path), PlanFormat::Text) = (&args.save, args.reports.format) {
        talk.aside(&format!("Saved. To carry it out: bowline apply {}\n", path.display()));
    }
    let changes = !file.plan.changes.is_empty();
    Ok(if changes && args.detailed_exitcode { Exit::Differences } else { Exit::Done })
}

/// A plan of what a snapshot shows: in its environment, and in no other.
fn from_snapshot(path: &Path, args: &Plan, asked: &Asked<'_>, talk: &mut Talk<'_>) -> Result<PlanFile, Failure> {
    let (snapshot, observed) = snapshot::read(path, talk)?;
    let environment = args.project.env.as_deref().or(snapshot.environment.as_deref());
    let opened = opened::open_with(environment, &args.project, &args.rules, talk)?;
    let environment = &opened.compiled.environment;
    let here = (environment.name.as_deref(), platform::api(&environment.api));
    if here != (snapshot.environment.as_deref(), &snapshot.api) {
        let of = |(name, api): (Option<&str>, &str)| format!("`{}` at `{api}`", name.unwrap_or("the default environment"));
        let taken = of((snapshot.environment.as_deref(), &snapshot.api));
        return Err(Failure::new(Exit::Usage, format!("the snapshot `{}` is of {taken}, and this is {}", path.display(), of(here)))
            .hint("take one there, or name its environment with `--env`"));
    }
    planning::plan_from(&opened, &snapshot, &observed, asked, talk)
}
