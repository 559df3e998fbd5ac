//! The numbers in a page's query: every one has a default and a cap.
//!
//! Owns how they are read, leniently: what has no meaning is the default, what is too
//! much is the cap.

/// A number that a page takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Param {
    pub name: &'static str,
    pub unit: Unit,
    pub default: u64,
    pub most: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Bytes, pieces, rows: `500`, or by powers of 1024 `10k`, `64m`, `1g`, `1t`.
    Amount,
    /// A time: `200` and `200ms` are milliseconds, `2s` are seconds.
    Millis,
}

impl Param {
    pub const fn amount(name: &'static str, default: u64, most: u64) -> Param {
        Param {
            name,
            unit: Unit::Amount,
            default,
            most,
        }
    }

    pub const fn millis(name: &'static str, default: u64, most: u64) -> Param {
        Param {
            name,
            unit: Unit::Millis,
            default,
            most,
        }
    }

    /// Its value in a query.
    pub fn read(&self, query: &str) -> u64 {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(name, _)| *name == self.name)
            .and_then(|(_, value)| self.unit.parse(value))
            .unwrap_or(self.default)
            .min(self.most)
    }
}

impl Unit {
    /// Past 2^64 it is 2^64 - 1; `None` where it is no number with a known suffix.
    fn parse(self, text: &str) -> Option<u64> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, suffix) = text.split_at(digits);
        if number.is_empty() {
            return None;
        }
        let factor = match (self, suffix.to_ascii_lowercase().as_str()) {
            (_, "") | (Unit::Millis, "ms") => 1,
            (Unit::Millis, "s") => 1000,
            (Unit::Amount, "k") => 1 << 10,
            (Unit::Amount, "m") => 1 << 20,
            (Unit::Amount, "g") => 1 << 30,
            (Unit::Amount, "t") => 1 << 40,
            _ => return None,
        };
        Some(number.parse().unwrap_or(u64::MAX).saturating_mul(factor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_leniently_and_bounded() {
        let bytes = Param::amount("bytes", 7, 1 << 40);
        let every = Param::millis("every", 200, 10_000);
        for (param, query, want) in [
            (bytes, "", 7),
            (bytes, "bytes=5", 5),
            (bytes, "x=1&bytes=5&bytes=6", 5),
            (bytes, "bytes=10k", 10 << 10),
            (bytes, "bytes=1G", 1 << 30),
            (bytes, "bytes=2t", 1 << 40),
            (bytes, "bytes=99999999999999999999999", 1 << 40),
            (bytes, "bytes=", 7),
            (bytes, "bytes", 7),
            (bytes, "bytes=-5", 7),
            (bytes, "bytes=5 apples", 7),
            (bytes, "bytes=\u{1b}[2J", 7),
            (bytes, "BYTES=5", 7),
            (every, "every=50ms", 50),
            (every, "every=2s", 2000),
            (every, "every=1h", 200),
            (every, "every=60s", 10_000),
        ] {
            assert_eq!(param.read(query), want, "{query:?}");
        }
    }
}
