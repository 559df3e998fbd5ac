//! What the first bytes of a document declare its charset to be.
//!
//! Owns the reading of those declarations: HTML's as its standard prescribes ("prescan a
//! byte stream to determine its encoding", section 13.2.3.2), XML's, CSS's.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use memchr::memmem;

/// Bytes in which a declaration counts, by the HTML and the CSS standard.
pub const PREFIX: usize = 1024;

/// The declaration `<?xml … encoding="…"?>`, at the very start.
pub fn xml(start: &[u8]) -> Option<&'static Encoding> {
    let declaration = start.strip_prefix(b"<?xml")?;
    let declaration = &declaration[..memmem::find(declaration, b"?>")?];
    let after = &declaration[memmem::find(declaration, b"encoding")? + b"encoding".len()..];
    let value = after
        .trim_ascii_start()
        .strip_prefix(b"=")?
        .trim_ascii_start();
    let (&quote, rest) = value
        .split_first()
        .filter(|(quote, _)| b"'\"".contains(quote))?;
    let end = memchr::memchr(quote, rest)?;
    readable(Encoding::for_label(&rest[..end]))
}

/// `@charset "…";`, at the very start, in exactly these bytes.
pub fn css(start: &[u8]) -> Option<&'static Encoding> {
    let value = start.strip_prefix(b"@charset \"")?;
    let end = memmem::find(value, b"\";")?;
    readable(Encoding::for_label(&value[..end]))
}

/// The first meta element that names a charset.
pub fn html(start: &[u8]) -> Option<&'static Encoding> {
    let mut scan = Scan { rest: start };
    while let Some(&byte) = scan.rest.first() {
        if byte != b'<' {
            scan.skip(1);
        } else if scan.rest.starts_with(b"<!--") {
            // `-->` may share its dashes with the `<!--`.
            let end = memmem::find(&scan.rest[2..], b"-->")?;
            scan.skip(2 + end + 3);
        } else if scan.is_meta() {
            scan.skip(b"<meta".len());
            if let Some(encoding) = scan.meta() {
                return Some(encoding);
            }
        } else if scan.is_tag() {
            while !matches!(scan.rest.first()?, byte if is_space(*byte) || *byte == b'>') {
                scan.skip(1);
            }
            while scan.attribute().is_some() {}
        } else if matches!(scan.rest.get(1), Some(b'!' | b'/' | b'?')) {
            let end = memchr::memchr(b'>', scan.rest)?;
            scan.skip(end + 1);
        } else {
            scan.skip(1);
        }
    }
    None
}

struct Scan<'a> {
    rest: &'a [u8],
}

impl Scan<'_> {
    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn is_meta(&self) -> bool {
        let name = self.rest.get(1..5);
        let after = self.rest.get(5);
        name.is_some_and(|name| name.eq_ignore_ascii_case(b"meta"))
            && after.is_some_and(|&byte| is_space(byte) || byte == b'/')
    }

    fn is_tag(&self) -> bool {
        match self.rest {
            [_, b'/', letter, ..] => letter.is_ascii_alphabetic(),
            [_, letter, ..] => letter.is_ascii_alphabetic(),
            _ => false,
        }
    }

    /// The charset that the attributes of a meta element name.
    fn meta(&mut self) -> Option<&'static Encoding> {
        let mut seen: Vec<Vec<u8>> = Vec::new();
        let mut is_pragma = false;
        let mut needs_pragma = false;
        let mut label = None;
        while let Some((name, value)) = self.attribute() {
            if seen.contains(&name) {
                continue;
            }
            match name.as_slice() {
                b"http-equiv" => is_pragma = value == b"content-type",
                b"content" if label.is_none() => {
                    label = in_content(&value).map(<[u8]>::to_vec);
                    needs_pragma = label.is_some();
                }
                b"charset" => {
                    label = Some(value);
                    needs_pragma = false;
                }
                _ => {}
            }
            seen.push(name);
        }
        let label = label.filter(|_| is_pragma || !needs_pragma)?;
        readable(Encoding::for_label(&label))
    }

    /// The next attribute of a tag, in lower case; `None` at the tag's end.
    fn attribute(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        while self
            .rest
            .first()
            .is_some_and(|&byte| is_space(byte) || byte == b'/')
        {
            self.skip(1);
        }
        if *self.rest.first()? == b'>' {
            return None;
        }
        let name = self.word(|at, byte| {
            is_space(byte) || matches!(byte, b'/' | b'>') || byte == b'=' && at > 0
        });
        self.spaces();
        if self.rest.first() != Some(&b'=') {
            return Some((name, Vec::new()));
        }
        self.skip(1);
        self.spaces();
        let value = match *self.rest.first()? {
            quote @ (b'"' | b'\'') => {
                self.skip(1);
                let value = self.word(|_, byte| byte == quote);
                self.rest.first()?;
                self.skip(1);
                value
            }
            b'>' => Vec::new(),
            _ => self.word(|_, byte| is_space(byte) || byte == b'>'),
        };
        Some((name, value))
    }

    fn spaces(&mut self) {
        while self.rest.first().is_some_and(|&byte| is_space(byte)) {
            self.skip(1);
        }
    }

    fn word(&mut self, ends: impl Fn(usize, u8) -> bool) -> Vec<u8> {
        let mut bytes = self.rest.iter().enumerate();
        let end = bytes.position(|(at, &byte)| ends(at, byte));
        let word = self.rest[..end.unwrap_or(self.rest.len())].to_ascii_lowercase();
        self.skip(word.len());
        word
    }
}

/// The charset in a `content` attribute: `text/html; charset=koi8-r`.
fn in_content(content: &[u8]) -> Option<&[u8]> {
    let mut rest = content;
    loop {
        let at = memmem::find(rest, b"charset")?;
        rest = &rest[at + b"charset".len()..];
        let Some(value) = rest.trim_ascii_start().strip_prefix(b"=") else {
            continue;
        };
        let value = value.trim_ascii_start();
        return match *value.first()? {
            quote @ (b'"' | b'\'') => {
                let value = &value[1..];
                Some(&value[..memchr::memchr(quote, value)?])
            }
            _ => {
                let ends = |&byte: &u8| is_space(byte) || byte == b';';
                let end = value.iter().position(ends).unwrap_or(value.len());
                Some(&value[..end])
            }
        };
    }
}

/// What can be read as ASCII is not UTF-16, whatever it says; x-user-defined is
/// windows-1252, as the HTML standard has it.
fn readable(encoding: Option<&'static Encoding>) -> Option<&'static Encoding> {
    match encoding? {
        encoding if !encoding.is_ascii_compatible() && encoding.output_encoding() == UTF_8 => {
            Some(UTF_8)
        }
        encoding if encoding == encoding_rs::X_USER_DEFINED => Some(WINDOWS_1252),
        encoding => Some(encoding),
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (&'static [u8], Option<&'static str>);

    fn check(read: fn(&[u8]) -> Option<&'static Encoding>, table: &[Row]) {
        for &(start, want) in table {
            let name = read(start).map(Encoding::name);
            assert_eq!(name, want, "{}", String::from_utf8_lossy(start));
            for cut in 0..start.len() {
                // Never a panic, whatever is missing.
                read(&start[..cut]);
            }
        }
    }

    #[test]
    fn in_html() {
        check(
            html,
            &[
                (b"<meta charset=koi8-r>", Some("KOI8-R")),
                (
                    b"<!doctype html><HTML><head><META CHARSET='Big5'/>",
                    Some("Big5"),
                ),
                (b"<meta\tname=a charset = \"euc-kr\" >", Some("EUC-KR")),
                (
                    b"<meta http-equiv=Content-Type content='text/html; charset=latin2'>",
                    Some("ISO-8859-2"),
                ),
                (
                    b"<meta content=\"text/html;charset='gbk'\" http-equiv=\"content-type\">",
                    Some("GBK"),
                ),
                (b"<meta content='text/html; charset=latin2'>", None),
                (b"<meta http-equiv=refresh content='1;charset=gbk'>", None),
                (
                    b"<!-- <meta charset=gbk> --><meta charset=big5>",
                    Some("Big5"),
                ),
                (b"<!--><meta charset=big5>", Some("Big5")),
                (
                    b"<a title='<meta charset=gbk>'><meta charset=big5>",
                    Some("Big5"),
                ),
                (
                    b"</p <meta charset=gbk><? > <meta charset=big5>",
                    Some("Big5"),
                ),
                (b"<meta charset=klingon><meta charset=big5>", Some("Big5")),
                (b"<metadata charset=gbk>", None),
                (b"<meta charset=utf-16>", Some("UTF-8")),
                (b"<meta charset=x-user-defined>", Some("windows-1252")),
                (b"<meta charset=gbk charset=big5>", Some("GBK")),
                (b"a < b <meta", None),
            ],
        );
    }

    #[test]
    fn in_xml() {
        check(
            xml,
            &[
                (
                    b"<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a/>",
                    Some("Shift_JIS"),
                ),
                (
                    b"<?xml version='1.0' encoding = 'latin1' ?>",
                    Some("windows-1252"),
                ),
                (b" <?xml encoding='gbk'?>", None),
                (b"<?xml version='1.0'?><a encoding='gbk'/>", None),
                (b"<?xml encoding='utf-16'?>", Some("UTF-8")),
            ],
        );
    }

    #[test]
    fn in_css() {
        check(
            css,
            &[
                (b"@charset \"gbk\";a{}", Some("GBK")),
                (b"@charset 'gbk';", None),
                (b"@charset  \"gbk\";", None),
                (b" @charset \"gbk\";", None),
            ],
        );
    }
}
