//! Practice proxies: HTTP (absolute form and CONNECT) and SOCKS5, each with and without a
//! user, and a Unix socket; the page that lists them.
//!
//! Owns what they let through: loopback addresses, `localhost` and the names under it
//! (RFC 6761 section 6.3), nothing else.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};

use super::answer::Answer;
use super::ask::Ask;
use super::connection::{Connection, Left, Received};
use super::script::{IDLE, Request, Script, Service, Step, send};
use super::server::Server;
use crate::request::{basic_of, remove_field, set_field, set_request_target};

/// Who may use those that ask for a user, as on the page `/basic`.
pub const USER: &str = "sockeye:practice";

/// How long a connection to the target may take: it is on this machine.
const CONNECT: Duration = Duration::from_secs(5);

/// The proxies, each on a port of its own; dropped, they stop.
#[derive(Debug)]
pub struct Proxies {
    servers: Vec<(String, Server)>,
}

impl Proxies {
    /// On `port` and the three after it: HTTP, HTTP with a user, SOCKS5, SOCKS5 with a user;
    /// all on free ones when it is `None` or 0.
    ///
    /// # Errors
    /// What `bind()` says.
    pub fn start(port: Option<u16>) -> io::Result<Proxies> {
        let kinds = [
            ("http", false),
            ("http", true),
            ("socks5h", false),
            ("socks5h", true),
        ];
        let start = |(at, (scheme, user)): (u16, (&str, bool))| {
            let port = match port.filter(|&port| port != 0) {
                Some(first) => Some(first.checked_add(at).ok_or(ErrorKind::InvalidInput)?),
                None => None,
            };
            let server = match scheme {
                "http" => Server::serve(port, HttpProxy { user })?,
                _ => Server::serve(port, SocksProxy { user })?,
            };
            let who = if user {
                format!("{USER}@")
            } else {
                String::new()
            };
            let url = format!("{scheme}://{who}127.0.0.1:{}", server.port());
            Ok((url, server))
        };
        let servers = (0..).zip(kinds).map(start);
        Ok(Proxies {
            servers: servers.collect::<io::Result<_>>()?,
        })
    }

    /// As `-x` takes them, in the order of the ports.
    pub fn urls(&self) -> impl Iterator<Item = &str> {
        self.servers.iter().map(|(url, _)| url.as_str())
    }
}

/// `/proxies`
pub(super) fn listed(ask: &Ask<'_>) -> Answer {
    let Some(ways) = ask.ways.get() else {
        const NONE: &str = "No proxies run beside this server: --proxy-port 0 starts them.\n";
        return Answer::text(404, NONE);
    };
    let line = |way: &String| {
        let (scheme, rest) = way.split_once(':').unwrap_or((way, ""));
        let what = match (scheme, rest.contains('@')) {
            ("http", false) => "HTTP: absolute form, and CONNECT for https",
            ("http", true) => "the same for this user alone; others are answered 407",
            ("unix", _) => "these pages on a Unix socket",
            (_, false) => "SOCKS5: it looks the name up; with socks5:// you do",
            (_, true) => "the same for this user alone",
        };
        format!("{way}\n  {what}\n")
    };
    Answer::text(200, ways.iter().map(line).collect::<String>())
}

/// An HTTP proxy.
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpProxy {
    /// Only for [`USER`].
    pub user: bool,
}

impl Service for HttpProxy {
    fn answer(&self, request: &Request) -> Script {
        let given = request.field("Proxy-Authorization").unwrap_or_default();
        if self.user && given != basic_of(USER.as_bytes()) {
            const CHALLENGE: &str = "Proxy-Authenticate: Basic realm=\"practice\"\r\n";
            return says(407, "Proxy Authentication Required", CHALLENGE);
        }
        let connect = request.method() == "CONNECT";
        let absolute = request.target().strip_prefix("http://");
        let (authority, path) = match (connect, absolute) {
            (true, _) => (request.target(), ""),
            (false, Some(rest)) => rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())),
            (false, None) => return says(400, "Neither an absolute form nor CONNECT", ""),
        };
        let Some(to) = loopback(authority) else {
            return says(403, "Only to loopback addresses", "");
        };
        let (hello, first) = match connect {
            true => (
                b"HTTP/1.1 200 Connection established\r\n\r\n".to_vec(),
                Vec::new(),
            ),
            false => (Vec::new(), passed_on(request, path)),
        };
        vec![Step::Join {
            to,
            hello,
            first,
            refused: says(502, "The target did not take the connection", ""),
        }]
    }
}

/// The request in origin form. Its connection serves this one alone: the next request may be
/// for another host.
fn passed_on(request: &Request, path: &str) -> Vec<u8> {
    let mut bytes = request.head.clone();
    set_request_target(&mut bytes, if path.is_empty() { "/" } else { path });
    remove_field(&mut bytes, "Proxy-Authorization");
    set_field(&mut bytes, "Connection", "close");
    bytes.extend_from_slice(&request.body);
    bytes
}

fn says(status: u16, reason: &str, fields: &str) -> Script {
    let body = format!("The practice proxy says: {status} {reason}.\n");
    vec![send(format!(
        "HTTP/1.1 {status} {reason}\r\n{fields}Content-Length: {}\r\n\r\n{body}",
        body.len()
    ))]
}

/// A SOCKS5 proxy (RFC 1928, RFC 1929).
#[derive(Clone, Copy, Debug, Default)]
pub struct SocksProxy {
    /// Only for [`USER`].
    pub user: bool,
}

impl Service for SocksProxy {
    fn answer(&self, _: &Request) -> Script {
        Script::new()
    }

    fn accepted(&self, _: u64) -> Option<Script> {
        Some(vec![Step::Socks { user: self.user }])
    }
}

/// `host:port`, where that leads to this machine.
fn loopback(authority: &str) -> Option<SocketAddr> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
        _ => (authority, 80),
    };
    at(host.trim_start_matches('[').trim_end_matches(']'), port)
}

fn at(host: &str, port: u16) -> Option<SocketAddr> {
    let host = host.to_ascii_lowercase();
    if host == "localhost" || host.ends_with(".localhost") {
        return Some((Ipv4Addr::LOCALHOST, port).into());
    }
    let addr: IpAddr = host.parse().ok()?;
    addr.is_loopback().then_some((addr, port).into())
}

impl Connection<'_> {
    /// See [`Step::Join`].
    pub(super) fn join(
        &mut self,
        to: SocketAddr,
        hello: &[u8],
        first: &[u8],
        refused: &Script,
    ) -> io::Result<Left> {
        let Ok(mut there) = TcpStream::connect_timeout(&to, CONNECT) else {
            return self.run(refused);
        };
        there.set_nodelay(true)?;
        self.send(hello)?;
        there.write_all(first)?;
        self.copy(&mut there)?;
        Ok(Left::Over)
    }

    /// Both ways, until one end closes. One thread: whoever sends much without reading what
    /// comes back waits.
    fn copy(&mut self, there: &mut TcpStream) -> io::Result<()> {
        let mut buffer = vec![0; 16 << 10];
        loop {
            there.write_all(&std::mem::take(&mut self.ahead))?;
            let (ours, theirs) = {
                let mut ready = [
                    PollFd::new(&*self.socket, PollFlags::IN),
                    PollFd::new(&*there, PollFlags::IN),
                ];
                match poll(&mut ready, None) {
                    Err(rustix::io::Errno::INTR) => continue,
                    polled => polled?,
                };
                let [ours, theirs] = &ready;
                (!ours.revents().is_empty(), !theirs.revents().is_empty())
            };
            if theirs {
                match there.read(&mut buffer)? {
                    0 => return self.close(),
                    bytes => self.send(&buffer[..bytes])?,
                }
            }
            if ours {
                let mut received = self.receive(IDLE)?;
                while received == Received::Some && self.tls.is_some() {
                    // What TLS holds decrypted, no poll() tells of.
                    let (more, bytes) = self.recv(usize::MAX, Some(Instant::now()))?;
                    self.ahead.extend_from_slice(&self.buffer[..bytes]);
                    received = more;
                }
                if received == Received::End {
                    there.write_all(&std::mem::take(&mut self.ahead))?;
                    return Ok(());
                }
            }
        }
    }

    /// See [`Step::Socks`].
    pub(super) fn socks(&mut self, user: bool) -> io::Result<Left> {
        let [version, methods] = self.exactly()?;
        if version != 5 {
            return Ok(Left::Open);
        }
        let offered = self.take(methods.into())?;
        let wanted = if user { 2 } else { 0 };
        if !offered.contains(&wanted) {
            self.send(&[5, 0xff])?;
            return Ok(Left::Open);
        }
        self.send(&[5, wanted])?;
        if user {
            let [_, name] = self.exactly()?;
            let name = self.take(name.into())?;
            let [password] = self.exactly()?;
            let password = self.take(password.into())?;
            let right = [&name[..], b":", &password].concat() == USER.as_bytes();
            self.send(&[1, u8::from(!right)])?;
            if !right {
                return Ok(Left::Open);
            }
        }
        let [_, command, _, kind] = self.exactly()?;
        let host = match kind {
            1 => IpAddr::from(self.exactly::<4>()?).to_string(),
            4 => IpAddr::from(self.exactly::<16>()?).to_string(),
            3 => {
                let [length] = self.exactly()?;
                String::from_utf8_lossy(&self.take(length.into())?).into_owned()
            }
            _ => return self.says(8),
        };
        let port = u16::from_be_bytes(self.exactly()?);
        match (command, at(&host, port)) {
            (1, Some(to)) => {
                let refused = vec![Step::Send(reply(5)), Step::Close];
                self.join(to, &reply(0), b"", &refused)
            }
            (1, None) => self.says(2),
            _ => self.says(7),
        }
    }

    fn says(&mut self, code: u8) -> io::Result<Left> {
        self.send(&reply(code))?;
        Ok(Left::Open)
    }

    fn exactly<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.take(N)?);
        Ok(bytes)
    }

    /// The next bytes, so many.
    fn take(&mut self, bytes: usize) -> io::Result<Vec<u8>> {
        while self.ahead.len() < bytes {
            if self.receive(IDLE)? != Received::Some {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(self.ahead.drain(..bytes).collect())
    }
}

/// RFC 1928 section 6, from 0.0.0.0:0.
fn reply(code: u8) -> Vec<u8> {
    vec![5, code, 0, 1, 0, 0, 0, 0, 0, 0]
}
