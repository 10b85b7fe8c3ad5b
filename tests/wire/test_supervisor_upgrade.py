# SPDX-License-Identifier: MIT
"""The process that stays: a new binary in its place, servers that crash, and logs that are reopened."""
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time

import pytest

import outrider
from http1 import connect, get
from outrider import wait_until
from upgrading import FILES, config, sabotaged, upgrade


class Load(threading.Thread):
    """Requests without a pause, each on a connection of its own."""

    def __init__(self, address):
        super().__init__()
        self.address, self.ends, self.answers, self.failures = address, threading.Event(), 0, []

    def run(self):
        while not self.ends.is_set():
            try:
                answer = get(self.address)
                assert answer.status == 200 and answer.body == b"page", answer.raw
                self.answers += 1
            except Exception as problem:  # noqa: BLE001
                self.failures.append(repr(problem))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.join()


def slow_application(request, connection):
    if request.target.endswith("/socket"):
        connection.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nfirst ")
        while data := connection.sock.recv(65536):
            connection.send(data.upper())
        connection.close()
    else:
        connection.send("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        for _ in range(10):
            connection.send("x" * 100)
            connection.sleep(0.2)


def websocket(address):
    sock = connect(address)
    sock.sendall(b"GET /app/socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\n"
                 b"Sec-WebSocket-Version: 13\r\n\r\n")
    data = b""
    while b"first " not in data:
        data += sock.recv(65536)
    return sock


def test_a_new_binary_takes_over_under_load(serve, application, binary):
    server = serve(config(application(slow_application).url), files=FILES)
    address, first, supervisor = server.address(), server.server_pid(), server.process.pid
    held = server.address(1)
    with Load(address) as load, Load(held) as load_on_unix, websocket(address) as chat:
        download = subprocess.Popen(["curl", "-sS", f"http://127.0.0.1:{address[1]}/app/file"], stdout=subprocess.PIPE)
        wait_until("the download to begin", lambda: server.live()["requests"] >= 2)
        binary()
        second = upgrade(server)
        assert server.process.poll() is None and server.process.pid == supervisor
        assert pathlib.Path(f"/proc/{second}/stat").read_text().split()[3] == str(supervisor)
        assert server.address() == address and server.address(1) == held
        # Both run the new file: neither is called "(deleted)", as the old one is.
        for pid in (supervisor, second):
            assert os.readlink(f"/proc/{pid}/exe") == str(outrider.BINARY)
        assert os.readlink(f"/proc/{first}/exe").endswith("(deleted)")
        chat.sendall(b"still here")
        received = b""
        while len(received) < 10:
            received += chat.recv(100)
        assert received == b"STILL HERE"
        assert download.communicate(timeout=20 * outrider.SLOWER)[0] == b"x" * 1000 and download.returncode == 0
        assert pathlib.Path(f"/proc/{first}").exists(), "ended before its last connection"
        answers = load.answers
        wait_until("the load to go on", lambda: load.answers > answers + 10)
    assert load.failures == [] and load_on_unix.failures == []
    wait_until(lambda: f"the old one to finish: {server.log()}", lambda: f"{first} has finished what was open" in server.log())

    third = upgrade(server)
    assert third not in (first, second) and get(address).status == 200


def test_a_broken_binary_changes_nothing(serve, binary):
    server = serve(config(), files=FILES)
    first = server.server_pid()
    binary("#!/bin/sh\necho broken as can be >&2\nexit 1\n")
    server.process.send_signal(signal.SIGUSR2)
    wait_until("the refusal", lambda: "refuses: exit code 1" in server.log() and "nothing was changed" in server.log())
    assert "broken as can be" in server.log()
    assert server.server_pid() == first and get(server.address()).status == 200


def test_a_configuration_that_the_new_binary_refuses_changes_nothing(serve, binary):
    server = serve(config(), files=FILES)
    first = server.server_pid()
    good = server.config.read_text()
    server.write("config.lua", good.replace("workers = 2", "wokers = 2"))
    server.process.send_signal(signal.SIGUSR2)
    wait_until("the refusal", lambda: "refuses: exit code 1; nothing was changed" in server.log())
    assert 'wokers' in server.log()
    assert server.server_pid() == first and get(server.address()).status == 200
    server.write("config.lua", good)
    assert upgrade(server) != first


def test_a_new_server_that_cannot_start_leaves_the_old_one(serve, binary, tmp_path):
    server = serve(config(), files=FILES, arguments=["--state-dir", str(tmp_path / "state")])
    real = outrider.BINARY.with_suffix(".real")
    shutil.copy2(outrider.BINARY, real)
    first, address, good = server.server_pid(), server.address(), server.config.read_text()
    binary(sabotaged(server, real))
    server.process.send_signal(signal.SIGUSR2)
    wait_until(lambda: server.log(), lambda: "the upgrade has failed" in server.log())
    assert f"exited with 1; server process {first} goes on" in server.log()
    assert server.server_pid() == first and get(address).status == 200
    server.write("config.lua", good)
    real.rename(outrider.BINARY)
    assert upgrade(server) != first
    assert server.address() == address and get(address).status == 200


def test_a_stop_while_the_old_server_drains_ends_both(serve, application, binary):
    server = serve(config(application(slow_application).url), files=FILES)
    first = server.server_pid()
    with websocket(server.address()):
        second = upgrade(server)
        server.checks_rest = False
        server.stop()
    for pid in (first, second):
        wait_until("both to end", lambda: not pathlib.Path(f"/proc/{pid}").exists())


@pytest.mark.skipif(bool(os.environ.get("OUTRIDER_SLOW")), reason="a sanitizer makes a report of its own of a crash")
def test_crashes_in_a_row_are_answered_ever_more_slowly(serve):
    server = serve(config(), files=FILES)
    address = server.address()
    seen = []
    began = time.monotonic()
    for _ in range(6):
        pid = wait_until("a server", lambda: (now := server.ready_pid()) not in seen and now, 20)
        seen.append(pid)
        os.kill(pid, signal.SIGSEGV)
        reported = time.monotonic()
        wait_until("the report", lambda: f"{pid} died by" in server.log())
        assert time.monotonic() - reported < 1
        assert get(address).status == 200  # waited in the held socket
    # At once, then 100, 200, 400, 800 ms.
    assert time.monotonic() - began > 1.5
    pathlib.Path(server.log_path).write_text(server.log().replace("died by", "was ended by"))  # meant to, here


def test_sigusr1_reopens_the_logs(serve):
    server = serve(config(), files=FILES)
    access = server.folder / "access.log"
    get(server.address(), "/before")
    wait_until("the line", lambda: "/before" in access.read_text())
    access.rename(server.folder / "access.log.1")
    (server.folder / "server.log").rename(server.folder / "server.log.1")
    server.process.send_signal(signal.SIGUSR1)
    wait_until("both files", lambda: access.exists() and (server.folder / "server.log").exists())
    get(server.address(), "/after")
    wait_until("the line", lambda: "/after" in access.read_text())
    assert "/after" not in (server.folder / "access.log.1").read_text()
