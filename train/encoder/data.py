"""Texts as words and windows of word pieces, and the annotations of corpora as ranges of words.

A *word* is what BERT's pre-tokeniser yields (a run of letters and digits, or one symbol); the model labels words at
their first piece. A *window* is at most WINDOW pieces of one text; it ends where a paragraph ends, or else a
sentence. `sayso-extract` cuts texts the same way (`extract/src/encoder/windows.rs`); `export.py` checks that.
"""

import csv
import gzip
import re
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

WINDOW = 318  # pieces of one window, without [CLS] and [SEP]
ROLES = ("source", "cue", "content")
TYPES = ("PERSON", "ORG", "LOC", "FACILITY", "NORP", "PRODUCT", "MISC", "DATE", "MONEY")
SHAPES = 6  # lower, Title, UPPER, miXed, digits, symbols
FEATURES = SHAPES * 4
STOPS = set(".!?")
CLOSERS = set("\"”’')»")


@dataclass
class Text:
    """A text as pieces, each with its word, and words with their character spans."""

    ids: np.ndarray
    word_of: np.ndarray
    words: Sequence  # (begin, end) in characters
    first: np.ndarray  # the first piece of each word
    features: np.ndarray  # of each piece
    rank: np.ndarray  # of each word: 2 when a paragraph begins with it, 1 a sentence, else 0


@dataclass
class Window:
    """A part of a text: the words from `begin` to `end`."""

    text: Text
    begin: int
    end: int

    def pieces(self):
        last = self.text.first[self.end] if self.end < len(self.text.words) else len(self.text.ids)
        return self.text.first[self.begin], last


def shape(word):
    if not word[0].isalnum():
        return 5
    if word[0].isnumeric():
        return 4
    if word.islower() or not any(c.isupper() for c in word):
        return 0
    if word[0].isupper() and not any(c.isupper() for c in word[1:]):
        return 1
    return 2 if word.upper() == word else 3


def read_text(tokenizer, text):
    encoding = tokenizer.encode(text, add_special_tokens=False)
    word_of = np.array(encoding.word_ids, dtype=np.int32)
    first = np.flatnonzero(np.diff(word_of, prepend=-1)).astype(np.int32)
    word_of = np.cumsum(np.diff(word_of, prepend=-1) != 0) - 1
    ends = np.append(first[1:], len(word_of)) - 1
    offsets = encoding.offsets
    words = [(offsets[a][0], offsets[b][1]) for a, b in zip(first, ends, strict=False)]
    rank, features = [], []
    before = 0
    closes = False
    for begin, end in words:
        gap = text[before:begin]
        now = 2 if "\n" in gap or before == 0 else 1 if closes and gap else 0
        rank.append(now)
        features.append(shape(text[begin:end]) * 4 + 2 * bool(gap) + (now == 2))
        word = text[begin:end]
        closes = word in STOPS or (closes and word in CLOSERS and not gap)
        before = end
    features = np.array(features, dtype=np.int64)[word_of] if words else np.zeros(0, dtype=np.int64)
    return Text(np.array(encoding.ids, dtype=np.int64), word_of, words, first, features, np.array(rank))


def windows(text, limit=WINDOW, first_limit=None):
    """Cuts a text into windows; `first_limit` shortens the first, so that each epoch has other borders."""
    starts, count = text.first, len(text.words)
    begin, found = 0, []
    while begin < count:
        room = starts[begin] + (first_limit or limit)
        first_limit = None
        end = int(np.searchsorted(starts, room, side="right"))
        # A word whose pieces exceed the limit goes into the next window.
        if end < count or len(text.ids) > room:
            end -= 1
        end = max(min(end, count), begin + 1)
        if len(text.ids) > room:
            for rank in (2, 1):
                cuts = [w for w in range(begin + (end - begin) // 3 + 1, end + 1) if w < count and text.rank[w] >= rank]
                if cuts:
                    end = cuts[-1]
                    break
        found.append(Window(text, begin, end))
        begin = end
    return found


def parted(text, rng):
    """The text with paragraph breaks before some sentences: corpora that are joined from tokens have none."""
    features, rank = text.features.copy(), text.rank.copy()
    for word in np.flatnonzero(rank == 1):
        if rng.random() < 0.4:
            rank[word] = 2
            features[text.first[word] : (text.first[word + 1] if word + 1 < len(text.first) else None)] |= 1
    return replace(text, features=features, rank=rank)


def covered(words, begins, span):
    """The words that a span of characters touches, as a range."""
    low = int(np.searchsorted(begins, span[0], side="right")) - 1
    if low < 0 or words[low][1] <= span[0]:
        low += 1
    return low, max(int(np.searchsorted(begins, span[1], side="left")), low)


def joined(text, segments):
    """Joins segments with only white space between them."""
    out: list[tuple] = []
    for b, e in sorted(map(tuple, segments)):
        if out and not text[out[-1][1] : b].strip():
            out[-1] = (out[-1][0], max(e, out[-1][1]))
        else:
            out.append((b, e))
    return out


def attributions(row, text):
    """The segments of all attributions, as (role, first word, end word, numbers of the attributions)."""
    begins = np.array([w[0] for w in text.words])
    found: dict[tuple, set] = {}
    for number, one in enumerate(row["attributions"]):
        for role, name in enumerate(ROLES):
            for span in joined(row["text"], one.get(name) or []):
                b, e = covered(text.words, begins, span)
                if e > b:
                    found.setdefault((role, b, e), set()).add(number)
    return [(role, b, e, numbers) for (role, b, e), numbers in sorted(found.items(), key=lambda x: x[0][1:])]


def one_hot(labels, count):
    """Which labels each word may have: only its own."""
    return np.arange(count) == labels[:, None]


def entity_words(row, text, key="entities"):
    begins = np.array([w[0] for w in text.words])
    return [(*covered(text.words, begins, (e["start"], e["end"])), e["type"]) for e in row[key]]


def ontogum(path):
    """Texts with their mentions as (begin, end, number of the entity). White space is restored by rules."""
    with tarfile.open(path) as archive:
        for name in sorted(archive.getnames()):
            file = archive.extractfile(name)
            if file is not None and name.endswith(".conll"):
                yield rebuilt(file.read().decode("utf-8").splitlines())


def rebuilt(lines):
    text, mentions, sentence = "", [], True
    open_mentions: dict[str, list] = {}
    for line in lines:
        cells = line.split("\t")
        if len(cells) < 3 or not cells[-2].strip():
            sentence = True
            continue
        word = cells[-2]
        glue = not text or word[0] in ".,;:!?)]}%’'" or text[-1] in "([{$"
        text += ("\n" if sentence and text and text[-1] not in '.!?”"' else "" if glue else " ") if text else ""
        sentence = False
        begin = len(text)
        text += word
        for opened in re.findall(r"\((\d+)", cells[-1]):
            open_mentions.setdefault(opened, []).append(begin)
        for closed in re.findall(r"(\d+)\)", cells[-1]):
            if open_mentions.get(closed):
                mentions.append((open_mentions[closed].pop(), len(text), closed))
    return text, sorted(mentions)


def mention_words(text, mentions):
    begins = np.array([w[0] for w in text.words])
    spans = [(*covered(text.words, begins, (b, e)), who) for b, e, who in mentions]
    return [m for m in spans if m[0] < m[1]]


def gap(path):
    """Texts with one pronoun and two names: (text, mentions as in `ontogum`)."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            named = [(*placed(row, f"{x}-offset", x), "he" if row[f"{x}-coref"].upper() == "TRUE" else x) for x in "AB"]
            yield row["Text"], [(*placed(row, "Pronoun-offset", "Pronoun"), "he")], named


def placed(row, at, words):
    """The spans of a column's words, by the column with their beginnings."""
    return int(row[at]), int(row[at]) + len(row[words])
