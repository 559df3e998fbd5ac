//! `unix:/path/to/socket:/path?query`: a server that listens on a Unix socket.
//!
//! Owns how the two paths are told apart and written: the socket's ends at the first colon,
//! as with nginx; a colon in it is typed as `%3A`, and any byte as `%` and two digits.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::{Fault, Parsed, Scheme, Target, percent_decoded, quoted, request_target};

/// The name that stands where a scheme does.
pub(super) const UNIX: &str = "unix";

/// The host of such a target, as curl's `--unix-socket` is used: Host has to name one.
const HOST: &str = "localhost";

impl Target {
    /// `rest` is what follows `unix:`.
    pub(super) fn on_socket(rest: &str, mut notes: Vec<String>) -> Parsed<Target> {
        let (socket, rest) = rest.split_once(':').unwrap_or((rest, ""));
        if !socket.starts_with(['/', '.']) {
            return Err(Fault::Why(
                "the path of a Unix socket begins with / or .".to_owned(),
            ));
        }
        if !rest.is_empty() && !rest.starts_with(['/', '?', '#']) {
            return Err(Fault::Why(format!(
                "{} after the socket's colon is no path (%3A is a colon in the socket's)",
                quoted(rest)
            )));
        }
        let decoded = percent_decoded(socket);
        if decoded.contains(&0) {
            return Err(Fault::Why(
                "U+0000 cannot stand in a file's path".to_owned(),
            ));
        }
        if decoded != socket.as_bytes() {
            let name = String::from_utf8_lossy(&decoded);
            notes.push(format!("the socket is {}", quoted(&name)));
        }
        Ok(Target {
            scheme: Scheme::Http,
            host: HOST.to_owned(),
            port: Scheme::Http.default_port(),
            path: request_target(rest, &mut notes),
            userinfo: None,
            socket: Some(PathBuf::from(OsString::from_vec(decoded))),
            notes,
        })
    }
}

/// As it is typed: white space, control characters, `%`, `:` and what is not UTF-8 encoded.
pub(super) fn written(socket: &Path) -> String {
    let mut out = format!("{UNIX}:");
    for chunk in socket.as_os_str().as_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '%' | ':' => encode(&mut out, &[c as u8]),
                c if c.is_control() || c.is_whitespace() => {
                    encode(&mut out, c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                c => out.push(c),
            }
        }
        encode(&mut out, chunk.invalid());
    }
    out
}

fn encode(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(out, "%{byte:02X}");
    }
}
