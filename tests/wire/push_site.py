# SPDX-License-Identifier: MIT
"""A site whose pages take as long as a test wants while what is pushed for them is at hand. The fixtures are imported by
the tests that use it."""
import functools
import random
import threading

import pytest

import outrider
from h2client import Client

CONFIG = """
return {
  workers = 1,
  listen = {
    { address = "127.0.0.1:0" },
    { address = "127.0.0.1:0", proxy_protocol = true, from = { "127.0.0.0/8" } },
    { address = "unix:%TMP%/web.sock" },
  },
  sites = { ["*"] = { rules = "rules/*.lua", %SITE% routes = {
    ["/"] = { proxy = { servers = "%URL%", read_timeout_ms = 60000 } },
    ["/files/"] = { files = "www", max_age = 60 },
  } } },
  limits = { drain_timeout_ms = 60000 },
  log = { access = { to = "stdout", format = "json" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
PROXY = b"PROXY TCP4 192.0.2.7 127.0.0.1 4000 80\r\n"
FIRST_WINDOW = 65_535  # of a connection, until the client gives more (RFC 9113 6.9.2)
SIZES = {"ten": 10_000, "two": 10_000, "three": 10_000, "small": 100, "large": 300_000, "ahead": 200_000, "huge": 5_000_000}
SIZES |= {f"many{i}": 20_000 for i in range(20)}


@functools.cache
def content(name):
    """Not the same anywhere, so that what is missing or out of order shows."""
    return random.Random(name).randbytes(SIZES[name])


def hints(*names):
    return ", ".join(f'style "/files/{name}.css"' for name in names)


MANY = [f"many{i}" for i in range(20)]
RULES = f"""
rule {{ name = "tens", path = {{ "/files/tens.html", "/page/tens" }}, hints = {{ {hints("ten", "two", "three", "small")} }} }}
rule {{ name = "more", path = "/page/more", hints = {{ {hints("many1", "many2")} }} }}
rule {{ name = "large", path = "/page/large", hints = {{ {hints("large", "ten")} }} }}
rule {{ name = "huge", path = "/page/streamed", hints = {{ {hints("huge")} }} }}
rule {{ name = "many", path = "/page/many", hints = {{ {hints(*MANY)} }} }}
rule {{ name = "first", path = "/page/first", hints = {{ {hints("large")}, style("/files/ahead.css", {{ priority = "before" }}) }} }}
rule {{ name = "ten", path = "/files/rules.html", budget_bytes = 10300, hints = {{ {hints("ten", "two")} }} }}
rule {{ name = "others", path = "/files/rules.html", hints = {{ {hints("three", "small")} }} }}
rule {{ name = "made", path = "/page/made", hints = {{ style "/made/a.css", style "/made/b.css", style "/made/c.css" }} }}
rule {{ name = "dying", path = "/page/dying", hints = {{ style "/dies.css", {hints("ten")} }} }}
"""


class Pages:
    """The application: pages wait until they are let go, their assets do not."""

    def __init__(self):
        self.go, self.later = threading.Event(), threading.Event()
        self.chunks = [threading.Event() for _ in range(6)]
        self.body = b"page"

    def __call__(self, request, connection):
        if request.target == "/made/c.css":
            connection.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n64\r\n" + "a" * 100 + "\r\n0\r\n\r\n")
        elif request.target.startswith("/made/"):
            connection.reply(200, b"a" * 100)
        elif request.target == "/dies.css":
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n" + "x" * 50_000)
            connection.close()
        elif request.target.startswith(("/page/streamed", "/page/linking")):
            self.stream(request, connection)
        else:
            (self.later if request.target.endswith("?later") else self.go).wait(30 * outrider.SLOWER)
            if request.target.endswith("?dies"):
                return connection.close(reset=True)
            own = [("link", f"</files/{name}.css>; rel=preload; as=style") for name in ("ten", "two")]
            connection.reply(200, self.body, headers=own if request.target.startswith("/page/own") else ())

    def stream(self, request, connection):
        own = "link: </files/huge.css>; rel=preload; as=style\r\n" if "linking" in request.target else ""
        connection.send(f"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n{own}\r\n")
        for event in self.chunks:
            event.wait(30 * outrider.SLOWER)
            connection.send("3e8\r\n" + "c" * 1000 + "\r\n")
        connection.send("0\r\n\r\n")


@pytest.fixture
def pages():
    return Pages()


@pytest.fixture
def start(serve, application, pages):
    def run(site=""):
        files = {f"www/{name}.css": content(name) for name in SIZES}
        files |= {"www/tens.html": "page", "www/rules.html": "page", "rules/r.lua": RULES}
        return serve(CONFIG.replace("%SITE%", site).replace("%URL%", application(pages).url), files=files)
    yield run
    for event in (pages.go, pages.later, *pages.chunks):
        event.set()


@pytest.fixture
def server(start):
    """A budget for all, where the connection's own does not count."""
    return start("budget_bytes = 10000000,")


def connect(server, listener, **options):
    return Client(server.address(listener), before=PROXY if listener == 1 else b"", **options)


LISTENERS = pytest.mark.parametrize("listener", [0, 1, 2], ids=["TCP", "PROXY", "unix"])
NOT_THE_CLIENT = pytest.mark.parametrize("listener", [1, 2], ids=["PROXY", "unix"])  # at the connection's other end


def paths(*names):
    return [f"/files/{name}.css" for name in names]


def whole(client, page):
    """What was pushed for the page and came as it is on the disk."""
    return [path for stream, path in zip(page.pushes, client.pushed_paths(page))
            if client.responses[stream].ended and client.responses[stream].body == content(path[7:-4])]


def pushed_bytes(client, until=None):
    """Bytes of pushed bodies, as they came before the page ended."""
    taken = 0
    for name, event in client.events:
        if name == "StreamEnded" and event.stream_id == until:
            break
        if name == "DataReceived" and event.stream_id % 2 == 0:
            taken += len(event.data)
    return taken


def ask(client, target, promises, **options):
    """Asks for a page and waits for so many promises, of which it is certain that the page has not begun."""
    page = client.responses[client.send(target, **options)]
    client.read_until(lambda: len(page.pushes) == promises, 10 * outrider.SLOWER)
    assert page.headers is None
    return page


def read_all(client, page):
    client.read_until(lambda: all(client.finished(stream) for stream in (page.stream_id, *page.pushes)), 30 * outrider.SLOWER)


def give_credit(client):
    """From now on windows are returned as bytes come, and more than enough is returned at once."""
    client.auto_window = True
    client.h2.increment_flow_control_window(10_000_000)
    client.flush()
