# SPDX-License-Identifier: MIT
"""The guard around libh2o: the client that kills the bare library, rapid resets, and what else must not end or hold it."""
import os
import pathlib
import socket
import ssl
import struct
import subprocess
import time

import h2.errors
import hpack
import pytest

import outrider
from h2client import Client
from outrider import wait_until

CONFIG = """
return {
  workers = 1,
  listen = { { address = "127.0.0.1:0" }, { address = "127.0.0.1:0", tls = { certificate = "%TMP%/t/localhost.pem", key = "%TMP%/t/localhost.key" } } },
  sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www" } } } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
HINTS = ", ".join(f'"/page{{n}}/a{i}.css"' for i in range(3))
RULES = f'rule {{ name = "pages", path = "/page{{n}}", hints = {{ {HINTS} }} }}'.replace("page{n}", "page/{n}").replace(
    '"/page/{n}/', '"/assets/{n}-')


def files():
    made = {"www/large.bin": "x" * 4_000_000, "www/exact.bin": "x" * EXACT, "rules/r.lua": RULES}
    for page in range(30):
        made[f"www/page/{page}"] = "page"
        for i in range(3):
            made[f"www/assets/{page}-a{i}.css"] = "c" * 20_000
    return made


@pytest.fixture
def server(serve, tmp_path):
    outrider.certificate(tmp_path / "t", "localhost")
    return serve(CONFIG, files=files())


def attack(address, tls):
    """30 requests for a large file, 30 for pages with three pushes each, then a reset of the TCP connection."""
    client = Client(address, tls=tls)
    for page in range(30):
        client.send("/large.bin")
        client.send(f"/page/{page}")
    client.read_some()
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


@pytest.mark.parametrize("tls", [False, True], ids=["plaintext", "TLS"])
def test_the_client_that_kills_the_bare_library(server, tls):
    """LIBRARY: an assert in connection.c ends the process after two to seven such connections."""
    pid = server.server_pid()
    for _ in range(int(os.environ.get("OUTRIDER_ATTACKS", 60))):
        attack(server.address(1 if tls else 0), tls)
    with Client(server.address()) as client:
        assert client.get("/page/1").status == 200
    assert server.server_pid() == pid
    server.wait_at_rest()


EXACT = 60_000  # bytes: of a body, and of the window that it is sent into
STREAMS = 95


def frame(kind, flags, stream, payload):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def settings(**values):
    numbers = {"push": 2, "window": 4}
    return frame(4, 0, 0, b"".join(struct.pack(">HI", numbers[name], value) for name, value in values.items()))


def window_update(stream, by):
    return frame(8, 0, stream, struct.pack(">I", by))


def exact_bodies(address, tls):
    """A connection of small segments, so that the server's kernel holds little, and requests for bodies that just fit
    their windows, one behind the other (PRIORITY). Nothing of them is read."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    sock.settimeout(10 * outrider.SLOWER)
    sock.connect(address)
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        sock = context.wrap_socket(sock, server_hostname="localhost")
    sock.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings(push=0, window=EXACT) + window_update(0, 2**31 - 1 - 65_535))
    encoder = hpack.Encoder()
    requests = b""
    for stream in range(1, 2 * STREAMS, 2):
        fields = [(":method", "GET"), (":scheme", "http"), (":authority", "localhost"), (":path", "/exact.bin")]
        requests += frame(1, 0x25, stream, struct.pack(">IB", max(stream - 2, 0), 15) + encoder.encode(fields))
    sock.sendall(requests)
    return sock


def until_stuck(sock):
    """Until the server's kernel has held as many bytes for this client for a while."""
    def queued():
        ends = f":{sock.getpeername()[1]:04X}", f":{sock.getsockname()[1]:04X}"
        rows = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return next(row[4] for row in rows if (row[1][8:], row[2][8:]) == ends)
    held, since = queued(), time.monotonic()
    while time.monotonic() - since < 0.5 * outrider.SLOWER:
        time.sleep(0.02)
        if (now := queued()) != held:
            held, since = now, time.monotonic()


def read_bodies(sock):
    """The bytes of all bodies, once each stream has ended."""
    unread, bodies, ended = b"", 0, 0
    while ended < STREAMS:
        more = sock.recv(65_536)
        assert more, "the server closed the connection"
        unread += more
        while len(unread) >= 9 and len(unread) >= (size := 9 + int.from_bytes(unread[:3], "big")):
            kind, flags = unread[3:5]
            assert kind not in (3, 7), unread[:size]
            if kind == 0:
                bodies += size - 9
                ended += flags & 1
            unread = unread[size:]
    return bodies


@pytest.mark.parametrize("tls", [False, True], ids=["plaintext", "TLS"])
@pytest.mark.parametrize("widen", [
    b"".join(window_update(stream, 1) for stream in range(1, 2 * STREAMS, 2)), settings(window=EXACT + 1)],
    ids=["WINDOW_UPDATE", "SETTINGS"])
def test_a_window_that_opens_behind_the_last_byte(server, widen, tls):
    """LIBRARY: an assert in connection.c ends the process where a body ends with its window, in a write that the kernel
    has taken a part of, and the window then opens."""
    pid = server.server_pid()
    for _ in range(2):
        with exact_bodies(server.address(1 if tls else 0), tls) as sock:
            until_stuck(sock)
            sock.sendall(widen)
            assert read_bodies(sock) == STREAMS * EXACT
    assert server.server_pid() == pid


def abuse_until_cut(client, abuse):
    """Repeats `abuse(client)` until the server ends the connection; returns how often."""
    for count in range(1, 2000):
        try:
            abuse(client)
            if count % 20 == 0:
                client.read_some(0.01)
        except OSError:
            client.closed = True
        if client.goaway or client.closed:
            break
    # What is in flight when the connection is cut may take the GOAWAY with it.
    assert client.goaway is None or client.goaway.error_code == h2.errors.ErrorCodes.ENHANCE_YOUR_CALM
    return count


class Deaf(Client):
    """Takes in nothing but a GOAWAY: python3-h2 would answer what arrives on a stream that it reset with another reset."""
    unread = b""

    def read_some(self, wait=0.01):
        self.sock.settimeout(wait)
        try:
            data = self.sock.recv(65536)
        except TimeoutError:
            return True
        self.unread += data
        while len(self.unread) >= 9 and len(self.unread) >= (size := 9 + int.from_bytes(self.unread[:3], "big")):
            if self.unread[3] == 7:
                self.goaway = h2.events.ConnectionTerminated()
                self.goaway.error_code = int.from_bytes(self.unread[13:17], "big")
            self.unread = self.unread[size:]
        self.closed = self.closed or not data
        return not self.closed


def test_rapid_reset_is_cut(server):
    """CVE-2023-44487."""
    def request_and_reset(client):
        stream = client.send("/page/1")
        client.h2.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
        client.flush()

    with Deaf(server.address(), push=False) as client:
        # 200 in ten seconds are a client's right; what was sent before the cut arrived is not counted exactly.
        assert 200 < abuse_until_cut(client, request_and_reset) < 600
    wait_until("the cut to be counted", lambda: server.status()["totals"]["connections_cut"] == 1)
    assert "too many streams reset by the client" in server.log()


def test_provoked_stream_errors_are_cut(server):
    """MadeYouReset (CVE-2025-8671): a WINDOW_UPDATE of 0 makes the server reset the stream itself."""
    def provoke(client):
        stream = client.send("/large.bin")
        client.sock.sendall(b"\0\0\4\x08\0" + struct.pack(">I", stream) + b"\0\0\0\0")

    with Client(server.address(), push=False) as client:
        assert abuse_until_cut(client, provoke) < 600
    wait_until("the cut to be counted", lambda: server.status()["totals"]["connections_cut"] == 1)
    assert "too many stream errors provoked by the client" in server.log()


def test_frames_of_unknown_types_are_ignored_quietly(server):
    with Client(server.address()) as client:
        for _ in range(100):
            client.sock.sendall(b"\0\0\5\x42\0" + struct.pack(">I", 0) + b"hello")
        assert client.get("/page/2").status == 200
    assert "skipping frame" not in server.log()


def test_upgrade_h2c_is_answered_over_http1(server):
    with socket.create_connection(server.address()) as sock:
        sock.sendall(b"GET /page/1 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings, close\r\n"
                     b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n")
        data = b""
        while more := sock.recv(65536):
            data += more
    assert data.startswith(b"HTTP/1.1 200 ")


def test_a_build_that_bypasses_the_guard_does_not_start(tmp_path):
    """The same program linked so that the library cannot see our functions: it must refuse to serve, loudly."""
    unguarded = os.environ["OUTRIDER_UNGUARDED"]
    (tmp_path / "www").mkdir()
    server = outrider.Server(tmp_path, CONFIG.split("listen")[0] + """
      listen = { { address = "127.0.0.1:0" } },
      sites = { ["*"] = { routes = { ["/"] = { files = "www" } } } } }""")
    result = subprocess.run([unguarded, "run", "-c", server.config], capture_output=True, text=True, timeout=60)
    assert result.returncode == 3, result.stderr
    assert "libh2o does not call the guard's functions" in result.stderr
