//! Text of no form: a row a line, as it came.

use super::row::{Row, Sink, line, plain};
use crate::view::Role;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lines;

impl Lines {
    pub fn row(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Row {
        let (len, next) = line(bytes);
        plain(sink, len, next, Role::Text);
        Row {
            len: next,
            ..Row::default()
        }
    }
}
