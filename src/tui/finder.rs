//! The threads behind find: one looks for the next hit, one counts them all.
//!
//! Owns what they are told to look for ([`Search`], [`Way`]). Each reads a bounded piece,
//! then sees whether it is still wanted: a new search or [`Finder::stop`] ends the one
//! before.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::body::{Answer, Pattern, Tally};
use crate::tui::searched::Piece;
use crate::tui::visit::{ViewKind, VisitId};

/// Bytes of a piece: a few milliseconds of work.
const SLICE: u64 = 8 * 1024 * 1024;
/// How often a count tells how far it is.
const TELL: Duration = Duration::from_millis(100);

/// What is looked for, and where.
#[derive(Clone, Debug)]
pub struct Search {
    pub id: VisitId,
    pub view: ViewKind,
    /// In order, at least one.
    pub pieces: Vec<Piece>,
    pub pattern: Arc<Pattern>,
}

/// From where, and which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// In the window.
    pub from: u64,
    pub back: bool,
    /// It begins at the hit before.
    pub steady: bool,
    /// On from the other end where there is none before this one.
    pub round: bool,
}

/// What a search tells.
pub enum Told {
    /// So many bytes are looked at, and no hit so far.
    Looked(u64),
    /// The end of it: a hit, or none.
    Found {
        hit: Option<Range<u64>>,
        /// It went round an end of the bytes.
        wrapped: bool,
    },
    /// The bytes cannot be read back.
    Failed(io::Error),
}

#[derive(Default)]
pub struct Finder {
    looking: Wanted,
    counting: Wanted,
}

/// Set to false when nobody waits for the answer any more.
type Wanted = Arc<AtomicBool>;

impl Finder {
    /// Looks for the next hit; where there is none before the end of the bytes and the
    /// way says so, round it.
    pub fn look(&mut self, search: Search, way: Way, tell: impl Fn(Told) + Send + 'static) {
        let wanted = renew(&mut self.looking);
        std::thread::spawn(move || {
            let mut told = Instant::now();
            let looked = look(&search, way, |done| {
                if told.elapsed() >= TELL {
                    told = Instant::now();
                    tell(Told::Looked(done));
                }
                wanted.load(Ordering::Relaxed)
            });
            match looked {
                Ok(Some((hit, wrapped))) => tell(Told::Found { hit, wrapped }),
                // Another search answers, or none is wanted.
                Ok(None) => {}
                Err(err) => tell(Told::Failed(err)),
            }
        });
    }

    /// Counts all hits, and those before `base`; tells the hits so far, and how many bytes
    /// are looked at, `None` at the end.
    pub fn count(
        &mut self,
        search: Search,
        base: u64,
        tell: impl Fn((Tally, Option<u64>)) + Send + 'static,
    ) {
        let wanted = renew(&mut self.counting);
        std::thread::spawn(move || {
            let mut told = Instant::now();
            let mut tally = Tally::default();
            let mut done = 0;
            for piece in &search.pieces {
                let base = base.saturating_sub(piece.at);
                let mut at = 0;
                // What cannot be read is not counted; looking says so.
                while let Ok(Some(next)) =
                    search
                        .pattern
                        .count(&piece.window, at, SLICE, base, &mut tally)
                {
                    at = next;
                    if !wanted.load(Ordering::Relaxed) {
                        return;
                    }
                    if told.elapsed() >= TELL {
                        told = Instant::now();
                        tell((tally, Some(done + at)));
                    }
                }
                done += piece.window.there();
            }
            tell((tally, None));
        });
    }

    pub fn stop(&mut self) {
        self.looking.store(false, Ordering::Relaxed);
        self.counting.store(false, Ordering::Relaxed);
    }
}

/// Ends the thread before; the new one's flag.
fn renew(wanted: &mut Wanted) -> Wanted {
    wanted.store(false, Ordering::Relaxed);
    *wanted = Arc::new(AtomicBool::new(true));
    Arc::clone(wanted)
}

/// The hit, if there is one, and whether it lies round the end; `None` when it was
/// called off. `go_on` is told how many bytes were looked at.
fn look(
    search: &Search,
    way: Way,
    mut go_on: impl FnMut(u64) -> bool,
) -> io::Result<Option<(Option<Range<u64>>, bool)>> {
    let Search {
        pattern, pieces, ..
    } = search;
    // The last piece that holds bytes before (or at) that place; the first one otherwise.
    let holds = |piece: &Piece| piece.at < way.from || piece.at == way.from && !way.back;
    let mut number = pieces.iter().rposition(holds).unwrap_or(0);
    let mut at = pieces
        .get(number)
        .map_or(0, |piece| way.from.saturating_sub(piece.at));
    let mut wrapped = false;
    let mut done = 0;
    while go_on(done)
        && let Some(piece) = pieces.get(number)
    {
        let answer = match way.back {
            false => pattern.next(&piece.window, at, SLICE)?,
            true => pattern.previous(&piece.window, at, SLICE)?,
        };
        let there = piece.window.there();
        match answer {
            Answer::Found(hit) => {
                let hit = hit.start + piece.at..hit.end + piece.at;
                return Ok(Some((Some(hit), wrapped)));
            }
            Answer::Continue(next) => {
                done += next.abs_diff(at.min(there));
                at = next;
            }
            Answer::NotFound => {
                let last = pieces.len() - 1;
                let end = if way.back {
                    number == 0
                } else {
                    number == last
                };
                if end && (wrapped || !way.round) {
                    return Ok(Some((None, wrapped)));
                }
                wrapped |= end;
                done += match way.back {
                    true => at.min(there),
                    false => there.saturating_sub(at),
                };
                (number, at) = match (end, way.back) {
                    (false, false) => (number + 1, 0),
                    (false, true) => (number - 1, u64::MAX),
                    (true, false) => (0, 0),
                    (true, true) => (last, u64::MAX),
                };
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Memory, Window, Writer};

    fn piece(at: u64, bytes: &[u8]) -> Piece {
        let mut writer = Writer::new(&Memory::new(10_000));
        writer.append(bytes).unwrap();
        Piece {
            window: Window::whole(&writer.store()),
            at,
        }
    }

    #[test]
    fn a_search_goes_round_both_ends() {
        let whole = vec![piece(0, b"ab..ab..")];
        // No hit goes over the ends of a part; between them may be bytes of no piece.
        let cut = vec![piece(0, b"ab..a"), piece(5, b"b.ab"), piece(20, b".ab")];
        let nothing = vec![piece(0, b""), piece(0, b"")];
        for (pieces, typed, from, back, want) in [
            (&whole, "ab", 0, false, Some((0, false))),
            (&whole, "ab", 1, false, Some((4, false))),
            (&whole, "ab", 5, false, Some((0, true))),
            (&whole, "ab", 4, true, Some((0, false))),
            (&whole, "ab", 0, true, Some((4, true))),
            (&whole, "/b./", 6, false, Some((1, true))),
            (&whole, "no", 3, false, None),
            (&whole, "no", 3, true, None),
            (&cut, "ab", 1, false, Some((7, false))),
            (&cut, "ab", 5, false, Some((7, false))),
            (&cut, "ab", 8, false, Some((21, false))),
            (&cut, "ab", 22, false, Some((0, true))),
            (&cut, "ab", 21, true, Some((7, false))),
            (&cut, "ab", 7, true, Some((0, false))),
            (&cut, "ab", 5, true, Some((0, false))),
            (&cut, "ab", 0, true, Some((21, true))),
            (&cut, "no", 8, true, None),
            (&nothing, "ab", 0, false, None),
            (&nothing, "ab", 0, true, None),
        ] {
            let search = Search {
                id: 1,
                view: ViewKind::Text,
                pieces: pieces.clone(),
                pattern: Arc::new(Pattern::typed(typed, false).unwrap()),
            };
            let way = Way {
                from,
                back,
                steady: false,
                round: true,
            };
            let (hit, wrapped) = look(&search, way, |_| true).unwrap().unwrap();
            let found = hit.map(|hit| (hit.start, wrapped));
            assert_eq!(found, want, "{typed} {from} {back}");
            let once = Way {
                round: false,
                ..way
            };
            let (hit, _) = look(&search, once, |_| true).unwrap().unwrap();
            let before = want.filter(|&(_, wrapped)| !wrapped).map(|(at, _)| at);
            assert_eq!(
                hit.map(|hit| hit.start),
                before,
                "{typed} {from} {back}, once"
            );
            let off = look(&search, way, |_| false);
            assert_eq!(off.unwrap(), None, "called off");
        }
    }
}
