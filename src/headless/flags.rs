//! The flags of `sockeye fetch`: the one table that the parser, the help, the manual
//! page and the shell completions are made from.
//!
//! Owns what a flag is called, what it takes and which flags exclude each other. What
//! they amount to is [`super::asked`]'s.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args};

use crate::event::EndMode;
use crate::export::Language;
use crate::plan::{Resolve, SocketOption, SocketOptions, TlsVersion};

/// Fetch a URL without a screen, with curl's flags and exit statuses
///
/// Standard output is the body with its transfer coding removed. Every failure is one
/// line on standard error, and the exit status is curl's.
#[derive(Args, Debug)]
pub struct Fetch {
    /// Where to connect and what to ask for
    #[arg(value_name = "URL")]
    pub url: String,

    /// Show the response's head first, exactly as received
    #[arg(short, long, help_heading = OUTPUT)]
    pub include: bool,

    /// Show the body exactly as received, chunk framing included
    #[arg(long, conflicts_with = "wire", help_heading = OUTPUT)]
    pub raw: bool,

    /// Show every byte received on the connection
    #[arg(long, help_heading = OUTPUT)]
    pub wire: bool,

    /// Ask for a coded body, and decode it: gzip, deflate, br, zstd
    #[arg(long, help_heading = OUTPUT)]
    pub compressed: bool,

    /// Decoded bytes at which --compressed stops, such as 100m, whatever the ratio; the
    /// default is 1g where the body grows more than 200 times, else any number
    #[arg(long, value_name = "N", value_parser = amount, requires = "compressed",
          help_heading = OUTPUT)]
    pub max_decoded: Option<u64>,

    /// Write there instead of to standard output ('-': standard output, exact bytes even
    /// when it is a terminal)
    #[arg(short, long, value_name = "FILE", help_heading = OUTPUT)]
    pub output: Option<PathBuf>,

    /// Show the socket calls with their return values, the request and the heads on
    /// standard error
    #[arg(short, long, help_heading = OUTPUT)]
    pub verbose: bool,

    /// Write one JSON object a line for every event ('-': standard output, and the body
    /// goes only to -o)
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub events: Option<PathBuf>,

    /// Write the exchange as HAR 1.2
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub har: Option<PathBuf>,

    /// Hide credentials and the values of cookies, byte by byte behind '*', in all that is
    /// written beside the response: HAR, events, programs, verbose lines
    #[arg(long, help_heading = OUTPUT)]
    pub redact: bool,

    /// Print a program that does the same, and fetch nothing
    #[arg(long = "as", value_name = "LANGUAGE", value_parser = languages(),
          help_heading = OUTPUT)]
    pub language: Option<Language>,

    /// The method, as it is to stand on the request line
    #[arg(short = 'X', long = "request", value_name = "METHOD", help_heading = REQUEST)]
    pub method: Option<String>,

    /// A field: 'Name: value' sets it, 'Name:' removes it, 'Name;' sends it empty
    #[arg(short = 'H', long = "header", value_name = "FIELD", action = ArgAction::Append,
          allow_hyphen_values = true, help_heading = REQUEST)]
    pub headers: Vec<String>,

    /// Send this as the body, by POST; '@FILE' sends a file without its line ends; several
    /// are joined by '&'
    #[arg(short, long, value_name = "DATA", action = ArgAction::Append,
          allow_hyphen_values = true, help_heading = REQUEST)]
    pub data: Vec<OsString>,

    /// Ask for the head alone (HEAD)
    #[arg(short = 'I', long, help_heading = REQUEST)]
    pub head: bool,

    /// The User-Agent field; empty removes it
    #[arg(short = 'A', long, value_name = "AGENT", allow_hyphen_values = true,
          help_heading = REQUEST)]
    pub user_agent: Option<String>,

    /// Authorization by Basic
    #[arg(short, long, value_name = "USER:PASSWORD", allow_hyphen_values = true,
          help_heading = REQUEST)]
    pub user: Option<String>,

    /// Cookies: 'name=value; name=value' as they stand, or a file to read them from
    /// (Netscape's format, or the heads of responses); '' only keeps those that come
    #[arg(short = 'b', long = "cookie", value_name = "DATA/FILE", action = ArgAction::Append,
          allow_hyphen_values = true, help_heading = REQUEST)]
    pub cookies: Vec<String>,

    /// Write the cookies there in the end, in Netscape's format ('-': standard output)
    #[arg(short = 'c', long, value_name = "FILE", help_heading = REQUEST)]
    pub cookie_jar: Option<PathBuf>,

    /// Ask with HTTP/1.0
    #[arg(long = "http1.0", help_heading = REQUEST)]
    pub http1_0: bool,

    /// Send exactly these bytes ('-': standard input); the URL says only where to connect
    #[arg(long, value_name = "FILE", help_heading = REQUEST,
          conflicts_with_all = ["method", "headers", "data", "head", "user_agent", "user",
                                "cookies", "http1_0"])]
    pub request_file: Option<PathBuf>,

    /// Follow redirects
    #[arg(short = 'L', long, help_heading = REQUEST)]
    pub location: bool,

    /// Follow redirects, and let what says who we are go along to other hosts: user, cookies
    /// of -b, fields of -H, client certificate
    #[arg(long, help_heading = REQUEST)]
    pub location_trusted: bool,

    /// Redirects to follow at most; -1 is any number
    #[arg(long, value_name = "N", default_value_t = 50, allow_negative_numbers = true,
          value_parser = clap::value_parser!(i64).range(-1..=1_000_000),
          help_heading = REQUEST)]
    pub max_redirs: i64,

    /// How the response ends: by RFC 9112's framing, at the close, at Content-Length, at
    /// the socket's timeout, or after one single recv()
    #[arg(long, value_name = "MODE", default_value = "auto", value_parser = end_modes(),
          help_heading = SOCKET)]
    pub end: EndMode,

    /// Bytes asked of each recv(): 4096, 64k, 1m (the default is the fast one; 4096 is the
    /// classic)
    #[arg(long, value_name = "N", value_parser = size, help_heading = SOCKET)]
    pub recv_size: Option<usize>,

    /// Bytes offered to each send(); the default is all that is left
    #[arg(long, value_name = "N", value_parser = size, help_heading = SOCKET)]
    pub send_size: Option<usize>,

    /// Sockets in non-blocking mode: EAGAIN is shown, poll() waits
    #[arg(long, help_heading = SOCKET)]
    pub nonblocking: bool,

    /// The kernel says when received bytes arrived: recvmsg() with SO_TIMESTAMPNS in place
    /// of recv(), and `lay_us` in the events
    #[arg(long, help_heading = SOCKET)]
    pub arrivals: bool,

    /// The socket's timeout, of each call, in seconds; 0 is none
    #[arg(long, value_name = "S", value_parser = seconds, help_heading = SOCKET)]
    pub timeout: Option<Duration>,

    /// Seconds that look-up and connecting may take; 0 is any time
    #[arg(long, value_name = "S", value_parser = seconds, help_heading = SOCKET)]
    pub connect_timeout: Option<Duration>,

    /// Seconds that everything together may take; 0 is any time
    #[arg(short, long, value_name = "S", value_parser = seconds, help_heading = SOCKET)]
    pub max_time: Option<Duration>,

    /// Connect to IPv4 addresses only
    #[arg(short = '4', long, overrides_with = "ipv6", help_heading = SOCKET)]
    pub ipv4: bool,

    /// Connect to IPv6 addresses only
    #[arg(short = '6', long, overrides_with = "ipv4", help_heading = SOCKET)]
    pub ipv6: bool,

    /// Take this address for that host ('*': every host) and port instead of a look-up
    #[arg(long, value_name = "HOST:PORT:ADDR[,ADDR]", action = ArgAction::Append,
          value_parser = resolve, help_heading = SOCKET)]
    pub resolve: Vec<Resolve>,

    /// Set this option of the socket before it connects: SO_RCVBUF, SO_SNDBUF, TCP_NODELAY,
    /// TCP_NOTSENT_LOWAT, SO_LINGER, SO_KEEPALIVE
    #[arg(long, value_name = "NAME=VALUE", action = ArgAction::Append,
          value_parser = SocketOptions::parse, help_heading = SOCKET)]
    pub sockopt: Vec<(SocketOption, u32)>,

    /// Connect from this address of this machine (bind())
    #[arg(long, value_name = "ADDRESS", value_parser = local, help_heading = SOCKET)]
    pub interface: Option<IpAddr>,

    /// Connect to this Unix socket instead of to the URL's host
    #[arg(long, value_name = "PATH", help_heading = SOCKET)]
    pub unix_socket: Option<PathBuf>,

    /// Reach the URL through this proxy: http://, https://, socks5://, socks5h:// (the proxy
    /// looks the name up); without a scheme http, without a port 1080; '': none, whatever
    /// the environment says (http_proxy, https_proxy, all_proxy)
    #[arg(short = 'x', long, value_name = "URL", help_heading = PROXY)]
    pub proxy: Option<String>,

    /// The proxy's user, unless its URL names one
    #[arg(short = 'U', long, value_name = "USER:PASSWORD", allow_hyphen_values = true,
          help_heading = PROXY)]
    pub proxy_user: Option<String>,

    /// Hosts that are reached without a proxy: '*', or names, addresses and networks between
    /// commas, in place of the environment's no_proxy
    #[arg(long, value_name = "LIST", help_heading = PROXY)]
    pub noproxy: Option<String>,

    /// Have an HTTP proxy make a tunnel (CONNECT) for http, too
    #[arg(short = 'p', long, help_heading = PROXY)]
    pub proxytunnel: bool,

    /// Go on whatever is wrong with an https proxy's certificate
    #[arg(long, help_heading = PROXY)]
    pub proxy_insecure: bool,

    /// Trust the certificates of this PEM file for an https proxy in place of the system's
    /// roots
    #[arg(long, value_name = "FILE", help_heading = PROXY)]
    pub proxy_cacert: Option<PathBuf>,

    /// Go on whatever is wrong with the server's certificate
    #[arg(short = 'k', long, help_heading = TLS)]
    pub insecure: bool,

    /// Trust the certificates of this PEM file in place of the system's roots
    #[arg(long, value_name = "FILE", help_heading = TLS)]
    pub cacert: Option<PathBuf>,

    /// Refuse what the revocation lists of this PEM file name
    #[arg(long, value_name = "FILE", help_heading = TLS)]
    pub crlfile: Option<PathBuf>,

    /// Our own certificate, in PEM, its chain after it; its key may stand in the same file
    #[arg(short = 'E', long, value_name = "FILE", help_heading = TLS)]
    pub cert: Option<PathBuf>,

    /// Our own certificate's private key, in PEM
    #[arg(long, value_name = "FILE", requires = "cert", help_heading = TLS)]
    pub key: Option<PathBuf>,

    /// TLS 1.2 or newer (nothing older is spoken)
    #[arg(long = "tlsv1.2", help_heading = TLS)]
    pub tls1_2: bool,

    /// TLS 1.3 or newer
    #[arg(long = "tlsv1.3", help_heading = TLS)]
    pub tls1_3: bool,

    /// The newest TLS that is spoken: 1.2 or 1.3
    #[arg(long, value_name = "VERSION", value_parser = tls_version, help_heading = TLS)]
    pub tls_max: Option<TlsVersion>,
}

const OUTPUT: &str = "What is shown";
const REQUEST: &str = "What is sent";
const SOCKET: &str = "How it is sent and received";
const PROXY: &str = "Through a proxy";
const TLS: &str = "TLS, for https";

fn end_modes() -> impl TypedValueParser<Value = EndMode> {
    PossibleValuesParser::new(EndMode::ALL.iter().map(|mode| mode.name())).map(|name| {
        let mode = EndMode::ALL.iter().find(|mode| mode.name() == name);
        mode.copied().unwrap_or_default()
    })
}

fn languages() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(Language::ALL.iter().map(|language| language.name()))
        .try_map(|name| Language::from_name(&name).ok_or("no such language"))
}

/// Bytes of one call, 1 to 1 GiB: `4096`, `64k`, `1m`.
fn size(text: &str) -> Result<usize, String> {
    let bytes = amount(text)
        .ok()
        .and_then(|bytes| usize::try_from(bytes).ok());
    match bytes {
        Some(bytes @ 1..=0x4000_0000) => Ok(bytes),
        _ => Err("a size is 1 to 1g bytes, such as 4096, 64k or 1m".to_owned()),
    }
}

/// Any number of bytes: `4096`, `64k`, `1m`, `10g`.
fn amount(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.as_bytes().last().map(u8::to_ascii_lowercase) {
        Some(b'k') => (&text[..text.len() - 1], 1 << 10),
        Some(b'm') => (&text[..text.len() - 1], 1 << 20),
        Some(b'g') => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    let bytes = digits.parse::<u64>().ok().and_then(|n| n.checked_mul(unit));
    bytes.ok_or_else(|| "a number of bytes, such as 4096, 64k or 10g".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().map(Duration::try_from_secs_f64);
    match seconds {
        Some(Ok(seconds)) => Ok(seconds),
        _ => Err("a time is a number of seconds, such as 2 or 0.5".to_owned()),
    }
}

/// curl's `host!` before it is left out.
fn local(text: &str) -> Result<IpAddr, String> {
    let addr = text.strip_prefix("host!").unwrap_or(text);
    addr.parse()
        .map_err(|_| "it is an address of this machine, such as 127.0.0.1".to_owned())
}

/// `default` is curl's word for the newest.
fn tls_version(text: &str) -> Result<TlsVersion, String> {
    match text {
        "1.2" => Ok(TlsVersion::V1_2),
        "1.3" | "default" => Ok(TlsVersion::V1_3),
        _ => Err("TLS 1.2 and 1.3 are spoken".to_owned()),
    }
}

/// `HOST:PORT:ADDR[,ADDR]…`; an IPv6 address may stand in brackets, and so may the host.
fn resolve(text: &str) -> Result<Resolve, String> {
    let parts = || {
        let (host, rest) = match text.strip_prefix('[') {
            Some(text) => text.split_once("]:")?,
            None => text.split_once(':')?,
        };
        let (port, addrs) = rest.split_once(':')?;
        let addrs = addrs.split(',').map(|addr| {
            addr.trim_start_matches('[')
                .trim_end_matches(']')
                .parse()
                .ok()
        });
        Some(Resolve {
            host: host.to_ascii_lowercase(),
            port: port.parse().ok()?,
            addrs: addrs.collect::<Option<Vec<_>>>()?,
        })
    };
    parts().ok_or_else(|| "it is HOST:PORT:ADDR, such as example.com:80:127.0.0.1".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, want) in [
            ("1", Some(1)),
            ("4096", Some(4096)),
            ("4k", Some(4096)),
            ("1M", Some(1 << 20)),
            ("1g", Some(1 << 30)),
            ("0", None),
            ("2g", None),
            ("k", None),
            ("", None),
            ("-1", None),
            ("1.5k", None),
            ("99999999999999999999g", None),
            ("1µ", None),
        ] {
            assert_eq!(size(text).ok(), want, "{text}");
        }
    }

    #[test]
    fn times() {
        for (text, want) in [
            ("2", Some(2000)),
            ("0.5", Some(500)),
            ("0", Some(0)),
            ("-1", None),
            ("nan", None),
            ("inf", None),
            ("1e30", None),
            ("", None),
            ("2s", None),
        ] {
            assert_eq!(
                seconds(text).ok(),
                want.map(Duration::from_millis),
                "{text}"
            );
        }
    }

    #[test]
    fn resolves() {
        let at = |host: &str, port, addrs: &[&str]| {
            Some(Resolve {
                host: host.to_owned(),
                port,
                addrs: addrs.iter().map(|addr| addr.parse().unwrap()).collect(),
            })
        };
        for (text, want) in [
            (
                "Example.com:80:127.0.0.1",
                at("example.com", 80, &["127.0.0.1"]),
            ),
            ("*:1:::1,127.0.0.1", at("*", 1, &["::1", "127.0.0.1"])),
            ("a:1:[::1]", at("a", 1, &["::1"])),
            ("[::2]:1:::1", at("::2", 1, &["::1"])),
            ("a:80", None),
            ("a:80:", None),
            ("a:99999:127.0.0.1", None),
            ("a:80:b", None),
        ] {
            assert_eq!(resolve(text).ok(), want, "{text}");
        }
    }
}
