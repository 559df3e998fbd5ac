//! A WebSocket's frames as they are sent.
//!
//! Owns their making, and the one line that a user types for a frame. Nothing is corrected:
//! any opcode, any bits, any close code can be sent.

use aws_lc_rs::rand;

use crate::event::ws::{BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, mask};

/// A frame to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    pub fin: bool,
    /// RSV1 to RSV3 as one number.
    pub reserved: u8,
    pub opcode: u8,
    pub payload: Vec<u8>,
}

impl Outgoing {
    pub fn new(opcode: u8, payload: impl Into<Vec<u8>>) -> Outgoing {
        Outgoing {
            fin: true,
            reserved: 0,
            opcode,
            payload: payload.into(),
        }
    }

    /// A Close with its code and reason (RFC 6455 section 5.5.1).
    pub fn close(code: u16, reason: &str) -> Outgoing {
        let payload = [&code.to_be_bytes(), reason.as_bytes()].concat();
        Outgoing::new(CLOSE, payload)
    }

    /// As a client sends it, masked with a key of its own (RFC 6455 section 5.3).
    pub fn masked(&self) -> Vec<u8> {
        self.bytes(Some(random()))
    }

    /// With this mask, or as a server sends it; the length in its shortest form.
    pub fn bytes(&self, key: Option<[u8; 4]>) -> Vec<u8> {
        let first = u8::from(self.fin) << 7 | (self.reserved & 7) << 4 | self.opcode & 15;
        let masked = u8::from(key.is_some()) << 7;
        let mut bytes = vec![first];
        match self.payload.len() {
            length @ 0..=125 => bytes.push(masked | length as u8),
            length @ 126..=0xffff => {
                bytes.push(masked | 126);
                bytes.extend((length as u16).to_be_bytes());
            }
            length => {
                bytes.push(masked | 127);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        bytes.extend(key.iter().flatten());
        let from = bytes.len();
        bytes.extend(&self.payload);
        if let Some(key) = key {
            mask(&mut bytes[from..], key, 0);
        }
        bytes
    }
}

/// What can stand before a frame's payload: its word, the frame, the payload's form.
const WORDS: &[(&str, bool, u8, Form)] = &[
    ("/ping", true, PING, Form::Text),
    ("/pong", true, PONG, Form::Text),
    ("/close", true, CLOSE, Form::Close),
    ("/hex", true, BINARY, Form::Hex),
    ("/binary", true, BINARY, Form::Text),
    ("/first", false, TEXT, Form::Text),
    ("/more", false, CONTINUATION, Form::Text),
    ("/last", true, CONTINUATION, Form::Text),
];

/// The words, for who types.
pub const FRAME_WORDS: &str =
    "text · /hex 00 ff · /binary · /first /more /last · /ping · /pong · /close 1000 why · // is /";

#[derive(Clone, Copy)]
enum Form {
    Text,
    Hex,
    Close,
}

/// The frame that was typed: text, or one of the words and its payload.
///
/// # Errors
/// What is wrong with it, in plain words.
pub fn typed(bytes: &[u8]) -> Result<Outgoing, String> {
    let Some(rest) = bytes.strip_prefix(b"/") else {
        return Ok(Outgoing::new(TEXT, bytes));
    };
    if rest.starts_with(b"/") {
        return Ok(Outgoing::new(TEXT, rest));
    }
    let end = bytes.iter().position(u8::is_ascii_whitespace);
    let (word, payload) = bytes.split_at(end.unwrap_or(bytes.len()));
    let payload = payload.get(1..).unwrap_or_default();
    let row = WORDS.iter().find(|(known, ..)| known.as_bytes() == word);
    let Some(&(_, fin, opcode, form)) = row else {
        return Err(format!(
            "{} is none of {FRAME_WORDS}",
            String::from_utf8_lossy(word)
        ));
    };
    let payload = match form {
        Form::Text => payload.to_vec(),
        Form::Hex => hex(payload)?,
        Form::Close => close(payload)?,
    };
    let frame = Outgoing::new(opcode, payload);
    Ok(Outgoing { fin, ..frame })
}

fn hex(digits: &[u8]) -> Result<Vec<u8>, String> {
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
    let bytes: Option<Vec<u8>> = pairs.collect();
    bytes.ok_or_else(|| "/hex takes pairs of hexadecimal digits, as 00 ff".to_owned())
}

fn close(typed: &[u8]) -> Result<Vec<u8>, String> {
    let typed = typed.trim_ascii();
    if typed.is_empty() {
        return Ok(Vec::new());
    }
    let end = typed.iter().position(u8::is_ascii_whitespace);
    let (code, reason) = typed.split_at(end.unwrap_or(typed.len()));
    let code = std::str::from_utf8(code)
        .ok()
        .and_then(|code| code.parse::<u16>().ok());
    let code = code.ok_or("/close takes a code up to 65535, then why: /close 1000 done")?;
    Ok([&code.to_be_bytes(), reason.trim_ascii_start()].concat())
}

/// Zeros where the system has no randomness, which a server takes as well.
pub(super) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let _ = rand::fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_examples() {
        // RFC 6455 section 5.7.
        let hello = Outgoing::new(TEXT, *b"Hello");
        assert_eq!(hello.bytes(None), b"\x81\x05Hello");
        let masked = hello.bytes(Some([0x37, 0xfa, 0x21, 0x3d]));
        assert_eq!(masked, b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
        let long = Outgoing::new(BINARY, vec![0; 256]);
        assert_eq!(long.bytes(None)[..4], *b"\x82\x7e\x01\x00");
        let longer = Outgoing::new(BINARY, vec![0; 65536]);
        assert_eq!(longer.bytes(None)[..10], *b"\x82\x7f\0\0\0\0\0\x01\0\0");
    }

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
        ];
        for (text, want) in table {
            let frame = typed(text.as_bytes()).map(|frame| frame.bytes(None));
            assert_eq!(frame.as_deref(), Ok(*want), "{text:?}");
        }
        for wrong in ["/no", "/hex 0", "/hex xx", "/close x", "/close 65536"] {
            assert!(typed(wrong.as_bytes()).is_err(), "{wrong:?}");
        }
    }
}
