//! The table of keys as it holds in this session: [`ROWS`] with the config file's keys in
//! their places, and the spelling of keys that people type.

use crossterm::event::KeyEvent;

use super::{Action, Place, Press, ROWS, Row};

/// All rows, one an action and place.
pub struct Keymap {
    rows: Vec<Row>,
}

/// Keys by name, with other names that people give them.
const NAMED: &[(&str, &[&str])] = &[
    ("←", &["left"]),
    ("→", &["right"]),
    ("↑", &["up"]),
    ("↓", &["down"]),
    ("Enter", &["return"]),
    ("Esc", &["escape"]),
    ("Tab", &[]),
    ("Space", &[]),
    ("Backspace", &[]),
    ("Delete", &["del"]),
    ("Home", &[]),
    ("End", &[]),
    ("PageUp", &["pgup"]),
    ("PageDown", &["pgdn"]),
];

const MODIFIERS: [&str; 3] = ["Ctrl-", "Alt-", "Shift-"];

impl Keymap {
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The action of a key, tried in these places in turn.
    pub fn action(&self, key: KeyEvent, places: &[Place]) -> Option<Action> {
        let name = Press::of(key)?.to_string();
        places.iter().find_map(|place| {
            let mut rows = self.rows.iter();
            rows.find(|row| row.place == *place && row.keys.contains(&name.as_str()))
                .map(|row| row.action)
        })
    }

    /// An action's key, for a sentence that names it: its first one in whatever place. One
    /// that no key has goes by its name, as the palette has it.
    pub fn key(&self, action: Action) -> &str {
        self.first_key(|row| row.action == action, action)
    }

    /// The same in one place, where an action has other keys elsewhere.
    pub fn key_in(&self, place: Place, action: Action) -> &str {
        self.first_key(|row| row.action == action && row.place == place, action)
    }

    fn first_key(&self, fits: impl Fn(&Row) -> bool, action: Action) -> &str {
        let mut keys = self.rows.iter().filter(|row| fits(row));
        let key = keys.find_map(|row| row.keys.first().copied());
        key.unwrap_or(action.name())
    }

    /// These keys, spelled as the table does, are the action's in this place and no other
    /// action's there.
    pub fn bind(&mut self, place: Place, action: Action, keys: &[String]) {
        for row in self.rows.iter_mut().filter(|row| row.place == place) {
            if row.keys.iter().any(|key| keys.iter().any(|k| k == key)) {
                let kept = row.keys.iter().copied();
                row.keys = lasting(kept.filter(|key| !keys.iter().any(|k| k == key)));
            }
        }
        let keys = lasting(keys.iter().map(|key| &*key.clone().leak()));
        let of_action = |row: &&mut Row| row.action == action;
        let mut own = self.rows.iter_mut().filter(of_action);
        match own.find(|row| row.place == place) {
            Some(row) => row.keys = keys,
            None => {
                let known = ROWS.iter().find(|row| row.action == action);
                self.rows.extend(known.map(|row| Row {
                    place,
                    keys,
                    ..*row
                }));
            }
        }
    }
}

impl Default for Keymap {
    fn default() -> Keymap {
        Keymap {
            rows: ROWS.to_vec(),
        }
    }
}

/// The table's rows live as long as the program does; the few that a config file changes,
/// once at the start, live as long.
fn lasting(keys: impl Iterator<Item = &'static str>) -> &'static [&'static str] {
    keys.collect::<Vec<_>>().leak()
}

/// A key as the table spells it; modifiers and names in any case and order.
///
/// # Errors
/// It is no key, or one that would be typed in this place, in words.
pub fn spelling(place: Place, text: &str) -> Result<String, String> {
    let mut held = [false; MODIFIERS.len()];
    let mut rest = text;
    while let Some(at) = MODIFIERS.iter().position(|name| starts(rest, name)) {
        held[at] = true;
        rest = &rest[MODIFIERS[at].len()..];
    }
    let [ctrl, alt, shift] = held;
    let typed = !ctrl && !alt;
    let name = named(rest);
    let is_character = name.as_deref().is_none_or(|name| name == "Space");
    let key = name.or_else(|| character(rest, typed));
    let key = key.ok_or_else(|| format!("{text:?} is no key"))?;
    if typed && is_character && types(place) {
        return Err(format!("{text} is typed in this place: add Ctrl- or Alt-"));
    }
    if typed && shift && is_character {
        return Err(format!("{text}: write the shifted character alone"));
    }
    let modifiers = MODIFIERS.iter().zip(held).filter(|(_, held)| *held);
    let mut spelled: String = modifiers.map(|(name, _)| *name).collect();
    spelled.push_str(&key);
    Ok(spelled)
}

/// Whether a character in this place is text.
fn types(place: Place) -> bool {
    match place {
        Place::Anywhere | Place::Text | Place::Url | Place::Request | Place::List => true,
        Place::OutsideText | Place::Response | Place::Socket | Place::Start | Place::Popup => false,
    }
}

/// One that can be typed, or held together with Ctrl or Alt: those show no case.
fn character(text: &str, typed: bool) -> Option<String> {
    let mut letters = text.chars();
    let c = letters.next().filter(|c| !c.is_control() && *c != ' ')?;
    let c = if typed { c } else { c.to_ascii_uppercase() };
    letters.next().is_none().then(|| c.to_string())
}

fn named(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let found = NAMED
        .iter()
        .find(|(name, others)| name.to_lowercase() == lower || others.contains(&lower.as_str()));
    let function = || {
        let number: u8 = lower.strip_prefix('f')?.parse().ok()?;
        (1..=24).contains(&number).then(|| format!("F{number}"))
    };
    found.map(|(name, _)| (*name).to_owned()).or_else(function)
}

/// In any case, and with something behind it.
fn starts(text: &str, prefix: &str) -> bool {
    text.len() > prefix.len()
        && text
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyModifiers};

    #[test]
    fn keys_as_people_spell_them() {
        for (place, text, want) in [
            (Place::Anywhere, "ctrl-l", Ok("Ctrl-L")),
            (Place::Anywhere, "Shift-Alt-Left", Ok("Alt-Shift-←")),
            (Place::Anywhere, "alt--", Ok("Alt--")),
            (Place::Anywhere, "f12", Ok("F12")),
            (Place::Anywhere, "escape", Ok("Esc")),
            (Place::Anywhere, "Ctrl-PgUp", Ok("Ctrl-PageUp")),
            (Place::Response, "G", Ok("G")),
            (Place::Response, "é", Ok("é")),
            (Place::Response, "space", Ok("Space")),
            (Place::Response, "-", Ok("-")),
            (Place::Anywhere, "g", Err("is typed in this place")),
            (Place::Text, "Space", Err("is typed in this place")),
            (
                Place::Response,
                "Shift-g",
                Err("write the shifted character"),
            ),
            (Place::Response, "", Err("\"\" is no key")),
            (Place::Response, "Ctrl-", Err("\"Ctrl-\" is no key")),
            (Place::Response, "F0", Err("is no key")),
            (Place::Response, "f99", Err("is no key")),
            (Place::Response, "\u{1b}", Err("is no key")),
        ] {
            match (spelling(place, text), want) {
                (Ok(got), Ok(want)) => assert_eq!(got, want, "{text}"),
                (Err(got), Err(want)) => assert!(got.contains(want), "{text}: {got}"),
                (got, want) => panic!("{text}: {got:?} instead of {want:?}"),
            }
        }
    }

    /// Every key of the table is spelled as this reads it.
    #[test]
    fn the_tables_own_spelling() {
        for row in ROWS {
            for key in row.keys {
                assert_eq!(spelling(row.place, key).as_deref(), Ok(*key));
            }
        }
    }

    #[test]
    fn a_bound_key_does_one_thing() {
        let plain = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
        let here = &[Place::Response, Place::OutsideText];
        let bind = |keys: &mut Keymap, action, names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            keys.bind(Place::Response, action, &names);
        };
        let mut keys = Keymap::default();
        bind(&mut keys, Action::Find, &["f", "y"]);
        // Not an action of the response's own rows.
        bind(&mut keys, Action::Send, &["r"]);
        bind(&mut keys, Action::Wrap, &[]);
        for (key, want) in [
            ('f', Some(Action::Find)),
            ('y', Some(Action::Find)),
            ('/', None),
            ('r', Some(Action::Send)),
            ('w', None),
            ('q', Some(Action::Quit)),
        ] {
            assert_eq!(keys.action(plain(key), here), want, "{key}");
        }
        for (action, want) in [
            (Action::Find, "f"),
            (Action::Wrap, "wrap long lines"),
            (Action::Help, "F1"),
        ] {
            assert_eq!(keys.key(action), want);
        }
        let up = Action::Move(crate::tui::keymap::Motion::Up);
        assert_eq!(keys.key_in(Place::Popup, up), "↑");
        let find = keys.rows().iter().find(|row| row.action == Action::Find);
        assert_eq!(find.map(|row| row.hint), Some("find"));
    }
}
