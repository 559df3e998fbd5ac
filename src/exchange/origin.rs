//! Where a byte came from: the `recv()` that brought it, its chunk, its part of the
//! message.
//!
//! Looked up by halving in the kept events, so it costs the same for any byte of any
//! exchange. No bytes are read here: how long a chunk's size line is only its bytes
//! tell, so the caller does (`size_line`: the line's length with its LF, by the offset
//! of its first byte; `None` when its LF is not here).

use super::{Answer, BodyPlace, Exchange};
use crate::event::{Event, Field, Head, Kind};

/// Offsets count from the exchange's first received byte.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin<'a> {
    /// `None` where a chunk before it was not kept.
    pub wire: Option<u64>,
    /// `None` when its event is not among the kept ones.
    pub recv: Option<Brought>,
    pub chunk: Option<ChunkAt>,
    pub part: Part<'a>,
}

/// The call that brought (or took) a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brought {
    /// From 0, on this connection.
    pub number: u64,
    /// Its event's number in the log.
    pub event: u64,
    pub t_us: u64,
    pub bytes: u32,
    /// For so long at least its bytes had lain in the kernel; of a `send()` `None`.
    pub lay_us: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkAt {
    /// From 0.
    pub number: u64,
    /// Of its size line's first byte.
    pub line: u64,
    pub size: u64,
    /// Body bytes before it.
    pub body: u64,
}

/// The part of the message that a byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Part<'a> {
    StatusLine,
    Field(&'a Field),
    /// The empty line behind the fields.
    HeadEnd,
    /// A chunk's size line, or the line end behind its data.
    Framing,
    /// A body byte, by its offset in the body.
    Body(u64),
    Trailer(&'a Field),
    /// After the end of the message.
    Excess,
    /// Of a head that is not complete, or of a chunk whose size line is not.
    Unknown,
}

impl Exchange {
    /// The number (from 0, on this connection) and event of the `recv()` that brought
    /// this wire byte of the exchange; `None` when it is not among the kept events.
    pub fn recv_of(&self, wire: u64) -> Option<(u64, &Event)> {
        let brought = self.brought(wire)?;
        Some((brought.number, self.log.event(brought.event)?))
    }

    /// Of a received byte.
    pub fn origin(&self, wire: u64, size_line: impl Fn(u64) -> Option<u64>) -> Origin<'_> {
        let answer = self.answer_at(wire);
        let chunk = answer
            .as_ref()
            .and_then(|answer| self.chunk_on_wire(answer, wire));
        Origin {
            wire: Some(wire),
            recv: self.brought(wire),
            chunk,
            part: answer.map_or(Part::Unknown, |answer| {
                self.part(&answer, wire, chunk, size_line)
            }),
        }
    }

    /// Of a byte of a response's body. Its recv is told by the count of body bytes before
    /// each, so it is known even where the byte's place on the wire is not.
    pub fn origin_of_body(
        &self,
        answer: &Answer<'_>,
        at: u64,
        size_line: impl Fn(u64) -> Option<u64>,
    ) -> Origin<'_> {
        Origin {
            wire: self.wire_of_body(answer, at, size_line),
            recv: self.brought_body(answer, at),
            chunk: match answer.body {
                BodyPlace::Wire { .. } => None,
                BodyPlace::Decoded { .. } => self.chunk_in_body(answer, at),
            },
            part: Part::Body(at),
        }
    }

    /// Where a byte of a response's body lies among the received ones.
    fn wire_of_body(
        &self,
        answer: &Answer<'_>,
        at: u64,
        size_line: impl Fn(u64) -> Option<u64>,
    ) -> Option<u64> {
        match answer.body {
            BodyPlace::Wire { start, .. } => start.checked_add(at),
            BodyPlace::Decoded { .. } => {
                let chunk = self.chunk_in_body(answer, at)?;
                let data = chunk.line.checked_add(size_line(chunk.line)?)?;
                data.checked_add(at - chunk.body)
            }
        }
    }

    /// The call that took this byte of the request.
    pub fn sent_by(&self, at: u64) -> Option<Brought> {
        let sends = &self.log.sends;
        let base = match self.event(sends.row(0)?.event)? {
            Kind::Send { offset, .. } => *offset,
            _ => return None,
        };
        let at = base.checked_add(at)?;
        let row = sends.before(
            |row| matches!(self.event(row.event), Some(&Kind::Send { offset, .. }) if offset <= at),
        );
        let row = row.checked_sub(1)?;
        let event = sends.row(row)?.event;
        match self.event(event)? {
            &Kind::Send { offset, sent, .. } if at - offset < u64::from(sent) => Some(Brought {
                number: sends.nth(row),
                event,
                t_us: self.log.event(event)?.t_us,
                bytes: sent,
                lay_us: None,
            }),
            _ => None,
        }
    }

    /// Where the size lines of the kept chunks are, from the last one that begins at this
    /// received byte or before it on, and the chunks' sizes; ascending.
    pub fn chunks_from(&self, wire: u64) -> impl Iterator<Item = (u64, u64)> {
        let first = self.chunks_to(wire).saturating_sub(1);
        let rows = first..self.log.chunks.len();
        let chunks = rows.filter_map(|row| self.chunk_in_row(row, 0));
        chunks.map(|chunk| (chunk.line, chunk.size))
    }

    /// How many kept chunks begin at this received byte or before it.
    fn chunks_to(&self, wire: u64) -> usize {
        let at = self.wire_base.saturating_add(wire);
        let begins = |kind: &Kind| matches!(kind, Kind::Chunk { offset, .. } if *offset <= at);
        let chunks = &self.log.chunks;
        chunks.before(|row| self.event(row.event).is_some_and(begins))
    }

    pub(super) fn event(&self, number: u64) -> Option<&Kind> {
        self.log.event(number).map(|event| &event.kind)
    }

    fn brought(&self, wire: u64) -> Option<Brought> {
        let at = self.wire_base.checked_add(wire)?;
        let recvs = &self.log.recvs;
        let row = recvs.before(
            |row| matches!(self.event(row.event), Some(&Kind::Recv { offset, .. }) if offset <= at),
        );
        // A recv that brought nothing begins where the next one does.
        let brought = self.recv_in_row(row.checked_sub(1)?)?;
        let offset = match self.event(brought.event)? {
            Kind::Recv { offset, .. } => *offset,
            _ => return None,
        };
        (at - offset < u64::from(brought.bytes)).then_some(brought)
    }

    fn brought_body(&self, answer: &Answer<'_>, at: u64) -> Option<Brought> {
        let recvs = &self.log.recvs;
        let at = at.checked_add(answer.body_before)?;
        let row = recvs.before(|row| row.body <= at).checked_sub(1)?;
        // At the edge of the gap the next row tells that this one did not bring it.
        let next = recvs
            .row(row + 1)
            .map_or(self.all_body_bytes(), |next| next.body);
        let neighbours = recvs.nth(row + 1) == recvs.nth(row) + 1;
        (at < next && (neighbours || row + 1 == recvs.len()))
            .then(|| self.recv_in_row(row))
            .flatten()
    }

    fn recv_in_row(&self, row: usize) -> Option<Brought> {
        let recvs = &self.log.recvs;
        let number = recvs.row(row)?.event;
        let event = self.log.event(number)?;
        match event.kind {
            Kind::Recv { bytes, lay_us, .. } => Some(Brought {
                number: recvs.nth(row),
                event: number,
                t_us: event.t_us,
                bytes,
                lay_us,
            }),
            _ => None,
        }
    }

    /// The chunk whose size line, data or line end this byte is in, or the last one.
    fn chunk_on_wire(&self, answer: &Answer<'_>, wire: u64) -> Option<ChunkAt> {
        let row = self.chunks_to(wire).checked_sub(1)?;
        let chunk = self.chunk_in_row(row, answer.body_before)?;
        (chunk.line >= answer.wire.start).then_some(chunk)
    }

    fn chunk_in_body(&self, answer: &Answer<'_>, at: u64) -> Option<ChunkAt> {
        let before = answer.body_before;
        let all = at.checked_add(before)?;
        let row = self.log.chunks.before(|row| row.body <= all);
        let chunk = self.chunk_in_row(row.checked_sub(1)?, before)?;
        let here = chunk.line >= answer.wire.start && at - chunk.body < chunk.size;
        here.then_some(chunk)
    }

    /// `before`: body bytes of the responses before its own.
    fn chunk_in_row(&self, row: usize, before: u64) -> Option<ChunkAt> {
        let chunks = &self.log.chunks;
        let place = chunks.row(row)?;
        match self.event(place.event)? {
            Kind::Chunk { offset, size, .. } => Some(ChunkAt {
                number: chunks.nth(row),
                line: offset.saturating_sub(self.wire_base),
                size: *size,
                body: place.body.saturating_sub(before),
            }),
            _ => None,
        }
    }

    fn part<'a>(
        &self,
        answer: &Answer<'a>,
        wire: u64,
        chunk: Option<ChunkAt>,
        size_line: impl Fn(u64) -> Option<u64>,
    ) -> Part<'a> {
        let at = self.wire_base.saturating_add(wire);
        if self.excess_start().is_some_and(|excess| excess <= wire) {
            return Part::Excess;
        }
        let mut heads = answer.interim.iter().chain(answer.head);
        if let Some(head) = heads.find(|head| at < head.offset.saturating_add(head.bytes)) {
            return part_of_head(head, at);
        }
        if let Some(chunk) = chunk {
            return self.part_of_chunk(answer, wire, chunk, size_line);
        }
        match answer.body {
            BodyPlace::Wire { start, len } if wire >= start && wire - start < len => {
                Part::Body(wire - start)
            }
            _ => Part::Unknown,
        }
    }

    fn part_of_chunk<'a>(
        &self,
        answer: &Answer<'a>,
        wire: u64,
        chunk: ChunkAt,
        size_line: impl Fn(u64) -> Option<u64>,
    ) -> Part<'a> {
        let Some(line) = size_line(chunk.line) else {
            return Part::Unknown;
        };
        let inside = wire - chunk.line;
        match inside.checked_sub(line) {
            None => Part::Framing,
            Some(inside) if inside < chunk.size => Part::Body(chunk.body + inside),
            Some(_) => {
                let at = self.wire_base.saturating_add(wire);
                field_at(answer.trailers, at).map_or(Part::Framing, Part::Trailer)
            }
        }
    }
}

fn part_of_head(head: &Head, at: u64) -> Part<'_> {
    match head.fields.first() {
        Some(first) if at < first.offset => Part::StatusLine,
        // A head without fields: its last line end is two bytes, or one.
        None if at + 2 < head.offset.saturating_add(head.bytes) => Part::StatusLine,
        _ => field_at(&head.fields, at).map_or(Part::HeadEnd, Part::Field),
    }
}

fn field_at(fields: &[Field], at: u64) -> Option<&Field> {
    let after = fields.partition_point(|field| field.offset <= at);
    let field = fields.get(after.checked_sub(1)?)?;
    (at - field.offset < u64::from(field.len)).then_some(field)
}

#[cfg(test)]
mod tests {
    use super::super::tests::events::*;
    use super::super::{Space, Starts};
    use super::*;
    use crate::anomaly::{self, Anomaly};
    use crate::event::{EndMode, Framing};

    fn words(origin: &Origin) -> String {
        let mut words = Vec::new();
        words.extend(origin.wire.map(|at| format!("wire {at}")));
        words.extend(origin.recv.map(|recv| format!("recv {}", recv.number)));
        words.extend(origin.chunk.map(|chunk| format!("chunk {}", chunk.number)));
        words.push(match origin.part {
            Part::Field(field) => field.name.to_string(),
            Part::Trailer(field) => format!("trailer {}", field.name.as_str()),
            part => format!("{part:?}"),
        });
        words.join(" ")
    }

    fn field(name: &str, offset: u64, len: u32) -> Field {
        Field {
            name: name.into(),
            value: "".into(),
            offset,
            len,
        }
    }

    fn excess(offset: u64) -> Kind {
        Kind::Anomaly(Box::new(Anomaly {
            kind: anomaly::Kind::ExcessBytes,
            offset,
            sent: false,
            detail: String::new(),
        }))
    }

    /// The second exchange on its connection: its first byte is the connection's 1000th.
    #[test]
    fn bytes_of_a_plain_body() {
        let mut head = raw_head(200, 1000, 40, Framing::Length(20), &[]);
        head.fields = vec![field("A", 1017, 6), field("B", 1023, 15)];
        let exchange = fold(
            EndMode::Auto,
            10,
            &[
                (1, reused(2)),
                (2, send(500, 10, 4)),
                (3, send(504, 6, 6)),
                (4, recv(1000, 4096, 20)),
                (5, recv(1020, 4096, 25)),
                (5, Kind::Head(Box::new(head))),
                (5, Kind::Body { bytes: 5 }),
                (6, recv(1045, 4096, 18)),
                (6, Kind::Body { bytes: 15 }),
                (6, excess(1060)),
                (7, recv(1063, 4096, 0)),
            ],
        );
        for (at, want) in [
            (0, "wire 0 recv 0 StatusLine"),
            (17, "wire 17 recv 0 A"),
            (22, "wire 22 recv 1 A"),
            (23, "wire 23 recv 1 B"),
            (38, "wire 38 recv 1 HeadEnd"),
            (40, "wire 40 recv 1 Body(0)"),
            (45, "wire 45 recv 2 Body(5)"),
            (60, "wire 60 recv 2 Excess"),
            (63, "wire 63 Excess"),
        ] {
            assert_eq!(words(&exchange.origin(at, |_| None)), want, "wire {at}");
        }
        for (at, want) in [
            (0, "wire 40 recv 1 Body(0)"),
            (4, "wire 44 recv 1 Body(4)"),
            (5, "wire 45 recv 2 Body(5)"),
            (20, "wire 60 Body(20)"),
        ] {
            let origin = exchange.origin_of_body(&exchange.answer(), at, |_| None);
            assert_eq!(words(&origin), want, "body {at}");
        }
        let sent = |at| exchange.sent_by(at).map(|send| (send.number, send.bytes));
        for (at, want) in [(0, Some((0, 4))), (4, Some((1, 6))), (10, None)] {
            assert_eq!(sent(at), want, "sent {at}");
        }
        let body = Space::Body(&exchange.answer());
        for (of, space, range, want) in [
            (Starts::Recvs, Space::Wire, 0..100, &[0, 20, 45, 63][..]),
            (Starts::Recvs, Space::Wire, 20..45, &[20]),
            (Starts::Recvs, body, 0..20, &[0, 5]),
            (Starts::Chunks, body, 0..20, &[]),
        ] {
            assert_eq!(exchange.starts(of, space, range), want);
        }
    }

    #[test]
    fn bytes_of_chunks() {
        let chunk = |offset, size| Kind::Chunk {
            offset,
            size,
            extensions: "".into(),
        };
        // 30 of head, 3 CRLF abc CRLF, 2 CRLF de CRLF, 0 CRLF, a trailer of 6, CRLF
        let exchange = fold(
            EndMode::Auto,
            0,
            &[
                (4, recv(0, 4096, 34)),
                (4, head(200, 30, Framing::Chunked, &[])),
                (4, chunk(30, 3)),
                (4, Kind::Body { bytes: 1 }),
                (5, recv(34, 4096, 6)),
                (5, Kind::Body { bytes: 2 }),
                (5, chunk(38, 2)),
                (6, recv(40, 4096, 100)),
                (6, Kind::Body { bytes: 2 }),
                (6, chunk(45, 0)),
                (
                    6,
                    Kind::Trailers {
                        headers: vec![field("Sum", 48, 6)],
                    },
                ),
            ],
        );
        let size_line = |_| Some(3);
        for (at, want) in [
            (29, "wire 29 recv 0 HeadEnd"),
            (30, "wire 30 recv 0 chunk 0 Framing"),
            (33, "wire 33 recv 0 chunk 0 Body(0)"),
            (35, "wire 35 recv 1 chunk 0 Body(2)"),
            (36, "wire 36 recv 1 chunk 0 Framing"),
            (38, "wire 38 recv 1 chunk 1 Framing"),
            (42, "wire 42 recv 2 chunk 1 Body(4)"),
            (45, "wire 45 recv 2 chunk 2 Framing"),
            (48, "wire 48 recv 2 chunk 2 trailer Sum"),
            (54, "wire 54 recv 2 chunk 2 Framing"),
        ] {
            assert_eq!(words(&exchange.origin(at, size_line)), want, "wire {at}");
        }
        for (at, want) in [
            (0, "wire 33 recv 0 chunk 0 Body(0)"),
            (1, "wire 34 recv 1 chunk 0 Body(1)"),
            (3, "wire 41 recv 2 chunk 1 Body(3)"),
            (5, "Body(5)"),
        ] {
            let origin = exchange.origin_of_body(&exchange.answer(), at, size_line);
            assert_eq!(words(&origin), want, "body {at}");
        }
        let body = Space::Body(&exchange.answer());
        for (of, space, want) in [
            (Starts::Recvs, body, &[0, 1, 3][..]),
            (Starts::Chunks, body, &[0, 3]),
            (Starts::Chunks, Space::Wire, &[30, 38, 45]),
        ] {
            let most = if matches!(space, Space::Body(_)) {
                5
            } else {
                99
            };
            assert_eq!(exchange.starts(of, space, 0..most), want);
        }
    }
}
