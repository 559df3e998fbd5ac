//! Exchanges as HAR 1.2 (the HTTP Archive format), for browsers' tools and viewers.
//!
//! Owns the format alone. A HAR holds whole bodies as text: what is written here takes
//! at least as much memory as the bodies given, which is why the caller reads them.
//! What HAR has no field for stands in fields that begin with `_`, as it allows. Of several
//! requests in one exchange, each makes an entry with its own response.

mod turns;

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::decode::{Codings, Decoder, Feeding, Limits};
use crate::event::{Addr, Field, Head};
use crate::exchange::{Answer, Exchange};

use super::parts::Parts;
use turns::{Turn, turns};

/// One exchange and the bytes it speaks of.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    pub exchange: &'a Exchange,
    /// As typed, or as a redirect named it.
    pub url: &'a str,
    /// Exactly what was sent.
    pub request: &'a [u8],
    /// The bodies of all responses, transfer coding removed, as far as they came.
    pub body: &'a [u8],
    pub started: SystemTime,
}

/// The archive, entries in the order given. Requests without a response are in it too,
/// with status 0.
pub fn har(entries: &[Entry<'_>]) -> Value {
    let entries: Vec<Value> = entries
        .iter()
        .flat_map(turns)
        .map(|it| entry(&it))
        .collect();
    json!({
        "log": {
            "version": "1.2",
            "creator": { "name": "sockeye", "version": env!("CARGO_PKG_VERSION") },
            "entries": entries,
        }
    })
}

fn entry(entry: &Turn<'_>) -> Value {
    let exchange = entry.of.exchange;
    let timings = entry.timings();
    let time: f64 = timings.iter().map(|(_, ms)| ms.max(0.0)).sum();
    let timings: Map<String, Value> = timings
        .iter()
        .map(|&(name, ms)| (name.to_owned(), json!(ms)))
        .collect();
    let mut out = json!({
        "startedDateTime": iso_8601(entry.started()),
        "time": time,
        "request": request(entry),
        "response": response(entry),
        "cache": {},
        "timings": timings,
    });
    if let Some(Addr::Ip(peer)) = &exchange.peer {
        out["serverIPAddress"] = json!(peer.ip().to_string());
    }
    if let Some(Addr::Unix(socket)) = &exchange.peer {
        out["_unixSocket"] = json!(socket.display().to_string());
    }
    // "can be the client port number": what tells connections apart.
    if let Some(Addr::Ip(local)) = &exchange.local {
        out["connection"] = json!(local.port().to_string());
    }
    out["_endMode"] = json!(exchange.mode.name());
    let framed = entry.answer.as_ref().and_then(Answer::ended);
    if let Some(reason) = framed.or(exchange.end.map(|end| end.reason)) {
        out["_endReason"] = json!(reason.name());
    }
    let verdict = match &entry.answer {
        Some(answer) => exchange.verdict_of(answer),
        None => exchange.verdict(),
    };
    if let Some(verdict) = verdict {
        out["_verdict"] = json!(verdict.line());
    }
    let anomalies = exchange.anomalies.iter();
    let own = anomalies.filter(|anomaly| entry.has(exchange.byte_of(anomaly)));
    let anomalies: Vec<Value> = own
        .map(|anomaly| {
            json!({
                "kind": anomaly.kind.name(),
                "offset": anomaly.offset,
                "dir": if anomaly.sent { "sent" } else { "received" },
                "message": anomaly.message(),
                "rule": anomaly.kind.rule(),
            })
        })
        .collect();
    if !anomalies.is_empty() {
        out["_anomalies"] = json!(anomalies);
    }
    if let Some(error) = exchange.error.as_ref().filter(|_| entry.is_last()) {
        out["_error"] = json!({ "kind": error.kind, "message": error.message, "exit": error.exit });
    }
    out
}

fn request(entry: &Turn<'_>) -> Value {
    let request = entry.request();
    let parts = Parts::of(request);
    let [method, target, version] = parts.line.map(latin);
    let fields: Vec<(String, String)> = parts
        .fields
        .iter()
        .map(|(name, value)| (latin(name), latin(value)))
        .collect();
    let mut out = json!({
        "method": method,
        "url": entry.url(&target),
        "httpVersion": version,
        "cookies": cookies(&fields),
        "headers": pairs(&fields),
        "queryString": query(&target),
        "headersSize": request.len() - parts.body.len(),
        "bodySize": parts.body.len(),
    });
    if !parts.body.is_empty() {
        let mut data = json!({
            "mimeType": value(&fields, "content-type").unwrap_or(""),
            "params": [],
        });
        text(&mut data, "_encoding", parts.body);
        out["postData"] = data;
    }
    out
}

fn response(entry: &Turn<'_>) -> Value {
    let answered = entry.answer.as_ref();
    let Some((answer, head)) = answered.and_then(|answer| Some((answer, answer.head?))) else {
        return no_response(entry.body());
    };
    let fields: Vec<(String, String)> = owned(&head.fields);
    let location = match head.status {
        300..=399 => value(&fields, "location").unwrap_or(""),
        _ => "",
    };
    // Chunk sizes and trailers are in it, as they were on the wire.
    let end = match answer.is_over {
        true => answer.wire.end,
        false => entry.of.exchange.recvs.bytes,
    };
    let body_size = end.saturating_sub(answer.head_end);
    let decoded = decoded(head, entry.body());
    let (size, body) = match &decoded {
        // Of a body that is only begun here, so is its decoding: its size says how much
        // of it there is.
        Some(decoded) => (decoded.bytes.len() as u64, decoded.bytes.as_slice()),
        None => (answer.body_bytes(), entry.body()),
    };
    let mut content = json!({
        "size": size,
        "mimeType": value(&fields, "content-type").unwrap_or("x-unknown"),
    });
    if let Some(saved) = size.checked_sub(body_size) {
        content["compression"] = json!(saved);
    }
    if let Some(fault) = decoded.as_ref().and_then(|decoded| decoded.fault.as_ref()) {
        content["_codingFault"] = json!(fault);
    }
    text(&mut content, "encoding", body);
    let mut out = json!({
        "status": head.status,
        "statusText": head.reason,
        "httpVersion": head.version,
        "cookies": set_cookies(head),
        "headers": pairs(&fields),
        "content": content,
        "redirectURL": location,
        "headersSize": answer.head_bytes(),
        "bodySize": body_size,
    });
    if !answer.trailers.is_empty() {
        out["_trailers"] = pairs(&owned(answer.trailers));
    }
    out
}

/// A body with its content coding undone: HAR's text is of that.
struct Decoded {
    bytes: Vec<u8>,
    fault: Option<String>,
}

/// Decoded bytes of one body: a HAR is one text, held in memory.
const DECODED: u64 = 64 << 20;

/// `None` where there is no coding, or none that can be undone.
fn decoded(head: &Head, body: &[u8]) -> Option<Decoded> {
    let codings = Codings::of_head(head);
    if codings.undone.is_empty() || body.is_empty() {
        return None;
    }
    let mut decoder = Decoder::new(&codings, Limits::of_bytes(DECODED));
    let mut bytes = Vec::new();
    let mut at = 0;
    let mut flushed = false;
    let state = loop {
        let fed = decoder.feed(&body[at..], &mut bytes);
        at += fed.taken;
        match fed.state {
            Feeding::More => {}
            Feeding::Hungry if !flushed => {
                flushed = true;
                decoder.flush();
            }
            state => break state,
        }
    };
    if state == Feeding::Hungry {
        decoder.finish();
    }
    let fault = match state {
        Feeding::Limit => Some(format!("decoded up to {} bytes", bytes.len())),
        _ => decoder.faults().first().map(|fault| fault.to_string()),
    };
    Some(Decoded { bytes, fault })
}

/// Nothing that could be read as a response; the bytes that came stay in the content.
fn no_response(bytes: &[u8]) -> Value {
    let mut content = json!({ "size": bytes.len(), "mimeType": "x-unknown" });
    text(&mut content, "encoding", bytes);
    json!({
        "status": 0,
        "statusText": "",
        "httpVersion": "",
        "cookies": [],
        "headers": [],
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
    })
}

/// `text` as it is where it is UTF-8, else as Base64, which `encoding` then says.
fn text(into: &mut Value, encoding: &str, bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => into["text"] = json!(text),
        Err(_) => {
            into["text"] = json!(STANDARD.encode(bytes));
            into[encoding] = json!("base64");
        }
    }
}

/// As in the events: UTF-8 where the bytes are, else each byte as its Latin-1 character.
fn latin(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

fn owned(fields: &[Field]) -> Vec<(String, String)> {
    let pair = |field: &Field| (field.name.to_string(), field.value.to_string());
    fields.iter().map(pair).collect()
}

fn pairs(fields: &[(String, String)]) -> Value {
    fields
        .iter()
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}

fn value<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let named = |(found, _): &&(String, String)| found.eq_ignore_ascii_case(name);
    fields.iter().find(named).map(|(_, value)| value.as_str())
}

/// As it was sent: nothing is percent-decoded.
fn query(target: &str) -> Value {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            json!({ "name": name, "value": value })
        })
        .collect()
}

fn cookies(fields: &[(String, String)]) -> Value {
    fields
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("cookie"))
        .flat_map(|(_, value)| value.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}

/// Expires is left out: HAR wants it in another format than the wire's.
fn set_cookies(head: &Head) -> Value {
    head.values("set-cookie")
        .map(|text| {
            let mut parts = text.split(';').map(str::trim);
            let (name, value) = parts
                .next()
                .and_then(|p| p.split_once('='))
                .unwrap_or((text, ""));
            let mut out = json!({ "name": name, "value": value });
            for part in parts {
                let (key, value) = part.split_once('=').unwrap_or((part, ""));
                match key.to_ascii_lowercase().as_str() {
                    "path" => out["path"] = json!(value),
                    "domain" => out["domain"] = json!(value),
                    "httponly" => out["httpOnly"] = json!(true),
                    "secure" => out["secure"] = json!(true),
                    _ => {}
                }
            }
            out
        })
        .collect()
}

/// `2026-11-22T17:56:03.250Z`; a time before 1970 as 1970.
fn iso_8601(time: SystemTime) -> String {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    let (days, seconds) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let (year, month, day) = civil(days);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        since.subsec_millis(),
    )
}

/// The Gregorian date so many days after 1970-01-01. Years count from March here, so
/// that the leap day is a year's last: 146,097 days are 400 years.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468; // since 0000-03-01
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    // From March on, five months are 153 days.
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let january_or_later = month >= 10;
    (
        400 * era + year + u64::from(january_or_later),
        if january_or_later {
            month - 9
        } else {
            month + 3
        },
        day,
    )
}

#[cfg(test)]
mod tests;
