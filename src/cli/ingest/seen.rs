//! Remembers where the articles of a run were found, by their ids. Of two records with the same id the first is lost,
//! which people should know.

use std::collections::HashMap;

use super::super::info::grouped;
use super::note::Note;

/// How many ids are remembered. Each takes some 150 bytes with its place. In a longer run, duplicates of further ids
/// are not reported.
pub(super) const REMEMBERED: usize = 100_000;

/// Half of a BLAKE3 digest of an id, which is enough to tell the ids of a run apart.
type Digest = [u8; 16];

/// The ids that a run has added so far, each with the place of its present article.
#[derive(Debug)]
pub(super) struct Seen {
    places: HashMap<Digest, String>,
    most: usize,
    /// Whether there were more ids than are remembered.
    overflown: bool,
}

impl Default for Seen {
    fn default() -> Self {
        Self::with_room_for(REMEMBERED)
    }
}

impl Seen {
    fn with_room_for(most: usize) -> Self {
        Self { places: HashMap::new(), most, overflown: false }
    }

    /// Remembers that the article at `place` was stored under `id`. If it `replaced` one of this run, returns a note.
    pub(super) fn kept(&mut self, id: &str, place: &str, replaced: bool) -> Option<Note> {
        let mut digest = Digest::default();
        blake3::Hasher::new().update(id.as_bytes()).finalize_xof().fill(&mut digest);
        if let Some(known) = self.places.get_mut(&digest) {
            let before = std::mem::replace(known, place.to_string());
            return (replaced && before != place).then(|| taken(before));
        }
        if self.places.len() < self.most {
            self.places.insert(digest, place.to_string());
        } else {
            self.overflown = true;
        }
        None
    }

    /// A note that duplicates may have been missed, if there were more ids than are remembered.
    pub(super) fn limit(&self) -> Option<Note> {
        let most = grouped(self.most as u64);
        let what = format!("duplicate ids are reported only among the first {most} ids only");
        self.overflown.then(|| Note::new("", "", what))
    }
}

/// "feed.jsonl:1 had the same id; this takes its place"
fn taken(before: String) -> Note {
    // `Note::new` would cut off the line number after a long path.
    Note { field: String::new(), value: before, what: "has the same id, and is gone: this takes its place".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_that_is_taken_is_told_and_nothing_else() {
        let mut seen = Seen::with_room_for(2);
        assert_eq!(seen.kept("a", "f:1", true), None, "what it replaced came with another run");
        assert_eq!(seen.kept("b", "f:2", false), None);
        assert_eq!(seen.kept("a", "f:1", true), None, "it was sent twice");
        let note = seen.kept("a", "f:3", true).unwrap();
        assert_eq!(note.to_string(), "f:1 has the same id, and is gone: this takes its place");
        assert_eq!(seen.kept("a", "f:4", false), None, "the very same article");
        assert!(seen.kept("a", "f:5", true).unwrap().to_string().starts_with("f:4 "));
        assert_eq!(seen.limit(), None);
        assert_eq!((seen.kept("c", "f:6", false), seen.kept("c", "f:7", true)), (None, None));
        let told = seen.limit().map(|note| note.to_string());
        assert_eq!(told.as_deref(), Some("duplicate ids are reported only among the first 2 ids only"));
    }
}
