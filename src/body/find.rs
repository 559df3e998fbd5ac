//! Finding bytes in a window, forwards and backwards, a bounded piece of work a call.
//!
//! Owns nothing that lasts: an answer is an offset, and where to go on. It keeps no list
//! of hits, so a search in 10 GiB costs one buffer of 64 KiB.

use std::io;
use std::ops::Range;

use memchr::memmem::{Finder, FinderRev};

use super::store::Window;

/// Bytes looked at at once: read and searched while they are in the core's own cache.
const LOOK: usize = 64 * 1024;

/// Bytes to look for.
#[derive(Clone, Debug)]
pub struct Needle {
    forwards: Finder<'static>,
    backwards: FinderRev<'static>,
    ignore_case: bool,
}

/// What one call found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<T = u64> {
    /// Of a needle: the offset of the hit's first byte.
    Found(T),
    /// There is none up to the window's end, or back to its start.
    NotFound,
    /// None within the budget: call again from here.
    Continue(u64),
}

impl<T> Answer<T> {
    /// What was found, otherwise told.
    pub fn map<U>(self, tell: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Answer::Found(hit) => Answer::Found(tell(hit)),
            Answer::NotFound => Answer::NotFound,
            Answer::Continue(at) => Answer::Continue(at),
        }
    }
}

impl Needle {
    /// `ignore_case`: `a` to `z` find `A` to `Z` too, and only these.
    pub fn new(bytes: &[u8], ignore_case: bool) -> Needle {
        let bytes = match ignore_case {
            true => bytes.to_ascii_lowercase(),
            false => bytes.to_vec(),
        };
        Needle {
            forwards: Finder::new(&bytes).into_owned(),
            backwards: FinderRev::new(&bytes).into_owned(),
            ignore_case,
        }
    }

    /// Bytes of a hit.
    pub fn len(&self) -> usize {
        self.forwards.needle().len()
    }

    /// An empty needle finds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first hit that starts at `from` or later, looking at about `budget` bytes.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn next(&self, window: &Window, from: u64, budget: u64) -> io::Result<Answer> {
        let mut buf = self.buffer();
        let mut at = from;
        while !self.is_empty() {
            let n = window.read_at(at, &mut buf)?;
            if n < self.len() {
                break;
            }
            if let Some(hit) = self.forwards.find(self.fold(&mut buf[..n])) {
                return Ok(Answer::Found(at + hit as u64));
            }
            // The next look begins where a hit could begin that did not fit.
            at += (n - self.len() + 1) as u64;
            if at - from >= budget {
                return Ok(Answer::Continue(at));
            }
        }
        Ok(Answer::NotFound)
    }

    /// The last hit that starts before `before`, looking at about `budget` bytes.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn previous(&self, window: &Window, before: u64, budget: u64) -> io::Result<Answer> {
        let mut buf = self.buffer();
        let first = before.min(window.there());
        let mut before = first;
        while !self.is_empty() && before > 0 {
            // A look at all hits that start in `at..before`; the last of them may reach
            // `len - 1` bytes past `before`.
            let reach = self.len() - 1;
            let at = before.saturating_sub((buf.len() - reach) as u64);
            let want = (before - at) as usize + reach;
            let n = window.read_at(at, &mut buf[..want])?;
            if let Some(hit) = self.backwards.rfind(self.fold(&mut buf[..n])) {
                return Ok(Answer::Found(at + hit as u64));
            }
            before = at;
            if before > 0 && first - before >= budget {
                return Ok(Answer::Continue(before));
            }
        }
        Ok(Answer::NotFound)
    }

    /// The hits that touch a range of at most a few screens, for marking them; they do
    /// not overlap.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn hits(&self, window: &Window, range: Range<u64>) -> io::Result<Vec<Range<u64>>> {
        if self.is_empty() || range.is_empty() {
            return Ok(Vec::new());
        }
        let reach = self.len() as u64 - 1;
        let from = range.start.saturating_sub(reach);
        let to = range.end.saturating_add(reach);
        let most = usize::try_from(to - from).unwrap_or(LOOK).min(LOOK);
        let mut bytes = window.read(from, most)?;
        let hits = self.forwards.find_iter(self.fold(&mut bytes));
        Ok(hits
            .map(|hit| from + hit as u64..from + (hit + self.len()) as u64)
            .collect())
    }

    /// Each hit that starts in the piece at `at`, in order, those that overlap too; then
    /// where the next piece is.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn each(
        &self,
        window: &Window,
        at: u64,
        hit: &mut dyn FnMut(u64),
    ) -> io::Result<Option<u64>> {
        let mut buf = self.buffer();
        let n = window.read_at(at, &mut buf)?;
        if self.is_empty() || n < self.len() {
            return Ok(None);
        }
        let bytes = self.fold(&mut buf[..n]);
        let mut from = 0;
        while let Some(found) = self.forwards.find(&bytes[from..]) {
            hit(at + (from + found) as u64);
            from += found + 1;
        }
        let next = at + (n - self.len() + 1) as u64;
        Ok((n == buf.len()).then_some(next))
    }

    /// Room for a piece and for a needle as large as it likes (a user typed it).
    fn buffer(&self) -> Vec<u8> {
        vec![0; LOOK.max(2 * self.len())]
    }

    fn fold<'a>(&self, bytes: &'a mut [u8]) -> &'a [u8] {
        if self.ignore_case {
            bytes.make_ascii_lowercase();
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Memory, Writer};
    use proptest::prelude::*;

    const ALL: u64 = u64::MAX;

    fn window(bytes: &[u8]) -> Window {
        let mut writer = Writer::new(&Memory::new(100_000));
        writer.append(bytes).unwrap();
        Window::whole(&writer.store())
    }

    #[test]
    fn next_and_previous() {
        let window = window(b"one two ONE two");
        for (needle, ignore_case, from, next, previous) in [
            ("one", false, 0, Answer::Found(0), Answer::NotFound),
            ("one", false, 1, Answer::NotFound, Answer::Found(0)),
            ("one", true, 1, Answer::Found(8), Answer::Found(0)),
            ("oNe", true, 9, Answer::NotFound, Answer::Found(8)),
            ("two", false, 99, Answer::NotFound, Answer::Found(12)),
            ("", false, 0, Answer::NotFound, Answer::NotFound),
            (
                "one two ONE two!",
                false,
                0,
                Answer::NotFound,
                Answer::NotFound,
            ),
        ] {
            let needle = Needle::new(needle.as_bytes(), ignore_case);
            assert_eq!(needle.next(&window, from, ALL).unwrap(), next);
            assert_eq!(needle.previous(&window, from, ALL).unwrap(), previous);
        }
    }

    #[test]
    fn hits_across_the_edges_of_the_reads_and_in_slices_of_work() {
        let mut bytes = vec![b'.'; 3 * LOOK];
        let places = [LOOK - 3, LOOK + 100, 2 * LOOK - 2, 3 * LOOK - 6];
        for at in places {
            bytes[at..at + 6].copy_from_slice(b"needle");
        }
        let window = window(&bytes);
        let needle = Needle::new(b"needle", false);
        let mut found = Vec::new();
        let mut from = 0;
        loop {
            match needle.next(&window, from, 1000).unwrap() {
                Answer::Found(at) => {
                    found.push(at as usize);
                    from = at + 1;
                }
                Answer::Continue(at) => {
                    assert!(at > from);
                    from = at;
                }
                Answer::NotFound => break,
            }
        }
        assert_eq!(found, places);

        let mut before = ALL;
        loop {
            match needle.previous(&window, before, 1000).unwrap() {
                Answer::Found(at) => {
                    assert_eq!(found.pop(), Some(at as usize));
                    before = at;
                }
                Answer::Continue(at) => {
                    assert!(at < before);
                    before = at;
                }
                Answer::NotFound => break,
            }
        }
        assert!(found.is_empty());
    }

    proptest! {
        #[test]
        fn as_a_plain_search_finds(
            text in "[abA]{0,60}",
            needle in "[abA]{1,4}",
            from in 0_usize..70,
        ) {
            let window = window(text.as_bytes());
            let starts: Vec<u64> = (0..text.len())
                .filter(|&at| text[at..].starts_with(&needle))
                .map(|at| at as u64)
                .collect();
            let needle = Needle::new(needle.as_bytes(), false);
            let from = from as u64;
            let answer = |hit: Option<&u64>| hit.map_or(Answer::NotFound, |&at| Answer::Found(at));
            let next = starts.iter().find(|&&at| at >= from);
            prop_assert_eq!(needle.next(&window, from, ALL).unwrap(), answer(next));
            let previous = starts.iter().rfind(|&&at| at < from);
            prop_assert_eq!(needle.previous(&window, from, ALL).unwrap(), answer(previous));
        }
    }
}
