//! Redirects: where a response leads, and the plan that comes of it (RFC 9110 section
//! 15.4).
//!
//! Owns what changes on the way: the target, Host, the method, the body, and what may not
//! go to another origin.

use super::Plan;
use crate::error::{Error, Result};
use crate::request;
use crate::url::Target;

/// What a status and its Location say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leads {
    /// It is no redirect.
    No,
    /// To be followed.
    To(Target),
    /// A redirect by its status, not to be followed, for this reason.
    Not(&'static str),
    /// The Location is no URL that can be fetched.
    Nowhere(Error),
}

/// Where a response from `from` leads.
pub fn leads(from: &Target, status: u16, location: Option<&str>) -> Leads {
    // An empty one names nothing new: as with curl, it is none.
    let location = location.filter(|location| !location.is_empty());
    match (status, location) {
        (304, _) => Leads::Not("the copy that the request asked about is good still"),
        (305, _) => Leads::Not("to use the proxy that a server names is not safe"),
        (306, _) => Leads::Not("306 has had no meaning since RFC 2616"),
        // The Location of 300 is the choice that the server prefers, and an unknown status
        // is read as the x00 of its class (RFC 9110 sections 15 and 15.4.1).
        (300..=399, Some(location)) => match from.join(location) {
            Ok(target) => Leads::To(target),
            Err(error) => Leads::Nowhere(error),
        },
        (301 | 302 | 303 | 307 | 308, None) => Leads::Not("no Location says where to"),
        (300..=399, None) => Leads::Not("the choice is left to the user"),
        _ => Leads::No,
    }
}

impl Plan {
    /// The plan that a redirect makes of this one (RFC 9110 section 15.4); `None` where
    /// there is nothing to follow: another status (304 and 305 among them), or no Location.
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
        let target = match leads(&self.target, status, location) {
            Leads::To(target) => target,
            Leads::Nowhere(error) => return Err(error),
            Leads::No | Leads::Not(_) => return Ok(None),
        };
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
        let next = self.options.way(&target);
        if !same_origin {
            // One proxy's secret is no server's, whoever is trusted.
            let secrets: &[&str] = match self.options.trusting {
                true => &["Proxy-Authorization"],
                false => CREDENTIALS,
            };
            remove_fields(&mut bytes, secrets);
            if request::field(&bytes, "Host").is_some() {
                request::set_field(&mut bytes, "Host", &target.authority());
            }
        }
        if let Some(userinfo) = &target.userinfo
            && self.target.userinfo != target.userinfo
        {
            request::set_field(&mut bytes, "Authorization", &request::basic(userinfo));
        }
        // Behind what may have taken the old proxy's Proxy-Authorization away: one proxy's
        // secret is not the next one's, nor a server's.
        next.form(&mut bytes, &target);
        let mut next = Plan {
            target,
            request: bytes.into(),
            ..self.clone()
        };
        if !same_origin && !self.options.trusting {
            // It says who we are, as the fields above do.
            (next.options.tls.cert, next.options.tls.key) = (None, None);
        }
        Ok(Some(next))
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
                "GET /b HTTP/1.1|Host: i|Authorization: Basic dTpw|X: 1||",
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
                300,
                "/b",
                POST,
                "http://h/b",
                "POST /b HTTP/1.1|Host: h|X: 1|Content-Type: t|Content-Length: 3||abc",
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

    /// `--location-trusted`; but what a proxy was told is no server's.
    #[test]
    fn what_says_who_we_are_follows_where_all_are_trusted() {
        const SECRETS: &str = "GET /a HTTP/1.1|Host: h|Authorization: s|Cookie: c|\
                               Proxy-Authorization: p|X-API-Key: k||";
        let mut first = plan("https://h/a", SECRETS);
        first.options.trusting = true;
        first.options.tls.cert = Some("/c".into());
        for to in ["https://i/b", "http://h/b"] {
            let next = first.redirected(302, Some(to)).unwrap().unwrap();
            let host = next.target.authority();
            let want =
                format!("GET /b HTTP/1.1|Host: {host}|Authorization: s|Cookie: c|X-API-Key: k||");
            assert_eq!(bytes(&next), want, "{to}");
            assert_eq!(next.options.tls.cert, first.options.tls.cert, "{to}");
        }
    }

    #[test]
    fn everything_else_of_the_plan_stays() {
        let mut first = plan("h", "GET / HTTP/1.1||");
        first.options.unix_socket = Some("/s".into());
        first.options.recv_size = 7;
        let next = first.redirected(302, Some("//i")).unwrap().unwrap();
        assert_eq!(next.options, first.options);
        assert_eq!(next.start, first.start);
    }

    #[test]
    fn each_status_says_where_it_leads() {
        let from = Target::parse("http://h/a").unwrap();
        let to = |url: &str| Leads::To(Target::parse(url).unwrap());
        for (status, location, want) in [
            (301, Some("/b"), to("http://h/b")),
            (308, Some("//i"), to("http://i/")),
            (302, None, Leads::Not("no Location says where to")),
            (300, Some("/b"), to("http://h/b")),
            (300, None, Leads::Not("the choice is left to the user")),
            (399, Some("/b"), to("http://h/b")),
            (302, Some(""), Leads::Not("no Location says where to")),
            (
                304,
                None,
                Leads::Not("the copy that the request asked about is good still"),
            ),
            (
                305,
                Some("/b"),
                Leads::Not("to use the proxy that a server names is not safe"),
            ),
            (
                306,
                None,
                Leads::Not("306 has had no meaning since RFC 2616"),
            ),
            (201, Some("/b"), Leads::No),
            (404, None, Leads::No),
        ] {
            assert_eq!(leads(&from, status, location), want, "{status}");
        }
        for location in ["mailto:x@y", "http://", "http://[", "javascript:0"] {
            let found = leads(&from, 302, Some(location));
            assert!(matches!(found, Leads::Nowhere(_)), "{location}: {found:?}");
        }
    }

    #[test]
    fn what_is_not_followed() {
        let first = plan("h", "GET / HTTP/1.1||");
        for status in [200, 201, 304, 305, 306] {
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
