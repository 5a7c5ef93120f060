//! How much findings matter to one project: a level for each code whose findings are no errors by themselves.

use super::{Code, Diagnostic, Severity};
use std::collections::BTreeMap;

/// What becomes of the findings of one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Error,
    Warning,
    /// They are not told.
    Allow,
}

impl Level {
    /// The level by its word: `error`, `warning`, `allow`.
    pub fn from_word(word: &str) -> Option<Level> {
        match word {
            "error" => Some(Level::Error),
            "warning" => Some(Level::Warning),
            "allow" => Some(Level::Allow),
            _ => None,
        }
    }
}

/// Levels that differ from the usual ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    levels: BTreeMap<Code, Level>,
}

impl Rules {
    /// Sets the level of a code; what was set before gives way.
    pub fn set(&mut self, code: Code, level: Level) {
        self.levels.insert(code, level);
    }

    /// These levels, and where they say nothing the others.
    pub fn over(mut self, others: &Rules) -> Rules {
        for (code, level) in &others.levels {
            self.levels.entry(*code).or_insert(*level);
        }
        self
    }

    /// The finding as the rules see it; `None` where it is not to be told. An error that a stage found stays one: without
    /// what it is about there is no project.
    pub fn judge(&self, mut found: Diagnostic) -> Option<Diagnostic> {
        if found.severity == Severity::Error {
            return Some(found);
        }
        match self.levels.get(&found.code) {
            None => {}
            Some(Level::Error) => found.severity = Severity::Error,
            Some(Level::Warning) => found.severity = Severity::Warning,
            Some(Level::Allow) => return None,
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn severity(rules: &Rules, found: Diagnostic) -> Option<Severity> {
        rules.judge(found).map(|found| found.severity)
    }

    #[test]
    fn a_level_changes_what_is_no_error_and_never_an_error() {
        let mut rules = Rules::default();
        rules.set(Code::UnusedConnection, Level::Error);
        rules.set(Code::UnknownScope, Level::Allow);
        rules.set(Code::UnknownService, Level::Allow);
        assert_eq!(severity(&rules, Diagnostic::nowhere(Code::UnusedConnection, "x")), Some(Severity::Error));
        assert_eq!(severity(&rules, Diagnostic::nowhere(Code::UnknownScope, "x")), None);
        assert_eq!(severity(&rules, Diagnostic::nowhere(Code::UnusedService, "x")), Some(Severity::Warning));
        assert_eq!(severity(&rules, Diagnostic::nowhere(Code::UnknownService, "x")), Some(Severity::Error));
    }

    #[test]
    fn the_nearer_rules_win() {
        let (mut near, mut far) = (Rules::default(), Rules::default());
        near.set(Code::UnusedService, Level::Warning);
        far.set(Code::UnusedService, Level::Allow);
        far.set(Code::UnknownScope, Level::Allow);
        let rules = near.over(&far);
        assert_eq!(severity(&rules, Diagnostic::nowhere(Code::UnusedService, "x")), Some(Severity::Warning));
        assert_eq!(severity(&rules, Diagnostic::nowhere(Code::UnknownScope, "x")), None);
    }
}
