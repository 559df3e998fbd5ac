//! The server of the benches, on a thread of the bench process: none of its time is in
//! the figures, which are of child processes alone.
//!
//! ```text
//! /length/BYTES           a body with Content-Length
//! /chunked/BYTES/SIZE     the same in chunks of SIZE bytes
//! /json/BYTES             about so many bytes of JSON
//! /html/BYTES             of a page: headings, links, lists, tables
//! /png                    a picture of 640 by 480
//! ```
//! It writes a megabyte at a time and closes after each response.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

/// How each line of a body with Content-Length begins; 64 bytes with its number.
pub const LINE: &str = "a line of the body with its own number: ";
/// Bytes of a write, about.
const PIECE: u64 = 1 << 20;

/// Serves until the process ends.
///
/// # Errors
/// What `bind()` says.
pub fn start() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let addr = listener.local_addr()?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that leaves early is no failure of the server.
            std::thread::spawn(move || answer(&stream));
        }
    });
    Ok(addr)
}

fn answer(mut stream: &TcpStream) -> io::Result<()> {
    let head = BufReader::new(stream).lines();
    let head: Vec<String> = head
        .take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty()))
        .collect::<io::Result<_>>()?;
    let path = head.first().and_then(|line| line.split(' ').nth(1));
    let mut parts = path.unwrap_or_default().split('/').skip(1);
    let kind = parts.next().unwrap_or_default();
    let mut number = || parts.next().and_then(|part| part.parse::<u64>().ok());
    match (kind, number(), number()) {
        ("length", Some(bytes), _) => {
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {bytes}\r\n\r\n"
            )?;
            let lines = (0..PIECE / 64).map(|n| format!("{LINE}{n:023}\n"));
            repeat(stream, lines.collect::<String>().as_bytes(), bytes)
        }
        ("json", Some(bytes), _) => {
            let record = |n| format!(r#"{{"id":{n},"name":"Ada","tags":["one","two"],"on":true}}"#);
            let records: Vec<String> = (0..bytes / 56).map(record).collect();
            whole(
                stream,
                "application/json",
                format!("[{}]", records.join(",")).as_bytes(),
            )
        }
        ("html", Some(bytes), _) => {
            let part = |n| {
                format!(
                    "<h2>Section {n}</h2><p>Lorem <b>ipsum</b> dolor <a href=/{n}>sit amet</a>\
                     <ul><li>one<li>two</ul><table><tr><td>{n}<td>a cell</table>\n"
                )
            };
            let page: String = (0..bytes / 120).map(part).collect();
            whole(stream, "text/html", page.as_bytes())
        }
        ("png", ..) => {
            let picture = image::RgbImage::from_fn(640, 480, |x, y| {
                image::Rgb([x as u8, y as u8, (x * y) as u8])
            });
            let mut png = io::Cursor::new(Vec::new());
            let made = picture.write_to(&mut png, image::ImageFormat::Png);
            made.map_err(io::Error::other)?;
            whole(stream, "image/png", png.get_ref())
        }
        ("chunked", Some(bytes), Some(size @ 1..)) => {
            stream.write_all(
                b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
            )?;
            let mut chunk = format!("{size:x}\r\n").into_bytes();
            chunk.resize(chunk.len() + usize::try_from(size).unwrap_or(0), b'c');
            chunk.extend_from_slice(b"\r\n");
            repeat(stream, &chunk, bytes / size * chunk.len() as u64)?;
            stream.write_all(b"0\r\n\r\n")
        }
        _ => stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
    }
}

fn whole(mut stream: &TcpStream, media_type: &str, body: &[u8]) -> io::Result<()> {
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n"
    )?;
    stream.write_all(body)
}

/// Writes `unit` again and again, until `bytes` are out.
fn repeat(mut stream: &TcpStream, unit: &[u8], bytes: u64) -> io::Result<()> {
    let units = (PIECE as usize / unit.len()).max(1);
    let piece = unit.repeat(units);
    let mut left = bytes;
    while left > 0 {
        let now = usize::try_from(left).map_or(piece.len(), |left| left.min(piece.len()));
        stream.write_all(&piece[..now])?;
        left -= now as u64;
    }
    Ok(())
}
