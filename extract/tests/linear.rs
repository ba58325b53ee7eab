//! Analysis of any text keeps its promises on size: what it tells is in proportion to the text, what it looks at in one go
//! is bounded, and it can be given up everywhere. `scripts/steps` counts its steps.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod kinds;

use std::cell::Cell;

use kinds::KINDS;
use sayso_document::{Analysis, Document, Span, Tier};
use sayso_extract::Analyzer;

const SIZE: usize = 5_000;

/// What an analysis tells in words, in bytes: what answers are made of, beside a few hundred bytes for each quote,
/// mention and entity.
fn told(analysis: &Analysis, text: &str) -> usize {
    let spans = |spans: &[Span]| spans.iter().map(|span| span.len()).sum::<usize>();
    let names = |entities: &[usize]| entities.iter().map(|&at| analysis.entities[at].name.len()).sum::<usize>();
    let quotes = analysis.quotes.iter().map(|quote| {
        let heard = quote.addressee.as_ref().map_or(0, |to| to.span.len() + names(&to.entities));
        let words = spans(&quote.content) + spans(&quote.cue) + spans(&quote.source) + heard;
        words + analysis.context(quote, text).len() + names(&quote.speakers) + names(&quote.about)
    });
    let mentions = analysis.mentions.iter().map(|mention| mention.span.len() + names(&[mention.entity]));
    let entities = analysis.entities.iter().map(|entity| {
        let counted = entity.aliases.iter().chain(&entity.titles).map(|one| one.text.len());
        let roles = entity.roles.iter().map(|role| {
            let named = role.organization.iter().chain(&role.country).map(|named| named.name.len());
            role.title.len() + role.role.len() + named.sum::<usize>()
        });
        entity.name.len() + counted.sum::<usize>() + roles.sum::<usize>()
    });
    quotes.sum::<usize>() + mentions.sum::<usize>() + entities.sum::<usize>()
}

#[test]
fn what_is_told_is_in_proportion_to_the_text() {
    let analyzer = Analyzer::new();
    for kind in KINDS {
        let text = kind.text(SIZE);
        let analysis = analyzer.analyze(&text, Tier::Fast);
        let (told, values) = (told(&analysis, &text), analysis.quotes.len() + analysis.mentions.len());
        assert!(told < 24 * text.len(), "{}: {told} bytes are told of {} bytes", kind.name, text.len());
        assert!(values * 2 < text.len(), "{}: {values} quotes and mentions in {} bytes", kind.name, text.len());
    }
}

#[test]
fn sentences_and_tokens_are_bounded() {
    for kind in KINDS {
        let text = kind.text(SIZE);
        let document = Document::new(&text);
        let longest = document.tokens().iter().map(|token| token.span.len()).max().unwrap_or(0);
        assert!(longest <= Document::LONGEST_TOKEN, "{}: a token of {longest} bytes", kind.name);
        let longest = (0..document.sentences().len()).map(|at| document.tokens_of(at).len()).max().unwrap_or(0);
        assert!(longest <= Document::LONGEST_SENTENCE, "{}: a sentence of {longest} tokens", kind.name);
    }
}

/// How often an analysis asks whether it is still wanted, and whether it ended; it is wanted so many times.
fn asked(analyzer: &Analyzer, text: &str, tier: Tier, wanted: usize) -> (usize, bool) {
    let asked = Cell::new(0);
    let ended = analyzer.analyze_while(text, None, tier, &|| asked.replace(asked.get() + 1) < wanted).is_some();
    (asked.get(), ended)
}

#[test]
fn an_analysis_can_be_given_up_at_every_question() {
    let analyzer = Analyzer::new();
    for kind in KINDS.iter().step_by(9) {
        let text = kind.text(SIZE);
        let (all, ended) = asked(&analyzer, &text, Tier::Fast, usize::MAX);
        assert!(ended, "{}", kind.name);
        for wanted in (0..all).step_by(1 + all / 5) {
            assert_eq!(asked(&analyzer, &text, Tier::Fast, wanted), (wanted + 1, false), "{} at {wanted}", kind.name);
        }
    }
}

#[test]
fn every_stage_asks() {
    let analyzer = Analyzer::new();
    let interview = KINDS.iter().find(|kind| kind.name == "interview").unwrap();
    let text = interview.text(40_000);
    let questions = Cell::new(0);
    let mut before = 0;
    let mut silent = Vec::new();
    let wanted = || {
        questions.set(questions.get() + 1);
        true
    };
    analyzer.analyze_in_stages_while(&text, Tier::Fast, &wanted, |stage| {
        if questions.get() == before {
            silent.push(stage);
        }
        before = questions.get();
    });
    assert_eq!(silent, [] as [&str; 0], "these stages asked nothing");
}

#[cfg(feature = "encoder")]
#[test]
fn the_accurate_tier_can_be_given_up_behind_its_encoder() {
    let analyzer = Analyzer::new();
    let told = KINDS.iter().find(|kind| kind.name == "told").unwrap();
    let text = told.text(6_000);
    let (all, ended) = asked(&analyzer, &text, Tier::Accurate, usize::MAX);
    assert!(ended);
    for wanted in [0, 1, all / 2, all - 2] {
        assert_eq!(asked(&analyzer, &text, Tier::Accurate, wanted), (wanted + 1, false), "at {wanted} of {all}");
    }
}
