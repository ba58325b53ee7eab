//! The only place where protobuf meets domain values.

use sayso_index::AnalyzedArticle;

use crate::proto;

/// What was found in an article, as a message whose spans count in `encoding`.
pub(crate) fn annotations(_analyzed: &AnalyzedArticle, _encoding: proto::OffsetEncoding) -> proto::Annotations {
    proto::Annotations::default()
}
