//! A body laid out as a page or decoded as a picture, in a thread of its own.
//!
//! Owns what is laid out of a visit and for which size ([`Rendering`]), when that is to be
//! done again, and the work itself ([`Job`]). How a page or a picture is made is
//! [`crate::view`]'s.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use encoding_rs::Encoding;

use crate::body::Window;
use crate::tui::graphics::{Dots, Graphic, Images};
use crate::view::picture::{self, Picture, Pixels};
use crate::view::pretty::{Part, Places};
use crate::view::rendered::{self, Page};
use crate::view::safe;

/// While a body comes, it is laid out again at most this often.
const AGAIN: Duration = Duration::from_millis(300);
/// Bytes of an encoded picture that are looked at.
const PICTURE: u64 = 64 << 20;
/// Bytes by which a body's kind is told (WHATWG MIME Sniffing, 7: 1445 are enough).
const OPENING: usize = 1445;

/// What a visit's body looks like in the Rendered view.
#[derive(Debug, Default)]
pub struct Rendering {
    pub laid: Option<Arc<Laid>>,
    /// What a thread is making now.
    making: Option<Want>,
    /// When the last one was made.
    made: Option<Instant>,
    /// Where a link's fragment leads, until the page is there.
    pub fragment: Option<String>,
    /// The part of a multipart body that is shown instead of all of it.
    pub part: Option<Part>,
}

/// What is to be made, and for which room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
    /// The number of the response.
    pub answer: u32,
    /// Bytes of the body.
    pub len: u64,
    pub columns: u16,
    pub rows: u16,
    pub encoding: &'static Encoding,
    /// Of the body as it came, its content coding left on.
    pub as_received: bool,
    /// The number of the part that is shown alone.
    pub part: Option<u64>,
    /// How a picture is shown.
    pub images: Images,
    /// Pixels of a cell, where the terminal says.
    pub cell: Option<Dots>,
}

#[derive(Debug)]
pub struct Laid {
    pub want: Want,
    pub matter: Matter,
    /// The bytes it is of, where those are not the body's, and where in it they stand.
    pub part: Option<(Window, Places)>,
}

#[derive(Debug)]
pub enum Matter {
    Page(Page),
    Picture(Shown),
    /// Neither, or it cannot be read: why.
    Words(String),
}

/// A picture, scaled to its room.
#[derive(Debug)]
pub struct Shown {
    /// Its facts in rows.
    pub words: Vec<String>,
    /// Two of them in a cell, over the cells of `graphic` where there is one.
    pub pixels: Pixels,
    /// Drawn by the terminal itself.
    pub graphic: Option<Arc<Graphic>>,
}

/// All that the thread needs.
#[derive(Clone, Debug)]
pub struct Job {
    pub window: Window,
    pub media_type: Option<String>,
    /// The body's bytes are in this coding.
    pub coding: Option<String>,
    /// Of a page no more bytes are laid out now.
    pub most: u64,
    /// That of `want`.
    pub part: Option<Part>,
    pub want: Want,
}

impl Rendering {
    /// Whether this is to be made now: it is not there, nobody makes anything, and it was
    /// not made a moment ago while `growing`.
    pub fn wants(&self, want: Want, growing: bool, now: Instant) -> bool {
        let there = self.laid.as_ref().is_some_and(|laid| laid.serves(want));
        let wait = growing
            && self.laid.is_some()
            && self
                .made
                .is_some_and(|made| now.saturating_duration_since(made) < AGAIN);
        !there && self.making.is_none() && !wait
    }

    pub fn begin(&mut self, want: Want) {
        self.making = Some(want);
    }

    /// Bytes of a page that are laid out next: a few at first, then all of them in a few
    /// steps, each eight times what was there before.
    pub fn most(&self, want: Want) -> u64 {
        let page = self.laid.as_ref().filter(|laid| laid.is_page());
        let most = match page {
            Some(laid)
                if laid.want
                    == (Want {
                        len: laid.want.len,
                        ..want
                    }) =>
            {
                8 * laid.want.len
            }
            _ => rendered::FIRST,
        };
        match most < rendered::MOST {
            true => most.max(rendered::FIRST),
            false => u64::MAX,
        }
    }

    /// What was made; answers what was shown before.
    pub fn take(&mut self, laid: Laid, now: Instant) -> Option<Arc<Laid>> {
        self.making = None;
        self.made = Some(now);
        self.laid.replace(Arc::new(laid))
    }

    /// What takes room goes while it is not looked at; it is made again when it is.
    pub fn put_away(&mut self) {
        const SMALL: u64 = 1 << 20;
        self.laid.take_if(|laid| laid.want.len > SMALL);
    }

    pub fn page(&self) -> Option<&Page> {
        match &self.laid.as_ref()?.matter {
            Matter::Page(page) => Some(page),
            _ => None,
        }
    }

    /// The bytes of the page's part and where in the body they stand, where it is a part's.
    pub fn page_of_part(&self) -> Option<&(Window, Places)> {
        let laid = self.laid.as_ref().filter(|laid| laid.is_page())?;
        laid.part.as_ref()
    }

    pub fn picture(&self) -> Option<&Shown> {
        match &self.laid.as_ref()?.matter {
            Matter::Picture(shown) => Some(shown),
            _ => None,
        }
    }

    /// What is said instead of a page, or above a picture: words for [`facts_in`].
    pub fn words(&self) -> Vec<String> {
        // What was said of no bytes holds no more once some are looked at.
        let holds = |laid: &&Arc<Laid>| laid.want.len > 0 || self.making.is_none();
        match self.laid.as_ref().filter(holds).map(|laid| &laid.matter) {
            None => vec!["laying it out …".to_owned()],
            Some(Matter::Page(_)) => Vec::new(),
            Some(Matter::Picture(shown)) => shown.words.clone(),
            Some(Matter::Words(words)) => vec![words.clone()],
        }
    }
}

/// Such words in rows of so many columns.
pub fn facts_in(words: &[String], width: usize) -> Vec<String> {
    /// Of one fact.
    const ROWS: usize = 4;
    let rows = words
        .iter()
        .flat_map(|words| safe::in_rows(words, width, ROWS));
    rows.collect()
}

impl Laid {
    fn is_page(&self) -> bool {
        matches!(self.matter, Matter::Page(_))
    }

    /// It is what is wanted: only a picture cares for the rows in sight and the cells.
    fn serves(&self, want: Want) -> bool {
        let of_picture = match self.matter {
            Matter::Picture(_) => want,
            _ => self.want,
        };
        let Want {
            rows, images, cell, ..
        } = of_picture;
        self.want
            == Want {
                rows,
                images,
                cell,
                ..want
            }
    }
}

impl Shown {
    /// Below its facts, in the rest of the room.
    fn of(decoded: &picture::Decoded, want: Want) -> Shown {
        let columns = usize::from(want.columns);
        let words = words(&decoded.picture, want);
        let rows = usize::from(want.rows).saturating_sub(facts_in(&words, columns).len());
        let cell = want.cell.unwrap_or(Dots::ASSUMED);
        let room = cell.room(want.images, columns, rows);
        let pixels = decoded.scaled(room);
        match Graphic::new(want.images, &pixels, cell, room) {
            Some(graphic) => Shown {
                words,
                pixels: pixels.scaled((graphic.columns.into(), usize::from(graphic.rows) * 2)),
                graphic: Some(Arc::new(graphic)),
            },
            None => Shown {
                words,
                pixels,
                graphic: None,
            },
        }
    }
}

/// What is known of a picture, what is wrong with it, and what is not known of its screen.
fn words(picture: &Picture, want: Want) -> Vec<String> {
    let mut words = picture.words();
    if let (Some(part), Some(facts)) = (want.part, words.first_mut()) {
        *facts = format!("part {part}: {facts}");
    }
    if want.images != Images::Blocks
        && let Some(facts) = words.first_mut()
    {
        facts.push_str(&format!(" · as {}", want.images.words()));
        if want.cell.is_none() {
            let Dots { width, height } = Dots::ASSUMED;
            facts.push_str(&format!(
                ", a cell taken as {width}×{height} pixels: the terminal does not say"
            ));
        }
    }
    words
}

impl Job {
    /// Reads the body and makes of it what it is.
    pub fn run(&self) -> Laid {
        let (matter, part) = self.made().unwrap_or_else(|err| {
            let words = format!("the body cannot be read back: {err}");
            (Matter::Words(words), None)
        });
        let mut laid = Laid {
            want: self.want,
            matter,
            part,
        };
        if laid.is_page() && laid.part.is_none() {
            laid.want.len = self.want.len.min(self.most);
        }
        laid
    }

    fn made(&self) -> io::Result<(Matter, Option<(Window, Places)>)> {
        let opening = self.window.read(0, OPENING)?;
        if opening.is_empty() {
            return Ok((Matter::Words("there is no body yet".to_owned()), None));
        }
        if let Some(coding) = &self.coding {
            let words = format!(
                "the body is {} in coding {}: it is decoded where that is known",
                self.kind(),
                safe::safe(coding)
            );
            return Ok((Matter::Words(words), None));
        }
        match &self.part {
            Some(part) => self.of_part(part),
            None => Ok((self.whole(&opening)?, None)),
        }
    }

    fn of_part(&self, part: &Part) -> io::Result<(Matter, Option<(Window, Places)>)> {
        let most = if part.is_page() {
            rendered::MOST
        } else {
            PICTURE
        };
        let taken = part.take(usize::try_from(most).unwrap_or(usize::MAX))?;
        let there = taken.bytes.len() as u64;
        let matter = match part.is_page() {
            true => self.page(part.encoding(&taken.bytes), &taken.bytes, there),
            false => self.picture(&taken.bytes, there),
        };
        let matter = match (matter, taken.transfer) {
            (Matter::Picture(mut shown), Some(transfer)) => {
                if let Some(facts) = shown.words.first_mut() {
                    facts.push_str(&format!(" · decoded from {}", transfer.name()));
                }
                shown.words.extend(taken.broken);
                Matter::Picture(shown)
            }
            (matter, _) => matter,
        };
        Ok((matter, Some((taken.window, taken.places))))
    }

    fn page(&self, encoding: &'static Encoding, html: &[u8], there: u64) -> Matter {
        let columns = usize::from(self.want.columns);
        Matter::Page(rendered::lay_out_in(encoding, html, there, columns))
    }

    fn whole(&self, opening: &[u8]) -> io::Result<Matter> {
        if picture::format(opening).is_some() {
            return Ok(self.picture(&self.read(PICTURE)?, self.window.len));
        }
        if self.kind().to_ascii_lowercase().starts_with("multipart/") {
            return Ok(Matter::Words(format!(
                "{}: Pretty lists its parts; a picture or a page that the cursor is in there is shown here",
                self.kind()
            )));
        }
        if !self.is_html(opening) {
            return Ok(Matter::Words(format!(
                "{} is neither HTML nor a picture (PNG, JPEG, GIF, WebP): Text shows it",
                self.kind()
            )));
        }
        let html = self.read(rendered::MOST.min(self.most))?;
        Ok(self.page(self.want.encoding, &html, self.window.len))
    }

    fn picture(&self, bytes: &[u8], there: u64) -> Matter {
        match picture::decode(bytes, there) {
            Ok(decoded) => Matter::Picture(Shown::of(&decoded, self.want)),
            Err(why) => Matter::Words(why),
        }
    }

    fn read(&self, most: u64) -> io::Result<Vec<u8>> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.window.read(0, most)
    }

    fn kind(&self) -> String {
        match &self.media_type {
            Some(kind) => safe::cut(&safe::safe(kind), 60).into_owned(),
            None => "a body without Content-Type".to_owned(),
        }
    }

    /// By its Content-Type; without one that says more, by its first tag.
    fn is_html(&self, opening: &[u8]) -> bool {
        let kind = self.media_type.as_deref().unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let kind = kind.to_ascii_lowercase();
        if kind.contains("html") {
            return true;
        }
        let vague = [
            "",
            "text/plain",
            "application/octet-stream",
            "unknown/unknown",
        ];
        let text = opening.trim_ascii_start();
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let begins = |tag: &str| {
            let start = text.get(..tag.len()).unwrap_or_default();
            start.eq_ignore_ascii_case(tag.as_bytes())
        };
        vague.contains(&kind.as_str()) && OPENINGS.iter().any(|tag| begins(tag))
    }
}

/// How HTML begins (WHATWG MIME Sniffing, 7.1).
const OPENINGS: &[&str] = &[
    "<!doctype html",
    "<html",
    "<head",
    "<script",
    "<iframe",
    "<h1",
    "<div",
    "<font",
    "<table",
    "<a",
    "<style",
    "<title",
    "<b",
    "<body",
    "<br",
    "<p",
    "<!--",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Memory, Writer};

    fn job(media_type: Option<&str>, body: &str) -> Job {
        let mut writer = Writer::new(&Memory::new(1 << 20));
        writer.append(body.as_bytes()).unwrap();
        let window = Window::whole(&writer.store());
        Job {
            want: Want {
                answer: 1,
                len: window.len,
                columns: 40,
                rows: 10,
                encoding: encoding_rs::UTF_8,
                as_received: false,
                part: None,
                images: Images::Blocks,
                cell: None,
            },
            part: None,
            media_type: media_type.map(str::to_owned),
            coding: None,
            most: u64::MAX,
            window,
        }
    }

    #[test]
    fn what_is_said_of_nothing_ends_when_a_body_comes() {
        let mut rendering = Rendering::default();
        let now = Instant::now();
        for (body, before, after) in [
            ("", "laying it out …", "there is no body yet"),
            ("a", "laying it out …", "is neither HTML nor a picture"),
            ("ab", "is neither HTML", "is neither HTML"),
        ] {
            let job = job(Some("text/plain"), body);
            rendering.begin(job.want);
            assert!(rendering.words()[0].contains(before), "{body}");
            rendering.take(job.run(), now);
            assert!(rendering.words()[0].contains(after), "{body}");
        }
    }

    #[test]
    fn a_long_page_is_there_step_by_step() {
        let body = "<p>one two".repeat(300_000);
        let mut rendering = Rendering::default();
        let mut lens = Vec::new();
        loop {
            let job = job(Some("text/html"), &body);
            let now = Instant::now();
            if !rendering.wants(job.want, false, now) {
                break;
            }
            rendering.begin(job.want);
            let most = rendering.most(job.want);
            rendering.take(Job { most, ..job }.run(), now);
            lens.push(rendering.laid.as_ref().unwrap().want.len);
        }
        assert_eq!(lens, [16 << 10, 128 << 10, 1 << 20, 3_000_000]);
        // In another width it begins anew.
        let narrow = Want {
            columns: 20,
            ..job(None, &body).want
        };
        assert_eq!(rendering.most(narrow), rendered::FIRST);
        for (shown, want) in [
            (0, rendered::FIRST),
            (100, rendered::FIRST),
            (16 << 20, u64::MAX),
        ] {
            let laid = rendering.laid.take().unwrap();
            let mut laid = Arc::into_inner(laid).unwrap();
            laid.want.len = shown;
            rendering.take(laid, Instant::now());
            assert_eq!(rendering.most(job(None, &body).want), want, "{shown}");
        }
    }

    #[test]
    fn a_body_is_made_into_what_it_is() {
        for (media_type, body, want) in [
            (Some("text/html; charset=utf-8"), "x", "page"),
            (Some("Text/HTML"), "{}", "page"),
            (Some("application/xhtml+xml"), "x", "page"),
            (None, "<!DOCTYPE html><p>", "page"),
            (Some("text/plain"), " \n<html>", "page"),
            (Some("application/json"), "<html>", "words"),
            (Some("text/plain"), "plain", "words"),
            (None, "", "words"),
        ] {
            let found = match job(media_type, body).run().matter {
                Matter::Page(_) => "page",
                Matter::Picture(_) => "picture",
                Matter::Words(_) => "words",
            };
            assert_eq!(found, want, "{media_type:?} {body}");
        }
    }

    #[test]
    fn it_is_made_when_it_is_wanted() {
        let now = Instant::now();
        let want = |len, columns| Want {
            answer: 1,
            len,
            columns,
            rows: 9,
            encoding: encoding_rs::UTF_8,
            as_received: false,
            part: None,
            images: Images::Blocks,
            cell: None,
        };
        let made = |len, columns| {
            let mut rendering = Rendering::default();
            let matter = Matter::Page(Page::default());
            rendering.begin(want(len, columns));
            rendering.take(
                Laid {
                    want: want(len, columns),
                    matter,
                    part: None,
                },
                now,
            );
            rendering
        };
        for (rendering, wanted, growing, after, expected) in [
            (Rendering::default(), want(5, 40), true, 0, true),
            (made(5, 40), want(5, 40), true, 900, false),
            (made(5, 40), want(6, 40), true, 100, false),
            (made(5, 40), want(6, 40), true, 400, true),
            (made(5, 40), want(6, 40), false, 0, true),
            (made(5, 40), want(5, 41), false, 0, true),
            (
                made(5, 40),
                Want {
                    rows: 3,
                    ..want(5, 40)
                },
                false,
                0,
                false,
            ),
        ] {
            let later = now + Duration::from_millis(after);
            assert_eq!(
                rendering.wants(wanted, growing, later),
                expected,
                "{wanted:?}"
            );
        }
        let mut busy = Rendering::default();
        busy.begin(want(1, 1));
        assert!(!busy.wants(want(2, 1), false, now), "one at a time");
    }
}
