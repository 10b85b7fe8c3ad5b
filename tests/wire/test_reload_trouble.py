# SPDX-License-Identifier: MIT
"""Signals at the worst moment, and processes that die: whoever is being served notices nothing that could be spared him."""
import http.client
import os
import pathlib
import re
import signal
import socket
import threading
import time

import pytest

import outrider
from h2client import Client
from http1 import get
from outrider import wait_until
from steady import Steady

UPGRADES = int(os.environ.get("OUTRIDER_UPGRADES", 3))  # tests/soak: 20
HANGUPS = 200
CRASHES = 10

CONFIG = """
return {
  workers = 2,
  listen = { { address = "127.0.0.1:0" } },
  sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www" }, ["/slow"] = { proxy = "%URL%" }%ROUTES% } } },
  health = "/health",
  limits = { shutdown_timeout_ms = 10000 },
  reload = { keep_generations = 5, rollback = { failures_percent = 0, assets_percent = 0 } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""


def config(url="http://127.0.0.1:1", routes=""):
    return CONFIG.replace("%URL%", url).replace("%ROUTES%", routes)


def rule(version):
    return f'rule {{ name = "page", path = "/", hints = {{ style "/v{version}.css" }} }}\n'


FILES = {"www/index.html": "page", "rules/a.lua": rule(0)}


def version(server):
    """Of the rules that answer."""
    (link,) = get(server.address()).all("link")
    return int(re.match(r"</v(\d+)\.css>", link).group(1))


def meant_to(server):
    """Deaths that the test itself has caused are no finding."""
    log = pathlib.Path(server.log_path)
    log.write_text(log.read_text().replace("died by", "was ended by"))


def serving(server):
    """The process that answers the admin plane; None where it is just being handed over."""
    try:
        return server.status().get("pid")
    except (OSError, http.client.HTTPException):
        return None


def upgrade(server):
    """SIGUSR2, until another process serves; the old one's id."""
    before = server.server_pid()
    server.process.send_signal(signal.SIGUSR2)
    wait_until(lambda: f"another server; the log:\n{server.log()}", lambda: serving(server) not in (None, before), 30)
    return before


def children(pid):
    try:
        return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


class Newcomers(threading.Thread):
    """Each request on a connection of its own, until one is refused."""

    def __init__(self, address):
        super().__init__(daemon=True)
        self.address, self.answers, self.failures, self.ends = address, 0, [], threading.Event()
        self.resets = 0  # before a byte came: the kernel had accepted, the server had not

    def run(self):
        while not self.ends.is_set():
            try:
                sock = socket.create_connection(self.address, 10)
            except ConnectionRefusedError:
                return
            with sock:
                sock.settimeout(20)
                data = b""
                try:
                    sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    while more := sock.recv(65536):
                        data += more
                except ConnectionResetError as problem:
                    if not data:
                        self.resets += 1
                        continue
                    data += repr(problem).encode()
                except OSError as problem:
                    data += repr(problem).encode()
            if data.startswith(b"HTTP/1.1 200 ") and data.endswith(b"page"):
                self.answers += 1
            else:
                self.failures.append(data)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.join(30)


def test_ten_deaths_in_a_row_start_no_storm_of_processes(serve):
    """A server that dies as soon as it is seen: the pauses grow, and who connected in the meantime is answered in the end."""
    server = serve(config(), files=FILES)
    address, supervisor = server.address(), server.process.pid
    seen, killed_at = [], []
    deadline = time.monotonic() + 60 * outrider.SLOWER
    answers = []
    waiting = None
    while len(killed_at) < CRASHES:
        assert time.monotonic() < deadline, server.log()
        for child in children(supervisor):
            if child not in seen:
                seen.append(child)
                killed_at.append(time.monotonic())
                os.kill(child, signal.SIGKILL)
        if waiting is None and len(killed_at) == CRASHES - 1:
            waiting = threading.Thread(target=lambda: answers.append(get(address)))
            waiting.start()
        time.sleep(0.005)
    pauses = [after - before for before, after in zip(killed_at, killed_at[1:])]
    # At once, then 100 ms and twice as long each time, up to 5 s.
    for pause, expected in zip(pauses, [0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5]):
        assert expected - 0.01 <= pause < expected + outrider.SLOWER, (pauses, expected)
    waiting.join(30 * outrider.SLOWER)
    assert [answer.status for answer in answers] == [200]
    wait_until("the last one to serve", server.is_ready)
    assert server.server_pid() not in seen and len(children(supervisor)) == 1
    log = server.log()
    assert all(f"{pid} died by signal 9" in log for pid in seen)
    assert log.count("starting a new server process") == CRASHES
    meant_to(server)


def test_a_server_that_hangs_is_replaced(serve):
    server = serve(config(), files=FILES, environment={"OUTRIDER_HEARTBEAT_MS": str(500 * outrider.SLOWER)})
    address, hung = server.address(), server.server_pid()
    os.kill(hung, signal.SIGSTOP)
    wait_until("every thread to be stopped", lambda: all(
        (task / "stat").read_text().rpartition(") ")[2][0] == "T" for task in pathlib.Path(f"/proc/{hung}/task").iterdir()))
    began = time.monotonic()
    assert get(address).status == 200  # by another process: this one never wakes
    # Half a second of silence, and five seconds after SIGABRT, which it does not take, either.
    assert time.monotonic() - began < (0.5 + 5 + 4) * outrider.SLOWER
    wait_until("another process", lambda: serving(server) not in (None, hung))
    assert f"server process {hung} has not answered for" in server.log() and f"{hung} died by signal 9" in server.log()
    meant_to(server)


@pytest.mark.parametrize("delay", [0, 500], ids=["at once", "after a delay"])
def test_a_stop_under_load_fails_no_request_that_was_begun(serve, delay):
    """Of HTTP/2 clients that honour GOAWAY, and of those that the server had accepted when it stopped listening."""
    server = serve(config().replace("limits = {", f"limits = {{ drain_delay_ms = {delay},"), files=FILES)
    address, process = server.address(), server.process
    failures, goaways, answers = [], [], []

    def hold():
        try:
            with Client(address, push=False) as client:
                while client.goaway is None:
                    assert client.get("/", seconds=30).status == 200
                    answers.append(1)
                    client.events.clear()
                    client.responses.clear()
                goaways.append(client.goaway.error_code)
        except Exception as problem:  # noqa: BLE001
            failures.append(repr(problem))
    holders = [threading.Thread(target=hold) for _ in range(4)]
    for holder in holders:
        holder.start()
    with Newcomers(address) as newcomers:
        wait_until("load", lambda: len(answers) > 100 and newcomers.answers > 50)
        process.terminate()
        for holder in holders:
            holder.join(30)
        assert process.wait(20 * outrider.SLOWER) == 0
    server.process = None
    assert failures == [] and goaways == [0] * 4
    # Between the last accept of each worker's listener and its end, the kernel may take one for it.
    assert newcomers.failures == [] and newcomers.resets <= 2
    assert "cutting" not in server.log()


def test_who_comes_while_the_server_stops_is_refused_at_once(serve, application):
    """And can go elsewhere, instead of waiting for a server that will never accept."""
    release = threading.Event()

    def slow(request, connection):
        release.wait(30)
        connection.reply(200, "slow")
    server = serve(config(application(slow).url), files=FILES)
    address, process = server.address(), server.process
    with Client(address, push=False) as client:
        stream = client.send("/slow")
        wait_until("the request to be in progress", lambda: server.live()["requests"] == 1)
        process.terminate()
        client.read_until(lambda: client.goaway is not None)

        def refused():
            try:
                socket.create_connection(address, 1).close()
            except ConnectionRefusedError:
                return True
        wait_until("newcomers to be refused", refused, 2)
        release.set()
        client.read_until(lambda: client.finished(stream))
        assert client.responses[stream].body == b"slow"
    assert process.wait(20 * outrider.SLOWER) == 0
    server.process = None


def test_new_binaries_under_load_fail_no_request(serve):
    server = serve(config(), files=FILES)
    address, supervisor = server.address(), server.process.pid
    with Steady(address, pause=0.002, push=False) as load, Newcomers(address) as newcomers:
        for _ in range(UPGRADES):
            load.wait_for(20)
            upgrade(server)
        load.wait_for(50)
        assert newcomers.is_alive(), "refused"
    assert load.failures == [] and newcomers.failures == [] and newcomers.resets == 0
    # Who comes back at once may meet the old one again, before it has heard.
    assert load.goaways == load.connections - 3 >= 3 * UPGRADES
    wait_until("the old ones to end", lambda: len(children(supervisor)) == 1)
    assert server.log().count("has finished what was open") == UPGRADES


def test_a_storm_of_hangups_while_rules_change(serve):
    server = serve(config(), files=FILES)
    stop = threading.Event()
    written = 0

    def write():
        nonlocal written
        while not stop.wait(0.1):
            server.write("rules/a.new", rule(written + 1))
            os.rename(server.folder / "rules/a.new", server.folder / "rules/a.lua")
            written += 1
    writer = threading.Thread(target=write)
    most = 0
    with Steady(server.address(), pause=0.002) as load:
        writer.start()
        for number in range(HANGUPS):
            server.reload()
            time.sleep(0.01)
            if number % 20 == 0:
                states = [one["state"] for one in server.status()["generations"]]
                most = max(most, states.count("live") + states.count("draining"))
        stop.set()
        writer.join()
        server.reload()
        wait_until(lambda: f"version {written}; log: {server.log()}", lambda: version(server) == written)
        load.wait_for(20)
    assert load.failures == [] and (load.connections, load.goaways) == (3, 0)
    # One came ten times a second, and once a second those that nobody uses are freed.
    assert most <= 15, "generations have piled up"
    assert 1 < server.status()["generation"] <= written + 1
    wait_until("one generation to be left", lambda: sum(
        one["state"] in ("live", "draining") for one in server.status()["generations"]) == 1)


def test_logs_are_reopened_while_every_worker_writes(serve):
    rules = 'rule { name = "page", path = "/", hints = { style "/a.css", style "/b.css", style "/c.css" } }\n'
    log = 'log = { access = { to = "%TMP%/access.log" }, error = { to = "%TMP%/server.log", level = "debug" } }, limits = {'
    server = serve(config().replace("limits = {", log), files={**FILES, "rules/a.lua": rules})
    first = server.server_pid()
    with Steady(server.address(), clients=6) as load:
        for number in range(HANGUPS):
            server.process.send_signal(signal.SIGUSR1)
            if number % 20 == 0 and (server.folder / "server.log").exists():
                (server.folder / "server.log").rename(server.folder / f"server.log.{number}")
            time.sleep(0.005)
        load.wait_for(100)
    assert load.failures == [] and server.server_pid() == first and "died by" not in server.log()
    wait_until("the last file", lambda: (server.folder / "server.log").exists())


def test_reloads_while_draining_by_hand(serve):
    server = serve(config(), files=FILES)
    assert server.command("drain")[0] == 0
    server.write("rules/a.lua", rule(1))
    assert server.reload_and_wait()[0] == 200
    assert version(server) == 1
    server.write("config.lua", config(routes=', ["/new/"] = { files = "www" }'))
    assert server.reload_and_wait()[0] == 200
    assert get(server.address(), "/new/").body == b"page"
    # What was asked for by hand is not undone by a reload.
    assert server.status()["draining"] is True
    assert get(server.address(), "/health").status == 503
    assert server.command("undrain")[0] == 0
    assert get(server.address(), "/health").status == 200


def test_reloads_while_older_configurations_drain(serve, application):
    release = threading.Event()

    def slow(request, connection):
        release.wait(30)
        connection.reply(200, "slow")
    url = application(slow).url
    server = serve(config(url), files=FILES)
    held = []
    for number in range(1, 4):
        client = Client(server.address(), push=False)
        held.append((client, client.send("/slow")))
        wait_until("the request to be in progress", lambda: server.live()["requests"] == number)
        server.write("config.lua", config(url, routes=f', ["/v{number}/"] = {{ files = "www" }}'))
        server.write("rules/a.lua", rule(number))
        assert server.reload_and_wait()[0] == 200
        client.read_until(lambda: client.goaway is not None)
        assert get(server.address(), f"/v{number}/").body == b"page" and version(server) == number
    # A refused one touches none of them.
    server.write("rules/a.lua", "rule {")
    assert server.reload_and_wait()[0] == 422
    release.set()
    for client, stream in held:
        client.read_until(lambda: client.finished(stream))
        assert client.responses[stream].body == b"slow"
        client.close()
    wait_until("the old frontends to be gone", lambda: server.live()["old_frontends"] == 0)


def test_a_reload_while_the_old_binary_drains(serve, application):
    release = threading.Event()

    def slow(request, connection):
        release.wait(30)
        connection.reply(200, "slow")
    server = serve(config(application(slow).url), files=FILES)
    supervisor = server.process.pid
    with Client(server.address(), push=False) as client:
        stream = client.send("/slow")
        wait_until("the request to be in progress", lambda: server.live()["requests"] == 1)
        first = upgrade(server)
        client.read_until(lambda: client.goaway is not None)
        server.write("rules/a.lua", rule(1))
        server.reload()
        wait_until("the new rules", lambda: version(server) == 1)
        assert first in children(supervisor)
        release.set()
        client.read_until(lambda: client.finished(stream))
        assert client.responses[stream].body == b"slow"
    wait_until("the old one to end", lambda: children(supervisor) == [server.server_pid()])
