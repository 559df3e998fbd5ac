//! The look-up: a host and a port → every address, in the order to try them.
//!
//! `getaddrinfo()` cannot be interrupted, so it runs on a thread that is left behind
//! when a cancel or a timeout comes first; that thread ends when the resolver gives up.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Instant;

use crate::error::{Error, Result};
use crate::event::{Call, Family, Kind};
use crate::net::events::micros;
use crate::net::run::{Deadline, Run};
use crate::net::{Control, Sink};
use crate::plan::{Plan, Resolve};

/// Every address of this host that may be tried, IPv6 first, families in turn
/// (RFC 8305 section 4); never empty.
pub(super) fn resolve<S: Sink>(
    run: &mut Run<'_, S>,
    (host, port): (&str, u16),
    deadline: &mut Deadline,
) -> Result<Vec<SocketAddr>> {
    let plan = run.plan;
    deadline.put_off(run.gate(Call::Resolve)?);
    run.events.emit(Kind::ResolveStart {
        host: host.to_owned(),
        port,
    })?;
    let began = Instant::now();
    let found = match known(plan, host, port) {
        Some(addrs) => addrs,
        None => {
            let name = host.to_owned();
            let look = move || look_up(&name, port);
            ask(host, run.control, deadline, look)?
        }
    };
    run.events.emit(Kind::Resolved {
        addrs: found.iter().map(SocketAddr::ip).collect(),
        us: micros(began.elapsed()),
    })?;
    let wanted = |addr: &SocketAddr| {
        plan.options
            .family
            .is_none_or(|family| family_of(addr) == family)
    };
    let addrs: Vec<SocketAddr> = found.into_iter().filter(wanted).collect();
    match addrs.is_empty() {
        true => Err(Error::Resolve {
            host: host.to_owned(),
            why: match plan.options.family {
                Some(Family::Inet) => "it has no IPv4 address".to_owned(),
                Some(Family::Inet6) => "it has no IPv6 address".to_owned(),
                _ => "it has no address".to_owned(),
            },
        }),
        false => Ok(interleave(addrs)),
    }
}

/// The addresses that `--resolve` gives, or the host itself where it is one. An IPv6
/// address with a zone is left to `getaddrinfo()`, which knows the interfaces.
fn known(plan: &Plan, host: &str, port: u16) -> Option<Vec<SocketAddr>> {
    let with_port = |addr: &IpAddr| SocketAddr::new(*addr, port);
    if let Some(given) = given(plan, host, port) {
        return Some(given.addrs.iter().map(with_port).collect());
    }
    let addr = host.parse().ok()?;
    Some(vec![with_port(&addr)])
}

/// The `--resolve` that speaks of this host.
pub(super) fn given<'a>(plan: &'a Plan, host: &str, port: u16) -> Option<&'a Resolve> {
    plan.options.resolve.iter().find(|given| {
        (given.host == "*" || given.host.eq_ignore_ascii_case(host)) && given.port == port
    })
}

fn look_up(host: &str, port: u16) -> Result<Vec<SocketAddr>> {
    match (host, port).to_socket_addrs() {
        Ok(addrs) => Ok(addrs.collect()),
        Err(error) => {
            let text = error.to_string();
            // The standard library's own prefix: our error names the call already.
            let why = text.strip_prefix("failed to lookup address information: ");
            Err(Error::Resolve {
                host: host.to_owned(),
                why: why.unwrap_or(&text).to_owned(),
            })
        }
    }
}

/// The answer of `look`, or what came before it: a cancel, the deadline.
fn ask(
    host: &str,
    control: &Control,
    deadline: &Deadline,
    look: impl FnOnce() -> Result<Vec<SocketAddr>> + Send + 'static,
) -> Result<Vec<SocketAddr>> {
    let failed = |why: String| Error::Resolve {
        host: host.to_owned(),
        why,
    };
    let (tell, answer) = mpsc::channel();
    let cancel = tell.clone();
    control.on_cancel(move || {
        // Nobody listens once the answer is in.
        let _ = cancel.send(Err(Error::Cancelled));
    });
    std::thread::Builder::new()
        .name("getaddrinfo".to_owned())
        .spawn(move || {
            // Nobody listens after a cancel or a timeout.
            let _ = tell.send(look());
        })
        .map_err(|error| failed(error.to_string()))?;
    let gone = || failed("the look-up was lost".to_owned());
    match deadline.left() {
        None => answer.recv().map_err(|_| gone())?,
        Some(left) => match answer.recv_timeout(left) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => {
                deadline.check(Call::Resolve)?;
                Err(gone())
            }
            Err(RecvTimeoutError::Disconnected) => Err(gone()),
        },
    }
}

/// RFC 8305 section 4: one IPv6 address, one IPv4 address, and so on; within a family in
/// the resolver's order (RFC 6724).
fn interleave(addrs: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let (v6, v4): (Vec<_>, Vec<_>) = addrs.into_iter().partition(SocketAddr::is_ipv6);
    let turns = v6.len().max(v4.len());
    (0..turns)
        .flat_map(|turn| [v6.get(turn), v4.get(turn)])
        .flatten()
        .copied()
        .collect()
}

fn family_of(addr: &SocketAddr) -> Family {
    match addr {
        SocketAddr::V4(_) => Family::Inet,
        SocketAddr::V6(_) => Family::Inet6,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::url::{Scheme, Target};

    fn plan(host: &str) -> Plan {
        let target = Target {
            scheme: Scheme::Http,
            host: host.to_owned(),
            port: 80,
            path: "/".to_owned(),
            userinfo: None,
            notes: Vec::new(),
        };
        Plan::new(target, Vec::new())
    }

    #[test]
    fn a_look_up_that_hangs_is_left_behind() {
        let stuck = |act: fn(&Control), time: Option<Duration>| {
            let control = Control::new();
            let hand = control.clone();
            let mut plan = plan("a.test");
            plan.options.connect_timeout = time;
            // The look-up waits for this end, which outlives the asking.
            let (never, wait) = mpsc::channel::<()>();
            let answer = ask(
                "a.test",
                &control,
                &Deadline::of_connecting(&plan),
                move || {
                    act(&hand);
                    let _ = wait.recv();
                    Ok(Vec::new())
                },
            );
            drop(never);
            answer
        };
        assert_eq!(stuck(Control::cancel, None), Err(Error::Cancelled));
        let timeout = stuck(|_| (), Some(Duration::from_millis(5))).unwrap_err();
        assert_eq!(timeout.exit_code(), 28);
        assert!(
            timeout.to_string().starts_with("getaddrinfo: "),
            "{timeout}"
        );
    }

    #[test]
    fn addresses_that_are_known_are_not_looked_up() {
        let given = |host: &str, port| Resolve {
            host: host.to_owned(),
            port,
            addrs: vec![[127, 0, 0, 7].into()],
        };
        for (host, resolve, want) in [
            ("127.0.0.1", vec![], Some("127.0.0.1:80")),
            ("::1", vec![], Some("[::1]:80")),
            ("fe80::1%lo", vec![], None),
            ("a.test", vec![], None),
            ("a.test", vec![given("b.test", 80)], None),
            ("a.test", vec![given("a.test", 81)], None),
            ("A.test", vec![given("a.test", 80)], Some("127.0.0.7:80")),
            ("127.0.0.1", vec![given("*", 80)], Some("127.0.0.7:80")),
        ] {
            let mut plan = plan(host);
            plan.options.resolve = resolve;
            let got =
                known(&plan, &plan.target.host, plan.target.port).map(|addrs| addrs[0].to_string());
            assert_eq!(got.as_deref(), want, "{host}");
        }
    }

    #[test]
    fn families_take_turns_from_ipv6_on() {
        let addrs = |text: &str| -> Vec<SocketAddr> {
            text.split(' ').map(|addr| addr.parse().unwrap()).collect()
        };
        for (resolved, order) in [
            ("1.1.1.1:1 [::1]:1", "[::1]:1 1.1.1.1:1"),
            ("1.1.1.1:1 2.2.2.2:1", "1.1.1.1:1 2.2.2.2:1"),
            (
                "1.1.1.1:1 2.2.2.2:1 [::3]:1 [::4]:1 [::5]:1",
                "[::3]:1 1.1.1.1:1 [::4]:1 2.2.2.2:1 [::5]:1",
            ),
        ] {
            assert_eq!(interleave(addrs(resolved)), addrs(order));
        }
    }
}
