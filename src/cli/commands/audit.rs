//! `audit`: who did what, and whether the record of it holds together.

use super::{opened, platform};
use crate::cli::args::{Audit, AuditCommand, TextOrJson};
use crate::cli::exit::Exit;
use crate::cli::report::page::Tone;
use crate::cli::report::{counted, json};
use crate::cli::talk::{Failure, Talk};
use crate::clock::rfc3339;
use crate::store::AuditLine;
use serde_json::json;

pub(crate) fn run(args: &Audit, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    let platform = platform::look(&opened, &args.broker, talk)?;
    if let Some(AuditCommand::Verify) = args.what {
        let head = platform.verify_audit()?;
        if args.format == TextOrJson::Json {
            talk.data(&json(&json!({ "format_version": "1.0", "whole": { "lines": head.seq, "digest": head.digest } })));
            return Ok(Exit::Done);
        }
        let mut page = talk.page();
        page.put(Tone::Good, "Whole").line(&format!(": {}, ending in {}", counted(head.seq as usize, "line"), head.digest));
        talk.data(&page.into_text());
        return Ok(Exit::Done);
    }
    let lines = platform.audit(args.last)?;
    match args.format {
        TextOrJson::Json => {
            let lines: Vec<_> = lines.iter().map(machine).collect();
            talk.data(&json(&json!({ "format_version": "1.0", "lines": lines })));
        }
        TextOrJson::Text => {
            let mut page = talk.page();
            for line in &lines {
                let entry = &line.entry;
                let address = entry.address.as_ref().map(ToString::to_string).unwrap_or_default();
                let tone = if entry.outcome == "done" { Tone::Plain } else { Tone::Caution };
                page.say(&format!("{:>5}  {}  {}  ", line.seq, rfc3339(entry.at), entry.actor));
                page.put(tone, &entry.action).say("  ").say(&address);
                if entry.outcome != "done" {
                    page.say("  ").put(tone, &entry.outcome);
                }
                let detail: Vec<String> =
                    entry.detail.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={value}")).collect();
                page.put(Tone::Quiet, &format!("  {}", detail.join(" "))).end();
            }
            talk.data(&page.into_text());
        }
    }
    Ok(Exit::Done)
}

fn machine(line: &AuditLine) -> serde_json::Value {
    let entry = &line.entry;
    json!({
        "seq": line.seq,
        "at": rfc3339(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "address": entry.address,
        "outcome": entry.outcome,
        "detail": entry.detail,
        "digest": line.digest,
    })
}
