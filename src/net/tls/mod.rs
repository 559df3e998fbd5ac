//! TLS, driven in the open: the handshake's `send()`s and `recv()`s are calls of ours, each
//! gated, timed and told like those of HTTP.
//!
//! Owns the handshake's loop and what is told of it. A session itself makes no call.
//!
//! ```text
//! config      settings -> roots, client certificate, versions      verifier  trusted or not
//! session     ciphertext <-> plaintext, the ledger of records      facts     a certificate as text
//! layers      sessions over each other, down to the kernel         words     why not
//! client      whether our own certificate was asked for
//! ```

mod client;
mod config;
mod facts;
mod layers;
mod session;
mod verifier;
mod words;

use std::time::Instant;

use rustix::event::PollFlags;
use rustix::io::Errno;
use rustls::Error as TlsError;
use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::ServerName;

use crate::error::{Error, Result};
use crate::event::{Call, Kind, Tls};
use crate::net::Sink;
use crate::net::errno;
use crate::net::events::micros;
use crate::net::run::{Deadline, Run};
use crate::net::transport::{Transport, Trouble};
use crate::plan;

pub(super) use config::Configs;
use config::Ready;
pub(super) use layers::Layers;
pub(super) use session::Session;

/// Makes TLS with `host` over what the transport carries already: a socket, or TLS itself
/// (a server behind an https proxy). From then on its `send()` and `recv()` carry
/// plaintext.
///
/// # Errors
/// [`Error::Certificate`] where the server is not trusted, [`Error::Tls`] where the
/// handshake fails otherwise, and what any call can answer.
pub(super) fn secure<S: Sink>(
    run: &mut Run<'_, S>,
    transport: &mut Transport,
    configs: &Configs,
    host: &str,
    tls: &plan::Tls,
    deadline: &mut Deadline,
) -> Result<()> {
    let began = Instant::now();
    let ready = configs.ready(tls)?;
    let name = ServerName::try_from(host.to_owned()).map_err(|_| Error::Tls {
        why: format!("{host} can be no server's name in a certificate"),
        hint: "a name is letters, digits, dots and hyphens",
    })?;
    let sni = match &name {
        ServerName::DnsName(name) => Some(name.as_ref().to_owned()),
        _ => None,
    };
    let connection = UnbufferedClientConnection::new(ready.config.clone(), name);
    let connection = connection.map_err(|error| words::handshake(&error, None))?;
    run.events.emit(Kind::TlsStart {
        server_name: sni.clone(),
    })?;
    // What an earlier handshake of this thread left is nobody's.
    ready.verifier.take_seen();
    ready.resolver.take_asked();
    transport.push(Session::new(connection));
    let outcome = drive(run, transport, deadline);
    let facts = facts_of(transport, &ready, host, sni, began);
    match outcome {
        Ok(()) => run.events.emit(Kind::TlsDone(Box::new(facts))),
        Err(error) => {
            let error = match (error, &facts.problem) {
                (Error::Tls { .. }, Some(why)) if !facts.verified => Error::Certificate {
                    host: host.to_owned(),
                    why: why.clone(),
                },
                (error, _) => error,
            };
            run.events.emit(Kind::TlsFailed(Box::new(facts)))?;
            Err(error)
        }
    }
}

/// The handshake's loop: send what there is to send, then receive, until it is done.
fn drive<S: Sink>(
    run: &mut Run<'_, S>,
    transport: &mut Transport,
    deadline: &mut Deadline,
) -> Result<()> {
    loop {
        let Some(layers) = transport.layers() else {
            return Ok(());
        };
        layers.process();
        let failed = layers.failed().cloned();
        let foreign = layers.top().and_then(Session::foreign);
        let failed = failed.map(|error| words::handshake(&error, foreign));
        let open = layers.top().is_some_and(|top| top.open);
        // An alert for the peer cannot be made by a layer that has failed.
        let _ = layers.descend();
        let sent = send_all(run, transport, deadline);
        tell_records(run, transport)?;
        if let Some(error) = failed {
            return Err(error);
        }
        sent?;
        if open {
            return Ok(());
        }
        receive(run, transport, deadline)?;
    }
}

fn send_all<S: Sink>(
    run: &mut Run<'_, S>,
    transport: &mut Transport,
    deadline: &mut Deadline,
) -> Result<()> {
    while transport.unsent() > 0 {
        deadline.put_off(run.gate(Call::Send)?);
        let left = deadline.limit(run.plan, Call::Send)?;
        let offered = transport.unsent();
        let answer = transport
            .set_send_timeout(left)
            .map_err(Trouble::Errno)
            .and_then(|()| transport.flush());
        match answer {
            Ok(sent) => run.events.emit(Kind::TlsSend {
                offered: offered as u32,
                sent: sent as u32,
            })?,
            Err(trouble) => again(run, transport, Call::Send, trouble, deadline)?,
        }
    }
    Ok(())
}

fn receive<S: Sink>(
    run: &mut Run<'_, S>,
    transport: &mut Transport,
    deadline: &mut Deadline,
) -> Result<()> {
    deadline.put_off(run.gate(Call::Recv)?);
    let left = deadline.limit(run.plan, Call::Recv)?;
    let asked = run.plan.options.recv_size.clamp(1, HANDSHAKE_RECV);
    let answer = transport
        .set_recv_timeout(left)
        .map_err(Trouble::Errno)
        .and_then(|()| transport.recv_ciphertext(asked));
    let bytes = match answer {
        Ok(bytes) => bytes,
        Err(trouble) => return again(run, transport, Call::Recv, trouble, deadline),
    };
    if run.control.cancelled() {
        return Err(Error::Cancelled);
    }
    run.events.emit(Kind::TlsRecv {
        asked: asked as u32,
        bytes: bytes as u32,
    })?;
    tell_records(run, transport)?;
    match bytes {
        0 => {
            let cut = transport.layers().and_then(|layers| layers.cut());
            let cut = cut.map_or_else(String::new, |cut| format!(": {cut}"));
            Err(Error::Tls {
                why: format!("the peer closed in the middle of the handshake{cut}"),
                hint: "does it speak TLS on this port?",
            })
        }
        _ => Ok(()),
    }
}

/// Bytes asked of each `recv()` of a handshake at most: a chain with its keys has 2 to 8 KiB.
const HANDSHAKE_RECV: usize = 64 << 10;

/// What became of a call that failed: waited for, or the end.
fn again<S: Sink>(
    run: &mut Run<'_, S>,
    transport: &Transport,
    call: Call,
    trouble: Trouble,
    deadline: &Deadline,
) -> Result<()> {
    if run.control.cancelled() {
        return Err(Error::Cancelled);
    }
    let errno = match trouble {
        Trouble::Errno(errno) => errno,
        Trouble::Tls(error) => return Err(words::handshake(&error, None)),
    };
    if errno == Errno::AGAIN && run.plan.options.nonblocking {
        let until = match call {
            Call::Send => PollFlags::OUT,
            _ => PollFlags::IN,
        };
        let began = Instant::now();
        let ready = transport.poll(until, deadline.limit(run.plan, call)?);
        let waited_us = micros(began.elapsed());
        run.events.emit(Kind::WouldBlock { call, waited_us })?;
        return match ready {
            Ok(false) => Err(deadline.passed(run.plan, call)),
            _ => Ok(()),
        };
    }
    run.events.emit(errno::failed(call, errno))?;
    match errno {
        Errno::INTR => Ok(()),
        Errno::AGAIN => Err(deadline.passed(run.plan, call)),
        errno => Err(Error::Tls {
            why: format!("{call}(): {}", errno::text(errno)),
            hint: "the handshake was not over; does it speak TLS on this port?",
        }),
    }
}

/// The ledger's news, and the alerts among them.
pub(super) fn tell_records<S: Sink>(run: &mut Run<'_, S>, transport: &mut Transport) -> Result<()> {
    for records in transport.take_ledger() {
        run.events.emit(Kind::TlsRecord(Box::new(records)))?;
    }
    for alert in transport.take_alerts() {
        run.events.emit(Kind::TlsAlert(Box::new(alert)))?;
    }
    Ok(())
}

/// `recv()` answered 0 and close_notify had not come: RFC 8446 section 6.1. Answers what of
/// a record it cut, which may be nothing.
pub(super) fn cut(transport: &mut Transport) -> Option<String> {
    if transport.peer_closed() {
        return None;
    }
    let layers = transport.layers()?;
    Some(layers.cut().unwrap_or_default())
}

fn facts_of(
    transport: &mut Transport,
    ready: &Ready,
    host: &str,
    server_name: Option<String>,
    began: Instant,
) -> Tls {
    let mut facts = Tls {
        server_name,
        roots: ready.roots.clone(),
        client_certificate: ready.resolver.take_asked(),
        us: micros(began.elapsed()),
        ..Tls::default()
    };
    let Some(layers) = transport.layers() else {
        return facts;
    };
    let Some(connection) = layers.top().map(Session::connection) else {
        return facts;
    };
    if let Some(version) = connection.protocol_version() {
        facts.version = version_name(&format!("{version:?}"));
    }
    if let Some(suite) = connection.negotiated_cipher_suite() {
        facts.cipher = suite_name(&format!("{:?}", suite.suite()));
    }
    let group = connection.negotiated_key_exchange_group();
    facts.group = group.map(|group| format!("{:?}", group.name()));
    let alpn = connection.alpn_protocol();
    facts.alpn = alpn.map(|alpn| String::from_utf8_lossy(alpn).into_owned());
    facts.resumed = connection.handshake_kind() == Some(rustls::HandshakeKind::Resumed);
    let kept = connection.peer_certificates().unwrap_or_default().to_vec();
    let seen = ready.verifier.take_seen();
    let (chain, refused) = match seen {
        Some(seen) => (seen.chain, seen.refused),
        None => (kept, None),
    };
    facts.verified =
        refused.is_none() && !chain.is_empty() && (ready.verifier.verify || !facts.resumed);
    facts.problem = refused.map(|error| words::refusal(&error, &chain, host, &ready.roots));
    facts.certificates = chain.iter().map(|der| facts::certificate(der)).collect();
    facts
}

/// `TLSv1_3` is rustls' spelling.
fn version_name(name: &str) -> String {
    name.replacen('_', ".", 1)
}

/// IANA's name of a suite: rustls marks those of TLS 1.3.
fn suite_name(name: &str) -> String {
    name.replacen("TLS13_", "TLS_", 1)
}

/// What went wrong after the handshake, in an error's words.
pub(super) fn failure(error: &TlsError) -> String {
    match error {
        TlsError::AlertReceived(alert) => {
            format!("TLS: the peer sent the alert {}", words::alert_name(*alert))
        }
        TlsError::DecryptError => "TLS: a record does not decrypt: it was damaged".to_owned(),
        other => format!("TLS: {other}"),
    }
}

/// With TLS 1.3, the client's handshake is over before the server has judged it: what the
/// server then says in place of an answer is of the handshake.
pub(super) fn late_refusal(error: &TlsError) -> Option<Error> {
    let TlsError::AlertReceived(alert) = error else {
        return None;
    };
    let (why, hint) = words::of_alert(*alert);
    Some(Error::Tls { why, hint })
}
