//! The dependency parser: its states and moves, its relations, and the features of both choices.

use sayso_document::Document;

use crate::Analyzer;
pub use crate::parse::{
    MOVE_FEATURES, Move, NAMES, NONE, Node, Parser, RELATION_FEATURES, Relation, Sight, State, Tree, move_features,
    relation_features,
};

/// The dependencies of a document.
pub fn tree(analyzer: &Analyzer, document: &Document<'_>) -> Tree {
    analyzer.tree(document, &analyzer.words(&analyzer.view(document)))
}
