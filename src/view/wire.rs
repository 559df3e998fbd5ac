//! The conversation: every byte sent, then every byte received, nothing hidden.
//!
//! Owns one address space for both: the sent bytes first, then the received ones, so a
//! received byte's offset is `sent.len()` plus its own. Line ends are shown and rows end
//! behind them; a `▸` stands beside what was sent, a `◂` beside what was received.

use std::io;
use std::ops::Range;

use super::flow::{Bytes, Flow, Look, cells};
use super::safe::{cut, decode};
use super::{Cell, Line, Marks, Role, View, unreadable};
use crate::body::Window;
use crate::event::{Head, Kind};
use crate::exchange::Exchange;

/// What a stretch of received bytes is, by their own offsets (from 0 at the exchange's
/// first received byte).
pub type Region = (Range<u64>, Role);

/// Anchors and marks are offsets in the address space of both.
#[derive(Clone, Debug)]
pub struct Wire<'a> {
    /// The bytes of the request that were sent.
    pub sent: &'a [u8],
    pub received: Window,
    /// Columns.
    pub width: usize,
    /// Ascending, not overlapping; what is in none is shown as text. Needed only near
    /// the rows asked for: see [`regions`].
    pub regions: &'a [Region],
    pub marks: Marks,
}

impl View for Wire<'_> {
    fn rows(&self, top: u64, height: usize) -> Vec<Line> {
        self.lines(top, height)
            .unwrap_or_else(|err| unreadable(&err, self.width))
    }

    fn step(&self, from: u64, rows: i64) -> u64 {
        // No row is without bytes: such a step would only walk a long way.
        if rows.unsigned_abs() >= self.base() + self.received.there() {
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

    fn shown(&self, top: u64, height: usize) -> Range<u64> {
        let top = self.anchor(top);
        let rows = i64::try_from(height).unwrap_or(i64::MAX);
        let next = self.step(top, rows);
        // The last row is shown whole.
        match next == self.last() {
            true => top..self.base() + self.received.there(),
            false => top..next,
        }
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

impl Wire<'_> {
    fn pieces(&self, anchor: u64) -> io::Result<Vec<Cell>> {
        let base = self.base();
        let (mut flow, from) = match anchor < base || self.received.there() == 0 {
            true => (self.flow_of(Bytes::slice(self.sent)), 0),
            false => (self.flow_of(Bytes::of(&self.received)), base),
        };
        let Some(row) = flow.row_at(anchor.saturating_sub(from))? else {
            return Ok(Vec::new());
        };
        let bytes = flow.bytes.get(row.start..row.end)?;
        Ok(cells(from + row.start, bytes, Look::Wire, row.reading))
    }

    fn base(&self) -> u64 {
        self.sent.len() as u64
    }

    fn flow_of<'a>(&self, bytes: Bytes<'a>) -> Flow<'a> {
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
        let mut sent = self.flow_of(Bytes::slice(self.sent));
        let mut received = self.flow_of(Bytes::of(&self.received));
        let base = self.base();
        let begun = received.bytes.there > 0;
        if from < base || !begun {
            let (at, done) = sent.step(from, rows)?;
            let left = rows.unsigned_abs() - done;
            if rows <= 0 || left == 0 || !begun {
                return Ok(at);
            }
            // One of the steps leads to the first received row.
            let left = i64::try_from(left - 1).unwrap_or(i64::MAX);
            return Ok(base + received.step(0, left)?.0);
        }
        let (at, done) = received.step(from - base, rows)?;
        let left = rows.unsigned_abs() - done;
        if rows >= 0 || left == 0 || base == 0 {
            return Ok(base + at);
        }
        let left = i64::try_from(left - 1).unwrap_or(i64::MAX);
        Ok(sent.step(base - 1, -left)?.0)
    }

    fn lines(&self, top: u64, height: usize) -> io::Result<Vec<Line>> {
        let mut lines = Vec::new();
        let base = self.base();
        if top < base || self.received.there() == 0 {
            let flow = self.flow_of(Bytes::slice(self.sent));
            let line = |at, bytes: &[u8]| self.line(at, bytes, true);
            part(flow, top, height, &mut lines, line)?;
        }
        let flow = self.flow_of(Bytes::of(&self.received));
        let line = |at, bytes: &[u8]| self.line(base + at, bytes, false);
        part(flow, top.saturating_sub(base), height, &mut lines, line)?;
        Ok(lines)
    }

    fn line(&self, at: u64, bytes: &[u8], sent: bool) -> Line {
        let mut line = Line::new(at);
        if self.margin() > 0 {
            let (mark, role) = match sent {
                true => ("▸ ", Role::Sent),
                false => ("◂ ", Role::Margin),
            };
            line.push(mark, role);
        }
        for piece in decode(bytes) {
            let bytes = at + piece.bytes.start as u64..at + piece.bytes.end as u64;
            let role = match piece.role {
                Role::Text if sent => Role::Sent,
                Role::Text => self.region(bytes.start - self.base()),
                role => role,
            };
            // Wider than the row only where one escape fills it.
            let text = cut(&piece.text, self.room());
            line.push(&text, self.marks.role(bytes, role));
        }
        line
    }

    fn region(&self, offset: u64) -> Role {
        let next = self
            .regions
            .partition_point(|(range, _)| range.end <= offset);
        match self.regions.get(next) {
            Some((range, role)) if range.contains(&offset) => *role,
            _ => Role::Text,
        }
    }
}

fn part(
    mut flow: Flow<'_>,
    top: u64,
    height: usize,
    lines: &mut Vec<Line>,
    line: impl Fn(u64, &[u8]) -> Line,
) -> io::Result<()> {
    let mut row = flow.row_at(top)?;
    while let Some(this) = row.filter(|_| lines.len() < height) {
        lines.push(line(this.start, flow.bytes.get(this.start..this.end)?));
        row = flow.row_after(this)?;
    }
    Ok(())
}

/// What the received bytes in `range` are, by the exchange's events: ascending, not
/// overlapping. Linear over the kept log; chunks that the log dropped show as body.
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
    for head in exchange.interim.iter().chain(&exchange.head) {
        head_regions(head, own(head.offset), &own, &mut regions);
    }
    let end = exchange
        .anomalies
        .iter()
        .find(|anomaly| anomaly.kind == crate::anomaly::Kind::ExcessBytes)
        .map_or(received.there(), |anomaly| own(anomaly.offset));
    if exchange.chunks.count > 0 {
        chunk_regions(exchange, received, &range, end, &mut regions)?;
    }
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

/// The size line of each chunk, and the line end that closes the chunk before it.
fn chunk_regions(
    exchange: &Exchange,
    received: &Window,
    range: &Range<u64>,
    end: u64,
    regions: &mut Vec<Region>,
) -> io::Result<()> {
    /// Bytes in which a size line's LF is looked for; longer extensions show as body.
    const LINE: usize = 4096;
    // Where the last chunk's data ended, when that is near.
    let mut data_end = None;
    for (_, event) in exchange.log.iter() {
        let Kind::Chunk { offset, size, .. } = event.kind else {
            continue;
        };
        let at = offset.saturating_sub(exchange.wire_base);
        let reach = at.saturating_add(size).saturating_add(LINE as u64);
        if range.end <= at || reach < range.start {
            continue;
        }
        let line = received.read(at, LINE)?;
        let Some(lf) = memchr::memchr(b'\n', &line) else {
            continue;
        };
        // The line end behind the data before it frames too: CR LF, or LF alone.
        let from = data_end.filter(|end: &u64| (*end..=end.saturating_add(2)).contains(&at));
        let from = from.unwrap_or(at);
        let data = at + lf as u64 + 1;
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
