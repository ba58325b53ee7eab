"""Batches: whole articles, or many sentences, as tensors with everything known of them."""

from dataclasses import dataclass, replace

import numpy as np
import torch

import data
from articles import NAMED
from data import ROLES, TYPES
from model import ADDRESSEES, NAMES, TAGS, apart

PIECES = 8192  # of one step, about
OPEN = [k for k, kind in enumerate(TYPES) if kind in NAMED and kind != "NORP"]


@dataclass
class Pairs:
    """Segments that ask for others: positions of their first and last words in the batch; which offers
    are allowed, and which are right ("none" in the last column); the index of each bias."""

    asks: np.ndarray
    offers: np.ndarray
    open: np.ndarray
    right: np.ndarray
    biases: np.ndarray
    kinds: np.ndarray


@dataclass
class Batch:
    articles: list
    spans: list  # (article, begin, end) of each row, in words
    ids: torch.Tensor
    features: torch.Tensor
    mask: torch.Tensor
    firsts: torch.Tensor
    lengths: torch.Tensor
    width: int  # words of a row
    rows: list  # of each article: (row, (begin, end))

    def place(self, article):
        """The position in the batch of each word of an article."""
        at = np.zeros(len(self.articles[article].text.first), np.int64)
        for row, (b, e) in self.rows[article]:
            at[b:e] = row * self.width + np.arange(e - b)
        return at


def collect(cut_articles):
    """A batch of articles, each with its windows."""
    articles, spans = [], []
    for number, (article, windows) in enumerate(cut_articles):
        articles.append(article)
        spans += [(number, w.begin, w.end) for w in windows]
    rows = []
    for number, b, e in spans:
        text = articles[number].text
        last = text.first[e] if e < len(text.first) else len(text.ids)
        rows.append((text, text.first[b], last, b, e))
    longest = -(-(max(r[2] - r[1] for r in rows) + 2) // 16) * 16
    width = max(r[4] - r[3] for r in rows)
    ids = np.zeros((len(rows), longest), np.int64)
    features = np.full((len(rows), longest), data.FEATURES, np.int64)
    mask = np.zeros((len(rows), longest), bool)
    firsts = np.zeros((len(rows), width), np.int64)
    for row, (text, a, z, b, e) in enumerate(rows):
        ids[row, 0], ids[row, z - a + 1] = 101, 102
        ids[row, 1 : z - a + 1] = text.ids[a:z]
        features[row, 1 : z - a + 1] = text.features[a:z]
        mask[row, : z - a + 2] = True
        firsts[row, : e - b] = text.first[b:e] - a + 1
    lengths = np.array([r[4] - r[3] for r in rows])
    of: list[list] = [[] for _ in articles]
    for row, (number, b, e) in enumerate(spans):
        of[number].append((row, (b, e)))
    put = torch.from_numpy
    return Batch(articles, spans, put(ids), put(features), put(mask), put(firsts), put(lengths), width, of)


def inputs(window):
    """The network's input for one window: pieces and features between marks, and the first piece of each word."""
    a, b = window.pieces()
    ids = np.concatenate([[101], window.text.ids[a:b], [102]])
    features = np.concatenate([[data.FEATURES], window.text.features[a:b], [data.FEATURES]])
    return ids, features, window.text.first[window.begin : window.end].astype(np.int64) - a + 1


def tensors(window):
    """The same as a batch of one, with a mask in place of the first pieces."""
    ids, features, _ = (torch.from_numpy(part)[None] for part in inputs(window))
    return ids, features, torch.ones_like(ids, dtype=torch.bool)


def chunks(articles, rng, pieces=PIECES):
    """The batches of an epoch, as lists of (article, windows). Windows have other borders in each epoch."""
    cut = []
    for article in articles:
        first = rng.randint(data.WINDOW // 3, data.WINDOW) if rng and len(article.text.ids) > data.WINDOW else None
        text = article.text
        if rng and article.corpus in ("worldwide", "permissive"):
            text = data.parted(text, rng)
        own = article if text is article.text else replace(article, text=text)
        windows = data.windows(text, first_limit=first)
        longest = max((w.pieces()[1] - w.pieces()[0] for w in windows), default=0) + 2
        if windows:
            cut.append((longest, len(windows), own, windows))
    if rng:
        cut.sort(key=lambda one: (min(one[0], 300) + rng.randint(0, 20), rng.random()))
    found, longest, count = [], 0, 0
    batch: list[tuple] = []
    for own, number, article, windows in cut:
        if batch and max(longest, own) * (count + number) > pieces:
            found.append(batch)
            batch, longest, count = [], 0, 0
        batch.append((article, windows))
        longest, count = max(longest, own), count + number
    if batch:
        found.append(batch)
    if rng:
        rng.shuffle(found)
    return found


def spread(labels, spans, role, b, e):
    """Marks a segment in rows that are cut into windows."""
    for row, (begin, end) in spans:
        x, y = max(b, begin) - begin, min(e, end) - begin
        if x < y:
            labels[row, x] = 1 + 2 * role
            labels[row, x + 1 : y] = 2 + 2 * role


def allowed_tags(batch, loose):
    """Which tags each word may have: its own, or any if nothing is known. With `loose`, the first and last word of a
    content are left open in articles that follow other conventions."""
    found = np.ones((len(batch.spans), batch.width, TAGS), bool)
    labels = np.zeros(found.shape[:2], np.int64)
    for number, article in enumerate(batch.articles):
        if article.segments is None:
            continue
        own = batch.rows[number]
        for role, b, e, _ in article.segments:
            spread(labels, own, role, b, e)
        for row, (begin, end) in own:
            found[row, : end - begin] = data.one_hot(labels[row, : end - begin], TAGS)
        if loose and article.corpus == "ood":
            for role, b, e, _ in article.segments:
                if ROLES[role] == "content" and e - b > 3:
                    loosen(found, own, b, e)
    return found


def loosen(found, rows, b, e):
    """Leaves open whether a content begins one word later or ends one word earlier."""
    begin, inside = 5, 6
    for row, (x, y) in rows:
        if x <= b and b + 1 < y:
            found[row, b - x, 0] = found[row, b + 1 - x, begin] = True
        if x <= e - 1 < y:
            found[row, e - 1 - x, 0] = True
        if x <= e < y and found[row, e - x, 0]:
            found[row, e - x, inside] = True


def allowed_names(batch):
    found = np.ones((len(batch.spans), batch.width, NAMES), bool)
    labels = np.zeros(found.shape[:2], np.int64)
    for number, article in enumerate(batch.articles):
        own = batch.rows[number]
        if article.names is not None:
            for b, e, kind in article.names:
                if kind in TYPES:
                    spread(labels, own, TYPES.index(kind), b, e)
            for row, (begin, end) in own:
                rows = data.one_hot(labels[row, : end - begin], NAMES)
                # A corpus may leave out types that it does not annotate.
                for k, kind in enumerate(TYPES):
                    if kind not in article.types:
                        rows[labels[row, : end - begin] == 0, 1 + 2 * k : 3 + 2 * k] = True
                found[row, : end - begin] = rows
            leave_open(found, own, article.unsure or ())
        elif article.hints:
            hint_names(found, own, article.hints)
    return found


def leave_open(found, rows, unsure):
    """Words of uncertain names may have any label, unless they certainly have one."""
    for b, e, _ in unsure:
        for row, (x, y) in rows:
            part = found[row, max(b, x) - x : max(min(e, y) - x, 0)]
            part[part[:, 0]] = True


def hint_names(found, rows, hints):
    """A name of an unknown type has a begin and an inside; whether it continues is left open."""
    begins, insides = np.zeros(NAMES, bool), np.zeros(NAMES, bool)
    begins[[1 + 2 * k for k in OPEN]] = insides[[2 + 2 * k for k in OPEN]] = True
    for b, e in hints:
        for row, (x, y) in rows:
            if x <= b and e <= y:
                found[row, b - x] = begins
                found[row, b + 1 - x : e - x] = insides


def allowed_addressees(batch):
    found = np.ones((len(batch.spans), batch.width, ADDRESSEES), bool)
    labels = np.zeros(found.shape[:2], np.int64)
    for number, article in enumerate(batch.articles):
        if article.addressees is None:
            continue
        own = batch.rows[number]
        for b, e in article.addressees:
            spread(labels, own, 0, b, e)
        for row, (begin, end) in own:
            found[row, : end - begin] = data.one_hot(labels[row, : end - begin], ADDRESSEES)
    return found


def acts_of(batch):
    """Positions of the first words of cues, with act and polarity."""
    found = []
    for number, article in enumerate(batch.articles):
        if article.rows:
            at = batch.place(number)
            found += [(at[r.cue[0]], r.act, r.polarity) for r in article.rows if r.cue]
    return np.array(found, np.int64).reshape(-1, 3)


def stacked(parts, count):
    """The pairs of several articles or windows as one; none takes an offer of another."""
    asks = np.concatenate([p.asks for p in parts]) if parts else np.zeros((0, 2), np.int64)
    offers = np.concatenate([p.offers for p in parts]) if parts else np.zeros((0, 2), np.int64)
    shape = len(asks), len(offers) + 1
    allowed, right, biases = np.zeros(shape, bool), np.zeros(shape, bool), np.zeros(shape, np.int64)
    biases[:, -1] = count - 1
    a = o = 0
    for p in parts:
        i, j = slice(a, a + len(p.asks)), slice(o, o + len(p.offers))
        allowed[i, j], right[i, j], biases[i, j] = p.open[:, :-1], p.right[:, :-1], p.biases
        allowed[i, -1], right[i, -1] = p.open[:, -1], p.right[:, -1]
        a, o = a + len(p.asks), o + len(p.offers)
    kinds = np.concatenate([p.kinds for p in parts]) if parts else np.zeros(0, np.int64)
    return Pairs(asks, offers, allowed, right, biases, kinds)


def kin(article):
    """The speakers of an article's sources, as `Pairs` over the words of the article; computed once."""
    if "kin" not in article.extra:
        made = spoken_kin(article) if article.rows is not None else told_kin(article)
        article.extra["kin"] = made
    return article.extra["kin"]


def paired(asks, offers, target, none, kinds):
    """Pairs of word ranges; `target` is 1 if right, 0 if wrong, -1 if not allowed."""

    def last(ranges):
        return np.array([(b, e - 1) for b, e in ranges], np.int64).reshape(-1, 2)

    biases = np.array([[apart(a, o) for o in offers] for a in asks], np.int64).reshape(len(asks), len(offers))
    target = np.array(target, np.int64).reshape(len(asks), len(offers))
    right = np.concatenate([target == 1, np.array(none, bool)[:, None]], 1)
    allowed = np.concatenate([target >= 0, np.ones((len(asks), 1), bool)], 1)
    return Pairs(last(asks), last(offers), allowed, right, biases, np.array(kinds, np.int64))


def spoken_kin(article):
    """A source asks for a mention of its speaker's name anywhere, or for an earlier source of the same speaker."""
    sources: dict = {}
    for row in article.rows:
        if row.source:
            sources.setdefault(row.source, row)
    places = {(b, e) for b, e, _, _ in article.mentions}
    offers = [(b, e, set(sure), set(sure) | set(maybe), True) for b, e, sure, maybe in article.mentions]
    offers += [(*s, set(r.speakers), set(r.speakers), False) for s, r in sources.items() if s not in places]
    asks, target, none, kinds = [], [], [], []
    for source, row in sorted(sources.items()):
        speakers = set(row.speakers)
        line = [targeted(source, speakers, offer) for offer in offers]
        if speakers and 1 not in line:
            continue
        asks.append(source)
        target.append(line)
        none.append(not speakers)
        kinds.append(row.kind)
    return paired(asks, [o[:2] for o in offers], target, none, kinds)


def targeted(source, speakers, offer):
    """Whether an offer is right (1), wrong (0) or not allowed (-1) for a source."""
    begin, _end, sure, maybe, named = offer
    if not named and (begin >= source[0] or (not sure and not speakers)):
        return -1
    if speakers & sure and (named or speakers == sure):
        return 1
    return -1 if speakers & maybe else 0


def told_kin(article):
    """A mention in OntoGUM asks for an earlier one of the same entity, a pronoun in GAP for one of two names."""
    asks = [(b, e) for b, e, _ in article.entities]
    others = article.named if article.named is not None else article.entities
    offers = [(b, e) for b, e, _ in others]
    target = [
        [-1 if article.named is None and o >= a else int(other[2] == own[2]) for o, other in enumerate(others)]
        for a, own in enumerate(article.entities)
    ]
    none = [1 not in line for line in target]
    return paired(asks, offers, target, none, [-1] * len(asks))


def kin_of(batch):
    """The coreference pairs of all articles of a batch."""
    parts = []
    for number, article in enumerate(batch.articles):
        if article.rows is None and article.entities is None:
            continue
        own = kin(article)
        if len(own.asks):
            at = batch.place(number)
            parts.append(Pairs(at[own.asks], at[own.offers], own.open, own.right, own.biases, own.kinds))
    return stacked(parts, 12)


def linked(batch, segments_of):
    """Cues with their sources, and contents with their cues, window by window: two `Pairs`. `segments_of` gives the
    segments of an article, each with the numbers of its attributions."""
    parts: tuple[list, list] = ([], [])
    for number, article in enumerate(batch.articles):
        segments = segments_of(number, article)
        if segments is None:
            continue
        for row, (x, y) in batch.rows[number]:
            inside = [(r, max(b, x), min(e, y), n) for r, b, e, n in segments if max(b, x) < min(e, y)]
            roles = [[(b, e, rank, n) for rank, (r, b, e, n) in enumerate(inside) if r == role] for role in range(3)]
            for part, asks, offers in ((parts[0], roles[1], roles[0]), (parts[1], roles[2], roles[1])):
                if asks:
                    part.append(linked_pairs(asks, offers, row * batch.width - x))
    return [stacked(part, 10) for part in parts]


def linked_pairs(asks, offers, shift):
    def place(ones):
        return np.array([(b + shift, e - 1 + shift) for b, e, _, _ in ones], np.int64).reshape(-1, 2)

    right = np.array([[bool(a[3] & o[3]) for o in offers] + [False] for a in asks], bool)
    right[:, -1] = ~right.any(1)
    biases = np.array([[min(4, max(-4, o[2] - a[2])) + 4 for o in offers] for a in asks], np.int64)
    biases = biases.reshape(len(asks), len(offers))
    return Pairs(place(asks), place(offers), np.ones_like(right), right, biases, np.zeros(len(asks), np.int64))
