//! Events → tree.

use super::admit::{forbidden, suspicious};
use super::alias::{ALIASES, Anchors, Size};
use super::diags::{
    BadKey, BadMerge, ControlCharacter, DuplicateKey, KeyFault, NestedTooDeep, NotANumber, SecondDocument, Syntax, TemplateInKey,
    TooManyAliases, TooManyValues, UndefinedAlias, UnknownTag,
};
use super::scalar::{Plain, plain};
use super::tree::{Content, Entry, Node, NodeId, Tree};
use crate::diag::{Diagnostic, Diagnostics};
use crate::text::{FileId, Span};
use granit_parser::{Event, Parser, ScalarStyle, Tag};
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How deep values may be nested, aliases written out.
const DEPTH: usize = 32;
/// How many values one file may hold, aliases written out.
const FILE_VALUES: u64 = 1_000_000;
/// How many complaints are made about one file's syntax.
const COMPLAINTS: usize = 200;

/// The values that all files of a project together may still hold.
#[derive(Debug)]
pub struct Budget(AtomicU64);

impl Budget {
    pub fn new(values: u64) -> Self {
        Budget(AtomicU64::new(values))
    }

    /// Takes values; `false` where there are not as many left.
    pub fn take(&self, values: u64) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(values)).is_ok()
    }

    /// Whether a file had to stop because nothing was left.
    pub fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    /// Leaves nothing, so that whoever asks next stops too.
    pub fn exhaust(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// Reads one file. Never fails: what is wrong is told, and what was read before a break is there.
pub fn parse(diags: &mut Diagnostics, file: FileId, text: &Arc<str>, budget: &Budget) -> Tree {
    let mut options = granit_parser::options! { emit_unresolved_aliases: true, flow_nesting_limit: 64, block_nesting_limit: 64 };
    options.set_emit_comments(false);
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder::new(diags, file, text, budget);
    while let Some(next) = parser.next_event() {
        let going_on = match next {
            Ok((event, span)) => builder.event(event, &Place::of(&span)),
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(text.len());
                builder.stop_with(Syntax { span: builder.span_at(at), kind: error.kind().clone(), text })
            }
        };
        if going_on.is_break() {
            break;
        }
    }
    builder.finish()
}

type Flow = std::ops::ControlFlow<()>;
const GO_ON: Flow = Flow::Continue(());

/// The bytes of an event, and of the tag on it.
struct Place {
    start: u32,
    end: u32,
    tag: Option<(usize, usize)>,
}

impl Place {
    fn of(span: &granit_parser::Span) -> Self {
        let range = span.byte_range().unwrap_or(0..0);
        let tag = span.tag_span().and_then(|tag| tag.byte_range()).map(|tag| (tag.start, tag.end));
        Place { start: range.start as u32, end: range.end as u32, tag }
    }
}

/// A collection that is being read.
struct Frame {
    node: NodeId,
    anchor: usize,
    /// Where its children start among those of all open collections of its sort.
    first: usize,
    key: Key,
    size: Size,
    is_mapping: bool,
    is_flow: bool,
    /// The end of its last child so far.
    end: u32,
    /// Entries that a merge key brought in: a run of `pending_entries`, and the merge key.
    merges: Vec<(usize, usize, (u32, u32))>,
}

/// Where a mapping stands between a key and its value.
#[derive(Clone, Copy)]
enum Key {
    /// A key comes next (or it is a sequence, which has none).
    Wanted,
    Have {
        start: u32,
        end: u32,
        owned: u32,
    },
    Merge {
        start: u32,
        end: u32,
    },
    /// It was refused; its value is read and dropped.
    Refused,
}

struct Builder<'a> {
    diags: &'a mut Diagnostics,
    complaints: usize,
    tree: Tree,
    frames: Vec<Frame>,
    pending_items: Vec<NodeId>,
    pending_entries: Vec<Entry>,
    anchors: Anchors,
    budget: &'a Budget,
    weight: u64,
    /// What was taken from the budget and not used yet.
    in_hand: u64,
    documents: usize,
    /// How many collections are open inside one that stands where a key should.
    skipping: usize,
    may_hold_templates: bool,
}

impl<'a> Builder<'a> {
    fn new(diags: &'a mut Diagnostics, file: FileId, text: &Arc<str>, budget: &'a Budget) -> Self {
        let mut tree = Tree::blank(file, text);
        tree.nodes.reserve(text.len() / 32 + 1);
        tree.entries.reserve(text.len() / 40);
        tree.nodes.push(Node { start: 0, end: 0, content: Content::Null });
        Builder {
            diags,
            complaints: 0,
            tree,
            frames: Vec::new(),
            pending_items: Vec::new(),
            pending_entries: Vec::new(),
            anchors: Anchors::default(),
            budget,
            weight: 0,
            in_hand: 0,
            documents: 0,
            skipping: 0,
            may_hold_templates: text.contains("${{"),
        }
    }

    fn event(&mut self, event: Event<'_>, place: &Place) -> Flow {
        if self.skipping > 0 {
            return self.skip(&event);
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(text, style, anchor, tag.as_deref(), place),
            Event::MappingStart(style, anchor, tag) => self.open(true, is_flow(style), anchor, tag.as_deref(), place),
            Event::SequenceStart(style, anchor, tag) => self.open(false, is_flow(style), anchor, tag.as_deref(), place),
            Event::MappingEnd | Event::SequenceEnd => self.close(place.end),
            Event::Alias(number) => self.alias(number, place),
            Event::UnresolvedAlias(name) => self.undefined_alias(&name, false, place),
            Event::DocumentStart(..) => self.document(place),
            _ => GO_ON,
        }
    }

    /// Passes over a collection that stands where a key should.
    fn skip(&mut self, event: &Event<'_>) -> Flow {
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => self.skipping += 1,
            Event::MappingEnd | Event::SequenceEnd => self.skipping -= 1,
            _ => {}
        }
        self.spend(1)
    }

    fn document(&mut self, place: &Place) -> Flow {
        self.documents += 1;
        if self.documents > 1 {
            return self.stop_with(SecondDocument { span: self.span(place) });
        }
        GO_ON
    }

    fn scalar(&mut self, text: Cow<'_, str>, style: ScalarStyle, anchor: usize, tag: Option<&Tag>, place: &Place) -> Flow {
        self.spend(Size::of_text(text.len()).weight)?;
        self.check_unescaped(&text, style, place);
        if self.wants_key() {
            return self.scalar_key(text, style, anchor, tag, place);
        }
        let (start, end) = self.extent(style, &text, place);
        let size = Size::of_text(text.len());
        let content = self.scalar_content(text, style, tag, place);
        let node = self.push(Node { start, end, content });
        if self.may_hold_templates && self.tree.string(node).is_some_and(|text| text.contains("${{")) {
            self.tree.templates.push((node, content));
        }
        self.anchors.close(anchor, node, size);
        self.place(node, end, size)
    }

    /// The bytes of a scalar: without the line break after a block, and at the key where nothing is written at all.
    fn extent(&self, style: ScalarStyle, text: &str, place: &Place) -> (u32, u32) {
        match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let written = self.tree.text.get(place.start as usize..place.end as usize).unwrap_or("");
                (place.start, place.start + written.trim_end().len() as u32)
            }
            _ if place.start == place.end && text == "~" => match self.frames.last() {
                Some(Frame { key: Key::Have { end, .. }, .. }) => (*end, *end),
                _ => (place.start, place.end),
            },
            _ => (place.start, place.end),
        }
    }

    fn scalar_content(&mut self, text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>, place: &Place) -> Content {
        let is_plain = match self.tagged(tag, place) {
            Tagged::No => style == ScalarStyle::Plain,
            Tagged::Text => false,
            Tagged::Value => true,
        };
        match if is_plain { plain(&text) } else { Plain::Text } {
            Plain::Null => Content::Null,
            Plain::Bool(value) => Content::Bool(value),
            Plain::Integer(value) => Content::Integer(value),
            Plain::Unsigned(value) => Content::Unsigned(value),
            Plain::Float(value) => Content::Float(value),
            Plain::NotFinite => {
                self.complain(NotANumber { span: self.span(place) });
                self.missing()
            }
            Plain::Text => self.text(text),
        }
    }

    fn text(&mut self, text: Cow<'_, str>) -> Content {
        match self.in_file(&text) {
            Some((start, end)) => Content::Text(start, end),
            None => Content::Owned(self.own(text)),
        }
    }

    /// Where text that the parser hands out as it stands in the file stands.
    fn in_file(&self, text: &str) -> Option<(u32, u32)> {
        let start = (text.as_ptr() as usize).checked_sub(self.tree.text.as_ptr() as usize)?;
        let holds = self.tree.text.get(start..start.checked_add(text.len())?)? == text;
        holds.then_some((start as u32, (start + text.len()) as u32))
    }

    fn own(&mut self, text: Cow<'_, str>) -> u32 {
        self.tree.owned.push(text.into_owned().into_boxed_str());
        self.tree.owned.len() as u32 - 1
    }

    fn missing(&mut self) -> Content {
        self.tree.has_missing = true;
        Content::Missing
    }

    /// Escapes can bring in what the file itself may not hold.
    fn check_unescaped(&mut self, text: &str, style: ScalarStyle, place: &Place) {
        if style == ScalarStyle::DoubleQuoted
            && suspicious(text.as_bytes())
            && let Some(character) = text.chars().find(|character| forbidden(*character))
        {
            self.complain(ControlCharacter { span: self.span(place), character });
        }
    }

    fn wants_key(&self) -> bool {
        matches!(self.frames.last(), Some(Frame { is_mapping: true, key: Key::Wanted, .. }))
    }

    fn scalar_key(&mut self, text: Cow<'_, str>, style: ScalarStyle, anchor: usize, tag: Option<&Tag>, place: &Place) -> Flow {
        self.tagged(tag, place);
        let Place { start, end, .. } = *place;
        let is_plain = style == ScalarStyle::Plain;
        if start == end && is_plain {
            return self.refuse_key(KeyFault::Empty, place);
        }
        if self.may_hold_templates && text.contains("${{") {
            self.complain(TemplateInKey { span: self.span(place) });
            self.set_key(Key::Refused);
            return GO_ON;
        }
        if is_plain && text == "<<" {
            self.set_key(Key::Merge { start, end });
            return GO_ON;
        }
        let in_file = self.in_file(&text);
        let owned = if in_file == Some((start, end)) { Entry::IN_FILE } else { self.own(text) };
        if anchor != 0 {
            let content = if owned == Entry::IN_FILE { Content::Text(start, end) } else { Content::Owned(owned) };
            let node = self.push(Node { start, end, content });
            self.anchors.close(anchor, node, Size::of_text((end - start) as usize));
        }
        self.set_key(Key::Have { start, end, owned });
        GO_ON
    }

    fn refuse_key(&mut self, fault: KeyFault, place: &Place) -> Flow {
        self.complain(BadKey { span: self.span(place), fault });
        self.set_key(Key::Refused);
        GO_ON
    }

    fn set_key(&mut self, key: Key) {
        if let Some(frame) = self.frames.last_mut() {
            frame.key = key;
        }
    }

    fn open(&mut self, is_mapping: bool, is_flow: bool, anchor: usize, tag: Option<&Tag>, place: &Place) -> Flow {
        self.spend(1)?;
        if self.wants_key() {
            self.skipping = 1;
            return self.refuse_key(KeyFault::Collection, place);
        }
        if self.frames.len() >= DEPTH {
            return self.stop_with(NestedTooDeep { span: self.span_at(place.start as usize), limit: DEPTH });
        }
        self.tagged_collection(tag, is_mapping, place);
        let content = if is_mapping { Content::Mapping(0, 0) } else { Content::Sequence(0, 0) };
        let node = self.push(Node { start: place.start, end: place.end, content });
        self.anchors.open(anchor, node);
        let first = if is_mapping { self.pending_entries.len() } else { self.pending_items.len() };
        let size = Size { weight: 1, height: 0 };
        self.frames.push(Frame { node, anchor, first, key: Key::Wanted, size, is_mapping, is_flow, end: place.end, merges: Vec::new() });
        GO_ON
    }

    fn close(&mut self, end: u32) -> Flow {
        let Some(frame) = self.frames.pop() else { return GO_ON };
        self.seal(&frame, end);
        let end = self.tree.nodes[frame.node.0 as usize].end;
        self.anchors.close(frame.anchor, frame.node, frame.size);
        self.place(frame.node, end, frame.size)
    }

    /// Moves a collection's children from the pending ones to their run in the tree.
    fn seal(&mut self, frame: &Frame, end: u32) {
        let content = if frame.is_mapping {
            self.refuse_duplicates(frame);
            let first = self.tree.entries.len();
            self.tree.entries.extend(self.pending_entries.drain(frame.first..));
            Content::Mapping(first as u32, (self.tree.entries.len() - first) as u32)
        } else {
            let first = self.tree.items.len();
            self.tree.items.extend(self.pending_items.drain(frame.first..));
            Content::Sequence(first as u32, (self.tree.items.len() - first) as u32)
        };
        let node = &mut self.tree.nodes[frame.node.0 as usize];
        node.content = content;
        node.end = if frame.is_flow { end } else { frame.end };
    }

    fn alias(&mut self, number: usize, place: &Place) -> Flow {
        self.anchors.used += 1;
        if self.anchors.used > ALIASES {
            return self.stop_with(TooManyAliases { span: self.span(place), limit: ALIASES });
        }
        match self.anchors.get(number) {
            _ if self.wants_key() => self.refuse_key(KeyFault::Alias, place),
            Some(anchor) if !anchor.open => self.alias_to(anchor.node, anchor.size, place),
            found => {
                let name = self.tree.source(self.span(place)).trim_start_matches('*').to_owned();
                self.undefined_alias(&name, found.is_some(), place)
            }
        }
    }

    fn alias_to(&mut self, target: NodeId, size: Size, place: &Place) -> Flow {
        self.spend_at(size.weight, place)?;
        if self.frames.len() + size.height > DEPTH {
            return self.stop_with(NestedTooDeep { span: self.span(place), limit: DEPTH });
        }
        let node = self.push(Node { start: place.start, end: place.end, content: Content::Alias(target) });
        self.place(node, place.end, size)
    }

    fn undefined_alias(&mut self, name: &str, inside_itself: bool, place: &Place) -> Flow {
        if self.wants_key() {
            return self.refuse_key(KeyFault::Alias, place);
        }
        self.spend(1)?;
        self.complain(UndefinedAlias { span: self.span(place), name: name.to_owned(), inside_itself });
        let content = self.missing();
        let node = self.push(Node { start: place.start, end: place.end, content });
        self.place(node, place.end, Size::of_text(0))
    }

    fn push(&mut self, node: Node) -> NodeId {
        self.tree.nodes.push(node);
        NodeId(self.tree.nodes.len() as u32 - 1)
    }

    /// Hangs a finished value where it belongs.
    fn place(&mut self, node: NodeId, end: u32, size: Size) -> Flow {
        let Some(frame) = self.frames.last_mut() else {
            self.tree.root = node;
            return GO_ON;
        };
        frame.size.add(size);
        frame.end = frame.end.max(end);
        match std::mem::replace(&mut frame.key, Key::Wanted) {
            Key::Have { start, end, owned } => self.pending_entries.push(Entry { start, end, owned, value: node }),
            Key::Merge { start, end } => return self.merge(node, (start, end)),
            Key::Refused => {}
            Key::Wanted => self.pending_items.push(node),
        }
        GO_ON
    }

    fn merge(&mut self, node: NodeId, key: (u32, u32)) -> Flow {
        let mappings: Vec<NodeId> = match self.tree.content(node) {
            Content::Sequence(first, len) => self.tree.items[first as usize..(first + len) as usize].to_vec(),
            _ => vec![node],
        };
        for mapping in mappings {
            match self.tree.content(mapping) {
                Content::Mapping(first, len) => {
                    self.spend(u64::from(len))?;
                    let from = self.pending_entries.len();
                    self.pending_entries.extend_from_slice(&self.tree.entries[first as usize..(first + len) as usize]);
                    let to = self.pending_entries.len();
                    let frame = self.frames.last_mut().expect("a merge key stands in a mapping");
                    frame.merges.push((from, to, key));
                }
                Content::Missing => {}
                _ => self.complain(BadMerge { span: self.tree.span(mapping) }),
            }
        }
        GO_ON
    }

    /// Tells of every key that stands twice, and keeps the first.
    fn refuse_duplicates(&mut self, frame: &Frame) {
        let entries = &self.pending_entries[frame.first..];
        let pairs = repeated(&self.tree, entries);
        if pairs.is_empty() {
            return;
        }
        for (earlier, later) in &pairs {
            let name = self.tree.key(&self.pending_entries[frame.first + later]).to_owned();
            let (first, _) = self.key_place(frame, *earlier);
            let (span, merged) = self.key_place(frame, *later);
            self.complain(DuplicateKey { name, span, first, merged });
        }
        let mut dropped = pairs.into_iter().map(|(_, later)| frame.first + later).peekable();
        let mut at = 0;
        self.pending_entries.retain(|_| {
            at += 1;
            dropped.next_if_eq(&(at - 1)).is_none()
        });
    }

    /// Where a key stands in this very mapping: of one that a merge brought in, the merge key.
    fn key_place(&self, frame: &Frame, at: usize) -> (Span, bool) {
        let at = frame.first + at;
        match frame.merges.iter().find(|(from, to, _)| (*from..*to).contains(&at)) {
            Some((_, _, (start, end))) => (Span { file: self.tree.file, start: *start, end: *end }, true),
            None => (self.tree.key_span(&self.pending_entries[at]), false),
        }
    }

    fn tagged(&mut self, tag: Option<&Tag>, place: &Place) -> Tagged {
        let Some(tag) = tag else { return Tagged::No };
        match tag.core_suffix() {
            Some("str") => Tagged::Text,
            Some("null" | "bool" | "int" | "float") => Tagged::Value,
            _ if tag.original() == "!" => Tagged::Text,
            _ => {
                self.unknown_tag(tag, place);
                Tagged::No
            }
        }
    }

    fn tagged_collection(&mut self, tag: Option<&Tag>, is_mapping: bool, place: &Place) {
        let Some(tag) = tag else { return };
        let fits = tag.core_suffix() == Some(if is_mapping { "map" } else { "seq" }) || tag.original() == "!";
        if !fits {
            self.unknown_tag(tag, place);
        }
    }

    fn unknown_tag(&mut self, tag: &Tag, place: &Place) {
        let (start, end) = place.tag.unwrap_or((place.start as usize, place.end as usize));
        let span = Span::new(self.tree.file, start, end);
        self.complain(UnknownTag { span, tag: tag.original() });
    }

    fn span(&self, place: &Place) -> Span {
        Span { file: self.tree.file, start: place.start, end: place.end.max(place.start) }
    }

    /// The one character at an offset.
    fn span_at(&self, at: usize) -> Span {
        let at = at.min(self.tree.text.len());
        let len = self.tree.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Span::new(self.tree.file, at, at + len)
    }

    fn spend(&mut self, weight: u64) -> Flow {
        self.weight = self.weight.saturating_add(weight);
        if self.weight > FILE_VALUES || !self.draw(weight) {
            return self.over_budget(None);
        }
        GO_ON
    }

    fn spend_at(&mut self, weight: u64, place: &Place) -> Flow {
        self.weight = self.weight.saturating_add(weight);
        if self.weight > FILE_VALUES || !self.draw(weight) {
            return self.over_budget(Some(self.span(place)));
        }
        GO_ON
    }

    /// Takes from the project's budget, a handful at a time.
    fn draw(&mut self, weight: u64) -> bool {
        if weight > self.in_hand {
            let handful = weight.max(4096);
            if !self.budget.take(handful) {
                return false;
            }
            self.in_hand += handful;
        }
        self.in_hand -= weight;
        true
    }

    fn over_budget(&mut self, at: Option<Span>) -> Flow {
        if self.weight <= FILE_VALUES {
            // Told once for the whole project: which file comes to it first is a matter of chance.
            self.budget.exhaust();
            return self.stop(self.tree.text.len() as u32);
        }
        let end = self.tree.nodes.last().map_or(0, |node| node.start as usize);
        let span = at.unwrap_or_else(|| self.span_at(end));
        self.stop_with(TooManyValues { span, limit: FILE_VALUES })
    }

    fn complain(&mut self, complaint: impl Into<Diagnostic>) {
        self.complaints += 1;
        if self.complaints <= COMPLAINTS {
            self.diags.push(complaint);
        }
    }

    fn stop_with(&mut self, complaint: impl Into<Diagnostic>) -> Flow {
        let complaint = complaint.into();
        let at = complaint.at.as_ref().map_or(0, |label| label.span.start);
        self.complain(complaint);
        self.stop(at)
    }

    fn stop(&mut self, at: u32) -> Flow {
        self.tree.broken_at = Some(at);
        Flow::Break(())
    }

    /// Closes what a break left open.
    fn finish(mut self) -> Tree {
        let cut_off: Vec<NodeId> = self.frames.iter().map(|frame| frame.node).collect();
        if !cut_off.is_empty() && self.tree.broken_at.is_none() {
            self.tree.broken_at = Some(self.tree.text.len() as u32);
        }
        while let Some(frame) = self.frames.last() {
            if let Key::Have { end, .. } = frame.key {
                let content = self.missing();
                let node = self.push(Node { start: end, end, content });
                let _ = self.place(node, end, Size::default());
            }
            let _ = self.close(self.tree.text.len() as u32);
        }
        self.tree.cut_off = cut_off;
        self.tree.missing_in_file = self.tree.has_missing;
        self.tree.owned_in_file = self.tree.owned.len();
        self.tree.nodes.shrink_to_fit();
        self.tree.entries.shrink_to_fit();
        self.tree
    }
}

/// What a tag makes of a scalar.
enum Tagged {
    No,
    /// `!!str`, `!`: text whatever it looks like.
    Text,
    /// `!!int` and its like: what it looks like, quoted or not.
    Value,
}

fn is_flow(style: granit_parser::StructureStyle) -> bool {
    style == granit_parser::StructureStyle::Flow
}

/// Pairs of places in a list of entries where the later repeats the key of the earlier, by the later.
fn repeated(tree: &Tree, entries: &[Entry]) -> Vec<(usize, usize)> {
    const FEW: usize = 24;
    let mut pairs = Vec::new();
    if entries.len() <= FEW {
        for (later, entry) in entries.iter().enumerate().skip(1) {
            let key = tree.key(entry);
            if let Some(earlier) = entries[..later].iter().position(|earlier| tree.key(earlier) == key) {
                pairs.push((earlier, later));
            }
        }
        return pairs;
    }
    // Sorted, not hashed: the time does not depend on what the keys are.
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|a, b| tree.key(&entries[*a]).cmp(tree.key(&entries[*b])));
    for run in order.chunk_by(|a, b| tree.key(&entries[*a]) == tree.key(&entries[*b])) {
        pairs.extend(run[1..].iter().map(|later| (run[0], *later)));
    }
    pairs.sort_by_key(|(_, later)| *later);
    pairs
}
