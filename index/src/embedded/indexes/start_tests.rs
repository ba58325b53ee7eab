//! What is deleted first after opening stays deleted, whatever is merged before the next commit.

use tantivy::schema::{INDEXED, Schema};
use tantivy::{Index, Term};

use super::*;

#[test]
fn the_first_delete_after_opening_is_not_lost_in_a_merge() {
    let mut schema = Schema::builder();
    let number = schema.add_u64_field("number", INDEXED);
    let index = Index::create_in_ram(schema.build());
    let document = |value| {
        let mut document = TantivyDocument::new();
        document.add_u64(number, value);
        document
    };
    let start = || One::start(&index, 1, MEMORY_AT_LEAST, Some(0)).unwrap();

    // One segment has deletes of the last commit, the other has none.
    let mut one = start();
    one.add((0..4).map(document)).unwrap();
    one.writer.commit().unwrap();
    one.delete(Term::from_field_u64(number, 0));
    one.add((4..6).map(document)).unwrap();
    one.writer.commit().unwrap();
    one.writer.wait_merging_threads().unwrap();
    let mut segments = index.searchable_segment_metas().unwrap();
    segments.sort_by_key(|segment| segment.has_deletes());
    let segments: Vec<_> = segments.iter().map(|segment| segment.id()).collect();
    assert_eq!(segments.len(), 2);

    let mut one = start();
    one.delete(Term::from_field_u64(number, 1));
    one.writer.merge(&segments).wait().unwrap();
    one.writer.commit().unwrap();
    one.reader.reload().unwrap();
    assert_eq!(one.reader.searcher().num_docs(), 4);
}
