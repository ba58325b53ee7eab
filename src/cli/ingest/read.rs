//! Files as a stream of articles.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use prost_types::Timestamp;
use serde_json::Value;

use super::super::input::{self, Bytes, Line};
use super::files::{self, File, Format};
use super::json::{self, Layout, Told};
use super::report::Refusal;
use super::{html, text};
use crate::proto::Article;

/// A JSON file is read whole; more than this many bytes should be JSON Lines.
const JSON_BYTES: usize = 1 << 30;

/// How many times longer than its body a record or page may be, in bytes: JSON may write one byte
/// as six, and a page is mostly markup.
const WRAPPING: usize = 8;

/// What a file yields.
#[derive(Debug, PartialEq)]
pub(super) enum Item {
    /// An article to put in.
    Article(Entry),
    /// Something that is none, and why.
    Refused(Refusal),
}

/// An article and where it was found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// File and line.
    pub(super) place: String,
    /// The article.
    pub(super) article: Article,
    /// What its record holds that could not be understood and was passed over.
    pub(super) passed_over: Option<String>,
    /// How many bytes of the files had been read when this was found.
    pub(super) read: u64,
}

/// How to read.
#[derive(Debug)]
pub(super) struct Reader {
    /// Where JSON records hold what.
    pub(super) layout: Layout,
    /// The outlet of articles that name none.
    pub(super) source: String,
    /// The publication of articles that name none.
    pub(super) date: Option<Timestamp>,
    /// The longest body that the server takes, in bytes.
    pub(super) body_bytes: usize,
    /// How many bytes of the files were read, for the progress bar.
    pub(super) progress: Arc<AtomicU64>,
}

/// Whoever takes the items; it says false when it wants no more.
type Sink<'s> = &'s mut dyn FnMut(Item) -> bool;

impl Reader {
    /// Hands on all that the file holds. A fault is handed on as a refusal; nothing ends the work
    /// but the sink. Returns whether the sink wants more.
    pub(super) fn read(&self, file: &File, sink: Sink<'_>) -> bool {
        let name = file.name();
        let mut reader = match self.open(file) {
            Ok(reader) => reader,
            Err(error) => return sink(Item::Refused(Refusal::new(name, error))),
        };
        match file.format {
            Format::Jsonl => self.read_lines(&name, &mut reader, sink),
            Format::Json => self.read_json(&name, &mut reader, sink),
            Format::Text | Format::Html => sink(match self.read_document(file, &mut reader) {
                Ok(told) => self.checked(name, told),
                Err((line, why)) => Item::Refused(Refusal::new(place(&name, line), why)),
            }),
        }
    }

    fn open(&self, file: &File) -> io::Result<Bytes> {
        match &file.path {
            None => input::unpacked(io::stdin()),
            Some(path) => input::unpacked(Counted { inner: fs::File::open(path)?, progress: self.progress.clone() }),
        }
    }

    fn read_lines(&self, name: &str, reader: &mut Bytes, sink: Sink<'_>) -> bool {
        let limit = self.body_bytes.saturating_mul(WRAPPING);
        for number in 1.. {
            let place = format!("{name}:{number}");
            let item = match input::next_line(reader, limit) {
                Ok(None) => return true,
                Ok(Some(Line::Whole(line))) if line.trim_ascii().is_empty() => continue,
                Ok(Some(Line::Whole(line))) => match self.record(&line) {
                    Ok(told) => self.checked(place, told),
                    Err(why) => Item::Refused(Refusal::new(place, why)),
                },
                Ok(Some(Line::TooLong)) => {
                    Item::Refused(Refusal::new(place, format!("the line is longer than {limit} bytes")))
                }
                Err(error) => return sink(Item::Refused(Refusal::new(place, error))),
            };
            if !sink(item) {
                return false;
            }
        }
        true
    }

    fn record(&self, line: &[u8]) -> Result<Told, String> {
        let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
        let text =
            std::str::from_utf8(line).map_err(|error| format!("not valid UTF-8 (byte {})", error.valid_up_to()))?;
        let value: Value =
            serde_json::from_str(text).map_err(|error| input::without_line(format!("malformed JSON: {error}")))?;
        self.layout.article(&value)
    }

    fn read_json(&self, name: &str, reader: &mut Bytes, sink: Sink<'_>) -> bool {
        let value = match read_value(reader) {
            Ok(value) => value,
            Err(why) => return sink(Item::Refused(Refusal::new(name, why))),
        };
        let records = json::records(value);
        let single = records.len() == 1;
        for (i, record) in records.iter().enumerate() {
            let place = if single { name.to_string() } else { format!("{name}, item {}", i + 1) };
            let item = match self.layout.article(record) {
                Ok(told) => self.checked(place, told),
                Err(why) => Item::Refused(Refusal::new(place, why)),
            };
            if !sink(item) {
                return false;
            }
        }
        true
    }

    /// A file that is one article. The fault names a line where there is one.
    fn read_document(&self, file: &File, reader: &mut Bytes) -> Result<Told, (usize, String)> {
        let is_html = file.format == Format::Html;
        let limit = if is_html { self.body_bytes.saturating_mul(WRAPPING) } else { self.body_bytes };
        let bytes = input::read_all(reader, limit).map_err(|error| (0, error.to_string()))?;
        let bytes = bytes.ok_or_else(|| (0, format!("too large: more than {limit} bytes")))?;
        let (article, notes) = if is_html {
            html::read(&bytes).map_err(|why| (0, why))?
        } else {
            let is_markdown = file.path.as_deref().is_some_and(text::is_markdown);
            text::article(&text::decode(bytes).map_err(|fault| (fault.line, fault.why))?, is_markdown)
        };
        let passed_over = (!notes.is_empty()).then(|| notes.join("; "));
        let mut told = Told { article, passed_over };
        let Some(path) = &file.path else { return Ok(told) };
        if let Some(beside) = files::metadata_of(path).filter(|_| !is_html) {
            let metadata = self.metadata(&beside).map_err(|why| (0, format!("{}: {why}", beside.display())))?;
            told = with_metadata(told.article, metadata);
        }
        if told.article.id.is_empty() {
            told.article.id = text::id_of(path);
        }
        Ok(told)
    }

    /// What the file beside a text tells: the object itself, or what it holds under `article`.
    fn metadata(&self, path: &Path) -> Result<Told, String> {
        let mut file = input::unpacked(fs::File::open(path).map_err(|error| error.to_string())?);
        let value = read_value(file.as_mut().map_err(|error| error.to_string())?)?;
        let record = value.get("article").unwrap_or(&value);
        self.layout.metadata(record.as_object().ok_or("expected an object")?)
    }

    /// The article with what it lacks, or why the server would not take it.
    fn checked(&self, place: String, told: Told) -> Item {
        let Told { mut article, passed_over } = told;
        if article.body.trim().is_empty() {
            return Item::Refused(Refusal::new(place, "the body is empty"));
        }
        if article.body.len() > self.body_bytes {
            let why =
                format!("too large: the body has {} bytes, the server takes {}", article.body.len(), self.body_bytes);
            return Item::Refused(Refusal::new(place, why));
        }
        if article.source.is_empty() {
            article.source.clone_from(&self.source);
        }
        article.published_at = article.published_at.or(self.date);
        Item::Article(Entry { place, article, passed_over, read: self.progress.load(Ordering::Relaxed) })
    }
}

fn read_value(reader: &mut Bytes) -> Result<Value, String> {
    let bytes = input::read_all(reader, JSON_BYTES).map_err(|error| error.to_string())?;
    let bytes = bytes.ok_or("too large for a JSON file; JSON Lines may be of any length")?;
    let text = text::decode(bytes).map_err(|fault| format!("line {}: {}", fault.line, fault.why))?;
    serde_json::from_str(&text).map_err(|error| format!("malformed JSON: {error}"))
}

/// What was told about an article goes before what was guessed from its text.
fn with_metadata(guessed: Article, mut told: Told) -> Told {
    if told.article.title.is_empty() {
        told.article.title = guessed.title;
    }
    told.article.body = guessed.body;
    told
}

fn place(name: &str, line: usize) -> String {
    if line == 0 { name.to_string() } else { format!("{name}:{line}") }
}

/// Counts what is read from a file.
struct Counted {
    inner: fs::File,
    progress: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.progress.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::dates;
    use super::*;

    fn reader() -> Reader {
        Reader {
            layout: Layout::default(),
            source: "Veld Courier".into(),
            date: dates::parse_from("2026-03-03").ok(),
            body_bytes: 100,
            progress: Arc::default(),
        }
    }

    /// Writes the files, reads the folder, and gives a line for each item.
    fn read(files: &[(&str, &[u8])]) -> (Vec<Entry>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        let root = folder.path().display().to_string();
        let (mut entries, mut refused) = (Vec::new(), Vec::new());
        for file in files::list(std::slice::from_ref(&root), None).0 {
            assert!(reader().read(&file, &mut |item| {
                match item {
                    Item::Article(entry) => entries.push(entry),
                    Item::Refused(refusal) => {
                        refused.push(format!("{}: {}", refusal.place, refusal.why).replace(&root, ""))
                    }
                }
                true
            }));
        }
        (entries, refused)
    }

    #[test]
    fn a_text_takes_what_the_file_beside_it_tells() {
        let told = br#"{"article": {"id": "01-tide", "title": "Tide", "source": "Fenmark Post"}, "expected": {}}"#;
        let (entries, refused) = read(&[("01-tide.txt", b"The tide turned."), ("01-tide.json", told)]);
        assert_eq!(refused, [""; 0]);
        let [Entry { article, .. }] = entries.as_slice() else { panic!("{entries:?}") };
        assert_eq!(
            (article.id.as_str(), article.title.as_str(), article.source.as_str()),
            ("01-tide", "Tide", "Fenmark Post")
        );
        assert_eq!(article.body, "The tide turned.");
        assert_eq!(article.published_at.as_ref().map(dates::show_day).as_deref(), Some("3 March 2026"));
    }

    #[test]
    fn a_text_alone_is_known_by_its_path() {
        let (entries, _) = read(&[("tide.md", b"# Tide\n\nThe tide turned.")]);
        assert!(entries[0].article.id.starts_with("tide-"), "{entries:?}");
        assert_eq!((entries[0].article.title.as_str(), entries[0].article.source.as_str()), ("Tide", "Veld Courier"));
    }

    #[test]
    fn a_bad_line_does_not_stop_the_others() {
        let lines = b"\xef\xbb\xbf{\"body\": \"One.\"}\r\n\n{\"body\": \n{\"body\": \" \"}\n{\"body\": \"\xff\"}\n{\"body\": \"Two.\", \"date\": \"soon\"}";
        let (entries, refused) = read(&[("a.jsonl", lines)]);
        let bodies: Vec<_> = entries.iter().map(|entry| entry.article.body.as_str()).collect();
        assert_eq!(bodies, ["One.", "Two."]);
        assert_eq!(entries[1].article.id, "");
        assert_eq!(entries[1].passed_over.as_deref().map(|why| &why[..18]), Some("field date: \"soon\""));
        assert_eq!(
            refused,
            [
                "/a.jsonl:3: malformed JSON: EOF while parsing a value at column 9",
                "/a.jsonl:4: the body is empty",
                "/a.jsonl:5: not valid UTF-8 (byte 10)",
            ]
        );
    }

    #[test]
    fn a_bad_file_is_told_and_the_others_are_read() {
        let long = format!("{{\"body\": \"{}\"}}", "x".repeat(101));
        let (entries, refused) = read(&[
            ("a.txt", b"one\n\xff"),
            ("b.txt", b""),
            ("c.txt", "x".repeat(101).as_bytes()),
            ("d.jsonl", long.as_bytes()),
            ("e.json", b"[{\"text\": \"One.\"}, 7, {\"text\": \"Two.\"}]"),
            ("f.json", b"[{"),
            ("g.html", b"<html></html>"),
            ("h.jsonl", "x".repeat(900).as_bytes()),
        ]);
        assert_eq!(entries.len(), 2);
        assert_eq!(
            refused,
            [
                "/a.txt:2: not valid UTF-8 (byte 4)",
                "/b.txt: the body is empty",
                "/c.txt: too large: more than 100 bytes",
                "/d.jsonl:1: too large: the body has 101 bytes, the server takes 100",
                "/e.json, item 2: expected an object, found a number",
                "/f.json: malformed JSON: EOF while parsing an object at line 1 column 2",
                "/g.html: no article found in the page",
                "/h.jsonl:1: the line is longer than 800 bytes",
            ]
        );
    }
}
