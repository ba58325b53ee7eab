#!/usr/bin/env python3
"""Refits the head of names and its chain, with everything else in an encoder frozen: on the corpora with names, and
on news whose names were found by a program (`sayso-train label`).

  names.py --weights fitted.pt --rounded DIR --minilm DIR --corpora DIR --labels DIR --data DIR --out encoder.pt

The head learns from the output of the quantised network in `--rounded`, since that is its input later. Takes minutes
on one core.
"""

import argparse
import random
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer

import articles
import batch as batches
import data
import evaluate
import weights
from articles import Article, read_lines, start_of
from restore import restored

PIECES = 3072  # of one step, about
DEV = ("ood/train", "ood/dev", "ood/names", "polnear/dev", "ner/worldwide-dev", "ner/permissive-dev")


@dataclass
class Lesson:
    """Last-layer vectors of a batch's words in 16 bits, and the labels that each word may have."""

    words: torch.Tensor
    allowed: torch.Tensor
    lengths: torch.Tensor


def labelled(tokenizer, folder, left_out):
    """News with names found by a program, without texts that are used for measuring."""
    made = []
    for row in read_lines(str(Path(folder) / "names.jsonl.gz")):
        text = data.read_text(tokenizer, row["text"])
        if start_of(row["text"]) in left_out or len(row["text"]) > 12000 or len(text.words) <= 60:
            continue
        unsure = data.entity_words(row, text, "unsure")
        names = data.entity_words(row, text)
        made.append(Article(row["id"], "news", text, names=names, types=tuple(row["types"]), unsure=unsure))
    return made


@torch.no_grad()
def lesson(network, cut):
    one = batches.collect(cut)
    x = network.hidden(one.ids, one.features, one.mask)
    words = x.gather(1, one.firsts[:, :, None].expand(-1, -1, x.shape[2])).half()
    return Lesson(words, torch.from_numpy(batches.allowed_names(one)), one.lengths)


def lessons(network, some, rng):
    corpora: dict[str, list] = {}
    for one in some:
        corpora.setdefault(one.corpus, []).append(one)
    return [lesson(network, cut) for own in corpora.values() for cut in batches.chunks(own, rng, PIECES)]


def fit(model, made, args, rng):
    """Fits `names` and `name_chain` of the model."""
    parameters = [*model.names.parameters(), *model.name_chain.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=args.rate, betas=(0.9, 0.98))
    order = [one for _ in range(args.epochs) for one in rng.sample(made, len(made))]
    began, mean = time.time(), 0.0
    for step, one in enumerate(order):
        done = step / len(order)
        optimizer.param_groups[0]["lr"] = args.rate * min(1, done / 0.06 + 0.02) * (1 - done)
        scores = model.names(torch.nn.functional.dropout(one.words.float(), 0.1))
        loss = model.name_chain.loss(scores, one.allowed, one.lengths) / one.lengths.sum()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        mean = 0.95 * mean + 0.05 * loss.item()
        if step % 100 == 99:
            print(f"{step + 1}/{len(order)} {time.time() - began:.0f} s {mean:.4f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", required=True, help="of the fitted encoder")
    parser.add_argument("--start", help="what fitting began with, which weights that end in .xz leave out")
    parser.add_argument("--rounded", required=True, help="the folder that it was exported to")
    parser.add_argument("--minilm", required=True)
    parser.add_argument("--corpora", default="corpora")
    parser.add_argument("--labels", required=True, help="the folder that `sayso-train label` wrote")
    parser.add_argument("--data", default="../../../shared", help="the corpora: their texts to measure on are left out")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--share", type=float, default=1, help="of the articles, to try it")
    parser.add_argument("--out", default="encoder.pt")
    args = parser.parse_args()
    torch.manual_seed(1)
    rng = random.Random(1)
    tokenizer = Tokenizer.from_file(f"{args.minilm}/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    left_out = {start_of(row["text"]) for name in DEV for row in read_lines(f"{args.data}/eval/{name}.jsonl.gz")}
    some = [one for one in articles.load(Path(args.corpora) / "train.xz") if one.names is not None]
    some += labelled(tokenizer, args.labels, left_out)
    some = rng.sample(some, round(len(some) * args.share))
    made = lessons(restored(args.rounded, args.minilm), some, rng)
    print(len(some), "articles in", len(made), "batches", flush=True)
    model = weights.finished(args.weights, args.start)
    fit(model, made, args, rng)
    torch.save(model.state_dict(), args.out)
    evaluate.report(model, args.corpora, -1, "cpu")


if __name__ == "__main__":
    main()
