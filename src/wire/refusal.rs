//! Why the platform's rules refuse a change, with everything that stands in its way: the words of `lifecycle::Refusal`.

use super::form;
use crate::resource::{Address, HostPattern, Name, lifecycle};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A refusal, told apart by `code`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Refusal {
    UpdateWhileConnected,
    ScopesWhileInUse {
        #[schemars(schema_with = "form::names")]
        webhooks: BTreeSet<Name>,
    },
    DeleteWhileReferenced {
        #[schemars(schema_with = "form::addresses")]
        dependents: BTreeSet<Address>,
    },
    AuthenticationWhileConnected {
        #[schemars(schema_with = "form::names")]
        connections: BTreeSet<Name>,
    },
    ServiceOfConnection,
    ScopesOutsideService {
        scopes: BTreeSet<String>,
    },
    HostOutsideService {
        host: String,
        #[schemars(schema_with = "form::texts")]
        hosts: BTreeSet<HostPattern>,
    },
    PlainHttp {
        host: String,
    },
    Protected,
    NotOwned {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
    },
}

impl From<lifecycle::Refusal> for Refusal {
    fn from(refusal: lifecycle::Refusal) -> Self {
        use lifecycle::Refusal as Rule;
        match refusal {
            Rule::UpdateWhileConnected => Refusal::UpdateWhileConnected,
            Rule::ScopesWhileInUse { webhooks } => Refusal::ScopesWhileInUse { webhooks },
            Rule::DeleteWhileReferenced { dependents } => Refusal::DeleteWhileReferenced { dependents },
            Rule::AuthenticationWhileConnected { connections } => Refusal::AuthenticationWhileConnected { connections },
            Rule::ServiceOfConnection => Refusal::ServiceOfConnection,
            Rule::ScopesOutsideService { scopes } => Refusal::ScopesOutsideService { scopes },
            Rule::HostOutsideService { host, hosts } => Refusal::HostOutsideService { host, hosts },
            Rule::PlainHttp { host } => Refusal::PlainHttp { host },
            Rule::Protected => Refusal::Protected,
            Rule::NotOwned { owner } => Refusal::NotOwned { owner },
        }
    }
}

impl From<Refusal> for lifecycle::Refusal {
    fn from(refusal: Refusal) -> Self {
        use lifecycle::Refusal as Rule;
        match refusal {
            Refusal::UpdateWhileConnected => Rule::UpdateWhileConnected,
            Refusal::ScopesWhileInUse { webhooks } => Rule::ScopesWhileInUse { webhooks },
            Refusal::DeleteWhileReferenced { dependents } => Rule::DeleteWhileReferenced { dependents },
            Refusal::AuthenticationWhileConnected { connections } => Rule::AuthenticationWhileConnected { connections },
            Refusal::ServiceOfConnection => Rule::ServiceOfConnection,
            Refusal::ScopesOutsideService { scopes } => Rule::ScopesOutsideService { scopes },
            Refusal::HostOutsideService { host, hosts } => Rule::HostOutsideService { host, hosts },
            Refusal::PlainHttp { host } => Rule::PlainHttp { host },
            Refusal::Protected => Rule::Protected,
            Refusal::NotOwned { owner } => Rule::NotOwned { owner },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_on_the_wire_is_the_rule_s_own() {
        let rules = [
            lifecycle::Refusal::UpdateWhileConnected,
            lifecycle::Refusal::ScopesWhileInUse { webhooks: [Name::new("door")].into() },
            lifecycle::Refusal::DeleteWhileReferenced { dependents: ["webhooks.door".parse().expect("an address")].into() },
            lifecycle::Refusal::AuthenticationWhileConnected { connections: [Name::new("crm")].into() },
            lifecycle::Refusal::ServiceOfConnection,
            lifecycle::Refusal::ScopesOutsideService { scopes: ["x".to_owned()].into() },
            lifecycle::Refusal::HostOutsideService { host: "a".to_owned(), hosts: [HostPattern("b".to_owned())].into() },
            lifecycle::Refusal::PlainHttp { host: "a".to_owned() },
            lifecycle::Refusal::Protected,
            lifecycle::Refusal::NotOwned { owner: None },
        ];
        for rule in rules {
            let json = serde_json::to_value(Refusal::from(rule.clone())).expect("it is data");
            assert_eq!(json["code"], rule.code());
            let back: Refusal = serde_json::from_value(json).expect("it reads back");
            assert_eq!(lifecycle::Refusal::from(back), rule);
        }
    }
}
