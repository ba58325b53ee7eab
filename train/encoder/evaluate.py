#!/usr/bin/env python3
"""Measures an encoder by itself on articles that it was not fitted on.

  evaluate.py --corpora DIR --weights encoder.pt [--fold K]

Spans are compared by words. The server adds rules, speakers and calibration.
"""

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
import torch

import articles
import batch as batches
import losses
import model as models
import weights
from articles import KINDS
from data import ROLES


def f1(counts, name):
    right, found, gold = (counts[name, part] for part in ("right", "found", "gold"))
    return 100 * 2 * right / max(found + gold, 1)


def count(counts, name, found, gold):
    counts[name, "right"] += len(found & gold)
    counts[name, "found"] += len(found)
    counts[name, "gold"] += len(gold)


def chains(model, scores, lengths, batch):
    """The segments of each article: by kind (role, begin, end)."""
    found: list[dict[str, set]] = [{kind: set() for kind, _ in losses.CHAINS} for _ in batch.articles]
    for kind, chain in losses.CHAINS:
        for labels, (number, b, _) in zip(
            getattr(model, chain).best(getattr(scores, kind), lengths), batch.spans, strict=False
        ):
            found[number][kind] |= {(k, b + x, b + y) for k, x, y in losses.runs(labels)}
    return found


def count_spans(counts, article, found):
    if article.segments is not None:
        for role, name in enumerate(ROLES):
            own, gold = ({s[:3] for s in spans if s[0] == role} for spans in (found["tags"], article.segments))
            count(counts, f"{article.corpus} {name}", own, gold)
    if article.names is not None:
        own = {k for k, kind in enumerate(losses.TYPES) if kind in article.types}
        gold = {(losses.TYPES.index(kind), b, e) for b, e, kind in article.names if kind in losses.TYPES}
        mine = {(k, b, e) for k, b, e in found["names"] if k in own}
        count(counts, f"{article.corpus} names", mine, gold)
    if article.addressees is not None:
        gold = {(0, b, e) for b, e in article.addressees}
        count(counts, f"{article.corpus} addressee", found["addressees"], gold)


def count_kin(counts, model, scores, batch, device):
    """How often the likeliest offer is right; for names also without sources that contain the name."""
    corpus = batch.articles[0].corpus
    pairs = batches.kin_of(batch)
    if not len(pairs.asks):
        return
    columns, bias = losses.KIN
    found = losses.pair_scores(scores, pairs, columns, getattr(model, bias), device).cpu().numpy()
    found[~pairs.open] = -1e4
    elsewhere = np.where(pairs.biases == len(models.FAR) + 1, -1e4, found)
    for row, kind in enumerate(pairs.kinds):
        name = KINDS[kind] if kind >= 0 else "mention"
        counts[f"{corpus} kin {name}", "all"] += 1
        counts[f"{corpus} kin {name}", "yes"] += bool(pairs.right[row, found[row].argmax()])
        if name in ("full", "part") and (pairs.right[row] & (pairs.biases[row] != len(models.FAR) + 1)).any():
            counts[f"{corpus} kin {name} elsewhere", "all"] += 1
            counts[f"{corpus} kin {name} elsewhere", "yes"] += bool(pairs.right[row, elsewhere[row].argmax()])


def count_acts(counts, scores, batch):
    gold = batches.acts_of(batch)
    if not len(gold):
        return
    corpus = batch.articles[0].corpus
    act = scores.acts.argmax(1).cpu().numpy()[gold[:, 0]]
    polarity = scores.polarities.argmax(1).cpu().numpy()[gold[:, 0]]
    counts[f"{corpus} act", "all"] += len(gold)
    counts[f"{corpus} act", "yes"] += int((act == gold[:, 1]).sum())
    for label, name in ((1, "negated"), (2, "hypothetical")):
        own, right = (set(np.flatnonzero(labels == label).tolist()) for labels in (polarity, gold[:, 2]))
        count(counts, f"{corpus} {name}", own, right)


def count_links(counts, model, scores, batch, device):
    for _kind, pairs, columns, bias in losses.all_pairs(batch, lambda _, a: a.segments, batches.stacked([], 12))[:2]:
        if len(pairs.asks):
            found = losses.pair_scores(scores, pairs, columns, getattr(model, bias), device).cpu().numpy()
            found[~pairs.open] = -1e4
            name = f"{batch.articles[0].corpus} link {'cue' if bias == 'cue_bias' else 'source'}"
            counts[name, "all"] += len(found)
            counts[name, "yes"] += int(pairs.right[np.arange(len(found)), found.argmax(1)].sum())


@torch.no_grad()
def measure(model, some, device):
    model.eval()
    counts: Counter = Counter()
    corpora: dict[str, list] = {}
    for one in some:
        corpora.setdefault(one.corpus, []).append(one)
    for own in corpora.values():
        for chunk in batches.chunks(sorted(own, key=lambda one: len(one.text.ids)), None, 16384):
            batch = batches.collect(chunk)
            scores, lengths = losses.read(model, batch, device)
            for article, found in zip(batch.articles, chains(model, scores, lengths, batch), strict=False):
                count_spans(counts, article, found)
            count_kin(counts, model, scores, batch, device)
            count_acts(counts, scores, batch)
            count_links(counts, model, scores, batch, device)
    names = sorted({name for name, _ in counts})
    shares = {n: 100 * counts[n, "yes"] / counts[n, "all"] for n in names if counts[n, "all"]}
    return shares | {n: f1(counts, n) for n in names if counts[n, "gold"]}


def report(model, corpora, fold, device):
    """Prints the figures for the development articles and for the fold that was left out."""
    parts = [("dev", articles.load(Path(corpora) / "dev.xz"))]
    if fold >= 0:
        train = articles.load(Path(corpora) / "train.xz")
        parts.append((f"fold {fold}", [one for one in train if one.fold == fold]))
    for name, some in parts:
        figures = measure(model, some, device)
        print(f"= {name}:", "; ".join(f"{key} {value:.1f}" for key, value in sorted(figures.items())), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", default="corpora")
    parser.add_argument("--weights", required=True)
    parser.add_argument("--start", help="what fitting began with, which weights that end in .xz leave out")
    parser.add_argument("--size", choices=("small", "large"), default="small")
    parser.add_argument("--fold", type=int, default=-1)
    args = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if args.size == "large":
        model = models.Encoder(models.LARGE)
        weights.start(model, args.weights)
    else:
        model = weights.finished(args.weights, args.start)
    report(model.to(device), args.corpora, args.fold, device)


if __name__ == "__main__":
    main()
