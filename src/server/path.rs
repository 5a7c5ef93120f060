//! The one judgement of a path, before anybody is asked who they are: it is in its plain form, or it is refused. What is
//! routed and what is authorised can then never be two different things.

use crate::wire::{Code, Problem};

/// Refuses a path that another reader could take for a different one.
pub(super) fn plain(path: &str) -> Result<(), Problem> {
    let refused = |why: &str| Err(Problem::new(Code::BadPath, format!("the path {why}")));
    let Some(rest) = path.strip_prefix('/') else { return refused("does not begin with `/`") };
    let mut segments = rest.split('/').peekable();
    while let Some(segment) = segments.next() {
        let Some(decoded) = decoded(segment) else { return refused("holds what is no text") };
        if segment.is_empty() && segments.peek().is_some() {
            return refused("has an empty part");
        }
        if decoded == "." || decoded == ".." {
            return refused("has a part of dots");
        }
        if decoded.chars().any(|one| one == '/' || one == '\\' || one.is_control()) {
            return refused("hides a separator or a control character");
        }
    }
    Ok(())
}

/// With `%41` written out; `None` where that is not UTF-8 or no such escape.
fn decoded(segment: &str) -> Option<String> {
    let bytes = segment.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            let pair = std::str::from_utf8(bytes.get(at + 1..at + 3)?).ok()?;
            if !pair.bytes().all(|one| one.is_ascii_hexdigit()) {
                return None;
            }
            out.push(u8::from_str_radix(pair, 16).ok()?);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_pass() {
        for path in ["/", "/api/v1/connections/crm_read", "/api/v1/plans/sha256:0f", "/api/v1/users/ada%40example.com", "/health"] {
            assert_eq!(plain(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        let paths = [
            "",
            "api",
            "//",
            "/api//v1",
            "/api/v1/../users",
            "/api/%2e%2e/users",
            "/api/%2E/users",
            "/a%2fb",
            "/a%5Cb",
            "/a\\b",
            "/a%00",
            "/a%0d%0a",
            "/%",
            "/%4",
            "/%zz",
            "/%+1",
            "/%ff",
        ];
        for path in paths {
            assert_eq!(plain(path).expect_err(path).code, "bad-path", "{path}");
        }
    }
}
