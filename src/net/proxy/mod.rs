//! What is said to a proxy before HTTP with the target can begin: TLS with an https proxy,
//! CONNECT (RFC 9110 section 9.3.6), SOCKS5.
//!
//! Owns that exchange's loops: its `send()`s and `recv()`s are gated, timed and told like
//! those of HTTP. What SOCKS5's bytes are is `socks`'s, what an HTTP answer is
//! [`crate::proto`]'s, and which proxy there is [`crate::plan`]'s.

mod socks;

use std::net::IpAddr;
use std::time::Instant;

use rustix::event::PollFlags;
use rustix::io::Errno;

use crate::error::{Error, Result};
use crate::event::{Call, EndMode, Head, Kind, ProxyAnswer};
use crate::net::events::micros;
use crate::net::resolve::resolve;
use crate::net::run::{Deadline, Run};
use crate::net::transport::{Buffers, Transport, Trouble};
use crate::net::{Pool, Sink, errno, tls};
use crate::plan::{Proxy, ProxyScheme, Way};
use crate::proto::{Output, Reader};
use crate::request;

use socks::{Destination, Need, Socks};

/// Bytes of a refusal's body that are read, and of its head that are kept.
const ANSWER_KEPT: usize = 64 << 10;
/// Bytes asked of each `recv()` of an HTTP proxy's answer at most.
const ANSWER_RECV: usize = 16 << 10;

/// Makes of a connection to the proxy one to the target.
///
/// # Errors
/// [`Error::Tunnel`] and [`Error::Socks`] for what the proxy says, and what any call and any
/// TLS handshake can answer.
pub(super) fn greet<S: Sink>(
    run: &mut Run<'_, S>,
    transport: &mut Transport,
    pool: &Pool,
    deadline: &mut Deadline,
) -> Result<()> {
    let plan = run.plan;
    let way = plan.way();
    let (Some(proxy), Some(told)) = (way.proxy(), way.told()) else {
        return Ok(());
    };
    if !told.greets {
        return Ok(());
    }
    let began = Instant::now();
    if proxy.scheme == ProxyScheme::Https {
        let settings = &plan.options.proxies.tls;
        tls::secure(run, transport, &pool.tls, &proxy.host, settings, deadline)?;
    }
    let mut hop = Hop {
        run,
        transport,
        deadline,
    };
    match way {
        Way::Tunnel(proxy) => hop.tunnel(proxy)?,
        Way::Socks(proxy) => hop.socks(proxy)?,
        Way::Forward(_) | Way::Direct => {}
    }
    let us = micros(began.elapsed());
    run.events.emit(Kind::ProxyDone { us })
}

/// The connection to the proxy, and what its calls need.
struct Hop<'a, 'b, S> {
    run: &'a mut Run<'b, S>,
    transport: &'a mut Transport,
    deadline: &'a mut Deadline,
}

impl<S: Sink> Hop<'_, '_, S> {
    fn tunnel(&mut self, proxy: &Proxy) -> Result<()> {
        let target = &self.run.plan.target;
        let to = match target.host.contains(':') {
            true => format!("[{}]:{}", target.host, target.port),
            false => format!("{}:{}", target.host, target.port),
        };
        let failed = |why: String, hint| Error::Tunnel {
            to: to.clone(),
            proxy: proxy.to_string(),
            why,
            hint,
        };
        let connect = connect(&to, proxy, &self.run.plan.request);
        self.run.events.emit(Kind::ProxyConnect {
            to: to.as_str().into(),
            request: connect.as_slice().into(),
        })?;
        self.send(&connect, &format!("CONNECT {to}"))?;

        let mut buffers = Buffers::asking(self.run.plan.options.recv_size.min(ANSWER_RECV));
        let mut reader = Reader::new(b"CONNECT", EndMode::Auto, 0);
        let mut answer = Answer::default();
        let mut excess = Vec::new();
        while reader.ended().is_none() && answer.raw.len() < ANSWER_KEPT {
            let end = self.recv(&mut buffers, |bytes| {
                let taken = reader.feed_own(bytes, &mut answer);
                answer.raw.extend_from_slice(&bytes[..taken]);
                excess.extend_from_slice(&bytes[taken..]);
                match &answer.head {
                    Some(head) => format!("{} {}", head.status, head.reason),
                    None => String::new(),
                }
            })?;
            if end {
                break;
            }
        }
        let Some(head) = answer.head else {
            let why = match answer.raw.is_empty() {
                true => "the proxy closed without an answer",
                false => "its answer is no HTTP",
            };
            return Err(failed(why.to_owned(), "is it an HTTP proxy?"));
        };
        answer
            .raw
            .truncate(usize::try_from(reader.head_bytes()).unwrap_or(ANSWER_KEPT));
        let answer = ProxyAnswer {
            head,
            raw: answer.raw.into(),
            body: answer.body.into(),
        };
        let (refused, status, code) = (answer.refused(), answer.status(), answer.head.status);
        self.run.events.emit(Kind::ProxyHead(Box::new(answer)))?;
        match (refused, code) {
            (false, _) => {
                self.transport.put_back(excess);
                Ok(())
            }
            (true, 407) => Err(failed(
                format!("it was answered {status}"),
                "-U user:password says who you are",
            )),
            (true, _) => Err(failed(
                format!("it was answered {status}"),
                "what the proxy says is kept",
            )),
        }
    }

    fn socks(&mut self, proxy: &Proxy) -> Result<()> {
        let failed = |why: String| Error::Socks {
            proxy: proxy.to_string(),
            why,
        };
        let target = &self.run.plan.target;
        let destination = self.destination(proxy)?;
        let user = proxy.user.as_ref();
        let user = user.map(|user| (&user.name[..], &user.password[..]));
        let mut socks = Socks::new(destination, target.port, user).map_err(failed)?;
        loop {
            match socks.next() {
                Need::Nothing => return Ok(()),
                Need::Send(bytes, what) => self.send(&bytes, &what)?,
                Need::Recv(asked) => {
                    let mut buffers = Buffers::asking(asked);
                    let mut refused = None;
                    let end = self.recv(&mut buffers, |bytes| match socks.take(bytes) {
                        Ok(what) => what,
                        Err(why) => refused.insert(why).clone(),
                    })?;
                    if let Some(why) = refused {
                        return Err(failed(why));
                    }
                    if end {
                        return Err(failed("the proxy closed in the middle of it".to_owned()));
                    }
                }
            }
        }
    }

    /// What the proxy is told: an address where one is known or is to be found here.
    fn destination(&mut self, proxy: &Proxy) -> Result<Destination> {
        let target = &self.run.plan.target;
        if let Ok(addr) = target.host.parse::<IpAddr>() {
            return Ok(Destination::Addr(addr));
        }
        if proxy.scheme == ProxyScheme::Socks5h {
            return Ok(Destination::Name(target.host.clone()));
        }
        let addrs = resolve(self.run, (&target.host, target.port), self.deadline);
        let addr = addrs.map_err(|error| match error {
            Error::Resolve { host, why } => Error::Socks {
                proxy: proxy.to_string(),
                why: format!("getaddrinfo({host:?}): {why}; socks5h:// leaves that to the proxy"),
            },
            error => error,
        })?;
        match addr.first() {
            Some(addr) => Ok(Destination::Addr(addr.ip())),
            None => Ok(Destination::Name(target.host.clone())),
        }
    }

    // -- calls --------------------------------------------------------------------

    fn send(&mut self, bytes: &[u8], what: &str) -> Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            self.deadline.put_off(self.run.gate(Call::Send)?);
            let left = self.deadline.limit(self.run.plan, Call::Send)?;
            let answer = self
                .transport
                .set_send_timeout(left)
                .map_err(Trouble::from)
                .and_then(|()| self.transport.send(rest));
            match answer {
                Ok(sent) => {
                    self.run.events.emit(Kind::ProxySend {
                        offered: sent.offered as u32,
                        sent: sent.bytes as u32,
                        what: what.into(),
                    })?;
                    rest = rest.get(sent.bytes..).unwrap_or_default();
                    tls::tell_records(self.run, self.transport)?;
                }
                Err(trouble) => self.again(Call::Send, trouble)?,
            }
        }
        Ok(())
    }

    /// One `recv()`; `take` answers what the bytes say. True: the proxy closed.
    fn recv(&mut self, buffers: &mut Buffers, take: impl FnOnce(&[u8]) -> String) -> Result<bool> {
        loop {
            self.deadline.put_off(self.run.gate(Call::Recv)?);
            let left = self.deadline.limit(self.run.plan, Call::Recv)?;
            let asked = buffers.asked() as u32;
            let answer = self
                .transport
                .set_recv_timeout(left)
                .map_err(Trouble::from)
                .and_then(|()| self.transport.recv(buffers));
            match answer {
                Ok(received) => {
                    if self.run.control.cancelled() {
                        return Err(Error::Cancelled);
                    }
                    let end = received.is_end();
                    let nothing = received.bytes.is_empty();
                    let what = match (end, nothing) {
                        (true, _) => "the proxy closed".to_owned(),
                        (false, true) => String::new(),
                        (false, false) => take(received.bytes),
                    };
                    self.run.events.emit(Kind::ProxyRecv {
                        asked,
                        bytes: received.bytes.len() as u32,
                        what: what.into(),
                    })?;
                    tls::tell_records(self.run, self.transport)?;
                    return Ok(end);
                }
                Err(trouble) => self.again(Call::Recv, trouble)?,
            }
        }
    }

    /// What became of a call that failed: waited for, or the end.
    fn again(&mut self, call: Call, trouble: Trouble) -> Result<()> {
        if self.run.control.cancelled() {
            return Err(Error::Cancelled);
        }
        let failed = |why: String| match call {
            Call::Send => Error::Send { why },
            _ => Error::Recv { why },
        };
        let errno = match trouble {
            Trouble::Errno(errno) => errno,
            Trouble::Tls(error) => return Err(failed(tls::failure(&error))),
        };
        if errno == Errno::AGAIN && self.run.plan.options.nonblocking {
            let until = match call {
                Call::Send => PollFlags::OUT,
                _ => PollFlags::IN,
            };
            let began = Instant::now();
            let left = self.deadline.limit(self.run.plan, call)?;
            let ready = self.transport.poll(until, left);
            let waited_us = micros(began.elapsed());
            self.run.events.emit(Kind::WouldBlock { call, waited_us })?;
            return match ready {
                Ok(false) => Err(self.deadline.passed(self.run.plan, call)),
                _ => Ok(()),
            };
        }
        self.run.events.emit(errno::failed(call, errno))?;
        match errno {
            Errno::INTR => Ok(()),
            Errno::AGAIN => Err(self.deadline.passed(self.run.plan, call)),
            errno => Err(failed(format!("{}, with the proxy", errno::text(errno)))),
        }
    }
}

/// The CONNECT: its target stands in Host too (RFC 9110 section 7.2); User-Agent is that of
/// the request that is to follow.
fn connect(to: &str, proxy: &Proxy, request: &[u8]) -> Vec<u8> {
    let mut out = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n").into_bytes();
    if let Some(value) = proxy.authorization() {
        out.extend_from_slice(format!("Proxy-Authorization: {value}\r\n").as_bytes());
    }
    if let Some(agent) = request::field(request, "User-Agent") {
        out.extend_from_slice(b"User-Agent: ");
        out.extend_from_slice(agent);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
    out
}

/// What a proxy says to CONNECT, as far as it has come.
#[derive(Default)]
struct Answer {
    head: Option<Head>,
    raw: Vec<u8>,
    body: Vec<u8>,
}

impl Output for Answer {
    fn event(&mut self, kind: Kind) {
        if let Kind::Head(head) = kind {
            self.head = Some(*head);
        }
    }

    fn body(&mut self, bytes: &[u8]) {
        self.body.extend_from_slice(bytes);
    }
}
