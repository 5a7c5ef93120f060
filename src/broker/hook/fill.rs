//! Puts an event's values where merge fields stand, each escaped for its place. Gathers every field that is missing.

use super::error::FillError;
use super::escape;
use crate::resource::{MergeFault, Piece, merge_decides_host, merge_pieces};
use serde_json::Value;
use std::collections::BTreeSet;
use url::Url;

/// Fills the texts of one webhook with one event.
pub(super) struct Filling<'e> {
    event: &'e Value,
    missing: BTreeSet<String>,
    other: Option<FillError>,
}

impl<'e> Filling<'e> {
    pub(super) fn of(event: &'e Value) -> Self {
        Filling { event, missing: BTreeSet::new(), other: None }
    }

    /// What stood in the way; to be asked when all is filled.
    pub(super) fn finish(self) -> Result<(), FillError> {
        match self.other {
            _ if !self.missing.is_empty() => Err(FillError::Missing(self.missing)),
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Text in which values stand as they are.
    pub(super) fn plain(&mut self, template: &str) -> String {
        self.with(template, str::to_owned)
    }

    pub(super) fn header(&mut self, template: &str) -> String {
        escape::header(&self.plain(template))
    }

    pub(super) fn markup(&mut self, template: &str) -> String {
        self.with(template, escape::markup)
    }

    /// JSON whose texts hold fields: they stay texts.
    pub(super) fn json(&mut self, template: &Value) -> Value {
        match template {
            Value::String(text) => Value::String(self.plain(text)),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.json(item)).collect()),
            Value::Object(entries) => Value::Object(entries.iter().map(|(key, value)| (key.clone(), self.json(value))).collect()),
            Value::Null | Value::Bool(_) | Value::Number(_) => template.clone(),
        }
    }

    /// JSON as text. A field inside a string is filled with text, one outside with a JSON value of its own.
    pub(super) fn json_text(&mut self, template: &str) -> String {
        let mut filled = String::with_capacity(template.len());
        let mut place = JsonPlace::default();
        for piece in merge_pieces(template) {
            match self.read(piece, template) {
                Some(Piece::Text(text)) => {
                    place.pass(text);
                    filled.push_str(text);
                }
                Some(Piece::Field(field)) if place.escaped => self.fault(FillError::AfterBackslash(field.to_owned())),
                Some(Piece::Field(field)) => {
                    let Some(value) = self.value(field) else { continue };
                    filled.push_str(&if place.inside { escape::json_string(&as_text(value)) } else { value.to_string() });
                }
                None => {}
            }
        }
        filled
    }

    /// A URL. Values cannot end the part that they stand in, and what decides who is called stays as it was.
    pub(super) fn url(&mut self, template: &str) -> Option<Url> {
        if merge_decides_host(template) {
            self.fault(FillError::Host);
            return None;
        }
        let filled = self.with(template, escape::url);
        let before = plain_fields(template);
        if !self.missing.is_empty() || self.other.is_some() {
            return None;
        }
        let (Ok(url), Ok(before)) = (Url::parse(&filled), Url::parse(&before)) else {
            self.fault(FillError::Url);
            return None;
        };
        if authority(&url) != authority(&before) || url.scheme() != before.scheme() {
            self.fault(FillError::Host);
        }
        let turns = turning_fields(template, &filled);
        if !turns.is_empty() {
            self.fault(FillError::Path(turns));
        }
        Some(url)
    }

    pub(super) fn fault(&mut self, error: FillError) {
        self.other.get_or_insert(error);
    }

    fn with(&mut self, template: &str, escape: impl Fn(&str) -> String) -> String {
        if !template.contains("${") {
            return template.to_owned();
        }
        let mut filled = String::with_capacity(template.len());
        for piece in merge_pieces(template) {
            match self.read(piece, template) {
                Some(Piece::Text(text)) => filled.push_str(text),
                Some(Piece::Field(field)) => filled.push_str(&self.value(field).map(|value| escape(&as_text(value))).unwrap_or_default()),
                None => {}
            }
        }
        filled
    }

    fn read<'t>(&mut self, piece: Result<Piece<'t>, MergeFault>, within: &str) -> Option<Piece<'t>> {
        piece.map_err(|fault| self.fault(FillError::Malformed { fault, within: within.to_owned() })).ok()
    }

    /// What stands at a path of names; one that is not there is remembered.
    fn value(&mut self, field: &str) -> Option<&'e Value> {
        let found = field.split('.').try_fold(self.event, |value, name| value.get(name));
        if found.is_none() {
            self.missing.insert(field.to_owned());
        }
        found
    }
}

/// A value as text: texts as they are, nothing for null, and JSON for everything else.
fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// Where in JSON text one is.
#[derive(Default)]
struct JsonPlace {
    inside: bool,
    escaped: bool,
}

impl JsonPlace {
    fn pass(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.inside => self.escaped = true,
                b'"' => self.inside = !self.inside,
                _ => {}
            }
        }
    }
}

/// The URL with each field replaced by a letter: what no event decides.
pub(super) fn plain_fields(template: &str) -> String {
    let plain = |piece| match piece {
        Ok(Piece::Text(text)) => text,
        Ok(Piece::Field(_)) | Err(_) => "x",
    };
    merge_pieces(template).map(plain).collect()
}

/// User, password, host and port.
fn authority(url: &Url) -> (&str, Option<&str>, Option<&str>, Option<u16>) {
    (url.username(), url.password(), url.host_str(), url.port())
}

/// Fields that turned a segment of the path into `.` or `..`. A filled value holds no `/`, so segments match one to one.
fn turning_fields(template: &str, filled: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (before, after) in path(template).split(['/', '\\']).zip(path(filled).split(['/', '\\'])) {
        let dots = after.to_ascii_lowercase().replace("%2e", ".");
        if before.contains("${") && (dots == "." || dots == "..") {
            let fields = merge_pieces(before).filter_map(|piece| match piece {
                Ok(Piece::Field(field)) => Some(field.to_owned()),
                Ok(Piece::Text(_)) | Err(_) => None,
            });
            found.extend(fields);
        }
    }
    found
}

fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let start = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
    let rest = &rest[start..];
    &rest[..rest.find(['?', '#']).unwrap_or(rest.len())]
}
