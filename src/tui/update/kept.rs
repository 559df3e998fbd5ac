//! What the session keeps of its exchanges: all of them, as long as there is room.
//!
//! A tab's [`LATEST`] keep their bytes whatever their size, and so does the one shown. Of
//! the older ones, and of those that no tab leads back to any more, as many keep theirs as
//! fit into what the session may hold in memory, the newest first; the others keep their
//! fold (head, calls, times), until those too come to as much.

use std::cmp::Reverse;

use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::visit::{Visit, VisitId};

/// Exchanges of a tab that no room is made of.
pub const LATEST: usize = 16;
/// Older ones that are kept at all: each is looked at for every key.
const MOST: usize = 512;

/// No tab leads to these any more; the list of exchanges still does.
pub(super) fn shelve(app: &mut App, visits: impl IntoIterator<Item = Visit>) -> Vec<Effect> {
    let mut effects = Vec::new();
    for visit in visits {
        if !visit.over {
            effects.push(Effect::Cancel(visit.id));
        }
        app.shelf.push(visit);
    }
    effects.extend(make_room(app));
    effects
}

/// Says that the bytes of the exchange shown are gone, where they are.
pub(super) fn is_gone(app: &mut App) -> bool {
    let gone = app.tab().visit().is_some_and(|visit| visit.gone);
    if gone {
        app.note("the bytes of this exchange are gone: they made room for newer ones");
    }
    gone
}

/// What a visit holds.
struct Held {
    id: VisitId,
    /// Received and decoded, in memory or in a file.
    bytes: u64,
    /// Of its fold: bytes of memory, about.
    fold: u64,
}

/// Lets the oldest go where they hold more than there is room for.
pub(super) fn make_room(app: &mut App) -> Vec<Effect> {
    let held = |visit: &Visit| Held {
        id: visit.id,
        bytes: visit.stored(),
        fold: visit.live.log.size(),
    };
    let in_tabs = app.tabs.iter().flat_map(|tab| {
        let older = tab.visits.len().saturating_sub(LATEST);
        let older = tab.visits.iter().take(older).enumerate();
        older.filter_map(move |(at, visit)| (at != tab.at).then_some(visit))
    });
    let all = in_tabs.chain(&app.shelf).filter(|visit| visit.over);
    let mut all: Vec<Held> = all.map(held).collect();
    all.sort_by_key(|held| Reverse(held.id));
    let (mut bytes, mut folds) = (Room(app.memory), Room(app.memory));
    let mut effects = Vec::new();
    for (number, held) in all.into_iter().enumerate() {
        if number >= MOST || !folds.take(held.fold) {
            forget(app, held.id);
        } else if held.bytes > 0 && !bytes.take(held.bytes) {
            if let Some(visit) = app.visit_by_id(held.id) {
                visit.let_go();
            }
        } else {
            continue;
        }
        effects.push(Effect::Forget(held.id));
    }
    effects
}

/// Bytes left.
struct Room(u64);

impl Room {
    /// False where so many do not fit: what is smaller still may.
    fn take(&mut self, bytes: u64) -> bool {
        let left = self.0.checked_sub(bytes);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

fn forget(app: &mut App, id: VisitId) {
    app.shelf.retain(|visit| visit.id != id);
    for tab in &mut app.tabs {
        if let Some(at) = tab.visits.iter().position(|visit| visit.id == id) {
            tab.visits.remove(at);
            tab.at -= usize::from(at < tab.at);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::body::{Memory, Writer};
    use crate::plan::Plan;
    use crate::tui::layout::Size;
    use crate::tui::theme::Theme;
    use crate::tui::update::tabs;
    use crate::url::Target;

    fn visit(id: VisitId, bytes: usize) -> Visit {
        let target = Target::parse("one.test").unwrap();
        let mut visit = Visit::new(id, &Plan::new(target, *b"GET / HTTP/1.1\r\n\r\n"));
        let mut writer = Writer::new(&Memory::new(1 << 20));
        writer.append(&vec![b'.'; bytes]).unwrap();
        visit.wire = writer.store();
        visit.over = true;
        visit
    }

    /// A browser with room for 1000 bytes.
    fn app(sizes: impl IntoIterator<Item = usize>) -> App {
        let size = Size {
            columns: 80,
            rows: 24,
        };
        let mut app = App::new(size, Instant::now(), Theme::new(false));
        app.memory = 1000;
        for (id, size) in (1..).zip(sizes) {
            app.tab_mut().push(visit(id, size));
        }
        app
    }

    fn gone(app: &App) -> Vec<VisitId> {
        let visits = app.tabs.iter().flat_map(|tab| &tab.visits);
        let visits = visits.chain(&app.shelf).filter(|visit| visit.gone);
        visits.map(|visit| visit.id).collect()
    }

    #[test]
    fn whose_bytes_go() {
        // sizes of the oldest, before sixteen newer ones → those that are let go
        for (sizes, want) in [
            (vec![], vec![]),
            (vec![5000], vec![1]),
            (vec![400, 600], vec![]),
            (vec![400, 601], vec![1]),
            (vec![400, 5000, 600], vec![2]),
            (vec![0, 1, 999, 1], vec![2]),
        ] {
            let mut app = app(sizes.iter().copied().chain([9000; LATEST]));
            make_room(&mut app);
            assert_eq!(gone(&app), want, "{sizes:?}");
        }
    }

    #[test]
    fn the_one_shown_keeps_its_bytes() {
        let mut app = app([5000; LATEST + 2]);
        app.tab_mut().at = 0;
        make_room(&mut app);
        assert_eq!(gone(&app), [2]);
    }

    #[test]
    fn what_no_tab_leads_to_comes_back_as_the_newest() {
        let mut app = app([10, 20, 30]);
        app.tab_mut().at = 0;
        let ahead = app.tab_mut().push(visit(4, 40));
        assert!(shelve(&mut app, ahead).is_empty());
        assert_eq!(app.shelf.len(), 2);
        tabs::reopen(&mut app, 3);
        let ids: Vec<VisitId> = app.tab().visits.iter().map(|visit| visit.id).collect();
        assert_eq!((ids, app.tab().at), (vec![1, 4, 3], 2));
        assert_eq!(app.shelf.len(), 1);
    }

    #[test]
    fn what_runs_is_cancelled_and_tells_its_end() {
        let mut app = app([]);
        let running = Visit {
            over: false,
            ..visit(1, 9000)
        };
        let effects = shelve(&mut app, [running]);
        assert!(matches!(effects[..], [Effect::Cancel(1)]));
        super::super::update(&mut app, crate::tui::message::Message::Over(1));
        assert!(app.visit(1).is_some_and(|visit| visit.over));
    }

    #[test]
    fn there_is_an_end_to_what_is_kept() {
        let mut app = app(std::iter::repeat_n(0, MOST + LATEST + 3));
        let effects = make_room(&mut app);
        assert_eq!(effects.len(), 3);
        assert_eq!(app.tab().visits.len(), MOST + LATEST);
        assert_eq!(
            app.tab().visits[app.tab().at].id as usize,
            MOST + LATEST + 3
        );
    }
}
