//! The programs to compare with: the least that receives, each a mode of the bench's own
//! binary, so that it too is a process that is started, measured and waited for.
//!
//! Each `read()` of a [`TcpStream`] is one `recv()`.

use std::fs::File;
use std::hint::black_box;
use std::io::{Read, Write};
use std::net::TcpStream;

/// The first argument of a bench that was started as one of these.
pub const MODE: &str = "--bare";

/// `--bare recv|dechunk ADDR PATH RECV_SIZE [FILE]`: receives until the close, through
/// one buffer.
///
/// # Panics
/// On whatever goes wrong: a figure of a failed run is none.
pub fn run(args: &[String]) {
    let [what, addr, path, size, file @ ..] = args else {
        panic!("{args:?}");
    };
    let mut buffer = vec![0; size.parse().expect("a size")];
    let mut stream = TcpStream::connect(addr.as_str()).expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("a send");
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
