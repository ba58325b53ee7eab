#!/usr/bin/env python3
"""Compact files of weights: each row of a matrix as integers with a scale.

  weights.py mpnet DIR --out mpnet      two files, mpnet.0 and mpnet.1
  weights.py minilm DIR --out minilm.xz --pieces 1 --reach 511
  weights.py fitted encoder.pt --out encoder.xz --pieces 1 --reach 511

The tables of word pieces and positions are left out of fitted weights, since fitting does not change them.
"""

import argparse
import lzma
import pickle
from pathlib import Path

import numpy as np
import torch

import model as models

FROZEN = ("words.", "places.", "relative.")
FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 4, "lc": 0, "lp": 0, "pb": 0}]


def packed(state, reach):
    """Rows of matrices as integers up to `reach`, low and high bytes apart. Everything else stays as it is."""
    found = {}
    for name, tensor in state.items():
        value = (tensor.detach().float() if tensor.dtype.is_floating_point else tensor).cpu().numpy()
        if value.ndim != 2 or value.size < 1 << 14:
            found[name] = value
            continue
        scales = (np.maximum(np.abs(value).max(1), 1e-12) / reach).astype(np.float32)
        whole = np.rint(value / scales[:, None]).astype(np.int16)
        low, high = (whole & 255).astype(np.uint8), (whole >> 8).astype(np.int8)
        found[name] = (scales, low, high if reach > 127 else None)
    return found


def unpacked(found):
    state = {}
    for name, value in found.items():
        whole = value
        if isinstance(value, tuple):
            scales, low, high = value
            rows = low.view(np.int8) if high is None else low.astype(np.int16) + 256 * high.astype(np.int16)
            whole = rows.astype(np.float32) * scales[:, None]
        state[name] = torch.from_numpy(np.array(whole))
    return state


def opened(name, mode):
    """A file, compressed if its name says so."""
    if ".xz" not in str(name):
        return open(name, mode)
    return lzma.open(name, mode, filters=FILTERS) if mode == "wb" else lzma.open(name, mode)


def write(state, path, reach=511, pieces=1):
    """Writes one file, or several of about the same size, `path.0` and so on."""
    found = packed(state, reach)
    parts: list[dict] = [{} for _ in range(pieces)]
    sizes = [0] * pieces

    def size(value):
        return sum(v.nbytes for v in value if v is not None) if isinstance(value, tuple) else value.nbytes

    for name in sorted(found, key=lambda name: -size(found[name])):
        least = sizes.index(min(sizes))
        parts[least][name] = found[name]
        sizes[least] += size(found[name])
    for number, part in enumerate(parts):
        name = path if pieces == 1 else f"{path}.{number}"
        with opened(name, "wb") as out:
            pickle.dump(part, out, protocol=5)
        print(name, Path(name).stat().st_size)


def read(path):
    """The weights of a file, or of all pieces `path.*`."""
    files = [Path(path)] if Path(path).exists() else sorted(Path(path).parent.glob(Path(path).name + ".[0-9]"))
    assert files, f"there is no {path} and no {path}.0"
    found: dict = {}
    for file in files:
        with opened(file, "rb") as source:
            found |= pickle.load(source)
    return unpacked(found)


def start(model, path):
    """Initialises a model with weights written by this program or by `train.py`."""
    if str(path).endswith(".pt"):
        model.load_state_dict(torch.load(path, map_location="cpu"))
    else:
        models.load(model, read(path))


def finished(path, begun):
    """A fitted model, ready for use. What a file of this program leaves out comes from the weights that fitting
    began with."""
    model = models.Encoder()
    if not str(path).endswith(".pt"):
        start(model, begun)
        _, unknown = model.load_state_dict(read(path), strict=False)
        assert not unknown, unknown
    else:
        start(model, path)
    return model.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=("mpnet", "minilm", "fitted"))
    parser.add_argument("folder")
    parser.add_argument("--out", required=True)
    parser.add_argument("--pieces", type=int, default=2)
    parser.add_argument("--reach", type=int, default=127)
    args = parser.parse_args()
    if args.kind == "fitted":
        state = torch.load(args.folder, map_location="cpu")
        state = {name: value for name, value in state.items() if not name.startswith(FROZEN)}
        return write(state, args.out, args.reach, args.pieces)
    model = models.Encoder(models.LARGE if args.kind == "mpnet" else models.SMALL)
    (models.load_mpnet if args.kind == "mpnet" else models.load_minilm)(model, args.folder)
    body = ("words.", "places.", "norm.", "layers.", "relative.")
    state = {name: value for name, value in model.state_dict().items() if name.startswith(body)}
    write(state, args.out, args.reach, args.pieces)
    return None


if __name__ == "__main__":
    main()
