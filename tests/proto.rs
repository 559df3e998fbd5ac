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

#[path = "support/text.rs"]
mod text;
#[path = "support/transcript.rs"]
mod transcript;
#[path = "support/wire.rs"]
mod wire;

use std::collections::BTreeSet;

use proptest::prelude::*;
use sockeye::anomaly;
use sockeye::event::{EndMode, EndReason};
use sockeye::proto::ANOMALIES_OF_A_KIND;
use text::diff;
use transcript::{After, Transcript};
use wire::{Case, CaseFile};

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

#[test]
fn the_cases_are_many_and_show_every_anomaly() {
    let files = CaseFile::all();
    let cases: Vec<&Case> = files.iter().flat_map(CaseFile::cases).collect();
    assert!(cases.len() >= 150, "{} cases", cases.len());
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "two cases have one name");
    let of_http = anomaly::Kind::ALL
        .iter()
        .filter(|kind| !kind.below_http() && !kind.of_websocket());
    for kind in of_http {
        let line = format!("! {} @", kind.name());
        let shown = |case: &Case| case.expected.iter().any(|found| found.starts_with(&line));
        assert!(
            cases.iter().any(|case| shown(case)),
            "no case shows {}",
            kind.name()
        );
    }
}

/// A severity is a promise about the exit status: it must hold in every case.
#[test]
fn an_anomalys_severity_is_the_exchanges_fault() {
    use sockeye::anomaly::Severity;
    for file in CaseFile::all() {
        for case in file.cases() {
            let found = case.run([&case.bytes[..]]);
            let severities: Vec<Severity> = found.anomalies().map(|a| a.kind.severity()).collect();
            let want: &[&str] = match () {
                _ if severities.contains(&Severity::Broken) => &["malformed"],
                _ if severities.contains(&Severity::NotHttp) => &["not_http"],
                _ if severities.contains(&Severity::Early) => &["ended_early", "no_head"],
                _ if case.bytes.is_empty() && case.after == After::Eof => &["empty_reply"],
                // Another protocol that has no name yet is a fault already.
                _ if case.after == After::Open => continue,
                () => &[],
            };
            let fault = found.fault.as_ref().map(|error| error.kind());
            assert_eq!(fault.is_some(), !want.is_empty(), "{}", case.name);
            assert!(
                fault.is_none_or(|fault| want.contains(&fault)),
                "{}",
                case.name
            );
        }
    }
}

#[test]
fn a_flood_of_deviations_records_64_of_a_kind() {
    let mut response = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    response.extend(b"1 \nx\n".repeat(10_000));
    let found = Transcript::of(b"GET", EndMode::Auto, 0, [&response[..]], After::Open);
    for kind in [anomaly::Kind::BareLf, anomaly::Kind::ChunkSizeSpace] {
        let recorded: Vec<_> = found.anomalies().filter(|a| a.kind == kind).collect();
        assert_eq!(recorded.len(), usize::from(ANOMALIES_OF_A_KIND), "{kind:?}");
    }
}

/// Heads that httparse takes: version, status, reason and every field must be the same.
#[test]
fn well_formed_heads_are_what_httparse_says() {
    for head in [
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 \r\nA: b\r\n\r\n",
        "HTTP/1.1 200\r\nA: b\r\n\r\n",
        "HTTP/1.1 503 Service Temporarily Unavailable\r\nRetry-After:120\r\nX-A:\t b \t\r\n\r\n",
        "HTTP/1.1 200 OK\nA: b\nC: d\n\n",
        "HTTP/1.1 200 OK\r\nA: b:c;d=\"e, f\" (g) \t h\r\nA: again\r\nEmpty:\r\nSpaces:   \r\n\r\n",
        "HTTP/1.1 200 OK\r\n!#$%&'*+-.^_`|~: token\r\n\r\n",
        "HTTP/1.1 200 OK\r\nUtf8: na\u{ef}ve \u{6771}\r\n\r\n",
        "HTTP/1.1 301 Moved Permanently\r\nLocation: http://[::1]:80/a?b#c\r\n\r\n",
        REAL_HEAD,
    ] {
        let mut fields = [httparse::EMPTY_HEADER; 64];
        let mut theirs = httparse::Response::new(&mut fields);
        let parsed = theirs.parse(head.as_bytes()).expect("httparse");
        let httparse::Status::Complete(len) = parsed else {
            panic!("{head:?}: httparse wants more");
        };
        let transcript = Transcript::of(b"GET", EndMode::Auto, 0, [head.as_bytes()], After::Open);
        let ours = transcript.head().expect(head);
        assert_eq!(ours.bytes, len as u64, "{head:?}");
        assert_eq!(Some(ours.status), theirs.code, "{head:?}");
        assert_eq!(Some(ours.reason.as_str()), theirs.reason, "{head:?}");
        let minor = theirs.version.expect("httparse");
        assert_eq!(ours.version, format!("HTTP/1.{minor}"));
        let ours = ours
            .fields
            .iter()
            .map(|field| (&*field.name, field.value.as_bytes()));
        let theirs = theirs.headers.iter().map(|field| (field.name, field.value));
        assert_eq!(
            ours.collect::<Vec<_>>(),
            theirs.collect::<Vec<_>>(),
            "{head:?}"
        );
    }
}

const REAL_HEAD: &str = "HTTP/1.1 200 OK\r\n\
    Server: nginx/1.22.1\r\n\
    Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
    Content-Type: text/html; charset=utf-8\r\n\
    Content-Length: 12\r\n\
    Last-Modified: Sat, 05 Nov 1994 08:49:37 GMT\r\n\
    ETag: \"5f3a-1c\"\r\n\
    Set-Cookie: a=b; Path=/; HttpOnly\r\n\
    Set-Cookie: c=d; Path=/; Secure; SameSite=Lax\r\n\
    Cache-Control: max-age=3600, must-revalidate\r\n\
    Accept-Ranges: bytes\r\n\r\n";

/// Pieces of responses, good and bad: put together at random they go deeper into the
/// reader than random bytes do.
const SCRAPS: &[&[u8]] = &[
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.0 204\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 101 Up\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: 7,7\n",
    b"Content-Length: x\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip, chunked;a\r\n",
    b"Connection: close, keep-alive\r\n",
    b" fold\r\n",
    b"A : \0\xff\r\n",
    b"\r\n",
    b"\n",
    b"\r",
    b"5\r\nhello\r\n",
    b"3;a=\"b\"\nabc\n",
    b"0\r\n",
    b"0\r\nA: b\r\n\r\n",
    b"ffffffffffffffff\r\n",
    b"hello world",
    b"HTT",
    b"\x16\x03\x01",
];

fn response() -> impl Strategy<Value = Vec<u8>> {
    let scrap = prop_oneof![
        9 => proptest::sample::select(SCRAPS).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 0..8),
    ];
    proptest::collection::vec(scrap, 0..12).prop_map(|scraps| scraps.concat())
}

fn after() -> impl Strategy<Value = After> {
    proptest::sample::select(vec![
        After::Open,
        After::Eof,
        After::Stop(EndReason::Timeout),
        After::Stop(EndReason::Cancelled),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Never panics, loses no byte ([`Transcript::of`] counts), and says the same however
    /// it is cut: the invariant of `fuzz/fuzz_targets/reader.rs` too.
    #[test]
    fn any_bytes_cut_anywhere_give_the_same(
        bytes in response(),
        after in after(),
        mode in proptest::sample::select(EndMode::ALL),
        method in proptest::sample::select(vec!["GET", "HEAD", "CONNECT"]),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
    ) {
        let whole = Transcript::of(method.as_bytes(), mode, 7, [&bytes[..]], after);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]);
        prop_assert_eq!(&whole, &Transcript::of(method.as_bytes(), mode, 7, pieces, after));
        prop_assert_eq!(&whole, &Transcript::of(method.as_bytes(), mode, 7, bytes.chunks(1), after));
    }
}
