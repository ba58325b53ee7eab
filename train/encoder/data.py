"""Corpora as windows of word pieces with gold labels.

A *word* is what BERT's pre-tokeniser yields (a run of letters and digits, or one symbol); the model labels words at
their first piece. A *window* is at most WINDOW pieces of one text; it ends where a paragraph ends, or else a
sentence. `sayso-extract` cuts texts the same way (`extract/src/encoder/windows.rs`); `export.py` checks that.
"""

import csv
import gzip
import json
import re
import tarfile
from dataclasses import dataclass, field, replace

import numpy as np

CLS, SEP, MASK = 101, 102, 103  # pieces of BERT's vocabulary
WINDOW = 318  # pieces of one window, without [CLS] and [SEP]
ROLES = ("source", "cue", "content")
TYPES = ("PERSON", "ORG", "LOC", "FACILITY", "NORP", "PRODUCT", "MISC", "DATE", "MONEY")
SHAPES = 6  # lower, Title, UPPER, miXed, digits, symbols
FEATURES = SHAPES * 4
STOPS = set(".!?")
CLOSERS = set("\"”’')»")


@dataclass
class Text:
    """A text as pieces, each with its word; words with their character spans."""

    ids: np.ndarray
    word_of: np.ndarray
    words: list  # (begin, end) in characters
    first: np.ndarray  # the first piece of each word
    features: np.ndarray  # of each piece
    rank: np.ndarray  # of each word: 2 when a paragraph begins with it, 1 a sentence, else 0


@dataclass
class Window:
    """A stretch of a text: words from `begin` to `end`."""

    text: Text
    begin: int
    end: int
    gold: dict = field(default_factory=dict)

    def pieces(self):
        last = self.text.first[self.end] if self.end < len(self.text.words) else len(self.text.ids)
        return self.text.first[self.begin], last

    def within(self, first, end):
        """The part of a range of the text's words that lies in the window, counted from its begin."""
        return max(first, self.begin) - self.begin, min(end, self.end) - self.begin


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
    # A text without pieces has no first piece, but an end.
    words = [(offsets[a][0], offsets[b][1]) for a, b in zip(first, ends, strict=False)]
    rank, features = [], []
    before, closes = 0, False
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
    """Cuts a text; `first_limit` shortens the first window, so that each epoch sees other borders."""
    starts, count = text.first, len(text.words)
    begin, found = 0, []
    while begin < count:
        room = starts[begin] + (first_limit or limit)
        first_limit = None
        end = int(np.searchsorted(starts, room, side="right"))
        # A word whose pieces reach over the limit stays out.
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
    """The text as if some of its sentences began paragraphs: corpora that are put together from tokens have none."""
    features, rank = text.features.copy(), text.rank.copy()
    for word in np.flatnonzero(rank == 1):
        if rng.random() < 0.4:
            rank[word] = 2
            features[text.first[word] : (text.first[word + 1] if word + 1 < len(text.first) else None)] |= 1
    return replace(text, features=features, rank=rank)


def openings(text):
    """The words with capitals that begin paragraphs, as ranges. Whether they are names is hardest to tell."""
    capital = [f >> 2 in (1, 2, 3) for f in text.features[text.first]]
    found = []
    for begin in np.flatnonzero(text.rank == 2):
        end = begin
        while end < len(capital) and capital[end]:
            end += 1
        found.append((begin, end))
    return found


def read(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def covered(words, begins, span):
    """The words that a span of characters touches, as a range."""
    low = int(np.searchsorted(begins, span[0], side="right")) - 1
    if low < 0 or words[low][1] <= span[0]:
        low += 1
    return low, max(int(np.searchsorted(begins, span[1], side="left")), low)


def joined(text, segments):
    """Segments that only white space parts are one."""
    out: list[tuple[int, int]] = []
    for b, e in sorted(map(tuple, segments)):
        if out and not text[out[-1][1] : b].strip():
            out[-1] = (out[-1][0], max(e, out[-1][1]))
        else:
            out.append((b, e))
    return out


def attributions(row, text):
    """Segments of all attributions as (role, first word, end word, numbers of the attributions)."""
    begins = np.array([w[0] for w in text.words])
    found: dict[tuple[int, int, int], set[int]] = {}
    for number, one in enumerate(row["attributions"]):
        for role, name in enumerate(ROLES):
            for span in joined(row["text"], one.get(name) or []):
                b, e = covered(text.words, begins, span)
                if e > b:
                    found.setdefault((role, b, e), set()).add(number)
    return [(role, b, e, numbers) for (role, b, e), numbers in sorted(found.items(), key=lambda x: x[0][1:])]


def mark_attributions(window, segments):
    n = window.end - window.begin
    labels = np.zeros(n, dtype=np.int64)
    inside = []
    for role, first, end, numbers in segments:
        b, e = window.within(first, end)
        if b < e:
            labels[b] = 1 + 2 * role
            labels[b + 1 : e] = 2 + 2 * role
            inside.append((role, b, e - 1, numbers))
    window.gold = {"tags": one_hot(labels, 1 + 2 * len(ROLES)), "segments": inside}
    return window


def one_hot(labels, count):
    """Which labels each word may have: its own alone."""
    return np.arange(count) == labels[:, None]


def mark_entities(window, entities, types):
    n = window.end - window.begin
    labels = np.zeros(n, dtype=np.int64)
    for first, end, kind in entities:
        b, e = window.within(first, end)
        if b < e and kind in TYPES:
            k = TYPES.index(kind)
            labels[b] = 1 + 2 * k
            labels[b + 1 : e] = 2 + 2 * k
    allowed = one_hot(labels, 1 + 2 * len(TYPES))
    # Types that this corpus does not mark may hide in what it leaves out.
    for k, kind in enumerate(TYPES):
        if kind not in types:
            allowed[labels == 0, 1 + 2 * k : 3 + 2 * k] = True
    window.gold = {"names": allowed}
    return window


def mark_labelled(window, segments, entities, types, unsure):
    """Attributions and names at once. Words that may belong to something unsure may have any label."""
    gold = mark_entities(window, entities, types).gold | mark_attributions(window, segments).gold
    for kind, ranges in zip(("tags", "names"), unsure, strict=True):
        for first, end in ranges:
            b, e = window.within(first, end)
            if b < e:
                gold[kind][b:e][gold[kind][b:e, 0]] = True
    window.gold = gold
    return window


def entity_words(row, text, key="entities"):
    begins = np.array([w[0] for w in text.words])
    return [(*covered(text.words, begins, (e["start"], e["end"])), e["type"]) for e in row[key]]


def ontogum(path):
    """Texts with their mentions as (begin, end, number of the entity); spacing is made anew."""
    with tarfile.open(path) as archive:
        for name in sorted(archive.getnames()):
            file = archive.extractfile(name)
            if file is not None and name.endswith(".conll"):
                yield rebuilt(file.read().decode("utf-8").splitlines())


def rebuilt(lines):
    text, mentions, sentence = "", [], True
    open_mentions: dict[str, list[int]] = {}
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


def mark_mentions(window, mentions):
    """Mentions wholly inside the window, as (first word, last word, entity), in reading order."""
    a, b = window.begin, window.end
    window.gold = {"mentions": [(f - a, e - 1 - a, who) for f, e, who in mentions if a <= f and e <= b]}
    return window


def mention_words(text, mentions):
    begins = np.array([w[0] for w in text.words])
    spans = [(*covered(text.words, begins, (b, e)), who) for b, e, who in mentions]
    return [m for m in spans if m[0] < m[1]]


def gap(path):
    """Texts with one pronoun and two names: (text, mentions as in `ontogum`)."""

    def place(row, at, words):
        return int(row[at]), int(row[at]) + len(row[words])

    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            named = [(*place(row, f"{x}-offset", x), "he" if row[f"{x}-coref"].upper() == "TRUE" else x) for x in "AB"]
            yield row["Text"], [(*place(row, "Pronoun-offset", "Pronoun"), "he")], named
