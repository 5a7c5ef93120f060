//! What a command's end means to a script: the one table that help, documentation and tests are made from.

/// How a command ended. The numbers never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    Done,
    Failed,
    Differences,
    Invalid,
    Denied,
    PlanRefused,
    Incomplete,
    Waiting,
    Locked,
    NotPermitted,
    Usage,
    Bug,
    Interrupted,
}

impl Exit {
    pub const ALL: [Exit; 13] = [
        Exit::Done,
        Exit::Failed,
        Exit::Differences,
        Exit::Invalid,
        Exit::Denied,
        Exit::PlanRefused,
        Exit::Incomplete,
        Exit::Waiting,
        Exit::Locked,
        Exit::NotPermitted,
        Exit::Usage,
        Exit::Bug,
        Exit::Interrupted,
    ];

    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Differences => 2,
            Exit::Invalid => 3,
            Exit::Denied => 4,
            Exit::PlanRefused => 5,
            Exit::Incomplete => 6,
            Exit::Waiting => 7,
            Exit::Locked => 8,
            Exit::NotPermitted => 9,
            Exit::Usage => 64,
            Exit::Bug => 70,
            Exit::Interrupted => 130,
        }
    }

    pub fn meaning(self) -> &'static str {
        match self {
            Exit::Done => "done",
            Exit::Failed => "could not do it: files, API, storage",
            Exit::Differences => "there are differences: plan --detailed-exitcode, drift, fmt --check, render --check",
            Exit::Invalid => "the configuration is invalid",
            Exit::Denied => "a policy denies it",
            Exit::PlanRefused => "the plan is refused: stale, altered, expired, spent, for another environment",
            Exit::Incomplete => "apply incomplete: some steps failed or were skipped; running again resumes",
            Exit::Waiting => {
                "all else is applied, a connection is not connected: consent is pending, or its service gave no access (--detailed-exitcode)"
            }
            Exit::Locked => "another apply is running",
            Exit::NotPermitted => "not authenticated or not permitted at the API",
            Exit::Usage => "the command line is wrong",
            Exit::Bug => "a bug of Bowline's own",
            Exit::Interrupted => "interrupted; what was running was finished",
        }
    }

    /// The table as `--help` and the README show it.
    pub fn table() -> String {
        Exit::ALL.iter().map(|exit| format!("  {:>3}  {}\n", exit.code(), exit.meaning())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_in_order() {
        let codes: Vec<u8> = Exit::ALL.iter().map(|exit| exit.code()).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
    }
}
