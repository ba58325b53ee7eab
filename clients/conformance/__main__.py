"""conformance PROGRAM [LANGUAGE ...]: runs the table against a server of PROGRAM, over HTTP/JSON and in these languages.

A language is a folder of clients/ with programs whose names begin with "conformance"; without any, all of them are run.
"http" is plain HTTP with curl.
"""

import argparse
import json
import pathlib
import sys
import tempfile
import threading
import time
from typing import Any, Protocol

from .curl import Curl
from .expect import at, differences
from .server import Server
from .table import Row, Table, filled
from .worker import Worker, WorkerEndedError

CLIENTS = pathlib.Path(__file__).resolve().parent.parent


class Caller(Protocol):
    """What carries out commands."""

    def perform(self, command: dict[str, Any]) -> dict[str, Any]:
        """Carries out one."""

    def close(self) -> None:
        """Ends."""


class Run:
    """The rows in one language."""

    def __init__(self, language: str, caller: Caller, server: Server, table: Table) -> None:
        self.language, self.caller, self.server, self.table = language, caller, server, table
        self.kept: dict[str, Any] = {}

    def all(self) -> int:
        """Performs every row. Tells of those that fail, and returns how many do."""
        begun, failed, skipped = time.monotonic(), 0, 0
        for row in self.table.rows:
            if not row.runs_in(self.language):
                skipped += 1
                continue
            try:
                found = self._faults(row)
                if row.options.get("wrong"):
                    found = [] if found else ["a control: it is wrong, and passes"]
            except WorkerEndedError as error:
                print(f"{self.language}: {row.name}\n    {error}", flush=True)
                return failed + 1
            except Exception as error:  # Whatever goes wrong in one row, the others are to be seen.
                found = [f"{type(error).__name__}: {error}"]
            if found:
                failed += 1
                print(f"{self.language}: {row.name}", *found, sep="\n    ", flush=True)
        count, seconds = len(self.table.rows) - skipped, time.monotonic() - begun
        print(f"{self.language}: {count - failed} of {count} rows, {skipped} left out ({seconds:.0f} s)", flush=True)
        return failed

    def _faults(self, row: Row) -> list[str]:
        if row.kind == "server":
            self.server.restart(row.options.get("settings"))
            return []
        outcome = self._outcome(row)
        wanted = {part: filled(row.options[part], self.kept) for part in ("answer", "error") if part in row.options}
        if "error" in outcome and "error" not in wanted:
            return [f"unexpected error: {outcome['error']}"]
        for name, path in row.options.get("keep", {}).items():
            self.kept[name] = at(outcome["answer"], path)
        return [line for part, value in wanted.items() for line in differences(value, outcome.get(part), part)]

    def _outcome(self, row: Row) -> dict[str, Any]:
        command = self._command(row)
        starts, meanwhile = self.server.starts, []
        if "during" in row.options:
            meanwhile.append(self._begin(row.options["during"]))
        if "restart_after" in row.options:
            meanwhile.append(self._restart_after(row.options["restart_after"]))
        outcome: dict[str, Any] = {}
        for _ in range(row.options.get("repeat", 1)):
            outcome = self.caller.perform(command)
            if "error" in outcome:
                break
        if "restart_after" in row.options and "answer" in outcome and self.server.starts == starts:
            raise RuntimeError("it ended before the server was killed")
        for thread in meanwhile:
            thread.join()
        if "answer" in outcome:
            outcome["answer"] = summed(row.kind, outcome["answer"])
        return outcome

    def _command(self, row: Row) -> dict[str, Any]:
        options = row.options
        key = options.get("key", "admin")
        command = {"kind": row.kind, "key": None if key == "none" else self.server.keys[key]}
        for name, told in (("timeout", "timeout"), ("cancel_after", "cancelAfter")):
            if name in options:
                command[told] = options[name]
        match row.kind:
            case "call" | "pages":
                command |= {"method": "sayso.v1." + row.what.replace(".", "/"), "request": options.get("request", {})}
            case "slices":
                command["request"] = row.what
            case "ingest":
                command["requests"] = str(self._file(row.what))
            case "raw":
                command |= row.what
        filled_command: dict[str, Any] = filled(command, self.kept)
        return filled_command

    def _file(self, given: Any) -> pathlib.Path:
        """A file of the requests, one a line."""
        if isinstance(given, dict):
            text = json.dumps(given["each"])
            requests = [json.loads(text.replace("{n}", str(number))) for number in range(given["count"])]
        else:
            requests = filled(given, self.kept)
        file = self.server.folder / "requests.jsonl"
        file.write_text("".join(json.dumps(request) + "\n" for request in requests), encoding="utf-8")
        return file

    def _begin(self, during: dict[str, str]) -> threading.Thread:
        """Begins a call that takes some time, and returns when the log tells that it is under way."""
        command = {"kind": "call", "method": "sayso.v1." + during["call"].replace(".", "/"), "request": {}}
        call = {**command, "key": self.server.keys["admin"]}
        before = self.server.logged(during["logged"])
        thread = threading.Thread(target=Curl(self.server).perform, args=(call,))
        thread.start()
        while thread.is_alive() and self.server.logged(during["logged"]) == before:
            time.sleep(0.01)
        return thread

    def _restart_after(self, count: int) -> threading.Thread:
        """Kills the server and starts it again as soon as it has so many articles."""

        def watch() -> None:
            curl = Curl(self.server)
            command = {"kind": "call", "method": "sayso.v1.ServerService/GetServerInfo", "request": {}}
            command["key"] = self.server.keys["admin"]
            while int(curl.perform(command)["answer"]["counts"].get("articleCount", 0)) < count:
                time.sleep(0.01)
            self.server.restart()

        thread = threading.Thread(target=watch)
        thread.start()
        return thread


def summed(kind: str, answer: dict[str, Any]) -> dict[str, Any]:
    """What rows expect of answers in many parts: the parts of pages joined, the acknowledgements counted."""
    if kind == "pages":
        joined: dict[str, Any] = {"pages": len(answer["pages"])}
        for page in answer["pages"]:
            for name, value in page.items():
                joined[name] = joined.get(name, []) + value if isinstance(value, list) else value
        return joined
    if kind == "ingest":
        changes: dict[str, int] = {}
        for one in answer["acknowledgements"]:
            name = one.get("change", "rejected")
            changes[name] = changes.get(name, 0) + 1
        different = len({one["id"] for one in answer["acknowledgements"]})
        return answer | {"changes": changes, "different": different}
    return answer


def programs(languages: list[str]) -> dict[str, pathlib.Path | None]:
    """What is run, by the name it is told by. HTTP needs no program."""
    found: dict[str, pathlib.Path | None] = {"http": None} if not languages or "http" in languages else {}
    for program in sorted(CLIENTS.glob("*/conformance*")):
        if program.is_file() and (not languages or program.parent.name in languages):
            found[program.parent.name + program.name.removeprefix("conformance")] = program
    missing = set(languages) - {name.split("-")[0] for name in found}
    if missing:
        sys.exit(f"clients/ has no program of {', '.join(sorted(missing))}")
    return found


def main() -> None:
    """Runs the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("languages", nargs="*")
    given = parser.parse_args()
    table = Table(CLIENTS / "scenarios.yaml")
    with tempfile.TemporaryDirectory() as folder:
        server = Server(given.program.resolve(), pathlib.Path(folder), table.settings)
        try:
            server.start()
            failed = table.faults(Curl(server).operations, CLIENTS.parent / "proto")
            print("\n".join(failed) or f"scenarios.yaml: {len(table.rows)} rows", flush=True)
            count = len(failed)
            for language, program in programs(given.languages).items():
                server.start_empty()
                caller = Curl(server) if program is None else Worker(program, server)
                try:
                    count += Run(language, caller, server, table).all()
                finally:
                    caller.close()
        finally:
            server.kill()
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
