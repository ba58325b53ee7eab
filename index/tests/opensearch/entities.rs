//! What is known of entities: the same as on the embedded engine.

use sayso_document::EntityType;
use sayso_index::opensearch::OpenSearch;
use sayso_index::{Embedded, EmbeddedOptions, Engine, EntityId, Write};

use crate::changes::change;
use crate::cluster::shared;
use crate::samples::{article, with_entity, with_quote};

#[test]
fn shares_of_articles_add_up_alike() {
    let Some(cluster) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let embedded = Embedded::open(folder.path(), EmbeddedOptions::default()).unwrap();
    let engine = OpenSearch::open(cluster.options()).unwrap();
    let lind = ["Ada Lind", "Lind", "ADA LIND", "Dr. Lind"];
    let mut writes = Vec::new();
    for at in 0..8_usize {
        let body = "Ada Lind spoke in Veld. Lind and Bero Tamm went on. Dr. Lind said no.";
        let mut made = article(&at.to_string(), body);
        made.article.published_at = (at % 3 != 0).then_some(at as i64 * 1_000_000);
        made = with_entity(made, EntityType::Person, &lind[at % 2..at % 4 + 1], &["minister", "Dr."][..at % 3]);
        if at % 2 == 0 {
            made = with_entity(made, EntityType::Person, &["Bero Tamm"], &[]);
        }
        if at % 3 == 1 {
            // Another entity of the same id in the same article.
            made = with_entity(made, EntityType::Person, &["Ada Lind"], &["envoy"]);
        }
        made = with_entity(made, EntityType::Place, &["Veld"], &[]);
        writes.push(Write::Put(Box::new(with_quote(made, "spoke in Veld", Some(0))), None));
    }
    writes.push(Write::Delete("5".into(), None));
    for write in writes {
        assert_eq!(change(&engine, write.clone()).unwrap().seq, change(&embedded, write).unwrap().seq);
    }
    let ids = [(EntityType::Person, "Ada Lind"), (EntityType::Person, "Bero Tamm"), (EntityType::Place, "Veld")];
    let nobody = [(EntityType::Person, "Lind"), (EntityType::Person, "Nobody")];
    for (kind, name) in ids.into_iter().chain(nobody) {
        let id = EntityId::of(kind, name);
        let (found, expected) = (engine.entity(&id).unwrap(), embedded.entity(&id).unwrap());
        assert_eq!(found, expected, "{id}");
    }
    assert!(engine.entity(&EntityId::of(EntityType::Person, "Ada Lind")).unwrap().unwrap().aliases.len() > 1);
    assert_eq!(engine.status().unwrap().entities, embedded.status().unwrap().entities);
}
