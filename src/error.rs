//! What can go wrong, grouped by who is to blame, and curl's exit status for it.
//!
//! Owns [`Error`] and nothing else: it prints nothing and knows no socket. An
//! error's text is one line, `what failed: why (what to try)`; bytes that came from
//! outside are escaped by whoever prints it, not here.

use std::fmt;
use std::io;
use std::path::Path;
use std::time::Duration;

pub type Result<T> = std::result::Result<T, Error>;

/// Why an exchange could not be done, or not to its end. Whatever was received
/// before stays in the stores: an error never takes bytes with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    // -- the user asked for something that cannot be done ---------------------
    /// Options that do not fit together, or that are not built in.
    #[error("{0}")]
    Usage(String),
    /// A scheme this program does not speak.
    #[error("{scheme}: this scheme is not supported (try http://)")]
    UnsupportedScheme { scheme: String },
    /// The URL has no meaning; nothing was sent.
    #[error("URL {url:?}: {why} (try http://host:port/path)")]
    MalformedUrl { url: String, why: String },

    // -- the way to the server ------------------------------------------------
    #[error("getaddrinfo({host:?}): {why} (check the name, or give an address with --resolve)")]
    Resolve { host: String, why: String },
    /// Too long, or with a NUL: no address of a socket can hold it.
    #[error("unix:{path}: {why} (107 bytes at most: try a shorter link to it)")]
    SocketPath { path: String, why: String },
    #[error("bind({local}), to reach {to}: {why} (an address of this machine, of the same family)")]
    Bind {
        local: String,
        to: String,
        why: String,
    },
    #[error("proxy {url:?}: {why} (try http://host:port)")]
    ProxyUrl { url: String, why: String },
    #[error("proxy: {scheme}:// is not spoken (http, https, socks5 and socks5h are)")]
    ProxyScheme { scheme: String },
    /// The proxy's own name.
    #[error("getaddrinfo({host:?}), the proxy: {why} (check -x and the environment)")]
    ResolveProxy { host: String, why: String },
    /// What an HTTP proxy answered to CONNECT, or that it answered nothing.
    #[error("CONNECT {to} by {proxy}: {why} ({hint})")]
    Tunnel {
        to: String,
        proxy: String,
        why: String,
        hint: &'static str,
    },
    #[error("{proxy}: {why} (what the proxy allows is its own setting)")]
    Socks { proxy: String, why: String },
    #[error("connect({addr}): {why} ({hint})")]
    Connect {
        addr: String,
        why: String,
        hint: &'static str,
    },
    /// A call, the connecting, or the whole exchange took longer than allowed.
    #[error("{call}: still waiting after {} s (the time is set by {flag})", after.as_secs_f64())]
    Timeout {
        /// The system call that was waiting.
        call: &'static str,
        after: Duration,
        /// The flag that set the limit.
        flag: &'static str,
    },
    /// The handshake, but for the server's certificate.
    #[error("TLS handshake: {why} ({hint})")]
    Tls { why: String, hint: &'static str },
    /// The server's certificate is not trusted.
    #[error(
        "certificate of {host}: {why} (--cacert FILE names a root to trust; -k goes on without)"
    )]
    Certificate { host: String, why: String },
    /// A file of the TLS settings cannot be used.
    #[error("{file} {path}: {why} (PEM is read)")]
    TlsFile {
        file: TlsFile,
        path: String,
        why: String,
    },
    #[error("send(): {why} (the response, if any came, is kept)")]
    Send { why: String },
    #[error("recv(): {why} (what came before is kept)")]
    Recv { why: String },

    // -- the server -----------------------------------------------------------
    /// Framing with no meaning left, RFC 9112 sections 4, 6.3 and 7.1.
    #[error("response: {why} (its bytes are kept; --wire shows them all)")]
    Malformed { why: String },
    /// HTTP/0.9, or no HTTP at all.
    #[error("response: {why} (its bytes are kept as the body)")]
    NotHttp { why: String },
    /// The peer closed before the end that its own framing announced.
    #[error("response: {why} (what came is kept)")]
    EndedEarly { why: String },
    /// The peer closed without one byte.
    #[error("response: the peer closed without sending a byte (is this an HTTP server?)")]
    EmptyReply,
    /// More was to be sent on a connection that is not there any more.
    #[error("send: the connection is no longer open (F5 makes a new one)")]
    NotKept,
    /// The peer closed before a whole status line of a final response; curl calls that
    /// an empty reply too.
    #[error("response: {why} (is this an HTTP server?)")]
    NoHead { why: String },
    /// A content coding that is broken, cut short or not known.
    #[error(
        "content coding: {why} (what could be decoded is kept; without --compressed the body comes as it is)"
    )]
    Coding { why: String },
    #[error("redirects: more than {limit} (--max-redirs allows more)")]
    TooManyRedirects { limit: u32 },

    // -- this machine ---------------------------------------------------------
    /// A file, standard output or the store could not take the bytes.
    #[error("write {what}: {why} ({hint})")]
    Write {
        what: String,
        why: String,
        hint: &'static str,
    },

    /// Stopped by the user.
    #[error("cancelled (what came is kept)")]
    Cancelled,
}

/// The files of the TLS settings, by their flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsFile {
    Roots,
    Revoked,
    Certificate,
    Key,
}

impl TlsFile {
    pub fn error(self, path: &Path, why: &str) -> Error {
        Error::TlsFile {
            file: self,
            path: path.display().to_string(),
            why: why.to_owned(),
        }
    }
}

impl fmt::Display for TlsFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TlsFile::Roots => "--cacert",
            TlsFile::Revoked => "--crlfile",
            TlsFile::Certificate => "--cert",
            TlsFile::Key => "--key",
        })
    }
}

impl Error {
    /// curl's exit status for this failure (`man curl`, EXIT CODES). 42 is curl's
    /// "aborted by callback", its word for a user's cancel.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::UnsupportedScheme { .. } | Error::NotHttp { .. } => 1,
            Error::Usage(_) => 2,
            Error::MalformedUrl { .. } => 3,
            Error::ProxyUrl { .. } | Error::ResolveProxy { .. } => 5,
            Error::Resolve { .. } | Error::SocketPath { .. } => 6,
            Error::Connect { .. } | Error::ProxyScheme { .. } => 7,
            Error::Malformed { .. } => 8,
            Error::EndedEarly { .. } => 18,
            Error::Write { .. } => 23,
            Error::Timeout { .. } => 28,
            Error::Cancelled => 42,
            Error::Bind { .. } => 45,
            Error::TooManyRedirects { .. } => 47,
            Error::EmptyReply | Error::NoHead { .. } => 52,
            Error::Tls { .. } => 35,
            Error::Send { .. } | Error::NotKept => 55,
            Error::Recv { .. } | Error::Tunnel { .. } => 56,
            Error::Certificate { .. } => 60,
            Error::TlsFile { file, .. } => match file {
                TlsFile::Certificate | TlsFile::Key => 58,
                TlsFile::Roots => 77,
                TlsFile::Revoked => 82,
            },
            Error::Coding { .. } => 61,
            Error::Socks { .. } => 97,
        }
    }

    /// One word for scripts: the `kind` field of the `error` event.
    pub fn kind(&self) -> &'static str {
        match self {
            Error::Usage(_) => "usage",
            Error::UnsupportedScheme { .. } => "unsupported_scheme",
            Error::MalformedUrl { .. } => "malformed_url",
            Error::Resolve { .. } => "resolve",
            Error::ProxyUrl { .. } => "proxy_url",
            Error::ProxyScheme { .. } => "proxy_scheme",
            Error::ResolveProxy { .. } => "resolve_proxy",
            Error::Tunnel { .. } => "tunnel",
            Error::Socks { .. } => "socks",
            Error::SocketPath { .. } => "socket_path",
            Error::Bind { .. } => "bind",
            Error::Connect { .. } => "connect",
            Error::Timeout { .. } => "timeout",
            Error::Tls { .. } => "tls",
            Error::Certificate { .. } => "certificate",
            Error::TlsFile { .. } => "tls_file",
            Error::Send { .. } => "send",
            Error::Recv { .. } => "recv",
            Error::Malformed { .. } => "malformed",
            Error::NotHttp { .. } => "not_http",
            Error::EndedEarly { .. } => "ended_early",
            Error::EmptyReply => "empty_reply",
            Error::NotKept => "not_kept",
            Error::NoHead { .. } => "no_head",
            Error::Coding { .. } => "coding",
            Error::TooManyRedirects { .. } => "too_many_redirects",
            Error::Write { .. } => "write",
            Error::Cancelled => "cancelled",
        }
    }

    pub fn usage(text: impl Into<String>) -> Error {
        Error::Usage(text.into())
    }

    pub fn write(what: impl Into<String>, why: &io::Error) -> Error {
        Error::Write {
            what: what.into(),
            why: why.to_string(),
            hint: write_hint(why.kind()),
        }
    }
}

/// What to try after a write, or an open to write, that failed.
fn write_hint(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "is its directory there?",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "write where you may"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room, or write elsewhere; what fitted is kept"
        }
        io::ErrorKind::BrokenPipe => "its reader has gone",
        _ => "write to another file",
    }
}
