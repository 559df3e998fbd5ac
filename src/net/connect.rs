//! A new connection: one `socket()` and `connect()` for each address, the next address
//! 250 ms after the last or as soon as that failed; the first that answers wins
//! (RFC 8305 section 5).
//!
//! Owns the sockets until one wins. A connect is always non-blocking with `poll()`, so
//! that several can run; the socket's own mode is set when it has won.

use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, sockopt};

use crate::error::{Error, Result};
use crate::event::{Addr, Call, Family, Kind, Socket};
use crate::net::Sink;
use crate::net::errno;
use crate::net::events::micros;
use crate::net::local;
use crate::net::options;
use crate::net::pool::Connection;
use crate::net::resolve::resolve;
use crate::net::run::{Deadline, Run};
use crate::net::transport::{self, Transport};
use crate::plan::Plan;

/// RFC 8305 section 8, Connection Attempt Delay.
const NEXT_ATTEMPT: Duration = Duration::from_millis(250);

/// How often a Unix socket with a full backlog is asked again: it answers EAGAIN, and
/// `poll()` cannot wait for its room (connect(2)).
const UNIX_AGAIN: Duration = Duration::from_millis(10);

/// Look-up and connect, or the Unix socket of the plan.
///
/// # Errors
/// The last address's, when all have failed; a timeout; a cancel.
pub(super) fn connect<S: Sink>(
    run: &mut Run<'_, S>,
    deadline: &mut Deadline,
) -> Result<Connection> {
    let plan = run.plan;
    match plan.unix_socket() {
        Some(path) => connect_unix(run, path, deadline),
        None => {
            let addrs = resolve(run, plan.place(), deadline).map_err(|error| match error {
                Error::Resolve { host, why } if plan.way().proxy().is_some() => {
                    Error::ResolveProxy { host, why }
                }
                error => error,
            })?;
            race(run, addrs, deadline)
        }
    }
}

/// One address under way. Dropped, its socket is closed.
struct Attempt {
    addr: Addr,
    transport: Transport,
    began: Instant,
}

impl Attempt {
    /// Until the socket's own timeout, which is of a `connect()` as of each other call
    /// (SO_SNDTIMEO in socket(7)).
    fn left(&self, plan: &Plan) -> Option<Duration> {
        let timeout = plan.options.call_timeout()?;
        Some(timeout.saturating_sub(self.began.elapsed()))
    }

    fn is_late(&self, plan: &Plan) -> bool {
        self.left(plan).is_some_and(|left| left.is_zero())
    }
}

/// Starts an address when it is its turn, and waits for whichever answers first.
fn race<S: Sink>(
    run: &mut Run<'_, S>,
    addrs: Vec<SocketAddr>,
    deadline: &mut Deadline,
) -> Result<Connection> {
    let mut addrs = addrs.into_iter().peekable();
    let mut running: Vec<Attempt> = Vec::new();
    let mut next_at = Instant::now();
    let mut last_error = Error::Resolve {
        host: run.plan.target.host.clone(),
        why: "it has no address".to_owned(),
    };
    let winner = loop {
        let turn = running.is_empty() || Instant::now() >= next_at;
        if let Some(addr) = addrs.next_if(|_| turn) {
            next_at = Instant::now();
            match start(run, addr, deadline)? {
                Ok(attempt) => {
                    running.push(attempt);
                    next_at += NEXT_ATTEMPT;
                }
                Err(error) => last_error = error,
            }
            continue;
        }
        if running.is_empty() {
            break Err(last_error);
        }
        let next = addrs
            .peek()
            .map(|_| next_at.saturating_duration_since(Instant::now()));
        let Some(answered) = first_answer(run, &running, next, deadline)? else {
            if let Some(late) = running.iter().position(|attempt| attempt.is_late(run.plan)) {
                last_error = give_up(run, running.swap_remove(late), deadline)?;
                next_at = Instant::now();
            }
            continue;
        };
        let attempt = running.swap_remove(answered);
        match sockopt::socket_error(&attempt.transport) {
            // A refusal is ECONNREFUSED. These two come to a connection that was made and
            // is reset already; what the peer said before can still be received.
            Ok(Ok(()) | Err(Errno::CONNRESET | Errno::PIPE)) => break Ok(attempt),
            Ok(Err(errno)) | Err(errno) => last_error = lose(run, attempt, errno)?,
        }
        next_at = Instant::now();
    };
    for loser in &running {
        run.control.detach(loser.transport.socket());
    }
    drop(running);
    win(run, winner?)
}

/// The first half of a connect. The inner error is this address's alone.
fn start<S: Sink>(
    run: &mut Run<'_, S>,
    addr: SocketAddr,
    deadline: &mut Deadline,
) -> Result<Result<Attempt>> {
    deadline.put_off(run.gate(Call::Connect)?);
    let attempt = match open(run, Addr::Ip(addr))? {
        Ok(attempt) => attempt,
        Err(error) => return Ok(Err(error)),
    };
    match rustix::net::connect(&attempt.transport, &addr) {
        Ok(()) | Err(Errno::INPROGRESS) => Ok(Ok(attempt)),
        Err(errno) => Ok(Err(lose(run, attempt, errno)?)),
    }
}

/// `poll()` on all that run, until one has an answer, the next may start, one's time is
/// over, or a signal came (`None`).
fn first_answer<S: Sink>(
    run: &mut Run<'_, S>,
    running: &[Attempt],
    next: Option<Duration>,
    deadline: &Deadline,
) -> Result<Option<usize>> {
    let own = running.iter().filter_map(|attempt| attempt.left(run.plan));
    let timeout = own.chain(next).chain(deadline.left()).min();
    let mut sockets: Vec<PollFd<'_>> = running
        .iter()
        .map(|attempt| PollFd::new(&attempt.transport, PollFlags::OUT))
        .collect();
    let began = Instant::now();
    let polled = transport::poll(&mut sockets, timeout);
    if run.control.cancelled() {
        return Err(Error::Cancelled);
    }
    if run.plan.options.nonblocking {
        run.events.emit(Kind::WouldBlock {
            call: Call::Connect,
            waited_us: micros(began.elapsed()),
        })?;
    }
    polled.map_err(|errno| refused(&running[0].addr, errno))?;
    let answered = sockets
        .iter()
        .position(|socket| !socket.revents().is_empty());
    if answered.is_some() {
        return Ok(answered);
    }
    if let Err(timeout) = deadline.check(Call::Connect) {
        for attempt in running {
            run.events.emit(Kind::ConnectFailed {
                addr: attempt.addr.clone(),
                error: "no answer in the time allowed".to_owned(),
                us: micros(attempt.began.elapsed()),
            })?;
        }
        return Err(timeout);
    }
    Ok(None)
}

/// The second half: from here on the socket is in the mode that the plan asks for.
fn win<S: Sink>(run: &mut Run<'_, S>, attempt: Attempt) -> Result<Connection> {
    let Attempt {
        addr: peer,
        mut transport,
        began,
    } = attempt;
    let us = micros(began.elapsed());
    if let Err(errno) = transport.set_nonblocking(run.plan.options.nonblocking) {
        return Err(refused(&peer, errno));
    }
    let local = local_end(&transport, &peer);
    run.events.emit(Kind::Connected {
        local: local.clone(),
        peer: peer.clone(),
        us,
    })?;
    Ok(Connection {
        transport,
        local,
        peer,
        bound: run.plan.options.bind.clone(),
        sent: 0,
        received: 0,
        exchanges: 1,
    })
}

/// A Unix socket connects at once or has a full backlog.
fn connect_unix<S: Sink>(
    run: &mut Run<'_, S>,
    path: &Path,
    deadline: &mut Deadline,
) -> Result<Connection> {
    deadline.put_off(run.gate(Call::Connect)?);
    let addr = Addr::Unix(path.to_owned());
    let there = SocketAddrUnix::new(path).map_err(|errno| Error::SocketPath {
        path: path.display().to_string(),
        why: errno::text(errno),
    })?;
    let attempt = open(run, addr)??;
    let mut waited = false;
    let answer = loop {
        match rustix::net::connect(&attempt.transport, &there) {
            Err(Errno::AGAIN) => {
                waited = true;
                deadline.check(Call::Connect)?;
                if attempt.is_late(run.plan) {
                    return Err(give_up(run, attempt, deadline)?);
                }
                run.control.rest(UNIX_AGAIN)?;
            }
            answer => break answer,
        }
    };
    if waited && run.plan.options.nonblocking {
        run.events.emit(Kind::WouldBlock {
            call: Call::Connect,
            waited_us: micros(attempt.began.elapsed()),
        })?;
    }
    match answer {
        Ok(()) => win(run, attempt),
        Err(errno) => Err(lose(run, attempt, errno)?),
    }
}

/// `socket()` and its options. The inner error is this address's alone: a machine
/// without IPv6 refuses such sockets.
fn open<S: Sink>(run: &mut Run<'_, S>, addr: Addr) -> Result<Result<Attempt>> {
    let began = Instant::now();
    let transport = match socket(
        run.plan.options.nonblocking,
        run.plan.options.call_timeout(),
        addr.family(),
    ) {
        Ok(transport) => transport,
        Err(errno) => {
            run.events.emit(Kind::ConnectFailed {
                addr: addr.clone(),
                error: format!("socket(): {}", errno::text(errno)),
                us: micros(began.elapsed()),
            })?;
            return Ok(Err(refused(&addr, errno)));
        }
    };
    run.control.attach(transport.socket())?;
    let refused = options::set(&transport, &run.plan.options.socket);
    run.events.emit(Kind::Socket(Box::new(Socket {
        family: addr.family(),
        fd: transport.socket().as_raw_fd(),
        options: options::of(&transport),
    })))?;
    for option in refused {
        run.events.emit(option)?;
    }
    let plan = run.plan;
    if let (Some(local), Addr::Ip(there)) = (&plan.options.bind, &addr) {
        match local::bind(run, &transport, local, there)? {
            Ok(bound) => run.events.emit(bound)?,
            Err(error) => {
                run.control.detach(transport.socket());
                let why = match &error {
                    Error::Bind { why, .. } => format!("bind({local}): {why}"),
                    Error::Connect { why, .. } => why.clone(),
                    error => error.to_string(),
                };
                run.events.emit(Kind::ConnectFailed {
                    addr: addr.clone(),
                    error: why,
                    us: micros(began.elapsed()),
                })?;
                return Ok(Err(error));
            }
        }
    }
    run.events.emit(Kind::ConnectStart { addr: addr.clone() })?;
    let mut attempt = Attempt {
        addr,
        transport,
        began,
    };
    match attempt.transport.set_nonblocking(true) {
        Ok(()) => Ok(Ok(attempt)),
        Err(errno) => Ok(Err(lose(run, attempt, errno)?)),
    }
}

/// A socket in the mode that the plan asks for. TCP_NODELAY, so that what one `send()`
/// took leaves at once and the log is what happened on the wire, too.
fn socket(
    nonblocking: bool,
    timeout: Option<Duration>,
    family: Family,
) -> rustix::io::Result<Transport> {
    let domain = match family {
        Family::Inet => AddressFamily::INET,
        Family::Inet6 => AddressFamily::INET6,
        Family::Unix => AddressFamily::UNIX,
    };
    let socket = stream_socket(domain)?;
    if family != Family::Unix {
        sockopt::set_tcp_nodelay(&socket, true)?;
    }
    let mut transport = Transport::new(Arc::new(socket));
    if nonblocking {
        transport.set_nonblocking(true)?;
    }
    transport.set_recv_timeout(timeout)?;
    transport.set_send_timeout(timeout)?;
    Ok(transport)
}

/// Not inherited by `$EDITOR` and its like.
#[cfg(not(target_vendor = "apple"))]
fn stream_socket(domain: AddressFamily) -> rustix::io::Result<OwnedFd> {
    let flags = rustix::net::SocketFlags::CLOEXEC;
    rustix::net::socket_with(domain, SocketType::STREAM, flags, None)
}

/// Not inherited by `$EDITOR` and its like; Darwin's socket() has no flag for it.
#[cfg(target_vendor = "apple")]
fn stream_socket(domain: AddressFamily) -> rustix::io::Result<OwnedFd> {
    let socket = rustix::net::socket(domain, SocketType::STREAM, None)?;
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
    Ok(socket)
}

/// Closes an attempt that failed; answers its error.
fn lose<S: Sink>(run: &mut Run<'_, S>, attempt: Attempt, errno: Errno) -> Result<Error> {
    // A cancel's shutdown() makes an attempt fail, too.
    if run.control.cancelled() {
        return Err(Error::Cancelled);
    }
    run.control.detach(attempt.transport.socket());
    run.events.emit(Kind::ConnectFailed {
        addr: attempt.addr.clone(),
        error: errno::text(errno),
        us: micros(attempt.began.elapsed()),
    })?;
    Ok(refused(&attempt.addr, errno))
}

/// Closes an attempt that got no answer within the socket's own timeout.
fn give_up<S: Sink>(run: &mut Run<'_, S>, attempt: Attempt, deadline: &Deadline) -> Result<Error> {
    lose(run, attempt, Errno::TIMEDOUT)?;
    Ok(deadline.passed(run.plan, Call::Connect))
}

fn refused(addr: &Addr, errno: Errno) -> Error {
    Error::Connect {
        addr: addr.to_string(),
        why: errno::text(errno),
        hint: match addr {
            Addr::Ip(_) => errno::connect_hint(errno),
            Addr::Unix(path) => errno::unix_hint(errno, path),
        },
    }
}

fn local_end(transport: &Transport, peer: &Addr) -> Addr {
    let name = rustix::net::getsockname(transport).ok();
    match name.and_then(|name| SocketAddr::try_from(name).ok()) {
        Some(addr) => Addr::Ip(addr),
        // The connecting end of a Unix socket has no name (unix(7)).
        None if peer.family() == Family::Unix => Addr::Unix(PathBuf::new()),
        None => peer.clone(),
    }
}
