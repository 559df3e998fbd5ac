//! What a hand types for a WebSocket frame: its text, or words that begin with `/`.
//!
//! Owns the words and what each takes. A word that cannot be read is refused, what it makes
//! is not: each rule of RFC 6455 section 5 can be broken.

use super::frame::{Length, Outgoing, mask_key};
use crate::event::ws::{BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT};

/// The words that are frames, for who types.
pub const FRAME_WORDS: &str =
    "text · /hex 00 ff · /binary · /first /more /last · /ping · /pong · /close 1000 why · // is /";

/// The words before them, and the one that is no frame.
pub const FRAME_PARTS: &str = "before it: /fin 0 · /rsv 4 · /op 3 · /mask none · /mask 00000000 \
     · /len 9 · /len16 9 · /len64 9 · bytes as they are: /raw 81 00";

/// What can stand before a frame's payload: its word, FIN, the opcode, the payload's form.
const FRAMES: &[(&str, bool, u8, Form)] = &[
    ("/ping", true, PING, Form::Text),
    ("/pong", true, PONG, Form::Text),
    ("/close", true, CLOSE, Form::Close),
    ("/hex", true, BINARY, Form::Hex),
    ("/binary", true, BINARY, Form::Text),
    ("/first", false, TEXT, Form::Text),
    ("/more", false, CONTINUATION, Form::Text),
    ("/last", true, CONTINUATION, Form::Text),
];

#[derive(Clone, Copy)]
enum Form {
    Text,
    Hex,
    Close,
}

/// What can stand before that: its word, what it takes, what it changes.
const PARTS: &[(&str, &str, Part)] = &[
    ("/fin", "0 or 1", |odd, text| {
        odd.fin = Some(small(text, 1)? == 1);
        Some(())
    }),
    ("/rsv", "0 to 7; 4 is RSV1", |odd, text| {
        odd.reserved = small(text, 7)?;
        Some(())
    }),
    ("/op", "0 to 15", |odd, text| {
        odd.opcode = Some(small(text, 15)?);
        Some(())
    }),
    ("/mask", "none, or four bytes in hex", |odd, text| {
        odd.mask = Some(match text {
            "none" => None,
            digits => Some(hex(digits.as_bytes())?.try_into().ok()?),
        });
        Some(())
    }),
    ("/len", "0 to 127", |odd, text| {
        odd.length = Length::Short(small(text, 127)?);
        Some(())
    }),
    ("/len16", "0 to 65535", |odd, text| {
        odd.length = Length::Two(text.parse().ok()?);
        Some(())
    }),
    ("/len64", "a number below 2^64", |odd, text| {
        odd.length = Length::Eight(text.parse().ok()?);
        Some(())
    }),
];

type Part = fn(&mut Odd, &str) -> Option<()>;

/// What is to be otherwise than the frame's own word says.
#[derive(Default)]
struct Odd {
    fin: Option<bool>,
    reserved: u8,
    opcode: Option<u8>,
    length: Length,
    /// `None`: masked with a key of its own.
    mask: Option<Option<[u8; 4]>>,
}

/// The bytes that were typed for: a frame, masked unless they say otherwise, or bytes as
/// they are.
///
/// # Errors
/// What is wrong with it, in plain words.
pub fn typed(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut odd = Odd::default();
    let mut rest = bytes;
    loop {
        let (word, behind) = split(rest);
        let Some((name, takes, set)) = PARTS.iter().find(|(name, ..)| name.as_bytes() == word)
        else {
            break;
        };
        let (value, behind) = split(behind);
        let read = std::str::from_utf8(value)
            .ok()
            .and_then(|value| set(&mut odd, value));
        read.ok_or_else(|| format!("{name} takes {takes}, then the frame"))?;
        rest = behind;
    }
    match split(rest) {
        (b"/raw", digits) => {
            hex(digits).ok_or_else(|| "/raw takes bytes in hex, as 81 00".to_owned())
        }
        _ => Ok(odd.bytes(frame(rest)?)),
    }
}

fn frame(typed: &[u8]) -> Result<Outgoing, String> {
    let Some(rest) = typed.strip_prefix(b"/") else {
        return Ok(Outgoing::new(TEXT, typed));
    };
    if rest.starts_with(b"/") {
        return Ok(Outgoing::new(TEXT, rest));
    }
    let (word, payload) = split(typed);
    let row = FRAMES.iter().find(|(known, ..)| known.as_bytes() == word);
    let Some(&(_, fin, opcode, form)) = row else {
        let word = String::from_utf8_lossy(word);
        return Err(format!("{word} is no word of a frame: {FRAME_WORDS}"));
    };
    let payload = match form {
        Form::Text => payload.to_vec(),
        Form::Hex => hex(payload).ok_or("/hex takes pairs of hexadecimal digits, as 00 ff")?,
        Form::Close => close(payload)?,
    };
    let frame = Outgoing::new(opcode, payload);
    Ok(Outgoing { fin, ..frame })
}

impl Odd {
    fn bytes(self, frame: Outgoing) -> Vec<u8> {
        let frame = Outgoing {
            fin: self.fin.unwrap_or(frame.fin),
            reserved: self.reserved,
            opcode: self.opcode.unwrap_or(frame.opcode),
            length: self.length,
            payload: frame.payload,
        };
        frame.bytes(self.mask.unwrap_or_else(|| Some(mask_key())))
    }
}

/// The first word, and what follows the white space behind it.
fn split(typed: &[u8]) -> (&[u8], &[u8]) {
    let end = typed.iter().position(u8::is_ascii_whitespace);
    let (word, rest) = typed.split_at(end.unwrap_or(typed.len()));
    (word, rest.get(1..).unwrap_or_default())
}

fn small(text: &str, most: u8) -> Option<u8> {
    text.parse().ok().filter(|&number| number <= most)
}

fn hex(digits: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u8> = digits
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let value = |digit: &u8| char::from(*digit).to_digit(16);
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => Some((value(high)? << 4 | value(low)?) as u8),
        _ => None,
    });
    pairs.collect()
}

fn close(typed: &[u8]) -> Result<Vec<u8>, String> {
    let typed = typed.trim_ascii();
    if typed.is_empty() {
        return Ok(Vec::new());
    }
    let (code, reason) = split(typed);
    let code = std::str::from_utf8(code)
        .ok()
        .and_then(|code| code.parse::<u16>().ok());
    let code = code.ok_or("/close takes a code up to 65535, then why: /close 1000 done")?;
    Ok([&code.to_be_bytes(), reason.trim_ascii_start()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_a_frame() {
        #[rustfmt::skip]
        let table: &[(&str, &[u8])] = &[
            ("hello",              b"\x81\x05hello"),
            ("",                   b"\x81\x00"),
            ("//x",                b"\x81\x02/x"),
            ("/ping",              b"\x89\x00"),
            ("/ping a b",          b"\x89\x03a b"),
            ("/pong p",            b"\x8a\x01p"),
            ("/hex 00 fF7f",       b"\x82\x03\x00\xff\x7f"),
            ("/binary x",          b"\x82\x01x"),
            ("/first a",           b"\x01\x01a"),
            ("/more b",            b"\x00\x01b"),
            ("/last c",            b"\x80\x01c"),
            ("/close",             b"\x88\x00"),
            ("/close 1000",        b"\x88\x02\x03\xe8"),
            ("/close 4999 so long", b"\x88\x09\x13\x87so long"),
            // Otherwise than the rules say.
            ("/fin 0 /ping p",     b"\x09\x01p"),
            ("/fin 1 /first a",    b"\x81\x01a"),
            ("/rsv 4 x",           b"\xc1\x01x"),
            ("/rsv 7 /op 3 //x",   b"\xf3\x02/x"),
            ("/op 11",             b"\x8b\x00"),
            ("/op 8 x",            b"\x88\x01x"),
            ("/len 5 x",           b"\x81\x05x"),
            ("/len 127 x",         b"\x81\x7fx"),
            ("/len16 1 x",         b"\x81\x7e\x00\x01x"),
            ("/len64 1 x",         b"\x81\x7f\0\0\0\0\0\0\0\x01x"),
            ("/len64 18446744073709551615", b"\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff"),
            ("/mask 00000001 abcd", b"\x81\x84\0\0\0\x01abce"),
            ("/raw 81",            b"\x81"),
            ("/raw",               b""),
        ];
        for (text, want) in table {
            let bytes = typed(format!("/mask none {text}").as_bytes());
            assert_eq!(bytes.as_deref(), Ok(*want), "{text:?}");
        }
        // A mask of its own, each time another.
        let frames: Vec<Vec<u8>> = [typed(b"hello"), typed(b"hello")]
            .into_iter()
            .flatten()
            .collect();
        assert!(
            frames
                .iter()
                .all(|bytes| bytes[..2] == *b"\x81\x85" && bytes.len() == 11)
        );
        assert_ne!(frames[0], frames[1]);
        for wrong in [
            "/no",
            "/hex 0",
            "/hex xx",
            "/close x",
            "/close 65536",
            "/fin",
            "/fin 2 x",
            "/rsv 8",
            "/op 16",
            "/mask 00",
            "/mask",
            "/len 128",
            "/len16 65536",
            "/raw 8",
            "/fin 0 /no",
        ] {
            assert!(typed(wrong.as_bytes()).is_err(), "{wrong:?}");
        }
    }
}
