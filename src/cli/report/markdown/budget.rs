//! Puts the parts together within a number of bytes: what matters most is taken first, and what does not fit is named.

use super::attention::{Item, items};
use super::details::{self, folded};
use super::head::head;
use super::how_to_apply::how_to_apply;
use super::inert::{FEW, codes, fenced};
use super::picture::picture;
use crate::apply::PlanFile;
use crate::cli::report::counted;
use crate::cli::report::gravity::by_gravity;
use crate::resource::Address;

/// The fewest bytes that can be asked for: the verdict, the counts, the command and the notes fit whatever the plan.
pub(crate) const SMALLEST: usize = 16_384;

/// Bytes that are kept for the note on what is left out.
const NOTE: usize = 2_500;

/// The plan as Markdown, in at most `budget` bytes.
pub(crate) fn plan(file: &PlanFile, budget: usize) -> String {
    let (head, foot) = (head(file), how_to_apply(file));
    let mut room = budget.saturating_sub(head.len() + foot.len() + NOTE);
    let attention = attention(file, room);
    room -= attention.len().min(room);
    let mut parts = parts(file);
    let mut by_weight: Vec<usize> = (0..parts.len()).collect();
    by_weight.sort_by_key(|at| parts[*at].weight);
    for at in by_weight {
        let part = &mut parts[at];
        part.fits = part.text.len() <= room;
        room -= if part.fits { part.text.len() } else { 0 };
    }
    let kept: String = parts.iter().filter(|part| part.fits).map(|part| part.text.as_str()).collect();
    format!("{head}{attention}{kept}{}{foot}", left_out(&parts, budget))
}

/// All that needs attention: in full, or else a line each, or else as many lines as there is room for, and a word on top
/// that these are not all.
fn attention(file: &PlanFile, room: usize) -> String {
    let items = items(&by_gravity(&file.plan).0);
    if items.is_empty() {
        return String::new();
    }
    let title = "#### Needs your attention\n\n";
    let all = |form: fn(&Item) -> &str| items.iter().map(form).collect::<String>();
    let (full, brief) = (all(|item| &item.full), all(|item| &item.brief));
    if title.len() + full.len() < room {
        return format!("{title}{full}\n");
    }
    let note = "Too many for their particulars: `bowline show PLAN` has them.\n\n";
    if title.len() + note.len() + brief.len() < room {
        return format!("{title}{note}{brief}\n");
    }
    let mut left = room.saturating_sub(title.len() + 200);
    let fits = |item: &&Item| {
        let fits = item.brief.len() <= left;
        left -= item.brief.len().min(left);
        fits
    };
    let shown: Vec<&str> = items.iter().take_while(fits).map(|item| item.brief.as_str()).collect();
    let missing = items.len() - shown.len();
    let warning = format!("**{missing} more need attention and do not fit here: do not approve before `bowline show PLAN` was read.**\n\n");
    format!("{title}{warning}{}\n", shown.concat())
}

/// A part that may be left out. The order of weights is the order in which they are given up, last first.
struct Part<'f> {
    weight: Weight,
    what: What<'f>,
    text: String,
    fits: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Attention,
    Scripts,
    Drift,
    Picture,
    Change,
    Remarks,
}

enum What<'f> {
    Change(&'f Address),
    Scripts(usize),
    Drift,
    Picture(Option<usize>),
    Remarks(usize),
}

/// In the order in which they stand.
fn parts(file: &PlanFile) -> Vec<Part<'_>> {
    let plan = &file.plan;
    let mut parts = Vec::new();
    let mut add = |weight, what, text| parts.push(Part { weight, what, text, fits: true });
    let (attention, rest) = by_gravity(plan);
    for (changes, weight) in [(attention, Weight::Attention), (rest, Weight::Change)] {
        let told = changes.iter().filter_map(|change| Some((&change.address, details::change(change)?)));
        told.for_each(|(address, text)| add(weight, What::Change(address), text));
    }
    if !file.scripts.is_empty() {
        add(Weight::Scripts, What::Scripts(file.scripts.len()), details::scripts(&file.scripts));
    }
    plan.drift.iter().for_each(|drift| add(Weight::Drift, What::Drift, details::drift(drift)));
    match picture(plan) {
        Ok(Some(lines)) => {
            add(Weight::Picture, What::Picture(None), folded("what is touched", &format!("{}\n", fenced("mermaid", &lines))))
        }
        Ok(None) => {}
        // Longer than any room: it is named among what is left out.
        Err(objects) => add(Weight::Picture, What::Picture(Some(objects)), String::new()),
    }
    if !file.diagnostics.is_empty() {
        add(Weight::Remarks, What::Remarks(file.diagnostics.len()), details::remarks(&file.diagnostics));
    }
    parts
}

/// What was left out, counted and named as far as names go.
fn left_out(parts: &[Part<'_>], budget: usize) -> String {
    let gone = || parts.iter().filter(|part| !part.fits);
    let changes: Vec<&Address> =
        gone().filter_map(|part| if let What::Change(address) = part.what { Some(address) } else { None }).collect();
    let drift = gone().filter(|part| matches!(part.what, What::Drift)).count();
    let mut words = Vec::new();
    if !changes.is_empty() {
        words.push(format!("the particulars of {} ({})", counted(changes.len(), "change"), codes(changes.iter(), FEW)));
    }
    if drift > 0 {
        words.push(format!("what somebody else changed in {}", counted(drift, "object")));
    }
    for part in parts {
        match part.what {
            What::Picture(Some(objects)) => words.push(format!("the picture, which would have {objects} objects")),
            What::Picture(None) if !part.fits => words.push("the picture".to_owned()),
            What::Scripts(count) if !part.fits => words.push(format!("{} in scripts", counted(count, "place"))),
            What::Remarks(count) if !part.fits => words.push(counted(count, "remark on the configuration")),
            What::Picture(None) | What::Scripts(_) | What::Remarks(_) | What::Change(_) | What::Drift => {}
        }
    }
    if words.is_empty() {
        return String::new();
    }
    format!("Left out to stay within {budget} bytes: {}. `bowline show PLAN` has everything.\n\n", words.join("; "))
}
