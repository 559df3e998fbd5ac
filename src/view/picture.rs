//! Pictures: PNG, JPEG, GIF (its first frame), WebP → pixels for a screen.
//!
//! Owns the bounds: what a header announces is never allocated before it is held against
//! [`PIXELS`]; what is kept is as large as the room it is shown in. A picture that breaks
//! off is shown as far as it was decoded, and says where it broke. How pixels get on a
//! screen is the screen's.

use std::io::Cursor;

use image::error::{ImageError, LimitErrorKind};
use image::{ColorType, ImageDecoder, ImageFormat, ImageReader, Limits};

/// Bytes of decoded pixels: 4096×4096 in 32 bits.
const PIXELS: u64 = 64 << 20;
/// Samples of each axis that one pixel on screen is the mean of.
const SAMPLES: usize = 8;

/// What is known of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub format: &'static str,
    /// As the picture says it is.
    pub width: u32,
    pub height: u32,
    pub colour: String,
    /// Bytes it was decoded from.
    pub bytes: u64,
    /// Where it broke off, in the decoder's words.
    pub broken: Option<String>,
}

/// A picture with all of its pixels: up to 64 MiB of them.
pub struct Decoded {
    pub picture: Picture,
    bytes: Vec<u8>,
    colour: ColorType,
}

/// Red, green, blue, row by row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pixels {
    pub width: usize,
    pub height: usize,
    pub rgb: Vec<[u8; 3]>,
}

/// What the first bytes say it is.
pub fn format(opening: &[u8]) -> Option<&'static str> {
    match image::guess_format(opening).ok()? {
        ImageFormat::Png => Some("PNG"),
        ImageFormat::Jpeg => Some("JPEG"),
        ImageFormat::Gif => Some("GIF"),
        ImageFormat::WebP => Some("WebP"),
        _ => None,
    }
}

/// Width and height in pixels, where these first bytes say them.
pub fn size(opening: &[u8]) -> Option<(u32, u32)> {
    let reader = ImageReader::new(Cursor::new(opening));
    reader.with_guessed_format().ok()?.into_dimensions().ok()
}

/// Decodes a picture. `there`: bytes of the body, of which `bytes` may be the first.
///
/// # Errors
/// Nothing of it can be shown: why, in words.
pub fn decode(bytes: &[u8], there: u64) -> Result<Decoded, String> {
    let name = format(bytes).unwrap_or("picture");
    let broken = |err: ImageError| format!("this {name} cannot be decoded: {}", words(&err));
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|err| format!("this {name} cannot be read: {err}"))?;
    reader.limits(limits());
    let decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    let colour = decoder.color_type();
    let needed = decoder.total_bytes();
    let mut decoded = Decoded {
        picture: Picture {
            format: name,
            width,
            height,
            colour: colour_name(colour).to_owned(),
            bytes: there,
            broken: None,
        },
        bytes: Vec::new(),
        colour,
    };
    let size = usize::try_from(needed).ok().filter(|_| needed <= PIXELS);
    let Some(size) = size else {
        let words = format!(
            "not decoded: its {width}×{height} pixels would take {} MiB, more than {}",
            needed >> 20,
            PIXELS >> 20
        );
        decoded.picture.broken = Some(words);
        return Ok(decoded);
    };
    decoded.bytes = vec![0; size];
    let broken = decoder.read_image(&mut decoded.bytes).err();
    let broken = broken.map(|err| {
        let why = words(&err);
        match decoded.source().rows() {
            0 => format!("it breaks off before its first row: {why}"),
            rows => format!("it breaks off in row {rows} of {height}: {why}"),
        }
    });
    decoded.picture.broken = broken.or_else(|| unfinished(name, bytes));
    Ok(decoded)
}

impl Decoded {
    /// For a room of so many pixels across and down: none where none were decoded.
    pub fn scaled(&self, room: (usize, usize)) -> Pixels {
        match self.bytes.is_empty() {
            true => Pixels::default(),
            false => self.source().scaled(room),
        }
    }

    fn source(&self) -> Source<'_> {
        Source {
            bytes: &self.bytes,
            width: self.picture.width as usize,
            height: self.picture.height as usize,
            colour: self.colour,
        }
    }
}

impl Pixels {
    /// The same for another room.
    pub fn scaled(&self, room: (usize, usize)) -> Pixels {
        let source = Source {
            bytes: self.rgb.as_flattened(),
            width: self.width,
            height: self.height,
            colour: ColorType::Rgb8,
        };
        source.scaled(room)
    }

    /// Each pixel so many times across and down.
    pub fn magnified(&self, times: usize) -> Pixels {
        let (width, height) = (self.width * times, self.height * times);
        let at = |n: usize| {
            self.rgb
                .get(n / width / times * self.width + n % width / times)
        };
        Pixels {
            width,
            height,
            rgb: (0..width * height).filter_map(at).copied().collect(),
        }
    }
}

impl Picture {
    /// Its facts in a row, and one on what is wrong with it.
    pub fn words(&self) -> Vec<String> {
        let facts = format!(
            "{} · {}×{} · {} · {} B",
            self.format, self.width, self.height, self.colour, self.bytes
        );
        [Some(facts), self.broken.clone()]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// A JPEG's decoder fills in what has not come, and does not say so: only its last scan
/// without an end marker (ITU-T T.81, B.1.1.3) tells.
fn unfinished(name: &str, bytes: &[u8]) -> Option<String> {
    let last = |marker: &[u8]| memchr::memmem::rfind(bytes, marker);
    let (scan, end) = (last(b"\xff\xda"), last(b"\xff\xd9"));
    (name == "JPEG" && end <= scan)
        .then(|| "it breaks off before its end marker (EOI): the rest is made up".to_owned())
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(PIXELS * 2);
    limits
}

fn words(err: &ImageError) -> String {
    match err {
        ImageError::Limits(err) => match err.kind() {
            LimitErrorKind::DimensionError => "its width and height are beyond reason".to_owned(),
            _ => format!("it would take more than {} MiB", PIXELS >> 20),
        },
        err => super::safe::safe(&err.to_string()).into_owned(),
    }
}

fn colour_name(colour: ColorType) -> &'static str {
    match colour {
        ColorType::L8 => "grey, 8 bits",
        ColorType::La8 => "grey and alpha, 8 bits",
        ColorType::Rgb8 => "RGB, 8 bits",
        ColorType::Rgba8 => "RGBA, 8 bits",
        ColorType::L16 => "grey, 16 bits",
        ColorType::La16 => "grey and alpha, 16 bits",
        ColorType::Rgb16 => "RGB, 16 bits",
        ColorType::Rgba16 => "RGBA, 16 bits",
        _ => "floating point",
    }
}

/// Decoded pixels as the decoder lays them down.
struct Source<'a> {
    bytes: &'a [u8],
    width: usize,
    height: usize,
    colour: ColorType,
}

impl Source<'_> {
    /// Rows up to the last one that holds anything.
    fn rows(&self) -> usize {
        let row = self.width * usize::from(self.colour.bytes_per_pixel());
        let last = self.bytes.iter().rposition(|&byte| byte != 0);
        match (last, row) {
            (Some(last), 1..) => last / row + 1,
            _ => 0,
        }
    }

    /// Never larger than it is: each pixel the mean of those it stands for.
    fn scaled(&self, (most_wide, most_high): (usize, usize)) -> Pixels {
        let (most_wide, most_high) = (most_wide.max(1), most_high.max(1));
        if self.width == 0 || self.height == 0 {
            return Pixels::default();
        }
        // The side that is further beyond its room sets the scale for both.
        let (width, height) = if self.width <= most_wide && self.height <= most_high {
            (self.width, self.height)
        } else if self.width * most_high >= self.height * most_wide {
            (most_wide, (self.height * most_wide / self.width).max(1))
        } else {
            ((self.width * most_high / self.height).max(1), most_high)
        };
        let mut rgb = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let across = (x * self.width / width, (x + 1) * self.width / width);
                let down = (y * self.height / height, (y + 1) * self.height / height);
                rgb.push(self.mean(across, down, (x / 4 + y / 4) % 2 == 0));
            }
        }
        Pixels { width, height, rgb }
    }

    /// The mean over these columns and rows, on a chequered ground where it is not
    /// opaque.
    fn mean(&self, across: (usize, usize), down: (usize, usize), light: bool) -> [u8; 3] {
        let step = |(from, to): (usize, usize)| {
            let to = to.max(from + 1);
            (from..to).step_by(((to - from) / SAMPLES).max(1))
        };
        let ground = if light { 0x99 } else { 0x66 };
        let mut sum = [0u32; 3];
        let mut count = 0;
        for y in step(down) {
            for x in step(across) {
                let [r, g, b, alpha] = self.pixel(x, y);
                for (sum, part) in sum.iter_mut().zip([r, g, b]) {
                    let (part, alpha) = (u32::from(part), u32::from(alpha));
                    *sum += (part * alpha + ground * (255 - alpha)) / 255;
                }
                count += 1;
            }
        }
        sum.map(|sum| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX))
    }

    fn pixel(&self, x: usize, y: usize) -> [u8; 4] {
        let size = usize::from(self.colour.bytes_per_pixel());
        let at = (y * self.width + x) * size;
        let Some(bytes) = self.bytes.get(at..at + size) else {
            return [0; 4];
        };
        // Of 16 bits, as the machine has them, the upper ones count.
        let wide = |n: usize| {
            let pair = [bytes[n * 2], bytes[n * 2 + 1]];
            (u16::from_ne_bytes(pair) >> 8) as u8
        };
        match self.colour {
            ColorType::L8 => [bytes[0], bytes[0], bytes[0], 255],
            ColorType::La8 => [bytes[0], bytes[0], bytes[0], bytes[1]],
            ColorType::Rgb8 => [bytes[0], bytes[1], bytes[2], 255],
            ColorType::Rgba8 => [bytes[0], bytes[1], bytes[2], bytes[3]],
            ColorType::L16 => [wide(0), wide(0), wide(0), 255],
            ColorType::La16 => [wide(0), wide(0), wide(0), wide(1)],
            ColorType::Rgb16 => [wide(0), wide(1), wide(2), 255],
            ColorType::Rgba16 => [wide(0), wide(1), wide(2), wide(3)],
            // None of the formats has these.
            _ => [0, 0, 0, 255],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgba, RgbaImage};

    fn made(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
        let picture = RgbaImage::from_fn(width, height, |x, y| {
            let grey = u8::try_from(1 + (x * 7 + y * 13) % 250).unwrap();
            Rgba([grey, 255 - grey, 128, 255])
        });
        let picture = image::DynamicImage::from(picture);
        let picture = match format {
            ImageFormat::Jpeg => image::DynamicImage::from(picture.to_rgb8()),
            _ => picture,
        };
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn each_format_is_shown() {
        for (format, want) in [
            (ImageFormat::Png, "PNG · 40×20 · RGBA, 8 bits · "),
            (ImageFormat::Jpeg, "JPEG · 40×20 · RGB, 8 bits · "),
            (ImageFormat::Gif, "GIF · 40×20 · RGBA, 8 bits · "),
            (ImageFormat::WebP, "WebP · 40×20 · RGBA, 8 bits · "),
        ] {
            let bytes = made(format, 40, 20);
            for (room, size) in [
                ((80, 48), (40, 20)),
                ((20, 48), (20, 10)),
                ((80, 10), (20, 10)),
            ] {
                let decoded = decode(&bytes, bytes.len() as u64).unwrap();
                let (picture, pixels) = (&decoded.picture, decoded.scaled(room));
                assert_eq!(
                    (pixels.width, pixels.height),
                    size,
                    "{format:?} in {room:?}"
                );
                assert_eq!(pixels.rgb.len(), size.0 * size.1);
                let [facts] = &picture.words()[..] else {
                    panic!("{:?}", picture.words());
                };
                assert!(facts.starts_with(want), "{facts}");
            }
        }
    }

    /// However it is cut, it is decoded as far as it is there, or says why it is not.
    #[test]
    fn a_picture_that_breaks_off_says_so() {
        for format in [
            ImageFormat::Png,
            ImageFormat::Jpeg,
            ImageFormat::Gif,
            ImageFormat::WebP,
        ] {
            let bytes = made(format, 60, 90);
            for part in [12, 30, 100, bytes.len() / 2, bytes.len() - 20] {
                match decode(&bytes[..part], part as u64) {
                    Ok(decoded) => {
                        assert!(decoded.picture.broken.is_some(), "{format:?} {part}");
                    }
                    Err(why) => assert!(why.contains("cannot be"), "{why}"),
                }
            }
        }
        let png = made(ImageFormat::Png, 60, 90);
        let half = decode(&png[..png.len() / 2], 1).unwrap();
        let pixels = half.scaled((80, 160));
        let broken = half.picture.broken.unwrap();
        assert!(broken.starts_with("it breaks off in row "), "{broken}");
        assert!(pixels.rgb.iter().any(|&rgb| rgb != pixels.rgb[59 * 60]));
    }

    #[test]
    fn a_small_picture_is_magnified() {
        let pixels = Pixels {
            width: 2,
            height: 2,
            rgb: vec![[1; 3], [2; 3], [3; 3], [4; 3]],
        };
        let twice = pixels.magnified(2);
        let rows: Vec<Vec<u8>> = twice
            .rgb
            .chunks(twice.width)
            .map(|row| row.iter().map(|rgb| rgb[0]).collect())
            .collect();
        assert_eq!(
            rows,
            [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
        );
        assert_eq!(twice.scaled((2, 2)), pixels);
        assert_eq!(Pixels::default().magnified(3), Pixels::default());
    }
}
