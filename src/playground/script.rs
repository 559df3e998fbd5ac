//! What a server does on a connection, as plain data.
//!
//! Owns [`Step`] and [`Service`]. It knows no page; what happens on one connection is
//! `connection`'s business, and who listens `server`'s.

use std::net::SocketAddr;
use std::time::Duration;

pub use super::incoming::{Fit, Request};

/// How long a connection may wait for its next request's bytes.
pub const IDLE: Duration = Duration::from_secs(60);

/// What the server does, one after the other. When all is done and no step ended the
/// connection, it stays open and the next request is read.
pub type Script = Vec<Step>;

/// One thing that a server does on a connection. A `send()` or `recv()` that fails ends
/// the script and the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// All of it, in as few `send()`s as the kernel allows.
    Send(Vec<u8>),
    /// One `send()` for each `piece` bytes, `every` so often; none of the time passes
    /// before the first or after the last.
    SendSlowly {
        bytes: Vec<u8>,
        piece: usize,
        every: Duration,
    },
    /// The first `bytes` of [`super::flood`]'s pattern, made while they go out.
    Pattern {
        bytes: u64,
    },
    /// The same steps again and again.
    Repeat {
        times: u64,
        steps: Script,
    },
    Wait(Duration),
    /// Reads so many bytes that are not read yet and forgets them; fewer when the peer
    /// closes first.
    Read {
        bytes: u64,
    },
    /// The same, at most `rate` bytes a second.
    ReadSlowly {
        bytes: u64,
        rate: u32,
    },
    /// SO_RCVBUF: makes the receive queue small and switches its autotuning off.
    ReceiveBuffer(usize),
    /// Sends back whatever comes, as it comes, until the peer closes.
    Echo,
    /// Sends each line back, until an empty one.
    Lines,
    /// Answers WebSocket frames until a Close has come and gone; `closing`: ours has gone.
    WebSocket {
        closing: bool,
    },
    /// Sends nothing more, reads and forgets until the peer closes.
    WaitForClose,
    /// `shutdown(SHUT_WR)`: the peer reads an end and may go on sending.
    HalfClose,
    /// An end in order: `shutdown(SHUT_WR)`, then what the peer still sends is read (a
    /// second at most), because `close()` with unread input would reset the connection
    /// and could take the answer's last bytes with it.
    Close,
    /// The same without TLS's close_notify.
    CloseUnannounced,
    /// From here on the connection is one to this address: `first` is sent there, `hello`
    /// here, and both directions are copied until one closes. Where that cannot be had,
    /// the steps of `refused`.
    Join {
        to: SocketAddr,
        hello: Vec<u8>,
        first: Vec<u8>,
        refused: Script,
    },
    /// A SOCKS5 proxy's part, for [`super::proxy::USER`] alone or for all.
    Socks {
        user: bool,
    },
    /// A reset (SO_LINGER 0), once what was sent has arrived.
    Reset,
}

/// [`Step::Send`] of text or bytes.
pub fn send(bytes: impl AsRef<[u8]>) -> Step {
    Step::Send(bytes.as_ref().to_vec())
}

/// What a server answers. Called on the connection's thread, which may wait in it.
pub trait Service: Send + Sync + 'static {
    /// The steps that answer a request.
    fn answer(&self, request: &Request) -> Script;

    /// How the body is to be read; called when the head is here and the body is not.
    fn reading(&self, head: &Request) -> Reading {
        let _ = head;
        Reading::default()
    }

    /// The steps of a connection (counted from 1) on which no request is read; after
    /// them it is closed. `None`, the default: requests are read.
    fn accepted(&self, connection: u64) -> Option<Script> {
        let _ = connection;
        None
    }
}

/// How a request's body is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Done before the first byte of the body is read.
    pub before: Script,
    /// Bytes a second at most.
    pub rate: Option<u32>,
    /// Take the bytes as they come, whatever Content-Length says: the body has come when
    /// nothing came for so long, and bytes past Content-Length belong to it (unless they
    /// begin as a request does).
    pub quiet: Option<Duration>,
    /// Bytes of the body that the request holds; the rest is counted and forgotten.
    pub kept: usize,
}

impl Default for Reading {
    fn default() -> Reading {
        Reading {
            before: Script::new(),
            rate: None,
            quiet: None,
            kept: 8 << 20,
        }
    }
}
