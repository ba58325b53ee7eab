//! Queries made of the corpus's own words, the same in every run.

use sayso::proto::{
    ArticleFilter, EntitySelector, FacetField, FacetRequest, SearchArticlesRequest, SearchQuotesRequest,
    SearchSentencesRequest, SuggestRequest, entity_selector::Selector,
};
use serde::Serialize;

use crate::corpus::Found;

/// How many queries of each kind.
const EACH: usize = 1000;

/// Letters of a word of which the rest is left out.
const BEGUN: usize = 5;

/// What is asked.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum How {
    Term,
    And,
    Or,
    Phrase,
    Prefix,
    Fuzzy,
    Filtered,
    Faceted,
    Speaker,
    Articles,
    Suggest,
}

/// The kinds of queries, in the order of the table.
pub(crate) const HOW: [(How, &str); 11] = [
    (How::Term, "term"),
    (How::And, "AND"),
    (How::Or, "OR"),
    (How::Phrase, "phrase"),
    (How::Prefix, "prefix"),
    (How::Fuzzy, "fuzzy"),
    (How::Filtered, "filtered"),
    (How::Faceted, "faceted"),
    (How::Speaker, "speaker"),
    (How::Articles, "articles"),
    (How::Suggest, "suggest"),
];

/// What a query is made of.
#[derive(Clone, Serialize)]
pub(crate) struct Words {
    /// Two words that stand together somewhere.
    pub(crate) one: String,
    pub(crate) two: String,
    /// The outlet of that article.
    pub(crate) outlet: String,
    /// Somebody who says something.
    pub(crate) speaker: String,
}

/// A call.
pub(crate) enum Ask {
    Sentences(SearchSentencesRequest),
    Quotes(SearchQuotesRequest),
    Articles(SearchArticlesRequest),
    Suggest(SuggestRequest),
}

impl Words {
    /// The beginning of the first word.
    pub(crate) fn begun(&self) -> &str {
        &self.one[..self.one.len().min(BEGUN)]
    }

    /// The call that asks for these words in this way.
    pub(crate) fn ask(&self, how: How) -> Ask {
        let Self { one, two, outlet, speaker } = self;
        let sentences = |query: String| SearchSentencesRequest { query, ..SearchSentencesRequest::default() };
        let filter = Some(ArticleFilter { outlets: vec![outlet.clone()], ..ArticleFilter::default() });
        let facet = FacetRequest { field: FacetField::Outlet.into(), ..FacetRequest::default() };
        let speakers = vec![EntitySelector { selector: Some(Selector::Name(speaker.clone())) }];
        Ask::Sentences(match how {
            How::Term => sentences(one.clone()),
            How::And => sentences(format!("{one} AND {two}")),
            How::Or => sentences(format!("{one} OR {two}")),
            How::Phrase => sentences(format!("\"{one} {two}\"")),
            How::Prefix => sentences(format!("{}*", self.begun())),
            How::Fuzzy => sentences(format!("{one}~1")),
            How::Filtered => SearchSentencesRequest { filter, ..sentences(one.clone()) },
            How::Faceted => SearchSentencesRequest { facets: vec![facet], ..sentences(one.clone()) },
            How::Speaker => return Ask::Quotes(SearchQuotesRequest { speakers, ..SearchQuotesRequest::default() }),
            How::Articles => {
                let query = format!("{one} AND {two}");
                return Ask::Articles(SearchArticlesRequest { query, ..SearchArticlesRequest::default() });
            }
            How::Suggest => {
                let text = speaker.chars().take(3).collect();
                return Ask::Suggest(SuggestRequest { text, ..SuggestRequest::default() });
            }
        })
    }
}

/// A thousand pairs of words, each with an outlet and a speaker.
pub(crate) fn rotating(found: &[Found]) -> Vec<Words> {
    let sentences: Vec<(&Found, &str)> =
        found.iter().flat_map(|one| one.sentences().map(move |text| (one, text))).collect();
    let step = (sentences.len() / (EACH * 2)).max(1);
    let speakers: Vec<&str> = found.iter().flat_map(Found::speakers).collect();
    let mut all = Vec::new();
    for (article, sentence) in sentences.iter().step_by(step).cycle().take(EACH * 20) {
        let plain = |word: &&str| word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_lowercase());
        let words: Vec<&str> = sentence.split(' ').collect();
        let Some(pair) = words.windows(2).find(|pair| pair.iter().all(plain)) else { continue };
        all.push(Words {
            one: pair[0].to_owned(),
            two: pair[1].to_owned(),
            outlet: article.article.outlet.clone(),
            speaker: speakers.get(all.len() * speakers.len() / EACH).unwrap_or(&"nobody").to_string(),
        });
        if all.len() == EACH {
            break;
        }
    }
    all
}
