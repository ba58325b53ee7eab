//! Hits as a table, one line each, and lines of CSV.

use std::io::{IsTerminal, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::fault::Fault;
use super::render::{self, DIM, PLAIN};
use super::rows::Row;
use crate::echo;

/// What is between two columns.
const GAP: &str = "  ";

/// No column is cut to fewer terminal columns than this, however narrow the terminal is.
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
        let columns = R::SHOWN.iter().filter_map(|shown| R::COLUMNS.iter().position(|column| column == shown));
        let columns: Vec<usize> = columns.collect();
        let cells = |hit: &R| {
            let values = hit.values();
            columns.iter().map(|&column| render::one_line(&values[column])).collect::<Vec<_>>()
        };
        let rows: Vec<Vec<String>> = hits.iter().map(cells).collect();
        let mut out = String::new();
        if self.widths.is_empty() && !rows.is_empty() {
            let heading: Vec<String> = R::SHOWN.iter().map(|column| column.replace('_', " ")).collect();
            let widest = |at: usize| rows.iter().chain([&heading]).map(|row| row[at].width()).max().unwrap_or_default();
            self.widths = fitted((0..columns.len()).map(widest).collect(), width);
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

/// These widths, the widest of them made smaller until a line fits.
fn fitted(mut widths: Vec<usize>, line: Option<usize>) -> Vec<usize> {
    let gaps = GAP.width() * widths.len().saturating_sub(1);
    let Some(room) = line.map(|line| line.saturating_sub(gaps)) else { return widths };
    while widths.iter().sum::<usize>() > room {
        let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > LEAST_COLUMNS) else { break };
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
            article: Some(Article { outlet: outlet.into(), ..Article::default() }),
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
            shown(Some(50)),
            "publish time  outlet         text\n              \
             Northern Wire  The ferry sank.\n              \
             東京           A long text that no…\n"
        );
        assert!(shown(None).ends_with("A long text that no terminal of this width shows.\n"));
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
