//! How a response ends: by its framing, by the mode asked for, by a time limit.

use std::time::Duration;

use sockeye::event::{EndMode, EndReason};
use sockeye::playground::script::{Script, Step, send};
use sockeye::playground::server::Server;

use super::{CHUNKED, OK_3, OK_9, plan, run};

#[test]
fn a_response_ends_as_the_mode_says() {
    let close = || Step::Close;
    let quiet = || Step::WaitForClose;
    let short = Some(Duration::from_millis(60));
    #[rustfmt::skip]
    let table: [(EndMode, Option<Duration>, Script, &[&str]); 13] = [
        (EndMode::Auto, None, vec![send(OK_3)],
         &["recv 0 41", "head 200", "body 3", "end content_length 38+3 of 41", "closed us kept"]),
        (EndMode::Auto, None, vec![send(CHUNKED)],
         &["recv 0 71", "head 200", "chunk 3", "body 3", "chunk 2", "body 2", "chunk 0",
           "end chunked 47+5 of 71", "closed us kept"]),
        (EndMode::Auto, None, vec![send("HTTP/1.1 200 OK\r\n\r\nabc"), close()],
         &["recv 0 22", "head 200", "body 3", "recv 22 0", "end close 19+3 of 22", "closed peer"]),
        (EndMode::Auto, None, vec![send(OK_9), close()],
         &["recv 0 41", "head 200", "body 3", "recv 41 0", "anomaly body_cut",
           "error ended_early 18", "end close 38+3 of 41", "closed peer"]),
        (EndMode::Auto, None, vec![close()],
         &["recv 0 0", "error empty_reply 52", "end error 0+0 of 0", "closed peer"]),
        (EndMode::Auto, short, vec![send(OK_9), quiet()],
         &["recv 0 41", "head 200", "body 3", "failed recv EAGAIN", "error timeout 28",
           "end timeout 38+3 of 41", "closed us"]),
        (EndMode::Auto, None, vec![send(OK_9), Step::Reset],
         &["recv 0 41", "head 200", "body 3", "failed recv ECONNRESET", "error recv 56",
           "end error 38+3 of 41", "closed us"]),
        (EndMode::Close, None, vec![send(OK_3), close()],
         &["recv 0 41", "head 200", "body 3", "recv 41 0", "end close 38+3 of 41", "closed peer"]),
        (EndMode::Close, short, vec![send(OK_3), quiet()],
         &["recv 0 41", "head 200", "body 3", "failed recv EAGAIN", "error timeout 28",
           "end timeout 38+3 of 41", "closed us"]),
        (EndMode::Length, None, vec![send("HTTP/1.1 200 OK\r\n\r\nabc"), quiet()],
         &["recv 0 22", "anomaly no_length", "head 200", "body 3", "error malformed 8",
           "end error 19+3 of 22", "closed us"]),
        (EndMode::Timeout, short, vec![send(OK_9), quiet()],
         &["recv 0 41", "head 200", "body 3", "failed recv EAGAIN", "anomaly length_mismatch",
           "end timeout 38+3 of 41", "closed us"]),
        (EndMode::Once, None, vec![send(OK_9), quiet()],
         &["recv 0 41", "head 200", "body 3", "end once 38+3 of 41", "closed us"]),
        (EndMode::Once, None, vec![close()],
         &["recv 0 0", "error empty_reply 52", "end error 0+0 of 0", "closed peer"]),
    ];
    for (end, timeout, script, want) in table {
        let name = format!("{end} {script:?}");
        let server = Server::start(move |_| script.clone()).unwrap();
        let mut plan = plan(&server, "/");
        plan.options.end = end;
        plan.options.timeout = timeout;
        run(plan.clone()).lines_after_send(&name, want);
        plan.options.nonblocking = true;
        // There poll() runs into the timeout, and no recv() fails.
        let want: Vec<&str> = want
            .iter()
            .copied()
            .filter(|line| *line != "failed recv EAGAIN")
            .collect();
        run(plan).lines_after_send(&name, &want);
    }
}

#[test]
fn once_is_one_recv_of_the_size_asked() {
    let server = Server::start(|_| vec![send(OK_9), Step::WaitForClose]).unwrap();
    let mut plan = plan(&server, "/");
    plan.options.end = EndMode::Once;
    plan.options.recv_size = 10;
    let done = run(plan);
    assert_eq!(done.wire, OK_9.as_bytes()[..10]);
    assert_eq!(done.outcome, Ok(()));
}

#[test]
fn the_whole_time_bounds_every_call() {
    let server = Server::start(|_| {
        vec![Step::SendSlowly {
            bytes: OK_9.into(),
            piece: 1,
            every: Duration::from_millis(20),
        }]
    })
    .unwrap();
    for nonblocking in [false, true] {
        let mut plan = plan(&server, "/");
        plan.options.nonblocking = nonblocking;
        plan.options.timeout = Some(Duration::from_secs(10));
        plan.options.max_time = Some(Duration::from_millis(100));
        let done = run(plan);
        let text = done.outcome.clone().unwrap_err().to_string();
        assert!(
            text.contains("0.1 s") && text.contains("--max-time"),
            "{text}"
        );
        assert_eq!(done.end().reason, EndReason::Timeout);
        assert!(done.end().us < 5_000_000 && !done.wire.is_empty());
    }
}

/// The server reads until our close, which is only a half of one.
#[test]
fn after_a_half_close_the_answer_still_comes() {
    let server = Server::start(|_| vec![Step::WaitForClose, send(OK_3), Step::Close]).unwrap();
    let mut plan = plan(&server, "/");
    plan.options.half_close = true;
    run(plan).lines_after_send(
        "half-close",
        &[
            "half_closed",
            "recv 0 41",
            "head 200",
            "body 3",
            "end content_length 38+3 of 41",
            "closed us",
        ],
    );
}
