//! The request that asks for a WebSocket, and the proof that its answer holds (RFC 6455
//! sections 4.1 and 4.2.2).
//!
//! Owns the fields that make a GET one.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::frame::random;
use super::{field, remove_field, set_field, template};
use crate::url::Target;

/// RFC 6455 section 1.3.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Beside these there is a key.
const FIELDS: [(&str, &str); 3] = [
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Version", "13"),
];

const KEY: &str = "Sec-WebSocket-Key";

/// A Sec-WebSocket-Key: 16 random bytes (RFC 6455 section 4.1).
pub fn key() -> String {
    BASE64.encode(random::<16>())
}

/// The Sec-WebSocket-Accept that answers this key.
pub fn accept(key: &str) -> String {
    let proof = [key.trim(), GUID].concat();
    BASE64.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, proof.as_bytes()))
}

/// The fields of a handshake with this key, in order.
pub(super) fn upgrade_fields(key: &str) -> impl Iterator<Item = (&'static str, &str)> {
    FIELDS.into_iter().chain([(KEY, key)])
}

/// The same as they stand in a head.
pub(super) fn upgrade_lines(key: &str) -> String {
    let lines = upgrade_fields(key).map(|(name, value)| format!("{name}: {value}\r\n"));
    lines.collect()
}

/// Makes a request ask for a WebSocket. A field that stands there stays as it is.
pub fn ask_upgrade(request: &mut Vec<u8>, key: &str) {
    for (name, value) in upgrade_fields(key) {
        if field(request, name).is_none() {
            set_field(request, name, value);
        }
    }
}

/// Takes out what [`ask_upgrade`] put in; what a hand changed of it stays.
pub fn ask_no_upgrade(request: &mut Vec<u8>, key: &str) {
    for (name, value) in upgrade_fields(key) {
        if field(request, name) == Some(value.as_bytes()) {
            remove_field(request, name);
        }
    }
}

/// The template of a target that asks for a WebSocket, with a key of its own.
pub fn handshake(target: &Target) -> Vec<u8> {
    let mut request = template(target);
    ask_upgrade(&mut request, &key());
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_example() {
        // RFC 6455 section 1.3.
        assert_eq!(
            accept("dGhlIHNhbXBsZSBub25jZQ=="),
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        );
    }

    #[test]
    fn asked_for_and_not_any_more() {
        const PLAIN: &str = "GET / HTTP/1.1\r\nHost: h\r\n\r\nbody";
        const ASKED: &str = "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: \
             Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: k\r\n\r\nbody";
        const BY_HAND: &str = "GET / HTTP/1.1\r\nconnection: close\r\n\r\n";
        const KEPT: &str = "GET / HTTP/1.1\r\nconnection: close\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: k\r\n\r\n";
        for (plain, asked) in [(PLAIN, ASKED), (BY_HAND, KEPT)] {
            let mut bytes = plain.as_bytes().to_vec();
            ask_upgrade(&mut bytes, "k");
            assert_eq!(String::from_utf8_lossy(&bytes), asked);
            ask_no_upgrade(&mut bytes, "k");
            assert_eq!(String::from_utf8_lossy(&bytes), plain);
        }
    }
}
