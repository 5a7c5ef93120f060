//! `docs`: a page about the project, printed, written or compared.

use super::opened::{self, Opened};
use super::render::{compare, write};
use crate::cli::args::Docs;
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::refs::{self, How, Use};
use crate::render::{self, Places};

pub(crate) fn run(args: &Docs, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    let page = render::docs(&opened.compiled.project, &places(&opened));
    match &args.out {
        None => talk.data(&page.text),
        Some(out) if args.check => return compare(&[page], "page", &talk.path(out), talk),
        Some(out) => write(&[page], "page", out, talk)?,
    }
    Ok(Exit::Done)
}

/// Where everything is used, its own declaration and former names left out.
fn places(opened: &Opened) -> Places {
    let all = refs::all_uses(&opened.front, &opened.compiled, opened.folder());
    all.into_iter().map(|(address, uses)| (address, uses.into_iter().filter_map(place).collect())).collect()
}

fn place(one: Use) -> Option<(String, String)> {
    if matches!(one.how, How::Declared | How::MovedFrom | How::MovedTo) {
        return None;
    }
    Some((format!("{}:{}:{}", one.place.file, one.place.line, one.place.column), one.by?.to_string()))
}
