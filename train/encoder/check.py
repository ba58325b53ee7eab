#!/usr/bin/env python3
"""Compares what `sayso-train encode-check` makes of news with the tokeniser and the model that it was fitted with.

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
from export import load
from train import by_word, tensors

PARTS = ("pieces", "words", "features", "ranks", "windows")
WIDTHS = (7, 19, 576)


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
    """Scores of a text's words by the model in floats, a window at a time."""
    found: tuple[list, list, list] = ([], [], [])
    for window in data.windows(data.read_text(tokenizer, body)):
        ids, features, mask, firsts = tensors([window])
        with torch.no_grad():
            for part, scores in zip(found, model(ids, features, mask), strict=True):
                part.append(by_word(scores, firsts)[0][0].numpy())
    return [np.concatenate(part) if part else np.zeros((0, width)) for part, width in zip(found, WIDTHS, strict=True)]


def compare_scores(args, tokenizer):
    model = load(args.weights, args.minilm)
    with tempfile.NamedTemporaryFile() as file:
        command = [args.program, "encode-check", "--data", args.data, "--articles", str(args.scored)]
        command += ["--scores", file.name] + (["--model", args.model] if args.model else [])
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="")
        numbers = np.fromfile(file.name, dtype="<f4")
    at = 0
    apart: tuple[list, list, list] = ([], [], [])
    other: tuple[list, list] = ([], [])
    for body in bodies(args.data, args.scored):
        count = int(numbers[at : at + 1].view("<u4")[0])
        at += 1
        for part, (width, right) in enumerate(zip(WIDTHS, expected(model, tokenizer, body), strict=True)):
            got = numbers[at : at + count * width].reshape(count, width)
            at += count * width
            apart[part].append(np.abs(got - right).ravel())
            if part < 2:
                other[part].append(got.argmax(1) != right.argmax(1))
    for part, name in enumerate(("tags", "names", "links")):
        far = np.concatenate(apart[part])
        high = np.quantile(far, 0.999)
        line = f"{name}: differ by {far.mean():.4f} on average, {high:.3f} at 99.9 %, {far.max():.3f} at most"
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
