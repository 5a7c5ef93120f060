//! `plan`: what would change, for people and as a file that `apply` takes.

use super::planning::{self, Asked};
use super::{opened, platform, reporting};
use crate::cli::args::{Plan, PlanFormat};
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::plan::Mode;
use crate::workspace;
use std::collections::BTreeMap;

pub(crate) fn run(args: &Plan, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open_under(&args.rules, &args.project, talk)?;
    let platform = platform::look(&opened, &args.broker, talk)?;
    let asked = Asked {
        mode: if args.destroy { Mode::Destroy } else { Mode::Apply },
        targets: &args.planning.targets,
        allow_empty: args.planning.allow_empty,
        expires: args.expires,
        labels: args.planning.labels.over(&BTreeMap::new()),
    };
    let file = planning::plan(&opened, &platform, &asked, talk)?;
    if let Some(path) = &args.save {
        planning::may_be_written(path, talk)?;
        workspace::write_file(&talk.path(path), file.to_text().as_bytes())
            .map_err(|error| Failure::because(Exit::Failed, "could not save the plan", error))?;
    }
    let scripts = planning::scripts_touched(&file.plan, &opened);
    reporting::report(&file, &scripts, &args.reports, talk)?;
    if file.plan.denials().next().is_some() {
        return Ok(Exit::Denied);
    }
    if let (Some(path), PlanFormat::Text) = (&args.save, args.reports.format) {
        talk.aside(&format!("Saved. To carry it out: bowline apply {}\n", path.display()));
    }
    let changes = !file.plan.changes.is_empty();
    Ok(if changes && args.detailed_exitcode { Exit::Differences } else { Exit::Done })
}
