//! The config file and the browser: what may be named in it, and what its words set.

use crate::config::{self, Complaint, Config, Keys, Read, Vocabulary};
use crate::tui::app::App;
use crate::tui::graphics::Images;
use crate::tui::keymap::{Action, Keymap, Place, ROWS, spelling};
use crate::tui::locale;
use crate::tui::theme::depth::Depth;
use crate::tui::theme::{THEMES, Theme};

/// What a file can name: the themes, and every row of the table of keys, place by place.
pub fn words() -> Vocabulary<'static> {
    let mut keys: Vec<Keys> = Vec::new();
    for place in Place::ALL {
        let rows = ROWS.iter().filter(|row| row.place == *place);
        keys.extend(rows.map(|row| Keys {
            place: written(place.title()),
            action: written(row.action.name()),
            keys: row.keys,
            help: row.help,
        }));
    }
    Vocabulary {
        themes: THEMES.iter().map(|(name, _)| *name).collect(),
        colours: Depth::NAMES.iter().map(|(name, _)| *name).collect(),
        images: Images::NAMES.iter().map(|(name, ..)| *name).collect(),
        keys,
        spelling: |place, key| match place_of(place) {
            Some(place) => spelling(place, key),
            None => Err(format!("no place is called {place}")),
        },
    }
}

/// Reads the file and makes the browser as it says; what is wrong in it is said on screen
/// and changes nothing. `variable` looks up one of the environment.
pub fn apply(app: &mut App, variable: impl Fn(&str) -> Option<String>) -> Config {
    let Read { config, complaints } = match config::text() {
        Ok(Some(text)) => config::parse(&text, &words()),
        Ok(None) => Read::default(),
        Err(error) => {
            app.complain(format!("config file: {error} (sockeye config tells where)"));
            Read::default()
        }
    };
    set(app, &config, variable);
    if let Some(words) = complaint(&complaints) {
        app.complain(words);
    }
    config
}

fn set(app: &mut App, config: &Config, variable: impl Fn(&str) -> Option<String>) {
    let usual = Theme::usual(&variable);
    // A theme that the file names holds against NO_COLOR, as no-color.org has it.
    let theme = config.theme.as_deref().unwrap_or(usual);
    let named = |name: &String| Depth::NAMES.iter().find(|(depth, _)| depth == name);
    let depth = config.colours.as_ref().and_then(named);
    let depth = depth.map_or_else(|| Depth::usual(&variable), |&(_, depth)| depth);
    app.theme = Theme::named(theme, depth).unwrap_or_default();
    app.depth = Theme::is_colourful(theme).then_some(depth);
    let images = config.images.as_deref().and_then(Images::named);
    app.images = images.unwrap_or_else(|| Images::usual(&variable));
    app.ascii = config.ascii.unwrap_or_else(|| locale::is_ascii(variable));
    app.keys = keymap(config);
    app.memory = config.memory;
    for tab in &mut app.tabs {
        tab.knobs = config.fetch.clone();
    }
}

fn keymap(config: &Config) -> Keymap {
    let mut keymap = Keymap::default();
    for binding in &config.keys {
        let mut rows = ROWS.iter();
        let row = rows.find(|row| written(row.action.name()) == binding.action);
        let action: Option<Action> = row.map(|row| row.action);
        if let (Some(place), Some(action)) = (place_of(&binding.place), action) {
            keymap.bind(place, action, &binding.keys);
        }
    }
    keymap
}

/// The first complaint, and how many there are.
fn complaint(complaints: &[Complaint]) -> Option<String> {
    let (first, others) = complaints.split_first()?;
    let Complaint { line, column, text } = first;
    let more = match others.len() {
        0 => String::new(),
        n => format!(" · {n} more (sockeye config names all)"),
    };
    Some(format!(
        "config file, line {line}, column {column}: {text}{more}"
    ))
}

/// A name as the file writes it: `every-command`, `open-in-editor`.
fn written(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("-")
}

fn place_of(name: &str) -> Option<Place> {
    let mut places = Place::ALL.iter().copied();
    places.find(|place| written(place.title()) == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Knobs;
    use crate::tui::layout::Size;
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use std::collections::HashMap;

    fn app(text: &str) -> (App, Vec<Complaint>) {
        let size = Size {
            columns: 80,
            rows: 24,
        };
        let mut app = App::new(size, std::time::Instant::now(), Theme::new(false));
        let read = config::parse(text, &words());
        set(&mut app, &read.config, |_| None);
        (app, read.complaints)
    }

    #[test]
    fn what_is_printed_changes_nothing() {
        let text = config::print(None, &words());
        let (app, complaints) = app(&text);
        assert_eq!(complaints, []);
        assert_eq!(app.tab().knobs, Knobs::default());
        assert_eq!(app.keys.rows(), ROWS);
    }

    #[test]
    fn each_action_is_written_in_its_own_way() {
        let mut written_as = HashMap::new();
        for row in ROWS {
            let name = written(row.action.name());
            let before = written_as.insert(name, row.action);
            assert!(
                before.is_none_or(|before| before == row.action),
                "{:?}",
                row.action
            );
        }
        let mut seen = std::collections::HashSet::new();
        for row in ROWS {
            assert!(
                seen.insert((row.place, row.action)),
                "{:?} has two rows in one place",
                row.action
            );
        }
        for place in Place::ALL {
            assert_eq!(place_of(&written(place.title())), Some(*place));
        }
    }

    #[test]
    fn a_file_sets_keys_theme_and_knobs() {
        let (app, complaints) = app(
            "theme = \"high-contrast\"\ncolours = \"truecolor\"\nascii = true\n\
             [fetch]\nrecv-size = 4096\n[keys.anywhere]\nsend = [\"F11\"]\n",
        );
        assert_eq!(complaints, []);
        assert_eq!(Some(app.theme), Theme::named("high-contrast", Depth::True));
        assert!(app.ascii);
        assert_eq!(app.tab().knobs.options.recv_size, 4096);
        let key = |n| KeyEvent::new(KeyCode::F(n), KeyModifiers::NONE);
        assert_eq!(
            app.keys.action(key(11), &[Place::Anywhere]),
            Some(Action::Send)
        );
        assert_eq!(app.keys.action(key(5), &[Place::Anywhere]), None);
    }

    #[test]
    fn a_theme_by_name_holds_against_no_color() {
        let no_color = |name: &str| (name == "NO_COLOR").then(|| "1".to_owned());
        for (theme, want) in [(None, "mono"), (Some("light"), "light")] {
            let (mut app, _) = app("");
            let theme = theme.map(str::to_owned);
            let config = Config {
                theme,
                ..Config::default()
            };
            set(&mut app, &config, no_color);
            assert_eq!(Some(app.theme), Theme::named(want, Depth::Sixteen));
        }
    }

    #[test]
    fn the_first_complaint_is_said_and_the_others_counted() {
        let (_, complaints) = app("theme = \"drak\"\nx = 1\ny = 1\n");
        let said = complaint(&complaints).unwrap();
        assert!(
            said.starts_with("config file, line 1, column 9: theme: drak"),
            "{said}"
        );
        assert!(
            said.ends_with("2 more (sockeye config names all)"),
            "{said}"
        );
        assert_eq!(complaint(&[]), None);
    }
}
