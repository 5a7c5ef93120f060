//! What is live, as a table.
use super::page::{Page, Tone, width};

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Row {
    pub address: String,
    pub state: String,
    pub tone: Tone,
    pub detail: String,
}

/// Rows in columns that line up.
pub(crate) fn table(rows: &[Row], page: &mut Page) {
    let addresses = rows.iter().map(|row| width(&row.address)).max().unwrap_or(0);
    let states = rows.iter().map(|row| width(&row.state)).max().unwrap_or(0);
    for row in rows {
        page.cell(Tone::Plain, &row.address, addresses).say("  ").cell(row.tone, &row.state, states);
        page.say("  ").put(Tone::Quiet, &row.detail).end();
    }
}
