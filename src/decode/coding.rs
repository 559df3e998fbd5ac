//! Content codings (RFC 9110 section 8.4.1): their names, their order, what can be wrong
//! with them, and how far one goes on undoing them.
//!
//! Owns the vocabulary. The undoing itself is [`super::decoder`]'s.

use std::fmt;

use crate::event::Head;

/// Codings on top of each other that are undone, curl's number: an attacker's header
/// would otherwise cost a window each.
const LAYERS: usize = 5;

/// A coding that can be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// RFC 1952; x-gzip is the same.
    Gzip,
    /// RFC 1950, or RFC 1951 alone as some servers send it.
    Deflate,
    /// RFC 7932.
    Brotli,
    /// RFC 8878, its window as RFC 9659 bounds it.
    Zstd,
}

impl Coding {
    /// As Content-Encoding names it.
    pub fn name(self) -> &'static str {
        match self {
            Coding::Gzip => "gzip",
            Coding::Deflate => "deflate",
            Coding::Brotli => "br",
            Coding::Zstd => "zstd",
        }
    }

    /// Names are compared without case (RFC 9110 section 8.4.1).
    fn named(name: &str) -> Option<Coding> {
        const NAMES: [(&str, Coding); 5] = [
            ("gzip", Coding::Gzip),
            ("x-gzip", Coding::Gzip),
            ("deflate", Coding::Deflate),
            ("br", Coding::Brotli),
            ("zstd", Coding::Zstd),
        ];
        let named = |(known, _): &&(&str, Coding)| known.eq_ignore_ascii_case(name);
        NAMES.iter().find(named).map(|&(_, coding)| coding)
    }
}

/// What a body was coded with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Codings {
    /// In the order they are undone: the last applied first.
    pub undone: Vec<Coding>,
    /// The one that stops the undoing: nobody knows it, or it is one too many.
    pub unknown: Option<String>,
}

impl Codings {
    /// Of Content-Encoding's values in their order, RFC 9110 section 8.4: the codings in
    /// the order in which they were applied.
    pub fn of<'a>(values: impl Iterator<Item = &'a str>) -> Codings {
        let names: Vec<&str> = values.flat_map(|value| value.split(',')).collect();
        let mut codings = Codings::default();
        // "identity" and curl's "none" code nothing.
        let plain = |name: &&str| !["", "identity", "none"].contains(&&*name.to_ascii_lowercase());
        for name in names.into_iter().rev().map(str::trim).filter(plain) {
            match Coding::named(name) {
                Some(coding) if codings.undone.len() < LAYERS => codings.undone.push(coding),
                _ => {
                    codings.unknown = Some(name.to_owned());
                    break;
                }
            }
        }
        codings
    }

    pub fn of_head(head: &Head) -> Codings {
        Codings::of(head.values("Content-Encoding"))
    }

    /// Nothing is to be undone, and nothing unknown stands there.
    pub fn is_empty(&self) -> bool {
        self.undone.is_empty() && self.unknown.is_none()
    }
}

/// `br, gzip`: as the header has it, the unknown one in front.
impl fmt::Display for Codings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unknown = self.unknown.as_deref();
        let known = self.undone.iter().rev().map(|coding| coding.name());
        let names: Vec<&str> = unknown.into_iter().chain(known).collect();
        f.write_str(&names.join(", "))
    }
}

/// How far the undoing goes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Decoded bytes at which it stops.
    pub bytes: u64,
    /// Decoded bytes for each coded one, past `free` of them.
    pub ratio: u64,
    pub free: u64,
    /// Bytes of a zstd window: RFC 9659 section 3 allows 8 MiB. br's is at most 16 MiB
    /// by its format.
    pub window: usize,
}

impl Limits {
    /// For somebody who looks on and can be asked. Text is coded 3 to 20 times smaller;
    /// what passes 200 is empty space or a bomb.
    pub const WATCHED: Limits = Limits {
        bytes: 1 << 30,
        ratio: 200,
        free: 16 << 20,
        window: 8 << 20,
    };
    /// For a script: bytes that go on to where they were asked for cost no memory, so only
    /// what looks like a bomb is stopped.
    pub const SCRIPT: Limits = Limits {
        bytes: u64::MAX,
        free: 1 << 30,
        ..Limits::WATCHED
    };

    /// So many bytes and no more, whatever the ratio.
    pub fn of_bytes(bytes: u64) -> Limits {
        Limits {
            bytes,
            ratio: u64::MAX,
            ..Limits::WATCHED
        }
    }

    /// For going on: up to eight times what is decoded now.
    pub fn beyond(self, decoded: u64) -> Limits {
        let further = decoded.saturating_mul(8);
        Limits {
            bytes: self.bytes.max(further),
            free: self.free.max(further),
            ..self
        }
    }

    /// Is this as far as it goes?
    pub fn reached(&self, coded: u64, decoded: u64) -> bool {
        decoded >= self.bytes || decoded > self.free && decoded / self.ratio.max(1) > coded
    }
}

/// Something about the coded bytes that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which coding; as the header has it.
    pub coding: String,
    /// Where in that coding's own bytes, and whether those are the body's.
    pub offset: u64,
    pub in_body: bool,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// No meaning from here on; in the decoder's words.
    Broken(String),
    /// The bytes end before the coding's own end.
    Cut,
    /// A sum that the coded bytes carry is not that of the decoded ones. These are kept.
    Sum {
        name: &'static str,
        says: u64,
        is: u64,
    },
    /// Bytes after the coding's end.
    Trailing,
    /// No coding of this name can be undone: the bytes stay as they are.
    Unknown,
}

impl Fault {
    /// What and where, without why.
    pub fn brief(&self) -> String {
        let Fault { coding, offset, .. } = self;
        let what = match &self.what {
            What::Broken(_) => "breaks",
            What::Cut => "is cut short",
            What::Sum { .. } => "has a wrong sum",
            What::Trailing => "ends",
            What::Unknown => return self.to_string(),
        };
        let of = if self.in_body {
            "coded byte"
        } else {
            "inner byte"
        };
        format!("{coding} {what} at {of} {offset}")
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault {
            coding,
            offset,
            in_body,
            what,
        } = self;
        let at = match in_body {
            true => format!("at coded byte {offset}"),
            false => format!("at byte {offset} of what it was coded from"),
        };
        match what {
            What::Broken(why) => write!(f, "{coding} breaks {at}: {why}"),
            What::Cut => write!(f, "{coding} is cut short {at}: its end is missing"),
            What::Sum { name, says, is } => write!(
                f,
                "{coding}: the {name} {at} says {says:x}, the decoded bytes have {is:x}"
            ),
            What::Trailing => write!(f, "{coding} is followed by other bytes {at}"),
            What::Unknown => write!(f, "{coding}: this content coding is not known"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codings_are_undone_from_the_last() {
        for (values, shown, undone, unknown) in [
            (&[][..], "", 0, None),
            (&["gzip"], "gzip", 1, None),
            (&["X-GZip"], "gzip", 1, None),
            (&["identity"], "", 0, None),
            (&["identity, gzip,, none"], "gzip", 1, None),
            (&["deflate, br", "zstd"], "deflate, br, zstd", 3, None),
            (&["gzip, klingon, br"], "klingon, br", 1, Some("klingon")),
            (&["a b"], "a b", 0, Some("a b")),
            (
                &["gzip,gzip,gzip,gzip,gzip,gzip"],
                "gzip, gzip, gzip, gzip, gzip, gzip",
                5,
                Some("gzip"),
            ),
        ] {
            let codings = Codings::of(values.iter().copied());
            assert_eq!(codings.to_string(), shown, "{values:?}");
            assert_eq!(codings.undone.len(), undone, "{values:?}");
            assert_eq!(codings.unknown.as_deref(), unknown, "{values:?}");
        }
    }

    #[test]
    fn limits() {
        let limits = Limits {
            bytes: 1000,
            ratio: 10,
            free: 100,
            window: 0,
        };
        for (limits, coded, decoded, want) in [
            (limits, 1, 100, false),
            (limits, 10, 101, false),
            (limits, 10, 110, true),
            (limits, 999, 999, false),
            (limits, 999, 1000, true),
            (limits.beyond(110), 10, 800, false),
            (limits.beyond(110), 10, 1000, true),
            (limits.beyond(1000), 10, 7999, false),
            (limits.beyond(1000), 10, 8000, true),
            (Limits::of_bytes(5), 0, 4, false),
        ] {
            assert_eq!(
                limits.reached(coded, decoded),
                want,
                "{limits:?} {coded} {decoded}"
            );
        }
    }
}
