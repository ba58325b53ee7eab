//! Records of every version still decode; damaged ones say so.

use std::collections::BTreeMap;
use std::path::PathBuf;

use sayso_document::{Act, Date, DateRange, EntityType, MentionForm, Named, Polarity, QuoteKind, Role, SentenceRole};

use super::*;
use crate::{AnalyzedArticle, Article, Version};

/// An entity that uses every field.
fn entity(name: &str, kind: EntityType, confidence: f32) -> Entity {
    let counted = |text: &str, count| Counted { text: text.into(), count };
    Entity {
        name: name.into(),
        kind,
        aliases: vec![counted("Orlek", 2)],
        titles: vec![counted("Minister", 1)],
        roles: vec![Role {
            title: "Minister".into(),
            role: "Minister".into(),
            organization: Some(Named { name: "Tamm Post".into(), entity: Some(1) }),
            country: Some(Named { name: "Norway".into(), entity: None }),
        }],
        confidence,
    }
}

/// An article that uses every field.
fn article(body: &str) -> Article {
    Article {
        id: "varda-1".into(),
        url: "https://example.org/varda".into(),
        outlet: "Varda Courier".into(),
        title: "Harbour stays".into(),
        authors: vec!["Élodie Marsh".into(), "Bero Tamm".into()],
        language: "en".into(),
        published_at: Some(-1_234_567),
        published_on: Date::new(1969, 12, 30),
        labels: [("desk".into(), "home".into()), ("Ä".into(), String::new())].into(),
        body: body.into(),
        version: Version { revision: 3, created: Some(-5), updated: Some(1 << 50), etag: u64::MAX, text: 1 },
    }
}

/// The same with an analysis that uses every field.
fn sample() -> AnalyzedArticle {
    let body = "Varda Harbour\n“We stay,” Minister Ansa Orlek told the Tamm Post on Tuesday.";
    let span = |words: &str| {
        let start = body.find(words).unwrap();
        Span::new(start, start + words.len())
    };
    let mention = |entity, words, name: Option<&str>, form| Mention {
        entity,
        sentence: 1,
        span: span(words),
        name: name.map(span),
        form,
    };
    let quote = Quote {
        content: vec![span("We stay,")],
        cue: vec![span("told")],
        cue_lemma: "tell".into(),
        source: vec![span("Minister Ansa Orlek")],
        speakers: vec![0],
        addressee: Some(Addressee { span: span("the Tamm Post"), entities: vec![1] }),
        about: vec![1],
        act: Act::Intent,
        kind: QuoteKind::Mixed,
        polarity: Polarity::Negated,
        when: Some(span("on Tuesday")),
        said: Date::new(2026, 3, 3).map(DateRange::day),
        confidence: 0.75,
        speaker_confidence: 0.5,
    };
    let analysis = Analysis {
        model: "rules-1".into(),
        tier: Tier::Accurate,
        language: String::new(),
        sentences: vec![
            Sentence { span: span("Varda Harbour"), paragraph: 0, role: SentenceRole::Headline },
            Sentence { span: Span::new(14, body.len()), paragraph: 1, role: SentenceRole::Body },
        ],
        entities: vec![
            entity("Ansa Orlek", EntityType::Person, 0.9),
            entity("Tamm Post", EntityType::Organization, 0.25),
        ],
        mentions: vec![
            mention(0, "Minister Ansa Orlek", Some("Ansa Orlek"), MentionForm::TitledName),
            mention(1, "the Tamm Post", None, MentionForm::Description),
        ],
        quotes: vec![quote],
    };
    AnalyzedArticle { article: article(body), analysis }
}

/// Reads a fixture. One that is missing is written, to be looked at and kept.
fn fixture(name: &str, now: &[u8]) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    if !path.exists() {
        std::fs::write(&path, now).unwrap();
    }
    std::fs::read(path).unwrap()
}

/// The article as records of versions that knew no labels tell it: its version is made of what they hold.
fn as_in_version_2(article: Article) -> Article {
    let bare = Article { labels: BTreeMap::new(), ..article };
    Article { version: Version::unknown(&bare), ..bare }
}

#[test]
fn what_quotes_need_is_read_without_the_rest() {
    let analysis = sample().analysis;
    let mut needed = analysis.clone();
    needed.mentions.clear();
    for entity in &mut needed.entities {
        *entity = Entity {
            name: entity.name.clone(),
            kind: entity.kind,
            confidence: entity.confidence,
            aliases: Vec::new(),
            titles: Vec::new(),
            roles: Vec::new(),
        };
    }
    assert_ne!(needed, analysis);
    assert_eq!(decode_quotes(&encode_analysis(&analysis).unwrap()).unwrap(), needed);
}

#[test]
fn records_of_version_1_still_decode() {
    let sample = sample();
    let article = fixture("article-1.bin", &[]);
    let record = decode_article(&article).unwrap();
    let undated = as_in_version_2(Article { published_on: None, ..sample.article.clone() });
    assert_eq!(record.to_article().unwrap(), undated);
    assert_eq!((record.sentences, record.entities, record.quotes), (2, 2, 1));
    assert!(record.is(&undated) && !record.is(&sample.article));
    let analysis = fixture("analysis-1.bin", &[]);
    assert_eq!(decode_analysis(&analysis).unwrap(), as_in_version_1(sample.analysis));
    let change = ChangeRecord { old: Some(7), put: true, entities: vec!["person/ansa-orlek".into()] };
    let change: Vec<u8> = fixture("change-1.bin", &encode(&change).unwrap());
    let change: ChangeRecord = decode(&change).unwrap();
    assert_eq!((change.old, change.put, change.entities.len()), (Some(7), true, 1));
}

#[test]
fn articles_of_version_2_still_decode() {
    let sample = sample();
    let bytes = fixture("article-2.bin", &[]);
    let record = decode_article(&bytes).unwrap();
    let article = as_in_version_2(sample.article.clone());
    assert_eq!((record.to_article().unwrap(), record.version()), (article.clone(), article.version));
    assert!(record.is(&article) && !record.is(&sample.article));
    assert_eq!((record.tier().unwrap(), record.updated()), (None, None));
    // Nothing that an older record tells may ever change, or pages and conditions of clients would cease to fit.
    let known = (0xaf1c_f916_24bb_e987, 0x538c_1961_60c0_8fa9);
    assert_eq!((article.version.etag, article.version.text), known);
}

#[test]
fn articles_of_version_3_still_decode() {
    let sample = sample();
    let record = ArticleRecord::of(&sample, sample.article.version);
    let bytes = fixture("article-3.bin", &encode_article(&record).unwrap());
    let record = decode_article(&bytes).unwrap();
    assert_eq!(record.to_article().unwrap(), sample.article);
    assert!(record.is(&Article { version: Version::default(), ..sample.article.clone() }));
    assert!(!record.is(&Article { labels: BTreeMap::new(), ..sample.article }));
    assert_eq!((record.tier().unwrap(), record.updated()), (Some(Tier::Accurate), Some(1 << 50)));
    for older in [1, 2] {
        let mut older_by_damage = bytes.clone();
        older_by_damage[0] = older;
        let error = decode_article(&older_by_damage).err().unwrap();
        assert_eq!(error.to_string(), "a stored record is longer than its version");
    }
}

/// The analysis without what later versions added.
fn as_in_version_1(analysis: Analysis) -> Analysis {
    let mut analysis = without_tier(analysis);
    analysis.language.clear();
    analysis.quotes.iter_mut().for_each(|quote| quote.said = None);
    analysis.entities.iter_mut().for_each(|entity| entity.roles.clear());
    analysis
}

/// Version 2 knew no tiers: all that it kept was read by the linear models.
fn without_tier(analysis: Analysis) -> Analysis {
    Analysis { tier: Tier::Fast, ..analysis }
}

#[test]
fn analyses_of_version_2_still_decode() {
    let analysis = fixture("analysis-2.bin", &[]);
    assert_eq!(decode_analysis(&analysis).unwrap(), without_tier(sample().analysis));
}

#[test]
fn analyses_of_version_3_still_decode() {
    let analysis = sample().analysis;
    let bytes = fixture("analysis-3.bin", &encode_analysis(&analysis).unwrap());
    assert_eq!(decode_analysis(&bytes).unwrap(), analysis);
}

#[test]
fn damage_is_told() {
    let bytes = encode_analysis(&sample().analysis).unwrap();
    let told = |bytes: &[u8]| {
        let error = decode_analysis(bytes).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Corrupt | ErrorKind::Newer), "{error:?}");
        error.to_string()
    };
    assert_eq!(told(&bytes[..3]), "a stored record is cut short");
    assert_eq!(told(&bytes[..bytes.len() - 1]), "a stored record does not match its checksum");
    let mut newer = bytes.clone();
    newer[0] = 9;
    assert_eq!(told(&newer), "a stored record has version 9; this program reads versions up to 3");
    for older in [1, 2] {
        let mut older_by_damage = bytes.clone();
        older_by_damage[0] = older;
        assert_eq!(told(&older_by_damage), "a stored record is longer than its version");
    }
    for at in HEADER..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        told(&damaged);
    }
}
