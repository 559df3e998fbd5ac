//! One run of blocks: the page's own, or a table cell's.
//!
//! Owns the open elements of the run, what stands left of its rows, and the paragraph at
//! hand. An end tag closes what is open inside its element; one that nothing waits for
//! does nothing. So any nesting costs what is written of it, and never more.

use std::ops::Range;

use super::super::Role;
use super::lay::{Atom, Kind, Para};
use super::table;
use super::tags;

/// Open elements among which an item's list is looked for.
const NEAR: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Flow {
    open: Vec<Open>,
    /// How many of each block are open.
    counts: [u32; tags::Block::ALL],
    /// What stands left of the rows: each character a column.
    prefix: String,
    prefix_columns: usize,
    /// Instead of the last columns of the prefix, in the next row alone.
    marker: Option<String>,
    /// Elements around in which text keeps its spaces.
    pub pre: u32,
    /// The next block is to have an empty row before it.
    pub spaced: bool,
    pub para: Para,
    /// The blocks of a cell, until its table is laid out.
    pub blocks: Vec<table::Block>,
    /// Numbers of the open lists' next items; `None`: bullets.
    lists: Vec<Option<i64>>,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    block: tags::Block,
    /// Bytes and columns of the prefix outside.
    prefix: (u32, u32),
}

/// The prefix and the first row's, as texts.
pub(super) struct Prefixes {
    pub every: String,
    pub first: String,
    pub columns: usize,
}

impl Flow {
    /// Puts an element on the others, its rows `add` further to the right where there is
    /// room for that; answers whether there was.
    pub fn open(&mut self, block: tags::Block, add: &str, most: usize) -> bool {
        self.open.push(Open {
            block,
            prefix: (
                u32::try_from(self.prefix.len()).unwrap_or(u32::MAX),
                u32::try_from(self.prefix_columns).unwrap_or(u32::MAX),
            ),
        });
        self.counts[block as usize] += 1;
        if block == tags::Block::Pre {
            self.pre += 1;
        }
        let columns = add.chars().count();
        let room = self.prefix_columns + columns <= most;
        if room {
            self.prefix.push_str(add);
            self.prefix_columns += columns;
        }
        room
    }

    pub fn is_open(&self, block: tags::Block) -> bool {
        self.counts[block as usize] > 0
    }

    /// The innermost element.
    pub fn innermost(&self) -> Option<tags::Block> {
        self.open.last().map(|open| open.block)
    }

    pub fn pop(&mut self) {
        let Some(open) = self.open.pop() else { return };
        self.counts[open.block as usize] -= 1;
        self.prefix.truncate(open.prefix.0 as usize);
        self.prefix_columns = open.prefix.1 as usize;
        match open.block {
            tags::Block::Pre => self.pre -= 1,
            tags::Block::Bullets | tags::Block::Numbers => {
                self.lists.pop();
            }
            _ => {}
        }
    }

    /// One of these is open, and none of `walls` inside it; looked for nearby.
    pub fn is_near(&self, blocks: &[tags::Block], walls: &[tags::Block]) -> bool {
        let near = self.open.iter().rev().take(NEAR);
        let mut known =
            near.filter(|open| blocks.contains(&open.block) || walls.contains(&open.block));
        known
            .next()
            .is_some_and(|open| blocks.contains(&open.block))
    }

    /// How many lists are open.
    pub fn depth(&self) -> usize {
        self.lists.len()
    }

    /// A list whose first item has this number; `None`: bullets.
    pub fn list(&mut self, first: Option<i64>) {
        self.lists.push(first);
    }

    /// The marker of the next item; `own`: the number that it gives itself.
    pub fn next_marker(&mut self, own: Option<i64>) -> String {
        let depth = self.depth();
        match self.lists.last_mut() {
            Some(Some(number)) => {
                let this = own.unwrap_or(*number);
                *number = this.saturating_add(1);
                format!("{:>3} ", format!("{this}."))
            }
            _ if depth > 0 && depth.is_multiple_of(2) => "– ".to_owned(),
            _ => "• ".to_owned(),
        }
    }

    pub fn set_marker(&mut self, marker: String) {
        self.marker = Some(marker);
    }

    pub fn has_marker(&self) -> bool {
        self.marker.is_some()
    }

    /// What stands left of the paragraph at hand; the marker is used up.
    pub fn take_prefixes(&mut self) -> Prefixes {
        let every = self.prefix.clone();
        let first = match self.marker.take() {
            None => every.clone(),
            Some(marker) => {
                let keep = self.prefix_columns.saturating_sub(marker.chars().count());
                let mut first: String = every.chars().take(keep).collect();
                first.push_str(&marker);
                first
            }
        };
        Prefixes {
            every,
            first,
            columns: self.prefix_columns,
        }
    }

    pub fn indent(&self) -> usize {
        self.prefix_columns
    }

    /// Adds an atom; spaces at a row's start and after each other are one or none.
    pub fn push(&mut self, atom: Atom) {
        let begun = |atom: &Atom| atom.kind == Kind::Word;
        if atom.kind == Kind::Space && self.pre == 0 && !self.para.atoms.last().is_some_and(begun) {
            return;
        }
        if atom.kind == Kind::Break
            && self.pre == 0
            && self
                .para
                .atoms
                .last()
                .is_some_and(|atom| atom.kind == Kind::Space)
        {
            self.para.atoms.pop();
        }
        self.para.atoms.push(atom);
    }

    /// Adds a word before a space that ends the paragraph so far.
    pub fn push_tight(&mut self, atom: Atom) {
        let space = |last: &mut Atom| last.kind == Kind::Space;
        let space = self.para.atoms.pop_if(space);
        self.para.atoms.push(atom);
        self.para.atoms.extend(space);
    }

    /// The end of a row, at this byte.
    pub fn end_row(&mut self, source: Range<u32>) {
        self.push(Atom {
            kind: Kind::Break,
            text: 0..0,
            source,
            width: 0,
            role: Role::Text,
            exact: false,
            link: 0,
        });
    }
}
