//! What one `send()` or `recv()` did, and as which event it is told.

use std::time::Duration;

use crate::event::Kind;

/// What one `send()` did. Without TLS, `offered` and `bytes` are the call's own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub offered: usize,
    pub bytes: usize,
    /// Ciphertext offered, and taken.
    pub ciphertext: Option<(usize, usize)>,
}

/// What one `recv()` brought; without TLS, nothing is the peer's close.
#[derive(Debug)]
pub(super) struct Received<'a> {
    pub bytes: &'a [u8],
    pub ciphertext: Option<usize>,
    /// For how long the last byte had lain in the kernel, where that was asked.
    pub lay: Option<Duration>,
    pub stamped: bool,
}

impl Sent {
    /// `offset`: the connection's HTTP bytes sent before.
    pub fn event(&self, offset: u64) -> Kind {
        match self.ciphertext {
            Some((offered, sent)) if self.bytes == 0 => Kind::TlsSend {
                offered: offered as u32,
                sent: sent as u32,
            },
            ciphertext => Kind::Send {
                offset,
                offered: self.offered as u32,
                sent: self.bytes as u32,
                ciphertext: ciphertext.map(|(_, sent)| sent as u32),
            },
        }
    }
}

impl Received<'_> {
    /// `recv()` answered 0. TLS has its own word for the end: close_notify.
    pub fn is_end(&self) -> bool {
        self.bytes.is_empty() && self.ciphertext.unwrap_or(0) == 0
    }

    /// `offset`: the connection's HTTP bytes received before.
    /// `lain`: how long the bytes had lain before the call, as far as that was told.
    pub fn event(
        &self,
        offset: u64,
        asked: usize,
        queued: Option<u32>,
        lain: Option<Duration>,
    ) -> Kind {
        let lay = self.lay.or(lain).filter(|_| !self.is_end());
        match self.ciphertext {
            Some(ciphertext) if self.bytes.is_empty() && ciphertext > 0 => Kind::TlsRecv {
                asked: asked as u32,
                bytes: ciphertext as u32,
            },
            ciphertext => Kind::Recv {
                offset,
                asked: asked as u32,
                bytes: self.bytes.len() as u32,
                queued,
                lay_us: lay.and_then(|lay| u32::try_from(lay.as_micros()).ok()),
                stamped: self.stamped,
                ciphertext: ciphertext.map(|bytes| bytes as u32),
            },
        }
    }
}
