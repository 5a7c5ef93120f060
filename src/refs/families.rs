//! Which scope a call needs, for services whose paths and scopes follow one rule.
//!
//! `ZohoCRM.modules.leads.READ` opens `GET /crm/v8/Leads` (zoho.com/crm/developer/docs/api/v8/scopes.html),
//! `ZohoIOT.modules.devices.READ` opens `GET /iot/v1/devices` (zoho.com/iot/developer/docs/apis/v1/oauth-scopes.html), and
//! so for Desk and the Finance suite. A scope that the project's catalogue does not know is never spoken of.

use super::uses::Call;
use crate::catalogue::{Shelf, stands_for};
use serde::Serialize;

/// The scopes of which one is needed for a call, the narrowest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Need {
    pub any_of: Vec<String>,
}

/// What a call needs of a connection of a service; `None` where no rule tells it, as where the call is another service's.
pub fn need(catalogue: &Shelf, service: &str, call: &Call) -> Option<Need> {
    let (family, segments, operation) = match (&call.task, &call.url) {
        (Some(task), _) if task.to_ascii_lowercase().starts_with("zoho.") => integration(task, call.subject.as_deref())?,
        (_, Some(url)) => address(url, call.method.as_deref()?, call.service.as_deref())?,
        (_, None) => return None,
    };
    let entry = catalogue.find(family.key()).filter(|entry| stands_for(service, &entry.key))?;
    let mut any_of = Vec::new();
    for scope in family.scopes(&segments, operation) {
        if entry.scopes.find(&scope).is_some() && !any_of.contains(&scope) {
            any_of.push(scope);
        }
    }
    (!any_of.is_empty()).then_some(Need { any_of })
}

/// Services whose scopes are told from their paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Crm,
    Iot,
    Desk,
    /// The Finance suite: the scopes' first word.
    Finance(&'static str, &'static str),
}

const BOOKS: Family = Family::Finance("zoho-books", "ZohoBooks");
const INVENTORY: Family = Family::Finance("zoho-inventory", "ZohoInventory");
const INVOICE: Family = Family::Finance("zoho-invoice", "ZohoInvoice");
const EXPENSE: Family = Family::Finance("zoho-expense", "ZohoExpense");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Read,
    Create,
    Update,
    Delete,
}

impl Operation {
    fn word(self) -> &'static str {
        match self {
            Operation::Read => "READ",
            Operation::Create => "CREATE",
            Operation::Update => "UPDATE",
            Operation::Delete => "DELETE",
        }
    }

    fn of_method(method: &str) -> Option<Operation> {
        Some(match method {
            "GET" => Operation::Read,
            "POST" => Operation::Create,
            "PUT" | "PATCH" => Operation::Update,
            "DELETE" => Operation::Delete,
            _ => return None,
        })
    }
}

impl Family {
    fn key(self) -> &'static str {
        match self {
            Family::Crm => "zoho-crm",
            Family::Iot => "zoho-iot",
            Family::Desk => "zoho-desk",
            Family::Finance(key, _) => key,
        }
    }

    /// Scopes that open a path, the narrowest first; some of them may not exist.
    fn scopes(self, segments: &[String], operation: Operation) -> Vec<String> {
        let word = operation.word();
        let Some(first) = segments.first() else { return Vec::new() };
        match self {
            Family::Crm => crm(first, segments.get(1), operation),
            // A time series is asked for with POST: zoho.com/iot/developer/docs/apis/v1/get-datapoint-value-new.html.
            Family::Iot if first == "datapoints" && segments.get(1).is_some_and(|second| second == "data") => match operation {
                Operation::Read => vec!["ZohoIOT.settings.cirrus.data.READ".to_owned()],
                Operation::Create | Operation::Update | Operation::Delete => {
                    vec![format!("ZohoIOT.modules.datapoints.data.{word}"), "ZohoIOT.modules.ALL".to_owned()]
                }
            },
            Family::Iot => ["modules", "actions"]
                .iter()
                .flat_map(|group| [format!("ZohoIOT.{group}.{first}.{word}"), format!("ZohoIOT.{group}.{first}.ALL")])
                .chain([format!("ZohoIOT.modules.{word}"), "ZohoIOT.modules.ALL".to_owned()])
                .collect(),
            Family::Desk => {
                let write = (operation != Operation::Read).then(|| format!("Desk.{first}.WRITE"));
                std::iter::once(format!("Desk.{first}.{word}")).chain(write).chain([format!("Desk.{first}.ALL")]).collect()
            }
            Family::Finance(_, prefix) => vec![
                format!("{prefix}.{first}.{word}"),
                format!("{prefix}.{first}.ALL"),
                format!("{prefix}.fullaccess.all"),
                format!("{prefix}.FullAccess.all"),
            ],
        }
    }
}

fn crm(first: &str, second: Option<&String>, operation: Operation) -> Vec<String> {
    let word = operation.word();
    if first == "settings" {
        let own = second.iter().flat_map(|area| [format!("ZohoCRM.settings.{area}.{word}"), format!("ZohoCRM.settings.{area}.ALL")]);
        return own.chain(["ZohoCRM.settings.ALL".to_owned()]).collect();
    }
    // Paths begin with a capital where they are modules: `/crm/v8/Leads`, but `/crm/v8/users`.
    if first.starts_with(|c: char| c.is_ascii_uppercase()) {
        let module = first.to_ascii_lowercase();
        let module = if CRM_MODULES.contains(&module.as_str()) { module } else { "custom".to_owned() };
        return vec![
            format!("ZohoCRM.modules.{module}.{word}"),
            format!("ZohoCRM.modules.{module}.ALL"),
            format!("ZohoCRM.modules.{word}"),
            "ZohoCRM.modules.ALL".to_owned(),
        ];
    }
    // COQL is sent and changes nothing.
    let word = if first == "coql" { "READ" } else { word };
    vec![format!("ZohoCRM.{first}.{word}"), format!("ZohoCRM.{first}.ALL")]
}

/// Modules that every account has; any other is `custom`. zoho.com/crm/developer/docs/api/v8/scopes.html
const CRM_MODULES: [&str; 22] = [
    "accounts",
    "activities",
    "appointments",
    "calls",
    "campaigns",
    "cases",
    "contacts",
    "deals",
    "events",
    "invoices",
    "leads",
    "notes",
    "pricebooks",
    "products",
    "purchaseorders",
    "quotes",
    "salesorders",
    "services",
    "solutions",
    "tasks",
    "vendors",
    "approvals",
];

type Told = (Family, Vec<String>, Operation);

/// A URL, or the path that an `invokeapi` gives with the name of a service.
fn address(url: &str, method: &str, service: Option<&str>) -> Option<Told> {
    let operation = Operation::of_method(method)?;
    let (host, path) = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?,
        None => ("", service.map(|_| url.strip_prefix('/').unwrap_or(url))?),
    };
    let path = path.split(['?', '#', '…']).next().unwrap_or_default();
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let is_zoho =
        service.is_some() || ["zoho", "zohoapis", "zohoiot", "zohocloud"].iter().any(|name| host.split('.').any(|part| part == *name));
    let (family, taken) = match segments[..] {
        _ if !is_zoho => return None,
        ["crm", version, ..] if is_version(version) => (Family::Crm, 2),
        ["iot", version, ..] if is_version(version) => (Family::Iot, 2),
        ["books", version, ..] if is_version(version) => (BOOKS, 2),
        ["inventory", version, ..] if is_version(version) => (INVENTORY, 2),
        ["invoice", version, ..] if is_version(version) => (INVOICE, 2),
        ["expense", version, ..] if is_version(version) => (EXPENSE, 2),
        ["api", version, ..] if is_version(version) && host.starts_with("desk.") => (Family::Desk, 2),
        _ => return None,
    };
    // The end of a beginning is no whole word.
    let whole = segments.len() - usize::from(url.ends_with('…') && !path.ends_with('/'));
    let rest = segments.get(taken..whole)?.iter().map(|segment| (*segment).to_owned()).collect();
    Some((family, rest, operation))
}

fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
}

/// `zoho.crm.getRecords("Leads", …)`: the verb tells the operation, the subject the module. Left out is what needs more than
/// one scope (`upsert`) or those of two modules (`getRelatedRecords`, `attachFile`).
/// <https://zoho.com/crm/developer/docs/functions/integration-tasks.html>,
/// <https://www.zoho.com/deluge/help/desk-tasks.html>, <https://www.zoho.com/deluge/help/books-tasks.html>
fn integration(task: &str, subject: Option<&str>) -> Option<Told> {
    let task = task.to_ascii_lowercase();
    let (app, rest) = task.strip_prefix("zoho.")?.split_once('.')?;
    let verb = rest.rsplit('.').next()?;
    let subject = subject?;
    let (family, module) = match app {
        "crm" => (Family::Crm, subject.to_owned()),
        "desk" => (Family::Desk, subject.to_ascii_lowercase()),
        "books" => (BOOKS, subject.to_ascii_lowercase()),
        "inventory" => (INVENTORY, subject.to_ascii_lowercase()),
        "invoice" => (INVOICE, subject.to_ascii_lowercase()),
        _ => return None,
    };
    let operation = match (family, verb) {
        (Family::Crm, "searchrecords") => Operation::Read,
        (Family::Crm, "bulkcreate") => Operation::Create,
        (Family::Crm, "bulkupdate") => Operation::Update,
        (Family::Desk | Family::Finance(..), "create") => Operation::Create,
        (Family::Desk | Family::Finance(..), "update") => Operation::Update,
        (Family::Finance(..), "getrecordsbyid") | (_, "getrecords" | "getrecordbyid") => Operation::Read,
        (Family::Crm | Family::Finance(..), "createrecord") => Operation::Create,
        (Family::Crm | Family::Finance(..), "updaterecord") => Operation::Update,
        (Family::Crm | Family::Iot | Family::Desk | Family::Finance(..), _) => return None,
    };
    Some((family, vec![module], operation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::ANY_ZOHO_APP;

    fn narrowest(method: &str, url: &str) -> Option<String> {
        let call = Call { method: Some(method.to_owned()), url: Some(url.to_owned()), ..Call::default() };
        need(&Shelf::default(), ANY_ZOHO_APP, &call).map(|need| need.any_of[0].clone())
    }

    #[test]
    fn a_path_tells_its_scope() {
        for (method, url, scope) in [
            ("GET", "https://www.zohoapis.com/crm/v8/Leads?fields=Email", Some("ZohoCRM.modules.leads.READ")),
            ("POST", "https://www.zohoapis.eu/crm/v8/Deals", Some("ZohoCRM.modules.deals.CREATE")),
            ("PUT", "https://www.zohoapis.com/crm/v2.1/Contacts/17", Some("ZohoCRM.modules.contacts.UPDATE")),
            ("GET", "https://www.zohoapis.com/crm/v8/Machines", Some("ZohoCRM.modules.custom.READ")),
            ("POST", "https://www.zohoapis.com/crm/v8/coql", Some("ZohoCRM.coql.READ")),
            ("GET", "https://app1.zohoiot.in/iot/v1/devices/3", Some("ZohoIOT.modules.devices.READ")),
            ("POST", "https://app1.zohoiot.in/iot/v1/datapoints/data", Some("ZohoIOT.modules.datapoints.data.CREATE")),
            ("GET", "https://desk.zoho.com/api/v1/tickets", Some("Desk.tickets.READ")),
            ("DELETE", "https://www.zohoapis.com/books/v3/bills/1", Some("ZohoBooks.bills.DELETE")),
            ("GET", "https://www.zohoapis.com/crm/v8/Lea…", None),
            ("GET", "https://www.zohoapis.com/crm/v8/Leads/…", Some("ZohoCRM.modules.leads.READ")),
            ("GET", "https://slack.com/api/chat.postMessage", None),
            ("GET", "https://evil.example/crm/v8/Leads", None),
        ] {
            assert_eq!(narrowest(method, url).as_deref(), scope, "{method} {url}");
        }
    }

    #[test]
    fn an_integration_task_tells_it_by_its_verb() {
        let of = |task: &str, subject: Option<&str>| {
            need(
                &Shelf::default(),
                ANY_ZOHO_APP,
                &Call { task: Some(task.to_owned()), subject: subject.map(str::to_owned), ..Call::default() },
            )
            .map(|need| need.any_of[0].clone())
        };
        assert_eq!(of("zoho.crm.v8.getRecords", Some("Leads")).as_deref(), Some("ZohoCRM.modules.leads.READ"));
        assert_eq!(of("zoho.crm.createRecord", Some("Deals")).as_deref(), Some("ZohoCRM.modules.deals.CREATE"));
        assert_eq!(of("zoho.crm.createRecord", None), None);
        assert_eq!(of("zoho.crm.upsert", Some("Deals")), None);
        assert_eq!(of("zoho.books.getRecords", Some("Invoices")).as_deref(), Some("ZohoBooks.invoices.READ"));
        assert_eq!(of("zoho.desk.create", Some("tickets")).as_deref(), Some("Desk.tickets.CREATE"));
        assert_eq!(of("zoho.people.create", Some("Leads")), None);
    }

    #[test]
    fn the_path_of_an_invokeapi_may_begin_with_or_without_a_slash() {
        for path in ["/crm/v8/Accounts", "crm/v8/Accounts"] {
            let call =
                Call { method: Some("GET".to_owned()), url: Some(path.to_owned()), service: Some("ZohoCRM".to_owned()), ..Call::default() };
            let need = need(&Shelf::default(), "zoho-crm", &call).expect("a rule tells it");
            assert_eq!(need.any_of[0], "ZohoCRM.modules.accounts.READ", "{path}");
        }
    }

    #[test]
    fn every_scope_that_is_named_is_one_of_the_catalogue() {
        let call = Call {
            method: Some("GET".to_owned()),
            url: Some("https://www.zohoapis.com/crm/v8/nothing_of_that_name".to_owned()),
            ..Call::default()
        };
        assert_eq!(need(&Shelf::default(), ANY_ZOHO_APP, &call), None);
    }
}
