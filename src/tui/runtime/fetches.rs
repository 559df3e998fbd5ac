//! The fetches of the session: the thread of each, the screen's ends of it, and the hand
//! on those that run.

use std::collections::HashMap;
use std::sync::Arc;

use super::Back;
use crate::body::Memory;
use crate::error::Error;
use crate::event::Queues;
use crate::net::{self, Control, Pool, Resume, channel};
use crate::plan::Plan;
use crate::tui::message::Message;
use crate::tui::visit::VisitId;

pub(super) struct Fetches {
    back: Back,
    pub pool: Arc<Pool>,
    memory: Memory,
    running: HashMap<VisitId, Running>,
    /// The screen's ends of fetches that are over: they may be taken up again.
    ended: HashMap<VisitId, channel::Receiver>,
}

/// The screen's ends of a fetch.
struct Running {
    control: Control,
    receiver: channel::Receiver,
}

impl Fetches {
    pub fn new(back: Back, memory: Memory) -> Fetches {
        Fetches {
            back,
            pool: Arc::default(),
            memory,
            running: HashMap::new(),
            ended: HashMap::new(),
        }
    }

    /// `paused`: it stands before its first call, with so many calls allowed.
    pub fn start(
        &mut self,
        id: VisitId,
        plan: Plan,
        pace: Option<u32>,
        paused: Option<u32>,
    ) -> Message {
        let control = Control::new();
        control.throttle(pace.map(f64::from));
        if let Some(steps) = paused {
            control.pause();
            for _ in 0..steps {
                control.step();
            }
        }
        let wake = self.back.wake(id);
        let (mut sender, receiver) = channel::channel(&self.memory, &control, wake);
        let (pool, hand) = (self.pool.clone(), control.clone());
        self.run(id, Running { control, receiver }, move || {
            // Its outcome is in the events too.
            let _ = net::fetch(&plan, &hand, &pool, &mut sender);
        })
    }

    /// An ended exchange goes on, on the connection that it left open.
    pub fn talk_on(&mut self, id: VisitId, plan: Plan, from: Resume) -> Message {
        let unsaid = Message::Unsaid {
            id,
            bytes: plan.request.len().saturating_sub(from.sent),
        };
        let Some(receiver) = self.ended.remove(&id) else {
            return unsaid;
        };
        let control = Control::new();
        let Some(mut sender) = receiver.reopen(&control, self.back.wake(id)) else {
            return unsaid;
        };
        let (pool, hand, back) = (self.pool.clone(), control.clone(), self.back.clone());
        self.run(id, Running { control, receiver }, move || {
            let outcome = net::resume(&plan, &from, &hand, &pool, &mut sender);
            if outcome == Err(Error::NotKept) {
                back.tell(unsaid);
            }
        })
    }

    fn run(
        &mut self,
        id: VisitId,
        running: Running,
        fetch: impl FnOnce() + Send + 'static,
    ) -> Message {
        let thread = std::thread::Builder::new().name(format!("fetch {id}"));
        match thread.spawn(fetch) {
            Ok(_) => {
                let (wire, decoded) = (running.receiver.wire(), running.receiver.decoded());
                self.running.insert(id, running);
                Message::Started { id, wire, decoded }
            }
            Err(err) => Message::Complain(format!("no thread for the fetch: {err}")),
        }
    }

    /// Calls that may block, on a thread of their own. Of `bytes` nobody hears where there
    /// is no connection.
    pub fn talk(
        &self,
        id: VisitId,
        bytes: usize,
        act: impl FnOnce(&Control) -> Result<(), Error> + Send + 'static,
    ) {
        let back = self.back.clone();
        let control = self.running.get(&id).map(|running| running.control.clone());
        std::thread::spawn(move || {
            let done = control.map_or(Err(Error::NotKept), |control| act(&control));
            match done {
                Ok(()) | Err(Error::Cancelled) => {}
                Err(Error::NotKept) => back.tell(Message::Unsaid { id, bytes }),
                Err(err) => back.tell(Message::Complain(err.to_string())),
            }
        });
    }

    /// A call that does not block; nothing where the fetch is over.
    pub fn hand(&self, id: VisitId, act: impl FnOnce(&Control)) {
        if let Some(running) = self.running.get(&id) {
            act(&running.control);
        }
    }

    /// What a fetch put into its channel since the last look, its end included.
    pub fn drain(&mut self, id: VisitId) -> Vec<Message> {
        let Some(running) = self.running.get(&id) else {
            return Vec::new();
        };
        let over = running.receiver.finished();
        let mut events = Vec::new();
        running.receiver.drain(&mut events);
        let mut messages = Vec::new();
        if !events.is_empty() {
            messages.push(Message::Events { id, events });
        }
        if over {
            if let Some(over) = self.running.remove(&id) {
                self.ended.insert(id, over.receiver);
            }
            messages.push(Message::Over(id));
        }
        messages
    }

    /// The levels of a running fetch's queues.
    pub fn queues(&self, id: VisitId) -> Option<Queues> {
        self.running.get(&id)?.control.queues()
    }

    /// Cancelled, and what is kept of it goes.
    pub fn forget(&mut self, id: VisitId) {
        self.ended.remove(&id);
        if let Some(running) = self.running.remove(&id) {
            running.control.cancel();
        }
    }

    pub fn cancel_all(&mut self) {
        for (_, running) in self.running.drain() {
            running.control.cancel();
        }
    }
}
