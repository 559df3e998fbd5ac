//! The flood's pattern: endless, and each of its bytes can be checked by its offset.
//!
//! Owns the pattern and how it is made without holding it. It sends nothing.
//!
//! Each 64 bytes are a line: `flood`, a space, the offset of the line's first byte in 16
//! hexadecimal digits, a space, 40 fixed characters, LF.
//! ```text
//! flood 0000000000000040 0123456789abcdefghijklmnopqrstuvwxyzABCD
//! ```

/// Bytes of a line.
pub const LINE: usize = 64;
/// Bytes of a [`Block`]: 16^4, so that within one the last four digits never change.
pub const BLOCK: usize = 64 * 1024;

const BEFORE: &[u8] = b"flood ";
const AFTER: &[u8] = b" 0123456789abcdefghijklmnopqrstuvwxyzABCD\n";
const DIGITS: usize = LINE - BEFORE.len() - AFTER.len();
/// The digits that differ between blocks, and do not within one.
const HIGH_DIGITS: usize = DIGITS - 4;

/// The pattern's byte at this offset.
pub fn flood_byte(offset: u64) -> u8 {
    let at = (offset % LINE as u64) as usize;
    line(offset - at as u64)[at]
}

/// A part of the pattern that begins at a multiple of [`BLOCK`]. Moved on, it changes
/// only the digits that differ.
#[derive(Debug)]
pub struct Block {
    bytes: Vec<u8>,
}

impl Default for Block {
    fn default() -> Block {
        Block::new()
    }
}

impl Block {
    /// The first one.
    pub fn new() -> Block {
        let bytes = (0..BLOCK)
            .step_by(LINE)
            .flat_map(|at| line(at as u64))
            .collect();
        Block { bytes }
    }

    /// Moves to the block with this number and gives its bytes, [`BLOCK`] of them.
    pub fn at(&mut self, number: u64) -> &[u8] {
        let digits = digits(number.wrapping_mul(BLOCK as u64));
        for line in self.bytes.chunks_exact_mut(LINE) {
            line[BEFORE.len()..BEFORE.len() + HIGH_DIGITS].copy_from_slice(&digits[..HIGH_DIGITS]);
        }
        &self.bytes
    }
}

/// The line that begins at this offset, a multiple of [`LINE`].
fn line(offset: u64) -> [u8; LINE] {
    let mut line = [0; LINE];
    line[..BEFORE.len()].copy_from_slice(BEFORE);
    line[BEFORE.len()..BEFORE.len() + DIGITS].copy_from_slice(&digits(offset));
    line[BEFORE.len() + DIGITS..].copy_from_slice(AFTER);
    line
}

fn digits(offset: u64) -> [u8; DIGITS] {
    std::array::from_fn(|i| b"0123456789abcdef"[(offset >> (4 * (DIGITS - 1 - i)) & 0xf) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_their_offset() {
        for (offset, want) in [
            (
                0,
                "flood 0000000000000000 0123456789abcdefghijklmnopqrstuvwxyzABCD\n",
            ),
            (
                64,
                "flood 0000000000000040 0123456789abcdefghijklmnopqrstuvwxyzABCD\n",
            ),
            (
                0x12_3456_7840,
                "flood 0000001234567840 0123456789abcdefghijklmnopqrstuvwxyzABCD\n",
            ),
        ] {
            let got: Vec<u8> = (offset..offset + 64).map(flood_byte).collect();
            assert_eq!(String::from_utf8_lossy(&got), want);
        }
    }

    #[test]
    fn blocks_are_the_pattern() {
        let mut block = Block::new();
        for number in [0, 1, 2, 15, 16, 0xffff, 0x10_0000, 3] {
            let from = number * BLOCK as u64;
            let want: Vec<u8> = (from..from + BLOCK as u64).map(flood_byte).collect();
            assert!(block.at(number) == want, "block {number}");
        }
    }
}
