//! Pictures as PNG in an escape sequence: kitty's graphics protocol, iTerm2's inline
//! images. Both are told how many cells to fill; the PNG is as large as these, so that
//! nothing is stretched.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use super::Dots;
use crate::view::picture::Pixels;

/// Bytes of one piece, which kitty's documentation sets.
const PIECE: usize = 4096;

/// The one picture there ever is has number 7391: another of this number takes its place.
/// `q=2`: no answer, which would come as keys. `d=I` frees its memory too.
pub(super) const KITTY_REMOVES: &[u8] = b"\x1b_Ga=d,d=I,i=7391,q=2\x1b\\";

/// `a=T`: take it and show it; `f=100`: PNG; `C=1`: the cursor stays.
pub(super) fn kitty(pixels: &Pixels, cell: Dots, (columns, rows): (u16, u16)) -> Option<Vec<u8>> {
    let png = BASE64.encode(png(pixels, cell, (columns, rows))?);
    let mut bytes = Vec::with_capacity(png.len() + png.len() / PIECE * 16 + 64);
    let mut control = format!("a=T,q=2,f=100,i=7391,p=1,c={columns},r={rows},C=1,");
    let mut pieces = png.as_bytes().chunks(PIECE).peekable();
    while let Some(piece) = pieces.next() {
        let more = u8::from(pieces.peek().is_some());
        bytes.extend_from_slice(format!("\x1b_G{control}m={more};").as_bytes());
        bytes.extend_from_slice(piece);
        bytes.extend_from_slice(b"\x1b\\");
        control = "q=2,".to_owned();
    }
    Some(bytes)
}

/// The cells' number as its size: not the file's, which a terminal would measure in
/// pixels of its own.
pub(super) fn iterm2(pixels: &Pixels, cell: Dots, (columns, rows): (u16, u16)) -> Option<Vec<u8>> {
    let png = png(pixels, cell, (columns, rows))?;
    let mut bytes = format!(
        "\x1b]1337;File=inline=1;size={};width={columns};height={rows};\
         preserveAspectRatio=0;doNotMoveCursor=1:",
        png.len()
    )
    .into_bytes();
    bytes.extend_from_slice(BASE64.encode(png).as_bytes());
    bytes.push(b'\x07');
    Some(bytes)
}

/// So many cells large, see-through where the picture does not reach.
fn png(pixels: &Pixels, cell: Dots, (columns, rows): (u16, u16)) -> Option<Vec<u8>> {
    let width = usize::from(columns) * usize::from(cell.width);
    let height = usize::from(rows) * usize::from(cell.height);
    let mut rgba = Vec::with_capacity(width * height * 4);
    for row in pixels.rgb.chunks(pixels.width.max(1)) {
        rgba.extend(row.iter().flat_map(|&[r, g, b]| [r, g, b, 255]));
        rgba.resize(rgba.len() + (width - row.len().min(width)) * 4, 0);
    }
    rgba.resize(width * height * 4, 0);
    let mut png = Vec::new();
    let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive)
        .write_image(&rgba, width, height, ExtendedColorType::Rgba8)
        .ok()?;
    Some(png)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELL: Dots = Dots {
        width: 4,
        height: 8,
    };

    fn pixels(width: usize, height: usize) -> Pixels {
        // Noise, which no compression makes short.
        let mut seed = 1u32;
        let mut byte = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 24) as u8
        };
        let rgb = (0..width * height).map(|_| [byte(), byte(), byte()]);
        Pixels {
            width,
            height,
            rgb: rgb.collect(),
        }
    }

    fn read(png: &[u8]) -> image::RgbaImage {
        image::load_from_memory(png).unwrap().to_rgba8()
    }

    #[test]
    fn a_png_fills_its_cells() {
        let pixels = pixels(6, 9);
        let image = read(&png(&pixels, CELL, (2, 2)).unwrap());
        assert_eq!((image.width(), image.height()), (8, 16));
        for (x, y, pixel) in image.enumerate_pixels() {
            let inside = x < 6 && y < 9;
            let [r, g, b] = match inside {
                true => pixels.rgb[(y * 6 + x) as usize],
                false => [0; 3],
            };
            assert_eq!(pixel.0, [r, g, b, u8::from(inside) * 255], "{x} {y}");
        }
    }

    #[test]
    fn kitty_takes_it_in_pieces() {
        let pixels = pixels(64, 64);
        let bytes = kitty(&pixels, CELL, (16, 8)).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let pieces: Vec<&str> = text.split_inclusive("\x1b\\").collect();
        assert!(pieces.len() > 2, "{}", pieces.len());
        let mut data = String::new();
        for (at, piece) in pieces.iter().enumerate() {
            let (control, rest) = piece.split_once(';').unwrap();
            let last = at == pieces.len() - 1;
            let want = match at {
                0 => "\x1b_Ga=T,q=2,f=100,i=7391,p=1,c=16,r=8,C=1,m=1",
                _ if last => "\x1b_Gq=2,m=0",
                _ => "\x1b_Gq=2,m=1",
            };
            assert_eq!(control, want);
            let piece = rest.strip_suffix("\x1b\\").unwrap();
            assert!(piece.len() <= PIECE && (last || piece.len() % 4 == 0));
            data.push_str(piece);
        }
        let image = read(&BASE64.decode(data).unwrap());
        assert_eq!((image.width(), image.height()), (64, 64));
    }

    #[test]
    fn iterm2_takes_it_as_a_file() {
        let pixels = pixels(8, 8);
        let bytes = iterm2(&pixels, CELL, (2, 1)).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let (control, data) = text.split_once(':').unwrap();
        let png = BASE64.decode(data.strip_suffix('\x07').unwrap()).unwrap();
        let want = format!(
            "\x1b]1337;File=inline=1;size={};width=2;height=1;\
             preserveAspectRatio=0;doNotMoveCursor=1",
            png.len()
        );
        assert_eq!(control, want);
        assert_eq!(read(&png).dimensions(), (8, 8));
    }
}
