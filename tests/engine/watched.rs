//! What of the kernel is looked at while a fetch runs: its queues, and when bytes arrived.

use std::time::Duration;

use sockeye::event::Kind;
use sockeye::playground::script::send;
use sockeye::playground::server::Server;

use super::{OK_3, PATIENCE, plan, run};

#[test]
fn when_bytes_arrived_is_told_by_recvmsg_where_it_was_asked_for() {
    // A body of many arrivals: the kernel begins to stamp a moment after it was asked to.
    let body = "x".repeat(9_000_000);
    let server = Server::start(move |_| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        vec![send(head), send(&body)]
    })
    .unwrap();
    for arrivals in [false, true] {
        let mut plan = plan(&server, "/");
        plan.options.arrivals = arrivals;
        let done = run(plan);
        let recvs = done.events.iter().filter_map(|event| match event.kind {
            Kind::Recv {
                stamped, lay_us, ..
            } => Some((stamped, lay_us.is_some())),
            _ => None,
        });
        let recvs: Vec<_> = recvs.collect();
        assert!(recvs.iter().all(|&(stamped, _)| {
            stamped == (arrivals && cfg!(any(target_os = "linux", target_os = "android")))
        }));
        let told = recvs.iter().any(|&(_, told)| told);
        assert_eq!(told, arrivals && cfg!(target_os = "linux"), "{recvs:?}");
    }
}

#[test]
fn the_queues_are_looked_at_as_often_as_asked() {
    let server = Server::start(|_| vec![send(OK_3)]).unwrap();
    for (watch, looks) in [(None, 0), (Some(Duration::ZERO), 2), (Some(PATIENCE), 1)] {
        let mut plan = plan(&server, "/");
        plan.watch = watch;
        let done = run(plan);
        assert_eq!(
            done.lines().iter().filter(|line| *line == "queues").count(),
            looks
        );
    }
}
