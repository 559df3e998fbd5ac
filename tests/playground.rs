//! The playground and the scripted server behind it, over real sockets on loopback.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use sockeye::anomaly::Kind;
use sockeye::event::{self, EndMode};
use sockeye::playground::Playground;
use sockeye::playground::flood::{BLOCK, flood_byte};
use sockeye::playground::script::{CONNECTIONS, Fit, Server, Step, send};
use sockeye::proto::{Output, Reader};

/// Long enough for any loaded machine; a test that works never waits so long.
const PATIENCE: Duration = Duration::from_secs(20);

fn connect(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends it all, says that there is no more, and reads until the close.
fn exchange(addr: SocketAddr, request: &[u8]) -> Vec<u8> {
    let mut stream = connect(addr);
    stream.write_all(request).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    response
}

fn get(playground: &Playground, target: &str) -> String {
    let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    String::from_utf8_lossy(&exchange(playground.addrs()[0], request.as_bytes())).into_owned()
}

/// Reads as many bytes as `want` has, and no more.
fn expect(stream: &mut TcpStream, want: &str) {
    let mut got = vec![0; want.len()];
    stream.read_exact(&mut got).unwrap();
    assert_eq!(String::from_utf8_lossy(&got), want);
}

fn answer(fields: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nServer: sockeye-playground\r\n\
         Content-Type: text/plain; charset=utf-8\r\n{fields}\r\n{body}"
    )
}

// -- pages --------------------------------------------------------------------------

/// Each page with the exact answer to a request that says `Connection: close`.
#[test]
fn every_small_page_answers_exactly_this() {
    let playground = Playground::start(None).unwrap();
    let close = "Connection: close\r\n";
    for (target, want) in [
        (
            "/hello",
            answer(
                "Content-Length: 15\r\nConnection: close\r\n",
                "Hello, socket!\n",
            ),
        ),
        (
            "/close",
            answer(close, "No Content-Length: the close is the end of this.\n"),
        ),
        (
            "/http10",
            answer(close, "HTTP/1.0: one request, one answer, close.\n")
                .replace("HTTP/1.1 200", "HTTP/1.0 200"),
        ),
        (
            "/chunked?n=2&size=12",
            answer(
                "Transfer-Encoding: chunked\r\nTrailer: Chunk-Count, Body-Bytes\r\n\
                 Connection: close\r\n",
                "c;piece=1;note=\"read by nobody\"\r\nchunk 0001 \n\r\n\
                 c;piece=2\r\nchunk 0002 \n\r\n\
                 0;last\r\nChunk-Count: 2\r\nBody-Bytes: 24\r\n\r\n",
            ),
        ),
        (
            "/chunked?n=2&size=3&every=1&ext=0&trailers=0",
            answer(
                "Transfer-Encoding: chunked\r\nConnection: close\r\n",
                "3\r\nch\n\r\n3\r\nch\n\r\n0\r\n\r\n",
            ),
        ),
        (
            "/drip?bytes=70&size=7&every=1ms",
            answer(
                "Content-Length: 70\r\nConnection: close\r\n",
                &format!("drip 0001 {}\ndrip 0", ".".repeat(53)),
            ),
        ),
        (
            "/flood?bytes=70",
            answer(
                "Content-Length: 70\r\nConnection: close\r\n",
                "flood 0000000000000000 0123456789abcdefghijklmnopqrstuvwxyzABCD\nflood ",
            ),
        ),
        (
            "/continue?every=0",
            "HTTP/1.1 100 Continue\r\n\r\n".to_owned()
                + &answer(
                    "Content-Length: 45\r\nConnection: close\r\n",
                    "100 Continue came first; this is the answer.\n",
                ),
        ),
        (
            "/early-hints?every=1",
            "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n"
                .to_owned()
                + &answer(
                    "Content-Length: 48\r\nConnection: close\r\n",
                    "103 Early Hints came first; this is the answer.\n",
                ),
        ),
        (
            "/status/503",
            answer(
                "Retry-After: 1\r\nContent-Length: 24\r\nConnection: close\r\n",
                "503 Service Unavailable\n",
            )
            .replace("200 OK", "503 Service Unavailable"),
        ),
        (
            "/status/204",
            "HTTP/1.1 204 No Content\r\nServer: sockeye-playground\r\n\
             Connection: close\r\n\r\n"
                .to_owned(),
        ),
        (
            "/status/101",
            "HTTP/1.1 101 Switching Protocols\r\nServer: sockeye-playground\r\n\
             Connection: Upgrade\r\nUpgrade: practice\r\n\r\n\
             These bytes are another protocol's: the exchange in HTTP is over.\n"
                .to_owned(),
        ),
        (
            "/status/199",
            "HTTP/1.1 199 Interim\r\n\r\n".to_owned()
                + &answer(
                    "Content-Length: 44\r\nConnection: close\r\n",
                    "199 Interim came first; this is the answer.\n",
                ),
        ),
        (
            "/redirect/3",
            answer(
                "Location: /redirect/2\r\nContent-Length: 16\r\nConnection: close\r\n",
                "To /redirect/2.\n",
            )
            .replace("200 OK", "302 Found"),
        ),
        (
            "/redirect/1",
            answer(
                "Location: /hello\r\nContent-Length: 11\r\nConnection: close\r\n",
                "To /hello.\n",
            )
            .replace("200 OK", "302 Found"),
        ),
        (
            "/sse?n=2&every=1",
            "HTTP/1.1 200 OK\r\nServer: sockeye-playground\r\nCache-Control: no-cache\r\n\
             Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\
             Connection: close\r\n\r\n\
             25\r\nid: 1\nevent: tick\ndata: {\"tick\": 1}\n\n\r\n\
             25\r\nid: 2\nevent: tick\ndata: {\"tick\": 2}\n\n\r\n0\r\n\r\n"
                .to_owned(),
        ),
    ] {
        assert_eq!(get(&playground, target), want, "{target}");
    }
}

#[test]
fn statuses() {
    let playground = Playground::start(None).unwrap();
    for (target, want) in [
        ("/", "200 OK"),
        ("/?x=1", "200 OK"),
        ("http://example.com/hello", "200 OK"),
        ("/nowhere", "404 Not Found"),
        ("/hello/", "404 Not Found"),
        ("/anomaly/", "200 OK"),
        ("/anomaly/none", "404 Not Found"),
        ("/status/999", "999 No Such Status"),
        ("/status/404", "404 Not Found"),
        ("/status/304", "304 Not Modified"),
        ("/status/99", "404 Not Found"),
        ("/status/1000", "404 Not Found"),
        ("/status/+99", "404 Not Found"),
        ("/redirect/101", "404 Not Found"),
        ("/redirect/-1", "404 Not Found"),
    ] {
        let got = get(&playground, target);
        assert!(
            got.starts_with(&format!("HTTP/1.1 {want}\r\n")),
            "{target}: {got}"
        );
    }
}

#[test]
fn requests_without_meaning_are_answered_and_closed() {
    let playground = Playground::start(None).unwrap();
    for (request, want) in [
        (&b"GET /hello HTTP/1.1\r\n"[..], "HTTP/1.1 400"),
        (b"GET /hello HTTP/2.0\r\n\r\n", "HTTP/1.1 505"),
        (b"GET /hello\r\n\r\n", "HTTP/1.1 400"),
        (b"\0\xff\xfe\x80\n\n", "HTTP/1.1 400"),
        (b"\n\n\n", ""),
        (b"", ""),
        (
            b"POST /hello HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 400",
        ),
        (
            b"POST /hello HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc",
            "HTTP/1.1 400",
        ),
        (
            b"POST /hello HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
            "HTTP/1.1 400",
        ),
        (
            &[&b"GET / HTTP/1.1\r\nA: "[..], &[b'x'; 1100 << 10]].concat(),
            "HTTP/1.1 431",
        ),
    ] {
        let got = exchange(playground.addrs()[0], request);
        let shown = request[..request.len().min(40)].escape_ascii();
        let got = String::from_utf8_lossy(&got);
        assert!(got.starts_with(want), "{shown}: {got}");
        assert!(want.is_empty() == got.is_empty(), "{shown}: {got}");
    }
}

#[test]
fn echo_sends_back_the_exact_bytes() {
    let playground = Playground::start(None).unwrap();
    for request in [
        &b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"[..],
        b"GET /echo HTTP/1.1\nHost: x\n\n",
        b"\r\nGET /echo HTTP/1.1\r\nX: \0\x1b[2J\xff\r\n folded\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nContent-Length: 5\r\n\r\na\0\n\r\xff",
        b"POST /echo HTTP/1.1\r\nContent-Length: 50\r\n\r\nonly this",
        b"POST /echo HTTP/1.1\r\nContent-Length: 3\r\n\r\nmore than that",
        b"POST /echo HTTP/1.1\r\nContent-Length: three\r\n\r\nabc",
        b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\n",
        b"GET /echo\n\n",
    ] {
        // Its own direction stays open: the server cannot wait for an end of it.
        let mut stream = connect(playground.addrs()[0]);
        stream.write_all(request).unwrap();
        let mut got = Vec::new();
        while !got.ends_with(request) {
            let mut buffer = [0; 4096];
            let bytes = stream.read(&mut buffer).unwrap();
            assert!(bytes > 0, "{}: {}", request.escape_ascii(), got.escape_ascii());
            got.extend_from_slice(&buffer[..bytes]);
        }
        let length = format!("Content-Length: {}\r\n", request.len());
        assert!(String::from_utf8_lossy(&got).contains(&length), "{}", got.escape_ascii());
    }
}

#[test]
fn large_bodies_come_back_whole_or_are_refused() {
    let playground = Playground::start(None).unwrap();
    for (bytes, want) in [(3 << 20, "HTTP/1.1 200"), (9 << 20, "HTTP/1.1 413")] {
        let head =
            format!("POST /echo HTTP/1.1\r\nContent-Length: {bytes}\r\nConnection: close\r\n\r\n");
        let body: Vec<u8> = (0..=250).cycle().take(bytes).collect();
        let request = [head.as_bytes(), &body].concat();
        let got = exchange(playground.addrs()[0], &request);
        assert!(got.starts_with(want.as_bytes()));
        assert_eq!(
            got.ends_with(&request),
            want.ends_with("200"),
            "{bytes} bytes"
        );
    }
}

#[test]
fn head_gets_the_head_alone() {
    let playground = Playground::start(None).unwrap();
    for target in [
        "/",
        "/hello",
        "/keep-alive",
        "/close",
        "/http10",
        "/chunked",
        "/drip",
        "/flood?bytes=1t",
        "/echo",
        "/slow-read",
        "/stall",
        "/reset",
        "/short",
        "/long",
        "/status/404",
        "/redirect/2",
        "/json",
        "/sse",
        "/anomaly/",
        "/anomaly/obs_fold",
        "/nowhere",
    ] {
        let request = format!("HEAD {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let got = exchange(playground.addrs()[0], request.as_bytes());
        assert!(got.starts_with(b"HTTP/1."), "{target}");
        let end = got.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        assert_eq!(end, Some(got.len() - 4), "{target}: {}", got.escape_ascii());
    }
}

#[test]
fn http10_knows_no_chunks_and_no_interim_heads() {
    let playground = Playground::start(None).unwrap();
    for (request, want) in [
        (
            "GET /chunked?n=2&size=4 HTTP/1.0\r\n\r\n",
            answer("Connection: close\r\n", "chu\nchu\n"),
        ),
        (
            "GET /hello HTTP/1.0\r\n\r\n",
            answer(
                "Content-Length: 15\r\nConnection: close\r\n",
                "Hello, socket!\n",
            ),
        ),
        (
            "GET /hello HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
            answer(
                "Content-Length: 15\r\nConnection: keep-alive\r\n",
                "Hello, socket!\n",
            ),
        ),
        (
            "GET /continue HTTP/1.0\r\n\r\n",
            answer(
                "Content-Length: 45\r\nConnection: close\r\n",
                "100 Continue came first; this is the answer.\n",
            ),
        ),
    ] {
        let got = exchange(playground.addrs()[0], request.as_bytes());
        assert_eq!(String::from_utf8_lossy(&got), want, "{request:?}");
    }
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let playground = Playground::start(None).unwrap();
    let requests = "GET /hello HTTP/1.1\r\n\r\n\
                    POST /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\nab\
                    GET /status/404 HTTP/1.1\r\n\r\n\
                    HEAD /hello HTTP/1.1\r\n\r\n\
                    GET /close HTTP/1.1\r\n\r\n\
                    GET /hello HTTP/1.1\r\n\r\n";
    let got = exchange(playground.addrs()[0], requests.as_bytes());
    let got = String::from_utf8_lossy(&got);
    let mut at = 0;
    for want in [
        "Hello, socket!\n",
        "POST /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 404",
        "404 Not Found\nHTTP/1.1 200 OK",
        "Content-Length: 15\r\n\r\nHTTP/1.1 200 OK",
        "the close is the end of this.\n",
    ] {
        let found = got[at..]
            .find(want)
            .unwrap_or_else(|| panic!("{want:?} in {got}"));
        at += found;
    }
    assert!(got.ends_with("end of this.\n"), "{got}");
}

#[test]
fn keep_alive_keeps_the_connection() {
    let playground = Playground::start(None).unwrap();
    let mut stream = connect(playground.addrs()[0]);
    for _ in 0..3 {
        stream
            .write_all(b"GET /keep-alive HTTP/1.1\r\nHost: x\r\n\r\n")
            .unwrap();
        let body = "Content-Length says where this ends; the connection stays open for 60 s \
                    more.\nWho reads until the close waits that long.\n";
        let want = "HTTP/1.1 200 OK\r\nServer: sockeye-playground\r\n\
                    Content-Type: text/plain; charset=utf-8\r\nConnection: keep-alive\r\n";
        expect(
            &mut stream,
            &format!("{want}Content-Length: {}\r\n\r\n{body}", body.len()),
        );
    }
    stream.set_nonblocking(true).unwrap();
    let quiet = stream.read(&mut [0]).unwrap_err();
    assert_eq!(
        quiet.kind(),
        ErrorKind::WouldBlock,
        "open, and nothing more to read"
    );
}

#[test]
fn expect_is_answered_before_the_body_comes() {
    let playground = Playground::start(None).unwrap();
    for (path, echoed) in [("/echo", true), ("/continue?every=0", false)] {
        let mut stream = connect(playground.addrs()[0]);
        let head = format!(
            "POST {path} HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\
             Connection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        if echoed {
            expect(&mut stream, "HTTP/1.1 100 Continue\r\n\r\n");
        }
        stream.write_all(b"abc").unwrap();
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
        assert_eq!(rest.ends_with(&format!("{head}abc")), echoed, "{rest}");
        assert_eq!(
            rest.starts_with("HTTP/1.1 100 Continue\r\n\r\n"),
            !echoed,
            "{rest}"
        );
    }
}

#[test]
fn stall_waits_for_the_close() {
    let playground = Playground::start(None).unwrap();
    let mut stream = connect(playground.addrs()[0]);
    stream
        .write_all(b"GET /stall?after=64 HTTP/1.1\r\n\r\n")
        .unwrap();
    expect(
        &mut stream,
        &answer(
            "Content-Length: 1064\r\n",
            "flood 0000000000000000 0123456789abcdefghijklmnopqrstuvwxyzABCD\n",
        ),
    );
    stream.set_nonblocking(true).unwrap();
    assert_eq!(
        stream.read(&mut [0]).unwrap_err().kind(),
        ErrorKind::WouldBlock
    );
}

#[test]
fn reset_comes_after_the_bytes() {
    let playground = Playground::start(None).unwrap();
    for after in [0, 1, 64, 65_536, 1 << 20] {
        let mut stream = connect(playground.addrs()[0]);
        let request = format!("GET /reset?after={after} HTTP/1.1\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut got = Vec::new();
        let error = stream.read_to_end(&mut got).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "after {after}");
        let head = answer(&format!("Content-Length: {}\r\n", after + 1000), "");
        assert_eq!(got.len(), head.len() + after, "after {after}");
    }
}

#[test]
fn short_and_long_lie_about_their_length() {
    let playground = Playground::start(None).unwrap();
    for (target, announced, sent) in [("/short", 1000, 500), ("/long", 500, 1000)] {
        let got = get(&playground, target);
        let head = answer(
            &format!("Content-Length: {announced}\r\nConnection: close\r\n"),
            "",
        );
        assert!(got.starts_with(&head), "{got}");
        assert_eq!(got.len() - head.len(), sent);
    }
}

#[test]
fn flood_is_its_pattern_at_any_place() {
    let playground = Playground::start(None).unwrap();
    let bytes = 5 * BLOCK + 777;
    let got = get(&playground, &format!("/flood?bytes={bytes}"));
    let body = got.len() - bytes;
    // A fixed stride that is prime to the line and the block meets every column.
    for at in (0..bytes).step_by(997) {
        assert_eq!(got.as_bytes()[body + at], flood_byte(at as u64), "at {at}");
    }
    assert_eq!(got.as_bytes().last(), Some(&flood_byte(bytes as u64 - 1)));
}

/// Nothing of it is held: a terabyte begins at once, and its client may go.
#[test]
fn flood_streams() {
    let playground = Playground::start(None).unwrap();
    let mut stream = connect(playground.addrs()[0]);
    stream
        .write_all(b"GET /flood?bytes=1t HTTP/1.1\r\n\r\n")
        .unwrap();
    expect(
        &mut stream,
        &answer("Content-Length: 1099511627776\r\n", "flood 0000"),
    );
}

#[test]
fn slow_read_fills_the_senders_queue() {
    let playground = Playground::start(None).unwrap();
    let mut stream = connect(playground.addrs()[0]);
    let bytes = 64 << 20;
    let head = format!("POST /slow-read?rate=1000 HTTP/1.1\r\nContent-Length: {bytes}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.set_nonblocking(true).unwrap();
    let body = vec![b'x'; 1 << 20];
    let mut sent = 0;
    let blocked = loop {
        match stream.write(&body) {
            Ok(n) => sent += n,
            Err(error) => break error,
        }
        assert!(sent < bytes, "the whole body went out");
    };
    assert_eq!(blocked.kind(), ErrorKind::WouldBlock);
}

#[test]
fn slow_read_counts_what_it_read() {
    let playground = Playground::start(None).unwrap();
    let body = "x".repeat(20_000);
    let began = Instant::now();
    let got = exchange(
        playground.addrs()[0],
        format!("POST /slow-read?rate=100k HTTP/1.1\r\nContent-Length: 20000\r\n\r\n{body}")
            .as_bytes(),
    );
    let got = String::from_utf8_lossy(&got);
    assert!(
        got.ends_with("Your body's 20000 bytes were read at 102400 bytes a second.\n"),
        "{got}"
    );
    assert!(
        began.elapsed() >= Duration::from_millis(150),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn json_is_json() {
    let playground = Playground::start(None).unwrap();
    for rows in [0, 1, 100] {
        let got = get(&playground, &format!("/json?rows={rows}"));
        let (_, body) = got.split_once("\r\n\r\n").unwrap();
        let value: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(value.as_array().map(Vec::len), Some(rows));
    }
}

/// What the reader finds on each deviation's page is that deviation, and no other.
#[test]
fn every_anomaly_is_found_on_its_page() {
    let playground = Playground::start(None).unwrap();
    let list = get(&playground, "/anomaly/");
    for &kind in Kind::ALL {
        let name = kind.name();
        let (_, entry) = list.split_once(&format!("/anomaly/{name}</a>")).unwrap();
        let entry = entry.split("<dt>").next().unwrap();
        // Where the standard's own end does not show it, the list says which one does.
        let mode = EndMode::ALL
            .iter()
            .find(|mode| entry.contains(&format!("--end {mode}")))
            .copied()
            .unwrap_or(EndMode::Auto);
        let request = format!("GET /anomaly/{name} HTTP/1.1\r\n\r\n");
        let response = exchange(playground.addrs()[0], request.as_bytes());
        assert_eq!(
            anomalies(mode, &response),
            [kind],
            "{name}, end mode {mode}"
        );
    }
}

fn anomalies(mode: EndMode, response: &[u8]) -> Vec<Kind> {
    #[derive(Default)]
    struct Found(Vec<Kind>);
    impl Output for Found {
        fn event(&mut self, kind: event::Kind) {
            if let event::Kind::Anomaly(anomaly) = kind {
                self.0.push(anomaly.kind);
            }
        }
        fn body(&mut self, _: &[u8]) {}
    }
    let mut found = Found::default();
    let mut reader = Reader::new(b"GET", mode, 0);
    reader.feed(response, &mut found);
    reader.feed_eof(&mut found);
    // Every line of one head may deviate in the same way.
    found.0.dedup();
    found.0
}

// -- the server ---------------------------------------------------------------------

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
