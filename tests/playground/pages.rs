//! Each page: request bytes, and the exact answer.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use sockeye::anomaly::Kind;
use sockeye::event::{self, EndMode};
use sockeye::playground::Playground;
use sockeye::playground::flood::{BLOCK, flood_byte};
use sockeye::proto::{Output, Reader};

use crate::{connect, exchange, expect};

fn get(playground: &Playground, target: &str) -> String {
    let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    String::from_utf8_lossy(&exchange(playground.addrs()[0], request.as_bytes())).into_owned()
}

fn answer(fields: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nServer: sockeye-playground\r\n\
         Content-Type: text/plain; charset=utf-8\r\n{fields}\r\n{body}"
    )
}

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
        ("/redirect/1?status=301", "301 Moved Permanently"),
        ("/redirect/1?status=308", "308 Permanent Redirect"),
        ("/redirect/1?status=305", "302 Found"),
        ("/redirect/choices", "300 Multiple Choices"),
        ("/redirect/sideways", "404 Not Found"),
        ("/cookies", "200 OK"),
        ("/cookies/", "404 Not Found"),
        ("/cookies/tricky", "200 OK"),
        ("/basic", "401 Unauthorized"),
        ("/bearer", "401 Unauthorized"),
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
    // Those of TLS are tests/tls.rs's.
    for &kind in Kind::ALL
        .iter()
        .filter(|kind| !kind.below_http() && !kind.of_websocket())
    {
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
