//! Who spoke when: the bytes of both directions in order of time.
//!
//! Owns one address space for both, in which an address never changes once it has a byte:
//! what was sent before the first answer, what came then, what was sent after that, and so
//! on. An exchange of one request and one response has two stretches.

/// So many turns of the conversation are told apart. Of more, each side's bytes stand
/// with those of its last turn.
const TURNS_KEPT: usize = 10_000;

/// Stretches of sent and of received bytes, taking turns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dialogue {
    turns: Vec<Turn>,
}

/// Bytes of each direction up to the end of one turn: first it is sent, then received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Turn {
    sent: u64,
    received: u64,
}

/// A byte of one direction, by its own offset in this exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Byte {
    Sent(u64),
    Received(u64),
}

/// Bytes that went one way without a byte of the other way in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The address of its first byte.
    pub at: u64,
    /// The first byte itself.
    pub first: Byte,
    pub len: u64,
}

impl Stretch {
    pub fn end(&self) -> u64 {
        self.at.saturating_add(self.len)
    }
}

impl Dialogue {
    /// Everything sent, then everything received.
    pub fn of(sent: u64, received: u64) -> Dialogue {
        Dialogue {
            turns: vec![Turn { sent, received }],
        }
    }

    pub(super) fn sent(&mut self, bytes: u64) {
        let last = self.last();
        let answered = self
            .turns
            .iter()
            .rev()
            .nth(1)
            .map_or(0, |before| before.received)
            < last.received;
        if self.turns.is_empty() || (answered && bytes > 0 && self.turns.len() < TURNS_KEPT) {
            self.turns.push(last);
        }
        if let Some(turn) = self.turns.last_mut() {
            turn.sent = turn.sent.saturating_add(bytes);
        }
    }

    pub(super) fn received(&mut self, bytes: u64) {
        if self.turns.is_empty() {
            self.turns.push(Turn::default());
        }
        if let Some(turn) = self.turns.last_mut() {
            turn.received = turn.received.saturating_add(bytes);
        }
    }

    /// Bytes of both directions.
    pub fn len(&self) -> u64 {
        self.last().end()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The address of a byte; of one that has not gone yet, behind the last of its kind.
    pub fn address(&self, byte: Byte) -> u64 {
        match byte {
            Byte::Sent(at) => {
                let turn = self.turns.partition_point(|turn| turn.sent <= at);
                let turn = turn.min(self.turns.len().saturating_sub(1));
                at.saturating_add(self.before(turn).received)
            }
            Byte::Received(at) => {
                let turn = self.turns.partition_point(|turn| turn.received <= at);
                let sent = self.turns.get(turn).copied().unwrap_or(self.last()).sent;
                at.saturating_add(sent)
            }
        }
    }

    /// What an address holds; past the end, what would come next from the peer.
    pub fn byte(&self, address: u64) -> Byte {
        match self.stretch(address) {
            Some(stretch) => {
                let inside = address.saturating_sub(stretch.at);
                match stretch.first {
                    Byte::Sent(first) => Byte::Sent(first.saturating_add(inside)),
                    Byte::Received(first) => Byte::Received(first.saturating_add(inside)),
                }
            }
            None => Byte::Received(address.saturating_sub(self.last().sent)),
        }
    }

    /// How many received bytes lie before an address.
    pub fn received_by(&self, address: u64) -> u64 {
        match self.byte(address) {
            Byte::Received(at) => at.min(self.last().received),
            Byte::Sent(at) => {
                self.before(self.turns.partition_point(|turn| turn.sent <= at))
                    .received
            }
        }
    }

    /// How many sent bytes lie before the last of so many received ones.
    pub fn sent_by(&self, received: u64) -> u64 {
        let last = received.saturating_sub(1);
        self.address(Byte::Received(last)).saturating_sub(last)
    }

    /// The stretch that an address lies in.
    pub fn stretch(&self, address: u64) -> Option<Stretch> {
        let number = self.turns.partition_point(|turn| turn.end() <= address);
        let turn = *self.turns.get(number)?;
        let before = self.before(number);
        let sent = Stretch {
            at: before.end(),
            first: Byte::Sent(before.sent),
            len: turn.sent - before.sent,
        };
        if address < sent.end() {
            return Some(sent);
        }
        Some(Stretch {
            at: sent.end(),
            first: Byte::Received(before.received),
            len: turn.received - before.received,
        })
    }

    fn last(&self) -> Turn {
        self.turns.last().copied().unwrap_or_default()
    }

    fn before(&self, number: usize) -> Turn {
        let before = number.checked_sub(1).and_then(|at| self.turns.get(at));
        before.copied().unwrap_or_default()
    }
}

impl Turn {
    fn end(self) -> u64 {
        self.sent.saturating_add(self.received)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_there_and_back() {
        let mut talk = Dialogue::default();
        for (sent, bytes) in [
            (true, 3),
            (true, 2),
            (false, 4),
            (true, 1),
            (false, 0),
            (false, 2),
        ] {
            match sent {
                true => talk.sent(bytes),
                false => talk.received(bytes),
            }
        }
        let kinds: String = (0..talk.len())
            .map(|at| match talk.byte(at) {
                Byte::Sent(_) => 's',
                Byte::Received(_) => 'r',
            })
            .collect();
        assert_eq!(kinds, "sssssrrrrsrr");
        for at in 0..talk.len() {
            assert_eq!(talk.address(talk.byte(at)), at);
        }
        assert_eq!(talk.address(Byte::Sent(6)), 10, "behind the last one sent");
        assert_eq!(talk.byte(12), Byte::Received(6));
        assert_eq!(
            talk.stretch(9).map(|s| (s.at, s.first, s.len)),
            Some((9, Byte::Sent(5), 1))
        );
        assert_eq!(talk.stretch(12), None);
        assert_eq!(Dialogue::default().byte(0), Byte::Received(0));
    }

    #[test]
    fn a_peer_that_speaks_first_does() {
        let mut talk = Dialogue::default();
        talk.received(2);
        talk.sent(1);
        assert_eq!(
            (talk.byte(0), talk.byte(2)),
            (Byte::Received(0), Byte::Sent(0))
        );
    }
}
