//! Whom a request is from. `X-Forwarded-For` is anybody's to write: it is believed as far as known proxies wrote it.

use super::options::Proxies;
use http::HeaderMap;
use std::net::{IpAddr, SocketAddr};

/// The nearest address that is no proxy of ours.
pub(super) fn client(peer: IpAddr, headers: &HeaderMap, proxies: &Proxies) -> IpAddr {
    let Some(is_ours) = &proxies.0 else { return peer };
    let said = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let said: Vec<&str> = said.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut nearest = peer;
    for word in said.into_iter().rev() {
        if !is_ours(nearest) {
            break;
        }
        let Some(before) = address(word) else { break };
        nearest = before;
    }
    nearest
}

/// With or without a port.
fn address(word: &str) -> Option<IpAddr> {
    let bare = || word.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(word).parse().ok();
    word.parse::<SocketAddr>().map(|whole| whole.ip()).ok().or_else(bare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn of(peer: &str, said: &[&str]) -> String {
        let proxies = Proxies(Some(Arc::new(|address: IpAddr| address.to_string().starts_with("10."))));
        let mut headers = HeaderMap::new();
        for value in said {
            headers.append("x-forwarded-for", value.parse().expect("a header"));
        }
        client(peer.parse().expect("an address"), &headers, &proxies).to_string()
    }

    #[test]
    fn only_what_our_proxies_wrote_is_believed() {
        assert_eq!(of("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(of("10.0.0.1", &["1.1.1.1, 203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(of("10.0.0.1", &["1.1.1.1", "203.0.113.9:4711"]), "203.0.113.9");
        assert_eq!(of("203.0.113.7", &["1.1.1.1"]), "203.0.113.7", "a stranger's word");
        assert_eq!(of("10.0.0.1", &["nonsense"]), "10.0.0.1");
        assert_eq!(of("10.0.0.1", &["[2001:db8::1]"]), "2001:db8::1");
        assert_eq!(client("10.0.0.1".parse().expect("one"), &HeaderMap::new(), &Proxies::default()).to_string(), "10.0.0.1");
    }
}
