"""The server that all rows are run against: over TLS, with keys, in a folder of its own."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import time

START_SECONDS = 60
# The keys that rows name, and how they are made.
KEYS = {
    "admin": ["--scope", "read,write,admin"],
    "writer": ["--scope", "read,write"],
    "reader": ["--scope", "read"],
    "expired": ["--scope", "read", "--expires", "2020-01-01"],
    "slow": ["--scope", "read", "--calls-per-second", "1"],
}


def certificate(folder: pathlib.Path) -> None:
    """An authority, and a certificate of this machine that is signed by it."""
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\n"
    (folder / "names").write_text(names, encoding="utf-8")
    new = ["openssl", "req", "-newkey", "rsa:2048", "-nodes"]
    sign = ["openssl", "x509", "-req", "-days", "30", "-extfile", "names", "-in", "server.csr"]
    commands = [
        [*new, "-x509", "-days", "30", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Sayso conformance"],
        [*new, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost"],
        [*sign, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "server.pem"],
    ]
    for command in commands:
        subprocess.run(command, cwd=folder, check=True, capture_output=True)


class Server:
    """A server that may be killed and started again at the same address."""

    def __init__(self, program: pathlib.Path, folder: pathlib.Path, settings: dict[str, str]) -> None:
        self.program, self.folder, self.settings = program, folder, settings
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        certificate(folder)
        self.ca = folder / "ca.pem"
        self.keys = {name: self._key(name, options) for name, options in KEYS.items()}
        self.keys["wrong"] = "sayso_0000000000_" + "A" * 43
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"localhost:{free.getsockname()[1]}"

    def _key(self, name: str, options: list[str]) -> str:
        command = [str(self.program), "keys", "create", name, *options, "--keys", str(self.folder / "keys.json")]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def start(self, changed: dict[str, str] | None = None) -> None:
        """Starts it, with settings that are changed for this time."""
        folder = self.folder
        settings = {
            "listen": self.address.replace("localhost", "127.0.0.1"),
            "data_dir": str(folder / "data"),
            "snapshots": str(folder / "snapshots"),
            "keys": str(folder / "keys.json"),
            "tls_cert": str(folder / "server.pem"),
            "tls_key": str(folder / "server.key"),
        }
        settings |= self.settings | (changed or {})
        file = folder / "sayso.toml"
        file.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items() if value))
        self.starts += 1
        out = folder / f"out-{self.starts}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SAYSO_")}
        with out.open("wb") as printed, (folder / "log").open("ab") as log:
            command = [str(self.program), "serve", "--config", str(file)]
            self.process = subprocess.Popen(command, stdout=printed, stderr=log, env=environment)
        end = time.monotonic() + START_SECONDS
        while b"sayso listens on" not in out.read_bytes():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the server did not start:\n" + (folder / "log").read_text(encoding="utf-8")[-2000:])
            time.sleep(0.02)

    def logged(self, words: str) -> int:
        """How often the log has these words."""
        return (self.folder / "log").read_text(encoding="utf-8").count(words)

    def kill(self) -> None:
        """Ends it as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def restart(self, changed: dict[str, str] | None = None) -> None:
        """Kills it and starts it again with what is stored."""
        self.kill()
        self.start(changed)

    def start_empty(self) -> None:
        """Starts it with nothing stored."""
        self.kill()
        for name in ("data", "snapshots"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        self.start()
