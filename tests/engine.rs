//! The engine on real loopback sockets, against the scripted server.
//!
//! Every fetch here is checked for what holds of all: one `end`, times that never go
//! back, offsets without a gap, sums that agree. A test adds what is its own, as the
//! lines of [`line`], without times.

use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use sockeye::body::Memory;
use sockeye::error::{Error, Result};
use sockeye::event::{EndMode, EndReason, Event, Family, Kind};
use sockeye::net::channel::{CAPACITY, channel};
use sockeye::net::{Control, Pool, Sink, fetch};
use sockeye::plan::{Plan, Resolve};
use sockeye::playground::script::{Script, Server, Step, send};
use sockeye::request::template;
use sockeye::url::{Scheme, Target};

const OK_3: &str = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
const OK_9: &str = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc";
const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=1\r\nde\r\n0\r\n\r\n";
/// Long enough for any machine; no test waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(20);

// -- how a response ends ----------------------------------------------------------------

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

// -- send -------------------------------------------------------------------------------

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

// -- the user's hand --------------------------------------------------------------------

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
fn when_bytes_arrived_is_told_by_recvmsg_where_it_was_asked_for() {
    // A body of many arrivals: the kernel begins to stamp a moment after it was asked to.
    let body = "x".repeat(9_000_000);
    let server = Server::start(move |_| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        vec![send(head), send(&body)]
    })
    .unwrap();
    for arrivals in [false, true] {
        let mut plan = plan(&server, "/");
        plan.options.arrivals = arrivals;
        let done = run(plan);
        let recvs = done.events.iter().filter_map(|event| match event.kind {
            Kind::Recv {
                stamped, lay_us, ..
            } => Some((stamped, lay_us.is_some())),
            _ => None,
        });
        let recvs: Vec<_> = recvs.collect();
        assert!(recvs.iter().all(|&(stamped, _)| {
            stamped == (arrivals && cfg!(any(target_os = "linux", target_os = "android")))
        }));
        let told = recvs.iter().any(|&(_, told)| told);
        assert_eq!(told, arrivals && cfg!(target_os = "linux"), "{recvs:?}");
    }
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

// -- the way to the server --------------------------------------------------------------

#[test]
fn ipv6_is_tried_first_and_a_refusal_costs_nothing() {
    let server = Server::start(|_| vec![send(OK_3)]).unwrap();
    let (v4, v6): (IpAddr, IpAddr) = ([127, 0, 0, 1].into(), [0, 0, 0, 0, 0, 0, 0, 1].into());
    let refused: IpAddr = [127, 0, 0, 2].into();
    let has_v6 = server.addrs().iter().any(SocketAddr::is_ipv6);
    type Outcome = std::result::Result<IpAddr, u8>;
    let table: [(&[IpAddr], Option<Family>, Outcome); 5] = [
        (&[v4, v6], None, Ok(if has_v6 { v6 } else { v4 })),
        (&[v4, v6], Some(Family::Inet), Ok(v4)),
        (&[refused, v4], None, Ok(v4)),
        (&[refused], None, Err(7)),
        (&[v4], Some(Family::Inet6), Err(6)),
    ];
    for (addrs, family, want) in table {
        let mut plan = plan(&server, "/");
        plan.target.host = "several.test".to_owned();
        plan.options.family = family;
        plan.options.resolve = vec![resolve("SEVERAL.test", server.port(), addrs)];
        let done = run(plan);
        match (want, done.peer()) {
            (Ok(want), Some(peer)) => assert_eq!(peer.ip(), want),
            (Err(exit), None) => assert_eq!(done.outcome.unwrap_err().exit_code(), exit),
            (want, peer) => panic!("{addrs:?}: {want:?}, {peer:?}"),
        }
        let time = done.events.last().map_or(0, |event| event.t_us);
        assert!(time < 250_000, "{addrs:?}: {time} us");
    }
}

#[test]
fn a_dead_first_address_costs_a_quarter_of_a_second() {
    let server = Server::start(|_| vec![send(OK_3)]).unwrap();
    let dead = DeadAddress::on([127, 0, 0, 2], server.port());
    let mut plan = plan(&server, "/");
    plan.options.resolve = vec![resolve(
        "*",
        server.port(),
        &[dead.addr.ip(), [127, 0, 0, 1].into()],
    )];
    let done = run(plan);
    assert_eq!(done.outcome, Ok(()));
    let connected = done.time_of(|kind| matches!(kind, Kind::Connected { .. }));
    assert!((250_000..500_000).contains(&connected), "{connected} us");
}

#[test]
fn a_connect_that_gets_no_answer_times_out() {
    let dead = DeadAddress::on([127, 0, 0, 1], 0);
    for nonblocking in [false, true] {
        let mut plan = plan_for(dead.addr, "/");
        plan.options.nonblocking = nonblocking;
        plan.options.connect_timeout = Some(Duration::from_millis(60));
        let done = run(plan);
        let error = done.outcome.clone().unwrap_err();
        assert_eq!(error.exit_code(), 28);
        assert!(error.to_string().contains("--connect-timeout"), "{error}");
        assert!(done.has(&format!("connect_failed {}", dead.addr)));
        assert!(done.end().us < 1_000_000);
    }
}

#[test]
fn a_unix_socket_serves_as_well() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("socket");
    let server = Server::start_unix(&path, |_| vec![send(OK_3)]).unwrap();
    let mut plan = plan(&server, "/");
    plan.options.unix_socket = Some(path.clone());
    let there = format!("unix:{}", path.display());
    let done = run(plan.clone());
    let want = [
        "socket AF_UNIX",
        &format!("connect_start {there}"),
        &format!("connected {there}"),
    ];
    assert_eq!(done.lines()[..3], want);
    assert_eq!(done.body, b"abc");
    plan.options.unix_socket = Some(dir.path().join("nothing"));
    let refused = run(plan).outcome.unwrap_err();
    assert_eq!(refused.exit_code(), 7);
    assert!(refused.to_string().contains("No such file"), "{refused}");
}

#[test]
fn the_socket_event_tells_its_options() {
    let server = Server::start(|_| vec![send(OK_3)]).unwrap();
    let mut plan = plan(&server, "/");
    plan.options.timeout = Some(Duration::from_secs(2));
    for (nonblocking, timeout_ms) in [(false, 2000), (true, 0)] {
        plan.options.nonblocking = nonblocking;
        let done = run(plan.clone());
        let socket = done.events.iter().find_map(|event| match &event.kind {
            Kind::Socket(socket) => Some(socket.clone()),
            _ => None,
        });
        let socket = socket.unwrap();
        let option = |wanted| {
            socket
                .options
                .iter()
                .find(|(name, _)| *name == wanted)
                .unwrap()
                .1
        };
        assert_eq!(option("O_NONBLOCK"), i64::from(nonblocking));
        assert_eq!(option("SO_RCVTIMEO"), timeout_ms);
        assert_eq!(option("TCP_NODELAY"), 1);
        assert!(option("SO_RCVBUF") > 0 && option("SO_SNDBUF") > 0);
    }
}

// -- kept connections -------------------------------------------------------------------

#[test]
fn a_kept_connection_serves_again_and_offsets_go_on() {
    let server = Server::start(|_| vec![send(OK_3)]).unwrap();
    let pool = Pool::new();
    let plan = plan(&server, "/");
    let request = plan.request.len() as u32;
    run_with(plan.clone(), &pool);
    let second = run_with(plan.clone(), &pool);
    let want = [
        "reused 2".to_owned(),
        format!("send {request} {request}/{request}"),
        "recv 41 41".to_owned(),
    ];
    assert_eq!(second.lines()[..3], want);
    let mut alone = plan.clone();
    alone.options.reuse = false;
    let third = run_with(alone, &pool);
    assert!(third.has("connected 127.0.0.1") && !third.has("closed us kept"));
    assert!(run_with(plan, &pool).has("reused 3"));
    assert_eq!(server.accepted(), 2);
}

#[test]
fn a_connection_is_not_kept_where_that_would_be_wrong() {
    let with = |request: &str, script: Script| (request.to_owned(), script);
    for (request, script) in [
        with(
            "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
            vec![send(OK_3)],
        ),
        with(
            "GET / HTTP/1.1\r\nconnection: x, Close\r\n\r\n",
            vec![send(OK_3)],
        ),
        with(
            "GET / HTTP/1.1\r\n\r\n",
            vec![
                send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
                Step::WaitForClose,
            ],
        ),
        with(
            "GET / HTTP/1.1\r\n\r\n",
            vec![send(format!("{OK_3}excess"))],
        ),
    ] {
        let server = Server::start(move |_| script.clone()).unwrap();
        let mut plan = plan(&server, "/");
        plan.request = request.clone().into_bytes().into();
        let done = run(plan);
        assert!(
            done.has("closed us") && !done.has("closed us kept"),
            "{request}: {:?}",
            done.lines()
        );
    }
}

#[test]
fn a_kept_connection_that_cannot_serve_says_why() {
    let pool = Pool::new();
    let server = Server::start(|_| vec![send(OK_3), Step::Reset]).unwrap();
    let plan = plan(&server, "/");
    let first = run_with(plan.clone(), &pool);
    assert!(first.has("closed us kept"));
    wait_until(|| server.open() == 0);
    assert!(run_with(plan, &pool).has("not_reused the peer had reset it"));

    let pool = Pool::new();
    let server = Server::start(|_| vec![send(OK_3)]).unwrap();
    let mut plan = self::plan(&server, "/");
    run_with(plan.clone(), &pool);
    plan.options.resolve = vec![resolve(
        "*",
        server.port(),
        &[[127, 0, 0, 2].into(), [127, 0, 0, 1].into()],
    )];
    assert!(run_with(plan.clone(), &pool).has("reused 2"));
    plan.options.resolve = vec![resolve("*", server.port(), &[[127, 0, 0, 2].into()])];
    assert!(run_with(plan, &pool).has("not_reused --resolve gives another address"));
}

#[test]
fn a_request_on_a_connection_that_had_died_goes_out_once_more() {
    let died = |method: &str| {
        let requests = AtomicUsize::new(0);
        let server = Server::start(move |_| match requests.fetch_add(1, Ordering::SeqCst) {
            1 => vec![Step::Close],
            _ => vec![send(OK_3)],
        })
        .unwrap();
        let pool = Pool::new();
        let mut plan = plan(&server, "/");
        plan.request = format!("{method} / HTTP/1.1\r\n\r\n").into_bytes().into();
        run_with(plan.clone(), &pool);
        run_with(plan, &pool)
    };
    let got = died("GET");
    assert_eq!(got.outcome, Ok(()));
    let lines: Vec<String> = got
        .lines()
        .into_iter()
        .filter(|line| !line.starts_with("resolve"))
        .collect();
    let want = [
        "reused 2",
        "send 18 18/18",
        "recv 41 0",
        "not_reused the peer had closed it",
        "socket AF_INET",
        "connect_start",
        "connected",
        "send 0 18/18",
        "recv 0 41",
    ];
    for (line, want) in lines.iter().zip(want) {
        assert!(line.starts_with(want), "{lines:#?}");
    }
    let posted = died("POST");
    assert_eq!(
        posted.outcome,
        Err(Error::EmptyReply),
        "what may have an effect is not repeated"
    );
}

// -- the channel to the screen ----------------------------------------------------------

#[test]
fn a_full_channel_holds_the_fetch_back_until_it_is_drained() {
    let body = 400_000;
    let server = Server::start(move |_| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {body}\r\n\r\n");
        vec![send(head), Step::Pattern { bytes: body }]
    })
    .unwrap();
    let mut plan = plan(&server, "/");
    plan.options.recv_size = 16;
    let control = Control::new();
    let wakes = Arc::new(AtomicUsize::new(0));
    let (tell, woken) = mpsc::channel();
    let counted = Arc::clone(&wakes);
    let (mut sender, receiver) = channel(&Memory::new(64 << 20), &control, move || {
        counted.fetch_add(1, Ordering::SeqCst);
        tell.send(()).unwrap();
    });
    let fetching = thread::spawn(move || fetch(&plan, &control, &Pool::new(), &mut sender));
    let (mut all, mut batch, mut fullest, mut drains) = (Vec::new(), Vec::new(), 0, 0);
    while !all
        .iter()
        .any(|event: &Event| matches!(event.kind, Kind::Closed { .. }))
    {
        woken.recv_timeout(PATIENCE).unwrap();
        if drains == 1 {
            // A fetch that is not held back ends without us.
            wait_until(|| fetching.is_finished() || receiver.waiting() == CAPACITY);
        }
        receiver.drain(&mut batch);
        drains += 1;
        fullest = fullest.max(batch.len());
        all.append(&mut batch);
    }
    assert_eq!(fetching.join().unwrap(), Ok(()));
    assert_eq!(fullest, CAPACITY);
    assert!(
        wakes.load(Ordering::SeqCst) <= drains + 1,
        "one wake-up a batch"
    );
    assert_eq!(receiver.wire().len(), body + all_heads(&all));
    assert!(receiver.decoded().is_empty());
    check(&all);
}

#[test]
fn a_full_channel_is_left_on_cancel_and_when_nobody_drains_it() {
    let server = Server::start(|_| {
        vec![
            send("HTTP/1.1 200 OK\r\n\r\n"),
            Step::Pattern { bytes: 1 << 40 },
        ]
    })
    .unwrap();
    for cancel in [true, false] {
        let mut plan = plan(&server, "/");
        plan.options.recv_size = 16;
        let control = Control::new();
        let hand = control.clone();
        let (mut sender, receiver) = channel(&Memory::new(64 << 20), &control, || {});
        let fetching = thread::spawn(move || fetch(&plan, &control, &Pool::new(), &mut sender));
        wait_until(|| receiver.waiting() == CAPACITY);
        let kept = if cancel {
            hand.cancel();
            Some(receiver)
        } else {
            drop(receiver);
            None
        };
        assert_eq!(fetching.join().unwrap(), Err(Error::Cancelled));
        if let Some(receiver) = kept {
            let mut events = Vec::new();
            receiver.drain(&mut events);
            check(&events);
        }
    }
}

#[test]
fn only_a_decoded_body_is_copied() {
    for (response, decoded) in [(OK_3, ""), (CHUNKED, "abcde")] {
        let server = Server::start(move |_| vec![send(response)]).unwrap();
        let control = Control::new();
        let (mut sender, receiver) = channel(&Memory::new(1 << 20), &control, || {});
        fetch(&plan(&server, "/"), &control, &Pool::new(), &mut sender).unwrap();
        let all = |store: sockeye::body::Store| {
            let mut bytes = vec![0; store.len() as usize];
            store.read_at(0, &mut bytes).unwrap();
            bytes
        };
        assert_eq!(all(receiver.wire()), response.as_bytes());
        assert_eq!(all(receiver.decoded()), decoded.as_bytes());
    }
}

#[test]
fn a_sink_that_refuses_ends_the_exchange_with_its_error() {
    struct Full(Vec<Event>);
    impl Sink for Full {
        fn wire(&mut self, _: &[u8]) -> Result<()> {
            Err(Error::write(
                "here",
                &std::io::ErrorKind::StorageFull.into(),
            ))
        }
        fn body(&mut self, _: &[u8]) -> Result<()> {
            Ok(())
        }
        fn event(&mut self, event: Event) -> Result<()> {
            self.0.push(event);
            Ok(())
        }
    }
    let server = Server::start(|_| vec![send(OK_3)]).unwrap();
    let mut full = Full(Vec::new());
    let outcome = fetch(
        &plan(&server, "/"),
        &Control::new(),
        &Pool::new(),
        &mut full,
    );
    assert_eq!(outcome.unwrap_err().exit_code(), 23);
    check(&full.0);
}

// -- the kernel's queues ----------------------------------------------------------------

#[test]
fn the_queues_are_looked_at_as_often_as_asked() {
    let server = Server::start(|_| vec![send(OK_3)]).unwrap();
    for (watch, looks) in [(None, 0), (Some(Duration::ZERO), 2), (Some(PATIENCE), 1)] {
        let mut plan = plan(&server, "/");
        plan.watch = watch;
        let done = run(plan);
        assert_eq!(
            done.lines().iter().filter(|line| *line == "queues").count(),
            looks
        );
    }
}

// -- support ----------------------------------------------------------------------------

/// A sink in memory that tells of each event as it comes.
struct Tape {
    wire: Vec<u8>,
    body: Vec<u8>,
    events: Vec<Event>,
    tell: mpsc::Sender<Kind>,
}

impl Sink for Tape {
    fn wire(&mut self, bytes: &[u8]) -> Result<()> {
        self.wire.extend_from_slice(bytes);
        Ok(())
    }
    fn body(&mut self, bytes: &[u8]) -> Result<()> {
        self.body.extend_from_slice(bytes);
        Ok(())
    }
    fn event(&mut self, event: Event) -> Result<()> {
        // Most tests wait for the end only, and listen to nothing.
        let _ = self.tell.send(event.kind.clone());
        self.events.push(event);
        Ok(())
    }
}

struct Running {
    control: Control,
    thread: JoinHandle<Done>,
    told: Receiver<Kind>,
}

struct Done {
    outcome: Result<()>,
    wire: Vec<u8>,
    body: Vec<u8>,
    events: Vec<Event>,
}

fn run(plan: Plan) -> Done {
    run_with(plan, &Pool::new())
}

fn run_with(plan: Plan, pool: &Pool) -> Done {
    let (tell, _told) = mpsc::channel();
    tape(plan, &Control::new(), pool, tell)
}

fn start(plan: Plan, control: Control) -> Running {
    let (tell, told) = mpsc::channel();
    let hand = control.clone();
    let thread = thread::spawn(move || tape(plan, &hand, &Pool::new(), tell));
    Running {
        control,
        thread,
        told,
    }
}

fn tape(mut plan: Plan, control: &Control, pool: &Pool, tell: mpsc::Sender<Kind>) -> Done {
    let mut tape = Tape {
        wire: Vec::new(),
        body: Vec::new(),
        events: Vec::new(),
        tell,
    };
    plan.start = Instant::now();
    let outcome = fetch(&plan, control, pool, &mut tape);
    check(&tape.events);
    let exits = tape.events.iter().find_map(|event| match event.kind {
        Kind::Error { exit, .. } => Some(exit),
        _ => None,
    });
    assert_eq!(exits, outcome.as_ref().err().map(Error::exit_code));
    Done {
        outcome,
        wire: tape.wire,
        body: tape.body,
        events: tape.events,
    }
}

impl Running {
    fn until(&self, wanted: impl Fn(&Kind) -> bool) {
        while !wanted(
            &self
                .told
                .recv_timeout(PATIENCE)
                .expect("the event never came"),
        ) {}
    }

    fn until_queues(&self, wanted: impl Fn(&sockeye::event::Queues) -> bool) {
        wait_until(|| self.control.queues().is_some_and(|queues| wanted(&queues)));
    }

    fn join(self) -> Done {
        self.thread.join().unwrap()
    }
}

impl Done {
    fn lines(&self) -> Vec<String> {
        self.events
            .iter()
            .filter_map(|event| line(&event.kind))
            .collect()
    }

    fn has(&self, start: &str) -> bool {
        self.lines().iter().any(|line| line.starts_with(start))
    }

    fn lines_after_send(&self, name: &str, want: &[&str]) {
        let lines = self.lines();
        let send = lines
            .iter()
            .rposition(|line| line.starts_with("send "))
            .unwrap();
        let mut got = lines[send + 1..].to_vec();
        got.retain(|line| !line.starts_with("would_block"));
        let got = got.join("\n");
        let want = want.join("\n");
        assert!(got == want, "{name}\n-- want\n{want}\n-- got\n{got}");
    }

    fn end(&self) -> sockeye::event::End {
        let end = self.events.iter().find_map(|event| match event.kind {
            Kind::End(end) => Some(end),
            _ => None,
        });
        end.unwrap()
    }

    fn exit(&self) -> u8 {
        self.outcome.as_ref().err().map_or(0, Error::exit_code)
    }

    fn sends(&self) -> Vec<(u32, u32)> {
        let sends = self.events.iter().filter_map(|event| match event.kind {
            Kind::Send { offered, sent, .. } => Some((offered, sent)),
            _ => None,
        });
        sends.collect()
    }

    fn peer(&self) -> Option<SocketAddr> {
        self.events.iter().find_map(|event| match &event.kind {
            Kind::Connected {
                peer: sockeye::event::Addr::Ip(peer),
                ..
            } => Some(*peer),
            _ => None,
        })
    }

    fn time_of(&self, wanted: impl Fn(&Kind) -> bool) -> u64 {
        self.events
            .iter()
            .find(|event| wanted(&event.kind))
            .unwrap()
            .t_us
    }
}

/// An event without its times; `None` for what varies from machine to machine.
fn line(kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::ResolveStart { host, port } => format!("resolve_start {host}:{port}"),
        Kind::Resolved { addrs, .. } => {
            let addrs: Vec<String> = addrs.iter().map(IpAddr::to_string).collect();
            format!("resolved {}", addrs.join(" "))
        }
        Kind::Socket(socket) => format!("socket {}", socket.family),
        Kind::ConnectStart { addr } => format!("connect_start {addr}"),
        Kind::Connected { peer, .. } => format!("connected {peer}"),
        Kind::ConnectFailed { addr, .. } => format!("connect_failed {addr}"),
        Kind::Reused { exchange, .. } => format!("reused {exchange}"),
        Kind::NotReused { why, .. } => format!("not_reused {why}"),
        Kind::Send {
            offset,
            offered,
            sent,
            ..
        } => format!("send {offset} {sent}/{offered}"),
        Kind::Recv { offset, bytes, .. } => format!("recv {offset} {bytes}"),
        Kind::CallFailed { call, errno, .. } => format!("failed {call} {errno}"),
        Kind::WouldBlock { call, .. } => format!("would_block {call}"),
        Kind::Held { call, .. } => format!("held {call}"),
        Kind::HalfClosed => "half_closed".to_owned(),
        Kind::Head(head) => format!("head {}", head.status),
        Kind::Body { bytes } => format!("body {bytes}"),
        Kind::Chunk { size, .. } => format!("chunk {size}"),
        Kind::Anomaly(anomaly) => format!("anomaly {}", anomaly.kind.name()),
        Kind::End(end) => format!(
            "end {} {}+{} of {}",
            end.reason, end.head_bytes, end.body_bytes, end.wire_bytes
        ),
        Kind::Closed { by, kept_alive, .. } => {
            format!("closed {by}{}", if *kept_alive { " kept" } else { "" })
        }
        Kind::Error { kind, exit, .. } => format!("error {kind} {exit}"),
        Kind::Queues(_) => "queues".to_owned(),
        _ => return None,
    })
}

/// What holds of every exchange.
fn check(events: &[Event]) {
    let ends: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.kind {
            Kind::End(end) => Some(end),
            _ => None,
        })
        .collect();
    assert_eq!(ends.len(), 1, "exactly one end");
    assert!(events.is_sorted_by_key(|event| event.t_us), "times go back");
    let (mut sent_at, mut received_at) = (None, None);
    let (mut received, mut body) = (0, 0);
    for event in events {
        match event.kind {
            Kind::Connected { .. } | Kind::Reused { .. } => {
                (sent_at, received_at, received) = (None, None, 0);
            }
            Kind::Send {
                offset,
                offered,
                sent,
                ..
            } => {
                assert!(sent <= offered && sent_at.is_none_or(|at| at == offset));
                sent_at = Some(offset + u64::from(sent));
            }
            Kind::Recv {
                offset,
                asked,
                bytes,
                ..
            } => {
                assert!(bytes <= asked && received_at.is_none_or(|at| at == offset));
                received_at = Some(offset + u64::from(bytes));
                received += u64::from(bytes);
            }
            Kind::Body { bytes } => {
                assert!(bytes > 0);
                body += bytes;
            }
            _ => {}
        }
    }
    assert_eq!((ends[0].wire_bytes, ends[0].body_bytes), (received, body));
    assert!(ends[0].head_bytes + body <= received);
    let order: Vec<&str> = events
        .iter()
        .map(|event| event.kind.name())
        .skip_while(|name| !["error", "end"].contains(name))
        .collect();
    let allowed = [
        &["error", "end"][..],
        &["error", "end", "closed"],
        &["end", "closed"],
    ];
    assert!(allowed.contains(&&order[..]), "{order:?}");
}

fn all_heads(events: &[Event]) -> u64 {
    let heads = events.iter().filter_map(|event| match &event.kind {
        Kind::Head(head) => Some(head.bytes),
        _ => None,
    });
    heads.sum()
}

fn plan(server: &Server, path: &str) -> Plan {
    plan_for(SocketAddr::new([127, 0, 0, 1].into(), server.port()), path)
}

fn plan_for(addr: SocketAddr, path: &str) -> Plan {
    let target = Target {
        scheme: Scheme::Http,
        host: addr.ip().to_string(),
        port: addr.port(),
        path: path.to_owned(),
        userinfo: None,
        socket: None,
        notes: Vec::new(),
    };
    let request = template(&target);
    Plan::new(target, request)
}

/// A request of so many bytes; head and body look alike to these servers.
fn large(bytes: usize) -> Arc<[u8]> {
    let mut request = b"PUT / HTTP/1.1\r\n\r\n".to_vec();
    request.resize(bytes, b'x');
    request.into()
}

fn resolve(host: &str, port: u16, addrs: &[IpAddr]) -> Resolve {
    Resolve {
        host: host.to_ascii_lowercase(),
        port,
        addrs: addrs.to_vec(),
    }
}

fn echo(bytes: &[u8]) -> Vec<u8> {
    let mut response =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len()).into_bytes();
    response.extend_from_slice(bytes);
    response
}

/// A listener whose backlog is full: a connect to it gets no answer.
struct DeadAddress {
    addr: SocketAddr,
    _listener: TcpListener,
    _filling: Vec<TcpStream>,
}

impl DeadAddress {
    fn on(ip: [u8; 4], port: u16) -> DeadAddress {
        let listener = TcpListener::bind(SocketAddr::new(ip.into(), port)).unwrap();
        // listen() again makes the backlog smaller: std asks for 128.
        rustix::net::listen(&listener, 0).unwrap();
        let addr = listener.local_addr().unwrap();
        let mut filling = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&addr, Duration::from_millis(50)) {
            filling.push(stream);
        }
        DeadAddress {
            addr,
            _listener: listener,
            _filling: filling,
        }
    }
}

/// Looks again and again, without sleeping: for states that no event tells.
fn wait_until(state: impl Fn() -> bool) {
    let began = Instant::now();
    while !state() {
        assert!(began.elapsed() < PATIENCE, "the state never came");
        thread::yield_now();
    }
}
