//! The reader of HTTP/1 responses against `tests/wire/*.case`, against httparse, and
//! against any bytes cut anywhere.
//!
//! # A case
//! ```text
//! == what it shows                  begins a case; lines before the first are prose
//! # a remark
//! method HEAD                       GET unless said
//! mode close                        the end mode; auto unless said
//! offset 1000                       wire bytes before the response; 0 unless said
//! < HTTP/1.1 200 OK\r\n             bytes: \r \n \t \\ \0 \xHH, else as they stand;
//! <* 1000 ab                        these, so many times; no line end is implied
//! eof                               then the peer closes; or
//! stop timeout                      then it is stopped for that reason; or nothing
//! > head @0+17 HTTP/1.1 200 "OK": until close      the events, one a line:
//! > body abc                        @OFFSET, or @OFFSET+BYTES; body slices added up;
//! > ! excess_bytes @20 (detail)     an anomaly; then how it ended
//! > end close: head 17 + body 3 + framing 0 + excess 0
//! > closes: the peer closed it      or "keeps", and why
//! ```
//! Each case is run whole, byte by byte, in pieces of 7 and cut in two at every place; all
//! must give the same events, and no byte may be lost. `UPDATE=1 cargo test --test proto`
//! writes what is found as what is expected: read every line of that difference.

#[path = "support/wire.rs"]
mod wire;

use std::collections::BTreeSet;

use proptest::prelude::*;
use sockeye::anomaly;
use sockeye::event::{EndMode, EndReason, Kind};
use wire::{After, Case, CaseFile, Entry, Transcript, diff};

#[test]
fn each_case_gives_its_events_however_it_is_cut() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut failures = String::new();
    for file in CaseFile::all() {
        for case in file.cases() {
            let whole = case.run([&case.bytes[..]]);
            check_cuts(case, &whole);
            if !update && whole.lines() != case.expected {
                let diff = diff(&case.expected, &whole.lines());
                failures += &format!("\n== {}\n{diff}", case.name);
            }
        }
        if update {
            file.update();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

fn check_cuts(case: &Case, whole: &Transcript) {
    let same = |cut: String, found: Transcript| {
        if found != *whole {
            let diff = diff(&whole.lines(), &found.lines());
            panic!("== {}, {cut}: not the same as whole\n{diff}", case.name);
        }
    };
    same("byte by byte".into(), case.run(case.bytes.chunks(1)));
    same("by 7 bytes".into(), case.run(case.bytes.chunks(7)));
    for at in case.cuts() {
        let (first, second) = case.bytes.split_at(at);
        same(format!("cut at {at}"), case.run([first, second]));
    }
}
