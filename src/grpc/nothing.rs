//! Why a search found nothing, and the query that would have found something.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sayso_index::{
    Interrupt,
    why::{Place, Search, Unmet, why_nothing},
};

use super::core::Core;
use crate::{convert, proto};

/// How long it may take to find out. The answer itself is ready, and must not come late for it.
const TIME: Duration = Duration::from_millis(250);

/// Queries that are tried with other spellings, at most.
const TRIED: usize = 6;

/// Why nothing was found. `asked` is the text of the query, and `search` makes the search for another text.
///
/// None if that cannot be told soon: the answer is right without it.
pub(super) fn no_hits(
    core: &Core,
    asked: &str,
    searched: &Search,
    search: impl Fn(&str) -> Option<Search>,
    interrupt: &Interrupt,
) -> Option<proto::NoHits> {
    let soon = Instant::now() + TIME;
    let deadline = interrupt.deadline.map_or(soon, |deadline| deadline.min(soon));
    let interrupt = &Interrupt { deadline: Some(deadline), cancelled: Arc::clone(&interrupt.cancelled) };
    let unmet = why_nothing(core.engine.as_ref(), searched, interrupt).ok()?;
    let finds = |text: &String| {
        let total = match search(text)? {
            Search::Sentences(query) => core.engine.sentences(&query, interrupt).ok()?.total,
            Search::Quotes(query) => core.engine.quotes(&query, interrupt).ok()?.total,
            Search::Articles(query) => core.engine.search_articles(&query, interrupt).ok()?.total,
        };
        (total.count > 0).then_some(())
    };
    let field = match searched {
        Search::Sentences(_) => Some("title"),
        Search::Quotes(_) => Some("speaker"),
        // Headlines are looked through as it is.
        Search::Articles(_) => None,
    };
    let elsewhere = field.and_then(|field| elsewhere(asked, &unmet, field));
    let tried = elsewhere.into_iter().chain(respelt(asked, &unmet)).take(TRIED);
    let suggested = tried.into_iter().find(|text| finds(text).is_some());
    Some(proto::NoHits {
        conditions: unmet.into_iter().map(told).collect(),
        suggested_query: suggested.unwrap_or_default(),
    })
}

/// The query with the words that nothing matches looked for in another field: whoever types a name alone may mean who
/// speaks.
fn elsewhere(asked: &str, unmet: &[Unmet], field: &str) -> Option<String> {
    let words: Vec<&str> = unmet.iter().filter(|one| one.place == Place::Expr).map(|one| one.text.as_str()).collect();
    let all_bare = words.iter().all(|word| word.chars().all(|c| c.is_alphanumeric() || matches!(c, '\'' | '’' | '-')));
    let query = words.iter().fold(asked.to_owned(), |query, word| replaced(&query, word, &format!("{field}:{word}")));
    (!words.is_empty() && all_bare && query != asked).then_some(query)
}

/// The query with other spellings: first with the likeliest of each word, then with the next.
fn respelt(asked: &str, unmet: &[Unmet]) -> Vec<String> {
    let words = || unmet.iter().filter(|one| one.place == Place::Expr && !one.meant.is_empty());
    let most = words().map(|one| one.meant.len()).max().unwrap_or(0);
    let mut queries = Vec::new();
    for rank in 0..most {
        let mut query = asked.to_owned();
        for one in words() {
            let meant = &one.meant[rank.min(one.meant.len() - 1)];
            let bare = one.text.rsplit(':').next().unwrap_or(&one.text).trim_matches('"');
            query = replaced(&query, bare, meant);
        }
        if query != asked && !queries.contains(&query) {
            queries.push(query);
        }
    }
    queries
}

/// The query with another word in each place of this one. As it is if the word is not in it as it stands.
fn replaced(query: &str, word: &str, by: &str) -> String {
    let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut found = String::with_capacity(query.len());
    let mut rest = query;
    while let Some(at) = rest.find(word).filter(|_| !word.is_empty()) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let whole =
            !is_part(before.chars().next_back().or(found.chars().next_back())) && !is_part(after.chars().next());
        found.push_str(before);
        found.push_str(if whole { by } else { word });
        rest = after;
    }
    found + rest
}

/// A condition as it is answered.
fn told(unmet: Unmet) -> proto::UnmetCondition {
    let field = match unmet.place {
        Place::Expr => "query",
        Place::Mentions => "mentions",
        Place::MentionTypes => "mention_types",
        Place::Roles => "roles",
        Place::Speakers => "speakers",
        Place::SpeakerTypes => "speaker_types",
        Place::Entities => "entities",
        Place::Cues => "cues",
        Place::Addressees => "addressees",
        Place::About => "about",
        Place::Kinds => "kinds",
        Place::Acts => "acts",
        Place::Polarities => "polarities",
        Place::NamedSpeaker => "named_speaker",
        Place::Confidence => "min_confidence",
        Place::SpeakerConfidence => "min_speaker_confidence",
        Place::Said => "said_dates",
        Place::Score => "min_score",
        Place::Outlets => "filter.outlets",
        Place::Authors => "filter.authors",
        Place::Articles => "filter",
    };
    proto::UnmetCondition {
        field: field.to_owned(),
        text: unmet.text,
        matches_nothing: unmet.alone,
        total_without: Some(convert::total(unmet.without)),
        spellings: unmet.meant,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_replaced_where_they_stand_alone() {
        assert_eq!(replaced("strke AND (strke OR strkes)", "strke", "strike"), "strike AND (strike OR strkes)");
        assert_eq!(replaced("title:strke xstrke strke", "strke", "strike"), "title:strike xstrke strike");
        assert_eq!(replaced("a", "", "b"), "a");
    }

    #[test]
    fn words_that_nothing_matches_are_looked_for_in_another_field_unless_they_name_one() {
        let unmet = |text: &str| Unmet {
            place: Place::Expr,
            text: text.into(),
            alone: true,
            without: sayso_index::Total { count: 0, exact: true },
            meant: Vec::new(),
        };
        let bare = [unmet("gareth"), unmet("pellew")];
        assert_eq!(elsewhere("gareth pellew", &bare, "speaker").as_deref(), Some("speaker:gareth speaker:pellew"));
        assert_eq!(elsewhere("cue:tweet", &[unmet("cue:tweet")], "speaker"), None);
        assert_eq!(elsewhere("harbour", &[], "speaker"), None);
    }
}
