//! How many colours the terminal has, and the nearest of them.

use ratatui::style::Color;

/// What a terminal can show of a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// 24 bits: any.
    True,
    /// The 256 of xterm: sixteen, a cube of 6×6×6 and 24 greys.
    Palette,
    /// The terminal's own sixteen.
    Sixteen,
}

/// Words in `TERM` of terminals that have at least 256 colours; what they can do beyond
/// that they say in `COLORTERM`, which ssh and sudo lose.
const PALETTE: &[&str] = &[
    "256color",
    "kitty",
    "alacritty",
    "ghostty",
    "foot",
    "wezterm",
];

impl Depth {
    /// By name, as the config file writes it.
    pub const NAMES: &[(&str, Depth)] = &[
        ("truecolor", Depth::True),
        ("256", Depth::Palette),
        ("16", Depth::Sixteen),
    ];

    /// What the environment says; `variable` looks one up.
    pub fn usual(variable: impl Fn(&str) -> Option<String>) -> Depth {
        let colorterm = variable("COLORTERM").unwrap_or_default();
        let term = variable("TERM").unwrap_or_default();
        if ["truecolor", "24bit"].contains(&colorterm.as_str()) || term.ends_with("-direct") {
            Depth::True
        } else if PALETTE.iter().any(|word| term.contains(word)) {
            Depth::Palette
        } else {
            Depth::Sixteen
        }
    }

    /// The colour at this depth; `basic` stands in for it where there are sixteen.
    pub fn colour(self, rgb: [u8; 3], basic: Color) -> Color {
        match self {
            Depth::True => Color::Rgb(rgb[0], rgb[1], rgb[2]),
            Depth::Palette => Color::Indexed(nearest(rgb)),
            Depth::Sixteen => basic,
        }
    }
}

/// The levels of the cube's six steps, as xterm has them.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The nearest of the cube's 216 (from 16 on) and the 24 greys (8, 18 … 238; from 232 on).
/// The first sixteen are the user's to set, so nothing is known of them.
fn nearest(rgb: [u8; 3]) -> u8 {
    let cube = (0..216u8).map(|at| {
        let step = |n: u8| STEPS[usize::from(n % 6)];
        (16 + at, [step(at / 36), step(at / 6), step(at)])
    });
    let greys = (0..24u8).map(|at| (232 + at, [8 + 10 * at; 3]));
    let far = |other: [u8; 3]| -> u32 {
        let differences = rgb.into_iter().zip(other).map(|(a, b)| a.abs_diff(b));
        differences.map(|d| u32::from(d).pow(2)).sum()
    };
    cube.chain(greys)
        .min_by_key(|&(_, other)| far(other))
        .map_or(15, |(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_how_many() {
        for (colorterm, term, want) in [
            ("truecolor", "xterm-256color", Depth::True),
            ("24bit", "xterm", Depth::True),
            ("yes", "xterm", Depth::Sixteen),
            ("", "xterm-direct", Depth::True),
            ("", "screen-256color", Depth::Palette),
            ("", "xterm-kitty", Depth::Palette),
            ("", "xterm", Depth::Sixteen),
            ("", "linux", Depth::Sixteen),
            ("", "", Depth::Sixteen),
        ] {
            let variable = |name: &str| match name {
                "COLORTERM" => Some(colorterm.to_owned()),
                "TERM" => Some(term.to_owned()),
                _ => None,
            };
            assert_eq!(Depth::usual(variable), want, "{colorterm} {term}");
        }
    }

    #[test]
    fn the_nearest_of_256() {
        for (rgb, want) in [
            ([0, 0, 0], 16),
            ([255, 255, 255], 231),
            ([255, 0, 0], 196),
            ([95, 135, 175], 67),
            ([8, 8, 8], 232),
            ([128, 128, 128], 244),
            ([240, 238, 239], 255),
            ([86, 212, 196], 80),
        ] {
            assert_eq!(nearest(rgb), want, "{rgb:?}");
        }
    }
}
