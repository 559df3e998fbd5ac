//! One response for each deviation: what `/anomaly/NAME` sends.
//!
//! Owns the bytes. That a reader finds in them what the name says is held by a test
//! over all of [`Kind::ALL`].

use super::websocket;
use crate::anomaly::Kind;
use crate::event::EndMode;

/// The end mode in which the deviation shows; the standard's own for nearly all.
pub(super) fn mode(kind: Kind) -> EndMode {
    match kind {
        Kind::NoLength => EndMode::Length,
        Kind::LengthMismatch => EndMode::Close,
        _ => EndMode::Auto,
    }
}

/// All bytes of the response; the close follows them.
pub(super) fn response(kind: Kind) -> Vec<u8> {
    match kind {
        // -- no status line
        Kind::NotHttp => raw("220 mail.example ESMTP, this is no web server\r\n"),
        Kind::Http09 => raw("<title>1991</title>\nAn HTTP/0.9 answer is its body alone.\n"),
        // -- the status line
        Kind::BadStatusLine => raw("HTTP/1.1 OK 200\r\nContent-Length: 6\r\n\r\nhello\n"),
        Kind::LeadingEmptyLine => raw("\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n"),
        Kind::OddVersion => raw("HTTP/1.7 200 OK\r\nContent-Length: 6\r\n\r\nhello\n"),
        Kind::OddStatus => raw("HTTP/1.1 742 Beyond\r\nContent-Length: 6\r\n\r\nhello\n"),
        Kind::MissingReason => raw("HTTP/1.1 200\r\nContent-Length: 6\r\n\r\nhello\n"),
        Kind::StatusLineSpace => raw("HTTP/1.1  200 OK\r\nContent-Length: 6\r\n\r\nhello\n"),
        // -- lines and fields
        Kind::BareLf => raw("HTTP/1.1 200 OK\nContent-Length: 6\n\nhello\n"),
        Kind::BareCr => ok("Content-Length: 6\r\nX-Bare: before\rafter\r\n", "hello\n"),
        Kind::ObsFold => ok("Content-Length: 6\r\nX-Folded: one\r\n  two\r\n", "hello\n"),
        Kind::LeadingFold => ok(" X-First: none\r\nContent-Length: 6\r\n", "hello\n"),
        Kind::SpaceBeforeColon => ok("Content-Length: 6\r\nX-Space : value\r\n", "hello\n"),
        Kind::MissingColon => ok("Content-Length: 6\r\nno field at all\r\n", "hello\n"),
        Kind::EmptyName => ok("Content-Length: 6\r\n: nameless\r\n", "hello\n"),
        Kind::InvalidName => ok("Content-Length: 6\r\nX-(Odd): value\r\n", "hello\n"),
        Kind::NulByte => ok("Content-Length: 6\r\nX-Nul: before\0after\r\n", "hello\n"),
        Kind::ControlByte => ok("Content-Length: 6\r\nX-Escape: \x1b[31mred\r\n", "hello\n"),
        Kind::HighByte => ok("Content-Length: 6\r\nX-Name: Grüße\r\n", "hello\n"),
        Kind::HeadTooLarge => ok(&format!("Content-Length: 6\r\n{}", filler()), "hello\n"),
        Kind::HeadCut => raw("HTTP/1.1 200 OK\r\nContent-Le"),
        // -- what ends the body
        Kind::RepeatedLength => ok("Content-Length: 6\r\nContent-Length: 6\r\n", "hello\n"),
        Kind::LengthList => ok("Content-Length: 6, 6\r\n", "hello\n"),
        Kind::ConflictingLengths => ok("Content-Length: 6\r\nContent-Length: 7\r\n", "hello\n"),
        Kind::InvalidLength => ok("Content-Length: six\r\n", "hello\n"),
        Kind::LengthOverflow => ok("Content-Length: 9223372036854775808\r\n", "hello\n"),
        Kind::LengthAndEncoding => ok(
            "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
            CHUNKED,
        ),
        Kind::LengthWithoutBody => raw("HTTP/1.1 204 No Content\r\nContent-Length: 6\r\n\r\n"),
        Kind::EncodingWithoutBody => {
            raw("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n")
        }
        Kind::EncodingInHttp10 => [
            raw("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
            raw(CHUNKED),
        ]
        .concat(),
        Kind::EncodingNotChunked => ok("Transfer-Encoding: identity\r\n", "hello\n"),
        Kind::RepeatedChunked => ok("Transfer-Encoding: chunked, chunked\r\n", CHUNKED),
        Kind::ChunkedParameters => ok("Transfer-Encoding: chunked;q=1\r\n", CHUNKED),
        Kind::OtherEncoding => [
            ok("Transfer-Encoding: gzip, chunked\r\n", "1a\r\n"),
            GZIPPED.to_vec(),
            raw("\r\n0\r\n\r\n"),
        ]
        .concat(),
        Kind::NoLength => ok("Connection: close\r\n", "hello\n"),
        Kind::ConnectionConflict => ok(
            "Content-Length: 6\r\nConnection: keep-alive, close\r\n",
            "hello\n",
        ),
        // -- the body
        Kind::BodyCut => ok("Content-Length: 60\r\n", "hello\n"),
        Kind::TlsNoCloseNotify => ok("Connection: close\r\n", "hello\n"),
        Kind::LengthMismatch => ok("Content-Length: 60\r\n", "hello\n"),
        Kind::ExcessBytes => ok("Content-Length: 6\r\n", "hello\nand more\n"),
        // -- chunks
        Kind::BadChunkSize => chunked("six\r\nhello\n\r\n0\r\n\r\n"),
        Kind::ChunkSizeOverflow => chunked("10000000000000000\r\nhello\n"),
        Kind::ChunkSizeSpace => chunked("6 \r\nhello\n\r\n0\r\n\r\n"),
        Kind::BadChunkExtension => chunked("6;=hello\r\nhello\n\r\n0\r\n\r\n"),
        Kind::ChunkLineTooLong => chunked(&format!(
            "6;note={}\r\nhello\n\r\n0\r\n\r\n",
            "x".repeat(70_000)
        )),
        Kind::ChunkNotTerminated => chunked("6\r\nhello\nand more\r\n0\r\n\r\n"),
        Kind::ForbiddenTrailer => chunked("6\r\nhello\n\r\n0\r\nContent-Length: 6\r\n\r\n"),
        Kind::TrailersTooLarge => chunked(&format!("6\r\nhello\n\r\n0\r\n{}\r\n", filler())),
        // -- a WebSocket: `/ws/NAME` answers one's own key
        Kind::WsHandshake
        | Kind::WsReservedBits
        | Kind::WsReservedOpcode
        | Kind::WsMask
        | Kind::WsLength
        | Kind::WsControl
        | Kind::WsFragments
        | Kind::WsUtf8
        | Kind::WsClose
        | Kind::WsAfterClose
        | Kind::WsCut => {
            let head = raw(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            );
            [head, websocket::frames(kind)].concat()
        }
    }
}

const CHUNKED: &str = "6\r\nhello\n\r\n0\r\n\r\n";

/// `hello` and LF, by gzip.
const GZIPPED: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xcb\x48\xcd\xc9\xc9\xe7\x02\x00\x20\x30\x3a\x36\x06\x00\x00\x00";

fn raw(bytes: &str) -> Vec<u8> {
    bytes.as_bytes().to_vec()
}

fn ok(fields: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{fields}\r\n{body}").into_bytes()
}

fn chunked(body: &str) -> Vec<u8> {
    ok("Transfer-Encoding: chunked\r\n", body)
}

/// A little over 1 MiB.
fn filler() -> String {
    let value = "x".repeat(1000);
    (0..1100)
        .map(|number| format!("X-Filler-{number}: {value}\r\n"))
        .collect()
}
