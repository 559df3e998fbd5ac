//! What a few bytes are as numbers, characters and times: the data inspector.
//!
//! Owns the readings, each a row of words; it reads nothing and draws nothing. A reading
//! that needs more bytes than there are is `–`.

use std::time::{Duration, UNIX_EPOCH};

use super::safe::safe;

/// Bytes that the longest reading takes: a 64-bit number in LEB128.
pub const MOST: usize = 10;

/// One reading of the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub name: &'static str,
    /// Safe for a terminal. Of a number of several bytes: little endian.
    pub value: String,
    /// Big endian, where that is another reading.
    pub big: Option<String>,
}

/// The readings of the bytes from the first on, the commonest first.
pub fn inspect(bytes: &[u8]) -> Vec<Reading> {
    let one = |name, value: Option<String>| Reading {
        name,
        value: or_none(value),
        big: None,
    };
    let two = |name, read: &dyn Fn(End) -> Option<String>| Reading {
        name,
        value: or_none(read(End::Little)),
        big: Some(or_none(read(End::Big))),
    };
    vec![
        one("8 bit", bytes.first().map(|&byte| eight(byte))),
        one("UTF-8", utf8(bytes)),
        two("16 bit", &|end| number(bytes, 2, end)),
        two("32 bit", &|end| number(bytes, 4, end)),
        two("64 bit", &|end| number(bytes, 8, end)),
        two("f32", &|end| {
            let bits = u32::try_from(unsigned(bytes, 4, end)?).ok()?;
            Some(format!("{:?}", f32::from_bits(bits)))
        }),
        two("f64", &|end| {
            let bits = unsigned(bytes, 8, end)?;
            Some(format!("{:?}", f64::from_bits(bits)))
        }),
        one("varint", varint(bytes)),
        two("UTF-16", &|end| utf16(bytes, end)),
        two("time", &|end| time(bytes, end)),
    ]
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Little,
    Big,
}

fn or_none(value: Option<String>) -> String {
    value.unwrap_or_else(|| "–".to_owned())
}

/// `200 (-56) 0xc8 11001000`
fn eight(byte: u8) -> String {
    let signed = byte.cast_signed();
    let negative = match signed < 0 {
        true => format!(" ({signed})"),
        false => String::new(),
    };
    format!("{byte}{negative}  0x{byte:02x}  {byte:08b}")
}

/// The number, and what it is with a sign where that is another.
fn number(bytes: &[u8], len: usize, end: End) -> Option<String> {
    let value = unsigned(bytes, len, end)?;
    // The sign bit moved up to the top, then spread back down.
    let unused = 64 - 8 * len as u32;
    let signed = (value << unused).cast_signed() >> unused;
    Some(match signed < 0 {
        true => format!("{value} ({signed})"),
        false => value.to_string(),
    })
}

fn unsigned(bytes: &[u8], len: usize, end: End) -> Option<u64> {
    let bytes = bytes.get(..len)?;
    let add = |value: u64, &byte: &u8| value << 8 | u64::from(byte);
    Some(match end {
        End::Little => bytes.iter().rev().fold(0, add),
        End::Big => bytes.iter().fold(0, add),
    })
}

fn utf8(bytes: &[u8]) -> Option<String> {
    let first = *bytes.first()?;
    let len = match first {
        0..0x80 => 1,
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf5 => 4,
        0x80..0xc0 => return Some("inside a character, or not UTF-8".to_owned()),
        _ => return Some("not UTF-8".to_owned()),
    };
    let Some(character) = bytes.get(..len) else {
        return Some("a character that is cut off".to_owned());
    };
    let read = std::str::from_utf8(character).ok();
    Some(match read.and_then(|text| text.chars().next()) {
        Some(c) => {
            let bytes = if len == 1 { "byte" } else { "bytes" };
            format!("{}, {len} {bytes}", character_words(c))
        }
        None => "not UTF-8".to_owned(),
    })
}

fn utf16(bytes: &[u8], end: End) -> Option<String> {
    let unit = |at: usize| {
        let unit = unsigned(bytes.get(at..)?, 2, end)?;
        u16::try_from(unit).ok()
    };
    let units = [unit(0)?].into_iter().chain(unit(2));
    Some(match char::decode_utf16(units).next()? {
        Ok(c) => character_words(c),
        Err(_) => "half a surrogate pair".to_owned(),
    })
}

/// `U+00E9 é lower-case letter`
fn character_words(c: char) -> String {
    let shown = c.to_string();
    format!("U+{:04X} {} {}", u32::from(c), safe(&shown), class(c))
}

fn class(c: char) -> &'static str {
    use unicode_width::UnicodeWidthChar;
    match c {
        _ if c.is_control() => "control",
        _ if c.is_whitespace() => "space",
        _ if c.is_lowercase() => "lower-case letter",
        _ if c.is_uppercase() => "capital letter",
        _ if c.is_alphabetic() => "letter",
        _ if c.is_numeric() => "digit",
        _ if c.is_ascii_punctuation() => "punctuation",
        '\u{e000}'..='\u{f8ff}' => "private use",
        _ if c.width() == Some(0) => "mark or format",
        _ => "symbol",
    }
}

/// LEB128, as protocol buffers and WebAssembly write it.
fn varint(bytes: &[u8]) -> Option<String> {
    let mut value: u64 = 0;
    for (n, &byte) in bytes.iter().take(MOST).enumerate() {
        let part = u64::from(byte & 0x7f);
        let shift = 7 * n as u32;
        // The tenth byte has room for one bit.
        if shift == 63 && part > 1 {
            return Some("longer than 64 bits".to_owned());
        }
        value |= part << shift;
        if byte & 0x80 == 0 {
            let bytes = if n == 0 { "byte" } else { "bytes" };
            return Some(format!("{value}, {} {bytes}", n + 1));
        }
    }
    match bytes.len() >= MOST {
        true => Some("longer than 64 bits".to_owned()),
        false => None,
    }
}

/// Seconds, thousandths or millionths in 64 bits, else seconds in 32; those of the years
/// 1990 to 2099 alone. Billionths in 64 bits would take one in five of all values for a
/// time.
fn time(bytes: &[u8], end: End) -> Option<String> {
    const YEARS: std::ops::Range<u64> = 631_152_000..4_102_444_800;
    const UNITS: [(u64, &str); 3] = [(1, "s"), (1_000, "ms"), (1_000_000, "µs")];
    if let Some(long) = unsigned(bytes, 8, end) {
        let mut units = UNITS.iter().map(|(unit, name)| (long / unit, name));
        if let Some((seconds, name)) = units.find(|(seconds, _)| YEARS.contains(seconds)) {
            return Some(format!("{} (64 bit, {name})", date(seconds)));
        }
    }
    let short = unsigned(bytes, 4, end)?;
    YEARS.contains(&short).then(|| date(short))
}

/// `09 Sep 2001 01:46:40 GMT`
fn date(seconds: u64) -> String {
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds));
    let (_, date) = date.split_once(", ").unwrap_or(("", &date));
    date.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings() {
        let none = "–";
        #[rustfmt::skip]
        let rows: &[(&[u8], &str, &str, Option<&str>)] = &[
            (b"", "8 bit", none, None),
            (b"A", "8 bit", "65  0x41  01000001", None),
            (b"\xc8", "8 bit", "200 (-56)  0xc8  11001000", None),
            (b"\x01\x02", "16 bit", "513", Some("258")),
            (b"\xff\xfe", "16 bit", "65279 (-257)", Some("65534 (-2)")),
            (b"\x01", "16 bit", none, Some(none)),
            (b"\x00\x00\x00\x80", "32 bit", "2147483648 (-2147483648)", Some("128")),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff", "64 bit", "18446744073709551615 (-1)", Some("18446744073709551615 (-1)")),
            (b"\x00\x00\x80\x3f", "f32", "1.0", Some("4.6006e-41")),
            (b"\x3f\xf8\x00\x00\x00\x00\x00\x00", "f64", "3.13984e-319", Some("1.5")),
            (b"\x00\x00\xc0\x7f", "f32", "NaN", Some("6.9055e-41")),
            (b"A", "UTF-8", "U+0041 A capital letter, 1 byte", None),
            ("é".as_bytes(), "UTF-8", "U+00E9 é lower-case letter, 2 bytes", None),
            ("日".as_bytes(), "UTF-8", "U+65E5 日 letter, 3 bytes", None),
            ("🐟".as_bytes(), "UTF-8", "U+1F41F 🐟 symbol, 4 bytes", None),
            (b"\x1b[", "UTF-8", "U+001B ␛ control, 1 byte", None),
            (b"7", "UTF-8", "U+0037 7 digit, 1 byte", None),
            (b" ", "UTF-8", "U+0020   space, 1 byte", None),
            (b"\x80", "UTF-8", "inside a character, or not UTF-8", None),
            (b"\xe6\x97", "UTF-8", "a character that is cut off", None),
            (b"\xe6ab", "UTF-8", "not UTF-8", None),
            (b"\xff", "UTF-8", "not UTF-8", None),
            (b"A\0", "UTF-16", "U+0041 A capital letter", Some("U+4100 䄀 letter")),
            (b"\x3d\xd8\x1f\xdc", "UTF-16", "U+1F41F 🐟 symbol", Some("U+3DD8 㷘 letter")),
            (b"\x3d\xd8", "UTF-16", "half a surrogate pair", Some("U+3DD8 㷘 letter")),
            (b"\x05", "varint", "5, 1 byte", None),
            (b"\xac\x02", "varint", "300, 2 bytes", None),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "varint", "18446744073709551615, 10 bytes", None),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "varint", "longer than 64 bits", None),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "varint", "longer than 64 bits", None),
            (b"\x80", "varint", none, None),
            (b"\x00\xca\x9a\x3b", "time", "09 Sep 2001 01:46:40 GMT", Some(none)),
            (b"\x3b\x9a\xca\x00", "time", none, Some("09 Sep 2001 01:46:40 GMT")),
            (b"\x00\x10\xa5\xd4\xe8\x00\x00\x00", "time", "09 Sep 2001 01:46:40 GMT (64 bit, ms)", Some(none)),
            (b"abc", "time", none, Some(none)),
        ];
        for (bytes, name, value, big) in rows {
            let readings = inspect(bytes);
            let found = readings.iter().find(|reading| reading.name == *name);
            let found = found.unwrap();
            assert_eq!(found.value, *value, "{name} of {bytes:x?}");
            assert_eq!(
                found.big.as_deref(),
                *big,
                "{name} of {bytes:x?}, big endian"
            );
        }
    }
}
