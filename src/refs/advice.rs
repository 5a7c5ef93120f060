//! The scopes that a connection asks for beside those that its calls need. Advice: what cannot be told is said to be so.

use super::families::{Need, need};
use super::uses::{How, Place, Use};
use crate::catalogue::{ANY_ZOHO_APP, Shelf};
use crate::compile::credential_hosts;
use crate::deluge::data_centre;
use crate::resource::{Connection, Scope, Service};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What the calls of a connection say about its scopes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// Scopes that calls need and the connection does not ask for.
    pub missing: Vec<Lack>,
    /// Scopes that it asks for and no call needs. Said only where every call can be told.
    pub unneeded: Vec<String>,
    /// Scopes that are needed and allow more than the calls do. Said only where every call can be told.
    pub wider: Vec<Excess>,
    /// Scopes that a call may need of which no rule tells what it needs.
    pub unknown: Vec<String>,
    /// Scopes that are just what calls need.
    pub fitting: Vec<String>,
    /// Calls whose scope no rule tells: any scope may be theirs.
    pub untold: Vec<Place>,
}

/// A scope that is missing: the narrowest that would do, and the calls that need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lack {
    pub scope: String,
    /// Wider ones that would do as well.
    pub or: Vec<String>,
    pub calls: Vec<Place>,
}

/// A scope that could be narrower.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Excess {
    pub scope: String,
    /// What its calls need.
    pub would_do: BTreeSet<String>,
}

impl Advice {
    /// Whether there is anything to change.
    pub fn is_content(&self) -> bool {
        self.missing.is_empty() && self.unneeded.is_empty() && self.wider.is_empty()
    }
}

/// Compares what a connection asks for with what the uses of it need. `custom` is its service where the project declares
/// it.
pub fn advise(catalogue: &Shelf, connection: &Connection, custom: Option<&Service>, uses: &[Use]) -> Advice {
    let asked = &connection.scopes;
    let service = match custom {
        None => Some(connection.service.as_str()),
        Some(custom) => credential_hosts(custom).iter().any(|host| data_centre(&host.0).is_some()).then_some(ANY_ZOHO_APP),
    };
    let (needs, untold) = needs(catalogue, service, uses);
    let mut advice = Advice { untold, ..Advice::default() };
    let has = |scope: &str| asked.contains(scope);
    let mut serves: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (need, calls) in &needs {
        match need.any_of.iter().find(|scope| has(scope)) {
            Some(scope) => {
                serves.entry(scope).or_default().insert(need.any_of[0].clone());
            }
            None => {
                let (scope, or) = need.any_of.split_first().expect("a need names a scope");
                advice.missing.push(Lack { scope: scope.clone(), or: or.to_vec(), calls: calls.iter().cloned().collect() });
            }
        }
    }
    for Scope(scope) in asked {
        match serves.get(scope.as_str()) {
            // Who somebody is, and staying connected, is no matter of calls.
            None if is_identity(scope) => {}
            Some(would_do) if would_do.contains(scope) => advice.fitting.push(scope.clone()),
            _ if !advice.untold.is_empty() => advice.unknown.push(scope.clone()),
            None => advice.unneeded.push(scope.clone()),
            Some(would_do) => advice.wider.push(Excess { scope: scope.clone(), would_do: would_do.clone() }),
        }
    }
    advice
}

/// What the calls need that can be told, and those that cannot. A call is one place, however many functions share its script.
fn needs(catalogue: &Shelf, service: Option<&str>, uses: &[Use]) -> (BTreeMap<Need, BTreeSet<Place>>, Vec<Place>) {
    let mut needs: BTreeMap<Need, BTreeSet<Place>> = BTreeMap::new();
    let mut untold: BTreeSet<Place> = BTreeSet::new();
    for one in uses {
        let told = service.filter(|_| one.sure).and_then(|service| need(catalogue, service, &one.call));
        if let Some(need) = told {
            needs.entry(need).or_default().insert(one.place.clone());
        } else if one.call.is_one() || one.how == How::Perhaps {
            untold.insert(one.place.clone());
        }
    }
    (needs, untold.into_iter().collect())
}

fn is_identity(scope: &str) -> bool {
    matches!(scope, "openid" | "email" | "profile" | "offline_access" | "offline" | "AaaServer.profile.READ" | "AaaServer.profile.Read")
}

#[cfg(test)]
mod tests {
    use super::super::uses::Call;
    use super::*;

    fn used(method: &str, url: &str, line: usize) -> Use {
        let call = Call { method: Some(method.to_owned()), url: Some(url.to_owned()), ..Call::default() };
        Use { place: Place { file: "a.ds".to_owned(), line, column: 1 }, how: How::Script, by: None, call, sure: true }
    }

    fn advised(service: &str, scopes: &[&str], uses: &[Use]) -> Advice {
        let connection = serde_json::json!({ "name": "A", "service": service, "scopes": scopes });
        let connection: Connection = serde_json::from_value(connection).expect("it is a connection");
        advise(&Shelf::default(), &connection, None, uses)
    }

    #[test]
    fn missing_unneeded_wider_and_fitting_are_told_apart() {
        let uses = [
            used("GET", "https://www.zohoapis.com/crm/v8/Leads", 1),
            used("GET", "https://www.zohoapis.com/crm/v8/Leads/7", 2),
            used("POST", "https://www.zohoapis.com/crm/v8/Deals", 3),
            used("GET", "https://www.zohoapis.com/crm/v8/users", 4),
        ];
        let advice = advised("zoho-crm", &["ZohoCRM.modules.READ", "ZohoCRM.users.READ", "ZohoCRM.modules.contacts.ALL", "openid"], &uses);
        assert_eq!(
            advice.missing.iter().map(|lack| (lack.scope.as_str(), lack.calls.len())).collect::<Vec<_>>(),
            [("ZohoCRM.modules.deals.CREATE", 1)]
        );
        assert_eq!(advice.unneeded, ["ZohoCRM.modules.contacts.ALL"]);
        assert_eq!(advice.fitting, ["ZohoCRM.users.READ"]);
        assert_eq!(
            advice.wider,
            [Excess { scope: "ZohoCRM.modules.READ".to_owned(), would_do: BTreeSet::from(["ZohoCRM.modules.leads.READ".to_owned()]) }]
        );
        assert!(!advice.is_content());
    }

    #[test]
    fn what_cannot_be_told_is_said_and_a_perfect_fit_is_content() {
        let leads = used("GET", "https://www.zohoapis.com/crm/v8/Leads", 1);
        let advice = advised("zoho-crm", &["ZohoCRM.modules.leads.READ"], std::slice::from_ref(&leads));
        assert!(advice.is_content() && advice.untold.is_empty());
        // Functions may share a script: its calls are there once.
        let advice = advised("zoho-crm", &[], &[leads.clone(), leads]);
        assert_eq!(advice.missing[0].calls.len(), 1);
    }

    #[test]
    fn beside_a_call_that_is_not_told_no_scope_is_called_too_much() {
        let untold = used("POST", "https://slack.com/api/chat.postMessage", 9);
        let advice = advised("slack", &["chat:write"], &[untold.clone(), untold]);
        assert_eq!((advice.unneeded.as_slice(), advice.unknown.as_slice()), ([].as_slice(), ["chat:write".to_owned()].as_slice()));
        assert_eq!(advice.untold.len(), 1);
        let reads = used("GET", "https://www.zohoapis.com/crm/v8/Leads", 1);
        let elsewhere = used("PUT", "https://www.zohoapis.com/crm/…", 2);
        let advice = advised("zoho-crm", &["ZohoCRM.modules.ALL"], &[reads, elsewhere]);
        assert_eq!((advice.wider.len(), advice.unknown.as_slice()), (0, ["ZohoCRM.modules.ALL".to_owned()].as_slice()));
    }

    #[test]
    fn scopes_of_another_service_are_not_asked_for() {
        let leads = used("GET", "https://www.zohoapis.com/crm/v8/Leads", 1);
        for (service, lacks) in [("slack", 0), ("zoho-desk", 0), ("zoho-crm", 1), ("zoho-oauth", 1)] {
            let advice = advised(service, &[], std::slice::from_ref(&leads));
            assert_eq!((advice.missing.len(), advice.untold.len()), (lacks, 1 - lacks), "{service}");
        }
    }
}
