#!/usr/bin/env python3
"""Builds the word lists of the name finder. Standard library only; the same inputs give the same files.

  fit_lexicon.py SHARED_FOLDER        writes words.tsv, people.tsv, places.txt, norps.txt, bodies.txt, name_cues.tsv here

SHARED_FOLDER holds gazetteers/, eval/ner/ and news/ as MANIFEST.md names them.
"""
import csv
import glob
import gzip
import io
import json
import os
import re
import sys
import unicodedata
from collections import Counter, defaultdict

HERE = os.path.dirname(os.path.abspath(__file__))
WORD = re.compile(r"[^\W\d_][\w’'\-]*", re.UNICODE)
TYPES = ["PERSON", "ORG", "LOC", "FACILITY", "NORP", "EVENT", "MISC", "NONE"]


def lines_of(path):
    return [line.strip() for line in open(path, encoding="utf-8", errors="replace") if line.strip()]


def jsonl(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def dariusk(shared, name):
    return json.load(open(f"{shared}/gazetteers/dariusk/{name}.json", encoding="utf-8"))


def put(name, rows):
    with open(os.path.join(HERE, name), "w", encoding="utf-8", newline="\n") as out:
        out.write("\n".join(rows) + "\n")
    print(name, len(rows), os.path.getsize(os.path.join(HERE, name)))


def plain(word):
    """Without accents, as the reader folds its keys."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def case_counts(shared, articles=8000):
    """How often each word stands in small letters and with a capital, after a small-lettered word."""
    low, high = Counter(), Counter()
    with gzip.open(f"{shared}/news/news-20k.jsonl.gz", "rt", encoding="utf-8") as lines:
        for n, line in enumerate(lines):
            if n >= articles:
                break
            body = json.loads(line).get("body") or ""
            for m in re.finditer(r"(?<=[a-z,] )([^\W\d_][^\W\d_’'\-]*)", body):
                word = m.group(1)
                (low if word[0].islower() else high)[word.lower()] += 1
    return low, high


def words(low, high):
    rows = []
    for word, n in low.items():
        total = n + high[word]
        share = n / total
        if len(word) > 1 and total >= 6 and share >= 0.25 and word.isascii():
            rows.append((word, "o" if share >= 0.9 else "m"))
    return sorted(rows)


def people(shared, train):
    tags = defaultdict(set)
    g = f"{shared}/gazetteers"
    for path, tag in ((f"{g}/male.txt", "m"), (f"{g}/female.txt", "f")):
        for name in lines_of(path):
            if name.isalpha() and name[0].isupper():
                tags[plain(name)].add(tag)
    for file, key, tag in (("norwayFirstNamesBoys", "firstnames_boys_norwegian", "m"), ("norwayFirstNamesGirls", "firstnames_girls_norwegian", "f")):
        for name in dariusk(shared, f"humans/{file}")[key][:400]:
            tags[plain(name)].add(tag)
    for file in ("firstNames", "spanishFirstNames"):
        for name in dariusk(shared, f"humans/{file}")["firstNames"]:
            tags[plain(name)] |= tags[plain(name)] & {"m", "f"} or {"u"}
    for file in ("lastNames", "spanishLastNames"):
        for name in dariusk(shared, f"humans/{file}")["lastNames"]:
            tags[plain(name)].add("s")
    for name in lines_of(f"{g}/us-legislators.txt"):
        tags[plain(name.split()[-1])].add("s")
    first, last = Counter(), Counter()
    for text, e in entities(train):
        parts = text[e["start"]:e["end"]].split()
        if e["type"] == "PERSON" and len(parts) in (2, 3) and all(p[0].isupper() for p in parts):
            first[plain(parts[0])] += 1
            last[plain(parts[-1])] += 1
    for name, n in first.items():
        if n >= 2 and name.isalpha() and not tags[name] & set("mfu"):
            tags[name].add("u")
    for name, n in last.items():
        if n >= 2 and name.isalpha():
            tags[name].add("s")
    return tags


def entities(train):
    for x in train:
        for e in x["entities"]:
            yield x["text"], e


def places(shared, ordinary, tags):
    out = set()
    with gzip.open(f"{shared}/gazetteers/world-cities.csv.gz", "rt", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    regions = Counter()
    for row in rows:
        out.add(row["name"])
        regions[row["subcountry"]] += 1
        out.add(row["country"])
    out |= {r for r in regions if r}
    for c in dariusk(shared, "geography/countries_with_capitals")["countries"]:
        out |= {c["name"], c["capital"]}
    canada = dariusk(shared, "geography/canada_provinces_and_territories")
    out |= {n for v in canada.values() if isinstance(v, list) for n in v}
    out |= set(dariusk(shared, "geography/countries")["countries"])
    keep = set()
    for name in out:
        name = plain(name or "").replace("’", "'").replace("‘", "'").strip()
        if not re.fullmatch(r"[A-Z][\w'.\- &]+", name) or len(name.split()) > 4:
            continue
        if " " not in name and (ordinary.get(name.lower()) or tags.get(name) or len(name) < 4):
            if name not in KEEP_PLACES:
                continue
        keep.add(name)
    return keep


KEEP_PLACES = set("Austin Dallas Houston Charlotte Jackson Madison Lincoln Washington Virginia Georgia Carolina Jordan Israel Chad Kent Sydney Florence "
                  "Adelaide Paris London Berlin Milan Santiago Iran Iraq Oman Peru Cuba Fiji Lima Mali Rome Bern Oslo Kiev Kyiv India China Niger Togo "
                  "Guinea Turkey Singapore Panama Kuwait Macau Monaco Cairo Delhi Mumbai Lagos Nairobi Havana Denver Phoenix Orlando Chelsea Dublin "
                  "Verona Vienna Dakota Montana Nevada Utah Ohio Iowa Idaho Texas Maine Kansas Alaska Hawaii Florida Gaza Doha Baku Riga Homs Minsk "
                  "Lisbon Valencia Salvador Cordoba Leon Lahore Bath Brest Nice Cork Derby Barcelona Marbella Asia Guyana Laos Qatar Aden Cali "
                  "Flint Tampa Miami Mobile Raleigh Cleveland Boston Columbus Lancaster Hamilton Victoria Perth Darwin Wellington Francisco "
                  "Sudan Syria Yemen Libya Egypt Kenya Ghana Haiti Nepal Tibet Bonn Mosul Basra Izmir Osaka Seoul Tokyo Kobe Pune Goa Kabul Tunis "
                  "Rabat Dakar Accra Abuja Sofia Malta Samoa Tonga Palau Nauru Benin Gabon Congo Sanaa Ankara Moscow Beijing".split()) - {
                      "Francisco", "Chelsea", "Darwin", "Victoria", "Sofia", "Wellington", "Mobile", "Nice", "Hamilton", "Salvador", "Valencia", "Leon"}


ENDINGS = ["ly", "s", "es", "ed", "d", "ing", "ings", "er", "ers"]


def ordinary_sign(word, ordinary):
    """"o" or "m" as in the list, "m" too for an inflected form of a listed word."""
    word = word.lower()
    if word in ordinary:
        return ordinary[word]
    for ending in ENDINGS:
        stem = word[:-len(ending)]
        if word.endswith(ending) and len(stem) > 3 and (ordinary.get(stem) == "o" or ordinary.get(stem + "e") == "o"):
            return "m"
    return ""


def signature(word, ordinary, tags, place_names, norp_names):
    """The classes of a rare word, which stand for it: "*-fs" is an unknown word that is a first name and a surname."""
    letters = [c for c in word if c.isalpha()]
    shape = "A" if len(letters) > 1 and all(c.isupper() for c in letters) else "-"
    person = tags.get(word, set())
    return ("*" + shape + ordinary_sign(word, ordinary) + ("f" if person & set("mfu") else "") + ("s" if "s" in person else "")
            + ("p" if word in place_names else "") + ("n" if word in norp_names else ""))


def cues(train, ordinary, tags, place_names, norp_names):
    """Counts of types for the words of names and beside them: S single, F first, I inner, L last, B before, A after.

    Words with fewer than three counts are counted together by their signature."""
    count = defaultdict(Counter)

    def beside(text, b, e, kind):
        before = re.search(r"([\w’']+|[.,(\"“])\s*$", text[max(0, b - 30):b])
        after = re.match(r"\s*([\w’']+|[.,)(\"”])", text[e:e + 30])
        count["B", before.group(1).lower() if before else "^"][kind] += 1
        count["A", after.group(1).lower() if after else "$"][kind] += 1

    for x in train:
        text = x["text"]
        only = set(x["types"])
        spans = sorted((e["start"], e["end"], e["type"]) for e in x["entities"])
        covered = bytearray(len(text))
        for b, e, t in spans:
            covered[b:e] = b"\1" * (e - b)
            if t in ("DATE", "MONEY"):
                continue
            t = {"PRODUCT": "MISC"}.get(t, t)
            parts = [plain(w) for w in re.findall(r"[\w.’'\-&]+", text[b:e]) if any(c.isalnum() for c in w)]
            if not parts:
                continue
            if len(parts) == 1:
                count["S", parts[0]][t] += 1
            else:
                count["F", parts[0]][t] += 1
                count["L", parts[-1]][t] += 1
                for w in parts[1:-1]:
                    count["I", w][t] += 1
            beside(text, b, e, t)
        if not {"NORP", "DATE"} & {t for _, _, t in spans}:
            continue  # Only texts in which all types are marked tell what is no name.
        for m in re.finditer(r"(?<=[a-z,] )([A-Z][\w’'\-]*(?: [A-Z][\w’'\-]*)*)", text):
            parts = [plain(w) for w in m.group(1).split(" ")]
            if any(covered[m.start():m.end()]) or parts[-1] in norp_names:
                continue
            beside(text, m.start(), m.end(), "NONE")
            if len(parts) == 1:
                count["S", parts[0]]["NONE"] += 1
            else:
                count["F", parts[0]]["NONE"] += 1
                count["L", parts[-1]]["NONE"] += 1
    rows = []
    rare = defaultdict(Counter)
    for (kind, word), types in count.items():
        if kind in "SFIL" and sum(types.values()) < 3:
            rare[kind, signature(word, ordinary, tags, place_names, norp_names)] += types
    for (kind, word), types in sorted(list(count.items()) + list(rare.items())):
        n = sum(types.values())
        least = {"B": 15, "A": 15}.get(kind, 3)
        if n >= least:
            cells = " ".join(f"{TYPES.index(t)}:{c}" for t, c in sorted(types.items(), key=lambda i: TYPES.index(i[0])))
            rows.append(f"{kind}\t{word}\t{cells}")
    return rows


def bodies(shared, train, ordinary):
    out = Counter()
    for text, e in entities(train):
        name = text[e["start"]:e["end"]]
        if e["type"] == "ORG" and name[0].isupper():
            out[plain(name).replace("’", "'")] += 1
    out = {n for n, c in out.items() if c >= 2 and " " in n}
    for name in dariusk(shared, "corporations/newspapers")["newspapers"]:
        out.add(re.sub("^The ", "", name))
    for file in ("fortune500", "nasdaq", "djia"):
        for c in next(v for v in dariusk(shared, f"corporations/{file}").values() if isinstance(v, list) and len(v) > 20):
            out.add(c["name"] if isinstance(c, dict) else c)
    d = dariusk(shared, "governments/us_federal_agencies")
    out |= {a for v in d.values() if isinstance(v, list) for a in v}
    keep = set()
    for name in out:
        name = plain(name)
        if re.fullmatch(r"[A-Z][\w.’'&\- ]+", name) and 1 <= len(name.split()) <= 6:
            if " " in name or not (ordinary.get(name.lower()) or len(name) < 3):
                keep.add(name)
    return keep


def norps(shared, train, ordinary):
    out = Counter()
    for text, e in entities(train):
        name = plain(text[e["start"]:e["end"]])
        if e["type"] == "NORP" and re.fullmatch(r"[A-Z][\w]+", name):
            out[name] += 1
    out = {n for n, c in out.items() if c >= 2 and ordinary.get(n.lower()) != "o"}
    for name in dariusk(shared, "geography/nationalities")["nationalities"]:
        if " " not in name:
            out.add(plain(name))
    return out


def main():
    shared = sys.argv[1]
    train = jsonl(f"{shared}/eval/ner/worldwide-train.jsonl.gz") + jsonl(f"{shared}/eval/ner/permissive-train.jsonl.gz")
    low, high = case_counts(shared)
    rows = words(low, high)
    ordinary = dict(rows)
    put("words.tsv", [f"{w}\t{t}" for w, t in rows])
    tags = people(shared, train)
    put("people.tsv", [f"{n}\t{''.join(sorted(t))}" for n, t in sorted(tags.items()) if len(n) > 1 and t])
    place_names, norp_names = places(shared, ordinary, tags), norps(shared, train, ordinary)
    put("places.txt", sorted(place_names))
    put("norps.txt", sorted(norp_names))
    put("bodies.txt", sorted(bodies(shared, train, ordinary)))
    put("name_cues.tsv", cues(train, ordinary, tags, place_names, norp_names))


if __name__ == "__main__":
    main()
