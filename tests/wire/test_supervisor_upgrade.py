# SPDX-License-Identifier: MIT
"""The process that stays: a new binary in its place, logs that are reopened, and what a service manager sees and passes."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

import outrider
from http1 import connect, get
from outrider import wait_until

CONFIG = """
return {
  workers = 2,
  listen = { { address = "%ADDRESS%" }, { address = "unix:%TMP%/web.sock" } },
  sites = { ["*"] = { routes = { ["/"] = { files = "www" }, ["/app/"] = { proxy = "%URL%" } } } },
  limits = { shutdown_timeout_ms = 3000 },
  log = { access = { to = "%TMP%/access.log" }, error = { to = "%TMP%/server.log" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
FILES = {"www/index.html": "page"}


def config(url="http://127.0.0.1:1", address="127.0.0.1:0"):
    return CONFIG.replace("%URL%", url).replace("%ADDRESS%", address)


@pytest.fixture
def binary(tmp_path, monkeypatch):
    """The server's program as a file that can be replaced, as a package does it: by a rename."""
    path = tmp_path / "bin" / "outrider"
    path.parent.mkdir()
    shutil.copy2(outrider.BINARY, path)
    monkeypatch.setattr(outrider, "BINARY", path)

    def replace(content=None):
        fresh = path.with_suffix(".new")
        if content is None:
            shutil.copy2(path, fresh)
        else:
            fresh.write_text(content)
            fresh.chmod(0o755)
        fresh.rename(path)

    return replace


def server_log(server):
    """What the server processes wrote; the supervisor writes to standard error."""
    path = server.folder / "server.log"
    return path.read_text() if path.exists() else ""


def upgrade(server):
    """SIGUSR2, until another process serves; its id."""
    before = server.server_pid()
    server.process.send_signal(signal.SIGUSR2)
    wait_until(lambda: f"another server; the log:\n{server.log()}",
               lambda: server.is_ready() and server.server_pid() != before, 30)
    return server.server_pid()


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


def sabotaged(server, real):
    """A program that passes its trial, and whose server then finds no files that it could start with."""
    return f"""#!/bin/sh
if [ "$1" = run ]; then rm -rf {server.folder}/state; echo 'return {{' >{server.config}; fi
exec {real} "$@"
"""


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
        pid = wait_until("a server", lambda: server.is_ready() and server.server_pid() not in seen and server.server_pid(), 20)
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
    wait_until("another process", lambda: server.is_ready() and server.server_pid() != first)
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
