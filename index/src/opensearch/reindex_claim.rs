//! The claim of one node to make a new index, so that no two do so at the same time.
//!
//! It is renewed with every part that is copied. A node that was held up for longer than a claim lasts finds that
//! another has it, and gives up before it touches anything more.

use serde_json::{Value, json};

use super::client::Client;
use super::setup::Places;
use crate::{Error, ErrorKind, Interrupt, Result};

/// How long a claim lasts that is not renewed, in microseconds. If its node dies, another may begin then.
const LASTS: i64 = 2 * 60 * 1_000_000;

/// A claim.
pub(super) struct Claim<'e> {
    client: &'e Client,
    /// The time, in microseconds since 1970.
    now: fn() -> i64,
    path: String,
    /// The state of the claim's document, as the next change of it must name it.
    guard: String,
}

impl<'e> Claim<'e> {
    /// The claim of this node. An error if another node has one.
    pub(super) fn of(client: &'e Client, places: &Places, now: fn() -> i64) -> Result<Self> {
        let path = format!("{}/_doc/reindex", places.state);
        let before = client.get(&path, &Interrupt::default())?;
        let guard = match before["found"] == true {
            false => "op_type=create".to_owned(),
            true if is_live(&before["_source"], now()) => return Err(taken()),
            true => guard_of(&before),
        };
        let mut claim = Self { client, now, path, guard };
        claim.renew()?;
        Ok(claim)
    }

    /// Keeps the claim. An error if it lasted too long and another node has one now.
    pub(super) fn renew(&mut self) -> Result<()> {
        let until = (self.now)().saturating_add(LASTS);
        let path = format!("{}?{}", self.path, self.guard);
        let renewed = self.client.put(&path, &json!({ "until": until }), &Interrupt::default());
        let renewed = renewed.map_err(|error| if error.kind() == ErrorKind::Stale { taken() } else { error })?;
        self.guard = guard_of(&renewed);
        Ok(())
    }

    /// Gives the claim up.
    pub(super) fn end(self) -> Result<()> {
        let path = format!("{}?{}", self.path, self.guard);
        self.client.delete(&path, None, &Interrupt::default()).map(drop)
    }
}

/// Whether a claim still lasts.
pub(super) fn is_live(claim: &Value, now: i64) -> bool {
    claim["until"].as_i64().is_some_and(|until| until >= now)
}

/// The parameters by which a change names a document's state.
fn guard_of(document: &Value) -> String {
    format!("if_seq_no={}&if_primary_term={}", document["_seq_no"], document["_primary_term"])
}

/// The error where another node has the claim.
fn taken() -> Error {
    Error::new(ErrorKind::Unreachable, "another node of the service makes a new index at present")
}
