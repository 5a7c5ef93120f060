//! Tokens → tree. Recursive descent that never stops at a mistake: it reports one, finds the next `;`, `}` or statement
//! and goes on. Depth is limited, so hostile nesting costs an error and not the stack; every token is passed once.
//!
//! To add a statement: a variant in `ast.rs`, an arm in `statement.rs`, one in `walk.rs`.

mod cursor;
mod expression;
mod form;
mod signature;
mod statement;
mod task;

use super::ast::Statement;
use super::lexer::{Lexed, lex};
use super::script::{MOST_ERRORS, SyntaxError};
use super::token::Extent;

/// A script as a tree.
pub(super) struct Parsed {
    pub(super) statements: Vec<Statement>,
    /// In the order of the text.
    pub(super) errors: Vec<SyntaxError>,
    pub(super) comments: Vec<Extent>,
}

/// The tree of a script and its mistakes.
pub(super) fn parse(text: &str) -> Parsed {
    let Lexed { tokens, errors: unread, comments } = lex(text);
    let mut parser = cursor::Parser::new(text, tokens);
    let statements = parser.script();
    let mut errors = without_echoes(text, &unread, parser.into_errors());
    errors.extend(unread);
    errors.sort_by_key(|error| (error.span.start, error.span.end));
    errors.truncate(MOST_ERRORS);
    Parsed { statements, errors, comments }
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

#[cfg(test)]
mod tests {
    use super::super::ast::{Expr, ExprKind, StatementKind};
    use super::*;

    /// An expression with its grouping made visible.
    fn grouped(text: &str, expr: &Expr) -> String {
        let ExprKind::Chain { first, rest } = &expr.kind else { return expr.span.of(text).to_owned() };
        let rest: String = rest.iter().map(|(operator, operand)| format!(" {operator:?} {}", grouped(text, operand))).collect();
        format!("({}{rest})", grouped(text, first))
    }

    #[test]
    fn tighter_operators_bind_first() {
        let text = "a + b * -c == d && !e || f;";
        let Parsed { statements, errors, .. } = parse(text);
        assert_eq!(errors, []);
        let StatementKind::Expression(expr) = &statements[0].kind else { panic!("{statements:?}") };
        assert_eq!(grouped(text, expr), "((((a Plus (b Times -c)) Same d) And !e) Or f)");
    }

    #[test]
    fn the_deepest_text_fits_a_small_stack() {
        let deepest = ["(", "[", "{\"a\":", "f(", "a[", "if(a){", "try{", "x = invokeurl[ url : ", "if(a) "];
        let read = move || deepest.map(|piece| parse(&piece.repeat(2_000)).errors.len());
        let thread = std::thread::Builder::new().stack_size(1024 * 1024).spawn(read).expect("a thread can be started");
        assert!(thread.join().expect("the stack holds").iter().all(|errors| *errors > 0));
    }
}
