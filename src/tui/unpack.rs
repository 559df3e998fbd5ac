//! The thread behind a coded body: it undoes the content coding, store to store, as the
//! bytes come.
//!
//! Owns the work and how it is called off. Orders overwrite each other (only the newest
//! counts), so the screen never waits for it; it tells how far it is once a frame.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::body::{Memory, Store, Window, Writer};
use crate::decode::{Codings, Decoder, Fault, Feeding, Limits};

/// How often it tells: a frame.
const TELL: Duration = Duration::from_millis(16);
/// Coded bytes between two marks: few at the body's start, so that early moments of a
/// small body are told apart; at most so many.
const STRIDE: u64 = 32 * 1024;

/// Up to here the coded bytes come to so many decoded ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    pub coded: u64,
    pub decoded: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// All that came is decoded, or will be in a moment.
    Running,
    /// A limit was reached: somebody has to say that it shall go on.
    Limit,
    /// The body is decoded to its end, or as far as it has a meaning.
    Over,
    /// The decoded bytes could not be kept.
    Lost(String),
}

/// How far the work is.
#[derive(Clone, Debug)]
pub struct Unpacked {
    pub store: Store,
    pub at: Mark,
    /// Those since it told before.
    pub marks: Vec<Mark>,
    pub state: State,
    /// What is wrong with the coded bytes.
    pub faults: Vec<Fault>,
}

/// What there is to do.
#[derive(Clone, Debug, Default)]
struct Order {
    body: Window,
    /// The body is all there.
    over: bool,
    go_on: bool,
    unwanted: bool,
    /// Changed since the thread looked.
    new: bool,
}

/// The screen's hold on the thread, which ends when this goes.
pub struct Hand {
    order: Arc<(Mutex<Order>, Condvar)>,
}

impl Hand {
    /// `tell` hears how far the work is.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(
        codings: &Codings,
        memory: &Memory,
        tell: impl Fn(Unpacked) + Send + 'static,
    ) -> std::io::Result<Hand> {
        let hand = Hand {
            order: Arc::default(),
        };
        let order = Arc::clone(&hand.order);
        let mut work = Work::new(codings, memory);
        std::thread::Builder::new()
            .name("unpack".to_owned())
            .spawn(move || {
                while let Some(next) = wait(&order) {
                    let wanted = || !lock(&order.0).unwanted;
                    work.run(&next.body, next.over, next.go_on, wanted, &tell);
                }
            })?;
        Ok(hand)
    }

    /// So much of the body is there.
    pub fn feed(&self, body: Window, over: bool) {
        self.change(|order| {
            order.body = body;
            order.over = over;
        });
    }

    /// Past the limit.
    pub fn go_on(&self) {
        self.change(|order| order.go_on = true);
    }

    fn change(&self, change: impl FnOnce(&mut Order)) {
        let (order, changed) = &*self.order;
        let mut order = lock(order);
        change(&mut order);
        order.new = true;
        changed.notify_one();
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.change(|order| order.unwanted = true);
    }
}

/// The next order; `None` when none comes.
fn wait(order: &(Mutex<Order>, Condvar)) -> Option<Order> {
    let (order, changed) = order;
    let mut order = lock(order);
    while !order.new {
        order = changed.wait(order).unwrap_or_else(PoisonError::into_inner);
    }
    order.new = false;
    let next = order.clone();
    order.go_on = false;
    (!next.unwanted).then_some(next)
}

/// An order is whole after each of its changes.
fn lock(order: &Mutex<Order>) -> MutexGuard<'_, Order> {
    order.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The work itself, without the thread.
pub struct Work {
    decoder: Decoder,
    writer: Writer,
    /// Coded bytes given to the decoder.
    at: u64,
    marks: Vec<Mark>,
    state: State,
    out: Vec<u8>,
}

impl Work {
    pub fn new(codings: &Codings, memory: &Memory) -> Work {
        Work {
            decoder: Decoder::new(codings, Limits::WATCHED),
            writer: Writer::new(memory),
            at: 0,
            marks: Vec::new(),
            state: State::Running,
            out: Vec::new(),
        }
    }

    /// Decodes what is there; tells at its end, and once a frame before.
    pub fn run(
        &mut self,
        body: &Window,
        over: bool,
        go_on: bool,
        wanted: impl Fn() -> bool,
        mut tell: impl FnMut(Unpacked),
    ) {
        if go_on && self.state == State::Limit {
            self.decoder.go_on();
            self.state = State::Running;
        }
        let mut told = Instant::now();
        let mut coded = Vec::new();
        while self.state == State::Running && self.at < body.there() && wanted() {
            let stride = (self.at / 16).clamp(64, STRIDE);
            match body.read(self.at, stride as usize) {
                Ok(bytes) => coded = bytes,
                Err(err) => self.state = State::Lost(err.to_string()),
            }
            self.pass(&coded);
            if told.elapsed() >= TELL {
                told = Instant::now();
                tell(self.told());
            }
        }
        if self.state == State::Running {
            // Nothing comes for now: what is held back is to be seen too.
            self.decoder.flush();
            self.pass(&[]);
        }
        if self.state == State::Running && over && self.at >= body.there() {
            if self.at > 0 {
                self.decoder.finish();
            }
            self.state = State::Over;
        }
        tell(self.told());
    }

    /// Gives these bytes to the decoder, and what it makes of them to the store.
    fn pass(&mut self, coded: &[u8]) {
        let mut taken = 0;
        while self.state == State::Running {
            self.out.clear();
            let fed = self.decoder.feed(&coded[taken..], &mut self.out);
            taken += fed.taken;
            if let Err(err) = self.writer.append(&self.out) {
                self.state = State::Lost(err.to_string());
            }
            match fed.state {
                Feeding::More => {}
                Feeding::Hungry => break,
                Feeding::Limit => self.state = State::Limit,
                Feeding::Broken => self.state = State::Over,
            }
        }
        self.at += taken as u64;
        self.marks.push(self.mark());
    }

    fn mark(&self) -> Mark {
        Mark {
            coded: self.decoder.coded(),
            decoded: self.decoder.reached(),
        }
    }

    fn told(&mut self) -> Unpacked {
        Unpacked {
            store: self.writer.store(),
            at: self.mark(),
            marks: std::mem::take(&mut self.marks),
            state: self.state.clone(),
            faults: self.decoder.faults().to_vec(),
        }
    }
}
