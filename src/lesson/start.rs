//! Where a step begins: a URL, the settings of the fetch, the request's bytes.
//!
//! Owns how a file writes it. Which ports the practice servers have is known when the
//! browser runs.

use serde::Deserialize;
use serde::de::{Deserializer, IntoDeserializer};
use toml::Spanned;
use toml::de::DeValue;

use super::named::named;
use crate::config::{self, Knobs};
use crate::playground::tls::Kind;
use crate::url::Target;

#[derive(Debug)]
pub struct Start {
    written: Written,
    /// Settings of the fetch, each as the config file has it.
    pub knobs: Knobs,
}

/// Where the practice servers listen.
pub struct Places<'a> {
    pub pages: u16,
    pub tls: &'a dyn Fn(Kind) -> Option<u16>,
}

/// All but the settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// A path on the practice server, else a whole URL.
    url: String,
    #[serde(default = "localhost")]
    host: String,
    /// The server whose certificate is of this kind.
    #[serde(default, deserialize_with = "kind")]
    tls: Option<Kind>,
    /// With `{path}`, `{host}` and the body's `{length}`.
    request: Option<String>,
    /// Bytes of a body behind it.
    #[serde(default)]
    body: usize,
}

fn localhost() -> String {
    "localhost".to_owned()
}

fn kind<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Kind>, D::Error> {
    named(from).map(Some)
}

/// Reads a step's `start`.
pub(super) fn read(mut start: Spanned<DeValue>) -> Result<Start, String> {
    let set = match start.get_mut() {
        DeValue::Table(table) => table.remove("set"),
        _ => None,
    };
    let knobs = match set.as_ref().map(|set| set.get_ref().as_table()) {
        None => Knobs::default(),
        Some(Some(settings)) => config::fetch(settings)?,
        Some(None) => return Err("set is a table".to_owned()),
    };
    let written = Written::deserialize(start.into_deserializer());
    Ok(Start {
        written: written.map_err(|error| error.to_string())?,
        knobs,
    })
}

impl Start {
    /// As it is typed; `None`: that practice server does not run.
    pub fn url(&self, places: &Places) -> Option<String> {
        let Written { url, host, tls, .. } = &self.written;
        if !url.starts_with('/') {
            return Some(url.clone());
        }
        Some(match *tls {
            None => format!("{host}:{}{url}", places.pages),
            Some(kind) => format!("https://{host}:{}{url}", (places.tls)(kind)?),
        })
    }

    /// The bytes that are to go out; `None`: the URL's template.
    pub fn request(&self, target: &Target) -> Option<Vec<u8>> {
        let text = self.written.request.as_ref()?;
        const LINE: &[u8] = b"line by line, a body as long as the kernel's queues want it ...\n";
        let text = text
            .replace("{length}", &self.written.body.to_string())
            .replace("{host}", &target.authority())
            .replace("{path}", &target.path);
        let body = LINE.iter().cycle().take(self.written.body);
        Some(text.bytes().chain(body.copied()).collect())
    }
}
