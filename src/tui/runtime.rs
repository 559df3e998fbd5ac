//! The one place where effects are executed: threads started, files written, programs
//! run, the engine's hand held.
//!
//! Owns what of that lives longer than its effect. What comes of an effect at once is
//! answered, what comes later goes back to the loop as a message.

mod fetches;
mod files;

use std::collections::HashMap;
use std::io;
use std::sync::mpsc::Sender;

use crossterm::Command as _;
use crossterm::clipboard::CopyToClipboard;

use crate::body::Memory;
use crate::decode::Codings;
use crate::event::{Addr, EndMode};
use crate::net::Control;
use crate::playground::Playground;
use crate::rejudge::rejudge;
use crate::tui::compare;
use crate::tui::finder::{self, Finder};
use crate::tui::formed;
use crate::tui::input::Input;
use crate::tui::message::{Effect, Message};
use crate::tui::practice;
use crate::tui::programs;
use crate::tui::save::{self, Saver};
use crate::tui::terminal::Screen;
use crate::tui::unpack;
use crate::tui::visit::VisitId;

use fetches::Fetches;
use files::pour;

pub struct Runtime {
    back: Back,
    input: Input,
    /// Serves as long as the browser runs.
    playground: Option<Playground>,
    /// Its other half, once it is started.
    servers: practice::Servers,
    memory: Memory,
    finder: Finder,
    saver: Saver,
    fetches: Fetches,
    unpacking: HashMap<VisitId, unpack::Hand>,
}

/// The way back to the loop; once that has ended, nobody is left to tell.
#[derive(Clone)]
struct Back(Sender<Message>);

impl Back {
    fn tell(&self, message: Message) {
        let _ = self.0.send(message);
    }

    /// What a thread tells, as a message.
    fn teller<T, F: Fn(T) -> Message>(&self, message: F) -> impl Fn(T) + use<T, F> {
        let back = self.clone();
        move |told| back.tell(message(told))
    }

    fn wake(&self, id: VisitId) -> impl Fn() + use<> {
        let back = self.clone();
        move || back.tell(Message::Woken(id))
    }

    /// Work on a thread of its own, and what comes of it.
    fn aside(&self, work: impl FnOnce() -> Message + Send + 'static) {
        let back = self.clone();
        std::thread::spawn(move || back.tell(work()));
    }
}

impl Runtime {
    /// `memory`: bytes that all exchanges of the session may hold in memory together.
    pub fn new(
        messages: Sender<Message>,
        input: Input,
        playground: Option<Playground>,
        memory: u64,
    ) -> Runtime {
        let back = Back(messages);
        let memory = Memory::new(memory);
        Runtime {
            fetches: Fetches::new(back.clone(), memory.clone()),
            back,
            input,
            playground,
            servers: practice::Servers::default(),
            memory,
            finder: Finder::default(),
            saver: Saver::default(),
            unpacking: HashMap::new(),
        }
    }

    /// Starts what the first frame does not need.
    pub fn first_frame_is_out(&self) {
        if let Some(playground) = &self.playground {
            let tell = self.back.teller(Message::Practice);
            self.servers.start(playground.beside(), tell);
        }
    }

    /// What a fetch put into its channel since the last look, its end included.
    pub fn drain(&mut self, id: VisitId) -> Vec<Message> {
        self.fetches.drain(id)
    }

    /// The levels of a running fetch's queues; `local`: its own address, by which the
    /// playground knows its end of the connection.
    pub fn queues(&self, id: VisitId, local: Option<&Addr>) -> Option<Message> {
        let ours = self.fetches.queues(id)?;
        let theirs = match (local, &self.playground) {
            (Some(Addr::Ip(local)), Some(playground)) => playground
                .queues(*local)
                .or_else(|| self.servers.queues(*local)),
            _ => None,
        };
        Some(Message::Queues { id, ours, theirs })
    }

    /// Every fetch ends; called before the program does.
    pub fn cancel_all(&mut self) {
        self.fetches.cancel_all();
    }

    /// Does what the state asks for; what comes of it at once is answered.
    ///
    /// # Errors
    /// The terminal went away.
    pub fn execute(&mut self, effect: Effect, screen: &mut Screen) -> io::Result<Option<Message>> {
        match effect {
            Effect::Fetch {
                id,
                plan,
                pace,
                paused,
            } => return Ok(Some(self.fetches.start(id, *plan, pace, paused))),
            Effect::Cancel(id) => self.fetches.hand(id, Control::cancel),
            Effect::Hold(id) => self.fetches.hand(id, Control::hold),
            Effect::HangUp(id) => self.fetches.hand(id, Control::hang_up),
            Effect::FinishSaying(id) => self.fetches.talk(id, 0, Control::finish_saying),
            Effect::Say { id, bytes } => {
                let length = bytes.len();
                self.fetches
                    .talk(id, length, move |control| control.say(&bytes));
            }
            Effect::TalkOn { id, plan, from } => {
                return Ok(Some(self.fetches.talk_on(id, *plan, *from)));
            }
            Effect::ListIdle => return Ok(Some(Message::Idle(self.fetches.pool.idle()))),
            Effect::CloseIdle(id) => {
                let words = match self.fetches.pool.close(id) {
                    0 => "it was closed already".to_owned(),
                    1 => "1 connection is closed".to_owned(),
                    n => format!("{n} connections are closed"),
                };
                return Ok(Some(Message::Note(words)));
            }
            Effect::Pause(id) => self.fetches.hand(id, Control::pause),
            Effect::Resume(id) => self.fetches.hand(id, Control::resume),
            Effect::Step(id) => self.fetches.hand(id, Control::step),
            Effect::Pace(id, pace) => self
                .fetches
                .hand(id, |control| control.throttle(pace.map(f64::from))),
            Effect::Unpack {
                id,
                answer,
                begins,
                body,
                over,
            } => {
                if let Some(codings) = begins
                    && let Err(err) = self.begin_unpacking(id, answer, &codings)
                {
                    let words = format!("no thread for the content coding: {err}");
                    return Ok(Some(Message::Complain(words)));
                }
                if let Some(hand) = self.unpacking.get(&id) {
                    hand.feed(body, over);
                }
            }
            Effect::UnpackOn(id) => {
                if let Some(hand) = self.unpacking.get(&id) {
                    hand.go_on();
                }
            }
            Effect::Forget(id) => {
                self.unpacking.remove(&id);
                self.fetches.forget(id);
            }
            Effect::Find { search, way } => {
                let (id, view) = (search.id, search.view);
                let tell = self.back.teller(move |told| match told {
                    finder::Told::Looked(done) => Message::Looked { id, done },
                    finder::Told::Found { hit, wrapped } => Message::Found {
                        id,
                        view,
                        hit,
                        wrapped,
                        way,
                    },
                    finder::Told::Failed(err) => Message::Complain(format!("find: {err}")),
                });
                self.finder.look(search, way, tell);
            }
            Effect::Count { search, base } => {
                let (id, view) = (search.id, search.view);
                let tell = self.back.teller(move |(tally, done)| Message::Counted {
                    id,
                    view,
                    base,
                    tally,
                    done,
                });
                self.finder.count(search, base, tell);
            }
            Effect::StopFinding => self.finder.stop(),
            Effect::LayOut {
                id,
                head,
                window,
                wanted,
            } => {
                let by = wanted.clone();
                let tell = self.back.teller(move |ahead| Message::LaidOut {
                    id,
                    ahead,
                    wanted: by.clone(),
                });
                std::thread::spawn(move || formed::lay_out(*head, &window, &wanted, tell));
            }
            Effect::Rejudge {
                id,
                exchange,
                method,
                received,
                timeout,
            } => self.back.aside(move || {
                let judged: io::Result<Vec<_>> = EndMode::ALL
                    .iter()
                    .map(|&mode| rejudge(&exchange, &method, &received, mode, timeout))
                    .collect();
                match judged {
                    Ok(judged) => Message::Judged { id, judged },
                    Err(err) => Message::Complain(format!("re-judge: {err}")),
                }
            }),
            Effect::Lay { id, job } => self.back.aside(move || Message::Laid {
                id,
                laid: Box::new(job.run()),
            }),
            Effect::Compare {
                pair,
                bodies,
                wanted,
            } => {
                let tell = self
                    .back
                    .teller(move |bodies| Message::Compared { pair, bodies });
                std::thread::spawn(move || compare::bodies(&bodies, &wanted, tell));
            }
            Effect::Copy { bytes, what } => return copy(screen, &bytes, &what).map(Some),
            Effect::CopyToFile {
                stretch,
                form,
                path,
            } => self
                .back
                .aside(move || files::copy_to_file(&stretch, form, &path)),
            Effect::Save { bytes, path, over } => {
                let tell = self.back.teller(|told| match told {
                    save::Told::Written(done) => Message::Saving { done },
                    save::Told::Ended(saved) => Message::Saved(saved),
                });
                self.saver.save(bytes, path, over, tell);
            }
            Effect::StopSaving => self.saver.stop(),
            Effect::ReadBody(path) => self.back.aside(move || files::read_body(&path)),
            Effect::Page(window) => {
                let pager = programs::named("PAGER", "less");
                return self.lend(screen, || {
                    match programs::page(&pager, |mut out| pour(&window, &mut out)) {
                        Ok(()) => Message::Note(format!("{pager} is done")),
                        Err(err) => {
                            Message::Complain(format!("{pager}: {err} ($PAGER names another)"))
                        }
                    }
                });
            }
            Effect::Pipe { window, command } => {
                let shown = crate::view::safe::safe(&command).into_owned();
                return self.lend(screen, || {
                    let ended = programs::pipe(&command, |mut out| pour(&window, &mut out));
                    programs::wait_for_enter();
                    match ended {
                        Ok(words) => Message::Note(format!("{shown}: {words}")),
                        Err(err) => Message::Complain(format!("{shown}: {err}")),
                    }
                });
            }
            Effect::EditRequest(bytes) => {
                let editor = programs::named("EDITOR", "vi");
                return self.lend(screen, || match programs::edit(&editor, &bytes) {
                    Ok(edited) => Message::Edited(edited),
                    Err(err) => {
                        Message::Complain(format!("{editor}: {err} ($EDITOR names another)"))
                    }
                });
            }
            Effect::EditBody(window) => {
                let editor = programs::named("EDITOR", "vi");
                return self.lend(screen, || {
                    match programs::look(&editor, |mut out| pour(&window, &mut out)) {
                        Ok(()) => {
                            Message::Note("that was a copy: the exchange is as it was".to_owned())
                        }
                        Err(err) => {
                            Message::Complain(format!("{editor}: {err} ($EDITOR names another)"))
                        }
                    }
                });
            }
            Effect::TakeTerminal => self.input.without_keys(|| screen.lend(|| ()))??,
            Effect::Quit(_) => {}
        }
        Ok(None)
    }

    /// The response of this number; who undid another one of the exchange stops.
    fn begin_unpacking(&mut self, id: VisitId, answer: u32, codings: &Codings) -> io::Result<()> {
        let tell = self.back.teller(move |unpacked| Message::Unpacked {
            id,
            answer,
            unpacked,
        });
        let hand = unpack::Hand::start(codings, &self.memory, tell)?;
        self.unpacking.insert(id, hand);
        Ok(())
    }

    fn lend(
        &mut self,
        screen: &mut Screen,
        program: impl FnOnce() -> Message,
    ) -> io::Result<Option<Message>> {
        self.input.without_keys(|| screen.lend(program))?.map(Some)
    }
}

/// OSC 52: the terminal puts it into the clipboard, over ssh too; whether it did, it
/// does not say.
fn copy(screen: &mut Screen, bytes: &[u8], what: &str) -> io::Result<Message> {
    let mut sequence = String::new();
    if CopyToClipboard::to_clipboard_from(bytes)
        .write_ansi(&mut sequence)
        .is_err()
    {
        return Ok(Message::Complain(
            "copy: the bytes could not be encoded".to_owned(),
        ));
    }
    screen.send(sequence.as_bytes())?;
    Ok(Message::Note(format!(
        "{what}: {} bytes went to the terminal's clipboard (OSC 52)",
        bytes.len()
    )))
}
