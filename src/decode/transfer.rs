//! Transfer encodings of mail (RFC 2045 section 6), which parts of a multipart body may
//! have: base64 and quoted-printable undone, byte by byte.
//!
//! Owns the two decoders and what is wrong with what they read. Each decoded byte knows
//! where the bytes end that it came of, so decoding can stop behind any of them and go on.

use std::fmt;

/// A decoder at some place. It is small and copied freely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    Base64(Base64),
    QuotedPrintable,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Base64 {
    /// The lower ones of the last character, not yet part of a decoded byte.
    bits: u8,
    /// How many: 0, 2, 4 or 6.
    left: u8,
    /// An `=` has been.
    padded: bool,
}

/// What some bytes decode to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    pub bytes: Vec<u8>,
    /// Where the bytes end that each came of, ascending.
    pub ends: Vec<usize>,
    /// Bytes read: those too which mean nothing behind the last end.
    pub used: usize,
    /// Why the byte behind those cannot be read, nor any after it.
    pub broken: Option<Break>,
    /// The first decoded byte that stands for itself since its `=` begins nothing.
    pub stray: Option<usize>,
}

/// Where base64 ends to be base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    Letter(u8),
    Padding,
    Behind,
}

impl Transfer {
    /// By the value of Content-Transfer-Encoding. `None`: another one, or none at all.
    pub fn named(value: &str) -> Option<Transfer> {
        match value.trim() {
            of if of.eq_ignore_ascii_case("base64") => Some(Transfer::Base64(Base64::default())),
            of if of.eq_ignore_ascii_case("quoted-printable") => Some(Transfer::QuotedPrintable),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Transfer::Base64(_) => "base64",
            Transfer::QuotedPrintable => "quoted-printable",
        }
    }

    /// Decodes at most so many bytes. `ended`: nothing follows these.
    pub fn decode(&mut self, bytes: &[u8], most: usize, ended: bool) -> Decoded {
        let mut decoded = Decoded::default();
        match self {
            Transfer::Base64(base64) => base64.decode(bytes, most, &mut decoded),
            Transfer::QuotedPrintable => quoted_printable(bytes, most, ended, &mut decoded),
        }
        decoded
    }

    /// What is missing where it ends here.
    pub fn unfinished(self) -> Option<&'static str> {
        match self {
            Transfer::Base64(of) if of.left == 6 => {
                Some("its base64 ends behind the first character of four")
            }
            Transfer::Base64(of) if of.left > 0 && !of.padded => {
                Some("its base64 ends without the = that fill it up")
            }
            _ => None,
        }
    }
}

impl Base64 {
    /// RFC 2045, 6.8; of what is not in the alphabet only white space is passed over.
    fn decode(&mut self, bytes: &[u8], most: usize, decoded: &mut Decoded) {
        for (at, &byte) in bytes.iter().enumerate() {
            if decoded.bytes.len() == most {
                return;
            }
            decoded.broken = match sextet(byte) {
                Some(_) if self.padded => Some(Break::Behind),
                Some(bits) => {
                    if self.left > 0 {
                        decoded
                            .bytes
                            .push(self.bits << (8 - self.left) | bits >> (self.left - 2));
                        decoded.ends.push(at + 1);
                    }
                    self.left = (self.left + 6) % 8;
                    self.bits = bits & ((1 << self.left) - 1);
                    None
                }
                None if byte == b'=' && matches!(self.left, 2 | 4) => {
                    self.padded = true;
                    None
                }
                None if byte == b'=' => Some(Break::Padding),
                None if byte.is_ascii_whitespace() => None,
                None => Some(Break::Letter(byte)),
            };
            if decoded.broken.is_some() {
                return;
            }
            decoded.used = at + 1;
        }
    }
}

/// RFC 2045, 6.7.
fn quoted_printable(bytes: &[u8], most: usize, ended: bool, decoded: &mut Decoded) {
    while let Some(&byte) = bytes.get(decoded.used) {
        if decoded.bytes.len() == most {
            return;
        }
        let rest = &bytes[decoded.used + 1..];
        let (byte, len) = match (byte, escape(rest)) {
            (b'=', Escape::Byte(byte)) => (byte, 3),
            (b'=', Escape::LineEnd(len)) => {
                decoded.used += 1 + len;
                continue;
            }
            // What follows may say what it is; a row of nothing but this says it never.
            (b'=', Escape::Halved) if !ended && decoded.used > 0 => return,
            (b'=', _) => {
                decoded.stray.get_or_insert(decoded.bytes.len());
                (byte, 1)
            }
            _ => (byte, 1),
        };
        decoded.used += len;
        decoded.bytes.push(byte);
        decoded.ends.push(decoded.used);
    }
}

/// What an `=` begins.
enum Escape {
    Byte(u8),
    /// A line end of so many bytes, which is none of the text.
    LineEnd(usize),
    Halved,
    Nothing,
}

fn escape(rest: &[u8]) -> Escape {
    let white = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
    let white = white.count();
    let digit = |at: usize| char::from(*rest.get(at)?).to_digit(16);
    match (&rest[white..], rest) {
        ([b'\r', b'\n', ..], _) => Escape::LineEnd(white + 2),
        ([b'\n', ..], _) => Escape::LineEnd(white + 1),
        ([] | [b'\r'], _) | (_, [_]) => Escape::Halved,
        _ => match (digit(0), digit(1)) {
            (Some(high), Some(low)) => {
                u8::try_from(high << 4 | low).map_or(Escape::Nothing, Escape::Byte)
            }
            _ => Escape::Nothing,
        },
    }
}

/// The six bits of a character (RFC 2045, table 1).
fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Break::Letter(byte @ b'!'..=b'~') => {
                write!(f, "{} is not in base64's alphabet", char::from(*byte))
            }
            Break::Letter(byte) => write!(f, "the byte {byte:02x} is not in base64's alphabet"),
            Break::Padding => f.write_str("an = stands where base64 has none to fill up"),
            Break::Behind => f.write_str("base64 goes on behind the = that end it"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All of it, decoded so many bytes at a time; the word is where and why it broke.
    fn all(name: &str, bytes: &[u8], most: usize) -> (Vec<u8>, String) {
        let mut transfer = Transfer::named(name).unwrap();
        let (mut at, mut text, mut words) = (0, Vec::new(), String::new());
        while at < bytes.len() {
            let decoded = transfer.decode(&bytes[at..], most, true);
            assert_eq!(decoded.bytes.len(), decoded.ends.len());
            assert!(decoded.ends.is_sorted() && decoded.ends.last() <= Some(&decoded.used));
            if let Some(stray) = decoded.stray {
                words.push_str(&format!("stray {}; ", text.len() + stray));
            }
            text.extend(decoded.bytes);
            at += decoded.used;
            if let Some(broken) = decoded.broken {
                return (text, format!("{words}{at}: {broken}"));
            }
        }
        words.push_str(transfer.unfinished().unwrap_or_default());
        (text, words)
    }

    #[test]
    fn what_is_encoded_is_decoded_as_far_as_it_can_be() {
        #[rustfmt::skip]
        let cases: &[(&str, &[u8], &[u8], &str)] = &[
            ("base64", b"", b"", ""),
            ("BASE64", b"QUJDREU=", b"ABCDE", ""),
            ("base64", b"QU\r\nJD\r\n RA=\n=\r\n", b"ABCD", ""),
            ("base64", b"+/+/", &[0xfb, 0xff, 0xbf], ""),
            ("base64", b"QUJD*REU=", b"ABC", "4: * is not in base64's alphabet"),
            ("base64", b"QUJ\xff", b"AB", "3: the byte ff is not in base64's alphabet"),
            ("base64", b"QQ==QQ==", b"A", "4: base64 goes on behind the = that end it"),
            ("base64", b"QUJD=", b"ABC", "4: an = stands where base64 has none to fill up"),
            ("base64", b"QUI", b"AB", "its base64 ends without the = that fill it up"),
            ("base64", b"QUJDR", b"ABC", "its base64 ends behind the first character of four"),
            ("quoted-printable", b"caf=C3=A9 =3d", "café =".as_bytes(), ""),
            ("quoted-printable", b"a=\r\nb=\nc= \t\r\nd\r\n", b"abcd\r\n", ""),
            ("Quoted-Printable", b"a=b c=", b"a=b c=", "stray 1; "),
            ("quoted-printable", b"=A=4=41", b"=A=4A", "stray 0; "),
        ];
        for (name, bytes, want, words) in cases {
            let text = String::from_utf8_lossy(bytes);
            assert_eq!(
                all(name, bytes, usize::MAX),
                (want.to_vec(), (*words).to_owned()),
                "{text}"
            );
        }
        for name in ["7bit", "8bit", "binary", "x-uuencode", ""] {
            assert_eq!(Transfer::named(name), None);
        }
    }

    /// What may be an escape waits for its rest.
    #[test]
    fn an_escape_is_not_read_before_it_is_there() {
        for (bytes, used) in [
            (&b"a="[..], 1),
            (b"a=4", 1),
            (b"a= ", 1),
            (b"a=\r", 1),
            (b"a=41", 4),
        ] {
            let decoded = Transfer::QuotedPrintable.decode(bytes, 99, false);
            assert_eq!((decoded.used, decoded.stray), (used, None), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn wherever_it_stops_it_goes_on(
            bytes in prop::collection::vec(prop::sample::select(b"QUJDab+/= \r\n4*".to_vec()), 0..60),
            name in prop::sample::select(vec!["base64", "quoted-printable"]),
            most in 1..9usize,
        ) {
            let (text, words) = all(name, &bytes, most);
            let (whole, of_all) = all(name, &bytes, usize::MAX);
            prop_assert_eq!(text, whole);
            if name == "base64" {
                prop_assert_eq!(words, of_all);
            }
        }
    }
}
