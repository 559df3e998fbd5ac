//! A body's form, what is known of its rows, and what of it is folded: the state that the
//! Pretty view of a visit has.
//!
//! Rows that a frame would be long in reading are read ahead ([`lay_out`]).

use std::sync::{Arc, Weak};

use crate::body::Window;
use crate::decode::Letters;
use crate::tui::streamed::Streamed;
use crate::view::pretty::{Fault, Folds, Head, Index, Piece};
use crate::view::{Form, Pretty};

/// Bytes that a frame reads by itself; more are read ahead.
const AHEAD: u64 = 128 * 1024;
/// Bytes between two words about how far it is: a few hundredths of a second.
const STEP: u64 = 8 << 20;

#[derive(Debug)]
pub struct Formed {
    pub form: Form,
    pub index: Index,
    pub folds: Folds,
    /// Read where the form is that of events.
    pub events: Streamed,
    /// A byte to go to as soon as its row is known.
    pub goal: Option<u64>,
    /// Rows are being read ahead, as long as this is here.
    reading: Option<Arc<()>>,
    /// What of the last bytes is malformed, when all are there: so many.
    rest: Option<(u64, Option<Arc<Fault>>)>,
}

impl Formed {
    pub fn new(form: Form, letters: Letters) -> Formed {
        Formed {
            index: Index::read_in(&form, letters),
            form,
            folds: Folds::default(),
            events: Streamed::default(),
            goal: None,
            reading: None,
            rest: None,
        }
    }

    /// In another charset the rows are read anew; false where they are in this one.
    pub fn read_in(&mut self, letters: Letters) -> bool {
        let other = self.index.letters() != letters;
        if other {
            *self = Formed {
                // These are UTF-8 whatever else is said.
                events: std::mem::take(&mut self.events),
                ..Formed::new(self.form.clone(), letters)
            };
        }
        other
    }

    /// Its form can be made out in its charset; else it is text, and a note says so.
    pub fn reads(&self) -> bool {
        Pretty::reads(self.index.letters())
    }

    /// Is there so much to read that it is not done while a frame is drawn? Then from
    /// where, and as long as somebody waits for it.
    pub fn ahead(&mut self, there: u64) -> Option<(Head, Weak<()>)> {
        let behind = there.saturating_sub(self.index.end());
        if self.reading.is_some() || behind <= AHEAD {
            return None;
        }
        let reading = Arc::default();
        let wanted = Arc::downgrade(&reading);
        self.reading = Some(reading);
        Some((self.index.head(), wanted))
    }

    /// All of the body is there: is the rest malformed that nobody reads ahead?
    pub fn look_at_rest(&mut self, window: &Window) {
        let there = window.there();
        let looked = self.rest.as_ref().is_some_and(|(upto, _)| *upto == there);
        if !looked && self.reading.is_none() && there - self.index.end().min(there) <= AHEAD {
            // What cannot be read says so in the rows.
            let fault = self
                .index
                .head()
                .fault_to_the_end(window)
                .unwrap_or_default();
            self.rest = Some((there, fault));
        }
    }

    /// The first place that is malformed, as far as that is known.
    pub fn fault(&self) -> Option<&Fault> {
        let rest = self.rest.as_ref().and_then(|(_, fault)| fault.as_ref());
        self.index.fault().or(rest).map(|fault| &**fault)
    }

    /// Where this byte lies further down than rows are known, it is gone to when they are.
    pub fn await_row(&mut self, at: u64) {
        self.goal = Some(at).filter(|&at| self.reads() && at >= self.index.reach());
    }

    /// These rows are of the bytes that are shown, not of those that were before.
    pub fn waits_for(&self, wanted: &Weak<()>) -> bool {
        let reading = self.reading.as_ref();
        reading.is_some_and(|reading| wanted.ptr_eq(&Arc::downgrade(reading)))
    }

    /// All that was there is read.
    pub fn caught_up(&mut self) {
        self.reading = None;
    }
}

/// Rows that were read ahead.
#[derive(Debug)]
pub struct Ahead {
    /// `None`: the body cannot be read.
    pub piece: Option<Box<Piece>>,
    /// All that was there is read.
    pub done: bool,
}

/// Reads on from `head` to the end of what is there, while `wanted` can be upgraded.
pub fn lay_out(mut head: Head, window: &Window, wanted: &Weak<()>, tell: impl Fn(Ahead)) {
    loop {
        let read = head.read(window, STEP);
        let (piece, done) = match read {
            Ok(piece) => {
                let next = piece.head();
                let done = next.end() == head.end();
                head = next;
                (Some(Box::new(piece)), done)
            }
            // What cannot be read says so in the rows.
            Err(_) => (None, true),
        };
        let done = done || wanted.strong_count() == 0;
        tell(Ahead { piece, done });
        if done {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::body::{Memory, Writer};

    #[test]
    fn rows_are_read_ahead_where_there_are_many() {
        let mut writer = Writer::new(&Memory::new(1 << 20));
        writer.append(&b"[1],\n".repeat(100_000)).unwrap();
        let window = Window::whole(&writer.store());
        let mut formed = Formed::new(Form::Json, Letters::Utf8);
        assert!(formed.ahead(AHEAD).is_none());
        let (head, wanted) = formed.ahead(window.there()).unwrap();
        assert!(formed.ahead(window.there()).is_none(), "it is being read");
        let formed = RefCell::new(formed);
        lay_out(head, &window, &wanted, |Ahead { piece, done }| {
            let mut formed = formed.borrow_mut();
            formed.index.add(*piece.unwrap());
            if done {
                formed.caught_up();
            }
        });
        let mut formed = formed.into_inner();
        assert!(window.there() - formed.index.end() <= 4096);
        assert!(formed.ahead(window.there()).is_none());
    }
}
