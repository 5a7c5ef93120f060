//! Which of Zoho's services stands for which of its apps. Knows no scopes and no hosts.

use super::entry::Entry;
use super::own::Shelf;
use std::sync::Arc;

/// The key of the service whose connections may be for any of Zoho's apps.
pub const ANY_ZOHO_APP: &str = "zoho-oauth";

/// Apps that scripts call by another name than the catalogue does.
const OTHER_NAMES: [(&str, &str); 2] = [("subscriptions", "billing"), ("marketinghub", "marketing-automation")];

/// Whether a connection of one service is one for another: it is the same, or the one for all of Zoho's.
pub fn stands_for(service: &str, wanted: &str) -> bool {
    service == wanted || service == ANY_ZOHO_APP
}

impl Shelf {
    /// The entry of an app as scripts call it, in lower case: `crm`. None where there is none.
    pub fn zoho_app(&self, app: &str) -> Option<Arc<Entry>> {
        let name = OTHER_NAMES.iter().find(|(other, _)| *other == app).map_or(app, |(_, name)| name);
        self.find(&format!("zoho-{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_is_found_by_the_name_that_scripts_use() {
        let key = |app: &str| Shelf::default().zoho_app(app).map(|entry| entry.key.clone());
        assert_eq!(key("crm").as_deref(), Some("zoho-crm"));
        assert_eq!(key("subscriptions").as_deref(), Some("zoho-billing"));
        assert_eq!(key("marketinghub").as_deref(), Some("zoho-marketing-automation"));
        assert_eq!(key("notebook"), None);
    }

    #[test]
    fn the_service_of_all_apps_is_one_and_is_there() {
        assert!(Shelf::default().has(ANY_ZOHO_APP));
        assert!(stands_for(ANY_ZOHO_APP, "zoho-crm") && stands_for("zoho-crm", "zoho-crm") && !stands_for("zoho-desk", "zoho-crm"));
    }
}
