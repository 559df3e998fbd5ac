//! Keys by the names that the program's own table prints: `Ctrl-L`, `Shift-Tab`, `F10`,
//! `Ctrl-Shift-←`, `q`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a terminal reports for a key of this name.
pub fn key(name: &str) -> KeyEvent {
    let mut modifiers = KeyModifiers::NONE;
    let mut rest = name;
    for (prefix, modifier) in [
        ("Ctrl-", KeyModifiers::CONTROL),
        ("Alt-", KeyModifiers::ALT),
        ("Shift-", KeyModifiers::SHIFT),
    ] {
        if let Some(after) = rest.strip_prefix(prefix) {
            modifiers |= modifier;
            rest = after;
        }
    }
    let code = match rest {
        "Tab" if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        "Tab" => KeyCode::Tab,
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Space" => KeyCode::Char(' '),
        "Backspace" => KeyCode::Backspace,
        "Delete" => KeyCode::Delete,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "PageUp" => KeyCode::PageUp,
        "PageDown" => KeyCode::PageDown,
        "←" => KeyCode::Left,
        "→" => KeyCode::Right,
        "↑" => KeyCode::Up,
        "↓" => KeyCode::Down,
        _ => match one_character(rest) {
            Some(c) => return character(c, modifiers),
            None => match rest.strip_prefix('F').and_then(|n| n.parse().ok()) {
                Some(n) => KeyCode::F(n),
                None => panic!("{name:?} is no key"),
            },
        },
    };
    KeyEvent::new(code, modifiers)
}

/// A typed character; an upper-case one comes with Shift, one with Ctrl or Alt in lower
/// case.
pub fn character(c: char, modifiers: KeyModifiers) -> KeyEvent {
    if modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) {
        return KeyEvent::new(KeyCode::Char(c.to_ascii_lowercase()), modifiers);
    }
    let shift = if c.is_uppercase() {
        KeyModifiers::SHIFT
    } else {
        KeyModifiers::NONE
    };
    KeyEvent::new(KeyCode::Char(c), modifiers | shift)
}

fn one_character(text: &str) -> Option<char> {
    let mut chars = text.chars();
    let first = chars.next();
    first.filter(|_| chars.next().is_none())
}
