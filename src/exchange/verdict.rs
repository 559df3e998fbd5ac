//! Why a response ended, in plain words.

/// One line, and what another end mode would have done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub line: String,
}
