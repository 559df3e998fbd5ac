//! The plan as a Rust program on the standard library alone.
//!
//! Owns the constants' block and the choice among the fragments; each fragment is Rust
//! as it stands, without holes.

use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use super::{Place, hex_escape, millis, pieces, place, quoted, title, without_body};
use crate::event::{EndMode, Family};
use crate::plan::Plan;

pub(super) fn program(plan: &Plan) -> String {
    if super::tls(plan).is_some() {
        return title(plan).map(|line| format!("//! {line}\n")).concat() + CANNOT;
    }
    let mut out = constants(plan);
    out += match plan.options.unix_socket {
        None => CONNECT,
        Some(_) => CONNECT_UNIX,
    };
    out += match plan.options.nonblocking {
        false => SEND_RECV,
        true => SEND_RECV_NONBLOCKING,
    };
    out += match plan.options.end {
        EndMode::Auto | EndMode::Length => READ_HEAD,
        EndMode::Close | EndMode::Timeout | EndMode::Once => SHOW,
    };
    out += match plan.options.end {
        EndMode::Auto => AUTO,
        EndMode::Length => LENGTH,
        EndMode::Close => CLOSE,
        EndMode::Timeout => TIMEOUT,
        EndMode::Once => ONCE,
    };
    out + MAIN
}

/// Of TLS, which takes a crate: a program that one file and rustc make has none.
const CANNOT: &str = r#"//! It cannot: the standard library has no TLS. The crate rustls has it: rustls::Stream
//! over a TcpStream, with rustls-native-certs for the system's roots.

fn main() {
    eprintln!("Rust's standard library has no TLS: that takes the crate rustls");
    std::process::exit(2);
}
"#;

fn constants(plan: &Plan) -> String {
    let mut out = String::new();
    for line in title(plan) {
        out += &format!("//! {line}\n");
    }
    out += "//! rustc fetch.rs && ./fetch\n\n";
    out += "use std::io::{self, Read, Write};\n";
    out += match plan.options.unix_socket {
        Some(_) => {
            "use std::ffi::OsStr;\nuse std::os::unix::{ffi::OsStrExt, net::UnixStream as Stream};\n"
        }
        None => "use std::net::{TcpStream as Stream, ToSocketAddrs};\n",
    };
    out += "use std::time::Duration;\n\n";
    match place(plan) {
        Place::Unix(path) => {
            out += &format!(
                "const PATH: &[u8] = {};\n",
                literal(path.as_os_str().as_bytes())
            );
        }
        Place::Tcp(host, port) => {
            let families = match plan.options.family {
                Some(Family::Inet) => "(true, false)",
                Some(Family::Inet6) => "(false, true)",
                Some(Family::Unix) | None => "(true, true)",
            };
            out += &format!("const HOST: &str = {host:?};\nconst PORT: u16 = {port};\n");
            out += &format!("const IPV4_IPV6: (bool, bool) = {families};\n");
            let connect = plan.options.connect_timeout.or(plan.options.call_timeout());
            out += &format!(
                "const CONNECT_TIMEOUT: Option<Duration> = {};\n",
                duration(connect)
            );
        }
    }
    out += &format!(
        "/// Of each call.\nconst TIMEOUT: Option<Duration> = {};\n",
        duration(plan.options.call_timeout())
    );
    out += &format!("const RECV_SIZE: usize = {};\n", plan.options.recv_size);
    if plan.options.end == EndMode::Auto {
        out += &format!(
            "/// An answer to HEAD is a head alone.\nconst NO_BODY: bool = {};\n",
            without_body(plan)
        );
    }
    out += &format!("const REQUEST: &[u8] = {};\n", lines(&plan.request));
    match plan.options.send_size {
        Some(size) => out += &format!("const SEND_SIZE: usize = {size};\n"),
        None => out += "const SEND_SIZE: usize = usize::MAX;\n",
    }
    out
}

fn duration(time: Option<Duration>) -> String {
    match time {
        Some(time) => format!("Some(Duration::from_millis({}))", millis(time)),
        None => "None".to_owned(),
    }
}

/// A byte string literal on one line.
fn literal(bytes: &[u8]) -> String {
    let mut out = String::from("b\"");
    quoted(&mut out, bytes, hex_escape);
    out.push('"');
    out
}

/// A byte string literal over many lines. A backslash at a line's end takes the white
/// space of the next line's beginning with it, so a space that begins a piece is escaped.
fn lines(bytes: &[u8]) -> String {
    let mut out = String::from("b\"");
    for piece in pieces(bytes) {
        out.push_str("\\\n    ");
        let (space, rest) = match piece.split_first() {
            Some((b' ', rest)) => ("\\x20", rest),
            _ => ("", piece),
        };
        out.push_str(space);
        quoted(&mut out, rest, hex_escape);
    }
    out.push('"');
    out
}

const CONNECT: &str = r#"
/// The look-up, then a socket and a connect for one address after the other.
fn connect() -> io::Result<Stream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "no address of this family");
    for address in (HOST, PORT).to_socket_addrs()? {
        if !(address.is_ipv4() && IPV4_IPV6.0 || address.is_ipv6() && IPV4_IPV6.1) {
            continue;
        }
        let connected = match CONNECT_TIMEOUT {
            Some(timeout) => Stream::connect_timeout(&address, timeout),
            None => Stream::connect(address),
        };
        match connected {
            Ok(stream) => return Ok(stream),
            Err(error) => {
                eprintln!("connect({address}): {error}");
                last = error;
            }
        }
    }
    Err(last)
}
"#;

const CONNECT_UNIX: &str = r#"
fn connect() -> io::Result<Stream> {
    Stream::connect(OsStr::from_bytes(PATH))
}
"#;

const SEND_RECV: &str = r#"
/// The kernel ends a call with `WouldBlock` when it has waited that long.
fn prepare(stream: &Stream) -> io::Result<()> {
    stream.set_read_timeout(TIMEOUT)?;
    stream.set_write_timeout(TIMEOUT)
}

/// One send(): it may take less than it is offered.
fn send(stream: &mut Stream, bytes: &[u8]) -> io::Result<usize> {
    stream.write(bytes)
}

/// One recv() behind what is there; 0 says that the peer has closed.
fn recv(stream: &mut Stream, received: &mut Vec<u8>) -> io::Result<usize> {
    let have = received.len();
    received.resize(have + RECV_SIZE, 0);
    let result = stream.read(&mut received[have..]);
    received.truncate(have + result.as_ref().unwrap_or(&0));
    result
}
"#;

const SEND_RECV_NONBLOCKING: &str = r#"
fn prepare(stream: &Stream) -> io::Result<()> {
    stream.set_nonblocking(true)
}

/// Makes a call again as long as it answers EAGAIN. The standard library has no poll():
/// a short sleep stands for it.
fn again(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    let began = std::time::Instant::now();
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if TIMEOUT.is_some_and(|timeout| began.elapsed() >= timeout) {
                    return Err(error);
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            result => return result,
        }
    }
}

/// One send() that takes something: it may be less than it is offered.
fn send(stream: &mut Stream, bytes: &[u8]) -> io::Result<usize> {
    again(|| stream.write(bytes))
}

/// One recv() that brings something, behind what is there; 0 says that the peer has
/// closed.
fn recv(stream: &mut Stream, received: &mut Vec<u8>) -> io::Result<usize> {
    let have = received.len();
    received.resize(have + RECV_SIZE, 0);
    let result = again(|| stream.read(&mut received[have..]));
    received.truncate(have + result.as_ref().unwrap_or(&0));
    result
}
"#;

const READ_HEAD: &str = r#"
/// Adds what one recv() brings.
fn more(stream: &mut Stream, received: &mut Vec<u8>) -> io::Result<()> {
    let result = match recv(stream, received) {
        Ok(0) => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the peer closed too early")),
        Ok(_) => return Ok(()),
        Err(error) => Err(error),
    };
    io::stdout().write_all(received)?;
    result
}

/// Takes everything up to and with `end` out of what comes.
fn read_until(stream: &mut Stream, received: &mut Vec<u8>, end: &[u8]) -> io::Result<Vec<u8>> {
    loop {
        if let Some(at) = received.windows(end.len()).position(|bytes| bytes == end) {
            return Ok(received.drain(..at + end.len()).collect());
        }
        more(stream, received)?;
    }
}

/// The status and the head as text; interim heads (1xx) come before the real one.
fn read_head(stream: &mut Stream, received: &mut Vec<u8>) -> io::Result<(u16, String)> {
    loop {
        let head = read_until(stream, received, b"\r\n\r\n")?;
        io::stderr().write_all(&head)?;
        let head = String::from_utf8_lossy(&head).into_owned();
        let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok());
        match status.unwrap_or(0) {
            101 => return Ok((101, head)),
            100..=199 => {}
            status => return Ok((status, head)),
        }
    }
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

fn number(text: &str, radix: u32) -> io::Result<usize> {
    usize::from_str_radix(text, radix).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Writes so many bytes of the body: those that are here, then those that come.
fn copy(stream: &mut Stream, received: &mut Vec<u8>, mut length: usize) -> io::Result<()> {
    while length > 0 {
        if received.is_empty() {
            more(stream, received)?;
        }
        let n = received.len().min(length);
        io::stdout().write_all(&received[..n])?;
        received.drain(..n);
        length -= n;
    }
    Ok(())
}
"#;

const AUTO: &str = r#"
/// The head says where the body ends: RFC 9112 section 6.3.
fn receive(stream: &mut Stream) -> io::Result<()> {
    let mut received = Vec::new();
    let (status, head) = read_head(stream, &mut received)?;
    let coding = field(&head, "Transfer-Encoding");
    let length = field(&head, "Content-Length");
    if NO_BODY || matches!(status, 101 | 204 | 304) {
        return Ok(());
    }
    match (coding, length) {
        (Some(coding), _) if coding.to_lowercase().ends_with("chunked") => {
            receive_chunked(stream, &mut received)
        }
        (None, Some(length)) => copy(stream, &mut received, number(length, 10)?),
        // No length at all: until the peer closes.
        _ => loop {
            io::stdout().write_all(&received)?;
            received.clear();
            if recv(stream, &mut received)? == 0 {
                return Ok(());
            }
        },
    }
}

/// Each chunk: its size in hexadecimal on a line, its bytes, a line end. Size 0 is the
/// last one; trailers and an empty line follow it.
fn receive_chunked(stream: &mut Stream, received: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let line = read_until(stream, received, b"\r\n")?;
        let line = String::from_utf8_lossy(&line);
        let size = number(line.split(';').next().unwrap_or("").trim(), 16)?;
        if size == 0 {
            break;
        }
        copy(stream, received, size)?;
        read_until(stream, received, b"\r\n")?;
    }
    while read_until(stream, received, b"\r\n")? != b"\r\n" {}
    Ok(())
}
"#;

const LENGTH: &str = r#"
/// Content-Length's bytes, whatever else the head says.
fn receive(stream: &mut Stream) -> io::Result<()> {
    let mut received = Vec::new();
    let (_, head) = read_head(stream, &mut received)?;
    match field(&head, "Content-Length") {
        Some(length) => copy(stream, &mut received, number(length, 10)?),
        None => {
            io::stdout().write_all(&received)?;
            Err(io::Error::new(io::ErrorKind::InvalidData, "there is no Content-Length to count by"))
        }
    }
}
"#;

const SHOW: &str = r#"
/// The head ends with an empty line; what follows is the body as it came, with its chunk
/// sizes if it is chunked. Without an empty line all of it is shown.
fn show(received: &[u8]) -> io::Result<()> {
    let end = received.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let (head, body) = received.split_at(end.map_or(0, |at| at + 4));
    io::stderr().write_all(head)?;
    io::stdout().write_all(body)
}
"#;

const CLOSE: &str = r#"
/// recv() until it answers 0. A peer that keeps the connection open never lets this loop
/// end: ask for "Connection: close", count Content-Length, or set a timeout.
fn receive(stream: &mut Stream) -> io::Result<()> {
    let mut received = Vec::new();
    let result = loop {
        match recv(stream, &mut received) {
            Ok(0) => break Ok(()),
            Ok(_) => {}
            Err(error) => break Err(error),
        }
    };
    show(&received)?;
    result
}
"#;

const TIMEOUT: &str = r#"
/// recv() until nothing comes for TIMEOUT, or the peer closes.
fn receive(stream: &mut Stream) -> io::Result<()> {
    let mut received = Vec::new();
    let result = loop {
        match recv(stream, &mut received) {
            Ok(0) => break Ok(()),
            Ok(_) => {}
            // The end that was asked for.
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    show(&received)?;
    result
}
"#;

const ONCE: &str = r#"
/// One recv() brings what is there, which need not be all.
fn receive(stream: &mut Stream) -> io::Result<()> {
    let mut received = Vec::new();
    recv(stream, &mut received)?;
    show(&received)
}
"#;

const MAIN: &str = r#"
fn main() -> io::Result<()> {
    let mut stream = connect()?;
    prepare(&stream)?;
    let mut sent = 0;
    while sent < REQUEST.len() {
        let end = REQUEST.len().min(sent.saturating_add(SEND_SIZE));
        sent += send(&mut stream, &REQUEST[sent..end])?;
    }
    receive(&mut stream)?;
    io::stdout().flush()
    // The socket is closed when `stream` goes.
}
"#;
