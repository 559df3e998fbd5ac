//! More on the open connection: while a response is read, after it, and after 101.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver as Wakes};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use sockeye::body::Memory;
use sockeye::error::{Error, Result};
use sockeye::event::{Closer, Direction, EndMode, EndReason, Event, Kind};
use sockeye::exchange::Exchange;
use sockeye::net::channel::{Receiver, channel};
use sockeye::net::{Control, Pool, Resume, fetch, resume};
use sockeye::plan::Plan;
use sockeye::playground::script::{Step, send};
use sockeye::playground::server::Server;

use sockeye::playground::script::{Request, Script, Service};
use sockeye::playground::tls::{Kind as Certificate, TlsPlayground};
use sockeye::url::Target;

use crate::support::plan;

/// Long enough for any machine; no test waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(20);
const GET: &str = "GET /a HTTP/1.1|Host: h||";

/// A fetch on a thread of its own, as the browser has it.
pub struct Talk {
    pub control: Control,
    receiver: Receiver,
    wakes: Wakes<()>,
    pool: Arc<Pool>,
    pub exchange: Exchange,
    running: Option<JoinHandle<Result<()>>>,
}

impl Talk {
    pub fn start(plan: &Plan) -> Talk {
        Talk::by(plan, Control::new())
    }

    fn start_held(plan: &Plan) -> Talk {
        let control = Control::new();
        control.hold();
        Talk::by(plan, control)
    }

    fn by(plan: &Plan, control: Control) -> Talk {
        let (wake, wakes) = mpsc::channel();
        let wake = move || {
            let _ = wake.send(());
        };
        let (mut sender, receiver) = channel(&Memory::new(1 << 20), &control, wake);
        let pool = Arc::new(Pool::new());
        let (its_pool, hand, its_plan) = (pool.clone(), control.clone(), plan.clone());
        let running = thread::spawn(move || fetch(&its_plan, &hand, &its_pool, &mut sender));
        Talk {
            control,
            receiver,
            wakes,
            pool,
            exchange: Exchange::new(plan.options.end, plan.request.len() as u64),
            running: Some(running),
        }
    }

    /// Takes events until this holds.
    pub fn until(&mut self, holds: impl Fn(&Exchange) -> bool) {
        let mut events: Vec<Event> = Vec::new();
        loop {
            self.receiver.drain(&mut events);
            for event in events.drain(..) {
                self.exchange.apply(event);
            }
            if holds(&self.exchange) {
                return;
            }
            let woken = self.wakes.recv_timeout(PATIENCE);
            assert!(woken.is_ok(), "it never came: {:?}", self.exchange.log);
        }
    }

    pub fn outcome(&mut self) -> Result<()> {
        let outcome = self.running.take().unwrap().join().unwrap();
        self.until(|exchange| exchange.closed.is_some());
        outcome
    }

    /// Bytes that were said and could not be sent.
    fn unsent(&self) -> Option<u64> {
        let mut log = self.exchange.log.iter();
        log.find_map(|(_, event)| match event.kind {
            Kind::Unsent { bytes } => Some(bytes),
            _ => None,
        })
    }

    pub fn wire(&self) -> String {
        let wire = sockeye::body::Window::whole(&self.receiver.wire());
        String::from_utf8(wire.read(0, 10_000).unwrap()).unwrap()
    }

    fn kinds(&self) -> String {
        let log = self.exchange.log.iter();
        log.filter_map(|(_, event)| match &event.kind {
            Kind::Send { sent, .. } => Some(format!("send {sent}")),
            Kind::Recv { bytes, .. } => Some(format!("recv {bytes}")),
            Kind::Answer { .. } | Kind::HalfClosed | Kind::Resumed { .. } => {
                Some(event.kind.name().to_owned())
            }
            Kind::End(end) => Some(format!("end {}", end.reason)),
            _ => None,
        })
        .collect::<Vec<_>>()
        .join(", ")
    }
}

/// Answers once, and reads nothing more.
struct Deaf;

impl Service for Deaf {
    fn answer(&self, request: &Request) -> Script {
        let mut script = EchoPath.answer(request);
        script.push(Step::Wait(PATIENCE));
        script
    }
}

fn echo_path() -> Server {
    Server::serve(None, EchoPath).unwrap()
}

struct EchoPath;

impl Service for EchoPath {
    fn answer(&self, request: &Request) -> Script {
        let path = request.path();
        let length = path.len();
        vec![send(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{path}"
        ))]
    }
}

#[test]
fn a_request_is_said_while_recv_waits_and_is_answered_in_the_same_exchange() {
    let server = echo_path();
    for nonblocking in [false, true] {
        // Read until the close: recv() blocks when all is here.
        let mut plan = plan(&server, GET);
        plan.options.nonblocking = nonblocking;
        plan.options.end = EndMode::Close;
        let mut talk = Talk::start(&plan);
        talk.until(|exchange| exchange.body_bytes == 2);
        // Line by line, as in a telnet session.
        talk.control.say(b"GET /later HTTP/1.1\r\n").unwrap();
        talk.control.say(b"Host: h\r\n\r\n").unwrap();
        talk.until(|exchange| exchange.recvs.bytes == 2 * 38 + 2 + 6);
        talk.control.hang_up();
        assert_eq!(talk.outcome(), Ok(()));
        assert!(talk.wire().ends_with("/later"), "{}", talk.wire());
        assert_eq!(talk.exchange.sends.count, 3);
        assert_eq!(talk.exchange.closed.unwrap().by, Closer::Us);
        assert_eq!(talk.control.say(b"x"), Err(Error::NotKept));
    }
}

#[test]
fn a_held_connection_stays_open_past_its_response() {
    let server = echo_path();
    let plan = plan(&server, GET);
    let mut talk = Talk::start(&plan);
    talk.control.hold();
    talk.until(|exchange| exchange.body_bytes == 2);
    talk.control
        .say(b"GET /b HTTP/1.1\r\n\r\nGET /cd HTTP/1.1\r\n\r\n")
        .unwrap();
    talk.until(|exchange| exchange.start.before == 2 && exchange.body_bytes == 3);
    talk.control.finish_saying().unwrap();
    // The server closes when it has read our end.
    assert_eq!(talk.outcome(), Ok(()));
    let statuses: Vec<u64> = talk
        .exchange
        .answers()
        .map(|answer| answer.wire.start)
        .collect();
    assert_eq!(statuses.len(), 3, "{}", talk.kinds());
    assert_eq!(talk.exchange.answered, Some((3, 3)));
    assert_eq!(talk.exchange.closed.unwrap().by, Closer::Peer);
    assert!(talk.kinds().contains("half_closed"), "{}", talk.kinds());
}

#[test]
fn an_exchange_that_had_ended_goes_on_on_its_connection() {
    let server = echo_path();
    let first = plan(&server, GET);
    let mut talk = Talk::start(&first);
    assert_eq!(talk.outcome(), Ok(()));
    assert!(talk.exchange.closed.unwrap().kept_alive);
    let end = talk.exchange.end.unwrap();
    let from = Resume {
        local: talk.exchange.local.clone().unwrap(),
        peer: talk.exchange.peer.clone().unwrap(),
        sent: first.request.len(),
        answers: 1,
        wire_bytes: end.wire_bytes,
        head_bytes: end.head_bytes,
        body_bytes: end.body_bytes,
    };
    let mut plan = first.clone();
    plan.request = [&first.request[..], b"GET /more HTTP/1.1\r\n\r\n"]
        .concat()
        .into();
    let control = Control::new();
    let (wake, wakes) = mpsc::channel();
    let mut sender = talk
        .receiver
        .reopen(&control, move || {
            let _ = wake.send(());
        })
        .unwrap();
    (talk.control, talk.wakes) = (control.clone(), wakes);
    let (pool, its_from) = (talk.pool.clone(), from.clone());
    talk.running = Some(thread::spawn(move || {
        resume(&plan, &its_from, &control, &pool, &mut sender)
    }));
    talk.until(|exchange| exchange.body_bytes == 5);
    talk.control.hang_up();
    assert_eq!(talk.outcome(), Ok(()));
    assert_eq!(
        talk.kinds(),
        "send 28, recv 40, end content_length, resumed, send 22, answer, recv 43, end content_length"
            .replace("answer, recv 43", "recv 43, answer")
    );
    assert_eq!(talk.exchange.answered, Some((2, 2)));
    let end = talk.exchange.end.unwrap();
    assert_eq!((end.wire_bytes, end.body_bytes), (83, 7));
    assert!(talk.wire().ends_with("/more"));
    // It was closed by hand: nobody can go on there.
    let again = resume(
        &first,
        &from,
        &Control::new(),
        &talk.pool,
        &mut crate::support::Record::default(),
    );
    assert_eq!(again, Err(Error::NotKept));
}

#[test]
fn after_101_bytes_go_both_ways() {
    let head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\n";
    let script = vec![
        Step::Read { bytes: 28 },
        send(format!("{head}hello")),
        Step::Read { bytes: 4 },
        send("PING"),
        Step::Close,
    ];
    let server = Server::start_raw(move |_| script.clone()).unwrap();
    let mut plan = plan(&server, GET);
    plan.talk = true;
    let mut talk = Talk::start(&plan);
    let length = head.len() as u64;
    talk.until(|exchange| exchange.recvs.bytes == length + 5);
    talk.control.say(b"ping").unwrap();
    assert_eq!(talk.outcome(), Ok(()));
    assert!(talk.wire().ends_with("helloPING"));
    let upgraded = talk.exchange.upgraded.unwrap();
    assert_eq!((upgraded.wire, upgraded.sent), (length, 28));
    assert_eq!(talk.exchange.end.unwrap().reason, EndReason::Upgrade);
    assert_eq!(talk.exchange.anomaly_count, 0);
}

// -- TLS: one session, so one thread ----------------------------------------------------

/// A server that answers in records alone would choke on one plain byte: what is answered
/// was said through the session.
#[test]
fn what_is_said_on_tls_goes_through_its_session() {
    let playground = TlsPlayground::serve(None, || EchoPath).unwrap();
    for nonblocking in [false, true] {
        let mut plan = secure(&playground, "/", GET);
        plan.options.nonblocking = nonblocking;
        let mut talk = Talk::start_held(&plan);
        talk.until(|exchange| exchange.body_bytes == 2);
        talk.control.say(b"GET /later HTTP/1.1\r\n").unwrap();
        talk.control.say(b"Host: h\r\n\r\n").unwrap();
        talk.until(|exchange| exchange.recvs.bytes == 2 * 38 + 2 + 6);
        talk.control.say(b"GET /b HTTP/1.1\r\n\r\n").unwrap();
        talk.until(|exchange| exchange.start.before == 2 && exchange.body_bytes == 2);
        talk.control.finish_saying().unwrap();
        assert_eq!(talk.outcome(), Ok(()));
        assert!(talk.wire().ends_with("/b"), "{}", talk.wire());
        assert_eq!(talk.exchange.answered, Some((3, 3)));
        assert!(talk.kinds().contains("half_closed"), "{}", talk.kinds());
        // Every byte of it as ciphertext, and the ledger agrees.
        let log = talk.exchange.log.iter();
        let sent: Vec<(u64, u32)> = log
            .filter_map(|(_, event)| match &event.kind {
                Kind::Send {
                    offset,
                    sent,
                    ciphertext,
                    ..
                } => {
                    assert!(*ciphertext > Some(*sent), "{event:?}");
                    Some((*offset, *sent))
                }
                _ => None,
            })
            .collect();
        let mut at = 0;
        for (offset, bytes) in sent {
            assert_eq!(offset, at);
            at += u64::from(bytes);
        }
        assert_eq!(at, 28 + 21 + 11 + 19);
    }
}

#[test]
fn a_stream_both_ways_runs_on_tls() {
    let playground = TlsPlayground::start(None).unwrap();
    let head = "GET /upgrade HTTP/1.1|Host: h|Connection: upgrade|Upgrade: echo||";
    let mut plan = secure(&playground, "/upgrade", head);
    plan.talk = true;
    let mut talk = Talk::start(&plan);
    talk.until(|exchange| exchange.upgraded.is_some());
    let before = talk.exchange.recvs.bytes;
    talk.control.say(b"ping").unwrap();
    talk.until(|exchange| exchange.recvs.bytes > before);
    assert!(
        talk.wire().to_ascii_lowercase().contains("ping"),
        "{}",
        talk.wire()
    );
    talk.control.hang_up();
    assert_eq!(talk.outcome(), Ok(()));
}

/// `x` closes in order: the peer is told by close_notify, whatever the fetch was doing.
#[test]
fn hanging_up_says_good_bye_on_tls() {
    let playground = TlsPlayground::start(None).unwrap();
    // Where it waits: in recv() for more of a body, in poll() behind a response, and
    // where there is always more to receive.
    for (path, held, nonblocking) in [
        ("/stall", false, false),
        ("/stall", false, true),
        ("/hello", true, false),
        ("/flood", false, false),
    ] {
        let mut plan = secure(&playground, path, &format!("GET {path} HTTP/1.1|Host: h||"));
        plan.options.nonblocking = nonblocking;
        let mut talk = match held {
            true => Talk::start_held(&plan),
            false => Talk::start(&plan),
        };
        talk.until(|exchange| exchange.head.is_some());
        talk.control.hang_up();
        assert_eq!(talk.outcome(), Ok(()), "{path}");
        let log = talk.exchange.log.iter();
        let alerts: Vec<_> = log
            .filter_map(|(_, event)| match &event.kind {
                Kind::TlsAlert(alert) => Some((alert.direction, alert.name.as_str())),
                _ => None,
            })
            .collect();
        assert_eq!(alerts, [(Direction::Sent, "close_notify")], "{path}");
        let (records, ciphertext, _) = talk.exchange.ledger.total(Direction::Sent);
        assert!(records > 0);
        assert_eq!(ciphertext, talk.exchange.ciphertext.sent, "{path}");
        assert_eq!(talk.exchange.closed.unwrap().why, "the user closed it");
    }
}

/// In a send() that finds no room there is no room for a good-bye either.
#[test]
fn hanging_up_ends_a_send_that_waits_for_room_on_tls() {
    let deaf = || Deaf;
    let playground = TlsPlayground::serve(None, deaf).unwrap();
    for nonblocking in [false, true] {
        let mut plan = secure(&playground, "/", GET);
        plan.options.nonblocking = nonblocking;
        let mut talk = Talk::start_held(&plan);
        talk.until(|exchange| exchange.body_bytes == 2);
        let said = vec![b'x'; 64 << 20];
        talk.control.say(&said).unwrap();
        talk.until(|exchange| exchange.sends.bytes > 1 << 20);
        talk.control.hang_up();
        assert_eq!(talk.outcome(), Ok(()));
        let sent = talk.exchange.sends.bytes - plan.request.len() as u64;
        assert_eq!(talk.unsent(), Some(said.len() as u64 - sent));
    }
}

/// What was said and cannot be sent any more is told.
#[test]
fn what_was_said_and_not_sent_is_told_on_tls() {
    let playground = TlsPlayground::start(None).unwrap();
    for (hang_up, outcome) in [(true, Ok(())), (false, Err(Error::Cancelled))] {
        // Its thread is in a recv() that blocks: there is more of the body to come.
        let plan = secure(&playground, "/stall", "GET /stall HTTP/1.1|Host: h||");
        let mut talk = Talk::start(&plan);
        talk.until(|exchange| exchange.head.is_some());
        talk.control.pause();
        talk.control.say(b"hello").unwrap();
        match hang_up {
            true => talk.control.hang_up(),
            false => talk.control.cancel(),
        }
        assert_eq!(talk.outcome(), outcome);
        assert_eq!(talk.unsent(), Some(5));
        assert_eq!(talk.control.say(b"more"), Err(Error::NotKept));
        assert_eq!(talk.control.finish_saying(), Err(Error::NotKept));
    }
}

fn secure(playground: &TlsPlayground, path: &str, request: &str) -> Plan {
    let target = Target::parse(&playground.url(Certificate::Good, path)).unwrap();
    let mut plan = Plan::new(target, request.replace('|', "\r\n").into_bytes());
    plan.options.tls.cacert = Some(playground.root_file());
    plan
}
