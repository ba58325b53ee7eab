//! HTTP/2 by hand, for clients that do what no library lets them do. Also used by `benches/overload`.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
};

/// Frame types and flags of RFC 9113.
pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const CONTINUATION: u8 = 9;
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

/// A connection, of which nothing is read unless it is asked for.
pub(crate) struct Frames(TcpStream);

impl Frames {
    /// Connects and greets. The server may send so many bytes of each answer before some are read.
    pub(crate) fn connect(address: &str, window: u32) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")?;
        let mut frames = Self(stream);
        // SETTINGS_INITIAL_WINDOW_SIZE is number 4.
        let setting = [&[0, 4][..], &window.to_be_bytes()].concat();
        frames.send(SETTINGS, 0, 0, &setting)?;
        Ok(frames)
    }

    /// Sends a frame.
    pub(crate) fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> io::Result<()> {
        let length = (payload.len() as u32).to_be_bytes();
        let frame = [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat();
        self.0.write_all(&frame)
    }

    /// Begins a call of this method.
    pub(crate) fn call(&mut self, stream: u32, path: &str) -> io::Result<()> {
        self.send(HEADERS, END_HEADERS, stream, &headers(path))
    }

    /// Sends a message of a call, which is its last.
    pub(crate) fn message(&mut self, stream: u32, message: &[u8]) -> io::Result<()> {
        self.send(DATA, END_STREAM, stream, &[&head(false, message.len()), message].concat())
    }

    /// Takes a call back.
    pub(crate) fn reset(&mut self, stream: u32) -> io::Result<()> {
        // CANCEL is number 8.
        self.send(RST_STREAM, 0, stream, &[0, 0, 0, 8])
    }

    /// Waits for the next frame: its type, its stream and its payload. None at the end of the connection.
    pub(crate) fn next(&mut self) -> Option<(u8, u32, Vec<u8>)> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head).ok()?;
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        self.0.read_exact(&mut payload).ok()?;
        Some((head[3], u32::from_be_bytes([head[5], head[6], head[7], head[8]]), payload))
    }
}

/// What comes before a message: whether it is compressed, and its length.
pub(crate) fn head(packed: bool, length: usize) -> Vec<u8> {
    [&[u8::from(packed)][..], &(length as u32).to_be_bytes()].concat()
}

/// The headers of a call in HPACK (RFC 7541): literals that are not indexed.
pub(crate) fn headers(path: &str) -> Vec<u8> {
    let text = |text: &str| [&[text.len() as u8], text.as_bytes()].concat();
    // POST and http are in the static table whole; :path is number 4 of it, :authority 1, content-type 31.
    [
        &[0x83, 0x86, 0x04][..],
        &text(path),
        &[0x01],
        &text("sayso"),
        &[0x0f, 0x10],
        &text("application/grpc"),
        &[0x00],
        &text("te"),
        &text("trailers"),
    ]
    .concat()
}
