//! What is wrong with what declarations say, in words. No value of a field that may be secret is ever quoted.

mod connections;
mod graph;
mod names;
mod scripts;
mod services;
mod urls;
mod webhooks;

pub(super) use connections::{
    BadParameter, DeprecatedScope, MissingCredential, MissingScope, NoParameters, ScopeNotInService, ScopeWithoutService,
    UnknownCredential, UnknownScope,
};
pub(super) use graph::{DependencyCycle, Edge, UnusedConnection, UnusedService};
pub(super) use names::{
    BadOwnership, CannotAuthenticate, MoveFault, OwnershipFault, UnknownConnection, UnknownDependency, UnknownMoved, UnknownService,
};
pub(super) use scripts::{
    BadScriptUrl, DeprecatedCall, DynamicConnection, EscapingFile, ForeignConnection, Misfit, MissingBlockKey, MissingScript,
    NamelessConnection, OwnAuthorization, RepeatedBlockKey, ScriptMistake, ScriptTooLarge, SecretInScript, UndeclaredConnection,
    UnknownBlockKey, UnknownMethod, UnquotedConnection, UnreadableScript,
};
pub(super) use services::{BadHost, HostFault, MissingOfflineAccess, MissingSetting, OfflineBy, ShadowsDefaultService, UnclearDelimiter};
pub(super) use urls::{BadUrl, HostNotAllowed, PlainHttp, SecretInUrl, UrlFault, UrlSecret};
pub(super) use webhooks::{BadMergeField, BrokenHeader, Contradiction, DuplicateHeader, ForbiddenHeader, HostDecidedLater};
pub(super) use webhooks::{LiteralSecret, NeedsLoginUser, SecretInBody};

use crate::diag::Diagnostic;
use crate::text::{Span, is_hidden};

/// The longest text that is quoted, in characters.
const QUOTED: usize = 80;

/// A text of the user's in backticks: clipped, and with nothing in it that steers a terminal.
fn quoted(text: &str) -> String {
    let mut out = String::from("`");
    for letter in text.chars().take(QUOTED) {
        match letter {
            letter if is_hidden(letter) => out.extend(letter.escape_unicode()),
            letter => out.push(letter),
        }
    }
    if text.chars().nth(QUOTED).is_some() {
        out.push('…');
    }
    out.push('`');
    out
}

/// Names in backticks with commas between, and how many more there are.
fn listed<'a>(names: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let shown: Vec<String> = names.iter().take(most).map(|name| quoted(name)).collect();
    let more = names.len().saturating_sub(most);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

/// `did you mean …?` with the edit, where a near name is known; otherwise the words of `or`.
fn or_near(diagnostic: Diagnostic, near: Option<String>, at: Span, or: impl Into<String>) -> Diagnostic {
    match near {
        Some(near) => diagnostic.fix(format!("did you mean {}?", quoted(&near)), at, near),
        None => diagnostic.help(or),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_short_and_steers_nothing() {
        assert_eq!(quoted("a\u{1b}[2J\u{202e}b"), "`a\\u{1b}[2J\\u{202e}b`");
        assert_eq!(quoted(&"x".repeat(500)).chars().count(), QUOTED + 3);
        assert_eq!(listed(["a", "b", "c"], 2), "`a`, `b` and 1 more");
    }
}
