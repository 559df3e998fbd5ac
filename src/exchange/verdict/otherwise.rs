//! What the other end modes would have done with the same response.

use crate::event::{Closer, End, EndMode, EndReason};
use crate::exchange::{Exchange, Failure, secs};

use super::Otherwise;
use super::facts::Announced;

/// A silence shorter than this is no difference worth a word.
const TOLD_US: u64 = 10_000;

impl Exchange {
    pub(super) fn otherwise(&self, end: End) -> Vec<Otherwise> {
        let broken = |error: &Failure| {
            matches!(
                error.kind,
                "malformed" | "not_http" | "write" | "recv" | "send"
            )
        };
        if self.head.is_none() || self.error.as_ref().is_some_and(broken) {
            return Vec::new();
        }
        EndMode::ALL
            .iter()
            .filter(|&&mode| mode != self.mode)
            .filter_map(|&mode| {
                Some(Otherwise {
                    mode,
                    text: self.instead(mode, end)?,
                })
            })
            .collect()
    }

    /// What `mode` would have done, where the facts tell.
    fn instead(&self, mode: EndMode, end: End) -> Option<String> {
        let here = self.is_here();
        let body = self.body_bytes;
        let early = self
            .error
            .as_ref()
            .is_some_and(|error| error.kind == "ended_early");
        let timed_out = self
            .error
            .as_ref()
            .is_some_and(|error| error.kind == "timeout");
        let closed_by_peer = early
            || end.reason == EndReason::Close
            || self
                .closed
                .is_some_and(|closed| closed.by == Closer::Peer && !closed.kept_alive);
        let idle = self.silence_us();
        match mode {
            EndMode::Auto => match here {
                Some(true) if idle >= TOLD_US => {
                    Some(format!("auto would have ended {} sooner", secs(idle)))
                }
                Some(true) => None,
                Some(false) if closed_by_peer => {
                    Some("auto would call this an early end".to_owned())
                }
                _ if closed_by_peer => None,
                Some(false) => Some("auto would still be reading".to_owned()),
                None => Some("auto would go on too: only the close ends this body".to_owned()),
            },
            EndMode::Close if early => Some(format!(
                "read-until-close would take these {body} bytes as all of it"
            )),
            EndMode::Close if self.has_excess() => {
                Some("read-until-close would take the excess for body".to_owned())
            }
            EndMode::Close if closed_by_peer => None,
            EndMode::Close if self.closed.is_some_and(|closed| closed.kept_alive) => {
                Some("read-until-close would still be waiting".to_owned())
            }
            EndMode::Close if self.announces_close() => {
                Some("read-until-close would do too: the peer announced its close".to_owned())
            }
            EndMode::Close => None,
            EndMode::Length => match self.content_length() {
                None => Some("length has no Content-Length to count".to_owned()),
                Some(length) if self.announced() == Announced::NoBody && length > 0 => Some(
                    format!("length would wait for {length} bytes that never come"),
                ),
                Some(length) if body >= length => None,
                Some(_) if closed_by_peer => None,
                Some(length) => Some(format!(
                    "length would wait for {} more bytes",
                    length - body
                )),
            },
            EndMode::Timeout if timed_out => None,
            EndMode::Timeout if self.longest_silence_us >= TOLD_US => Some(format!(
                "a timeout under {} would have ended it sooner",
                secs(self.longest_silence_us)
            )),
            EndMode::Timeout if closed_by_peer => None,
            EndMode::Timeout => Some("a timeout would have run out after the last byte".to_owned()),
            EndMode::Once => {
                let all = self.recvs.bytes;
                let first = self.first_recv()?;
                Some(match u64::from(first) == all {
                    true => "one recv() would have been enough".to_owned(),
                    false => format!("one recv() alone would have brought {first} of {all} bytes"),
                })
            }
        }
    }
}
