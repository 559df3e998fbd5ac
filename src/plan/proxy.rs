//! A proxy, and the way that a target is reached through it.
//!
//! Owns how a proxy's URL is read, as curl reads it (`man curl`, PROXY PROTOCOL PREFIXES). It
//! connects to nothing; which targets go through one is `proxies`'s.

use std::fmt;

use crate::error::{Error, Result};
use crate::event::{self, ProxyWay};
use crate::request;
use crate::url::{Authority, Target, percent_decoded};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Proxies;

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
