//! The fields of a query or a form. A field that is given twice is refused, as RFC 6749 section 3.1 wants.

use http::{HeaderMap, header};
use std::collections::BTreeMap;

/// Named values, each given once and not empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields(BTreeMap<String, String>);

/// The field that is given twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GivenTwice(pub(super) String);

impl Fields {
    pub(super) fn of_query(uri: &http::Uri) -> Result<Fields, GivenTwice> {
        Fields::parse(uri.query().unwrap_or_default().as_bytes())
    }

    pub(super) fn parse(form: &[u8]) -> Result<Fields, GivenTwice> {
        let mut fields = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(form) {
            // RFC 6749 section 3.1: a parameter without a value is as if it were not there.
            if !value.is_empty() && fields.insert(name.to_string(), value.into_owned()).is_some() {
                return Err(GivenTwice(name.into_owned()));
            }
        }
        Ok(Fields(fields))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The rests of the names that start so (`grant:devices.read`).
    pub(super) fn below(&self, prefix: &str) -> impl Iterator<Item = &str> {
        self.0.keys().filter_map(move |name| name.strip_prefix(prefix))
    }
}

pub(super) fn is_form(headers: &HeaderMap) -> bool {
    media_type(headers) == "application/x-www-form-urlencoded"
}

pub(super) fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers) == "application/json"
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_stands_once() {
        let fields = Fields::parse(b"a=1&b=&c=x+y%26").expect("each once");
        assert_eq!((fields.get("a"), fields.get("b"), fields.get("c")), (Some("1"), None, Some("x y&")));
        assert_eq!(Fields::parse(b"a=1&a=1").expect_err("twice"), GivenTwice("a".to_owned()));
    }
}
