//! A proxy in a told fetch: what is said to it, and what it answers.

use sockeye::error::Error;
use sockeye::event::{EndMode, Head, Kind, ProxyAnswer, ProxyWay};
use sockeye::proto::{Output, Reader};

use super::told::Told;

impl Told<'_> {
    /// What the plan's proxy wants to hear before HTTP, and that it lets us through.
    pub fn greet(&mut self) {
        let Some(told) = self.fetch.plan.way().told().filter(|told| told.greets) else {
            return;
        };
        match told.way {
            ProxyWay::Forward => {}
            ProxyWay::Connect => self.tunnel("200 Connection established", ""),
            ProxyWay::Socks5 | ProxyWay::Socks5h => {
                self.says(3, "SOCKS5: without authentication");
                self.hears(2, 2, "without authentication");
                let to = self.to();
                self.says(22, &format!("CONNECT {to}, which the proxy looks up"));
                self.hears(5, 5, "succeeded");
                self.hears(5, 5, "the address it connects from");
            }
        }
        self.emit(Kind::ProxyDone { us: 800 });
    }

    /// `refuses 407 Proxy Authentication Required`, or with words where it speaks SOCKS;
    /// `silent`: connected, and nothing said yet.
    pub fn proxy(&mut self, step: &str) -> bool {
        let (verb, words) = step.split_once(' ').unwrap_or((step, ""));
        self.reach();
        let url = self.fetch.plan.way().told().expect("a proxy").url;
        let socks = url.starts_with("socks");
        match (verb, socks) {
            ("silent", _) => false,
            (_, true) => {
                self.says(3, "SOCKS5: without authentication");
                self.hears(2, 2, words);
                self.end(Some(Error::Socks {
                    proxy: url,
                    why: words.to_owned(),
                }))
            }
            (_, false) => {
                self.tunnel(words, "The proxy says: 日本\n");
                self.end(Some(Error::Tunnel {
                    to: self.to(),
                    proxy: url,
                    why: format!("it was answered {words}"),
                    hint: "what the proxy says is kept",
                }))
            }
        }
    }

    fn tunnel(&mut self, status: &str, body: &str) {
        let to = self.to();
        let request = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n");
        let length = request.len() as u32;
        self.emit(Kind::ProxyConnect {
            to: to.as_str().into(),
            request: request.as_bytes().into(),
        });
        self.says(length, &format!("CONNECT {to}"));
        let raw = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        self.hears(16_384, (raw.len() + body.len()) as u32, status);
        let mut head = Heard(None);
        Reader::new(b"GET", EndMode::Auto, 0).feed(raw.as_bytes(), &mut head);
        self.emit(Kind::ProxyHead(Box::new(ProxyAnswer {
            head: head.0.expect("a head"),
            raw: raw.as_bytes().into(),
            body: body.as_bytes().into(),
        })));
    }

    fn to(&self) -> String {
        let target = &self.fetch.plan.target;
        format!("{}:{}", target.host, target.port)
    }

    fn says(&mut self, bytes: u32, what: &str) {
        self.emit(Kind::ProxySend {
            offered: bytes,
            sent: bytes,
            what: what.into(),
        });
    }

    fn hears(&mut self, asked: u32, bytes: u32, what: &str) {
        self.emit(Kind::ProxyRecv {
            asked,
            bytes,
            what: what.into(),
        });
    }
}

struct Heard(Option<Head>);

impl Output for Heard {
    fn event(&mut self, kind: Kind) {
        if let Kind::Head(head) = kind {
            self.0 = Some(*head);
        }
    }

    fn body(&mut self, _: &[u8]) {}
}
