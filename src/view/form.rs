//! Which form a body has: what its Content-Type says, or what its first bytes look like.
//!
//! Owns [`Form`] and the two tables. It reads a few hundred bytes at most and decides
//! nothing about how a form is shown.

use std::sync::Arc;

/// What a body is, as far as a view of its own hangs on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text of no form that is known here.
    Plain,
    Json,
    /// A JSON value a line.
    JsonLines,
    Xml,
    Html,
    Css,
    JavaScript,
    /// `name=value&name=value`.
    Fields,
    /// Parts, with the boundary between them where the head names it.
    Multipart(Option<Arc<[u8]>>),
    /// Server-sent events.
    Events,
    /// Records of fields with this byte between two.
    Table(u8),
    Image,
    /// No text at all.
    Binary,
}

/// First bytes that are looked at.
pub const LOOKED_AT: usize = 512;

/// A media type, or what it ends in where it begins with `+`, and its form.
const TYPES: &[(&str, Form)] = &[
    ("application/json", Form::Json),
    ("text/json", Form::Json),
    ("+json", Form::Json),
    ("application/x-ndjson", Form::JsonLines),
    ("application/ndjson", Form::JsonLines),
    ("application/jsonl", Form::JsonLines),
    ("application/x-jsonlines", Form::JsonLines),
    ("application/json-seq", Form::JsonLines),
    ("application/xhtml+xml", Form::Xml),
    ("application/xml", Form::Xml),
    ("text/xml", Form::Xml),
    ("image/svg+xml", Form::Xml),
    ("+xml", Form::Xml),
    ("text/html", Form::Html),
    ("text/css", Form::Css),
    ("text/javascript", Form::JavaScript),
    ("application/javascript", Form::JavaScript),
    ("application/x-javascript", Form::JavaScript),
    ("application/x-www-form-urlencoded", Form::Fields),
    ("text/event-stream", Form::Events),
    ("text/csv", Form::Table(b',')),
    ("text/tab-separated-values", Form::Table(b'\t')),
];

/// The first bytes of a body and its form; white space before them and a byte order mark
/// do not count. An upper-case letter stands for both cases.
const SIGNS: &[(&[u8], Form)] = &[
    (b"\x89PNG\r\n\x1a\n", Form::Image),
    (b"\xff\xd8\xff", Form::Image),
    (b"GIF87a", Form::Image),
    (b"GIF89a", Form::Image),
    (b"<!DOCTYPE HTML", Form::Html),
    (b"<HTML", Form::Html),
    (b"<HEAD", Form::Html),
    (b"<BODY", Form::Html),
    (b"<?xml", Form::Xml),
    (b"<svg", Form::Xml),
    (b"{\"", Form::Json),
    (b"{}", Form::Json),
    (b"[{", Form::Json),
    (b"[[", Form::Json),
    (b"[\"", Form::Json),
    (b"[]", Form::Json),
];

impl Form {
    /// By the value of Content-Type, and by the first bytes where that is missing or says
    /// no more than `text/plain` or `application/octet-stream`. `None` while it hangs on
    /// bytes that have not come.
    pub fn of(content_type: Option<&str>, first: &[u8]) -> Option<Form> {
        let named = content_type.unwrap_or_default();
        let media = named.split(';').next().unwrap_or_default().trim();
        let media = media.to_ascii_lowercase();
        match media.as_str() {
            "" | "text/plain" | "application/octet-stream" => Form::by_bytes(first),
            _ if media.starts_with("multipart/") => {
                let boundary = parameter(named, "boundary");
                Some(Form::Multipart(boundary.map(|b| b.as_bytes().into())))
            }
            _ => Some(Form::by_type(&media)),
        }
    }

    /// Its end is the news, as in a log; other forms are read from their top.
    pub fn is_stream(&self) -> bool {
        use Form::{Binary, Events, Image, JsonLines, Plain};
        matches!(self, Plain | JsonLines | Events | Image | Binary)
    }

    /// Is it shown as records, one below the other, that must not be wrapped?
    pub fn is_table(&self) -> bool {
        matches!(self, Form::Table(_))
    }

    /// Rows of it hide and show what is nested in them.
    pub fn folds(&self) -> bool {
        use Form::{Css, Html, JavaScript, Json, JsonLines, Multipart, Xml};
        matches!(
            self,
            Json | JsonLines | Xml | Html | Css | JavaScript | Multipart(_)
        )
    }

    fn by_type(media: &str) -> Form {
        let row = TYPES.iter().find(|(name, _)| match name.strip_prefix('+') {
            Some(_) => media.ends_with(name),
            None => media == *name,
        });
        match (row, media.split('/').next()) {
            (Some((_, form)), _) => form.clone(),
            (None, Some("image")) => Form::Image,
            (None, Some("audio" | "video" | "font")) => Form::Binary,
            (None, _) => Form::Plain,
        }
    }

    fn by_bytes(first: &[u8]) -> Option<Form> {
        let first = &first[..first.len().min(LOOKED_AT)];
        let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
        let from = first.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let text = &first[from..];
        // White space may stand between the first two signs of JSON.
        let squeezed: Vec<u8> = text
            .iter()
            .copied()
            .filter(|byte| !byte.is_ascii_whitespace())
            .take(2)
            .collect();
        let begins = |sign: &[u8], text: &[u8]| {
            text.len() >= sign.len()
                && sign.iter().zip(text).all(|(sign, byte)| {
                    sign == byte
                        || (sign.is_ascii_uppercase() && *sign == byte.to_ascii_uppercase())
                })
        };
        let row = SIGNS
            .iter()
            .find(|(sign, _)| begins(sign, text) || (sign.len() == 2 && begins(sign, &squeezed)));
        match row {
            Some((_, form)) => Some(form.clone()),
            None if is_binary(first) => Some(Form::Binary),
            None => Some(Form::Plain),
        }
    }
}

/// A control character that no text holds (WHATWG MIME Sniffing, 3: binary data byte).
fn is_binary(bytes: &[u8]) -> bool {
    let binary = |byte: &u8| matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    bytes.iter().any(binary)
}

/// The value of a parameter of a field, without its quotes.
pub(super) fn parameter<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    value.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (key.trim().eq_ignore_ascii_case(name) && !value.is_empty()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_known_by_type_or_by_first_bytes() {
        let parts = |boundary: &str| Form::Multipart(Some(boundary.as_bytes().into()));
        #[rustfmt::skip]
        let cases: &[(Option<&str>, &[u8], Option<Form>)] = &[
            (Some("application/json"), b"", Some(Form::Json)),
            (Some("Application/JSON; charset=utf-8"), b"", Some(Form::Json)),
            (Some("application/problem+json"), b"<html>", Some(Form::Json)),
            (Some("application/x-ndjson"), b"", Some(Form::JsonLines)),
            (Some("application/atom+xml"), b"", Some(Form::Xml)),
            (Some("image/svg+xml"), b"", Some(Form::Xml)),
            (Some("image/png"), b"", Some(Form::Image)),
            (Some("text/html; charset=utf-8"), b"", Some(Form::Html)),
            (Some("text/css"), b"", Some(Form::Css)),
            (Some("application/javascript"), b"", Some(Form::JavaScript)),
            (Some("application/x-www-form-urlencoded"), b"", Some(Form::Fields)),
            (Some("multipart/mixed; boundary=\"a b\""), b"", Some(parts("a b"))),
            (Some("multipart/form-data; charset=x; Boundary=xyz"), b"", Some(parts("xyz"))),
            (Some("multipart/mixed"), b"", Some(Form::Multipart(None))),
            (Some("text/event-stream"), b"", Some(Form::Events)),
            (Some("text/csv; header=present"), b"", Some(Form::Table(b','))),
            (Some("text/tab-separated-values"), b"", Some(Form::Table(b'\t'))),
            (Some("text/markdown"), b"{}", Some(Form::Plain)),
            (Some("video/mp4"), b"", Some(Form::Binary)),
            (None, b"", None),
            (None, b" \r\n", None),
            (Some("text/plain"), b"", None),
            (Some("text/plain"), b"drip 0001", Some(Form::Plain)),
            (Some("text/plain"), b"\n{ \"a\": 1}", Some(Form::Json)),
            (None, b"\xef\xbb\xbf[ [1]]", Some(Form::Json)),
            (None, b"[not json]", Some(Form::Plain)),
            (None, b"<!doctype html><p>", Some(Form::Html)),
            (None, b"<?xml version", Some(Form::Xml)),
            (None, b"<?XML version", Some(Form::Plain)),
            (Some("application/octet-stream"), b"\x89PNG\r\n\x1a\n..", Some(Form::Image)),
            (None, b"ab\0", Some(Form::Binary)),
            (None, b"caf\xe9 \x1b[1m", Some(Form::Plain)),
        ];
        for (content_type, first, want) in cases {
            assert_eq!(
                Form::of(*content_type, first),
                *want,
                "{content_type:?} {first:?}"
            );
        }
    }
}
