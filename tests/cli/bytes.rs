//! What is shown of a response, byte for byte; and the same bytes as curl shows.

use std::process::Command;

use sockeye::playground::script::{Step, send};
use sockeye::playground::server::Server;

use super::{Ran, fetch, run, say};

const PLAIN: &str = "HTTP/1.1 200 OK\r\nX:  a \r\nContent-Length: 4\r\n\r\nbody";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
    3;ext=\"1\"\r\nbod\r\n1\r\ny\r\n0\r\nA: b\r\nC:d\r\n\r\n";
const INTERIM: &str = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n\
    HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody";
const EXCESS: &str = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbodyexcess";
const EXCESS_CHUNKED: &str =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\nexcess";
const REDIRECT: &str = "HTTP/1.1 302 Found\r\nLocation: /plain\r\nContent-Length: 5\r\n\r\nthere";
const NO_LOCATION: &str = "HTTP/1.1 302 Found\r\nContent-Length: 4\r\n\r\nhere";
const CHUNKED_REDIRECT: &str = "HTTP/1.1 301 Moved\r\nLocation: /plain\r\n\
    Transfer-Encoding: chunked\r\n\r\n5\r\nthere\r\n0\r\nA: b\r\n\r\n";
const CLOSE: &str = "HTTP/1.0 200 OK\r\n\r\nbody until the close";
const NOTHING: &str = "HTTP/1.1 204 No Content\r\nX: y\r\n\r\n";
const BINARY: &str = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n\0\x1b[2J\u{7}";
const SLOPPY: &str = "\r\nHTTP/1.1 200 OK\nX : a\n b\nContent-Length: 4\n\nbody";

fn response(path: &str) -> &'static str {
    match path {
        "/plain" => PLAIN,
        "/chunked" => CHUNKED,
        "/interim" => INTERIM,
        "/excess" => EXCESS,
        "/excess-chunked" => EXCESS_CHUNKED,
        "/redirect" => REDIRECT,
        "/no-location" => NO_LOCATION,
        "/chunked-redirect" => CHUNKED_REDIRECT,
        "/close" => CLOSE,
        "/nothing" => NOTHING,
        "/binary" => BINARY,
        "/sloppy" => SLOPPY,
        _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    }
}

fn server() -> Server {
    Server::start(|request| {
        let whole = response(request.path());
        let shown = match request.method() {
            "HEAD" => whole.split_inclusive("\r\n\r\n").next().unwrap_or_default(),
            _ => whole,
        };
        let mut steps = vec![send(shown)];
        steps.extend((request.path() == "/close").then_some(Step::Close));
        steps
    })
    .unwrap()
}

/// The response up to and with its last empty line.
fn head_of(response: &str) -> &str {
    let body = response.find("\r\n\r\n").unwrap() + 4;
    &response[..body]
}

#[test]
fn every_form() {
    let server = server();
    let redirect_head = head_of(REDIRECT);
    let chunked_redirect_head = head_of(CHUNKED_REDIRECT);
    let chunked_head = head_of(CHUNKED);
    let excess_head = head_of(EXCESS_CHUNKED);
    #[rustfmt::skip]
    let rows: &[(&str, &str, String, bool)] = &[
        // flags, path, standard output; does curl show the same?
        ("",            "/plain",    "body".into(), true),
        ("-i",          "/plain",    PLAIN.into(), true),
        ("--raw",       "/plain",    "body".into(), true),
        ("--wire",      "/plain",    PLAIN.into(), false),
        ("-I",          "/plain",    head_of(PLAIN).into(), true),
        ("",            "/chunked",  "body".into(), true),
        ("-i",          "/chunked",  format!("{chunked_head}bodyA: b\r\nC:d\r\n"), true),
        ("--raw",       "/chunked",  CHUNKED[chunked_head.len()..].into(), true),
        ("-i --raw",    "/chunked",  CHUNKED.into(), true),
        ("--wire",      "/chunked",  CHUNKED.into(), false),
        ("-i --wire",   "/chunked",  CHUNKED.into(), false),
        ("-i",          "/interim",  INTERIM.into(), true),
        ("",            "/interim",  "body".into(), true),
        ("",            "/excess",   "body".into(), true),
        ("--raw",       "/excess",   "body".into(), true),
        ("--wire",      "/excess",   EXCESS.into(), false),
        // curl --raw reads no chunks, so it cannot see where they end.
        ("--raw",       "/excess-chunked", "4\r\nbody\r\n0\r\n\r\n".into(), false),
        ("-i --raw",    "/excess-chunked", format!("{excess_head}4\r\nbody\r\n0\r\n\r\n"), false),
        ("",            "/redirect", "there".into(), true),
        ("-i",          "/redirect", REDIRECT.into(), true),
        ("-L",          "/redirect", "body".into(), true),
        ("-L -i",       "/redirect", format!("{redirect_head}{PLAIN}"), true),
        ("-L --raw",    "/chunked-redirect", "body".into(), true),
        ("-L -i --raw", "/chunked-redirect", format!("{chunked_redirect_head}{PLAIN}"), true),
        ("-L --wire",   "/redirect", format!("{REDIRECT}{PLAIN}"), false),
        ("-L",          "/no-location", "here".into(), true),
        ("-i",          "/close",    CLOSE.into(), true),
        ("-i",          "/nothing",  NOTHING.into(), true),
        ("",            "/binary",   "\0\x1b[2J\u{7}".into(), true),
        // curl takes the empty line before the status line for HTTP/0.9.
        ("-i",          "/sloppy",   SLOPPY.into(), false),
        ("-v",          "/plain",    "body".into(), true),
    ];
    let curl = curl();
    for (flags, path, want, as_curl) in rows {
        let url = server.url(path);
        let args: Vec<&str> = flags.split_whitespace().chain([url.as_str()]).collect();
        // What is sent after the end is received only by a recv() that began before it.
        let sizes = match path.starts_with("/excess") {
            true => &["256k"][..],
            false => &["1", "7", "256k"],
        };
        for size in sizes {
            let ran = fetch(&[&["--recv-size", size], &args[..]].concat());
            assert_eq!(ran.code, 0, "{flags} {path}: {}", ran.err);
            assert_eq!(ran.text(), *want, "{flags} {path}, recv({size})");
        }
        if *as_curl && let Some(curl) = &curl {
            assert_eq!(curl(&args).text(), *want, "curl {flags} {path}");
        }
    }
}

/// curl, where it is installed.
fn curl() -> Option<impl Fn(&[&str]) -> Ran> {
    let curl = |args: &[&str]| {
        // -q: no file of this user's changes what it does.
        run(Command::new("curl").args(["-q", "-s"]).args(args), b"")
    };
    match Command::new("curl").arg("--version").output() {
        Ok(_) => Some(curl),
        Err(error) => {
            say(&format!(
                "NOT COMPARED with curl, which does not start: {error}"
            ));
            None
        }
    }
}

/// A large body arrives whole, in every form and on every way out.
#[test]
fn a_large_body() {
    const LENGTH: u64 = (1 << 20) + 11;
    let server = Server::start(|_| {
        vec![
            send(format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {LENGTH}\r\n\r\n"
            )),
            Step::Pattern { bytes: LENGTH },
        ]
    })
    .unwrap();
    let want: Vec<u8> = (0..LENGTH)
        .map(sockeye::playground::flood::flood_byte)
        .collect();
    let url = server.url("/");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("body");
    for flags in [
        "",
        "--raw",
        "--recv-size 4096",
        "--recv-size 100000",
        "--nonblocking",
    ] {
        let flags: Vec<&str> = flags.split_whitespace().collect();
        let ran = fetch(&[&flags[..], &[&url]].concat());
        assert!(ran.code == 0 && ran.out == want, "{flags:?}: {}", ran.err);
        let named = ["-o", file.to_str().unwrap(), &url];
        let ran = fetch(&[&flags[..], &named].concat());
        assert_eq!((ran.code, ran.out.len(), ran.err.as_str()), (0, 0, ""));
        assert!(std::fs::read(&file).unwrap() == want, "{flags:?} -o");
    }
}

/// A slow response shows as it comes, although more may follow at any time.
#[test]
fn nothing_is_held_back() {
    let server = Server::start(|_| {
        vec![
            send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
            send("6\r\nfirst.\r\n"),
            Step::WaitForClose,
        ]
    })
    .unwrap();
    let url = server.url("/");
    for flags in [
        &[][..],
        &["--raw"],
        &["--wire"],
        &["-i"],
        &["--recv-size", "1"],
    ] {
        let mut child = super::spawn(super::sockeye("fetch").args(flags).arg(&url));
        super::read_until(child.stdout.as_mut().unwrap(), "first.");
        child.kill().unwrap();
        assert_eq!(super::ended(child).code, 128 + 9);
    }
}
