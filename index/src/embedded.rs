//! The engine in this process: a store of record (redb) and three tantivy indexes that follow it.
