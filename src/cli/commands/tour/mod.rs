//! `sandbox tour`: a connection goes all the way, in one command, without an account and without a network. The sandbox and a
//! copy of the example project live in this process and in a temporary folder, and go away with it.
//!
//! Every step is a command of Bowline's own, run as a person would, and is checked against what the sandbox saw: a step that
//! cannot be shown to have happened ends the tour.

mod project;
mod stage;
mod steps;
mod visitor;

#[cfg(test)]
mod tests;

use crate::cli::args::{TextOrJson, Tour};
use crate::cli::exit::Exit;
use crate::cli::report::tour_text;
use crate::cli::talk::{Failure, Talk};
use stage::Stage;
use std::sync::atomic::Ordering;
use steps::STEPS;

pub(crate) fn run(args: &Tour, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let stage = Stage::set(talk)?;
    if args.format == TextOrJson::Text {
        let mut page = talk.page();
        tour_text::opening(&mut page);
        talk.data(&page.into_text());
    }
    let walked = walk(&stage, args, talk);
    let cleared = stage.clear();
    let taken = match walked? {
        Walk::Whole(taken) => taken,
        Walk::Interrupted => return Ok(Exit::Interrupted),
    };
    cleared?;
    match args.format {
        TextOrJson::Json => talk.data(&tour_text::machine(&taken)),
        TextOrJson::Text => {
            let mut page = talk.page();
            tour_text::closing(taken.len(), &mut page);
            talk.data(&page.into_text());
        }
    }
    Ok(Exit::Done)
}

enum Walk {
    /// What each step saw, by its name.
    Whole(Vec<(&'static str, String)>),
    Interrupted,
}

fn walk(stage: &Stage, args: &Tour, talk: &mut Talk<'_>) -> Result<Walk, Failure> {
    let mut taken = Vec::new();
    for step in STEPS {
        if talk.world.interrupted.load(Ordering::SeqCst) {
            return Ok(Walk::Interrupted);
        }
        let seen = (step.take)(stage).map_err(|missed| missed.failure(step.name))?;
        if args.format == TextOrJson::Text {
            let mut page = talk.page();
            tour_text::step(step.name, &seen, &mut page);
            talk.data(&page.into_text());
        }
        taken.push((step.name, seen));
    }
    Ok(Walk::Whole(taken))
}
