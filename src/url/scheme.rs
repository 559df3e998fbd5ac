//! The schemes that are spoken: their names, their ports, and what each asks for.

use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Http,
    Https,
    /// A WebSocket (RFC 6455 section 3): HTTP's port, and a request that asks for an upgrade.
    Ws,
    Wss,
}

struct Row {
    scheme: Scheme,
    name: &'static str,
    port: u16,
}

const fn row(scheme: Scheme, name: &'static str, port: u16) -> Row {
    Row { scheme, name, port }
}

const TABLE: [Row; 4] = [
    row(Scheme::Http, "http", 80),
    row(Scheme::Https, "https", 443),
    row(Scheme::Ws, "ws", 80),
    row(Scheme::Wss, "wss", 443),
];

impl Scheme {
    /// In any case of its letters.
    pub fn of(name: &str) -> Option<Scheme> {
        let row = TABLE.iter().find(|row| name.eq_ignore_ascii_case(row.name));
        row.map(|row| row.scheme)
    }

    pub fn name(self) -> &'static str {
        self.row().name
    }

    pub fn default_port(self) -> u16 {
        self.row().port
    }

    /// Over TLS.
    pub fn is_secure(self) -> bool {
        matches!(self, Scheme::Https | Scheme::Wss)
    }

    pub fn is_websocket(self) -> bool {
        matches!(self, Scheme::Ws | Scheme::Wss)
    }

    /// The scheme of the request that asks for it (RFC 6455 section 4.1).
    pub fn of_request(self) -> Scheme {
        match self.is_secure() {
            true => Scheme::Https,
            false => Scheme::Http,
        }
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scheme_has_its_row() {
        for row in &TABLE {
            assert_eq!(Scheme::of(&row.name.to_uppercase()), Some(row.scheme));
            assert_eq!(row.scheme.name(), row.name);
        }
        assert_eq!(Scheme::of("unix"), None);
    }
}
