//! Finding entries: by name, all of them, or as rows of a list. A row is the first paragraph of a file, so that a list
//! reads no more than it shows.

use super::data_centre::DATA_CENTRES;
use super::entry::{AuthKind, Entry};
use super::listed;
use serde::{Deserialize, Serialize};

/// Every key, in order.
pub fn keys() -> &'static [&'static str] {
    listed::KEYS
}

/// The entry of a name: its key, or the key with `_` for `-`. Parses that one file.
pub fn find(name: &str) -> Option<Entry> {
    let text = listed::text(name).or_else(|| listed::text(&name.replace('_', "-")))?;
    Some(parse(text))
}

/// Every entry, in order of the keys. Parses all files: some tens of milliseconds.
pub fn all() -> impl Iterator<Item = Entry> {
    listed::texts().map(parse)
}

/// How often in ten minutes the authorization server at a host renews for one refresh token: Zoho's accounts servers say.
pub fn renewals_in_ten_minutes(host: &str) -> Option<u32> {
    let is_zoho = DATA_CENTRES.iter().any(|centre| host.strip_prefix("accounts.") == Some(centre.app_domain));
    is_zoho.then(|| find(super::ANY_ZOHO_APP)?.oauth2?.limits.refreshes_in_ten_minutes).flatten()
}

fn parse(text: &str) -> Entry {
    serde_yaml::from_str(text).expect("a test reads every file of the catalogue")
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub key: String,
    pub name: String,
    pub vendor: String,
    pub category: String,
    pub auth: AuthKind,
    /// Whether the project says it, or a part of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub yours: bool,
}

impl Row {
    /// The row of an entry of a project's own.
    pub(super) fn of(entry: &Entry) -> Row {
        let Entry { key, name, vendor, category, auth, .. } = entry;
        Row { key: key.clone(), name: name.clone(), vendor: vendor.clone(), category: category.clone(), auth: *auth, yours: true }
    }

    /// Whether it holds every word of `text` in key, name, vendor or category, whatever the case, and is of the category.
    pub(super) fn matches(&self, text: &str, category: Option<&str>) -> bool {
        let hay = format!("{} {} {} {}", self.key, self.name, self.vendor, self.category).to_lowercase();
        category.is_none_or(|category| self.category == category) && text.to_lowercase().split_whitespace().all(|word| hay.contains(word))
    }
}

/// Every service as a row, in order of the keys.
pub fn rows() -> impl Iterator<Item = Row> {
    listed::texts().map(|text| {
        let (head, _) = text.split_once("\n\n").expect("a file's first paragraph is its row");
        serde_yaml::from_str(head).expect("a test reads the first paragraph of every file")
    })
}

/// The rows that hold every word of `text` in key, name, vendor or category, whatever the case; of one category if given.
pub fn search(text: &str, category: Option<&str>) -> Vec<Row> {
    rows().filter(|row| row.matches(text, category)).collect()
}
