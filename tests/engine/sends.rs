//! The send loop: what each call is offered and takes.

use std::sync::{Mutex, mpsc};
use std::time::Duration;

use sockeye::event::{Event, Kind};
use sockeye::net::Control;
use sockeye::playground::script::{Step, send};
use sockeye::playground::server::Server;

use super::{OK_3, OK_9, PATIENCE, echo, large, line, plan, run, start};

#[test]
fn each_send_offers_what_was_asked_for() {
    let server = Server::start(|request| vec![send(echo(&request.bytes()))]).unwrap();
    let mut plan = plan(&server, "/");
    plan.options.send_size = Some(16);
    let request = plan.request.clone();
    let done = run(plan);
    assert_eq!(done.body, *request);
    for (offered, sent) in done.sends() {
        assert!(offered <= 16 && sent == offered);
    }
    assert_eq!(done.sends().len(), request.len().div_ceil(16));
}

#[test]
fn between_two_sends_it_rests_as_long_as_asked() {
    let server = Server::start(|request| vec![send(echo(&request.bytes()))]).unwrap();
    let mut plan = plan(&server, "/");
    plan.options.send_size = Some(20);
    plan.options.send_delay = Some(Duration::from_millis(5));
    let done = run(plan);
    let held = |event: &&Event| matches!(event.kind, Kind::Held { .. });
    let rests = done.events.iter().filter(held).count();
    assert_eq!(rests, done.sends().len() - 1);
    assert!(done.end().us >= rests as u64 * 5_000);
}

#[test]
fn a_nonblocking_send_is_short_when_the_queue_is_full() {
    const BODY: usize = 16 << 20;
    let (go, gone) = mpsc::channel::<()>();
    let gone = Mutex::new(gone);
    // Reads nothing before the client has seen a full queue.
    let server = Server::start_raw(move |_| {
        let _ = gone.lock().unwrap().recv_timeout(PATIENCE);
        let read = Step::Read { bytes: BODY as u64 };
        vec![read, send(OK_3), Step::WaitForClose]
    })
    .unwrap();
    let mut plan = plan(&server, "/");
    plan.options.nonblocking = true;
    plan.request = large(BODY);
    let running = start(plan, Control::new());
    running.until(|kind| line(kind).is_some_and(|line| line == "would_block connect"));
    running.until(|kind| matches!(kind, Kind::Send { offered, sent, .. } if sent < offered));
    running.until_queues(|queues| queues.send_unsent > Some(0));
    go.send(()).unwrap();
    let done = running.join();
    assert_eq!(done.outcome, Ok(()));
    assert_eq!(done.body, b"abc");
}

#[test]
fn a_full_send_queue_runs_into_the_timeout() {
    let deaf = Server::start_raw(|_| vec![Step::Wait(PATIENCE)]).unwrap();
    for (nonblocking, waits) in [(false, "failed send EAGAIN"), (true, "would_block send")] {
        let mut plan = plan(&deaf, "/");
        plan.options.nonblocking = nonblocking;
        plan.options.timeout = Some(Duration::from_millis(60));
        plan.request = large(16 << 20);
        let done = run(plan);
        assert_eq!(done.exit(), 28);
        assert!(done.has(waits), "{:?}", done.lines());
        assert!(done.sends().iter().any(|(offered, sent)| sent < offered));
    }
}

#[test]
fn an_answer_that_came_before_the_reset_counts() {
    let early = "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig";
    for (script, exit) in [
        (vec![send(early), Step::Reset], 0),
        (vec![send(OK_9), Step::Reset], 55),
        (vec![Step::Reset], 55),
    ] {
        let expected_wire = match &script[0] {
            Step::Send(bytes) => bytes.clone(),
            _ => Vec::new(),
        };
        let server = Server::start_raw(move |_| script.clone()).unwrap();
        let mut plan = plan(&server, "/");
        plan.request = large(32 << 20);
        let done = run(plan);
        assert_eq!(done.exit(), exit);
        assert!(done.wire == expected_wire, "{:?}", done.lines());
        assert!(
            done.lines()
                .iter()
                .any(|line| line.starts_with("failed send E"))
        );
        assert!(!done.has("closed us kept"));
    }
}
