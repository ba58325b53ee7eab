//! Turns files into a stream of articles.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::super::dates::Published;
use super::super::info;
use super::super::input::{self, Bytes, Counted, Line};
use super::files::{self, File, Format};
use super::fit;
use super::json::{self, At, Layout, Limits, Malformed, Piece, Told};
use super::note::Note;
use super::report::Refusal;
use super::{html, text};
use crate::proto::Article;

/// How many times longer than its body a page may be, in bytes. Most of a page is markup.
const PAGE_TIMES_BODY: usize = 8;

/// How many times longer than its body a record may be. JSON may write one byte as six, but no language as more than
/// three, and there are other fields.
const RECORD_TIMES_BODY: usize = 4;

/// How many values a record may hold.
const MAX_RECORD_VALUES: usize = 200_000;

/// After so many refusals in a row, a file is taken not to be JSON after all.
const MAX_REFUSALS_IN_A_ROW: usize = 10_000;

/// What a file yields.
#[derive(Debug, PartialEq)]
pub(super) enum Item {
    /// An article to add.
    Article(Box<Entry>),
    /// Something that is not an article, and why.
    Refused(Refusal),
    /// A note on a file, or on all of them, with its place.
    Noted(String, Note),
}

/// An article and where it was found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// File and line.
    pub(super) place: String,
    /// The article.
    pub(super) article: Article,
    /// What was left out of its record, or guessed.
    pub(super) notes: Vec<Note>,
}

/// How to read.
#[derive(Debug)]
pub(super) struct Reader {
    /// Which names JSON records use for which fields.
    pub(super) layout: Layout,
    /// The labels of all articles. They override the articles' own.
    pub(super) labels: Vec<(String, String)>,
    /// The outlet of articles that do not name one.
    pub(super) outlet: String,
    /// The publication date of articles that do not state one.
    pub(super) date: Option<Published>,
    /// The longest body that the server accepts, in bytes.
    pub(super) body_bytes: usize,
    /// Whether metadata files may be symbolic links.
    pub(super) follow_links: bool,
    /// How many bytes of the files were read, for the progress bar.
    pub(super) progress: Arc<AtomicU64>,
}

/// How a piece of JSON was received.
struct Taken {
    /// Whether the sink wants more.
    wants_more: bool,
    /// Whether the piece was JSON.
    is_json: bool,
}

/// Takes the items. Returns false if it wants no more.
type Sink<'s> = &'s mut dyn FnMut(Item) -> bool;

impl Reader {
    /// Passes on everything that the file holds. A fault is passed on as a refusal, and only the sink can end the work.
    /// Returns whether the sink wants more.
    pub(super) fn read(&self, file: &File, sink: Sink<'_>) -> bool {
        let name = file.name();
        let mut is_empty = true;
        let wants_more = self.read_all(&name, file, &mut |item| {
            is_empty = false;
            sink(item)
        });
        wants_more && (!is_empty || sink(Item::Noted(name, Note::new("", "", "holds no record"))))
    }

    /// Passes on what is known once all files have been read. Returns whether the sink wants more.
    pub(super) fn finish(&self, sink: Sink<'_>) -> bool {
        self.layout.unmatched().into_iter().all(|chosen| {
            let note = Note::new("", "", "no record of this run has a field with this name");
            sink(Item::Noted(format!("--field {chosen}"), note))
        })
    }

    fn read_all(&self, name: &str, file: &File, sink: Sink<'_>) -> bool {
        let mut reader = match self.open(file) {
            Ok(reader) => reader,
            Err(error) => return sink(Item::Refused(Refusal::new(name, error))),
        };
        match file.format {
            Format::Jsonl | Format::Json => self.read_records(name, file.format, reader, sink),
            Format::Text | Format::Html => sink(match self.read_document(file, &mut reader) {
                Ok(told) => self.checked(name.to_string(), told),
                Err((line, why)) => Item::Refused(Refusal::new(place(name, line), why)),
            }),
        }
    }

    fn open(&self, file: &File) -> io::Result<Bytes> {
        match &file.path {
            None => input::unpacked(io::stdin()),
            Some(path) => input::unpacked(Counted { inner: fs::File::open(path)?, count: self.progress.clone() }),
        }
    }

    fn read_records(&self, name: &str, format: Format, reader: Bytes, sink: Sink<'_>) -> bool {
        let (head, mut reader) = match input::as_utf8(reader) {
            Ok(found) => found,
            Err(error) => return sink(Item::Refused(Refusal::new(name, error))),
        };
        if is_lines(&head, format) {
            self.read_lines(name, &mut reader, sink)
        } else {
            self.read_pieces(name, &mut reader, sink)
        }
    }

    fn limits(&self) -> Limits {
        Limits { bytes: self.body_bytes.saturating_mul(RECORD_TIMES_BODY), values: MAX_RECORD_VALUES }
    }

    /// Reads one record per line. A fault in one line costs no other.
    fn read_lines(&self, name: &str, reader: &mut Bytes, sink: Sink<'_>) -> bool {
        let limit = self.limits().bytes;
        for number in 1.. {
            let place = format!("{name}:{number}");
            let line = match input::next_line(reader, limit) {
                Ok(None) => return true,
                Ok(Some(Line::Whole(line))) => line,
                Ok(Some(Line::TooLong)) => {
                    let why = format!("the line is longer than {}", shown(limit));
                    if !sink(Item::Refused(Refusal::new(place, why))) {
                        return false;
                    }
                    continue;
                }
                Err(error) => return sink(Item::Refused(Refusal::new(place, error))),
            };
            let is_list = line.trim_ascii_start().starts_with(b"[");
            let mut wants_more = true;
            json::pieces(&mut line.as_slice(), self.limits(), &mut |piece| {
                let is_stranger = !is_list && !is_object(&piece);
                let place = if is_stranger { place.clone() } else { item_of(&place, piece.at) };
                // The column counts from the start of the piece, which the message does not mention.
                let is_first = matches!(piece.at, At::Whole | At::Item(1));
                let malformed = |error: Malformed| match is_first {
                    true => format!("malformed JSON: {} at column {}", error.why, error.column),
                    false => format!("malformed JSON after a record: {}", error.why),
                };
                let taken = self.piece(&place, piece, malformed, sink);
                wants_more = taken.wants_more;
                // What is not a record is reported once per line. Each word of a line of text would be a refusal of its
                // own.
                wants_more && taken.is_json && !is_stranger
            });
            if !wants_more {
                return false;
            }
        }
        true
    }

    /// Reads records in any other layout.
    fn read_pieces(&self, name: &str, reader: &mut Bytes, sink: Sink<'_>) -> bool {
        let (mut refusals, mut wants_more, mut is_broken) = (0, true, false);
        json::pieces(reader, self.limits(), &mut |piece| {
            let start = piece.line;
            if is_broken && piece.bytes.is_ok() && !is_object(&piece) {
                // The words of a text are not JSON either. The first of them was reported.
                refusals += 1;
                return refusals < MAX_REFUSALS_IN_A_ROW || self.give_up(name, &mut wants_more, sink);
            }
            let malformed =
                |error: Malformed| format!("malformed JSON: {} at line {}", error.why, start + error.line - 1);
            let place = item_of(name, piece.at);
            let was_object = is_object(&piece);
            let taken = self.piece(&place, piece, malformed, &mut |item| {
                refusals = if matches!(item, Item::Refused(_)) { refusals + 1 } else { 0 };
                sink(item)
            });
            is_broken = !taken.is_json && !was_object;
            wants_more = taken.wants_more;
            wants_more && (refusals < MAX_REFUSALS_IN_A_ROW || self.give_up(name, &mut wants_more, sink))
        });
        wants_more
    }

    /// Reports that no more is read of a file. Always false.
    fn give_up(&self, name: &str, wants_more: &mut bool, sink: Sink<'_>) -> bool {
        let why = format!("{MAX_REFUSALS_IN_A_ROW} records in a row were refused; the rest is not read");
        *wants_more = sink(Item::Refused(Refusal::new(name, why)));
        false
    }

    /// Passes on the articles of a piece.
    fn piece(&self, place: &str, piece: Piece, malformed: impl Fn(Malformed) -> String, sink: Sink<'_>) -> Taken {
        let parsed = piece.bytes.and_then(|bytes| json::parse(&bytes).map_err(malformed));
        let (value, repairs) = match parsed {
            Ok(found) => found,
            Err(why) => {
                let wants_more = sink(Item::Refused(Refusal::new(place, why)));
                return Taken { wants_more, is_json: false };
            }
        };
        let articles = self.layout.articles(value, &piece.around);
        let single = articles.len() == 1;
        for (number, article) in (1..).zip(articles) {
            let place = if single { place.to_string() } else { item_of(place, At::Item(number)) };
            let item = match article {
                Ok(mut told) => {
                    told.notes.extend(repairs.iter().cloned());
                    self.checked(place, told)
                }
                Err(why) => Item::Refused(Refusal::new(place, why)),
            };
            if !sink(item) {
                return Taken { wants_more: false, is_json: true };
            }
        }
        Taken { wants_more: true, is_json: true }
    }

    /// Reads a file that is one article. The fault names a line if there is one.
    fn read_document(&self, file: &File, reader: &mut Bytes) -> Result<Told, (usize, String)> {
        let is_html = file.format == Format::Html;
        // UTF-16 takes up to twice the bytes of the body.
        let limit = self.body_bytes.saturating_mul(if is_html { PAGE_TIMES_BODY } else { 2 }).saturating_add(2);
        let bytes = input::read_all(reader, limit).map_err(|error| (0, error.to_string()))?;
        let too_large = || match is_html {
            true => format!("too large: a page may have {} at most, {PAGE_TIMES_BODY} times the body", shown(limit)),
            false => self.too_long("more than the server takes"),
        };
        let bytes = bytes.ok_or_else(|| (0, too_large()))?;
        let (article, notes) = if is_html {
            html::read(&bytes).map_err(|why| (0, why))?
        } else {
            let is_markdown = file.path.as_deref().is_some_and(text::is_markdown);
            text::article(&text::decode(bytes).map_err(|fault| (fault.line, fault.why))?, is_markdown)
        };
        let mut told = Told { article, notes };
        let Some(path) = &file.path else { return Ok(told) };
        if let Some(beside) = files::metadata_of(path, self.follow_links).filter(|_| !is_html) {
            let metadata = self.metadata(&beside).map_err(|why| (0, format!("{}: {why}", beside.display())))?;
            told = with_metadata(told, metadata);
        }
        if told.article.id.is_empty() {
            told.article.id = text::id_of(path);
        }
        Ok(told)
    }

    /// Reads the metadata file of a text: the object itself, or what it holds under `article`.
    fn metadata(&self, path: &Path) -> Result<Told, String> {
        let file = fs::File::open(path).and_then(input::unpacked).and_then(input::as_utf8);
        let (_, mut reader) = file.map_err(|error| error.to_string())?;
        let limit = self.limits().bytes;
        let bytes = input::read_all(&mut reader, limit).map_err(|error| error.to_string())?;
        let bytes = bytes.ok_or_else(|| format!("too large: more than {}", shown(limit)))?;
        let malformed = |error: Malformed| format!("malformed JSON: {} at line {}", error.why, error.line);
        let (value, _) = json::parse(&bytes).map_err(malformed)?;
        let record = value.get("article").unwrap_or(&value);
        Ok(self.layout.metadata(record.as_object().ok_or("expected an object")?))
    }

    /// The refusal of a body that is too long for the server, and what to do about it.
    fn too_long(&self, what: &str) -> String {
        format!("too large: {what}; its limit body_bytes is {} (sayso serve --max-body)", shown(self.body_bytes))
    }

    /// The completed article, or why the server would not accept it.
    fn checked(&self, place: String, told: Told) -> Item {
        let Told { mut article, mut notes } = told;
        if article.body.trim().is_empty() {
            return Item::Refused(Refusal::new(place, "the body is empty"));
        }
        if text::is_binary(&article.body) {
            let why = "the body is binary, no text: it is full of control characters";
            let zeros = if article.body.contains('\0') { ", as UTF-16 is that was read as something else" } else { "" };
            return Item::Refused(Refusal::new(place, format!("{why}{zeros}")));
        }
        if article.body.len() > self.body_bytes {
            let why = self.too_long(&format!("the body has {} bytes", article.body.len()));
            return Item::Refused(Refusal::new(place, why));
        }
        if article.outlet.is_empty() {
            article.outlet.clone_from(&self.outlet);
        }
        if let (None, Some(date)) = (article.publish_time, &self.date) {
            date.put_into(&mut article);
        }
        article.labels.extend(self.labels.iter().cloned());
        fit::fit(&mut article, &mut notes);
        Item::Article(Box::new(Entry { place, article, notes }))
    }
}

/// Whether a file holds one record per line. The name tells what to expect, the start what it is: a JSON file may hold
/// JSON Lines, a `.jsonl` a single list or records over several lines.
fn is_lines(head: &[u8], format: Format) -> bool {
    let mut lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let Some(first) = lines.next() else { return true };
    match format {
        Format::Json => {
            let more = lines.next().is_some_and(|line| line.starts_with(b"{"));
            more && first.starts_with(b"{") && serde_json::from_slice::<serde::de::IgnoredAny>(first).is_ok()
        }
        _ => !first.starts_with(b"[") && !first.ends_with(b"{") && !first.ends_with(b"["),
    }
}

/// Whether a piece looks like an object, well formed or not.
fn is_object(piece: &Piece) -> bool {
    piece.bytes.as_ref().is_ok_and(|bytes| bytes.starts_with(b"{"))
}

fn item_of(name: &str, at: At) -> String {
    match at {
        At::Whole => name.to_string(),
        At::Item(number) => format!("{name}, item {number}"),
    }
}

/// Completes what was guessed from a text with its metadata, which takes precedence.
fn with_metadata(guessed: Told, mut told: Told) -> Told {
    let (article, guess) = (&mut told.article, guessed.article);
    for (field, guess) in [
        (&mut article.url, guess.url),
        (&mut article.outlet, guess.outlet),
        (&mut article.title, guess.title),
        (&mut article.language_code, guess.language_code),
    ] {
        if field.is_empty() {
            *field = guess;
        }
    }
    if article.authors.is_empty() {
        article.authors = guess.authors;
    }
    if article.publish_time.is_none() {
        (article.publish_time, article.publish_date) = (guess.publish_time, guess.publish_date);
    }
    for (key, value) in guess.labels {
        article.labels.entry(key).or_insert(value);
    }
    article.body = guess.body;
    told.notes.extend(guessed.notes);
    told
}

/// "1.5 MiB"
fn shown(bytes: usize) -> String {
    info::bytes(i64::try_from(bytes).unwrap_or(i64::MAX))
}

fn place(name: &str, line: usize) -> String {
    if line == 0 { name.to_string() } else { format!("{name}:{line}") }
}

/// Reads a file of JSON records in either layout, for the fuzzer.
#[cfg(any(test, feature = "fuzzing"))]
pub(super) fn records(bytes: &[u8]) {
    let reader = Reader {
        layout: Layout::default(),
        labels: Vec::new(),
        outlet: String::new(),
        date: None,
        body_bytes: 1 << 20,
        follow_links: false,
        progress: Arc::default(),
    };
    for format in [Format::Json, Format::Jsonl] {
        let unpacked = input::unpacked(io::Cursor::new(bytes.to_vec()));
        // What cannot be unpacked is told.
        let Ok(bytes) = unpacked else { return };
        reader.read_records("records", format, bytes, &mut |_| true);
    }
}
