"""A program of one language that makes calls with its client: a command a line in, an outcome a line out, both JSON."""

import contextlib
import json
import pathlib
import subprocess
from typing import Any

from .server import Server


class WorkerEndedError(Exception):
    """The program of a client has ended, so that no more rows can be run with it."""


class Worker:
    """A running program. clients/README.md describes commands and outcomes."""

    def __init__(self, program: pathlib.Path, server: Server) -> None:
        command = [str(program), server.address, str(server.ca)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def perform(self, command: dict[str, Any]) -> dict[str, Any]:
        """Has one command carried out."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(command) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise WorkerEndedError(f"the program of the client ended with {self.process.wait()}")
        outcome: dict[str, Any] = json.loads(line)
        return outcome

    def close(self) -> None:
        """Ends the program."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait(timeout=30)
