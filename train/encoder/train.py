#!/usr/bin/env python3
"""Fits an encoder on the output of `prepare.py`: first the large one, then the small one, which learns from it too.

  train.py --size large --start mpnet.xz --corpora DIR --out teacher.pt
  train.py --size small --start minilm.xz --corpora DIR --teacher teacher.pt --out encoder.pt

With `--fold K` everything about the articles of that fold is left out, to measure on them. It can be stopped at any
time, and continues from its checkpoint when it is started again. Uses a GPU if there is one.
"""

import argparse
import gc
import math
import os
import queue
import random
import threading
import time
from pathlib import Path

import torch

import articles
import evaluate
import losses
import weights
from batch import chunks, collect
from model import LARGE, SMALL, Encoder

SIZES = {"large": LARGE, "small": SMALL}
# Epochs over each corpus.
EPOCHS = {"polnear": 6, "ood": 9, "worldwide": 5, "permissive": 2.5, "ontogum": 4, "gap": 2, "news": 1}


def training(args):
    """The articles of each corpus, without those of the held-out fold."""
    found = articles.load(Path(args.corpora) / "train.xz")
    found = [one for one in found if args.fold < 0 or one.fold != args.fold]
    if args.share < 1:
        rng = random.Random(9)
        found = [one for one in found if one.rows is None or rng.random() < args.share]
    for file in sorted(Path(args.corpora).glob("news*.xz")) if args.teacher else ():
        found += articles.load(file)
    corpora: dict[str, list] = {}
    for one in found:
        corpora.setdefault(one.corpus, []).append(one)
    return corpora


def planned(corpora, epochs, seed):
    """The batches, as lists of (article, windows); those of each corpus are spread evenly over the run."""
    rng, plan = random.Random(seed), []
    for corpus, own in corpora.items():
        wanted = epochs.get(corpus, 0)
        rounds = [chunks(own, rng) for _ in range(math.ceil(wanted))]
        mine = [batch for one in rounds for batch in one]
        mine = mine[: round(len(mine) * wanted / max(len(rounds), 1))]
        plan += [((i + rng.random()) / len(mine), batch) for i, batch in enumerate(mine)]
    return [batch for _, batch in sorted(plan, key=lambda x: x[0])]


def made(plan, loose):
    """The batches of the plan, prepared in the background."""
    ready: queue.Queue = queue.Queue(6)

    def make():
        for one in plan:
            batch = collect(one)
            ready.put((batch, losses.gold_of(batch, loose)))
        ready.put(None)

    threading.Thread(target=make, daemon=True).start()
    return iter(ready.get, None)


def groups(model, rate):
    heads = ("tags", "names", "links", "acts", "polarities", "addressees", "tag_chain", "name_chain", "addressee_chain")
    biases = ("source_bias", "cue_bias", "who_bias", "shapes")
    plain: list = []
    head: list = []
    for name, p in model.named_parameters():
        if name.startswith(("words.", "places.", "relative.")):
            p.requires_grad_(False)
        else:
            (head if name.startswith((*heads, *biases)) else plain).append(p)
    return [{"params": plain, "lr": rate, "weight_decay": 0.01}, {"params": head, "lr": 5 * rate, "weight_decay": 0.0}]


class Run:
    """A model in training, which can be saved and resumed."""

    def __init__(self, args, device):
        self.args, self.device, self.step, self.spent = args, device, 0, 0.0
        self.model = Encoder(SIZES[args.size])
        weights.start(self.model, args.start)
        self.model.to(device).train()
        self.optimizer = torch.optim.AdamW(groups(self.model, args.rate), betas=(0.9, 0.98), fused=True)
        self.peak = [group["lr"] for group in self.optimizer.param_groups]
        self.teacher = None
        if args.teacher:
            self.teacher = Encoder(LARGE)
            self.teacher.load_state_dict(torch.load(args.teacher, map_location="cpu"))
            self.teacher.to(device).eval().requires_grad_(False)

    def checkpoint(self):
        return Path(f"{self.args.out}.checkpoint")

    def resume(self):
        if not self.checkpoint().exists():
            return
        kept = torch.load(self.checkpoint(), map_location="cpu", weights_only=False)
        self.model.load_state_dict(kept["model"])
        self.optimizer.load_state_dict(kept["optimizer"])
        self.step, self.spent = kept["step"], kept["spent"]
        torch.set_rng_state(kept["random"])
        if self.device == "cuda":
            torch.cuda.set_rng_state(kept["random_cuda"])
        print(f"goes on at step {self.step}", flush=True)

    def save(self):
        kept = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "step": self.step}
        kept |= {"spent": self.spent, "random": torch.get_rng_state()}
        if self.device == "cuda":
            kept["random_cuda"] = torch.cuda.get_rng_state()
        part = f"{self.checkpoint()}.part"
        torch.save(kept, part)
        os.replace(part, self.checkpoint())

    def loss(self, batch, gold):
        scores, lengths = losses.read(self.model, batch, self.device, hide=0.04)
        found = losses.gold_losses(self.model, scores, lengths, gold, self.device)
        total = losses.weighed(found)
        if self.teacher is not None:
            with torch.no_grad():
                taught, _ = losses.read(self.teacher, batch, self.device)
            given = (scores, self.teacher, taught, lengths, batch, gold, self.device)
            more = losses.taught_losses(self.model, *given)
            total = total + losses.weighed(more)
            found |= {f"{kind}*": loss for kind, loss in more.items()}
        return total, found

    def fit(self, plan):
        args, start = self.args, time.time() - self.spent
        sums: dict[str, float] = {}
        saved = time.time()
        print(len(plan), "steps", flush=True)
        for batch, gold in made(plan[self.step :], not args.exact):
            self.spent = time.time() - start
            done = max(self.step / len(plan), self.spent / 60 / args.minutes)
            if done >= 1:
                break
            for group, rate in zip(self.optimizer.param_groups, self.peak, strict=False):
                group["lr"] = rate * min(1, done / 0.06 + 0.02) * (1 - done)
            loss, found = self.loss(batch, gold)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.step += 1
            if self.step % 25 == 0:
                for kind, one in found.items():
                    sums[kind] = 0.8 * sums.get(kind, one.item()) + 0.2 * one.item()
            if self.step % 200 == 0:
                shown = " ".join(f"{kind} {value:.4f}" for kind, value in sorted(sums.items()))
                print(f"{self.step}/{len(plan)} {self.spent:.0f} s {shown}", flush=True)
            if time.time() - saved > args.save * 60:
                self.save()
                saved = time.time()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", default="corpora")
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--start", required=True, help="weights to begin with")
    parser.add_argument("--teacher", help="weights of the large encoder that the small one learns from")
    parser.add_argument("--fold", type=int, default=-1, help="leave out the articles of this fold")
    parser.add_argument(
        "--share", type=float, default=1, help="of the articles with speakers, to see what more would bring"
    )
    parser.add_argument("--exact", action="store_true", help="learn the bounds of contents of all corpora")
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--epochs", help="other rounds than those of this program, as corpus=number,…")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so long; the rate falls to zero by then")
    parser.add_argument("--save", type=float, default=10, help="minutes between checkpoints")
    parser.add_argument("--steps", type=int, default=0, help="only so many, to try it")
    parser.add_argument("--out", default="encoder.pt")
    args = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(1)
    began = time.time()
    epochs = EPOCHS | {k: float(v) for k, v in (one.split("=") for one in (args.epochs or "").split(",") if one)}
    corpora = training(args)
    plan = planned(corpora, epochs, 1)
    if args.steps:
        plan = plan[: args.steps]
    run = Run(args, device)
    run.resume()
    gc.freeze()
    print(f"ready after {time.time() - began:.0f} s", {k: len(v) for k, v in corpora.items()}, flush=True)
    run.fit(plan)
    torch.save(run.model.state_dict(), args.out)
    run.checkpoint().unlink(missing_ok=True)
    evaluate.report(run.model, args.corpora, args.fold, device)


if __name__ == "__main__":
    main()
