# SPDX-License-Identifier: MIT
"""Runs the real server for a test: a folder of its own, free ports, readiness instead of sleeping, and an end that counts.

A server that ends by a signal, reports a sanitizer's finding, or has connections, streams or requests left at the end fails
the test that ran it.
"""
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

BINARY = pathlib.Path(os.environ["OUTRIDER_BINARY"])
SOURCE = pathlib.Path(__file__).resolve().parents[2]
SLOWER = 4 if os.environ.get("OUTRIDER_SLOW") else 1  # sanitizers
READY_SECONDS = 20 * SLOWER


def wait_until(what, condition, seconds=10):
    """Polls until `condition()` is true; fails with `what` (a text, or a function that makes one)."""
    deadline = time.monotonic() + seconds * SLOWER
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds * SLOWER} s: {what() if callable(what) else what}")
        time.sleep(0.02)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("admin", timeout=5 * SLOWER)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def certificate(folder, *names):
    """A self-signed pair for the names; returns (certificate, key)."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    stem = names[0].replace("*", "star")
    paths = folder / f"{stem}.pem", folder / f"{stem}.key"
    alternatives = ",".join(f"DNS:{name}" for name in names) + ",IP:127.0.0.1"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
         f"/CN={names[0]}", "-addext", f"subjectAltName={alternatives}", "-keyout", paths[1], "-out", paths[0]],
        check=True, capture_output=True)
    return paths


class Server:
    """`config` is Lua text; %TMP% in it is the server's folder. Listeners may use port 0."""

    def __init__(self, folder, config, files=None, arguments=(), supervisor=True, environment=None):
        self.folder = pathlib.Path(folder)
        self.admin = self.folder / "admin.sock"
        for name, text in (files or {}).items():
            self.write(name, text)
        self.config = self.write("config.lua", config)
        self.log_path = self.folder / "error.log"
        self.output_path = self.folder / "output.log"
        self.arguments = list(arguments) + ([] if supervisor else ["--no-supervisor"])
        self.environment = environment or {}
        self.process = None
        self.checks_rest = True  # set to False where a test leaves connections on purpose

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, str):
            text = text.replace("%TMP%", str(self.folder)).encode()
        path.write_bytes(text)
        return path

    def start(self):
        with open(self.log_path, "ab") as errors, open(self.output_path, "ab") as output:
            self.process = subprocess.Popen(
                [BINARY, "run", "-c", self.config, *self.arguments], stdout=output, stderr=errors,
                env=self.all_environment())
        wait_until(lambda: f"ready; its log:\n{self.log()}", self.is_ready, READY_SECONDS)
        return self

    def all_environment(self):
        return {**os.environ, "STATE_DIRECTORY": str(self.folder / "state"), **self.environment}

    def command(self, name, *arguments):
        """`outrider NAME -c CONFIG …` as an operator would: (exit code, standard output, standard error)."""
        return run(name, "-c", self.config, *arguments, timeout=60, env=self.all_environment())

    def is_ready(self):
        return self.ready_pid() is not None

    def ready_pid(self):
        """server_pid(), or None while nobody answers (also in the moment in which one server takes over from another)."""
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log()}")
        try:
            status = self.status()
        except (OSError, http.client.HTTPException):
            return None
        return status["pid"] if status["listeners"] else None

    def ask(self, method, path, body=None):
        """One request to the admin plane: (status, parsed JSON or text)."""
        connection = UnixConnection(self.admin)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            body = response.read()
            is_json = response.getheader("content-type") == "application/json"
            return response.status, json.loads(body) if is_json else body.decode()
        finally:
            connection.close()

    def status(self):
        status, answer = self.ask("GET", "/v1/status")
        if status == 503:  # a server process that hands over to another answers so to who asks at that moment
            status, answer = self.ask("GET", "/v1/status")
        assert status == 200, answer
        return answer

    def address(self, index=0):
        """(host, port) of the listener, or a unix path."""
        text = self.status()["listeners"][index]["address"]
        if text.startswith("unix:"):
            return text[5:]
        host, _, port = text.rpartition(":")
        return host.strip("[]"), int(port)

    def port(self, index=0):
        return self.address(index)[1]

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def output(self):
        return self.output_path.read_text(errors="replace")

    def access_log(self):
        """The JSON access log's lines on stdout, as objects; not one that is being written."""
        whole = self.output().rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines() if line.startswith("{")]

    def wait_for_access(self, condition, seconds=5):
        """The first access log object that satisfies `condition`."""
        return wait_until(lambda: f"a line in the access log; it has:\n{self.output()}",
                          lambda: next((line for line in self.access_log() if condition(line)), None), seconds)

    def live(self):
        return self.status()["live"]

    def wait_at_rest(self):
        """Live connections, streams and requests are back at zero."""
        def at_rest():
            live = self.live()
            return live["connections"] == live["streams"] == live["requests"] == 0
        wait_until(lambda: f"everything at rest; live: {self.live()}", at_rest, 10)

    def server_pid(self):
        """The process that serves (the supervisor's child, unless there is none)."""
        return self.status()["pid"]

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.server_pid()}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def reload_and_wait(self, **body):
        """A reload by the admin plane, which answers when every worker has swapped: (status, answer)."""
        return self.ask("POST", "/v1/reload", json.dumps(body))

    def metrics(self):
        """The samples of /metrics by name and labels, as they are written."""
        lines = self.ask("GET", "/metrics")[1].splitlines()
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}

    def stop(self):
        """Ends the server as an operator would and checks how it ended."""
        if self.process is None:
            return
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(40 * SLOWER)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f"did not stop; its log:\n{self.log()}") from None
        log = self.log()
        assert code == 0, f"the server ended with {code}:\n{log}"
        for word in ("AddressSanitizer", "LeakSanitizer", "runtime error:", "ThreadSanitizer", "CHECK failed", "died by"):
            assert word not in log, f"{word} in the log:\n{log}"

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        try:
            if kind is None and self.checks_rest:
                self.wait_at_rest()
        finally:
            if kind is None:
                self.stop()
            elif self.process is not None:
                self.process.terminate()
                try:
                    self.process.wait(10)
                except subprocess.TimeoutExpired:
                    self.process.kill()
                print(self.log())


def run(*arguments, timeout=30, **options):
    """Runs the binary to its end: (exit code, standard output, standard error)."""
    result = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=timeout * SLOWER, **options)
    return result.returncode, result.stdout, result.stderr
