//! The one table of keys: what each does, where, and in which words.
//!
//! The lookup, the help pop-up, the hint bar and README's key table all read [`ROWS`].
//! Nothing else in this program compares a key to a constant, but for plain text that is
//! typed into a field. An action's name, for the palette and the config file, stands in
//! [`names`].

mod bound;
mod names;

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::export::Form;

pub use bound::{Keymap, spelling};

/// Where a key works. A pop-up has its own rows; below it nothing is reached but
/// [`Place::Anywhere`]'s quit keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Anywhere,
    /// Everywhere but where text is typed.
    OutsideText,
    /// In every text field, the request editor included.
    Text,
    Url,
    Request,
    Response,
    Socket,
    /// The list of exercises, while nothing was fetched.
    Start,
    /// A pop-up that shows or asks something.
    Popup,
    /// A pop-up list; what is typed filters it.
    List,
}

/// Everything a key can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Help,
    Commands,
    Exchanges,
    Anomalies,
    Messages,
    PreviousAnswer,
    NextAnswer,
    Talk,
    FinishSaying,
    HangUp,
    Idle,
    Addresses,
    Compare,
    CompareWith,
    Swap,
    Phases,
    Levels,
    Tls,
    FocusUrl,
    FocusRequest,
    EditExternally,
    NextPane,
    PreviousPane,
    Send,
    Escape,
    Back,
    Forward,
    NewTab,
    CloseTab,
    PreviousTab,
    NextTab,
    Knobs,
    RecvSize,
    Pace,
    Pause,
    Step,
    EndMode,
    Quit,
    Interrupt,
    Go,
    Older,
    Newer,
    Complete,
    InsertCrLf,
    InsertLf,
    InsertHex,
    SelectAll,
    Undo,
    Redo,
    Template,
    NextMethod,
    DropField,
    AddField,
    SetLength,
    BodyFile,
    Snippets,
    DeleteWord,
    DeleteLeft,
    DeleteRight,
    Move(Motion),
    Select(Motion),
    View(u8),
    Jump,
    NextLink,
    PreviousLink,
    FollowInTab,
    FollowNumber,
    Find,
    FindNext,
    FindPrevious,
    Wrap,
    Save,
    Copy,
    CopyAs,
    CopyForm(Form),
    Page,
    Pipe,
    Zoom,
    /// Moves a border of the pane that way.
    Resize(Motion),
    Unsplit,
    OpenCall,
    OpenRecv,
    FoldAll,
    UnfoldAll,
    Ruler,
    Inspect,
    Images,
    AsReceived,
    Charset,
    UnpackOn,
    MomentBack,
    MomentForward,
    MomentFirst,
    MomentLast,
    Play,
    Slower,
    Faster,
    Rejudge,
    Follow,
    Cookies,
    InsertCookie,
    AddCookie,
    DropCookie,
    Basic,
    ClientCertificate,
    Proxy,
    LocalAddress,
    Bearer,
    Exercise(u8),
    Lessons,
    SetUp,
    NextStep,
    PreviousStep,
    LeaveLesson,
    Choose,
    Less,
    More,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Motion {
    Left,
    Right,
    Up,
    Down,
    WordLeft,
    WordRight,
    Home,
    End,
    PageUp,
    PageDown,
    PageLeft,
    PageRight,
    First,
    Last,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub place: Place,
    /// As printed: `Ctrl-L`, `Shift-Tab`, `?`.
    pub keys: &'static [&'static str],
    pub action: Action,
    /// One line for the help.
    pub help: &'static str,
    /// One or two words for the hint bar; empty: not there.
    pub hint: &'static str,
}

macro_rules! rows {
    ($( $place:ident [ $($key:literal)* ] $action:expr, $help:literal $(, $hint:literal)?; )*) => {
        &[ $( Row {
            place: Place::$place,
            keys: &[ $($key),* ],
            action: { use Action::*; #[allow(unused_imports)] use Motion::*; $action },
            help: $help,
            hint: concat!($($hint)?),
        }, )* ]
    };
}

#[rustfmt::skip]
pub const ROWS: &[Row] = rows! {
    Anywhere ["F1"] Help, "help for the place you are in", "help";
    OutsideText ["?"] Help, "help for the place you are in";
    Anywhere ["F5" "Ctrl-R"] Send, "send (again)", "send";
    Anywhere ["Ctrl-P"] Commands, "every command by name", "commands";
    OutsideText [":"] Commands, "every command by name";
    Anywhere ["Ctrl-L"] FocusUrl, "to the URL bar, its text selected", "URL";
    Anywhere ["F2"] FocusRequest, "to the request editor; again, back", "request";
    Anywhere ["F4"] EditExternally, "the request (in the editor) or the body (elsewhere) in $EDITOR";
    Anywhere ["Tab"] NextPane, "next pane", "pane";
    Anywhere ["Shift-Tab"] PreviousPane, "previous pane";
    Anywhere ["Esc"] Escape, "cancel what is running; else leave the text field, close the pop-up";
    Anywhere ["Alt-←"] Back, "back to the exchange before";
    Anywhere ["Alt-→"] Forward, "forward again";
    Anywhere ["Ctrl-E"] Exchanges, "the exchanges of all tabs";
    OutsideText ["c"] Compare, "this exchange and the one before it side by side";
    OutsideText ["P"] Phases, "the phases of the tab's exchanges on one scale of time";
    OutsideText ["B"] Levels, "rate, windows and queues over time";
    OutsideText ["T"] Tls, "TLS: the handshake, the certificates, the records; going on once";
    Anywhere ["Ctrl-T"] NewTab, "new tab";
    OutsideText ["Ctrl-W"] CloseTab, "close the tab";
    Anywhere ["Ctrl-PageUp"] PreviousTab, "previous tab";
    Anywhere ["Ctrl-PageDown"] NextTab, "next tab";
    Anywhere ["F3"] Knobs, "every knob of the fetch: sizes, timeouts, address family, blocking", "knobs";
    Anywhere ["F6"] RecvSize, "the next size of recv(): 128 KiB, 64 KiB, 4096, 512, 16, 1 byte";
    Anywhere ["F7"] Pace, "the next pace: as fast as it goes, 10, 3, 1 calls a second";
    Anywhere ["F8"] Pause, "pause / go on: no recv() while paused", "pause";
    Anywhere ["F10"] Step, "one socket call, then pause", "step";
    OutsideText ["."] Step, "one socket call, then pause";
    Anywhere ["F9"] EndMode, "the next end mode: auto, close, length, timeout, once", "end mode";
    Anywhere ["Ctrl-Q"] Quit, "quit";
    OutsideText ["q"] Quit, "quit";
    Anywhere ["Ctrl-C"] Interrupt, "copy the selection, else cancel what is running; with nothing running, quit on the second press";

    Url ["Enter"] Go, "go", "go";
    Url ["↑"] Older, "an older URL";
    Url ["↓"] Newer, "a newer URL; past the newest, into the list below";
    Url ["Ctrl-Space"] Complete, "complete the URL, as does → at its end";

    Request ["Enter"] InsertCrLf, "a CR LF";
    Request ["Alt-Enter" "Ctrl-J"] InsertLf, "a lone LF";
    Request ["F12"] Template, "the request that the URL stands for, instead of this one";
    Request ["Alt-M"] NextMethod, "the next method: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    Request ["Alt-H"] AddField, "insert a header, from a list";
    Request ["Alt-D"] DropField, "take the header under the cursor out; Ctrl-Z brings it back";
    Request ["Alt-L"] SetLength, "Content-Length as long as the body is";
    Request ["Alt-B"] BodyFile, "the body from a file, byte for byte";
    Request ["Alt-K"] InsertCookie, "the Cookie line that the jar has for the URL";
    OutsideText [] AddCookie, "a new cookie, in the words of a Set-Cookie";
    Request [] Basic, "Authorization by Basic: a user's name and password, as visible text";
    Request [] Bearer, "Authorization by Bearer: a token, as visible text";
    Request [] ClientCertificate, "our own certificate, for this URL's origin alone: a PEM file with its key, or none";
    OutsideText [] LocalAddress, "the tab's own end: an address or an interface of this machine";
    Request [] Proxy, "the tab's proxy: http, https, socks5 or socks5h, or none";
    Request ["Alt-S"] Snippets, "a whole request from a list of snippets", "snippets";

    Text ["Ctrl-V"] InsertHex, "then two hex digits: that byte";
    Text ["Ctrl-A"] SelectAll, "select all";
    Text ["Ctrl-Z"] Undo, "undo";
    Text ["Ctrl-Y"] Redo, "redo";
    Text ["Ctrl-W" "Ctrl-Backspace"] DeleteWord, "delete the word before the cursor";
    Text ["Backspace"] DeleteLeft, "delete to the left";
    Text ["Delete"] DeleteRight, "delete to the right";
    Text ["←"] Move(Left), "one character left";
    Text ["→"] Move(Right), "one character right";
    Text ["↑"] Move(Up), "one line up";
    Text ["↓"] Move(Down), "one line down";
    Text ["Ctrl-←"] Move(WordLeft), "one word left";
    Text ["Ctrl-→"] Move(WordRight), "one word right";
    Text ["Home"] Move(Home), "to the start of the line";
    Text ["End"] Move(End), "to the end of the line";
    Text ["PageUp"] Move(PageUp), "one page up";
    Text ["PageDown"] Move(PageDown), "one page down";
    Text ["Ctrl-Home"] Move(First), "to the first byte";
    Text ["Ctrl-End"] Move(Last), "to the last byte";
    Text ["Shift-←"] Select(Left), "select one character left";
    Text ["Shift-→"] Select(Right), "select one character right";
    Text ["Shift-↑"] Select(Up), "select one line up";
    Text ["Shift-↓"] Select(Down), "select one line down";
    Text ["Ctrl-Shift-←"] Select(WordLeft), "select one word left";
    Text ["Ctrl-Shift-→"] Select(WordRight), "select one word right";
    Text ["Shift-Home"] Select(Home), "select to the start of the line";
    Text ["Shift-End"] Select(End), "select to the end of the line";

    Response ["1"] View(1), "Text: the head, and the body as text";
    Response ["2"] View(2), "Pretty: the body in its form, with colours";
    Response ["3"] View(3), "Rendered: HTML as a page, pictures";
    Response ["4"] View(4), "Hex: the body's bytes, and what they are as text";
    Response ["5"] View(5), "Wire: every byte sent and received";
    Response ["6"] View(6), "Headers: field by field, with what deviates";
    Response ["↑" "k"] Move(Up), "the cursor one row up; the first step shows it, Esc hides it";
    Response ["↓" "j"] Move(Down), "the cursor one row down";
    Response ["←" "h"] Move(Left), "the cursor to the byte before";
    Response ["→" "l"] Move(Right), "the cursor to the next byte";
    Response ["PageUp"] Move(PageUp), "one page up";
    Response ["PageDown" "Space"] Move(PageDown), "one page down";
    Response ["Ctrl-←"] Move(PageLeft), "long lines that are not wrapped: a page to the left";
    Response ["Ctrl-→"] Move(PageRight), "long lines that are not wrapped: a page to the right";
    Response ["^"] Move(Home), "the cursor to the start of the row";
    Response ["$"] Move(End), "the cursor to the end of the row";
    Response ["g" "Home"] Move(First), "to the first row";
    Response ["G" "End"] Move(Last), "to the last row, and follow what comes";
    Response ["Shift-←"] Select(Left), "select to the byte before";
    Response ["Shift-→"] Select(Right), "select to the next byte";
    Response ["Shift-↑"] Select(Up), "select one row up";
    Response ["Shift-↓"] Select(Down), "select one row down";
    Response ["Shift-PageUp"] Select(PageUp), "select one page up";
    Response ["Shift-PageDown"] Select(PageDown), "select one page down";
    Response ["Shift-Home"] Select(Home), "select to the start of the row";
    Response ["Shift-End"] Select(End), "select to the end of the row";
    Response ["Ctrl-A"] SelectAll, "select all that the view shows";
    Response ["Enter"] OpenRecv, "fold the row (Pretty), follow the link (Rendered); else the call that brought the byte";
    Response ["-"] FoldAll, "fold all that is nested (Pretty)";
    Response ["+"] UnfoldAll, "unfold everything (Pretty)";
    Response [")"] NextLink, "the next link of the page";
    Response ["("] PreviousLink, "the link before";
    Response ["f"] FollowNumber, "follow the link of a number";
    Response ["Alt-Enter"] FollowInTab, "the link under the cursor in a new tab";
    Response ["r"] Ruler, "mark where each recv() began, each chunk, each TLS record, or nothing";
    Response ["%"] Jump, "to a line, a part or an offset: 123, 50%, @4096, 0x1000";
    Response ["i"] Inspect, "what the bytes under the cursor are: numbers, characters, times";
    OutsideText [] Images, "pictures another way: half blocks, kitty graphics, iTerm2 inline images, sixels";
    Response ["d"] AsReceived, "a coded body decoded, or as it was received";
    Response ["D"] UnpackOn, "decode on, past the limit that was reached";
    Response ["e"] Charset, "the text's charset, from a list";
    Response ["/"] Find, "find", "find";
    Response ["n"] FindNext, "next hit";
    Response ["N"] FindPrevious, "previous hit";
    Response ["w"] Wrap, "wrap long lines, or not";
    Response ["s"] Save, "save the body";
    Response ["y"] Copy, "copy the selection, else the body (OSC 52)";
    Response ["Y"] CopyAs, "copy as text, escaped bytes, hex or a Python literal";
    Response [] CopyForm(Form::Text), "copy as text: the bytes as they are";
    Response [] CopyForm(Form::Escaped), "copy as escaped bytes: \\r\\n, \\x00";
    Response [] CopyForm(Form::Hex), "copy as hex";
    Response [] CopyForm(Form::Python), "copy as a Python literal";
    Response ["o"] Page, "open the body in $PAGER";
    Response ["|"] Pipe, "the body through a command, as jq . or wc -c";
    Response ["a"] Anomalies, "the anomalies of the exchange";
    OutsideText ["m"] Messages, "which bytes asked and which answered, message by message";
    OutsideText [","] PreviousAnswer, "the response before on the same connection";
    OutsideText [";"] NextAnswer, "the next response on the same connection; after the last, the newest";
    OutsideText ["t"] Talk, "send more on the open connection, while it runs or after it";
    OutsideText ["H"] FinishSaying, "shutdown(SHUT_WR) on the open connection: nothing more is sent";
    OutsideText ["x"] HangUp, "close the open connection";
    OutsideText ["I"] Idle, "the connections that are kept open, to close them";
    OutsideText ["A"] Addresses, "the host's addresses: what came of each; pin one for the tab";
    OutsideText ["L"] Follow, "follow the redirect: an exchange of its own";
    OutsideText ["K"] Cookies, "the cookies: where each goes and why not; edit, add, delete";
    OutsideText ["z"] Zoom, "this pane full screen, or not";
    Anywhere ["Alt-Shift-←"] Resize(Left), "the border between the columns to the left";
    Anywhere ["Alt-Shift-→"] Resize(Right), "the border between the columns to the right";
    Anywhere ["Alt-Shift-↑"] Resize(Up), "the pane's border up";
    Anywhere ["Alt-Shift-↓"] Resize(Down), "the pane's border down";
    Anywhere ["Alt-="] Unsplit, "every border where it was at first";

    OutsideText ["["] MomentBack, "step back through the exchange as it was";
    OutsideText ["]"] MomentForward, "step forward through the exchange as it was";
    OutsideText ["{"] MomentFirst, "to the exchange's first call";
    OutsideText ["}"] MomentLast, "to the exchange as it is";
    OutsideText ["p"] Play, "play the exchange as it was, or stop";
    OutsideText ["<"] Slower, "play at half the speed";
    OutsideText [">"] Faster, "play at twice the speed";
    OutsideText ["J"] Rejudge, "where other end modes would have ended it";

    OutsideText ["E"] Lessons, "the lessons, which check themselves against the real calls";
    Anywhere ["Alt-G"] SetUp, "set the lesson's step up: URL, request, knobs";
    Anywhere ["Alt-N"] NextStep, "the lesson's next step";
    Anywhere ["Alt-P"] PreviousStep, "the lesson's step before";
    Anywhere ["Alt-X"] LeaveLesson, "leave the lesson";

    Socket ["↑" "k"] Move(Up), "the call before";
    Socket ["↓" "j"] Move(Down), "the next call";
    Socket ["PageUp"] Move(PageUp), "one page up";
    Socket ["PageDown" "Space"] Move(PageDown), "one page down";
    Socket ["g" "Home"] Move(First), "to the first call";
    Socket ["G" "End"] Move(Last), "to the last call, and follow what comes";
    Socket ["Shift-↑"] Select(Up), "select up to the call before";
    Socket ["Shift-↓"] Select(Down), "select down to the next call";
    Socket ["Ctrl-A"] SelectAll, "select all calls";
    Socket ["y"] Copy, "copy the calls that are selected, else the chosen one, as text";
    Socket ["Enter"] OpenCall, "the call's bytes in the Wire view", "bytes";

    Start ["↑" "k"] Move(Up), "the exercise before";
    Start ["↓" "j"] Move(Down), "the next exercise";
    Start ["Enter"] Choose, "do it", "start";
    Start ["1"] Exercise(1), "watch a body arrive";
    Start ["2"] Exercise(2), "why reading to the end hangs";
    Start ["3"] Exercise(3), "fill the kernel's buffer";

    Popup ["↑" "k"] Move(Up), "one row up";
    Popup ["↓" "j"] Move(Down), "one row down";
    Popup ["←" "h"] Less, "the value before";
    Popup ["→" "l" "Space"] More, "the next value";
    Popup ["PageUp"] Move(PageUp), "one page up";
    Popup ["PageDown"] Move(PageDown), "one page down";
    Popup ["g" "Home"] Move(First), "to the first row";
    Popup ["G" "End"] Move(Last), "to the last row";
    Popup ["x"] Swap, "in a comparison: A and B change places";
    Popup ["Enter" "q"] Choose, "done";

    List ["↑"] Move(Up), "one row up";
    List ["↓"] Move(Down), "one row down";
    List ["PageUp"] Move(PageUp), "one page up";
    List ["PageDown"] Move(PageDown), "one page down";
    List ["Enter"] Choose, "do it, go there, or put it in";
    List ["Alt-C"] CompareWith, "the exchange shown and this one side by side";
    List ["Alt-N"] AddCookie, "a new cookie, in the words of a Set-Cookie";
    List ["Alt-D"] DropCookie, "delete this cookie";
};

/// The action of a key, tried in these places in turn.
pub fn action(key: KeyEvent, places: &[Place]) -> Option<Action> {
    let name = Press::of(key)?.to_string();
    places.iter().find_map(|place| {
        ROWS.iter()
            .find(|row| row.place == *place && row.keys.contains(&name.as_str()))
            .map(|row| row.action)
    })
}

impl Place {
    /// In the order of the help.
    pub const ALL: &[Place] = &[
        Place::Anywhere,
        Place::OutsideText,
        Place::Text,
        Place::Url,
        Place::Request,
        Place::Response,
        Place::Socket,
        Place::Start,
        Place::Popup,
        Place::List,
    ];

    /// The place's name in help and README.
    pub fn title(self) -> &'static str {
        match self {
            Place::Anywhere => "anywhere",
            Place::OutsideText => "outside text",
            Place::Text => "text fields",
            Place::Url => "URL bar",
            Place::Request => "request editor",
            Place::Response => "response",
            Place::Socket => "socket log",
            Place::Start => "start page",
            Place::Popup => "pop-up",
            Place::List => "list",
        }
    }
}

/// A key with its modifiers, in the table's spelling.
struct Press {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl Press {
    fn of(key: KeyEvent) -> Option<Press> {
        let mut modifiers =
            key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let mut code = key.code;
        match code {
            // A shifted character is another character already.
            KeyCode::Char(_) if (modifiers - KeyModifiers::SHIFT).is_empty() => {
                modifiers.remove(KeyModifiers::SHIFT);
            }
            KeyCode::Char(c) => code = KeyCode::Char(c.to_ascii_uppercase()),
            KeyCode::BackTab => {
                modifiers.insert(KeyModifiers::SHIFT);
                code = KeyCode::Tab;
            }
            _ => {}
        }
        Some(Press { code, modifiers })
    }
}

impl fmt::Display for Press {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, name) in [
            (KeyModifiers::CONTROL, "Ctrl-"),
            (KeyModifiers::ALT, "Alt-"),
            (KeyModifiers::SHIFT, "Shift-"),
        ] {
            if self.modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(n) => write!(f, "F{n}"),
            KeyCode::Left => f.write_str("←"),
            KeyCode::Right => f.write_str("→"),
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::Enter => f.write_str("Enter"),
            KeyCode::Esc => f.write_str("Esc"),
            KeyCode::Tab => f.write_str("Tab"),
            KeyCode::Backspace => f.write_str("Backspace"),
            KeyCode::Delete => f.write_str("Delete"),
            KeyCode::Home => f.write_str("Home"),
            KeyCode::End => f.write_str("End"),
            KeyCode::PageUp => f.write_str("PageUp"),
            KeyCode::PageDown => f.write_str("PageDown"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_has_two_meanings_in_one_place() {
        let mut seen = std::collections::HashSet::new();
        for row in ROWS {
            for key in row.keys {
                assert!(seen.insert((row.place, *key)), "{:?} {key}", row.place);
            }
        }
    }

    #[test]
    fn keys_are_found_by_place() {
        let ctrl = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
        for (key, places, want) in [
            (ctrl('l'), &[Place::Anywhere][..], Some(Action::FocusUrl)),
            (
                ctrl('w'),
                &[Place::Text, Place::Anywhere],
                Some(Action::DeleteWord),
            ),
            (
                ctrl('w'),
                &[Place::Response, Place::OutsideText],
                Some(Action::CloseTab),
            ),
            (
                plain(KeyCode::BackTab),
                &[Place::Anywhere],
                Some(Action::PreviousPane),
            ),
            (
                KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT),
                &[Place::Response],
                Some(Action::Move(Motion::Last)),
            ),
            (
                KeyEvent::new(KeyCode::Char('m'), KeyModifiers::ALT),
                &[Place::Request],
                Some(Action::NextMethod),
            ),
            (ctrl(' '), &[Place::Url], Some(Action::Complete)),
            (plain(KeyCode::Char('x')), &[Place::Anywhere], None),
        ] {
            assert_eq!(action(key, places), want, "{key:?}");
        }
    }
}
