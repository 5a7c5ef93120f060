//! Default services for people: the list, and everything about one of them.

use super::page::{Page, Tone, width};
use crate::catalogue::{Entry, Row, Section};

/// One line a service.
pub(crate) fn list(rows: &[Row], page: &mut Page) {
    let column = |of: fn(&Row) -> &str| rows.iter().map(|row| width(of(row))).max().unwrap_or(0);
    let (keys, names, categories) = (column(|row| &row.key), column(|row| &row.name), column(|row| &row.category));
    for row in rows {
        page.cell(Tone::Strong, &row.key, keys).say("  ").cell(Tone::Plain, &row.name, names).say("  ");
        page.cell(Tone::Quiet, &row.category, categories).say("  ").put(Tone::Quiet, row.auth.words());
        if row.yours {
            page.say("  ").put(Tone::Good, "yours");
        }
        page.end();
    }
}

/// One service; its scopes and the evidence only where asked for, because they can be long.
pub(crate) fn show(entry: &Entry, yours: bool, scopes: bool, why: bool, page: &mut Page) {
    page.put(Tone::Strong, &entry.name).say(&format!("  {} · {} · {}", entry.key, entry.category, entry.auth.words()));
    if yours {
        page.say(" · ").put(Tone::Good, "yours");
    }
    page.end();
    let mut sections = entry.sections();
    sections.extend(scopes.then(|| entry.scope_section()));
    sections.extend(why.then(|| entry.source_section()));
    for section in &sections {
        self::section(section, page);
    }
    let count = entry.scopes.offered.iter().count();
    if count > 0 && !scopes {
        page.end().line(&format!("{}; `--scopes` lists them", super::counted(count, "scope")));
    }
}

fn section(section: &Section, page: &mut Page) {
    if section.rows.is_empty() {
        return;
    }
    page.end().put(Tone::Strong, section.title).end();
    let labels = section.rows.iter().map(|(label, _)| width(label)).max().unwrap_or(0).min(60);
    for (label, value) in &section.rows {
        page.say("  ").cell(Tone::Quiet, label, labels).say("  ").line(value);
    }
}
