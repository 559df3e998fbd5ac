//! A page, and a request to it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::answer::Answer;
use super::certificates::Kind;
use super::query::Param;
use super::script::Request;

/// Bytes of a body that is made before it is sent.
pub(super) const MADE: u64 = 1 << 20;

/// One page. A path that ends in `/` (the index apart) takes what follows it too.
pub(super) struct Page {
    pub path: &'static str,
    pub params: &'static [Param],
    pub answer: fn(&Ask<'_>) -> Answer,
}

/// A request to a page.
pub(super) struct Ask<'a> {
    pub request: &'a Request,
    /// The servers on TLS beside this one, as far as they run.
    pub tls: &'a Ports,
    /// The same of the proxies, and the Unix socket.
    pub ways: &'a Ways,
    pub page: &'static Page,
    /// What follows the page's path.
    pub rest: &'a str,
}

impl Ask<'_> {
    /// The number in the query, within its page's bounds.
    pub fn number(&self, name: &str) -> u64 {
        let param = self.page.params.iter().find(|param| param.name == name);
        param.map_or(0, |param| param.read(self.request.query()))
    }

    pub fn size(&self, name: &str) -> usize {
        usize::try_from(self.number(name)).unwrap_or(usize::MAX)
    }

    pub fn time(&self, name: &str) -> Duration {
        Duration::from_millis(self.number(name))
    }
}

/// Told once the servers run, to all that serve the pages.
pub(super) type Ports = Arc<OnceLock<Vec<(Kind, u16)>>>;

/// Told once they run, to all that serve the pages: what `-x` takes, and `unix:` with a path.
pub(super) type Ways = Arc<OnceLock<Vec<String>>>;
