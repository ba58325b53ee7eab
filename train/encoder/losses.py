"""The losses of a batch: against its gold labels, and against a teacher's output."""

import math
from dataclasses import dataclass

import numpy as np
import torch

import batch as batches
from articles import NAMED
from data import ROLES, TYPES
from model import LINK

# The weight of each loss relative to that of a word's label.
WEIGHTS = {"tags": 1.0, "names": 1.0, "addressees": 1.0, "links": 0.05, "kin": 0.15, "acts": 0.04}
CHAINS = (("tags", "tag_chain"), ("names", "name_chain"), ("addressees", "addressee_chain"))


@dataclass
class Scores:
    """Scores of each word of a batch (rows, words, …); those of links have all words in one row."""

    tags: torch.Tensor
    names: torch.Tensor
    links: torch.Tensor
    acts: torch.Tensor
    polarities: torch.Tensor
    addressees: torch.Tensor


def read(model, batch, device, hide=0.0):
    """The scores of all words, and the number of words in each row."""

    def put(x):
        return x.to(device, non_blocking=True)

    ids, features, mask, firsts, lengths = map(
        put, (batch.ids, batch.features, batch.mask, batch.firsts, batch.lengths)
    )
    if hide:
        hidden = (torch.rand(ids.shape, device=device) < hide) & mask & (ids != 101) & (ids != 102)
        ids = ids.masked_fill(hidden, 103)
    # Processors without 16-bit arithmetic emulate it, a hundred times slower.
    with torch.autocast(device, dtype=torch.bfloat16, enabled=device != "cpu"):
        x = model.hidden(ids, features, mask)
    x = x.float().gather(1, firsts[:, :, None].expand(-1, -1, x.shape[2]))
    tags, names, links, acts, polarities, addressees = (head(x) for head in model.heads())

    def flat(part):
        return part.flatten(0, 1)

    return Scores(tags, names, flat(links), flat(acts), flat(polarities), addressees), lengths


def pair_scores(scores, pairs, columns, bias, device):
    """The score of each offer for each ask, with "none" in the last column."""

    def put(x):
        return torch.from_numpy(x).to(device, non_blocking=True)

    links = scores.links.view(-1, 12, LINK)
    asks, offers = put(pairs.asks), put(pairs.offers)
    ask = links[asks[:, 0], columns[0]] + links[asks[:, 1], columns[1]]
    offer = links[offers[:, 0], columns[2]] + links[offers[:, 1], columns[3]]
    products = torch.nn.functional.pad(ask @ offer.T / math.sqrt(LINK), (0, 1))
    return products + bias[put(pairs.biases)]


def pair_loss(found, pairs, device):
    """For each ask: the likelihood of a right offer, and the margin of each right one over all wrong ones."""

    def put(x):
        return torch.from_numpy(x).to(device, non_blocking=True)

    allowed, right = put(pairs.open), put(pairs.right)
    found = found.masked_fill(~allowed, -1e4)
    together = found.logsumexp(1) - found.masked_fill(~right, -1e4).logsumexp(1)
    wrong = found.masked_fill(right, -1e4).logsumexp(1, keepdim=True)
    each = (torch.nn.functional.softplus(wrong - found) * right).sum(1) / right.sum(1).clamp(min=1)
    return 0.5 * (together + each).mean()


def taught_pairs(own, other, pairs, device):
    allowed = torch.from_numpy(pairs.open).to(device, non_blocking=True)
    own, other = own.masked_fill(~allowed, -1e4), other.masked_fill(~allowed, -1e4)
    return -(other.softmax(1) * own.log_softmax(1)).sum(1).mean()


LINKS = (((0, 1, 2, 3), "source_bias"), ((4, 5, 6, 7), "cue_bias"))
KIN = ((8, 9, 10, 11), "who_bias")


def all_pairs(batch, segments_of, kin):
    """The kinds of pairs of a batch, with the source of their scores."""
    source, cue = batches.linked(batch, segments_of)
    return [("links", source, *LINKS[0]), ("links", cue, *LINKS[1]), ("kin", kin, *KIN)]


def gold_losses(model, scores, lengths, gold, device):
    """Losses by name, each a mean over the words or asks that have gold labels."""
    losses = {}
    words = lengths.sum()
    for kind, chain in CHAINS:
        if kind in gold.allowed:
            allowed = torch.from_numpy(gold.allowed[kind]).to(device, non_blocking=True)
            losses[kind] = getattr(model, chain).loss(getattr(scores, kind), allowed, lengths) / words
    for kind, pairs, columns, bias in gold.pairs:
        if len(pairs.asks):
            found = pair_scores(scores, pairs, columns, getattr(model, bias), device)
            losses[kind] = losses.get(kind, 0) + pair_loss(found, pairs, device)
    if len(gold.acts):
        at, act, polarity = torch.from_numpy(gold.acts.T.copy()).to(device, non_blocking=True)
        cross = torch.nn.functional.cross_entropy
        losses["acts"] = cross(scores.acts[at], act) + cross(scores.polarities[at], polarity)
    return losses


@dataclass
class Gold:
    allowed: dict
    pairs: list
    acts: np.ndarray


def gold_of(batch, loose):
    """The gold labels of a batch, ready to be compared."""

    def any_of(kind):
        return any(getattr(a, kind) for a in batch.articles)

    allowed = {}
    if any_of("segments"):
        allowed["tags"] = batches.allowed_tags(batch, loose)
    if any_of("names") or any_of("hints"):
        allowed["names"] = batches.allowed_names(batch)
    if any(a.addressees is not None for a in batch.articles):
        allowed["addressees"] = batches.allowed_addressees(batch)
    pairs = all_pairs(batch, lambda _, article: article.segments, batches.kin_of(batch))
    return Gold(allowed, pairs, batches.acts_of(batch))


def runs(labels):
    """Labels outside, begin, inside, begin, inside, … as (kind, begin, end)."""
    found: list[list] = []
    for at in np.flatnonzero(labels).tolist():
        label = int(labels[at])
        kind = (label - 1) // 2
        if label % 2 == 0 and found and found[-1][2] == at and found[-1][0] == kind:
            found[-1][2] = at + 1
        else:
            found.append([kind, at, at + 1])
    return found


def guessed(batch, tags, names):
    """The pairs and cues of an unlabelled batch, from the teacher's likeliest labels."""
    cues = []
    segments: dict[int, list] = {}
    mentions: dict[int, list] = {}
    for row, (number, b, e) in enumerate(batch.spans):
        for role, x, y in runs(tags[row, : e - b]):
            segments.setdefault(number, []).append((role, b + x, b + y, frozenset()))
            if ROLES[role] == "cue":
                cues.append(row * batch.width + x)
        for kind, x, y in runs(names[row, : e - b]):
            if TYPES[kind] in NAMED:
                mentions.setdefault(number, []).append((b + x, b + y))
    parts = []
    for number, own_segments in segments.items():
        sources = [(b, e) for role, b, e, _ in own_segments if ROLES[role] == "source"]
        named = mentions.get(number, [])
        offers = named + [s for s in sources if s not in set(named)]
        if sources and offers:
            barred = [
                [-1 if o >= len(named) and offer[0] >= s[0] else 0 for o, offer in enumerate(offers)] for s in sources
            ]
            own = batches.paired(sources, offers, barred, [False] * len(sources), [-1] * len(sources))
            at = batch.place(number)
            parts.append(batches.Pairs(at[own.asks], at[own.offers], own.open, own.right, own.biases, own.kinds))
    pairs = all_pairs(batch, lambda number, _: segments.get(number), batches.stacked(parts, 12))
    return pairs, np.array(cues, np.int64)


def taught_losses(model, scores, teacher, taught, lengths, batch, gold, device):
    """Losses by name: the distance of labels and pairs from those of the teacher."""
    losses, labels = {}, {}
    words = lengths.sum()
    for kind, chain in CHAINS:
        expected = getattr(teacher, chain).expected(getattr(taught, kind), lengths)
        losses[kind] = getattr(model, chain).cross_entropy(getattr(scores, kind), lengths, expected) / words
        labels[kind] = expected[0].argmax(2)
    if batch.articles[0].corpus != "news":
        pairs, cues = gold.pairs, gold.acts[:, 0]
    else:
        pairs, cues = guessed(batch, labels["tags"].cpu().numpy(), labels["names"].cpu().numpy())
    for kind, one, columns, bias in pairs:
        if len(one.asks):
            own = pair_scores(scores, one, columns, getattr(model, bias), device)
            with torch.no_grad():
                other = pair_scores(taught, one, columns, getattr(teacher, bias), device)
            losses[kind] = losses.get(kind, 0) + taught_pairs(own, other, one, device)
    if len(cues):
        at = torch.from_numpy(cues).to(device, non_blocking=True)
        for own, other in ((scores.acts, taught.acts), (scores.polarities, taught.polarities)):
            loss = -(other[at].softmax(1) * own[at].log_softmax(1)).sum(1).mean()
            losses["acts"] = losses.get("acts", 0) + loss
    return losses


def weighed(losses):
    return sum(WEIGHTS[kind] * loss for kind, loss in losses.items())
