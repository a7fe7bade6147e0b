//! Which network a request comes from: the unit that limits count by.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::HeaderMap,
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;

/// The IPv4 address or IPv6 /64 of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network(pub String);

/// Finds the client behind proxies that we trust: the last address in `X-Forwarded-For` that is not one of them. What
/// other machines write there counts for nothing.
pub fn client(peer: Option<SocketAddr>, headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|net| net.contains(ip));
    let mut client = peer?.ip().to_canonical();
    if !is_trusted(&client) {
        return Some(client);
    }
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .collect();
    for hop in hops.into_iter().rev() {
        let Ok(ip) = hop.parse::<IpAddr>() else { break };
        client = ip.to_canonical();
        if !is_trusted(&client) {
            break;
        }
    }
    Some(client)
}

/// The network of an address: IPv4 as it is, IPv6 by its first 64 bits, because one household has all the rest.
pub fn of(ip: Option<IpAddr>) -> Network {
    Network(match ip {
        None => "unknown".to_owned(),
        Some(IpAddr::V4(v4)) => v4.to_string(),
        Some(IpAddr::V6(v6)) => {
            let s = v6.segments();
            format!("{}/64", Ipv6Addr::new(s[0], s[1], s[2], s[3], 0, 0, 0, 0))
        }
    })
}

/// Puts the [`Network`] with a request of a program, for which nothing else is looked up.
pub async fn know(State(trusted): State<std::sync::Arc<[IpNet]>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    let network = of(client(peer, request.headers(), &trusted));
    request.extensions_mut().insert(network);
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forwarded(value: &str) -> HeaderMap {
        HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), value.parse().unwrap())])
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let seen = |peer: &str, header: &str| of(client(Some(peer.parse().unwrap()), &forwarded(header), &trusted)).0;
        assert_eq!(seen("203.0.113.9:1", "198.51.100.1"), "203.0.113.9");
        assert_eq!(seen("10.0.0.1:1", "198.51.100.1"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1:1", "6.6.6.6, 198.51.100.1, 10.0.0.2"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1:1", "nonsense"), "10.0.0.1");
        assert_eq!(seen("[2001:db8:1:2:3::4]:1", ""), "2001:db8:1:2::/64");
        assert_eq!(seen("[::ffff:203.0.113.9]:1", ""), "203.0.113.9");
    }
}
