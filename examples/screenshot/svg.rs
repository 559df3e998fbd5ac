//! A terminal's screen as SVG.
//!
//! Lines and blocks are drawn as shapes, so that they meet whatever the font. All other
//! text is set in runs of one style, each character at its cell's place: fonts differ in
//! width.

use std::borrow::Cow;
use std::fmt::Write;

use vt100::{Cell, Color, Screen};

/// A cell's size in pixels.
const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 18.0;
const BASELINE: f64 = 13.5;
const MARGIN: f64 = 14.0;

const BACKGROUND: &str = "#0f161e";
const FOREGROUND: &str = "#d3dae3";
/// The sixteen colours.
const PALETTE: [&str; 16] = [
    "#1c2733", "#f2777a", "#7fc98a", "#e8c06a", "#6cb0f5", "#c99ae0", "#5cc8d0", "#d3dae3",
    "#64748b", "#ff9a9d", "#a3e0ab", "#f7d98f", "#97caff", "#dcb8f0", "#8be0e6", "#ffffff",
];

#[derive(Clone, PartialEq)]
struct Look {
    ink: Cow<'static, str>,
    paper: Option<Cow<'static, str>>,
    bold: bool,
    italic: bool,
    underlined: bool,
}

/// Cells of one look in a row.
struct Run {
    column: u16,
    columns: u16,
    text: String,
    look: Look,
}

/// The screen as the text of an SVG file.
pub fn picture(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let width = f64::from(columns) * WIDTH + 2.0 * MARGIN;
    let height = f64::from(rows) * HEIGHT + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" font-family=\"ui-monospace, 'SF Mono', Menlo, \
         Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n\
         <g transform=\"translate({MARGIN} {MARGIN})\" xml:space=\"preserve\">\n"
    );
    for row in 0..rows {
        for run in runs(screen, row, columns) {
            draw(&mut svg, row, &run);
        }
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// The row's runs. A shape is a run of its own kind, and so is each character that a font
/// may make wider or narrower than a cell.
fn runs(screen: &Screen, row: u16, columns: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column) else {
            continue;
        };
        if cell.is_wide_continuation() {
            continue;
        }
        let text = match cell.has_contents() {
            true => cell.contents(),
            false => " ",
        };
        let look = Look::of(cell);
        let wide = if cell.is_wide() { 2 } else { 1 };
        match runs.last_mut() {
            Some(run) if run.look == look && joins(&run.text, text) => {
                run.text.push_str(text);
                run.columns += wide;
            }
            _ => runs.push(Run {
                column,
                columns: wide,
                text: text.to_owned(),
                look,
            }),
        }
    }
    runs
}

fn joins(before: &str, text: &str) -> bool {
    match "─━░▒▓█".contains(text) {
        true => before.starts_with(text),
        false => before.is_ascii() && text.is_ascii(),
    }
}

fn draw(svg: &mut String, row: u16, run: &Run) {
    let (x, y) = (f64::from(run.column) * WIDTH, f64::from(row) * HEIGHT);
    let width = f64::from(run.columns) * WIDTH;
    let Look {
        ink,
        paper,
        bold,
        italic,
        underlined,
    } = &run.look;
    if let Some(paper) = paper {
        rectangle(svg, x, y, width, HEIGHT, paper, 1.0);
    }
    let character = run.text.chars().next().unwrap_or(' ');
    if let Some(path) = line(character, x, y, width) {
        let heavy = "━┃┏┓┗┛".contains(character);
        let stroke = if heavy { 2.4 } else { 1.2 };
        let _ = writeln!(
            svg,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"{stroke}\"/>"
        );
    } else if let Some((across, up, opacity)) = block(character) {
        let (filled, high) = (width * across, HEIGHT * up);
        rectangle(svg, x, y + HEIGHT - high, filled, high, ink, opacity);
    } else if let Some(name) = control(character) {
        // Few fonts have these pictures: the name's letters, falling from left to right.
        let step = 5.0 / name.len() as f64;
        for (at, letter) in name.chars().enumerate() {
            let (right, down) = (at as f64 * 1.7 * step, at as f64 * 2.0 * step);
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"7\" fill=\"{ink}\">{letter}</text>",
                x + right,
                y + BASELINE - 4.0 + down,
            );
        }
    } else if !run.text.trim().is_empty() {
        let mut style = String::new();
        for (set, attribute) in [
            (bold, " font-weight=\"bold\""),
            (italic, " font-style=\"italic\""),
            (underlined, " text-decoration=\"underline\""),
        ] {
            style.push_str(if *set { attribute } else { "" });
        }
        let lead = run.text.len() - run.text.trim_start().len();
        let text = run.text.trim();
        let places: Vec<String> = (lead..lead + text.chars().count())
            .map(|cell| format!("{:.1}", x + cell as f64 * WIDTH))
            .collect();
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{:.1}\" fill=\"{ink}\"{style}>{}</text>",
            places.join(" "),
            y + BASELINE,
            escaped(text),
        );
    }
}

fn rectangle(svg: &mut String, x: f64, y: f64, width: f64, height: f64, ink: &str, opacity: f64) {
    let _ = writeln!(
        svg,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
         fill=\"{ink}\" fill-opacity=\"{opacity}\"/>"
    );
}

/// The path of a box-drawing character; a horizontal one may span several cells.
fn line(character: char, x: f64, y: f64, width: f64) -> Option<String> {
    let (cx, cy) = (x + WIDTH / 2.0, y + HEIGHT / 2.0);
    let (right, bottom) = (x + WIDTH, y + HEIGHT);
    // The corner's radius, and where its arc begins on either side of the middle.
    let r = 4.0;
    let corner = |end_x: f64, end_y: f64| {
        let to_x = if end_x > cx { cx + r } else { cx - r };
        let from_y = if end_y > cy { cy + r } else { cy - r };
        format!("M{cx:.1} {end_y:.1}V{from_y:.1}Q{cx:.1} {cy:.1} {to_x:.1} {cy:.1}H{end_x:.1}")
    };
    Some(match character {
        '─' | '━' => format!("M{x:.1} {cy:.1}h{width:.1}"),
        '│' | '┃' => format!("M{cx:.1} {y:.1}v{HEIGHT:.1}"),
        '╭' => corner(right, bottom),
        '╮' => corner(x, bottom),
        '╰' => corner(right, y),
        '╯' => corner(x, y),
        '┌' | '┏' => format!("M{cx:.1} {bottom:.1}V{cy:.1}H{right:.1}"),
        '┐' | '┓' => format!("M{cx:.1} {bottom:.1}V{cy:.1}H{x:.1}"),
        '└' | '┗' => format!("M{cx:.1} {y:.1}V{cy:.1}H{right:.1}"),
        '┘' | '┛' => format!("M{cx:.1} {y:.1}V{cy:.1}H{x:.1}"),
        _ => return None,
    })
}

/// The name of a control character by its picture.
fn control(character: char) -> Option<&'static str> {
    const NAMES: [&str; 32] = [
        "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR",
        "SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB",
        "ESC", "FS", "GS", "RS", "US",
    ];
    let at = u32::from(character).checked_sub(u32::from('␀'))?;
    NAMES.get(usize::try_from(at).ok()?).copied()
}

/// A block element: its share of the cell's width, of its height, its opacity.
fn block(character: char) -> Option<(f64, f64, f64)> {
    let eighths = |from: char| f64::from(u32::from(character) - u32::from(from) + 1) / 8.0;
    Some(match character {
        '▁'..='█' => (1.0, eighths('▁'), 1.0),
        '▉'..='▏' => (1.0 - eighths('▉'), 1.0, 1.0),
        '░' => (1.0, 1.0, 0.18),
        '▒' => (1.0, 1.0, 0.45),
        '▓' => (1.0, 1.0, 0.8),
        _ => return None,
    })
}

impl Look {
    fn of(cell: &Cell) -> Look {
        let (ink, paper) = (colour(cell.fgcolor()), colour(cell.bgcolor()));
        let (ink, paper) = match cell.inverse() {
            true => (
                Some(paper.unwrap_or(BACKGROUND.into())),
                Some(ink.unwrap_or(FOREGROUND.into())),
            ),
            false => (ink, paper),
        };
        Look {
            ink: ink.unwrap_or(FOREGROUND.into()),
            paper,
            bold: cell.bold(),
            italic: cell.italic(),
            underlined: cell.underline(),
        }
    }
}

/// `None` is the terminal's own.
fn colour(colour: Color) -> Option<Cow<'static, str>> {
    match colour {
        Color::Idx(index) => PALETTE.get(usize::from(index)).map(|&rgb| rgb.into()),
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}").into()),
        Color::Default => None,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
