//! What is wrong with variables and environments, in words.

use super::declared::Scalar;
use super::expression::Fault;
use crate::diag::{Code, Diagnostic};
use crate::text::Span;

pub(super) struct UnknownEnvironment<'a, I> {
    pub(super) name: &'a str,
    pub(super) known: I,
}

impl<'a, I: Iterator<Item = &'a String> + Clone> From<UnknownEnvironment<'a, I>> for Diagnostic {
    fn from(found: UnknownEnvironment<'a, I>) -> Self {
        let known: Vec<&str> = found.known.map(String::as_str).collect();
        let help = match known[..] {
            [] => "the project declares none; add it under `environments` in bowline.yaml".to_owned(),
            _ => format!("the project declares {}", listed(&known)),
        };
        Diagnostic::nowhere(Code::UnknownEnvironment, format!("no environment named `{}`", found.name))
            .did_you_mean(found.name, known, None)
            .help(help)
    }
}

pub(super) struct UnknownVariable<'a, I> {
    pub(super) name: &'a str,
    /// `None` where the command line names it.
    pub(super) span: Option<Span>,
    pub(super) known: I,
}

impl<'a, I: Iterator<Item = &'a String> + Clone> From<UnknownVariable<'a, I>> for Diagnostic {
    fn from(found: UnknownVariable<'a, I>) -> Self {
        let headline = format!("no variable named `{}`", found.name);
        let diagnostic = match found.span {
            Some(span) => Diagnostic::at(Code::UnknownVariable, span, headline),
            None => Diagnostic::nowhere(Code::UnknownVariable, headline),
        };
        let known: Vec<&str> = found.known.map(String::as_str).collect();
        let help = match known[..] {
            [] => format!("declare it in bowline.yaml: `variables: {{ {}: {{ default: … }} }}`", found.name),
            _ => format!("the project declares {}", listed(&known)),
        };
        diagnostic.did_you_mean(found.name, known, None).help(help)
    }
}

pub(super) struct WithoutValue<'a> {
    pub(super) name: &'a str,
    pub(super) declared: Span,
    pub(super) environment: Option<&'a str>,
}

impl From<WithoutValue<'_>> for Diagnostic {
    fn from(found: WithoutValue<'_>) -> Self {
        let place = match found.environment {
            Some(name) => format!(" in environment `{name}`"),
            None => String::new(),
        };
        let help = match found.environment {
            Some(name) => format!("give it a default, or set it under `environments.{name}.variables`"),
            None => "give it a default, or choose an environment that sets it with `--env`".to_owned(),
        };
        Diagnostic::at(Code::VariableWithoutValue, found.declared, format!("variable `{}` has no value{place}", found.name)).help(help)
    }
}

pub(super) struct NotAllowed<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a Scalar,
    pub(super) span: Span,
    pub(super) declared: Span,
    pub(super) allowed: &'a [Scalar],
}

impl From<NotAllowed<'_>> for Diagnostic {
    fn from(found: NotAllowed<'_>) -> Self {
        let allowed = texts(found.allowed);
        Diagnostic::at(Code::VariableNotAllowed, found.span, format!("variable `{}` cannot have this value", found.name))
            .related(found.declared, "declared here")
            .did_you_mean(&found.value.text, allowed.iter().copied(), Some(found.span))
            .help(format!("it allows {}", listed(&allowed)))
    }
}

pub(super) struct NotAllowedOnCommandLine<'a> {
    pub(super) name: &'a str,
    pub(super) allowed: &'a [Scalar],
}

impl From<NotAllowedOnCommandLine<'_>> for Diagnostic {
    fn from(found: NotAllowedOnCommandLine<'_>) -> Self {
        Diagnostic::nowhere(
            Code::VariableNotAllowed,
            format!("variable `{}` cannot have the value that the command line gives it", found.name),
        )
        .help(format!("it allows {}", listed(&texts(found.allowed))))
    }
}

pub(super) struct BadExpression<'a> {
    pub(super) span: Span,
    pub(super) fault: Fault<'a>,
}

impl From<BadExpression<'_>> for Diagnostic {
    fn from(found: BadExpression<'_>) -> Self {
        let headline = match found.fault {
            Fault::NotClosed => "an expression is opened and never closed".to_owned(),
            Fault::Empty => "an expression is empty".to_owned(),
            Fault::NotAVariable(_) => "an expression names no variable".to_owned(),
        };
        let help = match found.fault {
            Fault::NotClosed => "close it with `}}`, or write `$${{` for the characters themselves",
            Fault::NotAVariable(inside) if inside.starts_with("env.") || inside.starts_with("secrets.") => {
                "no secret comes in through an expression: write `{ env: NAME }` where the value stands"
            }
            Fault::Empty | Fault::NotAVariable(_) => "write `${{ var.name }}`, or `$${{` for the characters themselves",
        };
        Diagnostic::at(Code::BadInterpolation, found.span, headline).help(help)
    }
}

pub(super) struct TooLong {
    pub(super) span: Span,
}

impl From<TooLong> for Diagnostic {
    fn from(found: TooLong) -> Self {
        Diagnostic::at(Code::BadInterpolation, found.span, "a text with expressions is longer than 1 MiB")
            .help("expressions belong into short texts; keep long ones in files")
    }
}

pub(super) struct NotHere<'a> {
    pub(super) span: Span,
    pub(super) section: &'a str,
}

impl From<NotHere<'_>> for Diagnostic {
    fn from(found: NotHere<'_>) -> Self {
        Diagnostic::at(Code::BadInterpolation, found.span, format!("no expression may stand under `{}`", found.section))
            .help("write the value out: it is read before any variable has a value")
    }
}

fn texts(scalars: &[Scalar]) -> Vec<&str> {
    scalars.iter().map(|scalar| scalar.text.as_str()).collect()
}

/// Words in backticks, the first twelve of them.
fn listed(words: &[&str]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<String> = words.iter().take(SHOWN).map(|word| format!("`{word}`")).collect();
    let more = if words.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
