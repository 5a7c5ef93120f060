//! How much findings matter, on the command line: `-E`, `-W` and `-A` before a code, `--baseline` for what is known.

use crate::cli::exit::Exit;
use crate::cli::talk::Failure;
use crate::diag::{Code, Level, Rules, nearest};
use clap::Args;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Levels that come before those of `rules:`, and findings that are known.
#[derive(Debug, Default, Args)]
pub struct RuleArgs {
    /// Fail on findings of this code; repeat for several
    #[arg(short = 'E', long = "error", value_name = "CODE", value_parser = code)]
    pub errors: Vec<Code>,
    /// Tell findings of this code as warnings; repeat for several
    #[arg(short = 'W', long = "warn", value_name = "CODE", value_parser = code)]
    pub warnings: Vec<Code>,
    /// Do not tell findings of this code; repeat for several
    #[arg(short = 'A', long = "allow", value_name = "CODE", value_parser = code)]
    pub allowed: Vec<Code>,
    /// Leave out the findings that this file knows [default: `baseline:` of the project]
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
}

impl RuleArgs {
    /// The levels; refused where one code is given two.
    pub(in crate::cli) fn rules(&self) -> Result<Rules, Failure> {
        let (mut rules, mut given) = (Rules::default(), BTreeMap::new());
        let all = [(&self.errors, Level::Error), (&self.warnings, Level::Warning), (&self.allowed, Level::Allow)];
        for (code, level) in all.into_iter().flat_map(|(codes, level)| codes.iter().map(move |code| (*code, level))) {
            if given.insert(code, level).is_some_and(|before| before != level) {
                return Err(Failure::new(Exit::Usage, format!("`{}` is given two levels", code.id())));
            }
            if level != Level::Error && !code.is_adjustable() {
                return Err(Failure::new(Exit::Usage, format!("`{}` is always an error, and cannot be relaxed", code.id()))
                    .hint("a project that it is true of means nothing; only warnings have a level"));
            }
            rules.set(code, level);
        }
        Ok(rules)
    }
}

fn code(id: &str) -> Result<Code, String> {
    Code::from_id(id).ok_or_else(|| match nearest(id, Code::ALL.iter().map(|code| code.id())) {
        Some(near) => format!("no finding has this code; did you mean `{near}`?"),
        None => "no finding has this code; `bowline explain` lists every one".to_owned(),
    })
}
