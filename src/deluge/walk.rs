//! Ways through the tree. Its depth is bounded by the parser, so walking it cannot exhaust the stack.

use super::ast::{Block, Expr, ExprKind, Function, Parameter, Statement, StatementKind, StepKind};

/// Where a variable lives: a function, or the script outside of functions.
pub(super) struct Scope<'t> {
    pub(super) parameters: &'t [Parameter],
    pub(super) statements: &'t [Statement],
}

/// The script's own scope and one for each function in it.
pub(super) fn scopes(script: &[Statement]) -> Vec<Scope<'_>> {
    let mut all = vec![Scope { parameters: &[], statements: script }];
    let mut next = 0;
    while next < all.len() {
        let mut inner: Vec<&Function> = Vec::new();
        statements(all[next].statements, &mut |statement| {
            if let StatementKind::Function(function) = &statement.kind {
                inner.push(function);
            }
        });
        all.extend(inner.into_iter().map(|function| Scope { parameters: &function.parameters, statements: &function.body.statements }));
        next += 1;
    }
    all
}

/// Every statement of a scope in the order of the text, inner ones after the one that holds them.
pub(super) fn statements<'t>(of: &'t [Statement], visit: &mut dyn FnMut(&'t Statement)) {
    for statement in of {
        visit(statement);
        blocks(statement, &mut |block| statements(&block.statements, visit));
    }
}

fn blocks<'t>(statement: &'t Statement, visit: &mut dyn FnMut(&'t Block)) {
    match &statement.kind {
        StatementKind::If { branches, otherwise } => {
            branches.iter().map(|(_, block)| block).chain(otherwise).for_each(visit);
        }
        StatementKind::ForEach { body, .. } | StatementKind::Block(body) => visit(body),
        StatementKind::Try { body, catches } => {
            visit(body);
            catches.iter().map(|catch| &catch.body).for_each(visit);
        }
        StatementKind::Function(_)
        | StatementKind::Assign { .. }
        | StatementKind::Info(_)
        | StatementKind::Return(_)
        | StatementKind::Throw(_)
        | StatementKind::Break
        | StatementKind::Continue
        | StatementKind::Form(_)
        | StatementKind::Expression(_) => {}
    }
}

/// Every expression of a scope, the outer before the inner.
pub(super) fn expressions<'t>(of: &'t [Statement], visit: &mut dyn FnMut(&'t Expr)) {
    statements(of, &mut |statement| match &statement.kind {
        StatementKind::Assign { target, value, .. } => [target, value].into_iter().for_each(|expr| within(expr, visit)),
        StatementKind::If { branches, .. } => branches.iter().for_each(|(condition, _)| within(condition, visit)),
        StatementKind::Info(expr) | StatementKind::Expression(expr) => within(expr, visit),
        StatementKind::ForEach { list, .. } => within(list, visit),
        StatementKind::Return(expr) | StatementKind::Throw(expr) => expr.iter().for_each(|expr| within(expr, visit)),
        StatementKind::Function(_)
        | StatementKind::Try { .. }
        | StatementKind::Break
        | StatementKind::Continue
        | StatementKind::Form(_)
        | StatementKind::Block(_) => {}
    });
}

fn within<'t>(expr: &'t Expr, visit: &mut dyn FnMut(&'t Expr)) {
    visit(expr);
    match &expr.kind {
        ExprKind::Chain { first, rest } => {
            within(first, visit);
            rest.iter().for_each(|(_, operand)| within(operand, visit));
        }
        ExprKind::Unary(inner) | ExprKind::Group(inner) => within(inner, visit),
        ExprKind::List(values) => values.iter().for_each(|value| within(value, visit)),
        ExprKind::Map(entries) => entries.iter().for_each(|(key, value)| {
            within(key, visit);
            within(value, visit);
        }),
        ExprKind::Path { base, steps } => {
            within(base, visit);
            for step in steps {
                match &step.kind {
                    StepKind::Call(values) | StepKind::Index(values) => values.iter().for_each(|value| within(value, visit)),
                    StepKind::Member => {}
                }
            }
        }
        ExprKind::Task(task) => task.entries.iter().flat_map(|entry| &entry.values).for_each(|value| within(value, visit)),
        ExprKind::Text | ExprKind::Quoted | ExprKind::Number | ExprKind::Bool(_) | ExprKind::Null | ExprKind::Name | ExprKind::Missing => {}
    }
}
