# SPDX-License-Identifier: MIT
"""An example as a new user runs it: its `run` in a copy of the examples' folder, on free ports in place of its own."""
import os
import random
import re
import shutil
import signal
import socket
import subprocess

import console
import outrider
from h2client import Client
from outrider import wait_until


def free_ports(count):
    """Below those that the kernel gives out by itself, so that nobody else gets them before they are used."""
    candidates = iter(random.sample(range(10_000, 30_000), 1_000))
    return [next(port for port in candidates if is_free(port)) for _ in range(count)]


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Example:
    """`ports` are the variables that choose ports, with the defaults that the README names; `waits_for` those of them that
    are for visitors."""

    def __init__(self, folder, name, ports, waits_for=("OUTRIDER_PORT",)):
        self.top = folder
        self.name = name
        self.folder = folder / "examples" / name
        shutil.copytree(outrider.SOURCE / "examples", folder / "examples", ignore=shutil.ignore_patterns(".outrider"))
        self.defaults = ports
        self.ports = dict(zip(ports, free_ports(len(ports))))
        self.waits_for = waits_for
        self.log_path = folder / "run.log"
        self.process = None
        self.environment = {**os.environ, "OUTRIDER_BINARY": str(outrider.BINARY.resolve()),
                            **{variable: str(port) for variable, port in self.ports.items()}}

    def __enter__(self):
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([f"examples/{self.name}/run"], cwd=self.top, env=self.environment, stdout=log,
                                            stderr=subprocess.STDOUT, start_new_session=True)
        try:
            for variable in self.waits_for:
                wait_until(lambda variable=variable: f"an answer on {variable}:\n{self.log()}",
                           lambda variable=variable: self.answers(variable), outrider.READY_SECONDS)
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, kind, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            assert self.process.wait(60) == 0, self.log()
            assert not self.is_left(), "a process of the example is left"
            assert "Sanitizer" not in self.log() and "runtime error" not in self.log(), self.log()
        finally:
            self.kill()

    def is_left(self):
        try:
            os.killpg(self.process.pid, 0)
            return True
        except ProcessLookupError:
            return False

    def kill(self):
        if self.is_left():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def answers(self, variable):
        assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.log()}"
        try:
            with Client(self.address(variable), tls=True) as client:
                return client.get("/").status < 500
        except (OSError, AssertionError):
            return False

    def address(self, variable="OUTRIDER_PORT"):
        return "127.0.0.1", self.ports[variable]

    def client(self, variable="OUTRIDER_PORT", **options):
        return Client(self.address(variable), tls=True, cafile=self.folder / ".outrider/localhost.pem", **options)

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def run(self, *arguments):
        """`run ARGUMENT…`, a command of outrider's: (exit code, everything it printed)."""
        result = subprocess.run([f"examples/{self.name}/run", *arguments], cwd=self.top, env=self.environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60 * outrider.SLOWER)
        return result.returncode, result.stdout

    def check_readme(self):
        """What the README shows is what happens; the rules are without warnings."""
        text = (self.folder / "README.md").read_text()
        assert console.blocks(text, "sh") == [f"examples/{self.name}/run\n"]
        for variable, port in self.ports.items():
            text = re.sub(rf"\b{self.defaults[variable]}\b", str(port), text)
        assert console.run_all(text, cwd=self.top, env=self.environment) > 2
        code, said = self.run("check")
        assert code == 0 and "warning" not in said, said


def early(page):
    """The Link fields of the 103 of a page; nothing where there was none."""
    return [[value for name, value in head if name == "link"] for head in page.informational]
