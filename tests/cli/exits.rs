//! The exit status of every way to fail over plain TCP, and its one line.

use std::net::TcpListener;

use sockeye::playground::script::{Script, Step, send};
use sockeye::playground::server::Server;

use super::{Ran, fetch};

fn server() -> Server {
    Server::start(|request| answer(request.path())).unwrap()
}

fn answer(path: &str) -> Script {
    let text = |bytes: &str| vec![send(bytes), Step::Close];
    match path {
        "/ok" => text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
        "/404" => text("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
        "/until-close" => text("HTTP/1.0 200 OK\r\n\r\nall of it"),
        "/ssh" => text("SSH-2.0-OpenSSH_9\r\n"),
        "/http09" => text("hello"),
        "/lengths" => text("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        "/chunk" => text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nx\r\n"),
        "/short" => text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
        "/cut-chunk" => text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc"),
        "/loop" => text("HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n"),
        "/to-ftp" => text("HTTP/1.1 302 Found\r\nLocation: ftp://a/\r\nContent-Length: 0\r\n\r\n"),
        "/empty" => vec![Step::Close],
        "/stall" => vec![
            send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
            Step::WaitForClose,
        ],
        "/reset" => vec![
            send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
            Step::Reset,
        ],
        _ => vec![Step::Reset],
    }
}

/// A port that nobody listens on: it was free a moment ago.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn fails_with_one_line(ran: &Ran, code: i32, body: &str, what: &str) {
    assert_eq!(ran.code, code, "{what}: {}", ran.err);
    assert_eq!(ran.text(), body, "{what}");
    match code {
        0 => assert_eq!(ran.err, "", "{what}"),
        _ => {
            assert!(ran.err.starts_with("sockeye: "), "{what}: {}", ran.err);
            assert_eq!(ran.err.lines().count(), 1, "{what}: {}", ran.err);
        }
    }
}

#[test]
fn over_one_connection() {
    let server = server();
    #[rustfmt::skip]
    let rows: &[(&str, &str, i32, &str)] = &[
        // path, flags, exit status, standard output
        ("/ok",          "",                          0,  "ok"),
        ("/404",         "",                          0,  ""),
        ("/until-close", "",                          0,  "all of it"),
        ("/ssh",         "",                          1,  "SSH-2.0-OpenSSH_9\r\n"),
        ("/http09",      "",                          1,  "hello"),
        ("/to-ftp",      "-L",                        1,  ""),
        ("/lengths",     "--raw",                     8,  "ab"),
        ("/chunk",       "",                          8,  "abx\r\n"),
        ("/until-close", "--end length",              8,  "all of it"),
        ("/short",       "",                          18, "abc"),
        ("/cut-chunk",   "",                          18, "abc"),
        ("/ok",          "-o /dev/full",              23, ""),
        ("/ok",          "-o /dev/null/file",         23, ""),
        ("/stall",       "--timeout 0.05",            28, "abc"),
        ("/stall",       "--max-time 0.2",            28, "abc"),
        ("/stall",       "--nonblocking --timeout 0.05", 28, "abc"),
        ("/stall",       "--end timeout --timeout 0.05", 0, "abc"),
        ("/stall",       "--end once",                0,  "abc"),
        ("/loop",        "-L --max-redirs 3",         47, ""),
        ("/loop",        "-L",                        47, ""),
        ("/loop",        "-L --max-redirs 0",         47, ""),
        ("/loop",        "--max-redirs 0",            0,  ""),
        ("/empty",       "",                          52, ""),
        ("/reset",       "",                          56, "abc"),
    ];
    for (path, flags, code, body) in rows {
        let url = server.url(path);
        let args: Vec<&str> = flags.split_whitespace().chain([url.as_str()]).collect();
        fails_with_one_line(&fetch(&args), *code, body, &format!("{flags} {path}"));
    }
}

#[test]
fn before_anything_is_sent() {
    let closed = format!("http://127.0.0.1:{}/", closed_port());
    for (args, code) in [
        (&["ftp://127.0.0.1/"][..], 1),
        (
            &["--request-file", "/dev/null/file", "http://127.0.0.1/"],
            2,
        ),
        (&["--events", "-", "-o", "-", "http://127.0.0.1/"], 2),
        (&["-H", "no colon", "http://127.0.0.1/"], 2),
        (&["http://["], 3),
        (&["http://127.0.0.1:99999/"], 3),
        (&["http://no..name/"], 6),
        (&[&closed], 7),
        (&["-k", &closed.replace("http:", "https:")], 7),
        (&["--unix-socket", "/dev/null/socket", "http://a/"], 7),
    ] {
        fails_with_one_line(&fetch(args), code, "", &format!("{args:?}"));
    }
}

#[test]
fn a_peer_that_resets_while_we_send() {
    let server = Server::start_raw(|_| vec![Step::Read { bytes: 1 }, Step::Reset]).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let request = dir.path().join("request");
    std::fs::write(&request, vec![b'x'; 64 << 20]).unwrap();
    let ran = fetch(&[
        "--request-file",
        request.to_str().unwrap(),
        &server.url("/"),
    ]);
    fails_with_one_line(&ran, 55, "", "a request of 64 MiB");
}

#[test]
fn a_reader_that_leaves() {
    let server = Server::start(|_| {
        let length = 1 << 30;
        vec![
            send(format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
            )),
            Step::Pattern { bytes: length },
        ]
    })
    .unwrap();
    let mut child = super::spawn(super::sockeye("fetch").arg(server.url("/")));
    drop(child.stdout.take());
    let ran = super::ended(child);
    assert_eq!((ran.code, ran.err.as_str()), (23, ""));
}

/// A file at the process' limit, and a device that is always full: words, not a signal.
#[test]
fn a_file_that_is_full() {
    let server = Server::start(|_| {
        let length = 4 << 20;
        vec![
            send(format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
            )),
            Step::Pattern { bytes: length },
        ]
    })
    .unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("body");
    // Units of 512 bytes or 1 KiB, by the shell.
    let limited = "ulimit -f 1024; exec \"$0\" \"$@\"";
    let mut sh = std::process::Command::new("sh");
    sh.args(["-c", limited, env!("CARGO_BIN_EXE_sockeye"), "fetch", "-o"]);
    sh.arg(&file).arg(server.url("/"));
    let ran = super::run(&mut sh, b"");
    fails_with_one_line(&ran, 23, "", "at a limit");
    assert!(ran.err.contains("(ulimit -f)"), "{}", ran.err);
    let kept = std::fs::metadata(&file).unwrap().len();
    assert!([512 << 10, 1 << 20].contains(&kept), "{kept} bytes");

    #[cfg(target_os = "linux")]
    {
        let ran = fetch(&["-o", "/dev/full", &server.url("/")]);
        fails_with_one_line(&ran, 23, "", "a full device");
        // How much is free where the device's name stands says nothing of it.
        assert!(ran.err.contains("No space left on device"), "{}", ran.err);
    }
}

#[test]
fn a_failed_fetch_leaves_the_last_answer_in_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("answer");
    std::fs::write(&file, "the last answer, longer than the next").unwrap();
    let name = file.to_str().unwrap();
    let closed = format!("http://127.0.0.1:{}/", closed_port());
    assert_eq!(fetch(&["-o", name, &closed]).code, 7);
    assert_eq!(
        std::fs::read(&file).unwrap(),
        b"the last answer, longer than the next"
    );
    assert_eq!(fetch(&["-o", name, &server().url("/short")]).code, 18);
    assert_eq!(std::fs::read(&file).unwrap(), b"abc");
}

/// Text that comes from outside cannot reach the terminal through a message.
#[test]
fn messages_are_harmless() {
    for url in ["http://a\u{1b}[31m/", "x\u{9b}2J://a/", "http://a b\n/"] {
        let ran = fetch(&[url]);
        let control = |c: char| c.is_control() && c != '\n';
        assert!(!ran.err.contains(control), "{:?}", ran.err);
        assert_eq!(ran.err.lines().count(), 1, "{:?}", ran.err);
    }
}
