//! The shapes of answers, whole and in memory: a thread that made one is free before a slow client has taken it.

use crate::resource::Etag;
use crate::wire::{PROBLEM, Problem};
use axum::body::Body;
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use std::io::Write;

/// A whole answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value).expect("an answer has text keys only");
        Answer { status, headers: HeaderMap::new(), body }.of("application/json")
    }

    pub(super) fn ok(value: &impl Serialize) -> Self {
        Answer::json(StatusCode::OK, value)
    }

    pub(super) fn empty(status: StatusCode) -> Self {
        Answer { status, headers: HeaderMap::new(), body: Vec::new() }
    }

    pub(super) fn page(status: StatusCode, html: String) -> Self {
        Answer { status, headers: HeaderMap::new(), body: html.into_bytes() }.of("text/html; charset=utf-8")
    }

    /// Written compressed from the start: the whole of it is never in memory.
    pub(super) fn gzipped(value: &impl Serialize) -> Self {
        let mut writer = GzEncoder::new(Vec::new(), Compression::fast());
        serde_json::to_writer(&mut writer, value).expect("an answer has text keys only, and memory takes it");
        writer.flush().expect("memory takes it");
        let body = writer.finish().expect("memory takes it");
        let gzip = HeaderValue::from_static("gzip");
        Answer { status: StatusCode::OK, headers: HeaderMap::new(), body }.of("application/json").with(header::CONTENT_ENCODING, gzip)
    }

    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// Names the revision.
    pub(super) fn tagged(self, etag: Option<&Etag>) -> Self {
        match etag {
            Some(etag) => self.with(header::ETAG, quoted(etag)),
            None => self,
        }
    }

    fn of(self, media_type: &'static str) -> Self {
        self.with(header::CONTENT_TYPE, HeaderValue::from_static(media_type))
    }

    pub(super) fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// `"17"`
pub(super) fn quoted(etag: &Etag) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{}\"", etag.0)).expect("an etag is plain ASCII")
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        let status = StatusCode::from_u16(problem.status).expect("the table of codes has statuses only");
        let retry = problem.retry_after.map(HeaderValue::from);
        let body = serde_json::to_vec(&problem).expect("a problem has text keys only");
        let mut answer = Answer { status, headers: HeaderMap::new(), body }.of(PROBLEM);
        if let Some(retry) = retry {
            answer.headers.insert(header::RETRY_AFTER, retry);
        }
        if status == StatusCode::UNAUTHORIZED {
            answer.headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"bowline\""));
        }
        answer
    }
}
