//! A project's own services: entries that the catalogue lacks, and corrections of those it has.

use super::entry::Entry;
use super::listed;
use super::shelf::{self, Row};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The schema of every entry, the catalogue's and a project's own.
pub const SCHEMA: &str = include_str!("../../schemas/catalogue.schema.json");

/// The catalogue as a project sees it: its own entries first. Without any it costs nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shelf {
    own: BTreeMap<String, Arc<Entry>>,
}

impl Shelf {
    /// Puts an entry of the project's own in front of the catalogue's. Gives back the one that it replaces among them.
    pub fn add(&mut self, entry: Entry) -> Option<Arc<Entry>> {
        self.own.insert(entry.key.clone(), Arc::new(entry))
    }

    /// The entry of a name: its key, or the key with `_` for `-`.
    pub fn find(&self, name: &str) -> Option<Arc<Entry>> {
        let own = self.own.get(name).or_else(|| self.own.get(&name.replace('_', "-")));
        own.cloned().or_else(|| shelf::find(name).map(Arc::new))
    }

    /// Whether a name is that of an entry. Parses nothing.
    pub fn has(&self, name: &str) -> bool {
        let is_key = |key: &str| self.own.contains_key(key) || shelf::keys().binary_search(&key).is_ok();
        is_key(name) || (name.contains('_') && is_key(&name.replace('_', "-")))
    }

    /// Whether the project says something of its own about a service.
    pub fn is_own(&self, key: &str) -> bool {
        self.own.contains_key(key)
    }

    /// Every key, in order.
    pub fn keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = shelf::keys().iter().copied().chain(self.own.keys().map(String::as_str)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// As [`shelf::search`], the project's own among them.
    pub fn search(&self, text: &str, category: Option<&str>) -> Vec<Row> {
        let others = shelf::rows().filter(|row| !self.is_own(&row.key));
        let own = self.own.values().map(|entry| Row::of(entry));
        let mut rows: Vec<Row> = others.chain(own).filter(|row| row.matches(text, category)).collect();
        rows.sort_by(|one, other| one.key.cmp(&other.key));
        rows
    }
}

/// An entry as a project writes it, laid over the catalogue's of the same key: mappings are merged, everything else takes
/// the other's place, and scopes are added. Without such an entry it stands by itself. Nothing is checked here.
pub fn laid_over(own: Value) -> Value {
    let key = own.get("key").and_then(Value::as_str).map(|key| key.replace('_', "-"));
    let base = key.as_deref().and_then(listed::text).map(|text| serde_yaml::from_str(text).expect("a test reads every file"));
    match base {
        None => own,
        Some(mut base) => {
            lay(&mut base, own, "");
            if let (Some(key), Some(base)) = (key, base.as_object_mut()) {
                base.insert("key".to_owned(), Value::String(key));
            }
            base
        }
    }
}

fn lay(base: &mut Value, own: Value, at: &str) {
    match (&mut *base, own) {
        (Value::Object(base), Value::Object(own)) => lay_members(base, own, at),
        (Value::String(base), Value::String(own)) if at == "/scopes/offered" => {
            for scope in own.split_whitespace() {
                if !base.split_whitespace().any(|known| known == scope) {
                    base.push_str(scope);
                    base.push('\n');
                }
            }
        }
        // The own ones first: what is wrong with one of them is then said of its place in the file.
        (Value::String(listed), Value::Array(own)) if at == "/scopes/offered" => {
            let others = listed.split_whitespace().filter(|scope| !own.iter().any(|item| names(item, scope)));
            let others: Vec<Value> = others.map(|scope| Value::String(scope.to_owned())).collect();
            *base = Value::Array(own.into_iter().chain(others).collect());
        }
        (_, own) => *base = own,
    }
}

/// Whether an item of a list of scopes is one of this name, alone or with what is known of it.
fn names(item: &Value, scope: &str) -> bool {
    item.as_str().or_else(|| item.get("name")?.as_str()) == Some(scope)
}

fn lay_members(base: &mut Map<String, Value>, own: Map<String, Value>, at: &str) {
    // A revocation of another form has other members: those of the old one would not fit.
    if at == "/oauth2/revocation" && own.contains_key("form") {
        base.clear();
    }
    for (key, value) in own {
        let at = format!("{at}/{key}");
        match base.get_mut(&key) {
            Some(there) => lay(there, value, &at),
            None => drop(base.insert(key, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(own: Value) -> Entry {
        serde_json::from_value(laid_over(own)).expect("it has the shape of an entry")
    }

    #[test]
    fn a_correction_changes_what_it_names_and_nothing_else() {
        let builtin = shelf::find("slack").expect("it is there");
        let own = entry(json!({ "key": "slack", "oauth2": { "token_url": "https://slack-gov.com/api/oauth.v2.access" },
            "scopes": { "offered": "chat:write\nnew:scope" } }));
        assert_eq!(own.oauth2.as_ref().map(|it| it.token_url.as_str()), Some("https://slack-gov.com/api/oauth.v2.access"));
        assert!(own.scope("new:scope").is_some() && own.scope("channels:read").is_some());
        let all = own.scopes.offered.iter().count();
        assert_eq!(all, builtin.scopes.offered.iter().count() + 1);
        assert_eq!((own.name, own.quirks, own.evidence), (builtin.name, builtin.quirks, builtin.evidence));
    }

    #[test]
    fn scopes_in_a_list_are_added_and_may_correct_what_is_known() {
        let builtin = shelf::find("slack").expect("it is there");
        let own = entry(json!({ "key": "slack", "scopes": { "offered": ["new:scope", { "name": "chat:write", "class": "admin" }] } }));
        assert_eq!(own.scopes.offered.iter().count(), builtin.scopes.offered.iter().count() + 1);
        assert_eq!(own.scopes.offered.iter().next(), Some("new:scope"));
        assert_eq!(own.scopes.class("chat:write"), crate::resource::ScopeClass::Admin);
        assert_eq!(own.scopes.class("channels:read"), builtin.scopes.class("channels:read"));
    }

    #[test]
    fn another_form_of_revocation_takes_the_whole_place() {
        let own = json!({ "key": "slack", "oauth2": { "revocation": { "form": "rfc7009", "url": "https://slack.com/revoke" } } });
        assert_eq!(
            entry(own).oauth2.and_then(|it| it.revocation.token_url().map(str::to_owned)).as_deref(),
            Some("https://slack.com/revoke")
        );
    }

    #[test]
    fn a_shelf_without_own_entries_is_the_catalogue() {
        let mut shelf = Shelf::default();
        assert_eq!(shelf.keys(), super::super::keys());
        assert!(shelf.has("zoho_crm") && !shelf.has("ours"));
        shelf.add(entry(json!({ "key": "slack", "name": "Slack for us" })));
        assert_eq!(shelf.find("slack").map(|entry| entry.name.clone()).as_deref(), Some("Slack for us"));
        assert_eq!(shelf.search("for us", None).iter().map(|row| (row.key.as_str(), row.yours)).collect::<Vec<_>>(), [("slack", true)]);
        assert_eq!(shelf.keys().len(), super::super::keys().len());
    }
}
