# SPDX-License-Identifier: MIT
"""The table of reasons is a promise to who reads logs and metrics: each one is produced by some test on the wire. Those that
no test is about are produced here, each by a request of its own."""
import pathlib
import re
import threading

import pytest

from h2client import Client
from h2raw import frame
from test_cache_digest import digest
from test_early_hints import CHROMIUM, SAFARI, http1

HERE = pathlib.Path(__file__).parent
TABLE = HERE.parents[1] / "src/push/reason.cc"
# A request's own course never lets it come so far: they are the plan's (tests/unit/push/plan_test.cc), and the last line of
# defence against what the library may do one day.
PLAN_ALONE = {"push_too_late", "early_hints_too_late", "library_declined"}

CONFIG = """
return {
  workers = 1,
  listen = { { address = "127.0.0.1:0" } },
  clients = "clients.lua",
  sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www" }, ["/slow"] = { proxy = "%URL%" } } } },
  log = { access = { to = "stdout", format = "json" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
RULES = """
rule { name = "page", path = "/page", method = { "GET", "HEAD" }, hints = { style "/a.css" } }
rule { name = "many", path = "/many", hints = { style "/a.css", style "/b.css" } }
rule { name = "link", path = "/link", deliver = "link", hints = { style "/a.css" } }
rule { name = "slow", path = "/slow", hints = { style "/a.css" } }
rule { name = "late", path = "/slow/late", phase = "response", hints = { style "/a.css" } }
rule { name = "own", path = "/a.css", hints = { style "/a.css" } }
"""
FILES = {"www/page": "page", "www/many": "page", "www/link": "page", "www/a.css": "a", "www/b.css": "b", "rules/r.lua": RULES,
         "clients.lua": 'return { deny = { "*EvilReader*" } }'}
OLD_FIREFOX = [("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:100.0) Gecko/20100101 Firefox/100.0")]
TABLE_OF_REASONS = [
    ("rule_says_otherwise", "/link", {}, {}),
    ("own_url", "/a.css", {}, {}),
    ("not_for_this_method", "/page", {}, {"method": "HEAD"}),
    ("client_disabled_push", "/page", {"push": False}, {"push_only": True}),
    ("client_stream_limit", "/many", {"max_streams": 1}, {}),
    ("cache_digest", "/page", {}, {"headers": [("cache-digest", digest("http://localhost/a.css"))]}),
    ("client_denied", "/page", {}, {"headers": [("user-agent", "EvilReader/1.0")]}),
    ("early_hints_unsupported", "/slow", {"push": False}, {"headers": SAFARI}),
]


@pytest.fixture
def held(serve, application):
    """A server, and an event for which the pages below /slow wait."""
    answers = threading.Event()

    def slow(request, connection):
        answers.wait(20)
        connection.reply(200, "page", headers=[("Content-Type", "text/html")])
    server = serve(CONFIG.replace("%URL%", application(slow).url), files=FILES)
    yield server, answers
    answers.set()


def reasons(server, target):
    line = server.wait_for_access(lambda line: line["target"] == target)
    return {delivery["reason"] for delivery in line["deliveries"]}


@pytest.mark.parametrize("reason, target, client, request_", TABLE_OF_REASONS, ids=[row[0] for row in TABLE_OF_REASONS])
def test_a_request_for_each(held, reason, target, client, request_):
    server, answers = held
    answers.set()
    if request_.pop("push_only", False):
        server.write("rules/r.lua", RULES.replace('path = "/page"', 'path = "/page", deliver = "push"'))
        server.reload_and_wait()
    with Client(server.address(), **client) as connection:
        assert connection.get(target, **request_).status == 200
    assert reason in reasons(server, target)


def test_a_browser_that_the_table_gives_nothing(held):
    server, _ = held
    table = 'return { { family = "firefox", to = 119, push = false, early_hints = {}, source = "here" } }'
    server.write("clients.lua", table)
    server.reload_and_wait()
    with Client(server.address()) as client:
        assert client.get("/page", headers=OLD_FIREFOX).pushes == {}
    assert reasons(server, "/page") == {"push_unsupported"}


def test_http1_has_no_other_way_than_link(held):
    server, answers = held
    answers.set()
    assert "103" not in http1(server.address(), "/slow", *(f"{name}: {value}" for name, value in CHROMIUM))
    assert reasons(server, "/slow") == {"not_http2"}


def test_a_client_that_goes_takes_no_new_streams(held):
    server, answers = held
    with Client(server.address()) as client:
        stream = client.send("/slow/late")
        goaway = 7
        client.sock.sendall(frame(goaway, 0, 0, bytes(8)))
        # What the server read behind the GOAWAY it read after it.
        client.h2.ping(b"12345678")
        client.flush()
        client.read_until(lambda: any(name == "PingAckReceived" for name, _ in client.events))
        answers.set()
        client.read_until(lambda: client.finished(stream))
    assert reasons(server, "/slow/late") == {"connection_closing"}


def names():
    return set(re.findall(r'\{Reason::(\w+),\s*"\1"', TABLE.read_text()))


def words(paths):
    return set(re.findall(r"\b[a-z0-9_]{3,}\b", "\n".join(path.read_text() for path in paths)))


def test_no_reason_is_left_out():
    assert len(names()) > 40
    assert names() - words(HERE.glob("test_*.py")) == set()
    assert PLAN_ALONE - {"library_declined"} <= words((HERE.parent / "unit/push").glob("plan*.cc"))
