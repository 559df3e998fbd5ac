//! A byte's address: the views count from different first bytes, and this is the one
//! place that knows how.
//!
//! ```text
//! Text, Hex   bytes of the body
//! Wire        the bytes sent, then those received
//! Headers     bytes received
//! ```

use std::io;
use std::ops::Range;

use crate::body::{Memory, Pattern, Window, Writer};
use crate::exchange::{Brought, Origin, Part, Space, Starts};
use crate::tui::visit::{ViewKind, Visit};

/// Bytes in which a size line's LF is looked for.
const SIZE_LINE: usize = 4096;

/// Where a byte that is looked at came from.
pub enum Whence<'a> {
    /// The request's byte at this offset, and the send() that took it.
    Sent(u64, Option<Brought>),
    Received(Origin<'a>),
}

/// Bytes of a view, not read: some of the request, then some received.
#[derive(Clone, Debug)]
pub struct Stretch {
    pub sent: Vec<u8>,
    pub received: Window,
}

impl Stretch {
    pub fn len(&self) -> u64 {
        self.sent.len() as u64 + self.received.len
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them: for stretches known to be short.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = self.sent.clone();
        let most = usize::try_from(self.received.len).unwrap_or(usize::MAX);
        bytes.extend(self.received.read(0, most)?);
        Ok(bytes)
    }
}

/// The received bytes that a view shows, and the offset it gives the first of them.
pub fn window(visit: &Visit, kind: ViewKind) -> (Window, u64) {
    match kind {
        ViewKind::Text | ViewKind::Hex => (visit.body(), 0),
        ViewKind::Wire => (visit.received(), visit.sent().len() as u64),
        ViewKind::Headers => {
            let received = visit.received();
            // Without a complete head all there is may be one.
            let len = match visit.exchange().head_bytes {
                0 => received.len,
                bytes => bytes,
            };
            (Window { len, ..received }, 0)
        }
    }
}

/// What a range of a view's offsets holds.
pub fn stretch(visit: &Visit, kind: ViewKind, range: &Range<u64>) -> Stretch {
    let (window, shift) = match kind {
        // Trailers lie behind the body.
        ViewKind::Headers => (visit.received(), 0),
        kind => window(visit, kind),
    };
    let place = |at: u64| usize::try_from(at.min(shift)).unwrap_or(usize::MAX);
    let sent = visit.sent().get(place(range.start)..place(range.end));
    let from = range.start.saturating_sub(shift).min(window.len);
    let to = range.end.saturating_sub(shift).min(window.len);
    Stretch {
        sent: sent
            .filter(|_| kind == ViewKind::Wire)
            .unwrap_or_default()
            .to_vec(),
        received: Window {
            start: window.start + from,
            len: to.saturating_sub(from),
            ..window
        },
    }
}

/// Everything that a view shows.
pub fn whole(visit: &Visit, kind: ViewKind) -> Range<u64> {
    let (window, shift) = window(visit, kind);
    0..shift + window.there()
}

/// A piece of what a view shows, to be searched by itself: no hit goes over its ends.
#[derive(Clone, Debug)]
pub struct Piece {
    pub window: Window,
    /// The view's offset of its first byte.
    pub at: u64,
}

/// What a find looks through: in the Wire view the bytes sent, then those received; in
/// Headers every head, then the trailers.
pub fn searched(visit: &Visit, kind: ViewKind) -> Vec<Piece> {
    let (window, shift) = window(visit, kind);
    let mut parts = vec![Piece { window, at: shift }];
    match kind {
        ViewKind::Text | ViewKind::Hex => {}
        ViewKind::Wire => {
            let sent = copied(visit.sent());
            parts.insert(
                0,
                Piece {
                    window: sent,
                    at: 0,
                },
            );
        }
        ViewKind::Headers => parts.extend(trailers(visit)),
    }
    parts
}

fn trailers(visit: &Visit) -> Option<Piece> {
    let exchange = visit.exchange();
    let (first, last) = (exchange.trailers.first()?, exchange.trailers.last()?);
    let at = first.offset.saturating_sub(exchange.wire_base);
    let end = last.offset.saturating_add(u64::from(last.len));
    let window = Window {
        start: at,
        len: end.saturating_sub(first.offset),
        ..visit.received()
    };
    Some(Piece { window, at })
}

/// The hits of a pattern in what is on screen, for marking them; a file that cannot be
/// read says so in the rows themselves.
pub fn found(
    visit: &Visit,
    kind: ViewKind,
    pattern: &Pattern,
    shown: Range<u64>,
) -> Vec<Range<u64>> {
    let mut hits = Vec::new();
    for part in searched_near(visit, kind, &shown) {
        let inside = |at: u64| at.saturating_sub(part.at);
        let range = inside(shown.start)..inside(shown.end).min(part.window.len);
        let found = pattern.hits(&part.window, range).unwrap_or_default();
        hits.extend(
            found
                .into_iter()
                .map(|hit| hit.start + part.at..hit.end + part.at),
        );
    }
    hits
}

/// What a search near these bytes needs: of a long request not all is copied.
fn searched_near(visit: &Visit, kind: ViewKind, shown: &Range<u64>) -> Vec<Piece> {
    const NEAR: u64 = 64 * 1024;
    if kind != ViewKind::Wire {
        return searched(visit, kind);
    }
    let (window, shift) = window(visit, kind);
    let place = |at: u64| usize::try_from(at.min(shift)).unwrap_or(usize::MAX);
    let from = shown.start.saturating_sub(NEAR);
    let near = visit
        .sent()
        .get(place(from)..place(shown.end.saturating_add(NEAR)));
    let sent = Piece {
        window: copied(near.unwrap_or_default()),
        at: from.min(shift),
    };
    vec![sent, Piece { window, at: shift }]
}

/// Bytes of the request as a window: they lie in memory already, and are few.
fn copied(bytes: &[u8]) -> Window {
    let mut writer = Writer::new(&Memory::new(bytes.len() as u64));
    // Memory of just their length takes them; were it not so, nothing would be found.
    let _ = writer.append(bytes);
    Window::whole(&writer.store())
}

pub fn whence(visit: &Visit, kind: ViewKind, at: u64) -> Whence<'_> {
    let exchange = visit.exchange();
    let size_line = |line| size_line(visit, line);
    match kind {
        ViewKind::Text | ViewKind::Hex => Whence::Received(exchange.origin_of_body(at, size_line)),
        ViewKind::Wire => match at.checked_sub(visit.sent().len() as u64) {
            Some(at) => Whence::Received(exchange.origin(at, size_line)),
            None => Whence::Sent(at, exchange.sent_by(at)),
        },
        ViewKind::Headers => Whence::Received(exchange.origin(at, size_line)),
    }
}

/// The same byte in another view; `None` where that does not show it.
pub fn translate(visit: &Visit, from: ViewKind, at: u64, to: ViewKind) -> Option<u64> {
    let sent = visit.sent().len() as u64;
    match (whence(visit, from, at), to) {
        (Whence::Sent(at, _), ViewKind::Wire) => Some(at),
        (Whence::Sent(..), _) => None,
        (Whence::Received(origin), ViewKind::Text | ViewKind::Hex) => match origin.part {
            Part::Body(at) => Some(at),
            _ => None,
        },
        (Whence::Received(origin), ViewKind::Wire) => Some(sent + origin.wire?),
        (Whence::Received(origin), ViewKind::Headers) => match origin.part {
            Part::StatusLine | Part::Field(_) | Part::HeadEnd | Part::Trailer(_) => origin.wire,
            _ => None,
        },
    }
}

/// Where a ruler's marks stand in a range of a view's offsets.
pub fn ruled(visit: &Visit, kind: ViewKind, of: Starts, range: Range<u64>) -> Vec<u64> {
    let exchange = visit.exchange();
    let sent = match kind {
        ViewKind::Text | ViewKind::Hex => return exchange.starts(of, Space::Body, range),
        ViewKind::Wire => visit.sent().len() as u64,
        ViewKind::Headers => return Vec::new(),
    };
    let range = range.start.saturating_sub(sent)..range.end.saturating_sub(sent);
    let mut starts = exchange.starts(of, Space::Wire, range);
    for at in &mut starts {
        *at += sent;
    }
    starts
}

/// The length of a chunk's size line, with its LF.
fn size_line(visit: &Visit, line: u64) -> Option<u64> {
    // A file that cannot be read says so where its bytes are shown.
    let bytes = visit.received().read(line, SIZE_LINE).ok()?;
    Some(memchr::memchr(b'\n', &bytes)? as u64 + 1)
}
