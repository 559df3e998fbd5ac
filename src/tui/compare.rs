//! Two exchanges looked at side by side: which they are, and how far their bodies have
//! been compared.
//!
//! Owns the pop-up's state, and the walk over both bodies, which tells how far it is. What
//! differs is [`crate::exchange::compare`]'s and [`crate::body::differ`]'s; how it looks,
//! `ui`'s.

use std::sync::{Arc, Weak};

use crate::body::Window;
use crate::body::differ::{self, Same};
use crate::tui::visit::VisitId;

/// Bytes between two words about how far it is: 16 of them a GiB.
const STEP: u64 = 64 << 20;

/// The pop-up that shows A beside B.
pub struct Compare {
    pub pair: [VisitId; 2],
    /// Rows scrolled down.
    pub top: usize,
    pub bodies: Bodies,
    /// Goes with the pop-up, however it is closed: then nobody waits for the bodies.
    open: Arc<()>,
}

/// What is known of the bodies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bodies {
    /// One of them is still coming: both are compared when they are whole.
    Coming,
    /// So many bytes are the same so far.
    Comparing(u64),
    Compared(Same),
    /// They cannot be read back, and why.
    Unreadable(String),
}

impl Compare {
    pub fn new(pair: [VisitId; 2]) -> Compare {
        Compare {
            pair,
            top: 0,
            bodies: Bodies::Coming,
            open: Arc::default(),
        }
    }

    /// Can be upgraded while the pop-up is open.
    pub fn wanted(&self) -> Weak<()> {
        Arc::downgrade(&self.open)
    }
}

/// Compares two bodies while `wanted` can be upgraded; tells now and then how far it is,
/// and at last what came of it.
pub fn bodies([a, b]: &[Window; 2], wanted: &Weak<()>, tell: impl Fn(Bodies)) {
    let mut told = 0;
    let compared = differ::compare([a, b], |same| {
        if same - told >= STEP {
            told = same;
            tell(Bodies::Comparing(same));
        }
        wanted.strong_count() > 0
    });
    match compared {
        Ok(Some(same)) => tell(Bodies::Compared(same)),
        Ok(None) => {}
        Err(err) => tell(Bodies::Unreadable(err.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::body::{Memory, Writer};

    /// What is told of a body of so many bytes beside itself.
    fn told(len: u64, wanted: &Weak<()>) -> Vec<Bodies> {
        let mut writer = Writer::new(&Memory::new(len));
        let piece = vec![b'.'; 1 << 20];
        for _ in 0..len >> 20 {
            writer.append(&piece).unwrap();
        }
        let body = Window::whole(&writer.store());
        let told: RefCell<Vec<Bodies>> = RefCell::default();
        bodies(&[body.clone(), body], wanted, |bodies| {
            told.borrow_mut().push(bodies);
        });
        told.into_inner()
    }

    #[test]
    fn what_is_told() {
        let open = Compare::new([2, 1]);
        let all = Bodies::Compared(Same::All);
        for (len, want) in [
            (0, vec![all.clone()]),
            (1 << 20, vec![all.clone()]),
            (STEP + (1 << 20), vec![Bodies::Comparing(STEP), all.clone()]),
        ] {
            assert_eq!(told(len, &open.wanted()), want, "{len}");
        }
        let wanted = open.wanted();
        drop(open);
        assert_eq!(told(1 << 20, &wanted), [], "nobody waits");
    }
}
