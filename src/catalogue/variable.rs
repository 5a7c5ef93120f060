//! Variables of an entry's URLs: what may be given for them, and what is wrong with what was given.

use super::data_centre::{DATA_CENTRES, DataCentre};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A variable as an entry's file declares it: a shared table, or a form of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<Table>,
    /// The rows of the table that the service knows; empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", rename = "enum")]
    pub allowed: Vec<String>,
    /// A regular expression over the whole value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Whether it becomes known by itself when somebody connects, so that nobody is asked for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub automated: bool,
}

/// A table that several entries share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// `data_centre.rs`: a value of `dc` also gives `app_domain` and `api_domain`.
    ZohoDataCentre,
}

impl Table {
    /// The variables that a value of the table gives beside its own.
    pub fn gives(self) -> &'static [&'static str] {
        match self {
            Table::ZohoDataCentre => &["app_domain", "api_domain"],
        }
    }
}

/// A variable as a connection meets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parameter {
    pub name: String,
    pub title: String,
    /// Whether a connection has to give it.
    pub required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Every value that is allowed, if they can be counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    pub automated: bool,
}

impl Variable {
    /// The variable under its name, with the shared table's part filled in.
    pub(super) fn parameter(&self, name: &str) -> Parameter {
        let (title, default, allowed) = match self.table {
            Some(Table::ZohoDataCentre) => {
                let known = |centre: &&DataCentre| self.only.is_empty() || self.only.iter().any(|dc| dc == centre.dc);
                let allowed = DATA_CENTRES.iter().filter(known).map(|centre| centre.dc.to_owned()).collect();
                ("Zoho data centre of the account".to_owned(), Some("com".to_owned()), allowed)
            }
            None => (self.title.clone().unwrap_or_default(), self.default.clone(), self.allowed.clone()),
        };
        let required = default.is_none() && !self.automated;
        Parameter { name: name.to_owned(), title, required, default, allowed, pattern: self.pattern.clone(), automated: self.automated }
    }
}

/// Why a service cannot be made from the parameters that were given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterProblem {
    /// No connection can be made, whatever is given: the service wants signatures of a kind that Bowline does not make.
    #[error("the service authenticates by {auth}, which Bowline cannot do")]
    CannotAuthenticate { auth: &'static str },
    #[error("the parameter `{name}` is missing ({title})")]
    Missing { name: String, title: String },
    #[error("the service has no parameter `{name}`")]
    Unknown { name: String, known: Vec<String> },
    /// `meant` is the allowed value that somebody who writes this probably means.
    #[error("`{value}` is not a value of `{name}`")]
    NotAllowed { name: String, value: String, allowed: Vec<String>, meant: Option<String> },
    #[error("`{value}` does not have the form of `{name}` ({title})")]
    BadForm { name: String, value: String, title: String, pattern: String },
    /// A host of the right form that the other parameters do not lead to: an application of another data centre.
    #[error("`{value}` lies outside the hosts of the service")]
    HostElsewhere { name: String, value: String, hosts: Vec<String> },
}

impl ParameterProblem {
    /// The parameter that it is about; `None` when it is about the service as a whole.
    pub fn parameter(&self) -> Option<&str> {
        match self {
            ParameterProblem::CannotAuthenticate { .. } => None,
            ParameterProblem::Missing { name, .. }
            | ParameterProblem::Unknown { name, .. }
            | ParameterProblem::NotAllowed { name, .. }
            | ParameterProblem::BadForm { name, .. }
            | ParameterProblem::HostElsewhere { name, .. } => Some(name),
        }
    }
}

/// Everything that is wrong with what was given for the parameters.
pub(super) fn problems(parameters: &[Parameter], given: &BTreeMap<String, String>) -> Vec<ParameterProblem> {
    let known = |name: &str| parameters.iter().any(|parameter| parameter.name == name);
    let unknown = given.keys().filter(|name| !known(name)).map(|name| ParameterProblem::Unknown {
        name: name.clone(),
        known: parameters.iter().filter(|parameter| !parameter.automated).map(|parameter| parameter.name.clone()).collect(),
    });
    parameters.iter().filter_map(|parameter| problem(parameter, given.get(&parameter.name))).chain(unknown).collect()
}

fn problem(parameter: &Parameter, given: Option<&String>) -> Option<ParameterProblem> {
    let name = parameter.name.clone();
    let Some(value) = given else {
        return parameter.required.then(|| ParameterProblem::Missing { name, title: parameter.title.clone() });
    };
    if !parameter.allowed.is_empty() {
        let meant = || meant(value, &parameter.allowed);
        return (!parameter.allowed.contains(value)).then(|| ParameterProblem::NotAllowed {
            name,
            value: value.clone(),
            allowed: parameter.allowed.clone(),
            meant: meant(),
        });
    }
    let pattern = parameter.pattern.as_ref()?;
    let form = regex::Regex::new(pattern).expect("a test compiles the pattern of every entry");
    let bad = || ParameterProblem::BadForm { name, value: value.clone(), title: parameter.title.clone(), pattern: pattern.clone() };
    (!form.is_match(value)).then(bad)
}

fn meant(value: &str, allowed: &[String]) -> Option<String> {
    let centre = DataCentre::meant_by(value).map(|centre| centre.dc.to_owned()).filter(|dc| allowed.contains(dc));
    centre.or_else(|| {
        let near = allowed.iter().map(|candidate| (strsim::damerau_levenshtein(value, candidate), candidate)).min()?;
        (near.0 <= 2 && near.0 < value.chars().count()).then(|| near.1.clone())
    })
}

/// What each variable stands for: what was given, else the default, with what a shared table adds. Automated variables
/// that nobody gave are absent.
pub(super) fn values(
    variables: &BTreeMap<String, Variable>,
    parameters: &[Parameter],
    given: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for parameter in parameters {
        let Some(value) = given.get(&parameter.name).or(parameter.default.as_ref()) else { continue };
        match variables.get(&parameter.name).and_then(|variable| variable.table) {
            Some(Table::ZohoDataCentre) => {
                let centre = DataCentre::find(value).expect("values outside the table were refused before");
                values.insert("app_domain".to_owned(), centre.app_domain.to_owned());
                values.insert("api_domain".to_owned(), centre.api_domain.to_owned());
            }
            None => {}
        }
        values.insert(parameter.name.clone(), value.clone());
    }
    values
}
