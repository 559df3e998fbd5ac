//! A plan as a program that does the same, an exchange as HAR. Pure functions.
//!
//! Owns the list of languages, and what all of them share: where a program connects and
//! how a request's bytes are cut into literals. It runs nothing and writes nowhere.
//!
//! The programs are written as a teacher would: complete, with each system call in the
//! open, the send loop, the recv loop of the plan's end mode, and an error for each call
//! that may fail. The response's head goes to standard error, its body to standard
//! output. What they leave out: `--max-time` and the watching of queues; and where they
//! read to the close, a timeout or once, a chunked body is printed with its chunk sizes,
//! which a comment says.

mod c;
mod curl;
mod form;
mod har;
mod nc;
mod parts;
mod python;
mod redact;
mod rust;
mod shell;

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use crate::event::{EndMode, Family};
use crate::plan::{Plan, Tls, TlsVersion, Way};

pub use form::Form;
pub use har::{Entry, har};
pub use redact::{
    MASK, redact, redact_head, redacted_event, redacted_plan, secrets, secrets_of_head,
};

/// What a program may be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    Python,
    PythonNonblocking,
    C,
    Rust,
    Curl,
    Nc,
}

struct Row {
    language: Language,
    /// In `--as`.
    name: &'static str,
    write: fn(&Plan) -> String,
}

const fn row(language: Language, name: &'static str, write: fn(&Plan) -> String) -> Row {
    Row {
        language,
        name,
        write,
    }
}

const TABLE: &[Row] = &[
    row(Language::Python, "python", python::blocking),
    row(
        Language::PythonNonblocking,
        "python-nonblocking",
        python::nonblocking,
    ),
    row(Language::C, "c", c::program),
    row(Language::Rust, "rust", rust::program),
    row(Language::Curl, "curl", curl::command),
    row(Language::Nc, "nc", nc::command),
];

impl Language {
    /// In the order of the help.
    pub const ALL: &'static [Language] = &[
        Language::Python,
        Language::PythonNonblocking,
        Language::C,
        Language::Rust,
        Language::Curl,
        Language::Nc,
    ];

    /// As in `--as python`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    pub fn from_name(name: &str) -> Option<Language> {
        TABLE
            .iter()
            .find(|row| row.name == name)
            .map(|row| row.language)
    }

    /// Every language has a row at its own place, which a test holds.
    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }
}

/// A program in this language that sends the plan's bytes to the plan's place and ends
/// as the plan says. Ends with a line end.
pub fn program(language: Language, plan: &Plan) -> String {
    (language.row().write)(plan)
}

/// Where a program connects.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place<'a> {
    Unix(&'a Path),
    /// A name or an address, without brackets.
    Tcp(String, u16),
}

/// The first address of `--resolve` that fits stands for the host's name.
fn place(plan: &Plan) -> Place<'_> {
    if let Some(path) = plan.unix_socket() {
        return Place::Unix(path);
    }
    let (host, port) = match plan.way() {
        // The request's bytes are for the proxy.
        Way::Forward(proxy) => (&proxy.host, proxy.port),
        _ => (&plan.target.host, plan.target.port),
    };
    let given = plan
        .options
        .resolve
        .iter()
        .filter(|row| row.host == "*" || row.host.eq_ignore_ascii_case(host))
        .filter(|row| row.port == port)
        .flat_map(|row| &row.addrs)
        .find(|addr| match plan.options.family {
            Some(Family::Inet) => addr.is_ipv4(),
            Some(Family::Inet6) => addr.is_ipv6(),
            _ => true,
        });
    let host = given.map_or_else(|| host.clone(), |addr| addr.to_string());
    Place::Tcp(host, port)
}

/// How TLS is to be made; `None` for `http://`.
fn tls(plan: &Plan) -> Option<&Tls> {
    plan.target.scheme.is_secure().then_some(&plan.options.tls)
}

/// The least and the most; unless told, those that are spoken here.
fn versions(tls: &Tls) -> (TlsVersion, TlsVersion) {
    let least = tls.min.unwrap_or(TlsVersion::V1_2);
    (least, tls.max.unwrap_or(TlsVersion::V1_3))
}

/// The host is an address: it goes into no SNI (RFC 6066 section 3).
fn by_address(plan: &Plan) -> bool {
    plan.target.host.parse::<IpAddr>().is_ok()
}

/// What no program but this one trusts.
const OWN_ROOT: &str =
    "This server's root is trusted by the sockeye that runs it, and by nobody else.";

/// What the program is, in two comment lines without their comment signs. Printable
/// ASCII alone, whatever the plan holds.
fn title(plan: &Plan) -> [String; 2] {
    let place = match place(plan) {
        Place::Unix(path) => format!("the Unix socket {}", path.display()),
        Place::Tcp(host, port) => format!("{host} port {port}"),
    };
    let ends = match plan.options.end {
        EndMode::Auto => "the end that the head announces (RFC 9112 section 6.3)",
        EndMode::Close => "the peer's close",
        EndMode::Length => "Content-Length's bytes",
        EndMode::Timeout => "a socket timeout",
        EndMode::Once => "one single recv()",
    };
    let over = if tls(plan).is_some() { " over TLS" } else { "" };
    let title = format!(
        "Sends {} bytes to {place}{over} and reads until {ends}.",
        plan.request.len()
    );
    let ways = "The response's head goes to standard error, its body to standard output.";
    let own_end = match plan.options.bind {
        Some(_) => " Its own end is the kernel's choice.",
        None => "",
    };
    let left_out = match plan.way() {
        Way::Tunnel(proxy) | Way::Socks(proxy) => {
            format!(" It connects to the target itself: {proxy} is left out.")
        }
        Way::Direct | Way::Forward(_) => String::new(),
    };
    [
        title.chars().flat_map(char::escape_default).collect(),
        format!("{ways}{left_out}{own_end}"),
    ]
}

/// Bytes of one literal, at most: longer ones are hard to read.
const PIECE: usize = 80;

/// The request in pieces, one for each line of a program: cut after each LF.
fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes
        .split_inclusive(|&byte| byte == b'\n')
        .flat_map(|line| line.chunks(PIECE))
}

/// Appends `bytes` for a literal between double quotes: printable ASCII as it is, the
/// rest by `escape`, which writes what can be followed by any byte.
fn quoted(out: &mut String, bytes: &[u8], escape: impl Fn(u8) -> String) {
    for &byte in bytes {
        match byte {
            b'\r' => out.push_str("\\r"),
            b'\n' => out.push_str("\\n"),
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b' '..=b'~' => out.push(char::from(byte)),
            _ => out.push_str(&escape(byte)),
        }
    }
}

/// `\x0a`, of exactly two digits in Python and Rust.
fn hex_escape(byte: u8) -> String {
    format!("\\x{byte:02x}")
}

/// Milliseconds, at least 1: 0 would mean "no timeout" to the kernel.
fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1)
}

/// Whether no body follows the head, for the request's method alone.
fn without_body(plan: &Plan) -> bool {
    crate::request::method(&plan.request) == b"HEAD"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Local;
    use crate::url::Target;

    #[test]
    fn every_language_has_its_row() {
        for (at, &language) in Language::ALL.iter().enumerate() {
            assert_eq!(TABLE[at].language, language);
            assert_eq!(Language::from_name(language.name()), Some(language));
        }
        assert_eq!(TABLE.len(), Language::ALL.len());
        assert_eq!(Language::from_name("perl"), None);
    }

    #[test]
    fn the_own_end_is_asked_of_curl_and_else_left_out() {
        let target = Target::parse("unix:/s:/a").unwrap();
        let mut plan = Plan::new(target, *b"GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
        plan.options.bind = Some(Local::Interface("lo".into()));
        let curl = program(Language::Curl, &plan);
        for words in [
            "--interface 'if!lo'",
            "--unix-socket /s",
            "http://localhost/a",
        ] {
            assert!(curl.contains(words), "{words}: {curl}");
        }
        for language in [Language::Python, Language::C, Language::Rust] {
            let program = program(language, &plan);
            assert!(program.contains("Its own end is the kernel's choice."));
        }
    }

    #[test]
    fn pieces_are_lines_and_no_longer_than_a_line() {
        let long = [b'x'; 100];
        let rows: &[(&[u8], &[usize])] =
            &[(b"", &[]), (b"a\r\n\r\nb", &[3, 2, 1]), (&long, &[80, 20])];
        for (bytes, want) in rows {
            let lengths: Vec<usize> = pieces(bytes).map(<[u8]>::len).collect();
            assert_eq!(lengths, *want);
        }
    }
}
