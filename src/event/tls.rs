//! What TLS (RFC 8446, RFC 5246) adds to the events: the handshake's result, certificates
//! and the ledger of records.
//!
//! HTTP's wire is what TLS carries: offsets and counts of `send`, `recv` and `end` are of
//! those bytes, under TLS as without it. What the call itself moved is ciphertext, told
//! beside them:
//!
//! ```text
//! tls_send, tls_recv   a call that completed no byte of HTTP: handshake, alerts, tickets, or
//!                      a part of a record; offered, sent and asked, bytes are ciphertext
//! send, recv           `ciphertext` is what the call answered; `sent` and `bytes` are the bytes
//!                      of HTTP whose records it completed (a record, up to 16 KiB, can
//!                      come by several calls, so `bytes` may pass `asked` by one record)
//! tls_record           records of one direction and size, one after the other: the ledger
//! ```

use std::io::{self, Write};

use serde::Serialize;

/// What a handshake came to; also of one that failed, as far as it came.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Tls {
    /// `TLSv1.3`; empty where the handshake did not come so far, as with `cipher`.
    pub version: String,
    /// The suite's name in IANA's list.
    pub cipher: String,
    /// The key exchange's group: `X25519MLKEM768`.
    pub group: Option<String>,
    pub alpn: Option<String>,
    /// As asked for by SNI; none for an address (RFC 6066 section 3).
    pub server_name: Option<String>,
    /// As the server sent them, its own first; on a resumed session those of its first
    /// handshake.
    pub certificates: Vec<Certificate>,
    pub verified: bool,
    /// By which roots: `the system's 142 roots`.
    pub roots: String,
    /// Why the certificate is not trusted, also where that was not asked for.
    pub problem: Option<String>,
    pub resumed: bool,
    /// The server asked for a certificate of ours; whether one was given.
    pub client_certificate: Option<bool>,
    /// Handshake, start to end.
    pub us: u64,
}

/// What there is to say of one certificate (RFC 5280). Texts may hold anything: whoever
/// shows them escapes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// RFC 4514 text.
    pub subject: String,
    pub issuer: String,
    /// Subject alternative names.
    pub names: Vec<String>,
    /// `2026-11-22T20:44:38Z`
    pub not_before: String,
    pub not_after: String,
    /// Of the whole certificate, lower-case hexadecimal.
    pub sha256: String,
    /// `RSA 2048`, `EC P-256`, `Ed25519`.
    pub key: String,
    pub signature: String,
    pub serial: String,
    pub authority: bool,
}

/// Records of one kind, one after the other; sizes are of all of them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Records {
    pub direction: Direction,
    pub content: Content,
    pub count: u32,
    /// HTTP bytes of this direction on this connection before the first of them.
    pub offset: u64,
    /// Their 5 bytes of header each included.
    pub ciphertext: u64,
    /// HTTP bytes; 0 for records that carry none.
    pub plaintext: u64,
    /// All of one size; else one call brought too many unlike ones to tell each.
    pub alike: bool,
}

/// TLS's own word on a connection: its end in order (`close_notify`), or what is wrong
/// (RFC 8446 section 6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    pub direction: Direction,
    pub code: u8,
    /// As the RFC spells it: `handshake_failure`.
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Sent,
    Received,
}

/// What a record carries. TLS 1.3 hides that from the wire, where all is application data
/// after the hellos; this is what was found inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    ChangeCipherSpec,
    Alert,
    Handshake,
    Data,
}

names!(Direction: Sent "sent", Received "received");
names!(Content: ChangeCipherSpec "change_cipher_spec", Alert "alert",
    Handshake "handshake", Data "application_data");

impl Tls {
    /// The event's fields; those of `tls_done` in CONTRACT.md among them.
    pub(super) fn write_fields(&self, out: &mut impl Write) -> io::Result<()> {
        let fields = serde_json::to_vec(self)?;
        // Without its braces: the line's other fields stand before.
        let inside = fields.get(1..fields.len().saturating_sub(1));
        out.write_all(b",")?;
        out.write_all(inside.unwrap_or_default())
    }
}

impl Records {
    pub(super) fn write_fields(&self, out: &mut impl Write) -> io::Result<()> {
        write!(
            out,
            ",\"direction\":\"{}\",\"type\":\"{}\",\"records\":{},\"offset\":{},\
             \"ciphertext\":{},\"plaintext\":{},\"alike\":{}",
            self.direction,
            self.content,
            self.count,
            self.offset,
            self.ciphertext,
            self.plaintext,
            self.alike
        )
    }

    /// Whether `next` is of the same kind.
    pub(crate) fn is_as(&self, next: &Records) -> bool {
        (self.direction, self.content) == (next.direction, next.content)
    }

    /// Whether `one`, a single record that comes right after, has the size of these.
    pub(crate) fn goes_on_with(&self, one: &Records) -> bool {
        let times = |each: u64| each.checked_mul(u64::from(self.count));
        self.alike
            && self.is_as(one)
            && times(one.ciphertext) == Some(self.ciphertext)
            && times(one.plaintext) == Some(self.plaintext)
    }

    pub(crate) fn add(&mut self, one: &Records) {
        self.alike = self.goes_on_with(one);
        self.count = self.count.saturating_add(one.count);
        self.ciphertext += one.ciphertext;
        self.plaintext += one.plaintext;
    }
}
