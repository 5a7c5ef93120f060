//! Tokens → tree. Recursive descent that never stops at a mistake: it reports one, finds the next `;`, `}` or statement
//! and goes on. Depth is limited, so hostile nesting costs an error and not the stack; every token is passed once.
//!
//! To add a statement: a variant in `ast.rs`, an arm in `statement.rs`, one in `walk.rs`.

mod cursor;
mod expression;
mod signature;
mod statement;
mod task;

use super::ast::Statement;
use super::lexer::lex;
use super::script::SyntaxError;

/// The tree of a script and its mistakes, in the order of the text.
pub(super) fn parse(text: &str) -> (Vec<Statement>, Vec<SyntaxError>) {
    let (tokens, unread) = lex(text);
    let mut parser = cursor::Parser::new(text, tokens);
    let statements = parser.script();
    let mut errors = without_echoes(text, &unread, parser.into_errors());
    errors.extend(unread);
    errors.sort_by_key(|error| (error.span.start, error.span.end));
    errors.truncate(cursor::MOST_ERRORS);
    (statements, errors)
}

/// Drops what the parser says right behind characters that could not be read: it misses what stood there.
fn without_echoes(text: &str, unread: &[SyntaxError], mut errors: Vec<SyntaxError>) -> Vec<SyntaxError> {
    errors.retain(|error| {
        let before = unread.partition_point(|earlier| earlier.span.end <= error.span.start);
        let Some(earlier) = before.checked_sub(1).map(|before| &unread[before]) else { return true };
        let between = &text[earlier.span.end..error.span.start];
        between.contains(|character: char| !character.is_whitespace())
    });
    errors
}
