//! `services list|show|search`: the catalogue of default services.

use crate::catalogue::{self, Row};
use crate::cli::args::{Services, ServicesCommand, TextOrJson};
use crate::cli::exit::Exit;
use crate::cli::report::{json, services_text};
use crate::cli::talk::{Failure, Talk};
use crate::diag::nearest;
use serde_json::json;
use std::collections::BTreeSet;

pub(crate) fn run(args: &Services, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    match &args.what {
        ServicesCommand::List { category, search, format } => list(search.as_deref().unwrap_or(""), category.as_deref(), *format, talk),
        ServicesCommand::Search { text, format } => list(text, None, *format, talk),
        ServicesCommand::Show { name, scopes, why, format } => show(name, *scopes, *why, *format, talk),
    }
}

fn list(text: &str, category: Option<&str>, format: TextOrJson, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    if let Some(category) = category {
        known_category(category)?;
    }
    let rows: Vec<Row> = catalogue::search(text, category);
    match format {
        TextOrJson::Json => talk.data(&json(&json!({ "format_version": "1.0", "services": rows }))),
        TextOrJson::Text => {
            let mut page = talk.page();
            services_text::list(&rows, &mut page);
            talk.data(&page.into_text());
            talk.aside(&format!("{} of {} default services\n", rows.len(), catalogue::keys().len()));
        }
    }
    Ok(Exit::Done)
}

fn known_category(category: &str) -> Result<(), Failure> {
    let categories: BTreeSet<String> = catalogue::rows().map(|row| row.category).collect();
    if categories.contains(category) {
        return Ok(());
    }
    let all = categories.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    Err(Failure::new(Exit::Usage, format!("no default service is of the category `{category}`")).hint(format!("the categories are {all}")))
}

fn show(name: &str, scopes: bool, why: bool, format: TextOrJson, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let entry = catalogue::find(name).ok_or_else(|| unknown(name))?;
    match format {
        TextOrJson::Json => talk.data(&json(&json!({ "format_version": "1.0", "service": entry }))),
        TextOrJson::Text => {
            let mut page = talk.page();
            services_text::show(&entry, scopes, why, &mut page);
            talk.data(&page.into_text());
        }
    }
    Ok(Exit::Done)
}

fn unknown(name: &str) -> Failure {
    let failure = Failure::new(Exit::Usage, format!("no default service is named `{name}`"));
    match nearest(&name.replace('_', "-"), catalogue::keys().iter().copied()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`bowline services search WORD` looks through all of them"),
    }
}
