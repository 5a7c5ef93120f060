//! What a policy says: text with expressions in braces.

use super::expression::{BadExpression, Expression};
use cel::Value;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The longest message that is said, in characters.
const LONGEST: usize = 1_000;

/// A message that was read.
#[derive(Debug, Clone)]
pub struct Message {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    Value(Expression),
}

/// Why a message cannot be used. Places are bytes of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadMessage {
    /// A brace that is not closed, or was not opened.
    Brace {
        at: usize,
    },
    Expression {
        at: usize,
        error: BadExpression,
    },
}

impl Message {
    /// Reads a message: `{change.address} asks for too much`. `{{` and `}}` stand for braces.
    pub fn parse(text: &str) -> Result<Message, BadMessage> {
        let (mut pieces, mut plain, mut at) = (Vec::new(), String::new(), 0);
        while let Some(next) = text[at..].find(['{', '}']) {
            plain.push_str(&text[at..at + next]);
            at += next;
            let brace = &text[at..at + 1];
            if text[at + 1..].starts_with(brace) {
                plain.push_str(brace);
                at += 2;
                continue;
            }
            let inside = text[at..].strip_prefix('{').ok_or(BadMessage::Brace { at })?;
            let end = inside.find('}').ok_or(BadMessage::Brace { at })?;
            let expression = Expression::parse(&inside[..end]).map_err(|error| BadMessage::Expression { at: at + 1, error })?;
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
            pieces.push(Piece::Value(expression));
            at += end + 2;
        }
        plain.push_str(&text[at..]);
        pieces.push(Piece::Text(plain));
        Ok(Message { pieces })
    }

    pub(super) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Value(expression) => Some(expression),
        })
    }

    /// The words over facts. What has no value shows as `?`: a message never stands in a verdict's way.
    pub(super) fn words(&self, facts: &BTreeMap<&str, Json>, budget: &mut u64) -> String {
        let mut words = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => words.push_str(text),
                Piece::Value(expression) => match expression.value(facts, budget) {
                    Ok(value) => words.push_str(&written(&value)),
                    Err(_) => words.push('?'),
                },
            }
        }
        if words.chars().count() > LONGEST {
            words = words.chars().take(LONGEST).chain(['…']).collect();
        }
        words
    }
}

/// A value as text: lists with commas, maps in the order of their keys.
fn written(value: &Value) -> String {
    value.json().map_or_else(|_| "?".to_owned(), |json| shown(&json))
}

fn shown(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Json::Object(members) => {
            let sorted: BTreeMap<&String, &Json> = members.iter().collect();
            sorted.iter().map(|(key, value)| format!("{key}: {}", shown(value))).collect::<Vec<_>>().join(", ")
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => json.to_string(),
    }
}
