//! The browser without a terminal: an [`App`] under a clock that stands still, fetches
//! whose events a test tells, frames as text.
//!
//! Owns the steps of a script ([`Stage::play`]). Response bytes go through the program's
//! own reader and channel, so the events are those that a real fetch would send; nothing
//! is opened.
//!
//! # A script
//! One step a line; `#` begins a remark.
//! ```text
//! open URL                 types a URL and goes there
//! press KEY KEY …          named as in the program's table: Ctrl-L, Shift-Tab, q
//! type TEXT                character by character
//! paste TEXT               as a terminal pastes; TEXT has \r \n \t \\ \0 \xHH
//! edited TEXT              the request is these bytes
//! click WORDS              on the first place on screen where they stand
//! wheel up|down WORDS      there
//! found FROM..TO           a find's answer, in the view's offsets
//! notice TEXT · problem TEXT
//! @MS                      the clock: milliseconds since the exchange began; then,
//!                          on the same line, what its fetch tells:
//! @0.1 connected               looked up, connected, all sent, the queues empty
//! @0.1 getaddrinfo · getaddrinfo = ::1 127.0.0.1
//! @0.1 socket AF_INET = 7
//! @0.1 connect [::1]:80 · connect [::1]:80 = 0 · connect [::1]:80 = Connection refused
//! @0.1 send 16 = 5             offered and taken
//! @0.1 recv TEXT               received; `recv*8 TEXT`: so many times, in one call
//! @0.1 eof                     recv() = 0
//! @0.1 fails recv ECONNRESET · error connect WHY · cancelled · timeout · over
//! @0.1 ended                   it has, and its thread has not returned
//! @0.1 held recv 250 · eagain recv 250        so many milliseconds
//! @0.1 queues recv 256/131072 send 0/2626560 · peer recv 0/131072 send 9/2626560
//! ```

mod keys;
mod text;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use unicode_width::UnicodeWidthStr;

use sockeye::body::Memory;
use sockeye::error::Error;
use sockeye::event::{
    Addr, Call, Closer, End, EndMode, EndReason, Event, Family, Kind, Queues, Socket,
};
use sockeye::net::channel::{self, Receiver, Sender, channel};
use sockeye::net::{Control, Sink};
use sockeye::plan::Plan;
use sockeye::proto::{Output, Reader};
use sockeye::rejudge::rejudge;
use sockeye::request;
use sockeye::tui::app::{App, VisitId};
use sockeye::tui::layout::Size;
use sockeye::tui::message::{Effect, Message};
use sockeye::tui::theme::Theme;
use sockeye::tui::{ui, update};
use sockeye::view::safe::is_unsafe;

pub use keys::key;
pub use text::{diff, unescape};

/// The practice server that the start page names.
pub const PLAYGROUND: u16 = 8080;

pub struct Stage {
    pub app: App,
    zero: Instant,
    fetches: Vec<Fetch>,
    /// What the browser asked for, oldest first, since [`Stage::asked`] was called.
    effects: Vec<Effect>,
}

/// A fetch that a test tells.
struct Fetch {
    id: VisitId,
    plan: Plan,
    sender: Sender,
    receiver: Receiver,
    reader: Reader,
    sent: u64,
    received: u64,
    peer_closed: bool,
}

impl Stage {
    /// In monochrome, with the practice server at [`PLAYGROUND`].
    pub fn new(columns: u16, rows: u16) -> Stage {
        Stage::with(Size { columns, rows }, Theme::new(false))
    }

    pub fn with(size: Size, theme: Theme) -> Stage {
        let zero = Instant::now();
        let mut app = App::new(size, zero, theme);
        app.playground = Some(PLAYGROUND);
        Stage {
            app,
            zero,
            fetches: Vec::new(),
            effects: Vec::new(),
        }
    }

    /// Plays a whole script on a new stage.
    pub fn of(columns: u16, rows: u16, script: &str) -> Stage {
        let mut stage = Stage::new(columns, rows);
        stage.play(script);
        stage
    }

    pub fn play(&mut self, script: &str) {
        for line in script.lines().map(str::trim) {
            if !line.is_empty() && !line.starts_with('#') {
                self.step(line);
            }
        }
    }

    /// One message, and what the program would do about its effects at once.
    pub fn tell(&mut self, message: Message) {
        let effects = update::update(&mut self.app, message);
        self.perform(effects);
    }

    pub fn press(&mut self, keys: &str) {
        for name in keys.split_whitespace() {
            self.tell(Message::Key(key(name)));
        }
    }

    pub fn typed(&mut self, c: char) {
        self.tell(Message::Key(keys::character(c, KeyModifiers::NONE)));
    }

    /// Names of what was asked for since the last look: `fetch 1`, `cancel 1`, `quit 0`.
    pub fn asked(&mut self) -> Vec<String> {
        self.effects.drain(..).map(|effect| name(&effect)).collect()
    }

    /// The plan of the fetch that was started last.
    pub fn plan(&self) -> &Plan {
        &self.fetches.last().expect("a fetch").plan
    }

    fn step(&mut self, line: &str) {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            "open" => {
                let effects = update::open(&mut self.app, rest);
                self.perform(effects);
            }
            "press" => self.press(rest),
            "type" => {
                rest.chars().for_each(|c| self.typed(c));
            }
            "paste" => self.tell(Message::Paste(lossy(&unescape(rest)))),
            "edited" => self.tell(Message::Edited(unescape(rest))),
            "click" => self.mouse(MouseEventKind::Down(MouseButton::Left), rest),
            "wheel" => {
                let (way, words) = rest.split_once(' ').expect("wheel up|down WORDS");
                let kind = match way {
                    "up" => MouseEventKind::ScrollUp,
                    _ => MouseEventKind::ScrollDown,
                };
                self.mouse(kind, words);
            }
            "found" => {
                let (from, to) = rest.split_once("..").expect("found FROM..TO");
                let (id, view) = (
                    self.app.tab().visit().expect("an exchange").id,
                    self.app.tab().view,
                );
                let hit = Some(from.parse().expect("a number")..to.parse().expect("a number"));
                self.tell(Message::Found { id, view, hit });
            }
            "notice" => self.tell(Message::Note(lossy(&unescape(rest)))),
            "problem" => self.tell(Message::Complain(lossy(&unescape(rest)))),
            _ => match verb.strip_prefix('@') {
                Some(ms) => {
                    let ms: f64 = ms.parse().unwrap_or_else(|_| panic!("{line:?}"));
                    self.at((ms * 1000.0) as u64);
                    if !rest.is_empty() {
                        self.fetch_tells(rest);
                    }
                }
                None => panic!("{line:?} is no step"),
            },
        }
    }

    /// Sets the clock to microseconds since the exchange shown began; never back.
    fn at(&mut self, us: u64) {
        let zero = self
            .app
            .tab()
            .visit()
            .map_or(self.zero, |visit| visit.started);
        self.app.now = self.app.now.max(zero + Duration::from_micros(us));
        self.tell(Message::Tick);
    }

    pub fn pass(&mut self, ms: u64) {
        self.app.now += Duration::from_millis(ms);
        self.tell(Message::Tick);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match &effect {
                Effect::Fetch { id, plan, .. } => self.start(*id, (**plan).clone()),
                Effect::ReadBody(path) => format!("read {}", path.display()),
                Effect::Rejudge { id, .. } => self.tell(judged(*id, &effect)),
                _ => {}
            }
            self.effects.push(effect);
        }
    }

    fn start(&mut self, id: VisitId, plan: Plan) {
        let fetch = Fetch::new(id, plan);
        let started = Message::Started {
            id,
            wire: fetch.receiver.wire(),
            decoded: fetch.receiver.decoded(),
        };
        self.fetches.push(fetch);
        self.tell(started);
    }

    /// The exchange shown has not ended.
    pub fn running(&self) -> bool {
        self.app.tab().visit().is_some_and(|visit| !visit.over)
    }

    /// The fetch of the exchange shown receives these in one call.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.fetch_acts(|told| told.recv(bytes));
    }

    fn fetch_tells(&mut self, step: &str) {
        self.fetch_acts(|told| told.step(step));
    }

    /// The fetch of the exchange shown does something at the clock's time, and answers
    /// whether it is over.
    fn fetch_acts(&mut self, act: impl FnOnce(&mut Told) -> bool) {
        let visit = self.app.tab().visit().expect("an exchange");
        let (id, t_us) = (visit.id, visit.elapsed_us(self.app.now));
        let fetch = self.fetches.iter_mut().find(|fetch| fetch.id == id);
        let fetch = fetch.expect("its fetch");
        let over = act(&mut Told { t_us, fetch });
        let mut events = Vec::new();
        fetch.receiver.drain(&mut events);
        self.tell(Message::Events { id, events });
        if over {
            self.tell(Message::Over(id));
        }
    }

    pub fn mouse_at(&mut self, kind: MouseEventKind, column: u16, row: u16) {
        self.tell(Message::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        }));
    }

    fn mouse(&mut self, kind: MouseEventKind, words: &str) {
        let frame = self.frame();
        let found = frame.rows().iter().enumerate().find_map(|(y, row)| {
            let at = row.find(words)?;
            Some((row[..at].width() as u16, y as u16))
        });
        let (x, y) = found.unwrap_or_else(|| panic!("{words:?} is not on screen:\n{frame}"));
        self.mouse_at(kind, x, y);
    }

    /// Draws; no cell may hold what must not reach a terminal.
    pub fn frame(&self) -> Frame {
        let size = self.app.size;
        let mut terminal =
            Terminal::new(TestBackend::new(size.columns, size.rows)).expect("a backend");
        let mut cursor = None;
        terminal
            .draw(|frame| {
                ui::render(frame, &self.app);
            })
            .expect("a frame");
        let backend = terminal.backend();
        if backend.cursor_visible() {
            cursor = Some(backend.cursor_position());
        }
        let frame = Frame {
            buffer: backend.buffer().clone(),
            cursor,
        };
        frame.check();
        frame
    }
}

/// What is on screen.
pub struct Frame {
    pub buffer: Buffer,
    pub cursor: Option<Position>,
}

impl Frame {
    pub fn rows(&self) -> Vec<String> {
        let area = self.buffer.area;
        (0..area.height)
            .map(|y| {
                let mut row = String::new();
                let mut x = 0;
                while x < area.width {
                    let symbol = self.buffer[(x, y)].symbol();
                    row.push_str(symbol);
                    x += (symbol.width() as u16).max(1);
                }
                row.trim_end().to_owned()
            })
            .collect()
    }

    pub fn contains(&self, words: &str) -> bool {
        self.rows().iter().any(|row| row.contains(words))
    }

    fn check(&self) {
        for (at, cell) in self.buffer.content().iter().enumerate() {
            let symbol = cell.symbol();
            assert!(
                !symbol.chars().any(is_unsafe),
                "cell {:?} holds {symbol:?}",
                self.buffer.pos_of(at)
            );
        }
    }
}

impl std::fmt::Display for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.rows().join("\n"))
    }
}

impl Fetch {
    fn new(id: VisitId, plan: Plan) -> Fetch {
        let control = Control::new();
        let (sender, receiver): (channel::Sender, channel::Receiver) =
            channel(&Memory::new(1 << 20), &control, || {});
        Fetch {
            id,
            reader: Reader::new(request::method(&plan.request), plan.end, 0),
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
struct Told<'a> {
    t_us: u64,
    fetch: &'a mut Fetch,
}

/// What the reader finds goes the way of the fetch's own events.
struct Found<'a> {
    t_us: u64,
    sender: &'a mut Sender,
    body: u64,
}

impl Told<'_> {
    /// True when the fetch is over.
    fn step(&mut self, step: &str) -> bool {
        let (verb, rest) = step.split_once(' ').unwrap_or((step, ""));
        let (before, answer) = rest.split_once("= ").unwrap_or((rest, ""));
        let before = before.trim();
        match verb {
            "connected" => self.connected(),
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
                });
            }
            "socket" => {
                let named = |family: &&Family| family.name() == before;
                self.emit(Kind::Socket(Box::new(Socket {
                    family: *Family::ALL.iter().find(named).expect("a family"),
                    fd: answer.parse().expect("a number"),
                    options: Vec::new(),
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
        let (host, port) = (
            self.fetch.plan.target.host.to_string(),
            self.fetch.plan.target.port,
        );
        let now = self.t_us;
        self.t_us = 0;
        self.emit(Kind::ResolveStart { host, port });
        self.t_us = now;
        self.step("getaddrinfo = 127.0.0.1");
        self.step("socket AF_INET = 7");
        self.step(&format!("connect 127.0.0.1:{port}"));
        self.step(&format!("connect 127.0.0.1:{port} = 0"));
        let all = self.fetch.plan.request.len().to_string();
        self.send(&all, &all);
        self.step("queues recv 0/131072 send 0/2626560 window 65483/32741 rtt 42");
    }

    fn send(&mut self, offered: &str, sent: &str) {
        let sent: u32 = sent.parse().expect("a number");
        self.emit(Kind::Send {
            offset: self.fetch.sent,
            offered: offered.parse().expect("a number"),
            sent,
        });
        self.fetch.sent += u64::from(sent);
    }

    fn recv(&mut self, bytes: &[u8]) -> bool {
        self.fetch.sender.wire(bytes).expect("memory");
        self.emit(Kind::Recv {
            offset: self.fetch.received,
            asked: self.fetch.plan.recv_size as u32,
            bytes: bytes.len() as u32,
            queued: None,
        });
        self.fetch.received += bytes.len() as u64;
        self.fetch.peer_closed = bytes.is_empty();
        self.read(|reader, found| match bytes {
            [] => reader.feed_eof(found),
            bytes => reader.feed(bytes, found),
        });
        match self.fetch.reader.ended() {
            Some(_) => self.end(self.fetch.reader.fault()),
            None => false,
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
    fn end(&mut self, error: Option<Error>) -> bool {
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

    fn emit(&mut self, kind: Kind) {
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

fn name(effect: &Effect) -> String {
    match effect {
        Effect::Fetch { id, paused, .. } => match paused {
            None => format!("fetch {id}"),
            Some(calls) => format!("fetch {id}, paused with {calls} calls"),
        },
        Effect::Cancel(id) => format!("cancel {id}"),
        Effect::Pause(id) => format!("pause {id}"),
        Effect::Resume(id) => format!("resume {id}"),
        Effect::Step(id) => format!("step {id}"),
        Effect::Pace(id, pace) => format!("pace {id} {pace:?}"),
        Effect::Forget(id) => format!("forget {id}"),
        Effect::Find {
            needle, from, back, ..
        } => {
            let way = if *back { "back from" } else { "from" };
            format!("find {} {way} {from}", lossy(needle))
        }
        Effect::Rejudge { id, timeout, .. } => format!("judge {id} with {timeout:?}"),
        Effect::Copy { bytes, .. } => format!("copy {}", lossy(bytes)),
        Effect::Save { path, .. } => format!("save {}", path.display()),
        Effect::Page(_) => "page".to_owned(),
        Effect::EditRequest(_) => "edit the request".to_owned(),
        Effect::EditBody(_) => "edit the body".to_owned(),
        Effect::Quit(status) => format!("quit {status}"),
    }
}

/// What the program's own judge answers.
fn judged(id: VisitId, asked: &Effect) -> Message {
    let Effect::Rejudge {
        exchange,
        method,
        received,
        timeout,
        ..
    } = asked
    else {
        panic!("no question for the judge");
    };
    let judged = EndMode::ALL
        .iter()
        .map(|&mode| rejudge(exchange, method, received, mode, *timeout).expect("bytes in memory"));
    Message::Judged {
        id,
        judged: judged.collect(),
    }
}

/// Our end of every connection.
fn local() -> Addr {
    Addr::Ip(SocketAddr::from(([127, 0, 0, 1], 54321)))
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
