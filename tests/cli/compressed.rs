//! `--compressed`: each coding, each way of being broken: the exit status, every byte, and
//! what the request asks for.

use serde_json::Value;
use sockeye::playground::Playground;
use sockeye::playground::script::{Request, send};
use sockeye::playground::server::Server;

use super::fetch;

/// The playground's numbered lines of 64 bytes, so many bytes of them.
fn lines(bytes: usize) -> Vec<u8> {
    let line = |n: usize| format!("{:.<63}\n", format!("coded {n:04} ")).into_bytes();
    let mut text: Vec<u8> = (1..=bytes.div_ceil(64)).flat_map(line).collect();
    text.truncate(bytes);
    text
}

#[test]
fn each_coding_and_each_way_of_being_broken() {
    let playground = Playground::start(None).unwrap();
    for (page, code, want, says) in [
        ("/gzip", 0, lines(4096), ""),
        ("/deflate", 0, lines(4096), ""),
        ("/deflate-raw", 0, lines(4096), ""),
        ("/br", 0, lines(4096), ""),
        ("/zstd", 0, lines(4096), ""),
        ("/gzip?bytes=500&every=1", 0, lines(500), ""),
        ("/coded/stacked", 0, lines(2048), ""),
        (
            "/coded/members",
            0,
            b"one member\nanother\nthe last\n".to_vec(),
            "",
        ),
        ("/coded/frames", 0, b"one frame\nthe last\n".to_vec(), ""),
        ("/hello", 0, b"Hello, socket!\n".to_vec(), ""),
        // What could be decoded comes out, whatever is wrong behind it.
        (
            "/coded/broken",
            61,
            lines(8192),
            "gzip breaks at coded byte",
        ),
        (
            "/coded/cut",
            61,
            lines(8192),
            "gzip is cut short at coded byte",
        ),
        ("/coded/sum", 61, lines(1024), "the CRC-32 at coded byte"),
        (
            "/coded/trailing",
            61,
            lines(1024),
            "followed by other bytes",
        ),
        ("/coded/unknown", 61, lines(1024), "klingon"),
        ("/coded/unknown-below", 61, lines(1024), "klingon"),
        ("/coded/plain", 61, Vec::new(), "no gzip head"),
    ] {
        let ran = fetch(&["--compressed", &playground.url(page)]);
        assert_eq!(ran.code, code, "{page}: {}", ran.err);
        assert_eq!(ran.text(), String::from_utf8_lossy(&want), "{page}");
        let lines = usize::from(code != 0);
        assert_eq!(ran.err.lines().count(), lines, "{page}: {}", ran.err);
        assert!(ran.err.contains(says), "{page}: {}", ran.err);
    }
}

/// Without the flag, or with --raw, the coding is left on.
#[test]
fn a_coding_is_undone_only_where_that_is_asked_for() {
    let playground = Playground::start(None).unwrap();
    let url = playground.url("/gzip");
    let plain = fetch(&[&url]);
    assert_eq!((plain.code, &plain.out[..2]), (0, &b"\x1f\x8b"[..]));
    let raw = fetch(&["--compressed", "--raw", &url]);
    assert_eq!((raw.code, &raw.out), (0, &plain.out));
    let broken = fetch(&["--raw", "--compressed", &playground.url("/coded/broken")]);
    assert_eq!((broken.code, &broken.out[..2]), (0, &b"\x1f\x8b"[..]));
    let head = fetch(&["--compressed", "-i", &url]);
    let text = head.text();
    assert!(text.contains("Content-Encoding: gzip\r\n"), "{text}");
    assert!(text.ends_with(&*String::from_utf8_lossy(&lines(4096))));
}

#[test]
fn what_the_request_asks_for() {
    let playground = Playground::start(None).unwrap();
    for (flags, want) in [
        (&[][..], None),
        (&["--compressed"], Some("deflate, gzip, br, zstd")),
        (&["--compressed", "-H", "Accept-Encoding: x"], Some("x")),
        (&["--compressed", "-H", "Accept-Encoding:"], None),
    ] {
        let ran = fetch(&[flags, &[&playground.url("/echo")]].concat());
        let field = |line: &str| line.strip_prefix("Accept-Encoding: ").map(str::to_owned);
        let asked = ran.text().lines().find_map(field);
        assert_eq!(asked.as_deref(), want, "{flags:?}");
    }
}

/// The hops' bodies are not decoded, the last one's is.
#[test]
fn behind_a_redirect() {
    let playground = Playground::start(None).unwrap();
    let to = playground.url("/br");
    let server = Server::start(move |_: &Request| {
        vec![send(format!(
            "HTTP/1.1 302 There\r\nLocation: {to}\r\nContent-Encoding: gzip\r\n\
             Content-Length: 4\r\n\r\nnone"
        ))]
    })
    .unwrap();
    let ran = fetch(&["--compressed", "-L", &server.url("/")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.text(), String::from_utf8_lossy(&lines(4096)));
}

/// HAR has the body decoded, with or without the flag, and says what was wrong in it.
#[test]
fn a_coded_body_as_har() {
    let playground = Playground::start(None).unwrap();
    for (page, text, fault) in [
        ("/gzip", lines(4096), None),
        ("/coded/stacked", lines(2048), None),
        (
            "/coded/broken",
            lines(8192),
            Some("gzip breaks at coded byte"),
        ),
        ("/coded/cut", lines(8192), Some("gzip is cut short")),
    ] {
        let ran = fetch(&["--har", "-", &playground.url(page)]);
        assert_eq!(ran.code, 0, "{page}: {}", ran.err);
        let har: Value = serde_json::from_slice(&ran.out).unwrap();
        let response = &har["log"]["entries"][0]["response"];
        let content = &response["content"];
        let size = text.len() as u64;
        assert_eq!(content["text"], &*String::from_utf8_lossy(&text), "{page}");
        assert_eq!(content["size"], size, "{page}");
        let saved = size - response["bodySize"].as_u64().unwrap();
        assert_eq!(content["compression"], saved, "{page}");
        let said = content["_codingFault"].as_str();
        assert_eq!(said.is_some(), fault.is_some(), "{page}: {said:?}");
        let said = said.unwrap_or_default();
        assert!(
            said.starts_with(fault.unwrap_or_default()),
            "{page}: {said}"
        );
    }
}
