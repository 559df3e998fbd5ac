//! The scripted server: each step, where it listens, how it stops.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use sockeye::playground::Playground;
use sockeye::playground::script::{Fit, Step, send};
use sockeye::playground::server::{CONNECTIONS, Server};

use crate::{PATIENCE, connect, exchange, expect};

#[test]
fn it_listens_on_one_port_of_each_loopback_address() {
    let playground = Playground::start(None).unwrap();
    for &addr in playground.addrs() {
        assert!(addr.ip().is_loopback(), "{addr}");
        assert_eq!(addr.port(), playground.port());
        assert!(exchange(addr, b"GET /hello HTTP/1.1\r\n\r\n").ends_with(b"Hello, socket!\n"));
    }
    let ipv6 = std::net::TcpListener::bind("[::1]:0").is_ok();
    assert_eq!(playground.addrs().len(), 1 + usize::from(ipv6));
    assert!(playground.addrs()[0].is_ipv4());

    let port = playground.port();
    let taken = Playground::start(Some(port)).unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AddrInUse);
    drop(playground);
    assert_eq!(Playground::start(Some(port)).unwrap().port(), port);
}

#[test]
fn it_serves_many_at_once() {
    let playground = Playground::start(None).unwrap();
    let addr = playground.addrs()[0];
    let threads: Vec<_> = (0..64)
        .map(|n| {
            thread::spawn(move || {
                let got = exchange(
                    addr,
                    format!("GET /drip?bytes=640&every=1&size=64 HTTP/1.1\r\nX: {n}\r\n\r\n")
                        .as_bytes(),
                );
                assert!(got.ends_with(format!("drip 0010 {}\n", ".".repeat(53)).as_bytes()));
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn past_the_bound_a_connection_is_closed() {
    let server = Server::start_raw(|_| vec![send("here"), Step::WaitForClose]).unwrap();
    let served: Vec<TcpStream> = (0..CONNECTIONS)
        .map(|_| {
            let mut stream = connect(server.addrs()[0]);
            expect(&mut stream, "here");
            stream
        })
        .collect();
    assert_eq!(server.open(), CONNECTIONS);
    assert_eq!(connect(server.addrs()[0]).read(&mut [0; 4]).unwrap(), 0);
    drop(served);
}

/// Whatever the script is in, stopping ends it.
#[test]
fn stopping_is_prompt() {
    let hour = Duration::from_secs(3600);
    let scripts: Vec<Vec<Step>> = vec![
        vec![Step::Wait(hour)],
        vec![Step::WaitForClose],
        vec![Step::Read { bytes: 9 }],
        vec![Step::ReadSlowly { bytes: 9, rate: 1 }],
        vec![Step::Pattern { bytes: u64::MAX }],
        vec![Step::SendSlowly {
            bytes: b"abc".to_vec(),
            piece: 1,
            every: hour,
        }],
        vec![Step::Repeat {
            times: u64::MAX,
            steps: vec![Step::Wait(hour)],
        }],
        vec![Step::HalfClose, Step::WaitForClose],
        vec![Step::Close],
    ];
    let count = scripts.len() as u64;
    let server = Server::start_raw(move |n| {
        let mut script = vec![send("here")];
        script.extend(scripts[n as usize - 1].clone());
        script
    })
    .unwrap();
    let mut streams: Vec<TcpStream> = (0..count)
        .map(|_| {
            let mut stream = connect(server.addrs()[0]);
            expect(&mut stream, "here");
            stream
        })
        .collect();
    let idle = connect(server.addrs()[0]);
    let began = Instant::now();
    drop(server);
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
    streams.push(idle);
    for mut stream in streams {
        // The end, or a reset where something was left unread.
        let _ = stream.read_to_end(&mut Vec::new()).map_err(|error| {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        });
    }
}

#[test]
fn a_script_may_answer_by_connection_and_request() {
    let server = Server::start(|request| {
        let answer = format!("{}/{} ", request.connection, request.number);
        match request.number {
            3 => vec![send(answer), Step::Close],
            _ => vec![send(answer)],
        }
    })
    .unwrap();
    for want in ["1/1 1/2 1/3 ", "2/1 2/2 2/3 "] {
        let got = exchange(server.addrs()[0], &b"GET / HTTP/1.1\n\n".repeat(4));
        assert_eq!(String::from_utf8_lossy(&got), want);
    }
    assert_eq!(server.accepted(), 2);
}

#[test]
fn a_script_sees_the_requests_exact_bytes() {
    let (seen, requests) = mpsc::channel();
    let server = Server::start(move |request| {
        seen.send((request.bytes(), request.fit)).unwrap();
        vec![Step::Close]
    })
    .unwrap();
    for (bytes, fit) in [
        (
            &b"\r\nPOST /\0 HTTP/1.1\nContent-Length: 3\r\n\na\0b"[..],
            Fit::Whole,
        ),
        (b"POST / HTTP/1.1\nContent-Length: 3\n\na", Fit::Short),
        (b"POST / HTTP/1.1\nContent-Length: 3", Fit::HeadCut),
        (b"POST / HTTP/1.1\nContent-Length: x\n\n", Fit::NoLength),
        (b"\x16\x03\x01\x00\x05hello", Fit::Tls),
    ] {
        exchange(server.addrs()[0], bytes);
        assert_eq!(
            requests.recv_timeout(PATIENCE).unwrap(),
            (bytes.to_vec(), fit)
        );
    }
}

/// What each step does, as the peer sees it: its bytes, and how they end.
#[test]
fn steps_do_what_they_say() {
    let ms = Duration::from_millis;
    for (script, sent, want, end) in [
        (vec![send("a"), send("b"), Step::Close], "", "ab", None),
        (vec![send("ab")], "", "ab", None),
        (
            vec![Step::SendSlowly {
                bytes: b"abcde".to_vec(),
                piece: 2,
                every: ms(1),
            }],
            "",
            "abcde",
            None,
        ),
        (
            vec![Step::SendSlowly {
                bytes: b"ab".to_vec(),
                piece: 0,
                every: ms(1),
            }],
            "",
            "ab",
            None,
        ),
        (
            vec![Step::Repeat {
                times: 3,
                steps: vec![send("ab")],
            }],
            "",
            "ababab",
            None,
        ),
        (
            vec![
                Step::Repeat {
                    times: 3,
                    steps: vec![send("ab"), Step::Close],
                },
                send("c"),
            ],
            "",
            "ab",
            None,
        ),
        (vec![Step::Pattern { bytes: 8 }], "", "flood 00", None),
        (
            vec![Step::Read { bytes: 3 }, send("a"), Step::WaitForClose],
            "xyz",
            "a",
            None,
        ),
        (
            vec![Step::ReadSlowly { bytes: 3, rate: 60 }, send("a")],
            "xyz",
            "a",
            None,
        ),
        (
            vec![Step::HalfClose, Step::Wait(ms(1)), send("a")],
            "",
            "",
            None,
        ),
        (
            vec![send("a"), Step::Reset, send("b")],
            "",
            "a",
            Some(ErrorKind::ConnectionReset),
        ),
        (
            vec![Step::ReceiveBuffer(4096), Step::Wait(ms(1)), send("a")],
            "xyz",
            "a",
            None,
        ),
    ] {
        let steps = script.clone();
        let server = Server::start_raw(move |_| steps.clone()).unwrap();
        let mut stream = connect(server.addrs()[0]);
        stream.write_all(sent.as_bytes()).unwrap();
        if end.is_none() {
            stream.shutdown(Shutdown::Write).unwrap();
        }
        let mut got = Vec::new();
        let outcome = stream.read_to_end(&mut got).err().map(|error| error.kind());
        assert_eq!(String::from_utf8_lossy(&got), want, "{script:?}");
        assert_eq!(outcome, end, "{script:?}");
    }
}

#[test]
fn it_serves_a_unix_socket_too() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    let server =
        Server::start_unix(&path, |request| vec![send(request.path()), Step::Close]).unwrap();
    let mut stream = std::os::unix::net::UnixStream::connect(&path).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(b"GET /unix HTTP/1.1\r\n\r\n").unwrap();
    let mut got = String::new();
    stream.read_to_string(&mut got).unwrap();
    assert_eq!(got, "/unix");
    assert_eq!(server.port(), 0);
}

/// A service that panics takes its connection with it, and nothing else.
#[test]
fn a_panic_ends_one_connection() {
    let server = Server::start(|request| match request.path() {
        "/panic" => panic!("on purpose"),
        _ => vec![send("fine"), Step::Close],
    })
    .unwrap();
    assert_eq!(exchange(server.addrs()[0], b"GET /panic HTTP/1.1\n\n"), b"");
    assert_eq!(exchange(server.addrs()[0], b"GET / HTTP/1.1\n\n"), b"fine");
}
