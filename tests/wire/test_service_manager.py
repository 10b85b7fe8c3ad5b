# SPDX-License-Identifier: MIT
"""What a service manager sees of the server, and sockets that it passes."""
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time

import pytest

import outrider
from http1 import connect, get
from outrider import wait_until
from upgrading import FILES, config, sabotaged, upgrade


def server_log(server):
    """What the server processes wrote; the supervisor writes to standard error."""
    path = server.folder / "server.log"
    return path.read_text() if path.exists() else ""


class Manager:
    """What systemd is to a service that it notifies."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(self.path)
        self.sock.settimeout(0.1)
        self.said = []

    def heard(self):
        while True:
            try:
                self.said.append(self.sock.recv(4096).decode())
            except TimeoutError:
                return self.said

    def hears(self, start, since=0):
        """The index of the first message from `since` on that starts so."""
        def found():
            numbered = list(enumerate(self.heard()))[since:]
            return next((index + 1 for index, text in numbered if text.startswith(start)), None)
        return wait_until(lambda: f"{start}; heard {self.said[since:]}", found, 20) - 1


@pytest.fixture
def manager(tmp_path):
    made = Manager(tmp_path)
    yield made
    made.sock.close()


def test_what_the_service_manager_hears(serve, binary, manager):
    server = serve(config(), files=FILES, environment={"NOTIFY_SOCKET": manager.path})
    supervisor = server.process.pid
    at = manager.hears("READY=1")
    assert f"MAINPID={supervisor}\n" in manager.said[at] and "STATUS=" in manager.said[at]

    server.reload()
    at = manager.hears("RELOADING=1", at)
    assert "MONOTONIC_USEC=" in manager.said[at]
    at = manager.hears("READY=1", at)

    upgrade(server)
    at = manager.hears("RELOADING=1", at)
    at = manager.hears("READY=1", at)
    assert f"MAINPID={supervisor}\n" in manager.said[at]

    server.stop()
    manager.hears("STOPPING=1", at)
    assert not any(text.startswith("WATCHDOG") for text in manager.said)


def test_a_failed_upgrade_is_not_left_as_a_reload(serve, binary, manager, tmp_path):
    server = serve(config(), files=FILES, arguments=["--state-dir", str(tmp_path / "state")], environment={"NOTIFY_SOCKET": manager.path})
    at = manager.hears("READY=1")
    real = outrider.BINARY.with_suffix(".real")
    outrider.BINARY.rename(real)
    outrider.BINARY.write_text(sabotaged(server, real))
    outrider.BINARY.chmod(0o755)
    server.process.send_signal(signal.SIGUSR2)
    at = manager.hears("RELOADING=1", at)
    at = manager.hears("READY=1", at)
    assert "STATUS=" in manager.said[at] and not manager.said[at].rstrip().endswith("STATUS=")


@pytest.mark.parametrize("supervisor", [True, False])
def test_the_watchdog_is_fed_by_workers_that_answer(serve, tmp_path, manager, supervisor):
    wrapper = tmp_path / "watched"
    wrapper.write_text(f'#!/bin/sh\nWATCHDOG_PID=$$ WATCHDOG_USEC=10000000 exec {outrider.BINARY} "$@"\n')
    wrapper.chmod(0o755)
    real, outrider.BINARY = outrider.BINARY, wrapper
    try:
        server = serve(config(), files=FILES, environment={"NOTIFY_SOCKET": manager.path}, supervisor=supervisor)
    finally:
        outrider.BINARY = real
    at = manager.hears("WATCHDOG=1")
    manager.hears("WATCHDOG=1", at + 1)
    if not supervisor:
        return
    # The server itself knows nothing of the service manager.
    environment = pathlib.Path(f"/proc/{server.server_pid()}/environ").read_text()
    assert "NOTIFY_SOCKET" not in environment and "WATCHDOG" not in environment
    assert "PATH=" in environment
    # Nobody answers: nobody is fed.
    stopped = server.server_pid()
    os.kill(stopped, signal.SIGSTOP)
    time.sleep(0.5)
    manager.heard()
    count = len(manager.said)
    time.sleep(2.5)
    assert len(manager.heard()) == count
    os.kill(stopped, signal.SIGCONT)
    manager.hears("WATCHDOG=1", count)


ACTIVATOR = """#!/usr/bin/python3
import os, socket, sys
made = []
for text in {addresses!r}:
    if text.startswith("udp:"):
        made.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        continue
    kind, _, where = text.partition(":")
    made.append(socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET))
    made[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made[-1].bind(where if kind == "unix" else (kind, int(where)))
    made[-1].listen(10)
if {waits!r}:
    open({waits!r}, "w").close()
    while os.path.exists({waits!r}):
        pass
high = [os.dup2(one.fileno(), 100 + index) for index, one in enumerate(made)]
for index, fd in enumerate(high):
    os.dup2(fd, 3 + index, inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(made)))
os.execv({binary!r}, [{binary!r}] + sys.argv[1:])
"""


def activated(folder, addresses, waits=""):
    """A program that passes listening sockets to the server, as systemd does."""
    path = folder / "activator"
    path.write_text(ACTIVATOR.format(addresses=addresses, waits=str(waits), binary=str(outrider.BINARY)))
    path.chmod(0o755)
    return path


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@pytest.mark.parametrize("supervisor", [True, False])
def test_socket_activation(serve, tmp_path, monkeypatch, supervisor):
    port = free_port()
    gate = tmp_path / "bound"
    monkeypatch.setattr(outrider, "BINARY", activated(
        tmp_path, [f"127.0.0.1:{port}", f"unix:{tmp_path}/web.sock", f"unix:{tmp_path}/extra.sock"], gate))
    early = []

    def come_early():
        while not gate.exists():
            time.sleep(0.01)
        sock = connect(("127.0.0.1", port))
        sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        early.append(sock)
        gate.unlink()

    visitor = threading.Thread(target=come_early)
    visitor.start()
    server = serve(config(address=f"127.0.0.1:{port}"), files=FILES, supervisor=supervisor)
    visitor.join()
    with early[0] as sock:
        data = b""
        while more := sock.recv(65536):
            data += more
    assert data.startswith(b"HTTP/1.1 200 ") and data.endswith(b"page")
    for _ in range(20):
        assert get(("127.0.0.1", port)).status == 200 and get(f"{tmp_path}/web.sock").status == 200
    # One shared socket: nothing was opened beside it.
    rows = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    assert len([row for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "0A"]) == 1
    both = server.log() + server_log(server)
    assert f"no listener asks for, and whoever connects there waits for ever: unix:{tmp_path}/extra.sock;" in both
    assert both.count("no listener asks for") == 1
    server.stop()
    assert (tmp_path / "web.sock").exists(), "the file is the service manager's"


def test_passed_sockets_survive_a_crash_an_upgrade_and_a_reload(serve, binary, tmp_path, monkeypatch):
    port = free_port()
    real = outrider.BINARY
    monkeypatch.setattr(outrider, "BINARY", activated(tmp_path, [f"127.0.0.1:{port}"]))
    server = serve(config(address=f"127.0.0.1:{port}"), files=FILES)
    monkeypatch.setattr(outrider, "BINARY", real)
    first = server.server_pid()
    os.kill(first, signal.SIGKILL)
    assert get(("127.0.0.1", port)).status == 200
    wait_until("another process", lambda: server.ready_pid() not in (None, first))
    pathlib.Path(server.log_path).write_text(server.log().replace("died by", "was ended by"))  # meant to, here
    upgrade(server)
    assert get(("127.0.0.1", port)).status == 200
    good = server.config.read_text()
    server.write("config.lua", good.replace(f'{{ address = "127.0.0.1:{port}" }},', ""))
    server.reload()
    wait_until("one listener", lambda: len(server.status()["listeners"]) == 1)
    server.write("config.lua", good)
    server.reload()
    wait_until("two listeners", lambda: len(server.status()["listeners"]) == 2)
    assert get(("127.0.0.1", port)).status == 200


@pytest.mark.parametrize("supervisor", [True, False])
def test_a_passed_socket_that_does_not_listen_is_an_error(tmp_path, supervisor):
    port = free_port()
    (tmp_path / "www").mkdir()
    path = tmp_path / "config.lua"
    path.write_text(config(address=f"127.0.0.1:{port}").replace("%TMP%", str(tmp_path)))
    command = [activated(tmp_path, [f"127.0.0.1:{port}", "udp:"]), "run", "-c", path] + ([] if supervisor else ["--no-supervisor"])
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20 * outrider.SLOWER)
    assert ended.returncode == 1
    assert "LISTEN_FDS: descriptor 4" in ended.stderr and "no stream socket (ListenStream= makes one)" in ended.stderr
