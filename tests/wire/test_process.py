# SPDX-License-Identifier: MIT
"""The two processes: a crash is reported and mended, a stop is graceful, nothing is left behind."""
import os
import pathlib
import signal
import socket
import subprocess
import time

import pytest

import outrider
from h2client import Client
from http1 import get
from outrider import wait_until

CONFIG = """
return {
  workers = 2,
  listen = { { address = "127.0.0.1:0" }, { address = "unix:%TMP%/web.sock" } },
  sites = { ["*"] = { routes = { ["/"] = { files = "www" }, ["/slow"] = { proxy = "%URL%" } } } },
  limits = { shutdown_timeout_ms = 3000 },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""


@pytest.fixture
def server(serve, application):
    def slow(request, connection):
        connection.sleep(1)
        connection.reply(200, "slow")
    return serve(CONFIG.replace("%URL%", application(slow).url), files={"www/index.html": "page"})


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_crash_is_reported_and_the_same_sockets_serve_on(server):
    address, first = server.address(), server.server_pid()
    # A sanitizer would make a report of its own of a SIGSEGV, and an exit.
    cause = signal.SIGKILL if os.environ.get("OUTRIDER_SLOW") else signal.SIGSEGV
    os.kill(first, cause)
    wait_until("the death", lambda: not alive(first), 10)
    # This connection comes while nobody accepts: it waits in the held socket.
    assert get(address).status == 200
    wait_until("another process", lambda: server.ready_pid() not in (None, first))
    assert server.address() == address
    log = server.log()
    assert f"{first} died by signal {int(cause)}" in log
    assert get(server.address(1)).status == 200
    pathlib.Path(server.log_path).write_text(log.replace("died by", "was ended by"))  # meant to, here


def test_a_graceful_stop_lets_requests_finish(server):
    """Over HTTP/2 by curl, because python3-h2 takes no frame after a GOAWAY."""
    url = f"http://127.0.0.1:{server.port()}/slow"
    curl = subprocess.Popen(["curl", "-s", "--http2-prior-knowledge", url], stdout=subprocess.PIPE)
    with Client(server.address(), push=False) as idle:
        wait_until("the request to be in progress", lambda: server.live()["requests"] == 1)
        process = server.process
        process.send_signal(signal.SIGTERM)
        assert curl.communicate(timeout=10 * outrider.SLOWER)[0] == b"slow" and curl.returncode == 0
        idle.read_until(lambda: idle.goaway is not None)
    assert process.wait(20) == 0
    with pytest.raises(OSError):
        socket.create_connection(server_address_of(server), 1).close()
    server.process = None


def server_address_of(server):
    text = server.log()
    port = int(text.split("http://localhost:")[1].split("/")[0])
    return "127.0.0.1", port


def test_an_idle_http1_connection_does_not_hold_the_stop(server):
    with socket.create_connection(server.address()) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert sock.recv(1000).startswith(b"HTTP/1.1 200")
        began = time.monotonic()
        server.checks_rest = False
        server.stop()
        assert time.monotonic() - began < 2.5 * outrider.SLOWER


def test_the_deadline_ends_what_does_not_finish(server):
    with Client(server.address(), window=0, push=False) as client:
        client.send("/")
        client.read_for(0.2)
        began = time.monotonic()
        server.checks_rest = False
        server.stop()
        assert time.monotonic() - began < 8 * outrider.SLOWER


def test_nothing_is_left_when_the_supervisor_is_killed(server):
    serving = server.server_pid()
    address = server.address()
    server.process.kill()
    server.process.wait()
    server.process = None
    wait_until("the server to end as well", lambda: not pathlib.Path(f"/proc/{serving}").exists()
               or pathlib.Path(f"/proc/{serving}/stat").read_text().split()[2] == "Z")
    again = outrider.Server(server.folder, server.config.read_text().replace('127.0.0.1:0', f"127.0.0.1:{address[1]}"))
    with again:
        assert get(again.address()).status == 200


def test_without_a_supervisor(serve, application):
    server = serve(CONFIG.replace("%URL%", "http://127.0.0.1:1"), files={"www/index.html": "page"}, supervisor=False)
    assert server.server_pid() == server.process.pid
    assert get(server.address()).status == 200


def test_run_files(tmp_path):
    (tmp_path / "index.html").write_text("mine")
    process = subprocess.Popen([outrider.BINARY, "run", "--files", tmp_path, "--port", "0"], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")})
    try:
        url = None
        while url is None:
            line = process.stdout.readline()
            assert line, "ended early"
            url = next((word for word in line.split() if word.startswith("https://")), None)
        port = int(url.rstrip("/.,").rsplit(":", 1)[1].split("/")[0])
        with Client(("127.0.0.1", port), tls=True, push=False) as client:
            assert client.get("/").body == b"mine"
    finally:
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    assert process.wait(20) == 0


def test_status(server):
    status = server.status()
    assert status["generation"] == 1 and status["workers"] == 2 and len(status["listeners"]) == 2
    assert set(status["live"]) >= {"connections", "streams", "requests"}
    assert server.ask("GET", "/nothing")[0] == 404
    assert server.ask("DELETE", "/v1/status")[0] == 405
    with Client(server.address(), push=False) as client:
        client.send("/slow")
        wait_until("one of each", lambda: [server.live()[key] for key in ("connections", "streams", "requests")] == [1, 1, 1])
        client.read_for(1.2)


@pytest.mark.skipif(bool(os.environ.get("OUTRIDER_SLOW")), reason="a sanitizer makes a report of its own of a crash")
def test_the_death_notice_names_the_rule(serve):
    """A rule that keeps a worker busy, within its limit, when the process dies."""
    rules = 'rule { name = "busy one", path = "/**", hints = function(req) local n = 0 for i = 1, 1e9 do n = n + i end end }'
    config = CONFIG.replace("%URL%", "http://127.0.0.1:1").replace('["*"] = {', '["*"] = { rules = "rules/*.lua",')
    server = serve(config.replace("limits = {", "limits = { rule_cpu_ms = 1000,"),
                   files={"www/index.html": "page", "rules/a.lua": rules})
    first = server.server_pid()
    with Client(server.address(), push=False) as client:
        client.send("/index.html")
        wait_until("a request in progress", lambda: server.live()["requests"] == 1)
        os.kill(first, signal.SIGSEGV)
        wait_until("another process", lambda: server.ready_pid() not in (None, first))
    assert 'rule "busy one", /index.html' in server.log()
    pathlib.Path(server.log_path).write_text(server.log().replace("died by", "was ended by"))  # meant to, here
