#!/usr/bin/env python3
"""Counts words, word endings and runs of three tags for the part-of-speech tagger. Standard library only.

  fit_tags.py EWT.conllu.gz MASC.tar.xz > tags.tsv
  fit_tags.py --held-out EWT-dev.conllu.gz > tagged.txt     one `word TAB tag` a line, a blank line between sentences

Tokens are joined the way the tokeniser of `sayso-document` leaves them: "do" + "n't" is one word.
Lines of the output: `w WORD TAG:COUNT ..`, `s ENDING TAG:COUNT ..`, `t TAG TAG NEXT:COUNT ..` (START before a sentence).
"""
import gzip
import re
import sys
import tarfile
from collections import Counter, defaultdict

MERGE = {"NNPS": "NNP", "PDT": "DT", "SYM": "NN", "LS": "CD", "FW": "NN", "ADD": "NNP", "XX": "NN", "GW": "NN", "AFX": "JJ",
         "-LRB-": "(", "-RRB-": ")", "``": "Q", "''": "Q", "HYPH": ":", "NFP": ":", "#": "NN", "WP$": "WDT", "PRP$": "PRPS",
         "JJR": "JJ", "JJS": "JJ", "RBR": "RB", "RBS": "RB", "$": "CD"}
TAGS = set("NN NNS NNP PRP PRPS PV DT JJ RB IN TO MD VB VBP VBZ VBD VBN VBG CC CD WP WDT WRB POS EX RP UH Q ( ) , . :".split())
VERBISH = {"'re", "'ve", "'ll", "'d", "'m", "’re", "’ve", "’ll", "’d", "’m"}


def ewt(path):
    rows = []
    for line in gzip.open(path, "rt", encoding="utf-8"):
        if not line.strip():
            yield join_hyphens(rows)
            rows = []
        elif line[0].isdigit():
            f = line.rstrip("\n").split("\t")
            if f[0].isdigit():
                rows.append((f[1], f[4], "SpaceAfter=No" in f[9]))


def join_hyphens(rows):
    out, glued = [], False
    for word, tag, tight in rows:
        if out and glued:
            out[-1] = (out[-1][0] + word, tag, tight)
            glued = False
        elif tag == "HYPH" and out and out[-1][2] and tight:
            out[-1] = (out[-1][0] + word, out[-1][1], True)
            glued = True
        else:
            out.append((word, tag, tight))
    return [(w, t) for w, t, _ in out]


def masc(path):
    with tarfile.open(path) as tar:
        for member in sorted(tar.getnames()):
            # The spoken part is transcripts of talk, too far from news to help.
            if "/written/" in member and member.endswith(".txt"):
                for line in tar.extractfile(member).read().decode("utf-8", "replace").splitlines():
                    pairs = [p.rsplit("_", 1) for p in line.split()]
                    yield [(w, t) for w, t in (p for p in pairs if len(p) == 2)]


def clean(sentence):
    out = []
    for word, tag in sentence:
        low = word.lower().replace("’", "'")
        tag = MERGE.get(tag, tag)
        if tag not in TAGS:
            tag = "NN" if re.match(r"\w", word) else ":"
        if low == "n't" and out:
            out[-1] = (out[-1][0] + "n't", out[-1][1])
        elif low in VERBISH and out:
            out[-1] = (out[-1][0] + low, "PV")
        else:
            out.append((word.replace("’", "'"), tag))
    return out


def counts(counter, least=1):
    return " ".join(f"{t}:{n}" for t, n in sorted(counter.items(), key=lambda x: (-x[1], x[0])) if n >= least)


def widen(words):
    """Forms that are regular but were seen with one reading only get the other one, at a small share."""
    verb = lambda word: words.get(word, {}).get("VB") or words.get(word, {}).get("VBP")
    for word, tags in list(words.items()):
        total = sum(tags.values())
        if word.endswith("ed") and tags["VBD"] + tags["VBN"] > total / 2:
            for tag in ("VBD", "VBN"):
                tags[tag] = max(tags[tag], total // 4, 1)
        if word.endswith("ing") and tags["NN"] and (verb(word[:-3]) or verb(word[:-3] + "e")):
            tags["VBG"] = max(tags["VBG"], total // 5, 1)
        if word.endswith("s") and tags["NNS"] and (verb(word[:-1]) or word.endswith("es") and verb(word[:-2])):
            tags["VBZ"] = max(tags["VBZ"], total // 20, 1)


def fit(paths):
    words, ends, steps = defaultdict(Counter), defaultdict(Counter), defaultdict(Counter)
    for path in paths:
        for raw in ewt(path) if "conllu" in path else masc(path):
            before, last = "START", "START"
            for word, tag in clean(raw):
                words[word.lower()][tag] += 1
                steps[f"{before} {last}"][tag] += 1
                before, last = last, tag
    for word, tags in words.items():
        # Rare words stand for the unknown ones.
        if sum(tags.values()) <= 5 and len(word) > 3 and word.isalpha():
            for n in (1, 2, 3, 4):
                if len(word) > n:
                    ends[word[-n:]].update({t: n for t, n in tags.items() if t != "NNP"})
    widen(words)
    for word, tags in sorted(words.items()):
        total = sum(tags.values())
        if total >= 2 and not re.search(r"\d|\t", word):
            print("w", word, counts(tags, 1 if total < 20 else max(2, total // 500)), sep="\t")
    for end, tags in sorted(ends.items()):
        if sum(tags.values()) >= 12:
            print("s", end, counts(tags, 2), sep="\t")
    for last, nexts in sorted(steps.items()):
        print("t", last, counts(nexts), sep="\t")


def main():
    if sys.argv[1] == "--held-out":
        for sentence in ewt(sys.argv[2]):
            print("".join(f"{w}\t{t}\n" for w, t in clean(sentence)))
    else:
        fit(sys.argv[1:])


if __name__ == "__main__":
    main()
