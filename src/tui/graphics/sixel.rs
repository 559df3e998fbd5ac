//! Sixels: six rows of pixels at a time, colour by colour.

use std::io::Write;

use super::palette::Palette;
use crate::view::picture::Pixels;

/// Rows of a band.
const BAND: usize = 6;

/// `P2=1`: what is not drawn stays; then the size in pixels (raster attributes), the
/// colours in percent, and the bands.
pub(super) fn encode(pixels: &Pixels) -> Vec<u8> {
    let palette = Palette::of(pixels);
    let mut out = Vec::with_capacity(pixels.rgb.len() / 2 + 8 * 1024);
    let (width, height) = (pixels.width, pixels.height);
    push(&mut out, format_args!("\x1bP0;1;0q\"1;1;{width};{height}"));
    for (number, rgb) in palette.colours.iter().enumerate() {
        let [r, g, b] = rgb.map(|part| (u32::from(part) * 100 + 127) / 255);
        push(&mut out, format_args!("#{number};2;{r};{g};{b}"));
    }
    for (number, rows) in pixels.rgb.chunks(BAND * width.max(1)).enumerate() {
        if number > 0 {
            out.push(b'-');
        }
        band(&mut out, rows, width, &palette);
    }
    out.extend_from_slice(b"\x1b\\");
    out
}

/// One colour after the other, each from the band's left edge to its last pixel.
fn band(out: &mut Vec<u8>, rows: &[[u8; 3]], width: usize, palette: &Palette) {
    let mut columns: Vec<Vec<u8>> = vec![Vec::new(); palette.colours.len()];
    for (at, &rgb) in rows.iter().enumerate() {
        let column = &mut columns[usize::from(palette.place(rgb))];
        if column.is_empty() {
            column.resize(width, 0);
        }
        column[at % width] |= 1 << (at / width);
    }
    let used = columns
        .iter()
        .enumerate()
        .filter(|(_, sixels)| !sixels.is_empty());
    for (turn, (number, sixels)) in used.enumerate() {
        if turn > 0 {
            out.push(b'$');
        }
        push(out, format_args!("#{number}"));
        let last = sixels.iter().rposition(|&sixel| sixel != 0).unwrap_or(0);
        for run in sixels[..=last].chunk_by(|a, b| a == b) {
            let sign = b'?' + run[0];
            match run.len() {
                // Shorter than a repeat's own bytes.
                count @ ..=3 => out.extend(std::iter::repeat_n(sign, count)),
                count => push(out, format_args!("!{count}{}", char::from(sign))),
            }
        }
    }
}

fn push(out: &mut Vec<u8>, words: std::fmt::Arguments) {
    // Memory takes all that is written.
    let _ = out.write_fmt(words);
}

#[cfg(test)]
mod tests {
    use super::*;

    const R: [u8; 3] = [255, 0, 0];
    const B: [u8; 3] = [0, 0, 255];

    #[test]
    fn pixels_become_sixels() {
        type Row = (&'static [[u8; 3]], usize, &'static str);
        let rows: &[Row] = &[
            (&[R], 1, "\x1bP0;1;0q\"1;1;1;1#0;2;100;0;0#0@\x1b\\"),
            (
                &[R; 10],
                10,
                "\x1bP0;1;0q\"1;1;10;1#0;2;100;0;0#0!10@\x1b\\",
            ),
            (&[R; 7], 1, "\x1bP0;1;0q\"1;1;1;7#0;2;100;0;0#0~-#0@\x1b\\"),
            (
                &[R, B, R, R],
                2,
                "\x1bP0;1;0q\"1;1;2;2#0;2;100;0;0#1;2;0;0;100#0BA$#1?@\x1b\\",
            ),
        ];
        for &(rgb, width, want) in rows {
            let pixels = Pixels {
                width,
                height: rgb.len() / width,
                rgb: rgb.to_vec(),
            };
            let text = String::from_utf8(encode(&pixels)).unwrap();
            assert_eq!(text, want, "{rgb:?}");
        }
    }

    /// Read back, every pixel has a colour, and all of it is printable.
    #[test]
    fn every_pixel_is_drawn_once() {
        let (width, height) = (37, 20);
        let rgb = (0..width * height).map(|n| [n as u8, (n / 3) as u8, (n * 7) as u8]);
        let pixels = Pixels {
            width,
            height,
            rgb: rgb.collect(),
        };
        let bytes = encode(&pixels);
        let inside = &bytes[2..bytes.len() - 2];
        assert!(inside.iter().all(|byte| (b' '..=b'~').contains(byte)));
        let begins = inside.iter().position(|&byte| byte == b'q').unwrap() + 1;
        let mut drawn = vec![0; width * height];
        let (mut x, mut top, mut count) = (0, 0, None);
        let mut digits = false;
        for &byte in &inside[begins..] {
            match byte {
                b'?'..=b'~' => {
                    for _ in 0..count.take().unwrap_or(1) {
                        for row in 0..BAND {
                            if (byte - b'?') >> row & 1 == 1 {
                                drawn[(top + row) * width + x] += 1;
                            }
                        }
                        x += 1;
                    }
                    digits = false;
                }
                b'!' => (count, digits) = (Some(0), true),
                b'0'..=b'9' if digits => {
                    count = count.map(|n: usize| n * 10 + usize::from(byte - b'0'));
                }
                b'$' => x = 0,
                b'-' => (x, top) = (0, top + BAND),
                b'#' => digits = false,
                _ => {}
            }
        }
        assert!(drawn.iter().all(|&times| times == 1));
    }
}
