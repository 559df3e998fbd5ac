//! One connection that carries more than one message, on real loopback sockets, against
//! scripted servers.

mod answers;
mod expect;
mod lines;
mod support;
mod talk;
mod websocket;
