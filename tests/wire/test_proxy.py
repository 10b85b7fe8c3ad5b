# SPDX-License-Identifier: MIT
"""The reverse proxy: what goes up, what comes down, back-pressure, and every way in which an application can fail."""
import socket
import threading
import time

import pytest

from h2client import Client
from http1 import Answer, connect, exchange, get
from outrider import SLOWER

CONFIG = """
return {
  workers = 1,
  listen = {
    { address = "127.0.0.1:0" },
    { address = "127.0.0.1:0", behind = { trusted = { "127.0.0.1" } } },
  },
  sites = { ["*"] = { routes = {
    ["/"] = { proxy = { servers = { %SERVERS% }, connect_timeout_ms = 1000, first_byte_timeout_ms = 700, read_timeout_ms = 700 },
              max_body_bytes = 1000000 },
    ["/api/"] = { proxy = { servers = { %SERVERS% } }, strip_prefix = true },
  } } },
  log = { access = { to = "stdout", format = "json" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""


@pytest.fixture
def behind(serve):
    """behind(url, …) → a server in front of those applications."""
    return lambda *urls: serve(CONFIG.replace("%SERVERS%", ", ".join(f'"{url}"' for url in urls)))


def test_what_the_application_is_told(behind, application):
    app = application(lambda request, connection: connection.reply(200, "hello", headers=[("X-App", "yes")]))
    server = behind(app.url)
    with Client(server.address(), push=False) as client:
        answer = client.get("/a%20b?c=d", headers=[
            ("cookie", "a=1"), ("cookie", "b=2"), ("x-forwarded-for", "6.6.6.6"), ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "evil"), ("forwarded", "for=6.6.6.6"), ("te", "trailers"), ("x-own", "kept")])
        assert (answer.status, answer.body, answer.header("x-app")) == (200, b"hello", "yes")
        assert client.get("/api/orders?x=1").status == 200
    first, second = app.requests
    assert (first.method, first.target, first.headers["host"]) == ("GET", "/a%20b?c=d", "localhost")
    assert first.headers["cookie"] == "a=1; b=2"
    assert first.headers["x-forwarded-for"] == "127.0.0.1" and first.headers["x-forwarded-proto"] == "http"
    assert first.headers["x-forwarded-host"] == "localhost" and first.headers["x-own"] == "kept"
    assert "forwarded" not in first.headers and "te" not in first.headers
    assert len(first.headers["x-request-id"]) == 16 and first.headers["x-request-id"] != second.headers["x-request-id"]
    assert second.target == "/orders?x=1"
    assert app.connections == 2  # one for each route: the second request of a route finds it kept alive
    with Client(server.address(), push=False) as client:
        client.get("/again")
    assert app.connections == 2


def test_a_trusted_proxy_s_word_is_passed_on(behind, application):
    app = application(lambda request, connection: connection.reply())
    server = behind(app.url)
    get(server.address(1), "/", "X-Forwarded-For: 192.0.2.1, 127.0.0.1", "X-Forwarded-Proto: https", "X-Request-Id: abc-1")
    get(server.address(0), "/", "X-Request-Id: abc-1")
    trusted, stranger = app.requests
    assert trusted.headers["x-forwarded-for"].startswith("192.0.2.1, 127.0.0.1")
    assert trusted.headers["x-forwarded-proto"] == "https" and trusted.headers["x-request-id"] == "abc-1"
    assert stranger.headers["x-request-id"] != "abc-1"
    assert server.wait_for_access(lambda line: line["id"] == "abc-1")["client"] == "192.0.2.1"


def test_a_target_that_reads_in_two_ways_is_refused(behind, application):
    """Here and in the application dot segments beside empty segments lead to different places."""
    app = application(lambda request, connection: connection.reply())
    server = behind(app.url)
    for target in ("/x//../admin", "/admin%2f..%2fpublic", "/x%5c..%5cadmin", "/x//%2e%2e/admin"):
        assert get(server.address(), target).status == 400, target
    assert get(server.address(), "/a//b").status == get(server.address(), "/a/../b").status == 200
    assert len(app.requests) == 2


def test_bodies_both_ways(behind, application):
    app = application(lambda request, connection: connection.reply(200, request.body[::-1]))
    server = behind(app.url)
    body = bytes(range(256)) * 3000
    with Client(server.address(), push=False) as client:
        assert client.get("/", method="POST", body=body).body == body[::-1]
        assert client.get("/", method="PUT", body=b"").status == 200
    assert get(server.address(), "/", method="POST", body=body).body == body[::-1]
    chunked = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    assert Answer(exchange(server.address(), chunked)).body == b"olleh"


def test_a_body_past_the_limit(behind, application):
    app = application(lambda request, connection: connection.reply())
    server = behind(app.url)
    assert get(server.address(), "/", method="POST", body=b"x" * 1_000_001).status == 413
    assert app.requests == []


@pytest.mark.parametrize("answer, body", [
    ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n3;x=y\r\n, w\r\n0\r\nx-trailer: 1\r\n\r\n", b"hello, w"),
    ("HTTP/1.1 200 OK\r\n\r\nuntil the end", b"until the end"),
    ("HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi", b"hi"),
    ("HTTP/1.1 204 No Content\r\n\r\n", b""),
    ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi", b"hi"),
], ids=["chunked", "until close", "1.0", "204", "after two 1xx"])
def test_framings(behind, application, answer, body):
    def handler(request, connection):
        connection.send(answer)
        connection.close()
    server = behind(application(handler).url)
    with Client(server.address(), push=False) as client:
        got = client.get("/")
        assert got.status in (200, 204) and got.body == body and got.ended


GARBAGE = {
    "not HTTP": "220 smtp ready\r\n\r\n",
    "nothing": "",
    "half a head": "HTTP/1.1 200 OK\r\ncontent-le",
    "two lengths": "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 5\r\n\r\nhello",
    "a length that is none": "HTTP/1.1 200 OK\r\ncontent-length: 5x\r\n\r\nhello",
    "an endless head": "HTTP/1.1 200 OK\r\n" + "x-y: " + "z" * 200_000,
    "1xx after 1xx": "HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n" * 5000,
}


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_is_a_502(behind, application, data):
    def handler(request, connection):
        connection.send(data)
        connection.close()
    server = behind(application(handler).url)
    with Client(server.address(), push=False) as client:
        assert client.get("/").status == 502
    line = server.wait_for_access(lambda line: line["status"] == 502)
    assert line["error"] and line["upstream"]
    assert line["error"] in server.log()


@pytest.mark.parametrize("data", ["HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhe"])
def test_half_a_body_is_seen_by_the_client(behind, application, data):
    def handler(request, connection):
        connection.send(data)
        connection.close()
    server = behind(application(handler).url)
    with Client(server.address(), push=False) as client:
        stream = client.send("/")
        client.read_until(lambda: client.finished(stream))
        assert client.responses[stream].reset is not None


def test_slow_is_a_504(behind, application):
    server = behind(application(lambda request, connection: connection.sleep(3)).url)
    with Client(server.address(), push=False) as client:
        began = time.monotonic()
        assert client.get("/").status == 504
        assert time.monotonic() - began < 2.5
    assert "504" in server.log()


def test_1xx_for_ever_does_not_hold_the_request(behind, application):
    def handler(request, connection):
        for _ in range(40):
            connection.send("HTTP/1.1 102 Processing\r\n\r\n")
            connection.sleep(0.1)
    server = behind(application(handler).url)
    with Client(server.address(), push=False) as client:
        assert client.get("/").status in (502, 504)


def test_down_is_a_502_and_the_next_server_is_tried(behind, application):
    dead = socket.socket()
    dead.bind(("127.0.0.1", 0))  # bound, not listening: refused
    dead_url = f"http://127.0.0.1:{dead.getsockname()[1]}"
    app = application(lambda request, connection: connection.reply(200, "alive"))
    server = behind(dead_url, app.url)
    with Client(server.address(), push=False) as client:
        for _ in range(6):
            assert client.get("/").body == b"alive"
        assert client.get("/", method="POST", body=b"x").body == b"alive"
    dead.close()


def test_down_alone_is_a_502_with_its_cause(behind):
    with socket.socket() as dead:
        dead.bind(("127.0.0.1", 0))
        server = behind(f"http://127.0.0.1:{dead.getsockname()[1]}")
        with Client(server.address(), push=False) as client:
            assert client.get("/").status == 502
        assert "connection refused" in server.log().lower()


def test_a_kept_connection_that_died_is_retried_once(behind, application):
    def handler(request, connection):
        connection.reply(200, "ok")
        if request.target == "/last":
            connection.sleep(0.05)
            connection.close()
    app = application(handler)
    server = behind(app.url)
    with Client(server.address(), push=False) as client:
        for _ in range(10):
            assert client.get("/last").status == 200
            assert client.get("/").status == 200


def test_unix_and_ipv6_applications(behind, application, tmp_path):
    for app in (application(lambda r, c: c.reply(200, "unix"), unix=tmp_path / "app.sock"),
                application(lambda r, c: c.reply(200, "six"), family=socket.AF_INET6)):
        server = behind(app.url)
        with Client(server.address(), push=False) as client:
            assert client.get("/").status == 200


def test_a_client_that_does_not_read_costs_little(behind, application):
    """500 MB for a client whose window stays shut: the application is held back, the server stays small."""
    sent = 0

    def handler(request, connection):
        nonlocal sent
        if request.target == "/small":
            return connection.reply()
        connection.send("HTTP/1.1 200 OK\r\ncontent-length: 500000000\r\n\r\n")
        block = b"x" * 65536
        while sent < 500_000_000:
            connection.send(block)
            sent += len(block)

    server = behind(application(handler).url)
    with Client(server.address(), push=False) as warm:
        warm.get("/small")
    before = server.resident_kib()
    with Client(server.address(), window=1000, push=False) as client:
        stream = client.send("/")
        client.read_until(lambda: client.responses[stream].headers is not None)
        client.read_for(1.5)
        held = sent
        client.read_for(0.5)
        assert sent == held, "the application was not held back"
        assert server.resident_kib() - before < 1024 * SLOWER  # a sanitizer keeps what was freed
    # The kernel's socket buffers take what they like; ours is what is not in them.
    assert held < 30_000_000


def test_a_large_download_arrives_whole(behind, application):
    def handler(request, connection):
        connection.send("HTTP/1.1 200 OK\r\ncontent-length: 30000000\r\n\r\n")
        for _ in range(300):
            connection.send(b"0123456789" * 10_000)
    server = behind(application(handler).url)
    with Client(server.address(), push=False) as client:
        assert len(client.get("/", seconds=60).body) == 30_000_000
    assert len(get(server.address()).body) == 30_000_000


def test_a_client_that_goes_takes_its_request_along(behind, application):
    gone = threading.Event()

    def handler(request, connection):
        connection.send("HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                connection.send(b"x" * 1000)
                connection.sleep(0.01)
        except OSError:
            gone.set()
    server = behind(application(handler).url)
    client = Client(server.address(), push=False)
    stream = client.send("/")
    client.read_until(lambda: client.responses[stream].body)
    client.h2.reset_stream(stream)
    client.flush()
    assert gone.wait(10)
    client.close()
    server.wait_at_rest()


def test_websocket(behind, application):
    def handler(request, connection):
        assert request.headers["upgrade"].lower() == "websocket"
        connection.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nfirst ")
        while data := connection.sock.recv(65536):
            connection.send(data.upper())
        connection.close()
    server = behind(application(handler).url)
    with connect(server.address()) as sock:
        sock.sendall(b"GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\n"
                     b"Sec-WebSocket-Version: 13\r\n\r\n")
        data = b""
        while b"first " not in data:
            data += sock.recv(65536)
        assert data.startswith(b"HTTP/1.1 101 ")
        sock.sendall(b"hello" * 1000)
        received = b""
        while len(received) < 5000:
            received += sock.recv(65536)
        assert received == b"HELLO" * 1000


def test_interim_responses_of_the_library_and_ours_do_not_mix(behind, application):
    app = application(lambda request, connection: connection.reply(200, request.body))
    server = behind(app.url)
    with connect(server.address()) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        assert sock.recv(1000).startswith(b"HTTP/1.1 100 ")
        sock.sendall(b"hello")
        data = b""
        while more := sock.recv(65536):
            data += more
    assert data.startswith(b"HTTP/1.1 200 ") and data.endswith(b"hello")
    assert "expect" not in app.requests[0].headers
