//! Counts, in tests, how often each table of a document is built. Each is built once, however many
//! stages read it; a second time would cost speed and hide a dependency between stages.

use std::cell::RefCell;
use std::collections::BTreeMap;

use sayso_document::Tier;

use crate::Analyzer;

thread_local! {
    static BUILT: RefCell<BTreeMap<&'static str, usize>> = const { RefCell::new(BTreeMap::new()) };
}

/// Notes that a table is built.
pub(crate) fn note(table: &'static str) {
    BUILT.with_borrow_mut(|built| *built.entry(table).or_default() += 1);
}

#[test]
fn every_table_of_a_document_is_built_once() {
    const TEXT: &str = "HARBOUR: Dunmore to go\n\n“We close on Friday,” said Ana Dunmore, the harbour master. “Nobody is hurt.”\n\n\
        She told reporters that the port would open again in May.";
    let analyzer = Analyzer::new();
    for tier in [Tier::Fast, analyzer.best()] {
        BUILT.take();
        let analysis = analyzer.analyze(TEXT, tier);
        assert!(analysis.quotes.len() >= 2, "{analysis:#?}");
        let built = BUILT.take();
        assert!(built.len() >= 11 && built.values().all(|&times| times == 1), "{built:?}");
    }
}
