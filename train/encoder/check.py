#!/usr/bin/env python3
"""Compares the output of `sayso-train encode-check` on news with the tokeniser and the model it was fitted with.

check.py --program ../../target/release/sayso-train --minilm DIR --data ../../../shared --weights encoder.pt
"""

import argparse
import gzip
import itertools
import json
import subprocess
import tempfile
import zlib

import numpy as np
import torch
from tokenizers import Tokenizer

import data
from batch import inputs
from export import load

PARTS = ("pieces", "words", "features", "ranks", "windows")
WIDTHS = (7, 19, 576, 11)
HEADS = ("tags", "names", "links", "values")


def bodies(folder, count):
    with gzip.open(f"{folder}/news/news-20k.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in itertools.islice(lines, count):
            yield json.loads(line)["body"]


def digests(tokenizer, body):
    text = data.read_text(tokenizer, body)
    at = np.cumsum([0] + [len(c.encode()) for c in body])
    words = at[np.array(text.words, dtype=np.int64).reshape(-1)]
    windows = [(w.begin, w.end) for w in data.windows(text)]
    parts = (text.ids, words, text.features[text.first], text.rank, windows)
    return [f"{zlib.crc32(np.array(part, dtype='<u4').tobytes()):08x}" for part in parts]


def compare_texts(args, tokenizer):
    command = [args.program, "encode-check", "--data", args.data, "--articles", str(args.articles), "--digests"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    lines = [line for line in lines if not line.startswith("#") or print(line)]
    differing = dict.fromkeys(PARTS, 0)
    for number, (line, body) in enumerate(zip(lines, bodies(args.data, args.articles), strict=True)):
        wrong = [p for p, a, b in zip(PARTS, line.split(), digests(tokenizer, body), strict=True) if a != b]
        for part in wrong:
            differing[part] += 1
        if wrong and differing[wrong[0]] <= 5:
            print(f"article {number} differs: {', '.join(wrong)}")
    print(f"of {len(lines)} articles differ:", differing)
    return not any(differing.values())


def expected(model, tokenizer, body):
    """Scores of a text's words by the float model, one window at a time."""
    found: tuple[list, ...] = ([], [], [], [])
    for window in data.windows(data.read_text(tokenizer, body)):
        ids, features, firsts = map(torch.from_numpy, inputs(window))
        with torch.no_grad():
            scores = [
                part[0, firsts].numpy() for part in model(ids[None], features[None], torch.ones(1, len(ids)).bool())
            ]
        for part, one in zip(found, [*scores[:3], np.concatenate(scores[3:], 1)], strict=False):
            part.append(one)
    return [np.concatenate(part) if part else np.zeros((0, width)) for part, width in zip(found, WIDTHS, strict=False)]


def compare_scores(args, tokenizer):
    model = load(args.weights, args.minilm, args.start)
    with tempfile.NamedTemporaryFile() as file:
        command = [args.program, "encode-check", "--data", args.data, "--articles", str(args.scored)]
        command += ["--scores", file.name] + (["--model", args.model] if args.model else [])
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="")
        numbers = np.fromfile(file.name, dtype="<f4")
    at = 0
    apart: list[list] = [[], [], [], []]
    other: list[list] = [[], []]
    for body in bodies(args.data, args.scored):
        count = int(numbers[at : at + 1].view("<u4")[0])
        at += 1
        for part, (width, right) in enumerate(zip(WIDTHS, expected(model, tokenizer, body), strict=False)):
            got = numbers[at : at + count * width].reshape(count, width)
            at += count * width
            apart[part].append(np.abs(got - right).ravel())
            if part < 2:
                other[part].append(got.argmax(1) != right.argmax(1))
    for part, name in enumerate(HEADS):
        apart_here = np.concatenate(apart[part])
        high = np.quantile(apart_here, 0.999)
        line = f"{name}: differ by {apart_here.mean():.4f} on average, {high:.3f} at 99.9 %, {apart_here.max():.3f} at most"
        if part < 2:
            line += f"; another label for {100 * np.concatenate(other[part]).mean():.2f} % of words"
        print(line)
    return np.concatenate(other[0]).mean() < 0.03


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="../../target/release/sayso-train")
    parser.add_argument("--data", default="../../../shared")
    parser.add_argument("--minilm", required=True)
    parser.add_argument("--weights")
    parser.add_argument("--start", help="what fitting began with, which weights that end in .xz leave out")
    parser.add_argument("--model", help="a folder with files of an encoder, in place of the compiled-in ones")
    parser.add_argument("--articles", type=int, default=20000, help="of which pieces and windows are compared")
    parser.add_argument("--scored", type=int, default=40, help="of which scores are compared")
    args = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = Tokenizer.from_file(f"{args.minilm}/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    same = not args.articles or compare_texts(args, tokenizer)
    close = not args.scored or compare_scores(args, tokenizer)
    raise SystemExit(0 if same and close else "they differ")


if __name__ == "__main__":
    main()
