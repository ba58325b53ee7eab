//! Reads files and standard input, compressed or not, whole or by lines.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use flate2::bufread::MultiGzDecoder;

/// The first bytes of a gzip file (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How many bytes are read at once.
const BUFFER_BYTES: usize = 256 << 10;

/// How many times its size a gzip file may grow to. Text that people wrote grows tenfold at most, lists of similar
/// records thirtyfold. What grows more was made to fill the memory of whoever unpacks it.
const MAX_GZIP_RATIO: u64 = 200;

/// Up to this many unpacked bytes, growth does no harm and is not checked.
const UNCHECKED_BYTES: u64 = 64 << 20;

/// How many bytes at the start of a file are looked at to recognise its format.
const HEAD_BYTES: u64 = 64 << 10;

/// A source of bytes.
pub(super) type Bytes = Box<dyn BufRead + Send>;

/// A line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// The line's bytes.
    Whole(Vec<u8>),
    /// The line was longer than the limit, and has been skipped.
    TooLong,
}

/// Opens a file, or standard input for `-`. What is gzip is unpacked, whatever its name.
pub(super) fn open(path: &str) -> io::Result<Bytes> {
    if path == "-" { unpacked(io::stdin()) } else { unpacked(File::open(path)?) }
}

/// The bytes of `source`, unpacked if they are gzip. A file that unpacks to too many bytes ends with an error.
pub(super) fn unpacked(source: impl Read + Send + 'static) -> io::Result<Bytes> {
    let mut start = Vec::new();
    let mut source = source;
    (&mut source).take(GZIP.len() as u64).read_to_end(&mut start)?;
    let gzip = start == GZIP;
    let whole = io::Cursor::new(start).chain(source);
    if !gzip {
        return Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, whole)));
    }
    let packed = Arc::<AtomicU64>::default();
    let whole = BufReader::with_capacity(BUFFER_BYTES, Counted { inner: whole, count: packed.clone() });
    let grown = Growing { inner: MultiGzDecoder::new(whole), packed, unpacked: 0 };
    Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, grown)))
}

/// Counts the bytes that are read.
pub(super) struct Counted<R> {
    /// The source.
    pub(super) inner: R,
    /// The count.
    pub(super) count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Compares the unpacked bytes with the compressed ones.
struct Growing<R> {
    inner: R,
    packed: Arc<AtomicU64>,
    unpacked: u64,
}

impl<R: Read> Read for Growing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.unpacked += count as u64;
        if self.unpacked > UNCHECKED_BYTES && self.unpacked / MAX_GZIP_RATIO > self.packed.load(Ordering::Relaxed) {
            return Err(io::Error::other(format!(
                "unpacks to more than {MAX_GZIP_RATIO} times its size; the rest is not read"
            )));
        }
        Ok(count)
    }
}

/// Decodes UTF-16 without a byte order mark to UTF-8; other bytes pass unchanged. Also returns the start, which is
/// still to be read.
pub(super) fn as_utf8(mut bytes: Bytes) -> io::Result<(Vec<u8>, Bytes)> {
    let head = head(&mut bytes)?;
    match Encoding::for_bom(&head).or_else(|| utf_16(&head).map(|encoding| (encoding, 0))) {
        Some((encoding, _)) if encoding != UTF_8 => {
            let inner = Box::new(io::Cursor::new(head).chain(bytes));
            let utf8 = Transcoded { inner, decoder: encoding.new_decoder_with_bom_removal(), ended: false };
            let mut bytes: Bytes = Box::new(BufReader::with_capacity(BUFFER_BYTES, utf8));
            let head = self::head(&mut bytes)?;
            Ok((head.clone(), Box::new(io::Cursor::new(head).chain(bytes))))
        }
        bom => {
            let head = head[bom.map_or(0, |(_, length)| length)..].to_vec();
            Ok((head.clone(), Box::new(io::Cursor::new(head).chain(bytes))))
        }
    }
}

fn head(bytes: &mut Bytes) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    bytes.take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok(head)
}

/// Recognises UTF-16 without a byte order mark by its zero bytes: ASCII letters, punctuation and spaces have one,
/// always on the same side. Text in other encodings has none.
pub(super) fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(HEAD_BYTES as usize)];
    let (mut pairs, mut first, mut second) = (0_usize, 0_usize, 0_usize);
    for pair in head.chunks_exact(2) {
        pairs += 1;
        first += usize::from(pair[0] == 0 && pair[1] != 0);
        second += usize::from(pair[0] != 0 && pair[1] == 0);
    }
    // In Cyrillic text, a sixth is spaces and punctuation. Letters of other scripts may end with a zero byte.
    let tells = |zeros: usize, others: usize| pairs >= 2 && zeros * 10 >= pairs && others * 8 <= zeros;
    match (tells(first, second), tells(second, first)) {
        (true, _) => Some(UTF_16BE),
        (_, true) => Some(UTF_16LE),
        _ => None,
    }
}

/// Text in another encoding, decoded to UTF-8.
struct Transcoded {
    inner: Bytes,
    decoder: Decoder,
    ended: bool,
}

impl Read for Transcoded {
    /// The buffer must hold a whole character. The one around this does.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.ended {
            let source = self.inner.fill_buf()?;
            let last = source.is_empty();
            let (result, read, written, _) = self.decoder.decode_to_utf8(source, buffer, last);
            self.inner.consume(read);
            self.ended = last && result == CoderResult::InputEmpty;
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

/// The next line, without `
/// ` or `\r
/// `. None at the end. At most `limit` bytes of it are held.
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

/// All bytes. None if there are more than `limit`.
pub(super) fn read_all(reader: &mut dyn BufRead, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= limit).then_some(bytes))
}

/// The message of a JSON parser about a line, without the line number 1 that it always has. The true number is printed
/// with the file.
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

    #[test]
    fn what_grows_beyond_measure_ends_with_an_error() {
        let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::copy(&mut io::repeat(b' ').take(UNCHECKED_BYTES + (2 << 20)), &mut packed).unwrap();
        let bomb = packed.finish().unwrap();
        assert!(bomb.len() < 400_000, "{}", bomb.len());
        let mut reader = unpacked(io::Cursor::new(bomb)).unwrap();
        let read = io::copy(&mut reader, &mut io::sink());
        assert!(read.unwrap_err().to_string().starts_with("unpacks to more than 200 times its size"));
    }

    #[test]
    fn utf_16_is_told_by_its_zeros() {
        let bytes = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<_>>();
        for text in ["“The tide turned,” she said.", "Мост закрыт, сказала она.", "[]", "Größe — ÄÖÜ 漢字 和 Marn"]
        {
            assert_eq!(utf_16(&bytes(text, u16::to_le_bytes)), Some(UTF_16LE), "{text}");
            assert_eq!(utf_16(&bytes(text, u16::to_be_bytes)), Some(UTF_16BE), "{text}");
            assert_eq!(utf_16(text.as_bytes()), None, "{text}");
        }
        for other in [b"".as_slice(), b"a\0", b"The tide\0 turned, and nobody was there to see it.", &[0; 64]] {
            assert_eq!(utf_16(other), None, "{other:?}");
        }
    }

    #[test]
    fn other_encodings_of_unicode_are_known_by_their_first_bytes() {
        let text = "{\"a\": \"café “shut” 😀\"}\n";
        let utf_16 = |bytes: fn(u16) -> [u8; 2], bom: &str| -> Vec<u8> {
            format!("{bom}{text}").encode_utf16().flat_map(bytes).collect()
        };
        for bytes in [
            text.as_bytes().to_vec(),
            format!("\u{feff}{text}").into_bytes(),
            utf_16(u16::to_le_bytes, "\u{feff}"),
            utf_16(u16::to_be_bytes, "\u{feff}"),
            utf_16(u16::to_le_bytes, ""),
            utf_16(u16::to_be_bytes, ""),
        ] {
            let (head, mut rest) = as_utf8(unpacked(io::Cursor::new(bytes)).unwrap()).unwrap();
            assert_eq!(String::from_utf8(head).unwrap(), text);
            assert_eq!(read_all(&mut rest, 100).unwrap().as_deref(), Some(text.as_bytes()));
        }
    }
}
