//! `sayso analyze --output eval`: what the analysis found, in the form that evaluation reads.
//!
//! In: JSON Lines with `id` and `text`, gzip or not. Out: one JSON object a line, in the same order:
//! `{"id", "quotes": [{"source", "cue", "content", "speakers", "kind", "act", "polarity",
//! "addressee"}], "entities": [{"start", "end", "type"}]}`. Spans are `[begin, end]`, half-open, and
//! count Unicode code points of the text. Entities are mentions by name, without titles.

use std::io::{self, BufRead, Write};
use std::num::NonZero;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use sayso_document::{Act, Analysis, EntityType, Polarity, QuoteKind, Span, Tier};
use sayso_extract::Analyzer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::{Fault, Outcome, without_number};
use super::input::{self, Line};
use super::json;
use crate::models;

/// How many texts are read before the threads share them.
const BATCH_TEXTS: usize = 512;

/// A text to analyse. Other fields are ignored.
#[derive(Deserialize)]
struct Record {
    /// Returned as it was, text or number.
    id: Value,
    text: String,
}

#[derive(Serialize)]
struct Found {
    id: Value,
    quotes: Vec<FoundQuote>,
    entities: Vec<FoundEntity>,
}

#[derive(Serialize)]
struct FoundQuote {
    source: Vec<[usize; 2]>,
    cue: Vec<[usize; 2]>,
    content: Vec<[usize; 2]>,
    speakers: Vec<String>,
    kind: &'static str,
    act: &'static str,
    polarity: &'static str,
    addressee: String,
}

#[derive(Serialize)]
struct FoundEntity {
    start: usize,
    end: usize,
    r#type: &'static str,
}

/// Analyses the texts of all files (`-` is standard input) and prints what was found. A line that is not a record is
/// reported on standard error and skipped; the exit code is 1 then.
pub(super) fn run(files: &[String], model: Option<&Path>, tier: Tier) -> Outcome {
    let analyzer = models::analyzer(model).map_err(Fault::new)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut refused = false;
    for file in files {
        let mut reader =
            input::open(file).map_err(|error| Fault::new(format!("{file}: {}", without_number(&error))))?;
        refused |= run_file(&analyzer, tier, file, &mut reader, &mut out)?;
    }
    out.flush()?;
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Returns whether a line was refused.
fn run_file(
    analyzer: &Analyzer,
    tier: Tier,
    file: &str,
    reader: &mut dyn BufRead,
    out: &mut dyn Write,
) -> Result<bool, Fault> {
    let mut refused = false;
    let mut number = 0;
    let mut batch = Vec::with_capacity(BATCH_TEXTS);
    loop {
        let line = input::next_line(reader, usize::MAX).map_err(|error| Fault::new(format!("{file}: {error}")))?;
        number += 1;
        let ended = line.is_none();
        match line.map(parse) {
            Some(Ok(record)) => batch.extend(record),
            Some(Err(why)) => {
                refused = true;
                let name = if file == "-" { "standard input" } else { file };
                anstream::eprintln!("sayso: {name}:{number}: {why}");
            }
            None => {}
        }
        if batch.len() == BATCH_TEXTS || ended {
            for line in find_all(analyzer, tier, &batch) {
                out.write_all(&line)?;
            }
            batch.clear();
        }
        if ended {
            return Ok(refused);
        }
    }
}

/// A line as a record. None if it is empty.
fn parse(line: Line) -> Result<Option<Record>, String> {
    let Line::Whole(bytes) = line else { return Err("the line is too long".into()) };
    let text = std::str::from_utf8(&bytes).map_err(|error| format!("not valid UTF-8 ({error})"))?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let record = serde_json::from_str(text).map(Some);
    record.map_err(|error| input::without_line(format!("not a record with id and text: {error}")))
}

/// What was found in each text, as lines, in the order of the texts. All cores take part. Each takes the next text that
/// is left, so that a long one holds up nobody else.
fn find_all(analyzer: &Analyzer, tier: Tier, records: &[Record]) -> Vec<Vec<u8>> {
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(records.len());
    let work = || {
        let mut done = Vec::new();
        while let Some((place, record)) = take(&next, records) {
            done.push((place, find(analyzer, tier, record)));
        }
        done
    };
    let mut done: Vec<(usize, Vec<u8>)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        // A thread that panicked found a fault of the analysis, which ends the program as it would here.
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|fault| std::panic::resume_unwind(fault)))
            .collect()
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, line)| line).collect()
}

fn take<'r>(next: &AtomicUsize, records: &'r [Record]) -> Option<(usize, &'r Record)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    Some((place, records.get(place)?))
}

fn find(analyzer: &Analyzer, tier: Tier, record: &Record) -> Vec<u8> {
    let found = describe(record.id.clone(), &record.text, &analyzer.analyze(&record.text, tier));
    let line = serde_json::to_string(&found).unwrap_or_default();
    let mut line = json::escaped(&line).into_owned().into_bytes();
    line.push(b'\n');
    line
}

fn describe(id: Value, text: &str, analysis: &Analysis) -> Found {
    let points = CodePoints::new(text);
    let spans = |spans: &[Span]| spans.iter().map(|span| points.span(*span)).collect();
    let quotes = analysis.quotes.iter().map(|quote| FoundQuote {
        source: spans(&quote.source),
        cue: spans(&quote.cue),
        content: spans(&quote.content),
        speakers: quote.speakers.iter().map(|&speaker| analysis.entities[speaker].name.clone()).collect(),
        kind: kind(quote.kind),
        act: act(quote.act),
        polarity: polarity(quote.polarity),
        addressee: quote.addressee.as_ref().map(|addressee| addressee.span.of(text).to_string()).unwrap_or_default(),
    });
    let names = analysis.mentions.iter().filter_map(|mention| Some((mention.entity, mention.name?)));
    let entities = names.map(|(entity, name)| {
        let [start, end] = points.span(name);
        FoundEntity { start, end, r#type: entity_type(analysis.entities[entity].kind) }
    });
    Found { id, quotes: quotes.collect(), entities: entities.collect() }
}

/// Converts byte offsets of a text to code point offsets.
struct CodePoints {
    /// How many code points start before each multiple of `STRIDE_BYTES` bytes.
    before: Vec<usize>,
    /// For each byte, whether a code point starts there. Empty if the text is ASCII.
    starts: Vec<bool>,
}

impl CodePoints {
    const STRIDE_BYTES: usize = 64;

    fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self { before: Vec::new(), starts: Vec::new() };
        }
        let starts: Vec<bool> = (0..text.len()).map(|at| text.is_char_boundary(at)).collect();
        let mut before = vec![0];
        for stride in starts.chunks(Self::STRIDE_BYTES) {
            let so_far = before.last().copied().unwrap_or(0);
            before.push(so_far + stride.iter().filter(|&&start| start).count());
        }
        Self { before, starts }
    }

    fn at(&self, byte: usize) -> usize {
        if self.starts.is_empty() {
            return byte;
        }
        let stride = byte / Self::STRIDE_BYTES;
        self.before[stride] + self.starts[stride * Self::STRIDE_BYTES..byte].iter().filter(|&&start| start).count()
    }

    fn span(&self, span: Span) -> [usize; 2] {
        [self.at(span.start()), self.at(span.end())]
    }
}

fn kind(kind: QuoteKind) -> &'static str {
    match kind {
        QuoteKind::Direct => "DIRECT",
        QuoteKind::Indirect => "INDIRECT",
        QuoteKind::Mixed => "MIXED",
    }
}

fn act(act: Act) -> &'static str {
    match act {
        Act::Speech => "SPEECH",
        Act::Thought => "THOUGHT",
        Act::Intent => "INTENT",
        Act::Finding => "FINDING",
        Act::Other => "OTHER",
    }
}

fn polarity(polarity: Polarity) -> &'static str {
    match polarity {
        Polarity::Asserted => "ASSERTED",
        Polarity::Negated => "NEGATED",
        Polarity::Hypothetical => "HYPOTHETICAL",
    }
}

fn entity_type(kind: EntityType) -> &'static str {
    match kind {
        EntityType::Person => "PERSON",
        EntityType::Organization => "ORGANIZATION",
        EntityType::Place => "PLACE",
        EntityType::Facility => "FACILITY",
        EntityType::Norp => "NORP",
        EntityType::Event => "EVENT",
        EntityType::Product => "PRODUCT",
        EntityType::Date => "DATE",
        EntityType::Money => "MONEY",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sayso_document::{Entity, Mention, MentionForm, Quote};
    use serde_json::json;

    use super::*;

    fn span(text: &str, words: &str) -> Span {
        let start = text.find(words).unwrap();
        Span::new(start, start + words.len())
    }

    fn analysis(text: &str) -> Analysis {
        let entity = Entity {
            name: "Åsa Lind".into(),
            kind: EntityType::Person,
            aliases: Vec::new(),
            titles: Vec::new(),
            roles: Vec::new(),
            confidence: 1.0,
        };
        let mention = |words, name: Option<&str>, form| Mention {
            entity: 0,
            sentence: 0,
            span: span(text, words),
            name: name.map(|name| span(text, name)),
            form,
        };
        Analysis {
            entities: vec![entity],
            mentions: vec![
                mention("Mayor Åsa Lind", Some("Åsa Lind"), MentionForm::TitledName),
                mention("she", None, MentionForm::Pronoun),
            ],
            quotes: vec![Quote {
                content: vec![span(text, "“Yes 🎉”")],
                cue: vec![span(text, "said")],
                cue_lemma: "say".into(),
                source: vec![span(text, "Mayor Åsa Lind")],
                speakers: vec![0],
                addressee: None,
                about: Vec::new(),
                act: Act::Speech,
                kind: QuoteKind::Direct,
                polarity: Polarity::Asserted,
                when: None,
                said: None,
                confidence: 1.0,
                speaker_confidence: 1.0,
            }],
            ..Analysis::default()
        }
    }

    #[test]
    fn offsets_count_code_points_beyond_the_bmp_and_over_crlf() {
        let text = "“Yes 🎉”\r\nsaid Mayor Åsa Lind, she did.";
        let found = serde_json::to_value(describe(json!(7), text, &analysis(text))).unwrap();
        assert_eq!(
            found,
            json!({
                "id": 7,
                "quotes": [{
                    "source": [[14, 28]], "cue": [[9, 13]], "content": [[0, 7]], "speakers": ["Åsa Lind"],
                    "kind": "DIRECT", "act": "SPEECH", "polarity": "ASSERTED", "addressee": ""
                }],
                "entities": [{"start": 20, "end": 28, "type": "PERSON"}]
            })
        );
    }

    #[test]
    fn lines_come_out_in_order_and_bad_ones_are_passed_over() {
        let mut input = String::new();
        for i in 0..1300 {
            input.push_str(&if i == 700 {
                "{\"id\": 700}\n".to_string()
            } else {
                format!("{{\"id\": {i}, \"text\": \"A.\", \"x\": 1}}\r\n\n")
            });
        }
        let mut out = Vec::new();
        let refused = run_file(&Analyzer::new(), Tier::Fast, "in", &mut input.as_bytes(), &mut out).unwrap();
        assert!(refused);
        let ids: Vec<u64> = out
            .lines()
            .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap()["id"].as_u64().unwrap())
            .collect();
        assert_eq!(ids, (0..1300).filter(|i| *i != 700).collect::<Vec<_>>());
    }

    proptest! {
        #[test]
        fn code_points_agree_with_counting(text in "[a-zé🎉\r\n“ ]{0,200}") {
            let points = CodePoints::new(&text);
            for (count, (byte, _)) in text.char_indices().enumerate() {
                prop_assert_eq!(points.at(byte), count);
            }
            prop_assert_eq!(points.at(text.len()), text.chars().count());
        }
    }
}
