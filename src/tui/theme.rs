//! How each part of the screen looks. Nothing is told by colour alone: every part that
//! matters has a sign, a word or an attribute too.
//!
//! Owns the parts' names and the choice of a theme. The themes are data
//! (`assets/themes/*.toml`), read by [`mod@file`]; how many colours the terminal has is
//! [`depth`]'s.

pub mod depth;
mod file;

use ratatui::style::{Color, Style};

use crate::view::Role;
use depth::Depth;

/// Every part of the screen at its place of [`Part::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    styles: [Style; Part::ALL.len()],
}

/// Each theme's name and its file.
pub const THEMES: &[(&str, &str)] = &[
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    (
        "high-contrast",
        include_str!("../../assets/themes/high-contrast.toml"),
    ),
    (MONO, include_str!("../../assets/themes/mono.toml")),
];

const MONO: &str = "mono";

macro_rules! parts {
    ($( $part:ident $name:literal )*) => {
        /// What looks of its own; a theme's file gives every one of them a row.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Part { $( $part ),* }

        impl Part {
            const ALL: &[Part] = &[ $( Part::$part ),* ];

            /// As the themes' files write it.
            fn name(self) -> &'static str {
                match self { $( Part::$part => $name ),* }
            }
        }
    };
}

parts! {
    Screen "screen"
    Text "text"
    Invisible "invisible"
    Undecodable "undecodable"
    Margin "margin"
    StatusOk "status-ok"
    StatusRedirect "status-redirect"
    StatusError "status-error"
    FieldName "field-name"
    FieldValue "field-value"
    Framing "framing"
    Excess "excess"
    SentBytes "sent-bytes"
    Anomaly "anomaly"
    Found "found"
    Hit "hit"
    Cursor "cursor"
    Selected "selected"
    Ruler "ruler"
    ChosenBytes "chosen-bytes"
    Note "note"
    Name "name"
    String "string"
    Number "number"
    Keyword "keyword"
    Comment "comment"
    Tag "tag"
    Attribute "attribute"
    Punctuation "punctuation"
    Heading "heading"
    Link "link"
    StrongText "strong-text"
    Emphasis "emphasis"
    Code "code"
    Field "field"
    Image "image"
    Border "border"
    BorderFocused "border-focused"
    Title "title"
    TitleFocused "title-focused"
    Quiet "quiet"
    Strong "strong"
    Good "good"
    Bad "bad"
    Warning "warning"
    Key "key"
    Received "received"
    Sent "sent"
    Chosen "chosen"
    Brand "brand"
}

impl Theme {
    /// For a screen that nothing is known of: the default theme in the terminal's own
    /// sixteen colours, or without any.
    pub fn new(colour: bool) -> Theme {
        let name = if colour { "dark" } else { MONO };
        Theme::named(name, Depth::Sixteen).unwrap_or_default()
    }

    /// The theme of that name, in as many colours as there are; `None`: there is no such
    /// theme.
    pub fn named(name: &str, depth: Depth) -> Option<Theme> {
        let (_, text) = THEMES.iter().find(|(theme, _)| *theme == name)?;
        // The files are the program's own, and a test reads each.
        file::read(text, depth).ok()
    }

    /// Whether the theme of that name has colours.
    pub fn is_colourful(name: &str) -> bool {
        name != MONO
    }

    /// The theme for this environment (`variable` looks one up) when the config file names
    /// none: mono where `NO_COLOR` holds something (no-color.org); light where the
    /// terminal says by `COLORFGBG` (rxvt, Konsole: `foreground;background`) that its
    /// background is one of the two whites; else dark.
    pub fn usual(variable: impl Fn(&str) -> Option<String>) -> &'static str {
        if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) {
            return MONO;
        }
        let colours = variable("COLORFGBG").unwrap_or_default();
        match colours.rsplit(';').next() {
            Some("7" | "15") => "light",
            _ => "dark",
        }
    }

    pub fn role(self, role: Role) -> Style {
        self.part(match role {
            Role::Text => Part::Text,
            Role::Invisible => Part::Invisible,
            Role::Undecodable => Part::Undecodable,
            Role::Margin => Part::Margin,
            Role::StatusOk => Part::StatusOk,
            Role::StatusRedirect => Part::StatusRedirect,
            Role::StatusError => Part::StatusError,
            Role::FieldName => Part::FieldName,
            Role::FieldValue => Part::FieldValue,
            Role::Framing => Part::Framing,
            Role::Excess => Part::Excess,
            Role::Sent => Part::SentBytes,
            Role::Anomaly => Part::Anomaly,
            Role::Found => Part::Found,
            Role::Hit => Part::Hit,
            Role::Cursor => Part::Cursor,
            Role::Selected => Part::Selected,
            Role::Ruler => Part::Ruler,
            Role::Chosen => Part::ChosenBytes,
            Role::Note => Part::Note,
            Role::Name => Part::Name,
            Role::String => Part::String,
            Role::Number => Part::Number,
            Role::Keyword => Part::Keyword,
            Role::Comment => Part::Comment,
            Role::Tag => Part::Tag,
            Role::Attribute => Part::Attribute,
            Role::Punctuation => Part::Punctuation,
            Role::Heading => Part::Heading,
            Role::Link => Part::Link,
            Role::Strong => Part::StrongText,
            Role::Emphasis => Part::Emphasis,
            Role::Code => Part::Code,
            Role::Field => Part::Field,
            Role::Image => Part::Image,
        })
    }

    /// Text and background of everything that has none of its own; `Reset`: the terminal's.
    pub fn screen(self) -> (Color, Color) {
        let screen = self.part(Part::Screen);
        (
            screen.fg.unwrap_or(Color::Reset),
            screen.bg.unwrap_or(Color::Reset),
        )
    }

    /// A pane's border: the focused one stands out.
    pub fn border(self, focused: bool) -> Style {
        self.part(match focused {
            true => Part::BorderFocused,
            false => Part::Border,
        })
    }

    pub fn title(self, focused: bool) -> Style {
        self.part(match focused {
            true => Part::TitleFocused,
            false => Part::Title,
        })
    }

    /// Words beside the matter.
    pub fn quiet(self) -> Style {
        self.part(Part::Quiet)
    }

    pub fn strong(self) -> Style {
        self.part(Part::Strong)
    }

    pub fn good(self) -> Style {
        self.part(Part::Good)
    }

    pub fn bad(self) -> Style {
        self.part(Part::Bad)
    }

    pub fn warning(self) -> Style {
        self.part(Part::Warning)
    }

    /// A key's name in hints and help.
    pub fn key(self) -> Style {
        self.part(Part::Key)
    }

    /// Bytes on their way to us; `sent` is those on their way to the server.
    pub fn received(self) -> Style {
        self.part(Part::Received)
    }

    pub fn sent(self) -> Style {
        self.part(Part::Sent)
    }

    /// The chosen row of a list.
    pub fn chosen(self) -> Style {
        self.part(Part::Chosen)
    }

    /// The program's name.
    pub fn brand(self) -> Style {
        self.part(Part::Brand)
    }

    fn part(self, part: Part) -> Style {
        self.styles[part as usize]
    }
}

impl Default for Theme {
    /// Nothing stands out.
    fn default() -> Theme {
        Theme {
            styles: [Style::new(); Part::ALL.len()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Modifier;

    #[test]
    fn every_theme_is_complete_at_every_depth() {
        for (name, text) in THEMES {
            for depth in [Depth::True, Depth::Palette, Depth::Sixteen] {
                assert!(file::read(text, depth).is_ok(), "{name} {depth:?}");
            }
        }
    }

    #[test]
    fn the_environment_chooses() {
        for (variables, want) in [
            (&[][..], "dark"),
            (&[("NO_COLOR", "1")], "mono"),
            (&[("NO_COLOR", "")], "dark"),
            (&[("COLORFGBG", "0;15")], "light"),
            (&[("COLORFGBG", "0;default;7")], "light"),
            (&[("COLORFGBG", "15;0")], "dark"),
            (&[("COLORFGBG", "0;15"), ("NO_COLOR", "1")], "mono"),
        ] {
            let variable = |name: &str| {
                let found = variables.iter().find(|(variable, _)| *variable == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(Theme::usual(variable), want, "{variables:?}");
        }
    }

    #[test]
    fn what_lies_on_other_text_stands_out_without_colour() {
        let mono = Theme::new(false);
        let marked = [Part::Found, Part::ChosenBytes, Part::Excess, Part::Framing];
        for part in [marked, [Part::Chosen, Part::Key, Part::Bad, Part::Strong]].concat() {
            let style = mono.part(part);
            assert_ne!(style.add_modifier, Modifier::empty(), "{part:?}");
            assert_eq!((style.fg, style.bg), (None, None), "{part:?}");
        }
        assert_ne!(mono.part(Part::Found), mono.part(Part::ChosenBytes));
        assert_ne!(mono.border(true), mono.border(false));
    }

    #[test]
    fn only_high_contrast_has_a_background_of_its_own() {
        for (name, _) in THEMES {
            let theme = Theme::named(name, Depth::True).unwrap();
            let own = theme.screen() != (Color::Reset, Color::Reset);
            assert_eq!(own, *name == "high-contrast", "{name}");
        }
        assert_eq!(Theme::named("drak", Depth::True), None);
    }
}
