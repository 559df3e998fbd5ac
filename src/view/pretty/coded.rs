//! The body of a part in a transfer encoding of mail: decoded for its form's reader, a row
//! at a time, each decoded byte at the bytes that it came of.
//!
//! Owns how much is decoded for a row. The decoders are [`crate::decode::transfer`]'s.

use super::mask::{mask, readable};
use super::reader::Reader;
use super::row::{Place, ROW, Row, Sink, Undone, plain};
use crate::decode::transfer::{Decoded, Transfer};
use crate::decode::{Charset, Letters};
use crate::view::Role;

/// Bytes that are decoded for a row at first: most are shorter.
const FEW: usize = 512;
/// A row that ends so near to where decoding stopped may hang on what follows.
const NEAR: usize = 64;

/// At the start of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Coded {
    transfer: Transfer,
    letters: Letters,
}

impl Coded {
    /// At the part's first byte; `None` where no form can be made out in its charset.
    pub fn new(transfer: Transfer, charset: Charset) -> Option<Coded> {
        let letters = Letters::of(charset.encoding);
        readable(letters).then_some(Coded { transfer, letters })
    }

    /// The row that begins here. `None`, and a note of why, where nothing can be decoded
    /// any more. `ended`: the part has no more bytes than these, which are not empty.
    pub fn row(
        &mut self,
        reader: &mut Reader,
        bytes: &[u8],
        ended: bool,
        sink: &mut impl Sink,
    ) -> Option<Row> {
        let (decoded, len) = self.decode(*reader, bytes, ended);
        if decoded.bytes.is_empty() {
            return match decoded.broken {
                Some(broken) => {
                    sink.note(Place::Above, Role::Anomaly, || {
                        format!("{broken}: the rest of the part is shown as it came")
                    });
                    None
                }
                // What stands for nothing: line ends, or what fills up the last group.
                None => {
                    self.transfer.decode(bytes, 1, ended);
                    plain(sink, 0, decoded.used, Role::Text);
                    Some(Row {
                        len: decoded.used,
                        ..Row::default()
                    })
                }
            };
        }
        let whole = len >= decoded.bytes.len();
        let row = reader.row(&self.masked(&decoded), sink);
        let used = if whole {
            decoded.used
        } else {
            decoded.ends[len - 1]
        };
        self.transfer.decode(&bytes[..used], usize::MAX, ended);
        if decoded.stray.is_some_and(|stray| stray < len) {
            sink.note(Place::Beside, Role::Anomaly, || {
                "an = stands here that encodes nothing".to_owned()
            });
        }
        let letters = self.letters;
        sink.undone(|| {
            let Decoded {
                mut bytes,
                mut ends,
                ..
            } = decoded;
            bytes.truncate(len);
            ends.truncate(len);
            if let Some(end) = ends.last_mut() {
                *end = used;
            }
            Undone {
                bytes,
                ends,
                letters,
            }
        });
        Some(Row { len: used, ..row })
    }

    /// Enough for the row that begins here, and how many of its bytes that has.
    fn decode(&self, reader: Reader, bytes: &[u8], ended: bool) -> (Decoded, usize) {
        let read = |most| {
            let mut transfer = self.transfer;
            let decoded = transfer.decode(bytes, most, ended);
            let mut reader = reader;
            let len = match decoded.bytes.is_empty() {
                true => 0,
                false => reader.row(&self.masked(&decoded), &mut ()).len.max(1),
            };
            let len = len.min(decoded.bytes.len());
            (decoded, len)
        };
        match read(FEW) {
            (decoded, len) if decoded.bytes.len() == FEW && len + NEAR > FEW => read(ROW),
            enough => enough,
        }
    }

    /// As a reader sees them.
    fn masked(&self, decoded: &Decoded) -> Vec<u8> {
        let mut bytes = decoded.bytes.clone();
        mask(self.letters, &mut bytes);
        bytes
    }

    /// What is missing where the part ends here.
    pub fn unfinished(&self) -> Option<&'static str> {
        self.transfer.unfinished()
    }
}
