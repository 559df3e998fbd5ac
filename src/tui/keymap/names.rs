//! What each action is called: the words of the command palette and of the config file.
//!
//! Owns one stable name an action, whichever keys it has and however many. Names are
//! typed by people and kept in files: they may be added to, not changed.

use super::Motion::{
    Down, End, First, Home, Last, Left, PageDown, PageLeft, PageRight, PageUp, Right, Up, WordLeft,
    WordRight,
};
use super::{Action, Motion, ROWS};
use crate::export::Form;

impl Action {
    /// The action's name; no two have the same one.
    #[rustfmt::skip]
    pub fn name(self) -> &'static str {
        match self {
            Action::Help => "help",
            Action::Commands => "every command",
            Action::Exchanges => "list the exchanges",
            Action::Anomalies => "list the anomalies",
            Action::Messages => "list the messages",
            Action::PreviousAnswer => "previous response",
            Action::NextAnswer => "next response",
            Action::Talk => "send more on the connection",
            Action::FinishSaying => "half-close the connection",
            Action::HangUp => "close the connection",
            Action::Idle => "list the idle connections",
            Action::Addresses => "addresses",
            Action::Compare => "compare with the one before",
            Action::CompareWith => "compare with this exchange",
            Action::Swap => "swap A and B",
            Action::Phases => "phases of the exchanges",
            Action::Levels => "buffers over time",
            Action::Tls => "TLS and certificates",
            Action::FocusUrl => "to the URL bar",
            Action::FocusRequest => "to the request editor",
            Action::EditExternally => "open in $EDITOR",
            Action::NextPane => "next pane",
            Action::PreviousPane => "previous pane",
            Action::Send => "send",
            Action::Escape => "cancel",
            Action::Back => "back",
            Action::Forward => "forward",
            Action::NewTab => "new tab",
            Action::CloseTab => "close the tab",
            Action::PreviousTab => "previous tab",
            Action::NextTab => "next tab",
            Action::Knobs => "every knob",
            Action::RecvSize => "next recv size",
            Action::Pace => "next pace",
            Action::Pause => "pause or go on",
            Action::Step => "step one call",
            Action::EndMode => "next end mode",
            Action::Quit => "quit",
            Action::Interrupt => "interrupt",
            Action::Go => "go",
            Action::Older => "older URL",
            Action::Newer => "newer URL",
            Action::Complete => "complete the URL",
            Action::InsertCrLf => "insert CR LF",
            Action::InsertLf => "insert a lone LF",
            Action::InsertHex => "insert a byte by hex",
            Action::SelectAll => "select all",
            Action::Undo => "undo",
            Action::Redo => "redo",
            Action::Template => "template of the URL",
            Action::NextMethod => "next method",
            Action::DropField => "take the header out",
            Action::AddField => "insert a header",
            Action::SetLength => "correct Content-Length",
            Action::BodyFile => "body from a file",
            Action::Snippets => "request from a snippet",
            Action::DeleteWord => "delete a word",
            Action::DeleteLeft => "delete to the left",
            Action::DeleteRight => "delete to the right",
            Action::Move(motion) => moved(motion),
            Action::Select(motion) => selected(motion),
            Action::View(1) => "view Text",
            Action::View(2) => "view Pretty",
            Action::View(3) => "view Rendered",
            Action::View(4) => "view Hex",
            Action::View(5) => "view Wire",
            Action::View(6) => "view Headers",
            Action::View(_) => "view",
            Action::Jump => "go to a place",
            Action::NextLink => "next link",
            Action::PreviousLink => "previous link",
            Action::FollowInTab => "follow in a new tab",
            Action::FollowNumber => "follow a number",
            Action::Find => "find",
            Action::FindNext => "find the next",
            Action::FindPrevious => "find the previous",
            Action::Wrap => "wrap long lines",
            Action::Save => "save the body",
            Action::Copy => "copy",
            Action::CopyAs => "copy as",
            Action::CopyForm(Form::Text) => "copy as text",
            Action::CopyForm(Form::Escaped) => "copy as escaped bytes",
            Action::CopyForm(Form::Hex) => "copy as hex",
            Action::CopyForm(Form::Python) => "copy as Python literal",
            Action::Page => "open the body in $PAGER",
            Action::Pipe => "the body through a command",
            Action::Zoom => "zoom the pane",
            Action::Resize(motion) => resized(motion),
            Action::Unsplit => "borders as at first",
            Action::OpenCall => "bytes of the call",
            Action::FoldAll => "fold everything",
            Action::UnfoldAll => "unfold everything",
            Action::OpenRecv => "call of the byte",
            Action::Ruler => "next ruler",
            Action::Inspect => "data inspector",
            Action::Images => "pictures another way",
            Action::AsReceived => "decoded or as received",
            Action::Charset => "choose the charset",
            Action::UnpackOn => "decode past the limit",
            Action::MomentBack => "step back in time",
            Action::MomentForward => "step forward in time",
            Action::MomentFirst => "back to the first call",
            Action::MomentLast => "back to the present",
            Action::Play => "play the exchange",
            Action::Slower => "play slower",
            Action::Faster => "play faster",
            Action::Rejudge => "judge by other end modes",
            Action::Follow => "follow the redirect",
            Action::Cookies => "list the cookies",
            Action::InsertCookie => "insert the Cookie line",
            Action::AddCookie => "new cookie",
            Action::DropCookie => "delete this cookie",
            Action::Basic => "insert basic credentials",
            Action::ClientCertificate => "client certificate",
            Action::Proxy => "proxy",
            Action::LocalAddress => "local address",
            Action::Bearer => "insert a bearer token",
            Action::Exercise(1) => "first exercise",
            Action::Exercise(2) => "second exercise",
            Action::Exercise(3) => "third exercise",
            Action::Exercise(_) => "exercise",
            Action::Lessons => "list the lessons",
            Action::SetUp => "set the step up",
            Action::NextStep => "next step of the lesson",
            Action::PreviousStep => "step before of the lesson",
            Action::LeaveLesson => "leave the lesson",
            Action::Choose => "choose",
            Action::Less => "value before",
            Action::More => "next value",
        }
    }

    /// The action of that name, in any case.
    pub fn named(name: &str) -> Option<Action> {
        ROWS.iter()
            .map(|row| row.action)
            .find(|action| action.name().eq_ignore_ascii_case(name))
    }
}

fn moved(motion: Motion) -> &'static str {
    match motion {
        Left => "left",
        Right => "right",
        Up => "up",
        Down => "down",
        WordLeft => "word left",
        WordRight => "word right",
        Home => "start of the line",
        End => "end of the line",
        PageUp => "page up",
        PageDown => "page down",
        PageLeft => "page left",
        PageRight => "page right",
        First => "to the start",
        Last => "to the end",
    }
}

fn resized(motion: Motion) -> &'static str {
    match motion {
        Left => "border to the left",
        Right => "border to the right",
        Up => "border up",
        Down => "border down",
        _ => "border",
    }
}

fn selected(motion: Motion) -> &'static str {
    match motion {
        Left => "select left",
        Right => "select right",
        Up => "select up",
        Down => "select down",
        WordLeft => "select word left",
        WordRight => "select word right",
        Home => "select to the line's start",
        End => "select to the line's end",
        PageUp => "select page up",
        PageDown => "select page down",
        PageLeft => "select page left",
        PageRight => "select page right",
        First => "select to the start",
        Last => "select to the end",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn each_action_has_one_name_and_each_name_one_action() {
        let mut names = HashMap::new();
        for row in ROWS {
            let name = row.action.name();
            let before = names.insert(name, row.action);
            assert!(before.is_none_or(|before| before == row.action), "{name}");
            assert_eq!(Action::named(&name.to_uppercase()), Some(row.action));
        }
    }

    #[test]
    fn what_is_no_command_has_no_action() {
        for name in ["", "nothing", "next end", "next end mode "] {
            assert_eq!(Action::named(name), None, "{name:?}");
        }
    }
}
