//! A theme's file: a palette, a look for every part, and other looks where there are only
//! sixteen colours. The format is explained in `assets/themes/dark.toml`.

use ratatui::style::{Color, Modifier, Style};
use toml::de::{DeTable, DeValue};

use super::{Depth, Part, Theme};

const ATTRIBUTES: &[(&str, Modifier)] = &[
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

/// The terminal's own sixteen, whatever they look like there.
const SIXTEEN: &[(&str, Color)] = &[
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("grey", Color::Gray),
    ("dark-grey", Color::DarkGray),
    ("light-red", Color::LightRed),
    ("light-green", Color::LightGreen),
    ("light-yellow", Color::LightYellow),
    ("light-blue", Color::LightBlue),
    ("light-magenta", Color::LightMagenta),
    ("light-cyan", Color::LightCyan),
    ("white", Color::White),
];

/// Reads a theme for this many colours.
///
/// # Errors
/// The first thing that is not as it should be, in words.
pub fn read(text: &str, depth: Depth) -> Result<Theme, String> {
    let parsed = DeTable::parse(text).map_err(|error| error.to_string())?;
    let tables = parsed.get_ref();
    let palette = table(tables, "palette")?;
    let roles = table(tables, "roles")?;
    let sixteen = match depth {
        Depth::Sixteen => table(tables, "sixteen").ok(),
        Depth::True | Depth::Palette => None,
    };
    let mut theme = Theme::default();
    for &part in Part::ALL {
        let name = part.name();
        let look = sixteen
            .and_then(|looks| looks.get(name))
            .or_else(|| roles.get(name))
            .and_then(|look| look.get_ref().as_table())
            .ok_or_else(|| format!("{name} has no look"))?;
        theme.styles[part as usize] =
            style(look, palette, depth).map_err(|what| format!("{name}: {what}"))?;
    }
    let known = |name: &str| Part::ALL.iter().any(|part| part.name() == name);
    let names = roles
        .keys()
        .chain(sixteen.into_iter().flat_map(|t| t.keys()));
    match names.map(|name| name.get_ref()).find(|name| !known(name)) {
        Some(name) => Err(format!("{name} is no part of the screen")),
        None => Ok(theme),
    }
}

fn table<'a, 't>(tables: &'a DeTable<'t>, name: &str) -> Result<&'a DeTable<'t>, String> {
    let found = tables
        .get(name)
        .and_then(|value| value.get_ref().as_table());
    found.ok_or_else(|| format!("[{name}] is missing"))
}

fn style(look: &DeTable, palette: &DeTable, depth: Depth) -> Result<Style, String> {
    let mut style = Style::new();
    for (key, value) in look {
        let value = value.get_ref();
        style = match key.get_ref().as_ref() {
            "fg" => style.fg(colour(value, palette, depth)?),
            "bg" => style.bg(colour(value, palette, depth)?),
            "is" => style.add_modifier(attributes(value)?),
            other => return Err(format!("{other} is neither fg, bg nor is")),
        };
    }
    Ok(style)
}

fn colour(name: &DeValue, palette: &DeTable, depth: Depth) -> Result<Color, String> {
    let name = name.as_str().ok_or("a colour is a name of the palette")?;
    if name == "default" {
        return Ok(Color::Reset);
    }
    let unknown = || format!("{name} is not in the palette");
    let entry = palette.get(name).ok_or_else(unknown)?.get_ref();
    let [Some(rgb), Some(basic)] = [0, 1].map(|at| entry.get(at)?.get_ref().as_str()) else {
        return Err(format!("{name} is not [\"#rrggbb\", one of the sixteen]"));
    };
    let rgb = rgb
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6)
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .ok_or_else(|| format!("{name}: {rgb} is not #rrggbb"))?;
    let [_, red, green, blue] = rgb.to_be_bytes();
    let basic = SIXTEEN.iter().find(|(colour, _)| *colour == basic);
    let (_, basic) = basic.ok_or_else(|| format!("{name}: its stand-in is not one of sixteen"))?;
    Ok(depth.colour([red, green, blue], *basic))
}

fn attributes(value: &DeValue) -> Result<Modifier, String> {
    let names = value.as_array().ok_or("is = [attributes]")?;
    names
        .iter()
        .map(|name| {
            let name = name.get_ref().as_str().unwrap_or_default();
            let found = ATTRIBUTES.iter().find(|(attribute, _)| *attribute == name);
            found
                .map(|&(_, modifier)| modifier)
                .ok_or_else(|| format!("{name} is no attribute"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = super::super::THEMES[0].1;

    #[test]
    fn a_look_at_each_depth() {
        for (depth, teal) in [
            (Depth::True, Color::Rgb(0x56, 0xd4, 0xc4)),
            (Depth::Palette, Color::Indexed(80)),
            (Depth::Sixteen, Color::Cyan),
        ] {
            let theme = read(WHOLE, depth).unwrap();
            let want = Style::new().fg(teal).add_modifier(Modifier::BOLD);
            assert_eq!(theme.key(), want, "{depth:?}");
        }
        let sixteen = read(WHOLE, Depth::Sixteen).unwrap();
        let reversed = Style::new().add_modifier(Modifier::REVERSED);
        assert_eq!(sixteen.chosen(), reversed);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (from, to, want) in [
            ("[palette]", "[colours]", "[palette] is missing"),
            ("brand            =", "brant =", "brand has no look"),
            (
                "\n[roles]",
                "\n[roles]\nbrant = {}",
                "brant is no part of the screen",
            ),
            ("#56d4c4", "#56d4c", "teal: #56d4c is not #rrggbb"),
            ("\"cyan\"", "\"cyam\"", "its stand-in is not one of sixteen"),
            (
                "fg = \"sky\"",
                "fg = \"skye\"",
                "field-name: skye is not in the palette",
            ),
            ("\"bold\"", "\"bald\"", "bald is no attribute"),
            (
                "fg = \"sky\"",
                "fog = \"sky\"",
                "fog is neither fg, bg nor is",
            ),
        ] {
            assert!(WHOLE.contains(from), "{from}");
            let wrong = read(&WHOLE.replace(from, to), Depth::True).unwrap_err();
            assert!(wrong.contains(want), "{wrong}: {want}");
        }
    }
}
