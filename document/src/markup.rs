//! What is left of a web page in a text that was cut out of it: tags, comments, scripts, character references, and
//! invisible characters.
//!
//! Nothing is rewritten: tokens step around these, so that no name and no quotation takes them in.
//! A reference to a quotation mark, `&quot;`, does the work of the mark.

use html_escape::NAMED_ENTITIES;

/// What is at some byte of a text instead of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leftover {
    /// Markup or an invisible sign up to this byte. Words at both sides are apart.
    Gap { end: usize },
    /// A tag that begins or ends a line or a block, up to this byte.
    Break { end: usize, block: bool },
    /// A reference that stands for this visible character, up to this byte.
    Sign { end: usize, sign: char },
}

/// A tag is at most this many bytes long.
const TAG: usize = 1_000;

/// The marks of quoted mail and lists stand at most this far from the start of a line.
const MARGIN: usize = 12;

/// Names of tags inside of a line of text.
const INLINE: [&str; 29] = [
    "a", "abbr", "b", "big", "cite", "code", "del", "em", "font", "i", "img", "ins", "label", "link", "mark", "meta",
    "path", "q", "s", "script", "small", "span", "strike", "strong", "style", "sub", "sup", "svg", "u",
];

/// Names of tags around lines and blocks of text.
const BLOCK: [&str; 51] = [
    "article",
    "aside",
    "audio",
    "blockquote",
    "body",
    "button",
    "caption",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "iframe",
    "input",
    "li",
    "main",
    "nav",
    "noscript",
    "object",
    "ol",
    "option",
    "p",
    "picture",
    "pre",
    "section",
    "select",
    "source",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
    "video",
];

/// What is at byte `at`, if it is not text.
pub(crate) fn leftover(text: &str, at: usize) -> Option<Leftover> {
    let bytes = text.as_bytes();
    match bytes.get(at)? {
        b'<' => tag(text, at),
        b'>' if begins_line(text, at) => Some(Leftover::Gap { end: at + 1 }),
        b'&' => reference(bytes, at).map(|(end, sign)| match sign {
            sign if sign == ' ' || is_unseen(sign) => Leftover::Gap { end },
            sign => Leftover::Sign { end, sign },
        }),
        byte if byte.is_ascii() => {
            (byte.is_ascii_control() && !(b'\t'..=b'\r').contains(byte)).then_some(Leftover::Gap { end: at + 1 })
        }
        _ => {
            let c = text[at..].chars().next()?;
            let unread = is_unseen(c) || is_bullet(c) && begins_line(text, at);
            unread.then_some(Leftover::Gap { end: at + c.len_utf8() })
        }
    }
}

/// A reference to a visible character at byte `at`: where it ends, and the character.
pub(crate) fn sign(text: &str, at: usize) -> Option<(usize, char)> {
    let bytes = text.as_bytes();
    (bytes.get(at) == Some(&b'&')).then(|| reference(bytes, at).filter(|(_, sign)| *sign != ' ')).flatten()
}

/// The first character of a word, or the one that a reference at its start stands for. A space for an empty word.
pub(crate) fn first_char(word: &str) -> char {
    sign(word, 0).map(|(_, sign)| sign).or(word.chars().next()).unwrap_or(' ')
}

/// The last character of a word, or the one that the reference that it is stands for.
pub(crate) fn last_char(word: &str) -> char {
    match sign(word, 0) {
        Some((end, sign)) if end == word.len() => sign,
        _ => word.chars().next_back().unwrap_or(' '),
    }
}

/// Words without markup: character references become the characters they stand for, and white space is normalised.
///
/// Invisible characters that shape their neighbours stay: joiners inside words and emoji, and variation selectors.
/// Direction marks, byte order marks, soft hyphens and zero-width spaces go.
///
/// ```
/// use sayso_document::plain_text;
///
/// assert_eq!(plain_text("The <b>harbour</b>\n is &ldquo;open&rdquo;."), "The harbour is “open”.");
/// assert_eq!(plain_text("Cal\u{ad}loway"), "Calloway");
/// ```
pub fn plain_text(words: &str) -> String {
    let mut plain = String::with_capacity(words.len());
    read_plain(words, |_, shown| plain.push(shown));
    plain
}

/// Tells the characters of [`plain_text`], each with the byte at which what it stands for begins.
pub(crate) fn read_plain(words: &str, mut tell: impl FnMut(usize, char)) {
    let mut last = None;
    // Where white space began that has something before it, and is told when something follows.
    let mut blank = None;
    let mut at = 0;
    while let Some(c) = words[at..].chars().next() {
        if let Some((end, sign)) = joining(words, at, c) {
            let parted = |c: Option<char>| c.is_none_or(char::is_whitespace);
            if blank.is_none() && last.is_some() && !parted(words[end..].chars().next()) {
                tell(at, sign);
                last = Some(sign);
            }
            at = end;
            continue;
        }
        let (end, shown) = match leftover(words, at) {
            Some(Leftover::Gap { end }) if c == '&' => (end, sign(words, at).map_or(' ', |_| '\0')),
            Some(Leftover::Gap { end }) => (end, '\0'),
            Some(Leftover::Break { end, .. }) => (end, ' '),
            Some(Leftover::Sign { end, sign }) => (end, sign),
            None => (at + c.len_utf8(), if c == '\u{ad}' { '\0' } else { c }),
        };
        if shown.is_whitespace() {
            blank = blank.or(last.map(|_| at));
        } else if shown != '\0' {
            if let Some(blank) = blank.take() {
                tell(blank, ' ');
            }
            tell(at, shown);
            last = Some(shown);
        }
        at = end;
    }
}

/// Joins what stands at its sides: the parts of an emoji, letters of Arabic and Indian scripts.
const JOINER: char = '\u{200d}';
/// Keeps letters apart that would be joined: Persian endings, German compounds in black letter.
const NON_JOINER: char = '\u{200c}';

/// The joiner at byte `at`, where `c` stands, itself or as a reference: where it ends, and which it is.
fn joining(words: &str, at: usize, c: char) -> Option<(usize, char)> {
    match c {
        JOINER | NON_JOINER => Some((at + c.len_utf8(), c)),
        '&' => reference(words.as_bytes(), at).filter(|(_, sign)| matches!(*sign, JOINER | NON_JOINER)),
        _ => None,
    }
}

/// Signs without a width that part no words of their own: marks of direction, byte order, breaks.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffc}')
}

/// A sign that begins an item of a list.
fn is_bullet(c: char) -> bool {
    matches!(c, '•' | '‣' | '◦' | '▪' | '▸' | '►' | '■' | '●')
}

/// Whether nothing but blanks and the marks of quoted mail stand before byte `at` in its line.
fn begins_line(text: &str, at: usize) -> bool {
    let mut before = text[..at].bytes().rev().take(MARGIN).skip_while(|b| matches!(b, b' ' | b'\t' | b'>'));
    match before.next() {
        None => at < MARGIN,
        Some(byte) => byte == b'\n' || byte == b'\r',
    }
}

fn tag(text: &str, at: usize) -> Option<Leftover> {
    let rest = &text.as_bytes()[at + 1..];
    if rest.starts_with(b"!--") {
        let end = find(rest, 3, b"-->", b"<!--")?;
        return Some(Leftover::Gap { end: at + 1 + end });
    }
    let closing = rest.first() == Some(&b'/');
    let from = usize::from(closing);
    let width = rest[from..].iter().take(12).take_while(|b| b.is_ascii_alphanumeric()).count();
    let mut name = [0; 12];
    name[..width].copy_from_slice(&rest[from..from + width]);
    name.make_ascii_lowercase();
    let name = std::str::from_utf8(&name[..width]).ok()?;
    let line = name == "br";
    let block = BLOCK.binary_search(&name).is_ok();
    let known = line || block || INLINE.binary_search(&name).is_ok();
    let after = *rest.get(from + width)?;
    if !known || !(after.is_ascii_whitespace() || matches!(after, b'/' | b'>')) {
        return None;
    }
    let close = rest.iter().take(TAG).skip(from + width).position(|b| matches!(b, b'<' | b'>'))? + from + width;
    if rest[close] == b'<' {
        return None;
    }
    let mut end = close + 1;
    if !closing && matches!(name, "script" | "style") {
        // The script itself goes too, up to the tag that closes it.
        let (closer, opener): (&[u8], &[u8]) =
            if name == "script" { (b"</script>", b"<script") } else { (b"</style>", b"<style") };
        end = find(rest, end, closer, opener).unwrap_or(end);
    }
    let end = at + 1 + end;
    Some(if line || block { Leftover::Break { end, block } } else { Leftover::Gap { end } })
}

/// One past `needle`, looked for from `from` on. The search ends where another `opener` begins, so that all
/// searches together read a text once.
fn find(bytes: &[u8], from: usize, needle: &[u8], opener: &[u8]) -> Option<usize> {
    let starts = |at: usize, word: &[u8]| bytes.get(at..at + word.len()).is_some_and(|w| w.eq_ignore_ascii_case(word));
    let found = (from..bytes.len()).find(|&at| starts(at, needle) || starts(at, opener))?;
    starts(found, needle).then_some(found + needle.len())
}

/// The longest name of a character reference, with its semicolon, is at most this many bytes long.
const NAME: usize = 34;

/// The end of a character reference and its character; a blank for white space and what no text holds.
fn reference(bytes: &[u8], at: usize) -> Option<(usize, char)> {
    let (end, name) = name_from(bytes, at + 1)?;
    // Escaped twice: "&amp;quot;".
    if name == "amp" {
        let twice = name_from(bytes, end).and_then(|(end, name)| Some((end, named(name)?)));
        return twice.or(Some((end, '&')));
    }
    named(name).map(|sign| (end, sign))
}

/// What stands from byte `from` up to a semicolon, and where that ends.
fn name_from(bytes: &[u8], from: usize) -> Option<(usize, &str)> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'#';
    let width = bytes[from..].iter().take(NAME).take_while(|byte| is_name(byte)).count();
    let name = std::str::from_utf8(&bytes[from..from + width]).ok()?;
    (bytes.get(from + width) == Some(&b';')).then_some((from + width + 1, name))
}

/// What the numbers 128 to 159 are meant to stand for: characters of windows-1252, as browsers read them.
const WINDOWS: [char; 32] = [
    '€', ' ', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', ' ', 'Ž', ' ', ' ', '‘', '’', '“', '”', '•', '–',
    '—', '˜', '™', 'š', '›', 'œ', ' ', 'ž', 'Ÿ',
];

/// The character that a reference of this name or number stands for. Of those that stand for two, all of them
/// signs of mathematics, the first.
fn named(name: &str) -> Option<char> {
    let number = name.strip_prefix('#').map(|digits| match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    });
    let sign = match number {
        Some(Some(number @ 0x80..=0x9f)) => WINDOWS[number as usize - 0x80],
        Some(number) => char::from_u32(number?)?,
        None => {
            let found = NAMED_ENTITIES.binary_search_by(|(known, _)| (*known).cmp(name.as_bytes())).ok()?;
            NAMED_ENTITIES[found].1.chars().next()?
        }
    };
    Some(if sign.is_whitespace() || sign.is_control() { ' ' } else { sign })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_for_binary_search() {
        assert!(INLINE.is_sorted() && BLOCK.is_sorted());
    }

    #[test]
    fn tells_markup_from_text() {
        for (text, end) in [
            ("<p>x", Some(3)),
            ("</DIV >x", Some(7)),
            ("<br/>x", Some(5)),
            ("<a href=\"https://dorn.example/a?b=c\">x", Some(37)),
            ("<!-- a > b -->x", Some(14)),
            ("<script>if (a<b) {}</script>x", Some(28)),
            ("&nbsp;x", Some(6)),
            ("&#160;x", Some(6)),
            ("&amp;nbsp;x", Some(10)),
            ("\u{feff}x", Some(3)),
            ("<3", None),
            ("<ann@dorn.example>", None),
            ("< p > q", None),
            ("<p of it", None),
            ("&co;", None),
            ("& more", None),
        ] {
            let found = leftover(text, 0).map(|found| match found {
                Leftover::Gap { end } | Leftover::Break { end, .. } | Leftover::Sign { end, .. } => end,
            });
            assert_eq!(found, end, "{text}");
        }
    }

    #[test]
    fn words_come_out_plain() {
        let text = "<b>Ines&nbsp;Cal\u{ad}loway</b> &amp; Sons:<br> &ldquo;Yes&#33;&rdquo;\u{200f}";
        assert_eq!(plain_text(text), "Ines Calloway & Sons: “Yes!”");
    }

    #[test]
    fn every_named_reference_is_read() {
        for (words, plain) in [
            ("Mart&iacute;n &Ccaron;apek &amp;eacute;", "Martín Čapek é"),
            ("Cal&shy;loway Cal&#173;loway Cal&#xAD;loway", "Calloway Calloway Calloway"),
            ("a&lrm;b a&rlm;b", "ab ab"),
            ("a&zwnj;b a&zwj;b", "a\u{200c}b a\u{200d}b"),
            ("one&ensp;two&nbsp;three&NewLine;four", "one two three four"),
            ("&#147;Yes&#148; &CounterClockwiseContourIntegral;", "“Yes” ∳"),
            ("&nosuchname; AT&T; R&D", "&nosuchname; AT&T; R&D"),
        ] {
            assert_eq!(plain_text(words), plain);
        }
    }

    #[test]
    fn a_reference_that_nobody_sees_parts_no_word() {
        let text = "Cal&shy;loway";
        assert_eq!(crate::Document::new(text).tokens().len(), 1);
    }

    #[test]
    fn unseen_signs_stay_where_they_shape_others() {
        for (text, plain) in [
            ("👩\u{200d}🚀 up", "👩\u{200d}🚀 up"),
            ("👩&zwj;🚀 up", "👩\u{200d}🚀 up"),
            ("👩&#8205;🚀 up", "👩\u{200d}🚀 up"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("می&zwnj;خواهم", "می\u{200c}خواهم"),
            ("می&#x200C;خواهم", "می\u{200c}خواهم"),
            ("क्\u{200d}ष", "क्\u{200d}ष"),
            ("❤\u{fe0f}\u{200d}🔥 ❤\u{fe0e}", "❤\u{fe0f}\u{200d}🔥 ❤\u{fe0e}"),
            ("🏴\u{e0067}\u{e0062}\u{e007f}", "🏴\u{e0067}\u{e0062}\u{e007f}"),
            ("\u{200d}a \u{200c} b\u{200d}", "a b"),
            ("\u{feff}a\u{202e}b\u{202c}\u{2069}\u{61c} c\u{ad}d\u{200b}e\u{2060}f\u{200f}", "ab cdef"),
        ] {
            assert_eq!(plain_text(text), plain, "{text:?}");
        }
    }
}
