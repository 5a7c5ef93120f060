//! Which value each variable has: the command line's, else the environment's, else the default.

use super::declared::{Declared, EnvironmentSection, Scalar, Variable};
use super::diags::{NotAllowed, NotAllowedOnCommandLine, UnknownEnvironment, UnknownVariable, WithoutValue};
use crate::diag::Diagnostics;
use crate::text::Spanned;
use std::collections::BTreeMap;

/// The environment that is compiled for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Choice {
    /// None: every variable has its default.
    Default,
    Environment(String),
}

/// A value for every declared variable. `None` where there is none, or none that is allowed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Assignment {
    pub(super) values: BTreeMap<String, Option<Scalar>>,
}

/// Gives every variable its value. Where the project declares no such environment they have their defaults, and nothing
/// more is said about them: what they should be is not known.
pub(crate) fn assign(diags: &mut Diagnostics, declared: &Declared, choice: &Choice, command_line: &BTreeMap<String, String>) -> Assignment {
    let environment = match choice {
        Choice::Default => None,
        Choice::Environment(name) => {
            let Some(section) = declared.environments.get(name) else {
                diags.push(UnknownEnvironment { name, known: declared.environments.keys() });
                return defaults(declared);
            };
            Some((name.as_str(), section))
        }
    };
    refuse_unknown(diags, declared, environment.map(|(_, section)| section), command_line);
    let values = declared.variables.iter().map(|(name, variable)| {
        let value = value(diags, name, variable, environment, command_line.get(name));
        (name.clone(), value)
    });
    Assignment { values: values.collect() }
}

fn defaults(declared: &Declared) -> Assignment {
    let mut unsaid = Diagnostics::default();
    let values = declared.variables.iter().map(|(name, variable)| (name.clone(), value(&mut unsaid, name, variable, None, None)));
    Assignment { values: values.collect() }
}

fn refuse_unknown(
    diags: &mut Diagnostics,
    declared: &Declared,
    environment: Option<&EnvironmentSection>,
    command_line: &BTreeMap<String, String>,
) {
    let unknown = |name: &&String| !declared.variables.contains_key(*name);
    for name in command_line.keys().filter(unknown) {
        diags.push(UnknownVariable { name, span: None, known: declared.variables.keys() });
    }
    let set = environment.map(|section| section.values.iter()).unwrap_or_default();
    for (name, set) in set.filter(|(name, _)| unknown(name)) {
        diags.push(UnknownVariable { name, span: Some(set.key), known: declared.variables.keys() });
    }
}

fn value(
    diags: &mut Diagnostics,
    name: &str,
    variable: &Variable,
    environment: Option<(&str, &EnvironmentSection)>,
    command_line: Option<&String>,
) -> Option<Scalar> {
    if let Some(text) = command_line {
        let like = variable.default.as_ref().map(|default| &default.value).or(variable.allowed.first());
        let value = Scalar::from_text(text, like);
        if !allows(variable, &value) {
            diags.push(NotAllowedOnCommandLine { name, allowed: &variable.allowed });
            return None;
        }
        return Some(value);
    }
    let set = environment.and_then(|(_, section)| section.values.get(name)).map(|set| &set.value);
    let Some(Spanned { value, span }) = set.or(variable.default.as_ref()) else {
        diags.push(WithoutValue { name, declared: variable.key, environment: environment.map(|(name, _)| name) });
        return None;
    };
    if !allows(variable, value) {
        diags.push(NotAllowed { name, value, span: *span, declared: variable.key, allowed: &variable.allowed });
        return None;
    }
    Some(value.clone())
}

fn allows(variable: &Variable, value: &Scalar) -> bool {
    variable.allowed.is_empty() || variable.allowed.iter().any(|allowed| allowed.text == value.text)
}
