//! What was typed → where to connect, what to ask for, what Host to name.
//!
//! Owns [`Target`]. Nothing is tidied behind the user's back: path and query go out as
//! typed, with no dot segment removed, no letter's case and no `%` changed. What cannot
//! be sent as typed is changed as little as it must be, and [`Target::notes`] says so.
//! It connects to nothing, and whether a scheme can be fetched is not its business.

mod resolve;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::net::Ipv6Addr;

use idna::AsciiDenyList;

use crate::error::{Error, Result};

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
    /// What had to be changed of what was typed, in plain words, safe for a terminal.
    pub notes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Http,
    Https,
}

/// What stands between a URL's two slashes and its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    pub userinfo: Option<String>,
    /// As [`Target::host`].
    pub host: String,
    pub port: Option<u16>,
}

/// Schemes whose colon is followed by text that may look like a user, a host or a port.
const OPAQUE_SCHEMES: &[&str] = &["mailto", "news", "sip", "sips", "sms", "tel", "urn", "xmpp"];

/// What RFC 3986 section 3.2.2 lets a name hold beside letters and digits.
const NAME_MARKS: &[u8] = b"-._~!$&'()*+,;=";

/// Characters of what was typed that a note or a reason repeats.
const QUOTED: usize = 40;

impl Target {
    /// Reads what a user typed; without a scheme it is `http`.
    ///
    /// # Errors
    /// [`Error::UnsupportedScheme`] for any other scheme than http and https,
    /// [`Error::MalformedUrl`] with the exact reason for what has no meaning.
    pub fn parse(typed: &str) -> Result<Target> {
        let url = typed.trim_ascii();
        let mut notes = Vec::new();
        if url.len() < typed.len() && !url.is_empty() {
            notes.push("the white space around the URL is left out".to_owned());
        }
        match typed_scheme(url) {
            Some((name, rest)) => Target::absolute(name, rest, notes),
            None => {
                let rest = url.strip_prefix("//").unwrap_or(url);
                Target::after_scheme(Scheme::Http, rest, notes)
            }
        }
        .map_err(|fault| fault.about(typed))
    }

    /// `rest` is what follows the scheme's colon.
    fn absolute(name: &str, rest: &str, notes: Vec<String>) -> Parsed<Target> {
        let scheme = match name {
            _ if name.eq_ignore_ascii_case("http") => Scheme::Http,
            _ if name.eq_ignore_ascii_case("https") => Scheme::Https,
            _ => return Err(Fault::Scheme(name.to_ascii_lowercase())),
        };
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

    /// Same scheme, host and port (RFC 6454 section 5): what credentials are bound to.
    pub fn same_origin(&self, other: &Target) -> bool {
        self.scheme == other.scheme
            && self.host.eq_ignore_ascii_case(&other.host)
            && self.port == other.port
    }

    /// From https to http: what was a secret so far can be read on the way there.
    pub fn downgrades_to(&self, next: &Target) -> bool {
        self.scheme == Scheme::Https && next.scheme == Scheme::Http
    }

    /// What stands on the request line of a request to a proxy: RFC 9112 section 3.2.2.
    pub fn absolute_form(&self) -> String {
        format!("{}://{}{}", self.scheme, self.authority(), self.path)
    }

    /// As [`Display`](std::fmt::Display), without the user's name and password: for what
    /// is kept or shown to others.
    pub fn without_userinfo(&self) -> String {
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

impl Authority {
    /// # Errors
    /// Why it has no meaning, in words.
    pub fn parse(typed: &str) -> std::result::Result<Authority, String> {
        Authority::read(typed, &mut Vec::new()).map_err(|fault| match fault {
            Fault::Scheme(why) | Fault::Why(why) => why,
        })
    }

    fn read(typed: &str, notes: &mut Vec<String>) -> Parsed<Authority> {
        let (userinfo, place) = match typed.rsplit_once('@') {
            Some((userinfo, place)) => (Some(userinfo), place),
            None => (None, typed),
        };
        if let Some(bad) = userinfo.and_then(|text| text.chars().find(|c| c.is_control())) {
            let bad = shown(bad);
            return Err(Fault::Why(format!(
                "{bad} cannot stand in a user's name or password"
            )));
        }
        let (host, port) = place_parts(place, notes)?;
        Ok(Authority {
            userinfo: userinfo.map(str::to_owned),
            host,
            port,
        })
    }
}

impl Scheme {
    pub fn default_port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

impl std::fmt::Display for Scheme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        })
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
    let ours = is(&"http") || is(&"https");
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

/// `host`, `host:port`, `[address]:port`.
fn place_parts(place: &str, notes: &mut Vec<String>) -> Parsed<(String, Option<u16>)> {
    if let Some(rest) = place.strip_prefix('[') {
        let Some((inside, after)) = rest.split_once(']') else {
            return Err(Fault::Why("the bracket [ is never closed".to_owned()));
        };
        let host = bracketed(inside, notes)?;
        return match after.strip_prefix(':') {
            Some(port) => Ok((host, Some(port_number(port, notes)?))),
            None if after.is_empty() => Ok((host, None)),
            None => Err(Fault::Why(format!(
                "{} after the bracket ] is neither a port nor a path",
                quoted(after)
            ))),
        };
    }
    let bare = place.split_once('%').map_or(place, |(addr, _zone)| addr);
    if bare.parse::<Ipv6Addr>().is_ok() {
        return Err(Fault::Why(format!(
            "an IPv6 address stands in brackets: [{}]",
            quoted(place)
        )));
    }
    let (host, port) = match place.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (place, None),
    };
    let host = name(host, notes)?;
    let port = port.map(|port| port_number(port, notes)).transpose()?;
    Ok((host, port))
}

/// What stands in brackets: an IPv6 address, and after `%` (or, by RFC 6874, `%25`) the
/// zone that a link-local address needs.
fn bracketed(inside: &str, notes: &mut Vec<String>) -> Parsed<String> {
    let (addr, zone) = match inside.split_once('%') {
        Some((addr, zone)) => (addr, Some(zone)),
        None => (inside, None),
    };
    if addr.parse::<Ipv6Addr>().is_err() {
        return Err(Fault::Why(format!(
            "[{}] is not an IPv6 address",
            quoted(inside)
        )));
    }
    let Some(zone) = zone else {
        return Ok(addr.to_owned());
    };
    let zone = match zone.strip_prefix("25") {
        Some(rest) if !rest.is_empty() => {
            notes.push(format!("%25 before the zone {} is read as %", quoted(rest)));
            rest
        }
        _ => zone,
    };
    if zone.is_empty() {
        return Err(Fault::Why("the zone after % is empty".to_owned()));
    }
    if let Some(bad) = zone.chars().find(|c| !c.is_ascii_graphic() || *c == '[') {
        return Err(Fault::Why(format!("{} cannot stand in a zone", shown(bad))));
    }
    notes.push(format!(
        "the zone %{} chooses the interface here and is not sent",
        quoted(zone)
    ));
    Ok(format!("{addr}%{zone}"))
}

/// A host's name (or IPv4 address), made ASCII where it is not.
fn name(typed: &str, notes: &mut Vec<String>) -> Parsed<String> {
    let decoded = percent_decoded(typed)?;
    let host = if decoded.is_ascii() {
        decoded
    } else {
        idna::domain_to_ascii_cow(decoded.as_bytes(), AsciiDenyList::URL)
            .map_err(|_| {
                Fault::Why(format!(
                    "{} is not a valid international name (UTS 46)",
                    quoted(typed)
                ))
            })?
            .into_owned()
            .into()
    };
    if host.is_empty() {
        return Err(Fault::Why("there is no host".to_owned()));
    }
    let odd = |c: &char| {
        !c.is_ascii_alphanumeric() && !u8::try_from(*c).is_ok_and(|b| NAME_MARKS.contains(&b))
    };
    if let Some(bad) = host.chars().find(odd) {
        let hint = match bad {
            '\\' => " (a backslash is not a slash here)",
            _ => "",
        };
        return Err(Fault::Why(format!(
            "{} cannot stand in a host's name{hint}",
            shown(bad)
        )));
    }
    if host != typed {
        notes.push(format!("the host {} goes out as {host}", quoted(typed)));
    }
    Ok(host.into_owned())
}

/// RFC 3986 section 3.2.2: a name may be percent-encoded UTF-8.
fn percent_decoded(typed: &str) -> Parsed<Cow<'_, str>> {
    if !typed.contains('%') {
        return Ok(typed.into());
    }
    let mut bytes = Vec::with_capacity(typed.len());
    let mut pieces = typed.split('%');
    bytes.extend_from_slice(pieces.next().unwrap_or_default().as_bytes());
    for piece in pieces {
        let byte = piece
            .get(..2)
            .filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let Some(byte) = byte else {
            return Err(Fault::Why(
                "% in a host's name is not followed by two hexadecimal digits".to_owned(),
            ));
        };
        bytes.push(byte);
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(_) => Err(Fault::Why(format!(
            "{} does not decode to UTF-8",
            quoted(typed)
        ))),
    }
}

fn port_number(typed: &str, notes: &mut Vec<String>) -> Parsed<u16> {
    if typed.is_empty() {
        return Err(Fault::Why("the port after the colon is empty".to_owned()));
    }
    if typed.contains(':') {
        return Err(Fault::Why(
            "more than one colon (an IPv6 address stands in brackets)".to_owned(),
        ));
    }
    if !typed.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Fault::Why(format!(
            "the port {} is not a number",
            quoted(typed)
        )));
    }
    let digits = typed.trim_start_matches('0');
    if digits.is_empty() {
        return Err(Fault::Why("nobody can listen on port 0".to_owned()));
    }
    let Ok(port) = digits.parse() else {
        return Err(Fault::Why(format!(
            "the port {} is larger than 65535",
            quoted(digits)
        )));
    };
    if digits.len() < typed.len() {
        notes.push(format!("the port {} is read as {port}", quoted(typed)));
    }
    Ok(port)
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
