//! What a find looks through in each view: pieces, each searched by itself.
//!
//! In Text and Hex the body; in Wire what was sent and what was received, stretch by
//! stretch; in Headers the response's heads, then its trailers.

use std::ops::Range;

use crate::body::{Memory, Pattern, Store, Window, Writer};
use crate::exchange::dialogue::{Byte, Stretch};
use crate::tui::address;
use crate::tui::visit::{ViewKind, Visit};

/// No hit goes over its ends.
#[derive(Clone, Debug)]
pub struct Piece {
    pub window: Window,
    /// The view's offset of its first byte.
    pub at: u64,
}

/// In order; at least one.
pub fn pieces(visit: &Visit, kind: ViewKind) -> Vec<Piece> {
    if kind == ViewKind::Wire {
        let sent = copied(visit.sent());
        let all = 0..visit.exchange().dialogue.len();
        return dialogue(visit, &all, |first, len| window(&sent, first, len));
    }
    let window = address::window(visit, kind);
    let at = address::in_view(visit, kind, &(0..0)).start;
    let mut pieces = vec![Piece { window, at }];
    if kind == ViewKind::Headers {
        pieces.extend(trailers(visit));
    }
    pieces
}

/// The view's offset behind the last byte that has come.
pub fn end(pieces: &[Piece]) -> u64 {
    let ends = pieces.iter().map(|piece| piece.at + piece.window.there());
    ends.max().unwrap_or(0)
}

/// The hits of a pattern among the bytes on screen, for marking them; a file that cannot
/// be read says so in the rows themselves.
pub fn found(
    visit: &Visit,
    kind: ViewKind,
    pattern: &Pattern,
    shown: &Range<u64>,
) -> Vec<Range<u64>> {
    let pieces = match kind {
        ViewKind::Wire => near(visit, shown),
        kind => pieces(visit, kind),
    };
    let hits = pieces.iter().flat_map(|piece| {
        let inside = |at: u64| at.saturating_sub(piece.at).min(piece.window.len);
        let range = inside(shown.start)..inside(shown.end);
        let hits = pattern.hits(&piece.window, range).unwrap_or_default();
        hits.into_iter()
            .map(|hit| hit.start + piece.at..hit.end + piece.at)
    });
    hits.collect()
}

/// The stretches in sight; of a long request only what is near is copied.
fn near(visit: &Visit, shown: &Range<u64>) -> Vec<Piece> {
    const NEAR: u64 = 64 * 1024;
    let around = shown.start.saturating_sub(NEAR)..shown.end.saturating_add(NEAR);
    let mut pieces = dialogue(visit, shown, |first, len| {
        window(
            &copied(part(visit.sent(), first, len.min(2 * NEAR))),
            0,
            len,
        )
    });
    // A stretch that began far above is copied from near the screen on.
    for piece in &mut pieces {
        let skipped = around.start.saturating_sub(piece.at);
        if let Byte::Sent(at) = visit.exchange().dialogue.byte(piece.at)
            && skipped > 0
        {
            let len = piece
                .window
                .len
                .saturating_sub(skipped)
                .min(around.end - around.start);
            *piece = Piece {
                window: window(&copied(part(visit.sent(), at + skipped, len)), 0, len),
                at: piece.at + skipped,
            };
        }
    }
    pieces
}

/// The stretches that touch a range of the Wire view's offsets.
fn dialogue(visit: &Visit, range: &Range<u64>, sent: impl Fn(u64, u64) -> Window) -> Vec<Piece> {
    let dialogue = &visit.exchange().dialogue;
    let received = visit.received();
    let mut pieces = Vec::new();
    let mut at = range.start;
    while let Some(stretch @ Stretch { first, len, .. }) = dialogue.stretch(at)
        && (at < range.end || pieces.is_empty())
    {
        let window = match first {
            Byte::Sent(first) => sent(first, len),
            Byte::Received(first) => Window {
                start: received.start + first,
                len,
                ..received.clone()
            },
        };
        pieces.push(Piece {
            window,
            at: stretch.at,
        });
        if stretch.end() <= at {
            break;
        }
        at = stretch.end();
    }
    if pieces.is_empty() {
        let window = received;
        pieces.push(Piece { window, at: 0 });
    }
    pieces
}

fn trailers(visit: &Visit) -> Option<Piece> {
    let trailers = visit.answer().trailers;
    let (first, last) = (trailers.first()?, trailers.last()?);
    let at = first.offset.saturating_sub(visit.exchange().wire_base);
    let end = last.offset.saturating_add(u64::from(last.len));
    let window = Window {
        start: at,
        len: end.saturating_sub(first.offset),
        ..visit.received()
    };
    Some(Piece { window, at })
}

fn part(bytes: &[u8], first: u64, len: u64) -> &[u8] {
    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
    &bytes[place(first)..place(first.saturating_add(len))]
}

/// Bytes of the request as a store: they lie in memory already.
fn copied(bytes: &[u8]) -> Store {
    let mut writer = Writer::new(&Memory::new(bytes.len() as u64));
    // Memory of just their length takes them; were it not so, nothing would be found.
    let _ = writer.append(bytes);
    writer.store()
}

fn window(store: &Store, start: u64, len: u64) -> Window {
    Window {
        store: store.clone(),
        start,
        len,
    }
}
