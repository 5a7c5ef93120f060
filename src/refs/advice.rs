//! The scopes that a connection asks for beside those that its calls need. Advice: what cannot be told is said to be so.

use super::families::{Need, need};
use super::uses::{How, Place, Use};
use crate::catalogue::Shelf;
use crate::resource::Scope;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What the calls of a connection say about its scopes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// Scopes that calls need and the connection does not ask for.
    pub missing: Vec<Lack>,
    /// Scopes that it asks for and no call needs, as far as calls can be told.
    pub unneeded: Vec<String>,
    /// Scopes that are needed and allow more than the calls do.
    pub wider: Vec<Excess>,
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

/// Compares what a connection asks for with what the uses of it need.
pub fn advise(catalogue: &Shelf, asked: &BTreeSet<Scope>, uses: &[Use]) -> Advice {
    let mut advice = Advice::default();
    let mut needs: BTreeMap<Need, Vec<Place>> = BTreeMap::new();
    for one in uses {
        match need(catalogue, &one.call) {
            Some(need) => needs.entry(need).or_default().push(one.place.clone()),
            None if one.call.is_one() || one.how == How::Perhaps => advice.untold.push(one.place.clone()),
            None => {}
        }
    }
    let has = |scope: &str| asked.contains(scope);
    let mut serves: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (need, calls) in &needs {
        match need.any_of.iter().find(|scope| has(scope)) {
            Some(scope) => {
                serves.entry(scope).or_default().insert(need.any_of[0].clone());
            }
            None => {
                let (scope, or) = need.any_of.split_first().expect("a need names a scope");
                advice.missing.push(Lack { scope: scope.clone(), or: or.to_vec(), calls: calls.clone() });
            }
        }
    }
    for Scope(scope) in asked {
        match serves.get(scope.as_str()) {
            // Who somebody is, and staying connected, is no matter of calls.
            None if is_identity(scope) => {}
            None => advice.unneeded.push(scope.clone()),
            Some(would_do) if would_do.contains(scope) => advice.fitting.push(scope.clone()),
            Some(would_do) => advice.wider.push(Excess { scope: scope.clone(), would_do: would_do.clone() }),
        }
    }
    advice
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

    fn asked(scopes: &[&str]) -> BTreeSet<Scope> {
        scopes.iter().map(|scope| Scope((*scope).to_owned())).collect()
    }

    #[test]
    fn missing_unneeded_wider_and_fitting_are_told_apart() {
        let uses = [
            used("GET", "https://www.zohoapis.com/crm/v8/Leads", 1),
            used("GET", "https://www.zohoapis.com/crm/v8/Leads/7", 2),
            used("POST", "https://www.zohoapis.com/crm/v8/Deals", 3),
            used("GET", "https://www.zohoapis.com/crm/v8/users", 4),
        ];
        let advice = advise(
            &Shelf::default(),
            &asked(&["ZohoCRM.modules.READ", "ZohoCRM.users.READ", "ZohoCRM.modules.contacts.ALL", "openid"]),
            &uses,
        );
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
        let advice =
            advise(&Shelf::default(), &asked(&["ZohoCRM.modules.leads.READ"]), &[used("GET", "https://www.zohoapis.com/crm/v8/Leads", 1)]);
        assert!(advice.is_content() && advice.untold.is_empty());
        let advice = advise(&Shelf::default(), &asked(&[]), &[used("POST", "https://slack.com/api/chat.postMessage", 9)]);
        assert_eq!(advice.untold.len(), 1);
    }
}
