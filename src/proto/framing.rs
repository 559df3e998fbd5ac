//! What ends a response: RFC 9112 section 6.3 in its numbered steps, or what the user
//! asked for instead; and whether the connection may go on, section 9.3.
//!
//! Owns the meaning of Content-Length, Transfer-Encoding and Connection. It reads heads,
//! never bodies.

use super::Output;
use super::emit::Emit;
use super::head::{PartialHead, Version};
use crate::anomaly::Kind as Deviation;
use crate::event::{EndMode, Field, Framing};

/// The methods that change how a response ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Head,
    Connect,
    Other,
}

/// What a final head decides.
#[derive(Debug)]
pub(super) struct Decision {
    pub framing: Framing,
    /// No meaning is left, and why: what follows the head is passed on as it comes.
    pub broken: Option<String>,
    /// Content-Length, where the user's end mode sets it aside.
    pub set_aside: Option<Announced>,
    /// What follows the head is another protocol, after 101 or CONNECT.
    pub tunnel: bool,
    pub connection: Connection,
}

/// May the connection go on, by the head alone, and why or why not.
pub(super) type Connection = (bool, &'static str);

/// What the Content-Length fields announce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Announced {
    Bytes(u64),
    /// No number that can be used: the deviation, the field's offset, what was there.
    Unusable(Deviation, u64, String),
}

impl Method {
    pub fn new(method: &[u8]) -> Method {
        match method {
            b"HEAD" => Method::Head,
            b"CONNECT" => Method::Connect,
            _ => Method::Other,
        }
    }
}

/// Decides over a complete final head that ends at `end`.
pub(super) fn decide<O: Output>(
    method: Method,
    mode: EndMode,
    head: &PartialHead,
    fields: &[Field],
    end: u64,
    emit: &mut Emit<'_, O>,
) -> Decision {
    let facts = Facts::read(fields);
    let status = head.line.status;
    let tunnel = status == 101 || (method == Method::Connect && (200..300).contains(&status));
    forbidden_here(&facts, status, tunnel, emit);
    if head.line.version == Version::Http10
        && let Some(field) = facts.encoding.first
    {
        emit.anomaly(
            Deviation::EncodingInHttp10,
            field.offset,
            field.value.as_str(),
        );
    }
    let mut decision = Decision {
        framing: Framing::Close,
        broken: None,
        set_aside: None,
        tunnel,
        connection: facts.connection(head, emit),
    };

    // Steps 1 and 2: no body, whatever the fields say.
    let bodiless = (100..200).contains(&status) || matches!(status, 204 | 304);
    if method == Method::Head || bodiless || tunnel {
        decision.framing = Framing::NoBody;
        return decision;
    }
    // Step 3: both; Transfer-Encoding wins.
    if let (Some(_), Some(length)) = (facts.encoding.first, facts.length.first) {
        emit.anomaly(
            Deviation::LengthAndEncoding,
            length.offset,
            length.value.as_str(),
        );
    }
    // The user's word goes before steps 4 to 6.
    if mode == EndMode::Length {
        match facts.announced(emit) {
            Some(Announced::Bytes(length)) => decision.framing = Framing::Length(length),
            Some(Announced::Unusable(.., detail)) => {
                decision.broken = Some(emit.anomaly(Deviation::NoLength, end, detail));
            }
            None => decision.broken = Some(emit.anomaly(Deviation::NoLength, end, "")),
        }
        return decision;
    }
    // Step 4: Transfer-Encoding.
    if let Some(field) = facts.encoding.first {
        if facts.chunked_last(emit) {
            decision.framing = Framing::Chunked;
        } else {
            emit.anomaly(
                Deviation::EncodingNotChunked,
                field.offset,
                field.value.as_str(),
            );
        }
        return decision;
    }
    // Steps 5 and 6: Content-Length.
    let announced = facts.announced(emit);
    if matches!(mode, EndMode::Close | EndMode::Timeout) {
        decision.set_aside = announced;
        return decision;
    }
    match announced {
        Some(Announced::Unusable(kind, offset, detail)) => {
            decision.broken = Some(emit.anomaly(kind, offset, detail));
        }
        Some(Announced::Bytes(length)) => decision.framing = Framing::Length(length),
        // Step 8 (7 is about requests): everything up to the close.
        None => {}
    }
    decision
}

/// Records framing fields in a response that may not have them.
pub(super) fn forbidden_in_interim<O: Output>(
    status: u16,
    fields: &[Field],
    emit: &mut Emit<'_, O>,
) {
    forbidden_here(&Facts::read(fields), status, false, emit);
}

fn forbidden_here<O: Output>(facts: &Facts<'_>, status: u16, tunnel: bool, emit: &mut Emit<'_, O>) {
    if !((100..200).contains(&status) || status == 204 || tunnel) {
        return;
    }
    for (field, kind) in [
        (facts.length.first, Deviation::LengthWithoutBody),
        (facts.encoding.first, Deviation::EncodingWithoutBody),
    ] {
        if let Some(field) = field {
            emit.anomaly(kind, field.offset, field.value.as_str());
        }
    }
}

/// The fields that frame a response.
#[derive(Default)]
struct Facts<'a> {
    length: Named<'a>,
    encoding: Named<'a>,
    connection: Named<'a>,
}

/// The fields of one name, in order. Hardly ever more than one: no allocation for that.
#[derive(Default)]
struct Named<'a> {
    first: Option<&'a Field>,
    more: Vec<&'a Field>,
}

impl<'a> Named<'a> {
    fn push(&mut self, field: &'a Field) {
        match self.first {
            None => self.first = Some(field),
            Some(_) => self.more.push(field),
        }
    }

    fn iter(&self) -> impl Iterator<Item = &'a Field> {
        self.first.into_iter().chain(self.more.iter().copied())
    }
}

impl<'a> Facts<'a> {
    fn read(fields: &'a [Field]) -> Facts<'a> {
        let mut facts = Facts::default();
        for field in fields {
            // Three lengths; most fields have another.
            let (name, named) = match field.name.len() {
                14 => ("content-length", &mut facts.length),
                17 => ("transfer-encoding", &mut facts.encoding),
                10 => ("connection", &mut facts.connection),
                _ => continue,
            };
            if field.name.eq_ignore_ascii_case(name) {
                named.push(field);
            }
        }
        facts
    }

    /// The length, RFC 9112 section 6.3 step 5: equal repetitions are one number.
    fn announced<O: Output>(&self, emit: &mut Emit<'_, O>) -> Option<Announced> {
        let mut length: Option<u64> = None;
        let (mut repeated, mut list) = (None, None);
        for (i, field) in self.length.iter().enumerate() {
            for (j, member) in field.value.split(',').enumerate() {
                let unusable = |kind, detail| Some(Announced::Unusable(kind, field.offset, detail));
                let number = match number(member.trim_matches([' ', '\t'])) {
                    Ok(number) => number,
                    Err(kind) => return unusable(kind, field.value.to_string()),
                };
                if let Some(length) = length
                    && length != number
                {
                    let both = format!("{length} and {number}");
                    return unusable(Deviation::ConflictingLengths, both);
                }
                length = Some(number);
                if j > 0 {
                    list.get_or_insert(field);
                } else if i > 0 {
                    repeated.get_or_insert(field);
                }
            }
        }
        for (field, kind) in [
            (repeated, Deviation::RepeatedLength),
            (list, Deviation::LengthList),
        ] {
            if let Some(field) = field {
                emit.anomaly(kind, field.offset, field.value.as_str());
            }
        }
        length.map(Announced::Bytes)
    }

    /// Is chunked the last transfer coding? Its deviations are recorded where it is.
    fn chunked_last<O: Output>(&self, emit: &mut Emit<'_, O>) -> bool {
        let mut codings = self
            .encoding
            .iter()
            .flat_map(|field| list(&field.value).map(move |coding| (coding, field.offset)))
            .filter(|(coding, _)| !coding.is_empty())
            .collect::<Vec<_>>();
        let Some((last, offset)) = codings.pop() else {
            return false;
        };
        let Some(parameters) = chunked(last) else {
            return false;
        };
        if !parameters.is_empty() {
            emit.anomaly(Deviation::ChunkedParameters, offset, parameters);
        }
        for (coding, offset) in codings {
            let kind = match chunked(coding) {
                Some(_) => Deviation::RepeatedChunked,
                None => Deviation::OtherEncoding,
            };
            emit.anomaly(kind, offset, coding);
        }
        true
    }

    /// RFC 9112 section 9.3, as far as the head says.
    fn connection<O: Output>(&self, head: &PartialHead, emit: &mut Emit<'_, O>) -> Connection {
        let (mut close, mut keep_alive) = (false, false);
        for option in self.connection.iter().flat_map(|field| list(&field.value)) {
            close |= option.eq_ignore_ascii_case("close");
            keep_alive |= option.eq_ignore_ascii_case("keep-alive");
        }
        if close
            && keep_alive
            && let Some(field) = self.connection.first
        {
            emit.anomaly(
                Deviation::ConnectionConflict,
                field.offset,
                field.value.as_str(),
            );
        }
        let http10 = head.line.version == Version::Http10;
        if close {
            (false, "the server says Connection: close")
        } else if head.section.over() {
            (false, "the head was too large to be read whole")
        } else if self.encoding.first.is_some() && self.length.first.is_some() {
            (
                false,
                "Content-Length beside Transfer-Encoding: nobody knows what comes next",
            )
        } else if http10 && self.encoding.first.is_some() {
            (
                false,
                "Transfer-Encoding in HTTP/1.0: nobody knows what comes next",
            )
        } else if http10 && !keep_alive {
            (false, "HTTP/1.0 without Connection: keep-alive")
        } else if http10 {
            (true, "HTTP/1.0 with Connection: keep-alive")
        } else if head.line.version == Version::Odd {
            (false, "an odd version")
        } else {
            (true, "HTTP/1.1 keeps the connection open")
        }
    }
}

/// Digits alone, below 2^63.
fn number(digits: &str) -> Result<u64, Deviation> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Deviation::InvalidLength);
    }
    match digits.parse::<i64>() {
        Ok(number) => Ok(number.unsigned_abs()),
        Err(_) => Err(Deviation::LengthOverflow),
    }
}

/// What follows `chunked` in a transfer coding of that name.
fn chunked(coding: &str) -> Option<&str> {
    let (name, parameters) = match coding.find(';') {
        Some(at) => coding.split_at(at),
        None => (coding, ""),
    };
    name.trim_ascii_end()
        .eq_ignore_ascii_case("chunked")
        .then_some(parameters)
}

/// The members of a list, RFC 9110 section 5.6.1; a comma within quotes parts nothing.
fn list(value: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    value
        .split(move |c| {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                ',' => return !quoted,
                _ => {}
            }
            false
        })
        .map(|member| member.trim_matches([' ', '\t']))
}
