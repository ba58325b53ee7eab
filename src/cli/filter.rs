//! Options that several commands share: which articles, in which order, how many.

use clap::ValueEnum;
use prost_types::Timestamp;

use super::dates;
use crate::proto;

/// Which articles to look in.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Articles {
    /// Only in this article, by id (may be given again)
    #[arg(long, value_name = "ID")]
    article: Vec<String>,
    /// Only this outlet, by its whole name (may be given again)
    #[arg(long, value_name = "OUTLET")]
    source: Vec<String>,
    /// Only articles in this language: en (may be given again)
    #[arg(long, value_name = "CODE")]
    language: Vec<String>,
    /// Only articles published on this day or later: YYYY-MM-DD, or RFC 3339
    #[arg(long, value_name = "DATE", value_parser = dates::parse_from)]
    from: Option<Timestamp>,
    /// Only articles published until the end of this day: YYYY-MM-DD, or RFC 3339
    #[arg(long, value_name = "DATE", value_parser = dates::parse_until)]
    until: Option<Timestamp>,
}

impl Articles {
    /// The filter for a request; none when nothing was asked for.
    pub(super) fn filter(self) -> Option<proto::ArticleFilter> {
        let filter = proto::ArticleFilter {
            article_ids: self.article,
            sources: self.source,
            languages: self.language,
            published_from: self.from,
            published_until: self.until,
        };
        (filter != proto::ArticleFilter::default()).then_some(filter)
    }
}

/// In which order hits come.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Sort {
    /// The best match first
    Relevance,
    /// The latest publication first
    Newest,
    /// The earliest publication first
    Oldest,
}

impl Sort {
    /// The order for a request.
    pub(super) fn order(sort: Option<Self>) -> proto::SortOrder {
        match sort {
            None => proto::SortOrder::Unspecified,
            Some(Self::Relevance) => proto::SortOrder::Relevance,
            Some(Self::Newest) => proto::SortOrder::Newest,
            Some(Self::Oldest) => proto::SortOrder::Oldest,
        }
    }
}

/// How many hits, and for whom.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Output {
    /// Show so many at most; 0 for all
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    pub(super) limit: u32,
    /// Print protobuf JSON: one object for each page of the answer
    #[arg(long)]
    pub(super) json: bool,
}
