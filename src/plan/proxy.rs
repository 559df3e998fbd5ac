//! Which proxy a target is reached through, if any, and in which way.
//!
//! Owns how a proxy's URL is read and what `--noproxy` and the environment mean, as curl
//! reads them (`man curl`, PROXY PROTOCOL PREFIXES and ENVIRONMENT). It reads no environment
//! itself and connects to nothing.

use std::fmt;
use std::net::IpAddr;

use super::Tls;
use crate::error::{Error, Result};
use crate::event::{self, ProxyWay};
use crate::request;
use crate::url::{Authority, Scheme, Target, percent_decoded};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyScheme {
    Http,
    Https,
    /// The target is looked up here.
    Socks5,
    /// The proxy looks it up.
    Socks5h,
}

/// A scheme, its name and the port where none is given (curl's).
const SCHEMES: &[(ProxyScheme, &str, u16)] = &[
    (ProxyScheme::Http, "http", 1080),
    (ProxyScheme::Https, "https", 443),
    (ProxyScheme::Socks5, "socks5", 1080),
    (ProxyScheme::Socks5h, "socks5h", 1080),
];

#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    pub scheme: ProxyScheme,
    /// As [`Target::host`].
    pub host: String,
    pub port: u16,
    pub user: Option<User>,
}

/// Percent-encoding removed.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    pub name: Vec<u8>,
    pub password: Vec<u8>,
}

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

/// How a target is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way<'a> {
    Direct,
    /// Requests go to the proxy in absolute form (RFC 9112 section 3.2.2).
    Forward(&'a Proxy),
    /// Through a tunnel that CONNECT makes (RFC 9110 section 9.3.6).
    Tunnel(&'a Proxy),
    /// RFC 1928.
    Socks(&'a Proxy),
}

impl Proxy {
    /// `[scheme://][user[:password]@]host[:port]`; what follows is left out, as with curl.
    ///
    /// # Errors
    /// [`Error::ProxyScheme`], [`Error::ProxyUrl`].
    pub fn parse(typed: &str) -> Result<Proxy> {
        let (name, rest) = typed
            .trim()
            .split_once("://")
            .unwrap_or(("http", typed.trim()));
        let row = SCHEMES.iter().find(|row| row.1.eq_ignore_ascii_case(name));
        let Some(&(scheme, _, port)) = row else {
            return Err(Error::ProxyScheme {
                scheme: name.to_owned(),
            });
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let authority = Authority::parse(&rest[..end]).map_err(|why| Error::ProxyUrl {
            // Without what may be a password.
            url: rest[..end]
                .rsplit('@')
                .next()
                .unwrap_or_default()
                .to_owned(),
            why,
        })?;
        Ok(Proxy {
            scheme,
            host: authority.host,
            port: authority.port.unwrap_or(port),
            user: authority.userinfo.as_deref().map(User::of_url),
        })
    }

    /// Its own Proxy-Authorization (RFC 7617).
    pub fn authorization(&self) -> Option<String> {
        let user = self.user.as_ref()?;
        Some(request::basic_of(
            &[&user.name[..], b":", &user.password].concat(),
        ))
    }

    fn looks_up(&self) -> bool {
        self.scheme == ProxyScheme::Socks5h
    }
}

/// Without user and password.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = SCHEMES.iter().find(|row| row.0 == self.scheme);
        let name = row.map_or("", |row| row.1);
        match self.host.contains(':') {
            true => write!(f, "{name}://[{}]:{}", self.host, self.port),
            false => write!(f, "{name}://{}:{}", self.host, self.port),
        }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("User")
    }
}

impl User {
    /// As it stands in a URL.
    fn of_url(userinfo: &str) -> User {
        let (name, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        User {
            name: percent_decoded(name),
            password: percent_decoded(password),
        }
    }

    /// `-U USER:PASSWORD`, as it stands.
    pub fn of_flag(text: &str) -> User {
        let (name, password) = text.split_once(':').unwrap_or((text, ""));
        User {
            name: name.as_bytes().to_vec(),
            password: password.as_bytes().to_vec(),
        }
    }
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
        let proxy = match target.scheme.is_secure() {
            false => &self.http,
            true => &self.https,
        };
        proxy.as_ref().filter(|_| target.socket.is_none())
    }

    pub fn way(&self, target: &Target) -> Way<'_> {
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

impl<'a> Way<'a> {
    pub fn proxy(self) -> Option<&'a Proxy> {
        match self {
            Way::Direct => None,
            Way::Forward(proxy) | Way::Tunnel(proxy) | Way::Socks(proxy) => Some(proxy),
        }
    }

    /// What events say of it.
    pub fn told(self) -> Option<event::Proxy> {
        let proxy = self.proxy()?;
        let way = match self {
            Way::Tunnel(_) => ProxyWay::Connect,
            Way::Socks(proxy) if proxy.looks_up() => ProxyWay::Socks5h,
            Way::Socks(_) => ProxyWay::Socks5,
            Way::Forward(_) | Way::Direct => ProxyWay::Forward,
        };
        Some(event::Proxy {
            url: proxy.to_string(),
            way,
            greets: way != ProxyWay::Forward || proxy.scheme == ProxyScheme::Https,
        })
    }

    /// Puts a request for this target in the form that this way asks for: its request target,
    /// and the proxy's Proxy-Authorization.
    pub fn form(self, request: &mut Vec<u8>, target: &Target) {
        match self {
            Way::Forward(proxy) => {
                request::set_request_target(request, &target.absolute_form());
                if let Some(value) = proxy.authorization() {
                    request::set_field(request, "Proxy-Authorization", &value);
                }
            }
            Way::Direct | Way::Tunnel(_) | Way::Socks(_) => {
                request::set_request_target(request, &target.path);
            }
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
    fn proxy_urls() {
        for (typed, want, user) in [
            ("proxy", Ok("http://proxy:1080"), None),
            ("proxy:3128/path", Ok("http://proxy:3128"), None),
            ("HTTPS://proxy", Ok("https://proxy:443"), None),
            ("socks5://[::1]", Ok("socks5://[::1]:1080"), None),
            (
                "socks5h://a%40b:p%3Aw@h:9",
                Ok("socks5h://h:9"),
                Some("a@b p:w"),
            ),
            ("u@h", Ok("http://h:1080"), Some("u ")),
            ("socks4://h", Err(7), None),
            ("ftp://h", Err(7), None),
            ("http://", Err(5), None),
            ("http://h:0", Err(5), None),
            ("http://[::1", Err(5), None),
        ] {
            let proxy = Proxy::parse(typed);
            let got = proxy.as_ref().map(ToString::to_string);
            let got = got.map_err(|error| error.exit_code());
            assert_eq!(got.as_deref().map_err(|code| *code), want, "{typed}");
            let got = proxy.ok().and_then(|proxy| proxy.user).map(|user| {
                let text = [&user.name[..], b" ", &user.password].concat();
                String::from_utf8(text).unwrap()
            });
            assert_eq!(got.as_deref(), user, "{typed}");
        }
    }

    #[test]
    fn an_error_tells_no_password() {
        let error = Proxy::parse("http://ann:secret@[::1").unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }

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

    #[test]
    fn ways_and_forms() {
        for (proxy, tunnel, url, way, line) in [
            ("p", false, "http://h:81/a?b", "forward", "http://h:81/a?b"),
            ("https://p", false, "http://h:80/a", "forward", "http://h/a"),
            ("p", true, "http://h/a", "connect", "/a"),
            ("p", false, "https://h/a", "connect", "/a"),
            ("socks5://p", false, "http://h/a", "socks5", "/a"),
            ("socks5h://p", true, "https://h/a", "socks5h", "/a"),
            (
                "p",
                false,
                "http://u:w@[fe80::1%lo]/",
                "forward",
                "http://[fe80::1]/",
            ),
        ] {
            let proxies = Proxies {
                tunnel,
                ..Proxies::one(Proxy::parse(proxy).unwrap())
            };
            let target = Target::parse(url).unwrap();
            let mut request = b"GET / HTTP/1.1\r\n\r\n".to_vec();
            proxies.way(&target).form(&mut request, &target);
            let told = proxies.way(&target).told().unwrap();
            assert_eq!(told.way.name(), way, "{proxy} {url}");
            let want = format!("GET {line} HTTP/1.1\r\n\r\n");
            assert_eq!(String::from_utf8(request).unwrap(), want, "{proxy} {url}");
        }
    }
}
