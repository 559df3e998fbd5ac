//! The lessons in this session: which step is open, since when, and what has come of each.
//!
//! Owns what is said of a step at the foot of the screen. Whether it is done is
//! [`crate::lesson`]'s to judge, when it is asked `update`'s.

use std::collections::BTreeMap;

use crate::lesson::{self, Lesson, Step, tell};
use crate::tui::fill::in_rows;
use crate::tui::keymap::{Action, Keymap};
use crate::tui::layout::Size;
use crate::tui::visit::VisitId;

#[derive(Default)]
pub struct Course {
    at: Option<At>,
    /// By lesson and step.
    outcomes: BTreeMap<(usize, usize), Outcome>,
}

/// The step that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    pub lesson: usize,
    pub step: usize,
    /// Exchanges before this one were for other steps.
    pub since: VisitId,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Else this machine cannot do it.
    pub done: bool,
    /// What to notice, or why it cannot.
    pub words: String,
}

impl Course {
    pub fn at(&self) -> Option<At> {
        self.at
    }

    /// The lesson that is open, and its step.
    pub fn open(&self) -> Option<(&'static Lesson, &'static Step)> {
        let at = self.at?;
        let lesson = lesson::all().get(at.lesson)?;
        Some((lesson, lesson.steps.get(at.step)?))
    }

    pub fn outcome(&self) -> Option<&Outcome> {
        let at = self.at?;
        self.outcomes.get(&(at.lesson, at.step))
    }

    /// Opens a step. One with a start of its own begins with the `next` exchange, another
    /// goes on with the one that is there.
    pub fn turn_to(&mut self, lesson: usize, step: usize, next: VisitId) {
        let same = self.at.filter(|at| at.lesson == lesson);
        self.at = Some(At {
            lesson,
            step,
            since: next,
        });
        if let (Some((_, Step { start: None, .. })), Some(at)) = (self.open(), same) {
            self.at = Some(At { step, ..at });
        }
    }

    /// The open step once more: what came of it is forgotten.
    pub fn begin_again(&mut self, next: VisitId) {
        if let Some(at) = &mut self.at {
            at.since = next;
            self.outcomes.remove(&(at.lesson, at.step));
        }
    }

    pub fn leave(&mut self) {
        self.at = None;
    }

    /// What came of the open step.
    pub fn judged(&mut self, outcome: Outcome) {
        if let Some(at) = self.at {
            self.outcomes.insert((at.lesson, at.step), outcome);
        }
    }

    /// The lesson and step after the open one, or before it, across the lessons.
    pub fn beside(&self, on: bool) -> Option<(usize, usize)> {
        let At { lesson, step, .. } = self.at?;
        let steps = |lesson: usize| Some(lesson::all().get(lesson)?.steps.len());
        match on {
            true if step + 1 < steps(lesson)? => Some((lesson, step + 1)),
            true => steps(lesson + 1).map(|_| (lesson + 1, 0)),
            false if step > 0 => Some((lesson, step - 1)),
            false => {
                let before = lesson.checked_sub(1)?;
                Some((before, steps(before)? - 1))
            }
        }
    }

    /// Steps of a lesson that are done.
    pub fn done(&self, lesson: usize) -> usize {
        let of_it = self.outcomes.range((lesson, 0)..(lesson + 1, 0));
        of_it.filter(|(_, outcome)| outcome.done).count()
    }

    /// What is said of the open step, in rows of so many columns.
    pub fn rows(&self, keys: &Keymap, columns: u16) -> Vec<String> {
        let Some((_, step)) = self.open() else {
            return Vec::new();
        };
        let words = match self.outcome() {
            Some(Outcome { done: true, words }) => format!("✓ {words}"),
            Some(Outcome { words, .. }) => format!("– {words}"),
            None => with_keys(&step.task, keys),
        };
        in_rows(&words, usize::from(columns).saturating_sub(2))
    }

    /// Rows that it takes with its title, before and after it is done; 0: none is open.
    pub fn height(&self, keys: &Keymap, size: Size) -> u16 {
        let Some((_, step)) = self.open() else {
            return 0;
        };
        let columns = usize::from(size.columns).saturating_sub(2);
        let both = [&step.task, &step.notice].map(|words| in_rows(words, columns).len());
        let now = self.rows(keys, size.columns).len();
        let rows = both.into_iter().max().unwrap_or(0).max(now) + 1;
        u16::try_from(rows).unwrap_or(u16::MAX).min(size.rows / 3)
    }
}

/// Each action in braces by its key.
pub fn with_keys(words: &str, keys: &Keymap) -> String {
    tell(words, |name| {
        Some(keys.key(Action::named(name)?).to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::keymap;

    #[test]
    fn each_action_that_a_lesson_names_is_one() {
        let facts: Vec<&str> = lesson::FACTS.iter().map(|(name, _)| *name).collect();
        for lesson in lesson::all() {
            for step in &lesson.steps {
                assert!(Action::named(&step.press).is_some(), "{}", step.press);
                tell(&step.task, |name| {
                    assert!(Action::named(name).is_some(), "{}: {name}", lesson.name);
                    None
                });
                tell(&step.notice, |name| {
                    let known = Action::named(name).is_some() || facts.contains(&name);
                    assert!(known, "{}: {name}", lesson.name);
                    None
                });
            }
        }
        for name in facts {
            assert_eq!(Action::named(name), None, "{name} is both");
        }
    }

    /// A config file may change a key: sentences name its action.
    #[test]
    fn no_lesson_names_a_key_itself() {
        let keys: Vec<&str> = keymap::ROWS
            .iter()
            .flat_map(|row| row.keys)
            .copied()
            .filter(|key| key.len() > 1)
            .collect();
        for lesson in lesson::all() {
            let steps = lesson
                .steps
                .iter()
                .flat_map(|step| [&step.task, &step.notice]);
            for words in steps.chain([&lesson.about]) {
                let mut words = words.split(|c: char| !c.is_alphanumeric() && c != '-');
                assert_eq!(
                    words.find(|word| keys.contains(word)),
                    None,
                    "{}",
                    lesson.name
                );
            }
        }
    }

    #[test]
    fn a_step_is_turned_to_across_the_lessons() {
        let mut course = Course::default();
        assert_eq!(course.beside(true), None);
        let mut places = Vec::new();
        let mut next = Some((0, 0));
        while let Some((lesson, step)) = next {
            course.turn_to(lesson, step, 1);
            places.push((lesson, step));
            next = course.beside(true);
        }
        let steps = lesson::all().iter().map(|lesson| lesson.steps.len());
        assert_eq!(places.len(), steps.sum::<usize>());
        for place in places.iter().rev().skip(1) {
            assert_eq!(course.beside(false), Some(*place));
            course.turn_to(place.0, place.1, 1);
        }
        assert_eq!(course.beside(false), None);
    }

    /// A step without a start goes on with the exchange of the one before it.
    #[test]
    fn a_step_counts_its_own_exchanges_alone() {
        let mut course = Course::default();
        for (number, lesson) in lesson::all().iter().enumerate() {
            let mut since = 0;
            for (at, step) in lesson.steps.iter().enumerate() {
                let next = 10 * (at as u64 + 1);
                if step.start.is_some() {
                    since = next;
                }
                course.turn_to(number, at, next);
                assert_eq!(
                    course.at().map(|at| at.since),
                    Some(since),
                    "{}",
                    lesson.name
                );
            }
        }
    }

    #[test]
    fn what_came_of_a_step_is_kept_until_it_begins_again() {
        let mut course = Course::default();
        let outcome = |done| Outcome {
            done,
            words: "x".to_owned(),
        };
        course.judged(outcome(true));
        course.turn_to(0, 0, 1);
        assert_eq!((course.outcome(), course.done(0)), (None, 0));
        course.judged(outcome(true));
        course.turn_to(0, 1, 1);
        course.judged(outcome(false));
        assert_eq!(
            (course.outcome(), course.done(0)),
            (Some(&outcome(false)), 1)
        );
        course.turn_to(0, 0, 1);
        course.begin_again(5);
        assert_eq!((course.outcome(), course.done(0)), (None, 0));
        assert_eq!(course.at().map(|at| at.since), Some(5));
        course.leave();
        assert_eq!(
            course.height(
                &Keymap::default(),
                Size {
                    columns: 80,
                    rows: 24
                }
            ),
            0
        );
    }
}
