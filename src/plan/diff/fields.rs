//! Gathers differences: one way of comparing for each sort of field.

use crate::plan::change::{DiffOp, DiffValue, Difference};
use crate::resource::{Address, Fingerprint, Scope, SecretPath, Value};
use crate::text::veil;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the secrets on both sides.
#[derive(Clone, Copy)]
pub(crate) struct Secrets<'a> {
    pub(crate) held: &'a BTreeMap<SecretPath, Fingerprint>,
    /// Of the desired secrets, as far as they could be read.
    pub(crate) wanted: &'a BTreeMap<SecretPath, Fingerprint>,
    /// Whether all of them are written anew: the object is made afresh.
    pub(crate) all: bool,
}

pub(super) struct Fields<'a> {
    secrets: Secrets<'a>,
    pub(super) found: Vec<Difference>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(secrets: Secrets<'a>) -> Self {
        Fields { secrets, found: Vec::new() }
    }

    /// A field that is always there.
    pub(super) fn plain<T: Serialize + PartialEq>(&mut self, path: &[&str], before: &T, after: &T) {
        self.optional(path, Some(before), Some(after));
    }

    /// A field that may be absent.
    pub(super) fn optional<T: Serialize + PartialEq>(&mut self, path: &[&str], before: Option<&T>, after: Option<&T>) {
        if before != after {
            self.push(SecretPath::of(path.iter().copied()), before.map(shown), after.map(shown));
        }
    }

    /// A field whose empty text means that it is absent.
    pub(super) fn text(&mut self, path: &[&str], before: &String, after: &String) {
        let there = |text| Some(text).filter(|text: &&String| !text.is_empty());
        self.optional(path, there(before), there(after));
    }

    /// A set: order and repetition mean nothing.
    pub(super) fn set<T: Serialize + Ord>(&mut self, path: &[&str], before: &BTreeSet<T>, after: &BTreeSet<T>) {
        let path = SecretPath::of(path.iter().copied()).0;
        for member in before.difference(after) {
            self.member(&path, DiffOp::SetRemove, shown(member));
        }
        for member in after.difference(before) {
            self.member(&path, DiffOp::SetAdd, shown(member));
        }
    }

    /// Scopes, each with how far it reaches.
    pub(super) fn scopes(&mut self, before: &BTreeSet<Scope>, after: &BTreeSet<Scope>) {
        let from = self.found.len();
        self.set(&["scopes"], before, after);
        let changed = before.difference(after).chain(after.difference(before));
        for (difference, scope) in self.found[from..].iter_mut().zip(changed) {
            difference.class = Some(scope.class());
        }
    }

    /// A map from free keys to plain values.
    pub(super) fn map<T: Serialize + PartialEq>(&mut self, path: &[&str], before: &BTreeMap<String, T>, after: &BTreeMap<String, T>) {
        let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for key in keys {
            let path: Vec<&str> = path.iter().copied().chain([key.as_str()]).collect();
            self.optional(&path, before.get(key), after.get(key));
        }
    }

    /// A map from free keys to values that may be secret.
    pub(super) fn values(&mut self, path: &[&str], before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) {
        let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for key in keys {
            let path = SecretPath::of(path.iter().copied().chain([key.as_str()]));
            self.value(path, before.get(key), after.get(key));
        }
    }

    /// A value that may be secret.
    pub(super) fn value(&mut self, path: SecretPath, before: Option<&Value>, after: Option<&Value>) {
        let (held, wanted) = (self.secrets.held.get(&path), self.secrets.wanted.get(&path));
        let was = before.map(|value| told(value, held));
        match after {
            Some(value @ Value::From(_)) => {
                let moved_on = wanted.is_some_and(|wanted| held != Some(wanted));
                if self.secrets.all || before != after || moved_on {
                    let value = Some(told(value, wanted));
                    self.tell(Difference { path: path.0, op: DiffOp::SecretWrite, before: was, value, class: None });
                }
            }
            Some(Value::Literal(_)) | None if before == after => {}
            Some(Value::Literal(text)) => self.push(path, was, Some(shown(text))),
            None => self.push(path, was, None),
        }
    }

    /// Any JSON, object by object down to what is none.
    pub(super) fn json(&mut self, path: &[&str], before: &serde_json::Value, after: &serde_json::Value) {
        let (serde_json::Value::Object(a), serde_json::Value::Object(b)) = (before, after) else {
            self.leaves(path, Some(before), Some(after));
            return;
        };
        let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
        for key in keys {
            let path: Vec<&str> = path.iter().copied().chain([key.as_str()]).collect();
            match (a.get(key), b.get(key)) {
                (Some(before), Some(after)) => self.json(&path, before, after),
                (before, after) => self.leaves(&path, before, after),
            }
        }
    }

    fn leaves(&mut self, path: &[&str], before: Option<&serde_json::Value>, after: Option<&serde_json::Value>) {
        let object = |side: Option<&serde_json::Value>| side.and_then(|side| side.as_object()).is_some_and(|object| !object.is_empty());
        if object(before) || object(after) {
            self.members(path, before, DiffOp::Remove);
            self.members(path, after, DiffOp::Add);
        } else {
            self.optional(path, before, after);
        }
    }

    /// The leaves of a value that is there on one side only.
    fn members(&mut self, path: &[&str], value: Option<&serde_json::Value>, op: DiffOp) {
        match value {
            None => {}
            Some(serde_json::Value::Object(object)) if !object.is_empty() => {
                for (key, member) in object {
                    let path: Vec<&str> = path.iter().copied().chain([key.as_str()]).collect();
                    self.members(&path, Some(member), op);
                }
            }
            Some(leaf) => {
                let (path, leaf) = (SecretPath::of(path.iter().copied()), Some(DiffValue::Plain(leaf.clone())));
                let (before, value) = if op == DiffOp::Remove { (leaf, None) } else { (None, leaf) };
                self.tell(Difference { path: path.0, op, before, value, class: None });
            }
        }
    }

    /// `depends_on` and `protect`.
    pub(super) fn bookkeeping(&mut self, before: (&BTreeSet<Address>, bool), after: (&BTreeSet<Address>, bool)) {
        self.set(&["depends_on"], before.0, after.0);
        self.plain(&["protect"], &before.1, &after.1);
    }

    fn member(&mut self, path: &str, op: DiffOp, value: DiffValue) {
        self.tell(Difference { path: path.to_owned(), op, before: None, value: Some(value), class: None });
    }

    /// A plan is shown to many: what reads like a secret in what a webhook sends stays out of it.
    fn tell(&mut self, mut difference: Difference) {
        let (_, path) = difference.path.split_once('/').unwrap_or_default();
        if matches!(path.split('/').next(), Some("url" | "headers" | "query" | "body")) {
            let name = path.rsplit('/').next().unwrap_or_default();
            for value in [&mut difference.before, &mut difference.value].into_iter().flatten() {
                if let DiffValue::Plain(value) = value {
                    veil(name, value);
                }
            }
        }
        self.found.push(difference);
    }

    fn push(&mut self, path: SecretPath, before: Option<DiffValue>, value: Option<DiffValue>) {
        let op = match (&before, &value) {
            (None, _) => DiffOp::Add,
            (_, None) => DiffOp::Remove,
            (Some(_), Some(_)) => DiffOp::Replace,
        };
        self.tell(Difference { path: path.0, op, before, value, class: None });
    }
}

fn told(value: &Value, fingerprint: Option<&Fingerprint>) -> DiffValue {
    match value {
        Value::Literal(text) => shown(text),
        Value::From(from) => DiffValue::Secret { reference: from.to_string(), fingerprint: fingerprint.cloned() },
    }
}

fn shown<T: Serialize + ?Sized>(value: &T) -> DiffValue {
    DiffValue::Plain(serde_json::to_value(value).expect("fields of resources are plain JSON"))
}
