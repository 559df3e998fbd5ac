//! What a reader answered, as data to compare and as lines to read.
//!
//! Owns the text of events. It judges nothing but this: no byte may be lost.

use std::fmt::Write as _;

use sockeye::anomaly::Anomaly;
use sockeye::error::Error;
use sockeye::event::{EndMode, EndReason, Field, Framing, Head, Kind};
use sockeye::proto::{Output, Reader};

/// What comes after the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Nothing yet: the connection is open.
    Open,
    Eof,
    Stop(EndReason),
}

/// What a reader answered, neighbouring body slices added up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transcript {
    pub entries: Vec<Entry>,
    /// How it ended, as lines.
    pub end: Vec<String>,
    pub fault: Option<Error>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    Event(Kind),
    Body(Vec<u8>),
}

impl Output for Transcript {
    fn event(&mut self, kind: Kind) {
        assert!(!matches!(kind, Kind::Body { .. }), "body comes as slices");
        self.entries.push(Entry::Event(kind));
    }

    fn body(&mut self, bytes: &[u8]) {
        assert!(!bytes.is_empty(), "an empty body slice");
        match self.entries.last_mut() {
            Some(Entry::Body(body)) => body.extend_from_slice(bytes),
            _ => self.entries.push(Entry::Body(bytes.to_vec())),
        }
    }
}

impl Transcript {
    /// Feeds the pieces, then what comes after them; checks that no byte is lost.
    pub fn of<'a>(
        method: &[u8],
        mode: EndMode,
        offset: u64,
        pieces: impl IntoIterator<Item = &'a [u8]>,
        after: After,
    ) -> Transcript {
        let mut reader = Reader::new(method, mode, offset);
        let mut transcript = Transcript::default();
        let mut fed = 0;
        for piece in pieces {
            reader.feed(piece, &mut transcript);
            fed += piece.len() as u64;
        }
        match after {
            After::Open => {}
            After::Eof => reader.feed_eof(&mut transcript),
            After::Stop(reason) => reader.stop(reason, &mut transcript),
        }
        let bodies = transcript.entries.iter().map(|entry| match entry {
            Entry::Body(body) => body.len() as u64,
            Entry::Event(_) => 0,
        });
        assert_eq!(reader.body_bytes(), bodies.sum::<u64>(), "body_bytes");
        let (head, body, framing, excess) = (
            reader.head_bytes(),
            reader.body_bytes(),
            reader.framing_bytes(),
            reader.excess_bytes(),
        );
        if reader.ended().is_some() {
            assert_eq!(head + body + framing + excess, fed, "bytes are lost");
        }
        let end = match reader.ended() {
            Some(reason) => format!(
                "end {reason}: head {head} + body {body} + framing {framing} + excess {excess}"
            ),
            None => "no end yet".to_owned(),
        };
        transcript.end.push(end);
        if let Some(start) = reader.excess_start() {
            transcript.end.push(format!("excess @{start}"));
        }
        transcript.fault = reader.fault();
        if let Some(error) = &transcript.fault {
            transcript.end.push(fault(error));
        }
        let (keeps, why) = reader.persistent();
        let keeps = if keeps { "keeps" } else { "closes" };
        transcript.end.push(format!("{keeps}: {why}"));
        transcript
    }

    pub fn anomalies(&self) -> impl Iterator<Item = &Anomaly> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Event(Kind::Anomaly(anomaly)) => Some(&**anomaly),
            _ => None,
        })
    }

    /// The final head.
    pub fn head(&self) -> Option<&Head> {
        self.entries.iter().find_map(|entry| match entry {
            Entry::Event(Kind::Head(head)) => Some(&**head),
            _ => None,
        })
    }

    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for entry in &self.entries {
            match entry {
                Entry::Body(body) => lines.push(format!("body {}", shown(body))),
                Entry::Event(kind) => event(kind, &mut lines),
            }
        }
        let mut lines = folded(lines);
        lines.extend(self.end.iter().cloned());
        lines
    }
}

/// A run of more than four anomalies of one kind as its first three, a count, its last.
fn folded(lines: Vec<String>) -> Vec<String> {
    let kind = |line: &String| {
        let anomaly = line.strip_prefix("! ")?;
        Some(anomaly.split(' ').next()?.to_owned())
    };
    let mut folded = Vec::new();
    for run in lines.chunk_by(|a, b| kind(a).is_some() && kind(a) == kind(b)) {
        if let [first @ .., last] = run
            && first.len() > 3
        {
            folded.extend_from_slice(&first[..3]);
            folded.push(format!("! … {} more", first.len() - 3));
            folded.push(last.clone());
        } else {
            folded.extend_from_slice(run);
        }
    }
    folded
}

fn fault(error: &Error) -> String {
    format!("fault {} (exit {})", error.kind(), error.exit_code())
}

fn event(kind: &Kind, lines: &mut Vec<String>) {
    match kind {
        Kind::InterimHead(it) => head("interim", it, lines),
        Kind::Head(it) => head("head", it, lines),
        Kind::Chunk {
            offset,
            size,
            extensions,
        } => lines.push(
            format!("chunk @{offset} {size} {}", shown(extensions.as_bytes()))
                .trim_end()
                .to_owned(),
        ),
        Kind::Trailers { headers } => fields("trailer", headers, lines),
        Kind::Anomaly(anomaly) => {
            let mut line = format!("! {} @{}", anomaly.kind.name(), anomaly.offset);
            if !anomaly.detail.is_empty() {
                let _ = write!(line, " ({})", shown(anomaly.detail.as_bytes()));
            }
            lines.push(line);
        }
        other => panic!("the reader gives no {other:?}"),
    }
}

fn head(word: &str, head: &Head, lines: &mut Vec<String>) {
    let framing = match head.framing {
        Framing::NoBody => "no body".to_owned(),
        Framing::Chunked => "chunked".to_owned(),
        Framing::Length(length) => format!("length {length}"),
        Framing::Close => "until close".to_owned(),
    };
    lines.push(format!(
        "{word} @{}+{} {} {} \"{}\": {framing}",
        head.offset,
        head.bytes,
        shown(head.version.as_bytes()),
        head.status,
        shown(head.reason.as_bytes()),
    ));
    fields("  field", &head.fields, lines);
}

/// So many fields are shown; the rest is counted.
const FIELDS_SHOWN: usize = 5;

fn fields(word: &str, fields: &[Field], lines: &mut Vec<String>) {
    for field in fields.iter().take(FIELDS_SHOWN) {
        lines.push(
            format!(
                "{word} @{}+{} {}: {}",
                field.offset,
                field.len,
                escape(field.name.as_bytes()),
                shown(field.value.as_bytes()),
            )
            .trim_end()
            .to_owned(),
        );
    }
    if fields.len() > FIELDS_SHOWN {
        lines.push(format!("{word} … {} more", fields.len() - FIELDS_SHOWN));
    }
}

/// Escaped, and cut where it is long.
fn shown(bytes: &[u8]) -> String {
    const MAX: usize = 72;
    if bytes.len() <= MAX {
        return escape(bytes);
    }
    format!("{}… ({} bytes)", escape(&bytes[..16]), bytes.len())
}

/// Printable ASCII and valid UTF-8 as they are, all else as in Rust.
fn escape(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.chars().map(escape_char).collect(),
        Err(_) => bytes.escape_ascii().to_string(),
    }
}

fn escape_char(c: char) -> String {
    match c {
        '\r' | '\n' | '\t' | '\\' => c.escape_default().to_string(),
        c if (c as u32) < 0xa0 && c.is_control() => format!("\\x{:02x}", c as u32),
        c => c.to_string(),
    }
}
