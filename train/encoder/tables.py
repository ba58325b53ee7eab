#!/usr/bin/env python3
"""Prints `extract/src/encoder/tables.rs`: which characters the tokeniser drops, splits at, or takes for accents.

The tokeniser has the tables of an old Unicode version. They are read off its behaviour, so both agree.
"""

from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

HEAD = """//! Classes of characters, as BERT's tokeniser has them; written by `train/encoder/tables.py`.
//! Ranges are sorted and include both ends.

/// First and last of a range of characters.
type Range = (u32, u32);
"""


def only(**what):
    steps = {"clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False}
    return BertNormalizer(**(steps | what)).normalize_str


def ranges(wanted):
    found: list[list[int]] = []
    for code in range(0x80, 0x110000):
        if not 0xD800 <= code < 0xE000 and wanted(f"a{chr(code)}b"):
            if found and found[-1][1] == code - 1:
                found[-1][1] = code
            else:
                found.append([code, code])
    return found


def table(name, doc, wanted):
    line, lines = "   ", []
    for low, high in ranges(wanted):
        cell = f" (0x{low:x}, 0x{high:x}),"
        if len(line + cell) > 120:
            lines.append(line)
            line = "   "
        line += cell
    body = "\n".join([*lines, line])
    print(f"\n/// {doc}\n#[rustfmt::skip]\npub(super) const {name}: &[Range] = &[\n{body}\n];")


def main():
    clean, strip, split = only(clean_text=True), only(strip_accents=True), BertPreTokenizer().pre_tokenize_str
    print(HEAD, end="")
    table("DROPPED", "Control characters beyond ASCII, which no word holds.", lambda text: clean(text) == "ab")
    table("MARKS", "Marks that take no room, accents above all.", lambda text: strip(text) == "ab")
    table("PUNCTUATION", "Punctuation beyond ASCII: a word of its own.", lambda text: len(split(text)) == 3)


if __name__ == "__main__":
    main()
