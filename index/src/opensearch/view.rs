//! One state of the cluster, which all pages of a query are read from.
//!
//! The cluster keeps it for some minutes after each page, and gives it a name that any node of the service can go on
//! with: the name is in the page key. When it is gone, the key is refused with [`ErrorKind::PageExpired`].

use std::cell::RefCell;

use serde_json::{Value, json};

use super::OpenSearch;
use crate::{Error, ErrorKind, Interrupt, Result};

/// How long the cluster keeps a state for the next page, after each request.
const KEPT: &str = "5m";

/// A point in time on the cluster. Left alone, it is kept for some minutes.
pub(super) struct View<'a> {
    engine: &'a OpenSearch,
    pub(super) interrupt: &'a Interrupt,
    /// What the cluster calls it. Each reply may give it another name.
    point: RefCell<String>,
}

impl<'a> View<'a> {
    /// The present state.
    pub(super) fn open(engine: &'a OpenSearch, interrupt: &'a Interrupt) -> Result<Self> {
        let path = format!("{}/_search/point_in_time?keep_alive={KEPT}", engine.places.articles);
        let opened = engine.client.post(&path, &json!({}), interrupt)?;
        let point = opened["pit_id"].as_str().map(str::to_owned);
        let point = point.ok_or_else(|| Error::new(ErrorKind::Unreachable, "the cluster gave no point in time"))?;
        Ok(Self { engine, interrupt, point: RefCell::new(point) })
    }

    /// The state that the cluster knows by this name.
    pub(super) fn named(engine: &'a OpenSearch, interrupt: &'a Interrupt, point: String) -> Self {
        Self { engine, interrupt, point: RefCell::new(point) }
    }

    /// What the cluster calls it.
    pub(super) fn name(&self) -> String {
        self.point.borrow().clone()
    }

    /// Searches in it. All shards count words together, so that scores are those of one index.
    pub(super) fn search(&self, mut body: Value) -> Result<Value> {
        body["pit"] = json!({ "id": *self.point.borrow(), "keep_alive": KEPT });
        body["track_total_hits"] = false.into();
        let found = self.engine.client.post("_search?search_type=dfs_query_then_fetch", &body, self.interrupt)?;
        check_whole(&found)?;
        if let Some(point) = found["pit_id"].as_str() {
            point.clone_into(&mut self.point.borrow_mut());
        }
        Ok(found)
    }

    /// Lets the cluster forget it.
    pub(super) fn close(self) {
        let body = json!({ "pit_id": [self.point.into_inner()] });
        // If that fails, it is forgotten a few minutes later.
        let _ = self.engine.client.delete("_search/point_in_time", Some(&body), &Interrupt::default());
    }
}

impl OpenSearch {
    /// Searches the articles in whatever state they are in, for what needs no other request in the same one.
    pub(super) fn search_now(&self, mut body: Value, interrupt: &Interrupt) -> Result<Value> {
        body["track_total_hits"] = false.into();
        let found = self.client.post(&format!("{}/_search", self.places.articles), &body, interrupt)?;
        check_whole(&found)?;
        Ok(found)
    }
}

/// Refuses a reply that not all shards have a part in.
pub(super) fn check_whole(found: &Value) -> Result<()> {
    if found["timed_out"] == true || found["_shards"]["failed"].as_u64().unwrap_or(0) > 0 {
        let why = &found["_shards"]["failures"][0]["reason"]["reason"];
        let message = format!("a part of the index of articles does not answer: {why}");
        return Err(Error::new(ErrorKind::Unreachable, message));
    }
    Ok(())
}
