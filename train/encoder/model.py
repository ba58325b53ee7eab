"""The encoder, with heads for attributions and their links, names, coreference ("kin"), act, polarity and addressee.

It comes in two sizes: MiniLM, which is shipped, and MPNet, which teaches it.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

from articles import ACTS, POLARITIES
from chain import Crf
from data import FEATURES, ROLES, TYPES

WIDTH, LAYERS, HEADS, INNER = 384, 6, 12, 1536
TAGS, NAMES, LINK, NEAR = 1 + 2 * len(ROLES), 1 + 2 * len(TYPES), 48, 4
# Addressees are labelled like names of a single type.
ADDRESSEES = 3
# Distances in words at which the bias of kin changes.
FAR = (8, 32, 128, 512)


@dataclass(frozen=True)
class Size:
    width: int = WIDTH
    layers: int = LAYERS
    inner: int = INNER
    epsilon: float = 1e-12
    relative: bool = False


SMALL = Size()
LARGE = Size(768, 12, 3072, 1e-5, True)


class Layer(nn.Module):
    def __init__(self, size=SMALL):
        super().__init__()
        self.qkv = nn.Linear(size.width, 3 * size.width)
        self.out = nn.Linear(size.width, size.width)
        self.norm1 = nn.LayerNorm(size.width, eps=size.epsilon)
        self.up = nn.Linear(size.width, size.inner)
        self.down = nn.Linear(size.inner, size.width)
        self.norm2 = nn.LayerNorm(size.width, eps=size.epsilon)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x, mask):
        b, n, width = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, HEADS, width // HEADS).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(q, k, v, attn_mask=mask.to(q.dtype))
        x = self.norm1(x + self.dropout(self.out(seen.transpose(1, 2).reshape(b, n, width))))
        return self.norm2(x + self.dropout(self.down(F.gelu(self.up(x)))))


class Encoder(nn.Module):
    def __init__(self, size=SMALL, vocabulary=30522, positions=512):
        super().__init__()
        self.size = size
        self.words = nn.Embedding(vocabulary, size.width)
        self.places = nn.Embedding(positions, size.width)
        self.shapes = nn.Embedding(FEATURES + 1, size.width)
        self.norm = nn.LayerNorm(size.width, eps=size.epsilon)
        self.layers = nn.ModuleList(Layer(size) for _ in range(size.layers))
        if size.relative:
            self.relative = nn.Embedding(32, HEADS)
        self.tags = nn.Linear(size.width, TAGS)
        self.names = nn.Linear(size.width, NAMES)
        # Views of the first and last word of a cue that asks for its source, and of a source; of a content that asks
        # for its cue, and of a cue; of a mention that asks for another of its entity, and of that one.
        self.links = nn.Linear(size.width, 12 * LINK)
        # Read at the first word of a cue.
        self.acts = nn.Linear(size.width, len(ACTS))
        self.polarities = nn.Linear(size.width, len(POLARITIES))
        self.addressees = nn.Linear(size.width, ADDRESSEES)
        self.tag_chain, self.name_chain, self.addressee_chain = Crf(TAGS), Crf(NAMES), Crf(ADDRESSEES)
        # By how many segments the source or the cue is away; the last is for "none".
        self.source_bias = nn.Parameter(torch.zeros(2 * NEAR + 2))
        self.cue_bias = nn.Parameter(torch.zeros(2 * NEAR + 2))
        # By the distance of kin, see `apart`; the last is for "none".
        self.who_bias = nn.Parameter(torch.zeros(2 * len(FAR) + 4))
        self.dropout = nn.Dropout(0.1)
        nn.init.zeros_(self.shapes.weight)

    def bias(self, mask):
        """The bias that is added to attention scores."""
        far = (~mask)[:, None, None, :].float() * -1e4
        if not self.size.relative:
            return far
        at = torch.arange(mask.shape[1], device=mask.device)
        near = self.relative(relative_bucket(at[None, :] - at[:, None])).permute(2, 0, 1)
        return far + near.detach()

    def hidden(self, ids, features, mask):
        x = self.words(ids) + self.places.weight[: ids.shape[1]] + self.shapes(features)
        x = self.dropout(self.norm(x))
        bias = self.bias(mask).to(torch.bfloat16 if torch.is_autocast_enabled(ids.device.type) else torch.float32)
        for layer in self.layers:
            x = layer(x, bias)
        return self.dropout(x)

    def heads(self):
        return [self.tags, self.names, self.links, self.acts, self.polarities, self.addressees]

    def forward(self, ids, features, mask):
        x = self.hidden(ids, features, mask)
        return [head(x) for head in self.heads()]


def relative_bucket(apart):
    """The 32 buckets of distances of MPNet (those of T5)."""
    n = -apart
    found = (n < 0).long() * 16
    n = n.abs()
    far = 8 + (torch.log(n.float().clamp(min=1) / 8) / math.log(128 / 8) * 8).long()
    return found + torch.where(n < 8, n, far.clamp(max=15))


def load_minilm(model, folder):
    """MiniLM's own weights, `all-MiniLM-L6-v2`."""
    weights = load_file(str(Path(folder) / "model.safetensors"))
    weights = {k.removeprefix("bert."): v for k, v in weights.items()}
    found = embedded(weights, weights["embeddings.position_embeddings.weight"])
    found["places.weight"] = found["places.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    parts = {
        "qkv": [f"attention.self.{name}" for name in ("query", "key", "value")],
        "out": ["attention.output.dense"],
        "norm1": ["attention.output.LayerNorm"],
    }
    load(model, found | layered(weights, parts, len(model.layers)))


def load_mpnet(model, folder):
    """MPNet's own weights, `all-mpnet-base-v2`, with its word pieces in the order of MiniLM's."""
    weights = load_file(str(Path(folder) / "model.safetensors"))
    weights = {k.removeprefix("mpnet."): v for k, v in weights.items()}
    own = json.loads((Path(folder) / "tokenizer.json").read_text())["model"]["vocab"]
    pieces = (Path(folder) / "minilm-vocab.txt").read_text(encoding="utf-8").split("\n")[:30522]
    special = {"[CLS]": "<s>", "[SEP]": "</s>", "[MASK]": "<mask>", "[PAD]": "<pad>"}
    order = [own.get(special.get(piece, piece), own["[UNK]"]) for piece in pieces]
    found = embedded(weights, weights["embeddings.position_embeddings.weight"][2:514])
    found["words.weight"] = found["words.weight"][order]
    found["relative.weight"] = weights["encoder.relative_attention_bias.weight"]
    parts = {
        "qkv": [f"attention.attn.{name}" for name in "qkv"],
        "out": ["attention.attn.o"],
        "norm1": ["attention.LayerNorm"],
    }
    load(model, found | layered(weights, parts, len(model.layers)))


def embedded(weights, places):
    found = {"words.weight": weights["embeddings.word_embeddings.weight"], "places.weight": places}
    return found | {f"norm.{part}": weights[f"embeddings.LayerNorm.{part}"] for part in ("weight", "bias")}


def layered(weights, parts, count):
    parts = parts | {"up": ["intermediate.dense"], "down": ["output.dense"], "norm2": ["output.LayerNorm"]}
    return {
        f"layers.{i}.{own}.{part}": torch.cat([weights[f"encoder.layer.{i}.{name}.{part}"] for name in names])
        for i in range(count)
        for own, names in parts.items()
        for part in ("weight", "bias")
    }


def load(model, weights):
    missing, unknown = model.load_state_dict(weights, strict=False)
    bare = ("shapes.", "tags.", "names.", "links.", "acts.", "polarities.", "addressees.")
    assert not unknown and all(m.startswith(bare) or "chain" in m or "bias" in m for m in missing), (missing, unknown)


def apart(ask, offer):
    """The index in `who_bias` of an offer, by how many words before or after the ask it begins; both are ranges."""
    if ask[0] < offer[1] and offer[0] < ask[1]:
        return len(FAR) + 1
    distance = offer[0] - ask[0]
    steps = sum(abs(distance) > far for far in FAR) + 1
    return len(FAR) + 1 + (steps if distance > 0 else -steps)
