//! What comes in and what goes out: [`Message`]s change the state, [`Effect`]s are what
//! the state asks of the world, as plain data.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Weak;
use std::time::Duration;

use crossterm::event::{KeyEvent, MouseEvent};

use crate::body::{Store, Tally, Window};
use crate::decode::Codings;
use crate::event::{Event, Queues};
use crate::exchange::Exchange;
use crate::export::Form;
use crate::net::Resume;
use crate::net::pool::Idle;
use crate::plan::Plan;
use crate::rejudge::Judged;
use crate::tui::address::Stretch;
use crate::tui::compare::Bodies;
use crate::tui::finder::{Search, Way};
use crate::tui::formed::Ahead;
use crate::tui::layout::Size;
use crate::tui::practice::Practice;
use crate::tui::rendering::{Job, Laid};
use crate::tui::save::Saved;
use crate::tui::unpack::Unpacked;
use crate::tui::visit::{ViewKind, VisitId};
use crate::view::pretty::Head;

pub enum Message {
    Key(KeyEvent),
    Paste(String),
    Mouse(MouseEvent),
    Resize(Size),
    /// Time passed while something on screen counts it.
    Tick,
    /// Events of a fetch wait in its channel.
    Woken(VisitId),
    /// A fetch began; its stores.
    Started {
        id: VisitId,
        wire: Store,
        decoded: Store,
    },
    Events {
        id: VisitId,
        events: Vec<Event>,
    },
    /// The levels of the running fetch's queues, and of the server's where that is the
    /// playground.
    Queues {
        id: VisitId,
        ours: Queues,
        theirs: Option<Queues>,
    },
    /// The fetch's thread has returned and all its events are here.
    Over(VisitId),
    /// A search ended; the range is in the offsets of the window that was searched.
    Found {
        id: VisitId,
        view: ViewKind,
        hit: Option<Range<u64>>,
        /// It went round an end of the bytes.
        wrapped: bool,
        way: Way,
    },
    /// So many bytes are looked at, and no hit so far.
    Looked {
        id: VisitId,
        done: u64,
    },
    /// Hits counted so far; `done` bytes are looked at, `None` at the end.
    Counted {
        id: VisitId,
        view: ViewKind,
        base: u64,
        tally: Tally,
        done: Option<u64>,
    },
    /// Rows of a body in its form that were read ahead.
    LaidOut {
        id: VisitId,
        ahead: Ahead,
        /// Who asked for them.
        wanted: Weak<()>,
    },
    Judged {
        id: VisitId,
        judged: Vec<Judged>,
    },
    /// A body is laid out as a page, or decoded as a picture.
    Laid {
        id: VisitId,
        laid: Box<Laid>,
    },
    /// How far the bodies of these two are compared.
    Compared {
        pair: [VisitId; 2],
        bodies: Bodies,
    },
    /// So many bytes of a save are written.
    Saving {
        done: u64,
    },
    Saved(Saved),
    /// How far the content coding of a body is undone.
    Unpacked {
        id: VisitId,
        answer: u32,
        unpacked: Unpacked,
    },
    /// The practice servers on TLS listen.
    Practice(Practice),
    /// The editor gave the request back.
    Edited(Vec<u8>),
    /// A file was read, to be the request's body.
    Body {
        name: String,
        bytes: Vec<u8>,
    },
    /// The last so many bytes could not be said: there is no connection.
    Unsaid {
        id: VisitId,
        bytes: usize,
    },
    Idle(Vec<Idle>),
    Note(String),
    Complain(String),
    /// SIGTERM, SIGHUP or SIGINT, or the terminal has gone: its number.
    Hangup(i32),
    /// SIGCONT: the program was stopped, and a shell had the terminal.
    Continued,
}

impl Message {
    /// The user waits for what comes of it.
    pub fn is_by_hand(&self) -> bool {
        matches!(
            self,
            Message::Key(_) | Message::Paste(_) | Message::Mouse(_) | Message::Resize(_)
        )
    }
}

#[derive(Debug)]
pub enum Effect {
    Fetch {
        id: VisitId,
        plan: Box<Plan>,
        pace: Option<u32>,
        /// Stand before the first call, with so many calls allowed.
        paused: Option<u32>,
    },
    Cancel(VisitId),
    /// The connection stays open past the end of its response.
    Hold(VisitId),
    /// Send more on the open connection.
    Say {
        id: VisitId,
        bytes: Vec<u8>,
    },
    /// The same, on the connection that an exchange left open.
    TalkOn {
        id: VisitId,
        plan: Box<Plan>,
        from: Box<Resume>,
    },
    /// `shutdown(SHUT_WR)` on the open connection.
    FinishSaying(VisitId),
    /// Close the open connection.
    HangUp(VisitId),
    /// Which connections are kept?
    ListIdle,
    /// Close this kept connection, or all.
    CloseIdle(Option<u64>),
    Pause(VisitId),
    Resume(VisitId),
    Step(VisitId),
    Pace(VisitId, Option<u32>),
    /// Cancel and drop what is kept of it.
    Forget(VisitId),
    Find {
        search: Search,
        way: Way,
    },
    /// Count all hits, and those before `base`.
    Count {
        search: Search,
        base: u64,
    },
    /// Undo the content coding of what has come of a response's body, with these codings
    /// from its first byte on; `over`: that is all.
    Unpack {
        id: VisitId,
        answer: u32,
        begins: Option<Codings>,
        body: Window,
        over: bool,
    },
    /// Past the limit.
    UnpackOn(VisitId),
    /// Nobody waits for a hit or a count any more.
    StopFinding,
    /// Read the rows of a body in its form ahead, while `wanted` can be upgraded.
    LayOut {
        id: VisitId,
        head: Box<Head>,
        window: Window,
        wanted: Weak<()>,
    },
    /// Judge a finished exchange by every end mode.
    Rejudge {
        id: VisitId,
        exchange: Box<Exchange>,
        method: Vec<u8>,
        received: Window,
        timeout: Duration,
    },
    /// Lay a body out as a page, or decode it as a picture.
    Lay {
        id: VisitId,
        job: Box<Job>,
    },
    /// Compare two bodies, while `wanted` can be upgraded.
    Compare {
        pair: [VisitId; 2],
        bodies: Box<[Window; 2]>,
        wanted: Weak<()>,
    },
    Copy {
        bytes: Vec<u8>,
        what: String,
    },
    /// Into a new file that is only the user's.
    CopyToFile {
        stretch: Stretch,
        form: Form,
        path: PathBuf,
    },
    /// Into a file; `over`: also where there is one.
    Save {
        bytes: Stretch,
        path: PathBuf,
        over: bool,
    },
    /// The save that runs is not wanted any more.
    StopSaving,
    /// Open in `$PAGER`.
    Page(Window),
    /// Through a command of the shell's.
    Pipe {
        window: Window,
        command: String,
    },
    /// Open the request in `$EDITOR`, and take it back.
    EditRequest(Vec<u8>),
    /// Open the body in `$EDITOR`, to look.
    EditBody(Window),
    /// Read a file, to be the request's body.
    ReadBody(PathBuf),
    /// The terminal's modes are a shell's: set them, and draw all anew.
    TakeTerminal,
    /// End the program with this status.
    Quit(u8),
}
