//! Two exchanges side by side: which of their facts and fields are the same.
//!
//! Owns what is laid beside what, as plain data. It reads no body (that is
//! [`crate::body::differ`]'s) and knows no screen.

use std::collections::{HashMap, VecDeque};

use super::{Answer, Exchange, Span};
use crate::event::{Field, Piece};

/// One fact of two exchanges, A's and B's; `None`: it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Of a field: as A writes it, else B. It came from outside.
    pub name: Piece,
    pub sides: [Option<Value>; 2],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Words, some from outside.
    Text(Piece),
    Bytes(u64),
    Count(u64),
}

/// How the two sides of a row stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Equal,
    Differs,
    /// Only one side has it.
    Missing,
}

/// When a phase ran in both; `None`: it did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    pub name: &'static str,
    pub sides: [Option<Span>; 2],
}

impl Row {
    pub fn sign(&self) -> Sign {
        match &self.sides {
            [Some(a), Some(b)] if a == b => Sign::Equal,
            [Some(_), Some(_)] => Sign::Differs,
            _ => Sign::Missing,
        }
    }
}

/// What both came to: status, end reason, bytes; `answers`: the responses that are laid
/// side by side. A row that neither has is left out.
pub fn facts([a, b]: [&Exchange; 2], answers: [&Answer<'_>; 2]) -> Vec<Row> {
    type Fact = fn(&Exchange, &Answer<'_>) -> Option<Value>;
    const FACTS: &[(&str, Fact)] = &[
        ("status", |_, answer| {
            let head = answer.head?;
            let line = format!("{} {:03} {}", head.version, head.status, head.reason);
            Some(text(line.trim_end()))
        }),
        ("end reason", |of, answer| {
            let reason = answer.ended().or(of.end.map(|end| end.reason));
            Some(text(reason.map_or("running", |reason| reason.name())))
        }),
        ("error", |of, _| {
            of.error.as_ref().map(|error| text(&error.message))
        }),
        ("sent", |of, _| Some(Value::Bytes(of.sends.bytes))),
        ("received", |of, _| Some(Value::Bytes(of.recvs.bytes))),
        ("head", |_, answer| Some(Value::Bytes(answer.head_bytes()))),
        ("body", |_, answer| Some(Value::Bytes(answer.body_bytes()))),
        ("recv() calls", |of, _| Some(Value::Count(of.recvs.count))),
        ("anomalies", |of, _| Some(Value::Count(of.anomaly_count))),
    ];
    let row = |&(name, fact): &(&str, Fact)| Row {
        name: name.into(),
        sides: [fact(a, answers[0]), fact(b, answers[1])],
    };
    let rows = FACTS.iter().map(row);
    rows.filter(|row| row.sides != [None, None]).collect()
}

/// Each phase of both, in the order they run in.
pub fn phases(of: [&Exchange; 2]) -> Vec<Phase> {
    let [a, b] = of.map(|exchange| exchange.spans.named());
    let both = a.into_iter().zip(b);
    let phases = both.map(|((name, a), (_, b))| Phase {
        name,
        sides: [a, b],
    });
    // Plain and direct, nobody misses them.
    let told =
        |phase: &Phase| !matches!(phase.name, "tls" | "proxy") || phase.sides != [None, None];
    phases.filter(told).collect()
}

/// The fields of both final heads, see [`align`].
pub fn fields(of: [&Answer<'_>; 2]) -> Vec<Row> {
    let [a, b] = of.map(|answer| answer.head.map_or(&[][..], |head| &head.fields));
    align(a, b)
}

/// The trailer fields of both, see [`align`].
pub fn trailers([a, b]: [&Answer<'_>; 2]) -> Vec<Row> {
    align(a.trailers, b.trailers)
}

/// A's fields in their order, each beside B's of the same name (RFC 9110 section 5.1:
/// its case does not matter), the first beside the first where a name comes more than
/// once; then those that B alone has.
fn align(a: &[Field], b: &[Field]) -> Vec<Row> {
    let mut places: HashMap<String, VecDeque<usize>> = HashMap::new();
    for (at, field) in b.iter().enumerate() {
        let name = field.name.to_ascii_lowercase();
        places.entry(name).or_default().push_back(at);
    }
    let mut rows = Vec::with_capacity(a.len().max(b.len()));
    let mut beside = vec![false; b.len()];
    for field in a {
        let same = places.get_mut(&field.name.to_ascii_lowercase());
        let at = same.and_then(VecDeque::pop_front);
        let other = at.and_then(|at| {
            beside[at] = true;
            b.get(at)
        });
        rows.push(row(field, [Some(field), other]));
    }
    let alone = b.iter().zip(beside).filter(|(_, beside)| !beside);
    rows.extend(alone.map(|(field, _)| row(field, [None, Some(field)])));
    rows
}

fn row(named: &Field, sides: [Option<&Field>; 2]) -> Row {
    Row {
        name: named.name.clone(),
        sides: sides.map(|field| field.map(|field| Value::Text(field.value.clone()))),
    }
}

fn text(words: &str) -> Value {
    Value::Text(words.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::events::*;
    use super::*;
    use crate::event::{EndMode, EndReason, Framing, Kind};

    fn with_fields(fields: &[(&str, &str)]) -> Exchange {
        let head = head(200, 0, Framing::Length(0), fields);
        fold(EndMode::Auto, 5, &[(1, head)])
    }

    fn shown(rows: &[Row]) -> Vec<String> {
        let value = |value: &Option<Value>| match value {
            Some(Value::Text(text)) => text.to_string(),
            Some(Value::Bytes(n)) => format!("{n} B"),
            Some(Value::Count(n)) => n.to_string(),
            None => "-".to_owned(),
        };
        let row = |row: &Row| {
            let sign = match row.sign() {
                Sign::Equal => "=",
                Sign::Differs => "!",
                Sign::Missing => "?",
            };
            let [a, b] = &row.sides;
            format!("{sign} {}: {} | {}", &*row.name, value(a), value(b))
        };
        rows.iter().map(row).collect()
    }

    #[test]
    fn fields_stand_beside_those_of_their_name() {
        type Fields<'a> = &'a [(&'a str, &'a str)];
        let rows: &[(Fields, Fields, &[&str])] = &[
            (&[], &[], &[]),
            (&[("A", "1")], &[("a", "1")], &["= A: 1 | 1"]),
            (&[("A", "1")], &[("A", "2")], &["! A: 1 | 2"]),
            (&[("A", "x")], &[("A", "X")], &["! A: x | X"]),
            (&[("A", "1")], &[], &["? A: 1 | -"]),
            (&[], &[("A", "")], &["? A: - | "]),
            // The order of B does not matter, what it alone has stands last.
            (
                &[("A", "1"), ("B", "2")],
                &[("C", "3"), ("B", "2"), ("A", "1")],
                &["= A: 1 | 1", "= B: 2 | 2", "? C: - | 3"],
            ),
            // The first beside the first.
            (
                &[("S", "1"), ("S", "2"), ("S", "3")],
                &[("s", "1"), ("s", "4")],
                &["= S: 1 | 1", "! S: 2 | 4", "? S: 3 | -"],
            ),
        ];
        for (a, b, want) in rows {
            let found = fields([&with_fields(a).answer(), &with_fields(b).answer()]);
            assert_eq!(shown(&found), *want, "{a:?} {b:?}");
        }
    }

    #[test]
    fn facts_of_two_exchanges() {
        let ended = fold(
            EndMode::Auto,
            5,
            &[
                (1, connected("127.0.0.1:80")),
                (2, send(0, 5, 5)),
                (3, recv(0, 100, 40)),
                (4, head(200, 38, Framing::Length(2), &[])),
                (4, Kind::Body { bytes: 2 }),
                (5, end(EndReason::ContentLength)),
            ],
        );
        let failed = fold(EndMode::Auto, 5, &[(9, error("connect", "no \x1b way"))]);
        let found = facts([&ended, &failed], [&ended.answer(), &failed.answer()]);
        assert_eq!(
            shown(&found),
            [
                "? status: HTTP/1.1 200 | -",
                "! end reason: content_length | running",
                "? error: - | no \x1b way",
                "! sent: 5 B | 0 B",
                "! received: 40 B | 0 B",
                "! head: 38 B | 0 B",
                "! body: 2 B | 0 B",
                "! recv() calls: 1 | 0",
                "= anomalies: 0 | 0",
            ]
        );
        assert!(
            facts([&ended, &ended], [&ended.answer(), &ended.answer()])
                .iter()
                .all(|row| row.sign() == Sign::Equal)
        );
    }

    #[test]
    fn phases_of_two_exchanges() {
        let a = fold(EndMode::Auto, 5, &[(10, resolving()), (20, resolved(&[]))]);
        let b = fold(EndMode::Auto, 5, &[(5, connected("127.0.0.1:80"))]);
        let span = |from, to| Some(Span { from, to });
        let found: Vec<_> = phases([&a, &b])
            .into_iter()
            .map(|phase| (phase.name, phase.sides))
            .collect();
        assert_eq!(
            found,
            [
                ("resolve", [span(10, Some(20)), None]),
                ("connect", [None, None]),
                ("send", [None, span(5, None)]),
                ("wait", [None, None]),
                ("receive", [None, None]),
            ]
        );
    }
}
