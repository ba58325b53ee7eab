#!/usr/bin/env python3
"""Cuts all corpora into words and pieces and writes them for `train.py`, which can then run on another machine.

  prepare.py --data ../../../shared --minilm DIR --models ../../extract/models --news 10000 --out corpora

The names among which a source's speaker is sought are those that the encoder in `--models` finds.
"""

import argparse
import gzip
import itertools
import json
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from tokenizers import Tokenizer

import data
from articles import FOLDS, Article, read_lines, save, start_of, with_speakers
from losses import runs
from model import Encoder
from restore import load_heads


class Names:
    """The names that an exported encoder finds."""

    def __init__(self, folder):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        model = Encoder()
        load_heads(model, (Path(folder) / "encoder.heads").read_bytes())
        self.chain = model.name_chain
        self.session = onnxruntime.InferenceSession(str(Path(folder) / "encoder.onnx"), options)

    def find(self, text):
        found = []
        for window in data.windows(text):
            a, b = window.pieces()
            ids = np.concatenate([[101], text.ids[a:b], [102]])
            features = np.concatenate([[data.FEATURES], text.features[a:b], [data.FEATURES]])
            firsts = text.first[window.begin : window.end] - a + 1
            feeds = {"ids": ids, "features": features, "firsts": firsts}
            (scores,) = self.session.run(["names"], {k: v.astype(np.int64) for k, v in feeds.items()})
            found += [(window.begin + b, window.begin + e, kind) for kind, b, e in runs(self.labels(scores))]
        return found

    def labels(self, scores):
        return self.chain.best(torch.from_numpy(scores)[None], torch.tensor([len(scores)]))[0]


def attributed(tokenizer, names, rows, corpus, speakers, folded):
    """Articles with attributions, and with speakers if they are known: `speakers` is by article id."""
    made = []
    places = {one: place for place, one in enumerate(speakers)}
    for row in rows:
        text = data.read_text(tokenizer, row["text"])
        one = Article(row["id"], corpus, text)
        if "attributions" in row:
            one.segments = data.attributions(row, text)
        if row["id"] in speakers:
            sources = cued(speakers[row["id"]], row.get("attributions", []))
            one = with_speakers(one, row["text"], sources, names.find(text))
            one.fold = places[row["id"]] % FOLDS if folded else -1
        made.append(one)
    return made


def cued(sources, attributions):
    """Sources with their cues, which some lists give only at the attribution with the same content."""
    cues = {tuple(map(tuple, one["content"])): one.get("cue") for one in attributions}
    return [{"cue": cues.get(tuple(map(tuple, row["content"]))) or []} | row for row in sources]


def named(tokenizer, rows, corpus):
    texts = ((row, data.read_text(tokenizer, row["text"])) for row in rows)
    return [
        Article(str(row.get("id")), corpus, text, names=data.entity_words(row, text), types=tuple(row["types"]))
        for row, text in texts
        if text.words
    ]


def coreferent(tokenizer, folder):
    made = []
    for text, mentions in data.ontogum(f"{folder}/ontogum-conll.tar.xz"):
        read = data.read_text(tokenizer, text)
        made.append(Article("", "ontogum", read, entities=data.mention_words(read, mentions)))
    for part in ("development", "validation"):
        for text, pronoun, pair in data.gap(f"{folder}/gap-{part}.tsv.gz"):
            read = data.read_text(tokenizer, text)
            two = data.mention_words(read, pair)
            made.append(Article("", "gap", read, entities=data.mention_words(read, pronoun), named=two))
    return made


def news(tokenizer, path, count, left_out):
    made: list[Article] = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in itertools.islice(lines, count + count // 20):
            row = json.loads(line)
            text = data.read_text(tokenizer, row["body"][:12000])
            if start_of(row["body"]) not in left_out and len(text.words) > 60 and len(made) < count:
                made.append(Article(row["id"], "news", text))
    return made


def by_id(rows):
    return {row["id"]: row["sources"] for row in rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="../../../shared")
    parser.add_argument("--minilm", required=True)
    parser.add_argument("--models", default="../../extract/models")
    parser.add_argument("--news", type=int, default=10000)
    parser.add_argument("--only", choices=("news", "gold"))
    parser.add_argument("--out", default="corpora")
    args = parser.parse_args()
    out = Path(args.out)
    out.mkdir(exist_ok=True)
    tokenizer = Tokenizer.from_file(f"{args.minilm}/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    e = f"{args.data}/eval"
    ood, ood_dev, ood_names = (read_lines(f"{e}/ood/{name}.jsonl.gz") for name in ("train", "dev", "names"))
    if args.only != "gold":
        left_out = {start_of(row["text"]) for row in ood + ood_dev}
        save(out / "news.xz", news(tokenizer, f"{args.data}/news/news-20k.jsonl.gz", args.news, left_out))
    if args.only == "news":
        return
    names = Names(args.models)
    kept_back = {start_of(row["text"]) for row in ood_names}
    speakers, speakers_dev = (by_id(read_lines(f"{e}/speakers/{name}")) for name in ("train.jsonl.gz", "dev.jsonl"))
    polnear, polnear_dev = (read_lines(f"{e}/polnear/{name}.jsonl.gz") for name in ("train", "dev"))
    worldwide, permissive = (read_lines(f"{e}/ner/{name}-train.jsonl.gz") for name in ("worldwide", "permissive"))
    train = attributed(tokenizer, names, polnear, "polnear", speakers, True)
    train += attributed(tokenizer, names, ood, "ood", by_id(ood), True)
    for one, row in zip(train, polnear + ood, strict=False):
        if start_of(row["text"]) in kept_back:
            one.hints = None
    train += named(tokenizer, [r for r in worldwide if start_of(r["text"]) not in kept_back], "worldwide")
    train += named(tokenizer, permissive, "permissive")
    train += coreferent(tokenizer, f"{e}/coref")
    save(out / "train.xz", train)
    dev = attributed(tokenizer, names, polnear_dev, "polnear", speakers_dev, False)
    dev += attributed(tokenizer, names, ood_dev, "ood", by_id(ood_dev), False)
    for corpus in ("worldwide", "permissive"):
        dev += named(tokenizer, read_lines(f"{e}/ner/{corpus}-dev.jsonl.gz"), corpus)
    dev += named(tokenizer, ood_names, "ood-names")
    save(out / "dev.xz", dev)


if __name__ == "__main__":
    main()
