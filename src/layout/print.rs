//! Sheet → text: two blanks a level, sequences indented, short flow collections on one line, one empty line between the
//! sections of a file and between its resources.

use super::scalar::{self, Place};
use super::sheet::{Body, Group, Item, Node, Note, Sheet};
use super::{block, flow};

/// How wide a line with a flow collection may be, in characters.
pub(super) const WIDTH: usize = 100;

/// Keys of the root that are sections: an empty line stands around each that takes several lines.
const SECTIONS: [&str; 9] = ["variables", "environments", "services", "connections", "webhooks", "functions", "moved", "adopt", "forget"];
/// Those of them that hold resources: an empty line stands between two of which one takes several lines.
const OF_RESOURCES: [&str; 4] = ["services", "connections", "webhooks", "functions"];

/// Prints a sheet.
pub(super) fn print(sheet: &Sheet<'_>) -> String {
    let mut printer = Printer { out: String::new(), line: 0, keeps_blanks: false };
    printer.notes(&sheet.header, 0, Lead::None);
    if let Some(root) = &sheet.root {
        printer.root(root, !sheet.header.is_empty() && sheet.gap);
    }
    printer.notes(&sheet.tail, 0, Lead::AsWritten);
    printer.out
}

/// Which group is being printed, as far as empty lines go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Root { gap: bool },
    Resources,
    Other,
}

/// What is known of the empty line above the first of several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    None,
    AsWritten,
    Wanted,
}

struct Printer {
    out: String,
    /// Where the current line starts.
    line: usize,
    /// Whether an empty line here would become part of a block scalar.
    keeps_blanks: bool,
}

impl Printer {
    fn root(&mut self, root: &Item<'_>, gap: bool) {
        let lead = if gap { Lead::Wanted } else { Lead::None };
        if let Body::Mapping(group) | Body::Sequence(group) = &root.value.body
            && flow::is_broken(&root.value, 0)
        {
            let opening: Vec<&str> = [root.value.props.as_str()].into_iter().chain(root.head).filter(|part| !part.is_empty()).collect();
            if !opening.is_empty() {
                self.blank_if(gap);
                self.put(&opening.join(" "));
                self.end();
            }
            let gap = gap && opening.is_empty();
            self.notes(&root.before, 0, Lead::AsWritten);
            self.group(group, 0, false, Level::Root { gap });
            return self.behind_group(root.behind, 0);
        }
        if root.value.is_nothing() {
            self.notes(&root.before, 0, Lead::AsWritten);
            return self.behind_group(root.head.or(root.behind), 0);
        }
        self.notes(&root.before, 0, lead);
        self.blank_if(gap && root.before.is_empty());
        self.line_value(&root.value, 0, root.behind.or(root.head));
    }

    /// Prints the children of a collection. `goes_on`: the first one on the line that is begun.
    fn group(&mut self, group: &Group<'_>, indent: usize, goes_on: bool, level: Level) {
        let mut above_is_long = false;
        for (at, item) in group.items.iter().enumerate() {
            let key = item.key.as_ref().map(|key| key_text(key, Place::Block));
            let column = indent + key.as_ref().map_or(2, |key| key.chars().count() + 2);
            let is_long = flow::is_broken(&item.value, column) || !item.above.is_empty() && at > 0;
            let lead = match level {
                Level::Root { gap } if at == 0 => {
                    if gap {
                        Lead::Wanted
                    } else {
                        Lead::None
                    }
                }
                Level::Resources | Level::Other if at == 0 => Lead::None,
                Level::Root { .. } if above_is_long || is_section(item) && flow::is_broken(&item.value, column) => Lead::Wanted,
                Level::Resources if above_is_long || is_long => Lead::Wanted,
                Level::Root { .. } | Level::Resources | Level::Other => Lead::AsWritten,
            };
            above_is_long = match level {
                Level::Root { .. } => is_section(item) && flow::is_broken(&item.value, column),
                Level::Resources => is_long,
                Level::Other => false,
            };
            self.item(item, key.as_deref(), indent, goes_on && at == 0, lead, level);
        }
        self.notes(&group.tail, indent, Lead::AsWritten);
    }

    fn item(&mut self, item: &Item<'_>, key: Option<&str>, indent: usize, goes_on: bool, lead: Lead, level: Level) {
        self.notes(&item.above, indent, lead);
        if !goes_on {
            let lead = if item.above.is_empty() { lead } else { Lead::AsWritten };
            self.blank_if(lead == Lead::Wanted || lead == Lead::AsWritten && item.blank);
            self.indent(indent);
        }
        match key {
            Some(key) => {
                self.put(key);
                self.put(":");
            }
            None => self.put("-"),
        }
        let below = match level {
            Level::Root { .. } if is_one_of(item, &OF_RESOURCES) => Level::Resources,
            Level::Root { .. } | Level::Resources | Level::Other => Level::Other,
        };
        self.value(item, indent + 2, below);
    }

    /// Prints what stands behind `key:` or `-`; `indent` is that of what goes on other lines.
    fn value(&mut self, item: &Item<'_>, indent: usize, level: Level) {
        if let Body::Mapping(group) | Body::Sequence(group) = &item.value.body
            && flow::is_broken(&item.value, self.column() + 1)
        {
            return self.block_value(item, group, indent, level);
        }
        let is_nothing = item.value.is_nothing();
        if is_nothing || item.head.is_none() && item.before.is_empty() {
            if !is_nothing {
                self.put(" ");
            }
            let behind = item.head.or(item.behind);
            self.line_value(&item.value, indent, behind);
            self.behind_group(item.behind.filter(|_| item.head.is_some()), indent);
            return self.notes(&item.before, indent, Lead::AsWritten);
        }
        self.comment(item.head);
        self.end();
        self.notes(&item.before, indent, Lead::None);
        self.indent(indent);
        self.line_value(&item.value, indent, item.behind);
    }

    fn block_value(&mut self, item: &Item<'_>, group: &Group<'_>, indent: usize, level: Level) {
        let head = item.head.or(item.behind);
        let opens_with_note = !item.before.is_empty() || group.items.first().is_some_and(|first| !first.above.is_empty());
        if item.key.is_none() && item.value.props.is_empty() && head.is_none() && !opens_with_note {
            self.put(" ");
            return self.group(group, indent, true, Level::Other);
        }
        if !item.value.props.is_empty() {
            self.put(" ");
            self.put(&item.value.props);
        }
        self.comment(head);
        self.end();
        self.notes(&item.before, indent, Lead::None);
        self.group(group, indent, false, level);
        self.behind_group(item.behind.filter(|_| item.head.is_some()), indent);
    }

    /// Prints a value that is no broken collection from here on, and ends its line.
    fn line_value(&mut self, value: &Node<'_>, indent: usize, behind: Option<&str>) {
        self.put(&value.props);
        if !value.props.is_empty() && !flow::is_empty_scalar(value) {
            self.put(" ");
        }
        match &value.body {
            Body::Block(found) => return self.block(found, indent),
            Body::Scalar(found) => {
                let lines = scalar::lines(found, !value.props.is_empty(), Place::Block);
                for (at, line) in lines.iter().enumerate() {
                    if at > 0 {
                        self.end();
                    }
                    if at > 0 && !line.is_empty() {
                        self.indent(indent.max(2));
                    }
                    self.put(line);
                }
            }
            Body::Alias(name) => self.put(name),
            Body::Mapping(_) | Body::Sequence(_) => {
                let text = flow::body(value, usize::MAX).unwrap_or_default();
                self.put(&text);
            }
        }
        self.comment(behind);
        self.end();
    }

    fn block(&mut self, found: &super::sheet::Block<'_>, indent: usize) {
        let indent = indent.max(2);
        let (sort, chomp) = found.head.split_at(1);
        self.put(sort);
        if block::needs_digit(found) {
            self.put("2");
        }
        self.put(chomp);
        self.comment(found.comment);
        self.end();
        for line in &found.lines {
            if !line.is_empty() {
                self.indent(indent);
                self.put(line);
            }
            self.end();
        }
        self.keeps_blanks = block::keeps_blanks(found);
    }

    /// Prints a comment that stood behind a collection which has no such place any more.
    fn behind_group(&mut self, comment: Option<&str>, indent: usize) {
        if let Some(text) = comment {
            self.notes(&[Note { text, blank: false, is_marker: false }], indent, Lead::AsWritten);
        }
    }

    fn notes(&mut self, notes: &[Note<'_>], indent: usize, lead: Lead) {
        for (at, note) in notes.iter().enumerate() {
            self.blank_if(match lead {
                Lead::None if at == 0 => false,
                Lead::Wanted if at == 0 => true,
                Lead::None | Lead::AsWritten | Lead::Wanted => note.blank,
            });
            self.indent(indent);
            self.put(note.text);
            self.end();
        }
    }

    fn comment(&mut self, comment: Option<&str>) {
        if let Some(comment) = comment {
            self.put(" ");
            self.put(comment);
        }
    }

    fn blank_if(&mut self, wanted: bool) {
        if wanted && !self.keeps_blanks && !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.end();
        }
    }

    fn indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.keeps_blanks = false;
    }

    fn end(&mut self) {
        self.out.push('\n');
        self.line = self.out.len();
    }

    fn column(&self) -> usize {
        self.out[self.line..].chars().count()
    }
}

/// A key with its anchor and tag.
pub(super) fn key_text(key: &Node<'_>, place: Place) -> String {
    let text = match &key.body {
        Body::Scalar(found) => scalar::key(found, !key.props.is_empty(), place),
        Body::Block(found) => scalar::text(&found.value, !key.props.is_empty(), place),
        Body::Alias(name) => (*name).to_owned(),
        Body::Mapping(_) | Body::Sequence(_) => flow::body(key, usize::MAX).unwrap_or_default(),
    };
    if key.props.is_empty() { text } else { format!("{} {text}", key.props) }
}

fn is_section(item: &Item<'_>) -> bool {
    is_one_of(item, &SECTIONS)
}

fn is_one_of(item: &Item<'_>, names: &[&str]) -> bool {
    item.key.as_ref().and_then(Node::text).is_some_and(|key| names.contains(&key))
}
