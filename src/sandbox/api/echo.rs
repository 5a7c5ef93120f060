//! Says what arrived, without the credential.

use super::admit;
use crate::sandbox::answer::{self, Answer, Asked};
use crate::sandbox::site::Site;
use http::StatusCode;
use serde_json::{Map, Value, json};

pub(in crate::sandbox) const HIDDEN: &str = "(hidden)";

pub(crate) fn echo(site: &Site, asked: &Asked) -> Answer {
    let caller = match admit(site, asked, None) {
        Ok(caller) => caller,
        Err(refused) => return *refused,
    };
    let hide = |text: &str| text.replace(&caller.credential, HIDDEN);
    let headers = readable_headers(asked).into_iter().map(|(name, value)| (name, Value::from(hide(&value)))).collect::<Map<_, _>>();
    let body = json!({
        "sandbox": true,
        "method": asked.method().as_str(),
        "path": asked.uri().path(),
        "query": hide(asked.uri().query().unwrap_or_default()),
        "headers": headers,
        "body": hide(&String::from_utf8_lossy(asked.body())),
        "authenticated": {
            "by": caller.by,
            "account": caller.account.map(|account| account.id),
            "scopes": caller.scopes,
        },
    });
    answer::json(StatusCode::OK, &body)
}

/// Every header by name; of those that hold credentials only the scheme is left.
pub(in crate::sandbox) fn readable_headers(asked: &Asked) -> Vec<(String, String)> {
    let readable = |name: &http::HeaderName, value: &http::HeaderValue| {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        match name.as_str() {
            "authorization" | "proxy-authorization" => match text.split_once(' ') {
                Some((scheme, _)) => format!("{scheme} {HIDDEN}"),
                None => HIDDEN.to_owned(),
            },
            "x-api-key" | "cookie" => HIDDEN.to_owned(),
            _ => text,
        }
    };
    asked.headers().iter().map(|(name, value)| (name.to_string(), readable(name, value))).collect()
}
