//! Text for people: the one place where colour is added and where text from files, APIs and providers is made harmless.

use crate::text::is_hidden;
use std::borrow::Cow;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// How a piece of text is meant, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Strong,
    Quiet,
    Good,
    Caution,
    Bad,
    Accent,
}

impl Tone {
    fn escape(self) -> &'static str {
        match self {
            Tone::Plain => "",
            Tone::Strong => "\x1b[1m",
            Tone::Quiet => "\x1b[2m",
            Tone::Good => "\x1b[32m",
            Tone::Caution => "\x1b[33m",
            Tone::Bad => "\x1b[31m",
            Tone::Accent => "\x1b[36m",
        }
    }
}

/// A page under construction. Whatever is put on it is shown as text: it cannot steer the terminal.
#[derive(Debug, Default)]
pub(crate) struct Page {
    colour: bool,
    text: String,
}

impl Page {
    pub(crate) fn new(colour: bool) -> Self {
        Page { colour, text: String::new() }
    }

    /// Adds a piece of text in a tone, on the current line.
    pub(crate) fn put(&mut self, tone: Tone, text: &str) -> &mut Self {
        let text = visible(text);
        if self.colour && tone != Tone::Plain && !text.is_empty() {
            let _ = write!(self.text, "{}{text}\x1b[0m", tone.escape());
        } else {
            self.text.push_str(&text);
        }
        self
    }

    /// Adds plain text on the current line.
    pub(crate) fn say(&mut self, text: &str) -> &mut Self {
        self.put(Tone::Plain, text)
    }

    /// Adds text padded to a width in columns.
    pub(crate) fn cell(&mut self, tone: Tone, text: &str, width: usize) -> &mut Self {
        let used = visible(text).width();
        self.put(tone, text);
        self.text.extend(std::iter::repeat_n(' ', width.saturating_sub(used)));
        self
    }

    /// Ends the current line, without blanks at its end.
    pub(crate) fn end(&mut self) -> &mut Self {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
        self
    }

    pub(crate) fn line(&mut self, text: &str) -> &mut Self {
        self.say(text).end()
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

/// The width in columns that a piece of text takes on a page.
pub(crate) fn width(text: &str) -> usize {
    visible(text).width()
}

/// Text with everything written out that would not show as itself: control characters (a line break included), direction
/// changes and invisible characters, each as `\u{…}`.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_hidden(character) {
            let _ = write!(shown, "\\u{{{:x}}}", character as u32);
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_steer_the_terminal() {
        let mut page = Page::new(true);
        page.put(Tone::Bad, "a\x1b[2Jb\nc\u{202e}d");
        assert_eq!(page.into_text(), "\x1b[31ma\\u{1b}[2Jb\\u{a}c\\u{202e}d\x1b[0m");
    }

    #[test]
    fn cells_align_by_columns_not_bytes() {
        let mut page = Page::new(false);
        page.cell(Tone::Plain, "日本", 6).say("x").end().cell(Tone::Plain, "é", 6).end();
        assert_eq!(page.into_text(), "日本  x\né\n");
    }
}
