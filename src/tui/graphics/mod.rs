//! Pictures as the terminal can: which way it shows them, and the bytes that do.
//!
//! Owns [`Images`], what the environment says of it, and [`Graphic`]: a picture as the
//! escape sequence that draws it over whole cells. The encoders are pure functions of
//! pixels: of the network nothing is in them but colours, in Base64 or as sixels.
//! When one is written is [`super::terminal`]'s, where it stands `ui`'s.

mod inline;
mod palette;
mod sixel;

use crate::view::picture::Pixels;

/// How pictures are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Images {
    /// Two pixels in a cell, as a character's colours: every terminal can.
    #[default]
    Blocks,
    /// Terminal graphics protocol (kitty's documentation).
    Kitty,
    /// OSC 1337 `File=` (iTerm2's documentation, "Inline Images").
    Iterm2,
    /// DEC sixel graphics (VT330/VT340 Programmer Reference, chapter 14).
    Sixel,
}

/// Pixels of a terminal's cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dots {
    pub width: u16,
    pub height: u16,
}

/// A picture as the bytes that draw it from the cursor on.
#[derive(Debug, PartialEq, Eq)]
pub struct Graphic {
    pub images: Images,
    /// Cells that it covers; nothing is drawn outside of them.
    pub columns: u16,
    pub rows: u16,
    pub bytes: Vec<u8>,
}

/// Pixels of a picture on screen: more take longer to write than anybody waits.
const MOST: usize = 1 << 20;
/// Smaller pictures are magnified up to this, across and down: an icon is to be seen.
const LEAST: usize = 256;

/// What the environment says, the surest first: `TERM` is the terminal's own, the others
/// are inherited by a terminal that was started from another.
const SIGNS: &[Sign] = &[
    // A multiplexer passes none of the three on by itself.
    ("TMUX", any, Images::Blocks),
    ("STY", any, Images::Blocks),
    (
        "TERM",
        |term| begins(term, &["screen", "tmux"]),
        Images::Blocks,
    ),
    (
        "TERM",
        |term| begins(term, &["xterm-kitty", "xterm-ghostty"]),
        Images::Kitty,
    ),
    (
        "TERM",
        |term| begins(term, &["foot", "mlterm", "contour", "yaft"]),
        Images::Sixel,
    ),
    ("TERM_PROGRAM", |name| name == "ghostty", Images::Kitty),
    (
        "TERM_PROGRAM",
        |name| ["iTerm.app", "WezTerm", "mintty", "rio"].contains(&name),
        Images::Iterm2,
    ),
    // Sent along by ssh, where TERM_PROGRAM is not.
    ("LC_TERMINAL", |name| name == "iTerm2", Images::Iterm2),
    ("KITTY_WINDOW_ID", any, Images::Kitty),
    ("KONSOLE_VERSION", konsole_draws, Images::Kitty),
];

/// A variable, what its value says, and how pictures are shown then.
type Sign = (&'static str, fn(&str) -> bool, Images);

fn any(_: &str) -> bool {
    true
}

/// From 22.04 on, which it writes as 220400. Its sixels and inline images work too, but
/// characters that are written over these do not take them away.
fn konsole_draws(version: &str) -> bool {
    version.parse().is_ok_and(|version: u32| version >= 220_400)
}

fn begins(term: &str, names: &[&str]) -> bool {
    names.iter().any(|name| term.starts_with(name))
}

impl Images {
    /// By name, as the config file writes it; each with what a person calls it.
    pub const NAMES: &[(&str, &str, Images)] = &[
        ("blocks", "half blocks", Images::Blocks),
        ("kitty", "kitty graphics", Images::Kitty),
        ("iterm2", "iTerm2 inline images", Images::Iterm2),
        ("sixel", "sixel graphics", Images::Sixel),
    ];

    /// What the environment says; `variable` looks one up. A terminal that it does not
    /// name is not asked: that would hold the first frame up.
    pub fn usual(variable: impl Fn(&str) -> Option<String>) -> Images {
        let holds = |name: &str| variable(name).filter(|value| !value.is_empty());
        let sign = SIGNS
            .iter()
            .find(|(name, says, _)| holds(name).is_some_and(|value| says(&value)));
        sign.map_or(Images::Blocks, |&(_, _, images)| images)
    }

    pub fn named(name: &str) -> Option<Images> {
        let row = Images::NAMES.iter().find(|(known, _, _)| *known == name);
        row.map(|&(_, _, images)| images)
    }

    pub fn words(self) -> &'static str {
        let row = Images::NAMES.iter().find(|(_, _, images)| *images == self);
        row.map_or("", |&(_, words, _)| words)
    }

    pub fn next(self) -> Images {
        let mut names = Images::NAMES.iter().cycle();
        names.find(|(_, _, images)| *images == self);
        names.next().map_or(self, |&(_, _, images)| images)
    }

    /// What takes away all that was drawn, before the screen is cleared.
    pub fn removes(self) -> &'static [u8] {
        match self {
            Images::Kitty => inline::KITTY_REMOVES,
            // They go with what is on screen.
            Images::Blocks | Images::Iterm2 | Images::Sixel => b"",
        }
    }
}

impl Dots {
    /// Where a terminal does not say: rather too small than beyond its cells.
    pub const ASSUMED: Dots = Dots {
        width: 6,
        height: 12,
    };

    /// Pixels of so many columns and rows, at most [`MOST`]; of no pictures half blocks'.
    pub fn room(self, images: Images, columns: usize, rows: usize) -> (usize, usize) {
        if images == Images::Blocks {
            return (columns, rows * 2);
        }
        let width = columns * usize::from(self.width);
        let height = rows * usize::from(self.height);
        let over = (width * height) as f64 / MOST as f64;
        let by = over.max(1.0).sqrt();
        ((width as f64 / by) as usize, (height as f64 / by) as usize)
    }
}

impl Graphic {
    /// `pixels` are within [`Dots::room`]. `None`: there is nothing to draw, or characters
    /// are to do it.
    pub fn new(
        images: Images,
        pixels: &Pixels,
        cell: Dots,
        room: (usize, usize),
    ) -> Option<Graphic> {
        let larger = pixels.width.max(pixels.height);
        if larger == 0 {
            return None;
        }
        let times = (LEAST / larger)
            .min(room.0 / pixels.width)
            .min(room.1 / pixels.height);
        let magnified;
        let pixels = match times {
            0 | 1 => pixels,
            _ => {
                magnified = pixels.magnified(times);
                &magnified
            }
        };
        let columns = pixels.width.div_ceil(usize::from(cell.width.max(1)));
        let rows = pixels.height.div_ceil(usize::from(cell.height.max(1)));
        let (columns, rows) = (u16::try_from(columns).ok()?, u16::try_from(rows).ok()?);
        let bytes = match images {
            Images::Blocks => return None,
            Images::Kitty => inline::kitty(pixels, cell, (columns, rows))?,
            Images::Iterm2 => inline::iterm2(pixels, cell, (columns, rows))?,
            Images::Sixel => sixel::encode(pixels),
        };
        Some(Graphic {
            images,
            columns,
            rows,
            bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_how() {
        for (variables, want) in [
            (&[("TERM", "xterm-256color")][..], Images::Blocks),
            (&[], Images::Blocks),
            (&[("TERM", "xterm-kitty")], Images::Kitty),
            (&[("TERM", "foot-extra")], Images::Sixel),
            (
                &[("TERM", "xterm-256color"), ("KITTY_WINDOW_ID", "1")],
                Images::Kitty,
            ),
            (
                &[("TERM", "xterm-256color"), ("KITTY_WINDOW_ID", "")],
                Images::Blocks,
            ),
            (&[("TERM", "foot"), ("KITTY_WINDOW_ID", "1")], Images::Sixel),
            (
                &[("TERM", "xterm-256color"), ("KONSOLE_VERSION", "221203")],
                Images::Kitty,
            ),
            (
                &[("TERM", "xterm-256color"), ("KONSOLE_VERSION", "211203")],
                Images::Blocks,
            ),
            (&[("KONSOLE_VERSION", "soon")], Images::Blocks),
            (&[("TERM_PROGRAM", "iTerm.app")], Images::Iterm2),
            (
                &[("TERM_PROGRAM", "WezTerm"), ("TERM", "xterm-256color")],
                Images::Iterm2,
            ),
            (&[("TERM_PROGRAM", "Apple_Terminal")], Images::Blocks),
            (&[("TERM_PROGRAM", "vscode")], Images::Blocks),
            (
                &[("LC_TERMINAL", "iTerm2"), ("TERM", "xterm")],
                Images::Iterm2,
            ),
            (
                &[("LC_TERMINAL", "iTerm2"), ("TERM", "screen-256color")],
                Images::Blocks,
            ),
            (
                &[("TMUX", "/tmp/x,1,0"), ("TERM", "xterm-kitty")],
                Images::Blocks,
            ),
            (&[("STY", "1.x"), ("KITTY_WINDOW_ID", "1")], Images::Blocks),
        ] {
            let variable = |name: &str| {
                let mut held = variables.iter();
                let found = held.find(|(of, _)| *of == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(Images::usual(variable), want, "{variables:?}");
        }
    }

    #[test]
    fn each_way_has_its_turn() {
        let mut seen = vec![Images::Blocks];
        while seen.len() < Images::NAMES.len() {
            seen.push(seen[seen.len() - 1].next());
        }
        let all: Vec<Images> = Images::NAMES.iter().map(|(_, _, images)| *images).collect();
        assert_eq!(seen, all);
        assert_eq!(Images::Sixel.next(), Images::Blocks);
        for (name, words, images) in Images::NAMES {
            assert_eq!(Images::named(name), Some(*images));
            assert_eq!(images.words(), *words);
        }
    }

    #[test]
    fn a_picture_covers_whole_cells_of_its_room() {
        let cell = Dots {
            width: 10,
            height: 20,
        };
        for (size, times, cells) in [
            ((640, 400), 1, (64, 20)),
            ((641, 401), 1, (65, 21)),
            ((16, 16), 16, (26, 13)),
            ((300, 4), 1, (30, 1)),
            ((100, 50), 2, (20, 5)),
        ] {
            let (width, height): (usize, usize) = size;
            let pixels = Pixels {
                width,
                height,
                rgb: vec![[9; 3]; width * height],
            };
            let room = cell.room(Images::Sixel, 80, 30);
            let graphic = Graphic::new(Images::Sixel, &pixels, cell, room).unwrap();
            assert_eq!((graphic.columns, graphic.rows), cells, "{size:?}");
            let raster = format!("\"1;1;{};{}", width * times, height * times);
            let text = String::from_utf8(graphic.bytes).unwrap();
            assert!(text.contains(&raster), "{raster}: {text}");
        }
        let none = Graphic::new(Images::Kitty, &Pixels::default(), cell, (9, 9));
        assert_eq!(none, None);
    }

    #[test]
    fn a_room_is_bounded() {
        let cell = Dots {
            width: 20,
            height: 40,
        };
        for (images, columns, rows, want) in [
            (Images::Blocks, 80, 20, (80, 40)),
            (Images::Kitty, 30, 10, (600, 400)),
            (Images::Kitty, 0, 0, (0, 0)),
            (Images::Sixel, 200, 100, (1024, 1024)),
        ] {
            assert_eq!(cell.room(images, columns, rows), want, "{columns}×{rows}");
        }
    }
}
