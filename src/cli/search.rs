//! `sayso search`: finds sentences by their words; `article_search` finds articles.

use std::process::ExitCode;

use super::article_search::{self, Options};
use super::client::{self, Server};
use super::facets::{Facets, facet_lines};
use super::fault::Outcome;
use super::filter::{Articles, Output, Reading, Sort, selectors};
use super::labels::{Role, Type};
use super::paging::each_hit;
use super::quote_view::{labelled, published};
use super::render::{self, DIM, HIT, PLAIN, Paragraph};
use crate::proto::search_service_client::SearchServiceClient;
use crate::proto::{OffsetEncoding, SearchArticlesRequest, SearchSentencesRequest, SentenceHit, SentenceRole};

/// Arguments of `sayso search`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Words, "phrases", AND OR NOT, +must -not, prefix*, wildcards po?ice, fuzzy~1, weight^2, "near words"~3,
    /// title:, outlet:, author:, entity:, label.KEY:, date:>=2026-01
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    whole: Options,
    /// Only sentences, or articles, that mention this entity, by name or id (repeatable: all of them)
    #[arg(long, value_name = "NAME")]
    entity: Vec<String>,
    /// Only sentences that mention an entity of this type (repeatable: any of them)
    #[arg(long = "type", value_name = "TYPE", value_enum, conflicts_with = "whole")]
    types: Vec<Type>,
    /// Only sentences of this role in the article (repeatable: any of them)
    #[arg(long, value_name = "ROLE", value_enum, conflicts_with = "whole")]
    role: Vec<Role>,
    #[command(flatten)]
    articles: Articles,
    #[command(flatten)]
    facets: Facets,
    /// Order of the hits [default: best match first]
    #[arg(long, value_enum)]
    sort: Option<Sort>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    server: Server,
}

const EXAMPLES: &str = "\
Several words find sentences with any of them, best match first: those with more of the words, and with rarer \
ones, tend to come first. --all-words makes all of them required, as does + before each.

Examples:
  sayso search harbour strike
  sayso search '\"minority share\" AND title:harbour'
  sayso search 'harb* -strike' --entity varrin --sort newest
  sayso search harbour --facet outlet:5 --facet month --time-zone Europe/Berlin
  sayso search --articles 'dockers AND brochure' --half-life 30d --explain
  sayso search -- '-storm harbour'
A query that begins with \"-\" goes after \"--\", as in the last example.";

pub(super) fn run(args: Args) -> Outcome {
    if args.whole.whole {
        let (output, server) = (args.output, args.server.clone());
        return article_search::run(for_articles(args), output, &server);
    }
    let request = SearchSentencesRequest {
        query: args.query.join(" "),
        all_words: args.reading.all_words,
        lenient: args.reading.lenient,
        filter: args.articles.filter(),
        mentions: selectors(args.entity),
        mention_types: Type::values(&args.types),
        roles: Role::values(&args.role),
        exact_total: args.facets.exact_total,
        facets: args.facets.requests(false),
        order_by: Sort::order_by(args.sort),
        offset_encoding: OffsetEncoding::Utf8 as i32,
        ..SearchSentencesRequest::default()
    };
    client::block_on(async {
        let channel = args.server.connect().await?;
        let mut client = SearchServiceClient::new(channel).max_decoding_message_size(client::ANSWER_BYTES);
        let width = render::width();
        let fetch = async |page_size, page_token| {
            client.search_sentences(SearchSentencesRequest { page_size, page_token, ..request.clone() }).await
        };
        let seen = each_hit(args.output, &request.query, fetch, |hit| render::print(&lines(&hit, width))).await?;
        if args.output.is_for_people() {
            render::print(&facet_lines(&seen.facets, width))?;
            render::print(&seen.lines("sentence", "sentences", width))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// The request for articles. An entity that they mention is one of their filter.
fn for_articles(args: Args) -> SearchArticlesRequest {
    let entities = selectors(args.entity);
    let mut filter = args.articles.filter();
    if !entities.is_empty() {
        filter.get_or_insert_default().entities.extend(entities);
    }
    SearchArticlesRequest {
        query: args.query.join(" "),
        all_words: args.reading.all_words,
        lenient: args.reading.lenient,
        filter,
        order_by: Sort::order_by(args.sort),
        sentences_per_article: args.whole.sentences,
        half_life: args.whole.half_life,
        min_score: args.whole.min_score.unwrap_or_default(),
        explain: args.whole.explain,
        facets: args.facets.requests(false),
        offset_encoding: OffsetEncoding::Utf8 as i32,
        ..SearchArticlesRequest::default()
    }
}

/// Prints the sentence with the matching words marked, then its role, unless it is running text, and where it stands, then an
/// empty line.
fn lines(hit: &SentenceHit, width: Option<usize>) -> String {
    let sentence = hit.sentence.clone().unwrap_or_default();
    let marks = render::marks(&hit.highlights);
    let article = hit.article.clone().unwrap_or_default();
    let text = Paragraph::new().add_marked(PLAIN, &sentence.text, HIT, &marks);
    let role = if sentence.role() == SentenceRole::Body { "" } else { Role::label(sentence.role) };
    let place = [role.to_owned(), article.title.clone(), published(&article), labelled(&article), sentence.id];
    format!("{}{}\n", text.lines(width, 0), Paragraph::new().add_parts(DIM, &place).lines(width, 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{Article, Highlight, Sentence, TextSpan};

    #[test]
    fn a_hit_marks_what_matched_and_tells_where_it_stands() {
        let hit = SentenceHit {
            sentence: Some(Sentence {
                id: "a1#s4".into(),
                text: "Größe: the tide turned.".into(),
                ..Sentence::default()
            }),
            highlights: vec![Highlight { text_span: Some(TextSpan { start: 13, end: 17 }), ..Highlight::default() }],
            article: Some(Article {
                title: "Tides".into(),
                outlet: "Veld Courier".into(),
                labels: [("desk".into(), "politics".into())].into(),
                ..Article::default()
            }),
            score: 1.5,
            ..SentenceHit::default()
        };
        let text = lines(&hit, None);
        assert!(text.contains(&format!("{HIT}tide{HIT:#}")), "{text:?}");
        insta::assert_snapshot!(render::plain(&text), @r"
        Größe: the tide turned.
          Tides · Veld Courier · desk=politics · a1#s4
        ");
    }
}
