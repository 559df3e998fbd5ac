//! The exact bytes of a request: made from a target or from flags, edited where named,
//! checked and never refused.
//!
//! Owns the meaning of request bytes on this side: [`template`] and [`Recipe`] make
//! them, `lines` finds its way in them, `edit` changes only what is named, [`lint`] says
//! what a server may stumble over. It sends nothing and hides nothing.

mod edit;
mod lines;
mod lint;
mod recipe;

pub use edit::{remove_field, retarget, set_body, set_field, set_method, set_request_target};
pub use lines::{
    Field, Line, RequestLine, body, field, fields, head_lines, lines, method, request_line,
    request_target,
};
pub use lint::{Lint, lint};
pub use recipe::{Recipe, basic, template};
