#!/usr/bin/env python3
"""Restores weights for further fitting from the files that `sayso-extract` reads: the inverse of `export.py`, except
for what quantisation loses (0.1 of F1).

  restore.py --models ../../extract/models --minilm DIR --out encoder.pt
"""

import argparse
import struct
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from articles import ACTS, POLARITIES
from export import MAGIC
from model import LAYERS, Encoder, load_minilm


def matrix(constants, name):
    """The matrix in floats, with a row for each output."""
    weight = constants[f"{name}.weight"].T * constants[f"{name}.scales"][:, None]
    return weight * constants.get(f"{name}.soft", np.float32(1))


def named(constants):
    """The parameters of the network, by their names in `model.Encoder`."""
    found = {"words.weight": constants["words.weight"] * constants["words.scales"]}
    found["shapes.weight"] = constants["shapes.weight"]
    norms = {"norm": "norm"} | {f"layers.{i}.{n}": f"layer{i}.{n}" for i in range(LAYERS) for n in ("norm1", "norm2")}
    linear = {f"layers.{i}.{p}": f"layer{i}.{p}" for i in range(LAYERS) for p in ("qkv", "out", "up", "down")}
    linear |= {head: head for head in ("tags", "names", "links", "values")}
    for own, name in norms.items():
        found |= {f"{own}.{part}": constants[f"{name}.{part}"] for part in ("weight", "bias")}
    for own, name in linear.items():
        found |= {f"{own}.weight": matrix(constants, name), f"{own}.bias": constants[f"{name}.bias"]}
    for part in ("weight", "bias"):
        whole = found.pop(f"values.{part}")
        parts = np.split(whole, np.cumsum([len(ACTS), len(POLARITIES)]))
        found |= {f"{head}.{part}": own for head, own in zip(("acts", "polarities", "addressees"), parts, strict=False)}
    return found


def load_heads(model, content):
    """Chains and biases, which `export.heads` describes."""
    assert content.startswith(MAGIC), "not a file of heads"
    start = len(MAGIC) + struct.calcsize("<4I3Q")
    values, at = np.frombuffer(content, dtype="<f4", offset=start), 0
    chains = (model.tag_chain, model.name_chain, model.addressee_chain)
    parts = [part for chain in chains for part in (chain.begin, chain.moves)]
    for part in (*parts, model.source_bias, model.cue_bias, model.who_bias):
        own = torch.from_numpy(values[at : at + part.numel()].copy()).view(part.shape)
        at += part.numel()
        part.data.copy_(own.masked_fill(own < -1e3, 0))


def restored(models, minilm):
    """The network in the files of a folder."""
    folder = Path(models)
    model = Encoder()
    load_minilm(model, minilm)
    network = onnx.load(folder / "encoder.onnx")
    constants = {one.name: numpy_helper.to_array(one) for one in network.graph.initializer}
    found = named(constants)
    # Windows need fewer positions than MiniLM has; the others keep their weights.
    places = model.places.weight.detach().numpy().copy()
    places[: len(constants["places.weight"])] = constants["places.weight"]
    found["places.weight"] = places
    missing, unknown = model.load_state_dict({k: torch.tensor(v) for k, v in found.items()}, strict=False)
    assert not unknown and all("chain" in name or "bias" in name for name in missing), (missing, unknown)
    load_heads(model, (folder / "encoder.heads").read_bytes())
    return model.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="../../extract/models")
    parser.add_argument("--minilm", required=True)
    parser.add_argument("--out", default="encoder.pt")
    args = parser.parse_args()
    torch.save(restored(args.models, args.minilm).state_dict(), args.out)


if __name__ == "__main__":
    main()
