//! The pages: every way a response can be, each behind a path.
//!
//! Owns [`PAGES`], the one table of paths and their numbers. What the index says of it
//! stands in `assets/playground/index.html`; a test holds the two together.

use std::time::Duration;

use super::anomalies;
use super::answer::{Answer, Chunked, HTML, TEXT, reason};
use super::flood::LINE;
use super::query::Param;
use super::script::{Fit, Reading, Request, Script, Service, Step, send};
use crate::anomaly::{Kind, Severity};
use crate::event::EndMode;

/// One page. A path that ends in `/` (the index apart) takes what follows it too.
pub(super) struct Page {
    pub path: &'static str,
    pub params: &'static [Param],
    answer: fn(&Ask<'_>) -> Answer,
}

/// The longest wait between two pieces, in milliseconds.
const LONGEST: u64 = 10_000;
/// Bytes of a body that is made before it is sent.
const MADE: u64 = 1 << 20;

pub(super) const PAGES: &[Page] = &[
    page("/", &[], index),
    page("/hello", &[], hello),
    page("/keep-alive", &[], keep_alive),
    page("/close", &[], close),
    page("/http10", &[], http10),
    page(
        "/chunked",
        &[
            Param::amount("n", 5, 10_000),
            Param::amount("size", 16, MADE),
            Param::millis("every", 0, LONGEST),
            Param::amount("ext", 1, 1),
            Param::amount("trailers", 1, 1),
        ],
        chunked,
    ),
    page(
        "/drip",
        &[
            Param::amount("bytes", 4096, MADE),
            Param::amount("size", 256, MADE),
            Param::millis("every", 200, LONGEST),
        ],
        drip,
    ),
    // 2^63 - 1: the largest body that Content-Length may announce to most programs.
    page(
        "/flood",
        &[Param::amount("bytes", 64 << 20, i64::MAX as u64)],
        flood,
    ),
    page("/echo", &[], echo),
    page(
        "/slow-read",
        &[Param::amount("rate", 4096, 1 << 30)],
        slow_read,
    ),
    page("/stall", &[Param::amount("after", 1000, MADE)], stall),
    page("/reset", &[Param::amount("after", 1000, MADE)], reset),
    page("/short", &[], short),
    page("/long", &[], long),
    page("/continue", &[Param::millis("every", 200, LONGEST)], go_on),
    page(
        "/early-hints",
        &[Param::millis("every", 200, LONGEST)],
        early_hints,
    ),
    page("/status/", &[], status),
    page("/redirect/", &[], redirect),
    page("/json", &[Param::amount("rows", 3, 10_000)], json),
    page(
        "/sse",
        &[
            Param::amount("n", 5, 10_000),
            Param::millis("every", 500, LONGEST),
        ],
        sse,
    ),
    page("/anomaly/", &[], anomaly),
];

const fn page(
    path: &'static str,
    params: &'static [Param],
    answer: fn(&Ask<'_>) -> Answer,
) -> Page {
    Page {
        path,
        params,
        answer,
    }
}

/// A request to a page.
struct Ask<'a> {
    request: &'a Request,
    page: &'static Page,
    /// What follows the page's path.
    rest: &'a str,
}

impl Ask<'_> {
    /// The number in the query, within its page's bounds.
    fn number(&self, name: &str) -> u64 {
        let param = self.page.params.iter().find(|param| param.name == name);
        param.map_or(0, |param| param.read(self.request.query()))
    }

    fn size(&self, name: &str) -> usize {
        usize::try_from(self.number(name)).unwrap_or(usize::MAX)
    }

    fn time(&self, name: &str) -> Duration {
        Duration::from_millis(self.number(name))
    }
}

/// The pages as a service.
pub(super) struct Pages;

impl Service for Pages {
    fn answer(&self, request: &Request) -> Script {
        let ask = find(request);
        // The one page that takes every request for what it is.
        if let Some(ask) = ask.as_ref().filter(|ask| ask.page.path == "/echo") {
            return (ask.page.answer)(ask).script(request);
        }
        if let Some(refusal) = refusal(request) {
            return refusal.script(request);
        }
        if let Some(kind) = anomaly_of(request.path()) {
            return anomalous(kind, request.method() == "HEAD");
        }
        match &ask {
            Some(ask) => (ask.page.answer)(ask),
            None => not_found(),
        }
        .script(request)
    }

    fn reading(&self, head: &Request) -> Reading {
        let ask = find(head);
        let path = ask.as_ref().map_or("", |ask| ask.page.path);
        let expects = head
            .field("Expect")
            .is_some_and(|value| value.eq_ignore_ascii_case("100-continue"));
        let mut before = Script::new();
        if expects && head.version() != "HTTP/1.0" && path != "/continue" {
            before.push(send("HTTP/1.1 100 Continue\r\n\r\n"));
        }
        let mut reading = Reading {
            before,
            kept: 0,
            ..Reading::default()
        };
        match (path, ask) {
            ("/echo", _) => {
                reading.kept = ECHOED;
                reading.quiet = Some(QUIET);
            }
            ("/slow-read", Some(ask)) => {
                reading
                    .before
                    .push(Step::ReceiveBuffer(SLOW_RECEIVE_BUFFER));
                reading.rate = Some(u32::try_from(ask.number("rate")).unwrap_or(u32::MAX));
            }
            _ => {}
        }
        reading
    }
}

/// How long `/echo` waits for bytes that Content-Length announces.
const QUIET: Duration = Duration::from_millis(200);
/// Bytes of a request's body that `/echo` sends back.
const ECHOED: usize = 8 << 20;
/// Small, so that the sender's queue is where a body waits.
const SLOW_RECEIVE_BUFFER: usize = 16 << 10;

fn find(request: &Request) -> Option<Ask<'_>> {
    PAGES.iter().find_map(|page| {
        let rest = request.path().strip_prefix(page.path)?;
        let takes_more = page.path.len() > 1 && page.path.ends_with('/');
        (rest.is_empty() || takes_more).then_some(Ask {
            request,
            page,
            rest,
        })
    })
}

/// What is answered to a request that has no meaning.
fn refusal(request: &Request) -> Option<Answer> {
    let text = |status, text| Some(Answer::text(status, text).closing());
    match request.fit {
        Fit::HeadCut => {
            return text(
                400,
                "Your request has no empty line: its head has no end.\n",
            );
        }
        Fit::HeadTooLarge => return text(431, "Your request's head passed 1 MiB.\n"),
        Fit::NoLength => {
            return text(
                400,
                "Your request's length has no meaning. (RFC 9112 section 6.3)\n",
            );
        }
        Fit::Short => {
            return text(
                400,
                "Your request's body is shorter than its Content-Length.\n",
            );
        }
        Fit::Whole | Fit::Long => {}
    }
    match request.version() {
        "HTTP/1.1" | "HTTP/1.0" => None,
        version if version.starts_with("HTTP/") => {
            text(505, "This server speaks HTTP/1.0 and HTTP/1.1.\n")
        }
        _ => text(
            400,
            "Your request's first line is no request line. Try: GET / HTTP/1.1\n",
        ),
    }
}

fn not_found() -> Answer {
    let paths: Vec<&str> = PAGES.iter().map(|page| page.path).collect();
    Answer::text(
        404,
        format!(
            "There is no such page. These are there: {}\n",
            paths.join(" ")
        ),
    )
}

// -- whole answers ------------------------------------------------------------------

fn index(_: &Ask<'_>) -> Answer {
    Answer::new(200).whole(HTML, include_str!("../../assets/playground/index.html"))
}

fn hello(_: &Ask<'_>) -> Answer {
    Answer::text(200, "Hello, socket!\n")
}

fn keep_alive(ask: &Ask<'_>) -> Answer {
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

fn close(_: &Ask<'_>) -> Answer {
    Answer::new(200).until_close(TEXT, "No Content-Length: the close is the end of this.\n")
}

fn http10(_: &Ask<'_>) -> Answer {
    Answer::new(200)
        .http10()
        .until_close(TEXT, "HTTP/1.0: one request, one answer, close.\n")
}

fn echo(ask: &Ask<'_>) -> Answer {
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

fn slow_read(ask: &Ask<'_>) -> Answer {
    Answer::text(
        200,
        format!(
            "Your body's {} bytes were read at {} bytes a second.\n",
            ask.request.body_bytes,
            ask.number("rate").max(1),
        ),
    )
}

fn json(ask: &Ask<'_>) -> Answer {
    let rows: Vec<String> = (1..=ask.number("rows"))
        .map(|n| {
            let even = n % 2 == 0;
            format!(r#"  {{"row": {n}, "even": {even}, "name": "line {n}", "tags": ["ä", "→"], "none": null}}"#)
        })
        .collect();
    Answer::new(200).whole("application/json", format!("[\n{}\n]\n", rows.join(",\n")))
}

// -- answers that take their time ---------------------------------------------------

fn chunked(ask: &Ask<'_>) -> Answer {
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

fn drip(ask: &Ask<'_>) -> Answer {
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
fn numbered(word: &str, number: usize, bytes: usize) -> Vec<u8> {
    let mut line = format!("{word} {number:04} ").into_bytes();
    line.resize(bytes.saturating_sub(1), b'.');
    line.push(b'\n');
    line.truncate(bytes);
    line
}

fn flood(ask: &Ask<'_>) -> Answer {
    let bytes = ask.number("bytes");
    Answer::new(200).sized(TEXT, bytes, vec![Step::Pattern { bytes }])
}

fn sse(ask: &Ask<'_>) -> Answer {
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

fn go_on(ask: &Ask<'_>) -> Answer {
    Answer::text(200, "100 Continue came first; this is the answer.\n").interim(vec![
        send("HTTP/1.1 100 Continue\r\n\r\n"),
        Step::Wait(ask.time("every")),
    ])
}

fn early_hints(ask: &Ask<'_>) -> Answer {
    Answer::text(200, "103 Early Hints came first; this is the answer.\n").interim(vec![
        send("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n"),
        Step::Wait(ask.time("every")),
    ])
}

// -- answers that end too early, too late or never ------------------------------------

fn stall(ask: &Ask<'_>) -> Answer {
    let after = ask.number("after");
    let steps = vec![Step::Pattern { bytes: after }, Step::WaitForClose];
    Answer::new(200).sized(TEXT, after + MISSING, steps)
}

fn reset(ask: &Ask<'_>) -> Answer {
    let after = ask.number("after");
    let steps = vec![Step::Pattern { bytes: after }, Step::Reset];
    Answer::new(200).sized(TEXT, after + MISSING, steps)
}

/// Bytes that are announced and never come.
const MISSING: u64 = 1000;

fn short(_: &Ask<'_>) -> Answer {
    Answer::new(200)
        .sized(TEXT, 1000, vec![Step::Pattern { bytes: 500 }])
        .closing()
}

fn long(_: &Ask<'_>) -> Answer {
    Answer::new(200)
        .sized(TEXT, 500, vec![Step::Pattern { bytes: 1000 }])
        .closing()
}

// -- statuses and deviations ------------------------------------------------------------

fn status(ask: &Ask<'_>) -> Answer {
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

fn redirect(ask: &Ask<'_>) -> Answer {
    match ask.rest.parse::<u32>() {
        Ok(0 | 1) => Answer::text(302, "To /hello.\n").field("Location", "/hello"),
        Ok(hops) if hops <= REDIRECTS => {
            let next = format!("/redirect/{}", hops - 1);
            Answer::text(302, format!("To {next}.\n")).field("Location", next)
        }
        _ => Answer::text(404, "So many redirects: /redirect/1 to /redirect/100.\n"),
    }
}

const REDIRECTS: u32 = 100;

/// The list of the deviations; each itself is answered with [`anomalous`].
fn anomaly(ask: &Ask<'_>) -> Answer {
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

fn anomaly_of(path: &str) -> Option<Kind> {
    Kind::from_name(path.strip_prefix("/anomaly/")?)
}

/// The bytes as they are; to HEAD, as far as an empty line.
fn anomalous(kind: Kind, head_only: bool) -> Script {
    let mut bytes = anomalies::response(kind);
    if head_only && let Some(end) = memchr::memmem::find(&bytes, b"\r\n\r\n") {
        bytes.truncate(end + 4);
    }
    vec![Step::Send(bytes), Step::Close]
}
