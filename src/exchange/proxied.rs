//! The part of the fold that is about a proxy: which one, and what passed between it and us
//! before HTTP with the target could begin.
//!
//! Its bytes are none of the target's: no count of the exchange has them.

use super::spans::close;
use super::{Exchange, Phase, Span, Spans};
use crate::event::{Kind, Proxy, ProxyAnswer, Tls};

#[derive(Clone, Debug, PartialEq)]
pub struct Proxied {
    pub proxy: Proxy,
    /// The CONNECT that was sent.
    pub request: Box<[u8]>,
    /// What CONNECT was answered.
    pub answer: Option<ProxyAnswer>,
    /// The handshake with an https proxy.
    pub tls: Option<Box<Tls>>,
    /// Bytes of the proxy's own protocol.
    pub sent: u64,
    pub received: u64,
}

impl Exchange {
    pub(super) fn proxied(&mut self, kind: &Kind, t: u64) {
        if let Kind::Proxy(proxy) = kind {
            self.proxy = Some(Box::new(Proxied {
                proxy: (**proxy).clone(),
                request: Box::default(),
                answer: None,
                tls: None,
                sent: 0,
                received: 0,
            }));
            return;
        }
        let Some(proxied) = &mut self.proxy else {
            return;
        };
        match kind {
            Kind::ProxyConnect { request, .. } => proxied.request.clone_from(request),
            Kind::ProxySend { sent, .. } => proxied.sent += u64::from(*sent),
            Kind::ProxyRecv { bytes, .. } => proxied.received += u64::from(*bytes),
            Kind::ProxyHead(answer) => proxied.answer = Some((**answer).clone()),
            Kind::ProxyDone { .. } => {
                close(&mut self.spans.proxy, t);
                self.may_send(t);
            }
            _ => {}
        }
    }

    /// Connected: to a proxy that wants to be spoken to first?
    pub(super) fn greets(&mut self, t: u64) {
        if self.proxy.as_ref().is_some_and(|of| of.proxy.greets) {
            self.phase = Phase::Proxying;
            self.spans = Spans {
                proxy: Some(Span { from: t, to: None }),
                send: None,
                wait: None,
                ..self.spans
            };
        }
    }

    pub(super) fn proxy_tls(&mut self, tls: &Tls) {
        if let Some(proxied) = &mut self.proxy {
            proxied.tls = Some(Box::new(tls.clone()));
        }
    }

    /// The proxy's answer, where it was a refusal: all that there is to be shown then.
    pub fn refusal(&self) -> Option<&ProxyAnswer> {
        let answer = self.proxy.as_ref()?.answer.as_ref()?;
        answer.refused().then_some(answer)
    }
}
