//! The server-sent events of a visit: how far its content is read for them, and when each
//! of them came.
//!
//! What the bytes mean is `proto::sse`'s.

use crate::body::Window;
use crate::proto::sse::{Events, Item};

/// Bytes read at once, which is less than a millisecond's work: what is behind them is
/// read with the next message.
const STEP: usize = 256 * 1024;

#[derive(Debug, Default)]
pub struct Streamed {
    events: Events,
    /// Of each item, in microseconds; `None`: its call was not among those kept.
    times: Vec<Option<u64>>,
}

impl Streamed {
    /// Reads on, at most [`STEP`] bytes. `when`: the time of the call that brought this
    /// byte of the content, asked at once, since a long log keeps its newest calls only.
    pub fn read(&mut self, content: &Window, when: impl Fn(u64) -> Option<u64>) {
        if self.events.is_full() {
            return;
        }
        // What cannot be read stays unread, and the list says how far it is.
        let bytes = content.read(self.events.at(), STEP).unwrap_or_default();
        self.events.feed(&bytes);
        let new = &self.events.items()[self.times.len()..];
        let times = new
            .iter()
            .map(|item| when(item.bytes.end.saturating_sub(1)));
        self.times.extend(times);
    }

    pub fn events(&self) -> &Events {
        &self.events
    }

    /// One, with the time of its last byte in microseconds.
    pub fn item(&self, at: usize) -> Option<(Option<u64>, &Item)> {
        Some((*self.times.get(at)?, self.events.items().get(at)?))
    }

    /// How many ended in the first `bytes` of the content.
    pub fn items_before(&self, bytes: u64) -> usize {
        let items = self.events.items();
        items.partition_point(|item| item.bytes.end <= bytes)
    }

    /// None has begun.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty() && self.events.incomplete().is_none()
    }

    /// There is something to read, and room for what it comes to.
    pub fn is_behind(&self, content: &Window) -> bool {
        !self.events.is_full() && self.events.at() < content.there()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Memory, Writer};

    #[test]
    fn what_has_come_is_read_on_in_steps() {
        let mut writer = Writer::new(&Memory::new(4 << 20));
        let mut streamed = Streamed::default();
        let mut read = |bytes: &[u8], now: u64| {
            writer.append(bytes).unwrap();
            let content = Window::whole(&writer.store());
            streamed.read(&content, |at| (at != 17).then_some(now));
            let times = streamed.times.clone();
            (times, streamed.is_behind(&content))
        };
        let long = vec![b'x'; 2 * STEP - 10];
        for (bytes, now, times, behind) in [
            (&b"data: x\n"[..], 1, &[][..], false),
            (b"\ndata: y\n", 2, &[Some(2)], false),
            (b"\n", 3, &[Some(2), None], false),
            (&long, 4, &[Some(2), None], true),
            (b"", 5, &[Some(2), None], false),
            (b"\ndata:\n\n", 6, &[Some(2), None, Some(6)], false),
        ] {
            assert_eq!(read(bytes, now), (times.to_vec(), behind), "at {now}");
        }
    }
}
