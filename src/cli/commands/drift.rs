//! `drift`: what was changed behind the project's back. Changes nothing.

use super::{opened, platform};
use crate::apply::Remote;
use crate::cli::args::{Drift, Ignored, TextOrJson};
use crate::cli::exit::Exit;
use crate::cli::report::{drift_text, json};
use crate::cli::talk::{Failure, Talk};
use crate::plan;
use serde_json::json;

pub(crate) fn run(args: &Drift, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    let platform = platform::look(&opened, &args.broker, talk)?;
    let project = &opened.compiled.project;
    let observed = platform.observe().map_err(platform::failure)?;
    for ignored in &args.ignore {
        opened::known_address(&ignored.address, project.resources.keys().chain(observed.objects.keys()))?;
    }
    let traces = platform.traces(&project.name)?;
    let mut drift = plan::drift(project, &observed, &traces);
    let ignored = ignore(&mut drift, &args.ignore);
    match args.format {
        TextOrJson::Text => {
            let mut page = talk.page();
            drift_text::drift(&drift, ignored, &mut page);
            talk.data(&page.into_text());
        }
        TextOrJson::Json => talk.data(&json(&json!({
            "format_version": "1.0",
            "project": project.name,
            "environment": opened.compiled.environment.name,
            "api": platform::api(&opened.compiled.environment.api),
            "observed_revision": observed.revision,
            "drift": drift,
            "ignored": ignored,
        }))),
    }
    Ok(if drift.is_empty() { Exit::Done } else { Exit::Differences })
}

/// Takes out what is not to be told, and counts it.
fn ignore(drift: &mut Vec<plan::Drift>, ignored: &[Ignored]) -> usize {
    let mut count = 0;
    drift.retain_mut(|one| {
        let about: Vec<&Ignored> = ignored.iter().filter(|ignored| ignored.address == one.address).collect();
        let whole = about.iter().any(|ignored| ignored.path.is_none());
        let before = one.diff.len();
        one.diff.retain(|drifted| !whole && !about.iter().any(|ignored| ignored.covers(&drifted.difference.path)));
        count += before - one.diff.len() + usize::from(whole && before == 0);
        !whole && (before == 0 || !one.diff.is_empty())
    });
    count
}
