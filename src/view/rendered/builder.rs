//! Tags and text → a page.
//!
//! Owns what happens at each tag: which block begins or ends. The parts of tables are
//! [`tables`]', words [`super::words`]', fields of forms [`super::fields`]', rows
//! [`super::lay`]'s and [`super::table`]'s. Everything is laid out as soon as it is whole,
//! so no more than a paragraph or a table is held.

mod tables;

use std::ops::Range;

use super::super::Role;
use super::fields::Field;
use super::flow::Flow;
use super::lay::{Atom, Kind, Para, WIDEST};
use super::page::{Page, Way};
use super::table::{self, BETWEEN, CROSS, Frame, RULE};
use super::tags::{Block, Inline, TablePart, Tag};
use super::tokens::{Sink, Start, Text};
use super::words::{Look, source32};
use tables::OpenTable;

/// Rows of a page; a million words are fewer.
pub(super) const ROWS: usize = 1 << 19;
/// Bytes of its text.
const TEXT: usize = 64 << 20;
/// Words of a paragraph or table that is still held; then it is laid out as far as it is.
const HELD: usize = 1 << 17;
/// Ids that links may lead to, and their longest.
const IDS: usize = 1 << 16;
const ID: usize = 256;

pub(super) struct Builder {
    pub page: Page,
    pub width: usize,
    frame: Frame,
    /// The page's own run, then one for each open cell.
    pub flows: Vec<Flow>,
    tables: Vec<OpenTable>,
    pub look: Look,
    /// The element whose content is left out, and how many of it are open.
    skipped: Option<(Vec<u8>, u32)>,
    /// The field whose content is being read.
    pub field: Option<Field>,
    /// The form that fields belong to.
    pub form: Option<usize>,
    /// Words not laid out yet.
    pub held: usize,
    /// Numbers given to links.
    pub numbers: u32,
    /// The last prefix that was put into the text.
    prefix: (String, Range<u32>),
}

impl Builder {
    pub fn new(width: usize) -> Builder {
        let mut builder = Builder {
            page: Page {
                width,
                ..Page::default()
            },
            width,
            frame: Frame::default(),
            flows: vec![Flow::default()],
            tables: Vec::new(),
            look: Look::default(),
            skipped: None,
            field: None,
            form: None,
            held: 0,
            numbers: 0,
            prefix: Default::default(),
        };
        let whole = |range: Range<u32>| (range.start, range.end);
        builder.frame = Frame {
            between: whole(builder.write(BETWEEN)),
            cross: whole(builder.write(CROSS)),
            rule: whole(builder.write(&RULE.repeat(WIDEST))),
        };
        builder
    }

    /// The page, when all was told; `shown` bytes of `there` were.
    pub fn finish(mut self, shown: usize, there: u64) -> Page {
        self.end_field(source32(&(shown..shown)));
        self.end_link(0..0);
        while !self.tables.is_empty() {
            self.end_table();
        }
        self.flush();
        if shown as u64 != there {
            self.note(&format!(
                "… laid out as far as byte {shown} of {there}: Text (1) shows all"
            ));
        }
        self.page.shown = shown as u64;
        self.page.index();
        self.page
    }

    /// A row in words of our own.
    pub fn note(&mut self, words: &str) {
        self.flush();
        self.flow().spaced = true;
        self.say(words, Role::Note, 0..0);
        self.flush();
    }

    /// The run that text goes into.
    pub fn flow(&mut self) -> &mut Flow {
        if self.flows.is_empty() {
            self.flows.push(Flow::default());
        }
        let last = self.flows.len() - 1;
        &mut self.flows[last]
    }

    /// Puts text of our own beside the page's.
    pub fn write(&mut self, text: &str) -> Range<u32> {
        let start = self.page.text.len();
        self.page.text.push_str(text);
        source32(&(start..self.page.text.len()))
    }

    /// The paragraph at hand ends here.
    pub fn flush(&mut self) {
        let flow = self.flow();
        let pre = flow.pre > 0;
        while flow
            .para
            .atoms
            .pop_if(|atom| !pre && atom.kind != Kind::Word)
            .is_some()
        {}
        // The line end before the end tag is not a row more.
        let ends = |atom: &mut Atom| atom.kind == Kind::Break;
        flow.para.atoms.pop_if(ends);
        if flow.para.atoms.is_empty() && !flow.has_marker() {
            return;
        }
        let atoms = std::mem::take(&mut flow.para.atoms);
        let spaced = std::mem::take(&mut flow.spaced);
        let prefixes = flow.take_prefixes();
        let first = self.prefix(prefixes.first);
        let prefix = self.prefix(prefixes.every);
        self.put(table::Block::Para(Para {
            atoms,
            prefix,
            first,
            indent: prefixes.columns,
            pre,
            spaced,
        }));
    }

    fn prefix(&mut self, prefix: String) -> Range<u32> {
        if self.prefix.0 != prefix {
            let range = self.write(&prefix);
            self.prefix = (prefix, range);
        }
        self.prefix.1.clone()
    }

    /// A block is whole: into the cell, or onto the page.
    fn put(&mut self, block: table::Block) {
        if self.flows.len() > 1 {
            self.flow().blocks.push(block);
            return;
        }
        let Page { text, rows, .. } = &mut self.page;
        block.lay(text, &self.frame, self.width, rows);
        self.held = 0;
    }

    // -- blocks -------------------------------------------------------------------------

    /// Columns that may stand left of the rows.
    fn most_indent(&self) -> usize {
        self.width / 2
    }

    fn open(&mut self, block: Block, tag: &Start) {
        self.close_before(block);
        self.flush();
        let most = self.most_indent();
        let nested = self.flow().depth() > 0;
        let flow = self.flow();
        flow.spaced |= block.spaced() && !(nested && is_list(block));
        match block {
            Block::Bullets => flow.list(None),
            Block::Numbers => {
                let start = tag.get("start").and_then(|start| start.trim().parse().ok());
                flow.list(Some(start.unwrap_or(1)));
            }
            _ => {}
        }
        let marker = match block {
            Block::Item => {
                let own = tag.get("value").and_then(|own| own.trim().parse().ok());
                Some(flow.next_marker(own))
            }
            Block::Heading => {
                let level = tag
                    .name
                    .get(1)
                    .map_or(1, |digit| digit.saturating_sub(b'0'));
                Some(format!("{} ", "#".repeat(usize::from(level))))
            }
            _ => None,
        };
        let add = match (&marker, block) {
            (Some(marker), _) => " ".repeat(marker.chars().count()),
            (None, Block::Quote) => "▏ ".to_owned(),
            (None, Block::Meaning) => "    ".to_owned(),
            (None, Block::Pre) if self.width > 40 => "  ".to_owned(),
            _ => String::new(),
        };
        let room = self.flow().open(block, &add, most);
        if let Some(marker) = marker {
            if room {
                self.flow().set_marker(marker);
            } else {
                self.say(&marker, Role::Note, 0..0);
            }
        }
        match block {
            Block::Heading => self.look.heading += 1,
            Block::Term => self.look.strong += 1,
            _ => {}
        }
    }

    /// What a block's start ends by itself (13.2.6.4.7).
    fn close_before(&mut self, block: Block) {
        use Block::{Bullets, Heading, Item, Meaning, Numbers, Paragraph, Term, Terms};
        if self.flow().is_open(Paragraph) {
            self.close(Paragraph);
        }
        let near = match block {
            Item => self
                .flow()
                .is_near(&[Item], &[Bullets, Numbers])
                .then_some(&[Item][..]),
            Term | Meaning => self
                .flow()
                .is_near(&[Term, Meaning], &[Terms])
                .then_some(&[Term, Meaning][..]),
            Heading if self.flow().innermost() == Some(Heading) => Some(&[Heading][..]),
            _ => None,
        };
        if let Some(blocks) = near {
            self.close_one_of(blocks);
        }
    }

    /// Closes the innermost of these, and what is open inside it.
    fn close_one_of(&mut self, blocks: &[Block]) {
        while let Some(block) = self.flow().innermost() {
            self.pop(block);
            if blocks.contains(&block) {
                return;
            }
        }
    }

    fn close(&mut self, block: Block) {
        if self.flow().is_open(block) {
            self.close_one_of(&[block]);
        }
    }

    fn pop(&mut self, block: Block) {
        self.flush();
        let flow = self.flow();
        flow.pop();
        let nested = flow.depth() > 0;
        flow.spaced |= block.spaced() && !(nested && is_list(block));
        match block {
            Block::Heading => self.look.heading = self.look.heading.saturating_sub(1),
            Block::Term => self.look.strong = self.look.strong.saturating_sub(1),
            _ => {}
        }
    }

    fn rule(&mut self) {
        if self.flow().is_open(Block::Paragraph) {
            self.close(Block::Paragraph);
        }
        self.flush();
        let indent = self.flow().indent();
        self.put(table::Block::Rule { indent });
    }

    /// A cell or a paragraph that grows too long ends here.
    fn relieve(&mut self) {
        if self.held <= HELD * 8 && (self.held <= HELD || self.flows.len() > 1) {
            return;
        }
        while !self.tables.is_empty() {
            self.end_table();
        }
        self.flush();
        self.held = 0;
    }

    // -- the rest -----------------------------------------------------------------------

    fn embedded(&mut self, tag: &Start) {
        let Some(to) = tag.get("src").or_else(|| tag.get("data")) else {
            return;
        };
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        let link = self.add_link(Way::To(to.clone()), tag.source.start, true);
        let before = std::mem::replace(&mut self.look.link, link);
        self.say(
            &format!("[{name}: {to}]"),
            Role::Note,
            source32(&tag.source),
        );
        self.say_number(source32(&tag.source));
        self.look.link = before;
    }

    fn remember(&mut self, tag: &Start) {
        let Some(id) = tag.get("id").or_else(|| tag.get("name")) else {
            return;
        };
        if self.page.ids.len() < IDS && !id.is_empty() && id.len() <= ID {
            let at = source32(&tag.source).start;
            self.page.ids.entry(id).or_insert(at);
        }
    }

    fn inline(&mut self, inline: Inline, open: bool) {
        let of = match inline {
            Inline::Strong => &mut self.look.strong,
            Inline::Emphasis => &mut self.look.emphasis,
            Inline::Code => &mut self.look.code,
            Inline::Struck => {
                // Told by signs too: what is struck out must not read as if it were not.
                self.say("~", Role::Note, 0..0);
                return;
            }
        };
        *of = match open {
            true => of.saturating_add(1),
            false => of.saturating_sub(1),
        };
    }

    fn skip(&mut self, tag: &Start) {
        self.skipped = Some((tag.name.clone(), 1));
    }
}

impl Sink for Builder {
    fn start(&mut self, tag: &Start) {
        if let Some((name, depth)) = &mut self.skipped {
            *depth += u32::from(*name == tag.name);
            return;
        }
        let kind = Tag::of(&tag.name);
        if self.field_start(kind, tag) {
            return;
        }
        if tag.has("id") || (kind == Tag::Link && tag.has("name")) {
            self.remember(tag);
        }
        match kind {
            Tag::Block(block) => {
                self.open(block, tag);
                if tag.has("hidden") {
                    self.say("[hidden:] ", Role::Note, source32(&tag.source));
                }
            }
            Tag::Inline(inline) => self.inline(inline, true),
            Tag::Table(part) => self.table_part(part, tag),
            Tag::Link => self.start_link(tag),
            Tag::Image => self.image(tag),
            Tag::Embedded => self.embedded(tag),
            Tag::Break => {
                let source = source32(&tag.source);
                self.flow().end_row(source);
            }
            Tag::Rule => self.rule(),
            Tag::Form => {
                self.close_before(Block::Box);
                self.flush();
                self.start_form(tag);
            }
            Tag::Input => self.input(tag),
            Tag::Button => self.start_button(tag),
            Tag::Select | Tag::Option | Tag::Textarea | Tag::Title => {
                self.start_field(kind, tag);
            }
            Tag::Base => {
                if self.page.base.is_none() {
                    self.page.base = tag.get("href");
                }
            }
            Tag::Skipped => self.skip(tag),
            Tag::Plain => {}
        }
        self.relieve();
    }

    fn end(&mut self, name: &[u8], source: Range<usize>) {
        if let Some((skipped, depth)) = &mut self.skipped {
            *depth -= u32::from(skipped == name);
            if *depth == 0 {
                self.skipped = None;
            }
            return;
        }
        let kind = Tag::of(name);
        if self.field_end(kind, source32(&source)) {
            return;
        }
        match kind {
            Tag::Block(block) => self.close(block),
            Tag::Inline(inline) => self.inline(inline, false),
            Tag::Table(TablePart::Whole) => self.end_table(),
            Tag::Table(_) if !self.tables.is_empty() => self.end_cell(),
            Tag::Link => self.end_link(source32(&source)),
            Tag::Button => self.end_button(source32(&source)),
            Tag::Form => {
                self.flush();
                self.form = None;
            }
            _ => {}
        }
    }

    fn text(&mut self, mut text: Text<'_>) {
        // A byte order mark is no text.
        if text.source.start == 0
            && text.exact
            && let Some(rest) = text.bytes.strip_prefix(b"\xef\xbb\xbf")
        {
            text.source.start += text.bytes.len() - rest.len();
            text.bytes = rest;
        }
        if self.skipped.is_some() || self.field_text(&text) {
            return;
        }
        self.words(&text);
        self.relieve();
    }

    fn full(&self) -> bool {
        self.page.rows.len() >= ROWS || self.page.text.len() >= TEXT
    }
}

fn is_list(block: Block) -> bool {
    matches!(block, Block::Bullets | Block::Numbers)
}
