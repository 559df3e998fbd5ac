//! JSON's rows of the usual shapes, found at the speed of a scan: no token is told of.
//!
//! Owns no judgement: a row found here is the one that [`Json::row`] finds, and whatever
//! is unusual (an escape, a long token, anything wrong) is left to that.
//!
//! ```text
//! "name": value,     value,     "name": {     [     },     ]
//! ```

use super::json::{Expect, Json, ends_line};
use super::row::{ROW, Row};
use super::scan::{at_or_nul, digits, is_white, plain_run};

/// Bytes of a row, at most: [`Json::row`] would cut none that is shorter.
const LONGEST: usize = ROW / 2;

impl Json {
    /// See [`Lexer::skim`](super::lexer::Lexer::skim).
    #[inline]
    pub fn skim(
        &mut self,
        bytes: &[u8],
        until: usize,
        mut pass: impl FnMut(usize, Row) -> bool,
    ) -> usize {
        use Expect::{CommaOrClose, Name, NameOrClose, Value, ValueOrClose};
        if self.within.is_some() || self.broken.is_some() {
            return 0;
        }
        let byte = |at: usize| at_or_nul(bytes, at);
        let Json {
            mut depth,
            mut kinds,
            mut known,
            mut expect,
            ..
        } = *self;
        let mut start = 0;
        // Behind the last bracket that is known, what may come is not.
        while start < until && known > 0 {
            let object = kinds & 1 == 1;
            let closes = is_close(byte(start));
            let mut at = start;
            let mut opens = None;
            match (closes, object, expect) {
                (true, _, CommaOrClose) if known > 1 && object == (byte(at) == b'}') => at += 1,
                (false, true, Name | NameOrClose) => {
                    let Some(name) = string(bytes, at) else { break };
                    let colon = white(bytes, name);
                    if byte(colon) != b':' {
                        break;
                    }
                    let Some(value) = value(bytes, white(bytes, colon + 1)) else {
                        break;
                    };
                    (at, opens) = value;
                }
                (false, false, Value | ValueOrClose) => {
                    let Some(value) = value(bytes, at) else { break };
                    (at, opens) = value;
                }
                _ => break,
            }
            at = white(bytes, at);
            let mut next = match opens {
                Some(true) => NameOrClose,
                Some(false) => ValueOrClose,
                None => CommaOrClose,
            };
            match (opens, byte(at)) {
                (Some(_), _) => {}
                (None, b',') => {
                    let around = if closes { kinds & 2 == 2 } else { object };
                    at = white(bytes, at + 1);
                    next = if around { Name } else { Value };
                }
                (None, close) if is_close(close) => {}
                _ => break,
            }
            let low = depth - u32::from(closes);
            let row = Row {
                len: at - start,
                low,
                depth: low + u32::from(opens.is_some()),
                member: !closes,
                indent: low,
            };
            if row.len > LONGEST || !pass(start, row) {
                break;
            }
            match opens {
                Some(object) => {
                    kinds = kinds << 1 | u128::from(object);
                    known = (known + 1).min(Json::KINDS);
                }
                None if closes => (kinds, known) = (kinds >> 1, known - 1),
                None => {}
            }
            (depth, expect) = (row.depth, next);
            start = at;
        }
        (self.depth, self.kinds, self.known, self.expect) = (depth, kinds, known, expect);
        if start > 0 {
            self.fresh = ends_line(&bytes[..start]);
        }
        start
    }
}

/// Behind the value that begins here, where it is whole; of a bracket that something
/// stands in, behind it alone, and whether it is `{`.
#[inline(always)]
fn value(bytes: &[u8], at: usize) -> Option<(usize, Option<bool>)> {
    let end = match at_or_nul(bytes, at) {
        b'"' => text(bytes, at + 1)?,
        b'-' | b'0'..=b'9' => number(bytes, at)?,
        bracket @ (b'{' | b'[') => {
            let inside = white(bytes, at + 1);
            let opens = bracket == b'{';
            return match at_or_nul(bytes, inside) {
                b'}' if opens => Some((inside + 1, None)),
                b']' if !opens => Some((inside + 1, None)),
                b'}' | b']' | 0 => None,
                _ => Some((inside, Some(opens))),
            };
        }
        _ => word(bytes, at)?,
    };
    Some((end, None))
}

#[inline]
fn string(bytes: &[u8], at: usize) -> Option<usize> {
    match at_or_nul(bytes, at) {
        b'"' => text(bytes, at + 1),
        _ => None,
    }
}

/// Behind the quote that ends it.
#[inline(always)]
fn text(bytes: &[u8], at: usize) -> Option<usize> {
    let end = at + plain_run(bytes.get(at..)?);
    (at_or_nul(bytes, end) == b'"').then_some(end + 1)
}

/// RFC 8259 section 6.
#[inline(always)]
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let first = at + usize::from(at_or_nul(bytes, at) == b'-');
    let mut end = digits(bytes, first)?;
    if at_or_nul(bytes, first) == b'0' && end > first + 1 {
        return None;
    }
    if at_or_nul(bytes, end) == b'.' {
        end = digits(bytes, end + 1)?;
    }
    if matches!(at_or_nul(bytes, end), b'e' | b'E') {
        let sign = matches!(at_or_nul(bytes, end + 1), b'+' | b'-');
        end = digits(bytes, end + 1 + usize::from(sign))?;
    }
    Some(end)
}

#[inline]
fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let end = match bytes.get(at..)?.first_chunk()? {
        b"true" | b"null" => at + 4,
        b"fals" if at_or_nul(bytes, at + 4) == b'e' => at + 5,
        _ => return None,
    };
    let ends = !at_or_nul(bytes, end).is_ascii_alphanumeric();
    ends.then_some(end)
}

/// Behind the white space here, of a row at most.
#[inline]
fn white(bytes: &[u8], at: usize) -> usize {
    // Mostly there is none.
    if at_or_nul(bytes, at) > b' ' {
        return at;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let white = rest.iter().take(ROW).take_while(|byte| is_white(**byte));
    at + white.count()
}

fn is_close(byte: u8) -> bool {
    byte | 0x20 == b'}'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All rows by [`Json::row`], and the same as far as they are skimmed.
    fn assert_same(json: &[u8], lines: bool, until: usize) -> usize {
        let padded = [json, &[b' '; ROW]].concat();
        let (mut reader, mut at, mut skimmed) = (Json::new(lines), 0, 0);
        while at < json.len() {
            let mut quick = reader;
            let mut rows = Vec::new();
            let most = until.min(json.len() - at);
            let done = quick.skim(&padded[at..], most, |start, row| {
                rows.push((at + start, row));
                true
            });
            skimmed += rows.len();
            for (start, row) in rows {
                assert_eq!(start, at);
                assert_eq!(reader.row(&padded[at..at + ROW], &mut ()), row, "at {at}");
                at += row.len;
            }
            assert_eq!(quick, reader, "at {at}");
            if done == 0 {
                at += reader.row(&padded[at..at + ROW], &mut ()).len;
            }
        }
        skimmed
    }

    #[test]
    fn most_rows_are_skimmed() {
        for (json, lines, want) in [
            (
                &br#"{"id":12,"tags":["a","b"],"at":{"x":-1.5e+3,"y":null},"e":[ ]}"#[..],
                false,
                10,
            ),
            (b"[ 1 , true ,\t{ } ,\n[ \"x\" ] ]", false, 6),
            (b"[\"a\\n\",\"b\"]", false, 1),
            (b"{\"a\":1}\n{\"a\":2}", true, 2),
            (b"1", false, 0),
            (b"[01, 2]", false, 0),
            (b"[1 2]", false, 0),
        ] {
            let words = String::from_utf8_lossy(json);
            assert_eq!(assert_same(json, lines, usize::MAX), want, "{words}");
        }
        let deep = [&b"["[..]; 300].concat();
        assert_same(
            &[&deep[..], b"1,{\"a\":2}", &[b']'; 300]].concat(),
            false,
            999,
        );
    }

    fn json() -> impl Strategy<Value = String> {
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"\\n\"", "\"a\":", "1", "-0.5e1", "01", "1.",
            "true", "nul", "null", " ", "\n", "{}", "[ ]", "\"", "\u{1}", "x", "\"a\":{", "],",
        ];
        let piece = prop::sample::select(pieces.to_vec());
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn as_the_reader_finds_them(json in json(), lines: bool, until in 1_usize..40) {
            assert_same(format!("[{json}").as_bytes(), lines, until);
            assert_same(format!("[[{{\"a\":[1,{json}").as_bytes(), lines, until);
        }
    }
}
