//! Judges a URL before anything is looked up. Works on the URL as the client itself parses it, so that what is judged is
//! what is called: `0x7f.1`, `①27.0.0.1` and `%31%32%37.0.0.1` are addresses by then.

use super::{Forbidden, Policy};
use std::net::IpAddr;
use url::{Host, Url};

/// Lets a URL pass whose host is a name (judged again by what it resolves to) or an address that may be called.
pub(super) fn check(policy: &Policy, url: &Url) -> Result<(), Forbidden> {
    let host = url.host().ok_or(Forbidden::NotAUrl)?;
    let local = match &host {
        Host::Domain(name) => is_local_name(name),
        Host::Ipv4(address) => is_loopback(IpAddr::V4(*address)),
        Host::Ipv6(address) => is_loopback(IpAddr::V6(*address)),
    };
    match url.scheme() {
        "https" => {}
        "http" if local && policy.loopback => {}
        _ => return Err(Forbidden::Scheme),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Forbidden::UserInfo);
    }
    match host {
        // No look-up is needed to know what is meant.
        Host::Domain(_) if local && !policy.loopback => Err(Forbidden::Address(super::Range::Loopback)),
        Host::Domain(_) => Ok(()),
        Host::Ipv4(address) => policy.judge(IpAddr::V4(address), local),
        Host::Ipv6(address) => policy.judge(IpAddr::V6(address), local),
    }
}

/// RFC 6761 section 6.3: `localhost` and all below it.
pub(super) fn is_local_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

fn is_loopback(address: IpAddr) -> bool {
    super::special_range(address) == Some(super::Range::Loopback)
}
