//! A head as a table, with what it says of the body's length.

use sockeye::event::{EndMode, Event, Field, Framing, Head, Kind};
use sockeye::exchange::Exchange;
use sockeye::view::{Headers, Marks, View};

use crate::{head, marked, odd_exchange, roles, row, shown};

/// A length that the end mode sets aside is still what the head says.
#[test]
fn the_head_says_its_length_in_every_mode() {
    let head = Head {
        version: "HTTP/1.1".to_owned(),
        status: 200,
        reason: String::new(),
        fields: vec![Field {
            name: "Content-Length".into(),
            value: "5".into(),
            offset: 17,
            len: 19,
        }],
        offset: 0,
        bytes: 38,
        framing: Framing::Close,
    };
    let mut exchange = Exchange::new(EndMode::Close, 10);
    let kind = Kind::Head(Box::new(head));
    exchange.apply(Event { t_us: 0, kind });
    let view = Headers {
        exchange: &exchange,
        answer: exchange.answer(),
        width: 90,
    };
    let rows = shown(&view.rows(0, 9));
    assert_eq!(
        rows[3..],
        [
            "Content-Length announces 5 bytes (RFC 9112 section 6.3, step 6).",
            "But end mode close was asked for: recv() until it answers 0, whatever the head says.",
        ]
    );
}

#[test]
fn headers_as_a_table() {
    let exchange = odd_exchange();
    let view = Headers {
        exchange: &exchange,
        answer: exchange.answer(),
        width: 40,
    };
    let want = [
        "HTTP/1.1 103 Reason",
        "Link            <a>",
        "",
        "HTTP/1.1 200 Reason",
        "Content-Length  5",
        "                ⚠ bare_lf: a line ended",
        "                  by LF without CR; read",
        "                  as a line end (RFC",
        "                  9112 section 2.2)",
        "X               a value that is longer t",
        "                han a row␛",
        "",
        "Trailers, after the body:",
        "Sum             1",
        "",
        "⚠ byte 118: excess_bytes: bytes after",
        "  the end of the message; kept as a",
        "  region of their own (RFC 9112 section",
        "  9.2)",
        "",
        "The body is 5 bytes, as Content-Length",
        "  says (RFC 9112 section 6.3, step 6).",
        "But end mode once was asked for: a",
        "  single recv().",
    ];
    assert_eq!(shown(&view.rows(0, 99)), want);
    let all = view.rows(0, 99);
    for (n, line) in all.iter().enumerate() {
        assert_eq!(view.step(0, n as i64), line.at);
        assert_eq!(view.step(line.at, -(n as i64)), 0);
        assert_eq!(
            shown(&view.rows(line.at, 2)),
            want[n..want.len().min(n + 2)]
        );
    }
    assert_eq!(view.last(), all[all.len() - 1].at);
    assert_eq!(view.step(0, i64::MAX), view.last());
    assert_eq!(view.step(view.last(), i64::MIN), 0);
    for (offset, want) in [
        (0, "HTTP/1.1 103"),
        (25, "Link"),
        (60, "Content"),
        (70, "X"),
    ] {
        let at = view.anchor(offset);
        assert!(row(&view.rows(at, 1)[0]).starts_with(want), "{offset}");
    }
}

#[test]
fn headers_with_roles_and_marks() {
    let exchange = odd_exchange();
    let view = Headers {
        exchange: &exchange,
        answer: exchange.answer(),
        width: 60,
    };
    let marks = Marks {
        found: vec![25..26, 60..60],
        ..Marks::default()
    };
    assert_eq!(
        roles(&marked(&view, 4, &marks)),
        [
            "StatusOk<HTTP/1.1 103 Reason>",
            "Found<Link>            Found<<a>>",
            "",
            "StatusOk<HTTP/1.1 200 Reason>",
        ],
    );
}

#[test]
fn headers_say_what_ends_the_body() {
    for (status, fields, framing, want) in [
        (
            204,
            &[][..],
            Framing::NoBody,
            "a 204 never has one (RFC 9112 section 6.3, step 1)",
        ),
        (
            200,
            &[],
            Framing::NoBody,
            "HEAD, or to CONNECT, never has one",
        ),
        (101, &[], Framing::NoBody, "another protocol begins here"),
        (200, &[], Framing::Chunked, "section 6.3, step 4"),
        (
            200,
            &[],
            Framing::Length(7),
            "7 bytes, as Content-Length says",
        ),
        (
            200,
            &[],
            Framing::Close,
            "says no length (RFC 9112 section 6.3, step 8)",
        ),
        (
            200,
            &[("Transfer-Encoding", "gzip", 17, 25)],
            Framing::Close,
            "does not end in chunked (RFC 9112 section 6.3, step 4)",
        ),
    ] {
        let mut exchange = Exchange::new(EndMode::Auto, 0);
        let kind = Kind::Head(Box::new(head(0, status, fields, 44, framing)));
        exchange.apply(Event { t_us: 0, kind });
        let view = Headers {
            exchange: &exchange,
            answer: exchange.answer(),
            width: 200,
        };
        let last = row(&view.rows(view.last(), 1)[0]);
        assert!(last.contains(want), "{last}");
    }
}
