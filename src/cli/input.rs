//! Reads files, standard input, gzip or not, whole or by lines.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

/// The first bytes of a gzip file (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How much is read at once.
const BUFFER: usize = 256 << 10;

/// Bytes to read, whatever they come from.
pub(super) type Bytes = Box<dyn BufRead + Send>;

/// A line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// The line's bytes.
    Whole(Vec<u8>),
    /// The line was longer than the limit; it has been passed over.
    TooLong,
}

/// Opens a file, or standard input for `-`; what is gzip is unpacked, whatever its name says.
pub(super) fn open(path: &str) -> io::Result<Bytes> {
    if path == "-" { unpacked(io::stdin()) } else { unpacked(File::open(path)?) }
}

/// The bytes of `source`, unpacked where they are gzip.
pub(super) fn unpacked(source: impl Read + Send + 'static) -> io::Result<Bytes> {
    let mut start = Vec::new();
    let mut source = source;
    (&mut source).take(GZIP.len() as u64).read_to_end(&mut start)?;
    let packed = start == GZIP;
    let whole = BufReader::with_capacity(BUFFER, io::Cursor::new(start).chain(source));
    if packed {
        Ok(Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(whole))))
    } else {
        Ok(Box::new(whole))
    }
}

/// The next line, without `\n` or `\r\n`; none at the end. No more than `limit` bytes of it are held.
pub(super) fn next_line(reader: &mut dyn BufRead, limit: usize) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let mut too_long = false;
    let mut started = false;
    loop {
        let buffer = match reader.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if buffer.is_empty() {
            break;
        }
        started = true;
        let end = buffer.iter().position(|&byte| byte == b'\n');
        let piece = &buffer[..end.unwrap_or(buffer.len())];
        too_long |= piece.len() > limit - line.len();
        if !too_long {
            line.extend_from_slice(piece);
        }
        let used = piece.len() + usize::from(end.is_some());
        reader.consume(used);
        if end.is_some() {
            break;
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(started.then_some(if too_long { Line::TooLong } else { Line::Whole(line) }))
}

/// All bytes; none when there are more than `limit`.
pub(super) fn read_all(reader: &mut dyn BufRead, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= limit).then_some(bytes))
}

/// What a JSON parser says of a line, without the number 1 that it gives every line: the line is
/// told beside the file, where its true number is known.
pub(super) fn without_line(words: String) -> String {
    words.replace(" at line 1 column", " at column")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::GzEncoder;

    use super::*;

    fn lines(text: &str, limit: usize) -> Vec<Line> {
        let mut reader = BufReader::with_capacity(3, text.as_bytes());
        std::iter::from_fn(|| next_line(&mut reader, limit).unwrap()).collect()
    }

    fn whole(text: &str) -> Line {
        Line::Whole(text.into())
    }

    #[test]
    fn lines_end_in_any_manner_and_long_ones_do_not_stop_the_rest() {
        assert_eq!(lines("one\r\n\ntwo", 9), [whole("one"), whole(""), whole("two")]);
        assert_eq!(lines("one\nmuch too long\ntwo\n", 5), [whole("one"), Line::TooLong, whole("two")]);
        assert_eq!(lines("", 5), []);
    }

    #[test]
    fn gzip_is_known_by_its_bytes() {
        let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all("tide".as_bytes()).unwrap();
        for bytes in [packed.finish().unwrap(), b"tide".to_vec()] {
            let read = read_all(&mut unpacked(io::Cursor::new(bytes)).unwrap(), 4).unwrap();
            assert_eq!(read.as_deref(), Some(b"tide".as_slice()));
        }
        assert_eq!(
            read_all(&mut unpacked(io::Cursor::new(b"t")).unwrap(), 4).unwrap().as_deref(),
            Some(b"t".as_slice())
        );
        assert_eq!(read_all(&mut &b"tides"[..], 4).unwrap(), None);
    }
}
