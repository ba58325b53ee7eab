//! The same text gives the same analysis on every processor, to the last bit.
//!
//! Of each text `same/NAME.txt`, the file `same/NAME.scores` has a line for each word of the encoder: the bits of its
//! scores for tags, and a checksum of its scores for names and links. `same/NAME.analysis` has what the accurate tier
//! makes of them, with all digits of confidences. A processor that finds anything else fails this test; `UPDATE=1`
//! writes the files anew. `scripts/other-processor` runs it on processors that this machine plays.

#![cfg(feature = "encoder")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write;
use std::{fs, path::Path};

use sayso_document::Tier;
use sayso_extract::{Analyzer, fit::encoder::Encoder, model::Files};

#[test]
fn every_processor_finds_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/same");
    let mut texts: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    texts.retain(|path| path.extension().is_some_and(|one| one == "txt"));
    texts.sort();
    assert!(texts.len() >= 3, "only {} texts", texts.len());
    let (encoder, analyzer) = (Encoder::read(&Files::default()).unwrap(), Analyzer::new());
    let mut differing = Vec::new();
    for path in &texts {
        let text = fs::read_to_string(path).unwrap();
        let analysis = format!("{:#?}\n", analyzer.analyze(&text, Tier::Accurate));
        for (ending, found) in [("scores", scores(&encoder, &text)), ("analysis", analysis)] {
            let file = path.with_extension(ending);
            if std::env::var_os("UPDATE").is_some() {
                fs::write(&file, &found).unwrap();
            }
            let expected = fs::read_to_string(&file).unwrap_or_default();
            if found != expected {
                let lines = found.lines().zip(expected.lines()).filter(|(found, expected)| found != expected);
                let [first, ..] = &lines.map(|(a, b)| format!("{a}\nnot\n{b}")).collect::<Vec<_>>()[..] else {
                    differing.push(format!("{}: more or fewer lines", file.display()));
                    continue;
                };
                differing.push(format!("{}, first:\n{first}", file.display()));
            }
        }
    }
    assert!(differing.is_empty(), "this processor finds something else:\n{}", differing.join("\n"));
}

/// A line for each word.
fn scores(encoder: &Encoder, text: &str) -> String {
    let scores = encoder.scores(text);
    let words = encoder.prepare(text).words;
    let (tags, names) = (scores.tags.len() / words.len(), scores.names.len() / words.len());
    let links = scores.links.len() / words.len();
    let mut out = String::new();
    for (at, word) in words.iter().enumerate() {
        out += word.of(text);
        for score in &scores.tags[at * tags..][..tags] {
            let _ = write!(out, " {:08x}", score.to_bits());
        }
        let rest = scores.names[at * names..][..names].iter().chain(&scores.links[at * links..][..links]);
        // FNV-1a over numbers of 32 bits.
        let fold = |sum: u64, score: &f32| (sum ^ u64::from(score.to_bits())).wrapping_mul(0x0100_0000_01b3);
        let _ = writeln!(out, " {:016x}", rest.fold(0xcbf2_9ce4_8422_2325, fold));
    }
    out
}
