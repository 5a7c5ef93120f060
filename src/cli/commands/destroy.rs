//! `destroy`: deletes everything that the project owns, dependents first.

use super::apply::carry_out_now;
use super::approving;
use super::opened;
use super::planning::Asked;
use crate::apply::LIFETIME;
use crate::cli::args::Destroy;
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::plan::Mode;
use std::collections::BTreeMap;

pub(crate) fn run(args: &Destroy, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    approving::must_be_able_to_ask(&args.carrying_out, args.carrying_out.expect.is_some(), talk)?;
    let opened = opened::open(&args.project, talk)?;
    let asked = Asked {
        mode: Mode::Destroy,
        targets: &args.targets,
        allow_empty: true,
        expires: LIFETIME,
        labels: args.labels.over(&BTreeMap::new()),
    };
    carry_out_now(&opened, &args.broker, &args.carrying_out, &asked, talk)
}
