//! Everything one fetch needs to know, as plain data.
//!
//! Owns [`Plan`]. It opens nothing and decides nothing while the fetch runs; what a
//! redirect makes of a plan is [`Plan::redirected`].

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::event::{EndMode, Family};
use crate::request;
use crate::url::Target;

/// Bytes asked of each `recv()` unless told. Measured on loopback, CPU against 64 KiB: 0.9
/// times at 128 KiB; from 192 KiB on 1.5 times, where the caches are shared with others.
pub const FAST_RECV: usize = 128 * 1024;
/// The textbook's size.
pub const CLASSIC_RECV: usize = 4096;
/// What the socket timeout is in end mode `timeout` when none was given.
pub const DEFAULT_END_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a body waits for 100 (Continue), as with curl.
pub const EXPECT_WAIT: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub struct Plan {
    /// Where to connect; the request's bytes are not looked at for that.
    pub target: Target,
    /// Exactly what is sent.
    pub request: Arc<[u8]>,
    pub end: EndMode,
    /// Bytes asked of each `recv()`; at least 1.
    pub recv_size: usize,
    /// Bytes offered to each `send()`; `None` is all that is left.
    pub send_size: Option<usize>,
    /// Rest between two `send()`s.
    pub send_delay: Option<Duration>,
    /// `shutdown(SHUT_WR)` once all is sent: the peer's `recv()` then answers 0, ours
    /// goes on.
    pub half_close: bool,
    /// How long the body waits for 100 (Continue) where the request says `Expect:
    /// 100-continue` (RFC 9110 section 10.1.1); `None`: it goes at once.
    pub expect: Option<Duration>,
    /// After 101 the exchange goes on, with bytes both ways, until either side closes.
    pub talk: bool,
    pub nonblocking: bool,
    /// Of each call (SO_RCVTIMEO, SO_SNDTIMEO; of `poll()` when non-blocking).
    pub timeout: Option<Duration>,
    pub connect_timeout: Option<Duration>,
    /// Of the whole exchange, from `start`.
    pub max_time: Option<Duration>,
    /// Only addresses of this family.
    pub family: Option<Family>,
    /// Addresses given instead of a look-up.
    pub resolve: Vec<Resolve>,
    /// Connect here instead of to the target's host and port.
    pub unix_socket: Option<PathBuf>,
    /// Take a kept connection when there is one.
    pub reuse: bool,
    /// Read the kernel's queues this often, also while a call blocks; `None`: never.
    pub watch: Option<Duration>,
    /// Have the kernel say when received bytes arrived: `recvmsg()` with SO_TIMESTAMPNS
    /// set is then called in place of `recv()`.
    pub arrivals: bool,
    /// Zero of the clock of the events; a redirect chain shares one.
    pub start: Instant,
}

/// `--resolve HOST:PORT:ADDR[,ADDR]…`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolve {
    /// Lower case, or `*` for every host.
    pub host: String,
    pub port: u16,
    pub addrs: Vec<IpAddr>,
}

impl Plan {
    /// A plan with every knob at its default.
    pub fn new(target: Target, request: impl Into<Arc<[u8]>>) -> Plan {
        Plan {
            target,
            request: request.into(),
            end: EndMode::Auto,
            recv_size: FAST_RECV,
            send_size: None,
            send_delay: None,
            half_close: false,
            expect: Some(EXPECT_WAIT),
            talk: false,
            nonblocking: false,
            timeout: None,
            connect_timeout: None,
            max_time: None,
            family: None,
            resolve: Vec::new(),
            unix_socket: None,
            reuse: true,
            watch: None,
            arrivals: false,
            start: Instant::now(),
        }
    }

    /// The timeout of each call: in end mode `timeout` there always is one.
    pub fn call_timeout(&self) -> Option<Duration> {
        match self.end {
            EndMode::Timeout => Some(self.timeout.unwrap_or(DEFAULT_END_TIMEOUT)),
            _ => self.timeout,
        }
    }

    /// The plan that a redirect makes of this one (RFC 9110 section 15.4); `None` where
    /// there is nothing to follow: another status (300, 304 and 305 among them), or no
    /// Location.
    ///
    /// Of the request only what must change does: the target, Host, the method as
    /// `redirected_method` says, the body with the fields that describe it where the
    /// method loses it, and what may not go to another origin. A Host or a request line
    /// written by hand into something else stays as long as the origin does. Where to
    /// connect otherwise (`--unix-socket`, `--resolve`) stays, as with curl.
    ///
    /// # Errors
    /// The Location is no http or https URL: as [`Target::join`].
    pub fn redirected(&self, status: u16, location: Option<&str>) -> Result<Option<Plan>> {
        let (Some(location), 301 | 302 | 303 | 307 | 308) = (location, status) else {
            return Ok(None);
        };
        let target = self.target.join(location)?;
        let same_origin = self.target.same_origin(&target);
        let mut bytes = self.request.to_vec();

        let method = request::method(&bytes);
        if let Some(method) = redirected_method(status, method) {
            request::set_method(&mut bytes, method);
            if request::body(&bytes).is_some() {
                request::set_body(&mut bytes, b"");
            }
            remove_fields(&mut bytes, BODY_FIELDS);
        }
        request::set_request_target(&mut bytes, &target.path);
        if !same_origin {
            remove_fields(&mut bytes, CREDENTIALS);
            if request::field(&bytes, "Host").is_some() {
                request::set_field(&mut bytes, "Host", &target.authority());
            }
        }
        if let Some(userinfo) = &target.userinfo
            && self.target.userinfo != target.userinfo
        {
            request::set_field(&mut bytes, "Authorization", &request::basic(userinfo));
        }
        Ok(Some(Plan {
            target,
            request: bytes.into(),
            ..self.clone()
        }))
    }
}

/// The method that a redirect changes to, with the loss of the body: POST becomes GET
/// after 301 and 302 (the standard allows it, browsers and curl do it), everything but
/// GET and HEAD after 303. `None`: method and body stay.
fn redirected_method(status: u16, method: &[u8]) -> Option<&'static str> {
    match (status, method) {
        (301 | 302, b"POST") => Some("GET"),
        (303, b"GET" | b"HEAD") => None,
        (303, _) => Some("GET"),
        _ => None,
    }
}

/// What describes a body or waits for one; goes when the body goes (RFC 9110 section
/// 15.4).
const BODY_FIELDS: &[&str] = &[
    "Content-Length",
    "Content-Type",
    "Content-Encoding",
    "Content-Language",
    "Content-Location",
    "Transfer-Encoding",
    "Trailer",
    "Expect",
];

/// What another origin must not learn. The last two are no standard, but widely used.
const CREDENTIALS: &[&str] = &[
    "Authorization",
    "Proxy-Authorization",
    "Cookie",
    "Cookie2",
    "X-Api-Key",
    "X-Auth-Token",
];

fn remove_fields(request: &mut Vec<u8>, names: &[&str]) {
    for name in names {
        request::remove_field(request, name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn plan(url: &str, request: &str) -> Plan {
        let target = Target::parse(url).unwrap();
        Plan::new(target, request.replace('|', "\r\n").into_bytes())
    }

    fn bytes(plan: &Plan) -> String {
        String::from_utf8_lossy(&plan.request).replace("\r\n", "|")
    }

    #[test]
    fn a_redirect_changes_only_what_it_must() {
        const POST: &str = "POST /a HTTP/1.1|Host: h|X: 1|Content-Type: t|Content-Length: 3||abc";
        const SECRETS: &str = "GET /a HTTP/1.1|Host: h|authorization: s|Cookie: c|X: 1|\
                               Proxy-Authorization: p|X-API-Key: k||";
        // status, Location, the request to http://h/a → the next URL and request
        let table = [
            (
                301,
                "/b",
                "GET /a HTTP/1.1|Host: h||",
                "http://h/b",
                "GET /b HTTP/1.1|Host: h||",
            ),
            (
                302,
                "b?c#d",
                "GET /a HTTP/1.0||",
                "http://h/b?c",
                "GET /b?c HTTP/1.0||",
            ),
            (
                301,
                "/b",
                POST,
                "http://h/b",
                "GET /b HTTP/1.1|Host: h|X: 1||",
            ),
            (
                302,
                "/b",
                POST,
                "http://h/b",
                "GET /b HTTP/1.1|Host: h|X: 1||",
            ),
            (
                303,
                "/b",
                POST,
                "http://h/b",
                "GET /b HTTP/1.1|Host: h|X: 1||",
            ),
            (
                307,
                "//i:1",
                POST,
                "http://i:1/",
                "POST / HTTP/1.1|Host: i:1|X: 1|Content-Type: t|Content-Length: 3||abc",
            ),
            (
                308,
                "/b",
                "POST /a HTTP/1.1|Host: h|Transfer-Encoding: chunked||0||",
                "http://h/b",
                "POST /b HTTP/1.1|Host: h|Transfer-Encoding: chunked||0||",
            ),
            (
                301,
                "/b",
                "PUT /a HTTP/1.1|Host: h||x",
                "http://h/b",
                "PUT /b HTTP/1.1|Host: h||x",
            ),
            (
                303,
                "/b",
                "PUT /a HTTP/1.1|Host: h|Expect: 100-continue|Transfer-Encoding: chunked||0||",
                "http://h/b",
                "GET /b HTTP/1.1|Host: h||",
            ),
            (
                303,
                "/b",
                "HEAD /a HTTP/1.1|Host: h||",
                "http://h/b",
                "HEAD /b HTTP/1.1|Host: h||",
            ),
            // credentials stay with the origin: scheme, host and port
            (
                302,
                "http://H:80/b",
                SECRETS,
                "http://H/b",
                "GET /b HTTP/1.1|Host: h|authorization: s|Cookie: c|X: 1|\
                 Proxy-Authorization: p|X-API-Key: k||",
            ),
            (
                302,
                "http://i/b",
                SECRETS,
                "http://i/b",
                "GET /b HTTP/1.1|Host: i|X: 1||",
            ),
            (
                302,
                "//h:81/b",
                SECRETS,
                "http://h:81/b",
                "GET /b HTTP/1.1|Host: h:81|X: 1||",
            ),
            (
                302,
                "https://h/b",
                SECRETS,
                "https://h/b",
                "GET /b HTTP/1.1|Host: h|X: 1||",
            ),
            (
                302,
                "http://u:p@i/b",
                SECRETS,
                "http://u:p@i/b",
                "GET /b HTTP/1.1|Host: i|X: 1|Authorization: Basic dTpw||",
            ),
            // what a hand wrote stays as far as it can
            (
                307,
                "/b",
                "get  /zzz HTTP/1.1|Host: other|bad line||x|y",
                "http://h/b",
                "get  /b HTTP/1.1|Host: other|bad line||x|y",
            ),
            (
                307,
                "http://i/b",
                "GET /a HTTP/1.1||",
                "http://i/b",
                "GET /b HTTP/1.1||",
            ),
            (307, "/b", "GET", "http://h/b", "GET"),
            (303, "/b", "", "http://h/b", ""),
            (
                302,
                "",
                "GET /a HTTP/1.1||",
                "http://h/a",
                "GET /a HTTP/1.1||",
            ),
        ];
        for (status, location, request, url, expected) in table {
            let next = plan("http://h/a", request).redirected(status, Some(location));
            let next = next.unwrap().unwrap();
            assert_eq!(next.target.to_string(), url, "{status} {location}");
            assert_eq!(bytes(&next), expected, "{status} {location} {request}");
        }
    }

    #[test]
    fn a_secret_does_not_go_from_https_to_http() {
        let secret = "GET / HTTP/1.1|Host: h|Cookie: c||";
        let next = plan("https://h/", secret).redirected(301, Some("http://h/"));
        assert_eq!(bytes(&next.unwrap().unwrap()), "GET / HTTP/1.1|Host: h||");
    }

    #[test]
    fn the_urls_user_goes_on_to_the_same_authority_alone() {
        let request = "GET / HTTP/1.1|Host: h|Authorization: Basic dTpw||";
        let plan = plan("u:p@h", request);
        let table = [
            ("/b", "GET /b HTTP/1.1|Host: h|Authorization: Basic dTpw||"),
            ("//i/b", "GET /b HTTP/1.1|Host: i||"),
        ];
        for (location, expected) in table {
            let next = plan.redirected(302, Some(location)).unwrap().unwrap();
            assert_eq!(bytes(&next), expected);
        }
    }

    #[test]
    fn everything_else_of_the_plan_stays() {
        let first = Plan {
            unix_socket: Some("/s".into()),
            recv_size: 7,
            reuse: false,
            ..plan("h", "GET / HTTP/1.1||")
        };
        let next = first.redirected(302, Some("//i")).unwrap().unwrap();
        assert_eq!(next.unix_socket, first.unix_socket);
        assert_eq!((next.recv_size, next.reuse), (7, false));
        assert_eq!(next.start, first.start);
    }

    #[test]
    fn what_is_not_followed() {
        let first = plan("h", "GET / HTTP/1.1||");
        for status in [200, 201, 300, 304, 305, 306, 399] {
            assert!(first.redirected(status, Some("/b")).unwrap().is_none());
        }
        assert!(first.redirected(302, None).unwrap().is_none());
        let other = first.redirected(302, Some("ftp://x/")).unwrap_err();
        assert_eq!(
            other,
            Error::UnsupportedScheme {
                scheme: "ftp".into()
            }
        );
        assert_eq!(
            first
                .redirected(302, Some("http://"))
                .unwrap_err()
                .exit_code(),
            3
        );
    }
}
