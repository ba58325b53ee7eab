//! `sayso search`: finds sentences by their words.

use std::process::ExitCode;

use super::client::{self, Server};
use super::fault::Outcome;
use super::filter::{Articles, Output, Reading, Sort, selectors};
use super::paging::each_hit;
use super::quote_view::{labelled, published};
use super::render::{self, DIM, HIT, PLAIN, Paragraph};
use crate::proto::search_service_client::SearchServiceClient;
use crate::proto::{OffsetEncoding, SearchSentencesRequest, SentenceHit};

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
    /// Only sentences that mention this entity, by name or id (repeatable: all of them)
    #[arg(long, value_name = "NAME")]
    entity: Vec<String>,
    #[command(flatten)]
    articles: Articles,
    /// Order of the hits [default: best match first]
    #[arg(long, value_enum)]
    sort: Option<Sort>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    server: Server,
}

const EXAMPLES: &str = r#"Several words find sentences with any of them, best match first: those with more of the words, and
with rarer ones, tend to come first. --all-words makes all of them required, as does + before each.

Examples:
  sayso search harbour strike
  sayso search '"minority share" AND title:harbour'
  sayso search 'harb* -strike' --entity varrin --sort newest
  sayso search -- '-storm harbour'
A query that begins with "-" goes after "--", as in the last example."#;

pub(super) fn run(args: Args) -> Outcome {
    let request = SearchSentencesRequest {
        query: args.query.join(" "),
        all_words: args.reading.all_words,
        lenient: args.reading.lenient,
        filter: args.articles.filter(),
        mentions: selectors(args.entity),
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
        if !args.output.json {
            render::print(&seen.lines("sentence", "sentences", width))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Prints the sentence with the matching words marked, then where it stands, then an empty line.
fn lines(hit: &SentenceHit, width: Option<usize>) -> String {
    let sentence = hit.sentence.clone().unwrap_or_default();
    let marks = render::marks(&hit.highlights);
    let article = hit.article.clone().unwrap_or_default();
    let text = Paragraph::new().add_marked(PLAIN, &sentence.text, HIT, &marks);
    let place = [article.title.clone(), published(&article), labelled(&article), sentence.id];
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
        };
        let text = lines(&hit, None);
        assert!(text.contains(&format!("{HIT}tide{HIT:#}")), "{text:?}");
        insta::assert_snapshot!(render::plain(&text), @r"
        Größe: the tide turned.
          Tides · Veld Courier · desk=politics · a1#s4
        ");
    }
}
