//! What the flags amount to: a [`Plan`], or why there is none.
//!
//! Owns which flags do not fit together where the flag table cannot say so, and the
//! files that a request is read from. It connects to nothing.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::{Duration, Instant};

use super::cookies::Cookies;
use super::destination::is_stdout;
use super::flags::Fetch;
use crate::error::{Error, Result};
use crate::event::Family;
use crate::plan::{
    FAST_RECV, Options, Plan, Proxies, Proxy, SocketOptions, Tls, TlsVersion, User, Way,
};
use crate::request::Recipe;
use crate::url::Target;

impl Fetch {
    /// # Errors
    /// [`Error::Usage`]: flags that do not fit together.
    pub fn check(&self) -> Result<()> {
        let on_stdout = [&self.output, &self.events, &self.har];
        let on_stdout = on_stdout
            .into_iter()
            .flatten()
            .filter(|path| is_stdout(path));
        if on_stdout.count() > 1 {
            return Err(Error::usage(
                "-: standard output was asked for twice (name a file for one of them)",
            ));
        }
        Ok(())
    }

    /// The plan, and the cookies that its chain is to have.
    ///
    /// # Errors
    /// The URL has no meaning, or a file cannot be read.
    pub fn plan(&self, start: Instant) -> Result<(Plan, Cookies)> {
        let target = Target::parse(&self.url)?;
        let options = self.options()?;
        let mut cookies = Cookies::open(self, &target);
        let request = match &self.request_file {
            Some(path) => read(path)?,
            None => {
                let way = options.way(&target);
                self.request(&target, way, cookies.first(&target))?
            }
        };
        let plan = Plan {
            options,
            start,
            ..Plan::new(target, request)
        };
        Ok((plan, cookies))
    }

    fn options(&self) -> Result<Options> {
        let mut socket = SocketOptions::default();
        for &(option, value) in &self.sockopt {
            socket.set(option, Some(value));
        }
        Ok(Options {
            end: self.end,
            recv_size: self.recv_size.unwrap_or(FAST_RECV),
            send_size: self.send_size,
            nonblocking: self.nonblocking,
            arrivals: self.arrivals,
            timeout: limit(self.timeout),
            connect_timeout: limit(self.connect_timeout),
            max_time: limit(self.max_time),
            family: match (self.ipv4, self.ipv6) {
                (true, _) => Some(Family::Inet),
                (_, true) => Some(Family::Inet6),
                _ => None,
            },
            resolve: self.resolve.clone(),
            unix_socket: self.unix_socket.clone(),
            bind: self.interface,
            socket,
            proxies: self.proxies()?,
            tls: self.tls(),
            trusting: self.location_trusted,
            ..Options::default()
        })
    }

    /// Redirects that are followed; `None` is any number.
    pub fn redirects_at_most(&self) -> Option<u32> {
        u32::try_from(self.max_redirs).ok()
    }

    fn tls(&self) -> Tls {
        Tls {
            verify: !self.insecure,
            cacert: self.cacert.clone(),
            crlfile: self.crlfile.clone(),
            cert: self.cert.clone(),
            key: self.key.clone(),
            min: match (self.tls1_3, self.tls1_2) {
                (true, _) => Some(TlsVersion::V1_3),
                (false, true) => Some(TlsVersion::V1_2),
                (false, false) => None,
            },
            max: self.tls_max,
            ..Tls::default()
        }
    }

    /// `-x` for all targets, or what the environment says.
    fn proxies(&self) -> Result<Proxies> {
        let environment = || Proxies::of_environment(|name| std::env::var(name).ok());
        let mut proxies = match self.proxy.as_deref() {
            None => environment()?,
            Some("") => Proxies::default(),
            Some(url) => Proxies {
                not_for: Proxies::none_of(|name| std::env::var(name).ok()),
                ..Proxies::one(Proxy::parse(url)?)
            },
        };
        if let Some(list) = &self.noproxy {
            proxies.not_for.clone_from(list);
        }
        if let Some(user) = &self.proxy_user {
            proxies.set_user(&User::of_flag(user));
        }
        proxies.tunnel = self.proxytunnel;
        proxies.tls.verify = !self.proxy_insecure;
        proxies.tls.cacert.clone_from(&self.proxy_cacert);
        Ok(proxies)
    }

    fn request(&self, target: &Target, way: Way<'_>, cookie: Option<Vec<u8>>) -> Result<Vec<u8>> {
        let recipe = Recipe {
            method: self.method.clone(),
            head: self.head,
            http10: self.http1_0,
            headers: self.headers.clone(),
            data: self.data()?,
            user_agent: self.user_agent.clone(),
            compressed: self.compressed,
            user: self.user.clone(),
            cookie,
            absolute: matches!(way, Way::Forward(_)),
            proxy_authorization: match way {
                Way::Forward(proxy) => proxy.authorization(),
                _ => None,
            },
        };
        recipe.build(target)
    }

    /// Every `-d`, joined as curl does.
    fn data(&self) -> Result<Option<Vec<u8>>> {
        let mut joined: Option<Vec<u8>> = None;
        for data in &self.data {
            let bytes = data.as_encoded_bytes();
            let piece = match bytes.strip_prefix(b"@") {
                None => bytes.to_vec(),
                Some(name) => {
                    let mut file = read(Path::new(OsStr::from_bytes(name)))?;
                    file.retain(|byte| !b"\r\n\0".contains(byte));
                    file
                }
            };
            joined = Some(match joined {
                None => piece,
                Some(before) => [&before[..], b"&", &piece].concat(),
            });
        }
        Ok(joined)
    }
}

/// 0 is no limit, as with curl and with SO_RCVTIMEO.
fn limit(seconds: Option<Duration>) -> Option<Duration> {
    seconds.filter(|seconds| !seconds.is_zero())
}

/// A file's bytes, or standard input's.
fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = match is_stdout(path) {
        true => std::io::stdin().lock().read_to_end(&mut bytes).map(drop),
        false => std::fs::read(path).map(|file| bytes = file),
    };
    match read {
        Ok(()) => Ok(bytes),
        Err(error) => Err(Error::usage(format!(
            "read {}: {error} (name a file that can be read, or - for standard input)",
            path.display()
        ))),
    }
}
