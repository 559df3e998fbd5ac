//! Requests and the warnings that stand beside their lines, as tables.

use super::*;

/// What is found, each as "line: beginning of the words".
fn words(request: &[u8]) -> Vec<String> {
    let short = |lint: Lint| {
        let words = lint
            .message
            .split([':', ',', '(', ';'])
            .next()
            .unwrap_or_default();
        format!("{}@{}: {}", lint.line, lint.offset, words.trim())
    };
    lint(request).into_iter().map(short).collect()
}

#[test]
fn what_is_right_is_left_in_peace() {
    let table = [
        "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
        "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "brew / HTTP/1.1\r\nHost:\r\nX:\ty z\r\nConnection: close\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 003\r\n\r\n\r\0\u{7f}",
        "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n\
         2;x=y\r\nab\r\n0A\r\n0123456789\r\n0\r\nT: 1\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
    ];
    for request in table {
        assert_eq!(words(request.as_bytes()), [""; 0], "{request:?}");
    }
}

#[test]
fn what_is_odd_is_named_beside_its_line() {
    const HEAD: &str = "PUT / HTTP/1.1\r\nHost: h\r\n";
    let put = |rest: &str| format!("{HEAD}{rest}");
    let get = |line: &str| format!("{line}\r\nHost: h\r\n\r\n");
    let table: Vec<(String, &[&str])> = vec![
        // -- the request line
        ("".into(), &["0@0: there is no request line"]),
        ("\r\n".into(), &["0@0: there is no request line"]),
        (get("\r\nGET / HTTP/1.1"), &["0@0: an empty line before the request line"]),
        (get("get / HTTP/1.1"), &["0@0: methods are case-sensitive"]),
        (get("G@T / HTTP/1.1"), &["0@0: the method holds a character that none may hold"]),
        (
            get(" GET / HTTP/1.1"),
            &["0@0: white space before the method"],
        ),
        (get("GET /"), &["0@5: no version"]),
        (get("GET HTTP/1.1"), &["0@3: no target"]),
        (get("GET"), &["0@3: no target", "0@3: no version"]),
        (get("GET / HTTP/2"), &["0@6: the version is neither HTTP/1.0 nor HTTP/1.1"]),
        (get("GET / http/1.1"), &["0@5: white space in the target", "0@14: no version"]),
        (get("GET /a b#c HTTP/1.1"), &[
            "0@6: white space in the target",
            "0@8: a fragment is no part of a request target",
        ]),
        (get("GET x HTTP/1.1"), &["0@4: the target is neither a path"]),
        (get("GET  / HTTP/1.1"), &["0@3: method"]),
        (get("GET /\tHTTP/1.1"), &["0@3: method"]),
        (get("GET / HTTP/1.1 "), &["0@3: method"]),
        // -- lines and fields
        ("GET / HTTP/1.1\nHost: h\n\r\n".into(), &[
            "0@14: LF without CR",
            "1@22: LF without CR",
        ]),
        ("GET / HTTP/1.1\r\nHost: h\r\n\n".into(), &["2@25: LF without CR"]),
        (put("X: a\rb\0c\x01d\u{e9}\x7f\r\n\r\n"), &[
            "2@29: a CR that no LF follows",
            "2@31: a NUL",
            "2@33: a control byte",
            "2@35: a byte above 127",
        ]),
        (put("X: a\r\n b\r\n\r\n"), &["3@31: this line continues the field above"]),
        ("PUT / HTTP/1.1\r\n Host: x\r\nHost: h\r\n\r\n".into(), &[
            "1@16: white space before the first field",
        ]),
        (put("X : a\r\n\r\n"), &["2@26: white space before the colon"]),
        (put("none\r\n\r\n"), &["2@25: a line without a colon is no field"]),
        (put(": a\r\n\r\n"), &["2@25: a field without a name"]),
        (put("X{: a\r\n\r\n"), &["2@26: a character that no field's name may hold"]),
        ("GET / HTTP/1.1\r\n\r\n".into(), &["0@0: no Host"]),
        (put("host: h\r\n\r\n"), &["2@25: a second Host"]),
        (put("X: 1\r\n"), &["3@31: no empty line ends the head"]),
        (put("X: 1"), &["2@29: no empty line ends the head"]),
        (put("X: 1\r"), &[
            "2@29: a CR that no LF follows",
            "2@30: no empty line ends the head",
        ]),
        // -- the body
        (put("Content-Length: 5\r\n\r\nabc"), &["2@25: Content-Length says 5"]),
        (put("Content-Length: 2\r\n\r\nabc"), &[
            "2@25: Content-Length says 2",
            "4@48: 1 byte after the end of the body",
        ]),
        (put("Content-Length: +2\r\n\r\nabc"), &["2@25: Content-Length is not digits alone"]),
        (put("Content-Length:\r\n\r\n"), &["2@25: Content-Length is not digits alone"]),
        (put("Content-Length: 99999999999999999999\r\n\r\n"), &[
            "2@25: Content-Length is larger than any body can be",
        ]),
        (put("Content-Length: 1\r\ncontent-length: 1\r\n\r\nx"), &[
            "3@44: Content-Length stands again",
        ]),
        (put("Content-Length: 1\r\nContent-Length: 2\r\n\r\nx"), &[
            "3@44: Content-Length stands again with another number",
        ]),
        (put("\r\nabc"), &["3@27: a body of 3 bytes without Content-Length or Transfer-Encoding"]),
        (put("\r\n\r\n"), &["3@27: 2 bytes of line ends after the end of the request"]),
        (put("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), &[
            "2@25: Content-Length beside Transfer-Encoding",
        ]),
        (put("Transfer-Encoding: gzip\r\n\r\n"), &[
            "2@25: Transfer-Encoding does not end in chunked",
        ]),
        (put("Expect: 100-continue\r\n\r\n"), &["2@25: Expect without a body to wait with"]),
        // -- chunks
        (put("Transfer-Encoding: chunked\r\n\r\n"), &["4@55: the chunks have no end"]),
        (put("Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\nzz"), &[
            "6@61: here a chunk's size line is to stand",
        ]),
        (put("Transfer-Encoding: chunked\r\n\r\n9\r\nx\r\n"), &["4@55: this chunk's size is 9"]),
        (put("Transfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n"), &[
            "5@59: no line end after the chunk's data",
        ]),
        (put("Transfer-Encoding: chunked\r\n\r\n0\r\n"), &[
            "5@58: no empty line after the last chunk",
        ]),
        (put("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nx"), &[
            "6@60: 1 byte after the end of the body",
        ]),
        (put("Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"), &[
            "4@55: here a chunk's size line is to stand",
        ]),
        // -- the connection
        (put("Connection: keep-alive\r\nConnection: x, Close\r\n\r\n"), &[
            "2@25: close and keep-alive together",
        ]),
        ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            .into(), &[
            "1@16: keep-alive is no part of HTTP/1.0",
            "2@40: HTTP/1.0 knows no Transfer-Encoding",
        ]),
        // -- several requests: each is looked at
        (format!("{HEAD}\r\nGET / HTTP/1.1\r\n\r\n"), &[
            "3@27: a second request begins here",
            "3@27: no Host",
        ]),
        (put("Content-Length: 3\r\n\r\na\nbget / HTTP/1.1\r\nHost: h\r\n\r\n"), &[
            "5@49: a second request begins here",
            "5@49: methods are case-sensitive",
        ]),
    ];
    for (request, expected) in table {
        assert_eq!(words(request.as_bytes()), expected, "{request:?}");
    }
}

#[test]
fn every_message_names_its_section() {
    let request = b"get  x y#z HTTP/3\nA : 1\n b\nnone\n:\nX{:\0\x01\r\xff\nHost:\nHost:\n\nbody";
    let lints = lint(request);
    assert!(lints.len() > 20, "{lints:?}");
    for lint in &lints {
        assert!(lint.message.contains("RFC "), "{lint:?}");
        assert!(!lint.message.contains("  "), "{lint:?}");
    }
    assert!(lints.is_sorted_by_key(|lint| (lint.offset, lint.line)));
}

#[test]
fn a_huge_paste_is_looked_at_within_bounds() {
    let table: [(&[u8], usize); 5] = [
        (b"GET / HTTP/1.1\r\n", MOST_LINTS),
        (b"a:b\r\n", 0),
        (b"\n", 1),
        (b"GET / HTTP/1.0\r\n\r\n", 0),
        (b"\xff", 0),
    ];
    for (piece, least) in table {
        let found = lint(&piece.repeat((2 << 20) / piece.len()));
        assert!((least..=MOST_LINTS).contains(&found.len()), "{piece:?}");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_answered(request: Vec<u8>, text in "[GET /HTP1.0:\r\na\\x00]{0,60}") {
        for bytes in [request.as_slice(), text.as_bytes()] {
            for lint in lint(bytes) {
                assert!(lint.offset <= bytes.len());
            }
        }
    }
}
