//! Requests from a target and from curl's flags.
//!
//! Owns which fields a request has that was not written by hand, and their order, which is
//! curl's: Host, Proxy-Authorization, Authorization, User-Agent, Accept, Accept-Encoding,
//! Cookie, what `-H` adds, Content-Length, Content-Type. Nothing is sent beside them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::error::{Error, Result};
use crate::url::Target;

const USER_AGENT: &str = concat!("sockeye/", env!("CARGO_PKG_VERSION"));

/// What `--compressed` asks for, in curl's words and order.
pub const ACCEPT_ENCODING: &str = "deflate, gzip, br, zstd";

/// The request that a URL alone stands for. Nothing hidden: these bytes are sent.
pub fn template(target: &Target) -> Vec<u8> {
    let user = match &target.userinfo {
        Some(userinfo) => format!("Authorization: {}\r\n", basic(userinfo)),
        None => String::new(),
    };
    format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\n{user}User-Agent: {USER_AGENT}\r\nAccept: */*\r\n\r\n",
        target.path,
        target.authority(),
    )
    .into_bytes()
}

/// The Authorization that a URL's `user:password` stands for (RFC 7617), its
/// percent-encoding removed.
pub fn basic(userinfo: &str) -> String {
    basic_bytes(percent_decoded(userinfo))
}

/// The same of `user:password` as it stands.
pub fn basic_of(user: &[u8]) -> String {
    basic_bytes(user.to_vec())
}

/// What flags ask of a request, each with curl's meaning (`man curl`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipe {
    /// `-X`: this method, whatever the rest says.
    pub method: Option<String>,
    /// `-I`
    pub head: bool,
    /// `--http1.0`
    pub http10: bool,
    /// `-H`, in order: `Name: value` goes out as it is and replaces what would have stood
    /// there; `Name:` leaves that out; `Name;` sends the name with an empty value.
    pub headers: Vec<String>,
    /// `-d`
    pub data: Option<Vec<u8>>,
    /// `-A`; empty: no User-Agent.
    pub user_agent: Option<String>,
    /// `--compressed`: ask for the codings that can be undone.
    pub compressed: bool,
    /// `-u user:password`; goes before the URL's own.
    pub user: Option<String>,
    /// What a jar and `-b` give for this target.
    pub cookie: Option<Vec<u8>>,
    /// The whole URL on the request line, for a proxy (RFC 9112 section 3.2.2).
    pub absolute: bool,
    /// Proxy-Authorization's value.
    pub proxy_authorization: Option<String>,
}

impl Recipe {
    /// # Errors
    /// [`Error::Usage`]: `-I` with `-d`, or a `-H` without a colon.
    pub fn build(&self, target: &Target) -> Result<Vec<u8>> {
        if self.head && self.data.is_some() && self.method.is_none() {
            return Err(Error::usage(
                "-I and -d ask for two methods, HEAD and POST (choose one, or name it with -X)",
            ));
        }
        let given = self
            .headers
            .iter()
            .map(|header| Given::parse(header))
            .collect::<Result<Vec<_>>>()?;
        let mut fields = Fields {
            given: &given,
            out: Vec::new(),
        };

        let default = match (self.head, &self.data) {
            (true, _) => "HEAD",
            (false, Some(_)) => "POST",
            (false, None) => "GET",
        };
        let method = self.method.as_deref().unwrap_or(default);
        let version = if self.http10 { "HTTP/1.0" } else { "HTTP/1.1" };
        let asked = match self.absolute {
            true => target.absolute_form(),
            false => target.path.clone(),
        };
        fields.line(&format!("{method} {asked} {version}"));

        fields.in_place("Host", Some(&target.authority()));
        if let Some(value) = &self.proxy_authorization {
            fields.unless_given("Proxy-Authorization", value);
        }
        if let Some(value) = self.authorization(target) {
            fields.unless_given("Authorization", &value);
        }
        let agent = self.user_agent.as_deref().unwrap_or(USER_AGENT);
        fields.in_place("User-Agent", Some(agent).filter(|agent| !agent.is_empty()));
        fields.in_place("Accept", Some("*/*"));
        let codings = self.compressed.then_some(ACCEPT_ENCODING);
        fields.in_place("Accept-Encoding", codings);
        if let Some(cookie) = &self.cookie {
            fields.cookie(cookie);
        }
        fields.others();

        let chunked = given.iter().any(Given::is_chunked);
        let body = self.data.as_deref().map(|data| match chunked {
            true => one_chunk(data),
            false => data.to_vec(),
        });
        if let Some(body) = &body {
            if !chunked {
                fields.unless_given("Content-Length", &body.len().to_string());
            }
            fields.unless_given("Content-Type", "application/x-www-form-urlencoded");
        }
        fields.line("");
        let mut request = fields.out;
        request.extend_from_slice(&body.unwrap_or_default());
        Ok(request)
    }

    fn authorization(&self, target: &Target) -> Option<String> {
        match (&self.user, &target.userinfo) {
            (Some(user), _) => Some(basic_bytes(user.clone().into_bytes())),
            (None, Some(userinfo)) => Some(basic(userinfo)),
            (None, None) => None,
        }
    }
}

/// One `-H`.
struct Given<'a> {
    name: &'a str,
    /// The line as sent; `None` leaves the field out.
    line: Option<String>,
}

impl<'a> Given<'a> {
    fn parse(header: &'a str) -> Result<Given<'a>> {
        if let Some((name, value)) = header.split_once(':') {
            let line = (!value.trim().is_empty()).then(|| header.to_owned());
            return Ok(Given { name, line });
        }
        match header.trim_end().strip_suffix(';') {
            Some(name) => Ok(Given {
                name,
                line: Some(format!("{name}:")),
            }),
            None => Err(Error::usage(format!(
                "-H {header:?}: no colon (try 'Name: value', 'Name:' to leave it out, or \
                 'Name;' to send it empty)"
            ))),
        }
    }

    fn is(&self, name: &str) -> bool {
        self.name.trim_end().eq_ignore_ascii_case(name)
    }

    fn is_chunked(&self) -> bool {
        self.is("Transfer-Encoding")
            && (self.line.as_deref())
                .is_some_and(|line| line.to_ascii_lowercase().contains("chunked"))
    }
}

/// The head as it grows.
struct Fields<'a> {
    given: &'a [Given<'a>],
    out: Vec<u8>,
}

/// Fields that keep their place when `-H` gives them.
const PLACED: [&str; 3] = ["Host", "User-Agent", "Accept"];

impl Fields<'_> {
    fn line(&mut self, line: &str) {
        self.out.extend_from_slice(line.as_bytes());
        self.out.extend_from_slice(b"\r\n");
    }

    /// What `-H` gave under this name, all of it; without any, the default.
    fn in_place(&mut self, name: &str, default: Option<&str>) {
        if let Some(default) = default {
            self.unless_given(name, default);
        }
        for given in self.given.iter().filter(|given| given.is(name)) {
            if let Some(line) = &given.line {
                self.line(line);
            }
        }
    }

    fn unless_given(&mut self, name: &str, value: &str) {
        if !self.given.iter().any(|given| given.is(name)) {
            self.line(&format!("{name}: {value}"));
        }
    }

    /// Beside any Cookie that `-H` gives, as curl does it.
    fn cookie(&mut self, value: &[u8]) {
        self.out.extend_from_slice(b"Cookie: ");
        self.out.extend_from_slice(value);
        self.out.extend_from_slice(b"\r\n");
    }

    fn others(&mut self) {
        for given in self.given {
            let placed = PLACED.iter().any(|name| given.is(name));
            if let Some(line) = given.line.as_ref().filter(|_| !placed) {
                self.line(line);
            }
        }
    }
}

/// RFC 9112 section 7.1: all of it in one chunk, and the last one.
fn one_chunk(data: &[u8]) -> Vec<u8> {
    if data.is_empty() {
        return b"0\r\n\r\n".to_vec();
    }
    let mut chunk = format!("{:x}\r\n", data.len()).into_bytes();
    chunk.extend_from_slice(data);
    chunk.extend_from_slice(b"\r\n0\r\n\r\n");
    chunk
}

fn basic_bytes(mut user: Vec<u8>) -> String {
    if !user.contains(&b':') {
        user.push(b':');
    }
    format!("Basic {}", BASE64.encode(user))
}

/// `%41` → `A`; a `%` without two hexadecimal digits stays.
pub fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = text
            .get(at + 1..at + 3)
            .filter(|hex| byte == b'%' && hex.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(hex.unwrap_or(byte));
        at += if hex.is_some() { 3 } else { 1 };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(url: &str, recipe: &Recipe) -> String {
        let target = Target::parse(url).unwrap();
        let bytes = recipe.build(&target).unwrap();
        String::from_utf8(bytes)
            .unwrap()
            .replace(USER_AGENT, "sockeye")
    }

    #[test]
    fn a_recipe_without_wishes_is_the_template() {
        for url in ["h:81/a?b", "ann:s@h", "https://h"] {
            let target = Target::parse(url).unwrap();
            assert_eq!(Recipe::default().build(&target).unwrap(), template(&target));
        }
    }

    #[test]
    fn each_flag_does_what_curls_does() {
        let none = Recipe::default;
        let headers = |list: &[&str]| Recipe {
            headers: list.iter().map(|text| (*text).to_owned()).collect(),
            ..none()
        };
        let data = |text: &str| Some(text.as_bytes().to_vec());
        let table = [
            (
                none(),
                "GET /x HTTP/1.1|Host: h:1|User-Agent: sockeye|Accept: */*||",
            ),
            (
                Recipe {
                    head: true,
                    http10: true,
                    ..none()
                },
                "HEAD /x HTTP/1.0|Host: h:1|User-Agent: sockeye|Accept: */*||",
            ),
            (
                Recipe {
                    method: Some("get it".into()),
                    user_agent: Some("me".into()),
                    ..none()
                },
                "get it /x HTTP/1.1|Host: h:1|User-Agent: me|Accept: */*||",
            ),
            (
                Recipe {
                    user_agent: Some(String::new()),
                    user: Some("a%41:b:c".into()),
                    ..none()
                },
                "GET /x HTTP/1.1|Host: h:1|Authorization: Basic YSU0MTpiOmM=|Accept: */*||",
            ),
            (
                Recipe {
                    data: data("a=1"),
                    ..none()
                },
                "POST /x HTTP/1.1|Host: h:1|User-Agent: sockeye|Accept: */*|Content-Length: 3|\
                 Content-Type: application/x-www-form-urlencoded||a=1",
            ),
            (
                Recipe {
                    data: data(""),
                    method: Some("PUT".into()),
                    ..none()
                },
                "PUT /x HTTP/1.1|Host: h:1|User-Agent: sockeye|Accept: */*|Content-Length: 0|\
                 Content-Type: application/x-www-form-urlencoded||",
            ),
            (
                Recipe {
                    user: Some("a:b".into()),
                    cookie: Some(b"a=b; c=d".to_vec()),
                    ..headers(&["X: 1", "Cookie: own"])
                },
                "GET /x HTTP/1.1|Host: h:1|Authorization: Basic YTpi|User-Agent: sockeye|\
                 Accept: */*|Cookie: a=b; c=d|X: 1|Cookie: own||",
            ),
            (
                headers(&["X: 1", "x:2", "Y;", "Z:", "accept:", "host: other"]),
                "GET /x HTTP/1.1|host: other|User-Agent: sockeye|X: 1|x:2|Y:||",
            ),
            (
                headers(&[
                    "Accept: a",
                    "Accept: b",
                    "User-Agent;",
                    "Host: a",
                    "Host: b",
                ]),
                "GET /x HTTP/1.1|Host: a|Host: b|User-Agent:|Accept: a|Accept: b||",
            ),
            (
                Recipe {
                    data: data("abc"),
                    user: Some("a:b".into()),
                    ..headers(&["content-length: 9", "Content-Type:", "authorization: x"])
                },
                "POST /x HTTP/1.1|Host: h:1|User-Agent: sockeye|Accept: */*|\
                 content-length: 9|authorization: x||abc",
            ),
            (
                Recipe {
                    data: data("abc"),
                    ..headers(&["Transfer-Encoding: Chunked"])
                },
                "POST /x HTTP/1.1|Host: h:1|User-Agent: sockeye|Accept: */*|\
                 Transfer-Encoding: Chunked|Content-Type: application/x-www-form-urlencoded||\
                 3|abc|0||",
            ),
        ];
        for (recipe, expected) in table {
            assert_eq!(
                built("h:1/x", &recipe),
                expected.replace('|', "\r\n"),
                "{recipe:?}"
            );
        }
    }

    #[test]
    fn the_urls_user_is_decoded_and_gives_way_to_the_flag() {
        let line = |recipe: &Recipe| {
            let request = built("a%3Ab%zz:é@h", recipe);
            let line = request.lines().find(|line| line.starts_with("Auth"));
            line.map(str::to_owned).unwrap_or_default()
        };
        let flag = Recipe {
            user: Some("u".into()),
            ..Recipe::default()
        };
        // base64 of "a:b%zz:é" and of "u:"
        assert_eq!(
            line(&Recipe::default()),
            "Authorization: Basic YTpiJXp6OsOp"
        );
        assert_eq!(line(&flag), "Authorization: Basic dTo=");
    }

    #[test]
    fn what_cannot_be_meant_is_a_usage_error() {
        let table = [
            Recipe {
                head: true,
                data: Some(Vec::new()),
                ..Recipe::default()
            },
            Recipe {
                headers: vec!["no colon".into()],
                ..Recipe::default()
            },
        ];
        for recipe in table {
            let target = Target::parse("h").unwrap();
            assert_eq!(
                recipe.build(&target).unwrap_err().exit_code(),
                2,
                "{recipe:?}"
            );
        }
    }
}
