//! The server's half of TLS on one connection.

use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::net::{RecvFlags, SendFlags, recv, send};
use rustls::{ServerConfig, ServerConnection};

/// How a server speaks TLS.
#[derive(Clone, Debug)]
pub struct Secure {
    pub config: Arc<ServerConfig>,
    /// Whether it sends close_notify before it closes.
    pub says_goodbye: bool,
}

/// The server's half of TLS on one connection.
pub(super) struct Session {
    tls: ServerConnection,
    says_goodbye: bool,
}

impl Session {
    pub fn new(secure: &Secure) -> io::Result<Session> {
        let mut tls =
            ServerConnection::new(Arc::clone(&secure.config)).map_err(io::Error::other)?;
        // What is written goes out at once: nothing piles up here.
        tls.set_buffer_limit(None);
        Ok(Session {
            tls,
            says_goodbye: secure.says_goodbye,
        })
    }

    /// All of it, in records of 16 KiB; also what TLS itself has to say.
    pub fn send(&mut self, socket: &OwnedFd, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.chunks(PIECE) {
            self.tls.writer().write_all(piece)?;
            self.flush(socket)?;
        }
        self.flush(socket)
    }

    /// Sends nothing more.
    pub fn end(&mut self, socket: &OwnedFd) -> io::Result<()> {
        if self.says_goodbye {
            self.tls.send_close_notify();
        }
        self.flush(socket)
    }

    pub fn handshaking(&self) -> bool {
        self.tls.is_handshaking()
    }

    /// One `recv()`, which `poll()` said would bring something: `Ok(None)` when that
    /// completed no plaintext, `Ok(Some(0))` when nothing more comes.
    pub fn recv(&mut self, socket: &OwnedFd, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        let read = self.tls.read_tls(&mut Raw(socket))?;
        if let Err(error) = self.tls.process_new_packets() {
            // The alert that says why; a peer that has gone needs none.
            let _ = self.flush(socket);
            return Err(io::Error::other(error));
        }
        self.flush(socket)?;
        match self.waiting(buffer)? {
            None if read == 0 => Ok(Some(0)),
            waiting => Ok(waiting),
        }
    }

    /// Plaintext that came with an earlier `recv()`.
    pub fn waiting(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        match self.tls.reader().read(buffer) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
            // Without close_notify; the pages do not mind.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(Some(0)),
            Err(error) => Err(error),
        }
    }

    fn flush(&mut self, socket: &OwnedFd) -> io::Result<()> {
        while self.tls.wants_write() {
            self.tls.write_tls(&mut Raw(socket))?;
        }
        Ok(())
    }
}

/// Plaintext encrypted before it is sent: 16 records.
const PIECE: usize = 256 << 10;

/// The socket's two calls, as rustls wants them.
struct Raw<'a>(&'a OwnedFd);

impl Read for Raw<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(recv(self.0, buffer, RecvFlags::empty())?.0)
    }
}

impl Write for Raw<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(send(self.0, bytes, SEND_FLAGS)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Rust's runtime ignores SIGPIPE; a program that asks for it back shall not die of a
/// peer that has gone.
#[cfg(not(target_vendor = "apple"))]
pub(super) const SEND_FLAGS: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
pub(super) const SEND_FLAGS: SendFlags = SendFlags::empty();
