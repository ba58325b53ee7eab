//! Reads JSON value by value without parsing it: only strings and brackets are followed, byte by byte.

use std::io::{self, BufRead, Read};

/// The limits of a record.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli::ingest) struct Limits {
    /// Its length in bytes.
    pub(in crate::cli::ingest) bytes: usize,
    /// How many values it may hold, in lists and objects. Each takes far more memory than the two bytes of `0,`.
    pub(in crate::cli::ingest) values: usize,
}

/// How far a value has been read.
#[derive(Default)]
pub(super) struct Progress {
    /// How many brackets are open.
    depth: usize,
    in_string: bool,
    /// Whether a backslash was the last byte.
    escaped: bool,
    /// Whether its first byte has been read.
    started: bool,
    /// How many values it holds so far.
    values: usize,
}

/// How reading a value ended.
pub(super) enum Taken {
    /// At its end, or at the end of the file.
    Done(Vec<u8>),
    /// Before its end, because it exceeds the limits. This is its start.
    TooLarge(Vec<u8>, Progress),
}

/// A reader that stands before a value.
pub(super) struct Scanner<'r> {
    reader: &'r mut dyn BufRead,
    /// The line of the next byte, from 1.
    pub(super) line: usize,
}

impl<'r> Scanner<'r> {
    /// Scans what is read from this line on.
    pub(super) fn new(reader: &'r mut dyn BufRead, line: usize) -> Self {
        Self { reader, line }
    }

    /// The rest of the file with some bytes put back before it.
    pub(super) fn put_back(&mut self, bytes: Vec<u8>) -> impl BufRead {
        io::Cursor::new(bytes).chain(&mut *self.reader)
    }

    /// Skips to the first byte that is neither white space nor a comma, and returns it unread. None at the end.
    pub(super) fn next_value(&mut self) -> io::Result<Option<u8>> {
        loop {
            let buffer = fill(self.reader)?;
            let Some(&first) = buffer.first() else { return Ok(None) };
            // 0x1e is the record separator of RFC 7464.
            let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | 0x1e);
            if !blank(&first) {
                return Ok(Some(first));
            }
            let end = buffer.iter().position(|byte| !blank(byte)).unwrap_or(buffer.len());
            self.line += newlines(&buffer[..end]);
            self.reader.consume(end);
        }
    }

    /// Skips one byte.
    pub(super) fn bump(&mut self) -> io::Result<()> {
        let length = fill(self.reader)?.len().min(1);
        self.reader.consume(length);
        Ok(())
    }

    /// Skips the rest of a value that has been read in part.
    pub(super) fn pass_over(&mut self, mut progress: Progress) -> io::Result<()> {
        loop {
            let buffer = fill(self.reader)?;
            let (used, done) = progress.through(buffer, usize::MAX);
            let ended = buffer.is_empty();
            self.line += newlines(&buffer[..used]);
            self.reader.consume(used);
            if done || ended {
                return Ok(());
            }
        }
    }

    /// Reads the next value, as far as it is within the limits.
    pub(super) fn value(&mut self, limits: Limits) -> io::Result<Taken> {
        let (mut bytes, mut progress) = (Vec::new(), Progress::default());
        loop {
            let buffer = fill(self.reader)?;
            let room = limits.bytes - bytes.len();
            let piece = &buffer[..buffer.len().min(room)];
            let (used, done) = progress.through(piece, limits.values);
            let ended = buffer.is_empty();
            bytes.extend_from_slice(&buffer[..used]);
            self.line += newlines(&buffer[..used]);
            self.reader.consume(used);
            if done || ended {
                return Ok(Taken::Done(bytes));
            }
            if progress.values > limits.values || bytes.len() >= limits.bytes {
                return Ok(Taken::TooLarge(bytes, progress));
            }
        }
    }
}

impl Progress {
    /// Follows a value through the bytes to its end, or until it holds more than `values` values. Returns how many
    /// bytes belong to it, and whether it ended.
    fn through(&mut self, bytes: &[u8], values: usize) -> (usize, bool) {
        for (at, &byte) in bytes.iter().enumerate() {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_string = false;
                        if self.depth == 0 {
                            return (at + 1, true);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' if self.depth == 0 && self.started => return (at, true),
                b'"' => self.in_string = true,
                b'{' | b'[' if self.depth == 0 && self.started => return (at, true),
                b'{' | b'[' => {
                    self.depth += 1;
                    self.values += 1;
                }
                b'}' | b']' if self.depth == 0 => return (at, true),
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return (at + 1, true);
                    }
                }
                b',' | b' ' | b'\t' | b'\r' | b'\n' | b':' if self.depth == 0 => return (at, true),
                b',' => self.values += 1,
                _ => {}
            }
            self.started = true;
            if self.values > values {
                return (at + 1, false);
            }
        }
        (bytes.len(), false)
    }
}

/// What can be read without waiting for more.
fn fill(reader: &mut dyn BufRead) -> io::Result<&[u8]> {
    // Borrowed twice, because the compiler does not accept a loop that returns what it borrowed.
    while let Err(error) = reader.fill_buf() {
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    reader.fill_buf()
}

/// How many lines end in these bytes.
fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}
