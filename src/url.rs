//! What was typed → where to connect, what to ask for, what Host to name.

use crate::error::{Error, Result};

/// Where to connect and what to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub scheme: Scheme,
    /// ASCII: a name (punycode where it was international), an IPv4 or an IPv6 address
    /// without brackets, with its zone where one was typed.
    pub host: String,
    pub port: u16,
    /// Path and query as they go on the request line; begins with `/`.
    pub path: String,
    /// `user:password` as typed before an `@`.
    pub userinfo: Option<String>,
    /// What had to be changed of what was typed, in plain words.
    pub notes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Http,
    Https,
}

impl Target {
    pub fn parse(typed: &str) -> Result<Target> {
        Err(Error::MalformedUrl {
            url: typed.to_owned(),
            why: "the parser is being built".to_owned(),
        })
    }

    /// The Host field's value: brackets for IPv6, the port only when it is not the
    /// scheme's own.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        if self.port == self.scheme.default_port() {
            host
        } else {
            format!("{host}:{}", self.port)
        }
    }
}

impl Scheme {
    pub fn default_port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

impl std::fmt::Display for Scheme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        })
    }
}

/// `http://host:port/path`, as it would be typed to get exactly this target.
impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority(), self.path)
    }
}
