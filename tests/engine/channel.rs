//! The channel to the screen, and a sink that refuses.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use sockeye::body::Memory;
use sockeye::error::{Error, Result};
use sockeye::event::{Event, Kind};
use sockeye::net::channel::{CAPACITY, channel};
use sockeye::net::{Control, Pool, Sink, fetch};
use sockeye::playground::script::{Step, send};
use sockeye::playground::server::Server;

use super::{CHUNKED, OK_3, PATIENCE, check, plan, wait_until};

#[test]
fn a_full_channel_holds_the_fetch_back_until_it_is_drained() {
    let body = 400_000;
    let server = Server::start(move |_| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {body}\r\n\r\n");
        vec![send(head), Step::Pattern { bytes: body }]
    })
    .unwrap();
    let mut plan = plan(&server, "/");
    plan.options.recv_size = 16;
    let control = Control::new();
    let wakes = Arc::new(AtomicUsize::new(0));
    let (tell, woken) = mpsc::channel();
    let counted = Arc::clone(&wakes);
    let (mut sender, receiver) = channel(&Memory::new(64 << 20), &control, move || {
        counted.fetch_add(1, Ordering::SeqCst);
        tell.send(()).unwrap();
    });
    let fetching = thread::spawn(move || fetch(&plan, &control, &Pool::new(), &mut sender));
    let (mut all, mut batch, mut fullest, mut drains) = (Vec::new(), Vec::new(), 0, 0);
    while !all
        .iter()
        .any(|event: &Event| matches!(event.kind, Kind::Closed { .. }))
    {
        woken.recv_timeout(PATIENCE).unwrap();
        if drains == 1 {
            // A fetch that is not held back ends without us.
            wait_until(|| fetching.is_finished() || receiver.waiting() == CAPACITY);
        }
        receiver.drain(&mut batch);
        drains += 1;
        fullest = fullest.max(batch.len());
        all.append(&mut batch);
    }
    assert_eq!(fetching.join().unwrap(), Ok(()));
    assert_eq!(fullest, CAPACITY);
    assert!(
        wakes.load(Ordering::SeqCst) <= drains + 1,
        "one wake-up a batch"
    );
    assert_eq!(receiver.wire().len(), body + all_heads(&all));
    assert!(receiver.decoded().is_empty());
    check(&all);
}

#[test]
fn a_full_channel_is_left_on_cancel_and_when_nobody_drains_it() {
    let server = Server::start(|_| {
        vec![
            send("HTTP/1.1 200 OK\r\n\r\n"),
            Step::Pattern { bytes: 1 << 40 },
        ]
    })
    .unwrap();
    for cancel in [true, false] {
        let mut plan = plan(&server, "/");
        plan.options.recv_size = 16;
        let control = Control::new();
        let hand = control.clone();
        let (mut sender, receiver) = channel(&Memory::new(64 << 20), &control, || {});
        let fetching = thread::spawn(move || fetch(&plan, &control, &Pool::new(), &mut sender));
        wait_until(|| receiver.waiting() == CAPACITY);
        let kept = if cancel {
            hand.cancel();
            Some(receiver)
        } else {
            drop(receiver);
            None
        };
        assert_eq!(fetching.join().unwrap(), Err(Error::Cancelled));
        if let Some(receiver) = kept {
            let mut events = Vec::new();
            receiver.drain(&mut events);
            check(&events);
        }
    }
}

#[test]
fn only_a_decoded_body_is_copied() {
    for (response, decoded) in [(OK_3, ""), (CHUNKED, "abcde")] {
        let server = Server::start(move |_| vec![send(response)]).unwrap();
        let control = Control::new();
        let (mut sender, receiver) = channel(&Memory::new(1 << 20), &control, || {});
        fetch(&plan(&server, "/"), &control, &Pool::new(), &mut sender).unwrap();
        let all = |store: sockeye::body::Store| {
            let mut bytes = vec![0; store.len() as usize];
            store.read_at(0, &mut bytes).unwrap();
            bytes
        };
        assert_eq!(all(receiver.wire()), response.as_bytes());
        assert_eq!(all(receiver.decoded()), decoded.as_bytes());
    }
}

#[test]
fn a_sink_that_refuses_ends_the_exchange_with_its_error() {
    struct Full(Vec<Event>);
    impl Sink for Full {
        fn wire(&mut self, _: &[u8]) -> Result<()> {
            Err(Error::write(
                "here",
                &std::io::ErrorKind::StorageFull.into(),
            ))
        }
        fn body(&mut self, _: &[u8]) -> Result<()> {
            Ok(())
        }
        fn event(&mut self, event: Event) -> Result<()> {
            self.0.push(event);
            Ok(())
        }
    }
    let server = Server::start(|_| vec![send(OK_3)]).unwrap();
    let mut full = Full(Vec::new());
    let outcome = fetch(
        &plan(&server, "/"),
        &Control::new(),
        &Pool::new(),
        &mut full,
    );
    assert_eq!(outcome.unwrap_err().exit_code(), 23);
    check(&full.0);
}

fn all_heads(events: &[Event]) -> u64 {
    let heads = events.iter().filter_map(|event| match &event.kind {
        Kind::Head(head) => Some(head.bytes),
        _ => None,
    });
    heads.sum()
}
