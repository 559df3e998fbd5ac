//! What each element is to the layout: one table of names.

/// What an element does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Block(Block),
    /// Its text is emphasised one way or another.
    Inline(Inline),
    Table(TablePart),
    Link,
    Image,
    /// Shown as a link to what it would embed.
    Embedded,
    Break,
    Rule,
    Form,
    Input,
    Button,
    Select,
    Option,
    Textarea,
    Title,
    Base,
    /// Its content is not for reading.
    Skipped,
    /// Its text flows as if it were not there.
    Plain,
}

/// Elements that begin a paragraph of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// div and its like: no room around it.
    Box,
    Paragraph,
    Heading,
    Bullets,
    Numbers,
    Item,
    Terms,
    Term,
    Meaning,
    Quote,
    Pre,
    /// Room around it: figure, fieldset.
    Apart,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inline {
    Strong,
    Emphasis,
    Code,
    Struck,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TablePart {
    Whole,
    Head,
    /// tbody, tfoot.
    Body,
    Row,
    HeadCell,
    Cell,
}

impl Block {
    /// How many there are.
    pub const ALL: usize = 12;

    /// Is there an empty row before and behind it?
    pub fn spaced(self) -> bool {
        !matches!(
            self,
            Block::Box | Block::Item | Block::Term | Block::Meaning
        )
    }
}

impl Tag {
    #[rustfmt::skip]
    pub fn of(name: &[u8]) -> Tag {
        match name {
            b"div" | b"section" | b"article" | b"header" | b"footer" | b"main" | b"nav"
            | b"aside" | b"address" | b"hgroup" | b"search" | b"body" | b"html" | b"center"
            | b"summary" | b"figcaption" | b"caption" | b"legend" | b"frameset" | b"noscript"
            | b"optgroup" | b"dir" => Tag::Block(Block::Box),
            b"p" => Tag::Block(Block::Paragraph),
            b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => Tag::Block(Block::Heading),
            b"ul" | b"menu" => Tag::Block(Block::Bullets),
            b"ol" => Tag::Block(Block::Numbers),
            b"li" => Tag::Block(Block::Item),
            b"dl" => Tag::Block(Block::Terms),
            b"dt" => Tag::Block(Block::Term),
            b"dd" => Tag::Block(Block::Meaning),
            b"blockquote" => Tag::Block(Block::Quote),
            b"pre" | b"listing" | b"xmp" | b"plaintext" => Tag::Block(Block::Pre),
            b"figure" | b"fieldset" | b"details" | b"dialog" => Tag::Block(Block::Apart),

            b"b" | b"strong" | b"mark" | b"ins" => Tag::Inline(Inline::Strong),
            b"i" | b"em" | b"cite" | b"dfn" | b"var" | b"q" => Tag::Inline(Inline::Emphasis),
            b"code" | b"kbd" | b"samp" | b"tt" => Tag::Inline(Inline::Code),
            b"s" | b"del" | b"strike" => Tag::Inline(Inline::Struck),

            b"table" => Tag::Table(TablePart::Whole),
            b"thead" => Tag::Table(TablePart::Head),
            b"tbody" | b"tfoot" => Tag::Table(TablePart::Body),
            b"tr" => Tag::Table(TablePart::Row),
            b"th" => Tag::Table(TablePart::HeadCell),
            b"td" => Tag::Table(TablePart::Cell),

            b"a" | b"area" => Tag::Link,
            b"img" | b"image" => Tag::Image,
            b"iframe" | b"frame" | b"embed" | b"object" | b"video" | b"audio" => Tag::Embedded,
            b"br" => Tag::Break,
            b"hr" => Tag::Rule,
            b"form" => Tag::Form,
            b"input" => Tag::Input,
            b"button" => Tag::Button,
            b"select" => Tag::Select,
            b"option" => Tag::Option,
            b"textarea" => Tag::Textarea,
            b"title" => Tag::Title,
            b"base" => Tag::Base,
            b"script" | b"style" | b"template" | b"datalist" | b"noframes" | b"noembed"
            | b"rp" => Tag::Skipped,
            _ => Tag::Plain,
        }
    }
}
