//! Facets and filters of random articles are those of a count by hand.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use proptest::prelude::*;
use sayso_document::{EntityType, Polarity, QuoteKind, SentenceRole};
use sayso_index::query::{ArticleFilter, Expr, FacetField, FacetQuery, Period, QuoteQuery, SentenceQuery, Who, Zone};
use sayso_index::{AnalyzedArticle, Change, Embedded, Engine, EntityId, Facet, Interrupt, Total, Write};

use crate::samples::*;

const OUTLETS: [&str; 5] = ["Varda Courier", "VARDA courier", "Tamm Évening", "★", ""];
const AUTHORS: [&str; 4] = ["Élodie Marsh", "elodie marsh", "Bero Tamm", ""];
/// Some look alike when key and value are written one after the other.
const LABELS: [(&str, &str); 5] =
    [("desk", "home"), ("desk", "abroad"), ("desk", ""), ("desk\u{1F}home", ""), ("des", "k home")];
const NAMES: [(EntityType, &str); 5] = [
    (EntityType::Person, "Iven Kremov"),
    (EntityType::Person, "Ada Lind"),
    (EntityType::Place, "Sarnholm"),
    (EntityType::Organization, "Harbour Union"),
    (EntityType::Date, "Wednesday"),
];
const ROLES: [SentenceRole; 3] = [SentenceRole::Body, SentenceRole::Headline, SentenceRole::Caption];
const ZONES: [&str; 4] = ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/New_York"];

/// A sentence of a random article: whether it speaks of ferries, whom it mentions, and its role.
type Line = (bool, Vec<usize>, usize);
/// A random article: outlet, authors, labels, moment of publication, sentences, and whether it is deleted again.
type Story = (usize, Vec<usize>, Vec<usize>, Option<i64>, Vec<Line>, bool);

fn stories() -> impl Strategy<Value = Vec<Story>> {
    let some = |most: usize| prop::collection::vec(0..most, 0..3);
    let line = (any::<bool>(), some(NAMES.len()), 0..ROLES.len());
    // Hours around the change of clocks in October 2025, and a few days far away.
    let hours = prop_oneof![4 => 1_761_350_000_i64..1_761_450_000, 1 => 1_700_000_000_i64..1_780_000_000];
    let at = prop::option::weighted(0.9, hours.prop_map(|second| second * 1_000_000));
    let lines = prop::collection::vec(line, 1..5);
    let story = (0..OUTLETS.len(), some(AUTHORS.len()), some(LABELS.len()), at, lines, prop::bool::weighted(0.2));
    prop::collection::vec(story, 1..24)
}

/// The article, with a quote for each sentence that mentions somebody: the first one says it.
fn made(id: usize, (outlet, authors, labels, at, lines, _): &Story) -> AnalyzedArticle {
    let text = |(ferry, names, _): &Line| {
        let names: Vec<&str> = names.iter().map(|&name| NAMES[name].1).collect();
        format!("{} {} sails", if *ferry { "ferry" } else { "barge" }, names.join(" "))
    };
    let body: Vec<String> = lines.iter().map(text).collect();
    let mut story = article(&format!("a{id}"), &body.join("\n"));
    story.article.outlet = OUTLETS[*outlet].into();
    story.article.authors = authors.iter().map(|&author| AUTHORS[author].into()).collect();
    story.article.labels = labels.iter().map(|&label| (LABELS[label].0.into(), LABELS[label].1.into())).collect();
    story.article.published_at = *at;
    for (line, sentence) in lines.iter().zip(&mut story.analysis.sentences) {
        sentence.role = ROLES[line.2];
    }
    for (kind, name) in NAMES {
        story = with_entity(story, kind, &[name], &[]);
    }
    for (number, (_, names, _)) in lines.iter().enumerate().filter(|(_, (_, names, _))| !names.is_empty()) {
        let content = story.analysis.sentences[number].span.of(&story.article.body).to_owned();
        story = with_quote(story, &content, Some(names[0]));
        let quote = story.analysis.quotes.last_mut().unwrap();
        quote.content = vec![story.analysis.sentences[number].span];
        quote.about = names[1..].to_vec();
        quote.kind = if number % 2 == 0 { QuoteKind::Direct } else { QuoteKind::Mixed };
        quote.polarity = if names.len() > 1 { Polarity::Negated } else { Polarity::Asserted };
        quote.cue_lemma = ["say", "tell"][number % 2].into();
    }
    story
}

/// What of each hit is counted: the values of one.
type Of<'a> = &'a dyn Fn(&AnalyzedArticle, usize) -> Vec<String>;

/// Counts by hand: values with their counts, and those without.
fn by_hand(hits: &[(&AnalyzedArticle, usize)], of: Of<'_>) -> (BTreeMap<String, u64>, u64) {
    let (mut counts, mut missing) = (BTreeMap::new(), 0);
    for &(story, index) in hits {
        let values: BTreeSet<String> = of(story, index).into_iter().collect();
        missing += u64::from(values.is_empty());
        values.into_iter().for_each(|value| *counts.entry(value).or_default() += 1);
    }
    (counts, missing)
}

#[track_caller]
fn check(facet: &Facet, limit: usize, (counts, missing): (BTreeMap<String, u64>, u64), what: &FacetField) {
    let mut all: Vec<(String, u64)> = counts.into_iter().collect();
    match what {
        // The latest of the periods, in order of time.
        FacetField::Published { .. } => {
            let told: Vec<_> = all.iter().skip(all.len().saturating_sub(limit)).collect();
            assert_eq!(
                facet.values.iter().map(|value| value.count).collect::<Vec<_>>(),
                told.iter().map(|(_, count)| *count).collect::<Vec<_>>(),
                "{what:?}"
            );
            let starts: Vec<String> =
                facet.values.iter().map(|value| format!("{:020}", value.period.unwrap().0)).collect();
            assert_eq!(starts, told.iter().map(|(start, _)| start.clone()).collect::<Vec<_>>(), "{what:?}");
        }
        _ => {
            all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            let told: Vec<_> = facet.values.iter().map(|value| (folded(what, &value.value), value.count)).collect();
            let named = matches!(what, FacetField::Outlet | FacetField::Author);
            if !named {
                assert_eq!(told, all[..limit.min(all.len())], "{what:?}");
            }
            let counts = |list: &[(String, u64)]| list.iter().map(|(_, count)| *count).collect::<Vec<_>>();
            assert_eq!(counts(&told), counts(&all[..limit.min(all.len())]), "{what:?}");
            assert!(told.iter().all(|one| all.contains(one)), "{what:?}: {told:?} of {all:?}");
        }
    }
    let sum: u64 = all.iter().map(|(_, count)| count).sum();
    assert_eq!(facet.others, sum - facet.values.iter().map(|value| value.count).sum::<u64>(), "{what:?}");
    assert_eq!(facet.missing, missing, "{what:?}");
}

/// Names that are one value.
fn folded(field: &FacetField, value: &str) -> String {
    match field {
        FacetField::Outlet | FacetField::Author => value.to_lowercase().replace('é', "e"),
        _ => value.to_owned(),
    }
}

/// The first moment of the period of a moment, reckoned in another way: by looking for it an hour, or a day, at a time.
fn period_start(at: i64, every: Period, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap();
    let local = |at: i64| jiff::Timestamp::from_microsecond(at).unwrap().to_zoned(zone.clone());
    let part = |at: i64| {
        let zoned = local(at);
        match every {
            Period::Hour => (zoned.offset().seconds(), zoned.strftime("%Y-%m-%d %H").to_string()),
            Period::Day => (0, zoned.strftime("%Y-%m-%d").to_string()),
            Period::Week => (0, zoned.strftime("%G-%V").to_string()),
            Period::Month => (0, zoned.strftime("%Y-%m").to_string()),
        }
    };
    let minute = 60_000_000;
    let mut start = at.div_euclid(minute) * minute;
    let step = if every == Period::Hour { minute } else { 30 * minute };
    start = start.div_euclid(step) * step;
    while part(start - 1) == part(at) {
        start -= step;
    }
    format!("{start:020}")
}

fn names(values: impl IntoIterator<Item = String>, field: &FacetField) -> Vec<String> {
    let named = |value: &String| !value.is_empty();
    values.into_iter().filter(named).map(|value| folded(field, &value)).collect()
}

/// The ids of entities that have names: dates have none.
fn ids_of(entities: impl IntoIterator<Item = usize>) -> Vec<String> {
    let named = entities.into_iter().map(|entity| NAMES[entity]).filter(|(kind, _)| *kind != EntityType::Date);
    named.map(|(kind, name)| EntityId::of(kind, name).as_str().to_owned()).collect()
}

/// What the article of a hit has.
fn of_article(field: &FacetField, story: &AnalyzedArticle) -> Option<Vec<String>> {
    let article = &story.article;
    Some(match field {
        FacetField::Outlet => names([article.outlet.clone()], field),
        FacetField::Author => names(article.authors.clone(), field),
        FacetField::Label(key) => article.labels.get(key).cloned().into_iter().collect(),
        FacetField::Published { every, zone } => {
            let name = ZONES.iter().find(|name| Zone::named(name).as_ref() == Some(zone)).unwrap();
            article.published_at.map(|at| period_start(at, *every, name)).into_iter().collect()
        }
        _ => return None,
    })
}

/// The entities that a sentence mentions.
fn mentioned(story: &AnalyzedArticle, index: usize) -> Vec<usize> {
    let mentions = story.analysis.mentions.iter().filter(|mention| mention.sentence == index);
    mentions.map(|mention| mention.entity).collect()
}

fn type_of(entity: usize) -> String {
    let (kind, name) = NAMES[entity];
    EntityId::of(kind, name).as_str().split('/').next().unwrap().to_owned()
}

/// The fields that both kinds of hits have.
fn shared(zone: &str, every: Period) -> Vec<FacetField> {
    let published = FacetField::Published { every, zone: Zone::named(zone).unwrap() };
    let label = |key: &str| FacetField::Label(key.into());
    vec![FacetField::Outlet, FacetField::Author, label("desk"), label("desk\u{1F}home"), label("none"), published]
}

fn check_sentences(engine: &Embedded, kept: &[AnalyzedArticle], limit: usize, clock: (&str, Period)) {
    let mut fields = shared(clock.0, clock.1);
    fields.extend([FacetField::Entity, FacetField::EntityType, FacetField::Role]);
    let facets: Vec<_> = fields.iter().map(|field| FacetQuery { field: field.clone(), limit }).collect();
    let lind = EntityId::of(NAMES[1].0, NAMES[1].1);
    let filters = [
        (Expr::All, ArticleFilter::default(), vec![], vec![]),
        (word("ferry"), ArticleFilter::default(), vec![], vec![]),
        (word("ferry"), ArticleFilter { entities: vec![Who::Id(lind.clone())], ..Default::default() }, vec![], vec![]),
        (word("sails"), ArticleFilter::default(), vec![EntityType::Place, EntityType::Organization], vec![]),
        (Expr::All, ArticleFilter::default(), vec![], vec![SentenceRole::Caption, SentenceRole::Headline]),
    ];
    for (expr, filter, mention_types, roles) in filters {
        let mut hits = Vec::new();
        for story in kept {
            let of_lind = story.analysis.mentions.iter().any(|mention| mention.entity == 1);
            for (index, sentence) in story.analysis.sentences.iter().enumerate() {
                let ferry = sentence.span.of(&story.article.body).starts_with("ferry");
                let types: Vec<EntityType> = mentioned(story, index).into_iter().map(|one| NAMES[one].0).collect();
                if (expr != word("ferry") || ferry)
                    && (filter.entities.is_empty() || of_lind)
                    && (mention_types.is_empty() || types.iter().any(|one| mention_types.contains(one)))
                    && (roles.is_empty() || roles.contains(&sentence.role))
                {
                    hits.push((story, index));
                }
            }
        }
        let facets = facets.clone();
        let query = SentenceQuery { expr, filter, mention_types, roles, facets, page: first(2), ..Default::default() };
        let page = engine.sentences(&query, &Interrupt::default()).unwrap();
        assert_eq!(page.total, Total { count: hits.len() as u64, exact: true });
        for (field, facet) in fields.iter().zip(&page.facets) {
            let of = |story: &AnalyzedArticle, index: usize| {
                of_article(field, story).unwrap_or_else(|| match field {
                    FacetField::Entity => ids_of(mentioned(story, index)),
                    FacetField::EntityType => mentioned(story, index).into_iter().map(type_of).collect(),
                    _ => vec![format!("{:?}", story.analysis.sentences[index].role).to_lowercase()],
                })
            };
            check(facet, limit, by_hand(&hits, &of), field);
        }
        // Later pages have the same total, and no counts.
        let next = SentenceQuery { page: sayso_index::query::PageRequest { size: 2, after: page.next }, ..query };
        if next.page.after.is_some() {
            let second = engine.sentences(&next, &Interrupt::default()).unwrap();
            assert_eq!((second.facets.len(), second.total), (0, page.total));
        }
    }
}

fn check_quotes(engine: &Embedded, kept: &[AnalyzedArticle], limit: usize, clock: (&str, Period)) {
    use FacetField::{About, Cue, Kind, Polarity, Speaker, SpeakerType};
    let mut fields = shared(clock.0, clock.1);
    fields.extend([Speaker, SpeakerType, About, Kind, Polarity, Cue]);
    let facets: Vec<_> = fields.iter().map(|field| FacetQuery { field: field.clone(), limit }).collect();
    let lind = Who::Id(EntityId::of(NAMES[1].0, NAMES[1].1));
    let all = || QuoteQuery { facets: facets.clone(), page: first(2), ..QuoteQuery::default() };
    let queries = [
        all(),
        QuoteQuery { expr: word("ferry"), ..all() },
        QuoteQuery { entities: vec![lind], ..all() },
        QuoteQuery { speaker_types: vec![EntityType::Person], ..all() },
        QuoteQuery { cues: vec!["told".into(), "mutter".into()], ..all() },
    ];
    for query in queries {
        let mut hits = Vec::new();
        for story in kept {
            for (index, quote) in story.analysis.quotes.iter().enumerate() {
                let of_lind = quote.speakers.iter().chain(&quote.about).any(|&one| one == 1);
                let person = quote.speakers.iter().any(|&one| NAMES[one].0 == EntityType::Person);
                if (query.expr == Expr::All || quote.content[0].of(&story.article.body).starts_with("ferry"))
                    && (query.entities.is_empty() || of_lind)
                    && (query.speaker_types.is_empty() || person)
                    && (query.cues.is_empty() || quote.cue_lemma == "tell")
                {
                    hits.push((story, index));
                }
            }
        }
        let page = engine.quotes(&query, &Interrupt::default()).unwrap();
        assert_eq!(page.total, Total { count: hits.len() as u64, exact: true });
        for (field, facet) in fields.iter().zip(&page.facets) {
            let of = |story: &AnalyzedArticle, index: usize| {
                let quote = &story.analysis.quotes[index];
                of_article(field, story).unwrap_or_else(|| match field {
                    Speaker => ids_of(quote.speakers.clone()),
                    SpeakerType => quote.speakers.iter().map(|&one| type_of(one)).collect(),
                    About => ids_of(quote.about.clone()),
                    Kind => vec![format!("{:?}", quote.kind).to_lowercase()],
                    Polarity => vec![format!("{:?}", quote.polarity).to_lowercase()],
                    _ => vec![quote.cue_lemma.clone()],
                })
            };
            check(facet, limit, by_hand(&hits, &of), field);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counts_are_those_of_a_count_by_hand(
        stories in stories(),
        limit in 1..4usize,
        groups in 1..4usize,
        zone in 0..ZONES.len(),
        every in prop::sample::select(vec![Period::Hour, Period::Day, Period::Week, Period::Month]),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let engine = open(dir.path());
        let made: Vec<_> = stories.iter().enumerate().map(|(id, story)| (made(id, story), story.5)).collect();
        // Several commits, so that there are several segments.
        for group in made.chunks(made.len().div_ceil(groups)) {
            write_all(&engine, group.iter().map(|(story, _)| Write::Put(Box::new(story.clone()), None)).collect());
        }
        made.iter().filter(|(_, gone)| *gone).for_each(|(story, _)| assert_eq!(delete(&engine, &story.article.id).change, Change::Deleted));
        let kept: Vec<_> = made.into_iter().filter(|(_, gone)| !gone).map(|(story, _)| story).collect();
        check_sentences(&engine, &kept, limit, (ZONES[zone], every));
        check_quotes(&engine, &kept, limit, (ZONES[zone], every));
    }
}
