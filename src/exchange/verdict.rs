//! Why a response ended, in plain words; and what another end mode would have done.
//!
//! Owns the sentences, made from the facts that the fold recorded and from nothing else:
//! no figure here is guessed, and what the log does not tell is left out.

mod facts;
mod otherwise;
mod proxied;
mod tls;
mod why;

use std::fmt;

use self::facts::Announced;
use super::{Answer, Exchange};
use crate::event::{Closer, End, EndMode, EndReason};

/// Why an exchange is over. Every text is safe for a terminal and one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub outcome: Outcome,
    /// The end itself: `Content-Length's 4096 bytes are here`.
    pub why: String,
    /// What became of the connection, where there was one and `why` does not say it.
    pub connection: Option<String>,
    /// What other end modes would have done, the most telling first.
    pub otherwise: Vec<Otherwise>,
    /// `why` in at most 40 columns.
    brief: String,
}

/// How well it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// At the end that the response announced.
    Complete,
    /// As the end mode asked; whether that is all is another question.
    AsAsked,
    /// The peer closed before its own announced end.
    Early,
    Cancelled,
    Failed,
}

/// What `mode` would have done with the same response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Otherwise {
    pub mode: EndMode,
    pub text: String,
}

/// How far the body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Body bytes here, transfer coding removed.
    pub done: u64,
    /// Known with Content-Length alone; read until the close, more may come.
    pub total: Option<u64>,
}

impl Outcome {
    /// The line's first word.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Complete | Outcome::AsAsked => "ended",
            Outcome::Early => "ended early",
            Outcome::Cancelled => "cancelled",
            Outcome::Failed => "failed",
        }
    }
}

impl Verdict {
    /// Why, the connection, and the first [`Otherwise`].
    pub fn line(&self) -> String {
        self.to_string()
    }

    /// For a screen of 60 columns: why, and whether the connection is still there.
    pub fn short(&self) -> String {
        match self.connection.as_deref() {
            Some(STAYS_OPEN) => format!("{} · stays open", self.brief),
            Some(_) => format!("{} · closed", self.brief),
            None => self.brief.clone(),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.outcome.word(), self.why)?;
        let otherwise = self.otherwise.first().map(|other| &other.text);
        for part in self.connection.iter().chain(otherwise) {
            write!(f, " · {part}")?;
        }
        Ok(())
    }
}

const STAYS_OPEN: &str = "the connection stays open";

impl Exchange {
    /// `None` until it is over.
    pub fn verdict(&self) -> Option<Verdict> {
        let end = self.end?;
        let mut why = self.why(end);
        if let Some((text, brief)) = self.refused_by_forwarder() {
            why.text = format!("{text}; {}", why.text);
            why.brief = brief;
        }
        if let Some((answers, requests)) = self.answered {
            why.text = format!(
                "{answers} of {requests} requests were answered; {}",
                why.text
            );
            why.brief = format!("{answers} of {requests} answered · {}", why.brief);
        }
        Some(Verdict {
            outcome: why.outcome,
            why: one_line(&why.text),
            connection: self.connection(end),
            otherwise: self.otherwise(end),
            brief: why.brief,
        })
    }

    /// The verdict on one response: the exchange's own on the last one, else why it ended
    /// where another one follows it.
    pub fn verdict_of(&self, answer: &Answer<'_>) -> Option<Verdict> {
        let Some(reason) = answer.ended() else {
            return self.verdict();
        };
        let why = why::framed(reason, answer);
        let next = answer.number.saturating_add(1);
        Some(Verdict {
            outcome: why.outcome,
            why: format!("{} · response {next} follows it", why.text),
            connection: None,
            otherwise: Vec::new(),
            brief: why.brief,
        })
    }

    /// How far the body is, from its head on; `None` where there is none.
    pub fn progress(&self) -> Option<Progress> {
        let total = match self.announced() {
            Announced::Nothing | Announced::NoBody => return None,
            Announced::Length(length) => Some(length),
            Announced::Chunked | Announced::Close => None,
        };
        Some(Progress {
            done: self.body_bytes,
            total,
        })
    }

    fn connection(&self, end: End) -> Option<String> {
        let closed = self.closed?;
        if closed.kept_alive {
            return Some(STAYS_OPEN.to_owned());
        }
        let told = end.reason == EndReason::Close
            || self
                .error
                .as_ref()
                .is_some_and(|error| matches!(error.kind, "ended_early" | "empty_reply"));
        match closed.by {
            Closer::Peer if told => None,
            Closer::Peer => Some("closed by the peer".to_owned()),
            // A cancel, a failure and a silence have been told already.
            Closer::Us
                if self.error.is_some()
                    || matches!(end.reason, EndReason::Cancelled | EndReason::Timeout) =>
            {
                Some("closed by us".to_owned())
            }
            Closer::Us => Some(format!("closed by us: {}", closed.why)),
        }
    }
}

/// Words that came from outside (an Upgrade value, a host name) may hold control bytes.
fn one_line(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let escaped = c.is_control().then(|| c.escape_default());
            let plain = escaped.is_none().then_some(c);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

#[cfg(test)]
mod tests;
