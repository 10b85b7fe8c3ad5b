# SPDX-License-Identifier: MIT
"""HTTP/1 to the letter where servers differ on whose bytes are whose (RFC 9112 11.2). LIBRARY: takes all of this and passes it on."""
import pytest

import http1
from h2raw import DATA, HEADERS, RawClient, frame
from http1 import Answer, exchange
from outrider import wait_until

CONFIG = """
return {
  workers = 1,
  listen = { { address = "127.0.0.1:0" } },
  sites = { ["*"] = { routes = { ["/"] = { files = "www" }, ["/app/"] = { proxy = "%URL%" } } } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
SMUGGLED = b"GET /app/smuggled HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
MALFORMED = {
    "CL and TE": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "TE and CL": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "differing lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "equal lengths": b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    "a list of lengths": b"Content-Length: 5, 5\r\n\r\nhello",
    "a signed length": b"Content-Length: +5\r\n\r\nhello",
    "a length in hex": b"Content-Length: 0x5\r\n\r\nhello",
    "a huge length": b"Content-Length: 18446744073709551621\r\n\r\nhello",
    "another coding": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "an unknown coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a coding twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a coding with a tab": b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a folded field": b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "bare line feeds": b"X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a bare line feed at the end": b"X: y\r\n\n",
    "two hosts": b"Host: b\r\n\r\n",
    "a carriage return alone": b"X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a NUL": b"X: \0y\r\n\r\n",
    "a field taken away": b"X-Forwarded-For: 1\r\nConnection: keep-alive, X-Forwarded-For\r\n\r\n",
    "a length taken away": b"Content-Length: 5\r\nConnection: Content-Length\r\n\r\nhello",
    "a size in hex": b"Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
    "a signed size": b"Transfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n",
    "a bare line feed behind a size": b"Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
    "a bare line feed in an extension": b"Transfer-Encoding: chunked\r\n\r\n3;a\nabc\r\n0\r\n\r\n",
    "a bare line feed behind a chunk": b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\n0\r\n\r\n",
    "a chunk of another size": b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
    "a huge size": b"Transfer-Encoding: chunked\r\n\r\n10000000000000003\r\nabc\r\n0\r\n\r\n",
    "a bare line feed behind the last chunk": b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\n",
}


@pytest.fixture
def app(application):
    return application(lambda request, connection: connection.reply(200, "of the application"))


@pytest.fixture
def server(serve, app):
    return serve(CONFIG.replace("%URL%", app.url), files={"www/page": "page"})


def malformed(server):
    return server.status()["defended"].get("malformed_http1", 0)


@pytest.mark.parametrize("kept", [False, True], ids=["first", "kept alive"])
@pytest.mark.parametrize("name", MALFORMED)
def test_what_servers_read_differently_is_refused(server, app, name, kept):
    before = b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n" if kept else b""
    answer = exchange(server.address(), before + b"POST /app/upload HTTP/1.1\r\nHost: a\r\n" + MALFORMED[name] + SMUGGLED)
    if kept:
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        answer = answer[answer.index(b"\r\n\r\npage") + len(b"\r\n\r\npage"):]
    answer = Answer(answer)
    assert answer.status == 400 and answer.header("connection") == "close"
    assert answer.raw.count(b"HTTP/1.1 ") == 1, "the connection is closed"
    assert app.requests == []


@pytest.mark.parametrize("head, why", [
    (b"GET /app/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "a Transfer-Encoding, in HTTP/1.0"),
    (b"GET /app/ HTTP/1.1\r\n\r\n", "no Host field"),
    (b"GET /app/ HTTP/1.1\nHost: a\r\n\r\n", "a line that ends without a carriage return"),
    (b"GET http://a/app/ HTTP/1.1\r\n\r\n", "no Host field")])
def test_the_answer_and_the_log_say_why(server, app, head, why):
    answer = Answer(exchange(server.address(), head + SMUGGLED))
    assert answer.status == 400 and answer.body.decode() == f"400 Bad Request: the request has {why}\n"
    assert f"refusing a request of 127.0.0.1: it has {why}" in server.log()
    assert malformed(server) == 1
    assert app.requests == []


def test_the_log_is_not_flooded(server):
    for _ in range(50):
        exchange(server.address(), b"GET / HTTP/1.1\r\n\r\n")
    assert server.log().count("refusing a request") == 20
    assert malformed(server) == 50
    wait_until("the rest to be counted", lambda: "30 more warnings like the last ones" in server.log(), 20)


@pytest.mark.parametrize("head", [
    b"POST /app/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n3;x=\"y\"\r\nabc\r\n00\r\nX-Trailer: 1\r\n\r\n",
    b"POST /app/ HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", b"GET /app/ HTTP/1.0\r\n\r\n",
    b"GET /app/ HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, TE\r\nTE: trailers\r\n\r\n", b"\r\nGET /app/ HTTP/1.1\r\nHost: a\r\n\r\n"])
def test_what_is_valid_is_served(server, app, head):
    last = b"GET /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    answer = exchange(server.address(), head + (last if b"HTTP/1.1" in head else b""))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n") and b"of the application" in answer
    [request] = app.requests
    assert request.body == (b"abc" if request.method == "POST" else b"")
    assert "x-trailer" not in request.headers
    assert malformed(server) == 0


def test_every_byte_of_a_chunked_body_may_come_alone(server, app):
    text = b"POST /app/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5;e\r\nhello\r\nB\r\n, my friend\r\n0\r\nA: b\r\n\r\n"
    with http1.connect(server.address()) as sock:
        for byte in text:
            sock.sendall(bytes([byte]))
        answer = b""
        while more := sock.recv(65536):
            answer += more
    assert Answer(answer).status == 200
    assert app.requests[0].body == b"hello, my friend"


@pytest.mark.parametrize("body", [b"0x3\r\nabc\r\n0\r\n\r\n", b"3\nabc\r\n0\r\n\r\n", b"3\r\nabc\n0\r\n\r\n"])
def test_an_upstream_is_held_to_it_too(serve, application, body):
    app = application(lambda request, connection: connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body))
    server = serve(CONFIG.replace("%URL%", app.url), files={"www/page": "page"})
    assert http1.get(server.address(), "/app/").status == 502
    assert malformed(server) == 0


def test_trailers_are_no_headers(server, app):
    """LIBRARY: merges them, and an "authorization" that came behind the body arrives as if it had come before."""
    with RawClient(server.address()) as client:
        client.send(client.request(1, "/app/", [("content-length", "3")], end=False) + frame(DATA, 0, 1, b"abc"))
        client.send(frame(HEADERS, 5, 1, client.encoder.encode([("authorization", "Bearer late"), ("x-late", "1")])))
        client.read_until(lambda: 1 in client.ended)
        assert dict(client.heads[1])[":status"] == "200"
    [request] = app.requests
    assert request.body == b"abc" and "authorization" not in request.headers and "x-late" not in request.headers
