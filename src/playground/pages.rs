//! The pages: every way a response can be.
//!
//! Owns what each page answers; its path and its numbers' bounds stand in
//! [`super::routes`].

use super::anomalies;
use super::answer::{Answer, Chunked, HTML, TEXT, reason};
use super::ask::{Ask, MADE};
use super::flood::LINE;
use super::script::{Script, Step, send};
use crate::anomaly::{Kind, Severity};
use crate::event::EndMode;

// -- whole answers ------------------------------------------------------------------

pub(super) fn index(_: &Ask<'_>) -> Answer {
    Answer::new(200).whole(HTML, include_str!("../../assets/playground/index.html"))
}

pub(super) fn hello(_: &Ask<'_>) -> Answer {
    Answer::text(200, "Hello, socket!\n")
}

pub(super) fn keep_alive(ask: &Ask<'_>) -> Answer {
    let answer = Answer::text(
        200,
        "Content-Length says where this ends; the connection stays open for 60 s more.\n\
         Who reads until the close waits that long.\n",
    );
    match ask.request.persistent() && ask.request.version() != "HTTP/1.0" {
        true => answer.field("Connection", "keep-alive"),
        false => answer,
    }
}

pub(super) fn close(_: &Ask<'_>) -> Answer {
    Answer::new(200).until_close(TEXT, "No Content-Length: the close is the end of this.\n")
}

pub(super) fn http10(_: &Ask<'_>) -> Answer {
    Answer::new(200)
        .http10()
        .until_close(TEXT, "HTTP/1.0: one request, one answer, close.\n")
}

/// Bytes of a request's body that `/echo` sends back.
pub(super) const ECHOED: usize = 8 << 20;

pub(super) fn echo(ask: &Ask<'_>) -> Answer {
    if ask.request.body_bytes > ECHOED as u64 {
        return Answer::text(413, "/echo sends back bodies of up to 8 MiB.\n").closing();
    }
    let bytes = ask.request.bytes();
    let kind = match str::from_utf8(&bytes) {
        Ok(text) if !text.contains('\0') => TEXT,
        _ => "application/octet-stream",
    };
    Answer::new(200).whole(kind, bytes)
}

pub(super) fn slow_read(ask: &Ask<'_>) -> Answer {
    Answer::text(
        200,
        format!(
            "Your body's {} bytes were read at {} bytes a second.\n",
            ask.request.body_bytes,
            ask.number("rate").max(1),
        ),
    )
}

pub(super) fn json(ask: &Ask<'_>) -> Answer {
    let rows: Vec<String> = (1..=ask.number("rows"))
        .map(|n| {
            let even = n % 2 == 0;
            format!(r#"  {{"row": {n}, "even": {even}, "name": "line {n}", "tags": ["ä", "→"], "none": null}}"#)
        })
        .collect();
    Answer::new(200).whole("application/json", format!("[\n{}\n]\n", rows.join(",\n")))
}

// -- answers that take their time ---------------------------------------------------

pub(super) fn chunked(ask: &Ask<'_>) -> Answer {
    let size = ask.size("size").max(1);
    // All chunks together are made before they are sent.
    let n = ask.size("n").min(MADE as usize / size);
    Answer::new(200).chunked(
        TEXT,
        Chunked {
            pieces: (1..=n).map(|n| numbered("chunk", n, size)).collect(),
            every: ask.time("every"),
            extensions: ask.number("ext") == 1,
            trailers: ask.number("trailers") == 1,
        },
    )
}

pub(super) fn drip(ask: &Ask<'_>) -> Answer {
    let bytes = ask.size("bytes");
    let lines = bytes.div_ceil(LINE);
    let mut body: Vec<u8> = (1..=lines)
        .flat_map(|n| numbered("drip", n, LINE))
        .collect();
    body.truncate(bytes);
    let drips = Step::SendSlowly {
        bytes: body,
        piece: ask.size("size"),
        every: ask.time("every"),
    };
    Answer::new(200).sized(TEXT, bytes as u64, vec![drips])
}

/// `drip 0001 ......` and LF: a line of so many bytes that says its number, cut where
/// it does not fit.
pub(super) fn numbered(word: &str, number: usize, bytes: usize) -> Vec<u8> {
    let mut line = format!("{word} {number:04} ").into_bytes();
    line.resize(bytes.saturating_sub(1), b'.');
    line.push(b'\n');
    line.truncate(bytes);
    line
}

pub(super) fn flood(ask: &Ask<'_>) -> Answer {
    let bytes = ask.number("bytes");
    Answer::new(200).sized(TEXT, bytes, vec![Step::Pattern { bytes }])
}

pub(super) fn sse(ask: &Ask<'_>) -> Answer {
    let events = (1..=ask.number("n"))
        .map(|n| format!("id: {n}\nevent: tick\ndata: {{\"tick\": {n}}}\n\n").into_bytes())
        .collect();
    Answer::new(200).field("Cache-Control", "no-cache").chunked(
        "text/event-stream",
        Chunked {
            pieces: events,
            every: ask.time("every"),
            ..Chunked::default()
        },
    )
}

pub(super) fn go_on(ask: &Ask<'_>) -> Answer {
    Answer::text(200, "100 Continue came first; this is the answer.\n").interim(vec![
        send("HTTP/1.1 100 Continue\r\n\r\n"),
        Step::Wait(ask.time("every")),
    ])
}

/// What the wait for 100 came to; [`super::routes`] does, or does not, send it.
pub(super) fn expect(ask: &Ask<'_>) -> Answer {
    let kind = match ask.rest {
        "late" => "100 Continue came after two seconds",
        "never" => "no 100 Continue came, and the body did",
        "no" => return Answer::text(417, "The body is not welcome.\n").closing(),
        _ => {
            return Answer::text(
                404,
                "/expect/late, /expect/never and /expect/no are there.\n",
            );
        }
    };
    let bytes = ask.request.body_bytes;
    Answer::text(200, format!("{kind}: {bytes} bytes of it.\n"))
}

/// 101, then what comes is sent back.
pub(super) fn upgrade(_: &Ask<'_>) -> Answer {
    Answer::new(101)
        .field("Connection", "Upgrade")
        .field("Upgrade", "echo")
        .talking(vec![Step::Echo])
}

pub(super) fn early_hints(ask: &Ask<'_>) -> Answer {
    Answer::text(200, "103 Early Hints came first; this is the answer.\n").interim(vec![
        send("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n"),
        Step::Wait(ask.time("every")),
    ])
}

// -- answers that end too early, too late or never ------------------------------------

pub(super) fn stall(ask: &Ask<'_>) -> Answer {
    let after = ask.number("after");
    let steps = vec![Step::Pattern { bytes: after }, Step::WaitForClose];
    Answer::new(200).sized(TEXT, after + MISSING, steps)
}

pub(super) fn reset(ask: &Ask<'_>) -> Answer {
    let after = ask.number("after");
    let steps = vec![Step::Pattern { bytes: after }, Step::Reset];
    Answer::new(200).sized(TEXT, after + MISSING, steps)
}

/// Bytes that are announced and never come.
const MISSING: u64 = 1000;

pub(super) fn short(_: &Ask<'_>) -> Answer {
    Answer::new(200)
        .sized(TEXT, 1000, vec![Step::Pattern { bytes: 500 }])
        .closing()
}

pub(super) fn long(_: &Ask<'_>) -> Answer {
    Answer::new(200)
        .sized(TEXT, 500, vec![Step::Pattern { bytes: 1000 }])
        .closing()
}

// -- statuses and deviations ------------------------------------------------------------

pub(super) fn status(ask: &Ask<'_>) -> Answer {
    let digits = ask.rest.len() == 3 && ask.rest.bytes().all(|byte| byte.is_ascii_digit());
    let Some(status) = ask
        .rest
        .parse()
        .ok()
        .filter(|&status: &u16| digits && status >= 100)
    else {
        return Answer::text(
            404,
            "A status has three digits: /status/100 to /status/999.\n",
        );
    };
    let line = format!("{status} {}", reason(status));
    match status {
        101 => Answer::new(101)
            .field("Connection", "Upgrade")
            .field("Upgrade", "practice")
            .after_head("These bytes are another protocol's: the exchange in HTTP is over.\n"),
        100..=199 => Answer::text(200, format!("{line} came first; this is the answer.\n"))
            .interim(vec![send(format!("HTTP/1.1 {line}\r\n\r\n"))]),
        204 | 304 => Answer::new(status),
        205 => Answer::text(205, ""),
        _ => {
            let answer = Answer::text(status, format!("{line}\n"));
            match status {
                301 | 302 | 303 | 307 | 308 => answer.field("Location", "/hello"),
                401 => answer.field("WWW-Authenticate", "Basic realm=\"practice\""),
                405 => answer.field("Allow", "GET, HEAD"),
                407 => answer.field("Proxy-Authenticate", "Basic realm=\"practice\""),
                426 => answer.field("Upgrade", "practice"),
                429 | 503 => answer.field("Retry-After", "1"),
                _ => answer,
            }
        }
    }
}

/// The list of the deviations; each itself is answered with [`anomalous`].
pub(super) fn anomaly(ask: &Ask<'_>) -> Answer {
    if !ask.rest.is_empty() {
        return Answer::text(404, "There is no such deviation; /anomaly/ lists them.\n");
    }
    let mut list = String::from(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Deviations</title>\n\
         <h1>Deviations from the standard</h1>\n\
         <p>Each answer breaks one rule; the connection closes after it.</p>\n<dl>\n",
    );
    for &kind in Kind::ALL {
        let name = kind.name();
        let mode = match anomalies::mode(kind) {
            _ if kind.of_websocket() => format!(" Shows at /ws/{name}."),
            _ if kind.below_http() => " Shows on TLS alone (--tls-port).".to_owned(),
            EndMode::Auto => String::new(),
            mode => format!(" Shows with --end {mode}."),
        };
        let severity = match kind.severity() {
            Severity::Deviation => "",
            Severity::Early => " It ends the exchange early.",
            Severity::Broken => " It leaves no meaning.",
            Severity::NotHttp => " It is not HTTP as we know it.",
        };
        list.push_str(&format!(
            "<dt><a href=\"/anomaly/{name}\">/anomaly/{name}</a>\n<dd>{}: {}.{severity}{mode}\n",
            kind.rule(),
            kind.explain(),
        ));
    }
    list.push_str("</dl>\n");
    Answer::new(200).whole(HTML, list)
}

pub(super) fn anomaly_of(path: &str) -> Option<Kind> {
    Kind::from_name(path.strip_prefix("/anomaly/")?)
}

/// The bytes as they are; to HEAD, as far as an empty line.
pub(super) fn anomalous(kind: Kind, head_only: bool) -> Script {
    let mut bytes = anomalies::response(kind);
    if head_only && let Some(end) = memchr::memmem::find(&bytes, b"\r\n\r\n") {
        bytes.truncate(end + 4);
    }
    let close = match kind {
        Kind::TlsNoCloseNotify => Step::CloseUnannounced,
        _ => Step::Close,
    };
    vec![Step::Send(bytes), close]
}
