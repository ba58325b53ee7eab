//! What an assistant may ask, and the requests that it becomes. The comments of fields are what the assistant reads.

use rmcp::schemars::{self, JsonSchema};
use serde::Deserialize;

use crate::cli::dates;
use crate::cli::fault::Fault;
use crate::cli::filter::selectors;
use crate::proto::google_type::{Date, Interval};
use crate::proto::{
    AnalyzeRequest, ArticleFilter, DateRange, EntityType, GetArticleRequest, LookupEntitiesRequest, OffsetEncoding,
    QuoteAct, QuoteKind, SearchQuotesRequest,
};

/// The most hits of an answer if nothing else is asked for: what a language model reads costs.
const HITS: i32 = 10;

/// What is said of a quote. The rest is for programs: spans, numbers, models.
const OF_QUOTE: [&str; 13] = [
    "id",
    "text",
    "context",
    "cue.text",
    "source.text",
    "speakers",
    "speaker_confidence",
    "addressees",
    "about",
    "act",
    "kind",
    "polarity",
    "said_dates",
];

/// What is said of the article of a quote.
const OF_ARTICLE: [&str; 5] = ["id", "title", "outlet", "url", "publish_time"];

/// Arguments of `search_quotes`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SearchQuotes {
    /// Words that the quote says, for example: harbour OR "minority share". Empty: everything that passes the filters.
    query: String,
    /// Who speaks: a name, a part of one or a title ("harbour commissioner"), or an id from find_entity.
    speaker: Option<String>,
    /// Who or what the quote mentions: a name, or an id from find_entity.
    about: Option<String>,
    /// To whom it was said: a name, or an id from find_entity.
    addressee: Option<String>,
    /// Only articles of this outlet, by its full name.
    outlet: Option<String>,
    /// Only articles published on this day or later: YYYY-MM-DD.
    published_from: Option<String>,
    /// Only articles published on this day or earlier: YYYY-MM-DD.
    published_until: Option<String>,
    /// Only quotes that, by the text, were said on this day or later: YYYY-MM-DD.
    said_from: Option<String>,
    /// Only quotes that, by the text, were said on this day or earlier: YYYY-MM-DD.
    said_until: Option<String>,
    /// Only quotes of this kind.
    kind: Option<Kind>,
    /// Only what was said in words, not what was thought, decided or found.
    only_speech: bool,
    /// "relevance" (best match first; without words, newest first), "newest" or "oldest".
    order: Order,
    /// The most quotes to return, 10 if not given.
    limit: Option<u16>,
    /// The nextPageToken of the answer before, to go on after it. All other arguments stay the same.
    page_token: String,
}

/// How a quote is given.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// In the speaker's own words: all of it in quotation marks.
    Direct,
    /// In the writer's words: none of it in quotation marks.
    Indirect,
    /// Part of it in quotation marks.
    Mixed,
}

/// The order of quotes.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Order {
    #[default]
    Relevance,
    Newest,
    Oldest,
}

impl SearchQuotes {
    /// The request.
    ///
    /// # Errors
    /// A day that is not written YYYY-MM-DD, with the argument's name.
    pub(super) fn request(self) -> Result<SearchQuotesRequest, Fault> {
        let from = read("published_from", self.published_from, dates::parse_from)?;
        let until = read("published_until", self.published_until, dates::parse_until)?;
        let published = Interval { start_time: from, end_time: until };
        let said = DateRange {
            start_date: read("said_from", self.said_from, dates::parse_day)?,
            end_date: read("said_until", self.said_until, dates::parse_day_after)?,
        };
        let kind = self.kind.map(|kind| match kind {
            Kind::Direct => QuoteKind::Direct,
            Kind::Indirect => QuoteKind::Indirect,
            Kind::Mixed => QuoteKind::Mixed,
        });
        let order_by = match self.order {
            Order::Relevance => "",
            Order::Newest => "publish_time desc",
            Order::Oldest => "publish_time",
        };
        let filter = ArticleFilter {
            outlets: self.outlet.into_iter().collect(),
            publish_time: (published != Interval::default()).then_some(published),
            ..ArticleFilter::default()
        };
        let mut fields = under("quote", OF_QUOTE);
        fields.extend(under("quote.article", OF_ARTICLE));
        Ok(SearchQuotesRequest {
            query: self.query,
            speakers: selectors(self.speaker.into_iter().collect()),
            about: selectors(self.about.into_iter().collect()),
            addressees: selectors(self.addressee.into_iter().collect()),
            said_dates: (said != DateRange::default()).then_some(said),
            kinds: kind.map(i32::from).into_iter().collect(),
            acts: self.only_speech.then_some(QuoteAct::Speech.into()).into_iter().collect(),
            filter: (filter != ArticleFilter::default()).then_some(filter),
            order_by: order_by.into(),
            page_size: self.limit.map_or(HITS, i32::from),
            page_token: self.page_token,
            read_mask: Some(prost_types::FieldMask { paths: fields }),
            ..SearchQuotesRequest::default()
        })
    }
}

/// Arguments of `find_entity`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FindEntity {
    /// A name as people write it: in full, in part, or its beginning, with an honorific or a typo.
    name: String,
    /// Only entities of this type.
    #[serde(default, rename = "type")]
    entity_type: Option<Type>,
    /// The most entities to return, 10 if not given.
    #[serde(default)]
    limit: Option<u16>,
}

/// The types of entities that are asked for by name.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Type {
    Person,
    /// A company, ministry, party, newspaper or team.
    Organization,
    /// A country, city, region or river.
    Place,
    /// A building, airport or bridge.
    Facility,
    /// A nationality, religion or political group.
    Norp,
    /// A war, election, storm or championship.
    Event,
    /// A product, vehicle, work of art or law.
    Product,
}

impl FindEntity {
    /// The request.
    pub(super) fn request(self) -> LookupEntitiesRequest {
        let types = self.entity_type.map(|of| match of {
            Type::Person => EntityType::Person,
            Type::Organization => EntityType::Organization,
            Type::Place => EntityType::Place,
            Type::Facility => EntityType::Facility,
            Type::Norp => EntityType::Norp,
            Type::Event => EntityType::Event,
            Type::Product => EntityType::Product,
        });
        LookupEntitiesRequest {
            name: self.name,
            types: types.map(i32::from).into_iter().collect(),
            page_size: self.limit.map_or(HITS, i32::from),
            ..LookupEntitiesRequest::default()
        }
    }
}

/// Arguments of `get_article`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GetArticle {
    /// The id of the article, as the answers of search_quotes give it.
    id: String,
    /// The nextPageToken of the answer before, for the next part of a very long article.
    #[serde(default)]
    page_token: String,
}

impl GetArticle {
    /// The request.
    pub(super) fn request(self) -> GetArticleRequest {
        let mut paths = under("annotations.quotes", OF_QUOTE);
        paths.push("article".into());
        let read_mask = Some(prost_types::FieldMask { paths });
        GetArticleRequest { id: self.id, page_token: self.page_token, read_mask, ..GetArticleRequest::default() }
    }
}

/// Arguments of `analyze`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Analyze {
    /// The text of a news article, in English.
    text: String,
    /// The day on which it was published, YYYY-MM-DD, from which words like "on Tuesday" are counted.
    #[serde(default)]
    published: Option<String>,
}

impl Analyze {
    /// The request.
    ///
    /// # Errors
    /// A day that is not written YYYY-MM-DD.
    pub(super) fn request(self) -> Result<AnalyzeRequest, Fault> {
        let publish_date: Option<Date> = read("published", self.published, dates::parse_day)?;
        let mut paths = under("annotations.quotes", OF_QUOTE);
        paths.push("annotations.entities".into());
        Ok(AnalyzeRequest {
            text: self.text,
            publish_date,
            offset_encoding: OffsetEncoding::Unspecified.into(),
            read_mask: Some(prost_types::FieldMask { paths }),
            ..AnalyzeRequest::default()
        })
    }
}

/// The paths of these fields of a message.
fn under<const N: usize>(message: &str, fields: [&str; N]) -> Vec<String> {
    fields.iter().map(|field| format!("{message}.{field}")).collect()
}

/// Reads an argument that may be left out. The error names it.
fn read<T>(name: &str, text: Option<String>, how: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, Fault> {
    let failed = |text: &str, why| Fault::usage(format!("{name} is \"{text}\": {why}"));
    text.map(|text| how(&text).map_err(|why| failed(&text, why))).transpose()
}
