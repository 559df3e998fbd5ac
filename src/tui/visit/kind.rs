//! The views of an exchange: their names, the keys that are their numbers, and which of
//! them opens by itself.

use crate::view::Form;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewKind {
    Text,
    Pretty,
    Rendered,
    Hex,
    Wire,
    Headers,
}

impl ViewKind {
    pub const ALL: [ViewKind; 6] = [
        ViewKind::Text,
        ViewKind::Pretty,
        ViewKind::Rendered,
        ViewKind::Hex,
        ViewKind::Wire,
        ViewKind::Headers,
    ];

    /// The number that is its key.
    pub fn number(self) -> u8 {
        match self {
            ViewKind::Text => 1,
            ViewKind::Pretty => 2,
            ViewKind::Rendered => 3,
            ViewKind::Hex => 4,
            ViewKind::Wire => 5,
            ViewKind::Headers => 6,
        }
    }

    /// The body's content, rather than what was received.
    pub fn shows_content(self) -> bool {
        match self {
            ViewKind::Text | ViewKind::Pretty | ViewKind::Rendered | ViewKind::Hex => true,
            ViewKind::Wire | ViewKind::Headers => false,
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            ViewKind::Text => "Text",
            ViewKind::Pretty => "Pretty",
            ViewKind::Rendered => "Rendered",
            ViewKind::Hex => "Hex",
            ViewKind::Wire => "Wire",
            ViewKind::Headers => "Headers",
        }
    }

    pub fn index(self) -> usize {
        ViewKind::ALL
            .iter()
            .position(|&kind| kind == self)
            .unwrap_or_default()
    }

    /// The view with the best claim to a form, which opens by itself.
    pub fn best_for(form: &Form) -> ViewKind {
        match form {
            Form::Plain => ViewKind::Text,
            Form::Html | Form::Image => ViewKind::Rendered,
            Form::Binary => ViewKind::Hex,
            _ => ViewKind::Pretty,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_claim() {
        for (form, want) in [
            (Form::Plain, ViewKind::Text),
            (Form::Json, ViewKind::Pretty),
            (Form::Html, ViewKind::Rendered),
            (Form::Table(b','), ViewKind::Pretty),
            (Form::Image, ViewKind::Rendered),
            (Form::Binary, ViewKind::Hex),
        ] {
            assert_eq!(ViewKind::best_for(&form), want, "{form:?}");
        }
    }
}
