//! `sayso suggest`: completes what is typed.

use std::process::ExitCode;

use super::client::{self, Server};
use super::fault::Outcome;
use super::filter::number;
use super::info::grouped;
use super::json;
use super::labels::Type;
use super::render::{self, DIM, KIND, NAME, PLAIN, Paragraph};
use crate::proto::search_service_client::SearchServiceClient;
use crate::proto::{SuggestRequest, SuggestResponse};

/// Arguments of `sayso suggest`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// What has been typed; the last word is taken as a beginning
    #[arg(value_name = "TEXT", required = true)]
    text: Vec<String>,
    /// Only entities of this type (repeatable)
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    types: Vec<Type>,
    /// Show at most this many entities, and as many phrases
    #[arg(long, short = 'n', value_name = "N", default_value_t = 5, value_parser = number::<u16>, allow_negative_numbers = true)]
    limit: u16,
    /// Print protobuf JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

const EXAMPLES: &str = r#"Examples:
  sayso suggest elske va
  sayso suggest harb --limit 3"#;

pub(super) fn run(args: Args) -> Outcome {
    client::block_on(async {
        let mut client = SearchServiceClient::new(args.server.connect().await?);
        let request = SuggestRequest {
            text: args.text.join(" "),
            types: Type::values(&args.types),
            limit: i32::from(args.limit),
        };
        let found = client.suggest(request).await?.into_inner();
        match args.json {
            true => json::print("SuggestResponse", &found)?,
            false => render::print(&lines(&found, render::width()))?,
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// One line for each entity, then one for each phrase.
fn lines(found: &SuggestResponse, width: Option<usize>) -> String {
    let counted = |count: i64, one: &str, many: &str| match count {
        1 => format!(" · 1 {one}"),
        count => format!(" · {} {many}", grouped(count)),
    };
    let mut out = String::new();
    for entity in &found.entities {
        let line = Paragraph::new().add(NAME, &entity.name).add(DIM, " · ").add(KIND, Type::label(entity.r#type));
        let line = line.add(DIM, &counted(entity.article_count, "article", "articles"));
        out.push_str(&line.add(DIM, &format!(" · {}", entity.id)).lines(width, 0));
    }
    for phrase in &found.phrases {
        let line = Paragraph::new().add(PLAIN, &phrase.text);
        out.push_str(&line.add(DIM, &counted(phrase.headline_count, "headline", "headlines")).lines(width, 0));
    }
    if out.is_empty() {
        out = Paragraph::new().add(DIM, "nothing goes on like this").lines(width, 0);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{EntitySuggestion, EntityType, PhraseSuggestion};

    #[test]
    fn entities_come_before_phrases() {
        let found = SuggestResponse {
            entities: vec![EntitySuggestion {
                id: "person/elske-varrin".into(),
                name: "Elske Varrin".into(),
                r#type: EntityType::Person as i32,
                article_count: 1200,
            }],
            phrases: vec![PhraseSuggestion { text: "harbour strike".into(), headline_count: 1 }],
        };
        insta::assert_snapshot!(render::plain(&lines(&found, None)), @r"
        Elske Varrin · person · 1,200 articles · person/elske-varrin
        harbour strike · 1 headline
        ");
        assert_eq!(render::plain(&lines(&SuggestResponse::default(), None)), "nothing goes on like this\n");
    }
}
