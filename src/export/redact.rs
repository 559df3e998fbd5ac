//! Secrets taken out of what is passed on: each byte of one becomes `*`, so that lengths
//! and offsets stay what they were.
//!
//! Owns which fields hold secrets, and which part of their value is one.

use std::ops::Range;

use crate::event::{Event, Field, Head, Kind, Piece, ProxyAnswer};
use crate::plan::Plan;
use crate::request::{self, Message, fields, split};

/// What stands for each byte of a secret.
pub const MASK: u8 = b'*';

/// A field whose value is secret, and how much of it.
const SECRETS: &[(&str, Part)] = &[
    ("Authorization", Part::AfterScheme),
    ("Proxy-Authorization", Part::AfterScheme),
    ("Cookie", Part::Values),
    ("Set-Cookie", Part::FirstValue),
    ("X-Api-Key", Part::All),
    ("X-Auth-Token", Part::All),
];

#[derive(Clone, Copy)]
enum Part {
    All,
    /// `Basic` and `Bearer` may be known.
    AfterScheme,
    /// Of each pair between semicolons.
    Values,
    /// Of the first pair: attributes follow.
    FirstValue,
}

/// Hides the secrets of the requests that these bytes are.
pub fn redact(requests: &mut [u8]) {
    for secret in secrets(requests) {
        requests[secret].fill(MASK);
    }
}

/// The same of the head, a response's too, that these bytes begin with.
pub fn redact_head(message: &mut [u8]) {
    for secret in secrets_of_head(message) {
        message[secret].fill(MASK);
    }
}

/// Where the secrets lie of the requests that these bytes are.
pub fn secrets(requests: &[u8]) -> Vec<Range<usize>> {
    let messages = split(requests).into_iter();
    let in_message = |message: Message| {
        let start = message.bytes.start;
        let found = secrets_of_head(&requests[message.bytes]).into_iter();
        found.map(move |secret| start + secret.start..start + secret.end)
    };
    messages.flat_map(in_message).collect()
}

/// Those of the head, a response's too, that these bytes begin with.
pub fn secrets_of_head(message: &[u8]) -> Vec<Range<usize>> {
    let of_field = |field: request::Field| {
        let start = field.value.start;
        let found = secrets_of_value(&message[field.name], &message[field.value]);
        let moved = move |secret: Range<usize>| start + secret.start..start + secret.end;
        found.into_iter().map(moved)
    };
    fields(message).flat_map(of_field).collect()
}

fn secrets_of_value(name: &[u8], value: &[u8]) -> Vec<Range<usize>> {
    let mut rows = SECRETS.iter();
    match rows.find(|(secret, _)| name.eq_ignore_ascii_case(secret.as_bytes())) {
        Some(&(_, part)) => parts(part, value),
        None => Vec::new(),
    }
}

/// The same event without its secrets; `None` where it can hold none.
pub fn redacted_event(event: &Event) -> Option<Event> {
    let head = |head: &Head| {
        Box::new(Head {
            fields: redacted_fields(&head.fields),
            ..head.clone()
        })
    };
    let kind = match &event.kind {
        Kind::Head(of) => Kind::Head(head(of)),
        Kind::InterimHead(of) => Kind::InterimHead(head(of)),
        Kind::ProxyConnect { to, request } => {
            let mut request = request.to_vec();
            redact_head(&mut request);
            Kind::ProxyConnect {
                to: to.clone(),
                request: request.into(),
            }
        }
        Kind::ProxyHead(answer) => {
            let mut raw = answer.raw.to_vec();
            redact_head(&mut raw);
            Kind::ProxyHead(Box::new(ProxyAnswer {
                head: *head(&answer.head),
                raw: raw.into(),
                body: answer.body.clone(),
            }))
        }
        Kind::Trailers { headers } => Kind::Trailers {
            headers: redacted_fields(headers),
        },
        _ => return None,
    };
    Some(Event { kind, ..*event })
}

fn redacted_fields(fields: &[Field]) -> Vec<Field> {
    let field = |field: &Field| {
        let mut value = field.value.as_str().as_bytes().to_vec();
        for secret in secrets_of_value(field.name.as_bytes(), &value) {
            value[secret].fill(MASK);
        }
        let value = String::from_utf8_lossy(&value).into_owned();
        Field {
            value: Piece::from(value.as_str()),
            ..field.clone()
        }
    };
    fields.iter().map(field).collect()
}

/// The same plan without the secrets of its request and its URL.
pub fn redacted_plan(plan: &Plan) -> Plan {
    let mut request = plan.request.to_vec();
    redact(&mut request);
    let mut plan = plan.clone();
    plan.request = request.into();
    plan.target.userinfo = None;
    let proxies = [
        &mut plan.options.proxies.http,
        &mut plan.options.proxies.https,
    ];
    for user in proxies
        .into_iter()
        .flatten()
        .flat_map(|proxy| &mut proxy.user)
    {
        user.name.fill(MASK);
        user.password.fill(MASK);
    }
    plan
}

fn parts(part: Part, value: &[u8]) -> Vec<Range<usize>> {
    let all = 0..value.len();
    let after = |range: Range<usize>, sign: u8| {
        let at = value[range.clone()].iter().position(|&byte| byte == sign);
        range.start + at.map_or(0, |at| at + 1)..range.end
    };
    match part {
        Part::All => vec![all],
        Part::AfterScheme => vec![after(all, b' ')],
        Part::FirstValue => {
            let end = value.iter().position(|&byte| byte == b';');
            vec![after(0..end.unwrap_or(value.len()), b'=')]
        }
        Part::Values => {
            let mut pairs = Vec::new();
            let mut start = 0;
            for pair in value.split(|&byte| byte == b';') {
                let space = pair.iter().take_while(|&&byte| byte == b' ').count();
                let end = start + pair.len();
                pairs.push(after(start + space..end, b'='));
                start = end + 1;
            }
            pairs
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_and_what_is_not() {
        let table = [
            ("Authorization: Basic YTpi", "Authorization: Basic ****"),
            ("authorization: token", "authorization: *****"),
            (
                "Proxy-Authorization: Bearer a b",
                "Proxy-Authorization: Bearer ***",
            ),
            (
                "Cookie: a=bc; nameless;d=; e=f=g",
                "Cookie: a=**; ********;d=; e=***",
            ),
            (
                "Set-Cookie: a=bc; Path=/; HttpOnly",
                "Set-Cookie: a=**; Path=/; HttpOnly",
            ),
            ("Set-Cookie: bc; Path=/", "Set-Cookie: **; Path=/"),
            ("X-Api-Key: k", "X-Api-Key: *"),
            ("Cookies: a=b", "Cookies: a=b"),
            ("Cookie:", "Cookie:"),
        ];
        for (line, want) in table {
            // Also in the second of two requests, and never in a body.
            let message = |line: &str| format!("G / HTTP/1.1\r\n{line}\r\n\r\n");
            let post = |line: &str| {
                format!("P / HTTP/1.1\r\nContent-Length: 13\r\n{line}\r\n\r\nCookie: a=b\r\n")
            };
            let mut bytes = [post(line), message(line)].concat().into_bytes();
            redact(&mut bytes);
            let want = [post(want), message(want)].concat();
            assert_eq!(String::from_utf8(bytes).unwrap(), want, "{line}");
        }
    }

    #[test]
    fn heads_keep_all_but_the_secret() {
        let field = |name: &str, value: &str| Field {
            name: name.into(),
            value: value.into(),
            offset: 7,
            len: 9,
        };
        let head = |value: &str| Head {
            version: "HTTP/1.1".into(),
            status: 200,
            reason: "OK".into(),
            fields: vec![field("X", "y"), field("set-cookie", value)],
            offset: 0,
            bytes: 1,
            framing: crate::event::Framing::Close,
        };
        let event = |value: &str| Event {
            t_us: 1,
            kind: Kind::Head(Box::new(head(value))),
        };
        let found = redacted_event(&event("a=bcd; Secure"));
        assert_eq!(found, Some(event("a=***; Secure")));
    }
}
