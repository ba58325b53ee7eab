"""All corpora in one form, without their texts: an `Article` for each. Fitting on another machine needs nothing else.

Words are those of `data.read_text`. Everything is a number or a half-open range of words.
"""

import gzip
import json
import lzma
import pickle
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

import data
from data import TYPES, Text

ACTS = ("SPEECH", "THOUGHT", "INTENT", "FINDING", "OTHER")
POLARITIES = ("ASSERTED", "NEGATED", "HYPOTHETICAL")
FOLDS = 5
# How a source names its speaker.
KINDS = ("full", "part", "pronoun", "description", "none")
PRONOUNS = frozenset(
    [
        "he",
        "she",
        "they",
        "it",
        "him",
        "her",
        "them",
        "his",
        "their",
        "its",
        "himself",
        "herself",
        "i",
        "we",
        "you",
        "who",
        "which",
        "that",
    ]
)
NAMED = ("PERSON", "ORG", "LOC", "FACILITY", "NORP")
SMALL = frozenset(
    [
        "the",
        "of",
        "and",
        "for",
        "de",
        "la",
        "al",
        "a",
        "an",
        "in",
        "on",
        "at",
        "to",
        "von",
        "van",
        "der",
        "du",
        "da",
        "el",
    ]
)


@dataclass
class Row:
    """A source with what is known of it. `speakers` are positions in the article's list of full names."""

    source: tuple | None
    cue: tuple | None
    speakers: tuple
    kind: int
    act: int
    polarity: int


@dataclass
class Article:
    """A text and what is known of it; None stands for what is unknown."""

    id: str
    corpus: str
    text: Text
    fold: int = -1
    segments: list | None = None  # (role, begin, end, numbers of attributions)
    names: list | None = None  # (begin, end, type)
    types: tuple = ()
    unsure: list | None = None  # (begin, end, type) of names that may be none
    hints: list | None = None  # (begin, end) of names whose type is not told
    rows: list | None = None
    addressees: list | None = None
    speakers: tuple = ()  # as many sets of words as the article has full names of speakers
    mentions: list | None = None  # (begin, end, speakers meant, speakers that may be meant)
    entities: list | None = None  # (begin, end, entity) of coreference
    named: list | None = None  # the two names of GAP, likewise
    extra: dict = field(default_factory=dict)


def shrunk(text):
    """The text in as few bytes as possible, without the character spans of words."""
    sizes = np.diff(np.append(text.first, len(text.ids))).astype(np.uint8)
    looks = text.features[text.first].astype(np.uint8) if len(text.first) else np.zeros(0, np.uint8)
    return replace(
        text,
        ids=text.ids.astype(np.uint16),
        word_of=None,
        words=None,
        first=sizes,
        features=looks,
        rank=text.rank.astype(np.uint8),
    )


def grown(text):
    """The inverse of `shrunk`, without the spans of words."""
    sizes = text.first.astype(np.int64)
    first = np.cumsum(sizes) - sizes
    word_of = np.repeat(np.arange(len(sizes)), sizes)
    features = text.features.astype(np.int64)[word_of]
    return Text(text.ids.astype(np.int64), word_of, range(len(sizes)), first, features, text.rank.astype(np.int64))


def save(path, articles):
    small = [replace(one, text=shrunk(one.text)) for one in articles]
    with lzma.open(path, "wb", preset=1) as out:
        pickle.dump(small, out)


def load(path):
    with lzma.open(path, "rb") as source:
        return [replace(one, text=grown(one.text)) for one in pickle.load(source)]


def range_of(text, begins, spans):
    """The words of the first of some character spans, or None. Adjacent segments count as one."""
    for span in spans:
        b, e = data.covered(text.words, begins, span)
        if e > b:
            return (b, e)
    return None


def kind_of(words, speakers, full):
    """How a source names its speaker: a position in KINDS."""
    if not speakers:
        return KINDS.index("none")
    names = [full[s] for s in speakers]
    lower = [w.lower() for w in words]

    def holds(name):
        return any(words[i : i + len(name)] == name for i in range(len(words)))

    if all(holds(list(name)) for name in names):
        return KINDS.index("full")
    if any(w in name and w.lower() not in SMALL and w[0].isupper() for name in names for w in words):
        return KINDS.index("part")
    if len(lower) == 1 and lower[0] in PRONOUNS:
        return KINDS.index("pronoun")
    return KINDS.index("description")


def surface(row_text, text):
    return [row_text[b:e] for b, e in text.words]


def name_words(name):
    """A name as words of the tokeniser."""
    words, now = [], ""
    for c in name:
        if c.isalnum():
            now += c
        else:
            words += [now] * bool(now) + [c] * (not c.isspace())
            now = ""
    return words + [now] * bool(now)


def found_names(words, full):
    """Every occurrence of a full name, longer names first, as (begin, end, position of the name)."""
    found, taken = [], set[int]()
    for place in sorted(range(len(full)), key=lambda p: -len(full[p])):
        name = list(full[place])
        for at in range(len(words) - len(name) + 1) if name else ():
            if (
                words[at] == name[0]
                and words[at : at + len(name)] == name
                and not taken & set(range(at, at + len(name)))
            ):
                found.append((at, at + len(name), place))
                taken |= set(range(at, at + len(name)))
    return found


def meant(words, full):
    """Which full names the words of a mention certainly mean, and which they may mean."""
    content = [w for w in words if w.lower() not in SMALL and w[0].isalnum()]
    sure, maybe = set(), set()
    for place, name in enumerate(full):
        own = [w for w in name if w.lower() not in SMALL and w[0].isalnum()]
        if not own or not content:
            continue
        initials = "".join(w[0] for w in own).upper()
        whole = any(words[i : i + len(name)] == list(name) for i in range(len(words)))
        if whole or (len(own) > 1 and (content == own[-len(content) :] or "".join(content) == initials)):
            sure.add(place)
        elif set(content) & set(own) or (len(content) == 1 and content[0].isupper() and content[0][0] == own[0][0]):
            maybe.add(place)
    # A surname that two speakers share identifies neither.
    exact = {p for p in sure if any(words[i : i + len(full[p])] == list(full[p]) for i in range(len(words)))}
    if exact:
        sure, maybe = exact, (sure | maybe) - exact
    elif len(sure) > 1:
        sure, maybe = set(), sure | maybe
    return tuple(sorted(sure)), tuple(sorted(maybe))


def with_speakers(article, raw, rows, predicted):
    """Adds the speakers of the sources, and the names of the article that could be speakers."""
    text = article.text
    begins = np.array([w[0] for w in text.words])
    words = surface(raw, text)
    listed = sorted({s for row in rows for s in row["speakers"]})
    full = [tuple(name_words(s)) for s in listed]
    made, addressees = [], []
    for row in rows:
        source, cue = range_of(text, begins, row["source"]), range_of(text, begins, row["cue"])
        speakers = tuple(listed.index(s) for s in row["speakers"])
        kind = kind_of(words[slice(*source)] if source else [], speakers, full)
        act, polarity = ACTS.index(row["act"]), POLARITIES.index(row["polarity"])
        made.append(Row(source, cue, speakers, kind, act, polarity))
        if row["addressee"] and row["cue"]:
            addressees += addressee(raw, text, begins, row)
    places = {(b, e) for b, e, _ in found_names(words, full)}
    places |= {(b, e) for b, e, kind in predicted if TYPES[kind] in NAMED}
    # A name within a longer one does not count, unless it is a speaker's full name.
    mentions = [(b, e, *meant(words[b:e], full)) for b, e in sorted(places)]
    hints = [(b, e) for b, e, _ in found_names(words, full)]
    return replace(
        article, rows=made, addressees=sorted(set(addressees)), speakers=tuple(full), mentions=mentions, hints=hints
    )


def addressee(raw, text, begins, row):
    """The words of the addressee nearest to the cue."""
    at, wanted = row["cue"][0][0], row["addressee"]
    places, start = [], raw.find(wanted)
    while start >= 0:
        places.append(start)
        start = raw.find(wanted, start + 1)
    content = [tuple(c) for c in row["content"]]

    def inside(p):
        return any(b <= p < e for b, e in content)

    if not places:
        return []
    best = min(places, key=lambda p: (abs(p - at) > 400, inside(p), abs(p - at)))
    if abs(best - at) > 600:
        return []
    b, e = data.covered(text.words, begins, (best, best + len(wanted)))
    return [(b, e)] if e > b else []


def read_lines(path):
    content = Path(path).read_bytes()
    text = (gzip.decompress(content) if path.endswith(".gz") else content).decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def start_of(text):
    """A key for a text that does not depend on white space."""
    return "".join(text.split())[:150]
