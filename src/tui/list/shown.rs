//! The rows of a list, and those of them that fit what was typed.
//!
//! Rows of which there may be thousands are made where they are looked at: of ten thousand
//! frames a screen shows thirty, and their payloads are read for those alone.

use std::cmp::Reverse;

use super::{Of, Row};

/// All rows of a list, one part behind the other.
pub(super) struct Rows<'a>(Vec<Part<'a>>);

pub(super) enum Part<'a> {
    Made(Vec<Row>),
    /// So many, each made from its number.
    Later(usize, Box<dyn Fn(usize) -> Option<Row> + 'a>),
}

impl<'a> Rows<'a> {
    pub fn of(parts: Vec<Part<'a>>) -> Rows<'a> {
        Rows(parts)
    }

    pub fn len(&self) -> usize {
        self.0.iter().map(Part::len).sum()
    }

    fn get(&self, mut at: usize) -> Option<Row> {
        for part in &self.0 {
            match at.checked_sub(part.len()) {
                Some(past) => at = past,
                None => return part.get(at),
            }
        }
        None
    }
}

impl From<Vec<Row>> for Rows<'_> {
    fn from(rows: Vec<Row>) -> Self {
        Rows(vec![Part::Made(rows)])
    }
}

impl Part<'_> {
    fn len(&self) -> usize {
        match self {
            Part::Made(rows) => rows.len(),
            Part::Later(many, _) => *many,
        }
    }

    fn get(&self, at: usize) -> Option<Row> {
        match self {
            Part::Made(rows) => rows.get(at).cloned(),
            Part::Later(_, make) => make(at),
        }
    }
}

/// The rows that fit, the best first; those that fit alike stay in order.
pub struct Shown<'a> {
    rows: Rows<'a>,
    /// `None`: nothing was typed, all of them in their own order.
    fitting: Option<Vec<usize>>,
}

fn fitting(rows: &Rows, of: Of, typed: &str) -> Vec<usize> {
    let mut fitting: Vec<(i32, usize, usize)> = (0..rows.len())
        .filter_map(|at| {
            let row = rows.get(at)?;
            // Of two commands that fit alike the shorter name is meant: more of it was typed.
            let length = match of {
                Of::Commands => row.text.len(),
                _ => 0,
            };
            Some((of.fit(typed, &row)?, length, at))
        })
        .collect();
    fitting.sort_by_key(|&(points, length, _)| (Reverse(points), length));
    fitting.into_iter().map(|(.., at)| at).collect()
}

impl<'a> Shown<'a> {
    /// Without words typed no row is made, but for URLs, which have their own order.
    pub(super) fn of(rows: Rows<'a>, of: Of, typed: &str) -> Shown<'a> {
        let fitting = (!typed.is_empty() || of == Of::Urls).then(|| fitting(&rows, of, typed));
        Shown { rows, fitting }
    }

    pub fn len(&self) -> usize {
        self.fitting.as_ref().map_or(self.rows.len(), Vec::len)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Without a filter, too.
    pub fn all(&self) -> usize {
        self.rows.len()
    }

    pub fn get(&self, at: usize) -> Option<Row> {
        match &self.fitting {
            Some(fitting) => self.rows.get(*fitting.get(at)?),
            None => self.rows.get(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::list::Choice;

    fn row(text: &str) -> Row {
        Row {
            text: text.to_owned(),
            beside: String::new(),
            about: String::new(),
            choice: Choice::Nothing,
        }
    }

    #[test]
    fn parts_follow_each_other() {
        let many = |n: usize| Some(row(&n.to_string()));
        let rows = Rows::of(vec![
            Part::Made(vec![row("first")]),
            Part::Later(3, Box::new(many)),
            Part::Made(vec![row("last")]),
        ]);
        let texts = |at| rows.get(at).map(|row| row.text);
        let all: Vec<String> = (0..rows.len()).filter_map(texts).collect();
        assert_eq!(all, ["first", "0", "1", "2", "last"]);
        assert_eq!(texts(5), None);
        // What was typed looks at each; commands alone prefer what is short.
        for (typed, want) in [("x", &[][..]), ("st", &[0, 4]), ("2", &[3])] {
            assert_eq!(fitting(&rows, Of::Messages, typed), want, "{typed}");
        }
        assert_eq!(fitting(&rows, Of::Commands, "st"), [4, 0]);
    }
}
