//! `user:password@host:port`: who and where, between a URL's two slashes and its path.
//!
//! Owns what a host and a port may be, and the ASCII form of a host's name.

use std::borrow::Cow;
use std::net::Ipv6Addr;

use idna::AsciiDenyList;

use super::{Fault, Parsed, quoted, shown};

/// What stands between a URL's two slashes and its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    pub userinfo: Option<String>,
    /// As [`super::Target::host`].
    pub host: String,
    pub port: Option<u16>,
}

/// What RFC 3986 section 3.2.2 lets a name hold beside letters and digits.
const NAME_MARKS: &[u8] = b"-._~!$&'()*+,;=";

impl Authority {
    /// # Errors
    /// Why it has no meaning, in words.
    pub fn parse(typed: &str) -> std::result::Result<Authority, String> {
        Authority::read(typed, &mut Vec::new()).map_err(|fault| match fault {
            Fault::Scheme(why) | Fault::Why(why) => why,
        })
    }

    pub(super) fn read(typed: &str, notes: &mut Vec<String>) -> Parsed<Authority> {
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
    let decoded = decoded_name(typed)?;
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
fn decoded_name(typed: &str) -> Parsed<Cow<'_, str>> {
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
