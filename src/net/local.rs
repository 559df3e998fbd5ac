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
/// attempt fails alone. An end of the other family is no fault of the end's, as with curl:
/// another address may be reached from there.
///
/// # Errors
/// A cancel, or no time is left.
pub(super) fn bind<S: Sink>(
    run: &Run<'_, S>,
    transport: &Transport,
    local: &Local,
    there: &SocketAddr,
) -> Result<std::result::Result<Kind, Error>> {
    let addr = match local {
        Local::Addr(addr) if !fits(*addr, there) => return Ok(Err(unfit(local, there))),
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
                (Some(None), _) => return Ok(Err(unfit(local, there))),
                (Some(Some(addr)), _) => Ok((addr, Some(name.as_str().into()))),
            }
        }
    };
    let bound = addr.and_then(|(addr, interface)| {
        let bound = rustix::net::bind(transport, &SocketAddr::new(addr, 0));
        let local = addr;
        bound
            .map(|()| Kind::Bound { local, interface })
            .map_err(errno::text)
    });
    Ok(bound.map_err(|why| Error::Bind {
        local: local.to_string(),
        to: there.to_string(),
        why,
    }))
}

fn unfit(local: &Local, there: &SocketAddr) -> Error {
    Error::Connect {
        addr: there.to_string(),
        why: format!("bind({local}): no address of the same family"),
        hint: "-4 and -6 choose the family",
    }
}

/// `None`: there is no such interface; inside: it has no address that fits.
fn of_interface(name: &str, there: &SocketAddr) -> Option<Option<IpAddr>> {
    // Where the system cannot tell them, none is known.
    let addrs = probe::interface_addrs(name).ok()??;
    // A link-local address is one with its zone alone.
    let local = |addr: &IpAddr| matches!(addr, IpAddr::V6(addr) if addr.is_unicast_link_local());
    let mut addrs = addrs.into_iter().filter(|addr| !local(addr));
    Some(addrs.find(|addr| fits(*addr, there)))
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
