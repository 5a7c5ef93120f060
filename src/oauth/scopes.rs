//! What was asked for against what was given. A narrower grant is a fact to show, never a failure by itself.

use crate::resource::{Scope, ScopeDelimiter};
use std::collections::BTreeSet;

/// The difference between a request and a grant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScopeReport {
    /// Asked for and not given: calls that need them will fail.
    pub missing: BTreeSet<Scope>,
    /// Given without being asked for.
    pub extra: BTreeSet<Scope>,
}

impl ScopeReport {
    /// Whether the person gave less than was asked for.
    pub fn narrower(&self) -> bool {
        !self.missing.is_empty()
    }
}

/// Compares as sets. Scopes that the service is known not to repeat in its answer (`offline_access`) are never missing.
pub fn compare(requested: &BTreeSet<Scope>, granted: &BTreeSet<Scope>, unechoed: &BTreeSet<Scope>) -> ScopeReport {
    ScopeReport {
        missing: requested.difference(granted).filter(|scope| !unechoed.contains(*scope)).cloned().collect(),
        extra: granted.difference(requested).cloned().collect(),
    }
}

/// Scopes as one request parameter. `Plus` is joined by a space, because a form writes a space as `+`.
pub(super) fn joined(scopes: &BTreeSet<Scope>, delimiter: ScopeDelimiter) -> String {
    let between = match delimiter {
        ScopeDelimiter::Comma => ",",
        ScopeDelimiter::Space | ScopeDelimiter::Plus => " ",
    };
    scopes.iter().map(|scope| scope.0.as_str()).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(scopes: &[&str]) -> BTreeSet<Scope> {
        scopes.iter().map(|scope| Scope((*scope).to_owned())).collect()
    }

    #[test]
    fn unechoed_scopes_are_not_missing() {
        let report = compare(&set(&["read", "write", "offline_access"]), &set(&["read", "profile"]), &set(&["offline_access"]));
        assert_eq!(report, ScopeReport { missing: set(&["write"]), extra: set(&["profile"]) });
        assert!(report.narrower());
        assert!(!compare(&set(&["read"]), &set(&["read", "write"]), &set(&[])).narrower());
    }
}
