//! What a page answers, and the steps that say it on the wire.
//!
//! Owns the heads (minimal: no Date, for this server has no clock) and the framing: what
//! HEAD, HTTP/1.0 and a connection that is to close make of an answer.

use std::time::Duration;

use super::script::{Request, Script, Step, send};

#[derive(Clone, Debug)]
pub(super) struct Answer {
    version: &'static str,
    status: u16,
    fields: Vec<(&'static str, String)>,
    body: Body,
    /// Interim heads, with the waits between; not for HTTP/1.0, which knows none.
    interim: Script,
    close: bool,
}

#[derive(Clone, Debug)]
enum Body {
    /// None, and no field speaks of one.
    None,
    /// Content-Length says `bytes`; the steps send that many, or do what they like.
    Length {
        bytes: u64,
        steps: Script,
    },
    Chunked(Chunked),
    /// No length: the close ends it.
    UntilClose(Script),
}

/// A body in pieces, each a chunk; for HTTP/1.0 the same pieces until the close.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunked {
    pub pieces: Vec<Vec<u8>>,
    pub every: Duration,
    /// Says each chunk's number in an extension.
    pub extensions: bool,
    /// Says the count of the pieces and bytes in trailers.
    pub trailers: bool,
}

pub(super) const TEXT: &str = "text/plain; charset=utf-8";
pub(super) const HTML: &str = "text/html; charset=utf-8";

impl Answer {
    pub fn new(status: u16) -> Answer {
        Answer {
            version: "HTTP/1.1",
            status,
            fields: Vec::new(),
            body: Body::None,
            interim: Vec::new(),
            close: false,
        }
    }

    /// A whole text with its length.
    pub fn text(status: u16, text: impl AsRef<[u8]>) -> Answer {
        Answer::new(status).whole(TEXT, text)
    }

    pub fn field(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.fields.push((name, value.into()));
        self
    }

    pub fn whole(self, kind: &str, body: impl AsRef<[u8]>) -> Answer {
        let bytes = body.as_ref().len() as u64;
        self.sized(kind, bytes, vec![send(body)])
    }

    /// Announces `bytes`; what really comes is what the steps do.
    pub fn sized(mut self, kind: &str, bytes: u64, steps: Script) -> Answer {
        self.body = Body::Length { bytes, steps };
        self.field("Content-Type", kind)
    }

    pub fn chunked(mut self, kind: &str, chunked: Chunked) -> Answer {
        self.body = Body::Chunked(chunked);
        self.field("Content-Type", kind)
    }

    pub fn until_close(mut self, kind: &str, body: impl AsRef<[u8]>) -> Answer {
        self.body = Body::UntilClose(vec![send(body)]);
        self.field("Content-Type", kind)
    }

    /// What follows a head that ends the exchange in HTTP (101).
    pub fn after_head(mut self, text: &str) -> Answer {
        self.body = Body::UntilClose(vec![send(text)]);
        self
    }

    /// The same, with steps.
    pub fn talking(mut self, steps: Script) -> Answer {
        self.body = Body::UntilClose(steps);
        self
    }

    pub fn interim(mut self, steps: Script) -> Answer {
        self.interim = steps;
        self
    }

    pub fn http10(mut self) -> Answer {
        self.version = "HTTP/1.0";
        self
    }

    pub fn closing(mut self) -> Answer {
        self.close = true;
        self
    }

    /// The answer on the wire.
    pub fn script(self, request: &Request) -> Script {
        let asked10 = request.version() == "HTTP/1.0";
        let (framing, body, endless) = self.body.framed(asked10);
        let close = self.close || endless || !request.persistent();
        let connection = match (close, asked10) {
            // Its Connection says what comes instead.
            _ if self.status == 101 => "",
            (true, _) => "Connection: close\r\n",
            (false, true) => "Connection: keep-alive\r\n",
            // HTTP/1.1 stays open unless it says otherwise.
            (false, false) => "",
        };
        let fields: String = self
            .fields
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let head = format!(
            "{} {} {}\r\nServer: sockeye-playground\r\n{fields}{framing}{connection}\r\n",
            self.version,
            self.status,
            reason(self.status),
        );
        let mut script = if asked10 { Vec::new() } else { self.interim };
        script.push(send(head));
        if request.method() != "HEAD" {
            script.extend(body);
        }
        if close {
            script.push(Step::Close);
        }
        script
    }
}

impl Body {
    /// The framing's fields, the steps, and whether only the close ends it.
    fn framed(self, asked10: bool) -> (String, Script, bool) {
        match self {
            Body::None => (String::new(), Vec::new(), false),
            Body::Length { bytes, steps } => (format!("Content-Length: {bytes}\r\n"), steps, false),
            Body::UntilClose(steps) => (String::new(), steps, true),
            // RFC 9112 section 6.1: no Transfer-Encoding for who did not say HTTP/1.1.
            Body::Chunked(chunked) if asked10 => (String::new(), chunked.plain(), true),
            Body::Chunked(chunked) => {
                let trailer = match chunked.trailers {
                    true => "Trailer: Chunk-Count, Body-Bytes\r\n",
                    false => "",
                };
                let framing = format!("Transfer-Encoding: chunked\r\n{trailer}");
                (framing, chunked.chunks(), false)
            }
        }
    }
}

impl Chunked {
    fn plain(self) -> Script {
        spaced(self.pieces, self.every)
    }

    /// RFC 9112 section 7.1. A piece without bytes would be the last chunk; there is
    /// none of it.
    fn chunks(self) -> Script {
        let count = self.pieces.len();
        let bytes: usize = self.pieces.iter().map(Vec::len).sum();
        let chunks = self
            .pieces
            .into_iter()
            .enumerate()
            .filter(|(_, piece)| !piece.is_empty())
            .map(|(i, piece)| {
                let extension = match (self.extensions, i) {
                    (false, _) => String::new(),
                    (true, 0) => ";piece=1;note=\"read by nobody\"".to_owned(),
                    (true, i) => format!(";piece={}", i + 1),
                };
                let size = format!("{:x}{extension}\r\n", piece.len());
                [size.as_bytes(), &piece, b"\r\n"].concat()
            })
            .collect();
        let mut script = spaced(chunks, self.every);
        let extension = if self.extensions { ";last" } else { "" };
        let trailers = match self.trailers {
            true => format!("Chunk-Count: {count}\r\nBody-Bytes: {bytes}\r\n"),
            false => String::new(),
        };
        script.push(send(format!("0{extension}\r\n{trailers}\r\n")));
        script
    }
}

/// Sends each piece, `every` so often.
fn spaced(pieces: Vec<Vec<u8>>, every: Duration) -> Script {
    if every.is_zero() {
        return vec![Step::Send(pieces.concat())];
    }
    let mut script = Script::new();
    for (i, piece) in pieces.into_iter().enumerate() {
        if i > 0 {
            script.push(Step::Wait(every));
        }
        script.push(Step::Send(piece));
    }
    script
}

/// RFC 9110 section 15; for other statuses the class's name.
pub(super) fn reason(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        101 => "Switching Protocols",
        103 => "Early Hints",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        418 => "I'm a Teapot",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        426 => "Upgrade Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        _ => match status / 100 {
            1 => "Interim",
            2 => "Success",
            3 => "Redirection",
            4 => "Client Error",
            5 => "Server Error",
            _ => "No Such Status",
        },
    }
}
