//! More like this: sentences and quotes that share what tells another text apart.
//!
//! A text is told apart by its words that are rare elsewhere ([`Engine::telling_words`]) and by the entities that it
//! names. A search for any of them, best match first, is what any engine can do.

use std::collections::BTreeMap;
use std::sync::Arc;

use sayso_document::EntityType;

use crate::query::{ArticleFilter, Expr, Field, Order, PageRequest, QuoteQuery, SentenceQuery};
use crate::{AnalyzedArticle, Article, Engine, Interrupt, QuoteHit, Result};

/// Words of a text that are looked for.
const WORDS: usize = 24;
/// Entities of a text that are looked for, those mentioned most often.
const ENTITIES: usize = 8;
/// How much more the name of an entity counts than a word.
const NAME_WEIGHT: f32 = 2.0;

/// What tells a text apart: its words, and the names of its entities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Telling {
    /// Words, best first.
    pub words: Vec<String>,
    /// Names of entities, the most frequent first.
    pub names: Vec<String>,
}

impl Telling {
    /// What tells an article apart.
    ///
    /// # Errors
    /// What the engine answers, or the interrupt.
    pub fn of_article(engine: &dyn Engine, article: &AnalyzedArticle, interrupt: &Interrupt) -> Result<Self> {
        let mut counts: Vec<(usize, usize)> = (0..article.analysis.entities.len()).map(|at| (0, at)).collect();
        article.analysis.mentions.iter().for_each(|mention| counts[mention.entity].0 += 1);
        counts.sort_by_key(|&(count, at)| (std::cmp::Reverse(count), at));
        let text = format!("{}\n{}", article.article.title, article.article.body);
        Self::of(engine, article, &text, counts.into_iter().map(|(_, at)| at), interrupt)
    }

    /// What tells the quote of this number apart.
    ///
    /// # Errors
    /// What the engine answers, or the interrupt.
    pub fn of_quote(
        engine: &dyn Engine,
        article: &AnalyzedArticle,
        quote: usize,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let quote = &article.analysis.quotes[quote];
        let text = quote.clean_text(&article.article.body);
        Self::of(engine, article, &text, quote.about.iter().copied(), interrupt)
    }

    fn of(
        engine: &dyn Engine,
        article: &AnalyzedArticle,
        text: &str,
        entities: impl Iterator<Item = usize>,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let words = engine.telling_words(text, WORDS, interrupt)?;
        let entities = entities.map(|at| &article.analysis.entities[at]);
        let named = entities.filter(|entity| !matches!(entity.kind, EntityType::Date | EntityType::Money));
        Ok(Self { words, names: named.take(ENTITIES).map(|entity| entity.name.clone()).collect() })
    }

    /// Looks for any of the words and names in texts.
    pub fn expr(&self) -> Expr {
        let word = |text: &String| Expr::Word { field: Field::Text, text: text.clone() };
        let name = |text: &String| {
            let phrase = Expr::Phrase { field: Field::Text, text: text.clone(), slop: 0 };
            Expr::Boost { expr: Box::new(phrase), weight: NAME_WEIGHT }
        };
        let should: Vec<Expr> = self.words.iter().map(word).chain(self.names.iter().map(name)).collect();
        Expr::Bool { must: Vec::new(), should, must_not: Vec::new() }
    }

    /// Whether nothing tells the text apart.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.names.is_empty()
    }
}

/// Quotes like the quote of this number, the most alike first. The filter of `among` says where to look.
///
/// # Errors
/// What the engine answers, or the interrupt.
pub fn similar_quotes(
    engine: &dyn Engine,
    (article, quote): (&AnalyzedArticle, usize),
    telling: &Telling,
    among: QuoteQuery,
    most: usize,
    interrupt: &Interrupt,
) -> Result<Vec<QuoteHit>> {
    if telling.is_empty() {
        return Ok(Vec::new());
    }
    // One more, since the quote itself is among them.
    let page = PageRequest { size: most.saturating_add(1), after: None };
    let query = QuoteQuery { expr: telling.expr(), order: Order::Relevance, page, ..among };
    let mut hits = engine.quotes(&query, interrupt)?.hits;
    hits.retain(|hit| hit.article.article.id != article.article.id || hit.index as usize != quote);
    hits.truncate(most);
    Ok(hits)
}

/// Sentences that are looked at for articles like another, beside those of the article itself.
const SENTENCES: usize = 300;
/// Sentences of an article that count, the best ones: a long article is not more alike for being long.
const COUNTED: usize = 3;

/// Articles like this one with their scores, the most alike first: those with the sentences that share most with it.
///
/// # Errors
/// What the engine answers, or the interrupt.
pub fn similar_articles(
    engine: &dyn Engine,
    article: &AnalyzedArticle,
    telling: &Telling,
    filter: ArticleFilter,
    most: usize,
    interrupt: &Interrupt,
) -> Result<Vec<(Arc<Article>, f32)>> {
    if telling.is_empty() {
        return Ok(Vec::new());
    }
    let page = PageRequest { size: SENTENCES + article.analysis.sentences.len().min(SENTENCES), after: None };
    let query =
        SentenceQuery { expr: telling.expr(), filter, order: Order::Relevance, page, ..SentenceQuery::default() };
    let mut scores: BTreeMap<String, (Arc<Article>, Vec<f32>)> = BTreeMap::new();
    for hit in engine.sentences(&query, interrupt)?.hits {
        if hit.article.id != article.article.id {
            // Hits come best first, so that the first ones are those that count.
            scores.entry(hit.article.id.clone()).or_insert_with(|| (hit.article, Vec::new())).1.push(hit.score);
        }
    }
    let total = |scores: Vec<f32>| scores.into_iter().take(COUNTED).sum::<f32>();
    let mut found: Vec<_> = scores.into_values().map(|(article, scores)| (article, total(scores))).collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.id.cmp(&b.0.id)));
    found.truncate(most);
    Ok(found)
}
