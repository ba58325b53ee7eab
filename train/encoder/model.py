"""The encoder (MiniLM: 6 layers, 384 wide) with heads for attributions, their links, and names."""

import math
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from data import FEATURES, ROLES, TYPES

WIDTH, LAYERS, HEADS, INNER = 384, 6, 12, 1536
TAGS, NAMES, LINK, NEAR = 1 + 2 * len(ROLES), 1 + 2 * len(TYPES), 48, 4
# First and last word of: a cue that looks for its source, a source; a content that looks for its cue, a cue;
# a mention that looks for another of the same entity, that other. Each has LINK numbers.
COLUMNS = 12


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x, mask):
        b, n, _ = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        if torch.onnx.is_in_onnx_export():
            scores = q @ k.transpose(-1, -2) / math.sqrt(WIDTH // HEADS) + mask
            seen = scores.softmax(-1) @ v
        else:
            seen = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = self.norm1(x + self.dropout(self.out(seen.transpose(1, 2).reshape(b, n, WIDTH))))
        return self.norm2(x + self.dropout(self.down(F.gelu(self.up(x)))))


class Crf(nn.Module):
    """A linear chain (Lafferty et al., 2001) over labels O, B, I, B, I, …; an I follows its own B or I."""

    def __init__(self, labels):
        super().__init__()
        self.moves = nn.Parameter(torch.zeros(labels, labels))
        self.begin = nn.Parameter(torch.zeros(labels))
        legal = torch.ones(labels, labels, dtype=torch.bool)
        for inside in range(2, labels, 2):
            legal[:, inside] = False
            legal[inside - 1, inside] = legal[inside, inside] = True
        self.register_buffer("legal", legal)

    def transitions(self):
        return self.moves.masked_fill(~self.legal, -1e4)

    def partition(self, scores, lengths):
        """Log of the summed weight of all label sequences, for each of a batch."""
        moves = self.transitions()
        start = self.begin.clone()
        alpha = scores[:, 0] + start
        for t in range(1, scores.shape[1]):
            following = torch.logsumexp(alpha.unsqueeze(2) + moves, 1) + scores[:, t]
            alpha = torch.where((t < lengths).unsqueeze(1), following, alpha)
        return torch.logsumexp(alpha, 1)

    def loss(self, scores, allowed, lengths):
        """Mean over words of the negative log-likelihood that every label is an allowed one."""
        both = torch.cat([scores, scores.masked_fill(~allowed, -1e4)])
        z = self.partition(both, torch.cat([lengths, lengths]))
        return (z[: len(lengths)] - z[len(lengths) :]).sum() / lengths.sum()


class Encoder(nn.Module):
    def __init__(self, vocabulary=30522, positions=512):
        super().__init__()
        self.words = nn.Embedding(vocabulary, WIDTH)
        self.places = nn.Embedding(positions, WIDTH)
        self.shapes = nn.Embedding(FEATURES + 1, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.tags = nn.Linear(WIDTH, TAGS)
        self.names = nn.Linear(WIDTH, NAMES)
        self.links = nn.Linear(WIDTH, COLUMNS * LINK)
        self.tag_chain, self.name_chain = Crf(TAGS), Crf(NAMES)
        # How many segments away the source, the cue is; the last for "none".
        self.source_bias = nn.Parameter(torch.zeros(2 * NEAR + 2))
        self.cue_bias = nn.Parameter(torch.zeros(2 * NEAR + 2))
        self.who_bias = nn.Parameter(torch.zeros(2 * NEAR + 2))
        self.dropout = nn.Dropout(0.1)
        nn.init.zeros_(self.shapes.weight)

    def hidden(self, ids, features, mask):
        x = self.words(ids) + self.places.weight[: ids.shape[1]] + self.shapes(features)
        x = self.dropout(self.norm(x))
        far = (~mask)[:, None, None, :].to(x.dtype) * -1e4
        for layer in self.layers:
            x = layer(x, far)
        return self.dropout(x)

    def forward(self, ids, features, mask):
        x = self.hidden(ids, features, mask)
        return self.tags(x), self.names(x), self.links(x)

    def load_minilm(self, folder):
        from safetensors.torch import load_file  # noqa: PLC0415 -- only what begins with MiniLM needs it

        weights = load_file(str(Path(folder) / "model.safetensors"))
        weights = {k.removeprefix("bert."): v for k, v in weights.items()}
        token_type = weights["embeddings.token_type_embeddings.weight"][0]
        with torch.no_grad():
            self.words.weight.copy_(weights["embeddings.word_embeddings.weight"])
            self.places.weight.copy_(weights["embeddings.position_embeddings.weight"] + token_type)
            copy(self.norm, weights, "embeddings.LayerNorm")
            for i, layer in enumerate(self.layers):
                at = f"encoder.layer.{i}."
                parts = [f"{at}attention.self.{name}" for name in ("query", "key", "value")]
                layer.qkv.weight.copy_(torch.cat([weights[p + ".weight"] for p in parts]))
                layer.qkv.bias.copy_(torch.cat([weights[p + ".bias"] for p in parts]))
                copy(layer.out, weights, at + "attention.output.dense")
                copy(layer.norm1, weights, at + "attention.output.LayerNorm")
                copy(layer.up, weights, at + "intermediate.dense")
                copy(layer.down, weights, at + "output.dense")
                copy(layer.norm2, weights, at + "output.LayerNorm")


def copy(module, weights, name):
    module.weight.copy_(weights[name + ".weight"])
    module.bias.copy_(weights[name + ".bias"])


def link_scores(links, asks, offers, columns, bias):
    """How well each offer (first, last word, rank) answers each ask, and "none" in the last column."""
    ask = links[[a[0] for a in asks], columns[0]] + links[[a[1] for a in asks], columns[1]]
    none = bias[-1].expand(len(asks), 1)
    if not offers:
        return none
    offer = links[[o[0] for o in offers], columns[2]] + links[[o[1] for o in offers], columns[3]]
    apart = torch.tensor([[max(-NEAR, min(NEAR, o[2] - a[2])) + NEAR for o in offers] for a in asks])
    return torch.cat([ask @ offer.T / math.sqrt(LINK) + bias[apart], none], 1)
