//! Several requests from one file: every response is received and shown.

use std::io::Write;

use sockeye::playground::script::send;
use sockeye::playground::server::Server;

use super::fetch;

const PLAIN: &str = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
    3\r\nchu\r\n2\r\nnk\r\n0\r\nA: b\r\n\r\n";
const EMPTY: &str = "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n";
const CHUNKED_HEAD: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

#[test]
fn every_response_is_shown_in_every_form() {
    let server = Server::start(|request| {
        let response = match (request.method(), request.path()) {
            ("HEAD", _) => EMPTY,
            (_, "/chunked") => CHUNKED,
            _ => PLAIN,
        };
        vec![send(response)]
    })
    .unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let requests = "GET /chunked HTTP/1.1\r\nHost: h\r\n\r\nHEAD / HTTP/1.1\r\nHost: h\r\n\r\n\
                    POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab\
                    GET /chunked HTTP/1.1\r\nHost: h\r\n\r\n";
    file.write_all(requests.as_bytes()).unwrap();
    let path = file.path().to_str().unwrap();
    let url = server.url("/");
    let chunks = &CHUNKED[CHUNKED_HEAD.len()..];
    for (flags, want) in [
        ("", "chunkbodychunk".to_owned()),
        (
            "-i",
            format!("{CHUNKED_HEAD}chunkA: b\r\n{EMPTY}{PLAIN}{CHUNKED_HEAD}chunkA: b\r\n"),
        ),
        ("--raw", format!("{chunks}body{chunks}")),
        ("-i --raw", format!("{CHUNKED}{EMPTY}{PLAIN}{CHUNKED}")),
        ("--wire", format!("{CHUNKED}{EMPTY}{PLAIN}{CHUNKED}")),
        ("-v", "chunkbodychunk".to_owned()),
    ] {
        for size in ["1", "7", "256k"] {
            let mut args = vec!["--request-file", path, "--recv-size", size, &url];
            args.extend(flags.split_whitespace());
            let ran = fetch(&args);
            assert_eq!(ran.code, 0, "{flags}: {}", ran.err);
            assert_eq!(ran.text(), want, "{flags}, recv({size})");
        }
    }
}
