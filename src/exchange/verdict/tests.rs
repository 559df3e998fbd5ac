//! Events → the line that the screen shows.

use super::*;
use crate::anomaly::{self, Anomaly};
use crate::event::{Call, Framing, Kind, Proxy, ProxyAnswer, ProxyWay};
use crate::exchange::tests::events::{
    chunk, closed, connected, connecting, end, error, fold, head, kept, recv, refused, resolving,
    send, sent,
};

/// Microseconds; a kind.
pub(super) type Rows = Vec<(u64, Kind)>;

pub(super) const LENGTH: &[(&str, &str)] = &[("Content-Length", "100")];

/// A connection made, 63 bytes sent, then `more`.
fn asked(more: Rows) -> Rows {
    let mut rows = vec![(100, connected("127.0.0.1:8080")), (200, sent(0, 63))];
    rows.extend(more);
    rows
}

/// Connected to a proxy that is used in this way; then `more`.
fn proxied(way: ProxyWay, more: Rows) -> Rows {
    let proxy = Proxy {
        url: "http://p:1".to_owned(),
        way,
        greets: way != ProxyWay::Forward,
    };
    let mut rows = vec![
        (0, Kind::Proxy(Box::new(proxy))),
        (100, connected("127.0.0.1:1")),
    ];
    rows.extend(more);
    rows
}

/// The same with a tunnel asked for, and the proxy's answer.
fn tunnel(status: u16, more: Rows) -> Rows {
    let Kind::Head(head) = head(status, 20, Framing::Length(0), &[]) else {
        unreachable!()
    };
    let answer = ProxyAnswer {
        head: *head,
        raw: Box::default(),
        body: Box::default(),
    };
    let request = b"CONNECT h:443 HTTP/1.1\r\n\r\n".as_slice();
    let mut rows = vec![
        (
            200,
            Kind::ProxyConnect {
                to: "h:443".into(),
                request: request.into(),
            },
        ),
        (300, Kind::ProxyHead(Box::new(answer))),
    ];
    rows.extend(more);
    proxied(ProxyWay::Connect, rows)
}

#[test]
fn the_proxys_part_is_named() {
    let s = 1_000_000;
    let done = || (400, Kind::ProxyDone { us: 300 });
    let failed = |kind, message| vec![(s, error(kind, message)), (s, end(EndReason::Error))];
    let with = |first: (u64, Kind), more: Rows| [vec![first], more].concat();
    let rows: Vec<(Rows, &str, &str)> = vec![
        (
            tunnel(407, failed("tunnel", "x")),
            "failed: the proxy http://p:1 refused the tunnel: 407",
            "the proxy refused: 407",
        ),
        (
            proxied(
                ProxyWay::Connect,
                failed(
                    "tunnel",
                    "CONNECT h:443 by http://p:1: silence (is it one?)",
                ),
            ),
            "failed: CONNECT h:443 by http://p:1: silence",
            "the proxy made no tunnel",
        ),
        (
            proxied(
                ProxyWay::Socks5,
                failed(
                    "socks",
                    "http://p:1: host unreachable (reply 4) (its own setting)",
                ),
            ),
            "failed: the proxy http://p:1: host unreachable (reply 4)",
            "the SOCKS proxy refused",
        ),
        (
            proxied(
                ProxyWay::Socks5,
                failed("timeout", "recv(): nothing for 1 s"),
            ),
            "failed: recv(): nothing for 1 s; the proxy http://p:1 had not let us through yet",
            "timeout, no byte came",
        ),
        (
            tunnel(200, with(done(), failed("empty_reply", "x"))),
            "ended early: the peer closed without sending a byte; the proxy http://p:1 lies between",
            "the peer closed without sending a byte",
        ),
        (
            proxied(ProxyWay::Forward, failed("empty_reply", "x")),
            "ended early: the peer closed without sending a byte; the proxy http://p:1 lies between",
            "the peer closed without sending a byte",
        ),
        (
            proxied(
                ProxyWay::Socks5,
                vec![(s, error("cancelled", "x")), (s, end(EndReason::Cancelled))],
            ),
            "cancelled: in recv(); the proxy had not let us through after 999 ms",
            "cancelled in recv()",
        ),
        (
            proxied(
                ProxyWay::Forward,
                vec![
                    (200, sent(0, 63)),
                    (300, recv(0, 4096, 96)),
                    (300, head(407, 96, Framing::Length(0), &[])),
                    (400, end(EndReason::ContentLength)),
                ],
            ),
            "ended: the proxy http://p:1 itself answered: it wants to know who you are; Content-Length is 0: the head was all · a timeout would have run out after the last byte",
            "407 from the proxy itself",
        ),
    ];
    for (rows, line, brief) in rows {
        let verdict = fold(EndMode::Auto, 63, &rows).verdict().unwrap();
        assert_eq!(verdict.line(), line);
        assert_eq!(verdict.short(), brief, "{line}");
    }
}

/// The same, and a head of 96 bytes with `body` bytes in one `recv(4096)`, then `more`.
pub(super) fn answered(framing: Framing, fields: &[(&str, &str)], body: u32, more: Rows) -> Rows {
    let mut rows = asked(vec![
        (1_200, recv(0, 4096, 96 + body)),
        (1_200, head(200, 96, framing, fields)),
        (1_200, Kind::Body { bytes: body.into() }),
    ]);
    rows.extend(more);
    rows
}

fn excess() -> Kind {
    Kind::Anomaly(Box::new(Anomaly {
        kind: anomaly::Kind::ExcessBytes,
        offset: 97,
        detail: String::new(),
    }))
}

#[test]
fn every_end_has_its_line() {
    use EndMode::{Auto, Close, Length, Once, Timeout};
    let s = 1_000_000;
    let us = || closed(Closer::Us, "the exchange was cancelled");
    let rows: Vec<(EndMode, Rows, &str)> = vec![
        // -- the announced end ----------------------------------------------------
        (
            Auto,
            answered(
                Framing::Length(100),
                LENGTH,
                100,
                vec![(1_300, end(EndReason::ContentLength)), (1_300, kept())],
            ),
            "ended: Content-Length's 100 bytes are here · the connection stays open · read-until-close would still be waiting",
        ),
        (
            Length,
            answered(
                Framing::Length(0),
                &[],
                0,
                vec![(1_300, end(EndReason::ContentLength)), (1_300, kept())],
            ),
            "ended: Content-Length is 0: the head was all · the connection stays open · read-until-close would still be waiting",
        ),
        (
            Auto,
            answered(
                Framing::Length(100),
                &[("Connection", "x, Close")],
                100,
                vec![
                    (1_300, end(EndReason::ContentLength)),
                    (1_300, closed(Closer::Us, "Connection: close")),
                ],
            ),
            "ended: Content-Length's 100 bytes are here · closed by us: Connection: close · read-until-close would do too: the peer announced its close",
        ),
        (
            Auto,
            answered(
                Framing::Length(1),
                &[("Connection", "close")],
                1,
                vec![
                    (1_200, excess()),
                    (1_300, end(EndReason::ContentLength)),
                    (
                        1_300,
                        closed(Closer::Us, "bytes came after the end of the response"),
                    ),
                ],
            ),
            "ended: Content-Length's 1 byte is here · closed by us: bytes came after the end of the response · read-until-close would take the excess for body",
        ),
        (
            Auto,
            answered(
                Framing::Chunked,
                &[],
                12,
                vec![
                    (1_250, chunk(12)),
                    (1_260, chunk(0)),
                    (1_300, end(EndReason::Chunked)),
                    (1_300, kept()),
                ],
            ),
            "ended: the last chunk, of size 0, is here after 12 bytes · the connection stays open · read-until-close would still be waiting",
        ),
        (
            Auto,
            answered(
                Framing::NoBody,
                LENGTH,
                0,
                vec![(1_300, end(EndReason::NoBody)), (1_300, kept())],
            ),
            "ended: the request's method (HEAD, or CONNECT) leaves no body (RFC 9112 section 6.3) · the connection stays open · read-until-close would still be waiting",
        ),
        (
            Auto,
            asked(vec![
                (300, recv(0, 4096, 50)),
                (300, head(304, 50, Framing::NoBody, &[])),
                (400, end(EndReason::NoBody)),
                (400, kept()),
            ]),
            "ended: a 304 response never has a body (RFC 9112 section 6.3) · the connection stays open · read-until-close would still be waiting",
        ),
        (
            Auto,
            asked(vec![
                (300, recv(0, 4096, 50)),
                (
                    300,
                    head(
                        101,
                        50,
                        Framing::NoBody,
                        &[("Upgrade", "web\u{1b}[2Jsocket")],
                    ),
                ),
                (400, end(EndReason::Upgrade)),
                (400, closed(Closer::Us, "another protocol")),
            ]),
            "ended: 101: from here on the connection speaks web\\u{1b}[2Jsocket · closed by us: another protocol · length has no Content-Length to count",
        ),
        // -- the close ------------------------------------------------------------
        (
            Auto,
            answered(
                Framing::Close,
                &[],
                40,
                vec![
                    (5_000, recv(136, 4096, 0)),
                    (5_000, end(EndReason::Close)),
                    (5_000, closed(Closer::Peer, "it closed")),
                ],
            ),
            "ended: the peer closed after 40 bytes, which is the only end of a body without a length · length has no Content-Length to count",
        ),
        (
            Close,
            answered(
                Framing::Length(100),
                LENGTH,
                100,
                vec![
                    (3 * s, recv(196, 4096, 0)),
                    (3 * s, end(EndReason::Close)),
                    (3 * s, closed(Closer::Peer, "")),
                ],
            ),
            "ended: the peer closed, as was waited for, after Content-Length's 100 bytes · auto would have ended 2.9 s sooner",
        ),
        (
            Close,
            answered(
                Framing::Close,
                LENGTH,
                60,
                vec![
                    (5_000, recv(156, 4096, 0)),
                    (5_000, end(EndReason::Close)),
                    (5_000, closed(Closer::Peer, "")),
                ],
            ),
            "ended: the peer closed, as was waited for; Content-Length said 100, 60 came · auto would call this an early end",
        ),
        // -- early ----------------------------------------------------------------
        (
            Auto,
            answered(
                Framing::Length(100),
                LENGTH,
                60,
                vec![
                    (5_000, recv(156, 4096, 0)),
                    (5_000, error("ended_early", "x")),
                    (5_000, end(EndReason::Close)),
                    (5_000, closed(Closer::Peer, "")),
                ],
            ),
            "ended early: the peer closed; Content-Length said 100, 60 came · read-until-close would take these 60 bytes as all of it",
        ),
        (
            Auto,
            answered(
                Framing::Chunked,
                &[],
                12,
                vec![
                    (1_250, chunk(12)),
                    (1_300, error("ended_early", "x")),
                    (1_300, end(EndReason::Error)),
                ],
            ),
            "ended early: the peer closed before the last chunk; 1 chunk came, 12 bytes · read-until-close would take these 12 bytes as all of it",
        ),
        (
            Auto,
            asked(vec![
                (300, recv(0, 4096, 9)),
                (300, recv(9, 4096, 0)),
                (300, error("ended_early", "x")),
                (300, end(EndReason::Error)),
            ]),
            "ended early: the peer closed inside the head, after 9 bytes",
        ),
        (
            Auto,
            asked(vec![
                (300, recv(0, 4096, 0)),
                (300, error("empty_reply", "x")),
                (300, end(EndReason::Error)),
                (300, closed(Closer::Peer, "it closed")),
            ]),
            "ended early: the peer closed without sending a byte",
        ),
        // -- as asked -------------------------------------------------------------
        (
            Timeout,
            answered(
                Framing::Close,
                LENGTH,
                100,
                vec![
                    (2_001_200, end(EndReason::Timeout)),
                    (
                        2_001_200,
                        closed(Closer::Us, "only the close ends this response"),
                    ),
                ],
            ),
            "ended: nothing came for 2.0 s, the end that was asked for; Content-Length's 100 bytes are here · closed by us · auto would have ended 2.0 s sooner",
        ),
        (
            Timeout,
            answered(
                Framing::Close,
                LENGTH,
                60,
                vec![(2_001_200, end(EndReason::Timeout))],
            ),
            "ended: nothing came for 2.0 s, the end that was asked for; 60 of 100 body bytes are here · auto would still be reading",
        ),
        (
            Timeout,
            asked(vec![(500_200, end(EndReason::Timeout))]),
            "ended: nothing came for 500 ms, the end that was asked for; no byte came",
        ),
        (
            Once,
            answered(
                Framing::Length(100_000),
                LENGTH,
                4000,
                vec![(1_300, end(EndReason::Once))],
            ),
            "ended: one recv() brought 4000 of 100000 body bytes; at least 24 more recv() would be needed · auto would still be reading",
        ),
        (
            Once,
            answered(
                Framing::Length(100),
                LENGTH,
                100,
                vec![(1_300, end(EndReason::Once)), (1_300, kept())],
            ),
            "ended: one recv() brought it all, 196 bytes · the connection stays open · read-until-close would still be waiting",
        ),
        (
            Once,
            asked(vec![(300, recv(0, 16, 16)), (300, end(EndReason::Once))]),
            "ended: one recv() brought 16 bytes, not even a whole head",
        ),
        // -- cancelled, in each call ------------------------------------------------
        (
            Auto,
            vec![
                (0, resolving()),
                (2 * s, error("cancelled", "x")),
                (2 * s, end(EndReason::Cancelled)),
            ],
            "cancelled: in getaddrinfo(); no address was known after 2.0 s",
        ),
        (
            Auto,
            vec![
                (0, connecting("127.0.0.1:80")),
                (2 * s, end(EndReason::Cancelled)),
            ],
            "cancelled: in connect(); no address had answered in 2.0 s",
        ),
        (
            Auto,
            vec![
                (0, connected("127.0.0.1:80")),
                (5, send(0, 63, 40)),
                (2 * s, end(EndReason::Cancelled)),
                (2 * s, us()),
            ],
            "cancelled: in send(); 40 of 63 request bytes were with the kernel · closed by us",
        ),
        (
            Auto,
            asked(vec![(2_000_200, end(EndReason::Cancelled)), (2 * s, us())]),
            "cancelled: in recv(); no byte had come 2.0 s after the request · closed by us",
        ),
        (
            Close,
            answered(
                Framing::Length(100),
                LENGTH,
                100,
                vec![(3_001_200, end(EndReason::Cancelled)), (3_001_200, us())],
            ),
            "cancelled: in recv(); Content-Length's 100 bytes are here since 3.0 s · closed by us · auto would have ended 3.0 s sooner",
        ),
        // -- failed -----------------------------------------------------------------
        (
            Auto,
            vec![
                (0, connecting("[::1]:80")),
                (300, refused("[::1]:80")),
                (300, connecting("127.0.0.1:80")),
                (500, refused("127.0.0.1:80")),
                (500, error("connect", "x")),
                (500, end(EndReason::Error)),
            ],
            "failed: no address answered: [::1]:80 Connection refused after 300 µs, 127.0.0.1:80 Connection refused after 200 µs",
        ),
        (
            Auto,
            vec![
                (0, resolving()),
                (9, error("resolve", "getaddrinfo(\"x\"): no such name")),
                (9, end(EndReason::Error)),
            ],
            "failed: getaddrinfo(\"x\"): no such name",
        ),
        (
            Auto,
            answered(
                Framing::Length(100),
                LENGTH,
                60,
                vec![
                    (
                        1_300,
                        Kind::CallFailed {
                            call: Call::Recv,
                            errno: "ECONNRESET",
                            error: String::new(),
                        },
                    ),
                    (1_300, error("recv", "x")),
                    (1_300, end(EndReason::Error)),
                    (1_300, closed(Closer::Us, "the exchange failed")),
                ],
            ),
            "failed: the peer reset the connection (recv() = ECONNRESET); 60 of 100 body bytes are here · closed by us",
        ),
        (
            Auto,
            vec![
                (0, connected("127.0.0.1:80")),
                (5, send(0, 63, 40)),
                (
                    9,
                    Kind::CallFailed {
                        call: Call::Send,
                        errno: "EPIPE",
                        error: String::new(),
                    },
                ),
                (9, error("send", "x")),
                (9, end(EndReason::Error)),
            ],
            "failed: the peer reset the connection (send() = EPIPE); 40 of 63 request bytes were with the kernel",
        ),
        (
            Auto,
            answered(
                Framing::Length(100),
                LENGTH,
                60,
                vec![
                    (2_001_200, error("timeout", "recv: nothing for 2 s")),
                    (2_001_200, end(EndReason::Error)),
                ],
            ),
            "failed: recv: nothing for 2 s; 60 of 100 body bytes are here · length would wait for 40 more bytes",
        ),
        (
            Auto,
            asked(vec![
                (300, recv(0, 4096, 50)),
                (
                    300,
                    Kind::Anomaly(Box::new(Anomaly {
                        kind: anomaly::Kind::ConflictingLengths,
                        offset: 17,
                        detail: "5, 6".to_owned(),
                    })),
                ),
                (300, error("malformed", "x")),
                (300, end(EndReason::Error)),
            ]),
            "failed: at byte 17: Content-Length stands more than once with different numbers (5, 6) (RFC 9112 section 6.3 step 5)",
        ),
    ];
    for (mode, events, want) in rows {
        let exchange = fold(mode, 63, &events);
        let verdict = exchange.verdict().unwrap();
        assert_eq!(verdict.line(), want);
        let short = verdict.short();
        assert!(short.chars().count() <= 60, "{short}");
    }
}

/// All that is told of the other modes, in the order of the modes.
#[test]
fn what_the_other_modes_would_have_done() {
    let events = answered(
        Framing::Length(100),
        LENGTH,
        40,
        vec![
            (401_200, recv(136, 4096, 60)),
            (401_200, Kind::Body { bytes: 60 }),
            (401_200, end(EndReason::ContentLength)),
            (401_200, kept()),
        ],
    );
    let verdict = fold(EndMode::Auto, 63, &events).verdict().unwrap();
    let told: Vec<(EndMode, &str)> = verdict
        .otherwise
        .iter()
        .map(|other| (other.mode, other.text.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (EndMode::Close, "read-until-close would still be waiting"),
            (
                EndMode::Timeout,
                "a timeout under 400 ms would have ended it sooner"
            ),
            (
                EndMode::Once,
                "one recv() alone would have brought 136 of 196 bytes"
            ),
        ]
    );
}

#[test]
fn no_verdict_before_the_end() {
    assert_eq!(fold(EndMode::Auto, 63, &[]).verdict(), None);
    let running = answered(Framing::Length(100), LENGTH, 60, vec![]);
    assert_eq!(fold(EndMode::Auto, 63, &running).verdict(), None);
}

#[test]
fn progress_has_a_total_with_content_length_alone() {
    for (framing, want) in [
        (Framing::Length(100), Some((60, Some(100)))),
        (Framing::Chunked, Some((60, None))),
        (Framing::Close, Some((60, None))),
        (Framing::NoBody, None),
    ] {
        let exchange = fold(EndMode::Auto, 63, &answered(framing, &[], 60, vec![]));
        let progress = exchange.progress().map(|p| (p.done, p.total));
        assert_eq!(progress, want, "{framing:?}");
    }
    // Set aside by the mode, Content-Length still tells how far it is.
    let set_aside = answered(Framing::Close, LENGTH, 60, vec![]);
    let progress = fold(EndMode::Close, 63, &set_aside).progress();
    assert_eq!(progress.map(|p| p.total), Some(Some(100)));
    assert_eq!(fold(EndMode::Auto, 63, &asked(vec![])).progress(), None);
}
