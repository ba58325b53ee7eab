//! Hits as a table, one line each, and lines of CSV.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::fault::Fault;
use super::render::{self, DIM, PLAIN};
use super::rows::Row;
use crate::echo;

/// What is between two columns.
const GAP: &str = "  ";

/// No column is cut to fewer terminal columns than this, however narrow the terminal is. Ids and days are not cut at all, so
/// lines are wider than a very narrow terminal.
const LEAST_COLUMNS: usize = 8;

/// A table that grows page by page. The widths of its columns are those of the first page.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    widths: Vec<usize>,
}

impl Table {
    /// The next lines, after a heading if they are the first. Cells are cut to make lines of at most `width` columns; without a
    /// width, as in a pipe, they stay whole.
    pub(super) fn lines<R: Row>(&mut self, hits: &[R], width: Option<usize>) -> String {
        let cells = |hit: &R| {
            let all = hit.values();
            let values: BTreeMap<_, _> = R::COLUMNS.iter().copied().zip(&all).collect();
            let cell = |name: &&str| {
                let value = hit.shown(name).unwrap_or_else(|| values[name].clone());
                render::one_line(if name.ends_with("_time") { day_of(&value) } else { &value })
            };
            R::SHOWN.iter().map(cell).collect::<Vec<_>>()
        };
        let rows: Vec<Vec<String>> = hits.iter().map(cells).collect();
        let mut out = String::new();
        if self.widths.is_empty() && !rows.is_empty() {
            let heading: Vec<String> = R::SHOWN.iter().map(|&column| headed(column)).collect();
            let widest = |at: usize| rows.iter().chain([&heading]).map(|row| row[at].width()).max().unwrap_or_default();
            self.widths = fitted((0..heading.len()).map(widest).collect(), &whole::<R>(), width);
            out.push_str(&format!("{DIM}{}{DIM:#}\n", self.line(&heading)));
        }
        for row in &rows {
            out.push_str(&format!("{PLAIN}{}{PLAIN:#}\n", self.line(row)));
        }
        out
    }

    fn line(&self, cells: &[String]) -> String {
        let padded = |(cell, &width): (&String, &usize)| {
            let cut = cut(cell, width);
            let blanks = " ".repeat(width.saturating_sub(cut.width()));
            cut + &blanks
        };
        cells.iter().zip(&self.widths).map(padded).collect::<Vec<_>>().join(GAP).trim_end().to_owned()
    }
}

/// What stands above a column: "published", "who", "article id".
fn headed(column: &str) -> String {
    match column {
        "publish_time" => "published".to_owned(),
        "speakers" => "who".to_owned(),
        "sentence_count" | "article_count" | "quote_count" => column.replace("_count", "s"),
        _ => column.replace('_', " "),
    }
}

/// The day of a time as RFC 3339 has it.
fn day_of(time: &str) -> &str {
    time.split('T').next().unwrap_or_default()
}

/// Whether each column is shown whole: ids, which are there to be copied, and days.
fn whole<R: Row>() -> Vec<bool> {
    R::SHOWN.iter().map(|column| column.ends_with("_id") || column.ends_with("_time")).collect()
}

/// These widths, the widest of those that may be cut made smaller until a line fits.
fn fitted(mut widths: Vec<usize>, whole: &[bool], line: Option<usize>) -> Vec<usize> {
    let gaps = GAP.width() * widths.len().saturating_sub(1);
    let Some(room) = line.map(|line| line.saturating_sub(gaps)) else { return widths };
    while widths.iter().sum::<usize>() > room {
        let may_be_cut = widths.iter_mut().zip(whole).filter(|(_, whole)| !**whole).map(|(width, _)| width);
        let Some(widest) = may_be_cut.max().filter(|widest| **widest > LEAST_COLUMNS) else { break };
        *widest -= 1;
    }
    widths
}

/// The text, or its beginning with "…" if it takes more than `width` columns.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or_default();
        if used > width {
            break;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out + "…"
}

/// Prints a line of CSV. On a terminal, characters that control it become escapes; a file or pipe gets the text as it is.
pub(super) fn csv_line(line: &str) -> Result<(), Fault> {
    let stdout = std::io::stdout();
    let line = if stdout.is_terminal() { echo::visible(line) } else { line.into() };
    Ok(writeln!(stdout.lock(), "{line}")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{Article, Sentence, SentenceHit};

    fn hit(outlet: &str, text: &str) -> SentenceHit {
        SentenceHit {
            sentence: Some(Sentence { text: text.into(), ..Sentence::default() }),
            article: Some(Article {
                id: "an-id-to-be-copied".into(),
                outlet: outlet.into(),
                publish_time: Some(prost_types::Timestamp { seconds: 1_772_461_800, nanos: 0 }),
                ..Article::default()
            }),
            ..SentenceHit::default()
        }
    }

    #[test]
    fn columns_stand_below_each_other_and_long_cells_are_cut() {
        let hits = [
            hit("Northern Wire", "The ferry\nsank."),
            hit("東京", "A long text that no terminal of this width shows."),
        ];
        let shown = |width| render::plain(&Table::default().lines(&hits, width));
        assert_eq!(
            shown(Some(65)),
            "published   outlet         text                article id\n\
             2026-03-02  Northern Wire  The ferry sank.     an-id-to-be-copied\n\
             2026-03-02  東京           A long text that…   an-id-to-be-copied\n"
        );
        assert!(shown(None).contains("A long text that no terminal of this width shows."));
        assert!(shown(Some(20)).lines().skip(1).all(|line| line.ends_with("  an-id-to-be-copied")));
    }

    #[test]
    fn later_pages_have_no_heading() {
        let mut table = Table::default();
        let first = table.lines(&[hit("Wire", "One.")], None);
        let second = table.lines(&[hit("Wire", "A longer one.")], None);
        assert_eq!((first.lines().count(), second.lines().count()), (2, 1));
        assert_eq!(Table::default().lines::<SentenceHit>(&[], None), "");
    }
}
