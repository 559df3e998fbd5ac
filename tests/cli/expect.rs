//! `Expect: 100-continue`: who adds it, how long the body waits, and what a 417 leads to. As
//! curl 7.88 does it, but for a hand's own Expect, which curl sends again until it gives up.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::fetch;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Answers a request that expects with `to_expect`, any other one, and one whose body came
/// all the same, with 200; keeps `expects` or `plain` and the body's length of each.
fn server(to_expect: &'static str) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let its = seen.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = serve(stream.unwrap(), to_expect, &its);
        }
    });
    (addr, seen)
}

fn serve(mut stream: TcpStream, to_expect: &str, seen: &Mutex<Vec<String>>) -> std::io::Result<()> {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let expects = head.contains("Expect: 100-continue");
        let length = head.split("Content-Length: ").nth(1).unwrap();
        let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
        if expects && !to_expect.is_empty() {
            seen.lock().unwrap().push("expects".to_owned());
            stream.write_all(to_expect.as_bytes())?;
            if to_expect.contains("close") {
                return Ok(());
            }
            if to_expect.contains(" 417 ") {
                continue;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        let kind = if expects { "expects" } else { "plain" };
        seen.lock().unwrap().push(format!("{kind} {length}"));
        stream.write_all(OK.as_bytes())?;
    }
}

#[test]
fn a_large_body_waits_and_a_417_has_it_sent_without() {
    const NO: &str = "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno";
    const NO_MORE: &str =
        "HTTP/1.1 417 Expectation Failed\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno";
    const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";
    let mut large = tempfile::NamedTempFile::new().unwrap();
    large.write_all(&[b'a'; (1 << 20) + 1]).unwrap();
    let large = format!("@{}", large.path().display());
    let large = large.as_str();
    #[rustfmt::skip]
    let table: &[(&str, &[&str], &str, &[&str])] = &[
        (CONTINUE, &["-d", large],                                  "ok", &["expects", "expects 1048577"]),
        (NO,       &["-d", large],                                  "ok", &["expects", "plain 1048577"]),
        (NO_MORE,  &["-d", large],                                  "no", &["expects"]),
        (NO,       &["-d", large, "-H", "Expect:"],                 "ok", &["plain 1048577"]),
        (NO,       &["-d", "x"],                                    "ok", &["plain 1"]),
        // What a hand wrote stays: the 417 is its answer.
        (NO,       &["-d", "x", "-H", "Expect: 100-continue"],      "no", &["expects"]),
        ("",       &["-d", large, "--expect100-timeout", "0"],      "ok", &["expects 1048577"]),
        ("",       &["-d", large, "--expect100-timeout", "0.05"],   "ok", &["expects 1048577"]),
    ];
    for (to_expect, args, want, requests) in table {
        let (addr, seen) = server(to_expect);
        let url = format!("http://{addr}/");
        let mut all = args.to_vec();
        all.push(&url);
        let ran = fetch(&all);
        assert_eq!(
            (ran.code, ran.text().as_str()),
            (0, *want),
            "{args:?}: {}",
            ran.err
        );
        assert_eq!(*seen.lock().unwrap(), *requests, "{args:?} {to_expect:?}");
    }
}
