//! ISO-2022-JP's modes: what an escape sequence says of the bytes after it.

/// What the bytes are that follow, in ISO-2022-JP; else always `Ascii`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Ascii,
    Roman,
    Katakana,
    /// Two bytes a character.
    Kanji,
}

impl Mode {
    /// The one that an escape sequence at the start of these bytes names.
    pub fn of(bytes: &[u8]) -> Option<Mode> {
        match bytes.get(..3)? {
            b"\x1b(B" => Some(Mode::Ascii),
            b"\x1b(J" => Some(Mode::Roman),
            b"\x1b(I" => Some(Mode::Katakana),
            b"\x1b$@" | b"\x1b$B" => Some(Mode::Kanji),
            _ => None,
        }
    }

    /// The same bytes are the same characters in both, but for a yen sign and an overline.
    pub fn shows_as(self, other: Mode) -> bool {
        let latin = |mode| matches!(mode, Mode::Ascii | Mode::Roman);
        self == other || latin(self) && latin(other)
    }
}
