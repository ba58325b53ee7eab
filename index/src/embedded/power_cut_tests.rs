//! The power fails again and again, at any operation on the disk: nothing acknowledged is lost, nothing deleted is back, and
//! store, indexes and counts agree.
//!
//! Changes are handed in one after the other and are made in this order. So what stands after a failure is what stood after one of
//! them: none before the last that was acknowledged.
//!
//! `POWER_CUTS` says how often the power fails (`scripts/crash` sets it), `POWER_SEED` with which seed it begins. Threads share the
//! disk, so the same seed need not fail in the same operation each time; a failure says how to repeat it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc;

use sayso_document::{
    Act, Analysis, Entity, EntityType, Mention, MentionForm, Polarity, Quote, QuoteKind, Sentence, SentenceRole, Span,
};

use super::simulated_disk::{Lie, Numbers, SimulatedDisk};
use super::*;
use crate::query::{ArticleOrder, Expr, Field, Order};
use crate::{Article, Wanted};

/// Articles that there may be.
const ARTICLES: u64 = 5;

/// Failures of the power on one disk; then another begins empty.
const FAILURES: u64 = 10;

const NAMES: [&str; 3] = ["Iven Kremov", "Bero Tamm", "Ansa Orlek"];

/// What stands under an id.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Standing {
    seq: u64,
    /// The text. None comes twice, so that an old one would be seen.
    version: u64,
    tier: Tier,
    /// Whether a better analysis is to come.
    waiting: bool,
}

/// What stands after each change.
#[derive(Clone, Debug, Default)]
struct Model {
    seq: u64,
    articles: BTreeMap<String, Standing>,
}

/// A change, as the model sees it.
#[derive(Clone, Debug)]
enum Step {
    Put { id: String, version: u64, first: bool },
    Better { id: String, version: u64, seq: u64 },
    Delete(String),
}

/// Letters only: a word of its own for each version, which stemming leaves alone.
fn marker(version: u64) -> String {
    let letters: String = format!("{version:05}").bytes().map(|digit| char::from(b'b' + (digit - b'0') * 2)).collect();
    format!("zq{letters}x")
}

/// The names in a version.
fn names(version: u64) -> Vec<&'static str> {
    (0..NAMES.len()).filter(|number| version >> number & 1 == 1).map(|number| NAMES[number]).collect()
}

/// An article: a sentence for each name, and one with a word of its own.
fn article(id: &str, version: u64, tier: Tier) -> AnalyzedArticle {
    let names = names(version);
    let mut lines = vec![format!("The ferry {} sailed.", marker(version))];
    lines.extend(names.iter().map(|name| format!("{name} saw it.")));
    let (mut sentences, mut mentions, mut quotes, mut start) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for (number, line) in lines.iter().enumerate() {
        let span = Span::new(start, start + line.len());
        sentences.push(Sentence { span, paragraph: number as u32, role: SentenceRole::Body });
        if let Some(name) = number.checked_sub(1).map(|entity| names[entity]) {
            let span = Span::new(start, start + name.len());
            let (entity, name) = (number - 1, Some(span));
            mentions.push(Mention { entity, sentence: number, span, name, form: MentionForm::Name });
            quotes.push(quote(Span::new(span.end() + 1, start + line.len()), entity));
        }
        start += line.len() + 1;
    }
    let entity = |name: &&str| Entity {
        name: (*name).into(),
        kind: EntityType::Person,
        aliases: Vec::new(),
        titles: Vec::new(),
        roles: Vec::new(),
        confidence: 0.9,
    };
    let model = if tier == Tier::Fast { "fast-1" } else { "slow-1" }.into();
    let entities = names.iter().map(entity).collect();
    // Better analyses find more.
    let quotes = if tier == Tier::Fast { quotes.into_iter().take(1).collect() } else { quotes };
    let analysis = Analysis { model, tier, sentences, entities, mentions, quotes, ..Analysis::default() };
    let published_at = version.is_multiple_of(3).then_some(version as i64);
    let article = Article { id: id.into(), published_at, body: lines.join("\n"), ..Article::default() };
    AnalyzedArticle { article, analysis }
}

fn quote(content: Span, speaker: usize) -> Quote {
    Quote {
        content: vec![content],
        cue: vec![],
        cue_lemma: "say".into(),
        source: vec![],
        speakers: vec![speaker],
        addressee: None,
        about: vec![],
        act: Act::Speech,
        kind: QuoteKind::Direct,
        polarity: Polarity::Asserted,
        when: None,
        said: None,
        confidence: 0.8,
        speaker_confidence: 0.7,
    }
}

impl Model {
    fn make(&mut self, step: &Step) {
        match step {
            Step::Put { id, version, first } => match self.articles.get_mut(id) {
                Some(known) if known.version == *version => known.waiting |= *first && known.tier == Tier::Fast,
                _ => {
                    self.seq += 1;
                    let new = Standing { seq: self.seq, version: *version, tier: Tier::Fast, waiting: *first };
                    self.articles.insert(id.clone(), new);
                }
            },
            Step::Better { id, version, seq } => {
                if let Some(known) = self.articles.get_mut(id).filter(|known| known.seq == *seq) {
                    if known.tier == Tier::Fast {
                        self.seq += 1;
                        *known = Standing { seq: self.seq, version: *version, tier: Tier::Accurate, waiting: false };
                    }
                    known.waiting = false;
                }
            }
            Step::Delete(id) => self.seq += u64::from(self.articles.remove(id).is_some()),
        }
    }

    /// A change that may come next.
    fn next(&self, numbers: &mut Numbers, version: u64) -> Step {
        let id = format!("a{}", numbers.next(ARTICLES));
        let known = self.articles.get(&id).copied();
        match (numbers.next(8), known) {
            (0 | 1, Some(Standing { version, seq, .. })) => Step::Better { id, version, seq },
            // Of a text that was replaced in the meantime.
            (2, Some(Standing { version, seq, .. })) => Step::Better { id, version, seq: seq.saturating_sub(1) },
            (3, Some(Standing { version, .. })) => Step::Put { id, version, first: numbers.next(2) == 0 },
            (4 | 5, _) => Step::Delete(id),
            _ => Step::Put { id, version, first: numbers.next(3) > 0 },
        }
    }
}

fn write_of(step: &Step) -> Write {
    match step {
        Step::Put { id, version, first: true } => {
            let wanted = Wanted { tier: Tier::Accurate, model: "slow-1".into() };
            Write::PutFirst(Box::new(article(id, *version, Tier::Fast)), wanted, None)
        }
        Step::Put { id, version, first: false } => Write::Put(Box::new(article(id, *version, Tier::Fast)), None),
        Step::Better { id, version, seq } => Write::Reanalyzed(Box::new(article(id, *version, Tier::Accurate)), *seq),
        Step::Delete(id) => Write::Delete(id.clone(), None),
    }
}

/// What the changes have left, as far as it is known: one of `possible`.
struct Run {
    disk: SimulatedDisk,
    numbers: Numbers,
    version: u64,
    possible: Vec<Model>,
    told: String,
}

impl Run {
    fn options(&mut self) -> EmbeddedOptions {
        EmbeddedOptions {
            store_cache_bytes: 1 << 20,
            index_memory_bytes: 16_000_000,
            index_threads: 1,
            // Groups of two that are seldom left alone: one that is waits for company.
            group_articles: 1 + usize::from(self.numbers.next(4) == 0),
            now: || 1_000_000,
            ..EmbeddedOptions::default()
        }
    }

    /// Opens the engine. None if the power fails meanwhile.
    fn open(&mut self) -> Option<Embedded> {
        let options = self.options();
        match Embedded::open_on(Arc::new(self.disk.power()), options) {
            Ok(engine) => Some(engine),
            Err(error) => {
                assert!(!self.disk.will_fail(), "{}: it cannot be opened: {error}", self.told);
                None
            }
        }
    }

    /// Hands in some changes, and notes which were acknowledged. False if the power failed meanwhile.
    fn change(&mut self, engine: &Embedded) -> bool {
        let (sender, receiver) = mpsc::channel();
        let count = 2 * (1 + self.numbers.next(2) as usize);
        let from = self.possible.len();
        for number in 0..count {
            let mut model = self.possible.last().expect("there is always a last state").clone();
            self.version += 1;
            let step = model.next(&mut self.numbers, self.version);
            model.make(&step);
            self.possible.push(model);
            let sender = sender.clone();
            let progress = move |progress| {
                let word = match progress {
                    Progress::Durable(_) => (number, true, Ok(())),
                    Progress::Searchable(_) => (number, false, Ok(())),
                    Progress::Delayed(_, error) | Progress::Failed(error) => (number, false, Err(error)),
                };
                let _ = sender.send(word);
            };
            engine.write(write_of(&step), Box::new(progress));
        }
        drop(sender);
        let (mut acknowledged, mut failed) = (None, None);
        for (number, durable, outcome) in receiver {
            match outcome {
                Ok(()) if durable => acknowledged = acknowledged.max(Some(number)),
                Ok(()) => {}
                Err(error) => failed = Some(error),
            }
        }
        if let Some(number) = acknowledged {
            self.possible.drain(..from + number);
        }
        if let Some(error) = &failed {
            assert!(!self.disk.will_fail(), "{}: {error}", self.told);
        }
        failed.is_none()
    }

    /// Checks the files as they lie there. After a clean stop, nothing is left to do at the next start.
    fn check_files(&self, stopped: bool) {
        let Ok(checked) = check::check(&self.disk.copy().power(), &Interrupt::default()) else {
            // There is no store yet.
            assert_eq!(self.possible[0].seq, 0, "{}: it cannot be checked", self.told);
            return;
        };
        // Indexes may be lost, since they are built anew; the store may not.
        let lost = |finding: &&Finding| stopped || !finding.what.starts_with("the index");
        assert_eq!(checked.findings.iter().find(lost), None, "{}", self.told);
        assert!(!stopped || checked.behind == 0, "{}: {checked:?}", self.told);
        let fits = |model: &Model| model.articles.len() as u64 == checked.articles;
        assert!(self.possible.iter().any(fits), "{}: {checked:?} of {:#?}", self.told, self.possible);
    }

    /// Checks what stands against what may, and settles which of it does.
    fn check(&mut self, engine: &Embedded) {
        let opened = engine.opened();
        assert!(!opened.salvaged && opened.damaged.is_empty(), "{}: {opened:?}", self.told);
        let status = engine.status().unwrap();
        assert_eq!(status.durable_seq, status.searchable_seq, "{}", self.told);
        let waiting = engine.pending(Tier::Accurate, &BTreeSet::new(), 100).unwrap();
        let waiting: BTreeSet<String> = waiting.into_iter().map(|one| one.article.id).collect();
        let fits = |model: &&Model| {
            let marked = model.articles.iter().filter(|(_, standing)| standing.waiting).map(|(id, _)| id.clone());
            model.seq == status.searchable_seq && marked.collect::<BTreeSet<_>>() == waiting
        };
        let Some(model) = self.possible.iter().find(fits).cloned() else {
            panic!(
                "{}: {} changes are made, {waiting:?} wait, of {:#?}",
                self.told, status.searchable_seq, self.possible
            )
        };
        agree(engine, &model, &self.told);
        self.possible = vec![model];
    }
}

/// Every way to ask tells of these articles.
fn agree(engine: &Embedded, model: &Model, told: &str) {
    let all: Vec<AnalyzedArticle> =
        model.articles.iter().map(|(id, standing)| article(id, standing.version, standing.tier)).collect();
    for number in 0..ARTICLES {
        let id = format!("a{number}");
        let expected = all.iter().find(|article| article.article.id == id).cloned();
        let found = engine.article(&id).unwrap().map(|mut found| {
            found.article.version = Default::default();
            found
        });
        assert_eq!(found, expected, "{told}: {id}");
    }
    let count = |of: fn(&Analysis) -> usize| all.iter().map(|article| of(&article.analysis) as u64).sum::<u64>();
    let known: BTreeSet<&str> = all.iter().flat_map(|a| a.analysis.entities.iter().map(|e| e.name.as_str())).collect();
    let status = engine.status().unwrap();
    let counts = [status.articles, status.sentences, status.quotes, status.entities];
    let (sentences, quotes) = (count(|analysis| analysis.sentences.len()), count(|analysis| analysis.quotes.len()));
    assert_eq!(counts, [all.len() as u64, sentences, quotes, known.len() as u64], "{told}: counts");
    lists_agree(engine, &all, told);
    for name in NAMES {
        let sum = |of: &dyn Fn(&AnalyzedArticle) -> usize| all.iter().map(|article| of(article) as u64).sum::<u64>();
        let has = |article: &AnalyzedArticle| article.analysis.entities.iter().position(|entity| entity.name == name);
        let articles = sum(&|article| usize::from(has(article).is_some()));
        let mentions = sum(&|a| has(a).map_or(0, |at| a.analysis.mentions.iter().filter(|m| m.entity == at).count()));
        let spoken = sum(&|a| has(a).map_or(0, |at| a.analysis.quotes.iter().filter(|q| q.speakers == [at]).count()));
        let expected = (articles > 0).then_some((articles, mentions, spoken));
        let figures = |entity: EntityRecord| (entity.articles, entity.mentions, entity.quotes);
        let found = engine.entity(&EntityId::of(EntityType::Person, name)).unwrap().map(figures);
        assert_eq!(found, expected, "{told}: {name}");
        let query = EntityQuery { name: name.into(), kinds: vec![], page: first() };
        let hits = engine.entities(&query, &Interrupt::default()).unwrap().hits;
        let found: Vec<_> = hits.into_iter().map(|hit| hit.entity).filter(|entity| entity.name == name).collect();
        assert_eq!(
            found.into_iter().map(figures).collect::<Vec<_>>(),
            Vec::from_iter(expected),
            "{told}: {name} is found"
        );
    }
}

fn first() -> PageRequest {
    PageRequest { size: 100, after: None }
}

/// Lists and searches tell of these articles.
fn lists_agree(engine: &Embedded, all: &[AnalyzedArticle], told: &str) {
    let now = Interrupt::default();
    let ids: Vec<String> = all.iter().map(|article| article.article.id.clone()).collect();
    for order in [ArticleOrder::NewestPublished, ArticleOrder::EarliestUpdated] {
        let query = ArticleQuery { filter: ArticleFilter::default(), order, page: first() };
        let hits = engine.articles(&query, &now).unwrap().hits;
        let mut listed: Vec<String> = hits.into_iter().map(|hit| hit.article.id.clone()).collect();
        listed.sort();
        assert_eq!(listed, ids, "{told}: listed");
    }
    let places = |of: fn(&Analysis) -> usize| {
        let places = all.iter().flat_map(|a| (0..of(&a.analysis)).map(|place| (a.article.id.clone(), place as u32)));
        places.collect::<Vec<_>>()
    };
    let query = SentenceQuery { expr: Expr::All, order: Order::Newest, page: first(), ..SentenceQuery::default() };
    let hits = engine.sentences(&query, &now).unwrap().hits;
    let mut found: Vec<_> = hits.iter().map(|hit| (hit.article.id.clone(), hit.index)).collect();
    found.sort();
    assert_eq!(found, places(|analysis| analysis.sentences.len()), "{told}: sentences");
    let query = QuoteQuery { expr: Expr::All, order: Order::Newest, page: first(), ..QuoteQuery::default() };
    let hits = engine.quotes(&query, &now).unwrap().hits;
    let mut found: Vec<_> = hits.iter().map(|hit| (hit.article.article.id.clone(), hit.index)).collect();
    found.sort();
    assert_eq!(found, places(|analysis| analysis.quotes.len()), "{told}: quotes");
    for article in all {
        let text = article.article.body.split(' ').nth(2).expect("the third word is its own").to_owned();
        let query =
            SentenceQuery { expr: Expr::Word { field: Field::Text, text }, page: first(), ..Default::default() };
        let hits = engine.sentences(&query, &now).unwrap().hits;
        let found: Vec<_> = hits.iter().map(|hit| hit.article.id.as_str()).collect();
        assert_eq!(found, [article.article.id.as_str()], "{told}: found by its word");
    }
}

/// One disk, on which the power fails so often. Returns in how many operations.
fn run(disk: SimulatedDisk, seed: u64, failures: u64) -> u64 {
    let mut run =
        Run { disk, numbers: Numbers(!seed), version: 0, possible: vec![Model::default()], told: String::new() };
    for failure in 1..=failures {
        run.told = format!(
            "failure {failure} of seed {seed} (repeat it with: POWER_SEED={seed} POWER_CUTS={FAILURES} \
             cargo test -p sayso-index --lib power_cut)"
        );
        let within = if run.numbers.next(3) == 0 { 60 } else { 600 };
        run.disk.fail_after(run.numbers.next(within));
        if let Some(engine) = run.open() {
            // Merges go on in the background: the power must not fail while reads are compared.
            if run.disk.hold() {
                run.check(&engine);
                run.disk.fail_after(run.numbers.next(within));
                for _ in 0..run.numbers.next(12) {
                    if !run.change(&engine) {
                        break;
                    }
                }
            }
            match run.numbers.next(2) {
                0 => drop(engine),
                _ => {
                    run.disk.fail();
                    drop(engine);
                }
            }
        }
        if run.disk.will_fail() {
            run.disk.fail();
        }
        run.check_files(false);
    }
    run.told = format!(
        "after all failures of seed {seed} (repeat it with: POWER_SEED={seed} POWER_CUTS={failures} \
         cargo test -p sayso-index --lib power_cut)"
    );
    let engine = run.open().expect("the power does not fail any more");
    run.check(&engine);
    drop(engine);
    run.check_files(true);
    run.disk.operations()
}

fn number_of(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().map_or(default, |number| number.parse().unwrap())
}

#[test]
fn nothing_acknowledged_is_lost_however_often_the_power_fails() {
    let (failures, seed) = (number_of("POWER_CUTS", 20), number_of("POWER_SEED", 1));
    let disks = failures.div_ceil(FAILURES);
    let mut operations = 0;
    for disk in 0..disks {
        let seed = seed + disk;
        operations += run(SimulatedDisk::new(seed), seed, FAILURES.min(failures - disk * FAILURES));
    }
    println!("{failures} failures of the power in {operations} operations: 0 lost, 0 back, 0 disagreements");
}

#[test]
fn a_disk_that_lies_about_its_syncs_is_found_out() {
    for lie in [Lie::Files, Lie::Names] {
        let found = (1..=10).any(|seed| {
            let disk = SimulatedDisk::new(seed);
            disk.lie(lie);
            caught("the run", || Ok(run(disk, seed, FAILURES))).is_err()
        });
        assert!(found, "{lie:?}");
    }
}
