//! What a WebSocket connection (RFC 6455) adds to the events: its frames, both ways.

use std::io::{self, Write};

use super::Direction;

/// A frame's header (RFC 6455 section 5.2). A control frame is told when it is whole, any
/// other one when its header is: it may go on for 2^63 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    pub direction: Direction,
    /// Wire bytes of that direction on the connection before its first.
    pub offset: u64,
    /// Bytes of the header, mask included: 2 to 14.
    pub header: u8,
    pub fin: bool,
    /// RSV1 to RSV3 as one number, 0 to 7.
    pub reserved: u8,
    pub opcode: u8,
    pub mask: Option<[u8; 4]>,
    /// Of the payload, as announced.
    pub length: u64,
}

/// RFC 6455 section 11.8.
const OPCODES: &[(u8, &str)] = &[
    (CONTINUATION, "continuation"),
    (TEXT, "text"),
    (BINARY, "binary"),
    (CLOSE, "close"),
    (PING, "ping"),
    (PONG, "pong"),
];
pub const CONTINUATION: u8 = 0;
pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

/// Payload bytes of a control frame at most (RFC 6455 section 5.5).
pub const CONTROL_MAX: usize = 125;

/// RFC 6455 section 7.4.1, and IANA's registry of close codes.
const CLOSE_CODES: &[(u16, &str)] = &[
    (1000, "normal closure"),
    (1001, "going away"),
    (1002, "protocol error"),
    (1003, "unsupported data"),
    (1004, "reserved"),
    (1005, "no code was sent; not for the wire"),
    (1006, "abnormal closure; not for the wire"),
    (1007, "invalid payload"),
    (1008, "policy violation"),
    (1009, "message too big"),
    (1010, "extension missing"),
    (1011, "internal error"),
    (1012, "service restart"),
    (1013, "try again later"),
    (1014, "bad gateway"),
    (1015, "TLS handshake failed; not for the wire"),
];

/// What a Close's code says (RFC 6455 section 7.4).
pub fn close_words(code: u16) -> &'static str {
    let known = CLOSE_CODES.iter().find(|(known, _)| *known == code);
    match (known, code) {
        (Some((_, words)), _) => words,
        (None, 3000..=3999) => "a registered library's or framework's",
        (None, 4000..=4999) => "the application's own",
        (None, _) => "no code of the standard's",
    }
}

impl Frame {
    pub fn name(&self) -> &'static str {
        let known = OPCODES.iter().find(|(opcode, _)| *opcode == self.opcode);
        known.map_or("reserved", |(_, name)| name)
    }

    /// Opcodes from 8 on (RFC 6455 section 5.5).
    pub fn is_control(&self) -> bool {
        self.opcode >= CLOSE
    }

    /// The offset of the payload's first byte.
    pub fn payload(&self) -> u64 {
        self.offset.saturating_add(u64::from(self.header))
    }

    pub fn end(&self) -> u64 {
        self.payload().saturating_add(self.length)
    }

    pub(super) fn write_fields(&self, out: &mut impl Write) -> io::Result<()> {
        let Frame {
            direction,
            offset,
            header,
            fin,
            reserved,
            opcode,
            mask,
            length,
        } = self;
        let masked = mask.is_some();
        write!(
            out,
            ",\"dir\":\"{}\",\"fin\":{fin},\"rsv\":{reserved},\"opcode\":{opcode},\"name\":\"{}\",\
             \"masked\":{masked},\"length\":{length},\"offset\":{offset},\"header\":{header}",
            direction.name(),
            self.name()
        )
    }
}

/// Masking and unmasking are the same (RFC 6455 section 5.3). `at`: payload bytes before.
pub fn mask(bytes: &mut [u8], key: [u8; 4], at: u64) {
    let from = (at % 4) as usize;
    let keys = key.iter().cycle().skip(from);
    for (byte, key) in bytes.iter_mut().zip(keys) {
        *byte ^= key;
    }
}
