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
        // GNU screen has that from the terminal around it, and reads 24 bits as other colours.
        let colorterm = variable("COLORTERM").filter(|_| variable("STY").is_none());
        let colorterm = colorterm.unwrap_or_default();
        let term = variable("TERM").unwrap_or_default();
        if ["truecolor", "24bit"].contains(&colorterm.as_str()) || term.ends_with("-direct") {
            Depth::True
        } else if PALETTE.iter().any(|word| term.contains(word)) {
            Depth::Palette
        } else {
            Depth::Sixteen
        }
    }

    /// The nearest colour at this depth, for a pixel. Of the terminal's own sixteen only
    /// what they usually are is known.
    pub fn pixel(self, rgb: [u8; 3]) -> Color {
        let near = BASIC.iter().min_by_key(|(_, other)| far(rgb, *other));
        let basic = near.map_or(Color::Reset, |&(colour, _)| colour);
        self.colour(rgb, basic)
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

/// The sixteen, as xterm has them.
const BASIC: &[(Color, [u8; 3])] = &[
    (Color::Black, [0, 0, 0]),
    (Color::Red, [205, 0, 0]),
    (Color::Green, [0, 205, 0]),
    (Color::Yellow, [205, 205, 0]),
    (Color::Blue, [0, 0, 238]),
    (Color::Magenta, [205, 0, 205]),
    (Color::Cyan, [0, 205, 205]),
    (Color::Gray, [229, 229, 229]),
    (Color::DarkGray, [127, 127, 127]),
    (Color::LightRed, [255, 0, 0]),
    (Color::LightGreen, [0, 255, 0]),
    (Color::LightYellow, [255, 255, 0]),
    (Color::LightBlue, [92, 92, 255]),
    (Color::LightMagenta, [255, 0, 255]),
    (Color::LightCyan, [0, 255, 255]),
    (Color::White, [255, 255, 255]),
];

/// The nearest of the cube's 216 (from 16 on) and the 24 greys (8, 18 … 238; from 232 on).
/// The first sixteen are the user's to set, so nothing is known of them.
fn nearest(rgb: [u8; 3]) -> u8 {
    // Each axis by itself: the nearest step of each makes the nearest of the cube.
    let steps = rgb.map(|part| {
        let near = STEPS
            .iter()
            .zip(0u8..)
            .min_by_key(|(step, _)| step.abs_diff(part));
        near.map_or((0, 0), |(&step, at)| (at, step))
    });
    let cube = 16 + 36 * steps[0].0 + 6 * steps[1].0 + steps[2].0;
    let mean = rgb.iter().map(|&part| u32::from(part)).sum::<u32>() / 3;
    let at = u8::try_from(mean.saturating_sub(3) / 10)
        .unwrap_or(23)
        .min(23);
    match far(rgb, [8 + 10 * at; 3]) < far(rgb, steps.map(|(_, step)| step)) {
        true => 232 + at,
        false => cube,
    }
}

fn far(rgb: [u8; 3], other: [u8; 3]) -> u32 {
    let differences = rgb.into_iter().zip(other).map(|(a, b)| a.abs_diff(b));
    differences.map(|d| u32::from(d).pow(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_how_many() {
        for (colorterm, term, want) in [
            ("truecolor", "xterm-256color", Depth::True),
            ("truecolor", "tmux-256color", Depth::True),
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
        for (term, want) in [
            ("screen", Depth::Sixteen),
            ("screen.xterm-256color", Depth::Palette),
        ] {
            let variable = |name: &str| match name {
                "COLORTERM" => Some("truecolor".to_owned()),
                "TERM" => Some(term.to_owned()),
                "STY" => Some("1.pts-0".to_owned()),
                _ => None,
            };
            assert_eq!(Depth::usual(variable), want, "{term} in screen");
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
