//! What is folded away: each change as a diff, each object that somebody else changed, remarks on the configuration.

use super::inert::{MANY, code, codes, fenced, html_code, line, words};
use crate::apply::{Remark, ScriptPlace};
use crate::cli::report::counted;
use crate::cli::report::drift_text::what;
use crate::cli::report::gravity::{is_alarming, needs_attention};
use crate::cli::report::plan_text::{essence, name, step};
use crate::cli::report::plan_words::{class_word, consequence, reasons, secret_write, value, verb};
use crate::plan::{Action, Change, DiffOp, Difference, Drift};
use std::fmt::Write as _;

/// One change, folded; `None` where all of it is said among what needs attention.
pub(super) fn change(change: &Change) -> Option<String> {
    if change.diff.is_empty() && change.steps.len() < 2 && needs_attention(change) {
        return None;
    }
    let title = format!("{} {} {}", html_code(change.action.symbol()), verb(change.action), html_code(&name(change)));
    let mut inside = format!("Because: {}.\n\n", why(change));
    let mut lines = Vec::new();
    if let (Action::Create, Some(after)) = (change.action, &change.after) {
        lines.push(format!("+ {}", line(&essence(after))));
    }
    lines.extend(change.diff.iter().flat_map(difference));
    if !lines.is_empty() {
        inside.push_str(&fenced("diff", &lines));
        inside.push('\n');
    }
    for hazard in change.hazards.iter().filter(|hazard| !is_alarming(change, **hazard)) {
        if let Some(consequence) = consequence(change, *hazard) {
            let _ = writeln!(inside, "Note: {}.\n", consequence.words);
        }
    }
    if !change.affects.connections.is_empty() {
        let _ = writeln!(inside, "Used by {}\n", codes(change.affects.connections.iter(), MANY));
    }
    if change.steps.len() > 1 {
        let steps: Vec<String> = change.steps.iter().map(|one| code(&step(one))).collect();
        let _ = writeln!(inside, "Steps: {}\n", steps.join(" → "));
    }
    Some(folded(&title, &inside))
}

/// An object that somebody else changed, folded.
pub(super) fn drift(drift: &Drift) -> String {
    let lines: Vec<String> = drift.diff.iter().flat_map(|drifted| difference(&drifted.difference)).collect();
    let inside = if lines.is_empty() { format!("{}\n\n", code(&what(drift))) } else { format!("{}\n", fenced("diff", &lines)) };
    folded(&format!("changed by somebody else: {}", html_code(&drift.address.to_string())), &inside)
}

/// The places in scripts that the changes touch, folded; the first hundred in full.
pub(super) fn scripts(scripts: &[ScriptPlace]) -> String {
    const SHOWN: usize = 100;
    let mut inside = String::new();
    for one in scripts.iter().take(SHOWN) {
        let place = code(&format!("{}:{}:{}", one.place.file, one.place.line, one.place.column));
        let named = one.connection.as_ref().map(|connection| code(&connection.to_string()));
        let call = one.call.as_ref().map(|call| format!(": {}", code(call))).unwrap_or_default();
        let how = match (&named, one.sure) {
            (Some(named), true) => format!("names {named}"),
            (Some(named), false) => format!("seems to name {named}"),
            (None, _) => "chooses its connection when it runs".to_owned(),
        };
        let _ = writeln!(inside, "- {place}, {}, {how}{call}", code(&one.function.to_string()));
    }
    if scripts.len() > SHOWN {
        let _ = writeln!(inside, "- and {} more", scripts.len() - SHOWN);
    }
    folded(&format!("{} in scripts that these changes touch", counted(scripts.len(), "place")), &format!("{inside}\n"))
}

/// Remarks on the configuration, folded.
pub(super) fn remarks(remarks: &[Remark]) -> String {
    let mut inside = String::new();
    for remark in remarks {
        let _ = write!(inside, "- {}", code(&remark.code));
        if let Some(source) = &remark.source {
            let _ = write!(inside, " at {}", code(&format!("{}:{}", source.file, source.line)));
        }
        let _ = writeln!(inside, ": {}", code(&remark.message));
    }
    let noun = if remarks.len() == 1 { "remark" } else { "remarks" };
    folded(&format!("{} {noun} on the configuration", remarks.len()), &format!("{inside}\n"))
}

/// A block that opens when it is clicked. The title is HTML, the inside Markdown that ends with an empty line.
pub(super) fn folded(title: &str, inside: &str) -> String {
    format!("<details><summary>{title}</summary>\n\n{inside}</details>\n\n")
}

/// The reasons, and where it is declared.
pub(super) fn why(change: &Change) -> String {
    let reasons: Vec<String> = reasons(change).iter().map(|reason| words(reason)).collect();
    let place = change.source.as_ref().map(|source| format!(", at {}", code(&format!("{}:{}", source.file, source.line))));
    format!("{}{}", reasons.join(", "), place.unwrap_or_default())
}

/// The signs stand in the first column, where diffs are coloured by them.
fn difference(difference: &Difference) -> Vec<String> {
    let path = difference.path.trim_start_matches('/').replace('/', ".");
    let before = difference.before.as_ref().map(value);
    let after = difference.value.as_ref().map(value);
    let class = difference.class.map(|class| format!(" ({})", class_word(class))).unwrap_or_default();
    let shown = |sign: char, value: Option<&String>| format!("{sign} {}: {}{class}", line(&path), line(value.map_or("", String::as_str)));
    match difference.op {
        DiffOp::Add => vec![shown('+', after.as_ref())],
        DiffOp::Remove => vec![shown('-', before.as_ref().or(after.as_ref()))],
        DiffOp::Replace => vec![shown('-', before.as_ref()), shown('+', after.as_ref())],
        DiffOp::SetAdd => vec![shown('+', after.as_ref())],
        DiffOp::SetRemove => vec![shown('-', after.as_ref().or(before.as_ref()))],
        DiffOp::SecretWrite => vec![format!("! {}: {}", line(&path), line(&secret_write(before, after)))],
    }
}
