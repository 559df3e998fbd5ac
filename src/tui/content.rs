//! What a body means to the views: its content coding undone, its charset.
//!
//! Holds what was found out, not bytes. The undoing is [`super::unpack`]'s; who decides a
//! charset is `decode`'s.

use std::ops::Range;

use encoding_rs::Encoding;

use crate::body::{Store, Window};
use crate::decode::charset::PREFIX;
use crate::decode::{By, Charset, Codings, Fault};
use crate::tui::unpack::{Mark, State, Unpacked};

/// Marks that are kept.
const MARKS: usize = 4096;

/// See the module's words.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// The number of the response that this is of; 0 before any.
    pub of: u32,
    pub charset: Charset,
    /// Bytes of the content that were looked at for it.
    looked_at: usize,
    /// The body is shown with its coding, as it came.
    pub as_received: bool,
    /// `None`: the body has no content coding that can be undone.
    pub decoded: Option<Decoded>,
}

/// A coded body's decoding.
#[derive(Clone, Debug)]
pub struct Decoded {
    pub codings: Codings,
    pub store: Store,
    pub at: Mark,
    pub state: State,
    pub faults: Vec<Fault>,
    /// Ascending; the first is of nothing decoded.
    marks: Vec<Mark>,
    /// Coded bytes between two marks, at least; never 0.
    gap: u64,
    /// Bytes of the body that its thread knows of, and whether that was all.
    told: Option<(u64, bool)>,
}

impl Content {
    /// Looks at the first bytes of the content, as long as there are few; what the user
    /// chose stays.
    pub fn sniff(&mut self, content: &Window, content_type: &str) {
        let there = usize::try_from(content.there()).map_or(PREFIX, |there| there.min(PREFIX));
        if there <= self.looked_at || self.charset.by == By::Hand {
            return;
        }
        // A file that cannot be read says so where its bytes are shown.
        let start = content.read(0, there).unwrap_or_default();
        self.charset = Charset::of(&start, content_type);
        self.looked_at = there;
    }

    /// `None`: what the bytes and the head say, from the next look on.
    pub fn choose(&mut self, encoding: Option<&'static Encoding>) {
        self.looked_at = 0;
        self.charset = encoding.map(Charset::by_hand).unwrap_or_default();
    }

    /// Other bytes are shown: what was found out holds no more, but for what the user chose.
    pub fn look_again(&mut self) {
        if self.charset.by != By::Hand {
            self.choose(None);
        }
    }

    /// The body has these codings; they are to be undone.
    pub fn begin(&mut self, codings: Codings) {
        self.decoded = Some(Decoded {
            codings,
            store: Store::default(),
            at: Mark::default(),
            state: State::Running,
            faults: Vec::new(),
            marks: vec![Mark::default()],
            gap: 1,
            told: None,
        });
    }

    /// What the views show of a coded body; `None`: the body itself.
    pub fn shown(&self) -> Option<&Decoded> {
        self.decoded.as_ref().filter(|_| !self.as_received)
    }
}

impl Decoded {
    /// Notes what the thread is told of the body; false where it was told that before.
    pub fn told(&mut self, body: u64, over: bool) -> bool {
        let is = Some((body, over));
        std::mem::replace(&mut self.told, is) != is
    }

    /// The thread has told.
    pub fn take(&mut self, unpacked: Unpacked) {
        self.store = unpacked.store;
        self.at = unpacked.at;
        self.state = unpacked.state;
        self.faults = unpacked.faults;
        for mark in unpacked.marks {
            self.keep(mark);
        }
    }

    /// Marks stand `gap` coded bytes apart or more; when they are too many, further.
    fn keep(&mut self, mark: Mark) {
        let gap = self.gap;
        let last = self.marks.last().map_or(0, |last| last.coded);
        if mark.coded < last.saturating_add(gap) {
            return;
        }
        self.marks.push(mark);
        if self.marks.len() > MARKS {
            self.gap = mark.coded / (MARKS as u64 / 2);
            let all = std::mem::take(&mut self.marks);
            self.marks.push(Mark::default());
            for mark in all {
                self.keep(mark);
            }
        }
    }

    /// All of it.
    pub fn whole(&self) -> Window {
        Window::whole(&self.store)
    }

    /// What the first so many bytes of the body decode to, as far as the marks tell.
    pub fn of(&self, body: u64) -> Window {
        let mark = match body >= self.at.coded {
            true => self.at,
            false => self.marks[self.after(|mark| mark.coded <= body) - 1],
        };
        Window {
            store: self.store.clone(),
            start: 0,
            len: mark.decoded.min(self.store.len()),
        }
    }

    /// The coded bytes between two marks that this decoded byte came of.
    pub fn coded(&self, at: u64) -> Range<u64> {
        let after = self.after(|mark| mark.decoded <= at);
        let next = self.marks.get(after).unwrap_or(&self.at);
        self.marks[after - 1].coded..next.coded.max(self.marks[after - 1].coded + 1)
    }

    /// The first byte that this coded byte's stretch came to.
    pub fn decoded(&self, coded: u64) -> u64 {
        self.marks[self.after(|mark| mark.coded <= coded) - 1].decoded
    }

    /// How many marks are before; never 0, since the first is of nothing.
    fn after(&self, is_before: impl Fn(&Mark) -> bool) -> usize {
        self.marks.partition_point(is_before).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_tell_what_came_of_what() {
        let mut content = Content::default();
        content.begin(Codings::of(["gzip"].into_iter()));
        let mut decoded = content.decoded.unwrap();
        let mark = |coded, decoded| Mark { coded, decoded };
        decoded.take(Unpacked {
            store: Store::default(),
            at: mark(200, 5000),
            marks: vec![
                mark(64, 0),
                mark(128, 1000),
                mark(192, 5000),
                mark(200, 5000),
            ],
            state: State::Over,
            faults: Vec::new(),
        });
        for (at, coded) in [
            (0, 64..128),
            (999, 64..128),
            (1000, 128..192),
            (4999, 128..192),
        ] {
            assert_eq!(decoded.coded(at), coded, "{at}");
        }
        for (coded, at) in [(0, 0), (100, 0), (128, 1000), (191, 1000), (500, 5000)] {
            assert_eq!(decoded.decoded(coded), at, "{coded}");
        }
    }

    #[test]
    fn marks_stay_few() {
        let mut content = Content::default();
        content.begin(Codings::of(["gzip"].into_iter()));
        let mut decoded = content.decoded.unwrap();
        for n in 1..100_000 {
            let at = Mark {
                coded: n,
                decoded: 2 * n,
            };
            decoded.take(Unpacked {
                store: Store::default(),
                at,
                marks: vec![at],
                state: State::Running,
                faults: Vec::new(),
            });
        }
        assert!(decoded.marks.len() <= MARKS);
        assert_eq!(decoded.marks[0], Mark::default());
        let coded = decoded.coded(100_000);
        assert!(
            coded.contains(&50_000) && coded.end - coded.start <= 200,
            "{coded:?}"
        );
    }
}
