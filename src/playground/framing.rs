//! Where a request's body ends.
//!
//! Owns [`Body`], which counts and keeps nothing of the body itself.

use super::incoming::field;

/// Where a request's body ends (RFC 9112 section 6.3), counted while it comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// So many bytes more.
    Left(u64),
    Chunked(Chunks),
    /// The length has no meaning.
    Broken,
}

impl Body {
    pub fn of(head: &[u8]) -> Body {
        if let Some(encoding) = field(head, "Transfer-Encoding") {
            let last = encoding.rsplit(|&byte| byte == b',').next().unwrap_or(b"");
            return match last.trim_ascii().eq_ignore_ascii_case(b"chunked") {
                true => Body::Chunked(Chunks::default()),
                false => Body::Broken,
            };
        }
        match field(head, "Content-Length") {
            None => Body::Left(0),
            Some(length) => number(length, 10).map_or(Body::Broken, Body::Left),
        }
    }

    /// How many of these bytes belong to the body.
    pub fn take(&mut self, bytes: &[u8]) -> usize {
        match self {
            Body::Left(left) => {
                let taken =
                    usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()));
                *left -= taken as u64;
                taken
            }
            Body::Chunked(chunks) => {
                let taken = chunks.take(bytes);
                if chunks.state == ChunkState::Broken {
                    *self = Body::Broken;
                }
                taken
            }
            Body::Broken => 0,
        }
    }

    pub fn complete(&self) -> bool {
        match self {
            Body::Left(left) => *left == 0,
            Body::Chunked(chunks) => chunks.state == ChunkState::Done,
            Body::Broken => false,
        }
    }
}

/// Looks for the end of a chunked body and keeps nothing of it but the size line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chunks {
    state: ChunkState,
    line: Vec<u8>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum ChunkState {
    #[default]
    Size,
    Data(u64),
    /// The line end after a chunk's data.
    DataEnd,
    Trailers,
    Done,
    Broken,
}

/// A size line may be so long, and a trailer.
const LINE_LIMIT: usize = 8 * 1024;

impl Chunks {
    fn take(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            match &mut self.state {
                ChunkState::Done | ChunkState::Broken => break,
                ChunkState::Data(left) => {
                    let here = bytes.len() - at;
                    let taken = usize::try_from(*left).map_or(here, |left| left.min(here));
                    at += taken;
                    *left -= taken as u64;
                    if *left == 0 {
                        self.state = ChunkState::DataEnd;
                    }
                }
                _ => {
                    let byte = bytes[at];
                    at += 1;
                    if byte != b'\n' {
                        self.line.push(byte);
                        if self.line.len() > LINE_LIMIT {
                            self.state = ChunkState::Broken;
                        }
                        continue;
                    }
                    self.state = self.line_ended();
                    self.line.clear();
                }
            }
        }
        at
    }

    fn line_ended(&self) -> ChunkState {
        let line = self.line.trim_ascii();
        match &self.state {
            ChunkState::Size => {
                let size = line.split(|&byte| byte == b';').next().unwrap_or(b"");
                match number(size.trim_ascii(), 16) {
                    Some(0) => ChunkState::Trailers,
                    Some(size) => ChunkState::Data(size),
                    None => ChunkState::Broken,
                }
            }
            ChunkState::DataEnd if line.is_empty() => ChunkState::Size,
            ChunkState::Trailers if line.is_empty() => ChunkState::Done,
            ChunkState::Trailers => ChunkState::Trailers,
            _ => ChunkState::Broken,
        }
    }
}

/// Digits alone, no sign, no more than a u64 holds.
fn number(digits: &[u8], radix: u32) -> Option<u64> {
    let text = str::from_utf8(digits).ok()?;
    text.chars()
        .all(|digit| digit.is_digit(radix))
        .then(|| u64::from_str_radix(text, radix).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_ends_where_its_framing_says() {
        for (fields, bytes, taken, complete) in [
            ("", "rest", 0, true),
            ("Content-Length: 3", "abcrest", 3, true),
            ("content-length :3", "ab", 2, false),
            ("Content-Length: +3", "abc", 0, false),
            ("Content-Length: 99999999999999999999", "abc", 0, false),
            (
                "Transfer-Encoding: chunked",
                "3;x=y\r\nabc\r\n0\r\n\r\nrest",
                17,
                true,
            ),
            (
                "Transfer-Encoding: gzip, chunked",
                "3\nabc\n000\nT: v\n\nrest",
                16,
                true,
            ),
            ("Transfer-Encoding: chunked", "3\r\nabcd\r\n", 9, false),
            ("Transfer-Encoding: chunked", "x\r\n", 3, false),
            ("Transfer-Encoding: gzip", "abc", 0, false),
        ] {
            let head = format!("POST / HTTP/1.1\r\n{fields}\r\n\r\n");
            let mut body = Body::of(head.as_bytes());
            assert_eq!(body.take(bytes.as_bytes()), taken, "{fields} {bytes:?}");
            assert_eq!(body.complete(), complete, "{fields} {bytes:?}");

            let mut body = Body::of(head.as_bytes());
            let pieces = bytes.as_bytes().chunks(1).map(|byte| body.take(byte));
            assert_eq!(
                pieces.sum::<usize>(),
                taken,
                "{fields} {bytes:?}, byte by byte"
            );
        }
    }
}
