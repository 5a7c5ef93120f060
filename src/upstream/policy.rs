//! What the operator of this program allows beyond the guard. Never filled from a project's files or by an API's user.

use super::address::{special_range, unwrapped};
use super::{Forbidden, Range};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use std::time::Duration;

/// The operator's word on where requests may go. The default allows the open internet over https.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Whether `localhost` and loopback addresses may be called, over http too: for development and the sandbox.
    pub loopback: bool,
    /// Networks that may be called although they are not the open internet; https only.
    pub allowed: Vec<Net>,
    /// Further roots to trust, PEM. There is no way to trust nothing less than a verified certificate.
    pub extra_roots: Vec<Vec<u8>>,
    pub connect_timeout: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Policy { loopback: false, allowed: Vec::new(), extra_roots: Vec::new(), connect_timeout: Duration::from_secs(5) }
    }
}

impl Policy {
    /// Judges an address that a connection is about to be made to. `local` says that the URL names this machine.
    pub(super) fn judge(&self, address: IpAddr, local: bool) -> Result<(), Forbidden> {
        let range = special_range(address);
        if local && range != Some(Range::Loopback) {
            // `localhost` that is elsewhere: http would go over the wire.
            return Err(Forbidden::NotLoopback);
        }
        match range {
            None => Ok(()),
            Some(Range::Loopback) if local && self.loopback => Ok(()),
            Some(_) if self.allowed.iter().any(|net| net.holds(address)) => Ok(()),
            Some(range) => Err(Forbidden::Address(range)),
        }
    }
}

/// A network, written `10.1.0.0/16` or `fd12:3456::/32`; an address alone is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Net {
    first: IpAddr,
    prefix: u32,
}

/// The text is not a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a network such as `10.1.0.0/16`")]
pub struct BadNet(pub String);

impl Net {
    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.first, unwrapped(address)) {
            (IpAddr::V4(first), IpAddr::V4(address)) => same_start(u32::from(first).into(), u32::from(address).into(), 32, self.prefix),
            (IpAddr::V6(first), IpAddr::V6(address)) => same_start(bits(first), bits(address), 128, self.prefix),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

fn bits(address: Ipv6Addr) -> u128 {
    u128::from(address)
}

fn same_start(one: u128, other: u128, width: u32, prefix: u32) -> bool {
    (one ^ other).checked_shr(width - prefix).unwrap_or(0) == 0
}

impl FromStr for Net {
    type Err = BadNet;

    fn from_str(text: &str) -> Result<Self, BadNet> {
        let bad = || BadNet(text.to_owned());
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let first: IpAddr = address.parse().map_err(|_| bad())?;
        let width = if first.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(width), |prefix| prefix.parse().map_err(|_| bad()))?;
        if prefix > width { Err(bad()) } else { Ok(Net { first, prefix }) }
    }
}

impl fmt::Display for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_what_starts_alike() {
        let holds = |net: &str, address: &str| net.parse::<Net>().expect("a network").holds(address.parse().expect("an address"));
        assert!(holds("10.1.0.0/16", "10.1.255.9"));
        assert!(holds("10.1.0.0/16", "::ffff:10.1.2.3"));
        assert!(!holds("10.1.0.0/16", "10.2.0.1"));
        assert!(holds("0.0.0.0/0", "10.2.0.1"));
        assert!(holds("::/0", "fd00::1"));
        assert!(!holds("::/0", "10.0.0.1"));
        assert!(holds("10.0.0.5", "10.0.0.5"));
        assert!(!holds("10.0.0.5", "10.0.0.4"));
        for bad in ["10.0.0.0/33", "ten", "10.0.0.0/-1", "10.0.0.0/", "::/129"] {
            assert!(bad.parse::<Net>().is_err(), "{bad}");
        }
    }
}
