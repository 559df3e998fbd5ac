//! How each role looks. Nothing is told by colour alone: every role that matters has a
//! sign, a word or an attribute too.
//!
//! The sixteen colours of the terminal are used, so its own light or dark scheme holds.
//! `NO_COLOR` (no-color.org) leaves the attributes.

use ratatui::style::{Color, Modifier, Style};

use crate::view::Role;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    colour: bool,
}

impl Theme {
    pub fn new(colour: bool) -> Theme {
        Theme { colour }
    }

    /// Colours unless `NO_COLOR` holds something.
    pub fn from_environment() -> Theme {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Theme::new(!no_color)
    }

    pub fn role(self, role: Role) -> Style {
        let (colour, modifier) = match role {
            Role::Text => return Style::new(),
            Role::Invisible => (Color::DarkGray, Modifier::empty()),
            Role::Undecodable => (Color::Red, Modifier::empty()),
            Role::Margin => (Color::DarkGray, Modifier::empty()),
            Role::StatusOk => (Color::Green, Modifier::BOLD),
            Role::StatusRedirect => (Color::Yellow, Modifier::BOLD),
            Role::StatusError => (Color::Red, Modifier::BOLD),
            Role::FieldName => (Color::Cyan, Modifier::empty()),
            Role::FieldValue => return Style::new(),
            Role::Framing => (Color::Magenta, Modifier::empty()),
            Role::Excess => (Color::Yellow, Modifier::UNDERLINED),
            Role::Sent => (Color::Blue, Modifier::empty()),
            Role::Anomaly => (Color::Yellow, Modifier::BOLD),
            Role::Found => (Color::Yellow, Modifier::REVERSED),
            Role::Hit => (
                Color::Yellow,
                Modifier::REVERSED
                    .union(Modifier::BOLD)
                    .union(Modifier::UNDERLINED),
            ),
            Role::Cursor => (
                Color::White,
                Modifier::REVERSED
                    .union(Modifier::BOLD)
                    .union(Modifier::UNDERLINED),
            ),
            Role::Selected => (Color::Blue, Modifier::REVERSED),
            Role::Ruler => (Color::Green, Modifier::UNDERLINED.union(Modifier::BOLD)),
            Role::Chosen => (Color::Cyan, Modifier::REVERSED),
            Role::Note => (Color::DarkGray, Modifier::ITALIC),
        };
        self.style(colour, modifier)
    }

    /// A pane's border: the focused one stands out.
    pub fn border(self, focused: bool) -> Style {
        match focused {
            true => self.style(Color::Cyan, Modifier::BOLD),
            false => self.style(Color::DarkGray, Modifier::empty()),
        }
    }

    pub fn title(self, focused: bool) -> Style {
        match focused {
            true => self.style(Color::Reset, Modifier::BOLD),
            // Not the border's colour, which a title would take over.
            false => self.style(Color::Reset, Modifier::empty()),
        }
    }

    /// Words beside the matter.
    pub fn quiet(self) -> Style {
        self.style(Color::DarkGray, Modifier::empty())
    }

    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    pub fn good(self) -> Style {
        self.style(Color::Green, Modifier::empty())
    }

    pub fn bad(self) -> Style {
        self.style(Color::Red, Modifier::BOLD)
    }

    pub fn warning(self) -> Style {
        self.style(Color::Yellow, Modifier::empty())
    }

    /// A key's name in hints and help.
    pub fn key(self) -> Style {
        self.style(Color::Cyan, Modifier::BOLD)
    }

    /// Bytes on their way to us; `sent` is those on their way to the server.
    pub fn received(self) -> Style {
        self.style(Color::Green, Modifier::empty())
    }

    pub fn sent(self) -> Style {
        self.style(Color::Blue, Modifier::empty())
    }

    /// The chosen row of a list.
    pub fn chosen(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// The program's name.
    pub fn brand(self) -> Style {
        self.style(Color::Cyan, Modifier::BOLD | Modifier::REVERSED)
    }

    fn style(self, colour: Color, modifier: Modifier) -> Style {
        let style = Style::new().add_modifier(modifier);
        if self.colour { style.fg(colour) } else { style }
    }
}
