//! Which method is meant by which verb and path, as the protos say with `google.api.http`.

use axum::http::{Method, uri::PathAndQuery};
use percent_encoding::percent_decode_str;
use prost_reflect::{DynamicMessage, MethodDescriptor, Value};

use crate::descriptors;

/// How one method is called over plain HTTP. A method may have several.
pub(super) struct Rule {
    pub(super) verb: Method,
    pub(super) template: Template,
    pub(super) body: Payload,
    pub(super) method: MethodDescriptor,
    /// The path of the method in gRPC: "/sayso.v1.SearchService/SearchSentences".
    pub(super) grpc_path: PathAndQuery,
    /// Which of the rules of its method this is, from 0.
    pub(super) number: usize,
}

/// What the body of a request is.
#[derive(Debug, PartialEq)]
pub(super) enum Payload {
    /// There is none: everything is in the path and the query.
    None,
    /// The message.
    Whole,
    /// This field of the message. The others are in the query.
    Field(String),
}

/// A path with places for fields of the message: `/v1/articles/{id}:similar`. A place may take several parts of a path:
/// `/v1/entities/{id=*/*}`.
pub(super) struct Template {
    /// As OpenAPI has it: `/v1/entities/{id}`.
    pub(super) shown: String,
    parts: Vec<Part>,
    /// What stands after the colon.
    action: Option<String>,
}

enum Part {
    Literal(String),
    Variable { field: String, parts: usize },
}

/// What is found at a path.
pub(super) enum Found<'a> {
    /// A rule, with the values of the fields that the path has.
    Rule(&'a Rule, Vec<(&'a str, String)>),
    /// Rules for these verbs only.
    OtherVerbs(Vec<String>),
    Nothing,
}

/// All rules, those with an action first, because a variable would match it, too.
pub(super) struct Rules(Vec<Rule>);

impl Rules {
    /// The rules of the protos of this package.
    pub(super) fn of_protos() -> Self {
        let mut rules: Vec<_> = descriptors::methods().flat_map(rules_of).collect();
        rules.sort_by_key(|rule| rule.template.action.is_none());
        Self(rules)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.0.iter()
    }

    pub(super) fn find(&self, verb: &Method, path: &str) -> Found<'_> {
        let mut verbs = Vec::new();
        for rule in &self.0 {
            if let Some(variables) = rule.template.read(path) {
                if rule.verb == verb {
                    return Found::Rule(rule, variables);
                }
                verbs.push(rule.verb.to_string());
            }
        }
        if verbs.is_empty() { Found::Nothing } else { Found::OtherVerbs(verbs) }
    }
}

fn rules_of(method: MethodDescriptor) -> Vec<Rule> {
    let Some(first) = descriptors::http_rule(&method) else { return Vec::new() };
    let more: Vec<_> = match first.get_field_by_name("additional_bindings").as_deref() {
        Some(Value::List(more)) => more.iter().filter_map(|rule| rule.as_message().cloned()).collect(),
        _ => Vec::new(),
    };
    let read = |(number, rule): (usize, &DynamicMessage)| rule_of(&method, rule, number);
    std::iter::once(&first).chain(&more).enumerate().filter_map(read).collect()
}

fn rule_of(method: &MethodDescriptor, rule: &DynamicMessage, number: usize) -> Option<Rule> {
    let text = |name: &str| rule.get_field_by_name(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let verbs = [("get", Method::GET), ("post", Method::POST), ("put", Method::PUT), ("delete", Method::DELETE)];
    let (verb, written) = verbs.into_iter().find_map(|(name, verb)| Some((verb, text(name)?)))?;
    let body = match text("body").as_deref() {
        None => Payload::None,
        Some("*") => Payload::Whole,
        Some(field) => Payload::Field(field.to_owned()),
    };
    let grpc_path = format!("/{}/{}", method.parent_service().full_name(), method.name()).parse().ok()?;
    Some(Rule { verb, template: Template::parse(&written), body, method: method.clone(), grpc_path, number })
}

impl Template {
    fn parse(written: &str) -> Self {
        let (path, action) = match written.rsplit_once(':') {
            Some((path, action)) => (path, Some(action.to_owned())),
            None => (written, None),
        };
        let (mut parts, mut shown, mut rest) = (Vec::new(), String::new(), path);
        while let Some(after) = rest.strip_prefix('/') {
            let end = if after.starts_with('{') { after.find('}').map_or(after.len(), |at| at + 1) } else { 0 };
            let end = end + after[end..].find('/').unwrap_or(after.len() - end);
            let (part, left) = after.split_at(end);
            let part = match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(place) => {
                    let (field, pattern) = place.split_once('=').unwrap_or((place, "*"));
                    shown.push_str(&format!("/{{{field}}}"));
                    Part::Variable { field: field.to_owned(), parts: pattern.split('/').count() }
                }
                None => {
                    shown.push_str(&format!("/{part}"));
                    Part::Literal(part.to_owned())
                }
            };
            parts.push(part);
            rest = left;
        }
        if let Some(action) = &action {
            shown.push_str(&format!(":{action}"));
        }
        Self { shown, parts, action }
    }

    /// The fields that the path has.
    pub(super) fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable { field, .. } => Some(field.as_str()),
            Part::Literal(_) => None,
        })
    }

    /// The values of its fields in a path. None if the path is another one.
    fn read(&self, path: &str) -> Option<Vec<(&str, String)>> {
        let path = match &self.action {
            Some(action) => path.strip_suffix(action.as_str())?.strip_suffix(':')?,
            None => path,
        };
        let mut given = path.strip_prefix('/')?.split('/');
        let mut next = || percent_decode_str(given.next()?).decode_utf8().ok();
        let mut variables = Vec::new();
        for part in &self.parts {
            let mut value = next()?.into_owned();
            match part {
                Part::Literal(literal) if *literal == value => {}
                Part::Variable { field, parts } => {
                    // A slash in a value may be written as %2F, or as it is where the value has parts.
                    for _ in value.split('/').count()..*parts {
                        value = format!("{value}/{}", next()?);
                    }
                    if value.split('/').any(str::is_empty) {
                        return None;
                    }
                    variables.push((field.as_str(), value));
                }
                Part::Literal(_) => return None,
            }
        }
        given.next().is_none().then_some(variables)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn found(verb: Method, path: &str) -> Option<(String, Vec<(String, String)>)> {
        let rules = Rules::of_protos();
        let Found::Rule(rule, variables) = rules.find(&verb, path) else { return None };
        let owned = variables.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
        Some((rule.method.name().to_owned(), owned))
    }

    #[test]
    fn a_path_means_the_method_that_the_protos_bind_to_it() {
        let means = |verb, path: &str, method: &str, variables: &[(&str, &str)]| {
            let wanted = variables.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect();
            assert_eq!(found(verb, path), Some((method.to_owned(), wanted)), "{path}");
        };
        means(Method::GET, "/v1/articles/a%2F1", "GetArticle", &[("id", "a/1")]);
        means(Method::GET, "/v1/articles/a1:similar", "ListSimilarArticles", &[("article_id", "a1")]);
        means(Method::GET, "/v1/articles/urn:x:1", "GetArticle", &[("id", "urn:x:1")]);
        means(Method::GET, "/v1/articles:search", "SearchArticles", &[]);
        means(Method::GET, "/v1/entities/person/ada-lind", "GetEntity", &[("id", "person/ada-lind")]);
        means(Method::GET, "/v1/entities/person%2Fada-lind", "GetEntity", &[("id", "person/ada-lind")]);
        means(Method::GET, "/v1/entities/place/veld/mentions", "ListMentions", &[("entity_id", "place/veld")]);
        means(Method::DELETE, "/v1/articles/a1", "DeleteArticle", &[("id", "a1")]);
        for path in [
            "/",
            "/v1",
            "/v1/articles/",
            "/v1/articles/a/b",
            "/v1/article",
            "/v1/articles:search/x",
            "/v1/entities/person",
        ] {
            assert_eq!(found(Method::GET, path), None, "{path}");
        }
    }

    #[test]
    fn another_verb_is_told_which_are_taken() {
        let rules = Rules::of_protos();
        let Found::OtherVerbs(verbs) = rules.find(&Method::PUT, "/v1/articles") else { panic!("PUT is taken") };
        assert_eq!(verbs, ["POST", "GET"]);
    }

    #[test]
    fn every_method_has_a_path_and_no_two_share_one() {
        let rules = Rules::of_protos();
        let bound: BTreeSet<_> = rules.iter().map(|rule| rule.method.full_name().to_owned()).collect();
        let all: BTreeSet<_> = descriptors::methods().map(|method| method.full_name().to_owned()).collect();
        assert_eq!(bound, all);
        let mut places = BTreeSet::new();
        for rule in rules.iter() {
            assert!(places.insert((rule.verb.to_string(), &rule.template.shown)), "{} twice", rule.template.shown);
            for field in rule.template.variables() {
                assert!(rule.method.input().get_field_by_name(field).is_some(), "{field} of {}", rule.method.name());
            }
        }
    }
}
