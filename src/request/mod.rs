//! The exact bytes of a request: made from a target or from flags, edited where named,
//! checked and never refused.
//!
//! Owns the meaning of request bytes on this side: [`template`] and [`Recipe`] make
//! them, `snippets` are some to begin with, `lines` finds its way in them, `edit` and
//! `length` change only what is named, [`split()`] tells several requests apart, [`lint()`]
//! says what a server may stumble over. It sends nothing and hides nothing.

mod cookie;
mod edit;
mod frame;
mod handshake;
mod length;
mod lines;
mod lint;
mod recipe;
mod snippets;
mod split;
mod typed;

pub use cookie::{has_cookie, renew_cookie};
pub use edit::{
    METHODS, add_field, header_at, next_method, remove_field, retarget, set_body, set_field,
    set_method, set_request_target,
};
pub use frame::{Length, Outgoing};
pub use handshake::{accept, ask_no_upgrade, ask_upgrade, handshake, key};
pub use length::{WrongLength, correct_length, wrong_lengths};
pub use lines::{
    Field, Line, RequestLine, body, field, fields, head_lines, lines, method, request_line,
    request_target,
};
pub use lint::{Lint, lint};
pub use recipe::{ACCEPT_ENCODING, Recipe, basic, basic_of, template};
pub use snippets::{FIELDS, FieldLine, SNIPPETS, Snippet};
pub use split::{MESSAGES_MAX, Message, split};
pub use typed::{FRAME_PARTS, FRAME_WORDS, typed};
