#!/usr/bin/env python3
"""Writes a trained encoder as the files that `sayso-extract` reads.

  export.py --weights encoder.pt --minilm DIR --out ../../extract/models

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

from data import WINDOW
from model import HEADS, LAYERS, NEAR, WIDTH, Encoder

MAGIC = b"SAYSOEH\x01"
HEAD = WIDTH // HEADS


class Graph:
    """Collects the nodes and constants of an ONNX graph."""

    def __init__(self, eight_bits, reach):
        self.nodes, self.constants = [], []
        self.eight_bits, self.reach = eight_bits, reach

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def op(self, kind, inputs, name, outputs=1, **attributes):
        names = [name] if outputs == 1 else [f"{name}.{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, name=name, **attributes))
        return name if outputs == 1 else names

    def quantized(self, x):
        """Activations as unsigned bytes, their scale and zero point; floats stay as they are."""
        return self.op("DynamicQuantizeLinear", [x], f"{x}.q", 3) if self.eight_bits else x

    def linear(self, x, name, weight, bias):
        """`x` as `quantized` gives it, times the matrix; `weight` has a row for each output."""
        bias = self.constant(f"{name}.bias", bias)
        if not self.eight_bits:
            product = self.op("MatMul", [x, self.constant(f"{name}.weight", weight.T)], f"{name}.product")
            return self.op("Add", [product, bias], name)
        q, scale, zero = x
        whole, scales = rounded(weight, self.reach)
        inputs = [q, self.constant(f"{name}.weight", whole.T), zero, self.constant(f"{name}.zero", np.int8(0))]
        product = self.op("MatMulInteger", inputs, f"{name}.product")
        product = self.op("Cast", [product], f"{name}.float", to=TensorProto.FLOAT)
        scales = self.op("Mul", [scale, self.constant(f"{name}.scales", scales)], f"{name}.scale")
        return self.op("Add", [self.op("Mul", [product, scales], f"{name}.scaled"), bias], name)

    def norm(self, x, name, module):
        weight = self.constant(f"{name}.weight", array(module.weight))
        bias = self.constant(f"{name}.bias", array(module.bias))
        return self.op("LayerNormalization", [x, weight, bias], name, axis=-1, epsilon=module.eps)


def array(tensor):
    return tensor.detach().float().numpy()


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
    """The last layer answers for the first pieces of words alone: nothing else is read from it."""
    weight, bias = array(layer.qkv.weight).copy(), array(layer.qkv.bias).copy()
    # The scale of scores is part of the queries.
    weight[:WIDTH] /= np.sqrt(HEAD)
    bias[:WIDTH] /= np.sqrt(HEAD)
    qkv = graph.linear(graph.quantized(x), f"{at}.qkv", weight, bias)
    parts = graph.op("Split", [qkv], f"{at}.parts", 3, axis=1, num_outputs=3)
    if last:
        parts[0] = graph.op("Gather", [parts[0], "firsts"], f"{at}.asking")
    heads = [graph.op("Reshape", [p, "heads"], f"{p}.heads") for p in parts]
    turns = ([1, 0, 2], [1, 2, 0], [1, 0, 2])
    q, k, v = [graph.op("Transpose", [h], f"{h}.turned", perm=p) for h, p in zip(heads, turns)]
    scores = graph.op("MatMul", [q, k], f"{at}.scores")
    seen = graph.op("MatMul", [graph.op("Softmax", [scores], f"{at}.weights", axis=-1), v], f"{at}.seen")
    seen = graph.op("Transpose", [seen], f"{at}.seen.turned", perm=[1, 0, 2])
    return graph.op("Reshape", [seen, "width"], f"{at}.seen.flat")


def layered(graph, x, layer, at, last):
    seen = attention(graph, x, layer, at, last)
    if last:
        x = graph.op("Gather", [x, "firsts"], f"{at}.first")
    out = graph.linear(graph.quantized(seen), f"{at}.out", array(layer.out.weight), array(layer.out.bias))
    x = graph.norm(graph.op("Add", [x, out], f"{at}.sum1"), f"{at}.norm1", layer.norm1)
    up = graph.linear(graph.quantized(x), f"{at}.up", array(layer.up.weight), array(layer.up.bias))
    up = graph.op("Gelu", [up], f"{at}.gelu")
    down = graph.linear(graph.quantized(up), f"{at}.down", array(layer.down.weight), array(layer.down.bias))
    return graph.norm(graph.op("Add", [x, down], f"{at}.sum2"), f"{at}.norm2", layer.norm2)


def network(model, eight_bits=True, reach=127):
    """Inputs: ids and features of a window's pieces, [CLS] and [SEP] among them, and the first piece of each word.
    Outputs, a row for each word: tags, names, links."""
    graph = Graph(eight_bits, reach)
    graph.constant("heads", np.array([-1, HEADS, HEAD], dtype=np.int64))
    graph.constant("width", np.array([-1, WIDTH], dtype=np.int64))
    x = embedded(graph, model)
    for i, layer in enumerate(model.layers):
        x = layered(graph, x, layer, f"layer{i}", i == LAYERS - 1)
    x = graph.quantized(x)
    outputs = {"tags": model.tags, "names": model.names, "links": model.links}
    for name, head in outputs.items():
        graph.linear(x, name, array(head.weight), array(head.bias))
    inputs = [("ids", "pieces"), ("features", "pieces"), ("firsts", "words")]
    made = helper.make_graph(
        graph.nodes,
        "encoder",
        [helper.make_tensor_value_info(name, TensorProto.INT64, [size]) for name, size in inputs],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["words", h.out_features]) for n, h in outputs.items()],
        graph.constants,
    )
    found = helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.checker.check_model(found)
    return found


def checksum(data):
    """FNV-1a over words of 8 bytes, as `extract/src/model/file.rs` has it."""
    words = np.frombuffer(data + bytes(-len(data) % 8), dtype="<u8").tolist()
    found = 0xCBF29CE484222325
    for word in words:
        found = (found ^ word) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return found


def heads(model, *belonging):
    """`SAYSOEH` and the version of the form, 1; the numbers of tags and names, the reach of the biases and zeros,
    32 bits each; checksums of the files that belong to it, and of the rest, 64 bits each; then 32-bit floats: of the
    chain of tags and of that of names where one may begin, and then a row of moves from each label; and the biases of
    sources, cues and mentions. All numbers are little-endian."""
    chains = (model.tag_chain, model.name_chain)
    values = [part for chain in chains for part in (chain.begin, chain.transitions())]
    values += [model.source_bias, model.cue_bias, model.who_bias]
    body = b"".join(array(value).astype("<f4").tobytes() for value in values)
    counts = struct.pack("<4I", *(len(chain.begin) for chain in chains), NEAR, 0)
    sums = [checksum(Path(file).read_bytes()) for file in belonging] + [checksum(body)]
    return MAGIC + counts + struct.pack(f"<{len(sums)}Q", *sums) + body


def load(weights, minilm):
    model = Encoder()
    if weights:
        model.load_state_dict(torch.load(weights, map_location="cpu"))
    else:
        # Without training, to try the export.
        torch.manual_seed(1)
        model.load_minilm(minilm)
        torch.nn.init.normal_(model.shapes.weight, std=0.02)
    return model.eval()


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--weights", help="of a trained encoder; without it, those of MiniLM and random heads")
    args.add_argument("--minilm", required=True)
    args.add_argument("--out", required=True)
    args.add_argument("--floats", action="store_true", help="write 32-bit floats, to compare")
    args.add_argument("--reach", type=int, default=127, help="the greatest weight as an integer")
    args = args.parse_args()
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    model = load(args.weights, args.minilm)
    onnx.save(network(model, not args.floats, args.reach), out / "encoder.onnx")
    shutil.copyfile(f"{args.minilm}/vocab.txt", out / "encoder.vocab.txt")
    belonging = out / "encoder.onnx", out / "encoder.vocab.txt"
    (out / "encoder.heads").write_bytes(heads(model, *belonging))
    for file in *belonging, out / "encoder.heads":
        print(file, file.stat().st_size)


if __name__ == "__main__":
    main()
