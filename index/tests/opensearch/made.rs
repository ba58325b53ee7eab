//! Articles and queries made by chance, the same in every run.

use sayso_document::{
    Act, Addressee, Analysis, Counted, Date, DateRange, Document, Entity, EntityType, Mention, MentionForm, Polarity,
    Quote, QuoteKind, Span,
};
use sayso_index::{AnalyzedArticle, Article};

/// Numbers by chance, from a seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below this one.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }

    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Whether something happens that happens once in so many times.
    pub(crate) fn seldom(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// Words of texts, in several inflections, spellings and capitals.
pub(crate) const WORDS: [&str; 24] = [
    "port",
    "ports",
    "pier",
    "police",
    "polite",
    "US",
    "us",
    "e-mail",
    "email",
    "harbour",
    "harbors",
    "white",
    "house",
    "May",
    "may",
    "d'Ivoire",
    "strike",
    "striking",
    "organised",
    "ferry",
    "ferries",
    "1,200",
    "talks",
    "Größe",
];

/// Those who are named: type, names, titles.
const NAMES: [(EntityType, &[&str], &[&str]); 6] = [
    (EntityType::Person, &["Ada Lind", "Lind"], &["Senator"]),
    (EntityType::Person, &["Bero Brandt", "Brandt"], &["Governor", "spokesman"]),
    (EntityType::Person, &["Carla Brandt", "Brandt"], &["Senator"]),
    (EntityType::Organization, &["Reform League", "League"], &[]),
    (EntityType::Place, &["Port Orlen", "Orlen"], &[]),
    (EntityType::Organization, &["Orlen Dahl Ltd", "Orlen Dahl"], &[]),
];

fn words(dice: &mut Dice, most: usize) -> String {
    let count = 1 + dice.below(most);
    (0..count).map(|_| dice.one(&WORDS)).collect::<Vec<_>>().join(" ")
}

/// An article.
pub(crate) fn article(number: usize, dice: &mut Dice) -> AnalyzedArticle {
    let mut lines = Vec::new();
    for _ in 0..1 + dice.below(6) {
        let mut line = format!("The {}", words(dice, 7));
        if !dice.seldom(3) {
            let (_, names, _) = dice.one(&NAMES);
            line = format!("{line} and {} {}", dice.one(names), words(dice, 2));
        }
        lines.push(line + ".");
    }
    let body = lines.join("\n");
    let days = dice.below(4) as i64;
    let article = Article {
        id: format!("article/{number}"),
        outlet: dice.one(&["Varda Courier", "Northern Wire", ""]).into(),
        title: if dice.seldom(6) { String::new() } else { words(dice, 5) },
        authors: (0..dice.below(3)).map(|_| dice.one(&["Élodie Marsh", "Iven Tamm", "ELODIE MARSH"]).into()).collect(),
        language: dice.one(&["en", "EN", "en-GB", ""]).into(),
        labels: if dice.seldom(2) { [("desk".into(), dice.one(&["sea", "land"]).into())].into() } else { [].into() },
        published_at: (!dice.seldom(5)).then_some(1_700_000_000_000_000 + days * 86_400_000_000),
        body,
        ..Article::default()
    };
    let sentences = Document::new(&article.body).sentences().to_vec();
    let model = dice.one(&["fast-1", "fast-2"]).into();
    let mut made = AnalyzedArticle { article, analysis: Analysis { sentences, model, ..Analysis::default() } };
    for (kind, names, titles) in NAMES {
        name(&mut made, kind, names, titles, dice);
    }
    for _ in 0..dice.below(4) {
        quote(&mut made, dice);
    }
    made
}

/// Adds somebody who is named in the body, and the mentions.
fn name(made: &mut AnalyzedArticle, kind: EntityType, names: &[&str], titles: &[&str], dice: &mut Dice) {
    let body = &made.article.body;
    let position = made.analysis.entities.len();
    let before = made.analysis.mentions.len();
    for (sentence, line) in made.analysis.sentences.iter().enumerate() {
        let text = line.span.of(body);
        let at = names.iter().find_map(|name| text.find(name).map(|at| (at, name.len())));
        if let Some((at, len)) = at {
            let span = Span::new(line.span.start() + at, line.span.start() + at + len);
            let form = dice.one(&[MentionForm::Name, MentionForm::TitledName]);
            made.analysis.mentions.push(Mention { entity: position, sentence, span, name: Some(span), form });
        }
    }
    if made.analysis.mentions.len() == before {
        return;
    }
    let counted = |text: &&str| Counted { text: (*text).into(), count: 1 };
    let titles = if dice.seldom(2) { titles } else { &[] };
    made.analysis.entities.push(Entity {
        name: names[0].into(),
        kind,
        aliases: names[1..].iter().map(counted).collect(),
        titles: titles.iter().map(counted).collect(),
        roles: Vec::new(),
        confidence: 0.9,
    });
}

/// Adds a quote of a sentence.
fn quote(made: &mut AnalyzedArticle, dice: &mut Dice) {
    let Analysis { sentences, entities, quotes, .. } = &mut made.analysis;
    let sentence = sentences[dice.below(sentences.len())].span;
    let body = &made.article.body;
    let middle = sentence.start() + sentence.of(body).find(' ').unwrap_or(0);
    let anybody = |dice: &mut Dice| (!entities.is_empty() && !dice.seldom(3)).then(|| dice.below(entities.len()));
    let parts = match dice.seldom(3) {
        true => vec![Span::new(sentence.start(), middle), Span::new(middle, sentence.end())],
        false => vec![sentence],
    };
    let speakers: Vec<usize> = anybody(dice).into_iter().collect();
    let addressee = anybody(dice).map(|to| Addressee { span: Span::new(0, 3), entities: vec![to] });
    let day = Date::from_days(19_675 + dice.below(4) as i32).unwrap();
    quotes.push(Quote {
        content: parts,
        cue: vec![Span::new(0, 3)],
        cue_lemma: dice.one(&["say", "deny", "tell", ""]).into(),
        source: if speakers.is_empty() { vec![Span::new(0, 3)] } else { vec![] },
        speaker_confidence: if speakers.is_empty() { 0.0 } else { dice.one(&[0.5, 0.75, 0.9]) },
        speakers,
        addressee,
        about: anybody(dice).into_iter().collect(),
        act: dice.one(&[Act::Speech, Act::Thought]),
        kind: dice.one(&[QuoteKind::Direct, QuoteKind::Indirect]),
        polarity: dice.one(&[Polarity::Asserted, Polarity::Negated]),
        when: None,
        said: dice.seldom(2).then_some(DateRange::day(day)),
        confidence: dice.one(&[0.25, 0.5, 0.8]),
    });
}

/// A query in the query language. Those for quotes may ask for what only quotes have.
pub(crate) fn query(dice: &mut Dice, quotes: bool, depth: usize) -> String {
    if depth > 0 && !dice.seldom(3) {
        let (a, b) = (query(dice, quotes, depth - 1), query(dice, quotes, depth - 1));
        return match dice.below(5) {
            0 => format!("({a} AND {b})"),
            1 => format!("({a} OR {b})"),
            2 => format!("({a} -({b}))"),
            3 => format!("(+{a} {b})"),
            _ => format!("({a})^2.5"),
        };
    }
    leaf(dice, quotes)
}

fn leaf(dice: &mut Dice, quotes: bool) -> String {
    let bare = |dice: &mut Dice| dice.one(&["port", "police", "email", "harbour", "strike", "ferry", "white"]);
    let only_quotes = [
        "speaker:brandt",
        "about:orlen",
        "cue:said",
        "cue:deny",
        "kind:direct",
        "polarity:negated",
        "confidence:>=0.4",
        "speaker:*",
        "said:2023-11-14",
        "addressee:lind",
        "speaker:governor",
    ];
    match dice.below(if quotes { 16 } else { 13 }) {
        0..4 => dice.one(&WORDS).into(),
        4 => format!("\"{} {}\"", dice.one(&WORDS), dice.one(&WORDS)),
        5 => format!("{}*", &bare(dice)[..2]),
        6 => format!("\"{} {}\"*", dice.one(&WORDS), &bare(dice)[..1]),
        7 => format!("p?{}*", dice.one(&["r", "l"])),
        8 => format!("{}~1", bare(dice)),
        9 => format!("title:{}", dice.one(&WORDS)),
        10 => dice.one(&["outlet:courier", "author:marsh", "author:elodie", "title:*", "label.desk:sea"]).into(),
        11 => {
            dice.one(&["language:en", "date:[2023-11-14 TO 2023-11-16]", "date:*", "type:person", "entity:lind"]).into()
        }
        12 => format!("\"{} the {}\"", dice.one(&WORDS), dice.one(&WORDS)),
        _ => dice.one(&only_quotes).into(),
    }
}
