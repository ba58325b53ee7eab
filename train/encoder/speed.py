#!/usr/bin/env python3
"""Compares the server's encoder with onnxruntime: same 8-bit network and windows, one thread each, in turn.

speed.py --program ../../target/release/sayso-train --minilm DIR --data ../../../shared
"""

import argparse
import re
import statistics
import subprocess
import time

import onnxruntime
from tokenizers import Tokenizer

import data
from batch import inputs
from check import bodies


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def windows(args):
    """The network's input for each window of the articles, and their total number of pieces."""
    tokenizer = Tokenizer.from_file(f"{args.minilm}/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    texts = [data.read_text(tokenizer, body) for body in bodies(args.data, args.articles)]
    found = []
    for window in (window for text in texts for window in data.windows(text)):
        found.append(dict(zip(("ids", "features", "firsts"), inputs(window), strict=False)))
    return found, sum(len(text.ids) for text in texts)


def theirs(network, inputs):
    began = time.process_time()
    for one in inputs:
        network.run(None, one)
    return time.process_time() - began


def ours(args):
    """Word pieces per second, as the program reports."""
    command = [args.program, "speed", "--tier", "accurate", "--articles", str(args.articles), "--data", args.data]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"the encoder +([\d.]+) word pieces/s", said)
    assert found, said
    return float(found[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="../../target/release/sayso-train")
    parser.add_argument("--models", default="../../extract/models", help="those that are compiled into the program")
    parser.add_argument("--minilm", required=True)
    parser.add_argument("--data", default="../../../shared")
    parser.add_argument("--articles", type=int, default=25)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    given, pieces = windows(args)
    network = session(f"{args.models}/encoder.onnx")
    theirs(network, given[:8])
    ratios = []
    for _ in range(args.rounds):
        mine, other = ours(args), pieces / theirs(network, given)
        ratios.append(mine / other)
        print(f"sayso {mine:.0f}, onnxruntime {other:.0f} word pieces/s: {ratios[-1]:.2f} of it", flush=True)
    print(f"median of {args.rounds}: {statistics.median(ratios):.2f} of onnxruntime (needed: 0.6)")


if __name__ == "__main__":
    main()
