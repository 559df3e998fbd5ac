//! sockeye: an eye on the socket.
//!
//! # The pipeline
//! ```text
//!  typed URL ─▸ url::Target ─▸ request::template ─▸ (the user's hand) ─▸ exact bytes
//!                                                                          │
//!                                  plan::Plan ◂────────────────────────────┘
//!                                      │
//!   the fetch's thread                 ▾
//!   ┌──────────────────────────────────────────────────────────────────────────┐
//!   │ net::fetch   getaddrinfo · socket · connect · send … · recv … · close    │
//!   │     each call passes Control::gate first (cancel, pause, step, throttle) │
//!   │     a proxy's greeting and TLS lie between, by the same calls            │
//!   │     received bytes ─▸ proto::Reader ─▸ events, body slices               │
//!   └───────┬─────────────────────────────────────────────┬────────────────────┘
//!           │ bytes, once                                 │ events (counts, offsets)
//!           ▾                                             ▾
//!    body::store (memory, then a file)             net::channel (bounded)
//!           │                                             │ one wake-up a frame
//!           │                                             ▾
//!           │                                  exchange::Exchange::apply
//!           ├▸ decode (content codings, charset) ─▸ store │
//!           └──────────▸ view ─▸ lines ◂──────────────────┤
//!                          ▾                              ▾
//!                         tui · headless · export read the same Exchange
//! ```
//!
//! # The house
//! A module uses only those above it in this list; `tests/architecture.rs` holds every
//! `use` against it.
//!
//! ```text
//! error  url  anomaly  event  request  proto  exchange  plan  cookies  body  decode
//! rejudge  net  view  config  export  playground  lesson  headless  tui  cli
//! ```
//! `proto` names no `std::net`, no `std::fs` and no clock. ratatui and crossterm appear
//! only under `tui/`; `tui/ui` never names `net`. `unsafe` stands in `net/probe.rs` alone.

pub mod anomaly;
pub mod body;
pub mod cli;
pub mod config;
pub mod cookies;
pub mod decode;
pub mod error;
pub mod event;
pub mod exchange;
pub mod export;
pub mod headless;
pub mod lesson;
pub mod net;
pub mod plan;
pub mod playground;
pub mod proto;
pub mod rejudge;
pub mod request;
pub mod tui;
pub mod url;
pub mod view;
