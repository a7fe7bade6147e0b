//! Which addresses are outside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use serde::Deserialize;

use crate::model::domains::DomainPattern;

/// What an operator lets be reached although it is inside (`[outgoing] allow`): a network, an address or a host.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Allow {
    /// `10.1.2.0/24`, `fd00:1::/64`, or one address.
    Net(IpNet),
    /// `logout.corp.example`, or `.corp.example` for all below it, too.
    Host(DomainPattern),
}

impl TryFrom<String> for Allow {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = text.trim();
        if let Ok(net) = text.parse::<IpNet>() {
            return Ok(Self::Net(net));
        }
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Self::Net(ip.into()));
        }
        DomainPattern::try_from(text.to_owned())
            .map(Self::Host)
            .map_err(|_| format!("{text:?} is no network (10.1.2.0/24), no address and no host (.corp.example)"))
    }
}

impl Allow {
    /// Whether an address of that host may be reached by this.
    pub fn covers(&self, host: &str, address: IpAddr) -> bool {
        match self {
            Self::Net(net) => net.contains(&plain(address)),
            Self::Host(pattern) => pattern.covers(&host.trim_end_matches('.').to_ascii_lowercase()),
        }
    }
}

/// The IPv4 address within an IPv6 one that only wraps it.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// Whether an address is out on the internet, for anybody to reach: by the registries of special-purpose addresses
/// (RFC 6890 and what followed it).
pub fn is_public(address: IpAddr) -> bool {
    match plain(address) {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        // This network; shared by a carrier's customers; of protocols; relays of 6to4; benchmarks; not yet given out.
        || a == 0
        || a == 100 && (64..128).contains(&b)
        || a == 192 && b == 0 && c == 0
        || a == 192 && b == 88 && c == 99
        || a == 198 && (b == 18 || b == 19)
        || a >= 240;
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let segments = ip.segments();
    // An IPv4 address inside is what is reached in the end.
    let within = |high: u16, low: u16| is_public_v4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    match segments {
        // NAT64 (the well-known prefix; the local one is a network's own) and 6to4.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => within(high, low),
        [0x2002, high, low, ..] => within(high, low),
        // Teredo, benchmarks, ORCHID and all else of 2001::/23; documentation.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        // Everything that is given out lies in 2000::/3: no loopback, no fc00::/7, no fe80::/10, no multicast.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}
