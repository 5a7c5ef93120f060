//! What goes into statements: text, bytes, counters and times as this database takes them.

use crate::store::column::signed;
use crate::vault::Sealed;
use postgres::types::ToSql;
use std::borrow::Cow;
use std::time::{Duration, SystemTime};

/// One parameter; `None` is NULL.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Text(Option<Cow<'a, str>>),
    Texts(Vec<&'a str>),
    Bytes(Option<&'a [u8]>),
    Number(Option<i64>),
    Flag(bool),
    /// In whole seconds.
    Time(Option<SystemTime>),
}

/// The parameters of a statement, from whatever they are.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::store::postgres::value::Value::from($value)),*] };
}
pub(super) use values;

/// The last second of the year 9999: what would be later is never.
const LAST: Duration = Duration::from_secs(253_402_300_799);

impl Value<'_> {
    pub(super) fn as_sql(&self) -> &(dyn ToSql + Sync) {
        match self {
            Value::Text(text) => text,
            Value::Texts(texts) => texts,
            Value::Bytes(bytes) => bytes,
            Value::Number(number) => number,
            Value::Flag(flag) => flag,
            Value::Time(time) => time,
        }
    }
}

/// The one character that the database's text cannot hold becomes the mark for what cannot be shown. Only what strangers
/// send has it: names and identifiers are checked before, and scripts and bodies are kept in forms that hold it.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// Times lose their fractions in the store.
fn whole(time: SystemTime) -> SystemTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().min(LAST);
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Value::Text(text.map(printable))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::from(Some(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Value::from(Some(text.as_str()))
    }
}

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(text: &'a Option<String>) -> Self {
        Value::from(text.as_deref())
    }
}

impl From<Option<String>> for Value<'_> {
    fn from(text: Option<String>) -> Self {
        Value::Text(text.map(|text| Cow::Owned(printable(&text).into_owned())))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::from(Some(text))
    }
}

impl<'a> From<Vec<&'a str>> for Value<'a> {
    fn from(texts: Vec<&'a str>) -> Self {
        Value::Texts(texts)
    }
}

impl<'a> From<Option<&'a [u8]>> for Value<'a> {
    fn from(bytes: Option<&'a [u8]>) -> Self {
        Value::Bytes(bytes)
    }
}

impl<'a> From<&'a Sealed> for Value<'a> {
    fn from(sealed: &'a Sealed) -> Self {
        Value::Bytes(Some(&sealed.0))
    }
}

impl<'a> From<&'a Option<Sealed>> for Value<'a> {
    fn from(sealed: &'a Option<Sealed>) -> Self {
        Value::Bytes(sealed.as_ref().map(|sealed| sealed.0.as_slice()))
    }
}

impl From<u64> for Value<'_> {
    fn from(count: u64) -> Self {
        Value::Number(Some(signed(count)))
    }
}

impl From<u32> for Value<'_> {
    fn from(count: u32) -> Self {
        Value::Number(Some(count.into()))
    }
}

impl From<Option<u16>> for Value<'_> {
    fn from(count: Option<u16>) -> Self {
        Value::Number(count.map(i64::from))
    }
}

/// A limit; what is larger than any table is no limit.
impl From<usize> for Value<'_> {
    fn from(limit: usize) -> Self {
        Value::Number(Some(i64::try_from(limit).unwrap_or(i64::MAX)))
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Value::Flag(flag)
    }
}

impl From<SystemTime> for Value<'_> {
    fn from(time: SystemTime) -> Self {
        Value::Time(Some(whole(time)))
    }
}

impl From<Option<SystemTime>> for Value<'_> {
    fn from(time: Option<SystemTime>) -> Self {
        Value::Time(time.map(whole))
    }
}
