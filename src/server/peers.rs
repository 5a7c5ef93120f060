//! How many connections each address has open: one that keeps opening them leaves room for the others. Knows nothing of what is
//! said on them.

use super::options::Proxies;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// One address has so much of all at most: an eighth.
const SHARE: usize = 8;
/// Of a small server, so many are everybody's.
const LEAST: usize = 8;

/// The open connections of every address, of all of one listener.
#[derive(Clone)]
pub(super) struct Peers {
    most: usize,
    open: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
}

/// One connection's place, until it is dropped.
pub(super) struct Place {
    peers: Peers,
    /// `None` where it is not counted.
    whose: Option<IpAddr>,
}

impl Peers {
    pub(super) fn sharing(all: usize) -> Self {
        Peers { most: (all / SHARE).max(LEAST), open: Arc::default() }
    }

    /// A place for one more connection; `None` where the address has its share. Trusted proxies bring everybody's.
    pub(super) fn place(&self, peer: IpAddr, proxies: &Proxies) -> Option<Place> {
        if proxies.0.as_ref().is_some_and(|is_ours| is_ours(peer)) {
            return Some(Place { peers: self.clone(), whose: None });
        }
        let whose = holder(peer);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(whose).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place { peers: self.clone(), whose: Some(whose) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(whose) = self.whose else { return };
        let mut open = self.peers.open.lock().unwrap_or_else(PoisonError::into_inner);
        let left = open.get(&whose).map_or(0, |count| count - 1);
        if left == 0 {
            open.remove(&whose)
        } else {
            open.insert(whose, left)
        };
    }
}

/// Who has an IPv6 address has the whole network of it, of 64 bits (RFC 6177).
fn holder(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        four @ IpAddr::V4(_) => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_has_its_share_and_leaves_the_rest_to_others() {
        let (peers, nobody_s) = (Peers::sharing(160), Proxies::default());
        let mut held: Vec<Place> = (0..20).map(|_| peers.place(ip("203.0.113.9"), &nobody_s).expect("its share")).collect();
        assert!(peers.place(ip("203.0.113.9"), &nobody_s).is_none());
        assert!(peers.place(ip("::ffff:203.0.113.9"), &nobody_s).is_none(), "the same one in other words");
        assert!(peers.place(ip("203.0.113.8"), &nobody_s).is_some());
        held.pop();
        assert!(peers.place(ip("203.0.113.9"), &nobody_s).is_some());
        held.clear();
        assert!(peers.open.lock().expect("nobody panicked").is_empty(), "nothing is remembered of who is gone");
    }

    #[test]
    fn a_network_of_one_holder_counts_once_and_proxies_bring_everybody() {
        let peers = Peers::sharing(0);
        let held: Vec<_> = (0..LEAST).map(|one| peers.place(ip(&format!("2001:db8::{one}")), &Proxies::default())).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(peers.place(ip("2001:db8::ffff"), &Proxies::default()).is_none());
        assert!(peers.place(ip("2001:db8:0:1::1"), &Proxies::default()).is_some());
        let ours = Proxies(Some(Arc::new(|address: IpAddr| address == ip("2001:db8::1"))));
        assert!((0..50).map(|_| peers.place(ip("2001:db8::1"), &ours)).all(|place| place.is_some()));
    }
}
