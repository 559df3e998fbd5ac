//! `-b` and `-c`: the cookies of a run, from the files they are read from to the one
//! they are written to.
//!
//! Owns which Cookie line each request of a chain gets: what the jar has for its URL,
//! then the words of `-b`, as curl puts them. Unlike with curl, those words go on to
//! another origin with `--location-trusted` alone.

use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::destination::{Destination, is_stdout};
use super::flags::Fetch;
use crate::cookies::{Jar, Seconds, lines_of, netscape};
use crate::error::{Error, Result};
use crate::event::{Head, Kind};
use crate::plan::Plan;
use crate::request;
use crate::url::Target;

#[derive(Debug, Default)]
pub struct Cookies {
    /// `None`: nothing was asked for that switches it on.
    jar: Option<Jar>,
    /// What `-b` gave as it stands.
    words: Vec<u8>,
    /// The value of the Cookie line that this gave to the request that runs.
    given: Option<Vec<u8>>,
    /// The request was given as a whole: no line is put in.
    by_hand: bool,
    to: Option<PathBuf>,
    /// Files that could not be read, and why; with `-v` they are said.
    pub unread: Vec<String>,
}

impl Cookies {
    /// Reads the files. Each is read for `target`, where it does not say whose its
    /// cookies are. A file that is not there has no cookies, as with curl.
    pub fn open(asked: &Fetch, target: &Target) -> Cookies {
        let mut cookies = Cookies {
            by_hand: asked.request_file.is_some(),
            to: asked.cookie_jar.clone(),
            jar: asked.cookie_jar.is_some().then(Jar::default),
            ..Cookies::default()
        };
        for given in &asked.cookies {
            if given.contains('=') {
                if !cookies.words.is_empty() {
                    cookies.words.push(b';');
                }
                cookies.words.extend_from_slice(given.as_bytes());
                continue;
            }
            let jar = cookies.jar.get_or_insert_default();
            if given.is_empty() {
                continue;
            }
            match read(Path::new(given)) {
                Ok(text) => match netscape::read(&text, jar, target, now()) {
                    0 => {}
                    n => cookies
                        .unread
                        .push(format!("-b {given}: lines that are no cookie: {n}")),
                },
                Err(error) => cookies.unread.push(format!("-b {given}: {error}")),
            }
        }
        let own = |header: &String| {
            let name = header.split([':', ';']).next().unwrap_or_default();
            name.trim().eq_ignore_ascii_case("cookie")
        };
        // As with curl, a Cookie field of `-H` stands for the words of `-b`.
        if asked.headers.iter().any(own) {
            cookies.words.clear();
        }
        cookies
    }

    /// Somebody looks at `Set-Cookie`.
    pub fn on(&self) -> bool {
        self.jar.is_some()
    }

    /// The Cookie line of the chain's first request.
    pub fn first(&mut self, target: &Target) -> Option<Vec<u8>> {
        self.given = self.line(target);
        self.given.clone()
    }

    /// The same for the request that a redirect led to.
    pub fn next(&mut self, from: &Target, plan: &mut Plan) {
        if !from.same_origin(&plan.target) && !plan.options.trusting {
            self.words.clear();
        }
        if self.by_hand {
            return;
        }
        let line = self.line(&plan.target);
        let mut bytes = plan.request.to_vec();
        if request::renew_cookie(&mut bytes, self.given.as_deref(), line.as_deref()) {
            plan.request = bytes.into();
        }
        self.given = line;
    }

    fn line(&mut self, target: &Target) -> Option<Vec<u8>> {
        let now = now();
        let of_jar = self.jar.as_mut().and_then(|jar| {
            jar.used(target, now);
            jar.line(target, now)
        });
        let words = Some(self.words.clone()).filter(|words| !words.is_empty());
        let parts: Vec<Vec<u8>> = of_jar.into_iter().chain(words).collect();
        (!parts.is_empty()).then(|| parts.join(&b"; "[..]))
    }

    /// Takes what a head sets; `raw` is the head as received. What became of each, as
    /// events.
    pub fn take(&mut self, head: &Head, raw: &[u8], from: &Target) -> Vec<Kind> {
        let Some(jar) = &mut self.jar else {
            return Vec::new();
        };
        let lines = lines_of(head, raw);
        let told = lines.iter().map(|line| jar.store(line, from, now()).told());
        told.map(|told| Kind::Cookie(Box::new(told))).collect()
    }

    /// Writes the file that `-c` names; one that is made is readable by its owner alone.
    ///
    /// # Errors
    /// [`Error::Write`]
    pub fn save(&self) -> Result<()> {
        let (Some(path), Some(jar)) = (&self.to, &self.jar) else {
            return Ok(());
        };
        let text = netscape::write(jar, now());
        if is_stdout(path) {
            let mut screen = Destination::screen()?;
            screen.write(&text)?;
            return screen.finish(true);
        }
        write(path, &text).map_err(|error| Error::write(path.display().to_string(), &error))
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    match is_stdout(path) {
        true => io::stdin().lock().read_to_end(&mut text)?,
        false => std::fs::File::open(path)?.read_to_end(&mut text)?,
    };
    Ok(text)
}

fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)?.write_all(text)
}

fn now() -> Seconds {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        Seconds::try_from(since.as_secs()).unwrap_or(Seconds::MAX)
    })
}
