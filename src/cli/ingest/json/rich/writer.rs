//! Writes paragraphs.

/// A text that grows by words and paragraphs.
#[derive(Default)]
pub(super) struct Writer {
    out: String,
    /// Whether the next words begin a paragraph.
    due: bool,
}

impl Writer {
    /// Ends the paragraph, if one has begun.
    pub(super) fn paragraph(&mut self) {
        self.due = true;
    }

    /// Ends the line, within the paragraph.
    pub(super) fn line_break(&mut self) {
        if !self.due && !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    /// Adds words as they are. Blanks do not begin a paragraph.
    pub(super) fn words(&mut self, words: &str) {
        let words = if self.due || self.out.is_empty() { words.trim_start() } else { words };
        if words.is_empty() {
            return;
        }
        if std::mem::take(&mut self.due) && !self.out.is_empty() {
            self.out.truncate(self.out.trim_end().len());
            self.out.push_str("\n\n");
        }
        self.out.push_str(words);
    }

    /// Adds words in which any white space is a blank.
    pub(super) fn blanks_folded(&mut self, words: &str) {
        let mut folded = String::with_capacity(words.len());
        for c in words.chars() {
            match c.is_ascii_whitespace() {
                true if folded.ends_with(' ') => {}
                true => folded.push(' '),
                false => folded.push(c),
            }
        }
        let after_blank = self.out.ends_with([' ', '\n']) && !self.due;
        self.words(if after_blank { folded.trim_start() } else { &folded });
    }

    /// Adds words of which each line is a paragraph.
    pub(super) fn lines(&mut self, text: &str) {
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.paragraph();
            }
            self.words(line);
        }
    }

    /// Where the text ends now.
    pub(super) fn mark(&self) -> usize {
        self.out.len()
    }

    /// Takes back what was written since then.
    pub(super) fn take_back(&mut self, mark: usize) {
        if self.out.len() > mark {
            self.out.truncate(mark);
        }
    }

    /// Takes back what was written since `behind` if it says the same as `words`, which were written between `start`
    /// and there. It looks at no more than the length of `words`.
    pub(super) fn take_back_repeated(&mut self, start: usize, behind: usize, words: &str) {
        let Some(added) = self.out.get(behind..) else { return };
        if start == behind || added.len() > 2 * words.len() + 16 {
            return;
        }
        let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let added = bare(added);
        if !added.is_empty() && added == bare(words) {
            self.out.truncate(behind);
            self.due = true;
        }
    }

    /// The text.
    pub(super) fn finish(mut self) -> String {
        self.out.truncate(self.out.trim_end().len());
        self.out
    }
}
