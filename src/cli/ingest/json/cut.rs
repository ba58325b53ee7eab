//! Cuts JSON into its records while it is read, so that no file has to fit into memory.
//!
//! Only strings and brackets are followed here; the parser finds out whether a piece is well formed. A file may hold
//! one value or several, lists of records, and lists within an object (`{"articles": […]}`). An object within the
//! limits is kept whole. A larger one is searched member by member for a list of records.

mod scan;

use std::io::{self, BufRead};

use serde_json::{Map, Value};

use super::wrap;
pub(in crate::cli::ingest) use scan::Limits;
use scan::{Progress, Scanner, Taken};

/// The longest name of a member, and the longest value that describes a feed, in bytes.
const MAX_SMALL_BYTES: usize = 64 << 10;

/// A list with so many items in a row that are not objects is not a list of records.
const MAX_NON_OBJECTS: usize = 1000;

/// A piece of a file.
#[derive(Debug, PartialEq)]
pub(in crate::cli::ingest) struct Piece {
    /// Where it was found.
    pub(in crate::cli::ingest) at: At,
    /// The line that it begins on, from 1.
    pub(in crate::cli::ingest) line: usize,
    /// Its bytes, or why they cannot be read.
    pub(in crate::cli::ingest) bytes: Result<Vec<u8>, String>,
    /// The members of the object around it, as far as they came before it and are short.
    pub(in crate::cli::ingest) around: Map<String, Value>,
}

/// Where a piece was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli::ingest) enum At {
    /// It is everything that the file holds.
    Whole,
    /// It is one of several, counted from 1.
    Item(usize),
}

/// Takes the pieces. Returns false if it wants no more.
type Sink<'s> = &'s mut dyn FnMut(Piece) -> bool;

/// What stopped the cutting early.
enum Stop {
    /// The sink wants no more.
    Enough,
    /// The rest cannot be read, and why.
    Fault(String),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Fault(error.to_string())
    }
}

/// Passes on the pieces of what is read. Returns whether the sink wants more. A fault is passed on as the last piece.
pub(in crate::cli::ingest) fn pieces(reader: &mut dyn BufRead, limits: Limits, sink: Sink<'_>) -> bool {
    let mut cutter = Cutter { scan: Scanner::new(reader, 1), limits, count: 0, around: Map::new(), sink };
    match cutter.file() {
        Ok(()) => true,
        Err(Stop::Enough) => false,
        Err(Stop::Fault(why)) => cutter.emit(At::Whole, cutter.scan.line, Err(why)).is_ok(),
    }
}

/// Finds records in what a scanner reads.
struct Cutter<'r, 's> {
    scan: Scanner<'r>,
    limits: Limits,
    /// How many records were passed on.
    count: usize,
    /// The short members of the object around the current list.
    around: Map<String, Value>,
    sink: Sink<'s>,
}

impl Cutter<'_, '_> {
    fn emit(&mut self, at: At, line: usize, bytes: Result<Vec<u8>, String>) -> Result<(), Stop> {
        let piece = Piece { at, line, bytes, around: self.around.clone() };
        if (self.sink)(piece) { Ok(()) } else { Err(Stop::Enough) }
    }

    fn file(&mut self) -> Result<(), Stop> {
        while let Some(next) = self.scan.next_value()? {
            match next {
                b'[' => {
                    self.scan.bump()?;
                    self.list()?;
                }
                b']' | b'}' | b':' => return Err(self.malformed("expected a record", next)),
                _ => self.top_value(next)?,
            }
        }
        Ok(())
    }

    /// Reads a top-level value.
    fn top_value(&mut self, first: u8) -> Result<(), Stop> {
        let line = self.scan.line;
        match self.scan.value(self.limits)? {
            Taken::Done(bytes) => {
                let alone = self.count == 0 && self.scan.next_value()?.is_none();
                self.count += 1;
                let at = if alone { At::Whole } else { At::Item(self.count) };
                self.emit(at, line, Ok(bytes))
            }
            Taken::TooLarge(start, _) if first == b'{' => self.descend(start, line),
            Taken::TooLarge(_, progress) => self.refuse_rest(progress, line),
        }
    }

    /// Skips the rest of a value that is too large, and refuses it.
    fn refuse_rest(&mut self, progress: Progress, line: usize) -> Result<(), Stop> {
        self.scan.pass_over(progress)?;
        self.count += 1;
        let why = self.too_large();
        self.emit(At::Item(self.count), line, Err(why))
    }

    fn too_large(&self) -> String {
        format!(
            "too large: a record may have {} bytes and {} values; a file of any length may hold several, \
             one a line or in a list",
            self.limits.bytes, self.limits.values
        )
    }

    /// Reads a large object again from its start, to find a list of records in it.
    fn descend(&mut self, start: Vec<u8>, line: usize) -> Result<(), Stop> {
        let (found, count, line_behind) = {
            let mut whole = self.scan.put_back(start);
            let mut inner = Cutter {
                scan: Scanner::new(&mut whole, line),
                limits: self.limits,
                count: self.count,
                around: Map::new(),
                sink: &mut *self.sink,
            };
            inner.scan.bump()?;
            (inner.members(1)?, inner.count, inner.scan.line)
        };
        (self.count, self.scan.line) = (count, line_behind);
        if found {
            return Ok(());
        }
        // All of it has been skipped. What is left is to report its size.
        self.count += 1;
        let why = self.too_large();
        self.emit(At::Item(self.count), line, Err(why))
    }

    /// Reads the members of an object whose opening brace has been read. Returns whether one was a list of records.
    fn members(&mut self, depth: usize) -> Result<bool, Stop> {
        let mut found = false;
        loop {
            match self.scan.next_value()? {
                None => return Err(Stop::Fault("malformed JSON: the file ends inside of an object".into())),
                Some(b'}') => {
                    self.scan.bump()?;
                    return Ok(found);
                }
                Some(b'"') => found |= self.member(depth, found)?,
                Some(other) => return Err(self.malformed("expected the name of a field", other)),
            }
        }
    }

    /// Reads a member of an object. Returns whether it is a list of records.
    fn member(&mut self, depth: usize, found: bool) -> Result<bool, Stop> {
        let small = Limits { bytes: MAX_SMALL_BYTES, values: 1000 };
        let Taken::Done(key) = self.scan.value(small)? else {
            return Err(Stop::Fault(format!(
                "line {}: the name of a field is longer than {MAX_SMALL_BYTES} bytes",
                self.scan.line
            )));
        };
        let key: String = serde_json::from_slice(&key).unwrap_or_default();
        match self.scan.next_value()? {
            Some(b':') => self.scan.bump()?,
            other => return Err(self.malformed("expected : after the name of a field", other.unwrap_or(b' '))),
        }
        let opens = self.scan.next_value()?;
        // The content of a record is its text, however long.
        let is_text = key == "content" && (self.around.contains_key("type") || wrap::is_record(&self.around));
        let holds_records = !found && !is_text && wrap::is_wrapper(&key) && depth <= wrap::DEEPEST;
        match opens {
            Some(b'[') if holds_records => {
                self.scan.bump()?;
                self.list()?;
                Ok(true)
            }
            Some(b'{') if holds_records => {
                self.scan.bump()?;
                self.members(depth + 1)
            }
            _ => {
                match self.scan.value(small)? {
                    Taken::TooLarge(_, progress) => self.scan.pass_over(progress)?,
                    Taken::Done(value) if self.around.len() < 100 => {
                        let value = serde_json::from_slice(&value).unwrap_or_default();
                        self.around.insert(key, value);
                    }
                    Taken::Done(_) => {}
                }
                Ok(false)
            }
        }
    }

    /// Reads the items of a list whose opening bracket has been read.
    fn list(&mut self) -> Result<(), Stop> {
        let mut strangers = 0;
        loop {
            let next = self.scan.next_value()?;
            let line = self.scan.line;
            match next {
                None => return Err(Stop::Fault("malformed JSON: the file ends inside of a list".into())),
                Some(b']') => return Ok(self.scan.bump()?),
                Some(other @ (b'}' | b':')) => return Err(self.malformed("expected a record or ]", other)),
                Some(first) => {
                    strangers = if first == b'{' { 0 } else { strangers + 1 };
                    if strangers > MAX_NON_OBJECTS {
                        let why =
                            format!("{MAX_NON_OBJECTS} values in a row are not objects: this is not a list of records");
                        return Err(Stop::Fault(why));
                    }
                    match self.scan.value(self.limits)? {
                        Taken::Done(bytes) => {
                            self.count += 1;
                            self.emit(At::Item(self.count), line, Ok(bytes))?;
                        }
                        Taken::TooLarge(_, progress) => self.refuse_rest(progress, line)?,
                    }
                }
            }
        }
    }

    fn malformed(&self, expected: &str, found: u8) -> Stop {
        let found = char::from(found).escape_default();
        Stop::Fault(format!(
            "malformed JSON at line {}: {expected}, found {found}; the rest is not read",
            self.scan.line
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read};

    use serde_json::json;

    use super::*;

    /// A line for each piece, with limits of so many bytes and values, read three bytes at a time.
    fn cut(text: &str, bytes: usize, values: usize) -> Vec<String> {
        let mut found = Vec::new();
        let mut reader = BufReader::with_capacity(3, text.as_bytes());
        pieces(&mut reader, Limits { bytes, values }, &mut |piece| {
            let Piece { at, line, bytes, around } = piece;
            let words = match bytes {
                Ok(bytes) => String::from_utf8(bytes).unwrap(),
                Err(why) => format!("! {why}"),
            };
            let at = if let At::Item(number) = at { number } else { 0 };
            let around = if around.is_empty() { String::new() } else { format!(" in {}", json!(around)) };
            found.push(format!("{at} {line} {words}{around}"));
            true
        });
        found
    }

    #[test]
    fn records_come_in_any_arrangement() {
        let cut = |text: &str| cut(text, 1000, 1000);
        assert_eq!(cut(r#" {"a": "}]"} "#), [r#"0 1 {"a": "}]"}"#]);
        assert_eq!(cut("[{\"a\":1},\n {\"a\":[{}]},\n]"), ["1 1 {\"a\":1}", "2 2 {\"a\":[{}]}"]);
        assert_eq!(cut("{\"a\":1}{\"a\":2}\n\u{1e}{\"a\":3},"), ["1 1 {\"a\":1}", "2 1 {\"a\":2}", "3 2 {\"a\":3}"]);
        assert_eq!(cut("[7, \"x\\\"]\", null]"), ["1 1 7", "2 1 \"x\\\"]\"", "3 1 null"]);
        assert_eq!(cut(""), [""; 0]);
        assert_eq!(cut("[]"), [""; 0]);
        assert_eq!(cut("[{"), ["1 1 {", "0 1 ! malformed JSON: the file ends inside of a list"]);
        let told = cut("[{}\n}");
        assert_eq!(told[1], "0 2 ! malformed JSON at line 2: expected a record or ], found }; the rest is not read");
    }

    #[test]
    fn an_object_beyond_the_limits_is_gone_through_for_its_records() {
        let text =
            r#"{"title": "Veld", "x": [[1, 2], "]"], "response": {"items": [{"a": 1}, {"b": 2}]}, "z": {}} {"c": 3}"#;
        assert_eq!(
            cut(text, 40, 1000),
            [
                r#"1 1 {"a": 1} in {"title":"Veld","x":[[1,2],"]"]}"#,
                r#"2 1 {"b": 2} in {"title":"Veld","x":[[1,2],"]"]}"#,
                r#"3 1 {"c": 3}"#
            ]
        );
        assert_eq!(cut(text, 1000, 7).len(), 3);
        let told = cut(r#"{"body": [0, 0, 0, 0]} {"c": 3}"#, 1000, 3);
        assert!(told[0].starts_with("1 1 ! too large: a record may have 1000 bytes and 3 values"), "{told:?}");
        assert_eq!(told[1], r#"2 1 {"c": 3}"#);
        let told = cut(r#"[{"body": "0123456789"}, {"c": 3}]"#, 12, 100);
        assert!(told[0].starts_with("1 1 ! too large"), "{told:?}");
        assert_eq!(told[1], r#"2 1 {"c": 3}"#);
    }

    /// Text without an end, and how much of it was read.
    struct Endless {
        start: &'static [u8],
        again: &'static [u8],
        read: usize,
        most: usize,
    }

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = buffer.len().min(self.most - self.read);
            for byte in &mut buffer[..count] {
                let at = self.read;
                let again = |at: usize| self.again[at % self.again.len()];
                *byte = self.start.get(at).copied().unwrap_or_else(|| again(at - self.start.len()));
                self.read += 1;
            }
            Ok(count)
        }
    }

    #[test]
    fn no_more_is_held_than_a_record_may_have() {
        let limits = Limits { bytes: 100_000, values: 1000 };
        for (start, again) in [
            (b"{\"body\": \"".as_slice(), b"a".as_slice()),
            (b"{\"body\": [", b"0,"),
            (b"", b"["),
            (b"", b"{\"a\":"),
            (b"[", b"{},"),
            (b"{\"items\": [", b"{\"body\": \"The tide turned.\"},"),
            (b"{\"items\": [", b"0,"),
            (b"{\"", b"a"),
        ] {
            let mut endless = BufReader::new(Endless { start, again, read: 0, most: 3_000_000 });
            let (mut largest, mut refused) = (0, 0);
            pieces(&mut endless, limits, &mut |piece| {
                refused += usize::from(piece.bytes.is_err());
                largest = largest.max(piece.bytes.map_or(0, |bytes| bytes.capacity()));
                true
            });
            assert!(largest <= 2 * limits.bytes, "{largest} bytes held of {start:?}");
            assert!(refused > 0, "{start:?}");
        }
    }
}
