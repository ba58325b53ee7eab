"""Compares an outcome with what a row expects of it. The head of scenarios.yaml describes the forms."""

import re
from typing import Any


def differences(wanted: Any, found: Any, path: str = "answer") -> list[str]:
    """What differs, a line each; nothing if the outcome is as expected."""
    match wanted:
        case dict() if wanted and all(key.startswith("$") for key in wanted):
            return [line for name, rest in wanted.items() for line in matcher(name, rest, found, path)]
        case dict():
            if not isinstance(found, dict):
                return [f"{path}: expected a message, found {found!r}"]
            return [
                line for key, value in wanted.items() for line in differences(value, found.get(key), f"{path}.{key}")
            ]
        case list():
            if not isinstance(found, list) or len(found) != len(wanted):
                return [f"{path}: expected {len(wanted)} values, found {found!r}"]
            pairs = enumerate(zip(wanted, found, strict=True))
            return [line for at, pair in pairs for line in differences(*pair, f"{path}[{at}]")]
        case _:
            return [] if same(wanted, found) else [f"{path}: expected {wanted!r}, found {found!r}"]


def same(wanted: Any, found: Any) -> bool:
    """Whether two plain values are equal. Whole numbers of 64 bits are strings in JSON, and zero and false are left out."""
    if isinstance(wanted, bool) or wanted is None:
        return bool(found) == bool(wanted) if isinstance(wanted, bool) else found is None
    if isinstance(wanted, int | float):
        number = as_number(found)
        return number is not None and abs(number - wanted) < 1e-6
    return bool(wanted == found)


def as_number(found: Any) -> float | None:
    try:
        return float(0 if found is None else found)
    except (TypeError, ValueError):
        return None


def matcher(name: str, rest: Any, found: Any, path: str) -> list[str]:
    """A matcher: `$any`, `$count`, `$least`, `$match`."""
    match name:
        case "$any":
            holds = any(not differences(rest, value) for value in found or [])
        case "$count":
            holds = len(found or []) == rest
        case "$least":
            number = as_number(found)
            holds = number is not None and number >= rest
        case "$match":
            holds = isinstance(found, str) and re.search(rest, found) is not None
        case _:
            raise ValueError(f"{path}: no matcher is called {name}; expected $any, $count, $least or $match")
    return [] if holds else [f"{path}: expected {name} {rest!r}, found {found!r}"]


def at(found: Any, path: str) -> Any:
    """The value at a path of names and numbers with dots between them."""
    for step in path.split("."):
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found
