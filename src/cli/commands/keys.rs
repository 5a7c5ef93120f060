//! `keys`: the vault's keys, and another one in place of the old.

use super::{opened, platform};
use crate::cli::args::{Keys, KeysCommand, TextOrJson};
use crate::cli::exit::Exit;
use crate::cli::report::page::Tone;
use crate::cli::report::{counted, json};
use crate::cli::talk::{Failure, Talk};
use crate::embedded::{self, KeyUse, RotateError, Rotated};
use serde_json::json;

pub(crate) fn run(args: &Keys, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    let opening = platform::opening(&opened, &args.broker, talk)?;
    match args.what {
        KeysCommand::List => {
            let keys = embedded::keys(&opening).map_err(failed)?;
            list(&keys, args.format, talk);
        }
        KeysCommand::Rotate => {
            let rotated = embedded::rotate(&opening).map_err(failed)?;
            tell(&rotated, args.format, talk);
        }
    }
    Ok(Exit::Done)
}

fn tell(rotated: &Rotated, format: TextOrJson, talk: &mut Talk<'_>) {
    if format == TextOrJson::Json {
        let retired: Vec<String> = rotated.retired.iter().map(ToString::to_string).collect();
        let told = json!({
            "newest": rotated.newest.to_string(), "records": rotated.records, "resumed": rotated.resumed, "retired": retired,
            "from_environment": rotated.from_environment,
        });
        talk.data(&json(&json!({ "format_version": "1.0", "rotated": told })));
        return;
    }
    let mut page = talk.page();
    let verb = if rotated.resumed { "Went on" } else { "Rotated" };
    page.put(Tone::Good, verb).line(&format!(": {} sealed anew with the key {}", counted(rotated.records, "record"), rotated.newest));
    for id in &rotated.retired {
        let where_it_is = if rotated.from_environment { "take it out of BOWLINE_VAULT_KEY" } else { "it is out of the key file" };
        page.line(&format!("  {id} is not needed any more: {where_it_is}"));
    }
    page.line("  Keep a copy of the new key elsewhere. Copies of the data made before need the old one.");
    talk.data(&page.into_text());
}

fn list(keys: &[KeyUse], format: TextOrJson, talk: &mut Talk<'_>) {
    if format == TextOrJson::Json {
        let rows: Vec<_> = keys
            .iter()
            .map(|key| json!({ "id": key.id.to_string(), "newest": key.is_newest, "at_hand": key.is_at_hand, "records": key.records }))
            .collect();
        talk.data(&json(&json!({ "format_version": "1.0", "keys": rows })));
        return;
    }
    let mut page = talk.page();
    for key in keys {
        let (tone, word) = match (key.is_newest, key.is_at_hand) {
            (true, _) => (Tone::Good, "newest"),
            (false, true) => (Tone::Caution, "old"),
            (false, false) => (Tone::Bad, "missing"),
        };
        page.say(&key.id.to_string()).say("  ").cell(tone, word, 7).say("  ");
        page.line(&format!("seals {}", counted(key.records.values().sum(), "record")));
    }
    talk.data(&page.into_text());
}

fn failed(error: RotateError) -> Failure {
    match error {
        RotateError::NoKey => Failure::new(Exit::Failed, error.to_string()).hint("`bowline apply` makes it on first use"),
        error => Failure::because(Exit::Failed, "could not do it", error),
    }
}
