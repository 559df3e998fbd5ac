//! What the user's hand does to a running fetch: cancel, step, throttle, pause.

use std::time::{Duration, Instant};

use sockeye::error::Error;
use sockeye::event::{EndReason, Kind};
use sockeye::net::Control;
use sockeye::plan::Plan;
use sockeye::playground::script::{Step, send};
use sockeye::playground::server::Server;

use super::{DeadAddress, OK_3, OK_9, PATIENCE, Running, large, line, plan, start};

#[test]
fn a_cancel_takes_effect_at_once_and_keeps_the_bytes() {
    let silent = Server::start_raw(|_| vec![Step::WaitForClose]).unwrap();
    let deaf = Server::start_raw(|_| vec![Step::Wait(PATIENCE)]).unwrap();
    let cut = Server::start(|_| vec![send(OK_9), Step::WaitForClose]).unwrap();
    let dead = DeadAddress::on([127, 0, 0, 1], 0);
    let mut connecting = plan(&silent, "/");
    connecting.target.port = dead.addr.port();
    let mut sending = plan(&deaf, "/");
    sending.request = large(64 << 20);
    type Row<'a> = (&'a str, Plan, fn(&Running), &'a [u8]);
    let table: [Row; 4] = [
        (
            "connect",
            connecting,
            |run| run.until(|kind| matches!(kind, Kind::ConnectStart { .. })),
            b"",
        ),
        (
            "send",
            sending,
            |run| run.until_queues(|queues| queues.send_unsent > Some(0)),
            b"",
        ),
        (
            "recv",
            plan(&silent, "/"),
            |run| run.until(|kind| matches!(kind, Kind::Send { .. })),
            b"",
        ),
        (
            "body",
            plan(&cut, "/"),
            |run| run.until(|kind| matches!(kind, Kind::Body { .. })),
            OK_9.as_bytes(),
        ),
    ];
    for (name, plan, wait, kept) in table {
        for nonblocking in [false, true] {
            let mut plan = plan.clone();
            plan.options.nonblocking = nonblocking;
            let running = start(plan, Control::new());
            wait(&running);
            let cancelled = Instant::now();
            running.control.cancel();
            let done = running.join();
            let took = cancelled.elapsed();
            assert!(took < Duration::from_millis(100), "{name}: {took:?}");
            assert_eq!(done.outcome, Err(Error::Cancelled), "{name}");
            assert_eq!(done.end().reason, EndReason::Cancelled, "{name}");
            assert_eq!(done.wire, kept, "{name}");
        }
    }
}

#[test]
fn a_step_lets_exactly_one_call_through() {
    let server = Server::start(|_| vec![send(OK_9), Step::WaitForClose]).unwrap();
    let mut plan = plan(&server, "/");
    plan.options.recv_size = 4;
    let control = Control::new();
    control.pause();
    let running = start(plan, control);
    // getaddrinfo, connect, send, recv, recv
    for wanted in [
        "resolved 127.0.0.1",
        "connected",
        "send 0",
        "recv 0 4",
        "recv 4 4",
    ] {
        running.control.step();
        running.until(|kind| line(kind).is_some_and(|line| line.starts_with(wanted)));
    }
    running.control.cancel();
    let done = running.join();
    let mut recvs = done.lines();
    recvs.retain(|line| line.starts_with("recv "));
    assert_eq!(recvs, ["recv 0 4", "recv 4 4"]);
    let queued: Vec<_> = done
        .events
        .iter()
        .filter_map(|event| match event.kind {
            Kind::Recv { queued, .. } => queued,
            _ => None,
        })
        .collect();
    assert_eq!(
        queued.len(),
        2,
        "paced by hand, the queue is read before each recv"
    );
}

#[test]
fn a_throttled_call_is_held_and_says_so() {
    let server = Server::start(|_| vec![send(OK_3)]).unwrap();
    let control = Control::new();
    // Three calls of at least 100 ms each, unless the machine itself is slower than that.
    control.throttle(Some(10.0));
    let done = start(plan(&server, "/"), control).join();
    assert!(done.has("held ") && done.body == b"abc");
}

#[test]
fn a_paused_fetch_goes_on() {
    let server = Server::start(|_| vec![send(OK_3)]).unwrap();
    let control = Control::new();
    control.pause();
    let running = start(plan(&server, "/"), control);
    running.control.step();
    running.until(|kind| matches!(kind, Kind::Resolved { .. }));
    running.control.resume();
    assert_eq!(running.join().body, b"abc");
}
