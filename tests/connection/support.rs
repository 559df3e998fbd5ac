//! A fetch run to its end, and its events as lines.

use std::net::SocketAddr;

use sockeye::error::{Error, Result};
use sockeye::event::{End, Event, Kind};
use sockeye::exchange::Exchange;
use sockeye::net::{Control, Pool, Sink, fetch};
use sockeye::plan::Plan;
use sockeye::playground::script::Script;
use sockeye::playground::server::Server;
use sockeye::url::Target;

/// Everything that a fetch gave.
#[derive(Default)]
pub struct Record {
    pub wire: Vec<u8>,
    pub body: Vec<u8>,
    pub events: Vec<Event>,
}

impl Sink for Record {
    fn wire(&mut self, bytes: &[u8]) -> Result<()> {
        self.wire.extend_from_slice(bytes);
        Ok(())
    }

    fn body(&mut self, bytes: &[u8]) -> Result<()> {
        self.body.extend_from_slice(bytes);
        Ok(())
    }

    fn event(&mut self, event: Event) -> Result<()> {
        self.events.push(event);
        Ok(())
    }
}

pub struct Done {
    pub outcome: Result<()>,
    pub record: Record,
    pub exchange: Exchange,
}

/// A server that plays this script on every connection, whatever it is asked.
pub fn deaf(script: Script) -> Server {
    Server::start_raw(move |_| script.clone()).unwrap()
}

/// `|` in the request is CR LF.
pub fn plan(server: &Server, request: &str) -> Plan {
    let addr = SocketAddr::from(([127, 0, 0, 1], server.port()));
    let target = Target::parse(&format!("http://{addr}/")).unwrap();
    Plan::new(target, request.replace('|', "\r\n").into_bytes())
}

pub fn run(plan: &Plan) -> Done {
    run_with(plan, &Control::new(), &Pool::new())
}

pub fn run_with(plan: &Plan, control: &Control, pool: &Pool) -> Done {
    let mut record = Record::default();
    let outcome = fetch(plan, control, pool, &mut record);
    let mut exchange = Exchange::new(plan.options.end, plan.request.len() as u64);
    for event in &record.events {
        exchange.apply(event.clone());
    }
    Done {
        outcome,
        record,
        exchange,
    }
}

impl Done {
    pub fn end(&self) -> End {
        self.exchange.end.unwrap()
    }

    pub fn exit(&self) -> u8 {
        self.outcome.as_ref().err().map_or(0, Error::exit_code)
    }

    /// The status, the wire bytes and the body bytes of each response.
    pub fn answers(&self) -> Vec<String> {
        let answers = self.exchange.answers();
        answers
            .map(|answer| {
                let status = answer.head.map_or(0, |head| head.status);
                format!("{status} {:?}", answer.wire)
            })
            .collect()
    }

    /// What was sent and received and found, in order: counts and offsets, no times;
    /// neighbouring body events as one, and what happens before the request is sent left
    /// out.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut body = 0;
        for event in &self.record.events {
            if let Kind::Body { bytes } = event.kind {
                body += bytes;
                continue;
            }
            let Some(line) = line(&event.kind) else {
                continue;
            };
            if body > 0 && (!line.starts_with("recv") || line.ends_with(" 0")) {
                lines.push(format!("body {}", std::mem::take(&mut body)));
            }
            lines.push(line);
        }
        lines
    }
}

fn line(kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::Send { offset, sent, .. } => format!("send {offset} {sent}"),
        Kind::Recv { offset, bytes, .. } => format!("recv {offset} {bytes}"),
        Kind::HalfClosed => "half_closed".to_owned(),
        Kind::InterimHead(head) => format!("interim {}", head.status),
        Kind::Head(head) => format!("head {} @{}", head.status, head.offset),
        Kind::Chunk { size, offset, .. } => format!("chunk {size} @{offset}"),
        Kind::Answer { number, offset } => format!("answer {number} @{offset}"),
        Kind::Answered { answers, requests } => format!("answered {answers}/{requests}"),
        Kind::Anomaly(anomaly) => format!("anomaly {}", anomaly.kind.name()),
        Kind::Error { kind, exit, .. } => format!("error {kind} {exit}"),
        Kind::End(end) => format!(
            "end {} {}+{} of {}",
            end.reason, end.head_bytes, end.body_bytes, end.wire_bytes
        ),
        Kind::Closed {
            by,
            kept_alive,
            why,
        } => match kept_alive {
            true => "kept".to_owned(),
            false => format!("closed {by}: {why}"),
        },
        _ => return None,
    })
}
