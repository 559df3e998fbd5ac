//! The browser without a terminal: an [`App`] under a clock that stands still, fetches
//! whose events a test tells, frames as text.
//!
//! Owns the steps of a script ([`Stage::play`]); those of its fetches are [`told`]'s.
//! Nothing is opened.
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
//! drag WORDS               from where the mouse is held, to there
//! wheel up|down WORDS      there
//! found FROM..TO           a find's answer, in the view's offsets
//! idle PLACE | PLACE …     connections that are kept, the second one closed by its peer
//! notice TEXT · problem TEXT
//! practice PORT            the practice server on TLS listens there
//! @MS                      the clock: milliseconds since the exchange began; then,
//!                          on the same line, what its fetch tells:
//! @0.1 connected               looked up, connected, all sent, the queues empty
//!                              (of an https URL, with the handshake)
//!                              (through the tab's proxy, with what that wants to hear)
//! @0.1 proxy refuses 403 No · proxy refuses WHY · proxy silent
//! @0.1 bind 127.0.0.1 · setsockopt TCP_NODELAY 1 = Operation not supported
//! @0.1 untrusted WHY           connected, and the certificate refused for that
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
mod proxied;
mod secured;
mod text;
mod told;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use unicode_width::UnicodeWidthStr;

use sockeye::body::differ::compare;
use sockeye::body::{Memory, Window};
use sockeye::event::{Addr, EndMode};
use sockeye::net::pool::Idle;
use sockeye::plan::Plan;
use sockeye::playground::tls::Kind;
use sockeye::rejudge::rejudge;
use sockeye::tui::app::App;
use sockeye::tui::compare::Bodies;
use sockeye::tui::finder::Way;
use sockeye::tui::layout::Size;
use sockeye::tui::message::{Effect, Message};
use sockeye::tui::practice::Practice;
use sockeye::tui::theme::Theme;
use sockeye::tui::unpack::Work;
use sockeye::tui::visit::VisitId;
use sockeye::tui::{ui, update};
use sockeye::view::safe::is_unsafe;

use told::{Fetch, Told};

pub use keys::key;
pub use text::{diff, unescape};

/// The practice server that the start page names.
pub const PLAYGROUND: u16 = 8080;

/// The wall's clock: 2026-11-22 20:00 UTC.
const WALL: i64 = 1_795_377_600;

/// Of the first tab's WebSockets.
pub const KEY: &str = "c29ja2V5ZSdzIGtleXMuLg==";

pub struct Stage {
    pub app: App,
    zero: Instant,
    fetches: Vec<Fetch>,
    /// What the browser asked for, oldest first, since [`Stage::asked`] was called.
    effects: Vec<Effect>,
    unpacking: HashMap<VisitId, Work>,
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
        app.wall = WALL;
        app.tab_mut().key = KEY.to_owned();
        app.pages = sockeye::playground::Playground::pages().collect();
        Stage {
            app,
            zero,
            fetches: Vec::new(),
            effects: Vec::new(),
            unpacking: HashMap::new(),
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
            "drag" => self.mouse(MouseEventKind::Drag(MouseButton::Left), rest),
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
                self.tell(Message::Found {
                    id,
                    view,
                    hit,
                    wrapped: false,
                    way: Way {
                        from: 0,
                        back: false,
                        steady: true,
                        round: true,
                    },
                });
            }
            "idle" => {
                let idle = (1..).zip(rest.split(" | ")).map(|(id, place)| Idle {
                    id,
                    place: place.to_owned(),
                    local: Addr::Ip(([127, 0, 0, 1], 40_000 + id as u16).into()),
                    peer: Addr::Ip(([127, 0, 0, 1], 80).into()),
                    exchanges: id as u32,
                    since: self.zero,
                    news: (id == 2).then_some("the peer had closed it"),
                });
                self.tell(Message::Idle(idle.collect()));
            }
            "practice" => self.tell(Message::Practice(Practice {
                ports: vec![(Kind::Good, rest.parse().expect("a port"))],
                root: b"root".as_slice().into(),
                proxies: vec![
                    "http://127.0.0.1:3128".to_owned(),
                    "socks5h://sockeye:practice@127.0.0.1:3131".to_owned(),
                ],
            })),
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
                Effect::Rejudge { id, .. } => self.tell(judged(*id, &effect)),
                Effect::Lay { id, job } => {
                    let laid = Box::new(job.run());
                    self.tell(Message::Laid { id: *id, laid });
                }
                Effect::Compare { pair, bodies, .. } => {
                    let same = compare(bodies.each_ref(), |_| true).expect("bytes in memory");
                    let bodies = Bodies::Compared(same.expect("somebody waits"));
                    self.tell(Message::Compared {
                        pair: *pair,
                        bodies,
                    });
                }
                Effect::Unpack {
                    id,
                    begins,
                    body,
                    over,
                    ..
                } => {
                    let memory = Memory::new(32 << 20);
                    let work = |codings| Work::new(codings, &memory);
                    let before = self.unpacking.remove(id);
                    let mut work = begins.as_ref().map(work).or(before).expect("a thread");
                    self.unpack(*id, &mut work, body, *over, false);
                    self.unpacking.insert(*id, work);
                    continue;
                }
                Effect::Say { id, bytes } => self.act(*id, |told| told.say(bytes)),
                Effect::UnpackOn(id) => {
                    let visit = self.app.visit(*id).expect("an exchange");
                    let (body, over) = (visit.whole_body(), visit.over);
                    let mut work = self.unpacking.remove(id).expect("its thread");
                    self.unpack(*id, &mut work, &body, over, true);
                    self.unpacking.insert(*id, work);
                }
                _ => {}
            }
            self.effects.push(effect);
        }
    }

    fn unpack(&mut self, id: VisitId, work: &mut Work, body: &Window, over: bool, on: bool) {
        let wanted = || true;
        let answer = self.app.visit(id).expect("an exchange").meaning.of;
        work.run(body, over, on, wanted, |unpacked| {
            self.tell(Message::Unpacked {
                id,
                answer,
                unpacked,
            });
        });
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
        let id = self.app.tab().visit().expect("an exchange").id;
        self.act(id, act);
    }

    fn act(&mut self, id: VisitId, act: impl FnOnce(&mut Told) -> bool) {
        let visit = self.app.visit(id).expect("an exchange");
        let t_us = visit.elapsed_us(self.app.now);
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

fn name(effect: &Effect) -> String {
    match effect {
        Effect::Fetch { id, paused, .. } => match paused {
            None => format!("fetch {id}"),
            Some(calls) => format!("fetch {id}, paused with {calls} calls"),
        },
        Effect::Cancel(id) => format!("cancel {id}"),
        Effect::Hold(id) => format!("hold {id}"),
        Effect::Say { id, bytes } => format!("say {id} {}", lossy(bytes)),
        Effect::TalkOn { id, from, .. } => format!("talk on {id} from {}", from.sent),
        Effect::FinishSaying(id) => format!("half-close {id}"),
        Effect::HangUp(id) => format!("hang up {id}"),
        Effect::ListIdle => "list the idle connections".to_owned(),
        Effect::CloseIdle(id) => format!("close idle {id:?}"),
        Effect::Pause(id) => format!("pause {id}"),
        Effect::Resume(id) => format!("resume {id}"),
        Effect::Step(id) => format!("step {id}"),
        Effect::Pace(id, pace) => format!("pace {id} {pace:?}"),
        Effect::Forget(id) => format!("forget {id}"),
        Effect::Find { way, .. } => {
            let back = if way.back { "back from" } else { "from" };
            let once = if way.round { "" } else { " to the end" };
            format!("find {back} {}{once}", way.from)
        }
        Effect::Count { base, .. } => format!("count before {base}"),
        Effect::Unpack { id, .. } => format!("unpack {id}"),
        Effect::UnpackOn(id) => format!("unpack {id} past the limit"),
        Effect::StopFinding => "stop finding".to_owned(),
        Effect::ReadBody(path) => format!("read {}", path.display()),
        Effect::LayOut { id, .. } => format!("lay out {id}"),
        Effect::Rejudge { id, timeout, .. } => format!("judge {id} with {timeout:?}"),
        Effect::Lay { id, .. } => format!("lay out {id}"),
        Effect::Compare { pair: [a, b], .. } => format!("compare {a} with {b}"),
        Effect::Copy { bytes, .. } => format!("copy {}", lossy(bytes)),
        Effect::CopyToFile { stretch, form, .. } => {
            format!("copy {} B to a file as {}", stretch.len(), form.title())
        }
        Effect::Save { bytes, path, over } => {
            let over = if *over { " over what is there" } else { "" };
            format!("save {} B in {}{over}", bytes.len(), path.display())
        }
        Effect::StopSaving => "stop saving".to_owned(),
        Effect::Page(_) => "page".to_owned(),
        Effect::Pipe { command, .. } => format!("pipe to {command}"),
        Effect::EditRequest(_) => "edit the request".to_owned(),
        Effect::EditBody(_) => "edit the body".to_owned(),
        Effect::TakeTerminal => "take the terminal".to_owned(),
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

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
