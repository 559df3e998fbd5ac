//! The engine on real loopback sockets, against the scripted server.
//!
//! Every fetch here is checked for what holds of all: one `end`, times that never go
//! back, offsets without a gap, sums that agree. A test adds what is its own, as the
//! lines of [`line`], without times.
//!
//! - `main.rs`: how a fetch is run, written down and checked
//! - `ends.rs`: how a response ends
//! - `sends.rs`: what each `send()` is offered and takes
//! - `hand.rs`: cancel, step, throttle, pause
//! - `watched.rs`: the kernel's queues, and when bytes arrived
//! - `ways.rs`: addresses, Unix sockets, a socket's options
//! - `kept.rs`: connections that serve again, or not
//! - `channel.rs`: the channel to the screen, and a sink that refuses

mod channel;
mod ends;
mod hand;
mod kept;
mod sends;
mod watched;
mod ways;

use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use sockeye::error::{Error, Result};
use sockeye::event::{Event, Kind};
use sockeye::net::{Control, Pool, Sink, fetch};
use sockeye::plan::{Plan, Resolve};
use sockeye::playground::server::Server;
use sockeye::request::template;
use sockeye::url::{Scheme, Target};

const OK_3: &str = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
const OK_9: &str = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc";
const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=1\r\nde\r\n0\r\n\r\n";
/// Long enough for any machine; no test waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(20);

/// A sink in memory that tells of each event as it comes.
struct Tape {
    wire: Vec<u8>,
    body: Vec<u8>,
    events: Vec<Event>,
    tell: mpsc::Sender<Kind>,
}

impl Sink for Tape {
    fn wire(&mut self, bytes: &[u8]) -> Result<()> {
        self.wire.extend_from_slice(bytes);
        Ok(())
    }
    fn body(&mut self, bytes: &[u8]) -> Result<()> {
        self.body.extend_from_slice(bytes);
        Ok(())
    }
    fn event(&mut self, event: Event) -> Result<()> {
        // Most tests wait for the end only, and listen to nothing.
        let _ = self.tell.send(event.kind.clone());
        self.events.push(event);
        Ok(())
    }
}

struct Running {
    control: Control,
    thread: JoinHandle<Done>,
    told: Receiver<Kind>,
}

struct Done {
    outcome: Result<()>,
    wire: Vec<u8>,
    body: Vec<u8>,
    events: Vec<Event>,
}

fn run(plan: Plan) -> Done {
    run_with(plan, &Pool::new())
}

fn run_with(plan: Plan, pool: &Pool) -> Done {
    let (tell, _told) = mpsc::channel();
    tape(plan, &Control::new(), pool, tell)
}

fn start(plan: Plan, control: Control) -> Running {
    let (tell, told) = mpsc::channel();
    let hand = control.clone();
    let thread = thread::spawn(move || tape(plan, &hand, &Pool::new(), tell));
    Running {
        control,
        thread,
        told,
    }
}

fn tape(mut plan: Plan, control: &Control, pool: &Pool, tell: mpsc::Sender<Kind>) -> Done {
    let mut tape = Tape {
        wire: Vec::new(),
        body: Vec::new(),
        events: Vec::new(),
        tell,
    };
    plan.start = Instant::now();
    let outcome = fetch(&plan, control, pool, &mut tape);
    check(&tape.events);
    let exits = tape.events.iter().find_map(|event| match event.kind {
        Kind::Error { exit, .. } => Some(exit),
        _ => None,
    });
    assert_eq!(exits, outcome.as_ref().err().map(Error::exit_code));
    Done {
        outcome,
        wire: tape.wire,
        body: tape.body,
        events: tape.events,
    }
}

impl Running {
    fn until(&self, wanted: impl Fn(&Kind) -> bool) {
        while !wanted(
            &self
                .told
                .recv_timeout(PATIENCE)
                .expect("the event never came"),
        ) {}
    }

    fn until_queues(&self, wanted: impl Fn(&sockeye::event::Queues) -> bool) {
        wait_until(|| self.control.queues().is_some_and(|queues| wanted(&queues)));
    }

    fn join(self) -> Done {
        self.thread.join().unwrap()
    }
}

impl Done {
    fn lines(&self) -> Vec<String> {
        self.events
            .iter()
            .filter_map(|event| line(&event.kind))
            .collect()
    }

    fn has(&self, start: &str) -> bool {
        self.lines().iter().any(|line| line.starts_with(start))
    }

    fn lines_after_send(&self, name: &str, want: &[&str]) {
        let lines = self.lines();
        let send = lines
            .iter()
            .rposition(|line| line.starts_with("send "))
            .unwrap();
        let mut got = lines[send + 1..].to_vec();
        got.retain(|line| !line.starts_with("would_block"));
        let got = got.join("\n");
        let want = want.join("\n");
        assert!(got == want, "{name}\n-- want\n{want}\n-- got\n{got}");
    }

    fn end(&self) -> sockeye::event::End {
        let end = self.events.iter().find_map(|event| match event.kind {
            Kind::End(end) => Some(end),
            _ => None,
        });
        end.unwrap()
    }

    fn exit(&self) -> u8 {
        self.outcome.as_ref().err().map_or(0, Error::exit_code)
    }

    fn sends(&self) -> Vec<(u32, u32)> {
        let sends = self.events.iter().filter_map(|event| match event.kind {
            Kind::Send { offered, sent, .. } => Some((offered, sent)),
            _ => None,
        });
        sends.collect()
    }

    fn peer(&self) -> Option<SocketAddr> {
        self.events.iter().find_map(|event| match &event.kind {
            Kind::Connected {
                peer: sockeye::event::Addr::Ip(peer),
                ..
            } => Some(*peer),
            _ => None,
        })
    }

    fn time_of(&self, wanted: impl Fn(&Kind) -> bool) -> u64 {
        self.events
            .iter()
            .find(|event| wanted(&event.kind))
            .unwrap()
            .t_us
    }
}

/// An event without its times; `None` for what varies from machine to machine.
fn line(kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::ResolveStart { host, port } => format!("resolve_start {host}:{port}"),
        Kind::Resolved { addrs, .. } => {
            let addrs: Vec<String> = addrs.iter().map(IpAddr::to_string).collect();
            format!("resolved {}", addrs.join(" "))
        }
        Kind::Socket(socket) => format!("socket {}", socket.family),
        Kind::Bound { local, .. } => format!("bound {local}"),
        Kind::BoundToDevice { interface } => format!("bound to {interface}"),
        Kind::OptionRefused { option, value, .. } => format!("refused {option} {value}"),
        Kind::ConnectStart { addr } => format!("connect_start {addr}"),
        Kind::Connected { peer, .. } => format!("connected {peer}"),
        Kind::ConnectFailed { addr, .. } => format!("connect_failed {addr}"),
        Kind::Reused { exchange, .. } => format!("reused {exchange}"),
        Kind::NotReused { why, .. } => format!("not_reused {why}"),
        Kind::Send {
            offset,
            offered,
            sent,
            ..
        } => format!("send {offset} {sent}/{offered}"),
        Kind::Recv { offset, bytes, .. } => format!("recv {offset} {bytes}"),
        Kind::CallFailed { call, errno, .. } => format!("failed {call} {errno}"),
        Kind::WouldBlock { call, .. } => format!("would_block {call}"),
        Kind::Held { call, .. } => format!("held {call}"),
        Kind::HalfClosed => "half_closed".to_owned(),
        Kind::Head(head) => format!("head {}", head.status),
        Kind::Body { bytes } => format!("body {bytes}"),
        Kind::Chunk { size, .. } => format!("chunk {size}"),
        Kind::Anomaly(anomaly) => format!("anomaly {}", anomaly.kind.name()),
        Kind::End(end) => format!(
            "end {} {}+{} of {}",
            end.reason, end.head_bytes, end.body_bytes, end.wire_bytes
        ),
        Kind::Closed { by, kept_alive, .. } => {
            format!("closed {by}{}", if *kept_alive { " kept" } else { "" })
        }
        Kind::Error { kind, exit, .. } => format!("error {kind} {exit}"),
        Kind::Queues(_) => "queues".to_owned(),
        _ => return None,
    })
}

/// What holds of every exchange.
fn check(events: &[Event]) {
    let ends: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.kind {
            Kind::End(end) => Some(end),
            _ => None,
        })
        .collect();
    assert_eq!(ends.len(), 1, "exactly one end");
    assert!(events.is_sorted_by_key(|event| event.t_us), "times go back");
    let (mut sent_at, mut received_at) = (None, None);
    let (mut received, mut body) = (0, 0);
    for event in events {
        match event.kind {
            Kind::Connected { .. } | Kind::Reused { .. } => {
                (sent_at, received_at, received) = (None, None, 0);
            }
            Kind::Send {
                offset,
                offered,
                sent,
                ..
            } => {
                assert!(sent <= offered && sent_at.is_none_or(|at| at == offset));
                sent_at = Some(offset + u64::from(sent));
            }
            Kind::Recv {
                offset,
                asked,
                bytes,
                ..
            } => {
                assert!(bytes <= asked && received_at.is_none_or(|at| at == offset));
                received_at = Some(offset + u64::from(bytes));
                received += u64::from(bytes);
            }
            Kind::Body { bytes } => {
                assert!(bytes > 0);
                body += bytes;
            }
            _ => {}
        }
    }
    assert_eq!((ends[0].wire_bytes, ends[0].body_bytes), (received, body));
    assert!(ends[0].head_bytes + body <= received);
    let order: Vec<&str> = events
        .iter()
        .map(|event| event.kind.name())
        .skip_while(|name| !["error", "end"].contains(name))
        .collect();
    let allowed = [
        &["error", "end"][..],
        &["error", "end", "closed"],
        &["end", "closed"],
    ];
    assert!(allowed.contains(&&order[..]), "{order:?}");
}

fn plan(server: &Server, path: &str) -> Plan {
    plan_for(SocketAddr::new([127, 0, 0, 1].into(), server.port()), path)
}

fn plan_for(addr: SocketAddr, path: &str) -> Plan {
    let target = Target {
        scheme: Scheme::Http,
        host: addr.ip().to_string(),
        port: addr.port(),
        path: path.to_owned(),
        userinfo: None,
        socket: None,
        notes: Vec::new(),
    };
    let request = template(&target);
    Plan::new(target, request)
}

/// A request of so many bytes; head and body look alike to these servers.
fn large(bytes: usize) -> Arc<[u8]> {
    let mut request = b"PUT / HTTP/1.1\r\n\r\n".to_vec();
    request.resize(bytes, b'x');
    request.into()
}

fn resolve(host: &str, port: u16, addrs: &[IpAddr]) -> Resolve {
    Resolve {
        host: host.to_ascii_lowercase(),
        port,
        addrs: addrs.to_vec(),
    }
}

fn echo(bytes: &[u8]) -> Vec<u8> {
    let mut response =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len()).into_bytes();
    response.extend_from_slice(bytes);
    response
}

/// A listener whose backlog is full: a connect to it gets no answer.
struct DeadAddress {
    addr: SocketAddr,
    _listener: TcpListener,
    _filling: Vec<TcpStream>,
}

impl DeadAddress {
    fn on(ip: [u8; 4], port: u16) -> DeadAddress {
        let listener = TcpListener::bind(SocketAddr::new(ip.into(), port)).unwrap();
        // listen() again makes the backlog smaller: std asks for 128.
        rustix::net::listen(&listener, 0).unwrap();
        let addr = listener.local_addr().unwrap();
        let mut filling = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&addr, Duration::from_millis(50)) {
            filling.push(stream);
        }
        DeadAddress {
            addr,
            _listener: listener,
            _filling: filling,
        }
    }
}

/// Looks again and again, without sleeping: for states that no event tells.
fn wait_until(state: impl Fn() -> bool) {
    let began = Instant::now();
    while !state() {
        assert!(began.elapsed() < PATIENCE, "the state never came");
        thread::yield_now();
    }
}
