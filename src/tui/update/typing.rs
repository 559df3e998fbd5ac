//! What keys do to a field, whichever it is.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::app::App;
use crate::tui::editor::Editor;
use crate::tui::keymap::{Action, Motion};

/// Puts a typed character in; false where the key is none.
pub(super) fn insert_char(editor: &mut Editor, key: KeyEvent) -> bool {
    let KeyCode::Char(c) = key.code else {
        return false;
    };
    if key
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
    {
        return false;
    }
    editor.insert(c.encode_utf8(&mut [0; 4]).as_bytes());
    true
}

/// What an action does to a field; true when its text may have changed.
pub(super) fn edit(editor: &mut Editor, action: Action, page: usize) -> bool {
    match action {
        Action::InsertCrLf => editor.insert(b"\r\n"),
        Action::InsertLf => editor.insert(b"\n"),
        Action::SelectAll => editor.select_all(),
        Action::Undo => return editor.undo(),
        Action::Redo => return editor.redo(),
        Action::DeleteWord => editor.delete_word_left(),
        Action::DeleteLeft => editor.backspace(),
        Action::DeleteRight => editor.delete(),
        Action::Move(motion) => {
            go(editor, motion, false, page);
            return false;
        }
        Action::Select(motion) => {
            go(editor, motion, true, page);
            return false;
        }
        _ => return false,
    }
    action != Action::SelectAll
}

fn go(editor: &mut Editor, motion: Motion, select: bool, page: usize) {
    match motion {
        Motion::Left => editor.left(select),
        Motion::Right => editor.right(select),
        Motion::Up => editor.up(1, select),
        Motion::Down => editor.down(1, select),
        Motion::WordLeft => editor.word_left(select),
        Motion::WordRight => editor.word_right(select),
        Motion::Home => editor.home(select),
        Motion::End => editor.end(select),
        Motion::PageUp => editor.up(page, select),
        Motion::PageDown => editor.down(page, select),
        Motion::First => editor.start(select),
        Motion::Last => editor.finish(select),
        // What is typed is always in sight.
        Motion::PageLeft | Motion::PageRight => {}
    }
}

/// A key after Ctrl-V, where these digits were typed: the second of two hex digits puts
/// their byte in. False: it is no such digit, and nothing is put in.
pub(super) fn hex_digit(editor: &mut Editor, digits: &mut Option<String>, key: KeyEvent) -> bool {
    let mut typed = digits.take().unwrap_or_default();
    match key.code {
        KeyCode::Char(c) if c.is_ascii_hexdigit() => typed.push(c),
        _ => return false,
    }
    match u8::from_str_radix(&typed, 16) {
        Ok(byte) if typed.len() == 2 => editor.insert(&[byte]),
        _ => *digits = Some(typed),
    }
    true
}

/// Says so.
pub(super) fn no_digit(app: &mut App) {
    let key = app.keys.key(Action::InsertHex);
    app.note(format!("{key} takes two hex digits: nothing was put in"));
}
