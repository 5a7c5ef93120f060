//! Which addresses are not the internet. From the special-purpose registries of IANA (RFC 6890 and updates) and the
//! metadata addresses that cloud providers document.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address may not be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    Loopback,
    Private,
    LinkLocal,
    /// Where a cloud hands its machines credentials.
    Metadata,
    /// Carrier-grade NAT (RFC 6598).
    Shared,
    Multicast,
    Unspecified,
    Broadcast,
    /// For documents, tests, protocols and the future.
    Reserved,
    /// Leads through a translator or tunnel to somewhere else.
    Translated,
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Range::Loopback => "a loopback address",
            Range::Private => "a private address",
            Range::LinkLocal => "a link-local address",
            Range::Metadata => "a cloud's metadata address",
            Range::Shared => "an address of carrier-grade NAT",
            Range::Multicast => "a multicast address",
            Range::Unspecified => "an unspecified address",
            Range::Broadcast => "the broadcast address",
            Range::Reserved => "a reserved address",
            Range::Translated => "an address of a tunnel or translator",
        })
    }
}

/// First address, prefix length, what it is; the first that fits counts.
const V4: [([u8; 4], u32, Range); 21] = [
    ([169, 254, 169, 254], 32, Range::Metadata),
    ([169, 254, 170, 2], 32, Range::Metadata),
    ([168, 63, 129, 16], 32, Range::Metadata),
    ([100, 100, 100, 200], 32, Range::Metadata),
    ([192, 0, 0, 192], 32, Range::Metadata),
    ([0, 0, 0, 0], 32, Range::Unspecified),
    ([255, 255, 255, 255], 32, Range::Broadcast),
    ([0, 0, 0, 0], 8, Range::Reserved),
    ([10, 0, 0, 0], 8, Range::Private),
    ([100, 64, 0, 0], 10, Range::Shared),
    ([127, 0, 0, 0], 8, Range::Loopback),
    ([169, 254, 0, 0], 16, Range::LinkLocal),
    ([172, 16, 0, 0], 12, Range::Private),
    ([192, 0, 0, 0], 24, Range::Reserved),
    ([192, 0, 2, 0], 24, Range::Reserved),
    ([192, 88, 99, 0], 24, Range::Translated),
    ([192, 168, 0, 0], 16, Range::Private),
    ([198, 18, 0, 0], 15, Range::Reserved),
    ([198, 51, 100, 0], 24, Range::Reserved),
    ([203, 0, 113, 0], 24, Range::Reserved),
    ([240, 0, 0, 0], 4, Range::Reserved),
];

/// Says what is special about an address; `None` for the open internet. An IPv4 address inside an IPv6 one is judged as
/// what it is.
pub fn special_range(address: IpAddr) -> Option<Range> {
    match unwrapped(address) {
        IpAddr::V4(address) => special_v4(address),
        IpAddr::V6(address) => special_v6(address),
    }
}

/// The IPv4 address of `::ffff:a.b.c.d` and of the well-known NAT64 prefix (RFC 6052), which connects to it.
pub(super) fn unwrapped(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let segments = v6.segments();
    let embedded = || {
        let [.., a, b] = segments;
        let ([a, b], [c, d]) = (a.to_be_bytes(), b.to_be_bytes());
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => embedded(),
        _ => address,
    }
}

fn special_v4(address: Ipv4Addr) -> Option<Range> {
    if address.is_multicast() {
        return Some(Range::Multicast);
    }
    let bits = u32::from(address);
    V4.iter().find(|(first, prefix, _)| (bits ^ u32::from(Ipv4Addr::from(*first))) >> (32 - prefix) == 0).map(|(_, _, range)| *range)
}

/// Only 2000::/3 is given out to the internet (RFC 4291), so everything else is named for its reader and refused.
fn special_v6(address: Ipv6Addr) -> Option<Range> {
    let segments = address.segments();
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some(Range::Unspecified),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(Range::Loopback),
        [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254] => Some(Range::Metadata),
        // NAT64 with a local prefix (RFC 8215), 6to4 (RFC 3056) and Teredo (RFC 4380) lead to an IPv4 address.
        [0x64, 0xff9b, ..] | [0x2002, ..] | [0x2001, 0, ..] => Some(Range::Translated),
        [first, ..] if first & 0xfe00 == 0xfc00 => Some(Range::Private),
        [first, ..] if first & 0xffc0 == 0xfe80 => Some(Range::LinkLocal),
        [first, ..] if first & 0xffc0 == 0xfec0 => Some(Range::Private),
        [first, ..] if first & 0xff00 == 0xff00 => Some(Range::Multicast),
        [0x2001, second, ..] if second < 0x0200 => Some(Range::Reserved),
        [0x2001, 0x0db8, ..] => Some(Range::Reserved),
        [0x3fff, second, ..] if second < 0x1000 => Some(Range::Reserved),
        // ISATAP (RFC 5214): the interface's half holds an IPv4 address.
        [_, _, _, _, 0 | 0x0200, 0x5efe, ..] => Some(Range::Translated),
        [first, ..] if first & 0xe000 != 0x2000 => Some(Range::Reserved),
        _ => None,
    }
}
