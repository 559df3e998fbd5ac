//! `bind()` before `connect()`: which end of ours a connection has.
//!
//! Owns what a name of `--interface` stands for, in curl's order: SO_BINDTODEVICE, where the
//! system has it and lets us; else an address that the interface has; else, where it may be
//! a host's name, the address that a look-up gives.

use std::net::{IpAddr, SocketAddr};

use rustix::io::Errno;

use crate::error::{Error, Result};
use crate::event::Kind;
use crate::net::run::{Deadline, Run};
use crate::net::transport::Transport;
use crate::net::{Sink, errno, probe, resolve};
use crate::plan::Local;

/// Binds a socket that is to reach `there`; answers the event, or why not: that address's
/// attempt fails alone.
///
/// # Errors
/// A cancel, or no time is left.
pub(super) fn bind<S: Sink>(
    run: &Run<'_, S>,
    transport: &Transport,
    local: &Local,
    there: &SocketAddr,
) -> Result<std::result::Result<Kind, String>> {
    let addr = match local {
        Local::Addr(addr) => Ok((*addr, None)),
        Local::Host(name) => of_host(run, name, there)?.map(|addr| (addr, None)),
        Local::Interface(name) | Local::Either(name) => {
            if probe::bind_to_device(transport, name).is_ok() {
                let interface = name.as_str().into();
                return Ok(Ok(Kind::BoundToDevice { interface }));
            }
            match (of_interface(name, there), local) {
                (None, Local::Either(_)) => of_host(run, name, there)?.map(|addr| (addr, None)),
                (None, _) => Err("no interface has this name".to_owned()),
                (Some(addr), _) => addr.map(|addr| (addr, Some(name.as_str().into()))),
            }
        }
    };
    Ok(addr.and_then(|(local, interface)| {
        match rustix::net::bind(transport, &SocketAddr::new(local, 0)) {
            Ok(()) => Ok(Kind::Bound { local, interface }),
            Err(errno) => Err(errno::text(errno)),
        }
    }))
}

/// `None`: there is no such interface.
fn of_interface(name: &str, there: &SocketAddr) -> Option<std::result::Result<IpAddr, String>> {
    let addrs = match probe::interface_addrs(name) {
        Ok(addrs) => addrs?,
        Err(errno) => return Some(Err(errno::text(errno))),
    };
    // A link-local address is one with its zone alone.
    let local = |addr: &IpAddr| matches!(addr, IpAddr::V6(addr) if addr.is_unicast_link_local());
    let mut addrs = addrs.into_iter().filter(|addr| !local(addr));
    let fitting = addrs.find(|addr| fits(*addr, there));
    Some(fitting.ok_or_else(|| errno::text(Errno::ADDRNOTAVAIL)))
}

fn of_host<S: Sink>(
    run: &Run<'_, S>,
    name: &str,
    there: &SocketAddr,
) -> Result<std::result::Result<IpAddr, String>> {
    let deadline = Deadline::of_connecting(run.plan);
    let asked = name.to_owned();
    let look = move || resolve::look_up(&asked, 0);
    match resolve::ask(name, run.control, &deadline, look) {
        Ok(addrs) => {
            let mut addrs = addrs.iter().map(SocketAddr::ip);
            let fitting = addrs.find(|addr| fits(*addr, there));
            Ok(fitting.ok_or_else(|| errno::text(Errno::ADDRNOTAVAIL)))
        }
        Err(Error::Resolve { why, .. }) => Ok(Err(why)),
        Err(error) => Err(error),
    }
}

fn fits(addr: IpAddr, there: &SocketAddr) -> bool {
    addr.is_ipv6() == there.is_ipv6()
}
