//! Hands over everything that the store holds, for a copy of it.
//!
//! One read transaction sees one state, whatever is written in the meantime. While it is open, the store's file grows instead of
//! using freed pages again.

use super::store::Snapshot;
use crate::record;
use crate::{Exported, Interrupt, Kept, Result};

impl Snapshot {
    /// Hands over every article, in the order of their numbers. Those with a damaged record are counted and left out.
    pub(super) fn export(&self, take: &mut dyn FnMut(Kept) -> Result<()>, interrupt: &Interrupt) -> Result<Exported> {
        let mut exported = Exported { seq: self.seq, damaged: self.damaged_count()?, ..Exported::default() };
        for seq in self.seqs()? {
            interrupt.check()?;
            let seq = seq?;
            let article = match self.indexed(seq) {
                Err(error) if error.damaged_record().is_some() => {
                    exported.damaged += 1;
                    continue;
                }
                read => read?,
            };
            exported.articles += 1;
            exported.sentences += article.analysis.sentences.len() as u64;
            exported.quotes += article.analysis.quotes.len() as u64;
            let pending = self.pending.get(seq)?.map(|code| record::tier_of(code.value())).transpose()?;
            take(Kept { seq, article, pending })?;
        }
        Ok(exported)
    }
}
