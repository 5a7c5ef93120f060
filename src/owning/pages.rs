//! A file of the project, changed by whole lines: entries put into its sections, and taken out of them.

use super::proof::Refused;
use crate::compile::syntax::{Budget, Entry, NodeId, Tree, parse};
use crate::diag::Diagnostics;
use crate::text::FileId;
use std::ops::Range;
use std::sync::Arc;

/// The most values that one file may hold, aliases written out.
const VALUES: u64 = 4_000_000;

/// A file as it will read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewText {
    pub path: String,
    /// As it reads now; `None` where it is not there.
    pub before: Option<String>,
    pub after: String,
}

/// One file, as the compiler reads it.
pub(super) struct Page<'t> {
    path: &'t str,
    text: &'t str,
    tree: Tree,
    line: &'static str,
}

impl<'t> Page<'t> {
    /// Of a valid file, without a byte order mark.
    pub(super) fn read(path: &'t str, text: &'t str) -> Page<'t> {
        let shared: Arc<str> = text.into();
        let tree = parse(&mut Diagnostics::default(), FileId(0), &shared, &Budget::new(VALUES));
        Page { path, text, tree, line: if text.contains("\r\n") { "\r\n" } else { "\n" } }
    }

    /// The text with lines put at the end of sections, each section with its lines as they stand two columns deep. A section
    /// that is not there is put at the end.
    pub(super) fn with(&self, sections: &[(&str, String)]) -> Result<String, Refused> {
        if self.text.trim_start().starts_with('{') {
            return Err(self.manner("it is written with braces"));
        }
        let mut puts = Vec::new();
        let mut tail = String::new();
        for (section, lines) in sections {
            match self.tree.entry(self.tree.root(), section).map(|entry| entry.value) {
                None => tail.push_str(&format!("\n{section}:\n{lines}")),
                Some(section) => puts.push(self.put(section, lines)?),
            }
        }
        let mut text = self.text.to_owned();
        puts.sort_by_key(|(range, _)| range.start);
        for (range, put) in puts.into_iter().rev() {
            let gap = if text[..range.start].ends_with('\n') { "" } else { "\n" };
            text.replace_range(range, &self.broken(&format!("{gap}{put}")));
        }
        if !tail.is_empty() {
            let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            text.push_str(&self.broken(&format!("{gap}{tail}")));
        }
        Ok(text)
    }

    /// The text with one more item in a list, which may be written in brackets.
    pub(super) fn with_item(&self, section: &str, item: &str) -> Result<String, Refused> {
        let is_plain = item.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'-'));
        let item = if is_plain { item.to_owned() } else { serde_json::json!(item).to_string() };
        self.with_items(section, vec![item.clone()], &format!("  - {item}\n"))
    }

    /// The text with more items in a list: in brackets where it is written so, or else as lines.
    pub(super) fn with_items(&self, section: &str, items: Vec<String>, lines: &str) -> Result<String, Refused> {
        let list = self.tree.entry(self.tree.root(), section).map(|entry| entry.value);
        let Some(list) = list.filter(|list| self.is_flow(*list)) else {
            return self.with(&[(section, lines.to_owned())]);
        };
        let is_json = self.text.trim_start().starts_with('{');
        let items: Vec<String> =
            items.into_iter().map(|item| if is_json && !item.starts_with('"') { format!("\"{item}\"") } else { item }).collect();
        let items = items.join(", ");
        let (at, put) = match self.tree.items(list).last() {
            Some(last) => (self.tree.span(*last).end as usize, format!(", {items}")),
            None => (self.tree.span(list).start as usize + 1, items),
        };
        let mut text = self.text.to_owned();
        text.insert_str(at, &put);
        Ok(text)
    }

    /// The text without some lines, and without a second blank line where they were.
    pub(super) fn cut(&self, mut ranges: Vec<Range<usize>>) -> String {
        let mut text = self.text.to_owned();
        ranges.sort_by_key(|range| range.start);
        for range in ranges.into_iter().rev() {
            let is_blank_before = text[..range.start].ends_with("\n\n") || range.start == 0;
            let blank_after = text[range.end..].len() - text[range.end..].trim_start_matches('\n').len();
            let end = if is_blank_before { range.end + blank_after } else { range.end };
            text.replace_range(range.start..end, "");
        }
        let trimmed = text.trim_end().len();
        if trimmed == 0 { String::new() } else { text[..trimmed].to_owned() + self.line }
    }

    /// Where and what is put at the end of a section that is there.
    fn put(&self, section: NodeId, lines: &str) -> Result<(Range<usize>, String), Refused> {
        let span = self.tree.span(section);
        let (from, to) = (span.start as usize, span.end as usize);
        if self.is_flow(section) && self.is_empty(section) && self.text[to..self.line_end(to)].trim().is_empty() {
            let from = self.text[..from].trim_end().len();
            return Ok((from..self.line_end(to), lines.to_owned()));
        }
        let entries = self.tree.entries(section);
        let last = match entries.last() {
            Some(entry) => Some((self.tree.key_span(entry).start as usize, self.end(entry.value))),
            None => self.tree.items(section).last().map(|item| (self.dash(*item), self.end(*item))),
        };
        let Some((start, end)) = last.filter(|_| !self.is_flow(section)) else {
            return Err(self.manner("a section of it is written in brackets"));
        };
        let indent = &self.text[self.line_start(start)..start];
        if !indent.bytes().all(|byte| byte == b' ') {
            return Err(self.manner("a section of it is not written one entry a line"));
        }
        let put = lines.lines().map(|line| match line.strip_prefix("  ") {
            Some(line) => format!("{indent}{line}\n"),
            None => format!("{line}\n"),
        });
        let at = self.line_end(end);
        Ok((at..at, put.collect()))
    }

    /// The lines of an entry of a mapping, the comments directly above it among them; with the section, where nothing else is
    /// in it.
    pub(super) fn lines_of(&self, section: &str, keys: &[&str]) -> Result<Vec<Range<usize>>, Refused> {
        let Some(section) = self.tree.entry(self.tree.root(), section) else { return Ok(Vec::new()) };
        let entries = self.tree.entries(section.value);
        let found = entries.iter().filter(|entry| keys.contains(&self.tree.key(entry)));
        let places: Vec<(usize, usize)> = found.map(|entry| (self.tree.key_span(entry).start as usize, self.end(entry.value))).collect();
        self.ranges(section.value, self.tree.key_span(section).start as usize, places, entries.len())
    }

    /// The declaration that reaches over a place, as its section and its key.
    pub(super) fn declared_at(&self, at: usize) -> Option<(&str, &str)> {
        let sections = self.tree.entries(self.tree.root());
        sections.iter().find_map(|section| {
            let entries = self.tree.entries(section.value);
            let over = |entry: &&Entry| (self.tree.key_span(entry).start as usize..self.tree.span(entry.value).end as usize).contains(&at);
            Some((self.tree.key(section), self.tree.key(entries.iter().find(over)?)))
        })
    }

    /// The lines of the items of a list that name one of the addresses.
    pub(super) fn items_of(&self, section: &str, addresses: &[String]) -> Result<Vec<Range<usize>>, Refused> {
        let Some(section) = self.tree.entry(self.tree.root(), section) else { return Ok(Vec::new()) };
        let items = self.tree.items(section.value);
        let named = |item: &NodeId| match self.tree.find(*item, "/address") {
            Some(node) => self.tree.string(node),
            None => self.tree.string(*item),
        };
        let found = items.iter().filter(|item| named(item).is_some_and(|name| addresses.iter().any(|address| address == name)));
        let places: Vec<(usize, usize)> = found.map(|item| (self.dash(*item), self.end(*item))).collect();
        self.ranges(section.value, self.tree.key_span(section).start as usize, places, items.len())
    }

    fn ranges(&self, section: NodeId, key: usize, places: Vec<(usize, usize)>, all: usize) -> Result<Vec<Range<usize>>, Refused> {
        let Some(last) = places.last() else { return Ok(Vec::new()) };
        if places.len() == all {
            let whole = self.line_start(key)..self.line_end(last.1.max(self.end(section)));
            return Ok(std::iter::once(whole).collect());
        }
        if self.is_flow(section) {
            return Err(self.manner("a section of it is written in brackets"));
        }
        let lines = |(start, end): (usize, usize)| {
            let from = self.line_start(start);
            let is_own = self.text[from..start].bytes().all(|byte| byte == b' ');
            is_own.then(|| self.with_comments(from, start - from)..self.line_end(end))
        };
        let ranges: Option<Vec<_>> = places.into_iter().map(lines).collect();
        ranges.ok_or_else(|| self.manner("a section of it is not written one entry a line"))
    }

    /// Where the comments begin that stand directly above a line, as deep as it.
    fn with_comments(&self, line: usize, depth: usize) -> usize {
        let mut from = line;
        while from > 0 {
            let above = self.line_start(from - 1);
            let text = &self.text[above..from];
            if !text.trim_start_matches(' ').starts_with('#') || text.len() - text.trim_start_matches(' ').len() != depth {
                break;
            }
            from = above;
        }
        from
    }

    /// Where the text of a value ends, without the comments and blank lines that its span may reach over.
    fn end(&self, node: NodeId) -> usize {
        let last = match self.tree.entries(node).last() {
            Some(entry) => Some((entry.value, self.tree.key_span(entry).end as usize)),
            None => self.tree.items(node).last().map(|item| (*item, 0)),
        };
        let span = self.tree.span(node);
        match last {
            Some((last, key)) if !self.is_flow(node) && self.tree.target(node).is_none() => self.end(last).max(key),
            Some(_) | None => self.text[..span.end as usize].trim_end().len().max(span.start as usize),
        }
    }

    fn is_empty(&self, node: NodeId) -> bool {
        self.tree.entries(node).is_empty() && self.tree.items(node).is_empty()
    }

    fn is_flow(&self, node: NodeId) -> bool {
        self.text[self.tree.span(node).start as usize..].starts_with(['[', '{'])
    }

    fn dash(&self, item: NodeId) -> usize {
        let start = self.tree.span(item).start as usize;
        self.text[..start].rfind('-').unwrap_or(start)
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |at| at + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |length| at + length + 1)
    }

    fn broken(&self, lines: &str) -> String {
        if self.line == "\n" { lines.to_owned() } else { lines.replace('\n', self.line) }
    }

    fn manner(&self, what: &'static str) -> Refused {
        Refused::Manner { path: self.path.to_owned(), what }
    }
}
