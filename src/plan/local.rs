//! Our own end of a connection: `--interface`, as curl reads it.
//!
//! Owns its words. What a name stands for is found out when the socket is made.

use std::fmt;
use std::net::IpAddr;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Local {
    Addr(IpAddr),
    /// `host!NAME`: the address that a look-up of it gives.
    Host(String),
    /// `if!NAME`: the interface of this name.
    Interface(String),
    /// `NAME`: an interface, else a host.
    Either(String),
}

impl Local {
    /// # Errors
    /// What it could be, in words.
    pub fn parse(text: &str) -> Result<Local, String> {
        let (of, name) = match text.split_once('!') {
            Some((of, name)) => (Some(of), name),
            None => (None, text),
        };
        // 255 is curl's.
        let named = !name.is_empty() && name.len() < 255 && !name.contains(['!', '\0']);
        match (of, name.parse()) {
            (Some("if"), _) if named => Ok(Local::Interface(name.to_owned())),
            (Some("host") | None, Ok(addr)) => Ok(Local::Addr(addr)),
            (Some("host"), _) if named => Ok(Local::Host(name.to_owned())),
            (None, _) if named => Ok(Local::Either(name.to_owned())),
            _ => Err(
                "it is an address or an interface of this machine: 127.0.0.1, eth0, if!eth0, \
                 host!name"
                    .to_owned(),
            ),
        }
    }
}

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Local::Addr(addr) => addr.fmt(f),
            Local::Host(name) => write!(f, "host!{name}"),
            Local::Interface(name) => write!(f, "if!{name}"),
            Local::Either(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_as_curl_has_them() {
        let addr = |text: &str| Some(Local::Addr(text.parse().unwrap()));
        for (text, want) in [
            ("127.0.0.1", addr("127.0.0.1")),
            ("host!::1", addr("::1")),
            ("lo", Some(Local::Either("lo".into()))),
            ("if!lo", Some(Local::Interface("lo".into()))),
            ("if!127.0.0.1", Some(Local::Interface("127.0.0.1".into()))),
            ("host!a.test", Some(Local::Host("a.test".into()))),
            ("", None),
            ("if!", None),
            ("ifhost!lo!::1", None),
            ("a\0", None),
        ] {
            let local = Local::parse(text);
            assert_eq!(local.clone().ok(), want, "{text}");
            if let Ok(local) = local {
                assert_eq!(Local::parse(&local.to_string()), Ok(local), "{text}");
            }
        }
    }
}
