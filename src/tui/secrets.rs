//! Copies and saves without secrets: each byte of one becomes `*`, as in what `fetch
//! --redact` writes.
//!
//! Owns where the secrets of an exchange lie in what was sent and received; what is one is
//! [`crate::export`]'s. What is on screen stays as it is.

use std::ops::Range;

use crate::body::{Store, Window};
use crate::event::{Head, Kind};
use crate::export::{MASK, secrets, secrets_of_head};
use crate::tui::address::{Piece, Stretch};
use crate::tui::visit::Visit;

/// Bytes of a head that are looked at: no more are parsed.
const HEAD: u64 = 2 << 20;

/// Where the secrets of an exchange lie, in order.
pub struct Secrets {
    /// Offsets of what was sent.
    sent: Vec<Range<u64>>,
    /// Offsets of the store of what was received.
    received: Vec<Range<u64>>,
    wire: Store,
}

impl Secrets {
    pub fn of(visit: &Visit) -> Secrets {
        let sent = secrets(visit.sent()).into_iter();
        let exchange = &visit.live;
        let told = exchange
            .log
            .iter()
            .filter_map(|(_, event)| match &event.kind {
                Kind::Head(head) | Kind::InterimHead(head) => Some(&**head),
                _ => None,
            });
        // A long log has lost its first events; these heads are kept apart.
        let kept = exchange.answers().flat_map(|answer| answer.heads());
        let mut received: Vec<Range<u64>> = told
            .chain(kept)
            .flat_map(|head| in_head(visit, head))
            .collect();
        received.sort_by_key(|secret| secret.start);
        received.dedup();
        Secrets {
            sent: sent
                .map(|secret| secret.start as u64..secret.end as u64)
                .collect(),
            received,
            wire: visit.wire.clone(),
        }
    }

    /// The same stretch without them.
    pub fn hidden_in(&self, stretch: Stretch) -> Stretch {
        let pieces = stretch.pieces.into_iter();
        Stretch {
            pieces: pieces.flat_map(|piece| self.without(piece)).collect(),
        }
    }

    fn without(&self, piece: Piece) -> Vec<Piece> {
        match piece {
            Piece::Sent(first, mut bytes) => {
                let all = first..first + bytes.len() as u64;
                for secret in within(&self.sent, &all) {
                    let [from, to] = [secret.start, secret.end].map(|at| (at - first) as usize);
                    bytes[from..to].fill(MASK);
                }
                vec![Piece::Sent(first, bytes)]
            }
            Piece::Received(window) if window.store.is(&self.wire) => {
                let all = window.start..window.start + window.len;
                let part = |from: u64, to: u64| {
                    Piece::Received(Window {
                        start: from,
                        len: to - from,
                        ..window.clone()
                    })
                };
                let (mut pieces, mut at) = (Vec::new(), all.start);
                for secret in within(&self.received, &all) {
                    let stars = vec![MASK; (secret.end - secret.start) as usize];
                    pieces.extend([part(at, secret.start), Piece::Sent(0, stars)]);
                    at = secret.end;
                }
                pieces.push(part(at, all.end));
                pieces
            }
            decoded @ Piece::Received(_) => vec![decoded],
        }
    }
}

/// What of these lies in a range.
fn within(secrets: &[Range<u64>], all: &Range<u64>) -> Vec<Range<u64>> {
    let inside = |secret: &Range<u64>| secret.start.max(all.start)..secret.end.min(all.end);
    let inside = secrets.iter().map(inside);
    inside.filter(|secret| !secret.is_empty()).collect()
}

fn in_head(visit: &Visit, head: &Head) -> Vec<Range<u64>> {
    let start = head.offset.saturating_sub(visit.live.wire_base);
    let window = Window {
        store: visit.wire.clone(),
        start,
        len: head.bytes.min(HEAD),
    };
    // What cannot be read cannot be copied either.
    let bytes = window.read(0, window.len as usize).unwrap_or_default();
    let found = secrets_of_head(&bytes).into_iter();
    let moved = |secret: Range<usize>| start + secret.start as u64..start + secret.end as u64;
    found.map(moved).collect()
}
