//! gzip (RFC 1952), zlib (RFC 1950) and bare deflate (RFC 1951), undone.
//!
//! Owns the wrappings: their heads, their sums, what may follow. The compressed data
//! itself is flate2's. The sums are computed here, so that a wrong one is said and the
//! bytes are kept.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::coding::What;
use super::step::{State, Step, room};

/// The flags of a gzip member's head, RFC 1952 section 2.3.1.
const TEXT: u8 = 1;
const SUM: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;

/// Bytes of a gzip member's head: an extra field of 64 KiB, names of reasonable length.
const HEAD: usize = 80 * 1024;

pub(super) struct Inflate {
    wrap: Wrap,
    at: At,
    /// The bytes of a head or of sums, until they are all here.
    held: Vec<u8>,
    inner: Decompress,
    crc: Crc,
    adler: Adler,
    /// Complete members, or streams.
    ended: u64,
    begun: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrap {
    Gzip,
    Zlib,
    Bare,
    /// "deflate": zlib or bare, as the first two bytes look.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Head,
    Data,
    Sums,
    /// After an end: another gzip member, or bytes that do not belong here.
    Between,
    Behind,
}

impl Inflate {
    pub fn gzip() -> Inflate {
        Inflate::new(Wrap::Gzip)
    }

    pub fn deflate() -> Inflate {
        Inflate::new(Wrap::Unknown)
    }

    fn new(wrap: Wrap) -> Inflate {
        Inflate {
            wrap,
            at: At::Head,
            held: Vec::new(),
            inner: Decompress::new(false),
            crc: Crc::new(),
            adler: Adler::default(),
            ended: 0,
            begun: false,
        }
    }

    pub fn may_end(&self) -> bool {
        !self.begun || matches!(self.at, At::Between | At::Behind) && self.held.is_empty()
    }

    pub fn step(&mut self, coded: &[u8], out: &mut Vec<u8>) -> Step {
        self.begun |= !coded.is_empty();
        match self.at {
            At::Head => self.head(coded),
            At::Data => self.data(coded, out),
            At::Sums => self.sums(coded),
            At::Between => self.between(coded),
            At::Behind => Step::new(coded.len(), State::Hungry),
        }
    }

    fn head(&mut self, coded: &[u8]) -> Step {
        let before = self.held.len();
        let room = HEAD.saturating_sub(before);
        self.held.extend_from_slice(&coded[..coded.len().min(room)]);
        let head = match self.wrap {
            Wrap::Gzip => gzip_head(&self.held),
            Wrap::Zlib => zlib_head(&self.held),
            Wrap::Bare => Ok(Some(0)),
            Wrap::Unknown => match looks_like_zlib(&self.held) {
                None => Ok(None),
                Some(true) => {
                    self.wrap = Wrap::Zlib;
                    zlib_head(&self.held)
                }
                Some(false) => {
                    self.wrap = Wrap::Bare;
                    Ok(Some(0))
                }
            },
        };
        let len = match head {
            Ok(Some(len)) => len,
            Ok(None) if self.held.len() >= HEAD => {
                return Step::broken(0, "the head of a member is too long");
            }
            Ok(None) => return Step::new(self.held.len() - before, State::Hungry),
            // The bad byte is the first that makes it bad, however they came.
            Err((at, why)) => return Step::broken((at + 1).saturating_sub(before), why),
        };
        let wrong = match self.wrap {
            Wrap::Gzip => head_sum(&self.held[..len]),
            _ => None,
        };
        self.at = At::Data;
        // A bare stream has no head: what was looked at is data.
        let taken = len.saturating_sub(before);
        self.held.drain(..len);
        self.held.truncate(before.saturating_sub(len));
        Step::new(taken, wrong.map_or(State::More, State::Said))
    }

    fn data(&mut self, coded: &[u8], out: &mut Vec<u8>) -> Step {
        if !self.held.is_empty() {
            // The one byte that was looked at to tell zlib from a bare stream.
            let held = std::mem::take(&mut self.held);
            let step = self.inflate(&held, out);
            return Step::new(0, step.state);
        }
        self.inflate(coded, out)
    }

    fn inflate(&mut self, coded: &[u8], out: &mut Vec<u8>) -> Step {
        let start = out.len();
        let room = room(coded.len());
        out.resize(start + room, 0);
        let (read, made) = (self.inner.total_in(), self.inner.total_out());
        let result = self
            .inner
            .decompress(coded, &mut out[start..], FlushDecompress::None);
        let taken = usize::try_from(self.inner.total_in() - read).unwrap_or(coded.len());
        let made = usize::try_from(self.inner.total_out() - made).unwrap_or(0);
        out.truncate(start + made);
        match self.wrap {
            Wrap::Gzip => self.crc.update(&out[start..]),
            Wrap::Zlib => self.adler.update(&out[start..]),
            Wrap::Bare | Wrap::Unknown => {}
        }
        match result {
            Ok(Status::StreamEnd) => {
                self.at = At::Sums;
                Step::new(taken, State::More)
            }
            Ok(_) if made == room || taken < coded.len() && taken + made > 0 => {
                Step::new(taken, State::More)
            }
            Ok(_) if taken == coded.len() => Step::new(taken, State::Hungry),
            Ok(_) => Step::broken(taken, "the data makes no progress"),
            Err(error) => {
                // Of a call after the one that met the fault it says only that.
                let why = error.message().filter(|why| !why.starts_with("repeated"));
                let why = why.unwrap_or("the data has no meaning");
                Step::broken(taken, why)
            }
        }
    }

    fn sums(&mut self, coded: &[u8]) -> Step {
        let len = match self.wrap {
            Wrap::Gzip => 8,
            Wrap::Zlib => 4,
            Wrap::Bare | Wrap::Unknown => 0,
        };
        let taken = coded.len().min(len - self.held.len().min(len));
        self.held.extend_from_slice(&coded[..taken]);
        if self.held.len() < len {
            return Step::new(taken, State::Hungry);
        }
        let wrong = match (self.wrap, self.held.as_slice()) {
            (Wrap::Gzip, &[a, b, c, d, e, f, g, h]) => {
                let (crc, size) = ([a, b, c, d], [e, f, g, h]);
                compare("CRC-32", u32::from_le_bytes(crc), self.crc.sum())
                    .or_else(|| compare("length", u32::from_le_bytes(size), self.crc.amount()))
            }
            (Wrap::Zlib, &[a, b, c, d]) => compare(
                "Adler-32",
                u32::from_be_bytes([a, b, c, d]),
                self.adler.sum(),
            ),
            _ => None,
        };
        self.held.clear();
        self.ended += 1;
        self.at = At::Between;
        Step::new(taken, wrong.map_or(State::More, State::Said))
    }

    fn between(&mut self, coded: &[u8]) -> Step {
        const MAGIC: [u8; 2] = [0x1f, 0x8b];
        let Some(&first) = coded.first() else {
            return Step::new(0, State::Hungry);
        };
        let expected = MAGIC.get(self.held.len()).copied();
        if self.wrap != Wrap::Gzip || expected != Some(first) {
            self.held.clear();
            self.at = At::Behind;
            return Step::new(0, State::Said(What::Trailing));
        }
        self.held.push(first);
        if self.held.len() == MAGIC.len() {
            self.inner.reset(false);
            self.crc.reset();
            self.at = At::Head;
        }
        Step::new(1, State::More)
    }
}

type Head = Result<Option<usize>, (usize, String)>;

/// How long the head at the start of these bytes is; `None`: longer than they are. An
/// error names the bad byte.
fn gzip_head(bytes: &[u8]) -> Head {
    for (at, want) in [0x1f, 0x8b, 8].into_iter().enumerate() {
        match bytes.get(at) {
            None => return Ok(None),
            Some(&byte) if byte != want => {
                let what = if at < 2 {
                    "no gzip head"
                } else {
                    "an unknown method"
                };
                return Err((at, format!("{what} ({byte:#04x} is not {want:#04x})")));
            }
            Some(_) => {}
        }
    }
    let Some(&flags) = bytes.get(3) else {
        return Ok(None);
    };
    if flags & !(TEXT | SUM | EXTRA | NAME | COMMENT) != 0 {
        return Err((3, format!("reserved flags ({flags:#04x})")));
    }
    let mut len = 10;
    if flags & EXTRA != 0 {
        let Some(&[low, high]) = bytes.get(len..len + 2) else {
            return Ok(None);
        };
        len += 2 + usize::from(u16::from_le_bytes([low, high]));
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let rest = bytes.get(len..).unwrap_or_default();
            match memchr::memchr(0, rest) {
                Some(end) => len += end + 1,
                None => return Ok(None),
            }
        }
    }
    len += if flags & SUM != 0 { 2 } else { 0 };
    Ok((bytes.len() >= len).then_some(len))
}

/// The head's own sum, where it has one: the low half of a CRC-32.
fn head_sum(head: &[u8]) -> Option<What> {
    let (bytes, sum) = head.split_last_chunk::<2>()?;
    if head.get(3)? & SUM == 0 {
        return None;
    }
    let mut crc = Crc::new();
    crc.update(bytes);
    compare(
        "head's CRC-16",
        u32::from(u16::from_le_bytes(*sum)),
        crc.sum() & 0xffff,
    )
}

fn zlib_head(bytes: &[u8]) -> Head {
    match bytes {
        [] | [_] => Ok(None),
        [_, flags, ..] if flags & 0x20 != 0 => {
            Err((1, "it needs a dictionary that nobody has sent".to_owned()))
        }
        _ => Ok(Some(2)),
    }
}

/// RFC 1950 section 2.2: method 8, a window of at most 32 KiB, a multiple of 31. A bare
/// stream looks so by accident only where its first block is stored or made by a strange
/// compressor.
fn looks_like_zlib(bytes: &[u8]) -> Option<bool> {
    let &first = bytes.first()?;
    if first & 0x0f != 8 || first >> 4 > 7 {
        return Some(false);
    }
    let &second = bytes.get(1)?;
    Some(u16::from_be_bytes([first, second]) % 31 == 0)
}

fn compare(name: &'static str, says: u32, is: u32) -> Option<What> {
    (says != is).then_some(What::Sum {
        name,
        says: u64::from(says),
        is: u64::from(is),
    })
}

/// Adler-32, RFC 1950 section 8.2.
struct Adler {
    a: u32,
    b: u32,
}

impl Default for Adler {
    fn default() -> Adler {
        Adler { a: 1, b: 0 }
    }
}

impl Adler {
    fn update(&mut self, bytes: &[u8]) {
        const BASE: u32 = 65_521;
        // So many bytes fit before `b` could overflow, as the RFC's authors reckoned.
        for bytes in bytes.chunks(5552) {
            for &byte in bytes {
                self.a += u32::from(byte);
                self.b += self.a;
            }
            self.a %= BASE;
            self.b %= BASE;
        }
    }

    fn sum(&self) -> u32 {
        self.b << 16 | self.a
    }
}
