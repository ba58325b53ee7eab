//! `sayso quotes`: finds who said what.

use std::process::ExitCode;

use super::client::{self, Server};
use super::facets::{Facets, facet_lines};
use super::fault::{Fault, Outcome};
use super::filter::{Articles, Output, Reading, Sort, number, selectors, share};
use super::labels::{Act, Kind, Polarity, Type};
use super::paging::each_hit;
use super::render::{self, DIM, Paragraph, SAID};
use super::{dates, going_by, json, quote_view};
use crate::proto;
use crate::proto::quote_service_client::QuoteServiceClient;
use crate::proto::{
    DateRange, GetQuoteRequest, GetQuoteResponse, OffsetEncoding, Quote, QuoteHit, SearchQuotesRequest, Sentence,
    TextSpan,
};

/// Arguments of `sayso quotes`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// What the quote says: words, "phrases", AND OR NOT, +must -not, prefix*, wildcards po?ice, fuzzy~1, weight^2,
    /// cue:, about:, kind:, confidence:>=0.8
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    #[command(flatten)]
    reading: Reading,
    /// Who speaks: words of a name or title, or an entity's id (repeatable: any of them)
    #[arg(long, value_name = "NAME")]
    speaker: Vec<String>,
    /// Who or what the quote mentions: words of a name, or an entity's id (repeatable: all of them)
    #[arg(long, value_name = "NAME")]
    about: Vec<String>,
    /// To whom it was said: words of a name, or an entity's id (repeatable: any of them)
    #[arg(long, value_name = "NAME")]
    to: Vec<String>,
    /// Only quotes of this kind (repeatable)
    #[arg(long, value_enum)]
    kind: Vec<Kind>,
    /// Only this act; `speech` finds what was actually said (repeatable)
    #[arg(long, value_enum)]
    act: Vec<Act>,
    /// Only this polarity (repeatable)
    #[arg(long, value_enum)]
    polarity: Vec<Polarity>,
    /// Only quotes whose speaker has a name
    #[arg(long, conflicts_with = "unnamed")]
    named: bool,
    /// Only quotes whose speaker has no name, such as "officials"
    #[arg(long)]
    unnamed: bool,
    /// Only quotes that, by the text, were said on this day or later: YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = dates::parse_day)]
    said_from: Option<proto::google_type::Date>,
    /// Only quotes that, by the text, were said on this day or earlier: YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = dates::parse_day_after)]
    said_until: Option<proto::google_type::Date>,
    /// Who speaks, is spoken to or is mentioned: words of a name, or an entity's id (repeatable: all of them)
    #[arg(long, value_name = "NAME")]
    entity: Vec<String>,
    /// Only speakers of this type (repeatable: any of them)
    #[arg(long, value_name = "TYPE", value_enum)]
    speaker_type: Vec<Type>,
    /// Only quotes with this cue, in any form of the verb (repeatable: any of them)
    #[arg(long, value_name = "WORDS")]
    cue: Vec<String>,
    #[command(flatten)]
    articles: Articles,
    #[command(flatten)]
    facets: Facets,
    /// Order of the hits [default: best match first; without a query, newest first]
    #[arg(long, value_enum)]
    sort: Option<Sort>,
    /// Only quotes with at least this confidence, from 0 to 1
    #[arg(long, value_name = "P", default_value_t = 0.0, hide_default_value = true, value_parser = share, allow_negative_numbers = true)]
    min_confidence: f32,
    /// Only quotes whose speaker is right with at least this probability, from 0 to 1; unnamed speakers do not pass
    #[arg(long, value_name = "P", default_value_t = 0.0, hide_default_value = true, value_parser = share, allow_negative_numbers = true, conflicts_with = "unnamed")]
    min_speaker_confidence: f32,
    /// Show only this quote, with the sentences around it
    #[arg(long, value_name = "QUOTE", conflicts_with_all = SEARCHES)]
    id: Option<String>,
    /// With --id: how many sentences to show on each side
    #[arg(long, value_name = "N", default_value_t = 2, requires = "id", value_parser = number::<u16>, allow_negative_numbers = true)]
    context: u16,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    server: Server,
}

/// Options that select quotes, and so mean nothing with --id. `Articles` is the group of options that select articles.
const SEARCHES: [&str; 22] = [
    "query",
    "all_words",
    "lenient",
    "speaker",
    "about",
    "to",
    "kind",
    "act",
    "polarity",
    "named",
    "unnamed",
    "said_from",
    "said_until",
    "entity",
    "speaker_type",
    "cue",
    "Articles",
    "Facets",
    "sort",
    "min_confidence",
    "min_speaker_confidence",
    "limit",
];

const EXAMPLES: &str = "\
Several words find quotes with any of them, best match first: those with more of the words, and with rarer ones, \
tend to come first. --all-words makes all of them required, as does + before each.

Examples:
  sayso quotes harbour --speaker varrin --speaker quill
  sayso quotes --about \"supreme court\" --from 2026-03-01
  sayso quotes '\"minority share\" OR brochure' --kind direct
  sayso quotes --facet speaker:5 --facet cue --limit 1
  sayso quotes --id 01-harbour-strike#q753-937c795-693fg1dc";

pub(super) fn run(args: Args) -> Outcome {
    client::block_on(async {
        let channel = args.server.connect().await?;
        let mut client = QuoteServiceClient::new(channel.clone()).max_decoding_message_size(client::ANSWER_BYTES);
        if let Some(id) = args.id {
            let request = GetQuoteRequest {
                id,
                context_sentences: Some(i32::from(args.context)),
                offset_encoding: OffsetEncoding::Utf8 as i32,
                read_mask: None,
            };
            return show_one(&client.get_quote(request).await?.into_inner(), args.output.one_as_json()?);
        }
        let output = args.output;
        let request = request(args);
        let width = render::width();
        let fetch = async |page_size, page_token| {
            client.search_quotes(SearchQuotesRequest { page_size, page_token, ..request.clone() }).await
        };
        let show = |hit: QuoteHit| {
            let quote = hit.quote.unwrap_or_default();
            render::print(&format!("{}\n", quote_view::lines(&quote, &hit.highlights, width)))
        };
        let mut seen = each_hit(output, &request.query, fetch, show).await?;
        if output.is_for_people() {
            let who = match &seen.nothing {
                Some(nothing) => going_by::lines(&channel, &request, nothing, width).await,
                None => None,
            };
            // It says the same in the language of queries.
            if let (Some(_), Some(nothing)) = (&who, &mut seen.nothing) {
                nothing.suggested_query.clear();
            }
            render::print(&facet_lines(&seen.facets, width))?;
            render::print(&seen.lines("quote", "quotes", width))?;
            render::print(&who.unwrap_or_default())?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn request(args: Args) -> SearchQuotesRequest {
    let said = DateRange { start_date: args.said_from, end_date: args.said_until };
    SearchQuotesRequest {
        query: args.query.join(" "),
        all_words: args.reading.all_words,
        lenient: args.reading.lenient,
        speakers: selectors(args.speaker),
        about: selectors(args.about),
        addressees: selectors(args.to),
        speaker_types: Type::values(&args.speaker_type),
        entities: selectors(args.entity),
        cues: args.cue,
        exact_total: args.facets.exact_total,
        facets: args.facets.requests(true),
        kinds: Kind::values(&args.kind),
        acts: Act::values(&args.act),
        polarities: Polarity::values(&args.polarity),
        named_speaker: (args.named || args.unnamed).then_some(args.named),
        min_confidence: args.min_confidence,
        min_speaker_confidence: args.min_speaker_confidence,
        said_dates: (said != DateRange::default()).then_some(said),
        filter: args.articles.filter(),
        order_by: Sort::order_by(args.sort),
        offset_encoding: OffsetEncoding::Utf8 as i32,
        ..SearchQuotesRequest::default()
    }
}

fn show_one(response: &GetQuoteResponse, as_json: bool) -> Outcome {
    if as_json {
        json::print("GetQuoteResponse", response)?;
        return Ok(ExitCode::SUCCESS);
    }
    let quote = response.quote.as_ref().ok_or_else(|| Fault::new("the server answered without a quote"))?;
    let width = render::width();
    let title = quote.article.as_ref().map(|article| article.title.clone()).unwrap_or_default();
    let mut out = quote_view::lines(quote, &[], width);
    out.push('\n');
    if !title.is_empty() {
        out.push_str(&Paragraph::new().add(DIM, &format!("from \"{title}\":")).lines(width, 2));
    }
    for paragraph in response.sentences.chunk_by(|a, b| a.paragraph_index == b.paragraph_index) {
        out.push_str(&in_context(paragraph, quote).lines(width, 2));
    }
    render::print(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// The sentences of a paragraph, with the words of the quote marked.
fn in_context(sentences: &[Sentence], quote: &Quote) -> Paragraph {
    let mut text = Paragraph::new();
    for sentence in sentences {
        let span = sentence.span.unwrap_or_default();
        let inside = quote.content_spans.iter().filter(|content| content.start < span.end && span.start < content.end);
        let marks: Vec<_> = inside
            .map(|content| TextSpan { start: content.start.max(span.start), end: content.end.min(span.end) })
            .map(|inside| render::range(inside, span.start))
            .collect();
        text = text.add_marked(DIM, &sentence.text, SAID, &marks).add(DIM, " ");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surroundings_mark_the_quote_over_sentence_ends() {
        let sentence = |start, text: &str| Sentence {
            span: Some(TextSpan { start, end: start + text.len() as i32 }),
            text: text.into(),
            ..Sentence::default()
        };
        let quote = Quote { content_spans: vec![TextSpan { start: 8, end: 24 }], ..Quote::default() };
        let text =
            in_context(&[sentence(0, "He said go now."), sentence(16, "Or never. Ever.")], &quote).lines(None, 0);
        assert!(text.contains(&format!("{SAID}go now. Or never{SAID:#}")), "{text:?}");
    }
}
