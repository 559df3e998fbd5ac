//! The one place where effects are executed: threads started, files written, programs
//! run, the engine's hand held.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use crossterm::Command as _;
use crossterm::clipboard::CopyToClipboard;

use crate::body::{Memory, Window};
use crate::error::Error;
use crate::event::{Addr, EndMode};
use crate::export::Form;
use crate::net::{self, Control, Pool, Resume, channel};
use crate::plan::Plan;
use crate::playground::Playground;
use crate::rejudge::rejudge;
use crate::tui::address::{Piece, Stretch};
use crate::tui::compare;
use crate::tui::finder::Finder;
use crate::tui::formed;
use crate::tui::input::Input;
use crate::tui::message::{Effect, Message};
use crate::tui::practice;
use crate::tui::programs;
use crate::tui::save::Saver;
use crate::tui::terminal::Screen;
use crate::tui::unpack;
use crate::tui::visit::VisitId;

/// Bytes of a file that can become a body: the editor holds all of it, and so does undo.
const BODY_FILE: u64 = 64 << 20;

pub struct Runtime {
    messages: Sender<Message>,
    input: Input,
    /// Serves as long as the browser runs.
    playground: Option<Playground>,
    /// Its other half, once it is started.
    servers: practice::Servers,
    pool: Arc<Pool>,
    memory: Memory,
    finder: Finder,
    saver: Saver,
    running: HashMap<VisitId, Running>,
    /// The screen's ends of fetches that are over: they may be taken up again.
    ended: HashMap<VisitId, channel::Receiver>,
    unpacking: HashMap<VisitId, unpack::Hand>,
}

/// The screen's ends of a fetch.
struct Running {
    control: Control,
    receiver: channel::Receiver,
}

impl Runtime {
    /// `memory`: bytes that all exchanges of the session may hold in memory together.
    pub fn new(
        messages: Sender<Message>,
        input: Input,
        playground: Option<Playground>,
        memory: u64,
    ) -> Runtime {
        Runtime {
            finder: Finder::new(messages.clone()),
            saver: Saver::new(messages.clone()),
            messages,
            input,
            playground,
            servers: practice::Servers::default(),
            pool: Arc::default(),
            memory: Memory::new(memory),
            running: HashMap::new(),
            ended: HashMap::new(),
            unpacking: HashMap::new(),
        }
    }

    /// Starts what the first frame does not need.
    pub fn first_frame_is_out(&self) {
        if let Some(playground) = &self.playground {
            self.servers
                .start(playground.beside(), self.messages.clone());
        }
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
            } => return Ok(Some(self.fetch(id, *plan, pace, paused))),
            Effect::Cancel(id) => self.hand(id, Control::cancel),
            Effect::Hold(id) => self.hand(id, Control::hold),
            Effect::HangUp(id) => self.hand(id, Control::hang_up),
            Effect::FinishSaying(id) => self.talk(id, 0, Control::finish_saying),
            Effect::Say { id, bytes } => {
                let length = bytes.len();
                self.talk(id, length, move |control| control.say(&bytes));
            }
            Effect::TalkOn { id, plan, from } => return Ok(Some(self.talk_on(id, *plan, *from))),
            Effect::ListIdle => return Ok(Some(Message::Idle(self.pool.idle()))),
            Effect::CloseIdle(id) => {
                let words = match self.pool.close(id) {
                    0 => "it was closed already".to_owned(),
                    1 => "1 connection is closed".to_owned(),
                    n => format!("{n} connections are closed"),
                };
                return Ok(Some(Message::Note(words)));
            }
            Effect::Pause(id) => self.hand(id, Control::pause),
            Effect::Resume(id) => self.hand(id, Control::resume),
            Effect::Step(id) => self.hand(id, Control::step),
            Effect::Pace(id, pace) => {
                self.hand(id, |control| control.throttle(pace.map(f64::from)))
            }
            Effect::Unpack {
                id,
                answer,
                begins,
                body,
                over,
            } => {
                let begun = begins.map(|codings| {
                    let messages = self.messages.clone();
                    unpack::Hand::start(id, answer, &codings, &self.memory, messages)
                });
                match begun.transpose() {
                    Ok(hand) => self.unpacking.extend(hand.map(|hand| (id, hand))),
                    Err(err) => {
                        let words = format!("no thread for the content coding: {err}");
                        return Ok(Some(Message::Complain(words)));
                    }
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
                self.ended.remove(&id);
                self.unpacking.remove(&id);
                if let Some(running) = self.running.remove(&id) {
                    running.control.cancel();
                }
            }
            Effect::Find { search, way } => self.finder.look(search, way),
            Effect::Count { search, base } => self.finder.count(search, base),
            Effect::StopFinding => self.finder.stop(),
            Effect::LayOut {
                id,
                head,
                window,
                wanted,
            } => {
                let messages = self.messages.clone();
                std::thread::spawn(move || {
                    formed::lay_out(id, *head, &window, &wanted, &messages);
                });
            }
            Effect::Rejudge {
                id,
                exchange,
                method,
                received,
                timeout,
            } => {
                let messages = self.messages.clone();
                std::thread::spawn(move || {
                    let judged: io::Result<Vec<_>> = EndMode::ALL
                        .iter()
                        .map(|&mode| rejudge(&exchange, &method, &received, mode, timeout))
                        .collect();
                    let _ = messages.send(match judged {
                        Ok(judged) => Message::Judged { id, judged },
                        Err(err) => Message::Complain(format!("re-judge: {err}")),
                    });
                });
            }
            Effect::Lay { id, job } => {
                let messages = self.messages.clone();
                std::thread::spawn(move || {
                    let laid = Box::new(job.run());
                    let _ = messages.send(Message::Laid { id, laid });
                });
            }
            Effect::Compare {
                pair,
                bodies,
                wanted,
            } => {
                let messages = self.messages.clone();
                std::thread::spawn(move || compare::bodies(pair, &bodies, &wanted, &messages));
            }
            Effect::Copy { bytes, what } => return copy(screen, &bytes, &what).map(Some),
            Effect::CopyToFile {
                stretch,
                form,
                path,
            } => {
                let messages = self.messages.clone();
                std::thread::spawn(move || {
                    let _ = messages.send(copy_to_file(&stretch, form, &path));
                });
            }
            Effect::Save { bytes, path, over } => self.saver.save(bytes, path, over),
            Effect::StopSaving => self.saver.stop(),
            Effect::ReadBody(path) => {
                let messages = self.messages.clone();
                std::thread::spawn(move || {
                    let _ = messages.send(read_body(&path));
                });
            }
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
            Effect::Quit(_) => {}
        }
        Ok(None)
    }

    /// What a fetch put into its channel since the last look, its end included.
    pub fn drain(&mut self, id: VisitId) -> Vec<Message> {
        let Some(running) = self.running.get(&id) else {
            return Vec::new();
        };
        let over = running.receiver.finished();
        let mut events = Vec::new();
        running.receiver.drain(&mut events);
        let mut messages = Vec::new();
        if !events.is_empty() {
            messages.push(Message::Events { id, events });
        }
        if over {
            if let Some(over) = self.running.remove(&id) {
                self.ended.insert(id, over.receiver);
            }
            messages.push(Message::Over(id));
        }
        messages
    }

    /// The levels of a running fetch's queues; `local`: its own address, by which the
    /// playground knows its end of the connection.
    pub fn queues(&self, id: VisitId, local: Option<&Addr>) -> Option<Message> {
        let ours = self.running.get(&id)?.control.queues()?;
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
        for (_, running) in self.running.drain() {
            running.control.cancel();
        }
    }

    fn fetch(
        &mut self,
        id: VisitId,
        plan: Plan,
        pace: Option<u32>,
        paused: Option<u32>,
    ) -> Message {
        let control = Control::new();
        control.throttle(pace.map(f64::from));
        if let Some(steps) = paused {
            control.pause();
            for _ in 0..steps {
                control.step();
            }
        }
        let messages = self.messages.clone();
        let wake = move || {
            // The loop has ended: nobody is left to wake.
            let _ = messages.send(Message::Woken(id));
        };
        let (mut sender, receiver) = channel::channel(&self.memory, &control, wake);
        let started = Message::Started {
            id,
            wire: receiver.wire(),
            decoded: receiver.decoded(),
        };
        let (pool, hand) = (self.pool.clone(), control.clone());
        let spawned = std::thread::Builder::new()
            .name(format!("fetch {id}"))
            .spawn(move || {
                // Its outcome is in the events too.
                let _ = net::fetch(&plan, &hand, &pool, &mut sender);
            });
        match spawned {
            Ok(_) => {
                self.running.insert(id, Running { control, receiver });
                started
            }
            Err(err) => Message::Complain(format!("no thread for the fetch: {err}")),
        }
    }

    /// Calls that may block, on a thread of their own. Of `bytes` nobody hears where there
    /// is no connection.
    fn talk(
        &self,
        id: VisitId,
        bytes: usize,
        act: impl FnOnce(&Control) -> Result<(), Error> + Send + 'static,
    ) {
        let messages = self.messages.clone();
        let control = self.running.get(&id).map(|running| running.control.clone());
        std::thread::spawn(move || {
            let done = control.map_or(Err(Error::NotKept), |control| act(&control));
            let message = match done {
                Ok(()) | Err(Error::Cancelled) => return,
                Err(Error::NotKept) => Message::Unsaid { id, bytes },
                Err(err) => Message::Complain(err.to_string()),
            };
            // The loop has ended: nobody is left to tell.
            let _ = messages.send(message);
        });
    }

    /// An ended exchange goes on, on the connection that it left open.
    fn talk_on(&mut self, id: VisitId, plan: Plan, from: Resume) -> Message {
        let unsaid = Message::Unsaid {
            id,
            bytes: plan.request.len().saturating_sub(from.sent),
        };
        let Some(receiver) = self.ended.remove(&id) else {
            return unsaid;
        };
        let control = Control::new();
        let wakes = self.messages.clone();
        let wake = move || {
            // The loop has ended: nobody is left to wake.
            let _ = wakes.send(Message::Woken(id));
        };
        let Some(mut sender) = receiver.reopen(&control, wake) else {
            return unsaid;
        };
        let (wire, decoded) = (receiver.wire(), receiver.decoded());
        let (pool, hand, messages) = (self.pool.clone(), control.clone(), self.messages.clone());
        let spawned = std::thread::Builder::new()
            .name(format!("fetch {id}"))
            .spawn(move || {
                let outcome = net::resume(&plan, &from, &hand, &pool, &mut sender);
                if outcome == Err(Error::NotKept) {
                    let _ = messages.send(unsaid);
                }
            });
        match spawned {
            Ok(_) => {
                self.running.insert(id, Running { control, receiver });
                Message::Started { id, wire, decoded }
            }
            Err(err) => Message::Complain(format!("no thread for the fetch: {err}")),
        }
    }

    fn hand(&self, id: VisitId, act: impl FnOnce(&Control)) {
        if let Some(running) = self.running.get(&id) {
            act(&running.control);
        }
    }

    fn lend(
        &mut self,
        screen: &mut Screen,
        program: impl FnOnce() -> Message,
    ) -> io::Result<Option<Message>> {
        self.input.without_keys(|| screen.lend(program))?.map(Some)
    }
}

/// A copy that was too much for the clipboard; nobody else may read it.
fn copy_to_file(stretch: &Stretch, form: Form, path: &Path) -> Message {
    let shown = crate::view::safe::safe(&path.display().to_string()).into_owned();
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|file| {
            let mut out = BufWriter::with_capacity(256 * 1024, file);
            let (before, after) = form.ends();
            out.write_all(before.as_bytes())?;
            let mut first = true;
            let mut piece = |bytes: &[u8]| -> io::Result<()> {
                out.write_all(&form.piece(bytes, first))?;
                first &= bytes.is_empty();
                Ok(())
            };
            for part in &stretch.pieces {
                match part {
                    Piece::Sent(_, sent) => piece(sent)?,
                    Piece::Received(window) => each_piece(window, &mut piece)?,
                }
            }
            out.write_all(after.as_bytes())?;
            out.flush()?;
            out.get_ref().metadata()
        });
    match written {
        Ok(file) => Message::Note(format!("{} bytes are in {shown}", file.len())),
        Err(err) if err.kind() == io::ErrorKind::AlreadyExists => Message::Complain(format!(
            "{shown} is there already and stays as it is: give another name"
        )),
        Err(err) => Message::Complain(format!("{shown}: {err}")),
    }
}

/// A file, to be edited; a pipe too, as far as it has ended.
fn read_body(path: &Path) -> Message {
    let name = path.display().to_string();
    let mut bytes = Vec::new();
    let read =
        std::fs::File::open(path).and_then(|file| file.take(BODY_FILE + 1).read_to_end(&mut bytes));
    match read {
        Ok(read) if read as u64 > BODY_FILE => Message::Complain(format!(
            "{name} has more than the {} MiB that can be edited: the body is as it was",
            BODY_FILE >> 20
        )),
        Ok(_) => Message::Body { name, bytes },
        Err(err) => Message::Complain(format!("{name}: {err}")),
    }
}

fn pour(window: &Window, out: &mut impl Write) -> io::Result<()> {
    each_piece(window, |bytes| out.write_all(bytes))
}

fn each_piece(window: &Window, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut piece = vec![0; 256 * 1024];
    let mut at = 0;
    while at < window.len {
        let read = window.read_at(at, &mut piece)?;
        if read == 0 {
            break;
        }
        take(&piece[..read])?;
        at += read as u64;
    }
    Ok(())
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
