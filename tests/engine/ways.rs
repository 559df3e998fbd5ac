//! The way to the server: which address is tried when, and what a socket is set to.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use sockeye::event::{Family, Kind};
use sockeye::net::{Pool, probe};
use sockeye::plan::{Local, SocketOption};
use sockeye::playground::script::send;
use sockeye::playground::server::Server;
use sockeye::url::Target;

use super::{DeadAddress, OK_3, plan, plan_for, resolve, run, run_with};

#[test]
fn ipv6_is_tried_first_and_a_refusal_costs_nothing() {
    let server = Server::start(|_| vec![send(OK_3)]).unwrap();
    let (v4, v6): (IpAddr, IpAddr) = ([127, 0, 0, 1].into(), [0, 0, 0, 0, 0, 0, 0, 1].into());
    let refused: IpAddr = [127, 0, 0, 2].into();
    let has_v6 = server.addrs().iter().any(SocketAddr::is_ipv6);
    type Outcome = std::result::Result<IpAddr, u8>;
    let table: [(&[IpAddr], Option<Family>, Outcome); 5] = [
        (&[v4, v6], None, Ok(if has_v6 { v6 } else { v4 })),
        (&[v4, v6], Some(Family::Inet), Ok(v4)),
        (&[refused, v4], None, Ok(v4)),
        (&[refused], None, Err(7)),
        (&[v4], Some(Family::Inet6), Err(6)),
    ];
    let mut of_the_other = plan(&server, "/");
    of_the_other.options.family = Some(Family::Inet6);
    assert_eq!(run(of_the_other).outcome.unwrap_err().exit_code(), 7);
    for (addrs, family, want) in table {
        let mut plan = plan(&server, "/");
        plan.target.host = "several.test".to_owned();
        plan.options.family = family;
        plan.options.resolve = vec![resolve("SEVERAL.test", server.port(), addrs)];
        let done = run(plan);
        match (want, done.peer()) {
            (Ok(want), Some(peer)) => assert_eq!(peer.ip(), want),
            (Err(exit), None) => assert_eq!(done.outcome.unwrap_err().exit_code(), exit),
            (want, peer) => panic!("{addrs:?}: {want:?}, {peer:?}"),
        }
        let time = done.events.last().map_or(0, |event| event.t_us);
        assert!(time < 250_000, "{addrs:?}: {time} us");
    }
}

#[test]
fn a_dead_first_address_costs_a_quarter_of_a_second() {
    let server = Server::start(|_| vec![send(OK_3)]).unwrap();
    let dead = DeadAddress::on([127, 0, 0, 2], server.port());
    let mut plan = plan(&server, "/");
    plan.options.resolve = vec![resolve(
        "*",
        server.port(),
        &[dead.addr.ip(), [127, 0, 0, 1].into()],
    )];
    let done = run(plan);
    assert_eq!(done.outcome, Ok(()));
    let connected = done.time_of(|kind| matches!(kind, Kind::Connected { .. }));
    assert!((250_000..500_000).contains(&connected), "{connected} us");
}

#[test]
fn a_connect_that_gets_no_answer_times_out() {
    let dead = DeadAddress::on([127, 0, 0, 1], 0);
    let ms = |ms| Some(Duration::from_millis(ms));
    for nonblocking in [false, true] {
        // --timeout is of each call, and connect() is one.
        for (timeout, connect_timeout, max_time, blamed) in [
            (None, ms(60), None, "--connect-timeout"),
            (ms(60), None, None, "--timeout"),
            (ms(60), ms(5000), None, "--timeout"),
            (ms(5000), ms(60), None, "--connect-timeout"),
            (ms(5000), None, ms(60), "--max-time"),
        ] {
            let mut plan = plan_for(dead.addr, "/");
            plan.options.nonblocking = nonblocking;
            plan.options.timeout = timeout;
            plan.options.connect_timeout = connect_timeout;
            plan.options.max_time = max_time;
            let done = run(plan);
            let error = done.outcome.clone().unwrap_err();
            assert_eq!(error.exit_code(), 28);
            let text = error.to_string();
            assert!(text.contains(&format!("set by {blamed})")), "{text}");
            assert!(done.has(&format!("connect_failed {}", dead.addr)));
            assert!(done.end().us < 1_000_000);
        }
    }
}

#[test]
fn a_unix_socket_serves_as_well() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("socket");
    let server = Server::start_unix(&path, |_| vec![send(OK_3)]).unwrap();
    let mut plan = plan(&server, "/");
    plan.options.unix_socket = Some(path.clone());
    let there = format!("unix:{}", path.display());
    let done = run(plan.clone());
    let want = [
        "socket AF_UNIX",
        &format!("connect_start {there}"),
        &format!("connected {there}"),
    ];
    assert_eq!(done.lines()[..3], want);
    assert_eq!(done.body, b"abc");
    plan.options.unix_socket = Some(dir.path().join("nothing"));
    let refused = run(plan).outcome.unwrap_err();
    assert_eq!(refused.exit_code(), 7);
    assert!(refused.to_string().contains("No such file"), "{refused}");
}

#[test]
fn the_socket_event_tells_its_options() {
    let server = Server::start(|_| vec![send(OK_3)]).unwrap();
    let mut plan = plan(&server, "/");
    plan.options.timeout = Some(Duration::from_secs(2));
    for (nonblocking, timeout_ms) in [(false, 2000), (true, 0)] {
        plan.options.nonblocking = nonblocking;
        let done = run(plan.clone());
        let socket = done.events.iter().find_map(|event| match &event.kind {
            Kind::Socket(socket) => Some(socket.clone()),
            _ => None,
        });
        let socket = socket.unwrap();
        let option = |wanted| {
            socket
                .options
                .iter()
                .find(|(name, _)| *name == wanted)
                .unwrap()
                .1
        };
        assert_eq!(option("O_NONBLOCK"), i64::from(nonblocking));
        assert_eq!(option("SO_RCVTIMEO"), timeout_ms);
        assert_eq!(option("TCP_NODELAY"), 1);
        assert!(option("SO_RCVBUF") > 0 && option("SO_SNDBUF") > 0);
    }
}

/// What the kernel made of each is read back: it doubles the sizes (socket(7)).
#[test]
fn each_option_is_set_and_read_back() {
    let server = Server::start(|_| vec![send(OK_3)]).unwrap();
    let doubled = |n: i64| match cfg!(target_os = "linux") {
        true => 2 * n,
        false => n,
    };
    for (option, asked, made) in [
        (SocketOption::RecvBuffer, 8192, doubled(8192)),
        (SocketOption::SendBuffer, 8192, doubled(8192)),
        (SocketOption::NoDelay, 0, 0),
        (SocketOption::NoDelay, 1, 1),
        (SocketOption::NotSentLowat, 4096, 4096),
        (SocketOption::Linger, 0, 0),
        (SocketOption::Linger, 5, 5),
        (SocketOption::KeepAlive, 1, 1),
        (SocketOption::KeepAlive, 0, 0),
    ] {
        let mut plan = plan(&server, "/");
        plan.options.socket.set(option, Some(asked));
        let done = run(plan);
        assert_eq!(done.body, b"abc", "{}", option.name());
        let socket = done.events.iter().find_map(|event| match &event.kind {
            Kind::Socket(socket) => Some(socket),
            _ => None,
        });
        let mut options = socket.unwrap().options.iter();
        let found = options.find(|(name, _)| *name == option.name());
        assert_eq!(found, Some(&(option.name(), made)), "asked for {asked}");
    }
}

#[test]
fn an_option_that_a_unix_socket_has_not_is_refused_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("socket");
    let server = Server::start_unix(&path, |_| vec![send(OK_3)]).unwrap();
    let mut plan = plan(&server, "/");
    plan.target = Target::parse(&format!("unix:{}:/", path.display())).unwrap();
    plan.options.socket.set(SocketOption::NoDelay, Some(1));
    let done = run(plan);
    assert_eq!(done.body, b"abc");
    assert!(done.has("refused TCP_NODELAY 1"), "{:?}", done.lines());
}

/// `--interface`: the local end, in curl's order.
#[test]
fn the_local_end_is_chosen() {
    let server = Server::start(|_| vec![send(OK_3)]).unwrap();
    let loopback = ["lo", "lo0"].into_iter().find(|name| {
        let addrs = probe::interface_addrs(name).unwrap();
        addrs.is_some_and(|addrs| addrs.contains(&[127, 0, 0, 1].into()))
    });
    let loopback = loopback.expect("a loopback interface");
    let device = match cfg!(target_os = "linux") {
        true => format!("bound to {loopback}"),
        false => "bound 127.0.0.1".to_owned(),
    };
    for (typed, want) in [
        ("127.0.0.1", "bound 127.0.0.1"),
        ("host!127.0.0.1", "bound 127.0.0.1"),
        ("host!localhost", "bound 127.0.0.1"),
        ("localhost", "bound 127.0.0.1"),
        (loopback, &*device),
        (&format!("if!{loopback}"), &*device),
    ] {
        let mut plan = plan(&server, "/");
        plan.options.bind = Some(Local::parse(typed).unwrap());
        let done = run(plan);
        assert_eq!(done.outcome, Ok(()), "{typed}");
        assert!(done.has(want), "{typed}: {:?}", done.lines());
    }
    for (typed, exit, why) in [
        ("::1", 7, "no address of the same family"),
        ("192.0.2.77", 45, ""),
        ("if!127.0.0.1", 45, "no interface has this name"),
        ("if!no-such", 45, "no interface has this name"),
        ("no..name", 45, ""),
    ] {
        let mut plan = plan(&server, "/");
        plan.options.bind = Some(Local::parse(typed).unwrap());
        let done = run(plan);
        let error = done.outcome.clone().unwrap_err();
        assert_eq!(error.exit_code(), exit, "{typed}: {error}");
        let told = error.to_string();
        assert!(
            told.contains(&format!("bind({typed})")) && told.contains(why),
            "{told}"
        );
        assert!(done.has("connect_failed 127.0.0.1"), "{typed}");
    }
}

#[test]
fn a_kept_connection_of_another_local_end_does_not_serve() {
    let server = Server::start(|_| vec![send(OK_3)]).unwrap();
    let pool = Pool::new();
    let mut plan = plan(&server, "/");
    run_with(plan.clone(), &pool);
    plan.options.bind = Some(Local::parse("127.0.0.1").unwrap());
    let done = run_with(plan.clone(), &pool);
    assert!(done.has("not_reused its local end was chosen otherwise"));
    assert!(run_with(plan, &pool).has("reused 2"));
}
