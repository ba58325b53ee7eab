//! Names, completions and words are looked up on a cluster with the same answers as in the embedded engine.

use sayso_document::EntityType;
use sayso_index::query::{EntityQuery, Field, SpellingQuery, SuggestQuery};
use sayso_index::{AnalyzedArticle, Engine, EntityHit, Interrupt, Spelling, Suggestions, Write};

use crate::changes::change;
use crate::made::{Dice, WORDS};
use crate::samples::{article, with_entity, with_quote};
use crate::search::{Both, all_pages};

/// Articles that name somebody.
const ARTICLES: usize = 60;

/// Those who are named: type, names, titles.
const NAMED: [(EntityType, &[&str], &[&str]); 16] = [
    (EntityType::Person, &["Ada Lind", "Lind", "Ada R. Lind"], &["Senator", "Prime Minister"]),
    (EntityType::Person, &["Bero Brandt", "Brandt"], &["Governor", "spokesman"]),
    (EntityType::Person, &["Carla Brandt", "Brandt"], &["Senator"]),
    (EntityType::Person, &["Elske Varrin", "Varrin"], &["Prime Minister"]),
    (EntityType::Person, &["Elske Quill"], &[]),
    (EntityType::Person, &["Georgia Marlow"], &["harbour master"]),
    (EntityType::Person, &["Jan R. Maat", "J.R. Maat", "Maat"], &["Judge"]),
    (EntityType::Person, &["Jörg Müller", "Mueller"], &["Dr."]),
    (EntityType::Person, &["Vladimyr Orlenskyy", "Orlensky"], &["President"]),
    (EntityType::Place, &["Georgia"], &[]),
    (EntityType::Place, &["Port Orlen", "Orlen"], &[]),
    (EntityType::Place, &["Côte d'Ivoire"], &[]),
    (EntityType::Organization, &["Reform League", "League", "The Reform League"], &[]),
    (EntityType::Organization, &["Orlen & Dahl Ltd", "Orlen Dahl"], &[]),
    (EntityType::Organization, &["Harbour Works Inc."], &[]),
    (EntityType::Date, &["May"], &[]),
];

/// Headlines.
const TITLES: [&str; 7] = [
    "Harbour strike ends",
    "Harbour strike: dockers vote",
    "The harbour of Varda",
    "Elections in Port Orlen",
    "Election campaign of the Reform League begins",
    "White ferries return",
    "",
];

/// An article about some of them.
fn about_some(number: usize, dice: &mut Dice) -> AnalyzedArticle {
    let chosen: Vec<_> = (0..1 + dice.below(5)).map(|_| dice.one(&NAMED)).collect();
    let lines = chosen.iter().map(|(_, names, _)| format!("{} spoke of {}.", dice.one(names), dice.one(&WORDS)));
    let mut made = article(&number.to_string(), &lines.collect::<Vec<_>>().join("\n"));
    made.article.title = dice.one(&TITLES).into();
    made.article.published_at = (!dice.seldom(5)).then_some(dice.below(1_000) as i64);
    for (kind, names, titles) in chosen {
        let (from, until) = (dice.below(titles.len() + 1), dice.below(names.len()) + 1);
        // Of somebody who is chosen twice there are two entities of one id.
        made = with_entity(made, kind, &names[..until], &titles[from..]);
    }
    let speaker = dice.below(made.analysis.entities.len());
    with_quote(made, "spoke of", Some(speaker))
}

/// The same articles in both engines, some of which were deleted again.
fn filled(seed: u64) -> Option<Both> {
    let mut dice = Dice::new(seed);
    let both = Both::with((0..ARTICLES).map(|number| about_some(number, &mut dice)).collect(), 3)?;
    for number in (0..ARTICLES).step_by(5) {
        for engine in [&both.cluster as &dyn Engine, &both.embedded] {
            change(engine, Write::Delete(number.to_string(), None)).unwrap();
        }
    }
    Some(both)
}

/// A text as somebody types it: cut short, or with a slip.
fn typed(text: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if dice.seldom(3) {
        letters.truncate(1 + dice.below(letters.len()));
    }
    for _ in 0..dice.below(3) {
        let at = dice.below(letters.len());
        match dice.below(4) {
            0 => letters.insert(at, 'e'),
            1 if letters.len() > 1 => drop(letters.remove(at)),
            2 if at > 0 => letters.swap(at, at - 1),
            _ => letters[at] = 'o',
        }
    }
    letters.into_iter().collect()
}

#[test]
fn entities_are_found_by_name_as_in_the_embedded_engine() {
    let Some(both) = filled(21) else { return };
    let calm = Interrupt::default();
    let mut dice = Dice::new(31);
    let asked = [
        "",
        "!?",
        "georgia",
        "Senator Brandt",
        "E. Varrin",
        "JR Maat",
        "J. Maat",
        "Varrin, Elske",
        "the Reform League",
        "Orlen & Dahl Ltd",
        "Orlen and Dahl Inc",
        "mueller",
        "Ivoire",
        "e",
        "E. Varr",
        "Ada X. Lind",
        "Mr. and Mrs. Lind",
        "prime minister",
        "dr mueller",
        "harbour",
        "B. C. Brandt",
        "Jan Maat, Judge",
        "orl",
    ];
    let mut asked: Vec<String> = asked.map(String::from).to_vec();
    for _ in 0..80 {
        let (_, names, titles) = dice.one(&NAMED);
        let name = dice.one(names);
        let name = if titles.is_empty() || !dice.seldom(4) { name.into() } else { format!("{} {name}", titles[0]) };
        asked.push(typed(&name, &mut dice));
    }
    let mut found = 0;
    for name in asked {
        let kinds = if dice.seldom(5) { vec![EntityType::Person, EntityType::Place] } else { Vec::new() };
        let query = |page| EntityQuery { name: name.clone(), kinds: kinds.clone(), page };
        let (ours, totals) = all_pages(7, |page| both.cluster.entities(&query(page), &calm));
        let (theirs, _) = all_pages(100, |page| both.embedded.entities(&query(page), &calm));
        let seen = |hits: &[EntityHit]| -> Vec<String> { hits.iter().map(|hit| format!("{hit:?}")).collect() };
        assert_eq!(seen(&ours), seen(&theirs), "{name:?} {kinds:?}");
        assert!(totals.iter().all(|&total| total == theirs.len() as u64), "{name:?}: {totals:?}");
        found += theirs.len();
    }
    assert!(found > 80, "{found} entities say little");
}

#[test]
fn what_is_typed_goes_on_as_in_the_embedded_engine() {
    let Some(both) = filled(22) else { return };
    let calm = Interrupt::default();
    let mut dice = Dice::new(32);
    let (mut entities, mut phrases) = (0, 0);
    for number in 0..200 {
        let text = match dice.below(2) {
            0 => {
                let (_, names, _) = dice.one(&NAMED);
                dice.one(names).to_owned()
            }
            _ => dice.one(&TITLES[..6]).to_owned(),
        };
        let text = match number {
            0 => "election campaign of the reform leauge".into(),
            1 => "elske quill elske".into(),
            2 => "a b c d e f g h i".into(),
            _ => typed(&text, &mut dice),
        };
        let kinds = if dice.seldom(5) { vec![EntityType::Person] } else { Vec::new() };
        let query = SuggestQuery { text: text.clone(), kinds, most: 1 + dice.below(10) };
        let ours: Suggestions = both.cluster.suggest(&query, &calm).unwrap();
        let theirs = both.embedded.suggest(&query, &calm).unwrap();
        assert_eq!(ours, theirs, "{query:?}");
        entities += theirs.entities.len();
        phrases += theirs.phrases.len();
    }
    assert!(entities > 80 && phrases > 60, "{entities} entities and {phrases} phrases say little");
}

#[test]
fn spellings_are_those_of_the_embedded_engine() {
    let Some(both) = Both::filled(23) else { return };
    let calm = Interrupt::default();
    let mut dice = Dice::new(33);
    let fields = [Field::Text, Field::Text, Field::Title, Field::Outlet, Field::Author, Field::Speaker, Field::Cue];
    let mut found = 0;
    for _ in 0..200 {
        let names = ["Courier", "Elodie", "Marsh", "Brandt", "Orlen"];
        let word = if dice.seldom(3) { dice.one(&names) } else { dice.one(&WORDS) };
        let (word, field) = (typed(word, &mut dice), dice.one(&fields));
        let query = SpellingQuery { word, field, quotes: dice.seldom(2), most: 1 + dice.below(8) };
        let ours: Vec<Spelling> = both.cluster.spellings(&query, &calm).unwrap();
        let mut theirs = both.embedded.spellings(&SpellingQuery { most: 1_000, ..query.clone() }, &calm).unwrap();
        // The dictionaries of a cluster are not looked through for two edits one of which is in the first letter.
        theirs.retain(|one| one.edits < 2 || one.text.chars().next() == query.word.to_lowercase().chars().next());
        theirs.truncate(query.most);
        assert_eq!(ours, theirs, "{query:?}");
        found += theirs.len();
    }
    assert!(found > 20, "{found} spellings say little");
}

#[test]
fn the_same_words_tell_a_text_apart() {
    let Some(both) = Both::filled(24) else { return };
    let calm = Interrupt::default();
    let mut found = 0;
    for number in 0..20 {
        let article = both.embedded.article(&format!("article/{number}")).unwrap().unwrap().article;
        let text = format!("{}\n{} Nowhere else.", article.title, article.body);
        let ours = both.cluster.telling_words(&text, 12, &calm).unwrap();
        let theirs = both.embedded.telling_words(&text, 12, &calm).unwrap();
        assert_eq!(ours, theirs, "{text}");
        found += theirs.len();
    }
    assert!(found > 60, "{found} words say little");
    assert!(both.cluster.telling_words("the", 12, &calm).unwrap().is_empty());
}
