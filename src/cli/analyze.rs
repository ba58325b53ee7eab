//! `sayso analyze`: analyses a text without storing it.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use sayso_document::Date;
use sayso_extract::Analyzer;
use sayso_index::AnalyzedArticle;

use super::client::{self, Credentials, Server};
use super::entities::{counted, names};
use super::fault::{Fault, Outcome, without_number};
use super::ingest::{html, text};
use super::labels::{self, Tier, Type};
use super::render::{self, DIM, KIND, NAME, Paragraph};
use super::{dates, eval, input, json, quote_view};
use crate::proto::analyze_service_client::AnalyzeServiceClient;
use crate::proto::{self, AnalysisMode, AnalyzeRequest, Annotations, ArticleEntity, Mention, OffsetEncoding};
use crate::{analysis::Mode, convert, models};

/// The longest text that is read, in bytes: far more than any article, and as much as an offset can count.
const MAX_TEXT_BYTES: usize = 1 << 30;

/// How to end a text that is typed at a terminal.
const END_OF_INPUT: &str = if cfg!(windows) { "Ctrl-Z and Enter" } else { "Ctrl-D on a line of its own" };

/// Arguments of `sayso analyze`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Text or HTML files, or JSON Lines with --output eval; `-` is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    files: Vec<String>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Form::Text)]
    output: Form,
    /// Print the annotations as protobuf JSON, one object for each file (short for --output json)
    #[arg(long, conflicts_with = "output")]
    json: bool,
    /// The day on which the text was published, from which "on Tuesday" is counted
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = dates::parse_day)]
    date: Option<proto::google_type::Date>,
    /// The tier to analyse on [default: the best that this program, or the server, offers]
    #[arg(long, value_name = "TIER", value_enum)]
    analysis: Option<Tier>,
    /// Folder of models from sayso-train; each replaces the compiled-in model of the same name
    #[arg(long, value_name = "FOLDER", env = "SAYSO_MODEL")]
    model: Option<PathBuf>,
    /// Let this server analyse the text; otherwise this program does it itself
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    #[command(flatten)]
    credentials: Credentials,
}

const AFTER_HELP: &str = "\
A text file is read as it is, so offsets are those of the file, in bytes of UTF-8 (UTF-16 is converted first). \
Markdown, front matter and JSON are read as if they were prose; of an HTML page, only the article's text is \
read. `sayso ingest` turns all of them into plain text first.";

/// What to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Entities and quotes, for people to read
    Text,
    /// The annotations as protobuf JSON
    Json,
    /// For evaluation: JSON Lines with id and text in, spans in code points out
    Eval,
}

pub(super) fn run(args: Args) -> Outcome {
    if args.output == Form::Eval {
        let conflict = args.json || args.server.is_some() || args.date.is_some();
        let usage = || Err(Fault::usage("--output eval cannot be used with --json, --server or --date"));
        return if conflict { usage() } else { eval::run(&args.files, args.model.as_deref(), tier(args.analysis)?) };
    }
    let as_json = args.json || args.output == Form::Json;
    let analyzer = models::analyzer(args.model.as_deref()).map_err(Fault::new)?;
    let tier = if args.server.is_none() { tier(args.analysis)? } else { Analyzer::BEST };
    if args.server.is_some() && args.model.is_some() {
        anstream::eprintln!("sayso: the server uses its own models; --model is ignored");
    }
    let mut refused = false;
    for file in &args.files {
        let text = match read(file) {
            Ok((text, hint)) => {
                hint.into_iter().for_each(|hint| anstream::eprintln!("sayso: {file}: {hint}"));
                text
            }
            Err(why) => {
                refused = true;
                anstream::eprintln!("sayso: {file}: {why}");
                continue;
            }
        };
        let annotations = match &args.server {
            Some(server) => ask(Server::at(server.clone(), args.credentials.clone()), text, args.date, args.analysis)?,
            None => analyze(&analyzer, text, args.date, tier),
        };
        if as_json {
            json::print("Annotations", &annotations)?;
        } else {
            let heading = if args.files.len() > 1 { file.as_str() } else { "" };
            render::print(&lines(heading, &annotations, render::width()))?;
        }
    }
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The text of a file, and hints on how it is read.
fn read(file: &str) -> Result<(String, Option<&'static str>), String> {
    if file == "-" && std::io::stdin().is_terminal() {
        anstream::eprintln!("sayso: reading a text from the terminal; end it with {END_OF_INPUT}");
    }
    let mut reader = input::open(file).map_err(|error| without_number(&error))?;
    let bytes = input::read_all(&mut reader, MAX_TEXT_BYTES).map_err(|error| without_number(&error))?;
    let bytes = bytes.ok_or("the text is longer than 1 GiB")?;
    let name = file.trim_end_matches(".gz");
    let is_html = Path::new(name).extension().is_some_and(|end| end == "html" || end == "htm");
    if is_html {
        return html::read(&bytes).map(|(article, _)| (article.body, None));
    }
    let text = text::decode(bytes).map_err(|fault| fault.why)?;
    let hint = hint(Path::new(name), &text);
    Ok((text, hint))
}

/// A hint if a text is more than prose. It is read as prose all the same.
fn hint(path: &Path, text: &str) -> Option<&'static str> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    let is_json = || serde_json::from_str::<serde::de::IgnoredAny>(first).is_ok() || matches!(first, "{" | "[");
    if first.starts_with(['{', '[']) && is_json() {
        return Some(
            "this looks like JSON, but is read as plain text; --output eval reads JSON Lines, and sayso ingest reads any JSON",
        );
    }
    if text::looks_like_html(text) {
        return Some(
            "this looks like HTML, but is read as plain text, tags included; a file whose name ends in .html is read as a page",
        );
    }
    let is_markdown = text::is_markdown(path) || text::looks_like_markdown(text);
    is_markdown.then_some("this looks like Markdown, but is read as it is, so that offsets are those of the file")
}

/// The tier that was asked for, or the best that is compiled in.
fn tier(asked: Option<Tier>) -> Result<sayso_document::Tier, Fault> {
    let number = labels::at_most_one(Tier::values(asked.as_slice()));
    convert::wanted_tier("--analysis", number, Mode::DEFAULT).map_err(|fault| Fault::usage(fault.message))
}

fn ask(
    server: Server,
    text: String,
    publish_date: Option<proto::google_type::Date>,
    asked: Option<Tier>,
) -> Result<Annotations, Fault> {
    let analysis = match asked {
        None => AnalysisMode::Unspecified,
        Some(Tier::Fast) => AnalysisMode::Fast,
        Some(Tier::Accurate) => AnalysisMode::Accurate,
    };
    client::block_on(async {
        let channel = server.connect().await?;
        let mut client = AnalyzeServiceClient::new(channel).max_decoding_message_size(client::ANSWER_BYTES);
        let request = AnalyzeRequest {
            text,
            offset_encoding: OffsetEncoding::Utf8 as i32,
            publish_date,
            analysis_mode: analysis as i32,
            read_mask: None,
        };
        Ok(client.analyze(request).await?.into_inner().annotations.unwrap_or_default())
    })
}

fn analyze(
    analyzer: &Analyzer,
    text: String,
    publish_date: Option<proto::google_type::Date>,
    tier: sayso_document::Tier,
) -> Annotations {
    let published = publish_date.and_then(|day| Date::new(day.year, day.month as u8, day.day as u8));
    let analysis = analyzer.analyze_dated(&text, published, tier);
    let article = convert::unkept(text, None);
    let mut annotations = convert::annotations(&AnalyzedArticle { article, analysis }, OffsetEncoding::Utf8);
    // The text is not a stored article, so no command can look it up.
    annotations.quotes.iter_mut().for_each(|quote| quote.article = None);
    annotations
}

/// Prints entities, then quotes, each under a heading.
pub(super) fn lines(heading: &str, found: &Annotations, width: Option<usize>) -> String {
    let mut out = String::new();
    if !heading.is_empty() {
        out.push_str(&Paragraph::new().add(NAME.underline(), heading).lines(width, 0));
    }
    let named: Vec<_> = found.entities.iter().filter(|entity| Type::is_name(entity.r#type)).collect();
    let unnamed = found.entities.len() - named.len();
    let foreign = !matches!(found.language_code.as_str(), "" | "en" | "und");
    let counts = [
        counted(found.sentences.len() as i64, "sentence", "sentences"),
        counted(named.len() as i64, "entity", "entities"),
        if unnamed > 0 { format!("{unnamed} more of dates and money, which --json shows") } else { String::new() },
        counted(found.quotes.len() as i64, "quote", "quotes"),
        if foreign { format!("language {}", found.language_code) } else { String::new() },
        told(&found.model, found.tier),
    ];
    out.push_str(&Paragraph::new().add_parts(DIM, &counts).lines(width, 0));
    if foreign && found.quotes.is_empty() {
        out.push_str(
            &Paragraph::new().add(DIM, "only English is read, and this seems to be another language").lines(width, 0),
        );
    }
    if !named.is_empty() {
        out.push_str(&format!("\n{NAME}Entities{NAME:#}\n"));
        out.extend(named.iter().map(|entity| entity_lines(entity, &found.mentions, width)));
    }
    if !found.quotes.is_empty() {
        out.push_str(&format!("\n{NAME}Quotes{NAME:#}\n"));
        let quotes: Vec<_> = found.quotes.iter().map(|quote| quote_view::lines(quote, &[], width)).collect();
        out.push_str(&quotes.join("\n"));
    }
    out.push('\n');
    out
}

/// "linear-5 (fast)"
fn told(model: &str, tier: i32) -> String {
    match Tier::label(tier) {
        "" => model.to_owned(),
        tier => format!("{model} ({tier})"),
    }
}

fn entity_lines(entity: &ArticleEntity, mentions: &[Mention], width: Option<usize>) -> String {
    let of_it = |mention: &&Mention| mention.entity.as_ref().is_some_and(|other| other.id == entity.id);
    let count = mentions.iter().filter(of_it).count();
    let head = Paragraph::new()
        .add(NAME, &entity.name)
        .add(DIM, " · ")
        .add(KIND, Type::label(entity.r#type))
        .add(DIM, " · ")
        .add(DIM, &counted(count as i64, "mention", "mentions"));
    format!("{}{}", head.lines(width, 0), names(&entity.titles, &entity.aliases, width))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{self, CountedText, EntityRef, Quote, TextPhrase};

    #[test]
    fn what_is_more_than_prose_is_told() {
        let told = |name: &str, text: &str| hint(Path::new(name), text).map(|hint| hint.split(',').next().unwrap());
        for (name, text, expected) in [
            ("a.txt", "The tide turned, she said.\n\n[sic] it did.", None),
            ("a.txt", "{ and [ are brackets.", None),
            ("a.txt", "# Tide\n\nThe tide turned.", Some("this looks like Markdown")),
            ("a.txt", "---\ntitle: Tide\n---\nThe tide turned.", Some("this looks like Markdown")),
            ("a.md", "The tide turned.", Some("this looks like Markdown")),
            ("a.txt", "<p>The tide turned.</p>", Some("this looks like HTML")),
            ("a.jsonl", "{\"id\": 1, \"text\": \"The tide turned.\"}\n", Some("this looks like JSON")),
            ("-", "[\n{\"text\": \"The tide turned.\"}]", Some("this looks like JSON")),
        ] {
            assert_eq!(told(name, text), expected, "{name}: {text}");
        }
    }

    #[test]
    fn an_analysis_reads_well() {
        let name = || "Ada Lind".to_string();
        let entity = |id: &str| EntityRef { id: id.into(), ..EntityRef::default() };
        let mention = |id| Mention { entity: Some(entity(id)), ..Mention::default() };
        let found = Annotations {
            model: "linear-5".into(),
            sentences: vec![proto::Sentence::default(); 2],
            entities: vec![ArticleEntity {
                id: "person/ada-lind".into(),
                name: name(),
                r#type: proto::EntityType::Person as i32,
                titles: vec![CountedText { text: "Harbour Commissioner".into(), count: 1 }],
                aliases: vec![CountedText { text: "Lind".into(), count: 2 }],
                ..ArticleEntity::default()
            }],
            mentions: ["person/ada-lind", "place/veld", "person/ada-lind", "person/ada-lind"].map(mention).into(),
            quotes: vec![Quote {
                id: "#q0".into(),
                text: "the harbour will open".into(),
                cue: Some(TextPhrase { text: "said".into(), spans: Vec::new() }),
                speakers: vec![EntityRef { name: name(), ..EntityRef::default() }],
                act: proto::QuoteAct::Speech as i32,
                kind: proto::QuoteKind::Indirect as i32,
                ..Quote::default()
            }],
            language_code: "en".into(),
            tier: proto::AnalysisTier::Fast as i32,
        };
        let german = Annotations { language_code: "de".into(), ..Annotations::default() };
        insta::assert_snapshot!(render::plain(&lines("", &german, None)), @r"
        no sentences · no entities · no quotes · language de
        only English is read, and this seems to be another language
        ");
        insta::assert_snapshot!(render::plain(&lines("", &found, None)), @r"
        2 sentences · 1 entity · 1 quote · linear-5 (fast)

        Entities
        Ada Lind · person · 3 mentions
          titles: Harbour Commissioner (1)
          also: Lind (2)

        Quotes
        … the harbour will open
          — Ada Lind · said · indirect speech
        ");
    }
}
