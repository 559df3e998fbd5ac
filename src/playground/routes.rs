//! The routes: paths, their numbers, and how a request finds its page.
//!
//! Owns [`PAGES`], the one table of paths. What the index says of it stands in
//! `assets/playground/index.html`; a test holds the two together.

use std::time::Duration;

use super::answer::Answer;
use super::ask::{Ask, MADE, Page, Ports, Ways};
use super::charsets;
use super::coded;
use super::documents;
use super::forms;
use super::handshakes;
use super::pages;
use super::proxy;
use super::query::Param;
use super::script::{Fit, Reading, Request, Script, Service, Step, send};
use super::session;
use super::websocket;

/// The longest wait between two pieces, in milliseconds.
const LONGEST: u64 = 10_000;
pub(super) const PAGES: &[Page] = &[
    page("/", &[], pages::index),
    page("/hello", &[], pages::hello),
    page("/keep-alive", &[], pages::keep_alive),
    page("/close", &[], pages::close),
    page("/http10", &[], pages::http10),
    page(
        "/chunked",
        &[
            Param::amount("n", 5, 10_000),
            Param::amount("size", 16, MADE),
            Param::millis("every", 0, LONGEST),
            Param::amount("ext", 1, 1),
            Param::amount("trailers", 1, 1),
        ],
        pages::chunked,
    ),
    page(
        "/drip",
        &[
            Param::amount("bytes", 4096, MADE),
            Param::amount("size", 256, MADE),
            Param::millis("every", 200, LONGEST),
        ],
        pages::drip,
    ),
    // 2^63 - 1: the largest body that Content-Length may announce to most programs.
    page(
        "/flood",
        &[Param::amount("bytes", 64 << 20, i64::MAX as u64)],
        pages::flood,
    ),
    page("/echo", &[], pages::echo),
    page(
        "/slow-read",
        &[Param::amount("rate", 4096, 1 << 30)],
        pages::slow_read,
    ),
    page(
        "/stall",
        &[Param::amount("after", 1000, MADE)],
        pages::stall,
    ),
    page(
        "/reset",
        &[Param::amount("after", 1000, MADE)],
        pages::reset,
    ),
    page("/short", &[], pages::short),
    page("/long", &[], pages::long),
    page(
        "/continue",
        &[Param::millis("every", 200, LONGEST)],
        pages::go_on,
    ),
    page("/expect/", &[], pages::expect),
    page("/upgrade", &[], pages::upgrade),
    page("/ws", &[], websocket::ws),
    page("/ws/", &[], websocket::ws),
    page(
        "/early-hints",
        &[Param::millis("every", 200, LONGEST)],
        pages::early_hints,
    ),
    page("/status/", &[], pages::status),
    page(
        "/redirect/",
        &[Param::amount("status", 302, 308)],
        session::redirect,
    ),
    page("/tls/", &[], handshakes::handshake),
    page("/proxies", &[], proxy::listed),
    page("/cookies", &[], session::cookies),
    page("/cookies/", &[], session::cookies_under),
    page("/basic", &[], session::basic),
    page("/bearer", &[], session::bearer),
    page("/json", &[Param::amount("rows", 3, 10_000)], pages::json),
    page(
        "/sse",
        &[
            Param::amount("n", 5, 10_000),
            Param::millis("every", 500, LONGEST),
        ],
        pages::sse,
    ),
    page("/gzip", CODED, coded::coding),
    page("/deflate", CODED, coded::coding),
    page("/deflate-raw", CODED, coded::coding),
    page("/br", CODED, coded::coding),
    page("/zstd", CODED, coded::coding),
    page("/coded/", &[], coded::coded),
    page("/charset/", &[], charsets::charset),
    page("/form/", &[], forms::form),
    page("/page/", &[], documents::page),
    page("/image/", &[], documents::image),
    page("/anomaly/", &[], pages::anomaly),
];

const CODED: &[Param] = &[
    Param::amount("bytes", 4096, MADE),
    Param::millis("every", 0, LONGEST),
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

/// The pages as a service.
#[derive(Clone, Debug, Default)]
pub(super) struct Pages {
    pub tls: Ports,
    pub ways: Ways,
}

impl Service for Pages {
    fn answer(&self, request: &Request) -> Script {
        let ask = self.find(request);
        // The one page that takes every request for what it is.
        if let Some(ask) = ask.as_ref().filter(|ask| ask.page.path == "/echo") {
            return (ask.page.answer)(ask).script(request);
        }
        if let Some(refusal) = refusal(request) {
            return refusal.script(request);
        }
        if let Some(kind) = pages::anomaly_of(request.path()) {
            return pages::anomalous(kind, request.method() == "HEAD");
        }
        match &ask {
            Some(ask) => (ask.page.answer)(ask),
            None => not_found(),
        }
        .script(request)
    }

    fn reading(&self, head: &Request) -> Reading {
        let ask = self.find(head);
        let path = ask.as_ref().map_or("", |ask| ask.page.path);
        let expects = head
            .field("Expect")
            .is_some_and(|value| value.eq_ignore_ascii_case("100-continue"));
        let mut before = Script::new();
        let expects = expects && head.version() != "HTTP/1.0";
        match (path, ask.as_ref().map_or("", |ask| ask.rest)) {
            _ if !expects => {}
            ("/continue", _) | ("/expect/", "never") => {}
            ("/expect/", "no") => {
                if let Some(ask) = &ask {
                    before.extend(pages::expect(ask).script(head));
                }
            }
            ("/expect/", "late") => {
                before.push(Step::Wait(LATE));
                before.push(send("HTTP/1.1 100 Continue\r\n\r\n"));
            }
            _ => before.push(send("HTTP/1.1 100 Continue\r\n\r\n")),
        }
        let mut reading = Reading {
            before,
            kept: 0,
            ..Reading::default()
        };
        match (path, ask) {
            ("/echo", _) => {
                reading.kept = pages::ECHOED;
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

/// Later than a client waits that waits for a second.
const LATE: Duration = Duration::from_secs(2);
/// How long `/echo` waits for bytes that Content-Length announces.
const QUIET: Duration = Duration::from_millis(200);
/// Small, so that the sender's queue is where a body waits.
const SLOW_RECEIVE_BUFFER: usize = 16 << 10;

impl Pages {
    fn find<'a>(&'a self, request: &'a Request) -> Option<Ask<'a>> {
        PAGES.iter().find_map(|page| {
            let rest = request.path().strip_prefix(page.path)?;
            let takes_more = page.path.len() > 1 && page.path.ends_with('/');
            (rest.is_empty() || takes_more).then_some(Ask {
                request,
                tls: &self.tls,
                ways: &self.ways,
                page,
                rest,
            })
        })
    }
}

/// What is answered to a request that has no meaning.
fn refusal(request: &Request) -> Option<Answer> {
    let (status, text) = match (request.fit, request.version()) {
        (Fit::HeadCut, _) => (400, "Your request has no empty line: its head has no end."),
        (Fit::HeadTooLarge, _) => (431, "Your request's head passed 1 MiB."),
        (Fit::Tls, _) => (400, "You speak TLS, and this port does not; try: http://"),
        (Fit::NoLength, _) => (400, "Your request's length has no meaning: RFC 9112, 6.3."),
        (Fit::Short, _) => (400, "Your request's body is shorter than it announced."),
        (Fit::Whole | Fit::Long, "HTTP/1.1" | "HTTP/1.0") => return None,
        (_, version) if version.starts_with("HTTP/") => {
            (505, "This server speaks HTTP/1.0 and HTTP/1.1.")
        }
        _ => (
            400,
            "Your first line is no request line; try: GET / HTTP/1.1",
        ),
    };
    Some(Answer::text(status, format!("{text}\n")).closing())
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::playground::framing::Body;
    use crate::playground::incoming::head_end;

    /// Bytes that look like requests more often than chance would have it.
    fn request() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just(b"GET ".to_vec()),
            Just(b" HTTP/1.1\r\n".to_vec()),
            Just(b"\r\n\r\n".to_vec()),
            Just(b"Content-Length: ".to_vec()),
            Just(b"Transfer-Encoding: chunked\n".to_vec()),
            Just(b"18446744073709551616".to_vec()),
            (0..PAGES.len()).prop_map(|i| PAGES[i].path.into()),
            "[?&]?[a-z]{1,5}=[0-9]{0,25}[kms]{0,2}".prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 0..8),
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(head in request(), cut in any::<prop::sample::Index>()) {
            let request = Request { head: head.clone(), ..Request::default() };
            let pages = Pages::default();
            pages.reading(&request);
            // The pages that make megabytes of an answer make them slowly here.
            if !["size=", "rows=", "n=", "bytes="].iter().any(|name| request.query().contains(name)) {
                prop_assert!(!pages.answer(&request).is_empty());
            }

            let (whole, cut) = (Body::of(&head), cut.index(head.len() + 1));
            let (mut once, mut twice) = (whole.clone(), whole);
            let taken = once.take(&head);
            let first = twice.take(&head[..cut]);
            let second = if first == cut { twice.take(&head[cut..]) } else { 0 };
            prop_assert_eq!((taken, once), (first + second, twice));

            if let Some(end) = head_end(&head, 0) {
                prop_assert!(end <= head.len());
                prop_assert_eq!(head_end(&head, cut.min(end - 1)), Some(end));
            }
        }
    }
}
