#!/usr/bin/env python3
"""Predictions of the encoder alone for the development articles, in the form that shared/eval/score.py reads.

  evaluate.py --data ../../../shared --minilm DIR --weights encoder.pt --out DIR

The server adds rules, speakers and calibration; this shows what the weights alone are worth.
"""

import argparse
import json

import torch
from tokenizers import Tokenizer

import data
from model import COLUMNS, LINK, Encoder, link_scores
from train import attribution_windows, name_windows, names, polnear, ranked, tensors


def viterbi(chain, scores):
    moves = chain.transitions()
    best, back = scores[0] + chain.begin.masked_fill(~chain.legal[0], -1e4), []
    for row in scores[1:]:
        best, before = (best[:, None] + moves).max(0)
        best = best + row
        back.append(before)
    label = int(best.argmax())
    labels = [label]
    for before in reversed(back):
        label = int(before[label])
        labels.append(label)
    return labels[::-1]


def segments(labels):
    found = []
    for at, label in enumerate(labels):
        if label % 2:
            found.append([(label - 1) // 2, at, at + 1])
        elif label and found and found[-1][2] == at:
            found[-1][2] = at + 1
    return found


@torch.no_grad()
def read(model, window):
    ids, features, mask, firsts = tensors([window])
    outputs = model(ids, features, mask)
    return [out[0, firsts[0]] for out in outputs]


def quotes(model, window, tags, links):
    spans = segments(viterbi(model.tag_chain, tags))
    sources, cues, contents = ranked([(role, b, e - 1, (b, e)) for role, b, e in spans])
    links = links.view(-1, COLUMNS, LINK)

    def char(s):
        return [window.text.words[window.begin + s[0]][0], window.text.words[window.begin + s[1]][1]]

    found = [{"source": [], "cue": [char(cue)], "content": []} for cue in cues]
    if cues:
        answers = link_scores(links, cues, sources, (0, 1, 2, 3), model.source_bias).argmax(1)
        for one, answer in zip(found, answers, strict=True):
            if answer < len(sources):
                one["source"] = [char(sources[answer])]
    if contents:
        answers = link_scores(links, contents, cues, (4, 5, 6, 7), model.cue_bias).argmax(1)
        for content, answer in zip(contents, answers, strict=True):
            if answer < len(cues):
                found[answer]["content"].append(char(content))
            else:
                found.append({"source": [], "cue": [], "content": [char(content)]})
    return [one for one in found if one["content"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="../../../shared")
    parser.add_argument("--minilm", required=True)
    parser.add_argument("--weights", default="encoder.pt")
    parser.add_argument("--out", default=".")
    args = parser.parse_args()
    tokenizer = Tokenizer.from_file(f"{args.minilm}/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    model = Encoder()
    model.load_state_dict(torch.load(args.weights, map_location="cpu"))
    model.eval()
    e = f"{args.data}/eval"
    for name, read_corpus, cut in (
        ("polnear/dev", polnear, attribution_windows),
        ("ner/worldwide-dev", names, name_windows),
    ):
        rows = data.read(f"{e}/{name}.jsonl.gz")
        with open(f"{args.out}/{name.replace('/', '-')}.jsonl", "w") as out:
            for row, one in zip(rows, read_corpus(tokenizer, f"{e}/{name}.jsonl.gz"), strict=True):
                found = {"id": row["id"], "quotes": [], "entities": []}
                for window in cut([one]):
                    tags, kinds, links = read(model, window)
                    if "polnear" in name:
                        found["quotes"] += quotes(model, window, tags, links)
                    else:
                        for kind, b, end in segments(viterbi(model.name_chain, kinds)):
                            word = window.text.words
                            found["entities"].append(
                                {
                                    "start": word[window.begin + b][0],
                                    "end": word[window.begin + end - 1][1],
                                    "type": data.TYPES[kind],
                                }
                            )
                print(json.dumps(found), file=out)


if __name__ == "__main__":
    main()
