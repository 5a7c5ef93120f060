//! Where a resource is named, for people: a line a place, then what its calls say about scopes.

use super::page::{Page, Tone, width};
use crate::refs::{Advice, Call, How, Place, Use};

/// Places first, so that they can be clicked.
pub(crate) fn uses(uses: &[Use], page: &mut Page) {
    let line = |one: &Use| Line { place: place(&one.place), who: who(one), how: how(one), sure: one.sure, call: call(&one.call) };
    lines(&uses.iter().map(line).collect::<Vec<_>>(), "", page);
}

/// What is said of one place.
pub(super) struct Line<'a> {
    pub(super) place: String,
    pub(super) who: String,
    pub(super) how: &'a str,
    pub(super) sure: bool,
    pub(super) call: Option<String>,
}

/// A line a place, in columns.
pub(super) fn lines(lines: &[Line<'_>], indent: &str, page: &mut Page) {
    let column = |of: fn(&Line<'_>) -> usize| lines.iter().map(of).max().unwrap_or(0).min(60);
    let (places, names) = (column(|line| width(&line.place)), column(|line| width(&line.who)));
    for line in lines {
        page.say(indent).cell(Tone::Accent, &line.place, places).say("  ").cell(Tone::Strong, &line.who, names).say("  ");
        page.put(if line.sure { Tone::Plain } else { Tone::Caution }, line.how);
        if let Some(call) = &line.call {
            page.put(Tone::Quiet, &format!("  {call}"));
        }
        page.end();
    }
}

/// What a place does with the name, in words.
pub(crate) fn how(one: &Use) -> &'static str {
    if one.sure || one.how == How::Perhaps { one.how.words() } else { "seems to name it" }
}

fn place(place: &Place) -> String {
    format!("{}:{}:{}", place.file, place.line, place.column)
}

fn who(one: &Use) -> String {
    one.by.as_ref().map_or_else(|| "moved".to_owned(), ToString::to_string)
}

/// A call in words; `None` where nothing of it can be told.
pub(crate) fn call(call: &Call) -> Option<String> {
    let subject = call.subject.as_ref().map(|subject| format!("\"{subject}\""));
    let words = [&call.task, &call.method, &call.service, &call.url, &subject];
    let words: Vec<&str> = words.into_iter().filter_map(|word| word.as_deref()).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// What to ask for and what not, each with its reason.
pub(crate) fn advice(advice: &Advice, page: &mut Page) {
    page.end().put(Tone::Strong, "Scopes").end();
    for lack in &advice.missing {
        page.say("  ").put(Tone::Caution, &format!("missing   {}", lack.scope));
        page.say(&format!("  needed by {}", joined(&lack.calls))).end();
    }
    for scope in &advice.unneeded {
        page.say("  ").put(Tone::Caution, &format!("unneeded  {scope}")).say("  no call needs it").end();
    }
    for excess in &advice.wider {
        let would_do = excess.would_do.iter().cloned().collect::<Vec<_>>().join(", ");
        page.say("  ")
            .put(Tone::Caution, &format!("wide      {}", excess.scope))
            .say(&format!("  its calls need no more than {would_do}"))
            .end();
    }
    for scope in &advice.fitting {
        page.say("  ").put(Tone::Good, &format!("fits      {scope}")).end();
    }
    for scope in &advice.unknown {
        page.say("  ").put(Tone::Quiet, &format!("unknown   {scope}")).say("  a call that no rule tells may need it").end();
    }
    if !advice.untold.is_empty() {
        page.say("  ").put(Tone::Quiet, &format!("no rule tells the scope of {}", joined(&advice.untold))).end();
    }
    if advice.is_content() && advice.untold.is_empty() {
        page.say("  ").put(Tone::Good, "What it asks for is what its calls need.").end();
    }
}

/// The first few places.
fn joined(places: &[Place]) -> String {
    const SHOWN: usize = 3;
    let mut words: Vec<String> = places.iter().take(SHOWN).map(place).collect();
    if places.len() > SHOWN {
        words.push(format!("{} more", places.len() - SHOWN));
    }
    words.join(", ")
}
