# SPDX-License-Identifier: MIT
"""The two servers, made as equal as their configurations allow: one worker, one core, the same file and certificate, no
access log, compression on offer in both (the client asks for none)."""
import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import time

import outrider

SERVER_CORE, CLIENT_CORE = 0, 1


@contextlib.contextmanager
def on_core(core):
    """What is started meanwhile runs on this core alone, with all its threads."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_ns(pid):
    """CPU time that all threads of a process have used: its clock, to the nanosecond (clock_getcpuclockid(3))."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def memory_kib(pid, field):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(field + ":"))


class Measured:
    """A running server: `port`, `pids()`, and what it has used."""

    def cpu_ns(self):
        return sum(cpu_ns(pid) for pid in self.pids())

    def resident_mib(self):
        return sum(memory_kib(pid, "VmRSS") for pid in self.pids()) / 1024


class Outrider(Measured):
    name = "outrider"
    CONFIG = """
    return {
      workers = 1,
      listen = { { address = "127.0.0.1:0"%s } },
      sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www" } } } },
      log = { error = { level = "warning" } },
      admin = { address = "unix:%%TMP%%/admin.sock" },
    }
    """
    TLS = ', tls = { certificate = "localhost.pem", key = "localhost.key" }'

    def __init__(self, folder, rules, secure, supervisor=True):
        config = self.CONFIG % (self.TLS if secure else "")
        if not rules:
            config = config.replace('rules = "rules/*.lua", ', "")
        self.server = outrider.Server(folder, config, files=rules or None, supervisor=supervisor)

    def start(self):
        with on_core(SERVER_CORE):
            self.server.start()
        self.port = self.server.port()
        return self

    def pids(self):
        return {self.server.process.pid, self.server.server_pid()}

    def stop(self):
        self.server.wait_at_rest()
        self.server.stop()


class H2o(Measured):
    name = "h2o"
    CONFIG = """
user: {user}
num-threads: 1
error-log: {folder}/h2o.log
listen:
  host: 127.0.0.1
  port: {port}{tls}
hosts:
  default:
    paths:
      "/":{handler}
        file.dir: {folder}/www
        file.send-compressed: ON
        compress: [gzip]
"""
    TLS = """
  ssl:
    certificate-file: {folder}/localhost.pem
    key-file: {folder}/localhost.key
    ocsp-update-interval: 0
"""

    def __init__(self, folder, handler, secure):
        self.folder = folder
        self.handler = handler.rstrip()
        self.tls = self.TLS.format(folder=folder).rstrip() if secure else ""

    def start(self, command=("h2o",)):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        config = self.folder / "h2o.conf"
        config.write_text(self.CONFIG.format(folder=self.folder, port=self.port, tls=self.tls, handler=self.handler,
                                             user=pathlib.Path(self.folder).owner()))
        with on_core(SERVER_CORE), open(self.folder / "h2o.out", "ab") as out:
            self.process = subprocess.Popen([*command, "-m", "worker", "-c", config], stdout=out, stderr=out)
        outrider.wait_until(lambda: f"h2o accepts; it says:\n{(self.folder / 'h2o.out').read_text()}", self.accepts, 60)
        return self

    def accepts(self):
        if self.process.poll() is not None:
            raise AssertionError(f"h2o ended with {self.process.returncode}:\n{(self.folder / 'h2o.out').read_text()}")
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        return False

    def pids(self):
        return {self.process.pid}

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
