//! `sayso search --articles`: finds articles by what their sentences and headlines say together.

use std::process::ExitCode;

use super::client::{self, Server};
use super::facets::facet_lines;
use super::fault::Outcome;
use super::filter::{Output, parse_time};
use super::paging::each_hit;
use super::quote_view::{labelled, published};
use super::render::{self, DIM, HIT, NAME, PLAIN, Paragraph};
use crate::proto::search_service_client::SearchServiceClient;
use crate::proto::{ArticleHit, Explanation, SearchArticlesRequest};

/// Options of a search for articles.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Options {
    /// Find articles: words may stand in different sentences, or in the headline
    #[arg(long = "articles")]
    pub(super) whole: bool,
    /// With --articles: show at most this many sentences of each
    #[arg(long, value_name = "N", default_value_t = 3, requires = "whole", value_parser = clap::value_parser!(i32).range(1..))]
    pub(super) sentences: i32,
    /// With --articles: halve the score with each time this long since publication: 12h, 7d, 2w
    #[arg(long, value_name = "TIME", requires = "whole", value_parser = parse_time, allow_negative_numbers = true)]
    pub(super) half_life: Option<prost_types::Duration>,
    /// With --articles: only those with at least this score
    #[arg(long, value_name = "SCORE", requires = "whole", allow_negative_numbers = true)]
    pub(super) min_score: Option<f32>,
    /// With --articles: explain each score
    #[arg(long, requires = "whole")]
    pub(super) explain: bool,
}

/// Searches and prints the articles.
pub(super) fn run(request: SearchArticlesRequest, output: Output, server: &Server) -> Outcome {
    client::block_on(async {
        let channel = server.connect().await?;
        let mut client = SearchServiceClient::new(channel).max_decoding_message_size(client::ANSWER_BYTES);
        let width = render::width();
        let fetch = async |page_size, page_token| {
            client.search_articles(SearchArticlesRequest { page_size, page_token, ..request.clone() }).await
        };
        let seen = each_hit(output, &request.query, fetch, |hit| render::print(&lines(&hit, width))).await?;
        if output.is_for_people() {
            render::print(&facet_lines(&seen.facets, width))?;
            render::print(&seen.lines("article", "articles", width))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Prints the headline and the sentences with the matching words marked, then where the article is from.
fn lines(hit: &ArticleHit, width: Option<usize>) -> String {
    let article = hit.article.clone().unwrap_or_default();
    let title = if article.title.is_empty() { "(no title)" } else { &article.title };
    let marks = render::marks(&hit.title_highlights);
    let mut out = Paragraph::new().add_marked(NAME, title, HIT, &marks).lines(width, 0);
    for found in &hit.sentences {
        let sentence = found.sentence.clone().unwrap_or_default();
        let marks = render::marks(&found.highlights);
        out.push_str(&Paragraph::new().add_marked(PLAIN, &sentence.text, HIT, &marks).lines(width, 2));
    }
    let others = match hit.other_sentence_count {
        0 => String::new(),
        1 => "1 more sentence".to_owned(),
        count => format!("{count} more sentences"),
    };
    let place = [published(&article), labelled(&article), others, article.id.clone()];
    out.push_str(&Paragraph::new().add_parts(DIM, &place).lines(width, 2));
    if let Some(explanation) = &hit.explanation {
        explain(explanation, 2, width, &mut out);
    }
    out + "\n"
}

/// Prints what a score is made of, each part indented under its whole.
fn explain(part: &Explanation, indent: usize, width: Option<usize>, out: &mut String) {
    let line = format!("{:.3} {}", part.value, part.description);
    out.push_str(&Paragraph::new().add(DIM, &line).lines(width, indent));
    part.parts.iter().for_each(|part| explain(part, indent + 2, width, out));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{Article, Highlight, Sentence, SentenceHit, TextSpan};

    #[test]
    fn an_article_shows_its_best_sentences_and_why() {
        let mark = |start, end| Highlight { text_span: Some(TextSpan { start, end }), ..Highlight::default() };
        let part = |value, description: &str, parts| Explanation { value, description: description.into(), parts };
        let hit = ArticleHit {
            article: Some(Article {
                title: "Tides turn".into(),
                outlet: "Veld Courier".into(),
                id: "a1".into(),
                ..Article::default()
            }),
            sentences: vec![SentenceHit {
                sentence: Some(Sentence { text: "The tide turned.".into(), ..Sentence::default() }),
                highlights: vec![mark(4, 8)],
                ..SentenceHit::default()
            }],
            other_sentence_count: 2,
            title_highlights: vec![mark(0, 5)],
            score: 1.5,
            explanation: Some(part(1.5, "sum", vec![part(1.5, "tide: in 3 of 7 sentences", Vec::new())])),
        };
        let text = lines(&hit, None);
        assert!(
            text.contains(&format!("{HIT}tide{HIT:#}")) && text.contains(&format!("{HIT}Tides{HIT:#}")),
            "{text:?}"
        );
        insta::assert_snapshot!(render::plain(&text), @r"
        Tides turn
          The tide turned.
          Veld Courier · 2 more sentences · a1
          1.500 sum
            1.500 tide: in 3 of 7 sentences
        ");
    }
}
