//! Several requests in one send, and their responses, cut anywhere.

use std::time::Duration;

use sockeye::event::{EndMode, EndReason};
use sockeye::playground::script::{Script, Step, send};

use crate::support::{deaf, plan, run};

const TWO: &str = "GET /a HTTP/1.1|Host: h||GET /b HTTP/1.1|Host: h||";
const HEAD_AND_GET: &str = "HEAD /a HTTP/1.1|Host: h||GET /b HTTP/1.1|Host: h||";
const A: &str = "HTTP/1.1 200 OK|Content-Length: 3||abc";
const B: &str = "HTTP/1.1 404 Not Found|Transfer-Encoding: chunked||2|de|3|fgh|0|T: 1||";
const EARLY: &str = "HTTP/1.1 103 Early Hints||";
const LAST: &str = "HTTP/1.1 200 OK|Connection: close|Content-Length: 1||z";

fn crlf(text: &str) -> String {
    text.replace('|', "\r\n")
}

#[test]
fn each_response_is_read_where_the_last_one_ended_however_they_are_cut() {
    let wire = crlf(&format!("{A}{EARLY}{B}"));
    let first = crlf(A).len();
    let second = first as u64;
    for piece in [1, 2, 3, 7, 16, first - 1, first, first + 1, wire.len()] {
        let server = deaf(vec![
            Step::SendSlowly {
                bytes: wire.clone().into(),
                piece,
                every: Duration::ZERO,
            },
            Step::WaitForClose,
        ]);
        let done = run(&plan(&server, TWO));
        assert_eq!(done.outcome, Ok(()), "{piece}");
        assert_eq!(done.record.body, b"abcdefgh", "{piece}");
        assert_eq!(done.record.wire, wire.as_bytes());
        let all = wire.len() as u64;
        let answers = [format!("200 0..{second}"), format!("404 {second}..{all}")];
        assert_eq!(done.answers(), answers, "{piece}");
        assert_eq!(done.exchange.answered, Some((2, 2)));
        let end = done.end();
        assert_eq!((end.reason, end.body_bytes), (EndReason::Chunked, 8));
        assert_eq!(done.exchange.body_bytes, 5, "of the last one");
        assert_eq!(done.exchange.interim.len(), 1);
        assert!(done.exchange.closed.unwrap().kept_alive, "{piece}");
    }
}

#[test]
fn what_comes_decides_how_many_are_waited_for() {
    type Row = (&'static str, EndMode, Script, u8, &'static [&'static str]);
    let quiet = || Step::WaitForClose;
    #[rustfmt::skip]
    let table: [Row; 8] = [
        // One request: what lies behind its response nobody asked for.
        ("GET / HTTP/1.1||", EndMode::Auto, vec![send(crlf(&format!("{A}{A}"))), quiet()], 0,
         &["head 200 @0", "body 3", "anomaly excess_bytes", "end content_length 38+3 of 82",
           "closed us: bytes came after the end of the response"]),
        // The method of each request frames its own response.
        (HEAD_AND_GET, EndMode::Auto, vec![send(crlf(&format!("HTTP/1.1 200 OK|Content-Length: 9||{A}"))), quiet()], 0,
         &["head 200 @0", "answer 2 @38", "head 200 @38", "body 3", "answered 2/2",
           "end content_length 76+3 of 79", "kept"]),
        // A response that says close is the last one.
        (TWO, EndMode::Auto, vec![send(crlf(LAST)), quiet()], 0,
         &["head 200 @0", "body 1", "answered 1/2", "end content_length 57+1 of 58",
           "closed us: the server says Connection: close"]),
        (TWO, EndMode::Auto, vec![send(crlf(A)), Step::Close], 52,
         &["head 200 @0", "body 3", "recv 41 0", "answered 1/2", "error empty_reply 52",
           "end error 38+3 of 41", "closed peer: the peer closed it"]),
        (TWO, EndMode::Close, vec![send(crlf(A)), Step::Close], 0,
         &["head 200 @0", "body 3", "recv 41 0", "answered 1/2", "end close 38+3 of 41",
           "closed peer: the peer closed it"]),
        (TWO, EndMode::Close, vec![send(crlf(&format!("{A}{A}"))), Step::Close], 0,
         &["head 200 @0", "body 3", "answer 2 @41", "head 200 @41", "body 3", "recv 82 0", "answered 2/2",
           "end close 76+6 of 82", "closed peer: the peer closed it"]),
        (TWO, EndMode::Once, vec![send(crlf(&format!("{A}{A}"))), quiet()], 0,
         &["head 200 @0", "body 3", "answer 2 @41", "head 200 @41", "body 3", "answered 2/2",
           "end once 76+6 of 82", "kept"]),
        // More than was asked for.
        (TWO, EndMode::Auto, vec![send(crlf(&format!("{A}{A}{A}"))), quiet()], 0,
         &["head 200 @0", "body 3", "answer 2 @41", "head 200 @41", "body 3", "anomaly excess_bytes",
           "answered 2/2", "end content_length 76+6 of 123",
           "closed us: bytes came after the end of the response"]),
    ];
    for (request, end, script, exit, want) in table {
        let server = deaf(script.clone());
        let mut plan = plan(&server, request);
        plan.options.end = end;
        let done = run(&plan);
        let lines = done.lines();
        assert_eq!(lines[2..], *want, "{request} {end} {script:?}");
        assert_eq!(done.exit(), exit);
    }
}

#[test]
fn silence_before_the_second_response_is_a_timeout() {
    let server = deaf(vec![send(crlf(A)), Step::WaitForClose]);
    for (end, exit) in [(EndMode::Auto, 28), (EndMode::Timeout, 0)] {
        let mut plan = plan(&server, TWO);
        plan.options.end = end;
        plan.options.timeout = Some(Duration::from_millis(300));
        let done = run(&plan);
        assert_eq!(done.exit(), exit, "{end}");
        assert_eq!(done.end().reason, EndReason::Timeout);
        assert_eq!(done.exchange.answered, Some((1, 2)), "{:?}", done.lines());
    }
}
