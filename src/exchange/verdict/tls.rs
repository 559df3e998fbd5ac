//! What TLS tells of an end: the peer's alert, a record that the close cut, how far a
//! handshake had come.

use crate::anomaly;
use crate::exchange::Exchange;

use super::why::Why;

impl Exchange {
    /// TLS ended without its own word for the end. Answers what was cut by that, as far as a
    /// record tells; empty between two records.
    pub(super) fn without_close_notify(&self) -> Option<&str> {
        let kind = anomaly::Kind::TlsNoCloseNotify;
        let cut = self.anomalies.iter().find(|anomaly| anomaly.kind == kind)?;
        Some(&cut.detail)
    }

    /// To stand behind an early end: the last record was not whole either.
    pub(super) fn cut_record(&self) -> String {
        match self.without_close_notify() {
            None | Some("") => String::new(),
            Some(cut) => format!("; TLS was cut too: {cut}"),
        }
    }

    /// What the peer gave as its reason; `close_notify` gives none.
    pub(super) fn alert_received(&self) -> Option<String> {
        let alert = self.alert.as_ref()?;
        (alert.code != 0).then(|| format!("alert {}", alert.name))
    }

    /// It was not over: how many bytes of it had gone each way says how far it was.
    pub(super) fn handshake_failed(&self, message: String) -> Why {
        let (sent, received) = (self.ciphertext.sent, self.ciphertext.received);
        let text = match (sent, received) {
            (0, 0) => message,
            (sent, 0) => format!("{message}; {sent} bytes of it were sent, none came"),
            (sent, received) => format!("{message}; {sent} bytes of it were sent, {received} came"),
        };
        let brief = self.alert_received();
        Why::failed(text).brief(brief.unwrap_or_else(|| "TLS handshake failed".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{LENGTH, Rows, answered};
    use super::*;
    use crate::anomaly::Anomaly;
    use crate::event::{Alert, Direction, EndMode, EndReason, Framing, Kind};
    use crate::exchange::tests::events::{connected, end, error, fold};

    /// TLS ended without close_notify.
    fn cut(detail: &str) -> (u64, Kind) {
        let kind = anomaly::Kind::TlsNoCloseNotify;
        (
            1_300,
            Kind::Anomaly(Box::new(Anomaly::new(kind, 156, detail))),
        )
    }

    fn alert(name: &str, code: u8) -> (u64, Kind) {
        let alert = Alert {
            direction: Direction::Received,
            code,
            name: name.to_owned(),
        };
        (1_300, Kind::TlsAlert(Box::new(alert)))
    }

    /// A handshake that failed after so many bytes of the peer's.
    fn handshake(bytes: u32, more: Rows) -> Rows {
        let (offered, sent, asked) = (517, 517, 4096);
        let mut rows = vec![
            (100, connected("127.0.0.1:443")),
            (100, Kind::TlsStart { server_name: None }),
            (200, Kind::TlsSend { offered, sent }),
            (300, Kind::TlsRecv { asked, bytes }),
        ];
        rows.extend(more);
        rows.push((1_300, error("tls", "TLS handshake: x")));
        rows.push((1_300, end(EndReason::Error)));
        rows
    }

    #[test]
    fn an_end_within_tls_is_told_with_what_is_known() {
        let closed = |framing, fields, more: Rows| {
            let rows = [more, vec![(1_300, end(EndReason::Close))]].concat();
            answered(framing, fields, 60, rows)
        };
        let early = || (1_300, error("ended_early", "x"));
        let failed = |more: Rows| {
            let rows = vec![
                (1_300, error("recv", "recv(): x")),
                (1_300, end(EndReason::Error)),
            ];
            answered(Framing::Length(100), LENGTH, 60, [more, rows].concat())
        };
        let refusal = || alert("handshake_failure", 40);
        #[rustfmt::skip]
        let table = [
            (closed(Framing::Length(100), LENGTH, vec![cut("1 of a record's 9 bytes are here"), early()]),
             "ended early: the peer closed; Content-Length said 100, 60 came; TLS was cut too: 1 of a record's 9 bytes are here",
             "the peer closed early, 60 bytes"),
            (closed(Framing::Length(100), LENGTH, vec![cut(""), early()]),
             "ended early: the peer closed; Content-Length said 100, 60 came",
             "the peer closed early, 60 bytes"),
            (closed(Framing::Close, &[], vec![cut("")]),
             "ended: the peer closed after 60 bytes, without a length and without TLS's close_notify: nothing says that this is all",
             "closed after 60 bytes, maybe cut"),
            (closed(Framing::Close, &[], vec![cut("1 of a record's 9 bytes are here")]),
             "ended early: the peer closed after 60 bytes, in the middle of TLS: 1 of a record's 9 bytes are here",
             "cut after 60 bytes"),
            (closed(Framing::Close, &[], vec![alert("close_notify", 0)]),
             "ended: the peer closed after 60 bytes, which is the only end of a body without a length",
             "closed after 60 bytes"),
            (failed(vec![]),
             "failed: recv(): x; 60 of 100 body bytes are here", "recv() failed after 156 bytes"),
            (failed(vec![alert("internal_error", 80)]),
             "failed: recv(): x; 60 of 100 body bytes are here", "alert internal_error"),
            (handshake(0, vec![]),
             "failed: TLS handshake: x; 517 bytes of it were sent, none came", "TLS handshake failed"),
            (handshake(7, vec![refusal()]),
             "failed: TLS handshake: x; 517 bytes of it were sent, 7 came", "alert handshake_failure"),
        ];
        for (rows, line, short) in table {
            let verdict = fold(EndMode::Auto, 63, &rows).verdict().unwrap();
            let told = verdict.line();
            // What other modes would have done is another table's.
            let told = told.split(" · ").next();
            assert_eq!((told, verdict.short().as_str()), (Some(line), short));
        }
    }
}
