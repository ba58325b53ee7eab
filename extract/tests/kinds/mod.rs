//! Kinds of text that have made, or might make, a stage look at every part of a text from every other: each is a
//! pattern that is repeated. `#` in it stands for a number that counts the repeats, `@` for letters that do.

/// A kind of text.
pub(crate) struct Kind {
    /// What it is called in messages.
    pub(crate) name: &'static str,
    /// What comes once before the pattern.
    pub(crate) head: &'static str,
    /// What is repeated.
    pub(crate) pattern: &'static str,
}

const fn kind(name: &'static str, pattern: &'static str) -> Kind {
    Kind { name, head: "", pattern }
}

const fn behind(name: &'static str, head: &'static str, pattern: &'static str) -> Kind {
    Kind { name, head, pattern }
}

/// All kinds.
pub(crate) const KINDS: &[Kind] = &[
    kind("one-word", "mill "),
    kind("one-letter", "a"),
    kind("unbroken-words", "mill"),
    kind("unlike-words", "mill@ "),
    kind("one-mark", "!"),
    kind("stops", ". "),
    kind("dots", "."),
    kind("ellipses", "… "),
    kind("commas", ", "),
    kind("comma-words", "mill, "),
    kind("colons", "mill: "),
    kind("semicolons", "the mill; "),
    kind("dashes", "—"),
    kind("dash-words", "mill — "),
    kind("hyphens", "mill-"),
    kind("cues", "said "),
    kind("cues-that", "said that "),
    kind("nouns", "claim "),
    kind("infinitives", "to say "),
    kind("gerunds", "saying "),
    kind("passives", "was told "),
    kind("according", "according to "),
    kind("asked", "he asked her "),
    kind("clauses", "she said that he said that "),
    kind("relative", "who said that the man "),
    kind("denials", "did not say that "),
    kind("and", "and "),
    kind("verbs", "ran "),
    kind("opened", "“"),
    kind("opened-words", "“mill "),
    kind("closed", "”"),
    kind("closed-words", "mill” "),
    kind("straight", "\""),
    kind("straight-words", "\"mill\" "),
    kind("single-words", "'mill' "),
    kind("single-opened", "‘mill "),
    kind("plural-owners", "the mills' "),
    behind("fences", "The mayor said that the bridge would be open again. ", "```\n"),
    kind("stray-commas", "the mill said that it , "),
    kind("nested", "“mill ‘pond "),
    kind("guillemets", "« mill » "),
    kind("quoted-words", "“mill” "),
    kind("port", "“the port,” she said, "),
    kind("port-named", "“the port,” Ilsa Brandt said, and then "),
    kind("said-quoted", "said “the port” "),
    kind("list", "resident # wrote “we want the bridge open again this spring”; "),
    kind("paragraphs-opened", "“The mill is shut until Friday.\n\n"),
    kind("quoted-sentences", "“The mill is shut until Friday.” "),
    behind("continued", "“The mill is shut,” Ilsa Brandt said. ", "“It is shut.” "),
    behind("quoted-many", "Ilsa Brandt said: “", "The mill is shut. "),
    kind("interrupted", "“The mill,” Ilsa Brandt said, “is shut.” "),
    kind("told", "Ilsa Brandt told Tom Reed that the mill was shut. "),
    kind("i-said", "“I wait,” I said. "),
    kind("we-said", "We said we said "),
    kind("capitals", "MILL "),
    kind("capital-words", "Mill "),
    kind("names", "Ilsa Brandt "),
    kind("names-listed", "Ilsa Brandt, "),
    kind("unlike-names", "Ilsa Brandt@ "),
    kind("unlike-names-listed", "Ilsa@ Brandt@, "),
    kind("unlike-sentences", "Ilsa@ Brandt@ said that the mill was shut. "),
    kind("surnames", "Ilsa@ Brandt met Brandt. "),
    kind("given-names", "Ilsa Brandt@ met Ilsa. "),
    kind("alike-surnames", "Ilsa@ Brandt met Brand. "),
    kind("courtesies", "Ilsa@ Brandt met Mr. Brandt. "),
    kind("longer-names", "Ilsa@ Brandt met Ilsa@ Brandt Lund. "),
    kind("bodies", "the Mill@ Board met. "),
    kind("body-heads", "the Mill@ Board met the Board. "),
    kind("body-beginnings", "the Mill Board@ met Mill. "),
    kind("offices", "the Brandt@ administration said no. "),
    kind("companies", "Brandt Inc@ Corp. met Brandt Inc@. "),
    kind("acronyms", "the River Mill Board (RMB) met. "),
    kind("unlike-acronyms", "the River@ Mill Board (R@B) "),
    kind("places", "Paris and London "),
    kind("titles", "President "),
    kind("titled", "President Ilsa Brandt said no. "),
    kind("unlike-titles", "Ilsa Brandt, head of mill@, said no. "),
    kind("titles-in-front", "Mill@ Minister Ilsa Brandt said no. "),
    kind("small-titles", "minister "),
    kind("pronouns", "he "),
    kind("she-said", "She said it. "),
    kind("they", "They said they would tell them. "),
    behind("they-of-names", "Ilsa Brandt met Tom Reed. ", "He told her he knew. "),
    kind("descriptions", "the minister said no. "),
    kind("official-said", "The official said the mill was shut. "),
    kind("described", "Ilsa@ Brandt@ is here. The minister said no. "),
    kind("described-bodies", "the Mill@ Board is here. The board said no. "),
    kind("described-of", "The head of the River Board said no. "),
    kind("combining", "\u{301}"),
    kind("combining-words", "e\u{301}e\u{301} "),
    kind("spaces", " "),
    kind("breaks", "\n"),
    kind("paragraph-breaks", "a\n\n"),
    kind("wrapped", "the mill on the river was shut by the board in\n"),
    kind("short-lines", "the mill\n"),
    kind("carriage-returns", "a\r\n"),
    kind("tag-u", "<u>"),
    kind("tag-p", "<p>mill "),
    kind("tag-script", "<script>"),
    kind("tag-less", "<"),
    kind("tag-comment", "<!--"),
    kind("tag-open", "<a "),
    kind("greater", "> "),
    kind("mail", "> mill\n"),
    kind("entity-amp", "&amp;"),
    kind("entity-quot", "&quot;mill&quot; "),
    kind("entity-nbsp", "&nbsp;"),
    kind("ampersands", "&"),
    kind("ampersand-names", "A&"),
    kind("digits", "7"),
    kind("numbers", "7 "),
    kind("decimals", "7.7,"),
    kind("dates", "March #, 2026 "),
    kind("weekdays", "on Tuesday "),
    kind("when", "“No,” she said on Tuesday. "),
    kind("money", "$# million "),
    kind("urls", "https://mill.example/@ "),
    kind("url-unbroken", "http://"),
    kind("mail-addresses", "a@b.example "),
    kind("handles", "@mill #mill "),
    kind("chinese", "磨坊关闭了"),
    kind("chinese-sentences", "磨坊关闭了。"),
    kind("chinese-quoted", "「磨坊」"),
    kind("arabic", "قال "),
    kind("german", "Die Mühle ist zu, sagte sie. "),
    kind("two-languages", "Die Mühle ist zu und das Wasser steht.\n\nThe mill is shut and the water is high.\n\n"),
    kind("emoji", "😀"),
    kind("emoji-joined", "👩\u{200d}🚀"),
    kind("joiners", "\u{200d}"),
    kind("flags", "🇪🇺"),
    kind("zero-width", "\u{200b}"),
    kind("soft-hyphens", "\u{ad}"),
    kind("transcript", "HOLT: We open on Friday.\n"),
    kind("transcript-letters", "A: b\n"),
    kind("interview", "Karen Holt: Who paid?\n\nTom Reed: We did.\n\n"),
    kind("bylines", "By Ilsa Brandt\n"),
    kind("dashed-names", "“No.” — Ilsa Brandt\n\n"),
    kind("headlines", "Mill is shut, mayor says\n"),
    kind("brackets", "("),
    kind("brackets-closed", ")"),
    kind("bracketed", "(mill) "),
    kind("square", "[mill] "),
    kind("slashes", "mill/"),
    kind("apostrophes", "'"),
    kind("contractions", "don't "),
    kind("initials", "J. "),
    kind("acronym-dots", "U.S."),
    kind("abbreviations", "Mr. "),
    kind("bullets", "• mill\n"),
    kind("stars", "* "),
    kind("questions", "Who said what? "),
    kind("shouted", "“NO!” SHE SAID. "),
    kind("of", "the head of "),
    kind("of-the", "the Board of the Mill of "),
    kind("possessives", "Brandt's "),
    kind("if", "if he says so, "),
    kind("that", "that "),
    kind("prepositions", "of in on "),
    kind("parenthetic-titles", "Ilsa Brandt (D-Marn), "),
    kind("party", "(D "),
    kind("reports", "The report said so. "),
    kind("i-say", "I say we say "),
    kind("long-acronyms", "Mill of (MO) "),
    kind("long-titles", "Ilsa Brandt, chief of the Mill and chief of the Pond and chief of the Weir, said no. "),
    kind("days", "on Tuesday 7 7 7 he said "),
    kind("sources", "the mill, the pond, the weir, the sluice and the bridge said "),
];

/// What stands before every pattern: so many words of English in its paragraph that all of it is read as English.
const LEAD: &str = "The mayor of the old town on the river said on Friday that the bridge to the north bank, which was \
    built by her grandfather and has been shut since the flood in the spring, would be open again for all by the end \
    of the year, and that the town had found the money for it in its own books, so that nobody would have to pay more \
    than they did in the last year, as some had feared. ";

impl Kind {
    /// The text of this kind with so many bytes, or a few more.
    pub(crate) fn text(&self, bytes: usize) -> String {
        let mut text = String::with_capacity(bytes + LEAD.len() + self.head.len() + 100);
        text.push_str(LEAD);
        text.push_str(self.head);
        let mut round = 0_usize;
        while text.len() < bytes {
            for c in self.pattern.chars() {
                match c {
                    '#' => text.push_str(&(round % 28 + 1).to_string()),
                    '@' => letters(round, &mut text),
                    c => text.push(c),
                }
            }
            round += 1;
        }
        text
    }
}

/// A number in small letters, so that each is a word of its own.
fn letters(mut number: usize, out: &mut String) {
    for _ in 0..4 {
        out.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
    }
}
