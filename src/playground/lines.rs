//! A server that speaks no HTTP: it sends each line back, and closes after an empty one.
//!
//! Owns its lines. A request's head ends with an empty line, so that one comes back whole.

use super::script::{Script, Step, send};

/// What it says first.
const GREETING: &str = "lines are sent back; an empty one ends it\r\n";

/// Bytes of a line after which it goes back as it is.
const LONGEST: usize = 64 * 1024;

/// What it does on each connection.
pub fn script() -> Script {
    vec![send(GREETING), Step::Lines, Step::Close]
}

/// What came of the line that is not over.
#[derive(Default)]
pub(super) struct Lines(Vec<u8>);

impl Lines {
    /// What is to be sent back, and whether that was all.
    pub fn take(&mut self, bytes: &[u8]) -> (Vec<u8>, bool) {
        let mut answer = Vec::new();
        for &byte in bytes {
            self.0.push(byte);
            if byte != b'\n' && self.0.len() < LONGEST {
                continue;
            }
            let line = std::mem::take(&mut self.0);
            if line.trim_ascii().is_empty() && byte == b'\n' {
                return (answer, true);
            }
            answer.extend(line);
        }
        (answer, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_whole_however_they_are_cut() {
        for piece in [1, 2, 3, 100] {
            let mut lines = Lines::default();
            let mut back = Vec::new();
            let mut ended = false;
            for bytes in b"one\r\ntwo\nthree\r\n\r\nfour\n".chunks(piece) {
                let (answer, over) = lines.take(bytes);
                back.extend(answer);
                ended |= over;
                if over {
                    break;
                }
            }
            assert_eq!((&back[..], ended), (&b"one\r\ntwo\nthree\r\n"[..], true));
        }
    }
}
