//! Words with facts in them: `{recvs} recv() calls brought {received} bytes`.
//!
//! Owns the facts' names and what each says of an exchange. A name in braces that is no
//! fact is the action whose key stands there: who shows the words knows the keys.

use super::Seen;

type Fact = fn(&Seen) -> String;

/// What can be said of an exchange.
pub const FACTS: &[(&str, Fact)] = &[
    ("found", |seen| {
        let addrs = seen.exchange.addrs.iter();
        let addrs: Vec<String> = addrs.map(ToString::to_string).collect();
        addrs.join(" and ")
    }),
    ("peer", |seen| {
        let peer = seen.exchange.peer.as_ref();
        peer.map_or_else(|| "nobody".to_owned(), ToString::to_string)
    }),
    ("attempts", |seen| seen.exchange.attempts.len().to_string()),
    ("on-connection", |seen| {
        seen.exchange.on_connection.to_string()
    }),
    ("tls", |seen| {
        let tls = seen.exchange.tls.as_ref();
        tls.map_or_else(String::new, |tls| tls.version.clone())
    }),
    ("tls-sent", |seen| seen.exchange.ciphertext.sent.to_string()),
    ("tls-received", |seen| {
        seen.exchange.ciphertext.received.to_string()
    }),
    ("request", |seen| seen.request.len().to_string()),
    ("sends", |seen| seen.exchange.sends.count.to_string()),
    ("sent", |seen| seen.exchange.sends.bytes.to_string()),
    ("short-sends", |seen| seen.exchange.sends.short.to_string()),
    ("recvs", |seen| seen.exchange.recvs.count.to_string()),
    ("received", |seen| seen.exchange.recvs.bytes.to_string()),
    ("largest", |seen| seen.exchange.recvs.largest.to_string()),
    ("asked", |seen| seen.exchange.last_asked.to_string()),
    ("would-block", |seen| seen.exchange.would_block.to_string()),
    ("queued", |seen| {
        let queues = seen.exchange.queues.as_ref();
        let queued = queues.and_then(|queues| queues.recv_queued);
        queued.map_or_else(|| "some".to_owned(), |queued| queued.to_string())
    }),
    ("errno", |seen| {
        let failed = seen.exchange.failed_call.as_ref();
        failed.map_or_else(String::new, |(_, errno)| (*errno).to_owned())
    }),
    ("why", |seen| {
        let error = seen.exchange.error.as_ref();
        error.map_or_else(String::new, |error| error.message.clone())
    }),
    ("head", |seen| seen.exchange.head_bytes.to_string()),
    ("body", |seen| seen.exchange.body_bytes.to_string()),
    ("length", |seen| {
        let head = seen.exchange.head.as_ref();
        let length = head.and_then(|head| head.values("Content-Length").next());
        length.unwrap_or("no").to_owned()
    }),
    ("chunks", |seen| seen.exchange.chunks.count.to_string()),
    ("framing", |seen| {
        let exchange = seen.exchange;
        let around = exchange.recvs.bytes - exchange.head_bytes.min(exchange.recvs.bytes);
        around.saturating_sub(exchange.body_bytes).to_string()
    }),
    ("anomaly", |seen| {
        let first = seen.exchange.anomalies.first();
        first.map_or_else(String::new, |anomaly| anomaly.kind.name().to_owned())
    }),
    ("rule", |seen| {
        let first = seen.exchange.anomalies.first();
        first.map_or_else(String::new, |anomaly| anomaly.kind.rule().to_owned())
    }),
    ("seconds", |seen| {
        format!("{:.1}", seen.exchange.longest_silence_us as f64 / 1e6)
    }),
];

/// The words with every name in braces replaced by what `of` says of it; one that it does
/// not know stays as it is written.
pub fn tell(words: &str, of: impl Fn(&str) -> Option<String>) -> String {
    let mut told = String::new();
    let mut rest = words;
    while let Some((before, name, after)) = next_name(rest) {
        told.push_str(before);
        match of(name) {
            Some(fact) => told.push_str(&fact),
            None => {
                told.push('{');
                told.push_str(name);
                told.push('}');
            }
        }
        rest = after;
    }
    told + rest
}

fn next_name(words: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = words.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}
