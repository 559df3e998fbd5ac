//! The reader of a form: bytes at the start of a row → that row, and the reader at the start
//! of the next.
//!
//! Owns the choice among the forms, but for the one whose parts have forms of their own
//! ([`super::multipart`]).

use super::code::Code;
use super::events::Events;
use super::fields::Fields;
use super::json::Json;
use super::lines::Lines;
use super::markup::Markup;
use super::row::{Row, Sink};
use super::table::Table;
use crate::view::form::Form;

/// That of a form which has no parts in forms of their own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reader {
    Lines(Lines),
    Json(Json),
    Markup(Markup),
    Code(Code),
    Fields(Fields),
    Events(Events),
    Table(Table),
}

impl Reader {
    /// Parts inside of a part are told of by who reads the parts: here they are lines.
    pub fn of(form: &Form) -> Reader {
        match form {
            Form::Json => Reader::Json(Json::new(false)),
            Form::JsonLines => Reader::Json(Json::new(true)),
            Form::Xml => Reader::Markup(Markup::new(true)),
            Form::Html => Reader::Markup(Markup::new(false)),
            Form::Css => Reader::Code(Code::new(false)),
            Form::JavaScript => Reader::Code(Code::new(true)),
            Form::Fields => Reader::Fields(Fields::default()),
            Form::Events => Reader::Events(Events::default()),
            Form::Table(separator) => Reader::Table(Table::new(*separator)),
            Form::Plain | Form::Image | Form::Binary | Form::Multipart(_) => Reader::Lines(Lines),
        }
    }

    pub fn row(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Row {
        match self {
            Reader::Lines(lexer) => lexer.row(bytes, sink),
            Reader::Json(lexer) => lexer.row(bytes, sink),
            Reader::Markup(lexer) => lexer.row(bytes, sink),
            Reader::Code(lexer) => lexer.row(bytes, sink),
            Reader::Fields(lexer) => lexer.row(bytes, sink),
            Reader::Events(lexer) => lexer.row(bytes, sink),
            Reader::Table(lexer) => lexer.row(bytes, sink),
        }
    }

    pub fn unfinished(&self) -> Option<String> {
        match self {
            Reader::Json(lexer) => lexer.unfinished(),
            Reader::Markup(lexer) => lexer.unfinished(),
            Reader::Code(lexer) => lexer.unfinished(),
            Reader::Table(lexer) => lexer.unfinished(),
            Reader::Lines(_) | Reader::Fields(_) | Reader::Events(_) => None,
        }
    }
}
