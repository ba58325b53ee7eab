//! Fits the part-of-speech tagger and its dictionary.

use std::collections::BTreeMap;
use std::io;

use sayso_document::Document;
use sayso_extract::fit::tags::{Before, Dictionary, Form, NAME, Tag, features, forms_of};
use sayso_extract::model::{Clusters, Linear};

use super::stage::Stage;
use crate::corpus::{TaggedSentence, gold_tags, tagged, trees};
use crate::learn::{Settings, Shuffle, Table, normalize};
use crate::places::{Places, bar};

/// The stage.
pub(super) const STAGE: Stage =
    Stage { name: "tags", about: "Fits the part-of-speech tagger on UD English EWT and MASC", run };

const SETTINGS: Settings = Settings { bits: 21, epochs: 8, rate: 0.1, decay: 1e-6 };
/// One word in so many is taken for unknown while fitting, so that its ending and its neighbours are learned too.
const FORGOTTEN: u64 = 16;
/// How often a word must be seen, with one tag alone, to have no other.
const SETTLED: u32 = 100;

fn run(places: &Places) -> io::Result<()> {
    let ewt = trees(&places.eval("pos/ewt-train.conllu.gz"))?;
    let masc = tagged(&places.eval("pos/masc-tagged.tar.xz"))?;
    let held_out = trees(&places.eval("pos/ewt-dev.conllu.gz"))?;
    let clusters = places.clusters()?;
    let mut golds: Vec<Gold<'_>> = ewt.iter().map(Gold::new).collect();
    let (first, _, words) = fit_all(&golds.iter().collect::<Vec<_>>(), &clusters)?;
    // The tags of MASC are an older tagger's: they count where ours, fitted without them, gives the same.
    let mut more: Vec<Gold<'_>> = masc.iter().map(Gold::new).collect();
    more.iter_mut().for_each(|gold| gold.agree(&first, (&words, &clusters)));
    golds.extend(more);
    let (model, table, words) = fit_all(&golds.iter().collect::<Vec<_>>(), &clusters)?;
    let (mut right, mut all) = (0, 0);
    for sentence in &held_out {
        let (good, of) = Gold::new(sentence).right(&model, (&words, &clusters));
        (right, all) = (right + good, all + of);
    }
    eprintln!("tags: {right} of {all} words of EWT dev right, {:.2} %", 100.0 * right as f32 / all as f32);
    places.write("tags.txt", table.as_bytes())?;
    places.write("tags.bin", &model.to_bytes(NAME))
}

/// What is known of words beforehand.
pub(super) type Known<'k> = (&'k Dictionary, &'k Clusters);

/// A sentence of a corpus with the right tag of each token, where the corpus has one.
pub(super) struct Gold<'c> {
    document: Document<'c>,
    tags: Vec<Option<Tag>>,
}

impl<'c> Gold<'c> {
    pub(super) fn new(sentence: &'c TaggedSentence) -> Self {
        let document = Document::new(&sentence.text);
        let tags = gold_tags(&document, &sentence.words);
        Self { document, tags }
    }

    /// The sentence as a document.
    pub(super) fn document(&self) -> &Document<'c> {
        &self.document
    }

    /// The tags that a model gives.
    pub(super) fn tagged(&self, model: &Linear, known: Known<'_>) -> Vec<Tag> {
        let forms = forms_of(&self.document, known.0, known.1);
        let mut before = Before::default();
        let tag = |(i, form): (usize, &Form)| {
            let tag = form.class.only().unwrap_or_else(|| Tag::ALL[model.best(&features(&forms, i, before))]);
            before.push(tag);
            tag
        };
        forms.iter().enumerate().map(tag).collect()
    }

    /// How many words the model gets right, of how many.
    fn right(&self, model: &Linear, known: Known<'_>) -> (usize, usize) {
        let tags = self.tagged(model, known);
        let right = tags.iter().zip(&self.tags).filter(|(tag, gold)| **gold == Some(**tag)).count();
        (right, self.tags.iter().flatten().count())
    }

    /// Forgets the tags that the model does not give as well.
    fn agree(&mut self, model: &Linear, known: Known<'_>) {
        for (tag, gold) in self.tagged(model, known).into_iter().zip(&mut self.tags) {
            *gold = gold.filter(|gold| *gold == tag);
        }
    }
}

/// The model, the lines of the dictionary, and the dictionary.
pub(super) fn fit_all(golds: &[&Gold<'_>], clusters: &Clusters) -> io::Result<(Linear, String, Dictionary)> {
    let table = dictionary(golds);
    let words = Dictionary::read(&table).map_err(io::Error::other)?;
    Ok((fit(golds, (&words, clusters)), table, words))
}

/// Goes through the sentences as tagging does, so that the model learns to live with its own errors.
fn fit(golds: &[&Gold<'_>], known: Known<'_>) -> Linear {
    let examples: Vec<_> = golds.iter().map(|gold| (forms_of(&gold.document, known.0, known.1), &gold.tags)).collect();
    let mut table = Table::new(Tag::COUNT, &SETTINGS);
    let mut shuffle = Shuffle::new(1);
    let bar = bar("tags", SETTINGS.epochs * examples.len());
    let mut scores = [0.0; Tag::COUNT];
    let mut forms = Vec::new();
    for _ in 0..SETTINGS.epochs {
        for at in shuffle.order(examples.len()) {
            let (kept, tags) = &examples[at];
            forms.clone_from(kept);
            let mut before = Before::default();
            for i in 0..forms.len() {
                if let Some(tag) = forms[i].class.only() {
                    before.push(tag);
                    continue;
                }
                if forms[i].word != 0 && shuffle.draw().is_multiple_of(FORGOTTEN) {
                    forms[i] = forms[i].unknown();
                }
                let features = features(&forms, i, before);
                scores.fill(0.0);
                table.add(&features, &mut scores);
                normalize(&mut scores);
                let best = (0..Tag::COUNT).fold(0, |best, tag| if scores[tag] > scores[best] { tag } else { best });
                before.push(Tag::ALL[best]);
                if let Some(gold) = tags[i] {
                    scores[gold as usize] -= 1.0;
                    table.step(&features, &scores);
                }
            }
            bar.inc(1);
        }
    }
    bar.finish();
    table.finish()
}

/// How often each word was seen with each tag.
type Counts = BTreeMap<String, [u32; Tag::COUNT]>;

/// The lines of the dictionary.
fn dictionary(golds: &[&Gold<'_>]) -> String {
    let mut counts = Counts::new();
    for gold in golds {
        for (i, tag) in gold.tags.iter().enumerate() {
            let word = gold.document.word(i).to_lowercase().replace(['’', 'ʼ'], "'");
            if let Some(tag) = tag.filter(|_| word.starts_with(|c: char| c.is_alphabetic() || c == '\'')) {
                counts.entry(word).or_insert([0; Tag::COUNT])[tag as usize] += 1;
            }
        }
    }
    widen(&mut counts);
    counts.iter().filter_map(|(word, tags)| line(word, tags)).collect()
}

/// Forms that are regular but were seen with one reading only get the other one, at a small share.
fn widen(counts: &mut Counts) {
    let words: Vec<String> = counts.keys().cloned().collect();
    for word in words {
        let verb = |ending: &str, silent: &str| {
            let stem = word.strip_suffix(ending).and_then(|stem| counts.get(&format!("{stem}{silent}")));
            stem.is_some_and(|tags| tags[Tag::Vb as usize] + tags[Tag::Vbp as usize] > 0)
        };
        let gerund = verb("ing", "") || verb("ing", "e");
        let third = verb("s", "") || verb("es", "");
        let Some(tags) = counts.get_mut(&word) else { continue };
        let total: u32 = tags.iter().sum();
        let seen = |tag: Tag| tags[tag as usize];
        let past = word.ends_with("ed") && (seen(Tag::Vbd) + seen(Tag::Vbn)) * 2 > total;
        let (gerund, third) = (gerund && seen(Tag::Nn) > 0, third && seen(Tag::Nns) > 0);
        let more = [(past, Tag::Vbd, 4), (past, Tag::Vbn, 4), (gerund, Tag::Vbg, 5), (third, Tag::Vbz, 20)];
        for (_, tag, share) in more.into_iter().filter(|(holds, ..)| *holds) {
            tags[tag as usize] = tags[tag as usize].max(total / share).max(1);
        }
    }
}

/// Tags seen often enough to be no slips; a word seen often, and always alike, is settled.
fn line(word: &str, tags: &[u32; Tag::COUNT]) -> Option<String> {
    let total: u32 = tags.iter().sum();
    let least = if total < 20 { 1 } else { (total / 300).max(2) };
    let names: Vec<&str> = Tag::ALL.iter().filter(|tag| tags[**tag as usize] >= least).map(|tag| tag.name()).collect();
    let settled = names.len() == 1 && total >= SETTLED && word.is_ascii();
    let mark = if settled { "!" } else { "" };
    (total >= 2).then(|| format!("{word} {}{mark}\n", names.join(" ")))
}
