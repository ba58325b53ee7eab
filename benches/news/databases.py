"""Asks SQLite FTS5, and PostgreSQL where it is installed, what the bench asks Sayso, and prints medians.

    python3 databases.py CORPUS.json

The bench writes the file. PostgreSQL runs from its binaries in a folder of its own, and needs the module psycopg.
"""

import collections
import glob
import json
import os
import pwd
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

try:
    import psycopg
except ImportError:
    psycopg = None

Words = dict[str, str]
Row = tuple[Any, ...]
Run = Callable[[str, Iterable[Any]], list[Row]]

BEGUN = 5


def median(ask: Callable[[Words], object], words: list[Words]) -> float:
    """The median of all queries in microseconds; the first round warms caches."""
    times: list[float] = []
    for _ in range(2):
        times = []
        for one in words:
            started = time.perf_counter()
            ask(one)
            times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e6


def names(articles: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """All names with the number of articles that have them."""
    counts = collections.Counter(name for article in articles for name in set(article["names"]))
    return list(counts.items())


def sqlite(corpus: dict[str, Any]) -> dict[str, float]:
    """Medians of SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        base = sqlite3.connect(os.path.join(folder, "news.db"))
        base.execute("PRAGMA cache_size = -200000")
        for table in ("sentences", "quotes", "articles"):
            base.execute(f"CREATE VIRTUAL TABLE {table} USING fts5(text, outlet UNINDEXED, speaker, tokenize='porter')")
        for article in corpus["articles"]:
            outlet = article["outlet"]
            add = "INSERT INTO {} VALUES (?, ?, ?)"
            base.executemany(add.format("sentences"), [(text, outlet, "") for text in article["sentences"]])
            base.executemany(add.format("quotes"), [(text, outlet, who) for who, text in article["quotes"]])
            base.execute(add.format("articles"), (article["title"] + "\n" + article["body"], outlet, ""))
        base.execute("CREATE TABLE names(name TEXT COLLATE NOCASE, articles INTEGER)")
        base.executemany("INSERT INTO names VALUES (?, ?)", names(corpus["articles"]))
        base.execute("CREATE INDEX by_name ON names(name)")
        for table in ("sentences", "quotes", "articles"):
            base.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")
        base.commit()

        def run(sql: str, values: Iterable[Any]) -> list[Row]:
            return base.execute(sql, tuple(values)).fetchall()

        asks = sqlite_asks(run)
        return {how: median(ask, corpus["words"]) for how, ask in asks.items()}


def sqlite_asks(run: Run) -> dict[str, Callable[[Words], object]]:
    """The queries in SQLite's language. It has none for typing errors."""

    def top(match: str, table: str = "sentences", where: str = "", *values: str) -> list[Row]:
        sql = f"SELECT text FROM {table} WHERE {table} MATCH ? {where} ORDER BY rank LIMIT 10"
        return run(sql, [match, *values])

    def faceted(words: Words) -> list[Row]:
        counted = "SELECT outlet, count(*) FROM sentences WHERE sentences MATCH ? GROUP BY 1 ORDER BY 2 DESC LIMIT 10"
        return top(words["one"]) + run(counted, [words["one"]])

    def suggest(words: Words) -> list[Row]:
        begun = words["speaker"][:3] + "%"
        return run("SELECT name FROM names WHERE name LIKE ? ORDER BY articles DESC LIMIT 10", [begun])

    return {
        "term": lambda words: top(words["one"]),
        "and": lambda words: top(f"{words['one']} AND {words['two']}"),
        "or": lambda words: top(f"{words['one']} OR {words['two']}"),
        "phrase": lambda words: top(f'"{words["one"]} {words["two"]}"'),
        "prefix": lambda words: top(f"{words['one'][:BEGUN]}*"),
        "filtered": lambda words: top(words["one"], "sentences", "AND outlet = ?", words["outlet"]),
        "faceted": faceted,
        "speaker": lambda words: top('speaker:"' + words["speaker"].replace('"', " ") + '"', "quotes"),
        "articles": lambda words: top(f"{words['one']} AND {words['two']}", "articles"),
        "suggest": suggest,
    }


def postgres(corpus: dict[str, Any]) -> dict[str, float]:
    """Medians of PostgreSQL; none where it is not installed."""
    binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if psycopg is None or not binaries:
        print("  SKIPPED: PostgreSQL (its server or the module psycopg is not installed)")
        return {}
    folder = tempfile.mkdtemp()
    # The server refuses to run as root.
    user = pwd.getpwnam("postgres") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    os.chown(folder, user.pw_uid, user.pw_gid)
    data = os.path.join(folder, "data")

    def call(*command: str) -> None:
        subprocess.run(command, user=user.pw_uid, group=user.pw_gid, check=True, cwd=folder, stdout=subprocess.DEVNULL)

    call(f"{binaries[-1]}/initdb", "-D", data, "-U", "bench", "--auth", "trust", "-E", "UTF8", "--locale", "C.UTF-8")
    options = (
        f"-k {folder} -c listen_addresses='' -c shared_buffers=1GB -c fsync=off -c max_parallel_workers_per_gather=0"
    )
    call(f"{binaries[-1]}/pg_ctl", "-D", data, "-w", "-l", os.path.join(folder, "log"), "-o", options, "start")
    try:
        with psycopg.connect(host=folder, user="bench", dbname="postgres", autocommit=True) as base:
            fill_postgres(base, corpus)

            def run(sql: str, values: Iterable[Any]) -> list[Row]:
                return base.execute(sql, tuple(values)).fetchall()

            asks = postgres_asks(run)
            return {how: median(ask, corpus["words"]) for how, ask in asks.items()}
    finally:
        call(f"{binaries[-1]}/pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def fill_postgres(base: Any, corpus: dict[str, Any]) -> None:
    """Makes and fills the tables."""
    base.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for table in ("sentences", "quotes", "articles"):
        vector = "speaker" if table == "quotes" else "text"
        base.execute(
            f"CREATE TABLE {table}(text TEXT, outlet TEXT, speaker TEXT, "
            f"words tsvector GENERATED ALWAYS AS (to_tsvector('english', {vector})) STORED)"
        )
        with base.cursor().copy(f"COPY {table}(text, outlet, speaker) FROM STDIN") as copy:
            for article in corpus["articles"]:
                outlet = article["outlet"]
                rows = {
                    "sentences": [(text, outlet, "") for text in article["sentences"]],
                    "quotes": [(text, outlet, who) for who, text in article["quotes"]],
                    "articles": [(article["title"] + "\n" + article["body"], outlet, "")],
                }
                for row in rows[table]:
                    copy.write_row(row)
        base.execute(f"CREATE INDEX ON {table} USING gin(words)")
    base.execute("CREATE TABLE names(name TEXT, articles INTEGER)")
    with base.cursor().copy("COPY names FROM STDIN") as copy:
        for name in names(corpus["articles"]):
            copy.write_row(name)
    base.execute("CREATE INDEX ON names(lower(name) text_pattern_ops)")
    base.execute("VACUUM ANALYZE")


def postgres_asks(run: Run) -> dict[str, Callable[[Words], object]]:
    """The queries in PostgreSQL's language. It has none for typing errors."""

    def top(query: str, table: str = "sentences", where: str = "", *values: str, how: str = "to_tsquery") -> list[Row]:
        sql = (
            f"SELECT text FROM {table}, {how}('english', %s) q WHERE words @@ q {where} "
            "ORDER BY ts_rank(words, q) DESC LIMIT 10"
        )
        return run(sql, [query, *values])

    def faceted(words: Words) -> list[Row]:
        counted = (
            "SELECT outlet, count(*) FROM sentences WHERE words @@ to_tsquery('english', %s) "
            "GROUP BY 1 ORDER BY 2 DESC LIMIT 10"
        )
        return top(words["one"]) + run(counted, [words["one"]])

    def suggest(words: Words) -> list[Row]:
        begun = words["speaker"][:3].lower() + "%"
        return run("SELECT name FROM names WHERE lower(name) LIKE %s ORDER BY articles DESC LIMIT 10", [begun])

    return {
        "term": lambda words: top(words["one"]),
        "and": lambda words: top(f"{words['one']} & {words['two']}"),
        "or": lambda words: top(f"{words['one']} | {words['two']}"),
        "phrase": lambda words: top(f"{words['one']} {words['two']}", how="phraseto_tsquery"),
        "prefix": lambda words: top(f"{words['one'][:BEGUN]}:*"),
        "filtered": lambda words: top(words["one"], "sentences", "AND outlet = %s", words["outlet"]),
        "faceted": faceted,
        "speaker": lambda words: top(words["speaker"], "quotes", how="phraseto_tsquery"),
        "articles": lambda words: top(f"{words['one']} & {words['two']}", "articles"),
        "suggest": suggest,
    }


def main() -> None:
    """Prints the table."""
    corpus = json.loads(Path(sys.argv[1]).read_text())
    theirs = {"SQLite FTS5": sqlite(corpus), "PostgreSQL": postgres(corpus)}
    print("\nbeside databases, median µs (Sayso over gRPC, SQLite in process, PostgreSQL over a socket)")
    print(f"  {'':<9} {'Sayso':>8}" + "".join(f"   {name:>21}" for name in theirs))
    for how, name, ours in corpus["ours"]:
        row = [one.get(how) for one in theirs.values()]
        told = ["-" if one is None else f"{one:.0f} ({one / ours:.1f} times)" for one in row]
        print(f"  {name:<9} {ours:>8.0f}" + "".join(f"   {one:>21}" for one in told))


if __name__ == "__main__":
    main()
