//! What a proxy adds to the events: which way the target is reached, the calls of the
//! proxy's own exchange, and its answer.
//!
//! The proxy's own bytes are none of the target's: no offset counts them, and `end` does not.
//!
//! ```text
//! proxy                  which proxy, and how it is used; before the look-up, which is the
//!                        proxy's then
//! proxy_connect          the CONNECT that is sent, whole (RFC 9110 section 9.3.6)
//! proxy_send, proxy_recv its calls; offered, sent and asked, bytes are those of the proxy's
//!                        protocol, under TLS to the proxy as without; `what` says their meaning
//! proxy_head             what CONNECT was answered; of a refusal its body, too. These bytes
//!                        lie in no store, so the event brings them: 64 KiB at most
//! proxy_done             from here on the connection leads to the target
//! ```
//! Where the proxy takes requests in absolute form (RFC 9112 section 3.2.2), none of that but
//! `proxy` comes: `send` and `recv` are the exchange with the proxy.

use std::io::{self, Write};

use super::Head;

/// A proxy, and what it is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// `socks5://127.0.0.1:1080`, without user and password.
    pub url: String,
    pub way: ProxyWay,
    /// There is something to be said to the proxy before HTTP can begin.
    pub greets: bool,
}

/// How a target is reached through a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyWay {
    /// The request goes to the proxy, in absolute form.
    Forward,
    /// A tunnel by CONNECT.
    Connect,
    /// RFC 1928; the target is looked up here.
    Socks5,
    /// The same; the proxy looks it up.
    Socks5h,
}

names!(ProxyWay: Forward "forward", Connect "connect", Socks5 "socks5", Socks5h "socks5h");

/// What a proxy answered to CONNECT.
#[derive(Clone, Debug, PartialEq)]
pub struct ProxyAnswer {
    pub head: Head,
    /// The head's bytes, exactly as received, those of interim ones before it included.
    pub raw: Box<[u8]>,
    /// Of a refusal; transfer coding removed.
    pub body: Box<[u8]>,
}

impl ProxyAnswer {
    /// `403 Forbidden`
    pub fn status(&self) -> String {
        format!("{} {}", self.head.status, self.head.reason)
            .trim_end()
            .to_owned()
    }

    pub fn refused(&self) -> bool {
        !(200..300).contains(&self.head.status)
    }

    pub(super) fn write_body(&self, out: &mut impl Write) -> io::Result<()> {
        if self.body.is_empty() {
            return Ok(());
        }
        out.write_all(b",\"body\":")?;
        serde_json::to_writer(&mut *out, &String::from_utf8_lossy(&self.body))?;
        Ok(())
    }
}
