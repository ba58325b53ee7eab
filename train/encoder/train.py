#!/usr/bin/env python3
"""Fine-tunes the encoder on PolNeAR (attributions, links) and on the name corpora.

  train.py --data ../../../shared --minilm DIR --out encoder.pt

Runs on a GPU when there is one; `fit` beside this file prepares all that it needs.
"""

import argparse
import math
import random
import time

import torch
from tokenizers import Tokenizer

import data
from model import COLUMNS, LINK, Encoder, link_scores

PIECES = 4000  # of one step, at most


def polnear(tokenizer, path):
    rows = data.read(path)
    texts = [data.read_text(tokenizer, row["text"]) for row in rows]
    return [(text, data.attributions(row, text)) for row, text in zip(rows, texts, strict=True)]


def names(tokenizer, path):
    rows = data.read(path)
    texts = [data.read_text(tokenizer, row["text"]) for row in rows]
    return [
        (text, data.entity_words(row, text), row["types"]) for row, text in zip(rows, texts, strict=True) if text.words
    ]


def attribution_windows(corpus, rng=None):
    return [data.mark_attributions(w, segments) for text, segments in corpus for w in cut(text, rng)]


def labelled(tokenizer, folder):
    """News with the attributions and the names that `sayso-train label` found in it."""
    quotes, names = (data.read(f"{folder}/{name}.jsonl.gz") for name in ("quotes", "names"))
    found = []
    for quote, name in zip(quotes, names, strict=True):
        text = data.read_text(tokenizer, quote["text"])
        unsure = data.attributions({"text": quote["text"], "attributions": quote["unsure"]}, text)
        unsure = [(b, e) for _, b, e, _ in unsure], data.openings(text)
        unsure[1].extend((b, e) for b, e, _ in data.entity_words(name, text, "unsure"))
        found.append((text, data.attributions(quote, text), data.entity_words(name, text), name["types"], unsure))
    return found


def labelled_windows(corpus, rng=None):
    return [
        data.mark_labelled(w, segments, entities, types, unsure)
        for text, segments, entities, types, unsure in corpus
        for w in cut(text, rng)
    ]


def name_windows(corpus, rng=None):
    part = (lambda text: data.parted(text, rng)) if rng else lambda text: text
    return [data.mark_entities(w, entities, types) for text, entities, types in corpus for w in cut(part(text), rng)]


def coreference(tokenizer, folder):
    rows = list(data.ontogum(f"{folder}/ontogum-conll.tar.xz"))
    texts = [data.read_text(tokenizer, text) for text, _ in rows]
    found = [(text, data.mention_words(text, mentions), None) for text, (_, mentions) in zip(texts, rows, strict=True)]
    for part in ("development", "validation"):
        for plain, pronoun, named in data.gap(f"{folder}/gap-{part}.tsv.gz"):
            text = data.read_text(tokenizer, plain)
            found.append((text, data.mention_words(text, pronoun), data.mention_words(text, named)))
    return found


def coreference_windows(corpus, rng=None):
    made = []
    for text, mentions, named in corpus:
        for window in cut(text, None if named else rng):
            data.mark_mentions(window, mentions)
            if named:
                a, b = window.begin, window.end
                window.gold["named"] = [(f - a, e - 1 - a, who) for f, e, who in named if a <= f and e <= b]
            if window.gold["mentions"] and window.gold.get("named") != []:
                made.append(window)
    return made


def cut(text, rng):
    return data.windows(text, first_limit=rng.randint(data.WINDOW // 3, data.WINDOW) if rng else None)


def batches(windows, rng=None):
    """Batches of windows of about the same length, in a random order."""

    def size(w):
        return w.pieces()[1] - w.pieces()[0]

    # Windows of one length stay in reading order.
    order = sorted((size(w) + (rng.randint(0, 20) if rng else 0), number) for number, w in enumerate(windows))
    found, longest = [], 0
    batch: list[data.Window] = []
    for _, number in order:
        window = windows[number]
        longest = max(longest, size(window) + 2)
        if batch and longest * (len(batch) + 1) > PIECES:
            found.append(batch)
            batch, longest = [], size(window) + 2
        batch.append(window)
    if batch:
        found.append(batch)
    if rng:
        rng.shuffle(found)
    return found


def put(array):
    """An array on the device in use."""
    return torch.from_numpy(array).to(torch.get_default_device())


def tensors(batch):
    """Ids, features, mask of the pieces, and for each window the pieces at which its words begin."""
    spans = [w.pieces() for w in batch]
    longest = max(b - a for a, b in spans) + 2
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    features = torch.full((len(batch), longest), data.FEATURES, dtype=torch.long)
    mask = torch.zeros(len(batch), longest, dtype=torch.bool)
    for row, (window, (a, b)) in enumerate(zip(batch, spans, strict=True)):
        n = b - a
        ids[row, 0], ids[row, n + 1] = data.CLS, data.SEP
        ids[row, 1 : n + 1] = put(window.text.ids[a:b])
        features[row, 1 : n + 1] = put(window.text.features[a:b])
        mask[row, : n + 2] = True
    firsts = [put(w.text.first[w.begin : w.end] - a + 1).long() for w, (a, _) in zip(batch, spans, strict=True)]
    return ids, features, mask, firsts


def by_word(scores, firsts):
    """Scores of the words, padded: (windows, words, …)."""
    longest = max(len(f) for f in firsts)
    rows = torch.stack([torch.nn.functional.pad(f, (0, longest - len(f))) for f in firsts])
    return scores[torch.arange(len(firsts))[:, None], rows], torch.tensor([len(f) for f in firsts])


def padded(rows, longest):
    """The labels that are allowed to the words of each window; behind its end, "outside"."""
    allowed = torch.zeros(len(rows), longest, rows[0].shape[1], dtype=torch.bool)
    allowed[:, :, 0] = True
    for own, row in zip(allowed, rows, strict=True):
        own[: len(row)] = put(row)
    return allowed


def ranked(segments):
    """Segments as (first, last, rank, attributions), by role."""
    roles: tuple[list, list, list] = ([], [], [])
    for rank, (role, first, last, numbers) in enumerate(segments):
        roles[role].append((first, last, rank, numbers))
    return roles


def link_loss(model, links, batch):
    total, count = torch.zeros(()), 0
    for row, window in enumerate(batch):
        sources, cues, contents = ranked(window.gold["segments"])
        own = links[row].view(-1, COLUMNS, LINK)
        for asks, offers, columns, bias in (
            (cues, sources, (0, 1, 2, 3), model.source_bias),
            (contents, cues, (4, 5, 6, 7), model.cue_bias),
        ):
            if not asks:
                continue
            scores = link_scores(own, asks, offers, columns, bias)
            right = torch.tensor([[bool(a[3] & o[3]) for o in offers] + [False] for a in asks])
            right[:, -1] = ~right.any(1)
            total = total - (scores.masked_fill(~right, -1e4).logsumexp(1) - scores.logsumexp(1)).sum()
            count += len(asks)
    return total / max(count, 1)


def who_loss(model, links, batch):
    """Every mention finds an earlier one of the same entity, or none; a pronoun of GAP one of two names."""
    total, count = torch.zeros(()), 0
    for row, window in enumerate(batch):
        gold = window.gold
        asks = [(first, last, rank, who) for rank, (first, last, who) in enumerate(gold["mentions"])]
        named = gold.get("named", gold["mentions"])
        offers = [(first, last, rank, who) for rank, (first, last, who) in enumerate(named)]
        if not asks or not offers:
            continue
        own = links[row].view(-1, COLUMNS, LINK)
        scores = link_scores(own, asks, offers, (8, 9, 10, 11), model.who_bias)
        fits = [[("named" in gold or o[2] < a[2], a[3] == o[3]) for o in offers] + [(True, False)] for a in asks]
        fits = torch.tensor(fits)
        right = fits.all(2)
        right[:, -1] = ~right.any(1)
        scores = scores.masked_fill(~fits[:, :, 0], -1e4)
        total = total - (scores.masked_fill(~right, -1e4).logsumexp(1) - scores.logsumexp(1)).sum()
        count += len(asks)
    return total / max(count, 1)


def step_loss(model, batch):
    ids, features, mask, firsts = tensors(batch)
    if model.training:
        hide = (torch.rand(ids.shape) < 0.04) & mask & (ids != data.CLS) & (ids != data.SEP)
        ids = ids.masked_fill(hide, data.MASK)
    # A processor without 16-bit arithmetic only emulates it, a hundred times slower.
    short = ids.device.type != "cpu" or torch.cpu.get_capabilities().get("avx512_bf16", False)
    with torch.autocast(ids.device.type, dtype=torch.bfloat16, enabled=short):
        x = model.hidden(ids, features, mask)
    x = x.float()
    x, lengths = by_word(x, firsts)
    gold = batch[0].gold
    if "mentions" in gold:
        return 0.1 * who_loss(model, model.links(x), batch)
    total = torch.zeros(())
    for kind, head, chain in (("tags", model.tags, model.tag_chain), ("names", model.names, model.name_chain)):
        if kind in gold:
            scores = head(x)
            total = total + chain.loss(scores, padded([w.gold[kind] for w in batch], scores.shape[1]), lengths)
    if "segments" in gold:
        total = total + 0.05 * link_loss(model, model.links(x), batch)
    return total


def groups(model, rate):
    heads = ("tags", "names", "links", "tag_chain", "name_chain", "source_bias", "cue_bias", "who_bias", "shapes")
    plain: list[torch.nn.Parameter] = []
    head: list[torch.nn.Parameter] = []
    for name, p in model.named_parameters():
        if name.startswith(("words.", "places.")):
            p.requires_grad_(False)
        else:
            (head if name.startswith(heads) else plain).append(p)
    return [{"params": plain, "lr": rate, "weight_decay": 0.01}, {"params": head, "lr": 5 * rate, "weight_decay": 0.0}]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="../../../shared")
    parser.add_argument("--minilm", required=True)
    parser.add_argument("--out", default="encoder.pt")
    parser.add_argument("--begin", help="weights to go on with, instead of MiniLM")
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--labels", help="the folder that `sayso-train label` wrote, to learn from that too")
    parser.add_argument(
        "--epochs", default="5,3,1,1,1", help="over PolNeAR, worldwide names, mixed sentences, coreference, labels"
    )
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so long; the rate falls to zero by then")
    parser.add_argument("--steps", type=int, default=0, help="only so many, to try it")
    args = parser.parse_args()
    torch.set_default_device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(1)
    rng = random.Random(1)
    tokenizer = Tokenizer.from_file(f"{args.minilm}/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    model = Encoder()
    model.load_minilm(args.minilm)
    if args.begin:
        model.load_state_dict(torch.load(args.begin, map_location="cpu"))
    model.train()
    e = f"{args.data}/eval"
    corpora = [
        (attribution_windows, polnear(tokenizer, f"{e}/polnear/train.jsonl.gz")),
        (name_windows, names(tokenizer, f"{e}/ner/worldwide-train.jsonl.gz")),
        (name_windows, names(tokenizer, f"{e}/ner/permissive-train.jsonl.gz")),
        (coreference_windows, coreference(tokenizer, f"{e}/coref")),
    ]
    if args.labels:
        corpora.append((labelled_windows, labelled(tokenizer, args.labels)))
    placed = []
    # The last number of epochs is for labels, which need not be there.
    for (make, corpus), epochs in zip(corpora, map(float, args.epochs.split(",")), strict=False):
        rounds = [batches(make(corpus, rng), rng) for _ in range(math.ceil(epochs))]
        mine = [b for batch in rounds for b in batch][: round(sum(map(len, rounds)) * epochs / max(len(rounds), 1))]
        # Spread evenly over the whole run.
        placed += [((i + rng.random()) / len(mine), b) for i, b in enumerate(mine)]
    plan = [b for _, b in sorted(placed, key=lambda x: x[0])]
    if args.steps:
        plan = plan[: args.steps]
    optimizer = torch.optim.AdamW(groups(model, args.rate), betas=(0.9, 0.98), fused=True)
    peak = [g["lr"] for g in optimizer.param_groups]
    sums: dict[str, float] = {}
    start = time.time()
    print(len(plan), "steps", flush=True)
    for step, batch in enumerate(plan):
        done = max(step / len(plan), (time.time() - start) / 60 / args.minutes)
        if done >= 1:
            break
        for group, lr in zip(optimizer.param_groups, peak, strict=True):
            group["lr"] = lr * min(1, done / 0.06 + 0.02) * (1 - done)
        loss = step_loss(model, batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        gold = batch[0].gold
        kind = "who" if "mentions" in gold else "+".join(kind for kind in ("tags", "names") if kind in gold)
        old = sums.get(kind, loss.item())
        sums[kind] = 0.97 * old + 0.03 * loss.item()
        if step % 20 == 0:
            shown = " ".join(f"{k} {v:.4f}" for k, v in sorted(sums.items()))
            print(f"{step}/{len(plan)} {time.time() - start:.0f} s {shown}", flush=True)
        if step % 200 == 199:
            torch.save(model.state_dict(), args.out + ".part")
    torch.save(model.state_dict(), args.out)


if __name__ == "__main__":
    main()
