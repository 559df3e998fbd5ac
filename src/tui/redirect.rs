//! Where the response of an exchange leads, and one line that says so.

use crate::plan::{self, Leads};
use crate::tui::keymap::{Action, Keymap};
use crate::tui::visit::Visit;
use crate::url::Target;

/// Where the response of an exchange leads.
pub fn leads(visit: &Visit) -> Leads {
    let (Some(head), Ok(from)) = (visit.whole_answer().head, Target::parse(&visit.url)) else {
        return Leads::No;
    };
    plan::leads(&from, head.status, head.values("Location").next())
}

/// One line about it, for below the panes; `None` where it is no redirect.
pub fn words(visit: &Visit, keys: &Keymap) -> Option<String> {
    let status = visit.whole_answer().head?.status;
    let from = Target::parse(&visit.url).ok()?;
    match leads(visit) {
        Leads::No => None,
        Leads::To(to) => {
            let place = match from.same_origin(&to) {
                true => to.path.clone(),
                false => to.without_userinfo(),
            };
            let down = match from.downgrades_to(&to) {
                true => ", from https to http",
                false => "",
            };
            let key = keys.key(Action::Follow);
            Some(format!("{status} to {place}{down}: {key} follows"))
        }
        Leads::Not(why) => Some(format!("{status} is not followed: {why}")),
        Leads::Nowhere(error) => Some(format!(
            "{status}: its Location cannot be followed: {error}"
        )),
    }
}
