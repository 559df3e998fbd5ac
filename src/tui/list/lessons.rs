//! The lessons, in their order, with how much of each is done.

use super::{Choice, Row};
use crate::lesson;
use crate::tui::course::Course;

pub(super) fn rows(course: &Course) -> Vec<Row> {
    let lessons = lesson::all().iter().enumerate();
    lessons
        .map(|(number, lesson)| {
            let (done, steps) = (course.done(number), lesson.steps.len());
            let sign = if done == steps { "✓" } else { "·" };
            Row {
                text: format!("{sign} {:<11} {}", lesson.name, lesson.title),
                beside: format!("{done} of {steps}"),
                about: lesson.about.clone(),
                choice: Choice::Lesson(number),
            }
        })
        .collect()
}
