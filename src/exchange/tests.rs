//! The fold as tables: short lists of events → the fields.

pub(crate) mod events;

use self::events::*;
use super::*;
use crate::event::{EndReason, Event, Family, Kind};

/// Phases and spans after each event of a whole exchange.
#[test]
fn phases_follow_the_calls() {
    let span = |from, to| Some(Span { from, to });
    let rows: Vec<(u64, Kind, Phase)> = vec![
        (10, resolving(), Phase::Resolving),
        (20, resolved(&["::1", "127.0.0.1"]), Phase::Resolving),
        (30, connecting("[::1]:8080"), Phase::Connecting),
        (40, refused("[::1]:8080"), Phase::Connecting),
        (50, connecting("127.0.0.1:8080"), Phase::Connecting),
        (60, connected("127.0.0.1:8080"), Phase::Sending),
        (70, send(0, 100, 60), Phase::Sending),
        (80, send(60, 40, 40), Phase::Waiting),
        (90, recv(0, 4096, 96), Phase::Receiving),
        (
            95,
            Kind::InterimHead(Box::new(raw_head(100, 0, 25, Framing::NoBody, &[]))),
            Phase::Receiving,
        ),
        (
            96,
            Kind::Head(Box::new(raw_head(200, 25, 70, Framing::Length(1), &[]))),
            Phase::Receiving,
        ),
        (97, Kind::Body { bytes: 1 }, Phase::Receiving),
        (99, end(EndReason::ContentLength), Phase::Ended),
        (99, kept(), Phase::Ended),
    ];
    let mut exchange = Exchange::new(EndMode::Auto, 100);
    assert_eq!(exchange.phase, Phase::Idle);
    for (t_us, kind, want) in rows {
        let name = kind.name();
        exchange.apply(Event { t_us, kind });
        assert_eq!(exchange.phase, want, "after {name}");
    }
    assert_eq!(
        exchange.spans,
        Spans {
            tls: None,
            resolve: span(10, Some(20)),
            proxy: None,
            connect: span(30, Some(60)),
            send: span(60, Some(80)),
            wait: span(80, Some(90)),
            receive: span(90, Some(99)),
        }
    );
    let outcomes: Vec<_> = exchange
        .attempts
        .iter()
        .map(|a| (&a.outcome, a.span.us()))
        .collect();
    assert_eq!(
        outcomes,
        [
            (&Some(Err("Connection refused".to_owned())), 10),
            (&Some(Ok(())), 10)
        ]
    );
    assert_eq!(
        exchange.sends,
        Calls {
            count: 2,
            bytes: 100,
            short: 1,
            largest: 60
        }
    );
    assert_eq!(
        exchange.recvs,
        Calls {
            count: 1,
            bytes: 96,
            short: 1,
            largest: 96
        }
    );
    assert_eq!(exchange.head_bytes, 95, "the interim head counts");
    assert_eq!(exchange.body_place(), BodyPlace::Wire { start: 95, len: 1 });
    assert_eq!((exchange.interim.len(), exchange.on_connection), (1, 1));
}

/// A cut exchange: every span that ran is closed by the end.
#[test]
fn an_end_closes_what_ran() {
    for (name, rows) in [
        ("resolve", vec![(10, resolving())]),
        ("connect", vec![(10, connecting("127.0.0.1:80"))]),
        ("send", vec![(10, connected("127.0.0.1:80"))]),
    ] {
        let mut exchange = fold(EndMode::Auto, 5, &rows);
        assert!(exchange.running(), "{name}");
        exchange.apply(Event {
            t_us: 30,
            kind: end(EndReason::Cancelled),
        });
        let s = exchange.spans;
        let ran: Vec<Span> = [s.resolve, s.connect, s.send]
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(
            ran,
            [Span {
                from: 10,
                to: Some(30)
            }],
            "{name}"
        );
        assert!(!exchange.running(), "{name}");
        assert_eq!(exchange.pending(), None, "{name}");
    }
}

#[test]
fn the_pending_call_is_the_phases() {
    for (rows, want) in [
        (vec![], None),
        (vec![(5, resolving())], Some((Call::Resolve, 5))),
        (
            vec![(5, connecting("127.0.0.1:80"))],
            Some((Call::Connect, 5)),
        ),
        (
            vec![(5, connected("127.0.0.1:80")), (7, send(0, 9, 4))],
            Some((Call::Send, 7)),
        ),
        (
            vec![(5, connected("127.0.0.1:80")), (7, send(0, 9, 9))],
            Some((Call::Recv, 7)),
        ),
        // A look at the queues is no call.
        (
            vec![
                (5, connected("127.0.0.1:80")),
                (9, Kind::Queues(Box::default())),
            ],
            Some((Call::Send, 5)),
        ),
    ] {
        let pending = fold(EndMode::Auto, 9, &rows).pending();
        assert_eq!(pending.map(|p| (p.call, p.since_us)), want, "{rows:?}");
    }
}

/// On a kept connection offsets go on counting; the fields count this exchange alone.
#[test]
fn a_kept_connection_keeps_its_offsets() {
    let exchange = fold(
        EndMode::Auto,
        10,
        &[
            (1, reused(3)),
            (2, send(500, 10, 10)),
            (3, recv(7_000, 4096, 60)),
            (
                3,
                Kind::Head(Box::new(raw_head(200, 7_000, 50, Framing::Length(40), &[]))),
            ),
            (3, Kind::Body { bytes: 10 }),
            (4, recv(7_060, 4096, 30)),
            (4, Kind::Body { bytes: 30 }),
        ],
    );
    assert_eq!(exchange.wire_base, 7_000);
    assert_eq!(exchange.on_connection, 3);
    assert_eq!((exchange.head_bytes, exchange.body_bytes), (50, 40));
    assert_eq!(exchange.recvs.bytes, 90);
    for (wire_offset, want) in [
        (0, Some(0)),
        (59, Some(0)),
        (60, Some(1)),
        (89, Some(1)),
        (90, None),
        (u64::MAX, None),
    ] {
        let found = exchange.recv_of(wire_offset).map(|(number, _)| number);
        assert_eq!(found, want, "byte {wire_offset}");
    }
}

/// A kept connection that turned out dead: the new one starts from nothing.
#[test]
fn a_dead_kept_connection_leaves_no_counts() {
    let exchange = fold(
        EndMode::Auto,
        10,
        &[
            (1, reused(2)),
            (2, send(500, 10, 10)),
            (3, recv(7_000, 4096, 0)),
            (4, connecting("127.0.0.1:8080")),
            (5, connected("127.0.0.1:8080")),
            (6, send(0, 10, 10)),
            (8, recv(0, 4096, 60)),
            (8, head(200, 50, Framing::Length(10), &[])),
        ],
    );
    assert_eq!((exchange.wire_base, exchange.on_connection), (0, 1));
    assert_eq!((exchange.sends.count, exchange.recvs.count), (1, 1));
    assert_eq!(exchange.head_bytes, 50);
    assert_eq!(exchange.rate.buckets, [60]);
    assert_eq!(exchange.spans.receive, Some(Span { from: 8, to: None }));
    assert_eq!(exchange.recv_of(0).map(|(number, _)| number), Some(0));
}

#[test]
fn the_body_lies_on_the_wire_unless_chunked() {
    for (framing, want) in [
        (Framing::Length(5), BodyPlace::Wire { start: 20, len: 5 }),
        (Framing::Close, BodyPlace::Wire { start: 20, len: 5 }),
        (Framing::Chunked, BodyPlace::Decoded { start: 0, len: 5 }),
    ] {
        let exchange = fold(
            EndMode::Auto,
            0,
            &[
                (1, recv(0, 99, 25)),
                (1, head(200, 20, framing, &[])),
                (1, Kind::Body { bytes: 5 }),
            ],
        );
        assert_eq!(exchange.body_place(), want);
    }
}

#[test]
fn chunks_are_counted() {
    let exchange = fold(
        EndMode::Auto,
        0,
        &[(1, chunk(5)), (2, chunk(900)), (3, chunk(7))],
    );
    assert_eq!(
        exchange.chunks,
        Chunks {
            count: 3,
            largest: 900,
            bytes: 912,
            complete: false
        }
    );
    let exchange = fold(EndMode::Auto, 0, &[(1, chunk(5)), (2, chunk(0))]);
    assert!(exchange.chunks.complete);
}

/// The longest wait of one recv() for bytes; the user's pause is not in it.
#[test]
fn silences_are_measured() {
    let held = Kind::Held {
        call: Call::Recv,
        waited_us: 500,
    };
    let blocked = Kind::WouldBlock {
        call: Call::Recv,
        waited_us: 70,
    };
    for (rows, want) in [
        (
            vec![(10, sent(0, 1)), (30, recv(0, 9, 1)), (35, recv(1, 9, 1))],
            20,
        ),
        (
            vec![(10, sent(0, 1)), (510, held), (530, recv(0, 9, 1))],
            20,
        ),
        (
            vec![(10, sent(0, 1)), (80, blocked), (81, recv(0, 9, 1))],
            70,
        ),
        (vec![(10, recv(0, 9, 1)), (99, recv(1, 9, 0))], 10),
    ] {
        assert_eq!(
            fold(EndMode::Auto, 1, &rows).longest_silence_us,
            want,
            "{rows:?}"
        );
    }
}

/// `(time of a byte, its bytes)` → bucket length and buckets.
#[test]
fn rate_buckets_halve_when_used_up() {
    let last = 50_000 * (Rate::BUCKETS as u64 - 1);
    let mut rate = Rate::default();
    rate.add(1_000, 1);
    rate.add(1_000 + last, 2);
    assert_eq!((rate.bucket_us, rate.buckets.len()), (50_000, 512));
    rate.add(1_000 + last + 50_000, 4);
    assert_eq!((rate.bucket_us, rate.buckets.len()), (100_000, 257));
    assert_eq!(
        (rate.buckets[0], rate.buckets[255], rate.buckets[256]),
        (1, 2, 4)
    );
    // However late the next byte is.
    rate.add(u64::MAX, 8);
    assert!(rate.buckets.len() <= Rate::BUCKETS);
    assert_eq!(rate.buckets.iter().sum::<u64>(), 15);
}

/// However large each event is: heads and extensions without end cost no memory without end.
#[test]
fn what_the_log_holds_is_bounded() {
    let mut exchange = Exchange::new(EndMode::Auto, 0);
    let extensions: Box<str> = "x".repeat(60_000).into();
    for n in 0..2_000 {
        let kind = Kind::Chunk {
            offset: n * 60_005,
            size: 1,
            extensions: extensions.clone(),
        };
        exchange.apply(Event { t_us: n, kind });
    }
    let log = &exchange.log;
    assert_eq!(log.count(), 2_000);
    assert!((10 << 20..24 << 20).contains(&log.size()), "{}", log.size());
    assert!(log.event(0).is_some() && log.event(1_999).is_some());
    assert_eq!(log.gap().end - log.gap().start, log.dropped());
    assert_eq!(exchange.chunks.count, 2_000);

    let mut exchange = Exchange::new(EndMode::Auto, 0);
    for n in 0..5_000 {
        let head = raw_head(103, n * 1024, 1024, Framing::NoBody, &[]);
        let kind = Kind::InterimHead(Box::new(head));
        exchange.apply(Event { t_us: n, kind });
    }
    assert_eq!(exchange.interim.len(), 64);
    assert!(exchange.log.size() < 20 << 20, "{}", exchange.log.size());
    assert_eq!(exchange.head_bytes, 5_000 * 1024);
}

/// The log keeps the first and the last events, and rows of calls stay rows of calls.
#[test]
fn the_log_is_bounded() {
    const KEPT: u64 = 32 * 1024;
    let mut exchange = Exchange::new(EndMode::Auto, 0);
    // Each recv brings 10 bytes and one body event.
    for n in 0..3 * KEPT / 2 {
        for kind in [recv(n * 10, 10, 10), Kind::Body { bytes: 10 }] {
            exchange.apply(Event { t_us: n, kind });
        }
    }
    let log = &exchange.log;
    assert_eq!((log.count(), log.dropped()), (3 * KEPT, KEPT));
    assert_eq!(log.iter().count() as u64, 2 * KEPT);
    assert_eq!(log.calls() as u64, KEPT, "every second event is a call");
    for (row, want) in [
        (0, Some(0)),
        (KEPT / 2 - 1, Some(KEPT - 2)),
        (KEPT / 2, Some(2 * KEPT)),
        (KEPT - 1, Some(3 * KEPT - 2)),
        (KEPT, None),
    ] {
        let found = log.call(row as usize).map(|(number, _)| number);
        assert_eq!(found, want, "row {row}");
    }
    for (number, kept) in [
        (0, true),
        (KEPT - 1, true),
        (KEPT, false),
        (2 * KEPT - 1, false),
        (2 * KEPT, true),
        (3 * KEPT, false),
    ] {
        assert_eq!(log.event(number).is_some(), kept, "event {number}");
    }
    assert!(
        log.iter()
            .all(|(number, event)| log.event(number) == Some(event))
    );
    for (number, want) in [
        (0, Some(0)),
        (1, None),
        (KEPT - 2, Some(KEPT / 2 - 1)),
        (KEPT, None),
        (3 * KEPT - 2, Some(KEPT - 1)),
    ] {
        let want = want.map(|row| row as usize);
        assert_eq!(log.row_of(number), want, "event {number}");
    }
    // Which recv() brought a byte: numbers hold on both sides of the gap.
    for (recv, want) in [
        (0, Some(0)),
        (KEPT / 2 - 1, Some(KEPT / 2 - 1)),
        (KEPT / 2, None),
        (KEPT, Some(KEPT)),
        (3 * KEPT / 2 - 1, Some(3 * KEPT / 2 - 1)),
    ] {
        let found = exchange.recv_of(recv * 10 + 9).map(|(number, _)| number);
        assert_eq!(found, want, "recv {recv}");
    }
}

#[test]
fn anomalies_are_kept_up_to_a_bound() {
    let mut exchange = Exchange::new(EndMode::Auto, 0);
    for offset in 0..ANOMALIES_KEPT as u64 + 5 {
        let anomaly = Anomaly {
            kind: crate::anomaly::Kind::BareLf,
            offset,
            sent: false,
            detail: String::new(),
        };
        exchange.apply(Event {
            t_us: 0,
            kind: Kind::Anomaly(Box::new(anomaly)),
        });
    }
    assert_eq!(
        (exchange.anomalies.len(), exchange.anomaly_count),
        (1000, 1005)
    );
}

#[test]
fn small_facts_go_to_their_fields() {
    let socket = Socket {
        family: Family::Inet6,
        fd: 7,
        options: vec![("SO_RCVBUF", 131_072)],
    };
    let exchange = fold(
        EndMode::Close,
        0,
        &[
            (
                1,
                Kind::NotReused {
                    peer: addr("127.0.0.1:80"),
                    why: "it was closed",
                },
            ),
            (2, Kind::Socket(Box::new(socket.clone()))),
            (
                3,
                Kind::WouldBlock {
                    call: Call::Send,
                    waited_us: 5,
                },
            ),
            (
                4,
                Kind::CallFailed {
                    call: Call::Recv,
                    errno: "ECONNRESET",
                    error: String::new(),
                },
            ),
            (
                5,
                Kind::Trailers {
                    headers: Vec::new(),
                },
            ),
            (6, error("recv", "recv(): reset")),
            (7, end(EndReason::Error)),
            (8, closed(Closer::Us, "an error")),
        ],
    );
    assert_eq!(exchange.not_reused, Some("it was closed"));
    assert_eq!(exchange.socket, Some(socket));
    assert_eq!(exchange.would_block, 1);
    assert_eq!(exchange.failed_call, Some((Call::Recv, "ECONNRESET")));
    assert_eq!(
        exchange.error.as_ref().map(|error| error.kind),
        Some("recv")
    );
    assert_eq!(
        exchange.closed,
        Some(Closed {
            by: Closer::Us,
            kept_alive: false,
            why: "an error"
        })
    );
}

#[test]
fn times_for_people() {
    for (us, want) in [
        (0, "0 µs"),
        (999, "999 µs"),
        (1_000, "1 ms"),
        (999_999, "999 ms"),
        (2_049_000, "2.0 s"),
        (61_900_000, "61.9 s"),
    ] {
        assert_eq!(secs(us), want);
    }
}
