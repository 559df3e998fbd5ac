//! Wire cases: a response's bytes and the events they must give, as plain text.
//!
//! Owns the file format (told at the top of `tests/proto.rs`), the ways a case is cut and
//! the text of its events. It judges nothing: it renders what the reader says.

mod text;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sockeye::anomaly::Anomaly;
use sockeye::error::Error;
use sockeye::event::{EndMode, EndReason, Field, Framing, Head, Kind};
use sockeye::proto::{Output, Reader};

pub use text::diff;
use text::unescape;

pub struct Case {
    pub name: String,
    pub method: String,
    pub mode: EndMode,
    pub offset: u64,
    pub bytes: Vec<u8>,
    pub after: After,
    pub expected: Vec<String>,
}

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

impl Case {
    pub fn run<'a>(&self, pieces: impl IntoIterator<Item = &'a [u8]>) -> Transcript {
        Transcript::of(
            self.method.as_bytes(),
            self.mode,
            self.offset,
            pieces,
            self.after,
        )
    }

    /// Where to cut in two: everywhere, or, in a case of more than 4 KiB, in the first
    /// and last 80 bytes and at some 20 places between.
    pub fn cuts(&self) -> impl Iterator<Item = usize> {
        let len = self.bytes.len();
        let step = (len / 20).max(1);
        (0..=len).filter(move |&at| len <= 4096 || at < 80 || len - at < 80 || at % step == 0)
    }
}

pub struct CaseFile {
    path: PathBuf,
    /// The text before the first case, then each case's own lines without expectations.
    pub parts: Vec<(String, Option<Case>)>,
}

impl CaseFile {
    /// Every `.case` file, by name.
    pub fn all() -> Vec<CaseFile> {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire");
        let mut paths: Vec<PathBuf> = std::fs::read_dir(&dir)
            .expect("tests/wire")
            .map(|entry| entry.expect("tests/wire").path())
            .filter(|path| path.extension().is_some_and(|ext| ext == "case"))
            .collect();
        paths.sort();
        paths.into_iter().map(CaseFile::read).collect()
    }

    fn read(path: PathBuf) -> CaseFile {
        let text = std::fs::read_to_string(&path).expect("a case file");
        let mut parts = vec![(String::new(), None)];
        for (number, line) in text.lines().enumerate() {
            let place = || format!("{}:{}", path.display(), number + 1);
            if let Some(name) = line.strip_prefix("== ") {
                let remarks = parts
                    .last_mut()
                    .map_or(String::new(), |(own, case)| match case {
                        Some(_) => split_remarks(own),
                        None => String::new(),
                    });
                parts.push((remarks, Some(Case::named(name))));
            }
            let (own, case) = parts.last_mut().expect("a part");
            if let Some(expected) = line.strip_prefix("> ") {
                let case = case
                    .as_mut()
                    .unwrap_or_else(|| panic!("{}: no case", place()));
                case.expected.push(expected.to_owned());
                continue;
            }
            own.push_str(line);
            own.push('\n');
            match case {
                Some(case) if !(line.is_empty() || line.starts_with(['#', '='])) => {
                    case.take(line, &place);
                }
                _ => {}
            }
        }
        CaseFile { path, parts }
    }

    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.parts.iter().filter_map(|(_, case)| case.as_ref())
    }

    /// Writes what the reader says now as what is expected.
    pub fn update(&self) {
        let mut text = String::new();
        for (own, case) in &self.parts {
            text.push_str(own.trim_end());
            text.push('\n');
            if let Some(case) = case {
                for line in case.run([&case.bytes[..]]).lines() {
                    let _ = writeln!(text, "> {line}");
                }
            }
            text.push('\n');
        }
        std::fs::write(&self.path, text.trim_end().to_owned() + "\n").expect("a case file");
    }
}

/// Takes the remarks off the end: they speak of the case that follows.
fn split_remarks(own: &mut String) -> String {
    let mut lines: Vec<&str> = own.lines().collect();
    let is_remark = |line: &&str| line.starts_with('#') || line.is_empty();
    let keep = lines
        .iter()
        .rposition(|line| !is_remark(line))
        .map_or(0, |at| at + 1);
    let remarks = lines.split_off(keep);
    let text = |lines: Vec<&str>| {
        lines
            .iter()
            .filter(|l| !l.is_empty())
            .map(|l| format!("{l}\n"))
            .collect()
    };
    let (kept, remarks): (String, String) = (text(lines), text(remarks));
    *own = kept;
    remarks
}

impl Case {
    fn named(name: &str) -> Case {
        Case {
            name: name.to_owned(),
            method: "GET".to_owned(),
            mode: EndMode::Auto,
            offset: 0,
            bytes: Vec::new(),
            after: After::Open,
            expected: Vec::new(),
        }
    }

    fn take(&mut self, line: &str, place: &impl Fn() -> String) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "<" => self.bytes.extend(unescape(rest)),
            "<*" => {
                let (times, text) = rest.split_once(' ').expect("<* TIMES TEXT");
                let times = times.parse().expect("<* TIMES TEXT");
                self.bytes.extend(unescape(text).repeat(times));
            }
            "method" => self.method = rest.to_owned(),
            "offset" => self.offset = rest.parse().expect("offset"),
            "mode" => {
                let named = |mode: &&EndMode| mode.name() == rest;
                self.mode = *EndMode::ALL.iter().find(named).expect("mode");
            }
            "eof" => self.after = After::Eof,
            "stop" => {
                let named = |reason: &&EndReason| reason.name() == rest;
                self.after = After::Stop(*EndReason::ALL.iter().find(named).expect("stop"));
            }
            _ => panic!("{}: {line:?}", place()),
        }
    }
}
