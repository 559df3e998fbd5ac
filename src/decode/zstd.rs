//! zstd (RFC 8878), undone.
//!
//! Owns the framing, so that bytes can come in any pieces and every block shows at once:
//! frames, skippable frames, block heads, sums. The blocks' content is ruzstd's.
//!
//! ruzstd gives a frame's last bytes out only when a window's worth of others has followed,
//! since later blocks may refer to them. A body that drips would show nothing for
//! megabytes; so each frame is told at its start that it has ended, by an empty last
//! block, which lets all be read at any time, and what must stay referable is put back
//! as a raw block. The sum is then no longer the decoder's to know and is kept here.

use std::hash::Hasher;
use std::io::Read;

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use twox_hash::XxHash64;

use super::coding::What;
use super::step::{State, Step};

/// RFC 8878 section 3.1.1.2.4.
const BLOCK: usize = 128 * 1024;
/// RFC 8878 section 3.1.1.
const MAGIC: u32 = 0xfd2f_b528;
/// Section 3.1.2: the last four bits are the writer's.
const SKIPPABLE: u32 = 0x184d_2a50;
/// The descriptor's bit for a sum behind the blocks.
const HAS_SUM: u8 = 4;

pub(super) struct Zstd {
    decoder: FrameDecoder,
    at: At,
    /// The bytes of the part that is being read.
    held: Vec<u8>,
    most: usize,
    frame: Frame,
    frames: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Magic,
    SkipSize,
    Skip(u64),
    Descriptor,
    Head,
    BlockHead,
    Block {
        head: [u8; 3],
        len: usize,
        last: bool,
    },
    Sum,
    /// Bytes that belong to no frame.
    Behind,
}

/// The frame that is being read.
struct Frame {
    descriptor: u8,
    window: usize,
    /// Bytes at the decoder's front that were given out before.
    shown: usize,
    made: u64,
    says: Option<u64>,
    sum: XxHash64,
}

impl Default for Frame {
    fn default() -> Frame {
        Frame {
            descriptor: 0,
            window: 0,
            shown: 0,
            made: 0,
            says: None,
            sum: XxHash64::with_seed(0),
        }
    }
}

impl Zstd {
    /// `most`: bytes of a window.
    pub fn new(most: usize) -> Zstd {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(most as u64);
        Zstd {
            decoder,
            at: At::Magic,
            held: Vec::new(),
            most,
            frame: Frame::default(),
            frames: 0,
        }
    }

    pub fn may_end(&self) -> bool {
        matches!(self.at, At::Magic | At::Behind) && self.held.is_empty()
    }

    pub fn step(&mut self, coded: &[u8], out: &mut Vec<u8>) -> Step {
        match self.at {
            At::Behind => return Step::new(coded.len(), State::Hungry),
            At::Skip(left) => return self.skip(left, coded),
            At::Magic => return self.magic(coded),
            _ => {}
        }
        let missing = self.part_len().saturating_sub(self.held.len());
        let taken = missing.min(coded.len());
        self.held.extend_from_slice(&coded[..taken]);
        if taken < missing {
            return Step::new(taken, State::Hungry);
        }
        let part = std::mem::take(&mut self.held);
        let state = match self.part(&part, out) {
            Ok(None) => State::More,
            Ok(Some(said)) => State::Said(said),
            Err(why) => {
                self.flush(out);
                State::Broken(What::Broken(why))
            }
        };
        self.held = part;
        self.held.clear();
        Step::new(taken, state)
    }

    /// Byte by byte, so that what is no frame is met at its first byte.
    fn magic(&mut self, coded: &[u8]) -> Step {
        let Some(&byte) = coded.first() else {
            return Step::new(0, State::Hungry);
        };
        self.held.push(byte);
        let begins = |magic: u32| {
            let mut pairs = magic.to_le_bytes().into_iter().zip(&self.held);
            pairs.all(|(want, &is)| want == is)
        };
        let frame = begins(MAGIC);
        if !frame && !(0..16).any(|low| begins(SKIPPABLE | low)) {
            self.held.clear();
            if self.frames == 0 {
                return Step::broken(1, format!("no zstd frame ({byte:#04x} begins none)"));
            }
            self.at = At::Behind;
            return Step::new(0, State::Said(What::Trailing));
        }
        if self.held.len() == 4 {
            self.held.clear();
            self.frames += 1;
            self.at = if frame { At::Descriptor } else { At::SkipSize };
        }
        Step::new(1, State::More)
    }

    /// Bytes of the part that is being read.
    fn part_len(&self) -> usize {
        match self.at {
            At::SkipSize | At::Sum => 4,
            At::Descriptor => 1,
            At::Head => head_len(self.frame.descriptor),
            At::BlockHead => 3,
            At::Block { len, .. } => len,
            At::Magic | At::Skip(_) | At::Behind => 0,
        }
    }

    fn skip(&mut self, left: u64, coded: &[u8]) -> Step {
        let taken = usize::try_from(left).map_or(coded.len(), |left| left.min(coded.len()));
        let left = left - taken as u64;
        self.at = if left == 0 { At::Magic } else { At::Skip(left) };
        let state = if left == 0 {
            State::More
        } else {
            State::Hungry
        };
        Step::new(taken, state)
    }

    /// A part is all here. Answers what is wrong with it where the next can be read all
    /// the same.
    fn part(&mut self, part: &[u8], out: &mut Vec<u8>) -> Result<Option<What>, String> {
        match self.at {
            At::SkipSize => self.at = At::Skip(little(part)),
            At::Descriptor => {
                self.frame = Frame {
                    descriptor: part.first().copied().unwrap_or_default(),
                    ..Frame::default()
                };
                self.at = At::Head;
            }
            At::Head => self.head(part)?,
            At::BlockHead => {
                let head = part.first_chunk().copied();
                self.block_head(head.unwrap_or_default())?;
            }
            At::Block { head, last, .. } => {
                self.block(head, part)?;
                self.give(out, self.frame.window);
                return Ok(self.block_ends(last, out));
            }
            At::Sum => {
                let (says, is) = (little(part), self.frame.sum.finish() & 0xffff_ffff);
                self.at = At::Magic;
                let name = "XXH64";
                return Ok((says != is).then_some(What::Sum { name, says, is }));
            }
            At::Magic | At::Skip(_) | At::Behind => {}
        }
        Ok(None)
    }

    fn head(&mut self, whole: &[u8]) -> Result<(), String> {
        let descriptor = self.frame.descriptor;
        let single = descriptor & 0x20 != 0;
        if descriptor & 0x08 != 0 {
            return Err("a reserved bit is set in a frame's head".to_owned());
        }
        let (window, rest) = whole.split_at(usize::from(!single));
        let (dictionary, size) = rest.split_at(dictionary_len(descriptor));
        if little(dictionary) != 0 {
            let id = little(dictionary);
            return Err(format!("it needs dictionary {id}, that nobody has sent"));
        }
        let size = (!size.is_empty()).then(|| little(size) + if size.len() == 2 { 256 } else { 0 });
        let window = match window.first() {
            Some(&byte) => {
                let base = 1_u64 << (10 + (byte >> 3));
                base + base / 8 * u64::from(byte & 7)
            }
            None => size.unwrap_or(0),
        };
        if window > self.most as u64 {
            let most = self.most;
            return Err(format!(
                "a window of {window} bytes: more than {most} are not for the web (RFC 9659)"
            ));
        }
        // Not more than `most`, which is a usize.
        self.frame.window = window as usize;
        self.frame.says = size;
        let mut head = MAGIC.to_le_bytes().to_vec();
        head.push(descriptor & !HAS_SUM);
        head.extend_from_slice(whole);
        self.decoder.reset(head.as_slice()).map_err(words)?;
        self.block(raw_block(0, true), &[])?;
        self.at = At::BlockHead;
        Ok(())
    }

    /// RFC 8878 section 3.1.1.2.
    fn block_head(&mut self, head: [u8; 3]) -> Result<(), String> {
        let bits = u32::from_le_bytes([head[0], head[1], head[2], 0]);
        let (last, kind) = (bits & 1 != 0, bits >> 1 & 3);
        // 21 bits, so it fits.
        let size = (bits >> 3) as usize;
        if kind == 3 {
            return Err("a block of the reserved type".to_owned());
        }
        if size > BLOCK {
            return Err(format!("a block of {size} bytes, more than {BLOCK}"));
        }
        let len = if kind == 1 { 1 } else { size };
        self.at = At::Block { head, len, last };
        Ok(())
    }

    /// Answers what is wrong at the end of a frame.
    fn block_ends(&mut self, last: bool, out: &mut Vec<u8>) -> Option<What> {
        if !last {
            self.at = At::BlockHead;
            return None;
        }
        self.give(out, 0);
        let has_sum = self.frame.descriptor & HAS_SUM != 0;
        self.at = if has_sum { At::Sum } else { At::Magic };
        let is = self.frame.made;
        let says = self.frame.says.filter(|&says| says != is)?;
        let name = "content size";
        Some(What::Sum { name, says, is })
    }

    fn block(&mut self, head: [u8; 3], content: &[u8]) -> Result<(), String> {
        let source = head.chain(content);
        let decoded = self
            .decoder
            .decode_blocks(source, BlockDecodingStrategy::UptoBlocks(1));
        decoded.map(drop).map_err(words)
    }

    /// What is decoded goes out, but for the last `keep` bytes. Answers the bytes that
    /// left the decoder, whether they were given out before or now.
    fn give(&mut self, out: &mut Vec<u8>, keep: usize) -> Vec<u8> {
        let leaving = self.decoder.can_collect().saturating_sub(keep);
        let mut bytes = vec![0; leaving];
        let read = self.decoder.read(&mut bytes).unwrap_or(0);
        bytes.truncate(read);
        let known = self.frame.shown.min(read);
        self.frame.shown -= known;
        let new = &bytes[known..];
        self.frame.sum.write(new);
        self.frame.made += new.len() as u64;
        out.extend_from_slice(new);
        bytes
    }

    pub fn held_back(&self) -> u64 {
        let held = self.decoder.can_collect();
        held.saturating_sub(self.frame.shown) as u64
    }

    /// Gives out all that is decoded; what later blocks may refer to is put back.
    pub fn flush(&mut self, out: &mut Vec<u8>) {
        if self.decoder.can_collect() <= self.frame.shown {
            return;
        }
        let given = self.give(out, 0);
        let referable = &given[given.len().saturating_sub(self.frame.window)..];
        for piece in referable.chunks(BLOCK) {
            // A raw block is copied: it can only fail where the decoder's rules change, and
            // then the next reference into it does.
            if self.block(raw_block(piece.len(), false), piece).is_ok() {
                self.frame.shown += piece.len();
            }
        }
    }
}

/// The head of a block that holds so many bytes as they are, at most [`BLOCK`].
fn raw_block(len: usize, last: bool) -> [u8; 3] {
    let bits = (len as u32) << 3 | u32::from(last);
    let [a, b, c, _] = bits.to_le_bytes();
    [a, b, c]
}

fn dictionary_len(descriptor: u8) -> usize {
    [0, 1, 2, 4][usize::from(descriptor & 3)]
}

/// Of a frame's head behind its descriptor, RFC 8878 section 3.1.1.1.
fn head_len(descriptor: u8) -> usize {
    let single = descriptor & 0x20 != 0;
    let size = match descriptor >> 6 {
        0 => usize::from(single),
        flag => 1 << flag,
    };
    usize::from(!single) + dictionary_len(descriptor) + size
}

/// At most eight bytes as a number.
fn little(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// An error with what caused it, without ruzstd's capitals.
fn words(error: impl std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    words
}
