//! `sayso entities`: finds people, organisations and places.

use std::process::ExitCode;

use super::client::{self, Channel, Server};
use super::fault::{Fault, Outcome};
use super::filter::{Articles, Form, Output};
use super::info::grouped;
use super::labels::Type;
use super::paging::each_hit;
use super::quote_view::{labelled, published};
use super::render::{self, DIM, HIT, KIND, NAME, PLAIN, Paragraph};
use super::{dates, json};
use crate::proto::entity_service_client::EntityServiceClient;
use crate::proto::{
    ArticleFilter, CountedText, Entity, EntityHit, GetEntityRequest, ListMentionsRequest, LookupEntitiesRequest,
    MentionHit, OffsetEncoding,
};

/// How many aliases or titles are shown.
const MAX_SHOWN_NAMES: usize = 8;

/// Arguments of `sayso entities`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A name, a part of one, or its beginning, even misspelt; all entities when empty
    #[arg(value_name = "NAME")]
    name: Vec<String>,
    /// Only this type (repeatable)
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    types: Vec<Type>,
    /// Show only this entity, with its latest mentions: person/ada-lind
    #[arg(long, value_name = "ENTITY", conflicts_with_all = ["name", "types"])]
    id: Option<String>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    server: Server,
    #[command(flatten, next_help_heading = "Filters for mentions, with --id")]
    articles: Articles,
}

const EXAMPLES: &str = r#"Examples:
  sayso entities varin
  sayso entities --type organization --limit 5
  sayso entities --id person/elske-varrin --outlet "Northern Wire""#;

type Client = EntityServiceClient<Channel>;

pub(super) fn run(args: Args) -> Outcome {
    let articles = args.articles.filter();
    if args.id.is_none() && articles.is_some() {
        return Err(Fault::usage("options that select articles need --id: entities are collected over all articles"));
    }
    client::block_on(async {
        let channel = args.server.connect().await?;
        let mut client = EntityServiceClient::new(channel).max_decoding_message_size(client::ANSWER_BYTES);
        if let Some(id) = args.id {
            return show_one(&mut client, id, articles, args.output).await;
        }
        let request = LookupEntitiesRequest {
            name: args.name.join(" "),
            types: Type::values(&args.types),
            ..LookupEntitiesRequest::default()
        };
        let width = render::width();
        let fetch = async |page_size, page_token| {
            client.lookup_entities(LookupEntitiesRequest { page_size, page_token, ..request.clone() }).await
        };
        let show = |hit: EntityHit| render::print(&format!("{}\n", lines(&hit.entity.unwrap_or_default(), width)));
        let seen = each_hit(args.output, &request.name, fetch, show).await?;
        if args.output.is_for_people() {
            render::print(&Paragraph::new().add(DIM, &seen.words("entity", "entities")).lines(width, 0))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Prints an entity, then its mentions.
async fn show_one(client: &mut Client, id: String, filter: Option<ArticleFilter>, output: Output) -> Outcome {
    let response = client.get_entity(GetEntityRequest { id: id.clone(), read_mask: None }).await?.into_inner();
    let width = render::width();
    if output.form() == Form::Json {
        json::print("GetEntityResponse", &response)?;
    } else if output.is_for_people() {
        let entity = response.entity.as_ref().ok_or_else(|| Fault::new("the server answered without an entity"))?;
        render::print(&lines(entity, width))?;
    }
    let request = ListMentionsRequest {
        entity_id: id,
        filter,
        offset_encoding: OffsetEncoding::Utf8 as i32,
        ..ListMentionsRequest::default()
    };
    let fetch = async |page_size, page_token| {
        client.list_mentions(ListMentionsRequest { page_size, page_token, ..request.clone() }).await
    };
    let mut article = String::new();
    let mut sentence = String::new();
    let show = |hit: MentionHit| {
        let new_article = hit.article.as_ref().is_some_and(|info| info.id != article);
        let heading = if new_article { heading(&hit, width) } else { String::new() };
        // Of several mentions in one sentence, the first is shown.
        let id = hit.sentence.as_ref().map(|sentence| sentence.id.clone()).unwrap_or_default();
        let body = if id == sentence { String::new() } else { mention(&hit, width) };
        article = hit.article.map(|info| info.id).unwrap_or_default();
        sentence = id;
        render::print(&format!("{heading}{body}"))
    };
    let seen = each_hit(output, "", fetch, show).await?;
    if output.is_for_people() {
        let count = Paragraph::new().add(DIM, &seen.words("mention", "mentions")).lines(width, 0);
        render::print(&format!("\n{count}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn heading(hit: &MentionHit, width: Option<usize>) -> String {
    let article = hit.article.clone().unwrap_or_default();
    let place = [article.title.clone(), published(&article), labelled(&article), article.id];
    let line = Paragraph::new().add_parts(DIM, &place);
    format!("\n{}", line.lines(width, 0))
}

fn mention(hit: &MentionHit, width: Option<usize>) -> String {
    let sentence = hit.sentence.clone().unwrap_or_default();
    let start = sentence.span.unwrap_or_default().start;
    let span = hit.mention.as_ref().and_then(|mention| mention.span).unwrap_or_default();
    let mark = render::range(span, start);
    Paragraph::new().add_marked(PLAIN, &sentence.text, HIT, &[mark]).lines(width, 2)
}

/// Prints an entity: name and type, then its other names, then how often it occurs.
fn lines(entity: &Entity, width: Option<usize>) -> String {
    let mut out = Paragraph::new()
        .add(NAME, &entity.name)
        .add(DIM, " · ")
        .add(KIND, Type::label(entity.r#type))
        .add(DIM, " · ")
        .add(DIM, &entity.id)
        .lines(width, 0);
    out.push_str(&names(&entity.titles, &entity.aliases, width));
    let counts = [
        counted(entity.quote_count, "quote", "quotes"),
        format!(
            "{} in {}",
            counted(entity.mention_count, "mention", "mentions"),
            counted(entity.article_count, "article", "articles")
        ),
        seen(entity),
    ];
    out.push_str(&Paragraph::new().add_parts(DIM, &counts).lines(width, 2));
    out
}

/// Prints titles and other names, one line each, if there are any.
pub(super) fn names(titles: &[CountedText], aliases: &[CountedText], width: Option<usize>) -> String {
    let mut out = String::new();
    for (label, texts) in [("titles: ", titles), ("also: ", aliases)] {
        if !texts.is_empty() {
            out.push_str(&Paragraph::new().add(DIM, label).add(PLAIN, &list(texts)).lines(width, 2));
        }
    }
    out
}

/// "Harbour Commissioner (3), Ms. (1), 2 more".
fn list(texts: &[CountedText]) -> String {
    let mut parts: Vec<_> =
        texts.iter().take(MAX_SHOWN_NAMES).map(|text| format!("{} ({})", text.text, text.count)).collect();
    if texts.len() > MAX_SHOWN_NAMES {
        parts.push(format!("{} more", texts.len() - MAX_SHOWN_NAMES));
    }
    parts.join(", ")
}

/// "1 quote", "3 quotes", "no quotes".
pub(super) fn counted(count: i64, one: &str, many: &str) -> String {
    match count {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        _ => format!("{} {many}", grouped(count)),
    }
}

/// "1 March 2026 to 3 March 2026": when the entity's articles were published.
fn seen(entity: &Entity) -> String {
    let day = |time: &Option<prost_types::Timestamp>| time.as_ref().map(dates::show_day).unwrap_or_default();
    let (first, last) = (day(&entity.first_publish_time), day(&entity.last_publish_time));
    if first == last { first } else { format!("{first} to {last}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{EntityType, Mention, Sentence, TextSpan};

    #[test]
    fn an_entity_reads_well() {
        let text = |text: &str, count| CountedText { text: text.into(), count };
        let entity = Entity {
            id: "person/ada-lind".into(),
            name: "Ada Lind".into(),
            r#type: EntityType::Person as i32,
            aliases: vec![text("Lind", 12), text("A. Lind", 1)],
            titles: vec![text("Harbour Commissioner", 3)],
            mention_count: 17,
            article_count: 4,
            quote_count: 1,
            first_publish_time: Some(prost_types::Timestamp { seconds: 1_772_323_200, nanos: 0 }),
            last_publish_time: Some(prost_types::Timestamp { seconds: 1_772_546_700, nanos: 0 }),
            ..Entity::default()
        };
        insta::assert_snapshot!(render::plain(&lines(&entity, None)), @r"
        Ada Lind · person · person/ada-lind
          titles: Harbour Commissioner (3)
          also: Lind (12), A. Lind (1)
          1 quote · 17 mentions in 4 articles · 1 March 2026 to 3 March 2026
        ");
    }

    #[test]
    fn a_mention_is_marked_in_its_sentence() {
        let hit = |start, end| MentionHit {
            mention: Some(Mention { span: Some(TextSpan { start, end }), ..Mention::default() }),
            sentence: Some(Sentence {
                span: Some(TextSpan { start: 100, end: 120 }),
                text: "“Yes” Lind said.".into(),
                ..Sentence::default()
            }),
            article: None,
        };
        assert!(mention(&hit(110, 114), None).contains(&format!("{HIT}Lind{HIT:#}")));
        // A span inside a character marks nothing, and does no harm.
        assert_eq!(mention(&hit(101, 114), None), mention(&hit(0, 300), None).replace(&HIT.to_string(), ""));
    }
}
