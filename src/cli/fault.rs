//! Why a command ended early, in words for the person who typed it.

use std::error::Error;
use std::fmt::Display;
use std::io;
use std::process::ExitCode;

use prost::Message;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use unicode_width::UnicodeWidthStr;

use crate::echo;
use crate::proto::google_rpc;

/// The outcome of a command: an exit code, or the fault that stopped it.
pub(super) type Outcome = Result<ExitCode, Fault>;

/// Why a command ended early.
#[derive(Debug)]
pub(super) enum Fault {
    /// The command line makes no sense. Exit code 2.
    Usage(String),
    /// Something did not work. Exit code 1.
    Failed(String),
    /// The user stopped it. Exit code 130, as for Ctrl-C in shells.
    Interrupted(String),
    /// The reader of our output has closed it (`sayso quotes | head`). There is nothing to report.
    ReaderLeft,
}

impl Fault {
    /// A fault with this message.
    pub(super) fn new(words: impl Display) -> Self {
        Self::Failed(words.to_string())
    }

    /// A fault of the command line.
    pub(super) fn usage(words: impl Display) -> Self {
        Self::Usage(words.to_string())
    }

    /// What is wrong, in words.
    pub(super) fn words(self) -> String {
        match self {
            Self::Usage(words) | Self::Failed(words) | Self::Interrupted(words) => words,
            Self::ReaderLeft => String::new(),
        }
    }

    /// Prints the fault and returns the exit code.
    pub(super) fn report(self) -> ExitCode {
        match self {
            Self::Usage(words) => {
                anstream::eprintln!("sayso: {}", lines(&words));
                ExitCode::from(2)
            }
            Self::Failed(words) => {
                anstream::eprintln!("sayso: {}", lines(&words));
                ExitCode::FAILURE
            }
            Self::Interrupted(words) => {
                anstream::eprintln!("sayso: {words}");
                ExitCode::from(130)
            }
            Self::ReaderLeft => ExitCode::SUCCESS,
        }
    }
}

/// The innermost cause, which is the most specific: "Connection refused".
pub(super) fn root(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let words = cause.to_string();
    words.split(" (os error").next().unwrap_or_default().to_lowercase()
}

/// An error of the operating system without its number, which means nothing to people: "No such file or directory (os
/// error 2)".
pub(super) fn without_number(error: &impl Display) -> String {
    error.to_string().split(" (os error").next().unwrap_or_default().to_string()
}

/// The message made safe to print: of all control characters, only line feeds are left.
fn lines(words: &str) -> String {
    words.split('\n').map(echo::visible).collect::<Vec<_>>().join("\n")
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::ReaderLeft } else { Self::new(error) }
    }
}

impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        Self::new(describe(&status))
    }
}

/// The fault of a search. If the server says at which byte of the query it lies, the query is shown with a mark below.
pub(super) fn of_query(status: &Status, query: &str) -> Fault {
    let words = describe(status);
    let details = status.get_error_details();
    let position = details.error_info().and_then(|info| info.metadata.get("position")?.parse().ok());
    match position.and_then(|position: usize| Some((position, query.get(..position)?))) {
        // The mark shows the place, so nobody needs to count to it.
        Some((position, before)) => {
            let words = words.replacen(&format!(" at byte {position}:"), ":", 1);
            Fault::new(format!("{words}\n\n  {query}\n  {}^", " ".repeat(before.width())))
        }
        None => Fault::new(words),
    }
}

/// A status inside an answer, as one that ends a call, so that its details can be read.
#[allow(clippy::disallowed_methods, reason = "the server made it; here it is only unpacked")]
pub(super) fn status_of(told: Option<google_rpc::Status>) -> Status {
    let told = told.unwrap_or_default();
    let details = told.encode_to_vec().into();
    Status::with_details(Code::from_i32(told.code), told.message, details)
}

/// The message of a status. A status with a cause was made by no server, so the message says that none answered.
fn message_of(status: &Status) -> String {
    let message = if status.message().is_empty() { status.code().description() } else { status.message() };
    // What tonic says about an HTTP/2 answer that is not gRPC.
    let is_foreign = message.starts_with("grpc-status header missing");
    if status.source().is_none() && !is_foreign {
        return message.into();
    }
    let cause = if is_foreign { message.to_string() } else { root(status) };
    if cause.contains("keep-alive timed out") || cause.contains("operation timed out") {
        return "the server does not answer; it is stopped or too busy, or the network in between is broken: look at its log, and try \
                again"
            .to_owned();
    }
    let hint = if cause.contains("frame with invalid size") || cause.contains("broken pipe") {
        "; a server that encrypts is reached as https://…"
    } else {
        ""
    };
    format!("the server stopped, or no gRPC server answers there: {cause}{hint}")
}

/// "has more than 64 labels (article.labels, LIMIT_EXCEEDED)": a refusal on one line, with its field and reason.
pub(super) fn in_short(status: &Status) -> String {
    let message = &message_of(status);
    let details = status.get_error_details();
    let violations = details.bad_request().map(|request| request.field_violations.as_slice()).unwrap_or_default();
    let fields = violations.iter().map(|violation| violation.field.as_str());
    let new = fields.filter(|field| !message.starts_with(field));
    let reason = details.error_info().map(|info| info.reason.as_str());
    let facts: Vec<_> = new.chain(reason).filter(|fact| !fact.is_empty()).collect();
    if facts.is_empty() { message.clone() } else { format!("{message} ({})", facts.join(", ")) }
}

/// The options that fill the fields of requests.
const OPTIONS: [(&str, &str); 20] = [
    ("filter.publish_time", "--from and --until"),
    ("filter.article_ids", "--article"),
    ("filter.outlets", "--outlet"),
    ("filter.authors", "--author"),
    ("filter.language_codes", "--language"),
    ("filter.labels", "--label"),
    ("filter.models", "--model"),
    ("filter.tiers", "--tier"),
    ("said_dates", "--said-from and --said-until"),
    ("speakers", "--speaker"),
    ("about", "--about"),
    ("addressees", "--to"),
    ("mentions", "--entity"),
    ("min_confidence", "--min-confidence"),
    ("min_speaker_confidence", "--min-speaker-confidence"),
    ("context_sentences", "--context"),
    ("entity_id", "--id"),
    ("publish_date", "--date"),
    ("analysis_mode", "--analysis"),
    ("tier", "--analysis"),
];

/// The name of a field on the command line: its option if there is one, else the field.
pub(super) fn option_of(field: &str) -> &str {
    let is_of = |name: &str| field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    OPTIONS.iter().find(|(name, _)| is_of(name)).map_or(field, |(_, option)| option)
}

/// What helps against refusals for these reasons, on the command line.
fn remedy(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "KEY_MISSING" => "give this program a key with --key or, unseen by others, in the variable SAYSO_KEY",
        "KEY_INVALID" | "KEY_EXPIRED" | "SCOPE_MISSING" => {
            "whoever runs the server makes keys: sayso keys create NAME --scope read,write,admin"
        }
        _ => return None,
    })
}

/// A server's refusal as text: its message, then a line for each detail that adds something. Fields are replaced by the
/// options that fill them.
pub(super) fn describe(status: &Status) -> String {
    let message = &message_of(status);
    let mut lines = vec![message.to_string()];
    let details = status.get_error_details();
    for violation in details.bad_request().iter().flat_map(|request| &request.field_violations) {
        let said = message.contains(&violation.description);
        let option = option_of(&violation.field);
        if !said {
            lines.push(format!("field: {option} ({})", violation.description));
        } else if let Some(rest) = message.strip_prefix(&violation.field) {
            lines[0] = format!("{option}{rest}");
        } else {
            lines.push(format!("field: {option}"));
        }
    }
    if let Some(info) = details.error_info() {
        #[allow(clippy::disallowed_methods, reason = "sorted in the next lines")]
        let new = info.metadata.iter().filter(|(_, value)| !is_said(message, value));
        let mut facts: Vec<_> = new.map(|(key, value)| format!("{key} = {value}")).collect();
        facts.sort();
        let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) };
        lines.push(format!("reason: {}{facts}", info.reason));
    }
    if let Some(remedy) = details.error_info().and_then(|info| remedy(&info.reason)) {
        lines.push(remedy.to_owned());
    }
    if let Some(delay) = details.retry_info().and_then(|info| info.retry_delay) {
        lines.push(format!("try again in {:.1} s", delay.as_secs_f64()));
    }
    lines.join("\n  ")
}

/// Whether a message says a fact, of which details may hold only the beginning: "a word, a num… (203 bytes)".
fn is_said(message: &str, fact: &str) -> bool {
    let whole = fact.strip_suffix(" bytes)").and_then(|fact| fact.rsplit_once("… (")).map_or(fact, |(begin, _)| begin);
    message.contains(whole)
}

#[cfg(test)]
mod tests {
    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn a_refusal_names_field_reason_and_facts() {
        let mut details = ErrorDetails::new();
        details.add_bad_request_violation("query", "expected a closing mark at 7");
        let facts = [("position", "7"), ("at", "end")].map(|(key, value)| (key.to_string(), value.to_string()));
        details.set_error_info("QUERY_INVALID", "sayso", facts);
        let status = Status::with_error_details(Code::InvalidArgument, "the query is not understood", details);
        assert_eq!(
            describe(&status),
            "the query is not understood\n  field: query (expected a closing mark at 7)\n  \
             reason: QUERY_INVALID (at = end, position = 7)"
        );
    }

    #[test]
    fn a_fault_of_a_query_is_shown_where_it_is_and_nothing_is_said_twice() {
        let mut details = ErrorDetails::new();
        details.add_bad_request_violation("query", "unbalanced mark at byte 7: expected another");
        let facts = [("position", "7"), ("expected", "an… (203 bytes)")].map(|(key, value)| (key.into(), value.into()));
        details.set_error_info("QUERY_SYNTAX", "sayso", std::collections::HashMap::from(facts));
        let words = "query: unbalanced mark at byte 7: expected another";
        let status = Status::with_error_details(Code::InvalidArgument, words, details);
        let Fault::Failed(text) = of_query(&status, "größe \"tide") else { panic!("no fault") };
        assert_eq!(
            text,
            "query: unbalanced mark: expected another\n  reason: QUERY_SYNTAX\n\n  größe \"tide\n       ^"
        );
    }

    #[test]
    fn a_status_within_an_answer_tells_what_one_of_a_call_does() {
        let mut details = ErrorDetails::with_bad_request_violation("article.body", "is too long");
        details.set_error_info("LIMIT_EXCEEDED", "sayso", std::collections::HashMap::new());
        let status = Status::with_error_details(Code::InvalidArgument, "too long", details);
        let told = google_rpc::Status::decode(status.details()).unwrap();
        let status = status_of(Some(told));
        assert_eq!(
            (status.code(), in_short(&status).as_str()),
            (Code::InvalidArgument, "too long (article.body, LIMIT_EXCEEDED)")
        );
        assert_eq!(in_short(&Status::new(Code::Aborted, "article.etag is stale")), "article.etag is stale");
        assert_eq!(in_short(&status_of(None)), Code::Ok.description());
    }

    #[test]
    fn a_field_is_called_by_the_option_that_fills_it() {
        let told = |field: &str| {
            let mut details = ErrorDetails::with_bad_request_violation(field, "ends before it begins");
            details.set_error_info("INVALID_FIELD", "sayso", std::collections::HashMap::new());
            let words = format!("{field}: ends before it begins");
            describe(&Status::with_error_details(Code::InvalidArgument, words, details))
        };
        let reason = "\n  reason: INVALID_FIELD";
        assert_eq!(told("filter.publish_time"), format!("--from and --until: ends before it begins{reason}"));
        assert_eq!(told("speakers.name"), format!("--speaker: ends before it begins{reason}"));
        assert_eq!(told("query"), format!("query: ends before it begins{reason}"));
        assert_eq!(told("aboutness"), format!("aboutness: ends before it begins{reason}"));
    }

    #[test]
    fn fields_and_their_options_exist() {
        let pool = prost_reflect::DescriptorPool::decode(crate::proto::DESCRIPTORS).unwrap();
        let messages: Vec<_> =
            pool.all_messages().filter(|message| message.full_name().starts_with("sayso.v1.")).collect();
        let command = <crate::cli::Cli as clap::CommandFactory>::command();
        let options: Vec<_> = command
            .get_subcommands()
            .flat_map(|command| command.get_arguments())
            .filter_map(|arg| arg.get_long())
            .collect();
        for (field, named) in OPTIONS {
            let mut of =
                messages.iter().filter(|message| message.name().ends_with("Request")).cloned().collect::<Vec<_>>();
            for part in field.split('.') {
                let found: Vec<_> = of.iter().filter_map(|message| message.get_field_by_name(part)).collect();
                assert!(!found.is_empty(), "no request has a field {field}");
                of = found.iter().filter_map(|field| field.kind().as_message().cloned()).collect();
            }
            for option in named.split(" and ") {
                assert!(options.contains(&option.trim_start_matches("--")), "no command has {option}");
            }
        }
    }

    #[test]
    fn a_refusal_without_words_names_its_code() {
        assert_eq!(describe(&Status::new(Code::NotFound, "")), Code::NotFound.description());
    }
}
