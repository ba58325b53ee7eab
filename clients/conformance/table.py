"""Reads scenarios.yaml, and checks that it is complete. Its head describes the format."""

import dataclasses
import pathlib
import re
from collections.abc import Iterable
from typing import Any

import yaml

LEAST_ROWS = 80
KINDS = ("call", "pages", "ingest", "slices", "raw", "server")
OPTIONS = {"name", "request", "answer", "error", "key", "timeout", "cancel_after", "keep"}
OPTIONS |= {"repeat", "during", "restart_after", "settings", "skip", "only", "wrong"}


@dataclasses.dataclass
class Row:
    """A row: what is done, and what is expected of it."""

    name: str
    kind: str
    # What is called or sent, as the kind has it.
    what: Any
    options: dict[str, Any]

    def runs_in(self, language: str) -> bool:
        """Whether it is run in a language."""
        return language not in self.options.get("skip", {}) and language in self.options.get("only", [language])

    @property
    def methods(self) -> set[str]:
        """The methods that it calls, without their services."""
        match self.kind:
            case "call" | "pages":
                return {self.what.split(".")[1]}
            case "ingest":
                return {"IngestArticles"}
            case _:
                return set()


class Table:
    """All rows."""

    def __init__(self, file: pathlib.Path) -> None:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        self.settings: dict[str, str] = content["settings"]
        self.unprovoked: dict[str, str] = content["unprovoked"]
        self.rows = [row(given) for given in content["rows"]]

    def faults(self, methods: Iterable[str], protos: pathlib.Path) -> list[str]:
        """What the table lacks: a method, a reason, an encoding, rows."""
        called = {method for row in self.rows for method in row.methods}
        faults = [f"no row calls {method}" for method in sorted(set(methods) - called)]
        expected = set(re.findall(r"'reason': '(\w+)'", str([row.options.get("error") for row in self.rows])))
        expected |= set(re.findall(r"'reason': '(\w+)'", str([row.options.get("answer") for row in self.rows])))
        text = (protos / "sayso/v1/resources.proto").read_text(encoding="utf-8")
        reasons = set(re.findall(r"ERROR_REASON_(\w+) = [1-9]", text))
        faults += [f"no row expects {reason}" for reason in sorted(reasons - expected - self.unprovoked.keys())]
        faults += [
            f"{reason} is expected, and is told to be unprovoked" for reason in self.unprovoked.keys() & expected
        ]
        encodings = re.findall(r"OFFSET_ENCODING_(UTF\w+) = ", text)
        given = str([row.options.get("request") for row in self.rows])
        faults += [
            f"no row asks for {encoding}" for encoding in encodings if f"OFFSET_ENCODING_{encoding}" not in given
        ]
        if len(self.rows) < LEAST_ROWS:
            faults.append(f"there are {len(self.rows)} rows; at least {LEAST_ROWS} are wanted")
        return faults


def row(given: dict[str, Any]) -> Row:
    kinds = [kind for kind in KINDS if kind in given]
    unknown = set(given) - set(KINDS) - OPTIONS
    if len(kinds) != 1 or unknown or "name" not in given:
        raise ValueError(f"{given}: expected a name, one of {', '.join(KINDS)}, and of {', '.join(sorted(OPTIONS))}")
    return Row(given["name"], kinds[0], given[kinds[0]], given)


def filled(value: Any, kept: dict[str, Any]) -> Any:
    """A request or an expectation with what earlier rows kept, and with long texts written out."""
    match value:
        case {"$repeat": [str() as text, int() as count]}:
            return text * count
        case dict():
            return {name: filled(one, kept) for name, one in value.items()}
        case list():
            return [filled(one, kept) for one in value]
        case str() if value.startswith("$") and value[1:] in kept:
            return kept[value[1:]]
        case _:
            return value
