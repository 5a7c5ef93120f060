//! What a project's own template may do: so little that its work is bounded by its text and the project's data.
//!
//! The engine has no budget of its own, so nothing here counts at run time: loops go over the project's lists, two deep at
//! most, and no text grows by itself. Knows the lexical form of templates, which the engine has already accepted.

use std::ops::Range;

/// Loops within loops; an `include` within a loop may hold one.
const DEEPEST: usize = 2;

/// `~`, and `|`, in one `{{ … }}` or `{% … %}`: a filter that quotes doubles what was quoted.
const MOST_OPERATORS: usize = 8;

/// The largest template that is read, in bytes.
const LARGEST: usize = 64 << 10;

const TAGS: [&str; 11] = ["if", "elif", "else", "endif", "for", "endfor", "break", "continue", "include", "set", "endset"];

/// Something that a template may not do.
pub(super) struct Refused {
    pub(super) range: Range<usize>,
    pub(super) message: String,
    pub(super) help: &'static str,
}

/// The first thing in a well-formed template that it may not do. `name` begins with `_` if others include it.
pub(super) fn refused(name: &str, text: &str) -> Option<Refused> {
    let steers = |at: usize, c: char| match c {
        '\t' | '\n' => false,
        '\r' => !text[at..].starts_with("\r\n"),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        _ => c.is_control(),
    };
    if let Some((at, found)) = text.char_indices().find(|(at, c)| steers(*at, *c)) {
        let message = format!("the control character U+{:04X}", u32::from(found));
        return Some(Refused { range: at..at + found.len_utf8(), message, help: "remove it: printed, it would steer the terminal" });
    }
    if text.len() > LARGEST {
        return Some(refuse(0..0, format!("it is larger than {LARGEST} bytes"), "divide it, and `include` its parts"));
    }
    let mut loops = usize::from(name.starts_with('_'));
    tags(text).iter().find_map(|tag| tag.refused(name, &mut loops))
}

fn refuse(range: Range<usize>, message: impl Into<String>, help: &'static str) -> Refused {
    Refused { range, message: message.into(), help }
}

/// `{{ … }}` or `{% … %}`: its words, texts and marks.
struct Tag<'t> {
    is_statement: bool,
    range: Range<usize>,
    tokens: Vec<&'t str>,
}

impl Tag<'_> {
    fn refused(&self, name: &str, loops: &mut usize) -> Option<Refused> {
        let (word, rest) = match self.tokens.split_first() {
            Some((word, rest)) if self.is_statement => (*word, rest),
            _ => ("", &self.tokens[..]),
        };
        let found = match word {
            "for" => {
                *loops += 1;
                if *loops > DEEPEST { Some(too_deep()) } else { source(rest) }
            }
            "endfor" => {
                *loops = loops.saturating_sub(1);
                None
            }
            "include" => include(name, rest, *loops),
            "set" if !rest.iter().skip(1).all(|token| *token == "=" || is_path(token)) || !rest.contains(&"=") => {
                Some(("`set` gives a name to more than a value of the project", "write `{% set a = b.c %}`: a name and a path"))
            }
            "" => None,
            word if TAGS.contains(&word) => None,
            _ => Some(("this tag is not for templates of a project", "use `if`, `for`, `include`, `set` and `raw`")),
        };
        let (message, help) = found.or_else(|| expression(rest))?;
        Some(refuse(self.range.clone(), message, help))
    }
}

type Fault = (&'static str, &'static str);

fn too_deep() -> Fault {
    ("loops stand more than two deep", "an included template counts as one loop: take the inner list where it is shown")
}

fn include(name: &str, rest: &[&str], loops: usize) -> Option<Fault> {
    match rest.first().map(|path| path.trim_matches(['"', '\'', '`'])) {
        _ if name.starts_with('_') => Some(("an included template includes another", "include both from the template that is rendered")),
        Some(path) if !path.starts_with('_') => Some(("only a template that starts with `_` is included", "rename it: `_part.txt`")),
        _ if loops >= DEEPEST => Some(too_deep()),
        _ => None,
    }
}

/// What a loop goes over: `… in connection.calls`, with a condition after it or not.
fn source(rest: &[&str]) -> Option<Fault> {
    let over = rest.iter().skip_while(|token| **token != "in").skip(1).take_while(|token| **token != "if");
    let allowed = |token: &str| (is_path(token) && token != "split") || token == "|";
    (!over.clone().all(|token| allowed(token)))
        .then_some(("a loop goes over something that is no list of the project", "loop over a path: `{% for call in connection.calls %}`"))
}

fn is_path(token: &str) -> bool {
    token == "." || token.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
}

fn expression(tokens: &[&str]) -> Option<Fault> {
    let count = |mark: &str| tokens.iter().filter(|token| **token == mark).count();
    let calls = |word: &str| tokens.windows(2).any(|pair| pair == [word, "("]);
    if calls("range") {
        return Some(("`range` is switched off", "loop over a path: `{% for call in connection.calls %}`"));
    }
    if tokens.contains(&"for") {
        return Some(("a loop stands inside of an expression", "write it as `{% for … %}`"));
    }
    if calls("replace") || calls("join") {
        return Some(("`replace` and `join` are switched off: a text could grow without end", "write the parts in a loop"));
    }
    let many = count("~") > MOST_OPERATORS || count("|") > MOST_OPERATORS;
    many.then_some(("more than eight `~` or filters in one expression", "write the parts one after the other"))
}

fn tags(text: &str) -> Vec<Tag<'_>> {
    let (mut all, mut at) = (Vec::new(), 0);
    while let Some(start) = text[at..].find('{').map(|found| at + found) {
        let rest = &text[start..];
        at = if rest.starts_with("{#") {
            rest.find("#}").map_or(text.len(), |end| start + end + 2)
        } else if rest.starts_with("{{") || rest.starts_with("{%") {
            let tag = tag(text, start);
            let end = tag.range.end;
            let raw = tag.is_statement && tag.tokens == ["raw"];
            all.extend((!raw).then_some(tag));
            if raw { end_of_raw(text, end) } else { end }
        } else {
            start + 1
        };
    }
    all
}

/// Where the tag `endraw` ends that follows.
fn end_of_raw(text: &str, from: usize) -> usize {
    let starts = text[from..].match_indices("{%").map(|(at, _)| from + at);
    let inside = |start: usize| text[start + 2..].trim_start_matches('-').trim_start();
    let end =
        starts.filter(|start| inside(*start).starts_with("endraw")).find_map(|start| text[start..].find("%}").map(|end| start + end + 2));
    end.unwrap_or(text.len())
}

fn tag(text: &str, start: usize) -> Tag<'_> {
    let is_statement = text[start..].starts_with("{%");
    let close = if is_statement { "%}" } else { "}}" };
    let mut at = start + 2;
    let mut tokens = Vec::new();
    while at < text.len() && !text[at..].starts_with(close) {
        let length = token(&text[at..]);
        let token = &text[at..at + length];
        let is_dash = token == "-" && (at == start + 2 || text[at + 1..].starts_with(close));
        tokens.extend((!token.trim().is_empty() && !is_dash).then_some(token));
        at += length;
    }
    Tag { is_statement, range: start..(at + close.len()).min(text.len()), tokens }
}

/// The length of the token that a text begins with: a quoted text, a word, or one character.
fn token(text: &str) -> usize {
    let first = text.chars().next().map_or(0, char::len_utf8);
    match text.as_bytes()[0] {
        quote @ (b'"' | b'\'' | b'`') => quoted(text, quote),
        byte if byte.is_ascii_alphanumeric() || byte == b'_' => {
            text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
        }
        _ => first,
    }
}

fn quoted(text: &str, quote: u8) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == quote && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}
