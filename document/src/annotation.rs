//! What analysis finds in a document: entities, their mentions, and quotes.
//!
//! These are plain values. They refer to each other by position: a mention holds the position of its entity in
//! [`Analysis::entities`], and a quote those of its speakers.

use std::ops::Range;

use crate::{DateRange, Sentence, Span};

/// Everything found in one text, and by which model.
///
/// ```
/// use sayso_document::{Analysis, Document, Span};
///
/// let document = Document::new("Lind left. Ferries sail. Crews wait.");
/// let analysis = Analysis { sentences: document.sentences().to_vec(), ..Analysis::default() };
/// // "left. Ferries" touches the first two sentences.
/// assert_eq!(analysis.sentences_touched(Span::new(5, 18)), 0..2);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Analysis {
    /// Name and version of the model, for example `linear-5`.
    pub model: String,
    /// The tier of that model. [`Tier::Fast`] in analyses stored before there was a choice.
    pub tier: Tier,
    /// BCP 47 code of the language detected for most of the text: `en`, `de`; `und` if undetermined. Empty only in
    /// analyses stored before languages were detected.
    pub language: String,
    /// The sentences, in reading order; they do not overlap.
    pub sentences: Vec<Sentence>,
    /// The persons, organisations, places … of the text, in order of first mention.
    pub entities: Vec<Entity>,
    /// Where they are mentioned, in reading order (by start, then longest first). Mentions may nest:
    /// the place "U.S." inside the titled name "U.S. Envoy Orla Benwick".
    pub mentions: Vec<Mention>,
    /// The quotes, in order of the first byte of cue, source or content.
    pub quotes: Vec<Quote>,
}

impl Analysis {
    /// The sentences that share at least one byte with `span`, as positions in [`Analysis::sentences`].
    pub fn sentences_touched(&self, span: Span) -> Range<usize> {
        let first = self.sentences.partition_point(|one| one.span.end() <= span.start());
        let after = self.sentences.partition_point(|one| one.span.start() < span.end());
        first..after.max(first)
    }

    /// The sentences that a quote touches, as one stretch of the text, but no more than some bytes before and behind
    /// the quote's own words: [`Self::CONTEXT`], or less where quotes stand so close that the contexts of all of them
    /// together would be more than six times the text. Where a sentence is cut, it is cut between words, and a source
    /// that stands further away than that stays outside.
    ///
    /// # Panics
    /// When `text` is not the text that was analysed.
    pub fn context(&self, quote: &Quote, text: &str) -> Span {
        let share = 2 * text.len() / self.quotes.len().max(1);
        let reach = share.clamp(Self::LEAST_CONTEXT, Self::CONTEXT);
        let own = quote.core(reach);
        let touched = self.sentences[self.sentences_touched(own)].iter().map(|one| one.span);
        let whole = touched.fold(own, Span::cover);
        let start = match text.ceil_char_boundary(own.start().saturating_sub(reach)) {
            cut if cut > whole.start() => {
                let words = &text[cut..own.start()];
                own.start() - words.split_once(char::is_whitespace).map_or(words, |(_, rest)| rest.trim_start()).len()
            }
            _ => whole.start(),
        };
        let end = match text.floor_char_boundary((own.end() + reach).min(text.len())) {
            cut if cut < whole.end() => {
                let words = &text[own.end()..cut];
                own.end() + words.rsplit_once(char::is_whitespace).map_or(words, |(rest, _)| rest.trim_end()).len()
            }
            _ => whole.end(),
        };
        Span::new(start, end)
    }

    /// How far a quote's context reaches beyond its own words at most, in bytes to each side.
    pub const CONTEXT: usize = 1_000;

    /// How far it may reach, however close quotes are.
    const LEAST_CONTEXT: usize = 60;
}

/// How thoroughly a text is read. The order is that of quality: a later tier finds more and errs less, and takes
/// longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tier {
    /// By linear models: a hundred articles a second and more on one core.
    #[default]
    Fast,
    /// By a neural encoder: a few articles a second on one core.
    Accurate,
}

/// What sort of thing an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntityType {
    /// A human being.
    Person,
    /// A company, ministry, party, newspaper, team, …
    Organization,
    /// A country, city, region, river, …
    Place,
    /// A building, airport, bridge, …
    Facility,
    /// A nationality, religion or political group: "Russian", "Democrats".
    Norp,
    /// A war, election, storm, championship, …
    Event,
    /// A product, vehicle, work of art, law, …
    Product,
    /// A date or a time, named or counted from another: "March 3", "last year".
    Date,
    /// A sum of money: "$3 million".
    Money,
}

/// One person, organisation, place or other thing, as one article names it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// The longest proper name in the text, without titles: "Tam Ostrey".
    pub name: String,
    /// What sort of thing it is.
    pub kind: EntityType,
    /// Other names in the text, with how often each occurs: "Ostrey". Sorted by name.
    pub aliases: Vec<Counted>,
    /// Titles and roles that the text gives a person, with how often each occurs: "Harbour Commissioner". Sorted.
    pub titles: Vec<Counted>,
    /// Those of the titles that name an organisation or a country, in the order of the titles.
    pub roles: Vec<Role>,
    /// The confidence that this is an entity of this type, from 0 to 1.
    pub confidence: f32,
}

/// A title or role that names where a person holds it: "Sarnian Foreign Minister", "president of the Harbour Union".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// The words of the title, as among [`Entity::titles`].
    pub title: String,
    /// The title without the names in it: "Foreign Minister", "president".
    pub role: String,
    /// The organisation that it names.
    pub organization: Option<Named>,
    /// The country that it names.
    pub country: Option<Named>,
}

/// Something named, which the article may mention as an entity of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its name: of a country the usual one, "Sarnia", also where the text says "Sarnian".
    pub name: String,
    /// Position in [`Analysis::entities`], where the article mentions it.
    pub entity: Option<usize>,
}

/// A wording and how often it occurs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counted {
    /// The words, with runs of white space made one space.
    pub text: String,
    /// How often they occur in the article.
    pub count: u32,
}

/// One place where the text refers to an entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// Position in [`Analysis::entities`].
    pub entity: usize,
    /// Position in [`Analysis::sentences`].
    pub sentence: usize,
    /// The whole mention; of a titled name, title and name.
    pub span: Span,
    /// The name alone, without titles. None when the form is a description or a pronoun.
    pub name: Option<Span>,
    /// How the text refers to the entity.
    pub form: MentionForm,
}

/// How a mention refers to its entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MentionForm {
    /// A name alone: "Orlek", "the State Department".
    Name,
    /// A title and a name: "Foreign Minister Ansa Orlek".
    TitledName,
    /// A description in place of a name: "the spokesman".
    Description,
    /// A pronoun: "he".
    Pronoun,
}

/// One attribution: some content that the text attributes to a source.
///
/// The parts follow PolNeAR (Newell, Margolin and Ruths, 2018): source, cue and content spans.
#[derive(Clone, Debug, PartialEq)]
pub struct Quote {
    /// What was attributed. Never empty; an interrupted quote has several spans, in reading order.
    pub content: Vec<Span>,
    /// The words that attribute: "told", "according to". May be empty (a bare quotation).
    pub cue: Vec<Span>,
    /// Dictionary form of the cue: "tell", "according to". Empty if the cue is.
    pub cue_lemma: String,
    /// The words that name the source. May be empty.
    pub source: Vec<Span>,
    /// Who speaks: positions in [`Analysis::entities`]; none when the source is unnamed.
    pub speakers: Vec<usize>,
    /// To whom it was said, if the text says so.
    pub addressee: Option<Addressee>,
    /// The entities that the content mentions: positions in [`Analysis::entities`], ascending.
    pub about: Vec<usize>,
    /// Saying, thinking, intending or finding.
    pub act: Act,
    /// Whether quotation marks enclose all, some or none of the content.
    pub kind: QuoteKind,
    /// Whether the saying is asserted, denied or supposed.
    pub polarity: Polarity,
    /// The words that say when it was said, "on Tuesday", if there are any.
    pub when: Option<Span>,
    /// The days that these words refer to, counted from the day of the article. None if they are not precise enough.
    pub said: Option<DateRange>,
    /// The confidence that this is a quote with these bounds, from 0 to 1.
    pub confidence: f32,
    /// The confidence in the speakers, from 0 to 1; 0 if there are none.
    pub speaker_confidence: f32,
}

impl Quote {
    /// Words that were said, for sure, of which nothing else is known: no cue, no source and no speaker.
    pub fn new(kind: QuoteKind, content: Vec<Span>) -> Self {
        Self {
            content,
            cue: Vec::new(),
            cue_lemma: String::new(),
            source: Vec::new(),
            speakers: Vec::new(),
            addressee: None,
            about: Vec::new(),
            act: Act::Speech,
            kind,
            polarity: Polarity::Asserted,
            when: None,
            said: None,
            confidence: 1.0,
            speaker_confidence: 0.0,
        }
    }

    /// The smallest span that covers content, cue and source.
    pub fn extent(&self) -> Span {
        let parts = self.content.iter().chain(&self.cue).chain(&self.source).copied();
        parts.reduce(Span::cover).unwrap_or_default()
    }

    /// The same, without parts so far from the others that more than `gaps` bytes would lie between them all.
    fn core(&self, gaps: usize) -> Span {
        let parts = || self.content.iter().chain(&self.cue).chain(&self.source).copied();
        let most = gaps + parts().map(Span::len).sum::<usize>();
        let near = |core: Span, part: Span| Some(core.cover(part)).filter(|both| both.len() <= most).unwrap_or(core);
        parts().reduce(near).unwrap_or_default()
    }
}

/// To whom something was said.
#[derive(Clone, Debug, PartialEq)]
pub struct Addressee {
    /// The words of the article: "reporters of the Tamm Post".
    pub span: Span,
    /// The entities among them: positions in [`Analysis::entities`].
    pub entities: Vec<usize>,
}

/// What the source did with the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// Said in words, spoken or written, also by an institution.
    Speech,
    /// A belief, feeling or opinion that was not voiced.
    Thought,
    /// A plan, decision, ruling, order or wish.
    Intent,
    /// What a poll, study, document or data set shows.
    Finding,
    /// None of these.
    Other,
}

/// How much of the content is in quotation marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QuoteKind {
    /// All of it.
    Direct,
    /// None of it.
    Indirect,
    /// Some of it.
    Mixed,
}

/// Whether the saying itself is asserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Polarity {
    /// It was said.
    Asserted,
    /// It was not said: "refused to say".
    Negated,
    /// It might be said: "would say", "if he says".
    Hypothetical,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    fn quote(content: Span) -> Quote {
        Quote::new(QuoteKind::Direct, vec![content])
    }

    fn analysis(text: &str, quotes: Vec<Quote>) -> Analysis {
        Analysis { sentences: Document::new(text).sentences().to_vec(), quotes, ..Analysis::default() }
    }

    #[test]
    fn the_context_is_the_sentences_that_a_quote_touches() {
        let text = "The port is open. “We may go. At last,” Lind said. So they went.";
        let content = Span::new(text.find('“').unwrap(), text.find(" Lind").unwrap());
        let analysis = analysis(text, vec![quote(content)]);
        let context = analysis.context(&analysis.quotes[0], text);
        assert_eq!(context.of(text), "“We may go. At last,” Lind said.");
    }

    #[test]
    fn the_context_of_a_long_sentence_is_cut_between_words() {
        let text =
            format!("{}“a thing,” she said, {}end.", "beforehand-and-before ".repeat(60), "afterwards ".repeat(100));
        let content = Span::new(text.find('“').unwrap(), text.find(" she").unwrap());
        let one = analysis(&text, vec![quote(content)]);
        let context = one.context(&one.quotes[0], &text);
        assert!(context.of(&text).starts_with("beforehand-and-before ") && context.of(&text).ends_with(" afterwards"));
        assert!((2 * 975..=2 * Analysis::CONTEXT + content.len()).contains(&context.len()), "{}", context.len());
        // Where there are many, each has less: together six times the text.
        let many = analysis(&text, vec![quote(content); 40]);
        let context = many.context(&many.quotes[0], &text);
        assert!(context.len() * 40 <= 6 * text.len() + 40 * content.len() && context.len() > 200, "{}", context.len());
        assert!(context.of(&text).starts_with("beforehand-and-before ") && context.of(&text).ends_with(" afterwards"));
    }

    #[test]
    fn a_source_far_away_is_no_part_of_the_context() {
        let text = format!("Ada Lind, {}said “the port”.", "harbourmaster, ".repeat(100));
        let content = Span::new(text.find('“').unwrap(), text.len() - 1);
        let analysis = analysis(&text, vec![Quote { source: vec![Span::new(0, 8)], ..quote(content) }]);
        let context = analysis.context(&analysis.quotes[0], &text);
        assert!(context.contains(content) && (900..1_100).contains(&context.len()), "{context:?}");
    }

    #[test]
    fn a_context_without_blanks_is_cut_between_characters() {
        let text = "磨".repeat(1_300);
        let content = Span::new(1_500, 1_503);
        let analysis = analysis(&text, vec![quote(content)]);
        let context = analysis.context(&analysis.quotes[0], &text);
        assert!(context.contains(content) && context.len() > 1_500 && context.len() <= 2_003, "{context:?}");
    }
}
