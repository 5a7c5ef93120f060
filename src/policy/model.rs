//! A policy as it is declared.

use super::{Expression, Message};
use crate::plan::SourcePlace;

/// One rule of a project.
#[derive(Debug, Clone)]
pub struct Policy {
    pub name: String,
    /// The policy is judged only where this is true.
    pub when: Option<Expression>,
    pub deny: Option<Expression>,
    pub warn: Option<Expression>,
    /// What is said; absent, the policy's name says it.
    pub message: Option<Message>,
    pub source: Option<SourcePlace>,
}

impl Policy {
    /// A policy that says nothing yet.
    pub fn named(name: &str, file: &str, line: usize, column: usize) -> Self {
        let source = Some(SourcePlace { file: file.to_owned(), line, column });
        Policy { name: name.to_owned(), when: None, deny: None, warn: None, message: None, source }
    }

    /// Whether it is judged for each change; otherwise it is once for the plan.
    pub fn is_about_changes(&self) -> bool {
        let expressions = self.when.iter().chain(&self.deny).chain(&self.warn);
        let message = self.message.iter().flat_map(Message::expressions);
        expressions.chain(message).any(|expression| expression.names("change"))
    }
}
