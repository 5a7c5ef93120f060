//! `services list|show|search`: the catalogue of default services.

use super::opened;
use crate::catalogue::{Row, Shelf};
use crate::cli::args::{Services, ServicesCommand, TextOrJson};
use crate::cli::exit::Exit;
use crate::cli::report::{diagnostics_text, json, services_text};
use crate::cli::talk::{Failure, Talk};
use crate::compile::{PROJECT_FILE, own_catalogue};
use crate::diag::{Severity, nearest};
use serde_json::json;
use std::collections::BTreeSet;

pub(crate) fn run(args: &Services, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let shelf = shelf(talk)?;
    match &args.what {
        ServicesCommand::List { category, search, format } => {
            list(&shelf, search.as_deref().unwrap_or(""), category.as_deref(), *format, talk)
        }
        ServicesCommand::Search { text, format } => list(&shelf, text, None, *format, talk),
        ServicesCommand::Show { name, scopes, why, format } => show(&shelf, name, *scopes, *why, *format, talk),
    }
}

/// The catalogue, with the own entries of the project in whose folder this is, where it is one.
pub(super) fn shelf(talk: &mut Talk<'_>) -> Result<Shelf, Failure> {
    if !talk.path(PROJECT_FILE.as_ref()).exists() {
        return Ok(Shelf::default());
    }
    let (shelf, diags, sources) = own_catalogue(&opened::folder(talk)?);
    // What is wrong with the project is for `check` to say; here it only explains what is missing.
    let found: Vec<_> = diags.finish().into_iter().filter(|found| found.severity == Severity::Error).collect();
    talk.aside(&diagnostics_text::diagnostics(&found, &sources, talk.talk_look(), 3));
    Ok(shelf)
}

fn list(shelf: &Shelf, text: &str, category: Option<&str>, format: TextOrJson, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    if let Some(category) = category {
        known_category(shelf, category)?;
    }
    let rows: Vec<Row> = shelf.search(text, category);
    match format {
        TextOrJson::Json => talk.data(&json(&json!({ "format_version": "1.0", "services": rows }))),
        TextOrJson::Text => {
            let mut page = talk.page();
            services_text::list(&rows, &mut page);
            talk.data(&page.into_text());
            talk.aside(&format!("{} of {} default services\n", rows.len(), shelf.keys().len()));
        }
    }
    Ok(Exit::Done)
}

fn known_category(shelf: &Shelf, category: &str) -> Result<(), Failure> {
    let categories: BTreeSet<String> = shelf.search("", None).into_iter().map(|row| row.category).collect();
    if categories.contains(category) {
        return Ok(());
    }
    let all = categories.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    Err(Failure::new(Exit::Usage, format!("no default service is of the category `{category}`")).hint(format!("the categories are {all}")))
}

fn show(shelf: &Shelf, name: &str, scopes: bool, why: bool, format: TextOrJson, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let entry = shelf.find(name).ok_or_else(|| unknown(shelf, name))?;
    match format {
        TextOrJson::Json => talk.data(&json(&json!({ "format_version": "1.0", "service": *entry }))),
        TextOrJson::Text => {
            let mut page = talk.page();
            services_text::show(&entry, shelf.is_own(&entry.key), scopes, why, &mut page);
            talk.data(&page.into_text());
        }
    }
    Ok(Exit::Done)
}

fn unknown(shelf: &Shelf, name: &str) -> Failure {
    let failure = Failure::new(Exit::Usage, format!("no default service is named `{name}`"));
    match nearest(&name.replace('_', "-"), shelf.keys()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`bowline services search WORD` looks through all of them"),
    }
}
