//! The JSON lines of `--events`, against their schema, which is declared here a second
//! time so that a change of it cannot go unseen.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use sockeye::playground::beside::Beside;
use sockeye::playground::proxy::{Proxies, USER};
use sockeye::playground::script::{Script, Step, send};
use sockeye::playground::server::Server;
use sockeye::playground::tls::{self, TlsPlayground};

use super::{fetch, read_until, run, sockeye};

/// What a field holds.
#[derive(Clone, Copy, Debug)]
enum Is {
    Number,
    Text,
    Bool,
    /// An array of strings.
    Texts,
    /// An array of pairs of strings.
    Headers,
    /// An object of numbers.
    Numbers,
    TextOrNull,
    BoolOrNull,
    Certificates,
}
use Is::*;

/// Every event with its fields; `?` after a name: it may be missing.
#[rustfmt::skip]
const SCHEMA: &[(&str, &[(&str, Is)])] = &[
    ("resolve_start",  &[("host", Text), ("port", Number)]),
    ("resolved",       &[("addrs", Texts), ("us", Number), ("given?", Bool)]),
    ("socket",         &[("family", Text), ("type", Text), ("fd", Number), ("options", Numbers)]),
    ("connect_start",  &[("addr", Text)]),
    ("connected",      &[("local", Text), ("peer", Text), ("us", Number)]),
    ("connect_failed", &[("addr", Text), ("error", Text), ("us", Number)]),
    ("bound",          &[("local", Text), ("interface?", Text)]),
    #[cfg(target_os = "linux")]
    ("bound_to_device", &[("interface", Text)]),
    ("option_refused", &[("option", Text), ("value", Number), ("error", Text)]),
    ("proxy",          &[("proxy", Text), ("way", Text)]),
    ("proxy_connect",  &[("to", Text), ("request", Text)]),
    ("proxy_send",     &[("offered", Number), ("sent", Number), ("what", Text)]),
    ("proxy_recv",     &[("asked", Number), ("bytes", Number), ("what", Text)]),
    ("proxy_head",     &[("version", Text), ("status", Number), ("reason", Text), ("headers", Headers),
                         ("bytes", Number), ("body?", Text)]),
    ("proxy_done",     &[("us", Number)]),
    ("reused",         &[("local", Text), ("peer", Text), ("exchange", Number), ("idle_us", Number)]),
    ("not_reused",     &[("peer", Text), ("why", Text)]),
    ("tls_start",      &[("server_name", TextOrNull)]),
    ("tls_send",       &[("offered", Number), ("sent", Number)]),
    ("tls_recv",       &[("asked", Number), ("bytes", Number)]),
    ("tls_done",       HANDSHAKE),
    ("tls_failed",     HANDSHAKE),
    ("tls_record",     &[("direction", Text), ("type", Text), ("records", Number), ("offset", Number),
                         ("ciphertext", Number), ("plaintext", Number), ("alike", Bool)]),
    ("send",           &[("offset", Number), ("offered", Number), ("sent", Number),
                         ("ciphertext?", Number)]),
    ("recv",           &[("offset", Number), ("asked", Number), ("bytes", Number), ("queued?", Number),
                         ("ciphertext?", Number)]),
    ("call_failed",    &[("call", Text), ("errno", Text), ("error", Text)]),
    ("would_block",    &[("call", Text), ("waited_us", Number)]),
    ("interim_head",   &[("version", Text), ("status", Number), ("reason", Text), ("headers", Headers),
                         ("offset", Number), ("bytes", Number), ("framing", Text)]),
    ("head",           &[("version", Text), ("status", Number), ("reason", Text), ("headers", Headers),
                         ("offset", Number), ("bytes", Number), ("framing", Text),
                         ("content_length?", Number)]),
    ("body",           &[("bytes", Number)]),
    ("chunk",          &[("offset", Number), ("size", Number), ("extensions", Text)]),
    ("trailers",       &[("headers", Headers)]),
    ("tls_alert",      &[("direction", Text), ("code", Number), ("name", Text)]),
    ("anomaly",        &[("kind", Text), ("offset", Number), ("message", Text), ("rule", Text)]),
    ("resumed",        &[("idle_us", Number)]),
    ("unsent",         &[("bytes", Number)]),
    ("answer",         &[("number", Number), ("offset", Number)]),
    ("answered",       &[("answers", Number), ("requests", Number)]),
    ("redirect",       &[("from", Text), ("to", Text), ("status", Number)]),
    ("cookie",         &[("name", Text), ("outcome", Text), ("kind?", Text), ("message?", Text),
                         ("rule?", Text)]),
    ("end",            &[("reason", Text), ("head_bytes", Number), ("body_bytes", Number),
                         ("wire_bytes", Number), ("us", Number)]),
    ("closed",         &[("by", Text), ("kept_alive", Bool), ("why", Text)]),
    ("error",          &[("kind", Text), ("message", Text), ("exit", Number)]),
];

#[rustfmt::skip]
const HANDSHAKE: &[(&str, Is)] = &[
    ("version", Text), ("cipher", Text), ("group", TextOrNull), ("alpn", TextOrNull),
    ("server_name", TextOrNull), ("certificates", Certificates), ("verified", Bool),
    ("roots", Text), ("problem", TextOrNull), ("resumed", Bool),
    ("client_certificate", BoolOrNull), ("us", Number),
];

#[rustfmt::skip]
const CERTIFICATE: &[(&str, Is)] = &[
    ("subject", Text), ("issuer", Text), ("names", Texts), ("not_before", Text),
    ("not_after", Text), ("sha256", Text), ("key", Text), ("signature", Text), ("serial", Text),
    ("authority", Bool),
];

type Line = Map<String, Value>;

fn lines(text: &str) -> Vec<Line> {
    let line = |line| match serde_json::from_str(line) {
        Ok(Value::Object(line)) => line,
        other => panic!("{line}: {other:?}"),
    };
    assert!(
        text.is_empty() || text.ends_with('\n'),
        "a line is not whole"
    );
    text.lines().map(line).collect()
}

fn name(line: &Line) -> &str {
    line["event"].as_str().unwrap()
}

fn number(line: &Line, field: &str) -> u64 {
    line[field]
        .as_u64()
        .unwrap_or_else(|| panic!("{field} of {line:?}"))
}

fn fits(value: &Value, is: Is) -> bool {
    let texts = |value: &Value| {
        value
            .as_array()
            .is_some_and(|all| all.iter().all(Value::is_string))
    };
    match is {
        Number => value.is_u64(),
        Text => value.is_string(),
        Bool => value.is_boolean(),
        Texts => texts(value),
        Headers => value.as_array().is_some_and(|all| {
            all.iter()
                .all(|pair| texts(pair) && pair.as_array().unwrap().len() == 2)
        }),
        Numbers => value
            .as_object()
            .is_some_and(|all| all.values().all(Value::is_i64)),
        TextOrNull => value.is_string() || value.is_null(),
        BoolOrNull => value.is_boolean() || value.is_null(),
        Certificates => value
            .as_array()
            .is_some_and(|all| all.iter().all(is_certificate)),
    }
}

fn is_certificate(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| {
        let holds = |(name, is): &(&str, Is)| fields.get(*name).is_some_and(|it| fits(it, *is));
        fields.len() == CERTIFICATE.len() && CERTIFICATE.iter().all(holds)
    })
}

/// Every line is of the schema, the clock goes on, offsets and sums hold.
fn check(lines: &[Line]) {
    let mut clock = 0;
    for line in lines {
        let (_, fields) = (SCHEMA.iter().find(|row| row.0 == name(line)))
            .unwrap_or_else(|| panic!("not in the schema: {line:?}"));
        let allowed: BTreeSet<&str> = fields
            .iter()
            .map(|row| row.0.trim_end_matches('?'))
            .collect();
        for (field, is) in *fields {
            match line.get(field.trim_end_matches('?')) {
                Some(value) => assert!(fits(value, *is), "{field}: {line:?}"),
                None => assert!(field.ends_with('?'), "no {field}: {line:?}"),
            }
        }
        for field in line
            .keys()
            .filter(|field| *field != "event" && *field != "t_us")
        {
            assert!(allowed.contains(field.as_str()), "{field} is new: {line:?}");
        }
        let t_us = number(line, "t_us");
        assert!(t_us >= clock, "the clock went back: {line:?}");
        clock = t_us;
    }
    for exchange in exchanges(lines) {
        sums(exchange);
    }
}

/// The lines of each exchange, cut after its `end`.
fn exchanges(lines: &[Line]) -> impl Iterator<Item = &[Line]> {
    lines
        .split_inclusive(|line| name(line) == "end")
        .filter(|lines| name(lines.last().unwrap()) == "end")
}

fn sums(exchange: &[Line]) {
    let end = exchange.last().unwrap();
    let sum = |event: &str, field: &str| -> u64 {
        let of_event = exchange.iter().filter(|line| name(line) == event);
        of_event.map(|line| number(line, field)).sum()
    };
    assert_eq!(sum("recv", "bytes"), number(end, "wire_bytes"));
    assert_eq!(sum("body", "bytes"), number(end, "body_bytes"));
    let heads = sum("head", "bytes") + sum("interim_head", "bytes");
    assert!(heads <= number(end, "head_bytes"));
    assert!(number(end, "head_bytes") + number(end, "body_bytes") <= number(end, "wire_bytes"));
    for (event, bytes) in [("recv", "bytes"), ("send", "sent")] {
        let mut next = None;
        for line in exchange.iter().filter(|line| name(line) == event) {
            let offset = number(line, "offset");
            assert_eq!(offset, next.unwrap_or(offset), "a gap: {line:?}");
            next = Some(offset + number(line, bytes));
        }
    }
}

fn answer(path: &str) -> Script {
    let text = |bytes: &str| vec![send(bytes)];
    match path {
        "/plain" => {
            text("HTTP/1.1 200 OK\r\nX: a\r\nX: \u{ff}\x1b\r\nContent-Length: 4\r\n\r\nbody")
        }
        "/chunked" => text(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
             3;x=\"\x1b\"\r\nbod\r\n1\r\ny\r\n0\r\nA: b\r\n\r\n",
        ),
        "/redirect" => {
            text("HTTP/1.1 302 Found\r\nLocation: /plain\r\nContent-Length: 2\r\n\r\n..")
        }
        "/cookies" => text(
            "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d; Domain=com\r\n\
             Content-Length: 0\r\n\r\n",
        ),
        "/short" => vec![
            send("HTTP/1.1 200 OK\nContent-Length: 9\r\n\r\nabc"),
            Step::Close,
        ],
        "/stall" => vec![send("HTTP/1.1 200 OK\r\n\r\nabc"), Step::WaitForClose],
        "/empty" => vec![Step::Close],
        _ => vec![send("HTTP/1.1 200 OK\r\n\r\nabc"), Step::Reset],
    }
}

fn server() -> Server {
    Server::start(|request| answer(request.path())).unwrap()
}

#[test]
fn every_line_is_of_the_schema() {
    let server = server();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("events");
    let elsewhere = format!("a.invalid:{}:127.0.0.9,127.0.0.1", server.port());
    let mut seen = BTreeSet::new();
    #[rustfmt::skip]
    let rows: &[(&[&str], &str, i32)] = &[
        (&[], "/plain", 0),
        (&["--recv-size", "1"], "/chunked", 0),
        (&["-b", ""], "/cookies", 0),
        (&["-L", "--send-size", "10"], "/redirect", 0),
        (&["--nonblocking"], "/chunked", 0),
        (&["--timeout", "0.05"], "/stall", 28),
        (&["--nonblocking", "--timeout", "0.05"], "/stall", 28),
        (&["--end", "timeout", "--timeout", "0.05"], "/stall", 0),
        (&["--end", "close"], "/short", 0),
        (&[], "/short", 18),
        (&[], "/empty", 52),
        (&[], "/reset", 56),
        (&["-o", "/dev/full"], "/plain", 23),
        (&["--max-redirs", "0", "-L"], "/redirect", 47),
    ];
    for (flags, path, code) in rows {
        let named = ["--events", file.to_str().unwrap(), &server.url(path)];
        let ran = fetch(&[flags, &named[..]].concat());
        assert_eq!(ran.code, *code, "{flags:?} {path}: {}", ran.err);
        seen.extend(checked(&file, *code));
    }
    let tls = TlsPlayground::start(None).unwrap();
    for (kind, path, code) in [
        (tls::Kind::Good, "/hello", 0),
        (tls::Kind::Good, "/http10", 0),
        (tls::Kind::Expired, "/hello", 60),
    ] {
        let root = tls.root_file();
        let roots = ["--cacert", root.to_str().unwrap()];
        let named = ["--events", file.to_str().unwrap(), &tls.url(kind, path)];
        let small = ["--recv-size", "100"];
        let ran = fetch(&[&roots[..], &small, &named].concat());
        assert_eq!(ran.code, code, "{kind:?}: {}", ran.err);
        seen.extend(checked(&file, code));
    }
    let proxies = Proxies::start(None).unwrap();
    for proxy in proxies.urls() {
        let through = ["-x", proxy, "-p", "-U", USER, "--interface", "127.0.0.1"];
        let named = ["--events", file.to_str().unwrap(), &server.url("/plain")];
        let ran = fetch(&[&through[..], &named].concat());
        assert_eq!(ran.code, 0, "{proxy}: {}", ran.err);
        seen.extend(checked(&file, 0));
    }
    // A Unix socket has no TCP_NODELAY.
    let socket = dir.path().join("socket");
    let _pages = Beside::default().on_unix_socket(&socket).unwrap();
    let ran = fetch(&[
        "--sockopt",
        "TCP_NODELAY=1",
        "--unix-socket",
        socket.to_str().unwrap(),
        "--events",
        file.to_str().unwrap(),
        "http://localhost/hello",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    seen.extend(checked(&file, 0));
    // An address that refuses, before one that answers; by the interface that has both.
    let url = format!("http://a.invalid:{}/plain", server.port());
    let loopback = if cfg!(target_os = "linux") {
        "lo"
    } else {
        "lo0"
    };
    let ran = fetch(&[
        "--resolve",
        &elsewhere,
        "--interface",
        loopback,
        "--events",
        file.to_str().unwrap(),
        &url,
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    seen.extend(checked(&file, 0));
    let two = file.with_extension("http");
    let request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    std::fs::write(&two, request.repeat(2)).unwrap();
    let pipelined = Server::start(|_| vec![send("HTTP/1.1 204 No Content\r\n\r\n")]).unwrap();
    let names = [
        "--events",
        file.to_str().unwrap(),
        "--request-file",
        two.to_str().unwrap(),
    ];
    let ran = fetch(&[&names[..], &[&pipelined.url("/")]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    seen.extend(checked(&file, 0));
    // Failures before the first call.
    for (url, code) in [("http://[", 3), ("ftp://a/", 1), ("http://no..name/", 6)] {
        let ran = fetch(&["--events", file.to_str().unwrap(), url]);
        assert_eq!(ran.code, code, "{}", ran.err);
        seen.extend(checked(&file, code));
    }

    let never: Vec<_> = SCHEMA
        .iter()
        .map(|row| row.0)
        .filter(|name| !seen.contains(*name))
        .collect();
    // A kept connection that dies between two exchanges: no test can force that moment.
    // And talking on is the browser's alone.
    assert_eq!(never, ["not_reused", "resumed", "unsent"]);
}

/// The file's lines hold; an error event stands there exactly when the status says so.
fn checked(file: &std::path::Path, code: i32) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let lines = lines(&text);
    check(&lines);
    let errors: Vec<u64> = lines
        .iter()
        .filter(|line| name(line) == "error")
        .map(|line| number(line, "exit"))
        .collect();
    match code {
        0 => assert!(errors.is_empty(), "{text}"),
        code => assert_eq!(errors, [code as u64], "{text}"),
    }
    std::fs::remove_file(file).unwrap();
    lines.iter().map(|line| name(line).to_owned()).collect()
}

#[test]
fn on_standard_output_the_body_goes_only_to_o() {
    let server = server();
    let ran = fetch(&["--events", "-", &server.url("/plain")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    check(&lines(&ran.text()));
    assert!(!ran.text().contains("body\n"));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("body");
    let ran = fetch(&[
        "--events",
        "-",
        "-o",
        file.to_str().unwrap(),
        &server.url("/plain"),
    ]);
    check(&lines(&ran.text()));
    assert_eq!(std::fs::read(file).unwrap(), b"body");
}

#[test]
fn the_story_of_a_small_exchange() {
    let server = server();
    let ran = fetch(&["--events", "-", &server.url("/plain")]);
    let lines = lines(&ran.text());
    let names: Vec<&str> = lines.iter().map(name).collect();
    assert_eq!(
        names,
        [
            "resolve_start",
            "resolved",
            "socket",
            "connect_start",
            "connected",
            "send",
            "recv",
            "anomaly",
            "anomaly",
            "head",
            "body",
            "end",
            "closed"
        ]
    );
    let head = &lines[9];
    assert_eq!(
        head["headers"].to_string(),
        r#"[["X","a"],["X","ÿ\u001b"],["Content-Length","4"]]"#
    );
    assert_eq!(lines[11]["reason"], "content_length");
}

/// SIGINT is the user's cancel: what came is written out, the events say so.
#[test]
fn an_interrupt_is_a_cancel() {
    let server = server();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("events");
    let mut child = super::spawn(sockeye("fetch").args([
        "--events",
        file.to_str().unwrap(),
        "--end",
        "close",
        &server.url("/stall"),
    ]));
    read_until(child.stdout.as_mut().unwrap(), "abc");
    rustix::process::kill_process(super::pid(&child), rustix::process::Signal::INT).unwrap();
    let ran = super::ended(child);
    assert_eq!(ran.code, 42, "{}", ran.err);
    let text = std::fs::read_to_string(&file).unwrap();
    let lines = lines(&text);
    check(&lines);
    let end = lines.iter().find(|line| name(line) == "end").unwrap();
    assert_eq!(end["reason"], "cancelled");
}

/// `-v` tells the same story in the words of the system.
#[test]
fn verbose() {
    let server = server();
    let port = server.port();
    let ran = run(
        sockeye("fetch").args(["-v", "-L", &server.url("/redirect"), "--recv-size", "4096"]),
        b"",
    );
    assert_eq!((ran.code, ran.text().as_str()), (0, "body"));
    let mut rest = ran.err.as_str();
    for want in [
        "getaddrinfo(\"127.0.0.1\") = 127.0.0.1\n",
        "socket(AF_INET, SOCK_STREAM) = ",
        &format!("connect(127.0.0.1:{port}) = 0\n"),
        "> GET /redirect HTTP/1.1\n",
        "> \n",
        "send(",
        "recv(4096) = ",
        "< HTTP/1.1 302 Found\n",
        "< Location: /plain\n",
        "< \n",
        "302: ",
        "exchange 2 on it",
        "> GET /plain HTTP/1.1\n",
        "< X: ÿ␛\n",
        "ended: Content-Length's 4 bytes are here",
    ] {
        let at = rest
            .find(want)
            .unwrap_or_else(|| panic!("no {want:?} in {rest}"));
        rest = &rest[at + want.len()..];
    }
    assert!(!ran.err.contains(|c: char| c.is_control() && c != '\n'));
    let ran = fetch(&["-v", &server.url("/short")]);
    assert!(ran.err.contains("! bare_lf at byte "), "{}", ran.err);
    assert!(ran.err.contains("ended early: "), "{}", ran.err);
}

/// One entry for each exchange of the chain, with the bodies that are not shown.
#[test]
fn the_chain_as_har() {
    let server = server();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("har");
    let named = [
        "--har",
        file.to_str().unwrap(),
        "-L",
        &server.url("/redirect"),
    ];
    let ran = fetch(&named);
    assert_eq!((ran.code, ran.text().as_str()), (0, "body"));
    let har: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let entries = har["log"]["entries"].as_array().unwrap();
    let told = entries.iter().map(|entry| {
        let response = &entry["response"];
        (
            response["status"].as_u64(),
            response["content"]["text"].as_str(),
        )
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [(Some(302), Some("..")), (Some(200), Some("body"))]
    );
    let ran = fetch(&["--har", "-", &server.url("/short")]);
    assert_eq!(ran.code, 18);
    let har: Value = serde_json::from_slice(&ran.out).unwrap();
    assert_eq!(
        har["log"]["entries"][0]["response"]["content"]["text"],
        "abc"
    );
}
