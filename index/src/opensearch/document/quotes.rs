//! The blocks of an article's quotes.

use sayso_document::{Entity, Quote};

use super::block::Block;
use crate::article::type_word;
use crate::keys::named_word;
use crate::opensearch::tokens::Reading;
use crate::query::Part;
use crate::words::{act_word, kind_word, polarity_word};
use crate::{AnalyzedArticle, EntityId};

/// One block for each quote.
pub(super) fn quotes(seq: u64, common: &Block, analyzed: &AnalyzedArticle, ids: &[EntityId]) -> Vec<Block> {
    let one = |(ordinal, quote): (usize, &Quote)| {
        let mut block = common.clone();
        block.set("seq", seq);
        block.set("ordinal", ordinal);
        set_words(&mut block, quote, analyzed);
        set_ids(&mut block, quote, analyzed, ids);
        set_marks(&mut block, quote);
        block
    };
    analyzed.analysis.quotes.iter().enumerate().map(one).collect()
}

/// The words of its parts.
fn set_words(block: &mut Block, quote: &Quote, AnalyzedArticle { article, analysis }: &AnalyzedArticle) {
    let content: Vec<&str> = quote.content.iter().map(|span| span.of(&article.body)).collect();
    block.set_stems_and_words("text", Reading::Cased, &content);
    let lemma = quote.cue_lemma.as_str();
    block.set_words("cue", Reading::Stemmed, &[lemma]);
    let cue = quote.cue.iter().map(|span| span.of(&article.body)).collect::<Vec<_>>().join(" ");
    let other = Some(cue.as_str()).filter(|cue| *cue != lemma);
    block.set_words("cue_exact", Reading::Exact, &[Some(lemma), other].into_iter().flatten().collect::<Vec<_>>());
    block.set_all("cue_lemma", Some(lemma).filter(|lemma| !lemma.is_empty()));
    let mut speaker: Vec<&str> = Vec::new();
    for entity in quote.speakers.iter().map(|&position| &analysis.entities[position]) {
        speaker.extend(names(entity));
        speaker.extend(entity.titles.iter().map(|title| title.text.as_str()));
    }
    if quote.speakers.is_empty() {
        speaker.extend(quote.source.iter().map(|span| span.of(&article.body)));
    }
    block.set_words("speaker", Reading::Exact, &speaker);
    let about = quote.about.iter().flat_map(|&position| names(&analysis.entities[position]));
    block.set_words("about", Reading::Exact, &about.collect::<Vec<_>>());
}

/// Who speaks, is spoken to and is mentioned.
fn set_ids(block: &mut Block, quote: &Quote, analyzed: &AnalyzedArticle, ids: &[EntityId]) {
    let id = |&position: &usize| ids[position].as_str();
    let addressees = || quote.addressee.iter().flat_map(|to| &to.entities);
    block.set_all("speaker_ids", quote.speakers.iter().map(id));
    block.set_all("addressee_ids", addressees().map(id));
    block.set_all("about_ids", quote.about.iter().map(id));
    let kinds = quote.speakers.iter().map(|&position| type_word(analyzed.analysis.entities[position].kind));
    block.set_all("types", kinds);
    let (spoken, about, addressed) =
        (!quote.speakers.is_empty(), !quote.about.is_empty(), addressees().next().is_some());
    block.add_parts(&[
        (Part::Speaker, spoken),
        (Part::About, about),
        (Part::Addressee, addressed),
        (Part::Entity, spoken || about || addressed),
        (Part::Said, quote.said.is_some()),
    ]);
}

/// Kind, act, polarity, confidence and day.
fn set_marks(block: &mut Block, quote: &Quote) {
    let named = named_word(!quote.speakers.is_empty());
    block.set_all("facet", [kind_word(quote.kind), act_word(quote.act), polarity_word(quote.polarity), named]);
    block.set("confidence", f64::from(quote.confidence));
    if !quote.speakers.is_empty() {
        block.set("speaker_confidence", f64::from(quote.speaker_confidence));
    }
    if let Some(said) = quote.said {
        block.set("said_first", said.first.days());
        block.set("said_last", said.last.days());
    }
}

/// The name and the aliases of an entity.
fn names(entity: &Entity) -> impl Iterator<Item = &str> {
    std::iter::once(entity.name.as_str()).chain(entity.aliases.iter().map(|alias| alias.text.as_str()))
}
