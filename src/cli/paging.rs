//! Fetches the pages of an answer.

use prost::Message;
use tonic::{Response, Status};

use super::fault::{Fault, of_query};
use super::filter::{Form, Output};
use super::info::grouped;
use super::render::{self, DIM, Paragraph};
use super::rows::Row;
use super::table::{self, Table};
use super::{json, nothing};
use crate::proto;

/// The most hits to ask for at once.
const MAX_PAGE_SIZE: u32 = 100;

/// One page of hits.
pub(super) trait Page: Message {
    /// The name of the message in the package `sayso.v1`.
    const NAME: &'static str;
    /// The type of a hit.
    type Hit: Row;
    /// The hits.
    fn hits(&mut self) -> &mut Vec<Self::Hit>;
    /// The token of the next page. Empty at the end.
    fn next(&self) -> &str;
    /// How many hits there are on all pages.
    fn total(&self) -> Option<proto::TotalCount>;
    /// What the hits were counted by.
    fn facets(&mut self) -> Vec<proto::Facet> {
        Vec::new()
    }
    /// Why there are none.
    fn no_hits(&self) -> Option<proto::NoHits> {
        None
    }
}

macro_rules! page {
    ($name:ident, $hit:ident, $field:ident $(, $facets:ident $(, $no_hits:ident)?)?) => {
        impl Page for proto::$name {
            const NAME: &'static str = stringify!($name);
            type Hit = proto::$hit;
            fn hits(&mut self) -> &mut Vec<Self::Hit> {
                &mut self.$field
            }
            fn next(&self) -> &str {
                &self.next_page_token
            }
            fn total(&self) -> Option<proto::TotalCount> {
                self.total
            }
            $(fn facets(&mut self) -> Vec<proto::Facet> {
                std::mem::take(&mut self.$facets)
            }
            $(fn no_hits(&self) -> Option<proto::NoHits> {
                self.$no_hits.clone()
            })?)?
        }
    };
}

page!(SearchSentencesResponse, SentenceHit, hits, facets, no_hits);
page!(SearchArticlesResponse, ArticleHit, hits, facets, no_hits);
page!(SearchQuotesResponse, QuoteHit, hits, facets, no_hits);
page!(LookupEntitiesResponse, EntityHit, hits);
page!(ListMentionsResponse, MentionHit, hits);
page!(ListArticlesResponse, ArticleSummary, articles);

/// How many hits were shown, and how many there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// How many were shown.
    pub(super) shown: i64,
    /// How many there are on all pages, as counted by the server.
    pub(super) total: proto::TotalCount,
    /// What they were counted by, where they were not printed as JSON.
    pub(super) facets: Vec<proto::Facet>,
    /// Why there are none, if the server tells.
    pub(super) nothing: Option<proto::NoHits>,
}

impl Seen {
    /// The last lines of an answer: how many there are, and why if there are none. `one` and `many` name the hits.
    pub(super) fn lines(&self, one: &str, many: &str, width: Option<usize>) -> String {
        let count = Paragraph::new().add(DIM, &self.words(one, many)).lines(width, 0);
        count + &self.nothing.as_ref().map(|nothing| nothing::lines(nothing, width)).unwrap_or_default()
    }

    /// "3 quotes", "10 of 128 quotes", "no quotes". `one` and `many` name the hits.
    pub(super) fn words(&self, one: &str, many: &str) -> String {
        let total = self.total.count.max(self.shown);
        let noun = if total == 1 { one } else { many };
        if self.shown == 0 {
            return format!("no {many} found");
        }
        if total == self.shown && self.total.exact {
            return format!("{} {noun}", grouped(total));
        }
        let about = if self.total.exact { "" } else { "at least " };
        format!("{} of {about}{} {noun}", grouped(self.shown), grouped(total))
    }
}

/// Fetches pages until `output.limit` hits were seen or there are no more. `fetch` gets the page size and token.
/// `query` is quoted if the server finds fault with it. `show` prints a hit as text, if that is asked for.
pub(super) async fn each_hit<P: Page>(
    output: Output,
    query: &str,
    mut fetch: impl AsyncFnMut(i32, String) -> Result<Response<P>, Status>,
    mut show: impl FnMut(P::Hit) -> Result<(), Fault>,
) -> Result<Seen, Fault> {
    let limit = if output.limit == 0 { i64::MAX } else { i64::from(output.limit) };
    let size = limit.min(i64::from(MAX_PAGE_SIZE)) as i32;
    let mut seen = Seen::default();
    let mut token = String::new();
    let mut table = Table::default();
    if output.form() == Form::Csv {
        table::csv_line(&P::Hit::COLUMNS.join(","))?;
    }
    loop {
        let mut page = fetch(size, token).await.map_err(|status| of_query(&status, query))?.into_inner();
        seen.total = page.total().unwrap_or_default();
        seen.nothing = page.no_hits();
        let room = usize::try_from(limit - seen.shown).unwrap_or(usize::MAX);
        page.hits().truncate(room);
        seen.shown += page.hits().len() as i64;
        token = page.next().to_string();
        match output.form() {
            Form::Json => json::print(P::NAME, &page)?,
            Form::Csv => {
                if !page.facets().is_empty() {
                    anstream::eprintln!(
                        "sayso: CSV has no place for --facet; --output text, table and json show the counts"
                    );
                }
                page.hits().iter().try_for_each(|hit| table::csv_line(&hit.csv()))?;
            }
            form => {
                seen.facets.extend(page.facets());
                match form {
                    Form::Table => render::print(&table.lines(page.hits(), render::width()))?,
                    _ => page.hits().drain(..).try_for_each(&mut show)?,
                }
            }
        }
        if token.is_empty() || seen.shown >= limit {
            return Ok(seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Serves `count` articles in pages that the server limits to 40.
    async fn shown(limit: u32, count: usize) -> (usize, i64, usize) {
        let (mut fetched, mut hits) = (0, 0);
        let fetch = async |size: i32, token: String| {
            fetched += 1;
            let from: usize = token.parse().unwrap_or(0);
            let until = (from + (size as usize).min(40)).min(count);
            Ok(Response::new(proto::ListArticlesResponse {
                articles: vec![proto::ArticleSummary::default(); until - from],
                next_page_token: if until < count { until.to_string() } else { String::new() },
                total: Some(proto::TotalCount { count: count as i64, exact: true }),
            }))
        };
        let show = |_| {
            hits += 1;
            Ok(())
        };
        let seen = each_hit(Output { limit, output: Form::Text, json: false }, "", fetch, show).await.unwrap();
        (hits, seen.shown, fetched)
    }

    #[test]
    fn stops_at_the_limit_or_at_the_end() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            assert_eq!(shown(10, 95).await, (10, 10, 1));
            assert_eq!(shown(50, 95).await, (50, 50, 2));
            assert_eq!(shown(0, 95).await, (95, 95, 3));
            assert_eq!(shown(0, 0).await, (0, 0, 1));
        });
    }

    #[test]
    fn counts_read_well() {
        let seen = |shown, count, exact| {
            let total = proto::TotalCount { count, exact };
            Seen { shown, total, ..Seen::default() }.words("quote", "quotes")
        };
        assert_eq!(seen(0, 0, true), "no quotes found");
        assert_eq!(seen(1, 1, true), "1 quote");
        assert_eq!(seen(10, 128, true), "10 of 128 quotes");
        assert_eq!(seen(10, 1000, false), "10 of at least 1,000 quotes");
    }
}
