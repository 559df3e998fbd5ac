//! Requests and fields to begin with, as data.
//!
//! Owns their bytes. Each is as right, or as wrong, as it says: what is wrong in one is
//! its point, and [`super::lint()`] says so beside the line.

use super::handshake::upgrade_lines;

/// A whole request; [`Snippet::bytes`] makes it one for a target.
pub struct Snippet {
    pub name: &'static str,
    /// What it does, and what to look at.
    pub about: &'static str,
    /// With `{path}` and `{host}` for the request target and the Host, `{upgrade}` for the
    /// fields that ask for a WebSocket.
    text: &'static str,
}

impl Snippet {
    /// `path` as on the request line, `host` as in Host.
    pub fn bytes(&self, path: &str, host: &str) -> Vec<u8> {
        // Host first: no host holds a brace, a path may.
        let text = self.text.replace("{host}", host);
        // A key of its own each time (RFC 6455 section 4.1).
        let text = match self.text.contains("{upgrade}") {
            true => text.replace("{upgrade}", &upgrade_lines(&super::key())),
            false => text,
        };
        text.replace("{path}", path).into_bytes()
    }
}

pub const SNIPPETS: &[Snippet] = &[
    Snippet {
        name: "form",
        about: "POST of a form, as a browser sends it",
        text: "POST {path} HTTP/1.1\r\nHost: {host}\r\n\
               Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 24\r\n\r\n\
               name=eye&size=3+and+4%25",
    },
    Snippet {
        name: "JSON",
        about: "POST of a JSON object",
        text: "POST {path} HTTP/1.1\r\nHost: {host}\r\n\
               Content-Type: application/json\r\nAccept: application/json\r\n\
               Content-Length: 26\r\n\r\n{\"name\": \"eye\", \"size\": 3}",
    },
    Snippet {
        name: "range",
        about: "GET of the first 100 bytes: 206 with Content-Range, or 200 with all of it where \
                the server knows no ranges (RFC 9110 section 14.2)",
        text: "GET {path} HTTP/1.1\r\nHost: {host}\r\nRange: bytes=0-99\r\n\r\n",
    },
    Snippet {
        name: "conditional GET",
        about: "304 without a body where nothing changed; If-None-Match goes before \
                If-Modified-Since (RFC 9110 section 13.2.2). Put the answer's own ETag and \
                Last-Modified in",
        text: "GET {path} HTTP/1.1\r\nHost: {host}\r\nIf-None-Match: \"etag\"\r\n\
               If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n",
    },
    Snippet {
        name: "Expect: 100-continue",
        about: "asks for 100 before the body (RFC 9110 section 10.1.1), which waits for it for \
                a second, as with curl; F3 sets the wait, or none",
        text: "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: text/plain\r\n\
               Expect: 100-continue\r\nContent-Length: 15\r\n\r\nmay I send this",
    },
    Snippet {
        name: "chunked body",
        about: "POST of three chunks and no Content-Length; sizes are in hexadecimal, 0 ends \
                it (RFC 9112 section 7.1)",
        text: "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: text/plain\r\n\
               Transfer-Encoding: chunked\r\n\r\n\
               6\r\nchunk \r\n4\r\nby c\r\n4\r\nhunk\r\n0\r\n\r\n",
    },
    Snippet {
        name: "two requests in one send",
        about: "pipelining (RFC 9112 section 9.3.2): the second answer comes behind the first \
                and is read on from there; m lists which bytes answer which",
        text: "GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n\
               GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
    },
    Snippet {
        name: "WebSocket",
        about: "asks for a WebSocket (RFC 6455 section 4.1), with a new key each time, as ws:// in \
                the URL does; after 101, t sends frames and m lists those of both ways",
        text: "GET {path} HTTP/1.1\r\nHost: {host}\r\n{upgrade}\r\n",
    },
    Snippet {
        name: "smuggling: CL.TE (your own server only)",
        about: "who goes by Content-Length reads 6 bytes, who goes by Transfer-Encoding ends at \
                the 0 chunk and takes G for a next request (RFC 9112 section 11.2). For a server \
                of your own only",
        text: "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 6\r\n\
               Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
    },
    Snippet {
        name: "smuggling: TE.CL (your own server only)",
        about: "who goes by Transfer-Encoding reads it all, who goes by Content-Length ends \
                after 3 bytes and takes G for a next request (RFC 9112 section 11.2). For a \
                server of your own only",
        text: "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 3\r\n\
               Transfer-Encoding: chunked\r\n\r\n1\r\nG\r\n0\r\n\r\n",
    },
];

/// A field line to put in; where its value is empty, it is to be typed.
pub struct FieldLine {
    pub line: &'static str,
    pub about: &'static str,
}

macro_rules! fields {
    ($( $line:literal $about:literal; )*) => {
        &[ $( FieldLine { line: $line, about: $about }, )* ]
    };
}

#[rustfmt::skip]
pub const FIELDS: &[FieldLine] = fields! {
    "Accept: text/html, */*;q=0.8" "which media types, the best first (RFC 9110 section 12.5.1)";
    "Accept-Encoding: gzip, deflate, br, zstd" "which content codings; the body then comes coded (RFC 9110 section 12.5.3)";
    "Accept-Language: en, de;q=0.8" "which languages (RFC 9110 section 12.5.4)";
    "Authorization: Bearer " "a token (RFC 6750 section 2.1); user:password in the URL makes Basic";
    "Cache-Control: no-cache" "not from a cache without asking the origin (RFC 9111 section 5.2.1.4)";
    "Connection: close" "no further request on this connection: the server closes (RFC 9112 section 9.6)";
    "Connection: keep-alive" "HTTP/1.0 servers keep it open with this (RFC 9112 section 9.3)";
    "Content-Encoding: gzip" "the body is coded so (RFC 9110 section 8.4)";
    "Content-Length: 0" "bytes of the body, right or wrong (RFC 9110 section 8.6)";
    "Content-Type: application/json" "what the body is (RFC 9110 section 8.3)";
    "Content-Type: application/x-www-form-urlencoded" "the body is a form";
    "Content-Type: text/plain; charset=utf-8" "the body is text";
    "Cookie: " "name=value; name=value (RFC 6265 section 4.2)";
    "Expect: 100-continue" "a 100 before the body is asked for (RFC 9110 section 10.1.1)";
    "If-Match: *" "only where there is something, or with an ETag that very version (RFC 9110 section 13.1.1)";
    "If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT" "only when changed since (RFC 9110 section 13.1.3)";
    "If-None-Match: \"etag\"" "only when it is another version (RFC 9110 section 13.1.2)";
    "Origin: http://example.com" "who asks, for CORS (RFC 6454 section 7)";
    "Range: bytes=0-99" "a part of it (RFC 9110 section 14.2)";
    "Referer: " "where the URL was found (RFC 9110 section 10.1.3)";
    "TE: trailers" "trailers are welcome (RFC 9110 section 10.1.4)";
    "Transfer-Encoding: chunked" "the body comes in chunks (RFC 9112 section 7.1)";
    "Upgrade: websocket" "another protocol on this connection; Connection: upgrade belongs to it (RFC 9110 section 7.8)";
    "User-Agent: " "who asks (RFC 9110 section 10.1.5)";
    "X-Forwarded-For: 127.0.0.1" "who asked the proxy, as proxies say it; many servers believe anyone";
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{field, fields, lint, request_target};

    #[test]
    fn each_snippet_is_as_right_as_it_says() {
        for (name, warnings) in [
            ("form", 0),
            ("JSON", 0),
            ("range", 0),
            ("conditional GET", 0),
            ("Expect: 100-continue", 0),
            ("chunked body", 0),
            ("two requests in one send", 1),
            ("WebSocket", 0),
            ("smuggling: CL.TE (your own server only)", 2),
            ("smuggling: TE.CL (your own server only)", 1),
        ] {
            let snippet = SNIPPETS.iter().find(|snippet| snippet.name == name);
            let bytes = snippet.expect(name).bytes("/{host}?a", "h:1");
            let lints: Vec<String> = lint(&bytes).into_iter().map(|lint| lint.message).collect();
            assert_eq!(lints.len(), warnings, "{name}: {lints:?}");
            assert_eq!(request_target(&bytes), Some(&b"/{host}?a"[..]), "{name}");
            assert_eq!(field(&bytes, "Host"), Some(&b"h:1"[..]), "{name}");
        }
        assert_eq!(SNIPPETS.len(), 10, "each has its row above");
    }

    #[test]
    fn each_field_is_one() {
        for FieldLine { line, .. } in FIELDS {
            let request = format!("GET / HTTP/1.1\r\n{line}\r\n\r\n");
            let name = fields(request.as_bytes()).next().map(|field| field.name);
            let colon = line.find(": ").map(|colon| 16..16 + colon);
            assert_eq!(name, colon, "{line}");
        }
    }
}
