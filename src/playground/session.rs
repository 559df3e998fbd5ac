//! The pages on what goes from one exchange to the next: redirects, cookies, credentials.

use super::answer::{Answer, reason};
use super::ask::Ask;
use crate::request::basic_of;

// -- redirects ----------------------------------------------------------------------

pub(super) fn redirect(ask: &Ask<'_>) -> Answer {
    match ask.rest {
        "loop" => to(302, "/redirect/loop"),
        "absolute" => match host(ask) {
            Some(host) => to(302, format!("{}://{host}/hello", scheme(ask))),
            None => no_host(),
        },
        "relative" => to(302, "../hello?relative"),
        "elsewhere" => match host(ask).and_then(elsewhere) {
            Some(other) => to(302, format!("{}://{other}/echo", scheme(ask))),
            None => no_host(),
        },
        "nowhere" => to(302, "http://"),
        "other-scheme" => to(302, "mailto:nobody@example.com"),
        "no-location" => Answer::text(302, "302, and no Location says where to.\n"),
        "choices" => {
            Answer::text(300, "300: /hello or /json, as you like.\n").field("Location", "/hello")
        }
        "body" => Answer::text(302, "A redirect may have a body.\n".repeat(2000))
            .field("Location", "/hello"),
        hops => match hops.parse::<u32>() {
            Ok(hops @ 0..=REDIRECTS) => {
                let status = status(ask);
                let next = match hops {
                    0 | 1 => "/hello".to_owned(),
                    _ if status == 302 => format!("/redirect/{}", hops - 1),
                    _ => format!("/redirect/{}?status={status}", hops - 1),
                };
                to(status, next)
            }
            _ => Answer::text(
                404,
                "So many redirects: /redirect/1 to /redirect/100; or /redirect/ and one of \
                 absolute, relative, elsewhere, loop, body, choices, no-location, nowhere, \
                 other-scheme.\n",
            ),
        },
    }
}

const REDIRECTS: u32 = 100;

fn scheme(ask: &Ask<'_>) -> &'static str {
    if ask.request.secure { "https" } else { "http" }
}

pub(super) fn to(status: u16, location: impl Into<String>) -> Answer {
    let location = location.into();
    Answer::text(status, format!("To {location}.\n")).field("Location", location)
}

/// A status that redirects, as the query asks; 302 where it asks for none.
fn status(ask: &Ask<'_>) -> u16 {
    let status = u16::try_from(ask.number("status")).unwrap_or(302);
    match status {
        301 | 303 | 307 | 308 => status,
        _ => 302,
    }
}

fn host<'a>(ask: &Ask<'a>) -> Option<&'a str> {
    let fits = |host: &&str| !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_graphic());
    ask.request.field("Host").filter(fits)
}

/// The same server by its other name, which is another origin.
fn elsewhere(host: &str) -> Option<String> {
    let (name, port) = host.rsplit_once(':')?;
    port.parse::<u16>().ok()?;
    let other = match name {
        "localhost" => "127.0.0.1",
        _ => "localhost",
    };
    Some(format!("{other}:{port}"))
}

fn no_host() -> Answer {
    Answer::text(400, "Your Host field does not say who I am.\n")
}

// -- cookies ------------------------------------------------------------------------

/// What came, and what `/cookies/` does.
pub(super) fn cookies(ask: &Ask<'_>) -> Answer {
    let came = match ask.request.field("Cookie") {
        Some(line) => format!("Your Cookie line: {line}\n"),
        None => "No Cookie line came.\n".to_owned(),
    };
    Answer::text(200, came)
}

pub(super) fn cookies_under(ask: &Ask<'_>) -> Answer {
    let pairs = || {
        let query = ask.request.query().split('&').take(PAIRS);
        query.filter(|pair| !pair.is_empty() && pair.bytes().all(is_plain))
    };
    match ask.rest {
        "set" => pairs().fold(to(302, "/cookies"), |answer, pair| {
            answer.field("Set-Cookie", format!("{pair}; Path=/"))
        }),
        "delete" => pairs().fold(to(302, "/cookies"), |answer, pair| {
            let name = pair.split('=').next().unwrap_or_default();
            answer.field("Set-Cookie", format!("{name}=; Path=/; Max-Age=0"))
        }),
        "tricky" => TRICKY.iter().fold(
            Answer::text(
                200,
                "Which of these does your jar take, and why not the others?\n",
            ),
            |answer, line| answer.field("Set-Cookie", *line),
        ),
        _ => Answer::text(
            404,
            "/cookies shows yours; /cookies/set?a=b&c=d, /cookies/delete?a, /cookies/tricky.\n",
        ),
    }
}

/// Cookies that one request sets.
const PAIRS: usize = 50;

/// What a cookie of this page may hold.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b';'
}

/// Each takes a rule of its own to be stored, or not.
const TRICKY: &[&str] = &[
    "plain=1",
    "path=1; Path=/cookies",
    "quoted=\"a b\"",
    "=nameless",
    "date=1; Expires=Sun Nov  6 08:49:37 2094",
    "gone=1; Expires=Thu, 01-Jan-70 00:00:00 GMT",
    "both=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=3600",
    "hidden=1; HttpOnly; SameSite=Strict",
    "secure=1; Secure",
    "com=1; Domain=com",
    "other=1; Domain=example.com",
    "__Secure-no=1",
    "__Host-no=1; Secure; Path=/cookies",
    "__Host-yes=1; Secure; Path=/",
    "bell=\u{7}",
    "; Path=/",
];

// -- credentials ----------------------------------------------------------------------

pub(super) fn basic(ask: &Ask<'_>) -> Answer {
    let right = basic_of(b"sockeye:practice");
    authorized(ask, &right, "Basic realm=\"practice\", charset=\"UTF-8\"")
}

pub(super) fn bearer(ask: &Ask<'_>) -> Answer {
    authorized(ask, "Bearer practice", "Bearer realm=\"practice\"")
}

/// RFC 9110 section 11.6: 401 and a challenge, or the page. The scheme's case does not
/// matter.
fn authorized(ask: &Ask<'_>, right: &str, challenge: &str) -> Answer {
    let given = ask.request.field("Authorization").unwrap_or_default();
    let fits = |given: &str, right: &str| {
        let (given, right) = (given.split_once(' ')?, right.split_once(' ')?);
        Some(given.0.eq_ignore_ascii_case(right.0) && given.1.trim() == right.1)
    };
    match fits(given, right) {
        Some(true) => Answer::text(200, "Come in.\n"),
        _ => {
            Answer::text(401, format!("401 {}\n", reason(401))).field("WWW-Authenticate", challenge)
        }
    }
}
