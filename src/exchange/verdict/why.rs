//! The end itself in words: one sentence for each end reason, cancel and failure.

use crate::anomaly::Severity;
use crate::event::{Call, End, EndMode, EndReason};
use crate::exchange::{Answer, Exchange, Failure, secs};

use super::Outcome;
use super::facts::{Announced, length_is_here};

/// The end, long and brief.
pub(super) struct Why {
    pub outcome: Outcome,
    pub text: String,
    /// At most 40 columns.
    pub brief: String,
}

impl Why {
    fn new(outcome: Outcome, text: String) -> Why {
        Why {
            outcome,
            brief: text.clone(),
            text,
        }
    }

    pub(super) fn failed(text: String) -> Why {
        Why::new(Outcome::Failed, text)
    }

    pub(super) fn brief(self, brief: String) -> Why {
        Why { brief, ..self }
    }
}

fn complete(text: String) -> Why {
    Why::new(Outcome::Complete, text)
}

fn plural(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// An end that the response's own framing told.
pub(super) fn framed(reason: EndReason, answer: &Answer<'_>) -> Why {
    let body = answer.body_bytes();
    match reason {
        EndReason::Chunked => complete(format!(
            "the last chunk, of size 0, is here after {body} bytes"
        ))
        .brief(format!("last chunk here, {body} bytes")),
        EndReason::NoBody => {
            let status = answer.head.map_or(0, |head| head.status);
            let rule = match status {
                100..=199 | 204 | 304 => format!("a {status} response never has a body"),
                _ => "the request's method (HEAD, or CONNECT) leaves no body".to_owned(),
            };
            complete(format!("{rule} (RFC 9112 section 6.3)")).brief("no body by rule".to_owned())
        }
        _ if body == 0 => complete("Content-Length is 0: the head was all".to_owned()),
        _ => complete(length_is_here(body)),
    }
}

impl Exchange {
    pub(super) fn why(&self, end: End) -> Why {
        if end.reason == EndReason::Cancelled {
            return self.cancelled();
        }
        if let Some(failure) = &self.error {
            return self.failed(failure);
        }
        match end.reason {
            EndReason::ContentLength | EndReason::Chunked | EndReason::NoBody => {
                framed(end.reason, &self.answer())
            }
            EndReason::Upgrade => self.upgrade(),
            EndReason::Close => self.peer_closed(),
            EndReason::Timeout => {
                let silence = secs(self.silence_us());
                Why::new(
                    Outcome::AsAsked,
                    format!(
                        "nothing came for {silence}, the end that was asked for; {}",
                        self.state_of_body()
                    ),
                )
                .brief(format!("nothing came for {silence}, as asked"))
            }
            EndReason::Once => self.once(),
            // An end by error tells its error; only a log cut by hand lacks it.
            EndReason::Error | EndReason::Cancelled => Why::new(
                Outcome::Failed,
                "an error that the log does not name".to_owned(),
            ),
        }
    }

    fn upgrade(&self) -> Why {
        let head = self.head.as_ref();
        let to = head.and_then(|head| head.values("upgrade").next());
        let text = match to {
            Some(to) => format!("101: from here on the connection speaks {to}"),
            None => "101: from here on the connection speaks another protocol".to_owned(),
        };
        complete(text).brief("101: another protocol follows".to_owned())
    }

    fn peer_closed(&self) -> Why {
        let body = self.body_bytes;
        match self.announced() {
            Announced::Length(length) if body != length => Why::new(
                Outcome::AsAsked,
                format!("the peer closed, as was waited for; Content-Length said {length}, {body} came"),
            )
            .brief(format!("closed: {body} came, {length} said")),
            Announced::Length(length) => Why::new(
                Outcome::AsAsked,
                format!("the peer closed, as was waited for, after Content-Length's {length} bytes"),
            )
            .brief(format!("closed after {length} bytes")),
            // Which RFC 9112 section 9.8 calls incomplete; clients take it all the same.
            Announced::Close if self.mode == EndMode::Auto => match self.without_close_notify() {
                Some("") => Why::new(
                    Outcome::AsAsked,
                    format!(
                        "the peer closed after {body} bytes, without a length and without TLS's \
                         close_notify: nothing says that this is all"
                    ),
                )
                .brief(format!("closed after {body} bytes, maybe cut")),
                Some(cut) => Why::new(
                    Outcome::Early,
                    format!("the peer closed after {body} bytes, in the middle of TLS: {cut}"),
                )
                .brief(format!("cut after {body} bytes")),
                None => complete(format!(
                    "the peer closed after {body} bytes, which is the only end of a body without a length"
                ))
                .brief(format!("closed after {body} bytes")),
            },
            _ => Why::new(
                Outcome::AsAsked,
                format!("the peer closed, as was waited for, after {body} bytes"),
            )
            .brief(format!("closed after {body} bytes")),
        }
    }

    fn once(&self) -> Why {
        let wire = self.recvs.bytes;
        let body = self.body_bytes;
        let text = match self.announced() {
            Announced::Length(length) if body < length && self.last_asked > 0 => {
                let more = (length - body).div_ceil(u64::from(self.last_asked));
                format!(
                    "one recv() brought {body} of {length} body bytes; at least {more} more recv() would be needed"
                )
            }
            Announced::Nothing if self.head.is_none() => {
                format!("one recv() brought {wire} bytes, not even a whole head")
            }
            _ if self.is_here() == Some(true) => format!("one recv() brought it all, {wire} bytes"),
            _ => format!("one recv() brought {wire} bytes; {}", self.state_of_body()),
        };
        Why::new(Outcome::AsAsked, text).brief(format!("one recv() brought {wire} bytes"))
    }

    /// Stopped by the user: in which call, and what had happened by then.
    fn cancelled(&self) -> Why {
        let spans = &self.spans;
        let (call, so_far) = if let (Some(span), true) = (spans.receive, self.recvs.bytes > 0) {
            let quiet = span.to.and_then(|to| Some(to - self.last_byte_us?));
            let quiet = quiet.filter(|_| self.is_here() == Some(true));
            let since = quiet.map_or(String::new(), |us| format!(" since {}", secs(us)));
            ("recv()", format!("{}{since}", self.state_of_body()))
        } else if let Some(wait) = spans.wait.or(spans.receive) {
            (
                "recv()",
                format!("no byte had come {} after the request", secs(wait.us())),
            )
        } else if spans.send.is_some() {
            let (sent, all) = (self.sends.bytes, self.request_len);
            (
                "send()",
                format!("{sent} of {all} request bytes were with the kernel"),
            )
        } else if let Some(tls) = spans.tls {
            (
                "recv()",
                format!("the TLS handshake was not done after {}", secs(tls.us())),
            )
        } else if let Some(proxy) = spans.proxy {
            (
                "recv()",
                format!(
                    "the proxy had not let us through after {}",
                    secs(proxy.us())
                ),
            )
        } else if let Some(connect) = spans.connect {
            (
                "connect()",
                format!("no address had answered in {}", secs(connect.us())),
            )
        } else if let Some(resolve) = spans.resolve {
            (
                "getaddrinfo()",
                format!("no address was known after {}", secs(resolve.us())),
            )
        } else {
            ("the first call", "nothing had happened".to_owned())
        };
        Why::new(Outcome::Cancelled, format!("in {call}; {so_far}"))
            .brief(format!("cancelled in {call}"))
    }

    fn failed(&self, failure: &Failure) -> Why {
        let why = self.failure(failure);
        match self
            .proxy
            .as_deref()
            .and_then(|proxied| self.by_proxy(proxied, failure))
        {
            Some((text, None)) => Why {
                text: format!("{}; {text}", why.text),
                ..why
            },
            Some((text, Some(brief))) => Why::new(why.outcome, text).brief(brief),
            None => why,
        }
    }

    fn failure(&self, failure: &Failure) -> Why {
        let message = failure.message.clone();
        let fail = Why::failed;
        match failure.kind {
            "tls" => self.handshake_failed(message),
            "certificate" => fail(message).brief("the certificate is not trusted".to_owned()),
            "connect" => fail(self.attempts_line().unwrap_or(message)).brief(self.last_attempt()),
            "resolve" => fail(message).brief("host not found".to_owned()),
            "empty_reply" => Why::new(
                Outcome::Early,
                "the peer closed without sending a byte".to_owned(),
            ),
            "ended_early" => self.early(message),
            "malformed" | "not_http" => {
                let broken = self.anomalies.iter().find(|anomaly| {
                    matches!(
                        anomaly.kind.severity(),
                        Severity::Broken | Severity::NotHttp
                    )
                });
                let text = broken.map_or(message, |anomaly| {
                    format!(
                        "at byte {}: {} ({})",
                        anomaly.offset,
                        anomaly.message(),
                        anomaly.kind.rule()
                    )
                });
                fail(text).brief("the response has no meaning".to_owned())
            }
            "timeout" if self.recvs.bytes > 0 => {
                fail(format!("{message}; {}", self.state_of_body()))
                    .brief("timeout in recv()".to_owned())
            }
            "timeout" => fail(message).brief("timeout, no byte came".to_owned()),
            "send" => {
                let (sent, all) = (self.sends.bytes, self.request_len);
                fail(format!(
                    "{}; {sent} of {all} request bytes were with the kernel",
                    self.reset(message)
                ))
                .brief(format!("send() failed at byte {sent}"))
            }
            "recv" => {
                let brief = self.alert_received();
                let brief = brief
                    .unwrap_or_else(|| format!("recv() failed after {} bytes", self.recvs.bytes));
                fail(format!("{}; {}", self.reset(message), self.state_of_body())).brief(brief)
            }
            "write" => {
                // Without what to try.
                let what = message
                    .rsplit_once(" (")
                    .map_or(&*message, |(what, _)| what);
                let brief = format!("failed: {what}");
                fail(message).brief(brief)
            }
            kind => fail(message).brief(kind.replace('_', " ")),
        }
    }

    fn early(&self, message: String) -> Why {
        let body = self.body_bytes;
        let text = match self.announced() {
            Announced::Length(length) if body < length => {
                format!("the peer closed; Content-Length said {length}, {body} came")
            }
            Announced::Chunked if !self.chunks.complete => format!(
                "the peer closed before the last chunk; {} came, {body} bytes",
                plural(self.chunks.count, "chunk")
            ),
            Announced::Nothing if self.recvs.bytes > 0 => {
                format!(
                    "the peer closed inside the head, after {} bytes",
                    self.recvs.bytes
                )
            }
            _ => message,
        };
        Why::new(Outcome::Early, text + &self.cut_record())
            .brief(format!("the peer closed early, {body} bytes"))
    }

    /// A reset in the words of its cause; any other failure as it was told.
    fn reset(&self, message: String) -> String {
        match self.failed_call {
            Some((call @ (Call::Send | Call::Recv), errno @ ("ECONNRESET" | "EPIPE"))) => {
                format!("the peer reset the connection ({call}() = {errno})")
            }
            _ => message,
        }
    }

    fn last_attempt(&self) -> String {
        let outcome = self.attempts.last().map(|attempt| &attempt.outcome);
        match outcome {
            Some(Some(Err(why))) => format!("connect(): {why}"),
            _ => "not connected".to_owned(),
        }
    }

    fn attempts_line(&self) -> Option<String> {
        let failed: Vec<String> = self
            .attempts
            .iter()
            .map(|attempt| match &attempt.outcome {
                Some(Err(why)) => {
                    format!("{} {why} after {}", attempt.addr, secs(attempt.span.us()))
                }
                _ => format!("{} had not answered", attempt.addr),
            })
            .collect();
        (!failed.is_empty()).then(|| format!("no address answered: {}", failed.join(", ")))
    }
}
