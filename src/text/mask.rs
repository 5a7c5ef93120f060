//! Hides what may be a secret in lines that are shown. Works on lines alone, so also on files that are not YAML: it would
//! rather hide too much.

use super::Source;
use super::secrets::{in_text, is_perhaps, is_secret_name};
use super::written::{Shown, closing, reference};
use std::collections::BTreeMap;
use std::ops::Range;

/// What stands in place of each character of a secret.
const DOT: char = '•';

/// Keys whose values are secrets wherever they stand.
const SECRET_KEYS: [&str; 12] = [
    "clientsecret",
    "consumersecret",
    "secret",
    "password",
    "passwd",
    "token",
    "apikey",
    "xapikey",
    "privatekey",
    "authorization",
    "proxyauthorization",
    "cookie",
];

/// Keys whose whole contents are secrets.
const SECRET_SECTIONS: [&str; 2] = ["credentials", "secrets"];

/// Keys that end like a secret's and name none: endpoints, methods, names.
const HARMLESS_ENDINGS: [&str; 6] = ["url", "uri", "method", "type", "name", "expiry"];

/// Lines of a file as they may be shown: the characters of each secret replaced one for one, so that columns hold.
#[derive(Debug)]
pub struct Masked<'s> {
    source: &'s Source,
    /// Masked lines that differ from the file's, by number from 0.
    lines: BTreeMap<usize, String>,
}

impl Masked<'_> {
    /// A line, from 0; empty past the end.
    pub fn line(&self, line: usize) -> &str {
        self.lines.get(&line).map_or_else(|| self.source.line(line), String::as_str)
    }

    /// Hides a place too that was told to hold a secret, unless lines alone have told the secret in it.
    pub fn hide(&mut self, start: u32, end: u32) {
        let (from, to) = (self.source.position(start), self.source.position(end));
        let columns = |line: usize| {
            let first = if line == from.line { from.column - 1 } else { 0 };
            first..if line == to.line { to.column - 1 } else { usize::MAX }
        };
        let is_told =
            |line: usize| self.line(line - 1).chars().enumerate().any(|(at, letter)| letter == DOT && columns(line).contains(&at));
        if (from.line..=to.line).any(is_told) {
            return;
        }
        for line in from.line..=to.line {
            let letters = self.line(line - 1).chars().enumerate();
            let shown = letters.map(|(at, letter)| if columns(line).contains(&at) { DOT } else { letter }).collect();
            self.lines.insert(line - 1, shown);
        }
    }
}

/// Masks a whole file. Takes one walk over it: do it once a file that is shown.
pub fn masked(source: &Source) -> Masked<'_> {
    let mut state = State::default();
    let mut lines = BTreeMap::new();
    for at in 0..source.line_starts().len() {
        let line = source.line(at);
        if let Some(hidden) = state.mask(line) {
            lines.insert(at, hidden);
        }
    }
    Masked { source, lines }
}

/// A whole text with its secrets hidden, one character for one; `None` where there are none.
pub fn masked_text(text: &str) -> Option<String> {
    let mut state = State::default();
    let mut shown = String::with_capacity(text.len());
    let mut is_masked = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        let hidden = state.mask(bare);
        is_masked |= hidden.is_some();
        shown.push_str(hidden.as_deref().unwrap_or(bare));
        shown.push_str(&line[bare.len()..]);
    }
    is_masked.then_some(shown)
}

/// What earlier lines mean for a line.
#[derive(Debug, Default)]
struct State {
    /// The indentation of a key below which everything is secret.
    below: Option<usize>,
    /// A quote that a secret value opened and no line closed yet.
    quote: Option<char>,
}

impl State {
    /// The line with its secrets hidden; `None` where there are none.
    fn mask(&mut self, line: &str) -> Option<String> {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        if let Some(quote) = self.quote {
            return Some(self.mask_quoted(line, quote));
        }
        if trimmed.is_empty() {
            return None;
        }
        if let Some(key) = self.below {
            if indent > key || (indent == key && trimmed.starts_with("- ")) {
                return mask_inside(line, indent);
            }
            self.below = None;
        }
        self.mask_fields(line)
    }

    fn mask_quoted(&mut self, line: &str, quote: char) -> String {
        let end = closing(line, quote);
        let (hidden, rest) = line.split_at(end.unwrap_or(line.len()));
        if end.is_some() {
            self.quote = None;
        }
        dots(hidden) + rest
    }

    /// Looks at every `key: value` of a line, also inside `{ }`.
    fn mask_fields(&mut self, line: &str) -> Option<String> {
        let mut hidden: Vec<(usize, usize)> = Vec::new();
        let mut from = 0;
        while let Some(colon) = next_colon(line, from) {
            from = colon + 1;
            let key_start = key_start(line, colon);
            let value_start = colon + 1 + (line[colon + 1..].len() - line[colon + 1..].trim_start().len());
            let (key, value) = (&line[key_start..colon], &line[value_start..]);
            if !is_secret(key) && !is_perhaps_secret(key, value) {
                continue;
            }
            let indent = line[..key_start].trim_end_matches(['"', '\'']).len();
            match Shown::of(value) {
                Shown::Reference(len) => from = value_start + len,
                Shown::Below => self.below = Some(indent),
                Shown::Inline(len) => {
                    hidden.push((value_start, value_start + len));
                    from = value_start + len;
                }
                Shown::Open(quote) => {
                    hidden.push((value_start, line.len()));
                    self.quote = Some(quote);
                    from = line.len();
                }
                // A plain value may go on over the next, deeper lines.
                Shown::Plain(len) | Shown::Collection(len) => {
                    hidden.push((value_start, value_start + len));
                    if value_start + len == line.len() {
                        self.below = Some(indent);
                    }
                    from = value_start + len;
                }
            }
        }
        hidden.extend(in_urls(line));
        hidden.extend(in_text(line).into_iter().map(|range| (range.start, range.end)));
        hide(line, hidden)
    }
}

/// Whether a key such as `code` or `sid` names a secret: its value, up to where it may end, decides.
fn is_perhaps_secret(key: &str, value: &str) -> bool {
    let value = value.trim_start_matches(['"', '\'']);
    let end = value.find(|letter: char| letter.is_whitespace() || "\"',}]".contains(letter)).unwrap_or(value.len());
    is_perhaps(key.trim_matches(['"', '\'', ' ']), &value[..end])
}

/// Whether the value of a key is a secret, or holds some.
fn is_secret(key: &str) -> bool {
    let name = key.trim_matches(['"', '\'', ' ']);
    let letters = key.chars().filter(char::is_ascii_alphanumeric);
    let key: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    let is_harmless = HARMLESS_ENDINGS.iter().any(|ending| key.ends_with(ending));
    let is_named = || SECRET_KEYS.iter().any(|secret| key.ends_with(secret)) || (is_secret_name(name) && !key.ends_with("credentials"));
    // `auth:` is a section of declarations, and none of its own words is a secret.
    SECRET_SECTIONS.contains(&key.as_str()) || (!is_harmless && key != "auth" && is_named())
}

/// The next colon that may stand behind a key: followed by a blank or nothing, or behind a quoted key.
fn next_colon(line: &str, from: usize) -> Option<usize> {
    let bytes = line.as_bytes();
    (from..bytes.len()).find(|at| {
        bytes[*at] == b':'
            && (matches!(bytes.get(at + 1), None | Some(b' ' | b'\t'))
                || *at > 0 && matches!(bytes[at - 1], b'"' | b'\'')
                || bytes.get(at + 1).is_some_and(|next| matches!(next, b'"' | b'\'' | b'{' | b'[')))
    })
}

/// Where the key in front of a colon starts.
fn key_start(line: &str, colon: usize) -> usize {
    let before = &line[..colon];
    let at = before
        .rfind(|letter: char| !(letter.is_ascii_alphanumeric() || "_-.\"' ".contains(letter)))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let key = &before[at..];
    let dash = if key.trim_start().starts_with("- ") { key.find("- ").map_or(0, |dash| dash + 2) } else { 0 };
    let key = &key[dash..];
    at + dash + (key.len() - key.trim_start().len())
}

/// A line below a secret key: its values are hidden, its keys and references are not.
fn mask_inside(line: &str, indent: usize) -> Option<String> {
    let text = &line[indent..];
    let colon = next_colon(text, 0)
        .filter(|colon| text[..*colon].chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.\"' ".contains(letter)));
    let start = match colon {
        Some(colon) => indent + colon + 1 + (text[colon + 1..].len() - text[colon + 1..].trim_start().len()),
        None => indent,
    };
    let value = &line[start..];
    let is_harmless = value.is_empty() || value.starts_with('#') || reference(value).is_some() || is_reference_line(text);
    if is_harmless { None } else { hide(line, vec![(start, line.len())]) }
}

/// `env: NAME` or `file: PATH` on a line of its own.
fn is_reference_line(text: &str) -> bool {
    text.starts_with("env: ") || text.starts_with("file: ")
}

/// Passwords in front of a host, and values of query parameters that are named like secrets.
pub fn secrets_in_urls(text: &str) -> Vec<Range<usize>> {
    in_urls(text).into_iter().map(|(from, to)| from..to).filter(|range| !range.is_empty()).collect()
}

pub(super) fn in_urls(line: &str) -> Vec<(usize, usize)> {
    let mut hidden = Vec::new();
    for (at, _) in line.match_indices("://") {
        let rest = &line[at + 3..];
        let end = rest.find(|letter: char| letter.is_whitespace() || "\"'`<>".contains(letter)).unwrap_or(rest.len());
        let url = &rest[..end];
        let host_end = url.find(['/', '?', '#']).unwrap_or(url.len());
        if let Some(user) = url[..host_end].rfind('@') {
            hidden.push((at + 3, at + 3 + user));
        }
        let Some(query) = url.find('?') else { continue };
        let mut start = query + 1;
        for pair in url[query + 1..].split(['&', ';']) {
            if let Some((key, value)) = pair.split_once('=')
                && (is_secret(key) || is_perhaps(key, value))
            {
                let from = at + 3 + start + key.len() + 1;
                hidden.push((from, from + value.len()));
            }
            start += pair.len() + 1;
        }
    }
    hidden
}

fn hide(line: &str, mut ranges: Vec<(usize, usize)>) -> Option<String> {
    ranges.retain(|(from, to)| from < to);
    if ranges.is_empty() {
        return None;
    }
    ranges.sort_unstable();
    let mut shown = String::with_capacity(line.len() * 2);
    let mut at = 0;
    for (from, to) in ranges {
        let from = from.max(at);
        if from < to {
            shown.push_str(&line[at..from]);
            shown.push_str(&dots(&line[from..to]));
            at = to;
        }
    }
    shown.push_str(&line[at..]);
    Some(shown)
}

fn dots(text: &str) -> String {
    text.chars().map(|letter| if letter.is_whitespace() { letter } else { DOT }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let source = Source::new("a.yaml", text);
        let masked = masked(&source);
        (0..text.lines().count()).map(|line| format!("{}\n", masked.line(line))).collect()
    }

    #[test]
    fn a_place_that_is_told_is_hidden_unless_its_secret_is_already() {
        let source = Source::new("a.ds", "put(\"k\", \"canary\n é\");\nurl = \"https://me:pw@a.example\";");
        let mut masked = masked(&source);
        masked.hide(10, 20);
        assert_eq!((masked.line(0), masked.line(1)), ("put(\"k\", \"••••••", "••\");"));
        masked.hide(32, 56);
        assert_eq!(masked.line(2), "url = \"https://•••••@a.example\";");
    }

    #[test]
    fn values_of_secret_keys_are_hidden_one_for_one() {
        for (line, expected) in [
            ("client_secret: abc", "client_secret: •••"),
            ("  password: \"a b\" # c", "  password: •• •• # c"),
            ("- X-Api-Key: 'it''s'", "- X-Api-Key: •••••••"),
            ("headers: { Authorization: Bearer x, B: c }", "headers: { Authorization: •••••• •• •• • •"),
            ("\"token\":\"xyz\"", "\"token\":•••••"),
            ("access_token: é", "access_token: •"),
            ("client_secret: [a, b", "client_secret: ••• •"),
            ("url: https://user:pw@host/x?a=1&api_key=k&b=2", "url: https://•••••••@host/x?a=1&api_key=•&b=2"),
            ("credentials: { key: abc }", "credentials: • •••• ••• •"),
            ("credentials: { k: { env: A }, b: c }", "credentials: • •• • •••• • •• •• • •"),
        ] {
            assert_eq!(shown(line), format!("{expected}\n"), "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn columns_hold_whatever_the_text(text in "[a-z_:\"'{}#|>\\[\\], \n\té•@?&=/-]{0,200}") {
            let text = text.replace("ab", "password").replace("cd", "api_key: ");
            let source = Source::new("a.yaml", text.as_str());
            let masked = masked(&source);
            for line in 0..source.line_starts().len() {
                proptest::prop_assert_eq!(masked.line(line).chars().count(), source.line(line).chars().count());
            }
        }
    }

    #[test]
    fn references_and_harmless_keys_stay() {
        for line in [
            "client_secret: { env: NAME }",
            "client_secret: {file: a/b}",
            "token_url: https://a.example/token",
            "access_token_url: https://a.example",
            "use_login_user_credentials: false",
            "service: slack",
            "text: \"Door open: ${alarm.device}\"",
            "credentials: {api_key: {env: NAME}, \"X-Key\": { file: a/b } }",
            "credentials:\n  key: { env: NAME }\n  other:\n    env: NAME\nname: x",
        ] {
            assert_eq!(shown(line), format!("{line}\n"));
        }
    }

    #[test]
    fn what_goes_over_several_lines_is_hidden_to_its_end() {
        assert_eq!(shown("private_key: |\n  ab\n\n  cd\nname: x\n"), "private_key: |\n  ••\n\n  ••\nname: x\n");
        assert_eq!(shown("password: \"ab\n  cd\" # e\nname: x\n"), "password: •••\n  ••• # e\nname: x\n");
        assert_eq!(shown("password: ab\n  cd\nname: x\n"), "password: ••\n  ••\nname: x\n");
        assert_eq!(shown("credentials:\n  user: ab\n  \"k\": 'c'\nname: x\n"), "credentials:\n  user: ••\n  \"k\": •••\nname: x\n");
        assert_eq!(shown("  token:\n  - ab\n  name: x\n"), "  token:\n  - ••\n  name: x\n".replace("- ••", "• ••"));
    }
}
