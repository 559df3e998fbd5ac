//! Every lesson, done as a learner does it: the browser's state and keys, the real engine
//! and the practice servers. Each step is set up, is not done yet, its key is pressed, and
//! then the calls that were really made must show it.
//!
//! Nothing is drawn, and no terminal is there: what the browser's loop does with effects is
//! done by [`Learner`].

#[path = "support/keys.rs"]
mod keys;

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use sockeye::body::Memory;
use sockeye::lesson::{self, Judgement, Lesson, Places, Seen, Step};
use sockeye::net::{self, Control, Pool, channel as fetched};
use sockeye::playground::Playground;
use sockeye::playground::tls::TlsPlayground;
use sockeye::tui::app::App;
use sockeye::tui::keymap::Action;
use sockeye::tui::layout::Size;
use sockeye::tui::message::{Effect, Message};
use sockeye::tui::practice::Practice;
use sockeye::tui::theme::Theme;
use sockeye::tui::update;
use sockeye::tui::visit::VisitId;

/// Longer than any step takes on any machine; no test waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often the browser looks at its clock and at the kernel's queues.
const TICK: Duration = Duration::from_millis(5);

struct Learner {
    app: App,
    messages: Receiver<Message>,
    sender: Sender<Message>,
    running: HashMap<VisitId, (Control, fetched::Receiver)>,
    pool: Arc<Pool>,
    memory: Memory,
}

/// One for all learners: their certificates take a while to make.
static SERVERS: LazyLock<(Playground, TlsPlayground)> = LazyLock::new(|| {
    let playground = Playground::start(None).unwrap();
    let tls = playground.beside().start(None).unwrap();
    (playground, tls)
});

impl Learner {
    fn new() -> Learner {
        let size = Size {
            columns: 80,
            rows: 24,
        };
        let mut app = App::new(size, Instant::now(), Theme::new(false));
        let (playground, tls) = &*SERVERS;
        app.playground = Some(playground.port());
        let ports = tls.servers().map(|(kind, server)| (kind, server.port()));
        app.practice = Some(Practice {
            ports: ports.collect(),
            root: tls.root(),
            proxies: Vec::new(),
        });
        let (sender, messages) = channel();
        Learner {
            app,
            messages,
            sender,
            running: HashMap::new(),
            pool: Arc::default(),
            memory: Memory::new(64 << 20),
        }
    }

    fn tell(&mut self, message: Message) {
        self.app.now = Instant::now();
        let effects = update::update(&mut self.app, message);
        self.execute(effects);
    }

    fn press(&mut self, action: Action) {
        // A pop-up that opened by itself is closed first.
        let close = self.app.popup.is_some().then_some(Action::Escape);
        for action in close.into_iter().chain([action]) {
            let key = keys::key(self.app.keys.key(action));
            self.tell(Message::Key(key));
        }
    }

    fn execute(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Fetch {
                    id,
                    plan,
                    paused,
                    pace,
                } => {
                    let control = Control::new();
                    control.throttle(pace.map(f64::from));
                    if let Some(steps) = paused {
                        control.pause();
                        (0..steps).for_each(|_| control.step());
                    }
                    let wakes = self.sender.clone();
                    let wake = move || drop(wakes.send(Message::Woken(id)));
                    let (mut sender, receiver) = fetched::channel(&self.memory, &control, wake);
                    let started = Message::Started {
                        id,
                        wire: receiver.wire(),
                        decoded: receiver.decoded(),
                    };
                    let (pool, hand) = (self.pool.clone(), control.clone());
                    self.running.insert(id, (control, receiver));
                    std::thread::spawn(move || net::fetch(&plan, &hand, &pool, &mut sender));
                    self.tell(started);
                }
                Effect::Cancel(id) => self.hand(id, Control::cancel),
                Effect::Pause(id) => self.hand(id, Control::pause),
                Effect::Resume(id) => self.hand(id, Control::resume),
                Effect::Step(id) => self.hand(id, Control::step),
                _ => {}
            }
        }
    }

    fn hand(&self, id: VisitId, act: impl Fn(&Control)) {
        if let Some((control, _)) = self.running.get(&id) {
            act(control);
        }
    }

    /// What one turn of the browser's loop does.
    fn turn(&mut self) {
        let message = self.messages.recv_timeout(TICK).ok();
        if let Some(Message::Woken(id)) = message
            && let Some((_, receiver)) = self.running.get(&id)
        {
            let over = receiver.finished();
            let mut events = Vec::new();
            receiver.drain(&mut events);
            self.tell(Message::Events { id, events });
            if over {
                self.running.remove(&id);
                self.tell(Message::Over(id));
            }
        }
        let shown = self.app.tab().visit().map(|visit| visit.id);
        let queues = shown.and_then(|id| {
            let (control, _) = self.running.get(&id)?;
            Some((id, control.queues()?))
        });
        if let Some((id, ours)) = queues {
            self.tell(Message::Queues {
                id,
                ours,
                theirs: None,
            });
        }
        self.tell(Message::Tick);
    }

    /// Calls that answered, in the exchange shown.
    fn calls(&self) -> u64 {
        let visit = self.app.tab().visit();
        visit.map_or(0, |visit| visit.live.log.nth_call(0).1)
    }

    /// Turns until this holds; what else is seen is told when it never does.
    fn until(&mut self, what: &str, mut holds: impl FnMut(&Learner) -> bool) {
        let began = Instant::now();
        while !holds(self) {
            if began.elapsed() > PATIENCE {
                let visit = self.app.tab().visit().map(|visit| &visit.live);
                let told = visit.map(|live| {
                    let events = live.log.iter().map(|(_, event)| format!("{event:?}\n"));
                    let events: Vec<String> = events.collect();
                    let last = events.len().saturating_sub(40);
                    events[last..].concat()
                });
                panic!("{what}: never\n{}", told.unwrap_or_default());
            }
            self.turn();
        }
    }

    /// What is said stands whole on a small screen, and leaves the panes side by side on a
    /// usual one.
    fn fits(&self, name: &str) {
        for (columns, most) in [(60, 4), (80, 3)] {
            let rows = self.app.course.rows(&self.app.keys, columns);
            assert!(rows.len() <= most, "{name} at {columns} columns: {rows:#?}");
        }
    }

    fn do_step(&mut self, lesson: &Lesson, number: usize, step: &Step) {
        let name = format!("{}, step {}", lesson.name, number + 1);
        let at = self
            .app
            .course
            .at()
            .map(|at| (lesson::all()[at.lesson].name, at.step));
        assert_eq!(at, Some((lesson.name, number)));
        let began = Instant::now();
        self.fits(&name);
        // What was done before does not count.
        self.tell(Message::Tick);
        assert_eq!(
            self.app.course.outcome(),
            None,
            "{name} was done by the step before"
        );
        if step.start.is_some() {
            self.press(Action::SetUp);
            self.tell(Message::Tick);
            let notice = self
                .app
                .notice
                .as_ref()
                .map(|notice| (notice.bad, &notice.text));
            assert!(notice.is_some_and(|(bad, _)| !bad), "{name}: {notice:?}");
            assert_eq!(
                self.app.course.outcome(),
                None,
                "{name} was done by nothing"
            );
        }
        if step.start.is_some() {
            self.until(&name, |learner| learner.running.is_empty());
        }
        let press = Action::named(&step.press).unwrap();
        let is_done = |learner: &Learner| learner.app.course.outcome().is_some();
        self.press(press);
        // One call at a time, as often as it takes; other keys are pressed once.
        while press == Action::Step && !is_done(self) {
            assert!(began.elapsed() < PATIENCE, "{name}: no call shows it");
            let before = self.calls();
            self.until(&name, |learner| {
                is_done(learner) || learner.calls() > before
            });
            // A call may tell in two events; the queues are looked at once a turn.
            self.turn();
            self.turn();
            if !is_done(self) {
                self.press(press);
            }
        }
        self.until(&name, is_done);
        self.fits(&name);
        let outcome = self.app.course.outcome().unwrap();
        if outcome.done {
            assert!(
                !outcome.words.contains(['{', '}']),
                "{name}: {}",
                outcome.words
            );
            println!("{:?} {name}: {}", began.elapsed(), outcome.words);
        } else {
            // Said aloud: this machine cannot do it.
            assert!(step.unable.is_some());
            println!("{name}: left out: {}", outcome.words);
        }
    }
}

/// What an ordinary fetch shows does no step but those that begin with that page.
#[test]
fn another_page_does_no_step() {
    let mut learner = Learner::new();
    let port = learner.app.playground.unwrap();
    let effects = update::open(&mut learner.app, &format!("localhost:{port}/hello"));
    learner.execute(effects);
    learner.until("an end", |learner| learner.running.is_empty());
    let visit = learner.app.tab().visit().unwrap();
    assert_eq!(visit.live.head.as_ref().map(|head| head.status), Some(200));
    let seen = Seen {
        exchange: &visit.live,
        request: &visit.request,
        now_us: visit.elapsed_us(learner.app.now),
        paused: false,
    };
    let places = Places {
        pages: port,
        tls: &|_| None,
    };
    for lesson in lesson::all() {
        let mut begins_there = false;
        for (number, step) in lesson.steps.iter().enumerate() {
            // One without a start goes on with the page of the one before.
            if let Some(start) = &step.start {
                let url = start.url(&places);
                begins_there = url.is_some_and(|url| url.ends_with("/hello"));
            }
            if !begins_there {
                assert_eq!(
                    step.judge(&seen),
                    Judgement::Open,
                    "{} {number}",
                    lesson.name
                );
            }
        }
    }
}

#[test]
fn every_lesson_is_done_by_the_real_calls() {
    let mut learners = Vec::new();
    for lesson in lesson::all() {
        learners.push(std::thread::spawn(move || {
            let mut learner = Learner::new();
            update::lessons(&mut learner.app, Some(lesson.name));
            for (number, step) in lesson.steps.iter().enumerate() {
                learner.do_step(lesson, number, step);
                learner.press(Action::NextStep);
            }
        }));
    }
    for learner in learners {
        learner.join().unwrap();
    }
}
