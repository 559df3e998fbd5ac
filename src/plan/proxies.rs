//! The proxies that there are, and which targets they are for.
//!
//! Owns what `--noproxy` and the environment mean, as curl reads them (`man curl`, ENVIRONMENT).
//! It reads no environment itself.

use std::net::IpAddr;

use super::Tls;
use super::proxy::{Proxy, ProxyScheme, User, Way};
use crate::error::Result;
use crate::url::{Scheme, Target};

/// The proxies that there are, and what they are for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    /// For targets of http and ws, and of https and wss.
    pub http: Option<Proxy>,
    pub https: Option<Proxy>,
    /// Hosts that are reached without: `*`, or names, addresses and networks between commas
    /// or spaces.
    pub not_for: String,
    /// Loopback ports that are reached without: the browser's own servers, where the
    /// environment names the proxies.
    pub own: Vec<u16>,
    /// CONNECT for http, too (`-p`).
    pub tunnel: bool,
    /// How an https proxy is met.
    pub tls: Tls,
}

impl Proxies {
    /// The same proxy for every target.
    pub fn one(proxy: Proxy) -> Proxies {
        Proxies {
            http: Some(proxy.clone()),
            https: Some(proxy),
            ..Proxies::default()
        }
    }

    /// What the environment asks for. `http_proxy` has no upper-case form: a CGI's clients
    /// choose HTTP_PROXY by a field named Proxy. An empty value is none.
    ///
    /// # Errors
    /// As [`Proxy::parse`].
    pub fn of_environment(get: impl Fn(&str) -> Option<String>) -> Result<Proxies> {
        let first = |names: &[&str]| {
            let mut values = names.iter().filter_map(|name| get(name));
            values.find(|value| !value.is_empty())
        };
        let proxy = |names: &[&str]| first(names).map(|url| Proxy::parse(&url)).transpose();
        Ok(Proxies {
            http: proxy(&["http_proxy", "all_proxy", "ALL_PROXY"])?,
            https: proxy(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])?,
            not_for: Proxies::none_of(&get),
            ..Proxies::default()
        })
    }

    /// The environment's hosts without a proxy; those that a flag gives heed them, too.
    pub fn none_of(get: impl Fn(&str) -> Option<String>) -> String {
        let mut lists = ["no_proxy", "NO_PROXY"].into_iter().filter_map(get);
        lists.find(|list| !list.is_empty()).unwrap_or_default()
    }

    /// Of the proxies that have none of their own.
    pub fn set_user(&mut self, user: &User) {
        for proxy in [&mut self.http, &mut self.https].into_iter().flatten() {
            proxy.user.get_or_insert_with(|| user.clone());
        }
    }

    /// In a few words; `None`: there is none.
    pub fn summary(&self) -> Option<String> {
        match (&self.http, &self.https) {
            (None, None) => None,
            (Some(one), Some(other)) if one != other => {
                Some(format!("via {one}, https via {other}"))
            }
            (Some(proxy), _) => Some(format!("via {proxy}")),
            (None, Some(proxy)) => Some(format!("https via {proxy}")),
        }
    }

    /// One of our own servers, which a proxy would be for if it were another's.
    pub fn spares(&self, target: &Target) -> bool {
        self.of(target).is_some() && self.is_own(target)
    }

    fn is_own(&self, target: &Target) -> bool {
        let here = match target.host.parse::<IpAddr>() {
            Ok(addr) => addr.is_loopback(),
            Err(_) => target.host == "localhost",
        };
        here && self.own.contains(&target.port)
    }

    fn of(&self, target: &Target) -> Option<&Proxy> {
        match target.scheme.is_secure() {
            false => self.http.as_ref(),
            true => self.https.as_ref(),
        }
    }

    pub fn way(&self, target: &Target) -> Way<'_> {
        if target.socket.is_some() {
            return Way::Direct;
        }
        // A WebSocket wants a tunnel (RFC 6455 section 4.1).
        let forwards = target.scheme == Scheme::Http && !self.tunnel;
        match self.of(target).filter(|_| !self.is_own(target)) {
            Some(proxy) if !without(&self.not_for, &target.host) => match proxy.scheme {
                ProxyScheme::Socks5 | ProxyScheme::Socks5h => Way::Socks(proxy),
                _ if forwards => Way::Forward(proxy),
                _ => Way::Tunnel(proxy),
            },
            _ => Way::Direct,
        }
    }
}

/// Whether a list of hosts names this one: `*`; a name stands for itself and all under it, a
/// dot before it or not; an address for itself, `10.0.0.0/8` for a network.
fn without(list: &str, host: &str) -> bool {
    let host = host.split('%').next().unwrap_or_default();
    let host = host.strip_suffix('.').unwrap_or(host);
    let addr = host.parse::<IpAddr>().ok();
    let mut entries = list
        .split([',', ' ', '\t'])
        .filter(|entry| !entry.is_empty());
    list.trim() == "*"
        || entries.any(|entry| match addr {
            Some(addr) => is_in(entry, addr),
            None => is_under(entry, host),
        })
}

fn is_under(entry: &str, host: &str) -> bool {
    let entry = entry.strip_suffix('.').unwrap_or(entry);
    let entry = entry.strip_prefix('.').unwrap_or(entry);
    let Some(at) = host.len().checked_sub(entry.len()) else {
        return false;
    };
    let same = host
        .get(at..)
        .is_some_and(|end| end.eq_ignore_ascii_case(entry));
    same && !entry.is_empty() && (at == 0 || host[..at].ends_with('.'))
}

fn is_in(entry: &str, addr: IpAddr) -> bool {
    let (network, bits): (&str, Option<u8>) = match entry.split_once('/') {
        Some((network, bits)) => (network, bits.parse().ok()),
        None => (entry, Some(128)),
    };
    let network = network.trim_start_matches('[').trim_end_matches(']');
    let (Ok(network), Some(bits)) = (network.parse(), bits) else {
        return false;
    };
    let same = |a: &[u8], b: &[u8]| {
        let bits = usize::from(bits).min(a.len() * 8);
        let (whole, rest) = (bits / 8, bits % 8);
        let mask = !(0xff_u8.checked_shr(rest as u32).unwrap_or(0));
        a[..whole] == b[..whole] && (rest == 0 || (a[whole] ^ b[whole]) & mask == 0)
    };
    match (network, addr) {
        (IpAddr::V4(a), IpAddr::V4(b)) => same(&a.octets(), &b.octets()),
        (IpAddr::V6(a), IpAddr::V6(b)) => same(&a.octets(), &b.octets()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_without_a_proxy() {
        for (list, host, want) in [
            ("", "h.test", false),
            ("*", "h.test", true),
            ("*", "127.0.0.1", true),
            ("a,*", "h.test", false),
            ("h.test", "H.Test", true),
            ("h.test.", "h.test", true),
            ("h.test", "h.test.", true),
            ("test", "h.test", true),
            (".test", "h.test", true),
            (".h.test", "h.test", true),
            ("est", "h.test", false),
            ("x.h.test", "h.test", false),
            ("a b,h.test", "h.test", true),
            (".", "h.test", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.11", false),
            ("127.0.0.0/8", "127.9.9.9", true),
            ("10.0.0.0/9", "10.127.0.1", true),
            ("10.0.0.0/9", "10.128.0.1", false),
            ("0.0.0.0/0", "10.128.0.1", true),
            ("10.0.0.0/x", "10.0.0.0", false),
            ("::1", "::1", true),
            ("[::1]", "::1", true),
            ("fe80::/10", "fe80::1%lo", true),
            ("fe80::/10", "fec0::1", false),
            ("10.0.0.0/8", "::1", false),
        ] {
            assert_eq!(without(list, host), want, "{list:?} {host}");
        }
    }

    #[test]
    fn the_environment_as_curl_reads_it() {
        type Vars<'a> = &'a [(&'a str, &'a str)];
        let rows: [(Vars, &str, Option<&str>); 10] = [
            (&[("http_proxy", "a:1")], "http://h/", Some("http://a:1")),
            (&[("http_proxy", "a:1")], "https://h/", None),
            (&[("HTTP_PROXY", "a:1")], "http://h/", None),
            (
                &[("https_proxy", "a:1"), ("HTTPS_PROXY", "b:1")],
                "https://h/",
                Some("http://a:1"),
            ),
            (&[("HTTPS_PROXY", "b:1")], "https://h/", Some("http://b:1")),
            (
                &[("ALL_PROXY", "socks5://c")],
                "http://h/",
                Some("socks5://c:1080"),
            ),
            (
                &[("all_proxy", "c:1"), ("http_proxy", "")],
                "http://h/",
                Some("http://c:1"),
            ),
            (
                &[("all_proxy", "c:1"), ("no_proxy", "h")],
                "http://h/",
                None,
            ),
            (
                &[("all_proxy", "c:1"), ("NO_PROXY", "h")],
                "http://h/",
                None,
            ),
            (
                &[("all_proxy", "c:1"), ("no_proxy", "i"), ("NO_PROXY", "h")],
                "http://h/",
                Some("http://c:1"),
            ),
        ];
        for (vars, url, want) in rows {
            let get = |name: &str| {
                let var = vars.iter().find(|(var, _)| *var == name);
                var.map(|(_, value)| (*value).to_owned())
            };
            let proxies = Proxies::of_environment(get).unwrap();
            let target = Target::parse(url).unwrap();
            let got = proxies.way(&target).proxy().map(ToString::to_string);
            assert_eq!(got.as_deref(), want, "{vars:?} {url}");
        }
    }

    #[test]
    fn our_own_servers_are_reached_without_the_environments_proxy() {
        let proxies = Proxies {
            own: vec![8080, 8443],
            ..Proxies::one(Proxy::parse("p:1").unwrap())
        };
        for (url, spared) in [
            ("http://localhost:8080/", true),
            ("http://127.0.0.1:8080/", true),
            ("https://[::1]:8443/", true),
            ("http://localhost:8081/", false),
            ("http://h.test:8080/", false),
        ] {
            let target = Target::parse(url).unwrap();
            assert_eq!(proxies.spares(&target), spared, "{url}");
            assert_eq!(proxies.way(&target) == Way::Direct, spared, "{url}");
        }
        let none = Proxies {
            own: vec![8080],
            ..Proxies::default()
        };
        let target = Target::parse("localhost:8080").unwrap();
        assert!(!none.spares(&target), "there is nothing to be spared");
    }
}
