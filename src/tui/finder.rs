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
use crate::tui::message::{Message, Search};

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

    /// Looks for the next hit, round the end of the bytes where there is none before it.
    pub fn look(&mut self, search: Search, from: u64, back: bool, steady: bool) {
        let wanted = renew(&mut self.looking);
        let messages = self.messages.clone();
        std::thread::spawn(move || {
            let message = match look(&search, from, back, &wanted) {
                Ok(Some((hit, wrapped))) => Message::Found {
                    id: search.id,
                    view: search.view,
                    hit,
                    wrapped,
                    back,
                    steady,
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
/// called off.
fn look(
    search: &Search,
    from: u64,
    back: bool,
    wanted: &AtomicBool,
) -> io::Result<Option<(Option<Range<u64>>, bool)>> {
    let Search {
        pattern, window, ..
    } = search;
    let mut at = from;
    let mut wrapped = false;
    while wanted.load(Ordering::Relaxed) {
        let answer = match back {
            false => pattern.next(window, at, SLICE)?,
            true => pattern.previous(window, at, SLICE)?,
        };
        match answer {
            Answer::Found(hit) => return Ok(Some((Some(hit), wrapped))),
            Answer::Continue(next) => at = next,
            Answer::NotFound if wrapped => return Ok(Some((None, true))),
            Answer::NotFound => {
                wrapped = true;
                at = if back { u64::MAX } else { 0 };
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
            let found = look(&search, from, back, &AtomicBool::new(true)).unwrap();
            let (hit, wrapped) = found.unwrap();
            let found = hit.map(|hit| (hit.start, wrapped));
            assert_eq!(found, want, "{typed} {from} {back}");
            let off = look(&search, from, back, &AtomicBool::new(false));
            assert_eq!(off.unwrap(), None, "called off");
        }
    }
}
