//! Kept connections: served from again, or not, and why.

use std::sync::atomic::{AtomicUsize, Ordering};

use sockeye::error::Error;
use sockeye::net::Pool;
use sockeye::playground::script::{Script, Step, send};
use sockeye::playground::server::Server;

use super::{OK_3, plan, resolve, run, run_with, wait_until};

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
