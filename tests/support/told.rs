//! A fetch that a test tells, step by step: no socket, but the program's own reader, and
//! its own channel to the screen. The steps are those of [`super`]'s scripts.

use std::collections::VecDeque;
use std::net::SocketAddr;

use sockeye::body::Memory;
use sockeye::error::Error;
use sockeye::event::{
    Addr, Call, Closer, Direction, End, EndReason, Event, Family, Kind, Queues, Socket,
};
use sockeye::net::channel::{Receiver, Sender, channel};
use sockeye::net::{Control, Sink};
use sockeye::plan::{Plan, SocketOption};
use sockeye::proto::ws::Frames;
use sockeye::proto::{Output, Reader};
use sockeye::request;
use sockeye::tui::visit::VisitId;

use super::text::unescape;

/// A fetch that a test tells.
pub struct Fetch {
    pub id: VisitId,
    pub plan: Plan,
    sender: Sender,
    pub receiver: Receiver,
    reader: Reader,
    /// Methods of the requests behind the one that the reader's response is to.
    asked: VecDeque<Vec<u8>>,
    /// Responses before the reader's.
    answers: u32,
    /// Sent and received, once there is a WebSocket.
    frames: Option<[Frames; 2]>,
    sent: u64,
    received: u64,
    peer_closed: bool,
}

impl Fetch {
    pub fn new(id: VisitId, plan: Plan) -> Fetch {
        let control = Control::new();
        let (sender, receiver) = channel(&Memory::new(1 << 20), &control, || {});
        let asked = request::split(&plan.request).into_iter().skip(1);
        let asked = asked.map(|message| request::method(&plan.request[message.bytes]).to_vec());
        Fetch {
            id,
            reader: Reader::new(request::method(&plan.request), plan.options.end, 0)
                .answering(&plan.request),
            asked: asked.collect(),
            answers: 0,
            frames: None,
            plan,
            sender,
            receiver,
            sent: 0,
            received: 0,
            peer_closed: false,
        }
    }
}

/// A fetch at one moment.
pub struct Told<'a> {
    pub t_us: u64,
    pub fetch: &'a mut Fetch,
}

/// What the reader finds goes the way of the fetch's own events.
struct Found<'a> {
    t_us: u64,
    sender: &'a mut Sender,
    body: u64,
}

impl Told<'_> {
    /// True when the fetch is over.
    pub fn step(&mut self, step: &str) -> bool {
        let (verb, rest) = step.split_once(' ').unwrap_or((step, ""));
        let (before, answer) = rest.split_once("= ").unwrap_or((rest, ""));
        let before = before.trim();
        match verb {
            "connected" => self.connected(),
            "proxy" => return self.proxy(rest),
            "bind" => self.emit(Kind::Bound {
                local: rest.parse().expect("an address"),
                interface: None,
            }),
            "setsockopt" => {
                let (option, value) = before.split_once(' ').expect("an option and a value");
                let mut options = SocketOption::ALL.into_iter();
                let option = options.find(|it| it.name() == option).expect("an option");
                self.emit(Kind::OptionRefused {
                    option: option.name(),
                    value: value.parse().expect("a number"),
                    error: answer.to_owned(),
                });
            }
            "untrusted" => {
                self.reach();
                self.refused(rest);
                return self.end(Some(Error::Certificate {
                    host: self.fetch.plan.target.host.clone(),
                    why: rest.to_owned(),
                }));
            }
            "getaddrinfo" if answer.is_empty() => self.emit(Kind::ResolveStart {
                host: self.fetch.plan.target.host.to_string(),
                port: self.fetch.plan.target.port,
            }),
            "getaddrinfo" => {
                let addrs = answer
                    .split(' ')
                    .map(|addr| addr.parse().expect("an address"));
                self.emit(Kind::Resolved {
                    addrs: addrs.collect(),
                    us: self.t_us,
                    given: !self.fetch.plan.options.resolve.is_empty(),
                });
            }
            "socket" => {
                let named = |family: &&Family| family.name() == before;
                self.emit(Kind::Socket(Box::new(Socket {
                    family: *Family::ALL.iter().find(named).expect("a family"),
                    fd: answer.parse().expect("a number"),
                    // Asked for 4096, which Linux doubles.
                    options: vec![("SO_RCVBUF", 8192), ("TCP_NODELAY", 1), ("SO_LINGER", -1)],
                })));
            }
            "connect" => {
                let addr = Addr::Ip(before.parse().expect("an address with port"));
                match answer {
                    "" => self.emit(Kind::ConnectStart { addr }),
                    "0" => self.emit(Kind::Connected {
                        local: local(),
                        peer: addr,
                        us: self.t_us,
                    }),
                    error => self.emit(Kind::ConnectFailed {
                        addr,
                        error: error.to_owned(),
                        us: self.t_us,
                    }),
                }
            }
            "send" => self.send(before, answer),
            "eof" => return self.recv(b""),
            "queues" => self.emit(Kind::Queues(Box::new(levels(rest)))),
            "peer" => self.emit(Kind::PeerQueues(Box::new(levels(rest)))),
            "held" | "eagain" => {
                let (call, ms) = before.split_once(' ').expect("a call and a time");
                let call = *Call::ALL
                    .iter()
                    .find(|it| it.name() == call)
                    .expect("a call");
                let waited_us = (ms.parse::<f64>().expect("a time") * 1000.0) as u64;
                self.emit(match verb {
                    "held" => Kind::Held { call, waited_us },
                    _ => Kind::WouldBlock { call, waited_us },
                });
            }
            "fails" => {
                self.emit(Kind::CallFailed {
                    call: Call::Recv,
                    errno: "ECONNRESET",
                    error: "Connection reset by peer".to_owned(),
                });
                return self.end(Some(Error::Recv {
                    why: "Connection reset by peer".to_owned(),
                }));
            }
            "error" => {
                return self.end(Some(Error::Connect {
                    addr: before.to_owned(),
                    why: "Connection refused".to_owned(),
                    hint: "does a server listen there?",
                }));
            }
            "cancelled" => return self.end(Some(Error::Cancelled)),
            "timeout" => {
                self.read(|reader, found| reader.stop(EndReason::Timeout, found));
                return self.end(None);
            }
            "ended" => self.ended(),
            "over" => return true,
            _ => {
                let times = verb
                    .strip_prefix("recv")
                    .unwrap_or_else(|| panic!("{step:?}"));
                let times = times
                    .strip_prefix('*')
                    .map_or(1, |n| n.parse().expect("a count"));
                return self.recv(&unescape(rest).repeat(times));
            }
        }
        false
    }

    fn connected(&mut self) {
        self.reach();
        self.greet();
        if self.secure() {
            self.handshake();
        }
        let all = self.fetch.plan.request.len().to_string();
        self.send(&all, &all);
        self.step("queues recv 0/131072 send 0/2626560 window 65483/32741 rtt 42");
    }

    /// Looked up and connected, to the proxy where there is one.
    pub(super) fn reach(&mut self) {
        if let Some(proxy) = self.fetch.plan.way().told() {
            self.emit(Kind::Proxy(Box::new(proxy)));
        }
        let (host, port) = self.fetch.plan.place();
        let (host, port) = (host.to_owned(), port);
        let now = self.t_us;
        self.t_us = 0;
        self.emit(Kind::ResolveStart { host, port });
        self.t_us = now;
        self.step("getaddrinfo = 127.0.0.1");
        self.step("socket AF_INET = 7");
        self.step(&format!("connect 127.0.0.1:{port}"));
        self.step(&format!("connect 127.0.0.1:{port} = 0"));
    }

    fn send(&mut self, offered: &str, sent: &str) {
        let sent: u32 = sent.parse().expect("a number");
        self.emit(Kind::Send {
            offset: self.fetch.sent,
            offered: offered.parse().expect("a number"),
            sent,
            ciphertext: self.sealed(sent),
        });
        self.record(Direction::Sent, self.fetch.sent, sent);
        self.fetch.sent += u64::from(sent);
    }

    /// What one call brings, nothing being the peer's close; true when the fetch is over.
    pub fn recv(&mut self, bytes: &[u8]) -> bool {
        self.fetch.sender.wire(bytes).expect("memory");
        self.emit(Kind::Recv {
            offset: self.fetch.received,
            asked: self.fetch.plan.options.recv_size as u32,
            bytes: bytes.len() as u32,
            queued: None,
            ciphertext: self.sealed(bytes.len() as u32),
            lay_us: None,
            stamped: false,
        });
        let at = self.fetch.received;
        self.record(Direction::Received, at, bytes.len() as u32);
        self.fetch.received += bytes.len() as u64;
        self.fetch.peer_closed = bytes.is_empty();
        match bytes {
            [] => self.read(|reader, found| reader.feed_eof(found)),
            bytes => self.take(bytes),
        }
        let talks = self.fetch.frames.is_some() || !self.fetch.asked.is_empty();
        match self.fetch.reader.ended() {
            Some(_) if self.fetch.peer_closed || !talks => self.end(self.fetch.reader.fault()),
            _ => false,
        }
    }

    /// Response by response, then frames, as the program's own turns take them.
    fn take(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        loop {
            let mut own = 0;
            self.read(|reader, found| own = reader.feed_own(rest, found));
            rest = &rest[own..];
            let next = self.fetch.asked.front().filter(|_| !rest.is_empty());
            let Some(method) = next.cloned() else {
                break;
            };
            self.fetch.asked.pop_front();
            self.fetch.answers += 1;
            let at = self.fetch.reader.at();
            self.fetch.reader = Reader::new(&method, self.fetch.plan.options.end, at);
            self.emit(Kind::Answer {
                number: self.fetch.answers + 1,
                offset: at,
            });
        }
        let (sent, at) = (self.fetch.sent, self.fetch.reader.at());
        if self.fetch.reader.websocket() && self.fetch.frames.is_none() {
            let begin = |(direction, at)| Frames::new(direction, at);
            self.fetch.frames =
                Some([(Direction::Sent, sent), (Direction::Received, at)].map(begin));
        }
        self.frames(1, rest);
        self.read(|reader, found| reader.feed(rest, found));
    }

    /// Said by hand on the open connection.
    pub fn say(&mut self, bytes: &[u8]) -> bool {
        let all = bytes.len().to_string();
        self.send(&all, &all);
        self.frames(0, bytes);
        false
    }

    fn frames(&mut self, way: usize, bytes: &[u8]) {
        let mut found = Found {
            t_us: self.t_us,
            sender: &mut self.fetch.sender,
            body: 0,
        };
        if let Some(frames) = &mut self.fetch.frames {
            frames[way].feed(bytes, &mut found);
        }
    }

    fn read(&mut self, act: impl FnOnce(&mut Reader, &mut Found)) {
        let mut found = Found {
            t_us: self.t_us,
            sender: &mut self.fetch.sender,
            body: 0,
        };
        act(&mut self.fetch.reader, &mut found);
        found.flush();
    }

    /// As a fetch ends: what failed, why it ended, what becomes of the connection.
    pub(super) fn end(&mut self, error: Option<Error>) -> bool {
        if let Some(error) = &error {
            let reason = match error {
                Error::Cancelled => EndReason::Cancelled,
                _ => EndReason::Error,
            };
            if self.fetch.reader.ended().is_none() {
                self.read(|reader, found| reader.stop(reason, found));
            }
            self.emit(Kind::Error {
                kind: error.kind(),
                message: error.to_string(),
                exit: error.exit_code(),
            });
        }
        let reader = &self.fetch.reader;
        let (kept_alive, why) = match (&error, self.fetch.peer_closed) {
            (_, true) => (false, "the peer closed it"),
            (Some(Error::Cancelled), _) => (false, "the exchange was cancelled"),
            (Some(_), _) => (false, "the exchange failed"),
            (None, _) => reader.persistent(),
        };
        self.ended();
        if self.fetch.sent > 0 {
            let by = match self.fetch.peer_closed {
                true => Closer::Peer,
                false => Closer::Us,
            };
            self.emit(Kind::Closed {
                by,
                kept_alive,
                why,
            });
        }
        true
    }

    fn ended(&mut self) {
        let reader = &self.fetch.reader;
        let end = End {
            reason: reader.ended().unwrap_or(EndReason::Error),
            head_bytes: reader.head_bytes(),
            body_bytes: reader.body_bytes(),
            wire_bytes: self.fetch.received,
            us: self.t_us,
        };
        self.emit(Kind::End(end));
    }

    pub(super) fn emit(&mut self, kind: Kind) {
        let t_us = self.t_us;
        let taken = self.fetch.sender.event(Event { t_us, kind });
        taken.expect("the stage takes every event");
    }
}

impl Found<'_> {
    /// Body slices of one `recv` are one event, before what is found next.
    fn flush(&mut self) {
        if self.body > 0 {
            let bytes = std::mem::take(&mut self.body);
            self.put(Kind::Body { bytes });
        }
    }

    fn put(&mut self, kind: Kind) {
        let t_us = self.t_us;
        let taken = self.sender.event(Event { t_us, kind });
        taken.expect("the stage takes every event");
    }
}

impl Output for Found<'_> {
    fn event(&mut self, kind: Kind) {
        self.flush();
        self.put(kind);
    }

    fn body(&mut self, bytes: &[u8]) {
        self.body += bytes.len() as u64;
        self.sender.body(bytes).expect("memory");
    }
}

/// `recv 256/131072 send 0/2626560`: queued, and the buffer; `window` with the segment.
fn levels(text: &str) -> Queues {
    let mut queues = Queues::default();
    let words: Vec<&str> = text.split(' ').collect();
    for pair in words.chunks(2) {
        let [name, level] = pair else {
            panic!("{text:?}")
        };
        let (level, of) = level.split_once('/').unwrap_or((level, "0"));
        let (level, of) = (level.parse().ok(), of.parse().ok());
        match *name {
            "recv" => (queues.recv_queued, queues.recv_buffer) = (level, of),
            "send" => (queues.send_queued, queues.send_buffer) = (level, of),
            "window" => (queues.recv_window, queues.segment) = (level, of),
            "rtt" => queues.rtt_us = level,
            _ => panic!("{text:?}"),
        }
    }
    queues
}

/// Our end of every connection.
fn local() -> Addr {
    Addr::Ip(SocketAddr::from(([127, 0, 0, 1], 54321)))
}
