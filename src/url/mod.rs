//! What was typed → where to connect, what to ask for, what Host to name.
//!
//! Owns [`Target`]. Nothing is tidied behind the user's back: path and query go out as
//! typed, with no dot segment removed, no letter's case and no `%` changed. What cannot
//! be sent as typed is changed as little as it must be, and [`Target::notes`] says so.
//! It connects to nothing, and whether a scheme can be fetched is not its business.

mod authority;
mod resolve;
mod scheme;
mod socket;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::error::{Error, Result};

pub use authority::Authority;
pub use scheme::Scheme;

/// Where to connect and what to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub scheme: Scheme,
    /// ASCII: a name (punycode where it was international), an IPv4 or an IPv6 address
    /// without brackets, with its zone where one was typed.
    pub host: String,
    /// Never 0.
    pub port: u16,
    /// Path and query as they go on the request line; begins with `/`, and every byte
    /// of it is printable ASCII.
    pub path: String,
    /// `user:password` as typed before an `@`.
    pub userinfo: Option<String>,
    /// The Unix socket that is connected to, in place of the host and port.
    pub socket: Option<PathBuf>,
    /// What had to be changed of what was typed, in plain words, safe for a terminal.
    pub notes: Vec<String>,
}

/// Schemes whose colon is followed by text that may look like a user, a host or a port.
const OPAQUE_SCHEMES: &[&str] = &["mailto", "news", "sip", "sips", "sms", "tel", "urn", "xmpp"];

/// Characters of what was typed that a note or a reason repeats.
const QUOTED: usize = 40;

impl Target {
    /// Reads what a user typed; without a scheme it is `http`. Beside the schemes of
    /// [`Scheme`] there is `unix:/path/to/socket:/path`.
    ///
    /// # Errors
    /// [`Error::UnsupportedScheme`] for any other scheme,
    /// [`Error::MalformedUrl`] with the exact reason for what has no meaning.
    pub fn parse(typed: &str) -> Result<Target> {
        let url = typed.trim_ascii();
        let mut notes = Vec::new();
        if url.len() < typed.len() && !url.is_empty() {
            notes.push("the white space around the URL is left out".to_owned());
        }
        match typed_scheme(url) {
            Some((name, rest)) if name.eq_ignore_ascii_case(socket::UNIX) => {
                Target::on_socket(rest, notes)
            }
            Some((name, rest)) => match Scheme::of(name) {
                Some(scheme) => Target::absolute(scheme, name, rest, notes),
                None => Err(Fault::scheme(name)),
            },
            None => {
                let rest = url.strip_prefix("//").unwrap_or(url);
                Target::after_scheme(Scheme::Http, rest, notes)
            }
        }
        .map_err(|fault| fault.about(typed))
    }

    /// `rest` is what follows the scheme's colon, `name` the scheme as it was typed.
    fn absolute(scheme: Scheme, name: &str, rest: &str, notes: Vec<String>) -> Parsed<Target> {
        match rest.strip_prefix("//") {
            Some(rest) => Target::after_scheme(scheme, rest, notes),
            None => Err(Fault::Why(format!(
                "{name}: is not followed by two slashes"
            ))),
        }
    }

    /// `rest` is what follows `http://`.
    fn after_scheme(scheme: Scheme, rest: &str, mut notes: Vec<String>) -> Parsed<Target> {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let Authority {
            userinfo,
            host,
            port,
        } = Authority::read(authority, &mut notes)?;
        if userinfo.is_some() {
            notes.push(
                "the user's name and password are no part of the request target: they go \
                 out as Authorization"
                    .to_owned(),
            );
        }
        let path = request_target(rest, &mut notes);
        Ok(Target {
            scheme,
            host,
            port: port.unwrap_or(scheme.default_port()),
            path,
            userinfo,
            socket: None,
            notes,
        })
    }

    /// The Host field's value: brackets for IPv6, the port only when it is not the
    /// scheme's own, and never a zone (RFC 6874 section 4: it has a meaning on this
    /// machine alone).
    pub fn authority(&self) -> String {
        let host = match self.host.split_once('%') {
            Some((addr, _zone)) => format!("[{addr}]"),
            None if self.host.contains(':') => format!("[{}]", self.host),
            None => self.host.clone(),
        };
        self.with_port(host)
    }

    /// Same scheme, host and port (RFC 6454 section 5), and the same socket: what
    /// credentials are bound to.
    pub fn same_origin(&self, other: &Target) -> bool {
        self.scheme == other.scheme
            && self.socket == other.socket
            && self.host.eq_ignore_ascii_case(&other.host)
            && self.port == other.port
    }

    /// From https to http: what was a secret so far can be read on the way there.
    pub fn downgrades_to(&self, next: &Target) -> bool {
        self.scheme.is_secure() && !next.scheme.is_secure()
    }

    /// What stands on the request line of a request to a proxy: RFC 9112 section 3.2.2.
    pub fn absolute_form(&self) -> String {
        format!("{}://{}{}", self.scheme, self.authority(), self.path)
    }

    /// What a request for it asks for, as an http or https URL, wherever the connection
    /// leads: for tools that know neither `unix:` nor `ws:`.
    pub fn of_request(&self) -> Target {
        Target {
            scheme: self.scheme.of_request(),
            socket: None,
            ..self.clone()
        }
    }

    /// As [`Display`](std::fmt::Display), without the user's name and password: for what
    /// is kept or shown to others.
    pub fn without_userinfo(&self) -> String {
        if let Some(path) = &self.socket {
            return format!("{}:{}", socket::written(path), self.path);
        }
        let host = match self.host.split_once('%') {
            // A zone that begins with "25" would be read as an encoded percent sign.
            Some((addr, zone)) if zone.starts_with("25") => format!("[{addr}%25{zone}]"),
            _ if self.host.contains(':') => format!("[{}]", self.host),
            _ => self.host.clone(),
        };
        format!("{}://{}{}", self.scheme, self.with_port(host), self.path)
    }

    fn with_port(&self, host: String) -> String {
        if self.port == self.scheme.default_port() {
            host
        } else {
            format!("{host}:{}", self.port)
        }
    }
}

/// `http://host:port/path`, as it would be typed to get exactly this target. Holds the
/// password where one was typed: [`Target::without_userinfo`] does not.
impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let url = self.without_userinfo();
        match (&self.userinfo, url.split_once("://")) {
            (Some(userinfo), Some((scheme, rest))) => write!(f, "{scheme}://{userinfo}@{rest}"),
            _ => f.write_str(&url),
        }
    }
}

/// Why a text is no target, before it is known what all of the text was.
enum Fault {
    Scheme(String),
    Why(String),
}

type Parsed<T> = std::result::Result<T, Fault>;

impl Fault {
    fn scheme(name: &str) -> Fault {
        Fault::Scheme(name.to_ascii_lowercase())
    }

    fn about(self, url: &str) -> Error {
        match self {
            Fault::Scheme(scheme) => Error::UnsupportedScheme { scheme },
            Fault::Why(why) => Error::MalformedUrl {
                url: url.to_owned(),
                why,
            },
        }
    }
}

/// The scheme that a typed URL begins with, and what follows its colon. What is before
/// a colon may as well be a host (`localhost:8080`) or a user (`ann:secret@host`).
fn typed_scheme(url: &str) -> Option<(&str, &str)> {
    let (name, rest) = reference_scheme(url)?;
    if rest.starts_with("//") {
        return Some((name, rest));
    }
    let is = |other: &&str| name.eq_ignore_ascii_case(other);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let port = rest.bytes().next().is_some_and(|b| b.is_ascii_digit());
    let user = authority.contains('@') && !OPAQUE_SCHEMES.iter().any(is);
    let host = name.contains('.') || is(&"localhost");
    let ours = Scheme::of(name).is_some() || is(&socket::UNIX);
    if port || user || (!ours && (host || rest.is_empty())) {
        return None;
    }
    Some((name, rest))
}

/// RFC 3986 section 3.1: a letter, then letters, digits, `+`, `-` and `.`, then a colon.
fn reference_scheme(url: &str) -> Option<(&str, &str)> {
    let (name, rest) = url.split_once(':')?;
    let first = name.bytes().next()?;
    let mark = |b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b);
    (first.is_ascii_alphabetic() && name.bytes().all(mark)).then_some((name, rest))
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

/// What follows the authority, as it goes on the request line: without its fragment,
/// with at least `/`, and what no request line can hold percent-encoded.
fn request_target(rest: &str, notes: &mut Vec<String>) -> String {
    let sent = match rest.split_once('#') {
        Some((sent, fragment)) => {
            notes.push(format!(
                "#{} is not sent: a fragment is the browser's own",
                quoted(fragment)
            ));
            sent
        }
        None => rest,
    };
    let path = sendable(sent, notes);
    if path.is_empty() {
        return "/".to_owned();
    }
    if path.starts_with('?') {
        notes.push("a / is put before the ?".to_owned());
        return format!("/{path}");
    }
    path
}

/// Percent-encodes space, control characters and what is not ASCII; nothing else.
fn sendable(text: &str, notes: &mut Vec<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut changed: Vec<String> = Vec::new();
    let mut more = false;
    for c in text.chars() {
        if c.is_ascii_graphic() {
            out.push(c);
            continue;
        }
        let start = out.len();
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        if more {
            continue;
        }
        let change = format!("{} → {}", shown(c), &out[start..]);
        if !changed.contains(&change) {
            more = changed.len() == 4;
            if !more {
                changed.push(change);
            }
        }
    }
    if !changed.is_empty() {
        let and_more = if more { ", …" } else { "" };
        notes.push(format!(
            "no request line can hold it, so it is percent-encoded: {}{and_more}",
            changed.join(", ")
        ));
    }
    out
}

/// A typed text in a sentence: safe, and not longer than a line.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(QUOTED) {
        match c {
            ' ' => out.push(c),
            _ => out.push_str(&shown(c)),
        }
    }
    if text.chars().nth(QUOTED).is_some() {
        out.push('…');
    }
    out
}

/// One character in a sentence; by its number where it would not be seen as itself.
fn shown(c: char) -> Cow<'static, str> {
    match c {
        ' ' => "space".into(),
        _ if c.is_ascii_graphic() || (!c.is_ascii() && c.is_alphanumeric()) => c.to_string().into(),
        _ => format!("U+{:04X}", u32::from(c)).into(),
    }
}
