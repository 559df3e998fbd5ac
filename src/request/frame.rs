//! A WebSocket's frames as they are sent.
//!
//! Owns their making. Nothing is corrected: any opcode, any bits, any length, any close code
//! can be sent.

use aws_lc_rs::rand;

use crate::event::ws::{CLOSE, mask};

/// A frame to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    pub fin: bool,
    /// RSV1 to RSV3 as one number.
    pub reserved: u8,
    pub opcode: u8,
    pub length: Length,
    pub payload: Vec<u8>,
}

/// What a frame's header says of its payload's length (RFC 6455 section 5.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Length {
    /// What it is, in the shortest form.
    #[default]
    Right,
    /// In 7 bits: from 126 on they mean the forms below.
    Short(u8),
    /// In 16 bits, whatever it is.
    Two(u16),
    /// In 64 bits.
    Eight(u64),
}

impl Outgoing {
    pub fn new(opcode: u8, payload: impl Into<Vec<u8>>) -> Outgoing {
        Outgoing {
            fin: true,
            reserved: 0,
            opcode,
            length: Length::Right,
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
        self.bytes(Some(mask_key()))
    }

    /// With this mask, or as a server sends it.
    pub fn bytes(&self, key: Option<[u8; 4]>) -> Vec<u8> {
        let first = u8::from(self.fin) << 7 | (self.reserved & 7) << 4 | self.opcode & 15;
        let masked = u8::from(key.is_some()) << 7;
        let mut bytes = vec![first];
        let (short, extended) = self.said_length();
        bytes.push(masked | short & 0x7f);
        bytes.extend(extended);
        bytes.extend(key.iter().flatten());
        let from = bytes.len();
        bytes.extend(&self.payload);
        if let Some(key) = key {
            mask(&mut bytes[from..], key, 0);
        }
        bytes
    }

    /// The 7 bits, and the bytes that follow them.
    fn said_length(&self) -> (u8, Vec<u8>) {
        match (self.length, self.payload.len()) {
            (Length::Right, length @ 0..=125) => (length as u8, Vec::new()),
            (Length::Right, length @ 126..=0xffff) => (126, (length as u16).to_be_bytes().into()),
            (Length::Right, length) => (127, (length as u64).to_be_bytes().into()),
            (Length::Short(length), _) => (length, Vec::new()),
            (Length::Two(length), _) => (126, length.to_be_bytes().into()),
            (Length::Eight(length), _) => (127, length.to_be_bytes().into()),
        }
    }
}

/// A mask of its own for each frame (RFC 6455 section 5.3).
pub(super) fn mask_key() -> [u8; 4] {
    random()
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
    use crate::event::ws::{BINARY, TEXT};

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
}
