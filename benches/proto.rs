//! What reading a response costs: ratios against httparse and against hand-written loops,
//! made in one run (`cargo bench --bench proto`). The goals are those of the README's
//! benches: a head at most 2.5 times httparse, a body at least 10 GB/s, 16-byte chunks
//! near a scan by hand. An argument (`-- head`, `-- body`, `-- chunks`) picks one part.

use std::hint::black_box;
use std::time::{Duration, Instant};

use sockeye::event::{EndMode, Kind};
use sockeye::proto::{Output, Reader};

/// Counts, as the cheapest real sink would.
#[derive(Default)]
struct Count {
    events: u64,
    body: u64,
}

impl Output for Count {
    fn event(&mut self, kind: Kind) {
        black_box(&kind);
        self.events += 1;
    }

    fn body(&mut self, bytes: &[u8]) {
        black_box(bytes);
        self.body += bytes.len() as u64;
    }
}

/// What a `recv()` brings.
const PIECE: usize = 256 * 1024;

fn main() {
    // cargo adds `--bench`.
    let only = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    if wanted("head") {
        heads(&head());
    }
    if wanted("body") {
        body(
            b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n",
            "Content-Length",
        );
        body(b"HTTP/1.1 200 OK\r\n\r\n", "until close");
    }
    if wanted("chunks") {
        for size in [16, 1024, 16 * 1024] {
            chunks(size);
        }
    }
}

/// 30 fields, 1,282 bytes, as large sites send them.
fn head() -> Vec<u8> {
    let mut head = b"HTTP/1.1 200 OK\r\n".to_vec();
    for line in [
        "Server: nginx/1.22.1",
        "Date: Sun, 06 Nov 1994 08:49:37 GMT",
        "Content-Type: text/html; charset=utf-8",
        "Content-Length: 12345",
        "Connection: keep-alive",
        "Keep-Alive: timeout=5, max=100",
        "Last-Modified: Sat, 05 Nov 1994 08:49:37 GMT",
        "ETag: \"5f3a1b2c-3039\"",
        "Cache-Control: max-age=3600, must-revalidate",
        "Expires: Sun, 06 Nov 1994 09:49:37 GMT",
        "Vary: Accept-Encoding, Origin",
        "Accept-Ranges: bytes",
        "Age: 17",
        "Via: 1.1 varnish, 1.1 cache-fra-19148",
        "X-Cache: HIT, HIT",
        "X-Cache-Hits: 3, 1",
        "X-Served-By: cache-fra-19148-FRA",
        "X-Timer: S784111777.912345,VS0,VE1",
        "X-Request-Id: 6fa459ea-ee8a-3ca4-894e-db77e160355e",
        "X-Frame-Options: SAMEORIGIN",
        "X-Content-Type-Options: nosniff",
        "X-XSS-Protection: 0",
        "Referrer-Policy: strict-origin-when-cross-origin",
        "Strict-Transport-Security: max-age=31536000; includeSubDomains",
        "Content-Security-Policy: default-src 'self'; img-src * data:",
        "Permissions-Policy: geolocation=(), camera=(), microphone=()",
        "Access-Control-Allow-Origin: *",
        "Set-Cookie: session=0123456789abcdef; Path=/; Secure; HttpOnly",
        "Set-Cookie: theme=dark; Path=/; Max-Age=31536000",
        "Alt-Svc: h3=\":443\"; ma=86400",
    ] {
        head.extend_from_slice(line.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    // The last value is filled up to the size that the goal was measured at.
    let missing = (1282 - 2_usize).saturating_sub(head.len());
    let at = head.len() - 2;
    head.splice(at..at, std::iter::repeat_n(b'v', missing));
    head.extend_from_slice(b"\r\n");
    assert_eq!(head.len(), 1282);
    head
}

fn heads(head: &[u8]) {
    // About 2 ms a round: short enough to get through without another process.
    const ROUNDS: u32 = 1_000;
    let theirs = best(200, || {
        for _ in 0..ROUNDS {
            let mut fields = [httparse::EMPTY_HEADER; 64];
            let mut response = httparse::Response::new(&mut fields);
            black_box(response.parse(black_box(head))).expect("a good head");
            black_box(&response);
        }
    });
    let ours = best(200, || {
        for _ in 0..ROUNDS {
            let mut count = Count::default();
            let mut reader = Reader::new(b"GET", EndMode::Auto, 0);
            reader.feed(black_box(head), &mut count);
            assert_eq!(count.events, 1);
        }
    });
    let ns = |time: Duration| time.as_nanos() as f64 / f64::from(ROUNDS);
    println!(
        "head of 30 fields, 1,282 bytes   {:7.0} ns   httparse {:.0} ns   x {:.2}",
        ns(ours),
        ns(theirs),
        ns(ours) / ns(theirs)
    );
}

fn body(head: &[u8], name: &str) {
    let piece = vec![b'x'; PIECE];
    const PIECES: usize = 4096;
    let time = best(15, || {
        let mut count = Count::default();
        let mut reader = Reader::new(b"GET", EndMode::Auto, 0);
        reader.feed(head, &mut count);
        for _ in 0..PIECES {
            reader.feed(black_box(&piece), &mut count);
        }
        assert_eq!(count.body, (PIECE * PIECES) as u64);
    });
    println!("body, {name:<26} {:7.0} GB/s", rate(PIECE * PIECES, time));
}

fn chunks(size: usize) {
    let mut wire = Vec::new();
    while wire.len() < 32 << 20 {
        wire.extend_from_slice(format!("{size:x}\r\n").as_bytes());
        wire.resize(wire.len() + size, b'x');
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b"0\r\n\r\n");
    let bare = best(15, || {
        black_box(by_hand(black_box(&wire)));
    });
    let ours = best(15, || {
        let mut count = Count::default();
        let mut reader = Reader::new(b"GET", EndMode::Auto, 0);
        reader.feed(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            &mut count,
        );
        for piece in wire.chunks(PIECE) {
            reader.feed(piece, &mut count);
        }
        assert!(reader.ended().is_some());
    });
    println!(
        "chunks of {size:<6} bytes           {:7.2} GB/s by hand {:.2} GB/s   x {:.2}",
        rate(wire.len(), ours),
        rate(wire.len(), bare),
        ours.as_secs_f64() / bare.as_secs_f64()
    );
}

/// The least that removes chunks: all in one piece, nothing checked but the size.
fn by_hand(wire: &[u8]) -> u64 {
    let (mut at, mut body) = (0, 0);
    loop {
        let mut size = 0;
        while wire[at] != b'\r' {
            size = size * 16 + (wire[at] as char).to_digit(16).expect("a digit") as usize;
            at += 1;
        }
        at += 2;
        if size == 0 {
            return body;
        }
        black_box(&wire[at..at + size]);
        body += size as u64;
        at += size + 2;
    }
}

/// The best of so many rounds: the machine is shared.
fn best(rounds: u32, mut work: impl FnMut()) -> Duration {
    let round = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..rounds).map(round).min().unwrap_or_default()
}

fn rate(bytes: usize, time: Duration) -> f64 {
    bytes as f64 / time.as_secs_f64() / 1e9
}
