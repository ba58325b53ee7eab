//! A hit as a line: of JSON, of CSV, or of a table for people.

use prost::Message;

use super::fault::Fault;
use super::{dates, json, labels};
use crate::proto::{
    Article, ArticleHit, ArticleSummary, EntityHit, EntityRef, MentionForm, MentionHit, QuoteHit, SentenceHit,
    SentenceRole, TextPhrase,
};

/// A hit that can be a line.
pub(super) trait Row: Message {
    /// The name of the message in the package `sayso.v1`.
    const NAME: &'static str;
    /// The heading of CSV.
    const COLUMNS: &'static [&'static str];
    /// The columns that a table for people has, in their order: short ones, then the text, then the id.
    const SHOWN: &'static [&'static str];
    /// A value as a table for people shows it, for a column that needs another form there.
    fn shown(&self, _column: &str) -> Option<String> {
        None
    }
    /// The values, one for each column.
    fn values(&self) -> Vec<String>;
    /// The line of CSV.
    fn csv(&self) -> String {
        self.values().iter().map(|value| cell(value)).collect::<Vec<_>>().join(",")
    }
    /// The object of JSON.
    fn json(&self) -> Result<String, Fault>
    where
        Self: Sized,
    {
        json::line(Self::NAME, self)
    }
}

/// A value of CSV: between quotation marks if it has a mark of its own, a comma or a line break.
fn cell(value: &str) -> String {
    if value.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}

/// The columns that tell the article of a hit.
fn article(article: Option<&Article>) -> [String; 5] {
    let Some(article) = article else { return Default::default() };
    let at = article.publish_time.as_ref().map(ToString::to_string).unwrap_or_default();
    [article.id.clone(), article.outlet.clone(), article.title.clone(), at, article.url.clone()]
}

impl Row for SentenceHit {
    const NAME: &'static str = "SentenceHit";
    const COLUMNS: &'static [&'static str] =
        &["sentence_id", "text", "role", "score", "article_id", "outlet", "title", "publish_time", "url"];
    const SHOWN: &'static [&'static str] = &["publish_time", "outlet", "text", "article_id"];

    fn values(&self) -> Vec<String> {
        let sentence = self.sentence.clone().unwrap_or_default();
        let role = SentenceRole::try_from(sentence.role).unwrap_or_default().as_str_name();
        let role = role.trim_start_matches("SENTENCE_ROLE_").to_lowercase();
        let of_sentence = [sentence.id, sentence.text, role, self.score.to_string()];
        of_sentence.into_iter().chain(article(self.article.as_ref())).collect()
    }
}

impl Row for QuoteHit {
    const NAME: &'static str = "QuoteHit";
    const COLUMNS: &'static [&'static str] = &[
        "quote_id",
        "text",
        "speakers",
        "speaker_ids",
        "speaker_confidence",
        "source",
        "cue",
        "addressee",
        "about",
        "kind",
        "act",
        "polarity",
        "said_from",
        "said_until",
        "confidence",
        "score",
        "article_id",
        "outlet",
        "title",
        "publish_time",
        "url",
    ];
    const SHOWN: &'static [&'static str] = &["publish_time", "outlet", "speakers", "cue", "text"];

    /// Who has no name is told by the words of the article: "a person close to the talks".
    fn shown(&self, column: &str) -> Option<String> {
        let quote = self.quote.as_ref().filter(|quote| column == "speakers" && quote.speakers.is_empty())?;
        quote.source.as_ref().map(|source| source.text.clone())
    }

    fn values(&self) -> Vec<String> {
        let quote = self.quote.clone().unwrap_or_default();
        let joined = |parts: Vec<String>| parts.join("; ");
        let names = |entities: &[EntityRef]| joined(entities.iter().map(|one| one.name.clone()).collect());
        let phrase = |phrase: Option<&TextPhrase>| phrase.map(|phrase| phrase.text.clone()).unwrap_or_default();
        let said = quote.said_dates.unwrap_or_default();
        let of_quote = [
            quote.id.clone(),
            quote.text.clone(),
            names(&quote.speakers),
            joined(quote.speakers.iter().map(|one| one.id.clone()).collect()),
            quote.speaker_confidence.map(|sure| sure.to_string()).unwrap_or_default(),
            phrase(quote.source.as_ref()),
            phrase(quote.cue.as_ref()),
            phrase(quote.addressee.as_ref()),
            names(&quote.about),
            labels::Kind::label(quote.kind).to_owned(),
            labels::Act::label(quote.act).to_owned(),
            labels::Polarity::label(quote.polarity).to_owned(),
            said.start_date.as_ref().map(dates::plain).unwrap_or_default(),
            // As the option of that name, it is the last day. The range of the message ends with the day after.
            said.end_date.as_ref().and_then(dates::day_before).as_ref().map(dates::plain).unwrap_or_default(),
            quote.confidence.to_string(),
            self.score.to_string(),
        ];
        of_quote.into_iter().chain(article(quote.article.as_ref())).collect()
    }
}

impl Row for ArticleSummary {
    const NAME: &'static str = "ArticleSummary";
    const COLUMNS: &'static [&'static str] = &[
        "article_id",
        "outlet",
        "title",
        "publish_time",
        "url",
        "authors",
        "language_code",
        "labels",
        "revision",
        "sentence_count",
        "entity_count",
        "quote_count",
        "model",
    ];
    const SHOWN: &'static [&'static str] = &["publish_time", "outlet", "quote_count", "title", "article_id"];

    fn values(&self) -> Vec<String> {
        let told = self.article.clone().unwrap_or_default();
        let labels: Vec<String> = told.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let rest = [
            told.authors.join("; "),
            told.language_code.clone(),
            labels.join("; "),
            told.revision.to_string(),
            self.sentence_count.to_string(),
            self.entity_count.to_string(),
            self.quote_count.to_string(),
            self.model.clone(),
        ];
        article(self.article.as_ref()).into_iter().chain(rest).collect()
    }
}

impl Row for ArticleHit {
    const NAME: &'static str = "ArticleHit";
    const COLUMNS: &'static [&'static str] =
        &["article_id", "outlet", "title", "publish_time", "url", "score", "sentence_count", "best_sentence"];
    const SHOWN: &'static [&'static str] = &["publish_time", "outlet", "sentence_count", "title", "article_id"];

    fn values(&self) -> Vec<String> {
        let best = self.sentences.first().and_then(|hit| hit.sentence.as_ref());
        let count = self.sentences.len() as i64 + self.other_sentence_count;
        let best = best.map(|sentence| sentence.text.clone()).unwrap_or_default();
        let rest = [self.score.to_string(), count.to_string(), best];
        article(self.article.as_ref()).into_iter().chain(rest).collect()
    }
}

impl Row for EntityHit {
    const NAME: &'static str = "EntityHit";
    const COLUMNS: &'static [&'static str] = &[
        "entity_id",
        "name",
        "type",
        "titles",
        "aliases",
        "article_count",
        "mention_count",
        "quote_count",
        "first_publish_time",
        "last_publish_time",
        "score",
    ];
    const SHOWN: &'static [&'static str] = &["name", "type", "article_count", "quote_count", "titles", "entity_id"];

    fn values(&self) -> Vec<String> {
        let entity = self.entity.clone().unwrap_or_default();
        let texts = |counted: Vec<crate::proto::CountedText>| {
            counted.into_iter().map(|one| one.text).collect::<Vec<_>>().join("; ")
        };
        let at = |time: Option<prost_types::Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
        vec![
            entity.id,
            entity.name,
            labels::Type::label(entity.r#type).to_owned(),
            texts(entity.titles),
            texts(entity.aliases),
            entity.article_count.to_string(),
            entity.mention_count.to_string(),
            entity.quote_count.to_string(),
            at(entity.first_publish_time),
            at(entity.last_publish_time),
            self.score.to_string(),
        ]
    }
}

impl Row for MentionHit {
    const NAME: &'static str = "MentionHit";
    const COLUMNS: &'static [&'static str] =
        &["mention_id", "text", "form", "sentence", "article_id", "outlet", "title", "publish_time", "url"];
    const SHOWN: &'static [&'static str] = &["publish_time", "outlet", "text", "sentence", "article_id"];

    fn values(&self) -> Vec<String> {
        let mention = self.mention.clone().unwrap_or_default();
        let form = MentionForm::try_from(mention.form).unwrap_or_default().as_str_name();
        let form = form.trim_start_matches("MENTION_FORM_").to_lowercase();
        let sentence = self.sentence.as_ref().map(|sentence| sentence.text.clone()).unwrap_or_default();
        let of_mention = [mention.id, mention.text, form, sentence];
        of_mention.into_iter().chain(article(self.article.as_ref())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_what_rfc_4180_wants() {
        let row = ["plain", "a, b", "said \"no\"", "two\nlines", ""].map(cell);
        assert_eq!(row.join(","), "plain,\"a, b\",\"said \"\"no\"\"\",\"two\nlines\",");
    }

    #[test]
    fn days_of_saying_are_both_included() {
        let day = |day| Some(crate::proto::google_type::Date { year: 2026, month: 3, day });
        let said = |start_date, end_date| {
            let said_dates = Some(crate::proto::DateRange { start_date, end_date });
            let quote = Some(crate::proto::Quote { said_dates, ..Default::default() });
            let values = QuoteHit { quote, ..QuoteHit::default() }.values();
            ["said_from", "said_until"].map(|name| {
                let at = QuoteHit::COLUMNS.iter().position(|&column| column == name).unwrap();
                values[at].clone()
            })
        };
        assert_eq!(said(day(14), day(15)), ["2026-03-14", "2026-03-14"]);
        assert_eq!(said(day(14), day(1)), ["2026-03-14", "2026-02-28"]);
        assert_eq!(said(day(14), None), ["2026-03-14", ""]);
    }

    #[test]
    fn a_source_without_a_name_stands_for_the_speakers() {
        let source = TextPhrase { text: "a person close to the talks".into(), ..TextPhrase::default() };
        let quote = crate::proto::Quote { source: Some(source), ..Default::default() };
        let mut hit = QuoteHit { quote: Some(quote), ..QuoteHit::default() };
        assert_eq!(hit.shown("speakers").as_deref(), Some("a person close to the talks"));
        assert_eq!(hit.shown("text"), None);
        let lind = EntityRef { name: "Ada Lind".into(), ..EntityRef::default() };
        hit.quote.as_mut().unwrap().speakers.push(lind);
        assert_eq!(hit.shown("speakers"), None);
    }

    fn assert_fits<R: Row + Default>() {
        assert_eq!(R::default().values().len(), R::COLUMNS.len(), "{}", R::NAME);
        assert!(R::SHOWN.iter().all(|column| R::COLUMNS.contains(column)), "{}", R::NAME);
    }

    #[test]
    fn every_line_has_as_many_values_as_columns() {
        assert_fits::<SentenceHit>();
        assert_fits::<QuoteHit>();
        assert_fits::<ArticleSummary>();
        assert_fits::<ArticleHit>();
        assert_fits::<EntityHit>();
        assert_fits::<MentionHit>();
    }
}
