//! Reads whole articles, one in parts or several at once.

use prost::Message as _;
use sayso_index::{AnalyzedArticle, Interrupt};
use tonic::Status;

use super::{
    core::{Core, encoding, mask},
    status,
};
use crate::{
    convert::{self, HEADER_BYTES, PartStart},
    proto::{
        AnnotatedArticle, BatchGetArticlesRequest, BatchGetArticlesResponse, GetArticleRequest, GetArticleResponse,
    },
};

/// The maximum length of the token of the next part, in bytes.
const TOKEN_BYTES: usize = 48;

/// Answers `GetArticle`.
pub(super) fn article(
    core: &Core,
    message: &GetArticleRequest,
    interrupt: &Interrupt,
) -> Result<GetArticleResponse, Status> {
    let encoding = encoding(message.offset_encoding)?;
    let mask = mask(message.read_mask.as_ref(), "GetArticleResponse")?;
    let id = convert::article_id("id", message.id.clone()).map_err(status::fault)?;
    let asked = convert::part_asked(message).map_err(status::fault)?;
    let found = core.engine.article(&id).map_err(status::engine)?;
    let analyzed = found.ok_or_else(|| status::not_found("Article", &id))?;
    let state = state(&analyzed);
    let start = match asked {
        Some((before, _)) if before != state => return Err(status::article_changed()),
        Some((_, start)) => start,
        None => PartStart::FIRST,
    };
    let room = core.config.limits.reply_bytes.saturating_sub(TOKEN_BYTES);
    let part = convert::part(&analyzed, encoding, &mask, start, room, interrupt);
    let (AnnotatedArticle { article, annotations }, next) = part.map_err(status::engine)?;
    let next_page_token = convert::part_token(message, state, next);
    Ok(GetArticleResponse { article, annotations, next_page_token })
}

/// A hash of the article and analysis that the parts are made from.
fn state(analyzed: &AnalyzedArticle) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&analyzed.article.version.etag.to_le_bytes()).update(analyzed.analysis.model.as_bytes());
    let mut state = [0; 8];
    state.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    u64::from_le_bytes(state)
}

/// Answers `BatchGetArticles`.
pub(super) fn articles(
    core: &Core,
    message: &BatchGetArticlesRequest,
    interrupt: &Interrupt,
) -> Result<BatchGetArticlesResponse, Status> {
    let encoding = encoding(message.offset_encoding)?;
    let mask = mask(message.read_mask.as_ref(), "AnnotatedArticle")?;
    let limits = &core.config.limits;
    convert::batch_ids(&message.ids, limits).map_err(status::fault)?;
    let first = convert::batch_asked(message).map_err(status::fault)?;
    let (mut answer, mut next, mut bytes) = (BatchGetArticlesResponse::default(), first, TOKEN_BYTES);
    for id in message.ids.iter().skip(first) {
        interrupt.check().map_err(status::engine)?;
        match core.engine.article(id).map_err(status::engine)? {
            None => answer.missing_ids.push(id.clone()),
            Some(analyzed) => {
                let article = convert::whole(&analyzed, encoding, &mask);
                let size = article.encoded_len() + HEADER_BYTES;
                if size > limits.reply_bytes {
                    answer.oversized_ids.push(id.clone());
                } else if bytes + size > limits.reply_bytes && !answer.articles.is_empty() {
                    break;
                } else {
                    bytes += size;
                    answer.articles.push(article);
                }
            }
        }
        next += 1;
    }
    answer.next_page_token = convert::batch_token(message, next);
    Ok(answer)
}
