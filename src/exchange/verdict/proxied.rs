//! The proxy's part in an end: what it refused itself, and where it may be what failed.

use crate::event::ProxyWay;
use crate::exchange::proxied::Proxied;
use crate::exchange::{Exchange, Failure};

impl Exchange {
    /// What a failure has to do with the proxy: words to be added, or, with a brief form, to
    /// stand alone.
    pub(super) fn by_proxy(
        &self,
        proxied: &Proxied,
        failure: &Failure,
    ) -> Option<(String, Option<String>)> {
        let url = &proxied.proxy.url;
        // Without what to try, which the line has no room for.
        let message = &failure.message;
        let message = message
            .rsplit_once(" (")
            .map_or(&**message, |(what, _)| what);
        let alone = |text: String, brief: &str| Some((text, Some(brief.to_owned())));
        match (failure.kind, &proxied.answer) {
            ("tunnel", Some(answer)) => alone(
                format!("the proxy {url} refused the tunnel: {}", answer.status()),
                &format!("the proxy refused: {}", answer.head.status),
            ),
            ("tunnel", None) => alone(message.to_owned(), "the proxy made no tunnel"),
            ("socks", _) => alone(format!("the proxy {message}"), "the SOCKS proxy refused"),
            ("resolve_proxy", _) => alone(message.to_owned(), "proxy not found"),
            ("connect" | "timeout", _) if self.local.is_none() => {
                Some((format!("that was the proxy {url}, not the target"), None))
            }
            ("timeout" | "recv" | "send" | "tls", _)
                if proxied.proxy.greets && self.is_greeting() =>
            {
                Some((format!("the proxy {url} had not let us through yet"), None))
            }
            (
                "timeout" | "recv" | "send" | "tls" | "empty_reply" | "no_head" | "ended_early",
                _,
            ) => Some((format!("the proxy {url} lies between"), None)),
            _ => None,
        }
    }

    /// A status that a proxy alone gives (RFC 9110 section 15.5.8), from one that takes
    /// requests in absolute form.
    pub(super) fn refused_by_forwarder(&self) -> Option<(String, String)> {
        let proxied = self.proxy.as_ref()?;
        let forwards = proxied.proxy.way == ProxyWay::Forward;
        let status = self.head.as_ref().map(|head| head.status);
        (forwards && status == Some(407)).then(|| {
            let url = &proxied.proxy.url;
            (
                format!("the proxy {url} itself answered: it wants to know who you are"),
                "407 from the proxy itself".to_owned(),
            )
        })
    }

    /// It was connected, and what it wants to hear first was not all said.
    fn is_greeting(&self) -> bool {
        self.spans.send.is_none() && self.spans.tls.is_none()
    }
}
