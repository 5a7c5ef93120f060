//! How the value of a secret's key is written: as a reference, in quotes, over several lines.

/// How a secret key's value is written.
pub(super) enum Shown {
    /// `{ env: … }` or `{ file: … }`, or a collection of these, this long: nothing to hide.
    Reference(usize),
    /// On the lines below.
    Below,
    Inline(usize),
    /// A collection, or what has a tag or an anchor: it may go on over the lines below.
    Collection(usize),
    /// From here on, up to a closing quote on a later line.
    Open(char),
    Plain(usize),
}

impl Shown {
    pub(super) fn of(value: &str) -> Shown {
        let first = value.chars().next();
        if let Some(len) = reference(value).or_else(|| references(value)) {
            return Shown::Reference(len);
        }
        match first {
            None | Some('#' | '|' | '>') => Shown::Below,
            Some(quote @ ('"' | '\'')) => match closing(&value[1..], quote) {
                Some(end) => Shown::Inline(end + 1),
                None => Shown::Open(quote),
            },
            // What follows on this line may be part of it: better hidden too.
            Some('{' | '[' | '&' | '!') => Shown::Collection(value.len()),
            Some(_) => Shown::Plain(value.len()),
        }
    }
}

/// The length of a reference at the start of a text.
pub(super) fn reference(value: &str) -> Option<usize> {
    let inside = value.strip_prefix('{')?.trim_start();
    let end = value.find('}')?;
    let holds = ["env:", "file:", "\"env\":", "\"file\":"].iter().any(|key| inside.starts_with(key));
    (holds && !value[..end].contains(',')).then_some(end + 1)
}

/// The length of a collection at the start of a text that holds references only: `{ key: { env: … }, … }`.
fn references(value: &str) -> Option<usize> {
    let is_key = |key: &str| key.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.\"' ".contains(letter));
    let mut rest = value.strip_prefix('{')?;
    loop {
        let (_, after) = rest.split_once(':').filter(|(key, _)| is_key(key))?;
        let after = after.trim_start();
        rest = after[reference(after)?..].trim_start();
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return Some(value.len() - rest.strip_prefix('}')?.len()),
        }
    }
}

/// The byte behind the quote that closes a text.
pub(super) fn closing(text: &str, quote: char) -> Option<usize> {
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' if quote == '"' => {
                letters.next();
            }
            letter if letter == quote => {
                if quote == '\'' && letters.next_if(|(_, next)| *next == '\'').is_some() {
                    continue;
                }
                return Some(at + 1);
            }
            _ => {}
        }
    }
    None
}
