//! Server-sent events from bytes: fed any cut of a body, it keeps what each row of a list
//! tells (WHATWG HTML, 9.2.5 and 9.2.6).
//!
//! Owns the meaning of lines and where each event lies; it does no IO and knows no clock.
//! What is held is bounded: [`KEPT`] items, of each text its first [`SHOWN`] bytes.

use std::ops::Range;

/// Items kept: the first ones. What comes behind them is not read.
pub const KEPT: usize = 10_000;
/// Bytes of a text that are kept.
pub const SHOWN: usize = 64;
/// Bytes of a line that are held: the longest field's name, a colon, a space, a text, and
/// a byte order mark.
const HELD: usize = SHOWN + 16;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// A body's events as far as it was fed.
#[derive(Clone, Debug, Default)]
pub struct Events {
    items: Vec<Item>,
    /// Events that were dispatched.
    count: u64,
    /// Bytes fed.
    at: u64,
    /// The last byte was a CR: a LF ends no other line.
    after_cr: bool,
    line: Line,
    block: Option<Block>,
    last_id: Text,
}

/// What a row is of: a dispatched event, or a line that is of none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub kind: Kind,
    /// In the body, with the line end (of an event: the empty line's) that completes it.
    pub bytes: Range<u64>,
    /// The data, or what stands behind the colon of a comment or of `retry`.
    pub text: Text,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Event {
        /// From 1.
        number: u64,
        /// Its type; empty is `message`.
        name: Text,
        /// The last event ID that it is dispatched with.
        id: Text,
        /// A line of its own set that.
        has_id: bool,
    },
    /// Lines up to an empty one, without data: no event is dispatched.
    NoData,
    Comment,
    /// The time before a client comes again.
    Retry,
}

/// The beginning of a text, and how long it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// At most [`SHOWN`] bytes, no character cut.
    pub start: Vec<u8>,
    pub len: u64,
}

/// The line that is being read.
#[derive(Clone, Debug, Default)]
struct Line {
    from: u64,
    /// At most [`HELD`] bytes.
    start: Vec<u8>,
    len: u64,
    /// A NUL is in it.
    nul: bool,
}

/// The lines since the last empty one.
#[derive(Clone, Debug, Default)]
struct Block {
    from: u64,
    /// A line that is no comment and no `retry`, which have rows of their own.
    fields: bool,
    name: Text,
    has_id: bool,
    /// With a LF between two lines.
    data: Option<Text>,
}

impl Events {
    /// The next bytes.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        while !self.is_full() && !bytes.is_empty() {
            if std::mem::take(&mut self.after_cr) && bytes[0] == b'\n' {
                // The second half of a line end belongs to what the first one completed.
                let last = self.items.last_mut();
                if let Some(item) = last.filter(|item| item.bytes.end == self.at) {
                    item.bytes.end += 1;
                }
                self.at += 1;
                bytes = &bytes[1..];
                continue;
            }
            if self.line.len == 0 {
                self.line.from = self.at;
            }
            let end = memchr::memchr2(b'\r', b'\n', bytes);
            let len = end.unwrap_or(bytes.len());
            self.line.add(&bytes[..len]);
            self.at += len as u64;
            if let Some(end) = end {
                self.at += 1;
                self.after_cr = bytes[end] == b'\r';
                let line = std::mem::take(&mut self.line);
                self.end_line(&line);
            }
            bytes = bytes.get(len + 1..).unwrap_or_default();
        }
    }

    /// In the order of their last bytes.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Bytes of the body that are read.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// As many as are kept: nothing more is read.
    pub fn is_full(&self) -> bool {
        self.items.len() >= KEPT
    }

    /// What has begun and no empty line (of a comment: no line end) completed: when the
    /// body ends here, it is dropped.
    pub fn incomplete(&self) -> Option<Range<u64>> {
        let block = self.block.as_ref().filter(|block| block.fields);
        let line = (self.line.len > 0).then_some(self.line.from);
        let from = block.map(|block| block.from).or(line)?;
        Some(from..self.at)
    }

    fn end_line(&mut self, line: &Line) {
        let bom = usize::from(line.from == 0 && line.start.starts_with(BOM)) * BOM.len();
        let held = &line.start[bom..];
        let len = line.len - bom as u64;
        if len == 0 {
            self.dispatch();
            return;
        }
        let colon = memchr::memchr(b':', held);
        let name = &held[..colon.unwrap_or(held.len())];
        let from = colon.map_or(held.len(), |colon| colon + 1);
        let value = &held[from..];
        let space = usize::from(value.first() == Some(&b' '));
        // A name longer than what is held is none of those that mean something.
        let value = Text::new(&value[space..], len - (from + space) as u64);
        if name.is_empty() {
            self.push(Kind::Comment, line.from, value);
            return;
        }
        if name == b"retry" {
            self.push(Kind::Retry, line.from, value);
            return;
        }
        let block = self.block.get_or_insert_with(|| Block {
            from: line.from,
            ..Block::default()
        });
        block.fields = true;
        match name {
            b"event" => block.name = value,
            b"data" => match &mut block.data {
                Some(data) => data.add_line(&value),
                None => block.data = Some(value),
            },
            // One with a NUL in it is ignored.
            b"id" if !line.nul => {
                self.last_id = value;
                block.has_id = true;
            }
            _ => {}
        }
    }

    fn dispatch(&mut self) {
        let Some(block) = self.block.take() else {
            return;
        };
        let Some(data) = block.data else {
            self.push(Kind::NoData, block.from, Text::default());
            return;
        };
        self.count += 1;
        let kind = Kind::Event {
            number: self.count,
            name: block.name,
            id: self.last_id.clone(),
            has_id: block.has_id,
        };
        self.push(kind, block.from, data);
    }

    fn push(&mut self, kind: Kind, from: u64, text: Text) {
        self.items.push(Item {
            kind,
            bytes: from..self.at,
            text,
        });
    }
}

impl Line {
    fn add(&mut self, bytes: &[u8]) {
        let room = HELD - self.start.len();
        self.start.extend(&bytes[..bytes.len().min(room)]);
        self.len += bytes.len() as u64;
        self.nul |= memchr::memchr(0, bytes).is_some();
    }
}

impl Text {
    fn new(held: &[u8], len: u64) -> Text {
        let mut text = Text {
            start: held[..held.len().min(SHOWN)].to_vec(),
            len,
        };
        text.trim();
        text
    }

    fn add_line(&mut self, line: &Text) {
        if !self.is_cut() {
            let room = SHOWN - self.start.len();
            let more = [b"\n", &line.start[..]].concat();
            self.start.extend(&more[..more.len().min(room)]);
        }
        self.len += 1 + line.len;
        self.trim();
    }

    /// There is more of it than its start.
    pub fn is_cut(&self) -> bool {
        self.len > self.start.len() as u64
    }

    /// No half of a character where the text goes on.
    fn trim(&mut self) {
        if !self.is_cut() {
            return;
        }
        // A character has at most 4 bytes; what is no UTF-8 stays as it is.
        let from = self.start.len().saturating_sub(3);
        let lead = self.start[from..].iter().rposition(|byte| *byte >= 0xc0);
        if let Some(lead) = lead.map(|lead| from + lead)
            && let Err(err) = std::str::from_utf8(&self.start[lead..])
            && err.error_len().is_none()
        {
            self.start.truncate(lead);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body, its rows, and what is incomplete.
    type Case<'a> = (&'a str, &'a [&'a str], Option<Range<u64>>);

    /// A row: `event 2 tick #7 "two\nlines" 10..40`.
    fn row(item: &Item) -> String {
        let text = |text: &Text| {
            let cut = if text.is_cut() { "…" } else { "" };
            format!("{}{cut}", text.start.escape_ascii())
        };
        let kind = match &item.kind {
            Kind::Event {
                number,
                name,
                id,
                has_id,
            } => format!(
                "event {number} {} {}{}",
                text(name),
                if *has_id { '#' } else { '~' },
                text(id)
            ),
            Kind::NoData => "no data".to_owned(),
            Kind::Comment => "comment".to_owned(),
            Kind::Retry => "retry".to_owned(),
        };
        let Range { start, end } = item.bytes;
        format!("{kind} \"{}\" {start}..{end}", text(&item.text))
    }

    /// Fed in pieces of this size: the rows, and what is incomplete.
    fn fed(body: &[u8], size: usize) -> (Vec<String>, Option<Range<u64>>) {
        let mut events = Events::default();
        body.chunks(size).for_each(|piece| events.feed(piece));
        assert_eq!(events.at(), body.len() as u64);
        (
            events.items().iter().map(row).collect(),
            events.incomplete(),
        )
    }

    #[test]
    fn events_are_the_same_whole_and_in_pieces() {
        let long = format!("data: {}\n\n", "日".repeat(40));
        let (tail, row_of_tail) = (
            "data: a\ndata: b".to_owned() + &"c".repeat(90) + "\n\n",
            format!("event 1  ~ \"a\\nb{}…\" 0..107", "c".repeat(61)),
        );
        let of_long = format!("event 1  ~ \"{}…\" 0..128", "\\xe6\\x97\\xa5".repeat(21));
        #[rustfmt::skip]
        let cases: &[Case<'_>] = &[
            ("", &[], None),
            ("data: x\n\n", &["event 1  ~ \"x\" 0..9"], None),
            ("data: x\r\n\r\n", &["event 1  ~ \"x\" 0..11"], None),
            ("data: x\r\r", &["event 1  ~ \"x\" 0..9"], None),
            ("data: x\n\r\n\ndata:y\r\r\n", &["event 1  ~ \"x\" 0..10", "event 2  ~ \"y\" 11..20"], None),
            ("\u{feff}data: x\n\n", &["event 1  ~ \"x\" 0..12"], None),
            ("\n\u{feff}data: x\n\n", &["no data \"\" 1..13"], None),
            ("data:  x\n\n", &["event 1  ~ \" x\" 0..10"], None),
            ("data\n\n", &["event 1  ~ \"\" 0..6"], None),
            ("data\ndata\n\n", &["event 1  ~ \"\\n\" 0..11"], None),
            ("data: YHOO\ndata: +2\ndata: 10\n\n", &["event 1  ~ \"YHOO\\n+2\\n10\" 0..30"], None),
            ("id: 7\nevent: tick\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
             &["event 1 tick #7 \"a\" 0..27", "event 2  ~7 \"b\" 27..36", "event 3  # \"c\" 36..48"], None),
            ("id: a\0b\ndata: x\n\n", &["event 1  ~ \"x\" 0..17"], None),
            (": hello\n\n:\n", &["comment \"hello\" 0..8", "comment \"\" 9..11"], None),
            ("retry: 2000\n\nretry: soon\n", &["retry \"2000\" 0..12", "retry \"soon\" 13..25"], None),
            ("data: x\n: in it\n\n", &["comment \"in it\" 8..16", "event 1  ~ \"x\" 0..17"], None),
            ("event: ping\nid: 3\n\n", &["no data \"\" 0..19"], None),
            ("Data: x\nunknown\n\n", &["no data \"\" 0..17"], None),
            ("data: x\n\ndata: y\n", &["event 1  ~ \"x\" 0..9"], Some(9..17)),
            ("data: x\n\nda", &["event 1  ~ \"x\" 0..9"], Some(9..11)),
            (&long, &[&of_long], None),
            (&tail, &[&row_of_tail], None),
        ];
        for (body, rows, incomplete) in cases {
            for size in [1, 2, 3, 7, 4096] {
                let (found, rest) = fed(body.as_bytes(), size);
                assert_eq!(found, *rows, "{body:?} by {size}");
                assert_eq!(rest, *incomplete, "{body:?} by {size}");
            }
        }
    }

    #[test]
    fn what_is_held_is_bounded() {
        let mut events = Events::default();
        events.feed(&b"data: 1\n\n".repeat(KEPT + 5));
        assert!(events.is_full());
        assert_eq!((events.items().len(), events.at()), (KEPT, 9 * KEPT as u64));
        let mut events = Events::default();
        (0..1000).for_each(|_| events.feed(&[b'x'; 1000]));
        assert_eq!(events.incomplete(), Some(0..1_000_000));
        assert!(events.line.start.len() <= HELD);
    }
}
