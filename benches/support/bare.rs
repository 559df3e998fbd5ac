//! The programs to compare with: the least that receives, each a mode of the bench's own
//! binary, so that it too is a process that is started, measured and waited for.
//!
//! Each `read()` of a [`TcpStream`] is one `recv()`.

use std::fs::File;
use std::hint::black_box;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// The first argument of a bench that was started as one of these.
pub const MODE: &str = "--bare";

/// `--bare recv|dechunk ADDR PATH RECV_SIZE [FILE]`: receives until the close, through
/// one buffer; `--bare tls URL ROOT RECV_SIZE [FILE]` the same by rustls' own stream.
///
/// # Panics
/// On whatever goes wrong: a figure of a failed run is none.
pub fn run(args: &[String]) {
    let [what, addr, path, size, file @ ..] = args else {
        panic!("{args:?}");
    };
    let mut buffer = vec![0; size.parse().expect("a size")];
    let mut stream: Box<dyn Stream> = match what.as_str() {
        "tls" => secure(addr, path),
        _ => {
            let mut stream = TcpStream::connect(addr.as_str()).expect("a connection");
            ask(&mut stream, addr, path);
            Box::new(stream)
        }
    };
    let mut file = file.first().map(|file| File::create(file).expect("a file"));
    let mut dechunker = (what == "dechunk").then(Dechunker::default);
    loop {
        let bytes = stream.read(&mut buffer).expect("a recv");
        if bytes == 0 {
            break;
        }
        let bytes = black_box(&buffer[..bytes]);
        if let Some(file) = &mut file {
            file.write_all(bytes).expect("a write");
        }
        if let Some(dechunker) = &mut dechunker {
            dechunker.feed(bytes);
        }
    }
    assert!(dechunker.is_none_or(|dechunker| dechunker.over));
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

fn ask(stream: &mut impl Write, addr: &str, path: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("a send");
}

/// The URL is asked for; what comes is still to be received.
fn secure(url: &str, root: &str) -> Box<dyn Stream> {
    let rest = url.strip_prefix("https://").expect("an https URL");
    let (addr, path) = rest.split_at(rest.find('/').expect("a path"));
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_file(root).expect("a certificate");
    roots.add(root).expect("a root");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let socket = TcpStream::connect(addr).expect("a connection");
    let name = socket.peer_addr().expect("a peer").ip().into();
    let connection = ClientConnection::new(Arc::new(config), name).expect("TLS");
    let mut stream = StreamOwned::new(connection, socket);
    ask(&mut stream, addr, path);
    Box::new(stream)
}

/// Chunked decoding with nothing else to do: no extensions, no trailers, no doubt.
#[derive(Default)]
struct Dechunker {
    /// The head's end was seen, as the last bytes so far.
    blank: usize,
    in_body: bool,
    /// Of the chunk, data and its CR LF together.
    left: usize,
    size: usize,
    over: bool,
}

impl Dechunker {
    fn feed(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while !self.in_body && at < bytes.len() {
            self.blank = match bytes[at] {
                b'\n' => self.blank + 1,
                b'\r' => self.blank,
                _ => 0,
            };
            self.in_body = self.blank == 2;
            at += 1;
        }
        while at < bytes.len() {
            if self.left > 0 {
                let data = self.left.min(bytes.len() - at);
                black_box(&bytes[at..at + data]);
                self.left -= data;
                at += data;
                continue;
            }
            match bytes[at] {
                b'\r' => {}
                b'\n' => {
                    self.over |= self.size == 0;
                    self.left = self.size + 2;
                    self.size = 0;
                }
                digit @ b'0'..=b'9' => self.size = self.size << 4 | usize::from(digit - b'0'),
                letter => self.size = self.size << 4 | usize::from((letter | 0x20) - b'a' + 10),
            }
            at += 1;
        }
    }
}
