//! A `Set-Cookie` value taken apart (section 5.6).

use std::borrow::Cow;

use super::{Refusal, SameSite, Seconds, date};
use crate::event::{Field, Head};

/// Bytes of name and value together.
const PAIR: usize = 4096;
/// Bytes of an attribute's value; a longer one does not count.
const ATTRIBUTE: usize = 1024;

/// What a line says, before it is asked whether it may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SetCookie {
    pub name: Vec<u8>,
    pub value: Vec<u8>,
    pub expires: Option<Seconds>,
    /// Seconds from now; goes before `expires`.
    pub max_age: Option<Seconds>,
    /// Lower case, without its leading dot; empty as if it were not there.
    pub domain: Vec<u8>,
    /// `None`: the default path.
    pub path: Option<Vec<u8>>,
    pub secure: bool,
    pub http_only: bool,
    pub same_site: SameSite,
}

/// The name as far as there is one, for what is said of a line.
pub(super) fn name_of(line: &[u8]) -> &[u8] {
    name_and_value(line).0
}

/// # Errors
/// [`Refusal::Control`], [`Refusal::TooLarge`], [`Refusal::Empty`].
pub(super) fn parse(line: &[u8]) -> Result<SetCookie, Refusal> {
    if let Some(&byte) = line
        .iter()
        .find(|byte| byte.is_ascii_control() && **byte != b'\t')
    {
        return Err(Refusal::Control { byte });
    }
    let (name, value) = name_and_value(line);
    let bytes = name.len() + value.len();
    if bytes > PAIR {
        return Err(Refusal::TooLarge { bytes });
    }
    if bytes == 0 {
        return Err(Refusal::Empty);
    }
    let mut cookie = SetCookie {
        name: name.to_vec(),
        value: value.to_vec(),
        ..SetCookie::default()
    };
    for attribute in line.split(|&byte| byte == b';').skip(1) {
        let (name, value) = pair(attribute).unwrap_or((trim(attribute), b""));
        if value.len() <= ATTRIBUTE {
            cookie.attribute(name, value);
        }
    }
    Ok(cookie)
}

impl SetCookie {
    /// Of two of a name the last one counts, where it has a meaning.
    fn attribute(&mut self, name: &[u8], value: &[u8]) {
        match name.to_ascii_lowercase().as_slice() {
            b"expires" => self.expires = date::parse(value).or(self.expires),
            b"max-age" => self.max_age = max_age(value).or(self.max_age),
            b"domain" => {
                let domain = value.strip_prefix(b".").unwrap_or(value);
                self.domain = domain.to_ascii_lowercase();
            }
            b"path" => self.path = value.starts_with(b"/").then(|| value.to_vec()),
            b"secure" => self.secure = true,
            b"httponly" => self.http_only = true,
            b"samesite" => {
                self.same_site = match value.to_ascii_lowercase().as_slice() {
                    b"strict" => SameSite::Strict,
                    b"lax" => SameSite::Lax,
                    b"none" => SameSite::None,
                    _ => SameSite::Default,
                }
            }
            _ => {}
        }
    }
}

fn name_and_value(line: &[u8]) -> (&[u8], &[u8]) {
    let first = line.split(|&byte| byte == b';').next().unwrap_or_default();
    pair(first).unwrap_or((b"", trim(first)))
}

fn pair(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let equals = text.iter().position(|&byte| byte == b'=')?;
    Some((trim(&text[..equals]), trim(&text[equals + 1..])))
}

fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// Section 5.6.2: a number of any length, with a minus or without.
fn max_age(value: &[u8]) -> Option<Seconds> {
    let (minus, digits) = match value.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, value),
    };
    if value.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let text = str::from_utf8(digits).ok()?;
    // What is too long for a number, or a minus alone, still says which way.
    let number = text
        .parse()
        .unwrap_or(if text.is_empty() { 0 } else { Seconds::MAX });
    Some(if minus { -number } else { number })
}

/// The values of a head's `Set-Cookie` fields, byte for byte. `raw` is the head as it was
/// received: what of it is not UTF-8 is not in the fields.
pub fn lines_of<'a>(head: &'a Head, raw: &'a [u8]) -> Vec<Cow<'a, [u8]>> {
    let named = |field: &&Field| field.name.eq_ignore_ascii_case("Set-Cookie");
    let line = |field: &'a Field| {
        let value = field.value.as_str();
        let bytes = match value.is_ascii() {
            true => None,
            false => raw_value(head, field, raw),
        };
        bytes.unwrap_or(Cow::Borrowed(value.as_bytes()))
    };
    head.fields.iter().filter(named).map(line).collect()
}

fn raw_value<'a>(head: &Head, field: &Field, raw: &'a [u8]) -> Option<Cow<'a, [u8]>> {
    let from = usize::try_from(field.offset.checked_sub(head.offset)?).ok()?;
    let line = raw.get(from..from.checked_add(field.len as usize)?)?;
    let colon = line.iter().position(|&byte| byte == b':')?;
    let value = line[colon + 1..].trim_ascii();
    // A fold is rare enough to be left to the text.
    (!value.contains(&b'\n')).then_some(Cow::Borrowed(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, value: &str) -> SetCookie {
        SetCookie {
            name: name.into(),
            value: value.into(),
            ..SetCookie::default()
        }
    }

    #[test]
    fn a_line_taken_apart() {
        let a = || named("a", "b");
        #[rustfmt::skip]
        let table: &[(&str, SetCookie)] = &[
            ("a=b", a()),
            (" a\t= b ;", a()),
            ("a=b=c; x", named("a", "b=c")),
            ("a=", named("a", "")),
            ("b", named("", "b")),
            ("=b", named("", "b")),
            ("a=\"b; c\"", named("a", "\"b")),
            ("a=\"b\"", named("a", "\"b\"")),
            ("a=b c,d", named("a", "b c,d")),
            ("a=b\tc", named("a", "b\tc")),
            ("a=b; Secure; httponly=no", SetCookie { secure: true, http_only: true, ..a() }),
            ("a=b;SECURE;;;", SetCookie { secure: true, ..a() }),
            ("a=b; path=/x ; PATH = /y", SetCookie { path: Some(b"/y".into()), ..a() }),
            ("a=b; path=/x; path=y", a()),
            ("a=b; path=\"/x\"", a()),
            ("a=b; domain=.EXAMPLE.com", SetCookie { domain: b"example.com".into(), ..a() }),
            ("a=b; domain=..x", SetCookie { domain: b".x".into(), ..a() }),
            ("a=b; domain=x; domain=", a()),
            ("a=b; max-age=10", SetCookie { max_age: Some(10), ..a() }),
            ("a=b; max-age=-1", SetCookie { max_age: Some(-1), ..a() }),
            ("a=b; max-age=0", SetCookie { max_age: Some(0), ..a() }),
            ("a=b; max-age=-", SetCookie { max_age: Some(0), ..a() }),
            ("a=b; max-age=99999999999999999999", SetCookie { max_age: Some(i64::MAX), ..a() }),
            ("a=b; max-age=-99999999999999999999", SetCookie { max_age: Some(-i64::MAX), ..a() }),
            ("a=b; max-age=1x; max-age=", a()),
            ("a=b; max-age=\"10\"", a()),
            ("a=b; max-age=+10", a()),
            ("a=b; expires=Thu, 01-Jan-1970 00:00:10 GMT", SetCookie { expires: Some(10), ..a() }),
            ("a=b; expires=1 Jan 70 0:0:10; expires=soon", SetCookie { expires: Some(10), ..a() }),
            ("a=b; samesite=STRICT", SetCookie { same_site: SameSite::Strict, ..a() }),
            ("a=b; samesite=lax; samesite=none", SetCookie { same_site: SameSite::None, ..a() }),
            ("a=b; samesite=lax; samesite=what", a()),
        ];
        for (line, want) in table {
            assert_eq!(parse(line.as_bytes()).as_ref(), Ok(want), "{line}");
        }
    }

    #[test]
    fn limits() {
        let long = |n: usize| "x".repeat(n);
        let path = |n: usize| format!("a=b; path=/{}", long(n - 1));
        let length = |line: &str| parse(line.as_bytes()).map(|cookie| cookie.path.map(|p| p.len()));
        for (line, want) in [
            (format!("ab={}", long(4094)), Ok(None)),
            (
                format!("ab={}", long(4095)),
                Err(Refusal::TooLarge { bytes: 4097 }),
            ),
            (long(4096), Ok(None)),
            (path(1024), Ok(Some(1024))),
            (path(1025), Ok(None)),
            (" ; path=/".to_owned(), Err(Refusal::Empty)),
            ("=".to_owned(), Err(Refusal::Empty)),
            (String::new(), Err(Refusal::Empty)),
            ("a=b\0".to_owned(), Err(Refusal::Control { byte: 0 })),
            (
                "a=b; path=/\x7f".to_owned(),
                Err(Refusal::Control { byte: 0x7f }),
            ),
            ("a\x1f=b".to_owned(), Err(Refusal::Control { byte: 0x1f })),
        ] {
            assert_eq!(length(&line), want, "{:.20}", line);
        }
    }

    #[test]
    fn bytes_that_are_no_utf8_stay_as_they_came() {
        let raw =
            b"HTTP/1.1 200 OK\r\nSet-Cookie: a=\xe9 \r\nX: y\r\nset-cookie: b=\xc3\xa9\r\n\r\n";
        let field = |name: &str, value: &str, offset: u64, len| Field {
            name: name.into(),
            value: value.into(),
            offset: 100 + offset,
            len,
        };
        let head = Head {
            version: "HTTP/1.1".into(),
            status: 200,
            reason: "OK".into(),
            fields: vec![
                field("Set-Cookie", "a=é", 17, 18),
                field("X", "y", 35, 6),
                field("set-cookie", "b=é", 41, 18),
            ],
            offset: 100,
            bytes: raw.len() as u64,
            framing: crate::event::Framing::Close,
        };
        let found = lines_of(&head, raw);
        assert_eq!(found, [&b"a=\xe9"[..], b"b=\xc3\xa9"]);
        // Without the bytes, the text has to do.
        assert_eq!(lines_of(&head, b""), ["a=é".as_bytes(), "b=é".as_bytes()]);
    }
}
