//! Wire cases: a response's bytes and the events they must give, as plain text.
//!
//! Owns the file format (told at the top of `tests/proto.rs`) and the ways a case is cut.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sockeye::event::{EndMode, EndReason};

use crate::text::unescape;
use crate::transcript::{After, Transcript};

pub struct Case {
    pub name: String,
    pub method: String,
    pub mode: EndMode,
    pub offset: u64,
    pub bytes: Vec<u8>,
    pub after: After,
    pub expected: Vec<String>,
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
