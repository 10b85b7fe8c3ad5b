# SPDX-License-Identifier: MIT
"""FastCGI when something goes wrong: PHP-FPM down, slow, dying or busy; clients that leave, or do not read."""
import socket
import struct
import time

import outrider
import php_fpm
import pytest
from h2client import Client
from outrider import wait_until

MEBIBYTE = 1 << 20


@pytest.fixture
def fpm(tmp_path):
    process = php_fpm.Fpm(tmp_path / "fpm").start()
    yield process
    process.stop()


@pytest.fixture
def site(serve, fpm, tmp_path):
    """site(workers=…, …) → a running server before PHP-FPM."""
    certificate, key = outrider.certificate(tmp_path / "certificates", "localhost")
    files = {"rules/shop.lua": php_fpm.RULES, "tls/localhost.pem": certificate.read_bytes(), "tls/localhost.key": key.read_bytes()}

    def start(workers=1, **options):
        root = php_fpm.lay_out(tmp_path / "site")
        return serve(php_fpm.server_config(fpm, root, workers), files=files, **options)

    return start


def wait_for_log(server, text):
    wait_until(lambda: f"{text!r} in the log:\n{server.log()}", lambda: text in server.log())


def test_nobody_listens(site):
    server = site()
    with Client(server.address()) as client:
        assert client.get("/down/env.php").status == 502
        assert client.get("/env.php").status == 200
        assert client.get("/down/static/app.css").status == 200, "files need no PHP"
    wait_for_log(server, "/down/env.php: 502: unix:")
    assert "nobody.sock: no such file or directory" in server.log()
    line = server.wait_for_access(lambda line: line["target"] == "/down/env.php")
    assert line["status"] == 502 and "no such file or directory" in line["error"] and line["upstream"].endswith("nobody.sock")


def test_fpm_ends_and_comes_back(site, fpm):
    server = site()
    with Client(server.address()) as client:
        assert client.get("/env.php").status == 200
        fpm.stop()
        for _ in range(5):
            assert client.get("/env.php").status == 502
        fpm.start()
        assert client.get("/env.php").status == 200, "the only server never rests"


def test_too_slow(site):
    server = site()
    with Client(server.address()) as client:
        begun = time.monotonic()
        assert client.get("/impatient/act.php?do=think&ms=1000").status == 504
        assert 0.25 < time.monotonic() - begun < 0.9 * outrider.SLOWER
        assert client.get("/impatient/act.php?do=think&ms=1").body == b"thought"
    wait_for_log(server, "no response head within 300 ms (first_byte_timeout_ms)")


def test_the_interpreter_dies(site):
    server = site()
    with Client(server.address()) as client:
        assert client.get("/act.php?do=die&after=nothing").status == 502
        wait_for_log(server, "502: unix:")
        half = client.get("/act.php?do=die&after=head")
        assert half.status == 200 and half.reset is not None and not half.ended, "half an answer does not look whole"
        wait_for_log(server, "the response broke off: unix:")
        assert client.get("/env.php").status == 200
    line = server.wait_for_access(lambda line: "after=head" in line["target"])
    assert "php.sock: it closed the connection" in line["error"] or "php.sock: connection reset by peer" in line["error"]


def test_a_head_without_end(site):
    server = site()
    with Client(server.address()) as client:
        assert client.get("/act.php?do=headers").status == 502
        assert client.get("/env.php").status == 200
    wait_for_log(server, "max_head_bytes")


def test_more_workers_than_children(site):
    """A connection that one worker keeps idle is a child that the others would wait for in vain."""
    server = site(workers=4)
    for _ in range(12):  # the kernel spreads them over the workers
        with Client(server.address()) as client:
            streams = [client.send("/env.php") for _ in range(3)]
            client.read_until(lambda: all(client.finished(stream) for stream in streams), 5)
            assert [client.responses[stream].status for stream in streams] == [200] * 3


def test_many_at_once(site):
    """What goes beyond the children waits in PHP-FPM's queue and is answered in its turn."""
    server = site()
    with Client(server.address()) as client:
        streams = [client.send("/act.php?do=think&ms=20") for _ in range(60)]
        client.read_until(lambda: all(client.finished(stream) for stream in streams), 20)
        assert {client.responses[stream].body for stream in streams} == {b"thought"}


def no_connection_to_php(server):
    wait_until(lambda: f"no connection to PHP-FPM: {server.live()}", lambda: server.live()["upstream_connections"] == 0)


def test_a_stream_that_the_client_resets(site):
    server = site()
    with Client(server.address()) as client:
        for path in ("/act.php?do=endless", "/act.php?do=think&ms=500", "/act.php?do=big&mb=50"):
            stream = client.send(path)
            client.read_for(0.15)
            client.h2.reset_stream(stream, 8)
            client.flush()
            wait_until(lambda: f"the stream's end: {server.live()}", lambda: server.live()["requests"] == 0)
            no_connection_to_php(server)
        assert client.get("/env.php").status == 200


@pytest.mark.parametrize("tls", [False, True])
def test_a_connection_that_the_client_resets(site, tls):
    server = site()
    for _ in range(6):  # more than there are children: each must have been let go
        client = Client(server.address(int(tls)), tls=tls)
        stream = client.send("/act.php?do=endless")
        client.read_until(lambda: client.responses[stream].body)
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    server.wait_at_rest()
    no_connection_to_php(server)


def resident_bytes(server):
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))


def settled(read, seconds=0.5, at_most=4):
    """`read()` once it has not changed for a while; under sanitizers it never rests, and is read as it is at last."""
    last = read()
    begun = since = time.monotonic()
    while time.monotonic() - since < seconds and time.monotonic() - begun < at_most:
        time.sleep(0.05)
        if (now := read()) != last:
            last, since = now, time.monotonic()
    return last


class IdleReader:
    """A client that asks for 50 MB and reads nothing."""

    def __init__(self, server, protocol):
        self.client = None
        if protocol == "HTTP/1.1":
            self.sock = socket.create_connection(server.address())
            self.sock.sendall(b"GET /act.php?do=big&mb=50 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return
        # A window as large as it may be: what holds the server back is TCP alone.
        window = {"HTTP/2": None, "HTTP/2, window open": 2**31 - 1}[protocol]
        self.client = Client(server.address(), window=window)
        if window:
            self.client.h2.increment_flow_control_window(2**31 - 1 - 65535)
        self.client.send("/act.php?do=big&mb=50")
        self.sock = self.client.sock

    def close(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


@pytest.mark.parametrize("protocol", ["HTTP/1.1", "HTTP/2", "HTTP/2, window open"])
def test_a_client_that_does_not_read(site, protocol):
    """50 MB for nobody cost less than 1 MiB of memory."""
    server = site(supervisor=False)
    with Client(server.address()) as client:  # so that code and arenas are there already
        assert len(client.get("/act.php?do=big&mb=8", seconds=30).body) == 8 * MEBIBYTE
        assert client.get("/env.php").status == 200
    server.wait_at_rest()
    before = settled(lambda: resident_bytes(server))
    reader = IdleReader(server, protocol)
    try:
        wait_until(lambda: f"the request: {server.live()}", lambda: server.live()["upstream_connections"] == 1)
        more = settled(lambda: resident_bytes(server), 1.5) - before
        assert server.live()["upstream_connections"] == 1, "it still waits"
        # Sanitizers keep freed memory and shadow it.
        assert more < MEBIBYTE * (1 if outrider.SLOWER == 1 else 16), f"{more} bytes more"
        with Client(server.address()) as client:
            assert client.get("/env.php").status == 200, "and nobody else waits for it"
    finally:
        reader.close()
    server.wait_at_rest()
    no_connection_to_php(server)
