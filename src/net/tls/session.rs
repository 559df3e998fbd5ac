//! One TLS session without IO: ciphertext in, plaintext out, and the other way round.
//!
//! Owns rustls' unbuffered connection, the bytes of records that are not complete, and the
//! ledger of the records of both directions. It makes no system call; whether a peer is
//! trusted is [`super::verifier`]'s.

use std::collections::VecDeque;
use std::fmt;

use rustls::client::{ClientConnectionData, UnbufferedClientConnection};
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncodeTlsData, EncryptError, UnbufferedStatus, WriteTraffic,
};
use rustls::{AlertDescription, Error};

use super::words;
use crate::event::{Alert, Content, Direction, Records};

/// A record's header: type, version, length (RFC 8446 section 5.1).
const HEADER: usize = 5;
/// Types of records (RFC 8446 section 5.1).
const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
/// Plaintext of one record at most.
pub(super) const RECORD: usize = 1 << 14;
/// What encryption adds to a record at most, its header included: 5 + 8 (TLS 1.2's
/// explicit nonce) + 1 (TLS 1.3's inner type) + 16 (the tag).
const OVERHEAD: usize = 30;
/// Runs of unlike records kept until they are told: what comes past them in one call is
/// added up by direction and content, so that nothing is missing from the sums.
const LEDGER: usize = 4096;

pub(in crate::net) struct Session {
    conn: UnbufferedClientConnection,
    /// Received and not processed: `incoming[from..to]`.
    incoming: Vec<u8>,
    from: usize,
    to: usize,
    /// Headers seen of the records in `incoming`, the first one first.
    headers: VecDeque<Header>,
    /// Where in `incoming` the next header begins.
    next_header: usize,
    /// Records made and not taken.
    outgoing: Vec<u8>,
    /// Decrypted and not taken.
    plain: Vec<u8>,
    ledger: Vec<Records>,
    alerts: Vec<Alert>,
    sent: u64,
    received: u64,
    pub open: bool,
    /// close_notify came: all that the peer sent is here.
    pub peer_closed: bool,
    /// Shown once the plaintext that came before it was taken.
    failed: Option<Error>,
}

#[derive(Clone, Copy, Debug)]
struct Header {
    outer: u8,
    len: usize,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("open", &self.open)
            .field("peer_closed", &self.peer_closed)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

impl Session {
    pub fn new(conn: UnbufferedClientConnection) -> Session {
        Session {
            conn,
            incoming: Vec::new(),
            from: 0,
            to: 0,
            headers: VecDeque::new(),
            next_header: 0,
            outgoing: Vec::new(),
            plain: Vec::new(),
            ledger: Vec::new(),
            alerts: Vec::new(),
            sent: 0,
            received: 0,
            open: false,
            peer_closed: false,
            failed: None,
        }
    }

    pub fn connection(&self) -> &UnbufferedClientConnection {
        &self.conn
    }

    /// Room for so many bytes of ciphertext, to be filled from its start.
    pub fn room(&mut self, bytes: usize) -> &mut [u8] {
        if self.from > 0 {
            self.incoming.copy_within(self.from..self.to, 0);
            self.next_header -= self.from;
            self.to -= self.from;
            self.from = 0;
        }
        let end = self.to + bytes;
        if self.incoming.len() < end {
            self.incoming.resize(end, 0);
        }
        &mut self.incoming[self.to..end]
    }

    /// So many bytes were put into the room: they are processed as far as their records
    /// are complete.
    pub fn filled(&mut self, bytes: usize) {
        self.to = (self.to + bytes).min(self.incoming.len());
        self.see_headers();
        self.process();
    }

    /// Goes on as far as it can without another byte of the peer's: also the start of the
    /// handshake.
    pub fn process(&mut self) {
        while self.failed.is_none() {
            let UnbufferedStatus { discard, state, .. } = self
                .conn
                .process_tls_records(&mut self.incoming[self.from..self.to]);
            let mut content = Content::Handshake;
            let mut payload = 0;
            let mut blocked = false;
            match state {
                Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                    while let Some(Ok(record)) = traffic.next_record() {
                        payload += record.payload.len();
                        self.plain.extend_from_slice(record.payload);
                    }
                    content = Content::Data;
                }
                Ok(ConnectionState::EncodeTlsData(mut data)) => {
                    let from = self.outgoing.len();
                    encode(&mut data, &mut self.outgoing);
                    self.note_made(from);
                }
                Ok(ConnectionState::TransmitTlsData(data)) => data.done(),
                Ok(ConnectionState::PeerClosed) => {
                    self.peer_closed = true;
                    content = Content::Alert;
                    self.note_alert(Direction::Received, AlertDescription::CloseNotify);
                }
                Ok(ConnectionState::WriteTraffic(_)) => {
                    self.open = true;
                    blocked = true;
                }
                Ok(_) => blocked = true,
                Err(error) => {
                    if let Error::AlertReceived(alert) = error {
                        content = Content::Alert;
                        self.note_alert(Direction::Received, alert);
                    }
                    self.failed = Some(error);
                    blocked = true;
                }
            }
            self.discard(discard, content, payload);
            if self.failed.is_some() && !self.open && self.foreign().is_none() {
                // The rest of the flight that was refused came all the same.
                self.discard(self.whole_records(), content, 0);
            }
            if blocked {
                break;
            }
        }
        if self.failed.is_some() {
            self.make_alert();
        }
    }

    /// An error makes an alert for the peer, which is the next thing to encode.
    fn make_alert(&mut self) {
        while self.conn.wants_write() {
            let from = self.outgoing.len();
            let state = self.conn.process_tls_records(&mut []).state;
            let Ok(ConnectionState::EncodeTlsData(mut data)) = state else {
                return;
            };
            encode(&mut data, &mut self.outgoing);
            let len = self.outgoing.len() - from;
            // Which one only shows where it is not encrypted.
            if let Some(&[ALERT, _, _, 0, 2, _, code]) = self.outgoing.get(from..) {
                self.note_alert(Direction::Sent, code.into());
            }
            self.note(Direction::Sent, Content::Alert, len, 0);
        }
    }

    /// Encrypts one record of at most [`RECORD`] bytes.
    pub fn seal(&mut self, plain: &[u8]) -> Result<(), Error> {
        let from = self.outgoing.len();
        self.write(plain.len() + OVERHEAD, |traffic, room| {
            traffic.encrypt(plain, room)
        })?;
        let len = self.outgoing.len() - from;
        self.note(Direction::Sent, Content::Data, len, plain.len());
        self.sent += plain.len() as u64;
        Ok(())
    }

    /// Our direction is done.
    pub fn seal_close(&mut self) -> Result<(), Error> {
        let from = self.outgoing.len();
        self.write(2 + OVERHEAD, |traffic, room| {
            traffic.queue_close_notify(room)
        })?;
        let len = self.outgoing.len() - from;
        self.note_alert(Direction::Sent, AlertDescription::CloseNotify);
        self.note(Direction::Sent, Content::Alert, len, 0);
        Ok(())
    }

    fn write(
        &mut self,
        room: usize,
        mut write: impl FnMut(
            &mut WriteTraffic<'_, ClientConnectionData>,
            &mut [u8],
        ) -> Result<usize, EncryptError>,
    ) -> Result<(), Error> {
        // What lies between, such as the answer to a key update, goes first.
        self.process();
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let status = self
            .conn
            .process_tls_records(&mut self.incoming[self.from..self.to]);
        let Ok(ConnectionState::WriteTraffic(mut traffic)) = status.state else {
            return Err(Error::HandshakeNotComplete);
        };
        let written = put(&mut self.outgoing, room, |room| {
            write(&mut traffic, room).map_err(|error| match error {
                EncryptError::InsufficientSize(more) => Some(more.required_size),
                EncryptError::EncryptExhausted => None,
            })
        });
        match written {
            true => Ok(()),
            false => Err(Error::EncryptError),
        }
    }

    /// Records made and not taken yet.
    pub fn take_outgoing(&mut self, to: &mut Vec<u8>) {
        to.append(&mut self.outgoing);
    }

    pub fn plain(&self) -> &[u8] {
        &self.plain
    }

    pub fn plain_taken(&mut self) {
        self.plain.clear();
    }

    pub fn swap_plain(&mut self, with: &mut Vec<u8>) {
        std::mem::swap(&mut self.plain, with);
    }

    /// What went wrong, after all that was right.
    pub fn failed(&self) -> Option<&Error> {
        self.failed.as_ref()
    }

    /// Records since it was last asked.
    pub fn take_ledger(&mut self) -> Vec<Records> {
        std::mem::take(&mut self.ledger)
    }

    /// Alerts since it was last asked.
    pub fn take_alerts(&mut self) -> Vec<Alert> {
        std::mem::take(&mut self.alerts)
    }

    /// How far the last record is here, where it is not whole: what a close cuts.
    pub fn cut(&self) -> Option<String> {
        let here = self.to.saturating_sub(self.from);
        match self.headers.front() {
            _ if here == 0 => None,
            Some(header) => Some(format!(
                "{here} of a record's {} bytes are here",
                header.len
            )),
            None => Some(format!(
                "{here} of a record's header's {HEADER} bytes are here"
            )),
        }
    }

    /// Whether a first byte is none of TLS's: another protocol answers.
    pub fn foreign(&self) -> Option<&[u8]> {
        let bytes = self.incoming.get(..self.to.min(64))?;
        let first = *bytes.first()?;
        (!(20..=24).contains(&first)).then_some(bytes)
    }

    fn see_headers(&mut self) {
        while let Some(&[outer, _, _, high, low]) = self
            .incoming
            .get(self.next_header..self.to)
            .and_then(|rest| rest.first_chunk::<HEADER>())
        {
            let len = HEADER + usize::from(u16::from_be_bytes([high, low]));
            self.headers.push_back(Header { outer, len });
            self.next_header += len;
        }
    }

    /// Bytes of the records that are here whole.
    fn whole_records(&self) -> usize {
        let here = self.to.saturating_sub(self.from);
        let ends = self.headers.iter().scan(0, |end, header| {
            *end += header.len;
            (*end <= here).then_some(*end)
        });
        ends.last().unwrap_or(0)
    }

    /// So many bytes of whole records are done with; the last of them was `content`.
    fn discard(&mut self, bytes: usize, content: Content, payload: usize) {
        self.from += bytes;
        let mut left = bytes;
        while let Some(header) = self.headers.front().copied()
            && header.len <= left
        {
            self.headers.pop_front();
            left -= header.len;
            let inside = match header.outer {
                CHANGE_CIPHER_SPEC => Content::ChangeCipherSpec,
                ALERT => Content::Alert,
                HANDSHAKE => Content::Handshake,
                _ if left == 0 => content,
                _ => Content::Handshake,
            };
            let payload = match inside {
                Content::Data => payload,
                _ => 0,
            };
            self.note(Direction::Received, inside, header.len, payload);
            self.received += payload as u64;
        }
        if self.from == self.to {
            (self.from, self.to, self.next_header) = (0, 0, 0);
        }
    }

    /// Records of the handshake that were made, by their headers.
    fn note_made(&mut self, from: usize) {
        let mut at = from;
        while let Some(&[outer, _, _, high, low]) = self
            .outgoing
            .get(at..)
            .and_then(|rest| rest.first_chunk::<HEADER>())
        {
            let len = HEADER + usize::from(u16::from_be_bytes([high, low]));
            let content = match outer {
                CHANGE_CIPHER_SPEC => Content::ChangeCipherSpec,
                ALERT => Content::Alert,
                _ => Content::Handshake,
            };
            self.note(Direction::Sent, content, len, 0);
            at += len;
        }
    }

    fn note_alert(&mut self, direction: Direction, alert: AlertDescription) {
        self.alerts.push(Alert {
            direction,
            code: alert.into(),
            name: words::alert_name(alert),
        });
    }

    fn note(
        &mut self,
        direction: Direction,
        content: Content,
        ciphertext: usize,
        plaintext: usize,
    ) {
        let offset = match direction {
            Direction::Sent => self.sent,
            Direction::Received => self.received,
        };
        let one = Records {
            direction,
            content,
            count: 1,
            offset,
            ciphertext: ciphertext as u64,
            plaintext: plaintext as u64,
            alike: true,
        };
        enter(&mut self.ledger, one);
    }
}

fn enter(ledger: &mut Vec<Records>, one: Records) {
    let whole = ledger.len() >= LEDGER;
    let rest = ledger.get_mut(LEDGER..).unwrap_or_default();
    let same = match whole {
        true => rest.iter_mut().find(|run| run.is_as(&one)),
        false => ledger.last_mut().filter(|run| run.goes_on_with(&one)),
    };
    match same {
        Some(run) => run.add(&one),
        None => ledger.push(one),
    }
}

/// Appends a message of TLS's own.
fn encode(data: &mut EncodeTlsData<'_, ClientConnectionData>, to: &mut Vec<u8>) {
    put(to, 1 << 10, |room| match data.encode(room) {
        Err(EncodeError::InsufficientSize(more)) => Err(Some(more.required_size)),
        Err(EncodeError::AlreadyEncoded) => Err(None),
        Ok(written) => Ok(written),
    });
}

/// Appends what `write` writes; it answers `Err(Some(bytes))` for "so much room", and
/// `Err(None)` for "never".
fn put(
    to: &mut Vec<u8>,
    room: usize,
    mut write: impl FnMut(&mut [u8]) -> Result<usize, Option<usize>>,
) -> bool {
    let from = to.len();
    to.resize(from + room, 0);
    let mut written = write(&mut to[from..]);
    if let Err(Some(needed)) = written {
        to.resize(from + needed, 0);
        written = write(&mut to[from..]);
    }
    to.truncate(from + written.unwrap_or(0));
    written.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ledger_is_bounded_and_its_sums_are_whole() {
        let mut ledger = Vec::new();
        let mut sums = [(0, 0, 0); 2];
        for n in 0..3 * LEDGER as u64 {
            let data = n % 3 > 0;
            let plaintext = if data { n } else { 0 };
            let one = Records {
                direction: Direction::Received,
                content: if data {
                    Content::Data
                } else {
                    Content::Handshake
                },
                count: 1,
                offset: 0,
                ciphertext: n + 22,
                plaintext,
                alike: true,
            };
            let sum = &mut sums[usize::from(data)];
            *sum = (sum.0 + 1, sum.1 + one.ciphertext, sum.2 + one.plaintext);
            enter(&mut ledger, one);
        }
        assert_eq!(ledger.len(), LEDGER + 2);
        let told = [Content::Handshake, Content::Data].map(|content| {
            let of = ledger.iter().filter(|run| run.content == content);
            of.fold((0, 0, 0), |sum, run| {
                let count = u64::from(run.count);
                (sum.0 + count, sum.1 + run.ciphertext, sum.2 + run.plaintext)
            })
        });
        assert_eq!(told, sums);
        let alike = ledger.iter().filter(|run| run.alike).count();
        assert_eq!(alike, LEDGER);
    }

    #[test]
    fn equal_records_in_a_row_are_one_run() {
        let mut ledger = Vec::new();
        for size in [100, 100, 100, 101, 100] {
            let one = Records {
                direction: Direction::Sent,
                content: Content::Data,
                count: 1,
                offset: 0,
                ciphertext: size + 22,
                plaintext: size,
                alike: true,
            };
            enter(&mut ledger, one);
        }
        let runs: Vec<_> = ledger
            .iter()
            .map(|run| (run.count, run.plaintext))
            .collect();
        assert_eq!(runs, [(3, 300), (1, 101), (1, 100)]);
    }
}
