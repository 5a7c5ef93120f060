//! The command that applies exactly the plan that was reviewed, and nothing else.

use super::inert::{can_be_typed, code, fenced, shell_word};
use crate::apply::PlanFile;
use crate::plan::Mode;

/// Bytes of a command at most; a longer one names the saved plan instead of repeating what it was made with.
const COMMAND: usize = 800;

/// The end of the comment.
pub(super) fn how_to_apply(file: &PlanFile) -> String {
    let mut text = String::new();
    if file.plan.changes.iter().any(|change| !change.steps.is_empty()) && !file.is_altered() {
        text.push_str("To apply exactly this plan:\n\n");
        text.push_str(&fenced("console", &[command(file)]));
        text.push('\n');
    }
    text + &format!("Plan {}\n", code(&file.plan_id))
}

/// `--expect` refuses where the plan that is made then is another one.
fn command(file: &PlanFile) -> String {
    let expect = format!("--expect {}", shell_word(&file.plan_id));
    let mut words = vec!["bowline".to_owned()];
    words.push(if file.plan.mode == Mode::Destroy { "destroy" } else { "apply" }.to_owned());
    if let Some(environment) = &file.environment {
        words.push(format!("--env={}", shell_word(environment)));
    }
    words.extend(file.plan.targets.iter().map(|target| format!("--target={}", shell_word(&target.to_string()))));
    let given = |option: &str, name: &str, value: &str| format!("--{option}={}", shell_word(&format!("{name}={value}")));
    words.extend(file.variables.iter().map(|(name, value)| given("var", name, value)));
    words.extend(file.plan.labels.iter().map(|(name, value)| given("label", name, value)));
    if declares_nothing(file) {
        words.push("--allow-empty".to_owned());
    }
    words.push(expect.clone());
    let command = words.join(" ");
    if command.len() <= COMMAND && can_be_typed(&command) { command } else { format!("bowline apply PLAN {}", shown(&expect)) }
}

fn shown(expect: &str) -> &str {
    if expect.len() <= COMMAND && can_be_typed(expect) { expect } else { "" }
}

/// Whether nothing is declared and all that was is deleted: apply wants to be told that this is meant.
fn declares_nothing(file: &PlanFile) -> bool {
    let plan = &file.plan;
    plan.mode == Mode::Apply
        && plan.targets.is_empty()
        && plan.summary.unchanged == 0
        && plan.changes.iter().all(|change| change.after.is_none())
}
