//! Events → tree.

use super::admit::suspicious;
use super::alias::Size;
use super::budget::Budget;
use super::builder::{Builder, Flow, Frame, GO_ON, Key, Place};
use super::diags::{BadKey, ControlCharacter, KeyFault, NotANumber, SecondDocument, Syntax, TemplateInKey, UnknownTag};
use super::scalar::{Plain, plain};
use super::tree::{Content, Entry, Node, Tree};
use crate::diag::Diagnostics;
use crate::text::{FileId, Span, is_forbidden};
use granit_parser::{Event, Parser, ScalarStyle, Tag};
use std::borrow::Cow;
use std::sync::Arc;

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

impl Builder<'_> {
    pub(super) fn event(&mut self, event: Event<'_>, place: &Place) -> Flow {
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
    pub(super) fn skip(&mut self, event: &Event<'_>) -> Flow {
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => self.skipping += 1,
            Event::MappingEnd | Event::SequenceEnd => self.skipping -= 1,
            _ => {}
        }
        self.spend(1)
    }

    pub(super) fn document(&mut self, place: &Place) -> Flow {
        self.documents += 1;
        if self.documents > 1 {
            return self.stop_with(SecondDocument { span: self.span(place) });
        }
        GO_ON
    }

    pub(super) fn scalar(&mut self, text: Cow<'_, str>, style: ScalarStyle, anchor: usize, tag: Option<&Tag>, place: &Place) -> Flow {
        self.spend(Size::of_text(text.len()).weight + anchored(anchor))?;
        self.check_unescaped(&text, style, place);
        if self.wants_key() {
            return self.scalar_key(text, style, anchor, tag, place);
        }
        let (start, end) = self.extent(style, &text, place);
        let size = Size::of_text(text.len());
        let content = self.scalar_content(text, style, tag, place);
        let node = self.push(Node { start, end, content });
        if self.may_hold_templates && self.tree.string(node).is_some_and(|text| text.contains("${{")) {
            self.spend(2)?;
            self.tree.templates.push((node, content));
        }
        self.anchors.close(anchor, node, size);
        self.place(node, end, size)
    }

    /// The bytes of a scalar: without the line break after a block, and at the key where nothing is written at all.
    pub(super) fn extent(&self, style: ScalarStyle, text: &str, place: &Place) -> (u32, u32) {
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

    pub(super) fn scalar_content(&mut self, text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>, place: &Place) -> Content {
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

    pub(super) fn text(&mut self, text: Cow<'_, str>) -> Content {
        match self.in_file(&text) {
            Some((start, end)) => Content::Text(start, end),
            None => Content::Owned(self.own(text)),
        }
    }

    /// Where text that the parser hands out as it stands in the file stands.
    pub(super) fn in_file(&self, text: &str) -> Option<(u32, u32)> {
        let start = (text.as_ptr() as usize).checked_sub(self.tree.text.as_ptr() as usize)?;
        let holds = self.tree.text.get(start..start.checked_add(text.len())?)? == text;
        holds.then_some((start as u32, (start + text.len()) as u32))
    }

    pub(super) fn own(&mut self, text: Cow<'_, str>) -> u32 {
        self.tree.owned.push(text.into_owned().into_boxed_str());
        self.tree.owned.len() as u32 - 1
    }

    pub(super) fn missing(&mut self) -> Content {
        self.tree.has_missing = true;
        Content::Missing
    }

    /// Escapes can bring in what the file itself may not hold.
    pub(super) fn check_unescaped(&mut self, text: &str, style: ScalarStyle, place: &Place) {
        if style == ScalarStyle::DoubleQuoted
            && suspicious(text.as_bytes())
            && let Some(character) = text.chars().find(|character| is_forbidden(*character))
        {
            self.complain(ControlCharacter { span: self.span(place), character });
        }
    }

    pub(super) fn wants_key(&self) -> bool {
        matches!(self.frames.last(), Some(Frame { is_mapping: true, key: Key::Wanted, .. }))
    }

    pub(super) fn scalar_key(&mut self, text: Cow<'_, str>, style: ScalarStyle, anchor: usize, tag: Option<&Tag>, place: &Place) -> Flow {
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

    pub(super) fn refuse_key(&mut self, fault: KeyFault, place: &Place) -> Flow {
        self.complain(BadKey { span: self.span(place), fault });
        self.set_key(Key::Refused);
        GO_ON
    }

    pub(super) fn set_key(&mut self, key: Key) {
        if let Some(frame) = self.frames.last_mut() {
            frame.key = key;
        }
    }

    pub(super) fn tagged(&mut self, tag: Option<&Tag>, place: &Place) -> Tagged {
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

    pub(super) fn tagged_collection(&mut self, tag: Option<&Tag>, is_mapping: bool, place: &Place) {
        let Some(tag) = tag else { return };
        let fits = tag.core_suffix() == Some(if is_mapping { "map" } else { "seq" }) || tag.original() == "!";
        if !fits {
            self.unknown_tag(tag, place);
        }
    }

    pub(super) fn unknown_tag(&mut self, tag: &Tag, place: &Place) {
        let (start, end) = place.tag.unwrap_or((place.start as usize, place.end as usize));
        let span = Span::new(self.tree.file, start, end);
        self.complain(UnknownTag { span, tag: tag.original() });
    }
}

/// What a name for a value costs beside the value.
pub(super) fn anchored(anchor: usize) -> u64 {
    if anchor == 0 { 0 } else { 2 }
}

/// What a tag makes of a scalar.
pub(super) enum Tagged {
    No,
    /// `!!str`, `!`: text whatever it looks like.
    Text,
    /// `!!int` and its like: what it looks like, quoted or not.
    Value,
}

fn is_flow(style: granit_parser::StructureStyle) -> bool {
    style == granit_parser::StructureStyle::Flow
}
