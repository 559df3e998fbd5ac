//! A byte's address: the views count from different first bytes, and this is the one
//! place that knows how.
//!
//! ```text
//! Text, Pretty, Rendered, Hex   bytes of the body; a page that is a part of it: of the part
//! Wire                  the bytes sent and those received, in order of time
//! Headers               bytes received
//! ```

use std::io;
use std::ops::Range;

use crate::body::Window;
use crate::exchange::dialogue::Byte;
use crate::exchange::{Brought, Origin, Part, Space, Starts};
use crate::tui::visit::{ViewKind, Visit};
use crate::view::pretty::Places;

/// Bytes in which a size line's LF is looked for.
const SIZE_LINE: usize = 4096;

/// Where a byte that is looked at came from.
pub enum Whence<'a> {
    /// A decoded byte of the content, the coded bytes of the body that it came of, and
    /// where the first of those came from.
    Decoded(u64, Range<u64>, Origin<'a>),
    /// The request's byte at this offset, and the send() that took it.
    Sent(u64, Option<Brought>),
    Received(Origin<'a>),
}

/// Bytes of a view, not read: pieces one behind the other.
#[derive(Clone, Debug, Default)]
pub struct Stretch {
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
pub enum Piece {
    /// Bytes in hand: those sent from this one on, or text of our own.
    Sent(u64, Vec<u8>),
    Received(Window),
}

impl Stretch {
    pub fn received(window: Window) -> Stretch {
        Stretch {
            pieces: vec![Piece::Received(window)],
        }
    }

    pub fn len(&self) -> u64 {
        let len = |piece: &Piece| match piece {
            Piece::Sent(_, bytes) => bytes.len() as u64,
            Piece::Received(window) => window.len,
        };
        self.pieces.iter().map(len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them: for stretches known to be short.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Sent(_, sent) => bytes.extend_from_slice(sent),
                Piece::Received(window) => {
                    let most = usize::try_from(window.len).unwrap_or(usize::MAX);
                    bytes.extend(window.read(0, most)?);
                }
            }
        }
        Ok(bytes)
    }
}

/// The received bytes that a view shows; [`in_window`] and [`in_view`] lead there and back.
pub fn window(visit: &Visit, kind: ViewKind) -> Window {
    match kind {
        ViewKind::Rendered => match visit.rendering.page_of_part() {
            Some((window, _)) => window.clone(),
            None => visit.content(),
        },
        ViewKind::Text | ViewKind::Pretty | ViewKind::Hex => visit.content(),
        ViewKind::Wire => visit.received(),
        ViewKind::Headers => {
            let received = visit.received();
            let answer = visit.answer();
            let start = answer.wire.start;
            // Without a complete head all there is may be one.
            let len = match answer.head_bytes() {
                0 => received.len.saturating_sub(start),
                bytes => bytes,
            };
            Window {
                start,
                len,
                ..received
            }
        }
    }
}

/// A view's offset as one of its window; of a sent byte, that of the next received one.
pub fn in_window(visit: &Visit, kind: ViewKind, at: u64) -> u64 {
    match kind {
        ViewKind::Wire => visit.exchange().dialogue.received_by(at),
        ViewKind::Headers => at.saturating_sub(visit.answer().wire.start),
        ViewKind::Text | ViewKind::Pretty | ViewKind::Rendered | ViewKind::Hex => at,
    }
}

/// A byte of the request, where the view shows it.
pub fn is_sent(visit: &Visit, kind: ViewKind, at: u64) -> bool {
    let byte = visit.exchange().dialogue.byte(at);
    kind == ViewKind::Wire && matches!(byte, Byte::Sent(_))
}

/// Bytes of a view's window in the view's offsets.
pub fn in_view(visit: &Visit, kind: ViewKind, bytes: &Range<u64>) -> Range<u64> {
    let dialogue = &visit.exchange().dialogue;
    match kind {
        ViewKind::Wire => {
            let address = |at| dialogue.address(Byte::Received(at));
            let end = bytes.end.checked_sub(1).map_or(0, |last| address(last) + 1);
            address(bytes.start)..end
        }
        ViewKind::Headers => {
            let start = visit.answer().wire.start;
            bytes.start.saturating_add(start)..bytes.end.saturating_add(start)
        }
        ViewKind::Text | ViewKind::Pretty | ViewKind::Rendered | ViewKind::Hex => bytes.clone(),
    }
}

/// What a range of a view's offsets holds.
pub fn stretch(visit: &Visit, kind: ViewKind, range: &Range<u64>) -> Stretch {
    let window = match kind {
        ViewKind::Wire => return dialogue_stretch(visit, range),
        // Trailers lie behind the body.
        ViewKind::Headers => visit.received(),
        ViewKind::Text | ViewKind::Pretty | ViewKind::Rendered | ViewKind::Hex => {
            window(visit, kind)
        }
    };
    let from = range.start.min(window.len);
    let to = range.end.min(window.len);
    Stretch::received(Window {
        start: window.start + from,
        len: to.saturating_sub(from),
        ..window
    })
}

fn dialogue_stretch(visit: &Visit, range: &Range<u64>) -> Stretch {
    let mut pieces = Vec::new();
    let mut at = range.start;
    while let Some(stretch) = visit.exchange().dialogue.stretch(at)
        && at < range.end
    {
        let inside = at - stretch.at;
        let len = stretch.end().min(range.end) - at;
        pieces.push(match stretch.first {
            Byte::Sent(first) => {
                let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
                let from = first + inside;
                let sent = visit.sent().get(place(from)..place(from + len));
                Piece::Sent(from, sent.unwrap_or_default().to_vec())
            }
            Byte::Received(first) => {
                let received = visit.received();
                Piece::Received(Window {
                    start: received.start + first + inside,
                    len,
                    ..received
                })
            }
        });
        at = stretch.end();
    }
    Stretch { pieces }
}

/// Everything that a view shows.
pub fn whole(visit: &Visit, kind: ViewKind) -> Range<u64> {
    match kind {
        ViewKind::Wire => 0..visit.exchange().dialogue.len(),
        kind => in_view(visit, kind, &(0..window(visit, kind).there())),
    }
}

pub fn whence(visit: &Visit, kind: ViewKind, at: u64) -> Whence<'_> {
    let exchange = visit.exchange();
    let answer = visit.answer();
    let size_line = |line| size_line(visit, line);
    match kind {
        ViewKind::Text | ViewKind::Pretty | ViewKind::Rendered | ViewKind::Hex => {
            let own = part(visit, kind).map_or(at..at + 1, |places| places.of_body(at));
            match visit.meaning.shown() {
                Some(decoded) => {
                    let coded = decoded.coded(own.start);
                    let origin = exchange.origin_of_body(&answer, coded.start, size_line);
                    Whence::Decoded(own.start, coded, origin)
                }
                None => {
                    let origin = exchange.origin_of_body(&answer, own.start, size_line);
                    match own.end - own.start {
                        1 => Whence::Received(origin),
                        _ => Whence::Decoded(at, own, origin),
                    }
                }
            }
        }
        ViewKind::Wire => match exchange.dialogue.byte(at) {
            Byte::Received(at) => Whence::Received(exchange.origin(at, size_line)),
            Byte::Sent(at) => Whence::Sent(at, exchange.sent_by(at)),
        },
        ViewKind::Headers => Whence::Received(exchange.origin(at, size_line)),
    }
}

/// Where the bytes of the part stand of which this view shows a page.
fn part(visit: &Visit, kind: ViewKind) -> Option<&Places> {
    let part = visit.rendering.page_of_part();
    let (_, places) = part.filter(|_| kind == ViewKind::Rendered)?;
    Some(places)
}

/// The same byte in another view; `None` where that does not show it.
pub fn translate(visit: &Visit, from: ViewKind, at: u64, to: ViewKind) -> Option<u64> {
    let (from, at) = match part(visit, from) {
        // In the offsets of all the body.
        Some(places) => (ViewKind::Text, places.of_body(at).start),
        None => (from, at),
    };
    let found = of_whole(visit, from, at, to)?;
    part(visit, to).map_or(Some(found), |places| places.of_part(found))
}

/// The same, of views of the whole body.
fn of_whole(visit: &Visit, from: ViewKind, at: u64, to: ViewKind) -> Option<u64> {
    let exchange = visit.exchange();
    let dialogue = &exchange.dialogue;
    // Views but Wire show one response alone.
    let answer = visit.answer().wire;
    match (whence(visit, from, at), to) {
        (Whence::Sent(at, _), ViewKind::Wire) => Some(dialogue.address(Byte::Sent(at))),
        (Whence::Sent(..), _) => None,
        (
            Whence::Decoded(at, ..),
            ViewKind::Text | ViewKind::Pretty | ViewKind::Rendered | ViewKind::Hex,
        ) => Some(at),
        (
            Whence::Received(origin),
            ViewKind::Text | ViewKind::Pretty | ViewKind::Rendered | ViewKind::Hex,
        ) => match origin.part {
            Part::Body(at) if answer.contains(&origin.wire?) => Some(match visit.meaning.shown() {
                Some(decoded) => decoded.decoded(at),
                None => at,
            }),
            _ => None,
        },
        (Whence::Received(origin) | Whence::Decoded(_, _, origin), ViewKind::Wire) => {
            Some(dialogue.address(Byte::Received(origin.wire?)))
        }
        (Whence::Received(origin) | Whence::Decoded(_, _, origin), ViewKind::Headers) => {
            match origin.part {
                Part::StatusLine | Part::Field(_) | Part::HeadEnd | Part::Trailer(_) => {
                    origin.wire.filter(|at| answer.contains(at))
                }
                _ => None,
            }
        }
    }
}

/// Where a ruler's marks stand in a range of a view's offsets.
pub fn ruled(visit: &Visit, kind: ViewKind, of: Starts, range: Range<u64>) -> Vec<u64> {
    let exchange = visit.exchange();
    match kind {
        // Between two marks nobody knows where a recv's bytes went.
        ViewKind::Text | ViewKind::Pretty | ViewKind::Rendered | ViewKind::Hex
            if visit.meaning.shown().is_some() || part(visit, kind).is_some() =>
        {
            return Vec::new();
        }
        ViewKind::Text | ViewKind::Pretty | ViewKind::Rendered | ViewKind::Hex => {
            return exchange.starts(of, Space::Body(&visit.answer()), range);
        }
        ViewKind::Wire => {}
        ViewKind::Headers => return Vec::new(),
    }
    let mut starts = exchange.starts(
        of,
        Space::Wire,
        in_window(visit, kind, range.start)..in_window(visit, kind, range.end),
    );
    for at in &mut starts {
        *at = exchange.dialogue.address(Byte::Received(*at));
    }
    starts
}

/// The length of a chunk's size line, with its LF.
fn size_line(visit: &Visit, line: u64) -> Option<u64> {
    // A file that cannot be read says so where its bytes are shown.
    let bytes = visit.received().read(line, SIZE_LINE).ok()?;
    Some(memchr::memchr(b'\n', &bytes)? as u64 + 1)
}
