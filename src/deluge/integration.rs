//! Which argument of an integration task (`zoho.crm.getRecords(…)`) names a connection.
//!
//! The rule: the connection is the last argument. Optional arguments before it may be left out, so its place alone does
//! not tell it. For tasks of the table, a literal text at or after `from` is a connection: only maps, lists, numbers and
//! files are optional before it. Other calls of a known app are guesses: a last literal that is not the first argument
//! and could be a link name is reported as not sure, and counts only where a connection of that name exists; with two
//! arguments or more before it, it is likely one. Calls of
//! `zoho.` that are no app (`zoho.currentdate.toString("dd-MM-yyyy")`) are never looked at.

/// Where a task's connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// From this argument on, a last literal text is a connection.
    pub(super) from: usize,
    /// With this many arguments before it, the last one is a connection whatever it looks like.
    pub(super) full: usize,
}

/// What is known of a dotted call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    NoApp,
    App,
    Task(Place),
}

/// Looks a call up. Apps and tasks are case-insensitive; a version (`zoho.crm.v8.…`) is passed over.
pub(super) fn look_up(name: &[&str]) -> Known {
    let [zoho, app, rest @ ..] = name else { return Known::NoApp };
    if !zoho.eq_ignore_ascii_case("zoho") || rest.is_empty() || !APPS.iter().any(|known| known.eq_ignore_ascii_case(app)) {
        return Known::NoApp;
    }
    let task = match rest {
        [version, task] if is_version(version) => task,
        [task] => task,
        _ => return Known::App,
    };
    TASKS
        .iter()
        .find(|(of, names, ..)| of.eq_ignore_ascii_case(app) && names.iter().any(|name| name.eq_ignore_ascii_case(task)))
        .map_or(Known::App, |(_, _, from, full)| Known::Task(Place { from: *from, full: *full }))
}

fn is_version(word: &str) -> bool {
    word.strip_prefix(['v', 'V']).is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Which argument says what a task is about: its module. Most begin with it; of some the organisation or portal comes first.
pub(super) fn subject_at(name: &[&str]) -> usize {
    match name.get(1).map(|app| app.to_ascii_lowercase()).as_deref() {
        Some("desk") => 1,
        Some("projects" | "creator") => 2,
        Some(_) | None => 0,
    }
}

/// Apps with integration tasks. <https://www.zoho.com/deluge/help/integration-tasks.html>
const APPS: [&str; 31] = [
    "analytics",
    "assist",
    "backstage",
    "bigin",
    "billing",
    "bookings",
    "books",
    "calendar",
    "campaigns",
    "cliq",
    "connect",
    "creator",
    "crm",
    "desk",
    "expense",
    "inventory",
    "invoice",
    "iot",
    "mail",
    "marketinghub",
    "notebook",
    "people",
    "projects",
    "recruit",
    "salesiq",
    "sheet",
    "sign",
    "sprints",
    "subscriptions",
    "workdrive",
    "writer",
];

type Row = (&'static str, &'static [&'static str], usize, usize);

/// App, tasks, `from`, `full`. <https://zoho.com/crm/developer/docs/functions/integration-tasks.html>,
/// <https://www.zoho.com/deluge/help/books-tasks.html>, <https://www.zoho.com/deluge/help/projects/create.html>,
/// <https://www.zoho.com/deluge/help/people/fetch-records.html>, <https://www.zoho.com/deluge/help/workdrive/upload-file.html>,
/// <https://www.zoho.com/deluge/help/recruit/create-record.html> and the pages beside them.
const TASKS: &[Row] = &[
    ("crm", &["getRecords"], 1, 4),
    ("crm", &["getRecordById"], 2, 3),
    ("crm", &["searchRecords"], 2, 5),
    ("crm", &["getRelatedRecords"], 3, 6),
    ("crm", &["createRecord", "upsert", "bulkCreate", "bulkUpdate"], 2, 3),
    ("crm", &["updateRecord"], 3, 4),
    ("crm", &["updateRelatedRecord"], 5, 5),
    ("crm", &["attachFile"], 3, 3),
    ("crm", &["convertLead"], 2, 2),
    ("bigin", &["getRecords"], 1, 4),
    ("bigin", &["getRecordById"], 2, 3),
    ("bigin", &["searchRecords"], 2, 5),
    ("bigin", &["createRecord", "upsert"], 2, 3),
    ("bigin", &["updateRecord"], 3, 4),
    ("books", &["getOrganizations"], 0, 0),
    ("books", &["createRecord", "create"], 3, 3),
    ("books", &["updateRecord", "update", "markStatus"], 4, 4),
    ("books", &["getRecords", "getRecordsByID", "getRecordById"], 3, 3),
    ("books", &["getTemplates"], 2, 2),
    ("desk", &["create"], 3, 3),
    ("desk", &["update"], 4, 4),
    ("desk", &["getRecords"], 2, 5),
    ("desk", &["getRecordById"], 3, 3),
    ("desk", &["searchRecords"], 3, 5),
    ("people", &["create", "update", "getRecordById"], 2, 2),
    ("people", &["getRecords"], 1, 4),
    ("projects", &["getPortals"], 0, 0),
    ("projects", &["createProject", "getProjectDetails"], 2, 2),
    ("projects", &["create", "getRecordById"], 4, 4),
    ("projects", &["update", "associateLogs"], 5, 5),
    ("projects", &["updateAssociateLogs"], 6, 6),
    ("projects", &["getRecords"], 3, 5),
    ("creator", &["createRecord", "updateRecord"], 5, 6),
    ("creator", &["getRecords"], 6, 6),
    ("creator", &["getRecordById"], 4, 4),
    ("recruit", &["addRecord"], 2, 4),
    ("recruit", &["getRecordById"], 2, 3),
    ("recruit", &["updateRecord"], 3, 5),
    ("workdrive", &["createFolder"], 2, 2),
    ("workdrive", &["uploadFile"], 4, 4),
    ("writer", &["mergeAndDownload"], 3, 3),
    ("writer", &["mergeAndStore", "mergeAndSend", "uploadDocument"], 4, 4),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_passed_over_and_what_is_no_app_is_left_alone() {
        assert_eq!(look_up(&["zoho", "crm", "v8", "getRecords"]), look_up(&["Zoho", "CRM", "getrecords"]));
        assert_eq!(look_up(&["zoho", "currentdate", "toString"]), Known::NoApp);
        assert_eq!(look_up(&["zoho", "crm"]), Known::NoApp);
        assert_eq!(look_up(&["zoho", "sign", "sendForSign"]), Known::App);
    }
}
