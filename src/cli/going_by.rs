//! Whom the words of a search mean that no quote has: whoever types a name alone wants to read what that person says.

use super::client::{self, Channel};
use super::entities::counted;
use super::filter::selectors;
use super::render::{DIM, HIT, NAME, Paragraph};
use crate::proto::entity_service_client::EntityServiceClient;
use crate::proto::quote_service_client::QuoteServiceClient;
use crate::proto::{LookupEntitiesRequest, NoHits, OffsetEncoding, SearchQuotesRequest};

/// Says who goes by the words that matched nothing, and the command that shows what they say. None if nobody does, or if they say
/// nothing of this kind.
pub(super) async fn lines(
    channel: &Channel,
    asked: &SearchQuotesRequest,
    nothing: &NoHits,
    width: Option<usize>,
) -> Option<String> {
    let (words, rest) = parted(&asked.query, nothing).filter(|_| asked.speakers.is_empty())?;
    let request = LookupEntitiesRequest { name: words.join(" "), page_size: 1, ..LookupEntitiesRequest::default() };
    let mut entities = EntityServiceClient::new(channel.clone());
    let hit = entities.lookup_entities(request).await.ok()?.into_inner().hits.into_iter().next()?;
    let entity = hit.entity.filter(|entity| entity.quote_count > 0)?;
    let speaker = if is_plain(&entity.name) { entity.name.clone() } else { entity.id };
    let request = SearchQuotesRequest {
        query: rest.join(" "),
        speakers: selectors(vec![speaker.clone()]),
        page_size: 1,
        facets: Vec::new(),
        ..asked.clone()
    };
    let mut quotes = QuoteServiceClient::new(channel.clone()).max_decoding_message_size(client::ANSWER_BYTES);
    let total = quotes.search_quotes(request).await.ok()?.into_inner().total.filter(|total| total.count > 0)?;
    let least = if total.exact { "" } else { "at least " };
    let (count, are) = (counted(total.count, "quote", "quotes"), if total.count == 1 { "is" } else { "are" });
    let others = if has_other_options(asked) { ", with your other options" } else { "" };
    let told = Paragraph::new()
        .add(DIM, &format!("{least}{count} {are} by "))
        .add(NAME, &entity.name)
        .add(DIM, &format!("{others}: "))
        .add(HIT, &command(&rest, &speaker));
    Some(told.lines(width, 0))
}

/// The words that nothing matches, and the others. None unless the query is of words alone, and some match nothing.
fn parted<'a>(query: &'a str, nothing: &NoHits) -> Option<(Vec<&'a str>, Vec<&'a str>)> {
    let is_word = |word: &&str| {
        word.chars().all(|c| c.is_alphanumeric() || matches!(c, '\'' | '’' | '-' | '.'))
            && !word.starts_with('-')
            && !matches!(*word, "AND" | "OR" | "NOT")
    };
    let blamed = |word: &&str| {
        let mut conditions = nothing.conditions.iter().filter(|one| one.field == "query" && one.matches_nothing);
        conditions.any(|condition| condition.text == *word)
    };
    let words: Vec<_> = query.split_whitespace().collect();
    let (unmatched, rest): (Vec<_>, Vec<_>) = words.iter().copied().partition(blamed);
    (words.iter().all(is_word) && !unmatched.is_empty()).then_some((unmatched, rest))
}

/// Whether a shell takes a name between quotation marks as it is.
fn is_plain(name: &str) -> bool {
    !name.contains(['"', '$', '`', '\\', '!'])
}

fn has_other_options(asked: &SearchQuotesRequest) -> bool {
    let plain = SearchQuotesRequest {
        query: asked.query.clone(),
        offset_encoding: OffsetEncoding::Utf8 as i32,
        ..SearchQuotesRequest::default()
    };
    *asked != plain
}

fn command(rest: &[&str], speaker: &str) -> String {
    let words: String = rest.iter().map(|word| format!("{word} ")).collect();
    let speaker = if speaker.contains([' ', '\'', '’']) { format!("\"{speaker}\"") } else { speaker.to_owned() };
    format!("sayso quotes {words}--speaker {speaker}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::UnmetCondition;

    fn blaming(words: &[&str]) -> NoHits {
        let blamed = |word: &&str| UnmetCondition {
            field: "query".into(),
            text: (*word).into(),
            matches_nothing: true,
            ..UnmetCondition::default()
        };
        NoHits { conditions: words.iter().map(blamed).collect(), suggested_query: String::new() }
    }

    #[test]
    fn only_words_that_nothing_matches_are_taken_for_a_name() {
        let none: Vec<&str> = Vec::new();
        assert_eq!(parted("Elske Varrin", &blaming(&["Elske", "Varrin"])), Some((vec!["Elske", "Varrin"], none)));
        assert_eq!(parted("varrin harbour", &blaming(&["varrin"])), Some((vec!["varrin"], vec!["harbour"])));
        for query in ["varrin AND harbour", "varrin -harbour", "speaker:varrin", "\"varrin\"", "harbour"] {
            assert_eq!(parted(query, &blaming(&["varrin", "speaker:varrin"])), None, "{query}");
        }
    }

    #[test]
    fn the_command_can_be_typed_as_it_is() {
        assert_eq!(command(&[], "Varrin"), "sayso quotes --speaker Varrin");
        assert_eq!(command(&["harbour"], "Tomas O'Dell"), "sayso quotes harbour --speaker \"Tomas O'Dell\"");
        assert!(is_plain("Elske Varrin") && !is_plain("`reboot`"));
    }
}
