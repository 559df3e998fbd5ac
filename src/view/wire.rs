//! The conversation: every byte sent and received in the order of time, nothing hidden.
//!
//! Owns no address: [`Dialogue`] says what lies where. Line ends are shown and rows end
//! behind them, and where the other side begins to speak; a `▸` stands beside what was
//! sent, a `◂` beside what was received.

use std::io;
use std::ops::Range;

use super::bytes::Bytes;
use super::flow::{Flow, Look, Row, cells};
use super::safe::{cut, decode};
use super::seen::Seen;
use super::{Cell, Line, Marking, Role, View, unreadable};
use crate::body::Window;
use crate::event::Head;
use crate::exchange::dialogue::{Byte, Dialogue, Stretch};
use crate::exchange::{Answer, Exchange};

/// What a stretch of received bytes is, by their own offsets (from 0 at the exchange's
/// first received byte).
pub type Region = (Range<u64>, Role);

/// Anchors are addresses of the dialogue.
#[derive(Clone, Debug)]
pub struct Wire<'a> {
    /// All bytes sent.
    pub sent: &'a [u8],
    pub received: Window,
    pub dialogue: &'a Dialogue,
    /// Columns.
    pub width: usize,
}

impl View for Wire<'_> {
    fn marked(&self, top: u64, height: usize, marks: &mut Marking<'_>) -> Vec<Line> {
        self.lines(top, height, marks)
            .unwrap_or_else(|err| unreadable(&err, self.width))
    }

    fn step(&self, from: u64, rows: i64) -> u64 {
        // No row is without bytes: such a step would only walk a long way.
        if rows.unsigned_abs() >= self.dialogue.len() {
            return if rows > 0 { self.last() } else { 0 };
        }
        self.step_across(from, rows).unwrap_or(from)
    }

    fn last(&self) -> u64 {
        self.anchor(u64::MAX)
    }

    fn anchor(&self, offset: u64) -> u64 {
        self.step_across(offset, 0).unwrap_or(0)
    }

    fn cells(&self, anchor: u64) -> Vec<Cell> {
        let mut cells = self.pieces(anchor).unwrap_or_default();
        for cell in &mut cells {
            // Wider than the row only where one escape fills it.
            let end = cell.columns.end.min(self.room().max(1));
            cell.columns = cell.columns.start + self.margin()..end + self.margin();
        }
        cells
    }
}

impl<'a> Wire<'a> {
    fn pieces(&self, anchor: u64) -> io::Result<Vec<Cell>> {
        let Some(stretch) = self.stretch(anchor) else {
            return Ok(Vec::new());
        };
        let mut flow = self.flow(stretch);
        let Some(row) = flow.row_at(anchor.saturating_sub(stretch.at))? else {
            return Ok(Vec::new());
        };
        let bytes = flow.bytes.get(row.start..row.end)?;
        Ok(cells(
            stretch.at + row.start,
            bytes,
            Look::Wire,
            row.reading,
        ))
    }

    /// The stretch of this address, else the last one.
    fn stretch(&self, address: u64) -> Option<Stretch> {
        let last = self.dialogue.len().checked_sub(1)?;
        self.dialogue.stretch(address.min(last))
    }

    fn flow(&self, stretch: Stretch) -> Flow<'a> {
        let len = stretch.len;
        let bytes = match stretch.first {
            Byte::Sent(first) => {
                let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
                let from = place(first).min(self.sent.len());
                let to = place(first.saturating_add(len)).min(self.sent.len());
                Bytes::slice(&self.sent[from..to])
            }
            Byte::Received(first) => Bytes::part(Window {
                start: self.received.start + first,
                len,
                ..self.received.clone()
            }),
        };
        Flow {
            bytes,
            width: Some(self.room().max(1)),
            look: Look::Wire,
        }
    }

    /// Columns of the margin: none where the bytes need them all.
    fn margin(&self) -> usize {
        if self.width < 8 { 0 } else { 2 }
    }

    fn room(&self) -> usize {
        self.width - self.margin()
    }

    fn step_across(&self, from: u64, rows: i64) -> io::Result<u64> {
        let Some(mut stretch) = self.stretch(from) else {
            return Ok(0);
        };
        let mut inside = from.saturating_sub(stretch.at);
        let mut left = rows.unsigned_abs();
        loop {
            let wanted = i64::try_from(left).unwrap_or(i64::MAX);
            let wanted = if rows < 0 { -wanted } else { wanted };
            let (at, done) = self.flow(stretch).step(inside, wanted)?;
            left = left.saturating_sub(done);
            let next = match rows < 0 {
                true => stretch.at.checked_sub(1),
                false => Some(stretch.end()),
            };
            let next = next.and_then(|next| self.dialogue.stretch(next));
            let Some(next) = next.filter(|_| left > 0) else {
                return Ok(stretch.at + at);
            };
            // One of the steps leads there.
            left -= 1;
            inside = if rows < 0 { next.len - 1 } else { 0 };
            stretch = next;
        }
    }

    fn lines(&self, top: u64, height: usize, marks: &mut Marking<'_>) -> io::Result<Vec<Line>> {
        let mut found = self.found(top, height)?;
        let start = |(stretch, _, rows): &Found<'_>| Some(stretch.at + rows.first()?.start);
        let end = |(stretch, _, rows): &Found<'_>| Some(stretch.at + rows.last()?.next);
        let start = found.first().and_then(start);
        let (Some(start), Some(end)) = (start, found.last().and_then(end)) else {
            return Ok(Vec::new());
        };
        let marks = marks(start..end);
        let mut lines = Vec::new();
        for (stretch, flow, rows) in &mut found {
            for row in rows {
                let bytes = flow.bytes.get(row.start..row.end)?;
                let seen = self.row(*stretch, row.start, bytes, &marks.regions);
                lines.push(seen.line(0, usize::MAX, &marks));
            }
        }
        Ok(lines)
    }

    /// Where the rows from `top` on are, by stretches; their bytes are held.
    fn found(&self, top: u64, height: usize) -> io::Result<Vec<Found<'a>>> {
        let (mut found, mut many) = (Vec::new(), 0);
        let mut at = top;
        while let Some(stretch) = self.dialogue.stretch(at).filter(|_| many < height) {
            let mut flow = self.flow(stretch);
            let mut rows = Vec::new();
            let mut row = flow.row_at(at - stretch.at)?;
            while let Some(this) = row.filter(|_| many < height) {
                rows.push(this);
                many += 1;
                row = flow.row_after(this)?;
            }
            found.push((stretch, flow, rows));
            at = stretch.end();
        }
        Ok(found)
    }

    /// `inside`: the row's first byte in its stretch.
    fn row(&self, stretch: Stretch, inside: u64, bytes: &[u8], regions: &[Region]) -> Seen {
        let start = stretch.at + inside;
        let mut seen = Seen::new(start);
        let received = match stretch.first {
            Byte::Sent(_) => None,
            Byte::Received(first) => Some(first + inside),
        };
        if self.margin() > 0 {
            let (sign, role) = match received {
                None => ("▸ ", Role::Sent),
                Some(_) => ("◂ ", Role::Margin),
            };
            seen.push(sign, self.margin(), 0..0, role);
        }
        let mut pieces = decode(bytes);
        let mut done = 0;
        loop {
            let (region, of_region) = match received {
                None => (0..u64::MAX, Role::Sent),
                Some(first) => region(regions, first + done),
            };
            let same = region.end - received.map_or(0, |first| first + done);
            let most = usize::try_from(same).unwrap_or(usize::MAX);
            let Some(piece) = pieces.run(most.max(1)) else {
                return seen;
            };
            let role = match piece.role {
                Role::Text => of_region,
                role => role,
            };
            let (from, to) = (piece.bytes.start as u64, piece.bytes.end as u64);
            done = to;
            // Wider than the row only where one escape fills it.
            let text = cut(&piece.text, self.room());
            let wide = piece.width.min(self.room());
            seen.push(&text, wide, start + from..start + to, role);
        }
    }
}

/// Rows of a stretch.
type Found<'a> = (Stretch, Flow<'a>, Vec<Row>);

/// What this received byte is, and the bytes that are the same.
fn region(regions: &[Region], offset: u64) -> Region {
    let next = regions.partition_point(|(range, _)| range.end <= offset);
    match regions.get(next) {
        Some((range, role)) if range.contains(&offset) => (range.clone(), *role),
        Some((range, _)) => (offset..range.start, Role::Text),
        None => (offset..u64::MAX, Role::Text),
    }
}

/// What the received bytes in `range` are, by the exchange's events: ascending, not
/// overlapping. Chunks that the log dropped show as body.
///
/// # Errors
/// The temporary file cannot be read (a chunk's size line ends where its LF is).
pub fn regions(
    exchange: &Exchange,
    received: &Window,
    range: Range<u64>,
) -> io::Result<Vec<Region>> {
    let own = |offset: u64| offset.saturating_sub(exchange.wire_base);
    let mut regions = Vec::new();
    let near =
        |answer: &Answer<'_>| answer.wire.start < range.end && range.start < answer.wire.end.max(1);
    for answer in exchange.answers().filter(near) {
        for head in answer.heads() {
            head_regions(head, own(head.offset), &own, &mut regions);
        }
        if answer.is_chunked() {
            let end = answer.wire.end.min(received.there());
            let within = answer.wire.start..end;
            chunk_regions(exchange, received, &range, within, &mut regions)?;
        }
    }
    let end = exchange.excess_start().unwrap_or(received.there());
    regions.push((end..u64::MAX, Role::Excess));
    regions.retain(|(bytes, _)| {
        !bytes.is_empty() && bytes.start < range.end && range.start < bytes.end
    });
    Ok(regions)
}

fn head_regions(head: &Head, start: u64, own: &impl Fn(u64) -> u64, regions: &mut Vec<Region>) {
    let end = start + head.bytes;
    let first_field = head.fields.first().map_or(end, |field| own(field.offset));
    regions.push((start..first_field, Role::of_status(head.status)));
    for field in &head.fields {
        let at = own(field.offset);
        let colon = at + field.name.len() as u64;
        regions.push((at..colon, Role::FieldName));
        regions.push((colon..at + u64::from(field.len), Role::FieldValue));
    }
}

/// The size line of each chunk of the response in `within`, and the line end that closes
/// the chunk before it.
fn chunk_regions(
    exchange: &Exchange,
    received: &Window,
    range: &Range<u64>,
    within: Range<u64>,
    regions: &mut Vec<Region>,
) -> io::Result<()> {
    /// Bytes in which a size line's LF is looked for; longer extensions show as body.
    const LINE: u64 = 4096;
    let end = within.end;
    let mut bytes = Bytes::of(received);
    // Where the last chunk's data ended, when that is near.
    let mut data_end = None;
    for (at, size) in exchange.chunks_from(range.start) {
        if range.end <= at {
            break;
        }
        if !within.contains(&at) {
            continue;
        }
        let line = at..at.saturating_add(LINE).min(end);
        let Some(data) = bytes.first_line_end(line)? else {
            continue;
        };
        // The line end behind the data before it frames too: CR LF, or LF alone.
        let from = data_end.filter(|end: &u64| (*end..=end.saturating_add(2)).contains(&at));
        let from = from.unwrap_or(at);
        if size == 0 {
            regions.push((from..end, Role::Framing));
            return Ok(());
        }
        regions.push((from..data, Role::Framing));
        data_end = data.checked_add(size);
    }
    // The next size line is still to come, or behind the screen.
    if let Some(data_end) = data_end {
        regions.push((data_end..data_end.saturating_add(2).min(end), Role::Framing));
    }
    Ok(())
}
