//! Where lines begin and how wide long ones are, kept up to date edit by edit.
//!
//! Owns counts over blocks of about 4 KiB, no bytes. An edit counts the blocks it
//! touches anew and leaves the others; a question adds up counts (2,500 blocks for
//! 10 MB: microseconds) and looks into one block. So no line, however long, is ever
//! walked from its start.

use std::ops::Range;

use super::pieces::{REACH, columns, piece_start};
use crate::view::safe;

/// Bytes that a block is cut at; one that an edit left smaller than half of it takes
/// the next one in.
const BLOCK: usize = 4096;

/// The counts of a text's blocks, in order; their bytes add up to the text's.
#[derive(Clone, Debug)]
pub(super) struct Index {
    blocks: Vec<Block>,
    /// False: an LF ends no line, and there is one.
    many_lines: bool,
}

/// A block begins and ends where a piece does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
    bytes: usize,
    line_ends: usize,
    /// Counted only where `line_ends` is 0: then all of it belongs to one line.
    columns: usize,
}

/// The piece under a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub offset: usize,
    /// Where the piece's first column is.
    pub column: usize,
}

impl Index {
    pub(super) fn new(text: &[u8], many_lines: bool) -> Index {
        let mut index = Index {
            blocks: Vec::new(),
            many_lines,
        };
        index.blocks = index.cut(text);
        index
    }

    /// Follows an edit: at `at`, `removed` bytes made place for `inserted`; `text` is
    /// what came of it.
    pub(super) fn splice(&mut self, text: &[u8], at: usize, removed: usize, inserted: usize) {
        // An edit may join or part pieces on either side of it.
        let (first, start) = self.block_of(at.saturating_sub(REACH));
        let needed = at + removed + REACH;
        let mut last = first;
        let mut end = start;
        while let Some(block) = self.blocks.get(last) {
            end += block.bytes;
            last += 1;
            if end >= needed && end - start + inserted >= removed + BLOCK / 2 {
                break;
            }
        }
        let end = (end + inserted).saturating_sub(removed).min(text.len());
        let fresh = self.cut(&text[start..end]);
        self.blocks.splice(first..last, fresh);
    }

    /// At least 1.
    pub(super) fn rows(&self) -> usize {
        1 + self
            .blocks
            .iter()
            .map(|block| block.line_ends)
            .sum::<usize>()
    }

    /// The row that holds this offset; an offset past an LF is in the next one.
    pub(super) fn row_of(&self, text: &[u8], offset: usize) -> usize {
        let mut row = 0;
        let mut start = 0;
        for block in &self.blocks {
            let end = start + block.bytes;
            if offset < end {
                return row + self.line_ends(&text[start..offset]);
            }
            row += block.line_ends;
            start = end;
        }
        row
    }

    /// A row's bytes, its line end included; empty at the text's end for rows past the
    /// last.
    pub(super) fn line(&self, text: &[u8], row: usize) -> Range<usize> {
        let start = match row.checked_sub(1) {
            None => 0,
            Some(before) => self.line_end(text, before),
        };
        start..self.line_end(text, row)
    }

    /// As [`Index::line`] for a row whose start is known: most lines end nearby.
    pub(super) fn line_from(&self, text: &[u8], row: usize, start: usize) -> Range<usize> {
        let near = &text[start..text.len().min(start + BLOCK)];
        let lf = match self.many_lines {
            true => memchr::memchr(b'\n', near),
            false => None,
        };
        start..lf.map_or_else(|| self.line_end(text, row), |lf| start + lf + 1)
    }

    /// Past the line end of a row.
    fn line_end(&self, text: &[u8], row: usize) -> usize {
        let mut left = row;
        let mut start = 0;
        for block in &self.blocks {
            let end = start + block.bytes;
            if left < block.line_ends {
                let mut found = memchr::memchr_iter(b'\n', &text[start..end]);
                return found.nth(left).map_or(end, |lf| start + lf + 1);
            }
            left -= block.line_ends;
            start = end;
        }
        text.len()
    }

    /// Columns from a line's start to an offset in it.
    pub(super) fn column(&self, text: &[u8], line_start: usize, offset: usize) -> usize {
        let mut total = 0;
        for (part, whole) in self.parts(line_start..offset) {
            total += whole.unwrap_or_else(|| columns(&text[part]));
        }
        total
    }

    /// The piece of a line under a column; the line's end where it is shorter.
    pub(super) fn spot(&self, text: &[u8], line: Range<usize>, column: usize) -> Spot {
        let mut passed = 0;
        for (part, whole) in self.parts(line.clone()) {
            if let Some(whole) = whole.filter(|whole| passed + whole <= column) {
                passed += whole;
                continue;
            }
            for piece in safe::decode(&text[part.clone()]) {
                if passed + piece.width > column {
                    return Spot {
                        offset: part.start + piece.bytes.start,
                        column: passed,
                    };
                }
                passed += piece.width;
            }
        }
        Spot {
            offset: line.end,
            column: passed,
        }
    }

    /// A part of a line, block by block, with the columns of each block that lies in it
    /// whole.
    fn parts(&self, range: Range<usize>) -> impl Iterator<Item = (Range<usize>, Option<usize>)> {
        let (first, mut start) = self.block_of(range.start);
        self.blocks[first..]
            .iter()
            .map(move |block| {
                let all = start..start + block.bytes;
                start = all.end;
                (all, block)
            })
            .take_while(move |(all, _)| all.start < range.end)
            .map(move |(all, block)| {
                let whole = range.start <= all.start && all.end <= range.end;
                let known = (whole && block.line_ends == 0).then_some(block.columns);
                (all.start.max(range.start)..all.end.min(range.end), known)
            })
    }

    /// The block that holds an offset (the last one for those past it), and its start.
    fn block_of(&self, offset: usize) -> (usize, usize) {
        let mut start = 0;
        for (i, block) in self.blocks.iter().enumerate() {
            if offset < start + block.bytes || i + 1 == self.blocks.len() {
                return (i, start);
            }
            start += block.bytes;
        }
        (0, 0)
    }

    fn cut(&self, text: &[u8]) -> Vec<Block> {
        let mut blocks = Vec::with_capacity(text.len() / BLOCK + 1);
        let mut rest = text;
        while !rest.is_empty() {
            let end = match rest.len() {
                // No last block of a few bytes.
                len if len <= BLOCK + BLOCK / 2 => len,
                _ => piece_start(rest, BLOCK),
            };
            let (block, after) = rest.split_at(end);
            let line_ends = self.line_ends(block);
            blocks.push(Block {
                bytes: block.len(),
                line_ends,
                columns: if line_ends == 0 { columns(block) } else { 0 },
            });
            rest = after;
        }
        blocks
    }

    fn line_ends(&self, text: &[u8]) -> usize {
        match self.many_lines {
            true => memchr::memchr_iter(b'\n', text).count(),
            false => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Everything that can be asked, answered by walking the whole text.
    fn check(index: &Index, text: &[u8], many_lines: bool) {
        let mut lines: Vec<Range<usize>> = Vec::new();
        let mut start = 0;
        for lf in memchr::memchr_iter(b'\n', text).filter(|_| many_lines) {
            lines.push(start..lf + 1);
            start = lf + 1;
        }
        lines.push(start..text.len());
        assert_eq!(index.rows(), lines.len());
        for (row, line) in lines.iter().enumerate() {
            assert_eq!(index.line(text, row), *line);
            assert_eq!(index.line_from(text, row, line.start), *line);
            assert_eq!(index.row_of(text, line.start), row);
            assert_eq!(
                index.column(text, line.start, line.end),
                columns(&text[line.clone()])
            );
            let spot = index.spot(text, line.clone(), usize::MAX);
            assert_eq!(spot.offset, line.end);
        }
        let sum: usize = index.blocks.iter().map(|block| block.bytes).sum();
        assert_eq!(sum, text.len());
        assert!(index.blocks.iter().all(|block| block.bytes <= 2 * BLOCK));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn it_knows_after_any_edits_what_a_walk_finds(
            many_lines: bool,
            edits in proptest::collection::vec(
                (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..3usize, prop_oneof![
                    any::<Vec<u8>>(),
                    "[a\r\né日\u{301}]{0,40}".prop_map(String::into_bytes),
                    Just(b"0123456789".repeat(2000)),
                    Just("日\u{301}".repeat(3000).into_bytes()),
                    Just(vec![0x80; 9000]),
                ]),
                1..12,
            )
        ) {
            let mut text = Vec::new();
            let mut index = Index::new(&text, many_lines);
            for (at, removed, many, inserted) in edits {
                let at = at.index(text.len() + 1);
                let removed = [0, 1, removed.index(text.len() + 1)][many].min(text.len() - at);
                text.splice(at..at + removed, inserted.iter().copied());
                index.splice(&text, at, removed, inserted.len());
                check(&index, &text, many_lines);
            }
        }
    }

    #[test]
    fn a_long_line_is_found_into_by_column() {
        let text = "日a".repeat(100_000).into_bytes();
        let index = Index::new(&text, true);
        let line = index.line(&text, 0);
        for column in [0, 1, 2, 3, 30_000, 299_999] {
            let spot = index.spot(&text, line.clone(), column);
            let pair = column / 3;
            let a = usize::from(column % 3 == 2);
            assert_eq!(
                (spot.offset, spot.column),
                (4 * pair + 3 * a, 3 * pair + 2 * a)
            );
            assert_eq!(index.column(&text, 0, spot.offset), spot.column);
        }
    }
}
