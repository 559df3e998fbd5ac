//! TLS in a told fetch of an https URL: one handshake, one chain, one record a call.

use sockeye::event::{Certificate, Content, Direction, Kind, Records, Tls};

use super::told::Told;

/// What a record adds: its header, the inner type, the tag.
const OVERHEAD: u32 = 5 + 1 + 16;

impl Told<'_> {
    pub fn secure(&self) -> bool {
        self.fetch.plan.target.scheme.is_secure()
    }

    /// What a call moves for so much plaintext; `None` without TLS.
    pub fn sealed(&self, plain: u32) -> Option<u32> {
        let overhead = if plain == 0 { 0 } else { OVERHEAD };
        self.secure().then_some(plain + overhead)
    }

    pub fn record(&mut self, direction: Direction, offset: u64, plain: u32) {
        if self.secure() && plain > 0 {
            self.records(direction, Content::Data, offset, plain + OVERHEAD, plain);
        }
    }

    fn records(
        &mut self,
        direction: Direction,
        content: Content,
        offset: u64,
        ciphertext: u32,
        plaintext: u32,
    ) {
        self.emit(Kind::TlsRecord(Box::new(Records {
            direction,
            content,
            count: 1,
            offset,
            ciphertext: ciphertext.into(),
            plaintext: plaintext.into(),
            alike: true,
        })));
    }

    /// Both hellos, the chain, the answer to it.
    pub fn handshake(&mut self) {
        self.hellos();
        self.emit(Kind::TlsSend {
            offered: 80,
            sent: 80,
        });
        self.records(Direction::Sent, Content::ChangeCipherSpec, 0, 6, 0);
        self.records(Direction::Sent, Content::Handshake, 0, 74, 0);
        self.emit(Kind::TlsDone(Box::new(Tls {
            verified: true,
            ..self.facts()
        })));
    }

    /// The same, as far as the certificate.
    pub fn refused(&mut self, why: &str) {
        self.hellos();
        self.emit(Kind::TlsSend {
            offered: 7,
            sent: 7,
        });
        self.records(Direction::Sent, Content::Alert, 0, 7, 0);
        self.emit(Kind::TlsFailed(Box::new(Tls {
            problem: Some(why.to_owned()),
            ..self.facts()
        })));
    }

    fn hellos(&mut self) {
        let server_name = self.facts().server_name;
        self.emit(Kind::TlsStart { server_name });
        self.emit(Kind::TlsSend {
            offered: 1525,
            sent: 1525,
        });
        self.records(Direction::Sent, Content::Handshake, 0, 1525, 0);
        self.emit(Kind::TlsRecv {
            asked: 65_536,
            bytes: 2412,
        });
        self.records(Direction::Received, Content::Handshake, 0, 1211, 0);
        self.records(Direction::Received, Content::ChangeCipherSpec, 0, 6, 0);
        self.records(Direction::Received, Content::Handshake, 0, 1195, 0);
    }

    fn facts(&self) -> Tls {
        let host = self.fetch.plan.target.host.clone();
        Tls {
            version: "TLSv1.3".to_owned(),
            cipher: "TLS_AES_256_GCM_SHA384".to_owned(),
            group: Some("X25519MLKEM768".to_owned()),
            alpn: Some("http/1.1".to_owned()),
            server_name: Some(host.clone()),
            certificates: chain(&host),
            roots: "the system's 142 roots".to_owned(),
            us: 2_300,
            ..Tls::default()
        }
    }
}

/// Of an organisation with a wide name, and of its authority.
fn chain(host: &str) -> Vec<Certificate> {
    let authority = "CN=Example Authority E7,O=認証局,C=JP";
    let own = Certificate {
        subject: format!("CN={host},O=例の会社"),
        issuer: authority.to_owned(),
        names: vec![
            host.to_owned(),
            format!("www.{host}"),
            "127.0.0.1".to_owned(),
        ],
        not_before: "2026-08-12T20:00:00Z".to_owned(),
        not_after: "2026-11-10T20:00:00Z".to_owned(),
        sha256: "c0ffee00".repeat(8),
        key: "EC P-256".to_owned(),
        signature: "SHA-256 with ECDSA".to_owned(),
        serial: "04be11".to_owned(),
        authority: false,
    };
    let above = Certificate {
        subject: authority.to_owned(),
        issuer: "CN=Example Root X2,O=認証局,C=JP".to_owned(),
        names: Vec::new(),
        not_after: "2031-01-01T00:00:00Z".to_owned(),
        sha256: "5eed0001".repeat(8),
        key: "RSA 4096".to_owned(),
        signature: "SHA-256 with RSA".to_owned(),
        serial: "2a".to_owned(),
        authority: true,
        ..own.clone()
    };
    vec![own, above]
}
