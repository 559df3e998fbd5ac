//! The threads behind find: one looks for the next hit, one counts them all.
//!
//! Each reads a bounded piece, then sees whether it is still wanted: a new search or
//! [`Finder::stop`] ends the one before. They answer by messages.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use crate::body::{Answer, Tally};
use crate::tui::message::{Message, Search, Way};

/// Bytes of a piece: a few milliseconds of work.
const SLICE: u64 = 8 * 1024 * 1024;
/// How often a count tells how far it is.
const TELL: Duration = Duration::from_millis(100);

pub struct Finder {
    messages: Sender<Message>,
    looking: Wanted,
    counting: Wanted,
}

/// Set to false when nobody waits for the answer any more.
type Wanted = Arc<AtomicBool>;

impl Finder {
    pub fn new(messages: Sender<Message>) -> Finder {
        Finder {
            messages,
            looking: Wanted::default(),
            counting: Wanted::default(),
        }
    }

    /// Looks for the next hit; where there is none before the end of the bytes and the
    /// way says so, round it.
    pub fn look(&mut self, search: Search, way: Way) {
        let wanted = renew(&mut self.looking);
        let messages = self.messages.clone();
        std::thread::spawn(move || {
            let mut told = Instant::now();
            let looked = look(&search, way, |done| {
                if told.elapsed() >= TELL {
                    told = Instant::now();
                    let id = search.id;
                    let _ = messages.send(Message::Looked { id, done });
                }
                wanted.load(Ordering::Relaxed)
            });
            let message = match looked {
                Ok(Some((hit, wrapped))) => Message::Found {
                    id: search.id,
                    view: search.view,
                    hit,
                    wrapped,
                    way,
                },
                // Another search answers, or none is wanted.
                Ok(None) => return,
                Err(err) => Message::Complain(format!("find: {err}")),
            };
            // The loop has ended: nobody is left to tell.
            let _ = messages.send(message);
        });
    }

    /// Counts all hits, and those before `base`.
    pub fn count(&mut self, search: Search, base: u64) {
        let wanted = renew(&mut self.counting);
        let messages = self.messages.clone();
        std::thread::spawn(move || {
            let tell = |tally, done| {
                let _ = messages.send(Message::Counted {
                    id: search.id,
                    view: search.view,
                    base,
                    tally,
                    done,
                });
            };
            let mut told = Instant::now();
            let mut tally = Tally::default();
            let mut at = 0;
            while wanted.load(Ordering::Relaxed) {
                match search
                    .pattern
                    .count(&search.window, at, SLICE, base, &mut tally)
                {
                    Ok(Some(next)) => at = next,
                    // What cannot be read is not counted; looking says so.
                    Ok(None) | Err(_) => return tell(tally, None),
                }
                if told.elapsed() >= TELL {
                    told = Instant::now();
                    tell(tally, Some(at));
                }
            }
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
        pattern, window, ..
    } = search;
    let mut at = way.from;
    let mut wrapped = false;
    let mut done = 0;
    while go_on(done) {
        let answer = match way.back {
            false => pattern.next(window, at, SLICE)?,
            true => pattern.previous(window, at, SLICE)?,
        };
        match answer {
            Answer::Found(hit) => return Ok(Some((Some(hit), wrapped))),
            Answer::Continue(next) => {
                done += next.abs_diff(at.min(window.there()));
                at = next;
            }
            Answer::NotFound if wrapped || !way.round => return Ok(Some((None, wrapped))),
            Answer::NotFound => {
                wrapped = true;
                done = match way.back {
                    true => way.from,
                    false => window.there().saturating_sub(way.from),
                };
                at = if way.back { u64::MAX } else { 0 };
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Memory, Pattern, Window, Writer};
    use crate::tui::visit::ViewKind;

    #[test]
    fn a_search_goes_round_both_ends() {
        let mut writer = Writer::new(&Memory::new(10_000));
        writer.append(b"ab..ab..").unwrap();
        for (typed, from, back, want) in [
            ("ab", 0, false, Some((0, false))),
            ("ab", 1, false, Some((4, false))),
            ("ab", 5, false, Some((0, true))),
            ("ab", 4, true, Some((0, false))),
            ("ab", 0, true, Some((4, true))),
            ("/b./", 6, false, Some((1, true))),
            ("no", 3, false, None),
            ("no", 3, true, None),
        ] {
            let search = Search {
                id: 1,
                view: ViewKind::Text,
                window: Window::whole(&writer.store()),
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
