#!/usr/bin/env python3
"""Writes a trained encoder as the files that `sayso-extract` reads.

  export.py --weights encoder.pt --minilm DIR --out ../../extract/models
  export.py --weights encoder.xz --start minilm.xz --minilm DIR --out ../../extract/models

`encoder.onnx` is the network for one window at a time: its matrices are 8-bit integers with a scale for each output,
its table of word pieces 8-bit integers with a scale for each piece; the rest is floats. `encoder.vocab.txt` holds the
word pieces. `encoder.heads` holds what is computed outside of the network, see `heads`.

A window goes in alone. Activations are quantised by the range of all that goes in together, so that a text's analysis
would otherwise depend on what else is in its batch.
"""

import argparse
import shutil
import struct
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

import data
import weights
from articles import read_lines
from batch import tensors
from data import WINDOW
from model import ADDRESSEES, HEADS, LAYERS, NEAR, WIDTH, Encoder, load_minilm

# Processors without VNNI add two products of a weight and an activation (up to 255) in 16 bits and saturate. With
# weights up to this one nothing saturates, and all processors give the same result.
REACH = 64
MAGIC = b"SAYSOEH\x02"
HEAD = WIDTH // HEADS


class Graph:
    """Collects the nodes and constants of an ONNX graph."""

    def __init__(self, eight_bits, reach, greatest):
        self.nodes, self.constants = [], []
        self.eight_bits, self.reach, self.greatest = eight_bits, reach, greatest

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def op(self, kind, inputs, name, outputs=1, **attributes):
        names = [name] if outputs == 1 else [f"{name}.{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, name=name, **attributes))
        return name if outputs == 1 else names

    def quantized(self, x):
        """Quantises activations to unsigned bytes; also returns scale and zero point."""
        return self.op("DynamicQuantizeLinear", [x], f"{x}.q", 3)

    def linear(self, x, name, weight, bias):
        """`x` times the matrix, which has a row for each output, plus the bias."""
        if not self.eight_bits:
            return self.products(x, [name], [weight], [bias])[0]
        factors = soft(self.greatest.get(name))
        if factors is not None:
            x = self.op("Mul", [x, self.constant(f"{name}.soft", 1 / factors)], f"{name}.softened")
            weight = weight * factors
        return self.products(x, [name], [weight], [bias])[0]

    def products(self, x, names, weights, biases):
        """`x` times each of the matrices."""
        found = []
        q, scale, zero = self.quantized(x) if self.eight_bits else (None, None, None)
        for name, weight, bias in zip(names, weights, biases, strict=False):
            addend = self.constant(f"{name}.bias", bias)
            if not self.eight_bits:
                product = self.op("MatMul", [x, self.constant(f"{name}.weight", weight.T)], f"{name}.product")
                found.append(self.op("Add", [product, addend], name))
                continue
            whole, scales = rounded(weight, self.reach)
            inputs = [q, self.constant(f"{name}.weight", whole.T), zero, self.constant(f"{name}.zero", np.int8(0))]
            product = self.op("MatMulInteger", inputs, f"{name}.product")
            product = self.op("Cast", [product], f"{name}.float", to=TensorProto.FLOAT)
            scales = self.op("Mul", [scale, self.constant(f"{name}.scales", scales)], f"{name}.scale")
            found.append(self.op("Add", [self.op("Mul", [product, scales], f"{name}.scaled"), addend], name))
        return found

    def norm(self, x, name, module):
        weight = self.constant(f"{name}.weight", array(module.weight))
        bias = self.constant(f"{name}.bias", array(module.bias))
        return self.op("LayerNormalization", [x, weight, bias], name, axis=-1, epsilon=module.eps)


def array(tensor):
    return tensor.detach().float().numpy()


def soft(greatest):
    """The factors by which a matrix's inputs are divided and its columns multiplied before rounding (SmoothQuant, Xiao
    et al., 2023): a few inputs are ten times as large as the others, which would lose their precision."""
    if greatest is None:
        return None
    return np.maximum(1, greatest / (2 * np.median(greatest))).astype(np.float32)


def greatest_inputs(model, batches):
    """The largest absolute value of each input of the matrices in some texts."""
    hooks = []
    found: dict[str, np.ndarray] = {}

    def watch(name):
        def seen(_, inputs):
            reach = inputs[0].abs().flatten(0, -2).amax(0).numpy()
            found[name] = np.maximum(found.get(name, 0), reach)

        return seen

    for i, layer in enumerate(model.layers):
        for part in ("qkv", "up", "down"):
            hooks.append(getattr(layer, part).register_forward_pre_hook(watch(f"layer{i}.{part}")))
    with torch.no_grad():
        for ids, features, mask in batches:
            model(ids, features, mask)
    for hook in hooks:
        hook.remove()
    return found


def rounded(weight, reach):
    """Rows as integers up to `reach`, and the scale of each row."""
    scales = np.maximum(np.abs(weight).max(1), 1e-12) / reach
    return np.rint(weight / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def embedded(graph, model):
    if graph.eight_bits:
        whole, scales = rounded(array(model.words.weight), 127)
        row = graph.op("Gather", [graph.constant("words.weight", whole), "ids"], "words.row")
        row = graph.op("Cast", [row], "words.float", to=TensorProto.FLOAT)
        scale = graph.op("Gather", [graph.constant("words.scales", scales[:, None]), "ids"], "words.scale")
        words = graph.op("Mul", [row, scale], "words")
    else:
        words = graph.op("Gather", [graph.constant("words.weight", array(model.words.weight)), "ids"], "words")
    table = graph.constant("places.weight", array(model.places.weight[: WINDOW + 2]))
    start = graph.constant("places.start", np.array([0], dtype=np.int64))
    length = graph.op("Shape", ["ids"], "length")
    places = graph.op("Slice", [table, start, length, start], "places")
    shapes = graph.op("Gather", [graph.constant("shapes.weight", array(model.shapes.weight)), "features"], "shapes")
    x = graph.op("Add", [graph.op("Add", [words, places], "placed"), shapes], "embedded")
    return graph.norm(x, "norm", model.norm)


def attention(graph, x, layer, at, last):
    """The last layer computes only the first piece of each word, since nothing else is read from it."""
    qkv = graph.linear(x, f"{at}.qkv", array(layer.qkv.weight), array(layer.qkv.bias))
    parts = graph.op("Split", [qkv], f"{at}.parts", 3, axis=1, num_outputs=3)
    if last:
        parts[0] = graph.op("Gather", [parts[0], "firsts"], f"{at}.asking")
    parts = [graph.op("Reshape", [part, "window"], f"{part}.window") for part in parts]
    seen = graph.op("Attention", parts, f"{at}.seen", q_num_heads=HEADS, kv_num_heads=HEADS, scale=HEAD**-0.5)
    return graph.op("Reshape", [seen, "width"], f"{at}.seen.flat")


def layered(graph, x, layer, at, last):
    seen = attention(graph, x, layer, at, last)
    if last:
        x = graph.op("Gather", [x, "firsts"], f"{at}.first")
    out = graph.linear(seen, f"{at}.out", array(layer.out.weight), array(layer.out.bias))
    x = graph.norm(graph.op("Add", [x, out], f"{at}.sum1"), f"{at}.norm1", layer.norm1)
    up = graph.linear(x, f"{at}.up", array(layer.up.weight), array(layer.up.bias))
    up = graph.op("Gelu", [up], f"{at}.gelu")
    down = graph.linear(up, f"{at}.down", array(layer.down.weight), array(layer.down.bias))
    return graph.norm(graph.op("Add", [x, down], f"{at}.sum2"), f"{at}.norm2", layer.norm2)


def network(model, eight_bits=True, reach=REACH, greatest=None):
    """Inputs: ids and features of a window's pieces, with [CLS] and [SEP], and the first piece of each word.
    Outputs, a row for each word: tags, names, links, and values (act, polarity and addressee)."""
    graph = Graph(eight_bits, reach, greatest or {})
    graph.constant("window", np.array([1, -1, WIDTH], dtype=np.int64))
    graph.constant("width", np.array([-1, WIDTH], dtype=np.int64))
    x = embedded(graph, model)
    for i, layer in enumerate(model.layers):
        x = layered(graph, x, layer, f"layer{i}", i == LAYERS - 1)
    outputs = {"tags": [model.tags], "names": [model.names], "links": [model.links]}
    outputs["values"] = [model.acts, model.polarities, model.addressees]
    matrices = [np.concatenate([array(head.weight) for head in heads]) for heads in outputs.values()]
    biases = [np.concatenate([array(head.bias) for head in heads]) for heads in outputs.values()]
    graph.products(x, outputs, matrices, biases)
    inputs = [("ids", "pieces"), ("features", "pieces"), ("firsts", "words")]
    made = helper.make_graph(
        graph.nodes,
        "encoder",
        [helper.make_tensor_value_info(name, TensorProto.INT64, [size]) for name, size in inputs],
        [
            helper.make_tensor_value_info(n, TensorProto.FLOAT, ["words", len(b)])
            for n, b in zip(outputs, biases, strict=False)
        ],
        graph.constants,
    )
    found = helper.make_model(made, opset_imports=[helper.make_opsetid("", 23)], ir_version=11)
    onnx.checker.check_model(found)
    return found


def checksum(content):
    """FNV-1a over words of 8 bytes, as `extract/src/model/file.rs` has it."""
    words = np.frombuffer(content + bytes(-len(content) % 8), dtype="<u8").tolist()
    found = 0xCBF29CE484222325
    for word in words:
        found = (found ^ word) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return found


def heads(model, *belonging):
    """`SAYSOEH` and the version of the form, 2; the numbers of tags and names, the reach of the biases of links, and the
    number of labels of addressees, 32 bits each; checksums of the files that belong to it, and of the rest, 64 bits
    each; then 32-bit floats: of the chains of tags, names and addressees where one may begin, and then a row of moves
    from each label; and the biases of sources, cues and kin. All numbers are little-endian."""
    chains = (model.tag_chain, model.name_chain, model.addressee_chain)
    values = [part for chain in chains for part in (chain.begin, chain.transitions())]
    values += [model.source_bias, model.cue_bias, model.who_bias]
    body = b"".join(array(value).astype("<f4").tobytes() for value in values)
    counts = struct.pack("<4I", len(model.tag_chain.begin), len(model.name_chain.begin), NEAR, ADDRESSEES)
    sums = [checksum(Path(file).read_bytes()) for file in belonging] + [checksum(body)]
    return MAGIC + counts + struct.pack(f"<{len(sums)}Q", *sums) + body


def load(path, minilm, begun=None):
    if path:
        return weights.finished(path, begun)
    # Untrained weights, to try the export.
    model = Encoder()
    torch.manual_seed(1)
    load_minilm(model, minilm)
    torch.nn.init.normal_(model.shapes.weight, std=0.02)
    return model.eval()


def some_texts(args):
    tokenizer = Tokenizer.from_file(f"{args.minilm}/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    rows = read_lines(f"{args.data}/eval/polnear/train.jsonl.gz")[:12]
    texts = [data.read_text(tokenizer, row["text"]) for row in rows]
    return [tensors(window) for text in texts for window in data.windows(text)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", help="of a trained encoder; without it, those of MiniLM and random heads")
    parser.add_argument("--start", help="what fitting began with, which weights that end in .xz leave out")
    parser.add_argument("--minilm", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--data", default="../../../shared", help="the corpora: some texts show how far numbers reach")
    parser.add_argument("--floats", action="store_true", help="write 32-bit floats, to compare")
    parser.add_argument("--reach", type=int, default=REACH, help="the greatest weight as an integer")
    args = parser.parse_args()
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    model = load(args.weights, args.minilm, args.start)
    greatest = greatest_inputs(model, some_texts(args))
    onnx.save(network(model, not args.floats, args.reach, greatest), out / "encoder.onnx")
    shutil.copyfile(f"{args.minilm}/vocab.txt", out / "encoder.vocab.txt")
    belonging = out / "encoder.onnx", out / "encoder.vocab.txt"
    (out / "encoder.heads").write_bytes(heads(model, *belonging))
    for file in *belonging, out / "encoder.heads":
        print(file, file.stat().st_size)


if __name__ == "__main__":
    main()
