//! How a tab fetches: the options of its plans, and what is the browser's alone.

use crate::plan::Options;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Knobs {
    pub options: Options,
    /// Redirects followed without a key, one after the other; `None`: none is.
    pub follow: Option<u32>,
    pub cookies: Cookies,
    /// Copies, saves and lists go without secrets.
    pub redact: bool,
    /// Calls a second; `None`: as fast as they come.
    pub pace: Option<u32>,
}

/// Where cookies are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cookies {
    /// In one jar for all tabs.
    #[default]
    Shared,
    /// In a jar of the tab's own.
    Own,
    Off,
}

impl Cookies {
    pub const ALL: &[Cookies] = &[Cookies::Shared, Cookies::Own, Cookies::Off];

    /// As the config file has it.
    pub fn name(self) -> &'static str {
        match self {
            Cookies::Shared => "shared",
            Cookies::Own => "tab",
            Cookies::Off => "off",
        }
    }
}
