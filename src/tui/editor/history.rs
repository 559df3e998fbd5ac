//! The way back: edits, in order, within a bound of bytes.

/// Bytes of removed and inserted text that are kept.
const KEPT: usize = 32 * 1024 * 1024;

/// At `at`, `removed` became `inserted`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub at: usize,
    pub removed: Vec<u8>,
    pub inserted: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
pub struct History {
    done: Vec<Edit>,
    undone: Vec<Edit>,
    bytes: usize,
    /// The next edit does not join the last one.
    sealed: bool,
}

impl History {
    /// A run of typing, or of deleting, is one edit.
    pub fn push(&mut self, edit: Edit) {
        self.undone.clear();
        self.bytes += edit.size();
        let joined = !self.sealed && self.done.last_mut().is_some_and(|last| last.join(&edit));
        if !joined {
            self.done.push(edit);
        }
        self.sealed = false;
        let mut forgotten = 0;
        while self.bytes > KEPT && forgotten + 1 < self.done.len() {
            self.bytes -= self.done[forgotten].size();
            forgotten += 1;
        }
        self.done.drain(..forgotten);
    }

    pub fn seal(&mut self) {
        self.sealed = true;
    }

    /// The edit to take back.
    pub fn undo(&mut self) -> Option<Edit> {
        let edit = self.done.pop()?;
        self.undone.push(edit.clone());
        self.sealed = true;
        Some(edit)
    }

    /// The edit to do again.
    pub fn redo(&mut self) -> Option<Edit> {
        let edit = self.undone.pop()?;
        self.done.push(edit.clone());
        self.sealed = true;
        Some(edit)
    }
}

impl Edit {
    fn size(&self) -> usize {
        self.removed.len() + self.inserted.len()
    }

    /// Takes the next edit in where it goes on with this one; not over a line end.
    fn join(&mut self, next: &Edit) -> bool {
        let typed = next.removed.is_empty()
            && self.removed.is_empty()
            && next.at == self.at + self.inserted.len()
            && !self.inserted.ends_with(b"\n");
        let deleted_left = next.inserted.is_empty()
            && self.inserted.is_empty()
            && next.at + next.removed.len() == self.at;
        let deleted_right =
            next.inserted.is_empty() && self.inserted.is_empty() && next.at == self.at;
        if typed {
            self.inserted.extend_from_slice(&next.inserted);
        } else if deleted_left {
            self.removed.splice(0..0, next.removed.iter().copied());
            self.at = next.at;
        } else if deleted_right {
            self.removed.extend_from_slice(&next.removed);
        }
        typed || deleted_left || deleted_right
    }
}
