//! Pages to be rendered and pictures to be shown, whole and broken.
//!
//! Owns their bytes; the pictures are made here, so that nothing has to be trusted.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

use super::answer::{Answer, HTML};
use super::ask::Ask;

/// Everything that HTML can show without styles and scripts, with a base, and broken in
/// the ways that pages are.
pub(super) fn page(ask: &Ask<'_>) -> Answer {
    let html: &[u8] = match ask.rest {
        "" => include_bytes!("../../assets/playground/page.html"),
        "based" => include_bytes!("../../assets/playground/based.html"),
        "broken" => BROKEN,
        _ => return Answer::text(404, "These are there: /page/ /page/based /page/broken\n"),
    };
    Answer::new(200).whole(HTML, html)
}

/// Unclosed and misnested elements, a NUL, an escape sequence, text that runs backwards,
/// bytes that are not UTF-8, a tag that never ends.
const BROKEN: &[u8] = b"<title>Broken</title><p>unclosed <b>bold <i>both</b> slanted</i> \
plain<ul><li>one<li>two</ol></div><p>a NUL \0, an escape \x1b[31mred?\x1b[0m, \
bidi \xe2\x80\xaeetihw\xe2\x80\xac, bytes \xff\xfe, zero\xe2\x80\x8bwidth\
<table><tr><td>a cell <table><tr><td>in a cell</table> text<tr>stray</table>\
<h2>a heading <a href=/hello>a link<h3>another &amp &nosuch; &#x110000; <a href='/hello'>\
a second</a><img alt='no source'><img src=data:image/png;base64,AAAA>\
<p>the last tag has no end <a href=\"/hello>";

pub(super) fn image(ask: &Ask<'_>) -> Answer {
    let picture = match ask.rest {
        "" => return Answer::new(200).whole(HTML, PICTURES),
        "sky.png" => made(ImageFormat::Png).map(|bytes| ("image/png", bytes)),
        "sky.jpg" => made(ImageFormat::Jpeg).map(|bytes| ("image/jpeg", bytes)),
        "sky.gif" => made(ImageFormat::Gif).map(|bytes| ("image/gif", bytes)),
        "sky.webp" => made(ImageFormat::WebP).map(|bytes| ("image/webp", bytes)),
        "cut.png" => made(ImageFormat::Png).map(|bytes| ("image/png", half(bytes))),
        "cut.jpg" => made(ImageFormat::Jpeg).map(|bytes| ("image/jpeg", half(bytes))),
        "bomb.png" => made(ImageFormat::Png).map(|bytes| ("image/png", bomb(bytes))),
        _ => None,
    };
    match picture {
        Some((kind, bytes)) => Answer::new(200).whole(kind, bytes),
        None => Answer::text(404, "There is no such picture; /image/ lists them.\n"),
    }
}

const PICTURES: &str = "<!doctype html>\n<title>Pictures</title>\n<p>Whole: \
<img src=sky.png alt=PNG> <img src=sky.jpg alt=JPEG> <img src=sky.gif alt=GIF> \
<img src=sky.webp alt=WebP>\n<p>Cut off: <img src=cut.png alt=PNG> \
<img src=cut.jpg alt=JPEG>\n<p>Too large: <img src=bomb.png alt='60,000 by 60,000'>\n";

const WIDTH: u32 = 64;
const HEIGHT: u32 = 48;

/// A sky with a sun, above the sea.
pub(super) fn made(format: ImageFormat) -> Option<Vec<u8>> {
    let picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let (far_x, far_y) = (x.abs_diff(44), y.abs_diff(14));
        let shade = |most: u32| u8::try_from(most * y / HEIGHT).unwrap_or(u8::MAX);
        Rgb(match y {
            _ if far_x * far_x + far_y * far_y < 64 => [255, 214, 90],
            0..32 => [60 + shade(180), 120 + shade(120), 220],
            _ => [10, 60 + shade(40), if (x + y) % 7 == 0 { 170 } else { 120 }],
        })
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).ok()?;
    Some(bytes.into_inner())
}

fn half(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() * 3 / 5);
    bytes
}

/// The header announces 60,000 × 60,000 pixels (PNG, 11.2.2): 10 GiB from some hundred
/// bytes.
fn bomb(mut png: Vec<u8>) -> Vec<u8> {
    const SIDE: [u8; 4] = 60_000u32.to_be_bytes();
    // Eight bytes of signature, four of length; then the chunk that its checksum covers.
    if let Some(header) = png.get_mut(12..33) {
        header[4..8].copy_from_slice(&SIDE);
        header[8..12].copy_from_slice(&SIDE);
        let mut sum = flate2::Crc::new();
        sum.update(&header[..17]);
        header[17..].copy_from_slice(&sum.sum().to_be_bytes());
    }
    png
}
